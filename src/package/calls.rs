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
    pub(super) script: &'static str,
    pub(super) args: Vec<&'a str>,
    pub(super) stage: Stage,
}

fn call<'a>(phase: Phase, script: &'static str, args: &[&'a str], stage: Stage) -> ScriptCall<'a> {
    ScriptCall { phase, script, args: args.to_vec(), stage }
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
pub(super) fn removing(package: &Package) -> Vec<ScriptCall<'static>> {
    if package.is_rpm() {
        let calls = [("preun", Stage::Unpacked), ("postun", Stage::Purged)];
        return calls.map(|(script, stage)| call(Phase::Remove, script, &["0"], stage)).into();
    }
    vec![
        call(Phase::Remove, "prerm", &["remove"], Stage::Unpacked),
        call(Phase::Remove, "postrm", &["remove"], Stage::Removed),
        call(Phase::Purge, "postrm", &["purge"], Stage::Purged),
    ]
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
