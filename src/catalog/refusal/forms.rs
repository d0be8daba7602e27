//! The forms that the agent's own types ask of values, and what it says where one has another form.

use super::is_absolute;
use crate::value::Value;
use crate::value::inspect::{inspect, quote};
use crate::value::types::Type;

/// Puppet's own ways to install a package, and those of well-known modules.
const PACKAGE_PROVIDERS: &str = "aix appdmg apple apt aptitude aptrpm blastwave dnf dnfmodule dpkg fink freebsd gem hpux \
    macports nim openbsd opkg pacman pip pip2 pip3 pkg pkgdmg pkgin pkgng pkgutil portage ports portupgrade puppet_gem \
    puppetserver_gem rpm rug sun sunfreeware tdnf up2date urpmi windows yum zypper";
/// Puppet's own ways to run a service, and those of well-known modules.
const SERVICE_PROVIDERS: &str = "base bsd daemontools debian freebsd gentoo init launchd openbsd openrc openwrt rcng redhat \
    runit service smf src systemd upstart windows pacemaker pacemaker_xml swiftinit";

/// As Ruby inspects it; a reference is a resource with nothing but its name.
pub(super) fn shown(value: &Value) -> String {
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

pub(super) fn no_tag(value: &Value) -> Option<String> {
    let text = items(value).iter().find_map(|item| match item {
        Value::Hash(_) => Some(inspect(item)),
        Value::Type(t) if matches!(&**t, Type::Resource { title: Some(_), .. } | Type::Class { name: Some(_) }) => {
            Some(t.to_string().replace('\'', ""))
        }
        _ => None,
    })?;
    Some(format!("Invalid tag '{}'", text.to_lowercase()))
}

pub(super) fn no_mode(value: &Value) -> Option<String> {
    if let Some(class) = class_of(value).filter(|_| !matches!(value, Value::Hash(_))) {
        return Some(format!("The file mode specification must be a string, not '{class}'"));
    }
    match value {
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

pub(super) fn no_umask(value: &Value) -> Option<String> {
    let fits = value.as_str().map_or(class_of(value).is_none(), |text| is_octal(text, 5));
    (!fits).then(|| format!("The umask specification is invalid: {}", inspect(value)))
}

pub(super) fn no_purge(value: &Value) -> Option<String> {
    no_boolean(value, "purge")
}

pub(super) fn no_limit(text: &str) -> Option<String> {
    let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    (!is_number).then(|| format!("Invalid value {}. Valid values match /^[0-9]+$/.", quote(text)))
}

pub(super) fn no_timeout(value: &Value) -> Option<String> {
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

pub(super) fn no_package_provider(value: &Value) -> Option<String> {
    no_provider(value, "package", PACKAGE_PROVIDERS)
}

pub(super) fn no_service_provider(value: &Value) -> Option<String> {
    no_provider(value, "service", SERVICE_PROVIDERS)
}

/// Of a list the first is taken.
fn no_provider(value: &Value, kind: &str, known: &str) -> Option<String> {
    let first = value.as_array().map_or(Some(value), <[Value]>::first)?;
    let name = match first {
        Value::Default => "default",
        other => match other.as_str() {
            Some(text) => text,
            None => {
                let class = class_of(first).or(first.as_array().map(|_| "Array"))?;
                return Some(no_method(first, class, "intern", "provider"));
            }
        },
    };
    (!known.split_whitespace().any(|known| known == name)).then(|| format!("Invalid {kind} provider '{name}'"))
}

/// What Ruby says of a value that is no text, where only a text was thought of.
fn no_method(value: &Value, class: &str, method: &str, attribute: &str) -> String {
    let why = undefined(value, class, method);
    format!("Validate method failed for class {attribute}: {why}")
}

fn undefined(value: &Value, class: &str, method: &str) -> String {
    format!("undefined method `{method}' for {}:{class}", inspect(value))
}

/// The class that Ruby has for a value, unless that is a text, a list or a type.
fn class_of(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Bool(true) => "TrueClass",
        Value::Bool(false) => "FalseClass",
        Value::Hash(_) => "Hash",
        Value::Default => "Symbol",
        _ => return None,
    })
}

/// The values of a list, or the one.
fn items(value: &Value) -> &[Value] {
    value.as_array().unwrap_or(std::slice::from_ref(value))
}

/// The agent fails before it can name the line.
pub(super) fn no_search_path(value: &Value) -> Option<String> {
    items(value).iter().find_map(|item| class_of(item).map(|class| undefined(item, class, "split")))
}

pub(super) fn no_pause(value: &Value) -> Option<String> {
    let why = match value {
        Value::Int(n) => (*n < 0).then_some("try_sleep cannot be a negative number"),
        Value::Float(n) => (*n < 0.0).then_some("try_sleep cannot be a negative number"),
        other => (!other.as_str()?.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')))
            .then_some("try_sleep must be a number"),
    };
    why.map(|why| munging(value, "try_sleep", why))
}

pub(super) fn nothing_to_ignore(value: &Value) -> Option<String> {
    class_of(value).map(|_| "Ignore must be a string or an Array".to_owned())
}

pub(super) fn no_count(text: &str) -> Option<String> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (!is_number && text != "-1")
        .then(|| format!("Invalid value {}. Valid values match /^[0-9]+$/, /^-1$/.", quote(text)))
}

pub(super) fn no_bucket(value: &Value) -> Option<String> {
    match value.as_str() {
        Some(path) => (!is_absolute(path)).then(|| "Filebucket paths must be absolute".to_owned()),
        None => value.as_array().map(|_| "You can only have one filebucket path".to_owned()),
    }
}

pub(super) fn no_days(text: &str) -> Option<String> {
    let number = text.strip_prefix('-').unwrap_or(text);
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (!is_number).then(|| "Password maximum age must be provided as a number.".to_owned())
}

pub(super) fn no_home(value: &Value) -> Option<String> {
    no_boolean(value, "managehome")
}

fn no_boolean(value: &Value, name: &str) -> Option<String> {
    let is_boolean = match value {
        Value::Bool(_) => true,
        Value::Str(text) => matches!(text.text.to_lowercase().as_str(), "true" | "false" | "yes" | "no"),
        _ => false,
    };
    (!is_boolean).then(|| munging(value, name, "expected a boolean value"))
}

pub(super) fn too_few_tries(value: &Value) -> Option<String> {
    match value {
        Value::Int(n) if *n < 1 => Some(munging(value, "tries", "Tries must be an integer >= 1")),
        Value::Bool(_) => Some(munging(value, "tries", &undefined(value, class_of(value)?, "<"))),
        Value::Str(text) if !text.text.starts_with(|c: char| c.is_ascii_digit()) => {
            Some(munging(value, "tries", "Tries must be an integer"))
        }
        _ => None,
    }
}

pub(super) fn no_setting(value: &Value) -> Option<String> {
    let fits = |item: &&Value| item.as_str().map_or(class_of(item).is_none(), |text| text.contains('='));
    let wrong = items(value).iter().find(|item| !fits(item))?;
    let shown = wrong.as_str().map_or_else(|| inspect(wrong), str::to_owned);
    Some(format!("Invalid environment setting '{shown}'"))
}

pub(super) fn relative_folder(value: &Value) -> Option<String> {
    let is_full = |text: &str| text.starts_with('/') || text.contains([':', '\\']);
    let fits = value.as_str().map_or(class_of(value).is_none(), is_full);
    (!fits).then(|| "cwd must be a fully qualified path".to_owned())
}

/// A path, or a URL that the agent fetches from.
pub(super) fn no_source(value: &Value) -> Option<String> {
    items(value).iter().find_map(|item| match item {
        Value::Default => no_address("default"),
        other => match other.as_str() {
            Some(text) => no_address(text),
            None => class_of(other).map(|class| {
                format!("Could not understand source {}: {}", inspect(other), undefined(other, class, "match"))
            }),
        },
    })
}

fn no_address(text: &str) -> Option<String> {
    // Of an agent on Windows a drive may be meant.
    if text.starts_with('/') || text.contains('\\') || is_drive(text) {
        return None;
    }
    let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return Some(format!("Cannot use relative URLs '{text}'"));
    };
    let scheme = scheme.to_ascii_lowercase();
    if !rest.starts_with('/') {
        return Some(format!("Cannot use opaque URLs '{text}'"));
    }
    let known = matches!(scheme.as_str(), "file" | "puppet" | "http" | "https");
    (!known).then(|| format!("Cannot use URLs of type '{scheme}' as source for fileserving"))
}

fn is_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic())
        && !matches!(text.as_bytes(), [_, _, b'/', b'/', ..])
}

/// RFC 3986, section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

pub(super) fn no_file_state(text: &str) -> Option<String> {
    no_state(text, "absent, file, present, directory, link")
}

pub(super) fn no_package_state(text: &str) -> Option<String> {
    no_state(text, "present, absent, purged, disabled, latest")
}

/// Any text will do where only some have a meaning of their own.
fn no_state(text: &str, known: &str) -> Option<String> {
    text.is_empty().then(|| format!("Invalid value \"\". Valid values are {known}. Valid values match /./."))
}

pub(super) fn no_content(value: &Value) -> Option<String> {
    items(value).iter().find_map(|item| {
        let class = match item {
            Value::Bool(true) => "true",
            Value::Bool(false) => "false",
            Value::Array(_) => "Array",
            Value::Type(t) if matches!(&**t, Type::Resource { title: Some(_), .. }) => "Puppet::Resource",
            other => class_of(other)?,
        };
        Some(format!(
            "Munging failed for value {} in class content: no implicit conversion of {class} into String",
            shown(item)
        ))
    })
}

pub(super) fn no_creation(value: &Value) -> Option<String> {
    let is_full = |value: &Value| match value {
        Value::Str(text) => text.text.starts_with('/') || text.text.contains([':', '\\']),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => false,
        _ => true,
    };
    (!items(value).iter().all(is_full)).then(|| "creates must be a fully qualified path".to_owned())
}

pub(super) fn no_exec_provider(value: &Value) -> Option<String> {
    no_provider(value, "exec", "posix shell windows powershell pwsh")
}

pub(super) fn no_command(value: &Value) -> Option<String> {
    class_of(value).map(|class| format!("Command must be a String or Array<String>, got value of class {class}"))
}

pub(super) fn no_recursion(value: &Value) -> Option<String> {
    let fits = match value {
        Value::Bool(_) => true,
        other => other.as_str().is_some_and(|text| matches!(text, "true" | "false" | "remote" | "inf")),
    };
    (!fits && !matches!(value, Value::Int(_))).then(|| format!("Invalid recurse value {}", inspect(value)))
}

pub(super) fn no_size(text: &str) -> Option<String> {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let has_number = unit.len() < text.len();
    match unit.chars().next() {
        Some(c) if has_number && !"bkmgt".contains(c.to_ascii_lowercase()) => Some(format!("Invalid size unit '{c}'")),
        _ if !has_number => Some(format!("Invalid tidy size {text}")),
        _ => None,
    }
}

pub(super) fn relative_keys(text: &str) -> Option<String> {
    let fine = matches!(text, "true" | "false") || text.starts_with(['/', '~', '%']);
    (!fine).then(|| format!("Paths to keyfiles must be absolute, not {text}"))
}

pub(super) fn no_gid(text: &str) -> Option<String> {
    let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    (!number && text != "absent").then(|| format!("Invalid GID {text}"))
}

pub(super) fn no_group(text: &str) -> Option<String> {
    if text.is_empty() {
        let help = "If you want to specify \"no groups\" pass an empty array";
        return Some(format!("Group names must not be empty. {help}"));
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some("Group names must be provided, not GID numbers.".to_owned());
    }
    text.contains(',').then(|| "Group names must be provided as an array, not a comma-separated list.".to_owned())
}

pub(super) fn no_password(text: &str) -> Option<String> {
    text.contains(':').then(|| "Passwords cannot include ':'".to_owned())
}

pub(super) fn no_expiry(text: &str) -> Option<String> {
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let date = matches!(parts[..], [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2));
    (!date && text != "absent").then(|| "Expiry dates must be YYYY-MM-DD or the string \"absent\"".to_owned())
}

pub(super) fn no_range(text: &str) -> Option<String> {
    let digit = text.contains(|c: char| c.is_ascii_digit());
    (!digit || !text.contains('-')).then(|| format!("Invalid range value '{text}'"))
}

/// A bare number is none.
pub(super) fn no_age(value: &Value) -> Option<String> {
    let text = value.as_str().map_or_else(|| inspect(value), str::to_owned);
    let number = !matches!(value, Value::Int(_)) && text.starts_with(|c: char| c.is_ascii_digit());
    (!number).then(|| format!("Invalid tidy age {text}"))
}
