//! Values that no agent takes: words of a fixed set, and what must have a form.

use super::cron;
use super::forms;
use crate::catalog::{Param, Resource};
use crate::value::Value;

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
            ("provider", Rule::Whole(forms::no_exec_provider)),
            ("command", Rule::Whole(forms::no_command)),
            ("path", Rule::Whole(forms::no_search_path)),
            ("cwd", Rule::Whole(forms::relative_folder)),
            ("logoutput", Rule::Words("true, false, on_failure")),
            ("environment", Rule::Whole(forms::no_setting)),
            ("umask", Rule::Whole(forms::no_umask)),
            ("timeout", Rule::Whole(forms::no_timeout)),
            ("tries", Rule::Whole(forms::too_few_tries)),
            ("try_sleep", Rule::Whole(forms::no_pause)),
            ("refreshonly", BOOL),
            ("creates", Rule::Whole(forms::no_creation)),
        ],
    ),
    (
        "File",
        &[
            ("ensure", Rule::Each(forms::no_file_state)),
            ("content", Rule::Whole(forms::no_content)),
            ("mode", Rule::Whole(forms::no_mode)),
            ("replace", YES_NO),
            ("force", YES_NO),
            ("recurse", Rule::Whole(forms::no_recursion)),
            ("recurselimit", Rule::Each(forms::no_limit)),
            ("links", Rule::Words("follow, manage")),
            ("purge", YES_NO),
            ("sourceselect", Rule::Words("first, all")),
            ("show_diff", YES_NO),
            ("source", Rule::Whole(forms::no_source)),
            ("source_permissions", Rule::Words("use, use_when_creating, ignore")),
            ("selinux_ignore_defaults", BOOL),
            ("ignore", Rule::Whole(forms::nothing_to_ignore)),
            ("max_files", Rule::Each(forms::no_count)),
        ],
    ),
    (
        "Group",
        &[
            ("ensure", Rule::Words("present, absent")),
            ("gid", Rule::Each(forms::no_gid)),
            ("auth_membership", YES_NO),
            ("allowdupe", YES_NO),
            ("attribute_membership", MEMBERS),
            ("system", YES_NO),
            ("forcelocal", YES_NO),
        ],
    ),
    ("Filebucket", &[("path", Rule::Whole(forms::no_bucket))]),
    ("Notify", &[("withpath", BOOL)]),
    ("Resources", &[("purge", Rule::Whole(forms::no_purge))]),
    (
        "Package",
        &[
            ("provider", Rule::Whole(forms::no_package_provider)),
            ("ensure", Rule::Each(forms::no_package_state)),
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
            ("range", Rule::Each(forms::no_range)),
            ("periodmatch", Rule::Words("number, distance")),
            ("period", Rule::Words("hourly, daily, weekly, monthly, never")),
        ],
    ),
    (
        "Service",
        &[
            ("provider", Rule::Whole(forms::no_service_provider)),
            ("ensure", Rule::Words("stopped, running; false true")),
            ("enable", Rule::Words("true, false, manual, mask, delayed")),
            ("hasstatus", BOOL),
            ("hasrestart", BOOL),
        ],
    ),
    (
        "Tidy",
        &[
            ("age", Rule::Whole(forms::no_age)),
            ("size", Rule::Each(forms::no_size)),
            ("type", Rule::Words("atime, mtime, ctime")),
            ("rmdirs", YES_NO),
        ],
    ),
    (
        "User",
        &[
            ("ensure", Rule::Words("present, absent, role")),
            ("password", Rule::Each(forms::no_password)),
            ("groups", Rule::Each(forms::no_group)),
            ("password_max_age", Rule::Each(forms::no_days)),
            ("managehome", Rule::Whole(forms::no_home)),
            ("expiry", Rule::Each(forms::no_expiry)),
            ("membership", MEMBERS),
            ("system", YES_NO),
            ("allowdupe", YES_NO),
            ("role_membership", MEMBERS),
            ("auth_membership", MEMBERS),
            ("profile_membership", MEMBERS),
            ("key_membership", MEMBERS),
            ("attribute_membership", MEMBERS),
            ("forcelocal", YES_NO),
            ("purge_ssh_keys", Rule::Each(forms::relative_keys)),
        ],
    ),
];

/// Metaparameters, of every type.
const META: &[(&str, Rule)] = &[
    ("noop", BOOL),
    ("loglevel", Rule::Words("debug, info, notice, warning, err, alert, emerg, crit, verbose")),
    ("tag", Rule::Whole(forms::no_tag)),
];

/// Attributes whose lists are taken item by item.
const PROPERTIES: &[&str] = &["ensure", "enable", "mark"];

/// The first attribute of a native resource with a value that is refused, and why.
pub(super) fn refused(resource: &Resource) -> Option<(&'static str, String)> {
    let own = RULES.iter().find(|(name, _)| *name == resource.type_name).map_or(&[][..], |(_, rules)| rules);
    own.iter().chain(META).find_map(|(name, rule)| {
        let param = resource.param(name).or_else(|| named_by(resource, name))?;
        Some((*name, wrong(rule, param)?))
    })
}

/// An attribute that goes by `name` as well.
fn named_by<'r>(resource: &'r Resource, attribute: &str) -> Option<&'r Param> {
    (resource.type_name == "Exec" && attribute == "command").then(|| resource.param("name"))?
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
    (!fits).then(|| format!("Invalid value {}. Valid values are {listed}.", forms::shown(value)))
}
