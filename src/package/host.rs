//! From a package to the setting of its scripts, and the runs of the scripts as the package manager calls them.

use std::collections::BTreeMap;

use super::calls::{self, ScriptCall};
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
    let scripts = Scripts::of(package);
    let mut runs = Runs::default();
    let mut world = World::default();
    for (name, args) in asking(package).into_iter().chain(calls::installing(package)) {
        // What an install script hides from the run is no effect of a removal; one that cannot be
        // read at all leaves open what the package owns.
        match scripts.get(name) {
            Some((_, Ok(parsed))) => world = shell::run(parsed, &args, Stage::Installing, &setting, world).world,
            Some((script, Err(error))) => runs.miss(script, 0, format!("what it makes is not known: {error}")),
            None => {}
        }
    }
    if all_phases {
        run_other_phases(package, &scripts, &setting, &world, &mut runs);
    }
    for call in calls::removing(package) {
        if let Some(script) = package.script(call.script) {
            world = step(script, &scripts, &call, &setting, world, &mut runs);
        }
    }
    runs
}

/// The script that asks questions counts where another one wants the answers.
fn asking(package: &Package) -> Option<(&'static str, Vec<&'static str>)> {
    let wanted = package.scripts.iter().any(|s| s.name != "config" && s.text.contains("db_get"));
    wanted.then(calls::asking)
}

/// The shell scripts of a package, each parsed once.
struct Scripts<'p>(BTreeMap<&'p str, (&'p Script, Result<shell::Parsed, shell::ScriptError>)>);

impl<'p> Scripts<'p> {
    fn of(package: &'p Package) -> Self {
        let mut all = BTreeMap::new();
        let asked = asking(package).is_some();
        for script in package.scripts.iter().filter(|s| is_shell(s) && (s.name != "config" || asked)) {
            // Of several by one name the first counts, as where scripts are looked up.
            all.entry(script.name.as_str()).or_insert_with(|| (script, shell::parsed(&script.text)));
        }
        Scripts(all)
    }

    fn get(&self, name: &str) -> Option<&(&'p Script, Result<shell::Parsed, shell::ScriptError>)> {
        self.0.get(name)
    }
}

/// The calls of the phases in which the package stays.
fn run_other_phases(package: &Package, scripts: &Scripts<'_>, setting: &Setting, installed: &World, runs: &mut Runs) {
    let mut now: Option<(Phase, World)> = None;
    for call in calls::others(package) {
        let same = now.take().filter(|(phase, _)| *phase == call.phase);
        let world = same.map_or_else(|| installed.clone(), |(_, world)| world);
        if let Some(script) = package.script(call.script).filter(|s| is_shell(s)) {
            now = Some((call.phase, step(script, scripts, &call, setting, world, runs)));
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
    scripts: &Scripts<'_>,
    call: &ScriptCall<'_>,
    setting: &Setting,
    world: World,
    runs: &mut Runs,
) -> World {
    match scripts.get(call.script) {
        Some((script, Ok(parsed))) => {
            let ran = shell::run(parsed, &call.args, call.stage, setting, world.clone());
            let after = runs.take(script, call, ran);
            // What it does only perhaps is not taken as done.
            if call.only_if.is_some() { world } else { after }
        }
        Some((script, Err(error))) => {
            runs.miss(script, 0, error.to_string());
            world
        }
        None => {
            runs.miss(script, 0, format!("written for {}", script.interpreter()));
            world
        }
    }
}

impl Runs {
    fn miss(&mut self, script: &Script, line: u32, reason: String) {
        self.not_analysed.push(NotAnalysed { script: script.name.clone(), line, reason });
    }

    fn take(&mut self, script: &Script, call: &ScriptCall<'_>, ran: Ran) -> World {
        for note in ran.notes {
            self.miss(script, note.line, note.reason);
        }
        let lines: Vec<&str> = script.text.lines().collect();
        self.effects.extend(ran.deeds.into_iter().map(|mut deed| {
            deed.conditions.splice(0..0, call.only_if.clone());
            effect(script, &lines, call.phase, deed)
        }));
        ran.world
    }
}

/// Characters of a script's line that are shown.
const SHOWN: usize = 300;

fn effect(script: &Script, lines: &[&str], phase: Phase, deed: Deed) -> Effect {
    let verdict = if deed.conditions.is_empty() { Verdict::Certain } else { Verdict::Possible };
    let mut why = deed.why;
    if !deed.conditions.is_empty() {
        let gap = if why.is_empty() { "" } else { "; " };
        why = format!("{why}{gap}if {}", deed.conditions.join(", and if "));
    }
    let line = lines.get((deed.line as usize).saturating_sub(1)).map_or("", |line| line.trim());
    let text = match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    };
    let by = By::Script { script: script.name.clone(), line: deed.line, text };
    Effect { phase, kind: kind(deed.kind), subject: deed.subject, along: deed.along, verdict, by, why }
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
        install_unknown: install_scripts(package).any(|s| !is_shell(s)),
        has_install_scripts: install_scripts(package).next().is_some(),
    }
}

fn install_scripts(package: &Package) -> impl Iterator<Item = &Script> {
    calls::installing(package).into_iter().filter_map(|(name, _)| package.script(name))
}

fn entry(kind: &MemberKind) -> Entry {
    match kind {
        MemberKind::Dir => Entry::Dir,
        MemberKind::Symlink(_) => Entry::Link,
        _ => Entry::File,
    }
}
