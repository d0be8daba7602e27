//! Scores the compiler against real Puppet's answers: `conform CASES [--puppet 8] [--show N] [WORD…]`.
//!
//! CASES is a file of JSON lines with answers. Only cases whose `kind/category/id` holds every WORD are
//! asked. With `--puppet 8` the answers of version 8 count where they are given. A score of resources is
//! printed beside that of whole catalogs.
#![allow(clippy::print_stdout)]

#[path = "support/answers.rs"]
mod answers;
#[path = "support/compare.rs"]
mod compare;

use serde_json::Value as Json;
use std::collections::BTreeMap;

#[derive(Default)]
struct Score {
    good: usize,
    all: usize,
    resources: (usize, usize),
}

struct Wanted {
    eight: bool,
    show: usize,
    words: Vec<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: conform CASES [--puppet 8] [--show N] [WORD…]")?;
    let mut wanted = Wanted { eight: false, show: 0, words: Vec::new() };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--puppet" => wanted.eight = arguments.next().as_deref() == Some("8"),
            "--show" => wanted.show = arguments.next().ok_or("--show N")?.parse()?,
            _ => wanted.words.push(argument),
        }
    }
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for line in std::fs::read_to_string(&path)?.lines() {
        score(&serde_json::from_str(line)?, &mut wanted, &mut scores);
    }
    print(&scores);
    Ok(())
}

fn score(case: &Json, wanted: &mut Wanted, scores: &mut BTreeMap<String, Score>) {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    let (kind, name) = (text("kind"), format!("{}/{}", text("kind"), text("cat")));
    let full = format!("{name} {}", text("id"));
    if !wanted.words.iter().all(|w| full.contains(w)) {
        return;
    }
    let key = if wanted.eight && case["answer8"].is_object() { "answer8" } else { "answer" };
    let ours = answers::answer(case, wanted.eight);
    let score = scores.entry(name).or_default();
    score.all += 1;
    count_resources(&case[key], &ours, score);
    match compare::differs(kind, &case[key], &ours) {
        None => score.good += 1,
        Some(why) if wanted.show > 0 => {
            wanted.show -= 1;
            let why: String = why.chars().take(1200).collect();
            println!("{}\n{}\n   => {why}\n", text("id"), text("src"));
        }
        Some(_) => {}
    }
}

fn count_resources(want: &Json, got: &Json, score: &mut Score) {
    let (want, got) = (compare::resources(want), compare::resources(got));
    let equal = want.keys().filter(|name| compare::resource(name, &want, &got).is_none()).count();
    score.resources = (score.resources.0 + equal, score.resources.1 + want.len());
}

fn print(scores: &BTreeMap<String, Score>) {
    let mut total = Score::default();
    for (name, score) in scores {
        println!("{name:32} {:4} / {}", score.good, score.all);
        total.good += score.good;
        total.all += score.all;
        total.resources = (total.resources.0 + score.resources.0, total.resources.1 + score.resources.1);
    }
    println!("{} of {}; resources of catalogs {} of {}", total.good, total.all, total.resources.0, total.resources.1);
}
