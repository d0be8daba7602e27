//! YAML: every document must scan and parse. Tags, aliases and duplicate keys are fine here.

use super::Fault;
use libyaml_safer::Parser;

pub(super) fn fault(text: &str) -> Option<Fault> {
    let mut bytes = text.as_bytes();
    let mut parser = Parser::new();
    parser.set_input(&mut bytes);
    for event in parser {
        if let Err(error) = event {
            let line = error.problem_mark().and_then(|m| u32::try_from(m.line + 1).ok()).unwrap_or(0);
            return Some(Fault { line, message: format!("not valid YAML: {}", error.problem()) });
        }
    }
    None
}
