//! From a package to the setting of its scripts, and the runs of the scripts as dpkg calls them.

use std::collections::BTreeMap;

use super::dpkg::parents;
use super::effect::{By, Effect, Kind, NotAnalysed, Phase, Verdict};
use super::member::{MemberKind, Package, Script};
use crate::shell::report::{Deed, DeedKind};
use crate::shell::world::{Entry, Setting, Stage, World};
use crate::shell::{self, Ran};

/// What the abstract runs of a package's scripts come to.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    pub(crate) effects: Vec<Effect>,
    pub(crate) not_analysed: Vec<NotAnalysed>,
}

/// Runs install scripts to learn what they make, then the removal scripts in dpkg's order.
pub(crate) fn run_scripts(package: &Package, all_phases: bool) -> Runs {
    let setting = setting(package);
    let mut runs = Runs::default();
    let mut world = World::default();
    for (name, args) in [("preinst", vec!["install"]), ("postinst", vec!["configure", ""])] {
        if let Some(script) = package.script(name).filter(|s| is_shell(s)) {
            // What an install script hides from the run is no effect of a removal; one that cannot be
            // read at all leaves open what the package owns.
            match shell::run(&script.text, &args, Stage::Installing, &setting, world.clone()) {
                Ok(ran) => world = ran.world,
                Err(error) => runs.miss(script, 0, format!("what it makes is not known: {error}")),
            }
        }
    }
    if all_phases {
        run_other_phases(package, &setting, &world, &mut runs);
    }
    let steps = [
        ("prerm", "remove", Phase::Remove, Stage::Unpacked),
        ("postrm", "remove", Phase::Remove, Stage::Removed),
        ("postrm", "purge", Phase::Purge, Stage::Purged),
    ];
    for (name, arg, phase, stage) in steps {
        if let Some(script) = package.script(name) {
            world = step(script, &[arg], phase, stage, &setting, world, &mut runs);
        }
    }
    runs
}

/// The other calls of Debian Policy 6.5, each from the state after installation. A version that takes
/// this one's place is later than any.
fn run_other_phases(package: &Package, setting: &Setting, installed: &World, runs: &mut Runs) {
    const LATER: &str = "9999:1";
    let own = package.control.version();
    let calls: [(Phase, &str, &[&str], Stage); 6] = [
        (Phase::Upgrade, "prerm", &["upgrade", LATER], Stage::Unpacked),
        (Phase::Upgrade, "postrm", &["upgrade", LATER], Stage::Unpacked),
        (Phase::FailedUpgrade, "prerm", &["failed-upgrade", own, LATER], Stage::Unpacked),
        (Phase::FailedUpgrade, "postrm", &["failed-upgrade", own, LATER], Stage::Unpacked),
        (Phase::Disappear, "postrm", &["disappear", "another-package", LATER], Stage::Removed),
        (Phase::Deconfigure, "prerm", &["deconfigure", "in-favour", "another-package", LATER], Stage::Unpacked),
    ];
    let mut now: Option<(Phase, World)> = None;
    for (phase, name, args, stage) in calls {
        let world = now.take().filter(|(p, _)| *p == phase).map_or_else(|| installed.clone(), |(_, world)| world);
        if let Some(script) = package.script(name).filter(|s| is_shell(s)) {
            now = Some((phase, step(script, args, phase, stage, setting, world, runs)));
        }
    }
}

fn is_shell(script: &Script) -> bool {
    let name = script.interpreter().rsplit('/').next().unwrap_or_default();
    let named = script.text.lines().next().unwrap_or_default();
    let env = name == "env" && ["sh", "bash", "dash"].iter().any(|s| named.ends_with(s));
    matches!(name, "sh" | "bash" | "dash" | "ksh") || env
}

fn step(
    script: &Script,
    args: &[&str],
    phase: Phase,
    stage: Stage,
    setting: &Setting,
    world: World,
    runs: &mut Runs,
) -> World {
    if !is_shell(script) {
        runs.miss(script, 0, format!("written for {}", script.interpreter()));
        return world;
    }
    match shell::run(&script.text, args, stage, setting, world.clone()) {
        Ok(ran) => runs.take(script, phase, ran),
        Err(error) => {
            runs.miss(script, 0, error.to_string());
            world
        }
    }
}

impl Runs {
    fn miss(&mut self, script: &Script, line: u32, reason: String) {
        self.not_analysed.push(NotAnalysed { script: script.name.clone(), line, reason });
    }

    fn take(&mut self, script: &Script, phase: Phase, ran: Ran) -> World {
        for note in ran.notes {
            self.miss(script, note.line, note.reason);
        }
        self.effects.extend(ran.deeds.into_iter().map(|deed| effect(script, phase, deed)));
        ran.world
    }
}

fn effect(script: &Script, phase: Phase, deed: Deed) -> Effect {
    let verdict = if deed.conditions.is_empty() { Verdict::Certain } else { Verdict::Possible };
    let mut why = deed.why;
    if !deed.conditions.is_empty() {
        let gap = if why.is_empty() { "" } else { "; " };
        why = format!("{why}{gap}if {}", deed.conditions.join(", and if "));
    }
    let by = By::Script { script: script.name.clone(), line: deed.line, text: script.line(deed.line).to_owned() };
    Effect { phase, kind: kind(deed.kind), subject: deed.subject, verdict, by, why }
}

fn kind(deed: DeedKind) -> Kind {
    match deed {
        DeedKind::UserDeleted => Kind::UserDeleted,
        DeedKind::GroupDeleted => Kind::GroupDeleted,
        DeedKind::DataDestroyed => Kind::DataDestroyed,
        DeedKind::LinkRemoved => Kind::LinkRemoved,
        DeedKind::FileRemoved => Kind::FileRemoved,
        DeedKind::DirRemoved => Kind::DirRemoved,
        DeedKind::ServiceStopped => Kind::ServiceStopped,
        DeedKind::ServiceDisabled => Kind::ServiceDisabled,
        DeedKind::ConffileRemoved => Kind::ConffileRemoved,
        DeedKind::AlternativeRemoved => Kind::AlternativeRemoved,
        DeedKind::DiversionRemoved => Kind::DiversionRemoved,
        DeedKind::StatoverrideRemoved => Kind::StatoverrideRemoved,
        DeedKind::PackageRemoved => Kind::PackageRemoved,
    }
}

fn setting(package: &Package) -> Setting {
    let mut data: BTreeMap<String, Entry> = package.members.iter().map(|m| (m.path.clone(), entry(&m.kind))).collect();
    data.extend(package.conffiles.iter().map(|c| (c.clone(), Entry::Conffile)));
    data.remove("");
    let contents = package.members.iter().filter_map(|m| Some((m.path.clone(), m.content.clone()?)));
    Setting {
        package: package.control.package().to_owned(),
        data,
        contents: contents.collect(),
        questions: package.questions.iter().cloned().collect(),
        depends: package.control.depends().into_iter().collect(),
        conffile_dirs: parents(package.conffiles.iter().map(String::as_str)).into_iter().map(str::to_owned).collect(),
        install_unknown: ["preinst", "postinst"].iter().filter_map(|n| package.script(n)).any(|s| !is_shell(s)),
        has_install_scripts: package.script("postinst").is_some() || package.script("preinst").is_some(),
    }
}

fn entry(kind: &MemberKind) -> Entry {
    match kind {
        MemberKind::Dir => Entry::Dir,
        MemberKind::Symlink(_) => Entry::Link,
        _ => Entry::File,
    }
}
