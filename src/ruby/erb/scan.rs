//! Cuts a template into text and tags the way Ruby's `ERB` with trim mode `-` does.
//!
//! The result is a Ruby program with the same line numbers as the template: text becomes
//! `__t(N)`, `<%= expr %>` becomes `__e((expr))`. That the joined program keeps the oddities of the
//! original (a comment in a code tag swallows the text behind it up to the next line end) is wanted.

/// A template as a Ruby program.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// The program.
    pub(crate) source: String,
    /// The texts that `__t(N)` stands for.
    pub(crate) texts: Vec<Text>,
}

/// A stretch of literal text.
#[derive(Debug)]
pub(crate) struct Text {
    /// The text, `<%%` already unescaped.
    pub(crate) text: String,
    /// Line of the template on which it starts.
    pub(crate) line: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Tag {
    Code,
    Expr,
    Comment,
}

struct Scanner<'a> {
    rest: &'a str,
    line: u32,
    out: Program,
    pending: String,
    pending_line: u32,
    statements_on_line: bool,
}

/// Joins the template to a program.
pub(crate) fn join(template: &str) -> Program {
    let mut scanner = Scanner {
        rest: template,
        line: 1,
        out: Program::default(),
        pending: String::new(),
        pending_line: 1,
        statements_on_line: false,
    };
    while let Some(tag) = scanner.text() {
        scanner.tag(tag);
    }
    scanner.out
}

impl Scanner<'_> {
    /// Reads text up to the next tag; `None` at the end of the template.
    fn text(&mut self) -> Option<Tag> {
        loop {
            let Some(at) = self.rest.find("<%") else {
                self.take_text(self.rest.len());
                self.flush_text();
                return None;
            };
            let after = self.rest.get(at + 2..).unwrap_or_default();
            let (width, tag) = match after.bytes().next() {
                Some(b'%') => {
                    self.take_text(at);
                    self.pending.push_str("<%");
                    self.skip(3);
                    continue;
                }
                Some(b'=') => (3, Tag::Expr),
                Some(b'#') => (3, Tag::Comment),
                Some(b'-') => (3, Tag::Code),
                _ => (2, Tag::Code),
            };
            self.take_text(at);
            if after.starts_with('-') {
                self.drop_indent();
            }
            self.flush_text();
            self.skip(width);
            return Some(tag);
        }
    }

    /// Reads the inside of a tag up to its end, and emits it.
    fn tag(&mut self, tag: Tag) {
        let mut code = String::new();
        let mut trim = false;
        loop {
            let Some(at) = self.rest.find("%>") else {
                code.push_str(self.rest);
                self.skip(self.rest.len());
                break;
            };
            let before = self.rest.get(..at).unwrap_or_default();
            if before.ends_with('%') {
                code.push_str(before.get(..at - 1).unwrap_or_default());
                code.push_str("%>");
                self.skip(at + 2);
                continue;
            }
            trim = before.ends_with('-');
            code.push_str(before.strip_suffix('-').unwrap_or(before));
            self.skip(at + 2);
            break;
        }
        self.emit(tag, &code);
        if trim {
            self.skip_line_end();
        }
    }

    fn emit(&mut self, tag: Tag, code: &str) {
        match tag {
            Tag::Comment => self.newlines(code),
            Tag::Expr => self.push(&format!("__e(({code}))")),
            Tag::Code => match code.strip_suffix('\n') {
                Some(code) => {
                    self.push(code);
                    self.out.source.push('\n');
                    self.statements_on_line = false;
                }
                None => self.push(code),
            },
        }
    }

    fn newlines(&mut self, text: &str) {
        for _ in text.matches('\n') {
            self.out.source.push('\n');
        }
    }

    fn push(&mut self, statement: &str) {
        if self.statements_on_line {
            self.out.source.push_str("; ");
        }
        self.out.source.push_str(statement);
        self.statements_on_line = true;
    }

    fn take_text(&mut self, len: usize) {
        if self.pending.is_empty() {
            self.pending_line = self.line;
        }
        let text = self.rest.get(..len).unwrap_or_default().to_owned();
        self.pending.push_str(&text);
        self.skip(len);
    }

    /// `<%-` takes the blanks before it away when nothing but a line start or a tag stands before them.
    fn drop_indent(&mut self) {
        let kept = self.pending.trim_end_matches([' ', '\t']);
        if kept.is_empty() || kept.ends_with('\n') {
            self.pending.truncate(kept.len());
        }
    }

    fn flush_text(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.pending);
        let number = self.out.texts.len();
        self.push(&format!("__t({number})"));
        self.newlines(&text);
        self.out.texts.push(Text { text, line: self.pending_line });
    }

    fn skip_line_end(&mut self) {
        let width = if self.rest.starts_with("\r\n") {
            2
        } else if self.rest.starts_with('\n') {
            1
        } else {
            return;
        };
        self.skip(width);
        self.out.source.push('\n');
        self.statements_on_line = false;
    }

    fn skip(&mut self, len: usize) {
        let (skipped, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.line += u32::try_from(skipped.matches('\n').count()).unwrap_or(u32::MAX);
        self.rest = rest;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::join;

    #[test]
    fn programs_keep_the_lines_of_their_template() {
        for (template, program) in [
            ("a\n<% if x -%>\nb\n<% end -%>\n", "__t(0)\n;  if x \n__t(1)\n;  end \n"),
            ("<%# c\nd -%>\nz", "\n\n__t(0)"),
            ("x <%= @a -%>\ny", "__t(0); __e(( @a ))\n__t(1)"),
            ("<%%= no %%>", "__t(0)"),
        ] {
            let joined = join(template);
            let same = joined.source.replace("\n; ", "\n") == program.replace("\n; ", "\n");
            assert!(same, "{template:?} gave {:?}", joined.source);
        }
    }

    #[test]
    fn a_leading_dash_takes_the_indent() {
        let joined = join("a\n  <%- if x -%>\nb");
        let texts: Vec<_> = joined.texts.iter().map(|t| (t.text.as_str(), t.line)).collect();
        assert_eq!(texts, [("a\n", 1), ("b", 3)]);
        assert_eq!(join("<%= a %>  <%- if x -%>").texts.len(), 0, "blanks between two tags go as well");
    }
}
