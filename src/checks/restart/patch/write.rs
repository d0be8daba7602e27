//! Manifests with an edge written into them, as their author would have written it.
//!
//! Text is put beside text: what comes out is tried before it is offered, so a manifest laid out in an unusual
//! way costs the offer and no more.

use crate::catalog::Resource;

/// The colon that ends a title: not one of `::`, not inside quotes.
pub(super) fn title_end(text: &str) -> Option<usize> {
    let mut quote = None;
    let bytes = text.as_bytes();
    for (i, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'\'' | b'"') => quote = Some(*byte),
            (Some(q), b) if q == *b => quote = None,
            (None, b':') => {
                let doubled =
                    bytes.get(i + 1) == Some(&b':') || i.checked_sub(1).and_then(|p| bytes.get(p)) == Some(&b':');
                if !doubled {
                    return Some(i);
                }
            }
            _ => {}
        }
    }
    None
}

/// The manifest with the attribute added to the end of the resource.
pub(super) fn with_attribute(text: &str, resource: &Resource, name: &str, value: &str) -> Option<String> {
    let index = |line: u32| usize::try_from(line).ok()?.checked_sub(1);
    let (first, last) = (index(resource.at.line)?, index(resource.end_line)?);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let block = lines.get(first..=last)?;
    if block.iter().any(|l| has_attribute(l, name)) {
        return None;
    }
    if first == last && lines.get(first)?.contains('}') {
        let closed = in_one_line(lines.get(first)?, name, value)?;
        *lines.get_mut(first)? = closed;
    } else {
        in_a_block(&mut lines, (first, last), name, value)?;
    }
    Some(lines.join("\n") + if text.ends_with('\n') { "\n" } else { "" })
}

fn has_attribute(line: &str, name: &str) -> bool {
    line.split([',', '{', ':', ' ']).any(|w| w.trim() == name) && line.contains("=>")
}

fn in_one_line(line: &str, name: &str, value: &str) -> Option<String> {
    let (head, tail) = line.rsplit_once('}')?;
    let head = head.trim_end().trim_end_matches(',');
    let comma = if head.ends_with(':') { "" } else { "," };
    Some(format!("{head}{comma} {name} => {value} }}{tail}"))
}

/// `last` is the line of the last attribute; only the closing brace may follow.
fn in_a_block(lines: &mut Vec<String>, (first, last): (usize, usize), name: &str, value: &str) -> Option<()> {
    let after = lines.get(last + 1..)?.iter().find(|l| says_something(l))?;
    let ended = lines.get(last)?.trim_end().to_owned();
    if !after.trim_start().starts_with('}') || ended.ends_with(';') {
        return None;
    }
    let attributes = lines.get(first..=last)?.iter().filter(|l| l.contains("=>") && says_something(l));
    let model = attributes
        .clone()
        .find(|l| l.trim_start().starts_with(|c: char| c.is_ascii_lowercase()) && !l.contains('{'))?;
    let indent: String = model.chars().take_while(|c| c.is_whitespace()).collect();
    let width = model.find("=>")?.saturating_sub(indent.len() + 1).max(name.len());
    if !ended.ends_with(',') {
        *lines.get_mut(last)? = format!("{ended},");
    }
    lines.insert(last + 1, format!("{indent}{name:width$} => {value},"));
    Some(())
}

fn says_something(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

/// The manifest with a resource of its own after the one that is given; indented lines take the depth in use there.
pub(super) fn with_resource_after(text: &str, resource: &Resource, added: &[String]) -> Option<String> {
    let index = |line: u32| usize::try_from(line).ok()?.checked_sub(1);
    let (first, last) = (index(resource.at.line)?, index(resource.end_line)?);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let opened = lines.get(first)?;
    let begin = if opened.contains('{') { first } else { first.checked_sub(1)? };
    let depth = indent(lines.get(begin)?);
    let closes = |line: &String| line.trim_start().starts_with('}') && indent(line) <= depth;
    let end = if first == last && opened.trim_end().ends_with('}') {
        last
    } else {
        last + 1 + lines.get(last + 1..)?.iter().position(closes)?
    };
    let step = lines.get(last).map(|l| indent(l)).filter(|i| *i > depth && last > first).map_or(4, |i| i - depth);
    let placed = |line: &String| {
        let inner = if line.starts_with(' ') { step } else { 0 };
        format!("{}{}", " ".repeat(depth + inner), line.trim_start())
    };
    let block: Vec<String> = std::iter::once(String::new()).chain(added.iter().map(placed)).collect();
    lines.splice(end + 1..end + 1, block);
    Some(lines.join("\n") + if text.ends_with('\n') { "\n" } else { "" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_attribute_joins_its_neighbours() {
        let mut block = lines("file { '/a':\n    source => 'x',\n    mode   => '0444'\n}");
        in_a_block(&mut block, (0, 2), "notify", "Service['b']").unwrap();
        assert_eq!(
            block.join("\n"),
            "file { '/a':\n    source => 'x',\n    mode   => '0444',\n    notify => Service['b'],\n}"
        );
        assert_eq!(
            in_one_line("  file { '/a': source => 'x', }", "notify", "Service['b']").unwrap(),
            "  file { '/a': source => 'x', notify => Service['b'] }"
        );
        assert_eq!(in_a_block(&mut lines("file {\n '/a':\n  mode => '0444';\n}"), (1, 2), "notify", "x"), None);
    }

    #[test]
    fn a_title_ends_at_its_colon() {
        for (text, title) in
            [("\"tcpircbot-${title}\":", "\"tcpircbot-${title}\""), ("$::a::b:", "$::a::b"), ("'a:b': ", "'a:b'")]
        {
            assert_eq!(title_end(text).and_then(|e| text.get(..e)), Some(title));
        }
    }

    #[test]
    fn an_attribute_is_no_part_of_a_word() {
        assert!(has_attribute("  notify  => Service['x'],", "notify"));
        assert!(!has_attribute("  path => '/etc/notify',", "notify"));
    }
}
