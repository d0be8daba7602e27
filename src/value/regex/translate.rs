//! Onigmo syntax to that of `fancy-regex`, character by character.
//!
//! The differences that matter: `(?m)` means "dot matches newline"; `\h` is a hex digit; `\d \w \s`
//! are ASCII; POSIX brackets are Unicode; a stray `{` is literal; named groups make plain groups
//! non-capturing.

use std::iter::Peekable;
use std::str::Chars;

type Input<'a> = Peekable<Chars<'a>>;

/// Translates a pattern.
pub(super) fn from_ruby(pattern: &str) -> Result<String, String> {
    let named = has_named_group(pattern);
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut input = pattern.chars().peekable();
    // How many signs of repetition stand in a row.
    let mut repeats = 0_u32;
    while let Some(c) = input.next() {
        // To repeat at will what is repeated already is the same as to repeat it at will once.
        if c == '*' && repeats == 1 {
            out.pop();
            repeats = 0;
        }
        repeats = if matches!(c, '*' | '+' | '?') { repeats + 1 } else { 0 };
        match c {
            '\\' => escape(&mut input, &mut out, false)?,
            '[' => class(&mut input, &mut out, 0)?,
            '(' => group(&mut input, &mut out, named)?,
            '{' => brace(&mut input, &mut out),
            '}' => out.push_str("\\}"),
            ']' => out.push_str("\\]"),
            _ => out.push(c),
        }
    }
    Ok(out)
}

fn has_named_group(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    pattern.match_indices("(?<").any(|(i, _)| {
        let escaped = bytes.iter().take(i).rev().take_while(|b| **b == b'\\').count() % 2 == 1;
        !escaped && !matches!(bytes.get(i + 3), Some(b'=' | b'!') | None)
    })
}

fn escape(input: &mut Input<'_>, out: &mut String, in_class: bool) -> Result<(), String> {
    let Some(c) = input.next() else { return Err("too short escape sequence".to_owned()) };
    let bracket = |out: &mut String, body: &str, negated: bool| {
        if in_class && !negated {
            out.push_str(body);
        } else {
            out.push_str(if negated { "[^" } else { "[" });
            out.push_str(body);
            out.push(']');
        }
    };
    match c {
        'h' => bracket(out, "0-9a-fA-F", false),
        'H' => bracket(out, "0-9a-fA-F", true),
        'd' => bracket(out, "0-9", false),
        'D' => bracket(out, "0-9", true),
        'w' => bracket(out, "a-zA-Z0-9_", false),
        'W' => bracket(out, "a-zA-Z0-9_", true),
        's' => bracket(out, " \\t\\r\\n\\x0C\\x0B", false),
        'S' => bracket(out, " \\t\\r\\n\\x0C\\x0B", true),
        'R' => out.push_str("(?>\\r\\n|[\\n\\x0B\\x0C\\r\\u{85}\\u{2028}\\u{2029}])"),
        'Z' if !in_class => out.push_str("(?=\\n?\\z)"),
        'e' => out.push_str("\\x1B"),
        'b' if in_class => out.push_str("\\x08"),
        'u' => unicode(input, out)?,
        'C' | 'M' if input.peek() != Some(&'-') => {
            let kind = if c == 'C' { "control" } else { "meta" };
            return Err(format!("too short {kind} escape"));
        }
        'p' | 'P' if input.peek() == Some(&'{') => property(input, out, in_class, c == 'P')?,
        '0' => octal(input, out),
        '/' | '_' | '<' | '>' | '"' | '\'' | '`' | ',' | ':' | ';' | '=' | '!' | '%' | '@' | ' ' | '\n' => {
            literal(c, out)
        }
        c if c.is_ascii_alphabetic() && !"aAbBcfgGkKnpPrtvXxz".contains(c) => out.push(c),
        c if !c.is_ascii() => out.push(c),
        c => {
            out.push('\\');
            out.push(c);
        }
    }
    Ok(())
}

fn literal(c: char, out: &mut String) {
    if matches!(c, ' ' | '\n') {
        out.push_str(&format!("\\x{:02X}", c as u32));
    } else {
        out.push(c);
    }
}

fn unicode(input: &mut Input<'_>, out: &mut String) -> Result<(), String> {
    let mut digits = String::new();
    if input.peek() == Some(&'{') {
        input.next();
        while let Some(c) = input.next_if(|c| *c != '}') {
            digits.push(c);
        }
        input.next();
    } else {
        while digits.len() < 4 {
            let Some(c) = input.next_if(char::is_ascii_hexdigit) else { break };
            digits.push(c);
        }
    }
    if digits.is_empty() {
        return Err("invalid Unicode escape".to_owned());
    }
    out.push_str(&format!("\\u{{{digits}}}"));
    Ok(())
}

/// After `\p` or `\P`: a property by its name in braces. `^` before the name turns it round.
fn property(input: &mut Input<'_>, out: &mut String, in_class: bool, negated: bool) -> Result<(), String> {
    input.next();
    let turned = input.next_if_eq(&'^').is_some();
    let mut name = String::new();
    while let Some(c) = input.next_if(|c| *c != '}') {
        name.push(c);
    }
    if input.next().is_none() || name.is_empty() {
        return Err(format!("invalid character property name {{{name}}}"));
    }
    let body = posix_body(&name.to_ascii_lowercase()).map_or_else(|| format!("\\p{{{name}}}"), str::to_owned);
    let body = body.replace('^', "\\^").replace('~', "\\~");
    match (turned != negated, in_class) {
        (true, _) => out.push_str(&format!("[^{body}]")),
        (false, true) if !body.contains("&&") => out.push_str(&body),
        (false, _) => out.push_str(&format!("[{body}]")),
    }
    Ok(())
}

fn octal(input: &mut Input<'_>, out: &mut String) {
    let mut value = 0;
    for _ in 0..2 {
        let Some(c) = input.next_if(|c| ('0'..='7').contains(c)) else { break };
        value = value * 8 + c.to_digit(8).unwrap_or(0);
    }
    out.push_str(&format!("\\x{{{value:X}}}"));
}

/// After `[`.
fn class(input: &mut Input<'_>, out: &mut String, depth: u32) -> Result<(), String> {
    if depth > 50 {
        return Err("too deep nest level".to_owned());
    }
    out.push('[');
    if input.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    if input.next_if_eq(&']').is_some() {
        out.push_str("\\]");
    }
    while let Some(c) = input.next() {
        match c {
            ']' => {
                out.push(']');
                return Ok(());
            }
            '\\' => escape(input, out, true)?,
            '[' if input.peek() == Some(&':') && posix(input, out) => {}
            '[' => class(input, out, depth + 1)?,
            '&' if input.next_if_eq(&'&').is_some() => out.push_str("&&"),
            '&' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '-' if input.peek() == Some(&'-') => out.push_str("\\-"),
            ' ' => literal(' ', out),
            '#' => out.push_str("\\#"),
            c => out.push(c),
        }
    }
    Err("premature end of char-class".to_owned())
}

/// What a POSIX name stands for inside of brackets.
fn posix_body(name: &str) -> Option<&'static str> {
    Some(match name {
        "alpha" => "\\p{Alphabetic}",
        "digit" => "\\p{Nd}",
        "alnum" => "\\p{Alphabetic}\\p{M}\\p{Nd}",
        "upper" => "\\p{Uppercase}",
        "lower" => "\\p{Lowercase}",
        "space" => "\\s",
        "blank" => "\\p{Zs}\\t",
        "punct" => "\\p{P}$+<=>^`|~",
        "cntrl" => "\\p{Cc}",
        "xdigit" => "0-9a-fA-F",
        "word" => "\\w",
        "graph" => "\\P{C}&&\\S",
        "print" => "\\P{C}",
        "ascii" => "\\x00-\\x7F",
        _ => return None,
    })
}

/// After `[`, before `:name:]`. Reads nothing unless it is a POSIX bracket.
fn posix(input: &mut Input<'_>, out: &mut String) -> bool {
    let rest: String = input.clone().take(12).collect();
    let Some(end) = rest.find(":]") else { return false };
    let Some(name) = rest.get(1..end) else { return false };
    let (negated, name) = name.strip_prefix('^').map_or((false, name), |n| (true, n));
    let Some(body) = posix_body(name) else { return false };
    out.push_str(if negated { "[^" } else { "[" });
    out.push_str(&body.replace('^', "\\^").replace('~', "\\~"));
    out.push(']');
    for _ in 0..rest.chars().take(end + 2).count() {
        input.next();
    }
    true
}

/// After `(`.
fn group(input: &mut Input<'_>, out: &mut String, named: bool) -> Result<(), String> {
    if input.next_if_eq(&'?').is_none() {
        out.push_str(if named { "(?:" } else { "(" });
        return Ok(());
    }
    if input.next_if_eq(&'#').is_some() {
        while let Some(c) = input.next() {
            match c {
                '\\' => drop(input.next()),
                ')' => return Ok(()),
                _ => {}
            }
        }
        return Err("end pattern in group".to_owned());
    }
    out.push_str("(?");
    match input.peek() {
        Some(c) if c.is_ascii_lowercase() || *c == '-' => flags(input, out),
        Some('\'') => {
            input.next();
            out.push('<');
            while let Some(c) = input.next_if(|c| *c != '\'') {
                out.push(c);
            }
            input.next();
            out.push('>');
            Ok(())
        }
        _ => Ok(()),
    }
}

/// `mix-mix:` or `mix-mix)`; Ruby's `m` is `s` here.
fn flags(input: &mut Input<'_>, out: &mut String) -> Result<(), String> {
    for c in input.by_ref() {
        match c {
            'm' => out.push('s'),
            'i' | 'x' | '-' => out.push(c),
            'a' | 'u' | 'd' => {}
            ':' | ')' => {
                if out.ends_with('-') {
                    out.pop();
                }
                out.push(c);
                return Ok(());
            }
            _ => return Err("undefined group option".to_owned()),
        }
    }
    Err("end pattern in group".to_owned())
}

/// After `{`: a quantifier, or a literal brace.
fn brace(input: &mut Input<'_>, out: &mut String) {
    let rest: String = input.clone().take(24).take_while(|c| *c != '}').collect();
    let closed = input.clone().nth(rest.chars().count()) == Some('}');
    let (low, high) = rest.split_once(',').unwrap_or((&rest, "0"));
    let number = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    let quantifier =
        closed && number(low) && number(high) && !(low.is_empty() && (high.is_empty() || !rest.contains(',')));
    if !quantifier || out.is_empty() || out.ends_with('(') || out.ends_with('|') {
        out.push_str("\\{");
        return;
    }
    out.push('{');
    if low.is_empty() {
        out.push('0');
    }
    out.push_str(&rest);
    out.push('}');
    for _ in 0..=rest.chars().count() {
        input.next();
    }
}
