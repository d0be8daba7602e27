//! JSON; comments and trailing commas pass, since many readers take them, and so does one document
//! a line.

use super::Fault;
use serde::de::IgnoredAny;

pub(super) fn fault(text: &str) -> Option<Fault> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    let lenient = without_comments(text);
    if lenient.trim().is_empty() || serde_json::from_str::<IgnoredAny>(&lenient).is_ok() || is_lines(text) {
        return None;
    }
    let line = u32::try_from(error.line()).unwrap_or(0);
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    Some(Fault { line, message: format!("not valid JSON: {message}") })
}

fn is_lines(text: &str) -> bool {
    let mut lines = text.lines().filter(|l| !l.trim().is_empty());
    lines.all(|line| serde_json::from_str::<IgnoredAny>(line).is_ok())
}

/// The text without `//`, `#` and `/* */` comments outside strings, and without trailing commas.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut in_string = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' if in_string => {
                out.push(c);
                out.extend(chars.next());
            }
            '"' => {
                in_string = !in_string;
                out.push(c);
            }
            '#' if !in_string => skip_line(&mut chars),
            '/' if !in_string && chars.peek() == Some(&'/') => skip_line(&mut chars),
            '/' if !in_string && chars.peek() == Some(&'*') => {
                let mut last = ' ';
                for next in chars.by_ref().skip(1) {
                    if last == '*' && next == '/' {
                        break;
                    }
                    last = next;
                }
            }
            ']' | '}' if !in_string => {
                let kept = out.trim_end().len();
                if out.get(..kept).is_some_and(|o| o.ends_with(',')) {
                    out.truncate(kept - 1);
                }
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
}

fn skip_line(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while chars.next_if(|c| *c != '\n').is_some() {}
}
