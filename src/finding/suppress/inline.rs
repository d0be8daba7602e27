//! Reads `# holdpoint: ignore[rule-id] reason until=YYYY-MM-DD` out of comments.
//!
//! Works on lines, so that it serves manifests, Hiera data, templates and scripts alike. A marker
//! inside a string counts as well; nobody writes one there by accident.

use super::{Ignore, Malformed};
use crate::finding::Date;
use crate::repo::Loc;

/// Lines that a resource takes up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// First line.
    pub first: u32,
    /// Last line.
    pub last: u32,
}

const MARKER: &str = "holdpoint:";

/// Finds the ignores of a text file, and the comments that fail to be one.
#[must_use]
pub fn scan(path: &str, text: &str) -> (Vec<Ignore>, Vec<Malformed>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    if !text.contains(MARKER) {
        return (good, bad);
    }
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let Some((code, body)) = split_comment(line) else { continue };
        let at = Loc::new(path, number(index));
        match parse_body(body) {
            Ok((rules, reason, until)) => {
                let last = if code.trim().is_empty() { next_code(&lines, index) } else { number(index) };
                good.push(Ignore { rules, reason, until, first: at.line, last, at });
            }
            Err(why) => bad.push(Malformed { at, why, line: (*line).to_owned() }),
        }
    }
    (good, bad)
}

/// Widens each ignore to the resource it stands on or above: the smallest that holds its last line.
pub fn widen(ignores: &mut [Ignore], resources: &[Extent]) {
    for ignore in ignores {
        let holding = resources.iter().filter(|e| e.first <= ignore.last && ignore.last <= e.last);
        if let Some(extent) = holding.min_by_key(|e| e.last - e.first) {
            ignore.first = ignore.first.min(extent.first);
            ignore.last = extent.last;
        }
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

/// What stands before the comment, and what follows the marker inside it.
fn split_comment(line: &str) -> Option<(&str, &str)> {
    let (before, after) = line.split_once(MARKER)?;
    let opened = before.trim_end();
    let starts = ["<%#-", "<%#", "<%-#", "<!--", "#", "//", "/*", ";", "--"];
    let code = starts.iter().find_map(|s| opened.strip_suffix(s))?;
    Some((code, after.trim_end().trim_end_matches("-%>").trim_end_matches("%>").trim_end_matches("-->")))
}

/// The first line after `index` that holds more than a comment.
fn next_code(lines: &[&str], index: usize) -> u32 {
    let rest = lines.iter().enumerate().skip(index + 1);
    let mut code = rest.filter(|(_, l)| !l.trim().is_empty() && !l.trim_start().starts_with('#'));
    code.next().map_or_else(|| number(index), |(i, _)| number(i))
}

type Parsed = (Vec<String>, String, Option<Date>);

fn parse_body(body: &str) -> Result<Parsed, String> {
    let rest = body.trim_start().strip_prefix("ignore").ok_or("only `ignore[rule-id]` is known here")?;
    let rest = rest.trim_start().strip_prefix('[').ok_or("an ignore names its rules in brackets: `ignore[rule-id]`")?;
    let (ids, rest) = rest.split_once(']').ok_or("the bracket is not closed")?;
    let rules: Vec<String> = ids.split(',').map(|id| id.trim().to_owned()).collect();
    if let Some(bad) = rules.iter().find(|id| !is_id(id)) {
        return Err(format!("`{bad}` is no rule id; there is no ignore for everything"));
    }
    let (reason, until) = split_until(rest.trim_end_matches("*/"))?;
    Ok((rules, reason, until))
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn split_until(text: &str) -> Result<(String, Option<Date>), String> {
    let mut until = None;
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        match word.strip_prefix("until=") {
            Some(_) if until.is_some() => return Err("`until=` is given twice".to_owned()),
            Some(day) => until = Some(day.parse::<Date>().map_err(|e| e.to_string())?),
            None => words.push(word),
        }
    }
    Ok((words.join(" ").trim_start_matches([':', '-', ' ']).to_owned(), until))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn reads_rules_reason_and_end() {
        let text =
            "# holdpoint: ignore[config-unsound, catalog-broken] vendored file until=2027-01-31\nfile { '/a': }\n";
        let (good, bad) = scan("m.pp", text);
        assert!(bad.is_empty());
        assert_eq!(good[0].rules, ["config-unsound", "catalog-broken"]);
        assert_eq!(good[0].reason, "vendored file");
        assert_eq!(good[0].until.unwrap().to_string(), "2027-01-31");
        assert_eq!((good[0].first, good[0].last), (1, 2));
    }

    #[test]
    fn a_broken_one_is_an_error_at_its_line() {
        for (comment, why) in [
            ("# holdpoint: ignore config-unsound because", "in brackets"),
            ("# holdpoint: ignroe[config-unsound] x", "only `ignore"),
            ("# holdpoint: ignore[] x", "no rule id"),
            ("# holdpoint: ignore[*] x", "no ignore for everything"),
            ("# holdpoint: ignore[config-unsound x", "not closed"),
            ("# holdpoint: ignore[config-unsound] x until=tomorrow", "no date"),
            ("# holdpoint: ignore[config-unsound] x until=2026-01-01 until=2026-01-02", "twice"),
        ] {
            let (good, bad) = scan("m.pp", &format!("\n{comment}\n"));
            assert!(good.is_empty(), "{comment}");
            assert!(bad[0].why.contains(why), "{comment}: {}", bad[0].why);
            assert_eq!(bad[0].at.line, 2);
        }
    }

    #[test]
    fn comments_of_other_languages_count_and_plain_text_does_not() {
        for (line, found) in [
            ("key: 1  # holdpoint: ignore[single-smarthost] lab only", true),
            ("<%# holdpoint: ignore[single-smarthost] lab only %>", true),
            ("// holdpoint: ignore[single-smarthost] lab only", true),
            ("see the manual of holdpoint: ignore[single-smarthost] x", false),
        ] {
            let (good, bad) = scan("f", line);
            assert_eq!((good.len(), bad.len()), (usize::from(found), 0), "{line}");
            assert!(good.iter().all(|i| i.reason == "lab only"), "{line}");
        }
    }

    #[test]
    fn covers_the_resource_it_stands_on_or_above() {
        let text = "class a {\n  # holdpoint: ignore[x] why\n  # more\n\n  file { '/a':\n    mode => '1',\n  }\n}\n";
        let (mut above, _) = scan("m.pp", text);
        widen(&mut above, &[Extent { first: 5, last: 7 }, Extent { first: 9, last: 12 }]);
        assert_eq!((above[0].first, above[0].last), (2, 7));
        let (mut inside, _) = scan("m.pp", "file { '/a':\n  mode => '1', # holdpoint: ignore[x] why\n}\n");
        widen(&mut inside, &[Extent { first: 1, last: 3 }]);
        assert_eq!((inside[0].first, inside[0].last), (1, 3));
    }
}
