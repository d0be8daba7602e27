//! The parser against real Puppet: verdict, tree, issue code, place and wording of 425 snippets, as
//! recorded from Puppet 7.23.

#![allow(clippy::expect_used)]

use holdpoint::puppet::{Dialect, LineIndex, Parsed, parse, parse_epp, pn};
use serde_json::Value;

/// Where we differ on purpose, and why. Both crash real Puppet with a Ruby error instead of a message.
const KNOWN: [(&str, &str); 2] = [
    ("own/lex_interp/0086", "`${true}`: NoMethodError on a boolean name; an ordinary error here"),
    ("own/lex_name/0044", "`foo::` at the end of input: NoMethodError in the lexer; an ordinary error here"),
];

fn cases() -> Vec<Value> {
    let text = include_str!("../fixtures/language/parse/cases.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("a case a line")).collect()
}

fn read(case: &Value) -> Parsed {
    let src = case["src"].as_str().expect("src");
    if case["epp"] == true { parse_epp(src) } else { parse(src, Dialect::Modern) }
}

/// What is wrong with our answer to `case`, if anything.
fn difference(case: &Value) -> Option<String> {
    let parsed = read(case);
    let want = &case["answer"];
    let error = &want["error"];
    if error.is_null() {
        if let Some(first) = parsed.errors.first() {
            return Some(format!("refused: {}", first.message));
        }
        let got = pn::dump(&parsed);
        return (!want["pn"].is_null() && want["pn"] != got).then_some(got);
    }
    let Some(first) = parsed.errors.first() else { return Some("accepted".to_owned()) };
    if error["message"].as_str().is_some_and(|m| m.starts_with("Language validation logged")) {
        let logged = want["logs"].as_array().map_or(0, Vec::len);
        return (parsed.errors.len() != logged).then(|| format!("{} errors", parsed.errors.len()));
    }
    let line = LineIndex::new(case["src"].as_str()?).line(first.span.start);
    let issue = error["issue"].as_str().unwrap_or("");
    let message = error["message"].as_str()?;
    let same = issue == first.issue
        && message.starts_with(&first.message)
        && (error["line"].is_null() || error["line"] == line);
    (!same).then(|| format!("{} {} at line {line}", first.issue, first.message))
}

#[test]
fn answers_as_real_puppet_does() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter(|case| KNOWN.iter().all(|(id, _)| case["id"] != *id))
        .filter_map(|case| difference(case).map(|d| format!("{} {}\n  {d}", case["id"], case["src"])))
        .collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn known_differences_still_are_and_agree_on_the_verdict() {
    let cases = cases();
    for (id, why) in KNOWN {
        let case = cases.iter().find(|case| case["id"] == id).expect(id);
        assert!(difference(case).is_some(), "{id} agrees by now: take it off the list ({why})");
        assert!(!read(case).errors.is_empty(), "{id}: the verdict must agree");
    }
}
