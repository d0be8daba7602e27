//! Who on a host refers to a path: lines of managed files, commands, links, units.

use super::context::HostSide;
use super::removal::{file_path, wanted};
use crate::catalog::{Param, Resource};
use crate::content::references;
use crate::diff::content_of;
use crate::repo::Loc;
use std::collections::BTreeSet;

/// A place that refers to a path.
pub(crate) struct Reference {
    /// For a sentence: "`Include /etc/apache2/wmf/all.conf` in /etc/apache2/apache2.conf".
    pub(crate) what: String,
    /// For the margin of the quoted line.
    pub(crate) label: String,
    /// Where it is written.
    pub(crate) at: Loc,
}

/// Parameters that hold commands or paths, by resource type.
const HOLDERS: [(&str, &[&str]); 4] = [
    ("Exec", &["command", "unless", "onlyif", "creates", "cwd"]),
    ("Cron", &["command"]),
    ("File", &["target"]),
    ("Service", &["start", "stop", "restart", "binary"]),
];

/// Every reference to `path` or to something below it, each line once.
pub(crate) fn references_to(path: &str, head: HostSide<'_>) -> Vec<Reference> {
    let resources = head.catalog().resources.iter().filter(|r| !r.is_virtual && wanted(r));
    let mut seen = BTreeSet::new();
    let all = resources.flat_map(|r| resource_references(r, path, head));
    all.filter(|r| seen.insert((r.at.clone(), r.what.clone()))).collect()
}

/// As [`references_to`], without what only asks whether the path is there.
pub(crate) fn dependents_of(path: &str, head: HostSide<'_>) -> Vec<Reference> {
    let asks = ["creates of ", "unless of ", "onlyif of "];
    references_to(path, head).into_iter().filter(|r| !asks.iter().any(|a| r.what.starts_with(a))).collect()
}

fn resource_references(resource: &Resource, path: &str, head: HostSide<'_>) -> Vec<Reference> {
    let holders = HOLDERS.iter().filter(|(t, _)| resource.type_name == *t).flat_map(|(_, names)| *names);
    let params = holders.filter_map(|name| resource.param(name)).filter(|p| param_refers(p, path));
    let mut found: Vec<Reference> = params.map(|p| param_reference(resource, p)).collect();
    if resource.type_name == "File" {
        found.extend(line_references(resource, path, head));
    }
    found
}

fn param_refers(param: &Param, path: &str) -> bool {
    param
        .value
        .as_str()
        .is_some_and(|text| text.split([' ', '\'', '"', ';', '=', ':']).any(|word| at_or_below(word, path)))
}

fn param_reference(resource: &Resource, param: &Param) -> Reference {
    let what = format!("{} of {}", param.name, resource.reference());
    Reference { label: format!("{what} refers to it"), what, at: param.at.clone() }
}

fn line_references(resource: &Resource, path: &str, head: HostSide<'_>) -> Vec<Reference> {
    if is_prose(file_path(resource)) {
        return Vec::new();
    }
    let lines = content_of(resource, head.sources()).lines(&resource.at);
    let mut found = Vec::new();
    for line in lines.iter().filter(|line| may_refer(&line.text, path)) {
        let hit = references::in_line(&line.text).into_iter().find(|r| at_or_below(&r.path, path));
        if let Some(hit) = hit {
            let what = format!("`{}` in {}", line.text.trim(), file_path(resource));
            found.push(Reference {
                what,
                label: format!("{} that rests on it, in {}", hit.kind, file_path(resource)),
                at: line.at.clone(),
            });
        }
    }
    found
}

/// Whether a line may name a path, told without reading it: the last part of its name stands there, unless a relative
/// name below the folder of a web server is meant.
fn may_refer(line: &str, path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    line.contains(last) || ["/etc/apache2", "/etc/nginx"].iter().any(|folder| at_or_below(folder, path))
}

/// Whether a file is for people to read: nothing stops working when it names what is not there.
fn is_prose(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let named = ["readme", "changelog", "copyright", "license"].iter().any(|word| name.starts_with(word));
    named || [".md", ".rst"].iter().any(|end| name.ends_with(end)) || path.starts_with("/usr/share/doc/")
}

/// `/a/b` is at or below `/a`; `/ab` is not.
fn at_or_below(candidate: &str, path: &str) -> bool {
    crate::package::merged(candidate).strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{at_or_below, is_prose, may_refer};

    #[test]
    fn what_people_read_rests_on_nothing() {
        assert!(is_prose("/etc/apt/README.txt") && is_prose("/srv/tool/notes.md"));
        assert!(!is_prose("/etc/readers.conf") && !is_prose("/etc/hosts.txt"));
    }

    #[test]
    fn a_line_that_names_a_path_has_its_last_part() {
        assert!(may_refer("Include /bin/tool.conf", "/usr/bin/tool.conf") && may_refer("x /etc/a/b", "/etc/a"));
        assert!(may_refer("Include sites/a.conf", "/etc/apache2") && may_refer("Include sites/a.conf", "/etc"));
        assert!(!may_refer("Include sites/a.conf", "/etc/apache2/other"));
    }

    #[test]
    fn a_longer_name_is_another_path() {
        assert!(at_or_below("/usr/local/apache/common/docroot", "/usr/local/apache/common"));
        assert!(at_or_below("/usr/local/apache/common", "/usr/local/apache/common"));
        assert!(!at_or_below("/usr/local/apache/common-local", "/usr/local/apache/common"));
    }
}
