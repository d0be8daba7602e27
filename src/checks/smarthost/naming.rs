//! Mail settings in the files of a repository that name a host, found by their text.

use crate::content::settings::is_comment;
use crate::repo::{Loc, Tree};
use regex::Regex;
use std::sync::{Arc, OnceLock};

/// Larger files hold data, not settings.
const MOST: usize = 512 * 1024;
/// Lines above an entry among which the key of its list is looked for.
const ABOVE: usize = 8;

/// Words of keys that name a relay.
const KEY: &str = r"(?ix) smtp | smart_?hosts? | relay_?hosts? | mailhub | route_list | email_host
    | mail [._-]? (?: host | server | relay | hub )";
const HOST: &str = r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){2,}";

/// A mail setting that names the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) at: Loc,
    /// It names no other host.
    pub(super) alone: bool,
    /// It is the first of a list.
    pub(super) first: bool,
}

/// Every mail setting of the tree that names the host.
pub(super) fn settings_naming(host: &str, tree: &Tree) -> Vec<Setting> {
    let mut found = Vec::new();
    for path in tree.list("").filter(|p| may_set(p)) {
        let Some(text) = tree.text(path).ok().flatten().filter(|t| t.len() <= MOST && t.contains(host)) else {
            continue;
        };
        let lines: Vec<&str> = text.lines().collect();
        for (n, line) in lines.iter().enumerate() {
            if !is_comment(line) && names(line, host) {
                let at = Loc { path: Arc::clone(path), line: u32::try_from(n + 1).unwrap_or(u32::MAX) };
                found.extend(setting(&lines, n, host, at));
            }
        }
    }
    found
}

/// Manifests, data and what they ship; not tests and not prose.
fn may_set(path: &str) -> bool {
    const NOT: [&str; 6] = ["spec", "test", "tests", "fixtures", "vendor", "docs"];
    !path.ends_with(".md") && !path.ends_with(".txt") && !path.split('/').any(|part| NOT.contains(&part))
}

fn names(line: &str, host: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '@');
    line.match_indices(host).any(|(at, _)| {
        let after = line.get(at + host.len()..).unwrap_or("");
        let more = after.strip_prefix('.').map_or(after, |rest| rest);
        !line.get(..at).unwrap_or("").ends_with(part) && !more.starts_with(|c: char| c.is_alphanumeric() || c == '-')
    })
}

fn setting(lines: &[&str], at: usize, host: &str, loc: Loc) -> Option<Setting> {
    let (key, hosts) = patterns()?;
    let line = lines.get(at)?;
    let keyed = |l: &str| key.is_match(&hosts.replace_all(l, ""));
    let start = if keyed(line) { at } else { list_start(lines, at, &keyed)? };
    let text = entry(lines, start, at);
    let named: Vec<&str> = hosts.find_iter(&text).map(|m| m.as_str()).collect();
    let first = named.first().is_some_and(|n| *n == host);
    Some(Setting { at: loc, alone: named.len() <= 1, first: first && named.len() > 1 })
}

/// The line with the key of the list in which this line stands.
fn list_start(lines: &[&str], at: usize, keyed: &impl Fn(&str) -> bool) -> Option<usize> {
    let item = |l: &str| l.trim().starts_with(['-', '\'', '"']);
    if !item(lines.get(at)?) {
        return None;
    }
    for up in (at.saturating_sub(ABOVE)..at).rev() {
        let line = lines.get(up)?;
        if !item(line) || line.contains("=>") {
            return (keyed(line) && line.trim_end().ends_with([':', '[', '(', ','])).then_some(up);
        }
    }
    None
}

/// The setting's text: its line, or the lines of its list.
fn entry(lines: &[&str], start: usize, at: usize) -> String {
    if start == at && !lines.get(at).is_some_and(|l| l.trim_end().ends_with(['[', '(', ','])) {
        return lines.get(at).copied().unwrap_or("").to_owned();
    }
    let own = lines.iter().skip(start).take(1);
    let items = lines
        .iter()
        .skip(start + 1)
        .take(ABOVE)
        .take_while(|l| l.trim().starts_with(['-', '\'', '"']) && !l.contains("=>"));
    own.chain(items).copied().collect::<Vec<_>>().join("\n")
}

fn patterns() -> Option<(&'static Regex, &'static Regex)> {
    static PATTERNS: OnceLock<Option<(Regex, Regex)>> = OnceLock::new();
    let compile = || Some((Regex::new(KEY).ok()?, Regex::new(HOST).ok()?));
    PATTERNS.get_or_init(compile).as_ref().map(|(k, h)| (k, h))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(u32, bool, bool)> {
        let lines: Vec<&str> = text.lines().collect();
        let hits = lines.iter().enumerate().filter(|(_, l)| !is_comment(l) && names(l, "mx1.example.org"));
        let at = |n: usize| Loc { path: "x".into(), line: u32::try_from(n + 1).unwrap_or(0) };
        hits.filter_map(|(n, _)| setting(&lines, n, "mx1.example.org", at(n)))
            .map(|s| (s.at.line, s.alone, s.first))
            .collect()
    }

    #[test]
    fn a_setting_names_a_host_alone_or_first() {
        for (text, expected) in [
            ("sentry::smtp_host: 'mx1.example.org'\n", vec![(1, true, false)]),
            ("$mail_smarthost = ['mx1.example.org', 'mx2.example.org']\n", vec![(1, false, true)]),
            ("$mail_smarthost = ['mx2.example.org', 'mx1.example.org']\n", vec![(1, false, false)]),
            ("mail_smarthost:\n  - mx1.example.org\n  - mx2.example.org\n", vec![(2, false, true)]),
            ("mail_smarthost:\n  - mx1.example.org\nx: 1\n", vec![(2, true, false)]),
            ("# smtp_host: mx1.example.org\n", vec![]),
            ("monitored: mx1.example.org\n", vec![]),
            ("smtp_host: smx1.example.org\n", vec![]),
            ("smtp_host: mx1.example.org.uk\n", vec![]),
            ("node 'mx1.example.org' {\n", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
