//! Who on a host still rests on an account: owners, processes, cron jobs, units.

use crate::catalog::{Param, Resource};
use crate::checks::context::HostSide;
use crate::checks::removal::{file_path, wanted};
use crate::diff::content_of;
use crate::repo::Loc;

/// Something that rests on an account.
pub(super) struct Use {
    pub(super) how: String,
    pub(super) at: Loc,
    /// The parameter that names it; `None` for a line of text, which may mean either sort of account.
    pub(super) param: Option<&'static str>,
    /// Whether a process runs as the account, rather than only owning a file.
    pub(super) runs: bool,
}

/// Parameters that name an account, by resource type, and whether something runs as it.
const NAMING: [(&str, &str, bool); 7] = [
    ("File", "owner", false),
    ("File", "group", false),
    ("Exec", "user", true),
    ("Exec", "group", true),
    ("Cron", "user", true),
    ("Ssh_authorized_key", "user", false),
    ("User", "gid", false),
];

/// Words that stand before an account name in the configuration of a daemon.
const RUN_AS: [&str; 8] =
    ["User", "Group", "user", "group", "run_user", "APACHE_RUN_USER", "APACHE_RUN_GROUP", "runuser"];

/// Everything in the catalog that rests on `account`.
pub(super) fn uses_of(account: &str, head: HostSide<'_>) -> Vec<Use> {
    let resources = head.catalog().resources.iter().filter(|r| !r.is_virtual && wanted(r));
    let mut uses: Vec<Use> = resources.flat_map(|r| resource_uses(r, account, head)).collect();
    uses.sort_by_key(|u| !u.runs);
    uses
}

fn resource_uses(resource: &Resource, account: &str, head: HostSide<'_>) -> Vec<Use> {
    let naming = NAMING.iter().filter(|(t, ..)| resource.type_name == *t);
    let mut uses: Vec<Use> = naming.filter_map(|(_, p, runs)| named(resource, p, account, *runs)).collect();
    if resource.type_name == "File" {
        uses.extend(run_as_lines(resource, account, head));
    }
    uses.extend(sudo_rule(resource, account));
    uses
}

fn named(resource: &Resource, name: &'static str, account: &str, runs: bool) -> Option<Use> {
    let param: &Param = resource.param(name)?;
    // A user's own group is no news beside the user.
    if resource.type_name == "User" && resource.title == account {
        return None;
    }
    (param.value.as_str() == Some(account)).then(|| Use {
        how: format!("{} has {} {account}", resource.reference(), param.name),
        at: param.at.clone(),
        param: Some(name),
        runs,
    })
}

fn run_as_lines(resource: &Resource, account: &str, head: HostSide<'_>) -> Vec<Use> {
    let lines = content_of(resource, head.sources()).lines(&resource.at);
    let hits = lines.into_iter().filter(|l| runs_as(&l.text, account));
    hits.map(|l| Use {
        how: format!("{} says `{}`", file_path(resource), l.text.trim()),
        at: l.at,
        param: None,
        runs: true,
    })
    .collect()
}

/// `User apache`, `User=apache`, `user: apache`, `export APACHE_RUN_USER=apache`.
fn runs_as(line: &str, account: &str) -> bool {
    let line = line.trim().strip_prefix("export ").unwrap_or(line.trim());
    let Some((word, rest)) = line.split_once([' ', '=', ':', '\t']) else { return false };
    let value = rest.trim().trim_start_matches(['=', ':']).trim().trim_matches(['"', '\'', ';']);
    RUN_AS.contains(&word.trim()) && value == account
}

/// A sudo rule lets somebody act as the account.
fn sudo_rule(resource: &Resource, account: &str) -> Option<Use> {
    let param = resource.param("privileges")?;
    let items = param.value.as_array().map_or_else(|| vec![param.value.clone()], <[_]>::to_vec);
    let lists = |rule: &str| {
        rule.split_once('(')
            .and_then(|(_, r)| r.split_once(')'))
            .is_some_and(|(who, _)| who.split([',', ':']).any(|w| w.trim() == account))
    };
    let hit = items.iter().find(|v| v.as_str().is_some_and(lists))?;
    Some(Use { how: format!("{} grants `{hit}`", resource.reference()), at: param.at.clone(), param: None, runs: true })
}

#[cfg(test)]
mod tests {
    use super::runs_as;

    #[test]
    fn run_as_is_a_setting_not_a_mention() {
        for (line, expected) in [
            ("User apache", true),
            ("\tUser=apache", true),
            ("export APACHE_RUN_USER=apache", true),
            ("user: 'apache';", true),
            ("# User apache is old", false),
            ("User apache2", false),
            ("UserDir apache", false),
            ("apache", false),
        ] {
            assert_eq!(runs_as(line, "apache"), expected, "{line}");
        }
    }
}
