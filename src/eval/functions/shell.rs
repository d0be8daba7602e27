//! Quoting for shells.

use super::args::{Outcome, arg, array, count, no_text};
use super::collection::flat;
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::Value;

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

pub(super) fn shellquote(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let word = |v: Value| match v {
        Value::Str(_) | Value::Undef => Ok(quote_word(&v.to_string())),
        other => Err(no_text(&other)),
    };
    let words: Result<Vec<String>, EvalError> = args.iter().flat_map(flat).map(word).collect();
    Ok(Value::str(words?.join(" ")))
}

fn quote_word(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "@%_+=:,./-".contains(c);
    let dangerous = |c: char| "!\"`$\\".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else if !word.contains(dangerous) {
        format!("\"{word}\"")
    } else if !word.contains('\'') {
        format!("'{word}'")
    } else {
        let escaped: String = word.chars().flat_map(|c| dangerous(c).then_some('\\').into_iter().chain([c])).collect();
        format!("\"{escaped}\"")
    }
}

/// As Ruby's `Shellwords.escape`.
fn escape(word: &str) -> String {
    if word.is_empty() {
        return "''".to_owned();
    }
    let keep = |c: char| c.is_ascii_alphanumeric() || "_-.,:+/@".contains(c);
    let mut out = String::new();
    for c in word.chars() {
        match c {
            '\n' => out.push_str("'\n'"),
            c if keep(c) => out.push(c),
            c => {
                out.push('\\');
                out.push(c);
            }
        }
    }
    out
}

pub(super) fn shell_escape(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("shell_escape", args, 1, 1)?;
    Ok(Value::str(escape(&super::ruby::to_s(arg(args, 0)))))
}

pub(super) fn shell_join(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("shell_join", args, 1, 1)?;
    let words: Vec<String> =
        array("shell_join", "words", arg(args, 0))?.items.iter().map(|v| escape(&v.to_string())).collect();
    Ok(Value::str(words.join(" ")))
}

pub(super) fn shell_split(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("shell_split", args, 1, 1)?;
    words(&arg(args, 0).to_string()).map(Value::array)
}

fn words(line: &str) -> Result<Vec<Value>, EvalError> {
    let unmatched = || EvalError::puppet(format!("Unmatched quote: {line}"));
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => out.extend(word.take().map(Value::str)),
            '\'' => {
                let slot = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or_else(unmatched)? {
                        '\'' => break,
                        c => slot.push(c),
                    }
                }
            }
            '"' => {
                let slot = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or_else(unmatched)? {
                        '"' => break,
                        '\\' => match chars.next().ok_or_else(unmatched)? {
                            c if "$`\"\\\n".contains(c) => slot.push(c),
                            c => slot.extend(['\\', c]),
                        },
                        c => slot.push(c),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word.map(Value::str));
    Ok(out)
}

pub(super) fn batch_escape(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("batch_escape", args, 1, 1)?;
    let text = super::ruby::to_s(arg(args, 0)).replace('\\', "\\\\").replace('"', "\"\"").replace('$', "\\$");
    Ok(Value::str(format!("\"{text}\"")))
}

pub(super) fn powershell_escape(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("powershell_escape", args, 1, 1)?;
    let mut out = String::new();
    for c in super::ruby::to_s(arg(args, 0)).chars() {
        match c {
            ' ' | '\'' | '`' | '|' | '\n' | '$' => out.extend(['`', c]),
            '"' => out.push_str("\\`\""),
            c => out.push(c),
        }
    }
    Ok(Value::str(out))
}
