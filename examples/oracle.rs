//! Answers conformance cases: JSON lines on stdin, one answer line a case on stdout, in the format
//! of the real-Puppet oracle. A kind it cannot answer yet gets `{"unsupported": true}`.
//!
//! `MODULES` names the folder that stands for the cases' `modules/mods`.

#[path = "support/answers.rs"]
mod answers;
#[path = "support/eval.rs"]
mod eval;
#[path = "support/parse.rs"]
mod parse;

use serde_json::{Value, json};
use std::io::{BufRead, Write};

/// Compiling nests deeply.
const STACK: usize = 256 << 20;

fn main() -> std::io::Result<()> {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run)?;
    thread.join().unwrap_or_else(|_| Err(std::io::Error::other("stopped by a case")))
}

fn run() -> std::io::Result<()> {
    let facts: Value = serde_json::from_str(eval::STANDARD_FACTS)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            writeln!(out, "{}", answer(&line, &facts))?;
        }
    }
    out.flush()
}

/// The answer line of a case; a line that is no JSON is not one of a kind known here.
fn answer(line: &str, facts: &Value) -> Value {
    let case: Value = serde_json::from_str(line).unwrap_or_default();
    let answer = match case["kind"].as_str() {
        Some("parse") => parse::answer(&case),
        Some("eval") => eval::answer(&case),
        Some("catalog" | "hiera") => answers::answer(&case, facts, false),
        _ => return json!({ "id": case["id"], "unsupported": true }),
    };
    json!({ "id": case["id"], "answer": answer })
}
