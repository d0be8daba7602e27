//! What a shipped configuration needs to be there: modules, extensions, included files.
//!
//! Only what stops the program when it is missing, and only where the text names it outright.

use super::settings::is_comment;
use regex::Regex;
use std::sync::OnceLock;

/// Sorts of requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An extension of the PHP interpreter.
    PhpExtension,
    /// An extension or skin of MediaWiki.
    MediawikiExtension,
    /// A module of Apache httpd.
    ApacheModule,
    /// A file by its absolute path.
    File,
}

/// Something that a text needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// What sort of thing.
    pub kind: Kind,
    /// Its name, or its path.
    pub name: String,
    /// One-based line.
    pub line: u32,
}

const PATTERNS: &[(Kind, &[&str], &str)] = &[
    (
        Kind::MediawikiExtension,
        &["php"],
        r#"^\s*(?:require|require_once|include|include_once)\b\s*\(?\s*["']?(?:\{?\$IP\}?)?["' .]*/(?:extensions|skins)/([\w.-]+)/"#,
    ),
    (Kind::MediawikiExtension, &["php"], r#"^\s*wfLoad(?:Extension|Skin)\s*\(\s*["']([\w.-]+)["']"#),
    (Kind::File, &["php"], r#"^\s*(?:require|require_once)\b\s*\(?\s*["'](/[\w./-]+)["']"#),
    (Kind::PhpExtension, &["ini"], r"^\s*(?:zend_)?extension\s*=\s*([\w./-]+)"),
    (Kind::ApacheModule, &["conf", "load"], r"^\s*LoadModule\s+(\w+)_module\b"),
    (Kind::File, &["conf"], r#"^\s*Include\s+"?(/[\w./-]+)"?\s*$"#),
];

fn patterns() -> &'static [(Kind, &'static [&'static str], Regex)] {
    static COMPILED: OnceLock<Vec<(Kind, &'static [&'static str], Regex)>> = OnceLock::new();
    let compile = || PATTERNS.iter().filter_map(|(kind, ends, p)| Some((*kind, *ends, Regex::new(p).ok()?))).collect();
    COMPILED.get_or_init(compile)
}

/// What a file needs, by its name on the host (or in the repository) and its text.
#[must_use]
pub fn of(path: &str, text: &str) -> Vec<Requirement> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_suffix(".erb").or_else(|| name.strip_suffix(".epp")).unwrap_or(name);
    let extension = name.rsplit('.').next().unwrap_or_default();
    let fitting: Vec<_> = patterns().iter().filter(|(_, ends, _)| ends.contains(&extension)).collect();
    let mut out: Vec<Requirement> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if fitting.is_empty() || is_comment(line) {
            continue;
        }
        for (kind, _, pattern) in &fitting {
            let Some(name) = pattern.captures(line).and_then(|c| c.get(1)) else { continue };
            let name = clean(*kind, name.as_str());
            if !out.iter().any(|r| r.kind == *kind && r.name == name) {
                out.push(Requirement { kind: *kind, name, line: u32::try_from(at + 1).unwrap_or(0) });
            }
        }
    }
    out
}

fn clean(kind: Kind, name: &str) -> String {
    match kind {
        Kind::PhpExtension => {
            let base = name.rsplit('/').next().unwrap_or(name);
            base.strip_suffix(".so").unwrap_or(base).to_owned()
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, of};

    #[test]
    fn what_a_text_needs() {
        for (path, text, kind, name) in [
            (
                "LocalSettings.php",
                "<?php\nrequire_once \"$IP/extensions/FedoraBadges/FedoraBadges.php\";\n",
                Kind::MediawikiExtension,
                "FedoraBadges",
            ),
            ("LocalSettings.php", "wfLoadExtension( 'Cite' );\n", Kind::MediawikiExtension, "Cite"),
            (
                "LocalSettings.php.erb",
                "require( '/etc/mediawiki/private.php' );\n",
                Kind::File,
                "/etc/mediawiki/private.php",
            ),
            ("x.ini", "extension=redis.so\n", Kind::PhpExtension, "redis"),
            ("x.conf", "LoadModule auth_kerb_module modules/mod_auth_kerb.so\n", Kind::ApacheModule, "auth_kerb"),
            ("x.conf", "Include /etc/apache2/wmf/all.conf\n", Kind::File, "/etc/apache2/wmf/all.conf"),
        ] {
            let found = of(path, text);
            assert!(found.iter().any(|r| r.kind == kind && r.name == name), "{text}: {found:?}");
        }
    }

    #[test]
    fn comments_wildcards_and_other_formats_need_nothing() {
        for (path, text) in [
            ("x.php", "# wfLoadExtension( 'Cite' );\n// require_once '/x/y.php';\n"),
            ("x.conf", "Include /etc/apache2/conf.d/*.conf\nIncludeOptional /etc/x.conf\n"),
            ("x.txt", "extension=redis.so\n"),
        ] {
            assert!(of(path, text).is_empty(), "{text}: {:?}", of(path, text));
        }
    }
}
