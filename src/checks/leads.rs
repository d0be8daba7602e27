//! Where an error leads to beside the line that it names: an earlier declaration, a definition that autoload does not
//! find or that the change takes away, the relationships of changed files that close a ring.
//!
//! These are further places of a finding, never findings of their own.

use super::{HostContext, HostSide, RepoContext};
use crate::catalog::{Relation, ResourceId};
use crate::eval::{CompileError, SourceFile};
use crate::finding::{Finding, Location};
use crate::reach::changed_entries;
use crate::repo::{ChangeKind, Loc, Tree};

/// How messages begin that tell of something which is not defined.
const MISSING: &[&str] =
    &["Could not find class ::", "Could not find declared class ", "Unknown resource type: '", "Unknown function: '"];
/// Most relationships that are shown of a ring.
const MAX_SHOWN: usize = 3;

/// A finding with the places that its error leads to.
pub(super) fn followed(finding: Finding, error: &CompileError, cx: &RepoContext<'_>) -> Finding {
    let is_there = |at: &Loc| cx.head.tree().exists(&at.path) && error.at.as_ref() != Some(at);
    let named = places_in(&error.message).into_iter().filter(is_there);
    let named = named.map(|at| Location::head(&at).label("the place that the error names"));
    let missing = missing_in(&error.message);
    let defined = missing.map(|name| once(cx, format!("definitions of {name}"), || definitions(cx, name)));
    let class = error.at.as_ref().and_then(|at| class_at(&at.path));
    let data = class.map(|class| once(cx, format!("data of {class}"), || data_of(cx, &class)));
    named.chain(defined.into_iter().flatten()).chain(data.into_iter().flatten()).fold(finding, Finding::also)
}

/// Places that are looked for in all changed files: not again for each group of hosts that has the error.
fn once(cx: &RepoContext<'_>, what: String, look: impl FnOnce() -> Vec<Location>) -> Vec<Location> {
    let known = cx.tally().leads.get(&what).cloned();
    known.unwrap_or_else(|| {
        let found = look();
        cx.tally().leads.insert(what, found.clone());
        found
    })
}

/// The class that a manifest of a module is for, by its path.
fn class_at(path: &str) -> Option<String> {
    let (before, below) = path.strip_suffix(".pp")?.split_once("/manifests/")?;
    let module = before.rsplit('/').next()?;
    Some(if below == "init" { module.to_owned() } else { format!("{module}::{}", below.replace('/', "::")) })
}

/// What changes of the data that a class is bound to.
fn data_of(cx: &RepoContext<'_>, class: &str) -> Vec<Location> {
    let files = cx.files.iter().filter(|f| f.path.ends_with(".yaml"));
    let places = files.flat_map(|f| data_in(cx, &f.path, class));
    places.take(MAX_SHOWN).map(|at| Location::head(&at).label("data of this class, which the change touches")).collect()
}

fn data_in(cx: &RepoContext<'_>, path: &str, class: &str) -> Vec<Loc> {
    let text = |tree: &Tree| tree.text(path).ok().flatten().map_or_else(String::new, |text| text.to_string());
    let (now, before) = (text(cx.head.tree()), cx.base.map_or_else(String::new, |base| text(base.tree())));
    let start = format!("{class}::");
    // Where keys are short, the file's path is the rest of them.
    let end = format!("/{}.yaml", class.replace("::", "/"));
    let is_its = |key: &&String| key.starts_with(&start) || path.ends_with(&end) && !key.contains("::");
    let keys = changed_entries(path, &before, &now);
    keys.iter().filter(is_its).filter_map(|key| Some(Loc::new(path, line_of(&now, key)?))).collect()
}

/// The line of a top-level key.
fn line_of(text: &str, key: &str) -> Option<u32> {
    let is_it = |line: &str| {
        let line = line.trim_start_matches(['"', '\'']);
        line.strip_prefix(key).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
    };
    (1..).zip(text.lines()).find(|(_, line)| is_it(line)).map(|(number, _)| number)
}

/// Where a file was that the change takes away, and where it is now.
pub(super) fn gone(cx: &RepoContext<'_>, path: &str) -> Vec<Location> {
    let was_there = cx.base.is_some_and(|base| base.tree().exists(path));
    let was = was_there.then(|| Location::base(&Loc::new(path, 1)).label("it was here before the change"));
    let moved = |change: &ChangeKind| matches!(change, ChangeKind::Renamed { from } if &**from == path);
    let is = cx.files.iter().find(|f| moved(&f.kind));
    let is = is.map(|f| Location::head(&Loc::new(f.path.clone(), 1)).label("the change moves it here"));
    was.into_iter().chain(is).collect()
}

/// The places that a message tells: `(file: x, line: 3)`.
fn places_in(message: &str) -> Vec<Loc> {
    let parts = message.split("(file: ").skip(1);
    let place = |part: &str| {
        let (path, rest) = part.split_once(", line: ")?;
        let line = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        Some(Loc::new(path, line))
    };
    parts.filter_map(place).collect()
}

/// The name that a message says is not defined.
fn missing_in(message: &str) -> Option<&str> {
    let rest = MISSING.iter().find_map(|start| message.split_once(start).map(|(_, rest)| rest))?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-'))).unwrap_or(rest.len());
    rest.get(..end).filter(|name| !name.is_empty())
}

/// Where changed files define a name at head, or did at base.
fn definitions(cx: &RepoContext<'_>, name: &str) -> Vec<Location> {
    let defined = |tree: &Tree, path: &str| {
        let text = tree.text(path).ok().flatten().filter(|_| path.ends_with(".pp"))?;
        SourceFile::parse(path.into(), text.to_string().into(), cx.dialect).defined_at(name)
    };
    let at_head = cx.files.iter().filter(|f| f.kind != ChangeKind::Removed);
    let at_head = at_head.filter_map(|f| defined(cx.head.tree(), &f.path));
    let at_head = at_head.map(|at| Location::head(&at).label("it is defined here, and not found"));
    let at_base = cx.base.into_iter().flat_map(|base| {
        let paths = cx.files.iter().flat_map(|file| file.paths());
        paths.filter_map(|path| defined(base.tree(), path)).collect::<Vec<_>>()
    });
    let at_base = at_base.map(|at| Location::base(&at).label("it was defined here before the change"));
    at_head.chain(at_base).collect()
}

/// The relationships written in changed files that lead from one part of a ring to another.
pub(super) fn closing(cx: &HostContext<'_>, side: HostSide<'_>, ring: &[ResourceId]) -> Vec<Location> {
    let is_changed = |r: &&Relation| cx.repo.files.iter().any(|f| f.path == r.at.path);
    let holds = |outer: ResourceId| ring.iter().any(|id| is_within(side, *id, outer));
    let found = side.catalog().relations.iter().filter(is_changed).filter(|r| holds(r.source) && holds(r.target));
    let mut places: Vec<&Loc> = Vec::new();
    for relation in found {
        if !places.contains(&&relation.at) && places.len() < MAX_SHOWN {
            places.push(&relation.at);
        }
    }
    places
        .into_iter()
        .map(|at| Location::head(at).label("a relationship on the ring, in a file of this change"))
        .collect()
}

/// Whether a resource is another one or lies in it.
fn is_within(side: HostSide<'_>, id: ResourceId, outer: ResourceId) -> bool {
    let up = |id: &ResourceId| side.get(*id).and_then(|r| r.container);
    std::iter::successors(Some(id), up).take(1000).any(|id| id == outer)
}

#[cfg(test)]
mod tests {
    use super::{class_at, line_of, missing_in, places_in};

    #[test]
    fn names_and_places_are_read_off_messages() {
        let message = "Duplicate declaration: File[/a] is already declared at (file: modules/a/manifests/b.pp, line: 7); cannot redeclare";
        let places = places_in(message);
        assert_eq!(places.iter().map(|at| (&*at.path, at.line)).collect::<Vec<_>>(), [("modules/a/manifests/b.pp", 7)]);
        for (message, expected) in [
            ("Could not find class ::a::b for web1.example.org", Some("a::b")),
            ("Could not find declared class a", Some("a")),
            ("Unknown resource type: 'a::b'", Some("a::b")),
            ("Unknown function: 'f'.", Some("f")),
            (message, None),
        ] {
            assert_eq!(missing_in(message), expected, "{message}");
        }
        assert_eq!(class_at("modules/scap/manifests/a/b.pp").as_deref(), Some("scap::a::b"));
        assert_eq!(class_at("modules/scap/manifests/init.pp").as_deref(), Some("scap"));
        assert_eq!((class_at("manifests/site.pp"), line_of("a: 1\n'b::c': 2\n", "b::c")), (None, Some(2)));
        assert!(places_in("no (file: x) and (file: y, line: z)").is_empty());
    }
}
