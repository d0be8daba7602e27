//! What the lines that start a service say: which files they name, and what goes on running.
//!
//! Lines of units, upstart jobs, init scripts and defaults files alike; a shell script is not followed.

/// Settings of a unit that name paths a daemon does not read at its start.
pub(super) fn names_no_input(line: &str) -> bool {
    const KEYS: [&str; 12] = [
        "WorkingDirectory",
        "ReadWritePaths",
        "ReadOnlyPaths",
        "ReadWriteDirectories",
        "InaccessiblePaths",
        "PIDFile",
        "ExecReload",
        "ExecStop",
        "ExecStopPost",
        "RuntimeDirectory",
        "LogsDirectory",
        "Documentation",
    ];
    let line = line.trim();
    line.starts_with(['#', ';']) || KEYS.contains(&setting_of(line))
}

/// The setting that a line of a unit gives.
pub(super) fn setting_of(line: &str) -> &str {
    line.split('=').next().unwrap_or("").trim()
}

/// Whether what a line of a unit, job or init script runs goes on running: what stands anywhere else in a script, or in
/// `ExecStartPre=` and its kin, is run to its end.
pub(super) fn runs_on(line: &str) -> bool {
    let (line, key) = (line.trim(), setting_of(line));
    let shouted = !key.is_empty() && key.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let named = shouted && ["DAEMON", "PROG", "EXEC", "BIN", "CMD", "COMMAND"].iter().any(|w| key.contains(w));
    let begins = ["exec ", "daemon ", "nohup ", "su "].iter().any(|w| line.starts_with(w));
    let holds = ["start-stop-daemon", "--exec"].iter().any(|w| line.contains(w));
    key == "ExecStart" || named || begins || holds || line.ends_with('&')
}

/// Whether a line of a unit names the very file as something it reads.
pub(super) fn names_file(line: &str, path: &str) -> bool {
    !names_no_input(line) && mention(line, path) == Some(Mention::File)
}

/// What a line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mention {
    File,
    Folder,
}

/// Whether a line names a path, or the folder under `/etc` that holds it.
pub(super) fn mention(line: &str, path: &str) -> Option<Mention> {
    let words = line
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | ';' | '(' | ')' | '{' | '}' | ':'));
    let words = words.map(|w| w.trim_start_matches(['-', '@', '+', '!']).trim_end_matches('/'));
    let mut found = None;
    for word in words.filter(|w| w.starts_with('/')) {
        if word == path {
            return Some(Mention::File);
        }
        let own_folder = word.starts_with("/etc/") && !SHARED.contains(&word);
        if own_folder && path.strip_prefix(word).is_some_and(|rest| rest.starts_with('/')) {
            found = Some(Mention::Folder);
        }
    }
    found
}

/// Folders of settings that belong to nobody in particular.
const SHARED: [&str; 6] =
    ["/etc/default", "/etc/init.d", "/etc/init", "/etc/ssl", "/etc/ssl/certs", "/etc/systemd/system"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_named_whole_or_by_its_folder() {
        for (line, path, expected) in [
            ("ExecStart=/usr/bin/x --config=/etc/x/y.conf", "/etc/x/y.conf", Some(Mention::File)),
            ("EnvironmentFile=-/etc/default/x", "/etc/default/x", Some(Mention::File)),
            ("ExecStart=/usr/bin/x -d /etc/x/", "/etc/x/y.conf", Some(Mention::Folder)),
            ("ExecStart=/usr/bin/x -d /etc/x", "/etc/xy/y.conf", None),
            ("ExecStart=/usr/bin/x -d /srv/x", "/srv/x/y.conf", None),
            ("ExecStart=/usr/bin/x /etc/x/y.conf.bak", "/etc/x/y.conf", None),
            ("wsgi-file = /srv/app/app.wsgi", "/srv/app/app.wsgi", Some(Mention::File)),
        ] {
            assert_eq!(mention(line, path), expected, "{line}");
        }
        for (line, expected) in [
            ("ExecStart=/usr/bin/x", true),
            ("ExecStartPre=/usr/bin/x", false),
            ("    exec /usr/bin/x --port 1", true),
            ("DAEMON=/usr/bin/x", true),
            ("  start-stop-daemon --start --exec /usr/bin/x", true),
            ("  /usr/bin/x > /dev/null 2>&1 &", true),
            ("  /usr/bin/x --clean", false),
            ("PATH=/usr/bin/x", false),
        ] {
            assert_eq!(runs_on(line), expected, "{line}");
        }
        assert!(names_no_input("WorkingDirectory = /etc/x") && !names_no_input("ExecStart=/etc/x"));
    }
}
