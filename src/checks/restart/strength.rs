//! How much a refresh does: nothing, a reload, a restart.

use super::knowledge::Needs;
use crate::catalog::Resource;

/// What a refresh makes of a service, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// The command does nothing to the daemon.
    Nothing,
    /// The daemon reads its configuration anew.
    Reload,
    /// The daemon is started anew.
    Restart,
}

impl Strength {
    /// What a daemon asks for.
    pub(super) fn wanted(needs: Needs) -> Self {
        match needs {
            Needs::None => Self::Nothing,
            Needs::Reload => Self::Reload,
            Needs::Restart => Self::Restart,
        }
    }

    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Reload => "a reload",
            Self::Restart => "a restart",
        }
    }
}

/// What a refresh of a service does: its `restart` command, without one a restart.
pub(super) fn of_service(service: &Resource) -> Strength {
    service.text("restart").map_or(Strength::Restart, of_command)
}

/// What a command does. One that is not understood is trusted to do the most.
pub(super) fn of_command(command: &str) -> Strength {
    let lower = command.to_ascii_lowercase().replace("daemon-reload", "");
    let words: Vec<&str> = lower.split_whitespace().collect();
    let program = words.first().map_or("", |w| w.rsplit('/').next().unwrap_or(w));
    if matches!(program, "true" | ":" | "echo" | "logger") && !lower.contains(['&', ';', '|']) {
        return Strength::Nothing;
    }
    // `reload || restart` falls back, `reload-or-restart` reloads what can be reloaded.
    let restarts = ["restart", "stop", "kill -9", "kill -term", "kill -kill"];
    let weak = lower.replace("reload-or-restart", "reload").replace("reload-or-try-restart", "reload");
    if restarts.iter().any(|w| weak.contains(w)) && !weak.contains("graceful-restart") {
        return Strength::Restart;
    }
    let reloads = ["reload", "graceful", "-hup", "sighup", "-s hup", "rehash", "configtest", "-usr1", "reconfigure"];
    if reloads.iter().any(|w| weak.contains(w)) { Strength::Reload } else { Strength::Restart }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_differ_in_strength() {
        for (command, expected) in [
            ("/bin/true", Strength::Nothing),
            ("true && systemctl restart x", Strength::Restart),
            ("/bin/systemctl reload x", Strength::Reload),
            ("/usr/sbin/service x reload", Strength::Reload),
            ("/bin/systemctl reload-or-restart x", Strength::Reload),
            ("/usr/bin/pkill -HUP xd", Strength::Reload),
            ("/usr/sbin/apache2ctl graceful", Strength::Reload),
            ("/bin/systemctl daemon-reload && /bin/systemctl restart x", Strength::Restart),
            ("/usr/local/sbin/x-refresh", Strength::Restart),
        ] {
            assert_eq!(of_command(command), expected, "{command}");
        }
    }
}
