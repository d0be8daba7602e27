//! The patch that adds the missing edge: it parses, and it closes no dependency cycle.

use super::changed::Changed;
use super::reach::Reach;
use super::scope::containers;
use super::services::Service;
use crate::catalog::{Catalog, Resource, ResourceId};
use crate::checks::{HostContext, HostSide};
use crate::puppet::{Dialect, parse};
use similar::TextDiff;

/// What can be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    /// A unified diff.
    Patch(String),
    /// The edge would close a cycle: the service comes before the file.
    Cycle,
    /// No text to offer; the edge as words.
    Words(String),
}

/// The edge from the file (or the define it came from) to the services.
pub(super) fn offer(
    cx: &HostContext<'_>,
    head: HostSide<'_>,
    file: &Changed<'_>,
    services: &[&Service<'_>],
    graph: &dyn Reach,
) -> Offer {
    let catalog = head.catalog();
    let at = notifier(file.id, services, catalog);
    if services.iter().any(|s| graph.would_cycle(file.id, s.id) || graph.would_cycle(at, s.id)) {
        return Offer::Cycle;
    }
    let Some(resource) = catalog.get(at) else { return Offer::Words(String::new()) };
    let titles: Option<Vec<String>> = services.iter().map(|s| title(s.resource, resource, head)).collect();
    let Some(titles) = titles else { return Offer::Words(words(file, services)) };
    let value = format!("Service[{}]", titles.join(", "));
    let text = head.sources().tree().text(&resource.at.path).ok().flatten();
    let patched = text.as_deref().and_then(|t| Some((t, with_notify(t, resource, &value)?)));
    match patched.filter(|(old, new)| compiles(old, new, cx.repo.dialect)) {
        Some((old, new)) => Offer::Patch(unified(&resource.at.path, old, &new)),
        None => Offer::Words(words(file, services)),
    }
}

fn words(file: &Changed<'_>, services: &[&Service<'_>]) -> String {
    let titles: Vec<String> = services.iter().map(|s| format!("'{}'", s.resource.title)).collect();
    format!("notify => Service[{}] on {}", titles.join(", "), file.resource.reference())
}

/// Where the edge is best written: the file itself, or the outermost define that makes it and not the service.
fn notifier(file: ResourceId, services: &[&Service<'_>], catalog: &Catalog) -> ResourceId {
    let Some(resource) = catalog.get(file) else { return file };
    let holds_service =
        |define: ResourceId| services.iter().any(|s| containers(s.resource, catalog).any(|c| c == define));
    let defines = containers(resource, catalog)
        .take_while(|c| catalog.get(*c).is_some_and(|r| r.type_name != "Class") && !holds_service(*c));
    defines.last().unwrap_or(file)
}

/// How the service is called where the edge is written.
fn title(service: &Resource, writer: &Resource, head: HostSide<'_>) -> Option<String> {
    let catalog = head.catalog();
    let in_define = |r: &Resource| r.container.filter(|c| catalog.get(*c).is_some_and(|r| r.type_name != "Class"));
    if service.container.is_some()
        && service.container == writer.container
        && let Some(written) = written_title(service, head)
    {
        return Some(written);
    }
    // Inside a define the title differs from instance to instance.
    (in_define(service).is_none() || in_define(service) != in_define(writer)).then(|| quoted(&service.title))
}

fn quoted(title: &str) -> String {
    format!("'{}'", title.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The title as its declaration spells it, if that is one plain expression.
fn written_title(service: &Resource, head: HostSide<'_>) -> Option<String> {
    let text = head.sources().tree().text(&service.at.path).ok().flatten()?;
    let line = text.lines().nth(usize::try_from(service.at.line).ok()?.checked_sub(1)?)?;
    let inner = line.split_once('{').map_or(line, |(_, rest)| rest).trim();
    let end = title_end(inner)?;
    let title = inner.get(..end)?.trim();
    let plain = title.starts_with(['\'', '"', '$']) && !title.contains([',', '[']);
    plain.then(|| title.to_owned())
}

/// The colon that ends a title: not one of `::`, not inside quotes.
fn title_end(text: &str) -> Option<usize> {
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
fn with_notify(text: &str, resource: &Resource, value: &str) -> Option<String> {
    let index = |line: u32| usize::try_from(line).ok()?.checked_sub(1);
    let (first, last) = (index(resource.at.line)?, index(resource.end_line)?);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let block = lines.get(first..=last)?;
    if block.iter().any(|l| has_attribute(l, "notify")) {
        return None;
    }
    if first == last && lines.get(first)?.contains('}') {
        let closed = in_one_line(lines.get(first)?, value)?;
        *lines.get_mut(first)? = closed;
    } else {
        in_a_block(&mut lines, first, last, value)?;
    }
    Some(lines.join("\n") + if text.ends_with('\n') { "\n" } else { "" })
}

fn has_attribute(line: &str, name: &str) -> bool {
    line.split([',', '{', ':', ' ']).any(|w| w.trim() == name) && line.contains("=>")
}

fn in_one_line(line: &str, value: &str) -> Option<String> {
    let (head, tail) = line.rsplit_once('}')?;
    let head = head.trim_end().trim_end_matches(',');
    let comma = if head.ends_with(':') { "" } else { "," };
    Some(format!("{head}{comma} notify => {value} }}{tail}"))
}

/// `last` is the line of the last attribute; only the closing brace may follow.
fn in_a_block(lines: &mut Vec<String>, first: usize, last: usize, value: &str) -> Option<()> {
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
    let width = model.find("=>")?.saturating_sub(indent.len() + 1).max("notify".len());
    if !ended.ends_with(',') {
        *lines.get_mut(last)? = format!("{ended},");
    }
    lines.insert(last + 1, format!("{indent}{:width$} => {value},", "notify"));
    Some(())
}

fn says_something(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

/// The patched manifest has no error that the present one has not.
fn compiles(old: &str, new: &str, dialect: Dialect) -> bool {
    let after = parse(new, dialect).errors.len();
    after == 0 || after <= parse(old, dialect).errors.len()
}

fn unified(path: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
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
        in_a_block(&mut block, 0, 2, "Service['b']").unwrap();
        assert_eq!(
            block.join("\n"),
            "file { '/a':\n    source => 'x',\n    mode   => '0444',\n    notify => Service['b'],\n}"
        );
        assert_eq!(
            in_one_line("  file { '/a': source => 'x', }", "Service['b']").unwrap(),
            "  file { '/a': source => 'x', notify => Service['b'] }"
        );
        assert_eq!(in_a_block(&mut lines("file {\n '/a':\n  mode => '0444';\n}"), 1, 2, "x"), None);
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
