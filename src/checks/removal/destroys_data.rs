//! `removal-destroys-data`: state of a service goes with a package, a folder or an account.

use super::gone::{Gone, gone};
use super::holders::{Holder, holders};
use super::{Going, file_path, going, wanted};
use crate::catalog::Resource;
use crate::checks::{Check, HostContext, draft, head, of_effect};
use crate::diff::Change;
use crate::finding::{Confidence, Finding, Severity};
use crate::package::{Effect, Kind, Phase, Removal, Verdict, merged};
use crate::value::Value;

pub(crate) struct DestroysData;

/// Below these lies what cannot be installed again.
const STATE: [&str; 10] = [
    "/var/lib/",
    "/var/spool/",
    "/var/mail/",
    "/var/www/",
    "/var/opt/",
    "/var/backups/",
    "/var/local/",
    "/srv/",
    "/home/",
    "/root/",
];

/// Bookkeeping of the package system and of boot, not anybody's data.
const BOOKS: [&str; 6] = [
    "/var/lib/dpkg",
    "/var/lib/apt",
    "/var/lib/systemd/deb-systemd",
    "/var/lib/ucf",
    "/var/lib/update-rc.d",
    "/var/lib/apache2/",
];

impl Check for DestroysData {
    fn id(&self) -> &'static str {
        "removal-destroys-data"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        for package in going(cx) {
            if let Some(removal) = package.evidence(cx) {
                out.extend(outermost(&package, &removal).into_iter().filter_map(|e| of_package(cx, &package, e)));
            }
        }
        out.extend(gone(cx, "File").iter().filter_map(|file| of_folder(cx, file)));
        out.extend(gone(cx, "User").iter().filter_map(|user| of_home(cx, user)));
        out.extend(newly_purged(cx));
    }
}

fn is_state(path: &str) -> bool {
    path.starts_with("database ")
        || STATE.iter().any(|s| path.starts_with(s)) && !BOOKS.iter().any(|b| path.starts_with(b))
}

/// What is destroyed, without what lies below something else that is.
fn outermost<'r>(package: &'r Going<'_>, removal: &'r Removal) -> Vec<&'r Effect> {
    let all: Vec<&Effect> = package.effects(removal, &[Kind::DataDestroyed]).collect();
    let inside = |e: &Effect| {
        all.iter().any(|o| {
            o.verdict <= e.verdict
                && e.subject.strip_prefix(o.subject.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let mut kept: Vec<&Effect> = all.iter().copied().filter(|e| !inside(e)).collect();
    // On remove and again on purge is once.
    kept.dedup_by(|a, b| a.subject == b.subject);
    kept
}

fn of_package(cx: &HostContext<'_>, package: &Going<'_>, effect: &Effect) -> Option<Finding> {
    let path = merged(effect.subject.trim_end_matches('/'));
    let users = holders(cx, package.head, &path, Some(package.name));
    if users.is_empty() && !is_state(&path) {
        return None;
    }
    let certain = effect.verdict == Verdict::Certain;
    let severity = match (users.is_empty(), effect.phase, certain) {
        (false, _, true) => Severity::Critical,
        (false, _, false) | (true, Phase::Remove, true) => Severity::High,
        (true, ..) => Severity::Medium,
    };
    let confidence = if certain { Confidence::High } else { Confidence::Medium };
    let at = package.ensure().map_or(&package.resource.at, |p| &p.at);
    let destroys = if certain { "destroys" } else { "may destroy" };
    let text = format!(
        "{} package {} {destroys} {}{}{}",
        package.verb(),
        package.name,
        effect.subject,
        if effect.phase == Phase::Remove { ", though plain removal is meant to keep data" } else { "" },
        used(&users)
    );
    let finding = draft("removal-destroys-data", format!("{}:{path}", package.name), "destroyed", text);
    let finding = finding.severity(severity).confidence(confidence).at(head(at, "the package is removed here"));
    let why = if effect.why.is_empty() { "destroys it" } else { &effect.why };
    Some(shown(finding.also(of_effect(package.name, effect, why)), &users).remedy(format!(
        "copy {} off the host first and prove the copy; {}; then one host, and wait before the rest",
        effect.subject,
        if package.purged {
            "`absent` instead of `purged` leaves most data"
        } else {
            "read the script line named here"
        }
    )))
}

/// `ensure => absent, force => true` on a folder takes all that is below it.
fn of_folder(cx: &HostContext<'_>, file: &Gone<'_>) -> Option<Finding> {
    let path = file_path(file.resource);
    let forced = is_true(file.resource.value("force"));
    let was_folder = file.before.is_none_or(|b| b.text("ensure") == Some("directory"));
    if !forced || !was_folder {
        return None;
    }
    let users = holders(cx, file.head, path, None);
    if users.is_empty() && !is_state(path) {
        return None;
    }
    let severity = if users.is_empty() { Severity::Medium } else { Severity::Critical };
    // A folder that was not managed before may not be there.
    let confidence = if file.before.is_some() { Confidence::High } else { Confidence::Medium };
    let text = format!("{path} is removed with everything below it, whoever put it there{}", used(&users));
    let finding = draft("removal-destroys-data", path, "folder-absent", text).severity(severity).confidence(confidence);
    let finding = finding.at(head(file.at(), "the folder is removed here"));
    Some(shown(finding, &users).remedy(format!(
        "copy {path} off the host first; without `force` Puppet leaves a folder where it is; move it aside by hand, and \
         delete it when nobody has missed it for a while"
    )))
}

/// `managehome` takes the home folder along with the account.
fn of_home(cx: &HostContext<'_>, user: &Gone<'_>) -> Option<Finding> {
    if !is_true(user.resource.value("managehome")) {
        return None;
    }
    let name = user.resource.text("name").unwrap_or(&user.resource.title);
    let told = user.resource.text("home").or_else(|| user.before.and_then(|b| b.text("home")));
    let home = told.map_or_else(|| format!("/home/{name}"), |h| h.trim_end_matches('/').to_owned());
    let users = holders(cx, user.head, &home, None);
    let severity = if users.is_empty() { Severity::Medium } else { Severity::High };
    let confidence = if user.before.is_some() { Confidence::High } else { Confidence::Medium };
    let text = format!("removing user {name} with managehome takes {home} along{}", used(&users));
    let finding = draft("removal-destroys-data", format!("User[{name}]:{home}"), "home-absent", text);
    let finding = finding.severity(severity).confidence(confidence).at(head(user.at(), "the account is removed here"));
    Some(
        shown(finding, &users)
            .remedy(format!("look what lies in {home}, copy it off, or leave `managehome` out: the folder then stays")),
    )
}

/// A folder of state from which Puppet newly clears what it did not put there.
fn newly_purged(cx: &HostContext<'_>) -> Vec<Finding> {
    let Some((before, after)) = cx.base.zip(cx.head) else { return Vec::new() };
    let pairs = cx.changes.iter().filter_map(|change| match change {
        Change::Param { base, head, name } if matches!(name.as_str(), "purge" | "recurse") => {
            Some((before.get(*base)?, after.get(*head)?))
        }
        Change::Added(id) => after.get(*id).map(|r| (r, r)),
        _ => None,
    });
    let mut found: Vec<(&Resource, bool)> = Vec::new();
    for (old, new) in pairs {
        let managed = !std::ptr::eq(old, new);
        let newly = clears(new) && !(managed && clears(old));
        if newly && is_state(file_path(new)) && !found.iter().any(|(f, _)| std::ptr::eq(*f, new)) {
            found.push((new, managed));
        }
    }
    found.into_iter().map(|(file, managed)| clearing(file, managed)).collect()
}

fn clears(file: &Resource) -> bool {
    let recurses = is_true(file.value("recurse")) || file.text("recurse") == Some("remote");
    file.type_name == "File" && wanted(file) && recurses && is_true(file.value("purge"))
}

fn clearing(file: &Resource, managed: bool) -> Finding {
    let path = file_path(file);
    let at = file.param("purge").map_or(&file.at, |p| &p.at);
    let text = format!("Puppet newly deletes whatever it did not put below {path} itself, on every run");
    let finding = draft("removal-destroys-data", path, "purged-folder", text);
    // A folder that was not managed before is mostly a new one, and empty.
    let (severity, confidence) =
        if managed { (Severity::High, Confidence::Medium) } else { (Severity::Medium, Confidence::Low) };
    finding
        .severity(severity)
        .confidence(confidence)
        .at(head(at, "this clears the folder"))
        .remedy(format!("run once with `noop` on a host that has data below {path}, and read what it would delete"))
}

fn is_true(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Bool(true))) || value.and_then(Value::as_str).is_some_and(|v| v == "true" || v == "yes")
}

fn used(users: &[Holder]) -> String {
    match users {
        [] => String::new(),
        [one] => format!(", and {}", one.how),
        [one, ..] => format!(", and {} places still hold on to it: {}, and others", users.len(), one.how),
    }
}

fn shown(finding: Finding, users: &[Holder]) -> Finding {
    users.iter().take(5).fold(finding, |f, u| f.also(head(&u.at, &u.how)))
}

#[cfg(test)]
mod tests {
    use super::is_state;

    #[test]
    fn state_is_told_from_what_can_be_made_again() {
        for (path, expected) in [
            ("/var/lib/mysql", true),
            ("/srv/app", true),
            ("database of app", true),
            ("/var/lib", false),
            ("/var/cache/app", false),
            ("/var/log/app", false),
            ("/etc/app", false),
            ("/var/lib/dpkg/info", false),
            ("/var/lib/systemd/deb-systemd-helper-enabled/x", false),
        ] {
            assert_eq!(is_state(path), expected, "{path}");
        }
    }
}
