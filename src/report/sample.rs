//! A report that has something of everything, for the tests of the formats.

use crate::finding::{
    Confidence, Coverage, FailureMode, Finding, HostSet, Incident, Location, NotCompiled, Report, Severity, Side,
    Status, Suppression, UnknownCause, Unknowns, Unread,
};

/// Three findings, one of them set aside; a host that did not compile, a file that was not read.
pub(crate) fn report() -> Report {
    let hosts = (17..100).map(|n| format!("mw10{n}.eqiad.wmnet"));
    let hosts = HostSet::new(hosts, ["appserver"]);
    let findings = vec![daemon(), removal(hosts), aside()];
    Report::new(Some("base-rev".into()), "head-rev".into(), findings, coverage())
}

fn removal(hosts: HostSet) -> Finding {
    let incident = Incident { title: "app servers".into(), date: "2014-05-29".into(), url: String::new() };
    let mut finding = Finding::new(
        "removal-deletes-user",
        "User[deploy]",
        "removing `task-app` deletes the user `deploy`",
    )
    .severity(Severity::Critical)
    .confidence(Confidence::High)
    .change("package-absent")
    .at(Location::new(Side::Head, "modules/app/manifests/packages.pp", 31)
        .snippet("\tensure => absent,")
        .mark("absent")
        .label("removes the package"))
    .also(Location::package("task-app postrm", 6).snippet("    deluser deploy").label("on `remove`"))
    .also(Location::new(Side::Head, "modules/app/manifests/users.pp", 0).label("declares the user"))
    .hosts(hosts)
    .note("the next run recreates it, up to 30 minutes later; without a fixed uid it may come back with another one")
    .first_aid("reinstall the package")
    .remedy("manage the user without the package in an earlier change, then remove the package on one host")
    .patch("--- a/x.pp\n+++ b/x.pp\n@@ -1 +1 @@\n-a\n+b");
    finding.incidents.push(incident);
    finding
}

fn daemon() -> Finding {
    Finding::new(
        "config-without-restart",
        "File[/etc/d.conf]",
        "`/etc/d.conf` changes and `Service[d]` goes on with the old one",
    )
    .change("content")
    .mode(FailureMode::Delayed)
    .at(Location::new(Side::Base, "modules/d/files/d.conf", 1204).snippet("limit = 1 \u{1b}[2J").label("changes"))
}

fn aside() -> Finding {
    let mut finding = Finding::new("config-unsound", "File[/etc/e.json]", "`/etc/e.json` is no JSON").change("json");
    finding.status = Status::Suppressed;
    finding.suppression = Some(Suppression { by: "m.pp:3".into(), reason: "template".into(), until: None });
    finding
}

fn coverage() -> Coverage {
    Coverage {
        hosts_total: 84,
        hosts_unreached: 0,
        hosts_compiled: 83,
        not_compiled: vec![NotCompiled {
            host: "db1".into(),
            why: "no class `db`".into(),
            at: Some("site.pp:4".into()),
        }],
        files_unread: vec![Unread { path: "private".into(), why: "a submodule".into() }],
        unknown: Unknowns::new(vec![UnknownCause { kind: "fact".into(), name: "memory".into(), count: 2, hosts: 1 }]),
        notes: vec!["no file of the change is read by any host".into()],
        insufficient: None,
    }
}
