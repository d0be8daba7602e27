//! Catalogs, look-ups and refreshes of small programs, against real Puppet 7.23's answers: resources with
//! their parameters and tags, containment, the agent's relationship graph, errors by code and line.
//!
//! The number of cases that agree may only rise: raise the floors with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "../examples/support/answers.rs"]
mod answers;
#[path = "../examples/support/compare.rs"]
mod compare;

use serde_json::Value;
use std::collections::BTreeMap;

const CASES: &str = include_str!("../fixtures/language/catalog/cases.jsonl");

/// Cases of each kind that agree.
const FLOORS: [(&str, usize); 3] = [("catalog", 690), ("hiera", 131), ("refresh", 215)];

#[test]
fn agrees_with_real_puppet() {
    let mut agreed: BTreeMap<String, usize> = BTreeMap::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).expect("a case a line");
        let kind = case["kind"].as_str().unwrap_or_default();
        match compare::differs(kind, &case["answer"], &answers::answer(&case, false)) {
            None => *agreed.entry(kind.to_owned()).or_default() += 1,
            Some(why) => println!("{} {}", case["id"], why.chars().take(300).collect::<String>()),
        }
    }
    for (kind, floor) in FLOORS {
        let now = agreed.get(kind).copied().unwrap_or_default();
        assert!(now >= floor, "{now} cases of {kind} agree, {floor} did before");
    }
}
