//! What a unit's `%i` and its kin stand for (systemd.unit(5), "Specifiers"): as far as the name of the unit tells.
//!
//! Those that tell of the machine or the user stay as they are.

/// A line of a unit as it reads for one service; `service` is its name without the suffix.
pub(super) fn expand(line: &str, service: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let mut letters = after.chars();
        match letters.next().and_then(|letter| meaning(letter, service)) {
            Some(text) => {
                out.push_str(&text);
                rest = letters.as_str();
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
    }
    out + rest
}

fn meaning(letter: char, service: &str) -> Option<String> {
    let (prefix, instance) = service.split_once('@').unwrap_or((service, ""));
    let last = prefix.rsplit('-').next().unwrap_or(prefix);
    Some(match letter {
        'i' => instance.to_owned(),
        'I' => unescape(instance),
        'n' => format!("{service}.service"),
        'N' => service.to_owned(),
        'p' => prefix.to_owned(),
        'P' => unescape(prefix),
        'j' => last.to_owned(),
        'J' => unescape(last),
        '%' => "%".to_owned(),
        _ => return None,
    })
}

/// `-` stands for `/`, and `\x2d` for a byte (systemd-escape(1)).
fn unescape(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let byte = rest.strip_prefix("\\x").and_then(|r| u8::from_str_radix(r.get(..2)?, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = rest.get(4..).unwrap_or_default();
            }
            None => {
                let plain = if first == '-' { '/' } else { first };
                bytes.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn a_line_reads_as_its_unit_is_called() {
        for (line, service, expected) in [
            ("ExecStart=/usr/bin/x @/etc/x/%i", "x-p@a-b", "ExecStart=/usr/bin/x @/etc/x/a-b"),
            ("ExecStart=/usr/bin/x %I", "x@srv-a\\x2db", "ExecStart=/usr/bin/x srv/a-b"),
            ("EnvironmentFile=/etc/default/%p", "x-p@a", "EnvironmentFile=/etc/default/x-p"),
            ("EnvironmentFile=/etc/%N %n %j", "x-p", "EnvironmentFile=/etc/x-p x-p.service p"),
            ("ExecStart=/bin/date +%%s %h %", "x", "ExecStart=/bin/date +%s %h %"),
            ("ExecStart=%i\u{e9}%", "x@\u{e9}\\xzz", "ExecStart=\u{e9}\\xzz\u{e9}%"),
        ] {
            assert_eq!(expand(line, service), expected);
        }
    }
}
