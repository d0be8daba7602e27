//! dpkg's own part of a removal: data members go on remove, conffiles on purge, directories when
//! nothing is left in them.

use std::collections::BTreeSet;

use super::effect::{By, Effect, Kind, Phase, Tool, Verdict};
use super::member::{Member, MemberKind, Package};
use crate::shell::knowledge::Knowledge;

/// Effects of unpacked data going away.
pub(crate) fn effects(package: &Package, knowledge: &Knowledge) -> Vec<Effect> {
    let conffiles: BTreeSet<&str> = package.conffiles.iter().map(String::as_str).collect();
    let kept = parents(conffiles.iter().copied());
    let mut all = Vec::new();
    for member in &package.members {
        let path = member.path.as_str();
        if path.is_empty() || conffiles.contains(path) {
            continue;
        }
        match &member.kind {
            MemberKind::Dir if knowledge.is_shared_dir(path) => {}
            MemberKind::Dir => {
                let phase = if kept.contains(path) { Phase::Purge } else { Phase::Remove };
                all.push(dir_effect(phase, path));
            }
            kind => {
                let mut effect = member_effect(member, kind);
                if let Some(other) = perhaps_shipped_by(member, package, knowledge) {
                    effect.verdict = Verdict::Possible;
                    effect.why =
                        format!("{}; {other}, which it depends on, may ship a folder of that name", effect.why);
                }
                all.push(effect);
            }
        }
    }
    all.extend(package.conffiles.iter().map(|path| conffile_effect(path)));
    if package.is_rpm() { all.into_iter().map(as_rpm).collect() } else { all }
}

/// rpm knows no purge: what dpkg would keep until then goes at once.
fn as_rpm(mut effect: Effect) -> Effect {
    if effect.kind == Kind::ConffileRemoved {
        "a configuration file goes with the package; one that was changed is kept beside it as .rpmsave"
            .clone_into(&mut effect.why);
        effect.by = By::Tool(Tool::Data);
    }
    Effect { phase: Phase::Remove, ..effect }
}

/// A dependency named after a link in a folder that many packages share: where it ships a folder of
/// that name, dpkg keeps the folder and never makes the link.
fn perhaps_shipped_by(member: &Member, package: &Package, knowledge: &Knowledge) -> Option<String> {
    let (folder, base) = member.path.rsplit_once('/')?;
    if !member.is_link() || !knowledge.is_shared_dir(folder) {
        return None;
    }
    let plain = base.replace('_', "-");
    let named =
        |name: &String| name.rsplit_once(&plain).is_some_and(|(start, end)| end.is_empty() && start.ends_with('-'));
    package.control.depends().into_iter().find(named)
}

/// Where a path lies on a host whose `/bin`, `/sbin` and `/lib` are links into `/usr`, as they are
/// since Debian 12.
pub(crate) fn merged(path: &str) -> String {
    let old = ["/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/"];
    if old.iter().any(|start| path.starts_with(start)) { format!("/usr{path}") } else { path.to_owned() }
}

/// Every directory above the given paths.
pub(crate) fn parents<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut all = BTreeSet::new();
    for path in paths {
        all.extend(path.match_indices('/').skip(1).map(|(at, _)| &path[..at]));
    }
    all
}

fn member_effect(member: &Member, kind: &MemberKind) -> Effect {
    let (kind, why) = match kind {
        MemberKind::Symlink(target) => (Kind::LinkRemoved, format!("the package ships it as a link to {target}")),
        _ => (Kind::FileRemoved, "the package ships it".to_owned()),
    };
    let by = By::Tool(Tool::Data);
    Effect {
        phase: Phase::Remove,
        kind,
        subject: merged(&member.path),
        along: Vec::new(),
        verdict: Verdict::Certain,
        by,
        why,
    }
}

fn dir_effect(phase: Phase, path: &str) -> Effect {
    // Below /var a service has usually put something there.
    let verdict = if path.starts_with("/var/") { Verdict::Possible } else { Verdict::Certain };
    let why = "the package ships it; it stays if something else is in it".to_owned();
    let by = By::Tool(Tool::Data);
    Effect { phase, kind: Kind::DirRemoved, subject: merged(path), along: Vec::new(), verdict, by, why }
}

fn conffile_effect(path: &str) -> Effect {
    Effect {
        phase: Phase::Purge,
        kind: Kind::ConffileRemoved,
        subject: path.to_owned(),
        along: Vec::new(),
        verdict: Verdict::Certain,
        by: By::Tool(Tool::Dpkg),
        why: "a conffile stays on remove and goes on purge, with local changes".to_owned(),
    }
}
