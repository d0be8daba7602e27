//! Answers conformance cases: JSON lines on stdin, one answer line a case on stdout, in the format
//! of the real-Puppet oracle.
//!
//! `MODULES` names the folder that stands for the cases' `modules/mods`, `FACTS` the one in which a case's
//! `facts_file` lies. `--puppet 8` answers with Puppet 8's settings where a case does not say.

#[path = "support/answers.rs"]
mod answers;

use serde_json::{Value, json};
use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let eight = arguments == ["--puppet", "8"];
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            // A line that is no JSON is not of a kind known here.
            let case: Value = serde_json::from_str(&line).unwrap_or_default();
            writeln!(out, "{}", json!({ "id": case["id"], "answer": answers::answer(&case, eight) }))?;
        }
    }
    out.flush()
}
