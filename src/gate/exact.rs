//! `check` over catalogs that Puppet itself compiled: nothing is evaluated, and nothing but them is known.
//!
//! Findings are those that catalogs alone can tell. Files served by `source`, data and manifests are not at hand;
//! the report says so.

use super::compile::Batch;
use super::evidence::Packages;
use super::finish;
use super::merge::unite;
use super::settings::Settings;
use super::{CatalogsRequest, GateError};
use crate::catalog::{Catalog, read_compiled};
use crate::checks::{self, Check, HostContext, RepoContext};
use crate::diff::{Change, Sources, compare};
use crate::finding::{Coverage, Finding, HostSet, NotCompiled, Report, Unknowns};
use crate::puppet::Dialect;
use crate::repo::Tree;
use ecow::EcoString;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

/// Largest file that is read.
const MAX_BYTES: u64 = 512 << 20;

/// The catalogs of a folder by host, and what could not be read.
#[derive(Default)]
struct Folder {
    catalogs: BTreeMap<EcoString, Batch>,
    broken: Vec<NotCompiled>,
}

/// Compares two folders of catalogs.
pub(super) fn check(request: &CatalogsRequest<'_>) -> Result<Report, GateError> {
    request.inputs.progress.stage("reading catalogs", None);
    let (base, head) = (read(&request.base)?, read(&request.head)?);
    let nothing = Tree::from_files::<&str, &[u8]>("compiled catalogs", []);
    let settings = Settings::load(&request.inputs, &nothing)?;
    let sources = Sources::new(nothing.clone(), Vec::new(), BTreeMap::new());
    let downloads =
        tempfile::tempdir().map_err(|e| GateError::input(&e, Some("make the temporary folder writable")))?;
    let packages = Packages::open(&request.archive, downloads.path())?;
    let repo = RepoContext {
        base: Some(&sources),
        head: &sources,
        files: &[],
        dialect: Dialect::Modern,
        packages: &packages,
        notes: Mutex::default(),
        tally: Mutex::default(),
    };
    let checks: Vec<&'static dyn Check> =
        checks::all().into_iter().filter(|c| settings.takes(&request.rules, c.id())).collect();
    let mut findings = Vec::new();
    let mut changed = HostSet::default();
    for host in base.catalogs.keys().chain(head.catalogs.keys()).collect::<BTreeSet<_>>() {
        let sides = (base.catalogs.get(host), head.catalogs.get(host));
        if inspect(&repo, &sources, &checks, host, sides, &mut findings) {
            changed = changed.union(&HostSet::new([host.as_str()], [role(sides)]));
        }
    }
    checks.iter().for_each(|c| c.repo(&repo, &mut findings));
    let mut findings = unite(findings);
    let scope = finish::Scope {
        head: &nothing,
        dialect: Dialect::Modern,
        changed: Some(Vec::new()),
        rows: &settings.ignores,
        today: request.inputs.today,
    };
    finish::suppress(&mut findings, &scope, &|rule| settings.takes(&request.rules, rule));
    settings.override_severities(&mut findings);
    let notes = repo.notes.lock().map(|mut n| std::mem::take(&mut *n)).unwrap_or_default();
    let coverage = coverage(&base, &head, notes, &settings);
    Ok(Report::new(Some(shown(&request.base)), shown(&request.head), findings, coverage)
        .with_fleet(changed, Vec::new()))
}

/// Runs the checks on a host; whether its catalog differs.
fn inspect(
    repo: &RepoContext<'_>,
    sources: &Sources,
    checks: &[&'static dyn Check],
    host: &EcoString,
    sides: (Option<&Batch>, Option<&Batch>),
    findings: &mut Vec<Finding>,
) -> bool {
    let ((base, head), role) = (sides, role(sides));
    let (base, head) = (base.map(|b| b.with(sources)), head.map(|h| h.with(sources)));
    let changes: Vec<Change> = base.zip(head).map_or_else(Vec::new, |(b, h)| compare(b.side, h.side));
    let hosts = [host.clone()];
    let cx = HostContext { repo, hosts: &hosts, role: &role, base, head, changes: &changes };
    let mut found = Vec::new();
    checks.iter().for_each(|check| check.host(&cx, &mut found));
    let set = HostSet::new([host.as_str()], [role.clone()]);
    findings.extend(found.into_iter().map(|f| f.hosts(set.clone())));
    !changes.is_empty()
}

/// The hosts that serve together are those with the same role classes; without any, all are taken together.
fn role((base, head): (Option<&Batch>, Option<&Batch>)) -> String {
    let classes = head.or(base).map(|b| &b.compiled.catalog.classes[..]).unwrap_or_default();
    let mut roles: Vec<&str> = classes.iter().filter_map(|c| c.strip_prefix("role::")).collect();
    roles.sort_unstable();
    if roles.is_empty() { "hosts with catalogs".to_owned() } else { roles.join("+") }
}

fn coverage(base: &Folder, head: &Folder, more: BTreeSet<String>, settings: &Settings) -> Coverage {
    let total = head.catalogs.len() + head.broken.len();
    let mut notes = vec![
        "catalogs were compiled elsewhere: files served by `source`, templates, data and manifests are not at hand, and a \
         catalog that failed to compile is not seen"
            .to_owned(),
    ];
    let only = |a: &Folder, b: &Folder| a.catalogs.keys().filter(|h| !b.catalogs.contains_key(*h)).count();
    for (count, text) in [(only(base, head), "base and not at head"), (only(head, base), "head and not at base")] {
        if count > 0 {
            notes.push(format!("{count} hosts have a catalog at {text}: nothing is compared there"));
        }
    }
    notes.extend(base.broken.iter().map(|b| format!("base: {}: {}", b.host, b.why)));
    notes.extend(more);
    Coverage {
        hosts_total: total,
        hosts_compiled: head.catalogs.len(),
        hosts_unreached: 0,
        not_compiled: head.broken.clone(),
        files_unread: Vec::new(),
        unknown: Unknowns::default(),
        notes,
        insufficient: settings.insufficient(head.catalogs.len(), total, 0),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Reads every JSON file of a folder.
fn read(dir: &Path) -> Result<Folder, GateError> {
    let problem = |e: std::io::Error| {
        GateError::input(&format!("{}: {e}", dir.display()), Some("name a folder of catalogs, one JSON file a host"))
    };
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .map_err(problem)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    if paths.is_empty() {
        let message = format!("{}: no catalog (*.json) in it", dir.display());
        return Err(GateError::Input { message, help: Some("name a folder of catalogs, one JSON file a host".into()) });
    }
    let mut folder = Folder::default();
    for path in paths {
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        match one(&path) {
            Ok(catalogs) => catalogs.into_iter().for_each(|catalog| folder.add(catalog, &stem)),
            Err(why) => folder.broken.push(NotCompiled { host: stem, why, at: None }),
        }
    }
    Ok(folder)
}

impl Folder {
    fn add(&mut self, mut catalog: Catalog, stem: &str) {
        if catalog.certname.is_empty() {
            catalog.certname = stem.into();
        }
        self.catalogs.insert(catalog.certname.clone(), Batch::given(catalog));
    }
}

fn one(path: &Path) -> Result<Vec<Catalog>, String> {
    let size = std::fs::metadata(path).map_err(|e| e.to_string())?.len();
    if size > MAX_BYTES {
        return Err(format!("{size} bytes are over the limit of {MAX_BYTES}"));
    }
    let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
    read_compiled(&String::from_utf8_lossy(&bytes)).map_err(|e| e.to_string())
}
