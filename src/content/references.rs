//! Which paths of the host a configuration text refers to.
//!
//! Line by line: what a known directive names (Apache, nginx, systemd, cron), else any absolute path.

use super::settings::is_comment;

/// A path that a line refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRef {
    /// The path.
    pub path: String,
    /// What sort of line it is.
    pub kind: &'static str,
}

/// Directives whose argument is a path: first word in lower case, kind, which word.
const DIRECTIVES: &[(&str, &str, usize)] = &[
    ("include", "Include", 1),
    ("includeoptional", "Include", 1),
    ("documentroot", "DocumentRoot", 1),
    ("<directory", "Directory block", 1),
    ("<directorymatch", "Directory block", 1),
    ("serverroot", "ServerRoot", 1),
    ("alias", "Alias", 2),
    ("scriptalias", "ScriptAlias", 2),
    ("loadmodule", "LoadModule", 2),
    ("root", "root", 1),
    ("source", "source", 1),
    (".", "source", 1),
];

/// Keys of unit files whose value holds a path.
const UNIT_KEYS: &[(&str, &str)] = &[
    ("Exec", "Exec line"),
    ("EnvironmentFile", "EnvironmentFile"),
    ("WorkingDirectory", "WorkingDirectory"),
    ("RootDirectory", "RootDirectory"),
    ("ReadWritePaths", "ReadWritePaths"),
    ("PIDFile", "PIDFile"),
];

/// References in one line, those of directives first.
#[must_use]
pub fn in_line(line: &str) -> Vec<PathRef> {
    let line = line.trim();
    if line.is_empty() || is_comment(line) {
        return Vec::new();
    }
    let kind = unit_kind(line).or_else(|| cron_kind(line));
    let mut found: Vec<PathRef> = directive(line).into_iter().collect();
    for path in paths(line) {
        if !found.iter().any(|r| r.path == path) {
            found.push(PathRef { path, kind: kind.unwrap_or("path") });
        }
    }
    found
}

fn directive(line: &str) -> Option<PathRef> {
    let first = line.split_whitespace().next()?.to_ascii_lowercase();
    let (_, kind, word) = DIRECTIVES.iter().find(|(name, ..)| *name == first)?;
    let argument = line.split_whitespace().nth(*word)?;
    let nginx = argument.ends_with(';');
    let path = argument.trim_matches(['"', '\'', ';', '>']);
    if path.starts_with('/') {
        return Some(PathRef { path: path.to_owned(), kind });
    }
    // A relative name is relative to where the server keeps its configuration.
    let relative = *kind == "Include"
        && !path.starts_with(['<', '$', '-'])
        && (nginx || path.contains('/') || path.ends_with(".conf"));
    let folder = if nginx { "/etc/nginx" } else { "/etc/apache2" };
    relative.then(|| PathRef { path: format!("{folder}/{path}"), kind })
}

fn unit_kind(line: &str) -> Option<&'static str> {
    let (key, _) = line.split_once('=')?;
    let fits = |name: &str| if name == "Exec" { key.starts_with("Exec") } else { key == name };
    UNIT_KEYS.iter().find(|(name, _)| fits(name)).map(|(_, kind)| *kind)
}

/// `*/5 * * * * root /x` and `@daily root /x`.
fn cron_kind(line: &str) -> Option<&'static str> {
    let field = |w: &str| w.chars().all(|c| c.is_ascii_digit() || "*/,-".contains(c));
    let times = line.split_whitespace().take(5).filter(|w| field(w)).count();
    let named = ["@hourly", "@daily", "@weekly", "@monthly", "@reboot", "@yearly"].iter().any(|n| line.starts_with(n));
    (named || times == 5).then_some("cron line")
}

/// Absolute paths anywhere in the line; a pattern counts up to its first wildcard.
fn paths(line: &str) -> Vec<String> {
    let ends = |c: char| c.is_whitespace() || "\"'`=,;()<>|&{}[]".contains(c);
    let mut out: Vec<String> = Vec::new();
    for word in line.split(ends) {
        let word = word.trim_start_matches(['-', '@', '!', '+', '%']);
        let first = word.starts_with('/').then_some(0);
        let later = word.match_indices(":/").map(|(i, _)| i + 1);
        let starts = first.into_iter().chain(later.filter(|i| word.get(i + 1..).is_some_and(|r| !r.starts_with('/'))));
        for start in starts {
            let path = word.get(start..).unwrap_or_default();
            let path =
                path.split([':', '*', '?', '$', '\\', '^']).next().unwrap_or_default().trim_end_matches(['.', '/']);
            let fits =
                path.len() > 2 && path.as_bytes().get(1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
            if fits && !out.iter().any(|p| p == path) {
                out.push(path.to_owned());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::in_line;

    #[test]
    fn lines_tell_what_they_rest_on() {
        for (line, path, kind) in [
            ("Include /etc/apache2/wmf/all.conf", "/etc/apache2/wmf/all.conf", "Include"),
            ("  IncludeOptional sites-enabled/*.conf", "/etc/apache2/sites-enabled/*.conf", "Include"),
            ("include fastcgi_params;", "/etc/nginx/fastcgi_params", "Include"),
            (
                "    DocumentRoot \"/usr/local/apache/common/docroot\"",
                "/usr/local/apache/common/docroot",
                "DocumentRoot",
            ),
            ("<Directory /srv/www>", "/srv/www", "Directory block"),
            ("root /srv/www;", "/srv/www", "root"),
            ("Alias /static /srv/static", "/srv/static", "Alias"),
            ("*/5 * * * * root /usr/local/bin/x --a >/dev/null", "/usr/local/bin/x", "cron line"),
            ("ExecStart=-/usr/bin/x -c /etc/x.conf", "/etc/x.conf", "Exec line"),
            ("EnvironmentFile=-/etc/default/x", "/etc/default/x", "EnvironmentFile"),
            ("PATH=/usr/bin:/usr/local/apache/bin", "/usr/local/apache/bin", "path"),
            ("cp $x /etc/apache2/wmf/", "/etc/apache2/wmf", "path"),
        ] {
            let found = in_line(line);
            assert!(found.iter().any(|r| r.path == path && r.kind == kind), "{line}: {found:?}");
        }
    }

    #[test]
    fn comments_and_addresses_are_no_references() {
        for line in ["# Include /etc/x", "url = https://example.org/etc/x", "a / b", "s/x/y/", "include <stdio.h>"] {
            assert!(in_line(line).iter().all(|r| !r.path.starts_with("/etc")), "{line}: {:?}", in_line(line));
        }
    }
}
