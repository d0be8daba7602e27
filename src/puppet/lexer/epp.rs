//! Templates: text outside the tags, and where code begins and ends.

use super::{EppMode, LexError, Lexer, Tok, find, narrow};
use ecow::EcoString;

/// How a run of text ended.
enum TextEnd {
    Eof,
    /// Puppet forgets the text before a comment or an escaped tag that ends the template.
    Lost,
    Code,
    Expr,
    Bad(LexError),
}

impl Lexer<'_> {
    /// `%>` and `-%>`.
    pub(super) fn epp_close(&mut self) {
        let trim = self.src[self.pos] == b'-';
        let start = self.pos;
        self.pos += if trim { 3 } else { 2 };
        if self.epp == EppMode::Expr {
            self.push(Tok::EppEnd, start, self.pos);
        }
        self.epp = EppMode::Code;
        self.epp_text(trim);
    }

    /// Text up to the next tag, which is consumed.
    pub(super) fn epp_text(&mut self, skip_leading: bool) {
        let start = self.pos;
        let mut text = String::new();
        let end = self.epp_scan(&mut text, skip_leading);
        let render = !text.is_empty() || (matches!(end, TextEnd::Eof) && start < self.end);
        if render && !matches!(end, TextEnd::Bad(_) | TextEnd::Lost) {
            self.out.texts.push((self.out.tokens.len(), EcoString::from(text)));
            self.push(Tok::RenderString, start, self.pos);
        }
        self.epp_open = matches!(end, TextEnd::Code | TextEnd::Expr);
        match end {
            TextEnd::Expr => {
                self.epp = EppMode::Expr;
                self.push(Tok::RenderExpr, start, self.pos);
            }
            TextEnd::Bad(error) => {
                let at = self.pos;
                // Puppet meets this before it hands out the end of the tag.
                if self.out.tokens.last().is_some_and(|t| t.kind == Tok::EppEnd) {
                    self.out.tokens.pop();
                }
                self.fail(error, at);
                self.pos = self.end;
            }
            _ => {}
        }
    }

    fn epp_scan(&mut self, text: &mut String, mut skip_leading: bool) -> TextEnd {
        loop {
            let rest = &self.src[self.pos..self.end];
            let tag = find(rest, b"<%");
            let stop = self.pos + tag.map_or(rest.len(), |at| at);
            let mut part = self.text[self.pos..stop].replace("%%>", "%>");
            if std::mem::take(&mut skip_leading) {
                part = without_first_blank_line(&part).to_owned();
            }
            text.push_str(&part);
            if tag.is_none() {
                self.pos = stop;
                // Puppet takes an escaped tag at the very end for an open one.
                return if text.ends_with("<%") { TextEnd::Bad(unbalanced_expression()) } else { TextEnd::Eof };
            }
            self.pos = stop + 2;
            match self.peek(0) {
                0 if self.pos >= self.end => return TextEnd::Bad(unbalanced_expression()),
                b'-' => {
                    self.pos += 1;
                    text.truncate(text.trim_end_matches([' ', '\t']).len());
                    return TextEnd::Code;
                }
                b'%' => {
                    self.pos += 1;
                    text.push_str("<%");
                }
                b'=' => {
                    self.pos += 1;
                    return TextEnd::Expr;
                }
                b'#' => match self.epp_comment(text) {
                    Some(skip) => skip_leading = skip,
                    None => {
                        let message = "Reaching end after opening <%# without seeing %>";
                        return TextEnd::Bad(LexError::plain("EPP_UNBALANCED_COMMENT", message));
                    }
                },
                _ => return TextEnd::Code,
            }
            if self.pos >= self.end {
                return TextEnd::Lost;
            }
        }
    }

    /// `<%# … %>`; says whether the line break after it goes too.
    fn epp_comment(&mut self, text: &mut String) -> Option<bool> {
        let body = &self.src[self.pos..self.end];
        let mut at = 1;
        let end = loop {
            let next = at + find(body.get(at..)?, b"%>")?;
            if body[next - 1] != b'%' {
                break next;
            }
            at = next + 1;
        };
        if body.get(1) == Some(&b'-') {
            text.truncate(text.trim_end_matches([' ', '\t']).len());
        }
        let start = self.pos;
        self.pos += end + 2;
        let inner = self.text[start + 1..start + end].trim_matches('-');
        let span = crate::puppet::ast::Span { start: narrow(start), end: narrow(self.pos) };
        self.out.comments.push((span, EcoString::from(inner)));
        Some(body[end - 1] == b'-')
    }
}

fn unbalanced_expression() -> LexError {
    let message = "Unbalanced embedded expression - opening <% and reaching end of input";
    LexError::plain("EPP_UNBALANCED_EXPRESSION", message)
}

/// Takes leading blanks and one line break off.
fn without_first_blank_line(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t']);
    let text = text.strip_prefix('\r').unwrap_or(text);
    text.strip_prefix('\n').unwrap_or(text)
}
