//! What a line of configuration asks the host to have.

/// Something that a line needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// What sort of thing.
    pub(super) kind: Kind,
    /// Path or name.
    pub(super) what: String,
}

/// Sorts of need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An extension of an application, by name.
    Extension,
    /// A file that is read along with this one.
    Include,
    /// A program that is run.
    Program,
}

impl Kind {
    /// For a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Extension => "extension",
            Self::Include => "file",
            Self::Program => "program",
        }
    }
}

/// Places of programs that no package of the distribution fills.
const LOCAL: [&str; 4] = ["/usr/local/bin/", "/usr/local/sbin/", "/usr/local/lib/", "/opt/"];

/// What a line of the file at `path` needs.
pub(super) fn of_line(path: &str, line: &str) -> Option<Need> {
    let line = line.trim();
    if line.starts_with(['#', ';', '*']) || line.starts_with("//") || line.contains('‹') {
        return None;
    }
    if path.ends_with(".php") {
        return php(line);
    }
    include(path, line).or_else(|| program(path, line))
}

/// `require_once "$IP/extensions/Badges/Badges.php";`, `wfLoadExtension( 'Badges' );`
fn php(line: &str) -> Option<Need> {
    if let Some(rest) = line.strip_prefix("wfLoadExtension").or_else(|| line.strip_prefix("wfLoadSkin")) {
        return Some(Need { kind: Kind::Extension, what: quoted(rest)?.to_owned() });
    }
    let rest = ["require_once", "require", "include_once", "include"].iter().find_map(|w| line.strip_prefix(w))?;
    let target = quoted(rest)?;
    if let Some((_, below)) = target.rsplit_once("/extensions/").or_else(|| target.rsplit_once("/skins/")) {
        return Some(Need { kind: Kind::Extension, what: below.split('/').next()?.trim_end_matches(".php").to_owned() });
    }
    absolute(target).map(|p| Need { kind: Kind::Include, what: p })
}

/// Includes of web servers and daemons: a whole path, no pattern, no option to be missing.
fn include(path: &str, line: &str) -> Option<Need> {
    let word = line.split_whitespace().next()?;
    let apache = path.contains("/apache") || path.contains("/httpd");
    let takes = match word {
        "Include" => apache,
        "include" => path.contains("/nginx") || path.contains("/bind") || path.contains("/dhcp"),
        _ => false,
    };
    let target = line.get(word.len()..)?.trim().trim_end_matches(';').trim().trim_matches(['"', '\'']);
    takes.then(|| absolute(target)).flatten().map(|what| Need { kind: Kind::Include, what })
}

/// The program of a unit or of a cron line.
fn program(path: &str, line: &str) -> Option<Need> {
    let command = if path.contains("/systemd/system/") {
        let (key, command) = line.split_once('=')?;
        matches!(key.trim(), "ExecStart" | "ExecStartPre" | "ExecReload").then_some(command)?.trim_start_matches(['-', '@', '+', '!', ' '])
    } else if path.starts_with("/etc/cron.d/") || path == "/etc/crontab" {
        line.splitn(7, char::is_whitespace).nth(6).or_else(|| line.starts_with('@').then(|| line.splitn(3, char::is_whitespace).nth(2)).flatten())?
    } else {
        return None;
    };
    let program = absolute(command.split_whitespace().next()?)?;
    LOCAL.iter().any(|l| program.starts_with(l)).then_some(Need { kind: Kind::Program, what: program })
}

fn quoted(text: &str) -> Option<&str> {
    let from = text.find(['"', '\''])?;
    let mark = text.get(from..=from)?;
    text.get(from + 1..)?.split(mark).next().filter(|t| !t.is_empty())
}

/// A whole path: absolute, without variables or patterns.
fn absolute(text: &str) -> Option<String> {
    let plain = text.starts_with('/') && text.len() > 1 && !text.contains(['*', '$', '?', '[', '{', '%', '`']);
    plain.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_need_something() {
        for (path, line, expected) in [
            ("/srv/w/LocalSettings.php", "require_once \"$IP/extensions/Badges/Badges.php\";", Some((Kind::Extension, "Badges"))),
            ("/srv/w/LocalSettings.php", "wfLoadExtension( 'Badges' );", Some((Kind::Extension, "Badges"))),
            ("/srv/w/LocalSettings.php", "// require_once \"/a/extensions/B/B.php\";", None),
            ("/srv/w/x.php", "require '/srv/private/keys.php';", Some((Kind::Include, "/srv/private/keys.php"))),
            ("/etc/apache2/apache2.conf", "Include /etc/apache2/farm/all.conf", Some((Kind::Include, "/etc/apache2/farm/all.conf"))),
            ("/etc/apache2/apache2.conf", "Include /etc/apache2/farm/*.conf", None),
            ("/etc/apache2/apache2.conf", "IncludeOptional /etc/apache2/farm/all.conf", None),
            ("/etc/nginx/nginx.conf", "  include /etc/nginx/tls.conf;", Some((Kind::Include, "/etc/nginx/tls.conf"))),
            ("/etc/nginx/nginx.conf", "  include mime.types;", None),
            ("/etc/systemd/system/x.service", "ExecStart=-/usr/local/bin/x --y", Some((Kind::Program, "/usr/local/bin/x"))),
            ("/etc/systemd/system/x.service", "ExecStart=/usr/bin/x", None),
            ("/etc/cron.d/x", "*/5 * * * * root /usr/local/bin/x --quiet", Some((Kind::Program, "/usr/local/bin/x"))),
            ("/etc/x.conf", "run /usr/local/bin/x", None),
        ] {
            let found = of_line(path, line);
            assert_eq!(found.as_ref().map(|n| (n.kind, n.what.as_str())), expected, "{line}");
        }
    }
}
