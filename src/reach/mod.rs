//! Which hosts a change can reach, told before anything is compiled.
//!
//! Follows mentions backwards: from the changed files to whatever names what they define, and on to
//! the node definitions. It says too much rather than too little; what it leaves out, no compilation
//! would have consulted. `examples/reach_audit.rs` holds it against compiled catalogs.

mod data;
mod place;
mod survey;
mod words;

use crate::eval::{DefKind, Scout, Session};
use crate::puppet::ast::ExprKind;
use crate::repo::FileChange;
use place::{Kind, Place, Targets};
use rayon::prelude::*;
use std::collections::BTreeSet;
use survey::Home;

/// Changed data files that are followed one by one; more are followed together.
const MAX_ALONE: usize = 24;

/// What a change can reach.
#[derive(Debug, Default)]
pub struct Reach {
    everything: Option<String>,
    /// Node definitions of head, by number.
    nodes: BTreeSet<usize>,
    /// Data files, each with the node definitions that its changed keys concern.
    data: Vec<DataReach>,
}

#[derive(Debug)]
struct DataReach {
    path: String,
    /// What differs in it.
    keys: BTreeSet<String>,
    everything: bool,
    nodes: BTreeSet<usize>,
}

impl Reach {
    /// Follows the changes between two revisions.
    #[must_use]
    pub fn new(base: &Session, head: &Session, files: &[FileChange]) -> Self {
        let paths: Vec<&str> = files.iter().flat_map(FileChange::paths).collect();
        let mut found = Self::default();
        let (mut targets, mut data) = (Targets::default(), Vec::new());
        for path in paths {
            match role(base, head, path) {
                Role::Everything(why) => found.everything = Some(why),
                Role::Main => targets_of_main(base, head, &mut targets, &mut found.everything),
                Role::Targets(more) => more.into_iter().for_each(|t| t.add(&mut targets)),
                Role::Data(keys) => data.push((path.to_owned(), keys)),
            }
            if let Home::Module(module, rest) = survey::home(head.layout(), path)
                && survey::is_data(path)
                && !rest.starts_with("templates/")
            {
                targets.loaded(module, rest);
            }
            if found.everything.is_some() {
                return found;
            }
        }
        if let Some(file) = head.main_sources().find(|file| !file.parsed.errors.is_empty()) {
            found.everything = Some(format!("{} does not parse", file.path));
            return found;
        }
        if targets.is_empty() && data.is_empty() {
            return found;
        }
        let places = survey::places(head);
        let follow = |targets| Walk::new(head, &places).follow(targets);
        if data.len() > MAX_ALONE {
            data.drain(..).flat_map(|(_, keys)| keys).for_each(|key| targets.key(&key));
        }
        let (everything, nodes) = follow(targets);
        found.everything = everything;
        found.nodes = nodes;
        found.data = data
            .into_iter()
            .map(|(path, keys)| {
                let mut targets = Targets::default();
                keys.iter().for_each(|key| targets.key(key));
                let (everything, nodes) = follow(targets);
                DataReach { path, keys, everything: everything.is_some(), nodes }
            })
            .collect();
        found
    }

    /// Why every host is reached, if so.
    #[must_use]
    pub fn everything(&self) -> Option<&str> {
        self.everything.as_deref()
    }

    /// Whether the hosts of a node definition of head are reached, whatever their data.
    #[must_use]
    pub fn node(&self, node: Option<usize>) -> bool {
        self.everything.is_some() || node.is_some_and(|n| self.nodes.contains(&n))
    }

    /// Whether a host is reached through data files that it may read. A glance is enough for most: its own files have
    /// its name.
    #[must_use]
    pub fn data(&self, node: Option<usize>, glance: impl FnOnce() -> Scout, scout: impl FnOnce() -> Scout) -> bool {
        let concerned = |d: &&DataReach| d.everything || node.is_some_and(|n| d.nodes.contains(&n));
        let mut files: Vec<&DataReach> = self.data.iter().filter(concerned).collect();
        for look in [Box::new(glance) as Box<dyn FnOnce() -> Scout>, Box::new(scout)] {
            if files.is_empty() {
                return false;
            }
            let seen = look();
            files.retain(|file| file.may_be_read(&seen));
        }
        !files.is_empty()
    }
}

impl DataReach {
    fn may_be_read(&self, scout: &Scout) -> bool {
        let told = |key: &str| scout.may_read(&self.path, Some(key).filter(|k| *k != data::ANY));
        self.keys.iter().any(|key| told(key))
    }
}

/// The top-level entries of a data file that differ between two texts of it.
pub(crate) fn changed_entries(path: &str, base: &str, head: &str) -> BTreeSet<String> {
    data::changed(&data::entries(path, base), &data::entries(path, head))
}

/// What a changed file can do.
enum Role {
    Everything(String),
    Main,
    Targets(Vec<Target>),
    Data(BTreeSet<String>),
}

enum Target {
    Name(Option<DefKind>, String),
    Asset(String, String),
}

impl Target {
    fn add(self, targets: &mut Targets) {
        match self {
            Self::Name(kind, name) => targets.name(kind, &name),
            Self::Asset(module, path) => targets.asset(&module, &path),
        }
    }
}

fn role(base: &Session, head: &Session, path: &str) -> Role {
    let layout = head.layout();
    let configures = [layout.hiera.as_deref(), base.layout().hiera.as_deref()].contains(&Some(path));
    let name = path.rsplit('/').next().unwrap_or(path);
    if configures || matches!(name, "environment.conf" | "holdpoint.toml") {
        return Role::Everything(path.to_owned());
    }
    if [base, head].iter().any(|s| s.main_sources().any(|m| *m.path == *path)) {
        return Role::Main;
    }
    match survey::home(layout, path) {
        Home::Module(module, rest) => in_module(base, head, module, rest, path),
        // Such a path is named without a module: its first folder stands in for one.
        Home::Shared(rest) => match rest.split_once('/') {
            Some((first, below)) => Role::Targets(vec![Target::Asset(first.to_owned(), below.to_owned())]),
            None => Role::Everything(path.to_owned()),
        },
        Home::Outside if survey::is_data(path) => Role::Data(changed_keys(base, head, path)),
        Home::Outside => Role::Targets(Vec::new()),
    }
}

fn in_module(base: &Session, head: &Session, module: &str, rest: &str, path: &str) -> Role {
    let Some((folder, below)) = rest.split_once('/') else {
        let whole = if rest == "hiera.yaml" { names_of(head, module) } else { Vec::new() };
        return Role::Targets(whole.into_iter().map(|name| Target::Name(None, name)).collect());
    };
    match folder {
        "manifests" | "functions" | "types" => {
            let mut names: Vec<(Option<DefKind>, String)> = defined(base, path).chain(defined(head, path)).collect();
            names.sort_by(|a, b| a.1.cmp(&b.1));
            names.dedup();
            let own = name_by_path(module, folder, below).filter(|own| !names.iter().any(|(_, name)| name == own));
            names.extend(own.map(|name| (None, name)));
            Role::Targets(names.into_iter().map(|(kind, name)| Target::Name(kind, name)).collect())
        }
        // What a backend finds may concern any key.
        "lib" if below.starts_with("hiera/") => Role::Everything(path.to_owned()),
        "lib" => {
            let shared = || {
                let home = path.strip_suffix(rest).unwrap_or_default();
                let own = |(_, p): &(&str, &str)| p.starts_with(home);
                head.ruby_functions().filter(own).map(|(name, _)| name.to_owned()).collect()
            };
            // Ruby that is no function, type or provider serves those of its module.
            let names: Vec<String> = survey::ruby_name(below).map_or_else(shared, |name| vec![name]);
            Role::Targets(names.into_iter().map(|name| Target::Name(None, name)).collect())
        }
        "data" if survey::is_data(rest) => Role::Data(changed_keys(base, head, path)),
        _ => Role::Targets(vec![Target::Asset(module.to_owned(), below.to_owned())]),
    }
}

/// What a file defines.
fn defined<'s>(session: &'s Session, path: &str) -> impl Iterator<Item = (Option<DefKind>, String)> + use<'s> {
    session.definitions_of(path).iter().map(|(kind, name)| (Some(*kind), name.clone())).collect::<Vec<_>>().into_iter()
}

/// The name that autoload expects in a file.
fn name_by_path(module: &str, folder: &str, below: &str) -> Option<String> {
    let stem = below.strip_suffix(".pp")?;
    let is_init = folder == "manifests" && stem == "init";
    Some(if is_init { module.to_owned() } else { format!("{module}::{}", stem.replace('/', "::")) })
}

/// Everything that a module defines.
fn names_of(session: &Session, module: &str) -> Vec<String> {
    let Some(folder) = session.layout().modules.get(module) else { return vec![module.to_owned()] };
    let manifests = format!("{folder}/manifests");
    let paths = session.tree().list(&manifests);
    paths
        .filter_map(|p| name_by_path(module, "manifests", p.strip_prefix(manifests.as_str())?.strip_prefix('/')?))
        .collect()
}

fn changed_keys(base: &Session, head: &Session, path: &str) -> BTreeSet<String> {
    let entries = |s: &Session| match s.tree().text(path) {
        Ok(text) => Some(text.map(|text| data::entries(path, &text)).unwrap_or_default()),
        Err(_) => None,
    };
    // What cannot be read may hold any key, and lets every lookup fail.
    let is_sound = |s: &Session| s.hiera().can_read(path);
    match (entries(base), entries(head)) {
        (Some(was), Some(is)) if is_sound(base) && is_sound(head) => {
            let shortens = [base, head].iter().any(|s| s.hiera().shortens());
            data::changed(&was, &is).iter().flat_map(|key| data::full_names(path, key, shortens)).collect()
        }
        _ => [data::ANY.to_owned()].into(),
    }
}

/// Definitions of main manifests that differ become targets; other statements concern every host.
/// Node definitions that differ are seen where hosts are matched to them.
fn targets_of_main(base: &Session, head: &Session, targets: &mut Targets, everything: &mut Option<String>) {
    let (at_base, at_head) = (main_pieces(base), main_pieces(head));
    let differs = at_base.symmetric_difference(&at_head);
    for (names, _) in differs {
        match names.as_slice() {
            [_, ..] => names.iter().for_each(|name| targets.name(None, name)),
            [] => *everything = Some("statements of a main manifest".to_owned()),
        }
    }
}

/// The statements of the main manifests that are no node definitions, with the names that they define.
fn main_pieces(session: &Session) -> BTreeSet<(Vec<String>, &str)> {
    let of_file = |file| {
        let file: &crate::eval::SourceFile = file;
        let pieces = file.parsed.body.iter().filter(|e| !matches!(e.kind, ExprKind::Node(_)));
        pieces.map(move |e| (survey::names_of(e), survey::text_of(file, e.span)))
    };
    session.main_sources().flat_map(of_file).collect()
}

/// A walk against the mentions.
struct Walk<'a> {
    head: &'a Session,
    places: &'a [Place],
    seen: Vec<bool>,
}

impl<'a> Walk<'a> {
    fn new(head: &'a Session, places: &'a [Place]) -> Self {
        Self { head, places, seen: vec![false; places.len()] }
    }

    /// The node definitions that mention a target, or something that does.
    fn follow(mut self, mut targets: Targets) -> (Option<String>, BTreeSet<usize>) {
        let mut nodes = BTreeSet::new();
        if targets.has_any_key() {
            return (Some("data that is not of the plain form".to_owned()), nodes);
        }
        while !targets.is_empty() {
            let (places, seen) = (self.places, &self.seen);
            let is_new = |at: usize| seen.get(at).is_some_and(|seen| !seen);
            let meets = |(at, place): (usize, &Place)| (is_new(at) && place.meets(&targets)).then_some(at);
            let met: Vec<usize> = places.par_iter().enumerate().filter_map(meets).collect();
            targets = Targets::default();
            for at in met {
                if let (Some(seen), Some(place)) = (self.seen.get_mut(at), self.places.get(at)) {
                    *seen = true;
                    match &place.kind {
                        Kind::Top => return (Some("statements of a main manifest".to_owned()), nodes),
                        Kind::Data(key) if key == data::ANY => {
                            return (Some("data that is not of the plain form".to_owned()), nodes);
                        }
                        Kind::Node(node) => drop(nodes.insert(*node)),
                        other => self.expand(other, &mut targets),
                    }
                }
            }
        }
        (None, nodes)
    }

    /// What names a place that was met.
    fn expand(&self, kind: &Kind, targets: &mut Targets) {
        match kind {
            Kind::Manifest(path) => {
                let names = self.head.definitions_of(path);
                names.iter().for_each(|(kind, name)| targets.name(Some(*kind), name));
                if let Home::Module(module, rest) = survey::home(self.head.layout(), path)
                    && let Some((folder, below)) = rest.split_once('/')
                    && let Some(own) = name_by_path(module, folder, below)
                    && !names.iter().any(|(_, name)| *name == own)
                {
                    targets.name(None, &own);
                }
            }
            Kind::Asset(module, path) => targets.asset(module, path),
            Kind::Named(name) => targets.name(None, name),
            Kind::Data(key) => targets.key(key),
            Kind::Defined(names) => names.iter().for_each(|name| targets.name(None, name)),
            Kind::Node(_) | Kind::Top => {}
        }
    }
}
