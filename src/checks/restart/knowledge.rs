//! What is known of daemons: rows of `rules/knowledge/services/`, and what `services.toml` says of all.

use super::glob::{matches, matches_named};
use serde::Deserialize;
use std::sync::OnceLock;

/// All rows.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Knowledge {
    #[serde(default)]
    service: Vec<ServiceRow>,
    #[serde(default)]
    each_run: Vec<EachRun>,
    #[serde(default)]
    applies: Applies,
}

/// A daemon.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceRow {
    name: Vec<String>,
    config: Vec<String>,
    /// What it needs to take a change up.
    pub(crate) needs: Needs,
    /// What it is for.
    pub(crate) purpose: Purpose,
    /// A command that tells a bad file before the restart does.
    pub(crate) validator: Option<String>,
    /// What a restart costs.
    pub(crate) cold_start: Option<String>,
    /// Settings that a reload does not take up, where it does the others.
    #[serde(default)]
    restart_keys: Vec<String>,
}

/// What a daemon needs to take a change up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Needs {
    /// A restart.
    Restart,
    /// A reload is enough.
    Reload,
    /// It notices by itself.
    None,
}

/// What a daemon is for; sets how grave it is that a change lies dormant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Purpose {
    Mail,
    Web,
    Db,
    Dns,
    Auth,
    Network,
    Time,
    Files,
    Logs,
    Watching,
    Platform,
    Tools,
    Backup,
    Analytics,
    Chat,
}

/// Files that are read whenever they are used.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EachRun {
    #[allow(dead_code, reason = "told to whoever edits the rows")]
    why: String,
    paths: Vec<String>,
    /// Even by a daemon that is started with the file.
    #[serde(default)]
    whoever: bool,
}

impl EachRun {
    fn holds(&self, path: &str) -> bool {
        self.paths.iter().any(|p| matches(p, path).is_some())
    }
}

/// Words in the command of an exec that takes a change up.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Applies {
    words: Vec<String>,
    not: Vec<String>,
}

/// One text a field; a row of an earlier one goes before those of later ones.
const BUILTIN: [&str; 10] = [
    include_str!("../../../rules/knowledge/services/mail.toml"),
    include_str!("../../../rules/knowledge/services/web.toml"),
    include_str!("../../../rules/knowledge/services/data.toml"),
    include_str!("../../../rules/knowledge/services/network.toml"),
    include_str!("../../../rules/knowledge/services/accounts.toml"),
    include_str!("../../../rules/knowledge/services/logs.toml"),
    include_str!("../../../rules/knowledge/services/watching.toml"),
    include_str!("../../../rules/knowledge/services/platform.toml"),
    include_str!("../../../rules/knowledge/services/applications.toml"),
    include_str!("../../../rules/knowledge/services.toml"),
];

impl Knowledge {
    /// The rows that are built in; a test holds them to the syntax.
    pub(crate) fn builtin() -> &'static Self {
        static CELL: OnceLock<Knowledge> = OnceLock::new();
        CELL.get_or_init(|| {
            BUILTIN.iter().filter_map(|text| toml::from_str(text).ok()).fold(Self::default(), Self::and)
        })
    }

    fn and(mut self, other: Self) -> Self {
        self.service.extend(other.service);
        self.each_run.extend(other.each_run);
        self.applies.words.extend(other.applies.words);
        self.applies.not.extend(other.applies.not);
        self
    }

    /// Whether a file is read anew whenever it is used.
    pub(crate) fn read_each_run(&self, path: &str) -> bool {
        self.each_run.iter().any(|r| r.holds(path))
    }

    /// Whether that is so even of a daemon that is started with it.
    pub(super) fn never_held(&self, path: &str) -> bool {
        self.each_run.iter().any(|r| r.whoever && r.holds(path))
    }

    /// The row by which this service reads this path.
    pub(crate) fn reads(&self, service: &str, path: &str) -> Option<&ServiceRow> {
        self.service.iter().find(|row| row.reads(service, path))
    }

    /// The rows whose daemons read this path.
    pub(super) fn owners(&self, path: &str) -> impl Iterator<Item = &ServiceRow> {
        self.service.iter().filter(move |row| row.config.iter().any(|p| matches(p, path).is_some()))
    }

    /// Whether some daemon is known to read this path.
    pub(crate) fn owned(&self, path: &str) -> bool {
        self.service.iter().flat_map(|r| &r.config).any(|p| matches(p, path).is_some())
    }

    /// Whether a row names this very path.
    pub(super) fn names(&self, path: &str) -> bool {
        self.service.iter().flat_map(|r| &r.config).any(|p| p == path)
    }

    /// What is known of a service, whatever the path.
    pub(crate) fn of_service(&self, service: &str) -> Option<&ServiceRow> {
        self.service.iter().find(|row| row.name.iter().any(|n| matches_named(n, service, None)))
    }

    /// Whether a command takes a changed configuration up.
    pub(crate) fn applies(&self, command: &str) -> bool {
        let left = self.applies.not.iter().fold(command.to_owned(), |text, word| text.replace(word.as_str(), ""));
        self.applies.words.iter().any(|word| left.contains(word.as_str()))
    }
}

/// What packages that bring a daemon itself add to its name.
const FLAVOURS: [&str; 5] = ["server", "full", "extras", "light", "core"];

impl ServiceRow {
    /// What it needs to take up a change of these lines.
    pub(super) fn needs_for(&self, lines: &[String]) -> Needs {
        let names = |line: &str, key: &String| {
            let rest =
                line.get(..key.len()).filter(|l| l.eq_ignore_ascii_case(key)).and_then(|_| line.get(key.len()..));
            rest.is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
        };
        let bound = lines.iter().any(|l| self.restart_keys.iter().any(|k| names(l, k)));
        if bound { Needs::Restart } else { self.needs }
    }

    /// Whether a service is this daemon.
    pub(super) fn is_called(&self, service: &str) -> bool {
        let service = service.strip_suffix(".service").unwrap_or(service);
        self.name.iter().any(|n| matches_named(n, service, None) || matches(n, service).is_some())
    }

    /// The daemon that a package of that name brings: it is called alike, but for a version or what it serves as.
    pub(super) fn daemon_of(&self, package: &str) -> Option<String> {
        let plain = self.name.iter().filter(|n| !n.contains(['*', '{', '@']));
        let fits = |name: &&String| {
            let rest = package.strip_prefix(name.as_str());
            rest.is_some_and(|r| {
                let more = r.strip_prefix('-');
                r.is_empty()
                    || more.is_some_and(|m| {
                        m.starts_with(|c: char| c.is_ascii_digit()) || m.starts_with("daemon") || FLAVOURS.contains(&m)
                    })
            })
        };
        plain.into_iter().find(fits).cloned()
    }

    fn reads(&self, service: &str, path: &str) -> bool {
        let found = self.config.iter().find_map(|p| matches(p, path));
        found.is_some_and(|m| {
            self.name.iter().any(|n| matches_named(n, service, m.name) || matches_named(n, service, None))
        })
    }
}

impl Purpose {
    /// Whether what it serves is missed at once when it goes wrong.
    pub(crate) fn is_vital(self) -> bool {
        matches!(self, Self::Mail | Self::Web | Self::Db | Self::Dns | Self::Auth)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_read() {
        let rows: Vec<Knowledge> = BUILTIN.iter().map(|text| toml::from_str(text).unwrap()).collect();
        let rows = rows.into_iter().fold(Knowledge::default(), Knowledge::and);
        assert!(rows.service.len() >= 200 && rows.each_run.len() >= 10 && !rows.applies.words.is_empty());
        for row in &rows.service {
            assert!(!row.name.is_empty() && !row.config.is_empty(), "{:?}", row.name);
        }
    }

    #[test]
    fn daemons_read_their_own_files() {
        let rows = Knowledge::builtin();
        for (service, path, expected) in [
            ("postgresql@9.6-main", "/etc/postgresql/9.6/main/postgresql.conf", true),
            ("postgresql@9.6-main", "/etc/postgresql/9.3/main/postgresql.conf", false),
            ("thanos-query", "/etc/thanos-compact/objstore.yaml", false),
            ("redis-instance-tcp_6379", "/etc/redis/tcp_6380.conf", false),
            ("nova-network", "/etc/nova/api-paste.ini", false),
            ("rasdaemon", "/etc/default/smartmontools", false),
            ("mailman", "/etc/mailman/mm_cfg.py", true),
            ("exim4", "/etc/exim4/exim4.conf", true),
            ("apache2", "/etc/apache2/sites-available/x", true),
            ("isc-dhcp-server", "/etc/dhcp/automation.conf", true),
            ("uwsgi-durum", "/etc/uwsgi/apps-enabled/durum.ini", true),
            ("uwsgi-other", "/etc/uwsgi/apps-enabled/durum.ini", false),
            ("gmetad", "/etc/ganglia/gmetad.conf", true),
            ("ganglia-monitor", "/etc/ganglia/gmetad.conf", false),
            ("swift-object-auditor", "/etc/swift/object-server.conf", true),
            ("swift-proxy", "/etc/swift/object-server.conf", false),
            ("mysql", "/etc/mysql/production-grants.sql", false),
            ("prometheus-blackbox-exporter", "/etc/prometheus/blackbox.yml", true),
        ] {
            assert_eq!(rows.reads(service, path).is_some(), expected, "{service} {path}");
        }
    }

    #[test]
    fn what_is_read_anew_needs_nobody() {
        let rows = Knowledge::builtin();
        for (path, expected) in [
            ("/etc/logrotate.d/librenms", true),
            ("/etc/cron.d/x", true),
            ("/etc/cumin/aliases.yaml", true),
            ("/etc/mysql/production-grants.sql", true),
            ("/etc/mysql/my.cnf", false),
            ("/etc/apache2/sites-enabled/x.conf", false),
            ("/etc/nagios/nrpe.d/x.cfg", false),
        ] {
            assert_eq!(rows.read_each_run(path), expected, "{path}");
        }
    }

    #[test]
    fn a_package_brings_its_daemon() {
        let rows = Knowledge::builtin();
        for (path, package, expected) in [
            ("/etc/exim4/exim4.conf", "exim4-daemon-heavy", Some("exim4")),
            ("/etc/exim4/exim4.conf", "exim4-config", None),
            ("/etc/apache2/ports.conf", "apache2", Some("apache2")),
            ("/etc/apache2/ports.conf", "apache2-utils", None),
            ("/etc/nginx/nginx.conf", "nginx-full", Some("nginx")),
            ("/etc/nginx/nginx.conf", "nginx-common", None),
        ] {
            let found = rows.owners(path).find_map(|row| row.daemon_of(package));
            assert_eq!(found.as_deref(), expected, "{package}");
        }
    }

    #[test]
    fn a_reload_leaves_some_settings() {
        let row = Knowledge::builtin().of_service("apache2").unwrap();
        for (line, expected) in
            [("Listen 80", Needs::Restart), ("ListenBacklog 1", Needs::Reload), ("Timeout 1", Needs::Reload)]
        {
            assert_eq!(row.needs_for(&[line.to_owned()]), expected, "{line}");
        }
    }

    #[test]
    fn a_daemon_reload_restarts_nothing() {
        let rows = Knowledge::builtin();
        for (command, expected) in [
            ("/bin/systemctl daemon-reload", false),
            ("/bin/systemctl daemon-reload && /bin/systemctl restart x", true),
            ("/usr/sbin/service apache2 reload", true),
            ("/usr/bin/pkill -HUP rsyslogd", true),
            ("/usr/sbin/a2ensite x", false),
            ("/usr/sbin/apache2ctl graceful", true),
        ] {
            assert_eq!(rows.applies(command), expected, "{command}");
        }
    }
}
