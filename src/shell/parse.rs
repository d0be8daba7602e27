//! Shell text to [`Node`]: syntax by `brush-parser`, behind limits on size and nesting.
//!
//! The parser descends recursively, so nesting is estimated before it runs and the caller gives it
//! a thread with a big stack ([`on_big_stack`]).

use std::rc::Rc;

use brush_parser::{Parser, ParserOptions};

use super::ir::Node;
use super::lower::Lowering;

/// Longest script that is read; of those in Debian 12 hardly one has a tenth of it.
const MAX_BYTES: usize = 512 << 10;
/// Deepest nesting of brackets and compound commands that is followed.
const MAX_DEPTH: usize = 120;
/// Digits of a number that is certainly in range.
const MAX_DIGITS: usize = 9;
const STACK: usize = 256 << 20;

/// A script that could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// Too long.
    #[error("script of {0} bytes is over the limit of 512 KiB")]
    TooLong(usize),
    /// Nested too deeply.
    #[error("commands are nested {0} deep, which is over the limit of 120")]
    TooDeep(usize),
    /// Not shell.
    #[error("not valid shell: {0}")]
    Syntax(String),
    /// The thread that was to read it could not be had.
    #[error("could not be read: {0}")]
    Thread(String),
}

impl ScriptError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            ScriptError::Syntax(_) => "check the script with `sh -n`, and read it by hand",
            _ => "read the script by hand",
        }
    }
}

/// Runs `work` where deep recursion has room.
pub(crate) fn on_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, ScriptError> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|e| ScriptError::Thread(e.to_string()))?;
        thread.join().map_err(|_| ScriptError::Thread("its reader stopped".to_owned()))
    })
}

/// Parses a script or a command substitution; `line` is the line of its first line.
pub(crate) fn parse(text: &str, line: u32) -> Result<Rc<Node>, ScriptError> {
    if text.len() > MAX_BYTES {
        return Err(ScriptError::TooLong(text.len()));
    }
    let depth = nesting(text);
    if depth > MAX_DEPTH {
        return Err(ScriptError::TooDeep(depth));
    }
    if has_huge_number(text) {
        return Err(ScriptError::Syntax("a number of a descriptor, a sequence or a folder is out of range".to_owned()));
    }
    let bash = text.lines().next().is_some_and(|first| first.starts_with("#!") && first.contains("bash"));
    let options = ParserOptions { sh_mode: !bash, ..options() };
    let program = Parser::new(text.as_bytes(), &options).parse_program();
    let program = program.map_err(|e| ScriptError::Syntax(one_line(&e.to_string())))?;
    Ok(Rc::new(Lowering::new(line).program(&program)))
}

/// Is a number too large where the parser takes it for one: `N>`, `~N`, `{1..N}`? It would panic.
fn has_huge_number(text: &str) -> bool {
    let joined = text.replace("\\\n", "");
    let bytes = joined.as_bytes();
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate().chain([(bytes.len(), &b' ')]) {
        if byte.is_ascii_digit() {
            continue;
        }
        let before = &bytes[start.max(1) - 1..start];
        let taken = matches!(byte, b'<' | b'>' | b'.') || matches!(before, [b'~' | b'+' | b'-' | b'.']);
        if at - start > MAX_DIGITS && taken {
            return true;
        }
        start = at + 1;
    }
    false
}

pub(crate) fn options() -> ParserOptions {
    ParserOptions { enable_extended_globbing: false, sh_mode: true, ..ParserOptions::default() }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An upper estimate of nesting, blind to quotes: each kind of opening less its own closings, so
/// that a stray closing of one kind cannot hide another.
fn nesting(text: &str) -> usize {
    let mut kinds = [Climb::default(); 5];
    for byte in text.bytes() {
        match byte {
            b'(' => kinds[0].up(),
            b')' => kinds[0].down(),
            b'{' => kinds[1].up(),
            b'}' => kinds[1].down(),
            _ => {}
        }
    }
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        match word {
            "if" => kinds[2].up(),
            "fi" => kinds[2].down(),
            "case" => kinds[3].up(),
            "esac" => kinds[3].down(),
            "do" => kinds[4].up(),
            "done" => kinds[4].down(),
            _ => {}
        }
    }
    kinds.iter().map(|k| k.highest).sum()
}

/// Greatest rise of a running count above its lowest point so far.
#[derive(Clone, Copy, Default)]
struct Climb {
    now: isize,
    lowest: isize,
    highest: usize,
}

impl Climb {
    fn up(&mut self) {
        self.now += 1;
        self.highest = self.highest.max(usize::try_from(self.now - self.lowest).unwrap_or(0));
    }

    fn down(&mut self) {
        self.now -= 1;
        self.lowest = self.lowest.min(self.now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_the_parser_cannot_hold_are_refused() {
        let huge = "9".repeat(30);
        for text in ["echo N>x", "N<x", "cd ~N", "cd ~-N", "cd ~+N", "for i in {1..N}; do x; done", "echo 9\\\nN>x"] {
            assert!(parse(&text.replace('N', &huge), 1).is_err(), "{text}");
        }
        assert!(parse(&format!("echo {huge} 2>&1; x=20230102030405"), 1).is_ok());
    }

    #[test]
    fn deep_nesting_is_refused_and_flat_text_is_not() {
        for (open, close) in [("(", ")"), ("{ ", "; }"), ("if a; then ", "; fi"), ("x=$(", ")")] {
            let deep = format!("{}true{}", open.repeat(1000), close.repeat(1000));
            assert!(matches!(parse(&deep, 1), Err(ScriptError::TooDeep(_))), "{open}");
        }
        let hiding = "case x in x) $(".repeat(500);
        assert!(matches!(parse(&hiding, 1), Err(ScriptError::TooDeep(_))));
        let flat = "if a; then (b); fi\n".repeat(2000);
        assert!(parse(&flat, 1).is_ok());
    }
}
