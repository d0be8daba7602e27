//! Ruby's regular expression syntax in terms of the syntax that Rust's engines take.

/// Translates the parts that differ: `\A`, `\Z`, `\h`, named groups, and `^`/`$`, which in Ruby
/// always stand for the ends of lines.
#[must_use]
pub fn rust_pattern(ruby: &str) -> String {
    let mut out = String::with_capacity(ruby.len() + 8);
    out.push_str("(?m)");
    let mut chars = ruby.chars().peekable();
    let mut in_class = 0usize;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('Z') => out.push_str("(?:\\n?\\z)"),
                Some('h') if in_class > 0 => out.push_str("0-9a-fA-F"),
                Some('h') => out.push_str("[0-9a-fA-F]"),
                Some('H') if in_class == 0 => out.push_str("[^0-9a-fA-F]"),
                Some('e') => out.push_str("\\x1b"),
                Some('/') => out.push('/'),
                Some(other) if other.is_ascii_alphanumeric() || is_special(other) => out.extend(['\\', other]),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            '[' => {
                // A bare `[` inside a class is text to Rust's engine unless escaped.
                if in_class > 0 && chars.peek() != Some(&':') {
                    out.push('\\');
                } else if in_class == 0 {
                    in_class = 1;
                }
                out.push('[');
                if in_class == 1 && chars.peek() == Some(&'^') {
                    out.push('^');
                    chars.next();
                }
            }
            ']' if in_class > 0 => {
                if out.ends_with(':')
                    && out.rfind("[:").is_some_and(|at| !out.get(at..).unwrap_or_default().contains(']'))
                {
                    out.push(']');
                } else {
                    in_class = 0;
                    out.push(']');
                }
            }
            '(' if in_class == 0 && chars.peek() == Some(&'?') => {
                out.push('(');
                flags(&mut chars, &mut out);
            }
            c => out.push(c),
        }
    }
    out
}

/// In Ruby `m` means that a dot matches a newline: Rust's `s`.
fn flags(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let mut ahead = chars.clone();
    ahead.next();
    let word: String = ahead.take_while(|c| matches!(c, 'm' | 'i' | 'x' | '-')).collect();
    if word.is_empty() {
        return;
    }
    chars.next();
    out.push('?');
    for _ in 0..word.len() {
        if let Some(flag) = chars.next() {
            out.push(if flag == 'm' { 's' } else { flag });
        }
    }
}

fn is_special(c: char) -> bool {
    "\\.+*?()|[]{}^$-#&~".contains(c)
}
