//! Patterns of `grep` and `sed` (POSIX basic and extended) put as those of the `regex` crate, and `sed`
//! scripts of the simple kind applied to known text. What goes beyond that is `None`: not known.

use regex::Regex;

/// Longest pattern that is translated.
const MAX_PATTERN: usize = 2000;

/// Compiles a pattern; back references are not followed.
pub(crate) fn pattern(text: &str, extended: bool, ignore_case: bool) -> Option<Regex> {
    if text.len() > MAX_PATTERN {
        return None;
    }
    let plain = translate(text, extended)?;
    regex::RegexBuilder::new(&plain).case_insensitive(ignore_case).size_limit(1 << 20).build().ok()
}

fn translate(text: &str, extended: bool) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        match c {
            '\\' => {
                let next = rest[1..].chars().next()?;
                used += next.len_utf8();
                out.push_str(&escaped(next, extended)?);
            }
            '[' => {
                used = bracket(rest)?;
                out.push_str(&rest[..used].replace('\\', "\\\\"));
            }
            // In the basic sort these are plain unless escaped.
            '(' | ')' | '{' | '}' | '|' | '+' | '?' if !extended => out.extend(['\\', c]),
            // A star with nothing before it is plain.
            '*' if out.is_empty() || out == "^" => out.push_str("\\*"),
            '^' if !(extended || out.is_empty() || out.ends_with('(')) => out.push_str("\\^"),
            '$' if !(extended || rest.len() == 1 || rest[1..].starts_with("\\)")) => out.push_str("\\$"),
            '^' | '$' | '.' | '*' => out.push(c),
            '(' | ')' | '{' | '}' | '|' | '+' | '?' => out.push(c),
            c => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
        rest = &rest[used..];
    }
    Some(out)
}

fn escaped(next: char, extended: bool) -> Option<String> {
    Some(match next {
        '(' | ')' | '{' | '}' | '|' | '+' | '?' if !extended => next.to_string(),
        '1'..='9' => return None,
        '<' | '>' | 'b' => "\\b".to_owned(),
        'w' | 'W' | 's' | 'S' => format!("\\{next}"),
        'n' => "\\n".to_owned(),
        't' => "\\t".to_owned(),
        other => regex::escape(other.encode_utf8(&mut [0; 4])),
    })
}

/// Length of a bracket expression at the start of the text.
fn bracket(text: &str) -> Option<usize> {
    let body = text.strip_prefix("[^").or_else(|| text.strip_prefix('['))?;
    let start = text.len() - body.len();
    let mut at = start + usize::from(body.starts_with(']'));
    loop {
        let rest = text.get(at..)?;
        if let Some(class) = rest.strip_prefix("[:") {
            at += 2 + class.find(":]")? + 2;
        } else if rest.starts_with(']') {
            return Some(at + 1);
        } else {
            at += rest.chars().next()?.len_utf8();
        }
    }
}

/// One command of a `sed` script.
enum Step {
    Replace { find: Regex, by: String, all: bool, print: bool },
    Delete(Regex),
    Print(Regex),
}

/// What `sed` makes of known text: `s`, `/…/d` and `/…/p` are followed.
pub(crate) fn sed(scripts: &[&str], quiet: bool, extended: bool, input: &str) -> Option<String> {
    let mut steps = Vec::new();
    for script in scripts {
        parse(script.trim(), extended, &mut steps)?;
    }
    let mut out = String::new();
    for line in input.lines() {
        apply(&steps, line, quiet, &mut out);
    }
    Some(out)
}

fn apply(steps: &[Step], line: &str, quiet: bool, out: &mut String) {
    let mut now = line.to_owned();
    for step in steps {
        match step {
            Step::Replace { find, by, all, print } => {
                let done = find.replacen(&now, usize::from(!all), by.as_str()).into_owned();
                if *print && find.is_match(&now) {
                    out.push_str(&done);
                    out.push('\n');
                }
                now = done;
            }
            Step::Delete(find) if find.is_match(&now) => return,
            Step::Print(find) if find.is_match(&now) => {
                out.push_str(&now);
                out.push('\n');
            }
            _ => {}
        }
    }
    if !quiet {
        out.push_str(&now);
        out.push('\n');
    }
}

fn parse(script: &str, extended: bool, steps: &mut Vec<Step>) -> Option<()> {
    let mut rest = script;
    while !rest.is_empty() {
        rest = step(rest, extended, steps)?.trim_start_matches([';', ' ', '\n']);
    }
    Some(())
}

fn step<'s>(script: &'s str, extended: bool, steps: &mut Vec<Step>) -> Option<&'s str> {
    if let Some(rest) = script.strip_prefix('/') {
        let (address, rest) = until(rest, '/')?;
        let find = pattern(&address, extended, false)?;
        let (command, rest) = rest.split_at_checked(1)?;
        steps.push(match command {
            "d" => Step::Delete(find),
            "p" => Step::Print(find),
            _ => return None,
        });
        return end(rest);
    }
    let body = script.strip_prefix('s')?;
    let mark = body.chars().next().filter(|c| !c.is_alphanumeric() && !c.is_whitespace() && *c != '\\')?;
    let (find, rest) = until(&body[mark.len_utf8()..], mark)?;
    let (by, rest) = until(rest, mark)?;
    let flags = rest.split([';', '\n', ' ']).next().unwrap_or_default();
    if !flags.chars().all(|c| matches!(c, 'g' | 'p' | 'i' | 'I')) {
        return None;
    }
    let find = pattern(&find, extended, flags.contains(['i', 'I']))?;
    steps.push(Step::Replace { find, by: replacement(&by)?, all: flags.contains('g'), print: flags.contains('p') });
    end(&rest[flags.len()..])
}

fn end(rest: &str) -> Option<&str> {
    (rest.is_empty() || rest.starts_with([';', '\n', ' '])).then_some(rest)
}

/// The text up to a mark that is not escaped; an escaped mark is plain.
fn until(text: &str, mark: char) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                next if next == mark => out.push(next),
                next => out.extend(['\\', next]),
            },
            c if c == mark => return Some((out, &text[at + c.len_utf8()..])),
            c => out.push(c),
        }
    }
    None
}

/// `&` and `\1` in the form of the `regex` crate.
fn replacement(by: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = by.chars();
    while let Some(c) = chars.next() {
        match c {
            '$' => out.push_str("$$"),
            '&' => out.push_str("${0}"),
            '\\' => match chars.next()? {
                digit @ '0'..='9' => out.push_str(&format!("${{{digit}}}")),
                'n' => out.push('\n'),
                next if next.is_alphabetic() => return None,
                next => out.push(next),
            },
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sed_does_as_the_real_one() {
        for (script, input, expected) in [
            ("s/tiger//", "tigervnc", Some("vnc\n")),
            ("s/[[:space:]].*//", "a b c", Some("a\n")),
            (r"s/\(a*\)b/<\1>/g", "aab ab b", Some("<aa> <a> <>\n")),
            ("s,/usr,,;s/x$/y/", "/usr/x", Some("/y\n")),
            ("s/a+/-/", "a+aa", Some("-aa\n")),
            ("/^#/d", "#x\ny", Some("y\n")),
            ("s/a/[&]/", "bab", Some("b[a]b\n")),
            (r"s/\./$/", "a.b", Some("a$b\n")),
            ("s/a/b/w /etc/passwd", "a", None),
            ("1,3d", "a", None),
            (r"s/\(a\)\1/b/", "aa", None),
            ("s/a/b", "a", None),
        ] {
            assert_eq!(sed(&[script], false, false, input).as_deref(), expected, "{script}");
        }
        assert_eq!(sed(&["s/:.*//p"], true, false, "a:b\nc").as_deref(), Some("a\n"));
        assert_eq!(sed(&["s/(a)+/x/"], false, true, "aab").as_deref(), Some("xb\n"));
    }

    #[test]
    fn patterns_of_both_sorts() {
        for (text, extended, subject, expected) in [
            ("diversion.*rlinetd", false, "diversion of /x to /x.real by rlinetd", true),
            ("a|b", false, "b", false),
            ("a|b", true, "b", true),
            (r"a\|b", false, "b", true),
            ("^[^:]*$", false, "a:b", false),
            ("*x", false, "*x", true),
            ("[]x]", false, "]", true),
            ("[\\.]", false, "\\", true),
        ] {
            assert_eq!(pattern(text, extended, false).map(|p| p.is_match(subject)), Some(expected), "{text}");
        }
        assert!(pattern("[", false, false).is_none() && pattern("\\", false, false).is_none());
    }
}
