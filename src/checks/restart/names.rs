//! Whether a path and a service look like they belong together, by their names alone.

/// Parts of paths and names that say nothing of whose they are.
const GENERIC: [&str; 62] = [
    "etc",
    "srv",
    "usr",
    "local",
    "lib",
    "lib64",
    "opt",
    "var",
    "bin",
    "sbin",
    "share",
    "data",
    "home",
    "run",
    "a",
    "conf",
    "config",
    "configs",
    "configuration",
    "conf.d",
    "default",
    "defaults",
    "sysconfig",
    "modules",
    "module",
    "files",
    "settings",
    "init",
    "main",
    "server",
    "service",
    "services",
    "daemon",
    "worker",
    "agent",
    "master",
    "client",
    "api",
    "web",
    "app",
    "apps",
    "exporter",
    "python",
    "python3",
    "uwsgi",
    "prometheus",
    "site",
    "sites",
    "system",
    "systemd",
    "common",
    "current",
    "deploy",
    "deployment",
    "log",
    "logs",
    "wmf",
    "production",
    "staging",
    "scripts",
    "tools",
    "env",
];

/// How well the names go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// They share a word of a folder, and the file's own name tells of something else.
    Folder,
    /// They share a telling word.
    Word,
    /// A component of the path is the service's name.
    Same,
}

/// Compares a path with the name of a service.
pub(super) fn likeness(path: &str, service: &str) -> Option<Likeness> {
    let service = base_name(service);
    let path = package_of(path);
    let components: Vec<String> =
        path.split('/').filter(|c| !c.is_empty()).map(|c| stem(c).to_ascii_lowercase()).collect();
    let plain = fold(service);
    if components.iter().any(|c| fold(c) == plain || fold(c.trim_end_matches(".d")) == plain) {
        return Some(Likeness::Same);
    }
    let words: Vec<&str> = telling(service).collect();
    let all: Vec<&str> = components.iter().flat_map(|c| telling(c)).collect();
    if !words.iter().any(|w| all.contains(w)) {
        return None;
    }
    let own: Vec<&str> = components.last().into_iter().flat_map(|c| telling(c)).collect();
    let elsewhere = !own.is_empty() && !own.iter().any(|w| words.contains(w));
    let whole = words.iter().all(|w| all.contains(w));
    Some(if elsewhere && !whole { Likeness::Folder } else { Likeness::Word })
}

/// A Python package goes by its own name, whatever its modules are called.
fn package_of(path: &str) -> &str {
    let inside = ["/dist-packages/", "/site-packages/"].iter().find_map(|f| Some(path.find(f)? + f.len()));
    let end = inside.and_then(|at| Some(at + path.get(at..)?.find('/')?));
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

/// Whether a script is called as the service is.
pub(super) fn same_stem(path: &str, service: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    fold(stem(name)) == fold(base_name(service))
}

/// Whether a script is called as the service is, but for what comes after: `x` is what `x-9200` runs.
pub(super) fn serves_for(path: &str, service: &str) -> bool {
    let name = stem(path.rsplit('/').next().unwrap_or(path));
    let rest = base_name(service).strip_prefix(name).filter(|_| !name.is_empty());
    same_stem(path, service) || rest.is_some_and(|r| r.starts_with(['-', '_', '.']))
}

/// `thumbor@8801.service` is an instance of `thumbor`.
pub(super) fn base_name(service: &str) -> &str {
    let bare = service.strip_suffix(".service").unwrap_or(service);
    bare.split('@').next().unwrap_or(bare)
}

fn stem(component: &str) -> &str {
    match component.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension != "d" => stem,
        _ => component,
    }
}

fn fold(name: &str) -> String {
    name.to_ascii_lowercase().replace(['-', '_'], "")
}

fn telling(name: &str) -> impl Iterator<Item = &str> {
    name.split(['-', '_', '.', '@', '/']).filter(|w| w.len() >= 3 && !GENERIC.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_belong_together() {
        for (path, service, expected) in [
            ("/a/graphite/modules/navtiming.py", "navtiming", Some(Likeness::Same)),
            ("/etc/bitu/settings.py", "uwsgi-bitu", Some(Likeness::Word)),
            ("/etc/bitu/settings.py", "rq-bitu", Some(Likeness::Word)),
            ("/etc/netbox-ldap.py", "uwsgi-netbox", Some(Likeness::Word)),
            ("/etc/thumbor.d/60-thumbor-server.conf", "thumbor@8801", Some(Likeness::Same)),
            ("/srv/tcpircbot/logmsgbot.json", "tcpircbot-logmsgbot", Some(Likeness::Word)),
            ("/etc/turnilo/config.yaml", "turnilo", Some(Likeness::Same)),
            ("/etc/netbox/ldap.py", "uwsgi-netbox", Some(Likeness::Word)),
            ("/etc/dumps/confs/cleanup.conf", "dumps-rsyncer", Some(Likeness::Folder)),
            ("/etc/dumps/confs/settings.conf", "dumps-rsyncer", Some(Likeness::Word)),
            ("/usr/lib/python3/dist-packages/my_sink/base.py", "designate-sink", Some(Likeness::Word)),
            ("/etc/debdeploy.conf", "ssh", None),
            ("/usr/local/sbin/enable-puppet", "prometheus-server", None),
            ("/etc/default/server", "api-server", None),
        ] {
            assert_eq!(likeness(path, service), expected, "{path} {service}");
        }
        assert!(same_stem("/usr/local/sbin/create-dbusers", "create-dbusers"));
        assert!(same_stem("/usr/local/bin/wmf_pt_kill.py", "wmf-pt-kill.service"));
        assert!(!same_stem("/usr/local/sbin/enable-puppet", "puppet"));
        assert!(serves_for("/usr/local/bin/x-exporter.py", "x-exporter-9200"));
        assert!(!serves_for("/usr/local/bin/x", "xy") && !serves_for("/usr/local/bin/x-exporter", "x"));
    }
}
