//! Is a shipped file sound on its own terms?
//!
//! Only what the format's own reader would refuse is said, and one trap that it would take
//! (`tuple`). What can't be judged for sure (an unknown dialect, a template of another engine,
//! Python of before 2020) is let pass.

mod json;
mod python;
mod python2;
mod shell;
mod tuple;
mod yaml;

use super::format::{Format, Parser, detect};

/// Largest file that is judged.
const MAX_SIZE: usize = 1 << 20;
/// Stack for one file: memory is taken only as far as it is used.
const STACK: usize = 512 << 20;

/// A fault in a shipped file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsound {
    /// One-based line; 0 when only the file is known.
    pub line: u32,
    /// What is wrong.
    pub message: String,
    /// What stops working.
    pub what_breaks: String,
    /// Whether it is certain, or only probable, that it is meant otherwise.
    pub certain: bool,
}

/// A fault as a parser sees it.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    line: u32,
    message: String,
}

/// The faults of a file. `path` is its name in the repository, `target` its name on the host.
#[must_use]
pub fn check(path: &str, bytes: &[u8], target: Option<&str>) -> Vec<Unsound> {
    if bytes.len() > MAX_SIZE || bytes.contains(&0) {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let Some(format) = detect(path, target, text) else { return Vec::new() };
    if is_template(format, text) {
        return Vec::new();
    }
    let (owned, parser) = (text.to_owned(), format.parser);
    let fault = with_room(move || parse(parser, &owned)).flatten();
    let sound = fault.is_none();
    let mut out: Vec<Unsound> = fault.into_iter().map(|fault| unsound(fault, format)).collect();
    if parser == Parser::Python && sound {
        let (path, target, owned) = (path.to_owned(), target.map(str::to_owned), text.to_owned());
        out.extend(with_room(move || tuple::find(&path, target.as_deref(), &owned)).unwrap_or_default());
    }
    out
}

/// Why a file whose format could be judged is not, if so.
#[must_use]
pub fn not_judged(path: &str, bytes: &[u8], target: Option<&str>) -> Option<&'static str> {
    let why = if bytes.len() > MAX_SIZE {
        "it is larger than 1 MiB"
    } else if bytes.contains(&0) {
        "it holds NUL bytes"
    } else {
        return None;
    };
    // Its beginning and its name tell the format as well as the whole would.
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(4096)).unwrap_or(bytes));
    detect(path, target, &head).map(|_| why)
}

/// Runs a parser, which recurses on hostile input, where it has room for all of it.
fn with_room<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    std::thread::Builder::new().stack_size(STACK).spawn(work).ok()?.join().ok()
}

fn unsound(fault: Fault, format: &Format) -> Unsound {
    Unsound { line: fault.line, message: fault.message, what_breaks: format.what_breaks.clone(), certain: true }
}

fn parse(parser: Parser, text: &str) -> Option<Fault> {
    match parser {
        Parser::Yaml => yaml::fault(text),
        Parser::Json => json::fault(text),
        Parser::Python => python::fault(text),
        Parser::Shell => shell::fault(text),
        Parser::Ruby => ruby(crate::ruby::syntax_errors(text)),
        Parser::Erb => ruby(crate::ruby::erb::syntax_errors(text)),
        Parser::Epp => epp(text),
    }
}

/// The text of another template engine, which turns into the format only later.
fn is_template(format: &Format, text: &str) -> bool {
    let marks: &[&str] = match format.parser {
        Parser::Erb | Parser::Epp | Parser::Ruby => &[],
        Parser::Yaml | Parser::Json => &["{{", "{%", "<%"],
        Parser::Python | Parser::Shell => &["{%", "<%="],
    };
    marks.iter().any(|m| text.contains(m))
}

fn ruby(errors: Vec<crate::ruby::RubyError>) -> Option<Fault> {
    errors.into_iter().next().map(|e| Fault { line: e.line, message: format!("not valid Ruby: {}", e.message) })
}

fn epp(text: &str) -> Option<Fault> {
    let parsed = crate::puppet::parse_epp(text);
    let error = parsed.errors.into_iter().next()?;
    let line = crate::puppet::LineIndex::new(text).line(error.span.start);
    Some(Fault { line, message: format!("not a valid EPP template: {}", error.message) })
}

#[cfg(test)]
mod tests;
