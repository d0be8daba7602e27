//! The edge that is missing, written into the manifest: what to try, in the order of preference.
//!
//! A `notify` where the file is declared, a `subscribe` where the service is, and where the service has to come
//! before the file an exec apart from it. The graph rules out what would close a cycle on this host; the gate
//! compiles what is left with each proposal in place, and offers the first that works.

mod write;

use super::changed::Changed;
use super::reach::Reach;
use super::scope::containers;
use super::services::Service;
use crate::catalog::{Catalog, Resource, ResourceId};
use crate::checks::HostSide;
use crate::finding::{Edge, Goal, Proposal};
use crate::puppet::{Dialect, parse};
use similar::TextDiff;

/// A file and the services that are to hear of it.
pub(super) struct Pair<'p, 's, 'a> {
    pub(super) file: &'p Changed<'a>,
    pub(super) services: Vec<&'p Service<'s>>,
}

/// What is to be mended, on one host.
pub(super) struct Wanted<'w, 's, 'a> {
    pub(super) head: HostSide<'w>,
    pub(super) dialect: Dialect,
    pub(super) graph: &'w dyn Reach,
    /// The file, then others of the same declaration.
    pub(super) pairs: Vec<Pair<'w, 's, 'a>>,
    /// `restart` or `reload`.
    pub(super) act: &'static str,
}

impl Wanted<'_, '_, '_> {
    /// What to try, best first.
    pub(super) fn proposals(&self) -> Vec<Proposal> {
        let Some(pair) = self.pairs.first() else { return Vec::new() };
        let maker = notifier(pair, self.head.catalog());
        let mut found = Vec::new();
        if !self.closes_a_cycle() {
            found.extend(self.notify(pair, maker));
            found.extend(if maker == pair.file.id { None } else { self.notify(pair, pair.file.id) });
            found.extend(self.subscribe(pair, maker));
        }
        found.extend(self.exec(pair, maker));
        found
    }

    /// Whether a service has to come before a file that it is to hear of.
    pub(super) fn closes_a_cycle(&self) -> bool {
        let closes = |pair: &Pair<'_, '_, '_>, s: &Service<'_>| {
            let maker = notifier(pair, self.head.catalog());
            self.graph.would_cycle(pair.file.id, s.id) || self.graph.would_cycle(maker, s.id)
        };
        self.pairs.iter().any(|p| p.services.iter().any(|s| closes(p, s)))
    }

    fn notify(&self, pair: &Pair<'_, '_, '_>, at: ResourceId) -> Option<Proposal> {
        let writer = self.head.catalog().get(at)?;
        let titles: Option<Vec<String>> = pair.services.iter().map(|s| self.title(s.resource, writer)).collect();
        let value = format!("Service[{}]", titles?.join(", "));
        let text = self.text(writer)?;
        self.proposal(writer, &text, write::with_attribute(&text, writer, "notify", &value)?, Self::after_the_edge)
    }

    fn subscribe(&self, pair: &Pair<'_, '_, '_>, maker: ResourceId) -> Option<Proposal> {
        let [service] = pair.services.as_slice() else { return None };
        let (service, source) = (service.resource, self.head.catalog().get(maker)?);
        let value = format!("{}[{}]", source.type_name, self.title(source, service)?);
        let text = self.text(service)?;
        self.proposal(service, &text, write::with_attribute(&text, service, "subscribe", &value)?, Self::after_the_edge)
    }

    /// A command apart from the service, after the file.
    fn exec(&self, pair: &Pair<'_, '_, '_>, maker: ResourceId) -> Option<Proposal> {
        let writer = self.head.catalog().get(maker)?;
        let title = self.title(writer, writer)?;
        let names: Vec<&str> = pair.services.iter().map(|s| s.name).collect();
        let (act, names) = (self.act, names.join(" "));
        let lines = [
            format!("exec {{ {}:", label(&format!("{act} {names} for "), &title)),
            format!("    command     => '/bin/systemctl {act} {names}',"),
            "    refreshonly => true,".to_owned(),
            format!("    subscribe   => {}[{title}],", writer.type_name),
            "}".to_owned(),
        ];
        let text = self.text(writer)?;
        let proposal = self.proposal(writer, &text, write::with_resource_after(&text, writer, &lines)?, Self::apart)?;
        Some(Proposal { edges: self.edges(|s| Goal::Command(s.name.to_owned())), ..proposal })
    }

    fn after_the_edge(&self) -> String {
        let act = self.act;
        format!(
            "add the edge first, on its own it {act}s nothing; then the setting, with the author watching the {act}"
        )
    }

    fn apart(&self) -> String {
        let why = if self.closes_a_cycle() {
            "the service comes before the file, and a notify would close a dependency cycle"
        } else {
            "an edge to the service itself does not work here"
        };
        format!("{why}; an exec apart from the service works: add it first, then the setting, with the author watching")
    }

    fn text(&self, resource: &Resource) -> Option<String> {
        Some(self.head.sources().tree().text(&resource.at.path).ok()??.to_string())
    }

    fn proposal(&self, at: &Resource, old: &str, new: String, remedy: fn(&Self) -> String) -> Option<Proposal> {
        let path = at.at.path.to_string();
        let edges = self.edges(|s| Goal::Refresh(name_of(s.resource)));
        parses(old, &new, self.dialect).then(|| Proposal {
            patch: unified(&path, old, &new),
            text: new,
            path,
            remedy: remedy(self),
            class: None,
            edges,
        })
    }

    /// What has to hold with the proposal in place.
    fn edges(&self, goal: impl Fn(&Service<'_>) -> Goal) -> Vec<Edge> {
        let mut edges = Vec::new();
        for pair in &self.pairs {
            let Some(from) = self.head.catalog().get(pair.file.id) else { continue };
            edges.extend(pair.services.iter().map(|s| Edge { from: name_of(from), to: goal(s) }));
        }
        edges
    }

    /// How a resource is called where `writer` is written.
    fn title(&self, resource: &Resource, writer: &Resource) -> Option<String> {
        let catalog = self.head.catalog();
        let in_define = |r: &Resource| r.container.filter(|c| catalog.get(*c).is_some_and(|r| r.type_name != "Class"));
        if resource.container.is_some()
            && resource.container == writer.container
            && let Some(written) = self.written_title(resource)
        {
            return Some(written);
        }
        // Inside a define the title differs from instance to instance.
        (in_define(resource).is_none() || in_define(resource) != in_define(writer)).then(|| quoted(&resource.title))
    }

    /// The title as its declaration spells it, if that is one plain expression.
    fn written_title(&self, resource: &Resource) -> Option<String> {
        let text = self.text(resource)?;
        let line = text.lines().nth(usize::try_from(resource.at.line).ok()?.checked_sub(1)?)?;
        let inner = line.split_once('{').map_or(line, |(_, rest)| rest).trim();
        let title = inner.get(..write::title_end(inner)?)?.trim();
        let plain = title.starts_with(['\'', '"', '$']) && !title.contains([',', '[']);
        plain.then(|| title.to_owned())
    }
}

fn name_of(resource: &Resource) -> (String, String) {
    (resource.type_name.to_string(), resource.title.to_string())
}

/// Where the edge is best written: the file itself, or the outermost define that makes it and not the service.
fn notifier(pair: &Pair<'_, '_, '_>, catalog: &Catalog) -> ResourceId {
    let file = pair.file.id;
    let Some(resource) = catalog.get(file) else { return file };
    let holds_service =
        |define: ResourceId| pair.services.iter().any(|s| containers(s.resource, catalog).any(|c| c == define));
    let defines = containers(resource, catalog)
        .take_while(|c| catalog.get(*c).is_some_and(|r| r.type_name != "Class") && !holds_service(*c));
    defines.last().unwrap_or(file)
}

fn quoted(title: &str) -> String {
    format!("'{}'", title.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A title that begins with words and ends with another title, as that one is written.
fn label(words: &str, title: &str) -> String {
    match title.strip_prefix('$') {
        Some(variable) => format!("\"{words}${{{}}}\"", variable.trim_matches(['{', '}'])),
        None => format!("{}{words}{}", title.get(..1).unwrap_or("'"), title.get(1..).unwrap_or("'")),
    }
}

/// The changed manifest has no error that the present one has not.
fn parses(old: &str, new: &str, dialect: Dialect) -> bool {
    let after = parse(new, dialect).errors.len();
    after == 0 || after <= parse(old, dialect).errors.len()
}

fn unified(path: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_label_is_quoted_as_its_title() {
        for (title, expected) in [
            ("'/etc/a'", "'take up /etc/a'"),
            ("\"/etc/${title}\"", "\"take up /etc/${title}\""),
            ("$path", "\"take up ${path}\""),
            ("${path}", "\"take up ${path}\""),
        ] {
            assert_eq!(label("take up ", title), expected);
        }
    }
}
