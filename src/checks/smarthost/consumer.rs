//! Mail settings on a host whose value hangs on one relay.

use crate::catalog::{Param, Resource};
use crate::checks::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::content::mail::{self, Failover, Queue, Row};
use crate::diff::{Line, content_of};
use crate::repo::Loc;
use crate::value::{Origin, SymExpr, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

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
}

impl Reliance {
    pub(super) fn change(&self) -> &'static str {
        match self {
            Self::Element { .. } => "element",
            Self::Literal => "literal",
            Self::UnprovenFailover { .. } => "unproven-failover",
        }
    }
}

impl Consumer {
    pub(super) fn subject(&self) -> String {
        format!("{}:{}", self.program, self.key)
    }

    pub(super) fn identity(&self) -> String {
        format!("{} {}", self.subject(), self.reliance.change())
    }
}

/// Every such setting of a host: rendered files first, then parameters whose landing nobody saw.
pub(super) fn consumers(side: HostSide<'_>) -> Vec<Consumer> {
    let mut by_choice: BTreeMap<(Loc, &'static str), Consumer> = BTreeMap::new();
    let resources = || side.catalog().resources.iter().filter(|r| !r.is_virtual && wanted(r));
    let files = resources().filter(|r| r.type_name == "File").flat_map(|r| in_file(r, side));
    let params = resources().filter(|r| r.type_name != "File").flat_map(in_params);
    for consumer in files.chain(params) {
        by_choice.entry((consumer.at.clone(), consumer.reliance.change())).or_insert(consumer);
    }
    by_choice.into_values().collect()
}

fn in_file(resource: &Resource, side: HostSide<'_>) -> Vec<Consumer> {
    let target = file_path(resource);
    if !mail::may_hold_settings(target) {
        return Vec::new();
    }
    let lines = content_of(resource, side.sources()).lines(&resource.at);
    let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
    let settings = mail::settings(target, &texts);
    let named = |row: &Row| {
        if row.generic {
            Row { program: module_of(resource).unwrap_or_else(|| row.program.clone()), ..row.clone() }
        } else {
            row.clone()
        }
    };
    settings.into_iter().filter_map(|s| of_line(&named(&s.row), &s.key, &s.value, lines.get(s.line)?)).collect()
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

fn of_line(row: &Row, key: &str, value: &str, line: &Line) -> Option<Consumer> {
    let relied = line.origins.iter().find_map(|o| relied_on(o, row)).or_else(|| literal(value))?;
    Some(consumer(row, key, value, relied, &line.at))
}

fn in_params(resource: &Resource) -> Vec<Consumer> {
    resource.params.iter().filter_map(|p| of_param(resource, p)).collect()
}

fn of_param(resource: &Resource, param: &Param) -> Option<Consumer> {
    if let Value::Hash(hash) = param.value.sample() {
        // Settings handed over as one hash: `{'phpmailer.smtp-host' => …}`.
        return hash.entries.iter().find_map(|(k, v)| of_value(resource, k.as_str()?, v, &param.at));
    }
    of_value(resource, &param.name, &param.value, &param.at)
}

fn of_value(resource: &Resource, key: &str, value: &Value, at: &Loc) -> Option<Consumer> {
    let row = mail::of_param(&resource.type_name, &resource.title, key)?;
    let relied = value.origins().into_iter().find_map(|o| relied_on(o, &row))?;
    Some(consumer(&row, key, &shown(value)?, relied, at))
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

/// How a value relies on its relay, where the relay was chosen, and where its list is set.
type Relied = (Reliance, Option<Loc>, Option<Loc>);

fn relied_on(origin: &Arc<Origin>, row: &Row) -> Option<Relied> {
    match &**origin {
        Origin::Element { index, len, at, list } => {
            Some((Reliance::Element { index: *index, len: *len }, at.clone(), set_at(list.as_ref())))
        }
        Origin::Joined { len, at, list, .. } if *len > 1 && row.failover == Failover::ClientUnproven => {
            Some((Reliance::UnprovenFailover { len: *len }, at.clone(), set_at(list.as_ref())))
        }
        Origin::Joined { len: 1, at, list, .. } => {
            Some((Reliance::Element { index: 0, len: 1 }, at.clone(), set_at(list.as_ref())))
        }
        Origin::Rendered(pieces) => pieces.iter().filter_map(|p| p.origin.as_ref()).find_map(|o| relied_on(o, row)),
        _ => None,
    }
}

/// A host written out by name is one host. The host itself is a queue of its own or nothing at all.
fn literal(value: &str) -> Option<Relied> {
    mail::is_one_remote_host(value).then_some((Reliance::Literal, None, None))
}

fn set_at(origin: Option<&Arc<Origin>>) -> Option<Loc> {
    match &**origin? {
        Origin::Literal(at) | Origin::Hiera { at, .. } => Some(at.clone()),
        Origin::Element { list, .. } | Origin::Joined { list, .. } => set_at(list.as_ref()),
        Origin::Rendered(_) => None,
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
