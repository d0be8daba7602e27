//! The top-level entries of a data file, from its text.
//!
//! Enough to tell which entries differ and what each mentions. Where the text is not of the plain
//! form, the file is one entry by the name of `*`: it may concern any key.

use std::collections::{BTreeMap, BTreeSet};

/// Stands for any key.
pub(super) const ANY: &str = "*";

/// Keys and the text of their values.
pub(super) fn entries(path: &str, text: &str) -> BTreeMap<String, String> {
    if path.ends_with(".json") { json(text) } else { yaml(text) }
        .unwrap_or_else(|| [(ANY.to_owned(), text.to_owned())].into())
}

fn json(text: &str) -> Option<BTreeMap<String, String>> {
    let root: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    Some(root.into_iter().map(|(key, value)| (key, value.to_string())).collect())
}

fn yaml(text: &str) -> Option<BTreeMap<String, String>> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    let mut key: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let first = line.chars().next().unwrap_or('\n');
        if line.starts_with("---") || line.starts_with("...") || line.starts_with('%') {
            continue;
        }
        // A sequence may stand as far left as its key.
        let goes_on = first.is_whitespace() || matches!(first, '#' | '-' | ']' | '}');
        if !goes_on {
            key = Some(key_of(line)?);
        }
        match &key {
            Some(key) => out.entry(key.clone()).or_default().push_str(line),
            None if first.is_whitespace() && !line.trim().is_empty() => return None,
            None => {}
        }
    }
    Some(out)
}

fn key_of(line: &str) -> Option<String> {
    let quote = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (key, rest) = match quote {
        Some(quote) => line.get(1..)?.split_once(quote)?,
        None => {
            let at = line.find(": ").or_else(|| line.trim_end().ends_with(':').then(|| line.trim_end().len() - 1))?;
            line.split_at_checked(at)?
        }
    };
    let plain = !key.contains(['{', '[', '&', '*', '!', '?', '|', '>', '\\']) && rest.trim_start().starts_with(':');
    plain.then(|| key.trim().to_owned())
}

/// The keys whose entries differ.
pub(super) fn changed(base: &BTreeMap<String, String>, head: &BTreeMap<String, String>) -> BTreeSet<String> {
    let keys: BTreeSet<&String> = base.keys().chain(head.keys()).collect();
    let mut out: BTreeSet<String> = keys.into_iter().filter(|k| base.get(*k) != head.get(*k)).cloned().collect();
    let anchored = out.iter().any(|k| [base, head].iter().any(|m| m.get(k).is_some_and(|t| t.contains('&'))));
    if anchored {
        // An anchor's value is used where an alias names it.
        let uses = base.iter().chain(head).filter(|(_, text)| text.contains('*')).map(|(key, _)| key.clone());
        out.extend(uses.collect::<Vec<_>>());
    }
    out
}

/// What a key of a file may be called where it is asked for: as it stands there, or below any end of the file's path,
/// where the hierarchy `shortens` keys so.
pub(super) fn full_names(path: &str, key: &str, shortens: bool) -> Vec<String> {
    let mut names = vec![key.to_owned()];
    if shortens && key != ANY && !key.contains("::") {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let folders: Vec<&str> = stem.split('/').collect();
        names.extend((0..folders.len()).filter_map(|from| Some(format!("{}::{key}", folders.get(from..)?.join("::")))));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_has_its_files_path_before_it() {
        let names = |shortens| full_names("data/common/scap/server.yaml", "sources", shortens);
        assert_eq!(names(false), ["sources"]);
        assert_eq!(names(true).last().map(String::as_str), Some("server::sources"));
        assert!(names(true).contains(&"scap::server::sources".to_owned()));
        assert_eq!(full_names("data/a.yaml", "b::c", true), ["b::c"]);
    }

    #[test]
    fn entries_are_told_apart() {
        let base =
            entries("a.yaml", "---\n# c\na::b: 1\nlist:\n- x\n- y\n\"q::r\": {z: 1}\nlast:\n  k: &n v\nuse: *n\n");
        assert_eq!(base.keys().collect::<Vec<_>>(), ["a::b", "last", "list", "q::r", "use"]);
        let head = entries("a.yaml", "a::b: 1\nlist:\n- x\n\"q::r\": {z: 1}\nlast:\n  k: &n v\nuse: *n\n");
        assert_eq!(changed(&base, &head).into_iter().collect::<Vec<_>>(), ["list"]);
        let head = entries("a.yaml", "a::b: 1\nlist:\n- x\n- y\n\"q::r\": {z: 1}\nlast:\n  k: &n w\nuse: *n\n");
        assert_eq!(changed(&base, &head).into_iter().collect::<Vec<_>>(), ["last", "use"]);
        for odd in ["{a: 1}\n", "? a\n: b\n", "  a: 1\n", "just text\n"] {
            assert_eq!(entries("a.yaml", odd).keys().collect::<Vec<_>>(), [ANY], "{odd}");
        }
        assert_eq!(entries("a.json", "{\"a\": {\"b\": 1}}").get("a").map(String::as_str), Some("{\"b\":1}"));
    }
}
