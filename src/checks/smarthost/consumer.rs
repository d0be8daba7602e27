//! Mail settings on a host whose value hangs on one relay.

use super::local::{Queueing, means_this_host, queueing, same_servers};
use super::relied::{Relied, by_text, of_origins, set_at};
use crate::catalog::{Param, Resource};
use crate::checks::removal::{file_path, wanted};
use crate::checks::{HostContext, HostSide};
use crate::content::mail::{self, Queue, Row};
use crate::diff::{Change, Line, apart, content_of};
use crate::repo::Loc;
use crate::value::{SymExpr, Value};
use ecow::EcoString;
use std::collections::BTreeMap;

/// A mail setting that hangs on one relay, or on a failover nobody has proven.
pub(super) struct Consumer {
    pub(super) program: String,
    pub(super) key: String,
    pub(super) value: String,
    /// Where the relay is chosen.
    pub(super) at: Loc,
    /// Where the setting lands, when that is another line.
    pub(super) landed: Option<Loc>,
    /// Where the list of relays is set.
    pub(super) list: Option<Loc>,
    pub(super) reliance: Reliance,
    pub(super) queue: Queue,
}

/// In which way it hangs on one relay.
pub(super) enum Reliance {
    /// One element taken out of a list.
    Element { index: i64, len: usize },
    /// One host by name.
    Literal,
    /// A whole list, with a failover of the client's own.
    UnprovenFailover { len: usize },
    /// This host, where nothing is known to take mail, or what did is removed.
    NoLocalQueue { removed: bool },
}

impl Reliance {
    /// Whether it hangs on another host.
    pub(super) fn is_remote(&self) -> bool {
        !matches!(self, Self::NoLocalQueue { .. })
    }

    pub(super) fn change(&self) -> &'static str {
        match self {
            Self::Element { .. } => "element",
            Self::Literal => "literal",
            Self::UnprovenFailover { .. } => "unproven-failover",
            Self::NoLocalQueue { .. } => "no-local-queue",
        }
    }
}

impl Consumer {
    pub(super) fn subject(&self) -> String {
        format!("{}:{}", self.program, self.key)
    }

    /// What a change must leave alone for the setting not to be its business: the file where the relay is
    /// chosen, and the relay where it is written out. A list that changes elsewhere is none of it.
    pub(super) fn identity(&self) -> String {
        let written = match self.reliance {
            Reliance::Literal | Reliance::UnprovenFailover { .. } => self.value.as_str(),
            Reliance::Element { .. } | Reliance::NoLocalQueue { .. } => "",
        };
        format!("{} {} {} {written}", self.subject(), self.reliance.change(), self.at.path)
    }
}

/// Every such setting of a host: rendered files first, then parameters whose landing nobody saw. `hosts` are the
/// names the host goes by; a made-up host has none, and nobody knows what else would run there.
pub(super) fn consumers(side: HostSide<'_>, hosts: &[EcoString]) -> Vec<Consumer> {
    let place = Place::new(side, hosts);
    let mut by_choice: BTreeMap<(Loc, &'static str), Consumer> = BTreeMap::new();
    let resources = || side.catalog().resources.iter().filter(|r| !r.is_virtual && wanted(r));
    let files: Vec<Consumer> = resources().filter(|r| r.type_name == "File").flat_map(|r| in_file(r, &place)).collect();
    let params: Vec<Consumer> =
        resources().filter(|r| r.type_name != "File").flat_map(|r| in_params(r, &place)).collect();
    let lands = |p: &Consumer| files.iter().any(|f| f.value == p.value && f.reliance.change() == p.reliance.change());
    let params: Vec<Consumer> =
        params.into_iter().filter(|p| matches!(p.reliance, Reliance::Element { .. }) || !lands(p)).collect();
    for consumer in files.into_iter().chain(params) {
        by_choice.entry((consumer.at.clone(), consumer.reliance.change())).or_insert(consumer);
    }
    by_choice.into_values().collect()
}

/// Whether no setting can have come with a change: what either side declares by itself holds none, and says nothing of a
/// mail server. A quick look: hosts have thousands of resources, and few of them change.
pub(super) fn nothing_new(base: HostSide<'_>, head: HostSide<'_>, cx: &HostContext<'_>) -> bool {
    let (gone, mut come) = apart(base.catalog(), head.catalog());
    if !same_servers((base, &gone), (head, &come)) {
        return false;
    }
    come.extend(cx.changes.iter().filter_map(|change| match change {
        Change::Content { head: id, .. } => head.get(*id),
        _ => None,
    }));
    // A setting that goes may have stood for a parameter that says the same.
    !holds_any(&gone, &Place::new(base, cx.hosts)) && !holds_any(&come, &Place::new(head, cx.hosts))
}

fn holds_any(resources: &[&Resource], place: &Place<'_>) -> bool {
    let holds = |r: &Resource| match r.type_name.as_str() {
        "File" => !in_file(r, place).is_empty(),
        _ => in_params(r, place).next().is_some(),
    };
    resources.iter().filter(|r| wanted(r)).any(|r| holds(r))
}

/// The host on which a setting stands.
struct Place<'a> {
    side: HostSide<'a>,
    hosts: &'a [EcoString],
    /// Whether mail handed to the host itself is kept and passed on.
    queue: Queueing,
}

impl<'a> Place<'a> {
    fn new(side: HostSide<'a>, hosts: &'a [EcoString]) -> Self {
        Self { side, hosts, queue: if hosts.is_empty() { Queueing::There } else { queueing(side) } }
    }

    /// What the text itself says, once nothing of its history speaks.
    fn by_text(&self, row: &Row, value: &str) -> Option<Relied> {
        if means_this_host(value, self.hosts) {
            let removed = self.queue == Queueing::TakenAway;
            return (self.queue != Queueing::There).then_some((Reliance::NoLocalQueue { removed }, None, None));
        }
        by_text(row, value)
    }
}

fn in_file(resource: &Resource, place: &Place<'_>) -> Vec<Consumer> {
    let target = file_path(resource);
    if !mail::may_hold_settings(target) {
        return Vec::new();
    }
    let lines = content_of(resource, place.side.sources()).lines(&resource.at);
    let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
    let settings = mail::settings(target, &texts);
    let named = |row: &Row| {
        if row.generic {
            Row { program: module_of(resource).unwrap_or_else(|| row.program.clone()), ..row.clone() }
        } else {
            row.clone()
        }
    };
    settings.into_iter().filter_map(|s| of_line(&named(&s.row), &s.key, &s.value, lines.get(s.line)?, place)).collect()
}

/// The module that declares a resource; for roles and profiles the rest of the path says more.
fn module_of(resource: &Resource) -> Option<String> {
    let mut parts = resource.at.path.split('/').skip_while(|p| !p.ends_with("modules")).skip(1);
    let module = parts.next()?;
    if !matches!(module, "role" | "roles" | "profile" | "profiles" | "site") {
        return parts.next().map(|_| module.to_owned());
    }
    let names: Vec<&str> = parts.skip_while(|p| *p == "manifests").collect();
    let first = names.first()?.trim_end_matches(".pp");
    (first != "init").then(|| first.to_owned())
}

fn of_line(row: &Row, key: &str, value: &str, line: &Line, place: &Place<'_>) -> Option<Consumer> {
    let relied = of_origins(&line.origins, row).or_else(|| {
        let (reliance, _, _) = place.by_text(row, value)?;
        // A host written out stands where the inserted value was written, not in the template.
        Some((reliance, line.origins.iter().find_map(|o| set_at(Some(o))), None))
    })?;
    Some(consumer(row, key, value, relied, &line.at))
}

fn in_params(resource: &Resource, place: &Place<'_>) -> impl Iterator<Item = Consumer> {
    resource.params.iter().filter_map(move |p| of_param(resource, p, place))
}

fn of_param(resource: &Resource, param: &Param, place: &Place<'_>) -> Option<Consumer> {
    if let Value::Hash(hash) = param.value.sample() {
        // Settings handed over as one hash: `{'phpmailer.smtp-host' => …}`.
        return hash.entries.iter().find_map(|(k, v)| of_value(resource, k.as_str()?, v, &param.at, place));
    }
    of_value(resource, &param.name, &param.value, &param.at, place)
}

fn of_value(resource: &Resource, key: &str, value: &Value, at: &Loc, place: &Place<'_>) -> Option<Consumer> {
    let row = mail::of_param(&resource.type_name, &resource.title, key)?;
    let origins: Vec<_> = value.origins().into_iter().cloned().collect();
    let text = shown(value)?;
    // Of a program that nobody knows, a parameter counts only where its history speaks.
    let relied = of_origins(&origins, &row).or_else(|| if row.generic { None } else { place.by_text(&row, &text) })?;
    Some(consumer(&row, key, &text, relied, at))
}

/// The text; of one of several, all.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Sym(s) => match (&s.sample, &s.expr) {
            (None, SymExpr::Choice(values)) => {
                let texts: Option<Vec<String>> = values.iter().map(shown).collect();
                Some(format!("‹{}›", texts?.join("|")))
            }
            _ => value.as_str().map(str::to_owned),
        },
        other => other.as_str().map(str::to_owned),
    }
}

fn consumer(row: &Row, key: &str, value: &str, (reliance, chosen, list): Relied, line: &Loc) -> Consumer {
    let at = chosen.unwrap_or_else(|| line.clone());
    let landed = (at != *line).then(|| line.clone());
    Consumer {
        program: row.program.clone(),
        key: key.to_owned(),
        value: value.to_owned(),
        at,
        landed,
        list,
        reliance,
        queue: row.queue,
    }
}
