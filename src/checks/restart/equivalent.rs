//! Whether two texts of a file mean the same to whoever reads it.
//!
//! Comments, blank lines and spacing go, as far as the syntax is known by the path. What is not known
//! counts as different: a needless finding is better than a missed one.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

/// Texts larger than this are compared byte by byte.
const MAX: usize = 1024 * 1024;

/// Whether a change of a file from `before` to `after` says nothing new.
pub(super) fn equivalent(path: &str, before: &str, after: &str) -> bool {
    if before == after {
        return true;
    }
    if before.len().max(after.len()) > MAX {
        return false;
    }
    match syntax(path, after) {
        Syntax::Python => python_words(before) == python_words(after),
        Syntax::Json => same_json(before, after),
        Syntax::Lines { comments, indented } => {
            let keep = |text| meaningful(text, comments, indented, is_unit(path));
            keep(before) == keep(after)
        }
    }
}

enum Syntax {
    Python,
    Json,
    Lines { comments: &'static [&'static str], indented: bool },
}

fn syntax(path: &str, text: &str) -> Syntax {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    let lines = |comments, indented| Syntax::Lines { comments, indented };
    match extension {
        "py" | "wsgi" => Syntax::Python,
        "json" => Syntax::Json,
        "yaml" | "yml" | "haml" | "coffee" => lines(&["#"], true),
        "xml" | "html" | "xhtml" | "md" | "rst" | "txt" | "csv" => lines(&[], false),
        "js" | "ts" | "c" | "java" | "go" | "scala" | "css" => lines(&["//"], false),
        "lua" | "sql" => lines(&["--"], false),
        "ini" | "cnf" | "cfg" | "zone" => lines(&["#", ";"], false),
        "vcl" | "php" | "hcl" | "tf" | "conf" => lines(&["#", "//"], false),
        _ if starts_python(text) => Syntax::Python,
        _ => lines(&["#"], name == "Makefile"),
    }
}

fn starts_python(text: &str) -> bool {
    text.lines().next().is_some_and(|l| l.starts_with("#!") && l.contains("python"))
}

/// The tokens, comments and blank lines apart; an indentation counts, its width does not.
fn python_words(text: &str) -> Vec<(TokenKind, &str)> {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let told =
        parsed.tokens().iter().filter(|t| !matches!(t.kind(), TokenKind::Comment | TokenKind::NonLogicalNewline));
    let word = |t: &ruff_python_ast::token::Token| {
        use ruff_text_size::Ranged;
        let layout =
            matches!(t.kind(), TokenKind::Indent | TokenKind::Dedent | TokenKind::Newline | TokenKind::EndOfFile);
        let range = usize::from(t.start())..usize::from(t.end());
        (t.kind(), if layout { "" } else { text.get(range).unwrap_or("") })
    };
    told.map(word).collect()
}

fn same_json(before: &str, after: &str) -> bool {
    let read = |text| serde_json::from_str::<serde_json::Value>(text).ok();
    let (before, after) = (read(before), read(after));
    before.is_some() && before == after
}

/// The lines that say something, their spacing evened out.
fn meaningful(text: &str, comments: &[&str], indented: bool, unit: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let bare = line.trim();
        let shebang = n == 0 && bare.starts_with("#!");
        let comment = !shebang && comments.iter().any(|c| bare.starts_with(c));
        if !(bare.is_empty() || comment || unit && describes(bare)) {
            lines.push(even(line, indented));
        }
    }
    lines
}

fn even(line: &str, indented: bool) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let indent = if indented { line.len() - line.trim_start().len() } else { 0 };
    format!("{:indent$}{}", "", words.join(" "))
}

/// Whether a path is that of a systemd unit or a drop-in of one.
fn is_unit(path: &str) -> bool {
    path.contains("/systemd/system/") && [".service", ".conf", ".timer", ".socket"].iter().any(|e| path.ends_with(e))
}

/// Settings of a unit that a running service does not feel.
fn describes(line: &str) -> bool {
    let key = line.split('=').next().unwrap_or("").trim();
    // For the manager alone, which takes them up when it reloads (systemd.service(5)): what to do when it fails.
    let on_failure = key.starts_with("Restart") || key.starts_with("StartLimit") || key == "OnFailure";
    on_failure || matches!(key, "Description" | "Documentation" | "WantedBy" | "RequiredBy" | "Alias")
}

#[cfg(test)]
mod tests {
    use super::equivalent;

    #[test]
    fn only_what_means_something_counts() {
        for (path, before, after, same) in [
            ("/etc/x.conf", "a = 1\n# old\n", "# new\na  =  1\n", true),
            ("/etc/x.conf", "a = 1\n", "a = 2\n", false),
            ("/etc/x.conf", "a = 1 # one\n", "a = 1 # uno\n", false),
            ("/etc/x.py", "A = 1\n\nB = 2\n", "A = 1\n\n\n# two\nB = 2  # too\n", true),
            ("/etc/x.py", "if a:\n    b()\nc()\n", "if a:\n    b()\n    c()\n", false),
            ("/etc/x.py", "print 'a'\n", "print  'a'\n", true),
            ("/etc/x.py", "print 'a'\n", "print 'b'\n", false),
            ("/etc/x.py", "A = ''' a '''\n", "A = '''  a '''\n", false),
            ("/usr/bin/x", "#!/usr/bin/python\na()\n", "#!/usr/bin/python\n\na()\n", true),
            ("/usr/bin/x", "#!/bin/sh\na\n", "#!/bin/bash\na\n", false),
            ("/etc/x.yaml", "a:\n  b: 1\n", "a:\nb: 1\n", false),
            ("/etc/x.yaml", "a: 1\n", "# why\na: 1 \n", true),
            ("/etc/x.json", "{\"a\": 1, \"b\": 2}", "{\n \"b\": 2, \"a\": 1}", true),
            ("/etc/x.json", "{\"a\": 1}", "{\"a\": 1,}", false),
            ("/etc/x.xml", "<a/>\n# b\n", "<a/>\n", false),
            ("/lib/systemd/system/x.service", "Description=a\nUser=b\n", "Description=c\nUser=b\n", true),
            ("/lib/systemd/system/x.service", "Restart=no\nRestartSec=1\n", "Restart=always\n", true),
            ("/lib/systemd/system/x.service", "User=a\n", "User=b\n", false),
        ] {
            assert_eq!(equivalent(path, before, after), same, "{path}: {before:?} -> {after:?}");
        }
    }
}
