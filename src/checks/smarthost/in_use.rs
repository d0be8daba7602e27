//! `smarthost-in-use`: the change takes a mail host away on which other hosts' settings depend.
//!
//! Hosts report mail servers that stop, go or change their purpose; at the end the head is searched for mail
//! settings that still name such a host. The search is by text, so that settings of hosts which the change does not
//! touch are found as well.

use super::local::of_server;
use super::naming::{Setting, settings_naming};
use crate::catalog::{Catalog, Resource};
use crate::checks::tally::Stopped;
use crate::checks::{Check, HostContext, HostSide, RepoContext, draft};
use crate::content::mail::{self, Part};
use crate::finding::{Confidence, Finding, HostSet, Location, Severity, Side};
use crate::value::Value;

/// Settings shown, at most.
const SHOWN: usize = 8;

pub(crate) struct SmarthostInUse;

impl Check for SmarthostInUse {
    fn id(&self) -> &'static str {
        "smarthost-in-use"
    }

    fn host(&self, cx: &HostContext<'_>, _out: &mut Vec<Finding>) {
        let Some(base) = cx.base else { return };
        if cx.head.is_some() && cx.changes.is_empty() {
            return;
        }
        if let Some(stopped) = stopped(base, cx.head) {
            let mut tally = cx.repo.tally();
            for host in cx.hosts {
                tally.relays.insert(host.clone(), stopped.clone());
            }
        }
    }

    fn repo(&self, cx: &RepoContext<'_>, out: &mut Vec<Finding>) {
        let relays = std::mem::take(&mut cx.tally().relays);
        for (host, stopped) in &relays {
            let settings = settings_naming(host, cx.head.tree());
            out.extend(finding(host, stopped, &settings));
        }
    }
}

/// The mail server that a host has at base and not at head.
fn stopped(base: HostSide<'_>, head: Option<HostSide<'_>>) -> Option<Stopped> {
    let servers = || base.catalog().resources.iter().filter(|r| !r.is_virtual && serves(r));
    let Some(head) = head else {
        let first = servers().next()?;
        return Some(gone("the host is no longer there".to_owned(), first));
    };
    if let Some(stopped) = servers().find_map(|r| switched_off(r, head.catalog())) {
        return Some(stopped);
    }
    // What is missing from a broken catalog may still be there.
    let whole = head.errors.is_empty() && head.cut_short.is_none();
    let classes =
        base.catalog().of_type("Class").filter(|c| mail::is_server(Part::Relay, &c.title.to_ascii_lowercase()));
    let mut left = classes.filter(|c| whole && head.catalog().find("Class", &c.title).is_none());
    left.next().map(|class| gone(format!("{} leaves it", class.reference()), class))
}

fn gone(what: String, resource: &Resource) -> Stopped {
    Stopped { what, at: resource.at.clone(), at_base: true }
}

/// A service that runs or a package that is there.
fn serves(resource: &Resource) -> bool {
    matches!(resource.type_name.as_str(), "Service" | "Package") && of_server(resource) && !off(resource)
}

fn switched_off(before: &Resource, head: &Catalog) -> Option<Stopped> {
    let after = head.find(&before.type_name, &before.title).filter(|r| !r.is_virtual && off(r))?;
    let verb = if after.type_name == "Service" { "stopped" } else { "removed" };
    let at = after.param("ensure").map_or(&after.at, |p| &p.at).clone();
    Some(Stopped { what: format!("{} is {verb}", after.reference()), at, at_base: false })
}

fn off(resource: &Resource) -> bool {
    matches!(resource.value("ensure"), Some(Value::Bool(false)))
        || matches!(resource.text("ensure"), Some("absent" | "purged" | "stopped" | "false"))
}

fn finding(host: &str, stopped: &Stopped, settings: &[Setting]) -> Option<Finding> {
    let telling: Vec<&Setting> = settings.iter().filter(|s| s.alone || s.first).collect();
    let alone = telling.iter().filter(|s| s.alone).count();
    let first = telling.first()?;
    let how = if alone > 0 {
        format!("{alone} mail setting{} no other", if alone == 1 { " names it and" } else { "s name it and" })
    } else {
        "it stands first in a list, and clients that take the first alone lose their mail".to_owned()
    };
    let message = format!("{host} stops being a mail relay ({}) while it is in use: {how}", stopped.what);
    let (severity, confidence) =
        if alone > 0 { (Severity::High, Confidence::High) } else { (Severity::Medium, Confidence::Medium) };
    let side = if stopped.at_base { Side::Base } else { Side::Head };
    let at = Location::new(side, stopped.at.path.to_string(), stopped.at.line).label(stopped.what.clone());
    let found = draft("smarthost-in-use", format!("relay {host}"), "stopped", message);
    let found = found.severity(severity).confidence(confidence).at(at);
    let found = telling.iter().take(SHOWN).fold(found, |f, s| {
        let label = if s.alone { "names this relay alone" } else { "names it first" };
        f.also(Location::new(Side::Head, s.at.path.to_string(), s.at.line).label(label))
    });
    let found = found.hosts(HostSet::new([host], ["mail relay"]));
    Some(found.remedy(format!("point {} and the like at the local MTA or another relay first, let every host run, watch the relay's log go quiet, then stop it", first.at.path)))
}
