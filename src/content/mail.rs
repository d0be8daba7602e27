//! Mail settings: which setting of which program names its relay.
//!
//! Known programs are rows in `rules/knowledge/mail.toml`; what no row names is found by the name of
//! its key. Queueing mail servers are left out: their route lists are the repair, not the fault.

use super::settings::{self, Setting};
use regex::Regex;
use serde::Deserialize;
use std::sync::OnceLock;

const ROWS: &str = include_str!("../../rules/knowledge/mail.toml");

/// Keys that name a relay in whatever program.
const GENERIC_KEY: &str = r"(?ix) (?:^|\.) (?:
      (?: e?mail[._-]? | mailer[._-]? )? smtp [._-]? (?: host | hostname | server | server[._-]?name | relay | relay[._-]?host | address | smarthost )
    | (?: e?mail | mailer ) [._-]? (?: host | server | relay | hub | smarthost )
    | smart[._-]?host | relay[._-]?host
    ) $";
/// Keys that name one only in a section that speaks of mail.
const SECTION_KEY: &str = r"(?i)^(?:host|hostname|server|address|relay|smtp_?host|smtp_?server)$";
const MAIL_SECTION: &str =
    r"(?i)(?:^|[._:-])(?:smtp|e?mail|mailer|sendemail|smtp_settings|emailnotifier|smtpnotifier|mailnotifier)$";

/// Whether a program keeps mail while its relay is away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Queue {
    /// It loses it.
    #[default]
    None,
    /// It keeps it.
    Own,
}

/// How far a program's own failover can be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failover {
    /// It has none.
    #[default]
    None,
    /// It takes a list, and nobody has seen it fail over.
    ClientUnproven,
    /// It retries the others from a queue.
    Server,
}

/// What is known of a setting.
#[derive(Clone, Debug)]
pub struct Row {
    /// The program.
    pub program: String,
    /// Its queue.
    pub queue: Queue,
    /// Its failover.
    pub failover: Failover,
    /// What parts the relays of a list.
    pub separator: Option<String>,
    /// Known by the name of its key alone; the program is a guess.
    pub generic: bool,
}

/// A setting found in a text.
#[derive(Clone, Debug)]
pub struct MailSetting {
    /// What is known of it.
    pub row: Row,
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
    /// Index of the line.
    pub line: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Client {
    program: String,
    #[serde(default)]
    files: Vec<String>,
    section: Option<String>,
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    params: Vec<String>,
    #[serde(default)]
    classes: Vec<String>,
    /// Key and value are parted by blanks alone.
    #[serde(default)]
    words: bool,
    /// The value is a command; these options of it name the relay.
    #[serde(default)]
    options: Vec<String>,
    separator: Option<String>,
    #[serde(default)]
    queue: Queue,
    #[serde(default)]
    failover: Failover,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Servers {
    paths: Vec<String>,
    classes: Vec<String>,
    packages: Vec<String>,
    services: Vec<String>,
    relays: Vec<String>,
}

/// What of a mail server is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A file of its configuration.
    Path,
    /// A class that sets it up.
    Class,
    /// Its package.
    Package,
    /// Its service.
    Service,
    /// A class that makes a host serve others.
    Relay,
}

/// Whether something of that name is part of a queueing mail server.
#[must_use]
pub fn is_server(part: Part, name: &str) -> bool {
    let known = &knowledge().servers;
    let patterns = match part {
        Part::Path => &known.paths,
        Part::Class => &known.classes,
        Part::Package => &known.packages,
        Part::Service => &known.services,
        Part::Relay => &known.relays,
    };
    patterns.iter().any(|p| glob(p, name))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Providers {
    domains: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Knowledge {
    servers: Servers,
    providers: Providers,
    client: Vec<Client>,
}

fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| toml::from_str(ROWS).unwrap_or_default())
}

/// The patterns on keys, compiled once: key, key in a section, section.
fn patterns() -> Option<&'static [Regex; 3]> {
    static PATTERNS: OnceLock<Option<[Regex; 3]>> = OnceLock::new();
    let compile =
        || Some([Regex::new(GENERIC_KEY).ok()?, Regex::new(SECTION_KEY).ok()?, Regex::new(MAIL_SECTION).ok()?]);
    PATTERNS.get_or_init(compile).as_ref()
}

impl Client {
    fn row(&self) -> Row {
        Row {
            program: self.program.clone(),
            queue: self.queue,
            failover: self.failover,
            separator: self.separator.clone(),
            generic: false,
        }
    }

    /// The relay that a value names; `None` for a command that names none.
    fn relay(&self, value: String) -> Option<String> {
        if self.options.is_empty() {
            return Some(value);
        }
        let words: Vec<&str> = value.split_whitespace().collect();
        let long =
            |word: &str, option: &String| word.strip_prefix(option.as_str())?.strip_prefix('=').map(str::to_owned);
        let named = words.iter().enumerate().find_map(|(at, word)| {
            let apart = self.options.iter().any(|o| o == word).then(|| words.get(at + 1)).flatten();
            apart.map(|w| (*w).to_owned()).or_else(|| self.options.iter().find_map(|o| long(word, o)))
        });
        // The host's own mail server takes what its `sendmail` is handed.
        let own = || words.first().is_some_and(|p| p.ends_with("/sendmail")).then(|| "localhost".to_owned());
        named.or_else(own)
    }

    fn names(&self, setting: &Setting) -> bool {
        let last = setting.section.rsplit('.').next().unwrap_or_default();
        let (last, whole) = (last.to_ascii_lowercase(), setting.section.to_ascii_lowercase());
        let section = self.section.as_ref().map(|s| s.to_ascii_lowercase());
        let section = section.is_none_or(|s| glob(&s, &last) || glob(&s, &whole));
        let path = setting.path();
        section && self.keys.iter().any(|k| k.eq_ignore_ascii_case(&setting.key) || k.eq_ignore_ascii_case(&path))
    }
}

/// Whether a file of that name may hold mail settings: not a mail server's own, not a person's.
#[must_use]
pub fn may_hold_settings(target: &str) -> bool {
    let server = knowledge().servers.paths.iter().any(|p| glob(p, target));
    let private = target.starts_with("/home/") || target.starts_with("/root/");
    let prose = [".md", ".txt", ".rst", ".html", ".completion", ".vim", ".patch"].iter().any(|e| target.ends_with(e));
    !server && !private && !prose && !target.contains("bash_completion") && !target.contains("bash.completion")
}

/// Mail settings among the lines of a file.
#[must_use]
pub fn settings(target: &str, lines: &[&str]) -> Vec<MailSetting> {
    let name = target.rsplit('/').next().unwrap_or(target);
    let clients: Vec<&Client> = knowledge().client.iter().filter(|c| c.files.iter().any(|f| glob(f, name))).collect();
    if clients.is_empty() && !lines.iter().any(|l| speaks_of_mail(l)) {
        return Vec::new();
    }
    let mut found: Vec<MailSetting> = clients.iter().filter(|c| c.words).flat_map(|c| words(c, lines)).collect();
    for setting in settings::read(target, lines) {
        let Setting { key, value, line, .. } = setting.clone();
        if let Some(client) = clients.iter().find(|c| c.names(&setting)) {
            found.extend(client.relay(value).map(|value| MailSetting { row: client.row(), key, value, line }));
        } else if is_generic(&setting) {
            found.push(MailSetting { row: Row { program: program_of(target), ..generic() }, key, value, line });
        }
    }
    found
}

fn generic() -> Row {
    Row { program: String::new(), queue: Queue::None, failover: Failover::None, separator: None, generic: true }
}

fn speaks_of_mail(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    ["smtp", "mail", "smarthost", "relayhost", "relay_host"].iter().any(|w| lower.contains(w))
}

fn is_generic(setting: &Setting) -> bool {
    let Some([key, in_section, section]) = patterns() else { return false };
    key.is_match(&setting.key) || (in_section.is_match(&setting.key) && section.is_match(&setting.section))
}

/// `host smtp.example.org`: key and value parted by blanks.
fn words(client: &Client, lines: &[&str]) -> Vec<MailSetting> {
    let mut found = Vec::new();
    for (line, text) in lines.iter().enumerate() {
        for key in &client.keys {
            let rest = text.trim().strip_prefix(key.as_str()).filter(|r| r.starts_with([' ', '\t']));
            if let Some(rest) = rest.filter(|r| !r.contains('=')) {
                found.push(MailSetting { row: client.row(), key: key.clone(), value: settings::value(rest), line });
                break;
            }
        }
    }
    found
}

/// A program's name by its file: the nearest folder that says something.
fn program_of(target: &str) -> String {
    const PLAIN: &[&str] = &[
        "",
        "etc",
        "conf",
        "conf.d",
        "config",
        "srv",
        "opt",
        "usr",
        "local",
        "share",
        "var",
        "lib",
        "deployment",
        "default",
        "home",
        "www",
        "current",
        "settings",
        "app",
        "data",
        "run",
        "bin",
    ];
    let mut parts: Vec<&str> = target.split('/').collect();
    let file = parts.pop().unwrap_or_default();
    let folder = parts.iter().rev().find(|p| !PLAIN.contains(p));
    let stem = file.trim_start_matches('.').split('.').next().unwrap_or(file);
    folder.map_or(stem, |f| *f).to_owned()
}

/// The row for a parameter of a class or defined type; `param` may be the key of a hash handed over.
#[must_use]
pub fn of_param(type_name: &str, title: &str, param: &str) -> Option<Row> {
    let known = knowledge();
    // Hardly any parameter is one of mail: its name is the first thing to ask for.
    let listed = known.client.iter().find(|c| c.params.iter().any(|p| p == param));
    if listed.is_none() && !patterns().is_some_and(|[key, ..]| key.is_match(param)) {
        return None;
    }
    let name = if type_name.eq_ignore_ascii_case("class") { title } else { type_name };
    let name = name.trim_start_matches("::").to_ascii_lowercase();
    let core = ["file", "exec", "package", "service", "notify", "user", "group", "cron", "mount", "host"]
        .contains(&name.as_str());
    if core || known.servers.classes.iter().any(|c| glob(c, &name)) {
        return None;
    }
    if let Some(client) = listed {
        return Some(client.row());
    }
    let client = known.client.iter().find(|c| c.classes.iter().any(|g| glob(g, &name)));
    let program =
        || name.rsplit("::").find(|p| *p != "server" && *p != "main" && *p != "instance").unwrap_or(&name).to_owned();
    Some(client.map_or_else(|| Row { program: program(), ..generic() }, Client::row))
}

/// The host a value names, without scheme, port and brackets, in lower case.
#[must_use]
pub fn host_of(value: &str) -> String {
    let value = value.trim().trim_matches(['"', '\'']);
    let schemes = ["smtp://", "smtps://", "tls://", "ssl://"];
    let value = schemes.iter().find_map(|s| value.strip_prefix(s)).unwrap_or(value);
    let host = match value.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => value,
    };
    host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a host is the one it is asked on, by its name or address.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let named = host == "localhost" || host.starts_with("localhost.") || host.ends_with(".localhost");
    named || host.parse::<std::net::IpAddr>().is_ok_and(|a| a.is_loopback())
}

/// Whether a value is one host, and not this one.
#[must_use]
pub fn is_one_remote_host(value: &str) -> bool {
    let host = host_of(value);
    if let Ok(address) = host.parse::<std::net::IpAddr>() {
        return !address.is_loopback() && !address.is_unspecified();
    }
    let shaped = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let labels = host.split('.').all(|l| !l.is_empty() && !l.starts_with('-'));
    let file = [".py", ".php", ".conf", ".log", ".html", ".sock"].iter().any(|e| host.ends_with(e));
    let this = host.starts_with("localhost") || host.ends_with(".localhost") || host.ends_with(".localdomain");
    let sample = host.contains("example.")
        || host.ends_with(".example")
        || host.contains("my-company")
        || host.ends_with(".invalid");
    shaped && labels && !file && !this && !sample && !of_provider(&host)
}

fn of_provider(host: &str) -> bool {
    let below =
        |domain: &String| host == domain || host.strip_suffix(domain.as_str()).is_some_and(|h| h.ends_with('.'));
    knowledge().providers.domains.iter().any(below)
}

/// `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            match rest.find(middle) {
                Some(at) => rest = rest.get(at + middle.len()..).unwrap_or_default(),
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |end: &str| rest.ends_with(end))
}

#[cfg(test)]
mod tests;
