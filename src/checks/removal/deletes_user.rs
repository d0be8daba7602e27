//! `removal-deletes-user`: a package takes an account with it that the host still needs.

use super::gone::{Gone, gone};
use super::uses::{Use, uses_of};
use super::{Going, going, wanted};
use crate::catalog::Resource;
use crate::checks::order::{Order, between};
use crate::checks::{Check, HostContext, draft, head, of_effect};
use crate::finding::{Confidence, FailureMode, Finding, Severity};
use crate::package::{Effect, Kind, Removal, Verdict};

pub(crate) struct DeletesUser;

/// Parameters that name a user, and those that name a group.
const USER_PARAMS: &[&str] = &["owner", "user"];
const GROUP_PARAMS: &[&str] = &["group", "gid"];

const ACCOUNTS: [Kind; 2] = [Kind::UserDeleted, Kind::GroupDeleted];

impl Check for DeletesUser {
    fn id(&self) -> &'static str {
        "removal-deletes-user"
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        for package in going(cx) {
            if let Some(removal) = package.evidence(cx) {
                out.extend(accounts(&package, &removal).into_iter().filter_map(|a| finding(&package, &a)));
            }
        }
        out.extend(gone(cx, "User").iter().filter_map(|user| undeclared(user, USER_PARAMS)));
        out.extend(gone(cx, "Group").iter().filter_map(|group| undeclared(group, GROUP_PARAMS)));
    }
}

/// An account that goes; the group of the same name goes with the user and is told with it.
struct Account<'a> {
    name: &'a str,
    effect: &'a Effect,
    user: bool,
    group: bool,
}

fn accounts<'a>(package: &'a Going<'_>, removal: &'a Removal) -> Vec<Account<'a>> {
    let mut found: Vec<Account<'a>> = Vec::new();
    for effect in package.effects(removal, &ACCOUNTS) {
        let user = effect.kind == Kind::UserDeleted;
        // A group that only may go with its user is no news beside the user.
        if !user && effect.verdict == Verdict::Possible && found.iter().any(|a| a.name == effect.subject) {
            continue;
        }
        match found.iter_mut().find(|a| a.name == effect.subject) {
            Some(account) => {
                if user && !account.user {
                    account.effect = effect;
                }
                account.user |= user;
                account.group |= !user;
            }
            None => found.push(Account { name: &effect.subject, effect, user, group: !user }),
        }
    }
    found
}

fn finding(package: &Going<'_>, account: &Account<'_>) -> Option<Finding> {
    let catalog = package.head.catalog();
    let declared = |kind: &str| catalog.find(kind, account.name).filter(|r| !r.is_virtual && wanted(r));
    let user = declared("User").filter(|_| account.user);
    let declaration = user.or_else(|| declared("Group").filter(|_| account.group));
    let uses = uses_of(account.name, package.head);
    if declaration.is_none() && uses.is_empty() {
        return None;
    }
    let draft = draft(
        "removal-deletes-user",
        format!("{}:{}", package.name, account.name),
        "deleted",
        message(package, account, declaration, &uses),
    );
    let certain = account.effect.verdict == Verdict::Certain;
    let confidence = if certain { Confidence::High } else { Confidence::Medium };
    let draft = draft
        .severity(if certain { Severity::High } else { Severity::Medium })
        .confidence(confidence)
        .mode(FailureMode::FastFail);
    Some(locate(draft, package, account, declaration, &uses).remedy(remedy(package, account, declaration)))
}

/// An account that Puppet itself newly removes while something declared still rests on it.
fn undeclared(account: &Gone<'_>, params: &[&str]) -> Option<Finding> {
    account.before?;
    let name = account.resource.text("name").unwrap_or(&account.resource.title);
    let uses = uses_of(name, account.head);
    let uses: Vec<&Use> = uses.iter().filter(|u| u.param.is_none_or(|p| params.contains(&p))).collect();
    let first = uses.first()?;
    let more = if uses.len() > 1 { format!(", and {} others too", uses.len() - 1) } else { String::new() };
    let reference = account.resource.reference();
    let text = format!("{reference} is removed, and {}{more}: what names it fails from now on", first.how);
    let finding = draft("removal-deletes-user", reference.clone(), "absent", text);
    let finding = finding.severity(Severity::High).confidence(Confidence::High).mode(FailureMode::FastFail);
    let finding = finding.at(head(account.at(), "the account is removed here"));
    let finding = uses.iter().take(5).fold(finding, |f, u| f.also(head(&u.at, &u.how)));
    Some(finding.remedy(format!("first hand over what rests on {reference}, in a change of its own; then remove it")))
}

fn locate(
    draft: Finding,
    package: &Going<'_>,
    account: &Account<'_>,
    declaration: Option<&Resource>,
    uses: &[Use],
) -> Finding {
    let at = package.ensure().map_or(&package.resource.at, |p| &p.at);
    let mut draft = draft.at(head(at, "the package is removed here")).also(of_effect(
        package.name,
        account.effect,
        "deletes the account",
    ));
    if let Some(resource) = declaration {
        draft = draft.also(head(&resource.at, &format!("{} is declared here", resource.reference())));
    }
    uses.iter().take(4).fold(draft, |d, u| d.also(head(&u.at, &u.how)))
}

fn message(package: &Going<'_>, account: &Account<'_>, declaration: Option<&Resource>, uses: &[Use]) -> String {
    let what = match (account.user, account.group) {
        (true, true) => "user and group",
        (true, false) => "user",
        _ => "group",
    };
    let possibly = if account.effect.verdict == Verdict::Certain { "deletes" } else { "may delete" };
    let mut text = format!("{} package {} {possibly} the {what} {}", package.verb(), package.name, account.name);
    if let Some(resource) = declaration {
        text.push_str(&format!(", which {} declares; {}", resource.reference(), recreation(package, resource)));
    }
    if !uses.is_empty() {
        let running = if uses.iter().any(|u| u.runs) {
            "; a process that runs as it makes userdel refuse, so on some hosts the account may survive"
        } else {
            ""
        };
        text.push_str(&format!("; {} still rest on it{running}", counted(uses)));
    }
    text
}

/// When the account comes back, read off the order between package and account.
fn recreation(package: &Going<'_>, account: &Resource) -> String {
    let uid = if account.type_name == "User" && account.value("uid").is_none() {
        ", perhaps with another uid, since none is fixed"
    } else {
        ""
    };
    let when = match between(package.head.catalog(), package.head.graph(), package.resource, account) {
        Order::FirstThenSecond => "the same run recreates it, after a gap",
        Order::SecondThenFirst => "only the next run recreates it, since this one has already passed it",
        Order::Open => "nothing orders the two, so count on the next run to recreate it",
    };
    format!("{when}{uid}")
}

fn counted(uses: &[Use]) -> String {
    if uses.len() == 1 {
        uses.first().map_or_else(String::new, |u| u.how.clone())
    } else {
        format!("{} resources", uses.len())
    }
}

fn remedy(package: &Going<'_>, account: &Account<'_>, declaration: Option<&Resource>) -> String {
    let manage = if declaration.is_some() {
        format!("make Package['{}'] come before the account (`before`), so that one run heals the gap", package.name)
    } else {
        format!("declare {} in Puppet with a fixed uid in an earlier change", account.name)
    };
    format!(
        "{manage}; remove the package on one canary first; if it goes wrong, reinstall {} and run Puppet",
        package.name
    )
}
