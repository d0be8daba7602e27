//! `restart-weaker-than-needed`: the refresh arrives, and does less than the change needs.
//!
//! A `restart` command that does nothing, a reload where the daemon takes the setting up only at its
//! start, a unit or defaults file that only a new start reads.

use super::changed::{Changed, changed};
use super::knowledge::Needs;
use super::reach::{Told, command, told_by};
use super::readers::{How, Reader, readers};
use super::services::running;
use super::strength::{Strength, of_command, of_service};
use crate::catalog::Resource;
use crate::checks::{Check, HostContext, HostSide, draft, head as at_head, of_any_host};
use crate::diff::Differs;
use crate::finding::{Confidence, Finding, Severity};

pub(in crate::checks) struct RestartWeaker;

impl Check for RestartWeaker {
    fn id(&self) -> &'static str {
        "restart-weaker-than-needed"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        let (Some(base), Some(head)) = (cx.base, cx.head) else { return };
        let files = if cx.changes.is_empty() { Vec::new() } else { changed(cx, base, head) };
        if files.is_empty() {
            return;
        }
        let services = running(base, head);
        for file in &files {
            let told = told_by(file.id, head.catalog(), head.graph());
            let readers = readers(cx, file, &services, head);
            let weak = readers.iter().filter_map(|r| weak(file, r, &told, head));
            let named = |f: Finding| Finding { subject: of_any_host(&f.subject, &head.catalog().certname), ..f };
            out.extend(weak.map(named));
        }
    }
}

/// What a refresh does to one reader, and who does it.
struct Effect<'a> {
    strength: Strength,
    by: &'a Resource,
    command: String,
}

fn weak(file: &Changed<'_>, reader: &Reader<'_, '_>, told: &Told, head: HostSide<'_>) -> Option<Finding> {
    let needed = needed(file, reader)?;
    let effect = strongest(reader, told, head)?;
    (effect.strength < needed).then(|| finding(file, reader, needed, &effect))
}

/// What the change needs. Of a daemon nobody knows, only that it has to hear of the change at all.
fn needed(file: &Changed<'_>, reader: &Reader<'_, '_>) -> Option<Strength> {
    match (&reader.how, reader.row) {
        (How::Starts(sort), _) if *sort != "init script" => Some(Strength::Restart),
        (How::Known, Some(row)) => {
            let wanted = Strength::wanted(row.needs_for(&file.lines));
            (wanted > Strength::Nothing).then_some(wanted)
        }
        (_, Some(row)) if row.needs == Needs::None => None,
        _ => Some(Strength::Reload),
    }
}

/// The most that is done to the reader: by its own refresh, or by commands that name it.
fn strongest<'a>(reader: &Reader<'_, 'a>, told: &Told, head: HostSide<'a>) -> Option<Effect<'a>> {
    let service = reader.service;
    let own = told.services.contains(&service.id).then(|| Effect {
        strength: of_service(service.resource),
        by: service.resource,
        command: service.resource.text("restart").unwrap_or("").to_owned(),
    });
    let execs = told.commands.iter().filter_map(|id| head.get(*id));
    let execs =
        execs.filter(|e| command(e).contains(service.name) && !command(e).trim_end().ends_with("daemon-reload"));
    let done = execs.map(|e| Effect { strength: of_command(command(e)), by: e, command: command(e).to_owned() });
    own.into_iter().chain(done).max_by_key(|e| e.strength)
}

fn finding(file: &Changed<'_>, reader: &Reader<'_, '_>, needed: Strength, effect: &Effect<'_>) -> Finding {
    let name = reader.service.name;
    let Effect { strength, by, command } = effect;
    let message = format!(
        "{} {} and {name} needs {} to take it up, but the refresh it gets is {}: `{command}`",
        file.path,
        file.verbs().0,
        needed.word(),
        strength.word()
    );
    let subject = format!("{} {}", reader.service.resource.reference(), file.path);
    let vital = reader.row.is_some_and(|row| row.purpose.is_vital());
    let severity = if vital && *strength == Strength::Nothing { Severity::High } else { Severity::Medium };
    let sure = reader.how.is_firm()
        && file.is_sure()
        && file.differs == Differs::Surely
        && file.resource.possible.is_none()
        && by.possible.is_none();
    let confidence = if sure { reader.confidence.min(Confidence::High) } else { Confidence::Low };
    let at = by.param("restart").or_else(|| by.param("command")).map_or(&by.at, |p| &p.at);
    let found = draft("restart-weaker-than-needed", subject, strength.word(), message);
    let found = found.severity(severity).confidence(confidence).at(at_head(&file.first, file.label()));
    found.also(at_head(at, &format!("this is all that {name} gets"))).remedy(format!(
        "restart {name} by hand, one host first, and say so in the change; or let this change notify a restart"
    ))
}
