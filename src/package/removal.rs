//! From a package to what removing it would do: dpkg's own part and that of its scripts.

use std::collections::{BTreeMap, BTreeSet};

use super::effect::{Effect, Kind, NotAnalysed, Phase, Removal, Verdict};
use super::member::Package;
use super::{dpkg, host};
use crate::shell::ScriptError;
use crate::shell::knowledge::Knowledge;
use crate::shell::parse::on_big_stack;

/// What removing and then purging the package would do.
#[must_use]
pub fn analyse(package: &Package) -> Removal {
    with_scripts(package, on_big_stack(|| host::run_scripts(package, false)))
}

/// The same, and what the scripts do when the package is not removed: upgrade and its failure,
/// disappearance, deconfiguration.
#[must_use]
pub fn analyse_phases(package: &Package) -> Removal {
    with_scripts(package, on_big_stack(|| host::run_scripts(package, true)))
}

fn with_scripts(package: &Package, runs: Result<host::Runs, ScriptError>) -> Removal {
    let mut effects = dpkg::effects(package, Knowledge::builtin());
    let mut not_analysed = Vec::new();
    match runs {
        Ok(runs) => {
            effects.extend(runs.effects);
            not_analysed = runs.not_analysed;
        }
        Err(error) => {
            not_analysed.push(NotAnalysed { script: "all".to_owned(), line: 0, reason: error.to_string() });
        }
    }
    let removal = |e: &Effect| matches!(e.phase, Phase::Remove | Phase::Purge);
    let (effects, other_phases) = settle(effects).into_iter().partition(removal);
    not_analysed.sort();
    not_analysed.dedup();
    Removal {
        package: package.control.package().to_owned(),
        version: package.control.version().to_owned(),
        source: package.origin.path().to_owned(),
        effects,
        other_phases,
        not_analysed,
    }
}

/// Each effect once a phase, the surest of equals, sorted; a conffile that is gone after remove is none
/// of purge.
fn settle(effects: Vec<Effect>) -> Vec<Effect> {
    let mut best: BTreeMap<(Phase, Kind, String), Effect> = BTreeMap::new();
    for effect in effects {
        let key = (effect.phase, effect.kind, effect.subject.clone());
        match best.get_mut(&key) {
            Some(known) if known.verdict == effect.verdict => {
                let told: BTreeSet<String> = known.along.iter().cloned().collect();
                known.along.extend(effect.along.into_iter().filter(|unit| !told.contains(unit)));
            }
            Some(known) if known.verdict < effect.verdict => {}
            _ => drop(best.insert(key, effect)),
        }
    }
    let gone: BTreeSet<String> = best
        .values()
        .filter(|e| (e.phase, e.kind, e.verdict) == (Phase::Remove, Kind::ConffileRemoved, Verdict::Certain))
        .map(|e| e.subject.clone())
        .collect();
    best.retain(|(phase, kind, subject), _| {
        (*phase, *kind) != (Phase::Purge, Kind::ConffileRemoved) || !gone.contains(subject)
    });
    best.into_values().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::package::{DebBuilder, Limits, read_bytes};

    fn removal_of(deb: &DebBuilder) -> Removal {
        analyse_phases(&read_bytes("test.deb", &deb.build().unwrap(), &Limits::default()).unwrap())
    }

    fn links(deb: &DebBuilder, phase: Phase) -> Vec<String> {
        let removal = removal_of(deb);
        let certain = removal.of(phase, Kind::LinkRemoved).filter(|e| e.verdict == Verdict::Certain);
        certain.map(|e| e.subject.clone()).collect()
    }

    fn script(body: &str) -> String {
        format!("#!/bin/sh\nset -e\n{body}\n")
    }

    #[test]
    fn links_of_an_alternative_that_a_library_makes_go_with_it() {
        let source = ". /usr/share/postgresql-common/maintscripts-functions; V=${DPKG_MAINTSCRIPT_PACKAGE##*-};";
        let deb = DebBuilder::new("postgresql-99", "1").field("Depends", "postgresql-common");
        let deb = deb.file("/usr/share/postgresql/99/man/man1/postmaster.1.gz", "");
        let deb = deb.file("/usr/share/postgresql/99/man/man1/initdb.1.gz", "");
        let deb = deb.script("postinst", &script(&format!("{source} configure_version $V")));
        let deb = deb.script("prerm", &script(&format!("{source} [ $1 = remove ] && remove_version $V")));
        let expected = ["initdb.1.gz", "postmaster.1.gz"].map(|n| format!("/usr/share/man/man1/{n}"));
        let found = links(&deb, Phase::Remove);
        assert!(expected.iter().all(|link| found.contains(link)), "{found:?}");
        assert!(found.contains(&"/etc/alternatives/initdb.1.gz".to_owned()), "{found:?}");
    }

    #[test]
    fn a_link_dangles_once_what_it_names_is_gone() {
        let clean = "find /etc/x -type l -print | while read l; do test -f \"$l\" || rm -f \"$l\"; done";
        let make = "ln -s /usr/share/x/a /etc/x/a; ln -s a /etc/x/b; ln -s /etc/hostname /etc/x/stays";
        let deb = DebBuilder::new("x", "1").file("/usr/share/x/a", "").script("postinst", &script(make));
        let deb = deb.script("postrm", &script(clean));
        assert_eq!(links(&deb, Phase::Remove), ["/etc/x/a", "/etc/x/b"]);
    }

    #[test]
    fn a_unit_whose_state_was_noted_before_it_was_enabled_stays_off() {
        let unit = "[Install]\nWantedBy=multi-user.target\n";
        let enable = "if deb-systemd-helper was-enabled x.service; then deb-systemd-helper enable x.service; fi";
        let purge = script("[ $1 = purge ] && deb-systemd-helper purge x.service");
        let deb = |first: &str| {
            let deb = DebBuilder::new("x", "1").file("/lib/systemd/system/x.service", unit);
            deb.script("postinst", &script(&format!("{first}{enable}"))).script("postrm", &purge)
        };
        assert_eq!(links(&deb(""), Phase::Purge), ["/etc/systemd/system/multi-user.target.wants/x.service"]);
        assert!(links(&deb("deb-systemd-helper update-state x.service\n"), Phase::Purge).is_empty());
    }

    #[test]
    fn an_init_script_registered_as_off_is_off_in_every_level() {
        let header = "### BEGIN INIT INFO\n# Default-Start: S\n# Default-Stop: 0\n### END INIT INFO\n";
        let deb = |how: &str| {
            let deb = DebBuilder::new("x", "1").conffile("/etc/init.d/x", header);
            let deb = deb.script("postinst", &script(&format!("update-rc.d x {how}")));
            links(&deb.script("postrm", &script("[ $1 = purge ] && update-rc.d x remove")), Phase::Purge)
        };
        assert_eq!(deb("defaults"), ["/etc/rc0.d/K01x", "/etc/rcS.d/S01x"]);
        assert_eq!(deb("defaults-disabled"), ["/etc/rc0.d/K01x", "/etc/rcS.d/K01x"]);
    }

    #[test]
    fn a_test_for_a_file_is_not_met_by_a_folder_nor_by_a_page_that_is_not_shipped() {
        let body = "[ -f /var/lib/x ] && userdel folder; [ -f /usr/share/man/man1/y.1.gz ] && userdel page; \
                    [ -d /usr/share/x ] && userdel file; [ -f /usr/share/x ] && userdel x; true";
        let deb = DebBuilder::new("x", "1").dir("/var/lib/x").file("/usr/share/x", "").script("prerm", &script(body));
        let removal = removal_of(&deb);
        let certain = removal.of(Phase::Remove, Kind::UserDeleted).filter(|e| e.verdict == Verdict::Certain);
        assert_eq!(certain.map(|e| e.subject.as_str()).collect::<Vec<_>>(), ["x"]);
    }

    #[test]
    fn defaults_of_variables_and_lists_of_accounts_are_followed() {
        let make = "adduser --system worker; [ ! -e /etc/apache2/conf-available/shopper.conf ] && \
                    ln -s /etc/shopper/a /etc/apache2/conf-available/shopper.conf";
        let undo = "[ $1 = purge ] || exit 0; . /usr/share/debconf/confmodule; db_get shopper/purge || true; \
                    if [ \"${RET:-false}\" = true ]; then rm -rf /var/spool/shopper; fi; \
                    if getent passwd | grep -q ^worker:; then userdel worker; fi; \
                    rm -f /etc/apache2/conf-available/shopper.conf";
        let deb = DebBuilder::new("shopper", "1").field("Depends", "apache2, debconf");
        let deb = deb.control_file("templates", b"Template: shopper/purge\nType: boolean\nDefault: true\n");
        let removal = removal_of(&deb.script("postinst", &script(make)).script("postrm", &script(undo)));
        for (kind, subject) in [
            (Kind::DataDestroyed, "/var/spool/shopper"),
            (Kind::UserDeleted, "worker"),
            (Kind::LinkRemoved, "/etc/apache2/conf-available/shopper.conf"),
        ] {
            let certain = removal.of(Phase::Purge, kind).any(|e| e.verdict == Verdict::Certain && e.subject == subject);
            assert!(certain, "{subject}: {:?}", removal.effects);
        }
    }

    #[test]
    fn names_by_debconf_s_default_are_settled_where_the_install_scripts_use_the_same() {
        let ask = ". /usr/share/debconf/confmodule; db_input low x/user || true; db_go; db_set x/dir /srv/x";
        let get = ". /usr/share/debconf/confmodule; db_get x/user; U=$RET; db_get x/dir;";
        let make = format!("{get} adduser --system --group $U; dpkg-statoverride --add $U $U 750 $RET");
        let undo = format!("{get} deluser $U; dpkg-statoverride --remove $RET; rm -rf /var/lib/$U");
        let deb = DebBuilder::new("x", "1").control_file("templates", b"Template: x/user\nDefault: worker\n");
        let deb = deb.script("config", &script(ask)).script("postinst", &script(&make));
        let removal = removal_of(&deb.script("postrm", &script(&format!("[ $1 = purge ] || exit 0; {undo}"))));
        let verdict = |kind: Kind, subject: &str| {
            removal.of(Phase::Purge, kind).find(|e| e.subject == subject).map(|e| e.verdict)
        };
        assert_eq!(verdict(Kind::UserDeleted, "worker"), Some(Verdict::Certain));
        assert_eq!(verdict(Kind::GroupDeleted, "worker"), Some(Verdict::Certain));
        assert_eq!(verdict(Kind::StatoverrideRemoved, "/srv/x"), Some(Verdict::Certain));
        assert_eq!(verdict(Kind::DataDestroyed, "/var/lib/worker"), Some(Verdict::Possible));
    }

    #[test]
    fn homes_masks_and_ends_of_links_are_known_from_the_install_scripts() {
        let make = "adduser --system --home /var/lib/w w; mkdir -p ~w/.config; ln -s /etc/x/a ~w/.config/a; \
                    ln -s ../avail/b /etc/x/b";
        let undo = "case $1 in remove) deb-systemd-helper mask x.service;; purge) deb-systemd-helper unmask x.service; \
                    if [ -h /etc/x/b ] && ! readlink -e /etc/x/b; then rm /etc/x/b; fi; rm -rf ~w;; esac";
        let deb = DebBuilder::new("x", "1").conffile("/etc/avail/b", "").script("postinst", &script(make));
        let deb = deb.script("postrm", &script(undo));
        let expected = ["/etc/systemd/system/x.service", "/etc/x/b", "/var/lib/w/.config/a"];
        assert_eq!(links(&deb, Phase::Purge), expected);
    }

    #[test]
    fn a_helper_program_does_what_stands_in_for_it_with_the_variables_it_is_given() {
        let call = |which: &str| script(&format!("NAME=x ENABLE=yes /lib/runit-helper/runit-helper {which} \"$@\""));
        let deb = DebBuilder::new("x", "1").script("postinst", &call("postinst")).script("postrm", &call("postrm"));
        assert_eq!(links(&deb, Phase::Remove), ["/etc/runit/runsvdir/default/x"]);
    }

    #[test]
    fn a_conffile_that_a_script_moves_away_goes_when_it_is_moved() {
        let body = script("[ $1 = remove ] && mv -f /etc/x.conf /etc/x.conf.disabled");
        let removal = removal_of(&DebBuilder::new("x", "1").conffile("/etc/x.conf", "").script("postrm", &body));
        let of = |phase: Phase| removal.of(phase, Kind::ConffileRemoved).count();
        assert_eq!((of(Phase::Remove), of(Phase::Purge)), (1, 0));
    }

    #[test]
    fn output_that_is_known_is_filtered_as_the_tools_do() {
        let make = "for t in tigera; do dpkg-divert --rename --add --divert /usr/bin/$t.real /usr/bin/$t; \
                    dpkg-statoverride --add x x 755 /srv/$t; ln -s /usr/share/x/*.so /etc/x/; done";
        let undo = "n=$(echo tigera | sed -e s/tiger//); dpkg-divert --list /usr/bin/tiger$n | grep -q 'diversion.*by x' && \
                    dpkg-divert --rename --remove /usr/bin/tigera; dpkg-statoverride --list | grep -qw /srv/tiger$n && \
                    dpkg-statoverride --remove /srv/tigera; rm -f /etc/x/a.so";
        let deb = DebBuilder::new("x", "1").file("/usr/share/x/a.so", "").script("postinst", &script(make));
        let removal = removal_of(&deb.script("prerm", &script(undo)));
        let of = |kind: Kind| -> Vec<String> {
            let certain = removal.of(Phase::Remove, kind).filter(|e| e.verdict == Verdict::Certain);
            certain.map(|e| e.subject.clone()).collect()
        };
        assert_eq!(of(Kind::DiversionRemoved), ["/usr/bin/tigera"]);
        assert_eq!(of(Kind::StatoverrideRemoved), ["/srv/tigera"]);
        assert_eq!(of(Kind::LinkRemoved), ["/etc/x/a.so"]);
    }

    #[test]
    fn a_group_alone_is_no_user_and_overrides_are_listed_by_pattern() {
        let make = "addgroup --system g; for f in /usr/lib/x/*; do dpkg-statoverride --add root g 4755 $f; done";
        let undo = "if getent passwd g; then userdel g; fi; groupdel g; \
                    for f in $(dpkg-statoverride --list /usr/lib/x/\\* | cut -d ' ' -f 4); do \
                    dpkg-statoverride --remove $f; done";
        let deb = DebBuilder::new("x", "1").file("/usr/lib/x/a", "").file("/usr/lib/x/b", "");
        let deb = deb.script("postinst", &script(make)).script("prerm", &script(undo));
        let removal = removal_of(&deb);
        let certain = |kind: Kind| -> Vec<&str> {
            let all = removal.of(Phase::Remove, kind).filter(|e| e.verdict == Verdict::Certain);
            all.map(|e| e.subject.as_str()).collect()
        };
        assert_eq!((certain(Kind::UserDeleted), certain(Kind::GroupDeleted)), (vec![], vec!["g"]));
        assert_eq!(certain(Kind::StatoverrideRemoved), ["/usr/lib/x/a", "/usr/lib/x/b"]);
    }

    #[test]
    fn the_home_of_an_account_is_read_from_its_line() {
        let make = "adduser --system --home /var/lib/a a; useradd -r -m -d /srv/b b";
        let undo = "h=$(getent passwd a | cut -d: -f6); rm -rf \"$h\"; \
                    h=`getent passwd b | awk -F: '{print $6}'`; rm -rf $h; rm -rf /x$(getent passwd a | cut -d: -f3)";
        let deb = DebBuilder::new("x", "1").script("postinst", &script(make)).script("prerm", &script(undo));
        let removal = removal_of(&deb);
        let certain = removal.of(Phase::Remove, Kind::DataDestroyed).filter(|e| e.verdict == Verdict::Certain);
        assert_eq!(certain.map(|e| e.subject.as_str()).collect::<Vec<_>>(), ["/srv/b", "/var/lib/a"]);
    }

    #[test]
    fn paths_are_told_as_they_lie_on_a_merged_host() {
        let deb = DebBuilder::new("x", "1").link("/lib/x", "y").link("/libexec/x", "y");
        assert_eq!(links(&deb, Phase::Remove), ["/libexec/x", "/usr/lib/x"]);
    }

    #[test]
    fn each_phase_gets_the_arguments_of_policy() {
        let body = "case \"$1 $2\" in upgrade*) userdel u;; failed-upgrade*) userdel f;; \"deconfigure in-favour\") \
                    userdel c;; disappear*) userdel d;; remove*) userdel r;; esac";
        let removal =
            removal_of(&DebBuilder::new("x", "1").script("prerm", &script(body)).script("postrm", &script(body)));
        let of = |phase: Phase| -> Vec<&str> {
            let all = removal.effects.iter().chain(&removal.other_phases);
            let users = all.filter(|e| e.phase == phase && e.kind == Kind::UserDeleted);
            users.map(|e| e.subject.as_str()).collect()
        };
        let phases = [Phase::Remove, Phase::Upgrade, Phase::FailedUpgrade, Phase::Disappear, Phase::Deconfigure];
        assert_eq!(phases.map(of), [["r"], ["u"], ["f"], ["d"], ["c"]]);
    }

    #[test]
    fn an_install_script_that_cannot_be_read_is_named() {
        let deb = DebBuilder::new("x", "1").script("postinst", "#!/bin/sh\nif then (\n");
        assert_eq!(removal_of(&deb).not_analysed.first().map(|n| n.script.as_str()), Some("postinst"));
    }
}
