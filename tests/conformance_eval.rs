//! Values, types and errors of small programs, against real Puppet 7.23's answers.
//!
//! Prints a score per category. The number of cases that agree may only rise: raise the floor with it.
//! Cases that need a module path are run where `MODULES` names a folder of modules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "../examples/support/answers.rs"]
mod answers;

use serde_json::Value;
use std::collections::BTreeMap;

/// Cases without modules that agree.
const FLOOR: usize = 3141;

const CASES: &str = include_str!("../fixtures/language/eval/cases.jsonl");

/// Same value by type and data, or an error of the same issue.
fn agrees(wanted: &Value, got: &Value) -> bool {
    match (wanted.get("error"), got.get("error")) {
        (Some(wanted), Some(got)) => {
            got["class"] != "panic" && (wanted["issue"].is_null() || wanted["issue"] == got["issue"])
        }
        (None, None) => wanted["type"] == got["type"] && wanted["json"] == got["json"],
        _ => false,
    }
}

#[test]
fn agrees_with_real_puppet() {
    let mut score: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let modules = std::env::var_os("MODULES").is_some();
    let (mut plain, mut panics) = (0, Vec::new());
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).expect("a case a line");
        let needs_modules = case["modulepath"].is_array();
        if needs_modules && !modules {
            continue;
        }
        let got = answers::answer(&case, false);
        let agreed = agrees(&case["answer"], &got);
        if got["error"]["class"] == "panic" {
            panics.push(case["id"].clone());
        }
        plain += usize::from(agreed && !needs_modules);
        let entry = score.entry(case["cat"].as_str().unwrap_or_default().to_owned()).or_default();
        *entry = (entry.0 + usize::from(agreed), entry.1 + 1);
    }
    for (category, (agreed, total)) in &score {
        println!("{category:20} {agreed:4} of {total:4}");
    }
    assert!(panics.is_empty(), "panicked: {panics:?}");
    assert!(plain >= FLOOR, "{plain} cases agree, {FLOOR} did before");
}
