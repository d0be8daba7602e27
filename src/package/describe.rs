//! A removal as text for people: grouped by effect, each with the script line that does it.

use std::fmt::Write;

use super::effect::{By, Effect, Kind, NotAnalysed, Phase, Removal, Tool, Verdict};

/// Plain files listed before the rest is counted.
const SAMPLE: usize = 5;

/// The text for one package; `purge` adds what purging would do on top.
#[must_use]
pub fn describe(removal: &Removal, purge: bool) -> String {
    let mut out = format!("{} {} ({})\n", removal.package, removal.version, removal.source);
    phase(removal, Phase::Remove, &mut out);
    if purge {
        phase(removal, Phase::Purge, &mut out);
    } else {
        let count = removal.effects.iter().filter(|e| e.phase == Phase::Purge).count();
        let _ = writeln!(out, "\npurge would do {count} things more: --purge lists them");
    }
    others(removal, &mut out);
    not_analysed(&removal.not_analysed, &mut out);
    out
}

/// What the scripts do to a host that keeps the package, where it is graver than a stopped service.
fn others(removal: &Removal, out: &mut String) {
    for phase in [Phase::Upgrade, Phase::FailedUpgrade, Phase::Disappear, Phase::Deconfigure] {
        let grave = |e: &&Effect| {
            e.phase == phase
                && matches!(e.kind, Kind::UserDeleted | Kind::GroupDeleted | Kind::DataDestroyed | Kind::LinkRemoved)
        };
        let effects: Vec<&Effect> = removal.other_phases.iter().filter(grave).collect();
        if !effects.is_empty() {
            let _ = writeln!(out, "\non {} as well", phase.word());
        }
        effects.iter().for_each(|effect| {
            let _ = writeln!(out, "  {}", title(effect.kind));
            line(effect, out);
        });
    }
}

fn phase(removal: &Removal, phase: Phase, out: &mut String) {
    let _ = writeln!(out, "\non {}", phase.word());
    let mut nothing = true;
    for kind in ORDER {
        let effects: Vec<&Effect> = removal.of(phase, kind).collect();
        if !effects.is_empty() {
            nothing = false;
            group(kind, &effects, out);
        }
    }
    if nothing {
        out.push_str("  nothing\n");
    }
}

/// Gravest first.
const ORDER: [Kind; 13] = [
    Kind::UserDeleted,
    Kind::GroupDeleted,
    Kind::DataDestroyed,
    Kind::PackageRemoved,
    Kind::ServiceStopped,
    Kind::ServiceDisabled,
    Kind::LinkRemoved,
    Kind::AlternativeRemoved,
    Kind::DiversionRemoved,
    Kind::StatoverrideRemoved,
    Kind::ConffileRemoved,
    Kind::FileRemoved,
    Kind::DirRemoved,
];

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::UserDeleted => "users deleted",
        Kind::GroupDeleted => "groups deleted",
        Kind::DataDestroyed => "deleted with all that is in it",
        Kind::LinkRemoved => "links removed",
        Kind::FileRemoved => "files removed",
        Kind::DirRemoved => "directories removed",
        Kind::ServiceStopped => "services stopped",
        Kind::ServiceDisabled => "services no longer started at boot",
        Kind::ConffileRemoved => "configuration files removed",
        Kind::AlternativeRemoved => "alternatives removed",
        Kind::DiversionRemoved => "diversions undone",
        Kind::StatoverrideRemoved => "owner and mode overrides dropped",
        Kind::PackageRemoved => "packages removed",
    }
}

fn group(kind: Kind, effects: &[&Effect], out: &mut String) {
    let _ = writeln!(out, "  {} ({})", title(kind), effects.len());
    let bulky = matches!(kind, Kind::FileRemoved | Kind::DirRemoved | Kind::ConffileRemoved);
    let (scripted, shipped): (Vec<_>, Vec<_>) =
        effects.iter().copied().partition(|e| matches!(e.by, By::Script { .. }));
    for effect in &scripted {
        line(effect, out);
    }
    let shown = if bulky { SAMPLE } else { shipped.len() };
    for effect in shipped.iter().take(shown) {
        line(effect, out);
    }
    if shipped.len() > shown {
        let _ = writeln!(out, "    … and {} more that the package ships", shipped.len() - shown);
    }
}

fn line(effect: &Effect, out: &mut String) {
    let mark = if effect.verdict == Verdict::Certain { ' ' } else { '?' };
    let _ = writeln!(out, "  {mark} {}", effect.subjects().collect::<Vec<_>>().join(", "));
    match &effect.by {
        By::Script { script, line, text } => {
            let _ = writeln!(out, "      {script}:{line}: {text}");
            if !effect.why.is_empty() {
                let _ = writeln!(out, "      {}", effect.why);
            }
        }
        By::Tool(Tool::Data | Tool::Dpkg) if effect.kind == Kind::LinkRemoved => {
            let _ = writeln!(out, "      {}", effect.why);
        }
        By::Tool(_) => {}
    }
}

fn not_analysed(places: &[NotAnalysed], out: &mut String) {
    if places.is_empty() {
        return;
    }
    out.push_str("\nnot followed: read these by hand\n");
    for place in places {
        let _ = writeln!(out, "  {}:{}: {}", place.script, place.line, place.reason);
    }
}
