//! Values that no agent takes: words of a fixed set, and what must have a form.

use super::cron;
use crate::catalog::{Param, Resource};
use crate::value::Value;
use crate::value::inspect::{inspect, quote};
use crate::value::types::Type;

/// What a value must be.
enum Rule {
    /// One of the words; a property takes a list of them.
    Words(&'static str),
    /// Judged by its text, alone or in a list: why it is refused.
    Each(fn(&str) -> Option<String>),
    /// Judged as it is.
    Whole(fn(&Value) -> Option<String>),
}

const BOOL: Rule = Rule::Words("true, false");
const YES_NO: Rule = Rule::Words("true, false, yes, no");
/// Puppet's own ways to install a package, and those of well-known modules.
const PACKAGE_PROVIDERS: &str = "aix appdmg apple apt aptitude aptrpm blastwave dnf dnfmodule dpkg fink freebsd gem hpux \
    macports nim openbsd opkg pacman pip pip2 pip3 pkg pkgdmg pkgin pkgng pkgutil portage ports portupgrade puppet_gem \
    puppetserver_gem rpm rug sun sunfreeware tdnf up2date urpmi windows yum zypper";
/// Puppet's own ways to run a service, and those of well-known modules.
const SERVICE_PROVIDERS: &str = "base bsd daemontools debian freebsd gentoo init launchd openbsd openrc openwrt rcng redhat \
    runit service smf src systemd upstart windows pacemaker pacemaker_xml swiftinit";
const MEMBERS: Rule = Rule::Words("inclusive, minimum");

/// What Puppet's own types ask of their attributes, in the order in which the agent sets them.
const RULES: &[(&str, &[(&str, Rule)])] = &[
    (
        "Cron",
        &[
            ("ensure", Rule::Words("present, absent")),
            ("special", Rule::Each(cron::no_special)),
            ("minute", Rule::Whole(cron::no_minute)),
            ("hour", Rule::Whole(cron::no_hour)),
            ("weekday", Rule::Whole(cron::no_weekday)),
            ("month", Rule::Whole(cron::no_month)),
            ("monthday", Rule::Whole(cron::no_monthday)),
        ],
    ),
    (
        "Exec",
        &[
            ("provider", Rule::Each(no_exec_provider)),
            ("command", Rule::Whole(no_command)),
            ("cwd", Rule::Each(relative_folder)),
            ("logoutput", Rule::Words("true, false, on_failure")),
            ("environment", Rule::Each(no_setting)),
            ("umask", Rule::Each(no_umask)),
            ("timeout", Rule::Whole(no_timeout)),
            ("tries", Rule::Whole(too_few_tries)),
            ("refreshonly", BOOL),
            ("creates", Rule::Whole(no_creation)),
        ],
    ),
    (
        "File",
        &[
            ("ensure", Rule::Each(no_file_state)),
            ("content", Rule::Whole(no_content)),
            ("mode", Rule::Whole(no_mode)),
            ("replace", YES_NO),
            ("force", YES_NO),
            ("recurse", Rule::Whole(no_recursion)),
            ("recurselimit", Rule::Each(no_limit)),
            ("links", Rule::Words("follow, manage")),
            ("purge", YES_NO),
            ("sourceselect", Rule::Words("first, all")),
            ("show_diff", YES_NO),
            ("source", Rule::Each(no_source)),
            ("source_permissions", Rule::Words("use, use_when_creating, ignore")),
            ("selinux_ignore_defaults", BOOL),
        ],
    ),
    (
        "Group",
        &[
            ("ensure", Rule::Words("present, absent")),
            ("gid", Rule::Each(no_gid)),
            ("auth_membership", YES_NO),
            ("allowdupe", YES_NO),
            ("attribute_membership", MEMBERS),
            ("system", YES_NO),
            ("forcelocal", YES_NO),
        ],
    ),
    ("Notify", &[("withpath", BOOL)]),
    ("Resources", &[("purge", Rule::Whole(no_purge))]),
    (
        "Package",
        &[
            ("provider", Rule::Each(no_package_provider)),
            ("ensure", Rule::Each(no_package_state)),
            ("mark", Rule::Words("hold, none")),
            ("configfiles", Rule::Words("keep, replace")),
            ("allowcdrom", BOOL),
            ("enable_only", YES_NO),
            ("install_only", YES_NO),
            ("allow_virtual", YES_NO),
            ("reinstall_on_refresh", BOOL),
        ],
    ),
    (
        "Schedule",
        &[
            ("range", Rule::Each(no_range)),
            ("periodmatch", Rule::Words("number, distance")),
            ("period", Rule::Words("hourly, daily, weekly, monthly, never")),
        ],
    ),
    (
        "Service",
        &[
            ("provider", Rule::Each(no_service_provider)),
            ("ensure", Rule::Words("stopped, running; false true")),
            ("enable", Rule::Words("true, false, manual, mask, delayed")),
            ("hasstatus", BOOL),
            ("hasrestart", BOOL),
        ],
    ),
    (
        "Tidy",
        &[
            ("age", Rule::Each(no_age)),
            ("size", Rule::Each(no_size)),
            ("type", Rule::Words("atime, mtime, ctime")),
            ("rmdirs", YES_NO),
        ],
    ),
    (
        "User",
        &[
            ("ensure", Rule::Words("present, absent, role")),
            ("password", Rule::Each(no_password)),
            ("groups", Rule::Each(no_group)),
            ("expiry", Rule::Each(no_expiry)),
            ("membership", MEMBERS),
            ("system", YES_NO),
            ("allowdupe", YES_NO),
            ("role_membership", MEMBERS),
            ("auth_membership", MEMBERS),
            ("profile_membership", MEMBERS),
            ("key_membership", MEMBERS),
            ("attribute_membership", MEMBERS),
            ("forcelocal", YES_NO),
            ("purge_ssh_keys", Rule::Each(relative_keys)),
        ],
    ),
];

/// Metaparameters, of every type.
const META: &[(&str, Rule)] = &[
    ("noop", BOOL),
    ("loglevel", Rule::Words("debug, info, notice, warning, err, alert, emerg, crit, verbose")),
    ("tag", Rule::Whole(no_tag)),
];

/// Attributes whose lists are taken item by item.
const PROPERTIES: &[&str] = &["ensure", "enable", "mark"];

/// The first attribute of a native resource with a value that is refused, and why.
pub(super) fn refused(resource: &Resource) -> Option<(&'static str, String)> {
    let own = RULES.iter().find(|(name, _)| *name == resource.type_name).map_or(&[][..], |(_, rules)| rules);
    own.iter().chain(META).find_map(|(name, rule)| {
        let param = resource.param(name)?;
        Some((*name, wrong(rule, param)?))
    })
}

fn wrong(rule: &Rule, param: &Param) -> Option<String> {
    let value = match &param.value {
        Value::Sensitive(inner) => inner,
        other => other,
    };
    if !is_known(value) || matches!(value, Value::Undef) {
        return None;
    }
    match rule {
        Rule::Words(words) => items(value, &param.name).iter().find_map(|v| no_word(v, words)),
        Rule::Each(judge) => {
            let items = value.as_array().unwrap_or(std::slice::from_ref(value));
            items.iter().filter_map(Value::as_str).find_map(judge)
        }
        Rule::Whole(judge) => judge(value),
    }
}

fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.as_array().filter(|_| PROPERTIES.contains(&name)).unwrap_or(std::slice::from_ref(value))
}

fn is_known(value: &Value) -> bool {
    match value {
        Value::Sym(_) | Value::Object(_) => false,
        Value::Array(list) => list.items.iter().all(is_known),
        Value::Hash(hash) => hash.entries.iter().all(|(k, v)| is_known(k) && is_known(v)),
        _ => true,
    }
}

/// `words` are those that the agent lists, and after a semicolon others that mean the same.
fn no_word(value: &Value, words: &str) -> Option<String> {
    let (listed, more) = words.split_once(';').unwrap_or((words, ""));
    let text = match value {
        Value::Str(text) => Some(text.text.to_string()),
        Value::Bool(_) | Value::Int(_) => Some(value.to_string()),
        _ => None,
    };
    let fits = text.is_some_and(|text| listed.split(", ").chain(more.split_whitespace()).any(|w| w == text));
    (!fits).then(|| format!("Invalid value {}. Valid values are {listed}.", shown(value)))
}

/// As Ruby inspects it; a reference is a resource with nothing but its name.
fn shown(value: &Value) -> String {
    let named = |kind: &str, title: &str, key: &str| format!("{kind}[{title}]{{:{key}=>{}}}", quote(title));
    match value {
        Value::Array(list) => format!("[{}]", list.items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Type(t) => match &**t {
            Type::Resource { type_name, title: Some(title) } => {
                named(type_name, title, if type_name == "File" { "path" } else { "name" })
            }
            Type::Class { name: Some(name) } => named("Class", &capitals(name), "name"),
            other => other.to_string(),
        },
        other => inspect(other),
    }
}

/// `A::B` for `a::b`.
fn capitals(name: &str) -> String {
    let capital = |part: &str| {
        let mut letters = part.chars();
        letters.next().map(|c| c.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split("::").map(capital).collect::<Vec<_>>().join("::")
}

fn no_tag(value: &Value) -> Option<String> {
    let items = value.as_array().unwrap_or(std::slice::from_ref(value));
    let text = items.iter().find_map(|item| match item {
        Value::Hash(_) => Some(inspect(item)),
        Value::Type(t) if matches!(&**t, Type::Resource { title: Some(_), .. } | Type::Class { name: Some(_) }) => {
            Some(t.to_string().replace('\'', ""))
        }
        _ => None,
    })?;
    Some(format!("Invalid tag '{}'", text.to_lowercase()))
}

fn no_mode(value: &Value) -> Option<String> {
    match value {
        Value::Int(_) => Some("The file mode specification must be a string, not 'Integer'".to_owned()),
        Value::Str(text) => {
            let symbolic = text.text.contains(['-', '=', '+']);
            (!symbolic && !is_octal(&text.text, 5))
                .then(|| format!("The file mode specification is invalid: {}", quote(&text.text)))
        }
        _ => None,
    }
}

/// At most so many octal digits, where the longest begin with a zero.
fn is_octal(text: &str, longest: usize) -> bool {
    let digits = !text.is_empty() && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    digits && (text.len() < longest || text.len() == longest && text.starts_with('0'))
}

fn no_umask(text: &str) -> Option<String> {
    (!is_octal(text, 5)).then(|| format!("The umask specification is invalid: {}", quote(text)))
}

fn no_purge(value: &Value) -> Option<String> {
    let is_boolean = match value {
        Value::Bool(_) => true,
        Value::Str(text) => matches!(text.text.to_lowercase().as_str(), "true" | "false" | "yes" | "no"),
        _ => false,
    };
    (!is_boolean).then(|| munging(value, "purge", "expected a boolean value"))
}

fn no_limit(text: &str) -> Option<String> {
    let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    (!is_number).then(|| format!("Invalid value {}. Valid values match /^[0-9]+$/.", quote(text)))
}

fn no_timeout(value: &Value) -> Option<String> {
    if let Value::Bool(is_true) = value {
        return Some(munging(value, "timeout", &format!("can't convert {is_true} into Float")));
    }
    let text = value.as_str()?;
    let number = text.trim().starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+'));
    (!number).then(|| munging(value, "timeout", "The timeout must be a number."))
}

pub(super) fn munging(value: &Value, name: &str, why: &str) -> String {
    format!("Munging failed for value {} in class {name}: {why}", inspect(value))
}

fn no_package_provider(text: &str) -> Option<String> {
    no_provider(text, "package", PACKAGE_PROVIDERS)
}

fn no_service_provider(text: &str) -> Option<String> {
    no_provider(text, "service", SERVICE_PROVIDERS)
}

fn no_provider(text: &str, kind: &str, known: &str) -> Option<String> {
    (!known.split_whitespace().any(|name| name == text)).then(|| format!("Invalid {kind} provider '{text}'"))
}

fn too_few_tries(value: &Value) -> Option<String> {
    match value {
        Value::Int(n) if *n < 1 => Some(munging(value, "tries", "Tries must be an integer >= 1")),
        _ => None,
    }
}

fn no_setting(text: &str) -> Option<String> {
    (!text.contains('=')).then(|| format!("Invalid environment setting '{text}'"))
}

fn relative_folder(text: &str) -> Option<String> {
    let windows = text.contains([':', '\\']);
    (!text.starts_with('/') && !windows).then(|| "cwd must be a fully qualified path".to_owned())
}

/// A path, or a URL that the agent fetches from.
fn no_source(text: &str) -> Option<String> {
    if let Some((scheme, _)) = text.split_once("://") {
        let known = matches!(scheme, "file" | "puppet" | "http" | "https");
        return (!known).then(|| format!("Cannot use URLs of type '{scheme}' as source for fileserving"));
    }
    let absolute = text.starts_with('/') || text.contains([':', '\\']);
    (!absolute && !text.is_empty()).then(|| format!("Cannot use relative URLs '{text}'"))
}

fn no_file_state(text: &str) -> Option<String> {
    no_state(text, "absent, file, present, directory, link")
}

fn no_package_state(text: &str) -> Option<String> {
    no_state(text, "present, absent, purged, disabled, latest")
}

/// Any text will do where only some have a meaning of their own.
fn no_state(text: &str, known: &str) -> Option<String> {
    text.is_empty().then(|| format!("Invalid value \"\". Valid values are {known}. Valid values match /./."))
}

fn no_content(value: &Value) -> Option<String> {
    let class = match value {
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        _ => return None,
    };
    Some(munging(value, "content", &format!("no implicit conversion of {class} into String")))
}

fn no_creation(value: &Value) -> Option<String> {
    let is_full = |value: &Value| match value {
        Value::Str(text) => text.text.starts_with('/') || text.text.contains([':', '\\']),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => false,
        _ => true,
    };
    let items = value.as_array().unwrap_or(std::slice::from_ref(value));
    (!items.iter().all(is_full)).then(|| "creates must be a fully qualified path".to_owned())
}

fn no_exec_provider(text: &str) -> Option<String> {
    no_provider(text, "exec", "posix shell windows powershell pwsh")
}

fn no_command(value: &Value) -> Option<String> {
    let class = match value {
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Bool(true) => "TrueClass",
        Value::Bool(false) => "FalseClass",
        Value::Hash(_) => "Hash",
        _ => return None,
    };
    Some(format!("Command must be a String or Array<String>, got value of class {class}"))
}

fn no_recursion(value: &Value) -> Option<String> {
    let fits = match value {
        Value::Bool(_) => true,
        other => other.as_str().is_some_and(|text| matches!(text, "true" | "false" | "remote" | "inf")),
    };
    (!fits && !matches!(value, Value::Int(_))).then(|| format!("Invalid recurse value {}", inspect(value)))
}

fn no_size(text: &str) -> Option<String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let has_number = unit.len() < text.len();
    match unit.chars().next() {
        Some(c) if has_number && !"bkmgt".contains(c.to_ascii_lowercase()) => Some(format!("Invalid size unit '{c}'")),
        _ if !has_number => Some(format!("Invalid tidy size {text}")),
        _ => None,
    }
}

fn relative_keys(text: &str) -> Option<String> {
    let fine = matches!(text, "true" | "false") || text.starts_with(['/', '~', '%']);
    (!fine).then(|| format!("Paths to keyfiles must be absolute, not {text}"))
}

fn no_gid(text: &str) -> Option<String> {
    let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    (!number && text != "absent").then(|| format!("Invalid GID {text}"))
}

fn no_group(text: &str) -> Option<String> {
    if text.is_empty() {
        let help = "If you want to specify \"no groups\" pass an empty array";
        return Some(format!("Group names must not be empty. {help}"));
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some("Group names must be provided, not GID numbers.".to_owned());
    }
    text.contains(',').then(|| "Group names must be provided as an array, not a comma-separated list.".to_owned())
}

fn no_password(text: &str) -> Option<String> {
    text.contains(':').then(|| "Passwords cannot include ':'".to_owned())
}

fn no_expiry(text: &str) -> Option<String> {
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let date = matches!(parts[..], [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2));
    (!date && text != "absent").then(|| "Expiry dates must be YYYY-MM-DD or the string \"absent\"".to_owned())
}

fn no_range(text: &str) -> Option<String> {
    let digit = text.contains(|c: char| c.is_ascii_digit());
    (!digit || !text.contains('-')).then(|| format!("Invalid range value '{text}'"))
}

fn no_age(text: &str) -> Option<String> {
    let number = text.starts_with(|c: char| c.is_ascii_digit());
    (!number).then(|| format!("Invalid tidy age {text}"))
}
