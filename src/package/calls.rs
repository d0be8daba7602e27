//! How the package manager calls the scripts of a package: dpkg after Debian Policy 6.5 to 6.8, rpm
//! with the number of versions that will be left.

use super::effect::Phase;
use super::member::Package;
use crate::shell::world::Stage;

/// A version later than any.
const LATER: &str = "9999:1";

/// One call of a script.
pub(super) struct ScriptCall<'a> {
    pub(super) phase: Phase,
    pub(super) script: &'a str,
    pub(super) args: Vec<&'a str>,
    pub(super) stage: Stage,
    /// What must hold of the host for it to be called at all.
    pub(super) only_if: Option<String>,
}

fn call<'a>(phase: Phase, script: &'a str, args: &[&'a str], stage: Stage) -> ScriptCall<'a> {
    ScriptCall { phase, script, args: args.to_vec(), stage, only_if: None }
}

/// The script that asks debconf's questions, before all others; what it sets is answered in them.
pub(super) fn asking() -> (&'static str, Vec<&'static str>) {
    ("config", vec!["configure", ""])
}

/// The scripts that run when it is installed for the first time.
pub(super) fn installing(package: &Package) -> [(&'static str, Vec<&'static str>); 2] {
    if package.is_rpm() {
        return [("pre", vec!["1"]), ("post", vec!["1"])];
    }
    [("preinst", vec!["install"]), ("postinst", vec!["configure", ""])]
}

/// The calls of a removal, in order; rpm knows no purge.
pub(super) fn removing(package: &Package) -> Vec<ScriptCall<'_>> {
    if package.is_rpm() {
        let triggers = package.scripts.iter().filter_map(|script| own_trigger(&script.name));
        let mut calls = vec![since_4_19("preuntrans", Stage::Unpacked)];
        calls.extend(triggers);
        calls.push(call(Phase::Remove, "preun", &["0"], Stage::Unpacked));
        calls.push(call(Phase::Remove, "postun", &["0"], Stage::Purged));
        calls.push(since_4_19("postuntrans", Stage::Purged));
        return calls;
    }
    vec![
        call(Phase::Remove, "prerm", &["remove"], Stage::Unpacked),
        call(Phase::Remove, "postrm", &["remove"], Stage::Removed),
        call(Phase::Purge, "postrm", &["purge"], Stage::Purged),
    ]
}

/// The scripts round a whole transaction, which older versions of rpm do not call.
fn since_4_19(script: &'static str, stage: Stage) -> ScriptCall<'static> {
    let only_if = Some("rpm is of version 4.19 or later".to_owned());
    ScriptCall { only_if, ..call(Phase::Remove, script, &["0"], stage) }
}

/// A trigger of the package runs as the package goes, where what sets it off is there: with the numbers of versions
/// that will be left of the one and of the other. Those on files are told no numbers.
fn own_trigger(name: &str) -> Option<ScriptCall<'_>> {
    let (sort, target) = name.split_once(" -- ")?;
    let (args, there): (&[&str], _) = match sort {
        "triggerun" => (&["0", "1"], format!("{target} is installed")),
        _ => (&["0"], format!("files in {target} are left")),
    };
    Some(ScriptCall { only_if: Some(there), ..call(Phase::Remove, name, args, Stage::Unpacked) })
}

/// The calls when it is not removed: each phase begins anew from the state after installation.
pub(super) fn others(package: &Package) -> Vec<ScriptCall<'_>> {
    use Phase::{Deconfigure, Disappear, FailedUpgrade, Upgrade};
    if package.is_rpm() {
        return ["preun", "postun"].map(|script| call(Upgrade, script, &["1"], Stage::Unpacked)).into();
    }
    let own = package.control.version();
    vec![
        call(Upgrade, "prerm", &["upgrade", LATER], Stage::Unpacked),
        call(Upgrade, "postrm", &["upgrade", LATER], Stage::Unpacked),
        call(FailedUpgrade, "prerm", &["failed-upgrade", own, LATER], Stage::Unpacked),
        call(FailedUpgrade, "postrm", &["failed-upgrade", own, LATER], Stage::Unpacked),
        call(Disappear, "postrm", &["disappear", "another-package", LATER], Stage::Removed),
        call(Deconfigure, "prerm", &["deconfigure", "in-favour", "another-package", LATER], Stage::Unpacked),
    ]
}
