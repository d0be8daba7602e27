//! What a text mentions: names, starts and ends of names that are put together, paths below modules.
//!
//! Reads words, not grammar, so that manifests, templates, Ruby and data are read alike. It says too much
//! where that costs little. What it does not see: a class or key without
//! `::` that reaches a loading function by way of a variable, and names put together of parts none of
//! which holds `::`.

/// A mention, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mention<'t> {
    /// `profile::base`, `file`, without leading `::`.
    Word(&'t str),
    /// A name in a string that is only passed on; code that loads what a variable names would need it.
    Passed(&'t str),
    /// A word that Hiera is asked for.
    Key(&'t str),
    /// What stands before an interpolation: `role::` in `"role::${name}"`.
    Start(&'t str),
    /// What stands after one: `::service` in `"${module_name}::service"`.
    End(&'t str),
    /// A path's component and what is written after it. The component is empty where it is computed.
    Path(&'t str, Tail<'t>),
    /// The same, the first being the name of the module that the text belongs to.
    OwnPath(Tail<'t>),
    /// A path below a folder that is computed.
    Below(Tail<'t>),
}

/// What is written of a path after one of its components.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail<'t> {
    /// All of it; as a folder, it stands for what is below.
    Whole(&'t str),
    /// It goes on with something that is computed, or may do so.
    Open(&'t str),
}

/// How a text is written: where a word without `::` is a name and not prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Manifests, and templates in the Puppet language.
    Puppet,
    /// Ruby, and templates in it.
    Ruby,
    /// YAML and JSON.
    Data,
}

impl Style {
    /// How a file is written, by its name.
    pub(super) fn of(path: &str) -> Self {
        match path.rsplit('.').next() {
            Some("pp" | "epp") => Self::Puppet,
            Some("yaml" | "yml" | "eyaml" | "json") => Self::Data,
            _ => Self::Ruby,
        }
    }

    /// Whether code loads what a word names where it stands.
    fn loads(self, before: &str, word: &str, after: &str) -> bool {
        if word.starts_with("function_") {
            return true;
        }
        let scoped = word.contains("::") || before.ends_with("::") && !before.ends_with("$::");
        let quoted = before.ends_with(['"', '\'', ':']) && after.starts_with(['"', '\'']);
        let outside = before.trim_end_matches(':').strip_suffix(['"', '\'']).unwrap_or(before).trim_end();
        match self {
            Self::Puppet if quoted => {
                let is_key = after.get(1..).is_some_and(|rest| rest.trim_start().starts_with("=>"));
                is_argument(outside) && !is_key
            }
            Self::Puppet if scoped => is_bare_name(before, word, after),
            Self::Puppet if in_string(before) => false,
            Self::Puppet => {
                let argument = before.trim_end().ends_with(['(', ',']) || is_statement_call(before);
                let called = argument || after.trim_start().starts_with(['(', '{']) || after.starts_with('[');
                let sigil = before.ends_with(['$', '/', '-', '%', '#', '\\']) || before.ends_with("${");
                let method = before.ends_with('.') && !after.starts_with(['/', '-', '\'', '"']);
                !sigil
                    && (called || method || before.trim().is_empty() || ends_in_load(before.trim_end()))
                    && !after.trim_start().starts_with("=>")
            }
            Self::Ruby => quoted && outside.ends_with(['(', '[', ',', '{']) || before.ends_with([':', '.']) && !quoted,
            Self::Data => false,
        }
    }
}

/// Whether a string that began on the line has not ended.
fn in_string(before: &str) -> bool {
    let mut open: Option<char> = None;
    for c in before.chars() {
        match open {
            None if matches!(c, '"' | '\'') => open = Some(c),
            Some(quote) if quote == c => open = None,
            _ => {}
        }
    }
    // What is put into a string is code again.
    open.is_some_and(|quote| quote == '\'' || !before.contains("${"))
}

/// Whether a function's name alone stands before on the line: `role ipsec`.
fn is_statement_call(before: &str) -> bool {
    let name = before.rsplit(['{', ';']).next().unwrap_or(before).trim_start().trim_end_matches([':', ' ', '\t']);
    before.ends_with([' ', ':']) && !name.is_empty() && name.bytes().all(|b| is_word(b) || b == b':')
}

/// Whether what stands before a string makes it an argument of a function, or of a word that loads.
fn is_argument(outside: &str) -> bool {
    let loads =
        ["include", "contain", "require", "inherits", "class", "create_resources", "ensure_", "role", "realize"];
    outside.ends_with('(')
        || outside.trim_matches(',').is_empty()
        || ends_in_load(outside)
        || outside.ends_with([',', '[']) && loads.iter().any(|word| outside.contains(word))
}

/// Whether a bare name with `::` may be loaded where it stands: a variable and a reference to a resource
/// or class say something of what has been loaded already.
fn is_bare_name(before: &str, word: &str, after: &str) -> bool {
    let is_variable = before.trim_end_matches([':', '{']).ends_with('$');
    let is_class_reference = before.trim_end_matches([' ', ':']).ends_with("Class[");
    let is_type = word.chars().next().is_some_and(|c| c.is_ascii_uppercase());
    let is_reference = is_type && ["['", "[\"", "[$"].iter().any(|open| after.starts_with(open));
    !is_variable && !is_class_reference && !is_reference
}

/// Whether a word that loads classes comes last.
fn ends_in_load(text: &str) -> bool {
    let text = text.trim_end_matches(',');
    ["include", "contain", "require", "inherits", "class {", "class{"].iter().any(|word| text.ends_with(word))
        || text.trim_start().starts_with("include ")
}

/// Whether a word is asked of Hiera: `lookup('word'`, `hiera(["word"`, `%{alias('word')}`.
fn is_key(before: &str, after: &str) -> bool {
    let Some(outside) = before.strip_suffix(['"', '\'']).filter(|_| after.starts_with(['"', '\''])) else {
        return false;
    };
    let call = outside.trim_end_matches([' ', '(', '[', '\'', '"', ',']);
    call.len() < outside.len()
        && ["lookup", "alias", "hiera", "hiera_array", "hiera_hash", "hiera_include"].iter().any(|f| call.ends_with(f))
}

/// What a template evaluates: the text of its tags.
pub(super) fn tags(text: &str) -> String {
    let inside = text.split("<%").skip(1).filter_map(|piece| piece.split("%>").next());
    inside.collect::<Vec<_>>().join("\n")
}

/// Reads a text. Lines of comment are passed over.
pub(super) fn mentions<'t>(text: &'t str, style: Style, tell: &mut dyn FnMut(Mention<'t>)) {
    for line in text.split_inclusive('\n') {
        let is_comment = line.trim_start().starts_with('#');
        if !is_comment || line.contains("#{") || line.contains("${") || line.contains("<%") {
            of_line(line, style, tell);
        }
    }
}

fn of_line<'t>(line: &'t str, style: Style, tell: &mut dyn FnMut(Mention<'t>)) {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if is_word(*byte) {
            let end = word_end(bytes, at);
            of_word(line, at, end, style, tell);
            at = end;
        } else {
            if *byte == b'/' {
                of_slash(line, at, tell);
            }
            at += 1;
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The end of a word with its namespaces.
fn word_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    loop {
        while bytes.get(at).copied().is_some_and(is_word) {
            at += 1;
        }
        let goes_on = bytes.get(at..at + 2) == Some(b"::") && bytes.get(at + 2).copied().is_some_and(is_word);
        if !goes_on {
            return at;
        }
        at += 2;
    }
}

fn of_word<'t>(line: &'t str, start: usize, end: usize, style: Style, tell: &mut dyn FnMut(Mention<'t>)) {
    let (before, word, after) = (
        line.get(..start).unwrap_or_default(),
        line.get(start..end).unwrap_or_default(),
        line.get(end..).unwrap_or_default(),
    );
    if style.loads(before, word, after) {
        tell(Mention::Word(word));
    } else if word.contains("::") || before.ends_with(['"', '\'', ' ']) {
        tell(Mention::Passed(word));
    }
    if is_key(before, after) {
        tell(Mention::Key(word));
    }
    if let Some(ruby) = word.strip_prefix("function_") {
        tell(Mention::Word(ruby));
    }
    let ends = |rest: &str| style == Style::Ruby && rest.starts_with(['"', '\'']);
    if after.strip_prefix("::").is_some_and(|rest| is_dynamic(rest) || ends(rest)) {
        tell(Mention::Start(line.get(start..end + 2).unwrap_or(word)));
    } else if is_dynamic(after) && word.contains("::") {
        tell(Mention::Start(word));
    }
    if before.ends_with("}::") {
        tell(Mention::End(line.get(start - 2..end).unwrap_or(word)));
    }
}

/// Whether a text begins with something that is put in when it is evaluated.
fn is_dynamic(text: &str) -> bool {
    ["${", "#{", "%{", "<%", "%s", "$"].iter().any(|mark| text.starts_with(mark))
}

fn in_path(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'-' | b'.')
}

fn of_slash<'t>(line: &'t str, slash: usize, tell: &mut dyn FnMut(Mention<'t>)) {
    let bytes = line.as_bytes();
    let mut start = slash;
    while start > 0 && bytes.get(start - 1).copied().is_some_and(in_path) {
        start -= 1;
    }
    let tail = tail(line, slash + 1);
    let before = line.get(..start).unwrap_or_default();
    let first = line.get(start..slash).unwrap_or_default();
    let Some(open) = before.strip_suffix('}').map(|b| b.rfind("{").unwrap_or(0)) else {
        if !first.is_empty() {
            tell(Mention::Path(first, tail));
        }
        return;
    };
    let inside = before.get(open..).unwrap_or_default();
    if first.is_empty() && inside.contains("module_name") {
        tell(Mention::OwnPath(tail));
        return;
    }
    if first.is_empty() {
        tell(Mention::Below(tail));
    }
    let lead = before.get(..open.saturating_sub(1)).unwrap_or_default();
    let after = line.get(slash + 1..).unwrap_or_default();
    if lead.ends_with("modules/") || lead.ends_with(['"', '\'']) && names_content(lead, after) {
        tell(Mention::Path("", tail));
    }
}

/// What is written of a path from `start` on. Only at the end of a string or word is it all.
fn tail(line: &str, start: usize) -> Tail<'_> {
    let rest = line.get(start..).unwrap_or_default();
    let length = rest.bytes().take_while(|b| in_path(*b) || *b == b'/').count();
    let (text, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
    let ends = after.is_empty()
        || after.starts_with(['"', '\'', ',', ')', ']', '}', ';'])
        || after.starts_with(char::is_whitespace);
    match text.trim_end_matches('/') {
        "" => Tail::Open(""),
        whole if ends => Tail::Whole(whole),
        _ => Tail::Open(text),
    }
}

/// Whether a path that begins with something computed is that of a template or file: most begin with
/// a folder of the host.
fn names_content(lead: &str, after: &str) -> bool {
    let call = lead.trim_end_matches(['"', '\'']).trim_end().trim_end_matches(['(', '[']).trim_end();
    let direct = ["template", "epp", "file", "files", "find_file"].iter().any(|name| call.ends_with(name));
    direct || after.contains(".erb") || after.contains(".epp")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(style: Style, text: &str) -> Vec<Mention<'_>> {
        let mut out = Vec::new();
        mentions(text, style, &mut |m| out.push(m));
        out
    }

    #[test]
    fn names_and_their_parts_are_told() {
        use Mention::{Below, End, Key, OwnPath, Passed, Path, Start, Word};
        use Style::{Data, Puppet, Ruby};
        use Tail::{Open, Whole};
        let cases: [(Style, &str, &[Mention<'_>]); 25] = [
            (Puppet, "include ::profile::base", &[Word("include"), Word("profile::base")]),
            (Puppet, "# include a::b\n", &[]),
            (Puppet, "$a::b::c", &[Passed("a::b::c")]),
            (
                Puppet,
                "Class['a::b'] -> A::B['x'] -> A::C $x",
                &[Word("Class"), Passed("a::b"), Passed("A::B"), Passed("x"), Word("A::C")],
            ),
            (Puppet, "\"role::${x}\"", &[Passed("role"), Start("role::")]),
            (Puppet, "$a = \"${x}::y\"", &[End("::y")]),
            (Puppet, "$a=foo", &[]),
            (Puppet, "  class { 'foo': bar => 'baz' }", &[Word("class"), Word("foo"), Passed("bar"), Passed("baz")]),
            (Puppet, "require foo", &[Word("require"), Word("foo")]),
            (Puppet, "  role foo", &[Word("role"), Word("foo")]),
            (Puppet, "role(foo)", &[Word("role"), Word("foo")]),
            (Puppet, "x=>lookup('foo')", &[Word("lookup"), Word("foo"), Key("foo")]),
            (Puppet, "'/srv/foo/bar'", &[Path("srv", Whole("foo/bar")), Path("foo", Whole("bar"))]),
            (
                Puppet,
                "'puppet:///modules/a/b-c'",
                &[Passed("puppet"), Path("modules", Whole("a/b-c")), Path("a", Whole("b-c"))],
            ),
            (Puppet, "'a/b@.service'", &[Passed("a"), Path("a", Open("b"))]),
            (Puppet, "'a/b/'", &[Passed("a"), Path("a", Whole("b")), Path("b", Open(""))]),
            (Puppet, "template('a/b${x}.erb')", &[Word("template"), Passed("a"), Path("a", Open("b"))]),
            (Puppet, "\"${module_name}/b.erb\"", &[OwnPath(Whole("b.erb"))]),
            (Puppet, "file(\"${x}/b\")", &[Word("file"), Below(Whole("b")), Path("", Whole("b"))]),
            (Puppet, "  'foo' => 'foo, bar'", &[Passed("foo"), Passed("foo"), Passed("bar")]),
            (Ruby, "'role::' + x", &[Passed("role"), Start("role::"), Passed("x")]),
            (
                Ruby,
                "scope.function_foo(['bar'], baz)",
                &[Word("function_foo"), Word("foo"), Word("bar"), Passed("baz")],
            ),
            (Data, "- foo\n", &[Passed("foo")]),
            (Data, "a:\"%{lookup('foo')}\"", &[Passed("foo"), Key("foo")]),
            (Data, "a: %{alias('a::b')}", &[Passed("a::b"), Key("a::b")]),
        ];
        for (style, text, wanted) in cases {
            assert_eq!(all(style, text), wanted, "{text}");
        }
    }
}
