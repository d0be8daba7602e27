//! The string that comes after another, as Ruby's `String#succ` has it: ranges of names are counted by it.

/// The next string: the rightmost letters and digits count up and carry, past what stands between them unless that
/// leads from digits to letters or back. A string of neither counts its last character up.
pub(crate) fn successor(text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let mut carried: Option<(usize, char)> = None;
    let mut is_apart = false;
    for (at, c) in chars.iter_mut().enumerate().rev() {
        if carried.is_some_and(|(_, first)| is_apart && changes_kind(first, *c)) {
            break;
        }
        is_apart = !c.is_ascii_alphanumeric();
        let (next, first) = match *c {
            'z' => ('a', 'a'),
            'Z' => ('A', 'A'),
            '9' => ('0', '1'),
            _ if is_apart => continue,
            other => {
                *c = following(other);
                return chars.into_iter().collect();
            }
        };
        *c = next;
        carried = Some((at, first));
    }
    match carried {
        Some((at, first)) => chars.insert(at, first),
        None => chars.last_mut().into_iter().for_each(|last| *last = following(*last)),
    }
    chars.into_iter().collect()
}

fn changes_kind(a: char, b: char) -> bool {
    a.is_ascii_digit() && b.is_ascii_alphabetic() || a.is_ascii_alphabetic() && b.is_ascii_digit()
}

fn following(c: char) -> char {
    char::from_u32(u32::from(c) + 1).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::successor;

    #[test]
    fn names_count_up() {
        let all = [
            ("a", "b"),
            ("zz", "aaa"),
            ("Az", "Ba"),
            ("a9", "b0"),
            ("Zz9", "AAa0"),
            ("1.9.9", "2.0.0"),
            ("a-9", "a-10"),
            ("-9", "-10"),
            ("<<koala>>", "<<koalb>>"),
            ("***", "**+"),
            ("", ""),
        ];
        all.iter().for_each(|(text, next)| assert_eq!(successor(text), *next, "{text}"));
    }
}
