//! What the agent refuses of a catalog that compiled: it stops before it applies anything.

mod cron;
mod features;
mod forms;
mod schedules;
mod values;

use super::{Catalog, Relation, Resource, ResourceId, ResourceKind};
use crate::repo::Loc;
use crate::value::Value;
use crate::value::types::Type;
use std::fmt;

/// Why the agent refuses a resource, and with it the whole catalog.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The attribute whose value is refused; `None` where it is what the resource says as a whole.
    pub param: Option<&'static str>,
    /// Why, in the agent's words.
    pub why: String,
    /// Whether it would be accepted with an attribute more.
    pub lacks: bool,
}

/// A relationship with a resource that stays virtual: the agent looks for it and does not find it.
#[derive(Clone, Copy, Debug)]
pub struct Unrealised<'a> {
    /// What asks for it.
    pub asks: &'a Resource,
    /// What stays virtual.
    pub lost: &'a Resource,
    /// Where the relationship is written.
    pub at: &'a Loc,
}

impl Catalog {
    /// The first thing for which the agent would refuse the catalog, in its words.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        let mut real = self.resources.iter().filter(|r| !r.is_virtual && r.possible.is_none());
        let refused = real.find_map(|r| Some(r.refusal()?.told(r)));
        refused.or_else(|| Some(self.unrealised().first()?.to_string()))
    }

    /// Relationships with resources that stay virtual, in the order of those that ask.
    #[must_use]
    pub fn unrealised(&self) -> Vec<Unrealised<'_>> {
        let mut found: Vec<_> =
            self.relations.iter().filter(|r| !r.possible).filter_map(|r| self.unrealised_by(r)).collect();
        found.sort_by_key(|(id, _)| *id);
        found.into_iter().map(|(_, lost)| lost).collect()
    }

    fn unrealised_by<'a>(&'a self, relation: &'a Relation) -> Option<(ResourceId, Unrealised<'a>)> {
        let (source, target) = (self.get(relation.source)?, self.get(relation.target)?);
        let is_real = |r: &Resource| !r.is_virtual && r.possible.is_none();
        let is_lost = |r: &Resource| r.is_virtual && r.kind == ResourceKind::Native;
        let at = &relation.at;
        // An arrow is kept with what it starts from, and stays behind with it.
        if is_lost(target) && is_real(source) {
            return Some((relation.source, Unrealised { asks: source, lost: target, at }));
        }
        let asked = is_lost(source) && is_real(target) && names(target, source);
        asked.then_some((relation.target, Unrealised { asks: target, lost: source, at }))
    }
}

impl fmt::Display for Unrealised<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Could not retrieve dependency '{}' of {}", self.lost.reference(), self.asks.reference())
    }
}

impl Refusal {
    fn of(param: &'static str, why: String) -> Self {
        Self { param: Some(param), why, lacks: false }
    }

    fn whole(why: String) -> Self {
        Self { param: None, why, lacks: false }
    }

    fn lacking(self) -> Self {
        Self { lacks: true, ..self }
    }

    /// What the agent says of the resource.
    #[must_use]
    pub fn told(&self, resource: &Resource) -> String {
        let (name, at, why) = (resource.reference(), place(resource), &self.why);
        match self.param {
            Some("path") if resource.type_name == "Exec" => format!("Could not set path on exec: {why}"),
            // It says twice where a tag stands.
            Some("tag") => format!("Parameter tag failed on {name}: {why} {at} {at}"),
            Some(param) => format!("Parameter {param} failed on {name}: {why} {at}"),
            None => format!("Validation of {name} failed: {why} {at}"),
        }
    }
}

impl Resource {
    /// Why the agent refuses this resource by itself: a value of it, or what it says as a whole. Hosts that share its
    /// declaration share the answer.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.declaration.refused(|| self.find_refusal())
    }

    fn find_refusal(&self) -> Option<Refusal> {
        let path = relative_path(self);
        let relative = |p| Refusal::of("path", format!("File paths must be fully qualified, not '{p}'"));
        // A title is the path only where none is given.
        let path = path.map(|p| Refusal { lacks: self.value("path").is_none(), ..relative(p) });
        let value = || values::refused(self).map(|(param, why)| Refusal::of(param, why));
        path.or_else(value).or_else(|| unqualified_guard(self)).or_else(|| refused_whole(self))
    }
}

fn refused_whole(resource: &Resource) -> Option<Refusal> {
    let whole = |why: Option<String>| why.map(Refusal::whole);
    let lacking = |why: Option<String>| whole(why).map(Refusal::lacking);
    match resource.type_name.as_str() {
        "File" => whole(two_contents(resource)).or_else(|| lacking(nothing_remote(resource))),
        "Exec" => lacking(unqualified(resource, resource.value("command"))),
        "Package" => features::beyond_provider(resource),
        "Tidy" => matching_alone(resource),
        "Concat_fragment" => lacking(no_fragment(resource)).or_else(|| whole(two_fragments(resource))),
        "Ssh_authorized_key" => lacking(of_nobody(resource)),
        _ => None,
    }
}

/// Only what is in folders below is looked at by name.
fn matching_alone(tidy: &Resource) -> Option<Refusal> {
    let goes_down = match tidy.value("recurse") {
        None | Some(Value::Undef | Value::Bool(false) | Value::Int(0)) => false,
        Some(value) => !matches!(value.as_str(), Some("false" | "0")),
    };
    let why = "Tidy can't use matches with recurse 0, false, or undef";
    (tidy.value("matches").is_some_and(is_given) && !goes_down).then(|| Refusal::of("matches", why.to_owned()))
}

/// Whether a resource itself asks for another; an arrow is kept with what it starts from.
fn names(resource: &Resource, other: &Resource) -> bool {
    fn is_named(value: &Value, other: &Resource) -> bool {
        match value {
            Value::Array(list) => list.items.iter().any(|v| is_named(v, other)),
            Value::Type(t) => matches!(&**t, Type::Resource { type_name, title: Some(title) }
                if *type_name == other.type_name && *title == other.title),
            Value::Str(text) => text.text == other.reference(),
            _ => false,
        }
    }
    ["require", "subscribe"].iter().filter_map(|p| resource.value(p)).any(|v| is_named(v, other))
}

/// `(file: …, line: …)`, as Puppet says where a resource is declared.
fn place(resource: &Resource) -> String {
    let at = &resource.at;
    if at.path.contains('/') {
        format!("(file: {}, line: {})", at.path, at.line)
    } else {
        format!("(line: {})", at.line)
    }
}

/// A key is put into the file of its user, or into one that is named.
fn of_nobody(key: &Resource) -> Option<String> {
    let given = ["user", "target"].iter().any(|p| key.value(p).is_some_and(|v| !matches!(v, Value::Undef)));
    (!given).then(|| "Attribute 'user' or 'target' is mandatory".to_owned())
}

/// A fragment of a file needs the file, and something to put into it.
fn no_fragment(fragment: &Resource) -> Option<String> {
    let lacks = |names: &[&str]| names.iter().all(|name| fragment.value(name).is_none());
    if lacks(&["target", "tag"]) {
        return Some("No 'target' or 'tag' set".to_owned());
    }
    lacks(&["source", "content"]).then(|| "Set either 'source' or 'content'".to_owned())
}

fn two_fragments(fragment: &Resource) -> Option<String> {
    let both = ["source", "content"].iter().all(|name| fragment.value(name).is_some_and(is_given));
    both.then(|| "Can't use 'source' and 'content' at the same time".to_owned())
}

/// What is not known may be `undef`.
fn is_given(value: &Value) -> bool {
    !matches!(value, Value::Undef | Value::Sym(_))
}

/// The path of a file that no agent takes, on Windows or elsewhere.
fn relative_path(file: &Resource) -> Option<&str> {
    if file.type_name != "File" {
        return None;
    }
    let path = match file.value("path").or_else(|| file.value("name")) {
        None if file.symbolic_title.is_none() => file.title.as_str(),
        Some(Value::Str(text)) => text.text.as_str(),
        _ => return None,
    };
    (!is_absolute(path)).then_some(path)
}

/// On Windows or elsewhere.
fn is_absolute(path: &str) -> bool {
    let mut letters = path.chars();
    let drive = letters.next().is_some_and(|c| c.is_ascii_alphabetic()) && letters.next() == Some(':');
    path.starts_with(['/', '\\']) || drive
}

fn two_contents(file: &Resource) -> Option<String> {
    let has = |name: &str| file.value(name).is_some_and(is_given);
    // Any other word for its state is what a link leads to.
    let states = ["absent", "false", "file", "present", "directory", "link"];
    let is_target = match file.value("ensure") {
        Some(Value::Str(state)) => !states.contains(&state.text.as_str()),
        Some(Value::Bool(is_there)) => *is_there,
        _ => false,
    };
    let leads = has("target") || is_target;
    let given = usize::from(leads) + ["content", "source"].iter().filter(|name| has(name)).count();
    (given > 1).then(|| "You cannot specify more than one of content, source, target".to_owned())
}

fn nothing_remote(file: &Resource) -> Option<String> {
    let remote = file.text("recurse") == Some("remote") && file.value("source").is_none();
    remote.then(|| "You cannot specify a remote recursion without a source".to_owned())
}

fn unqualified_guard(exec: &Resource) -> Option<Refusal> {
    let guards = ["unless", "onlyif"].into_iter().filter(|_| exec.type_name == "Exec");
    guards.filter_map(|name| Some((name, exec.value(name)?))).find_map(|(name, guard)| {
        let text = matches!(guard, Value::Str(_)).then_some(guard);
        text.and_then(|guard| unqualified(exec, Some(guard))).map(|why| Refusal::of(name, why).lacking())
    })
}

/// A command without a full path needs a search path.
fn unqualified(exec: &Resource, command: Option<&Value>) -> Option<String> {
    let command = match command.or_else(|| exec.value("name")) {
        None if exec.symbolic_title.is_none() => exec.title.as_str(),
        Some(Value::Str(text)) => text.text.as_str(),
        Some(Value::Array(words)) => words.items.first()?.as_str()?,
        _ => return None,
    };
    let program = command.trim_start_matches(['"', '\'']).split_whitespace().next().unwrap_or_default();
    // The provider `posix` is the one that asks for it, and the default.
    let asks = exec.value("provider").is_none_or(|p| p.as_str() == Some("posix"));
    let without = exec.value("path").is_none() && !is_absolute(program) && asks;
    without.then(|| {
        format!("'{program}' is not qualified and no path was specified. Please qualify the command or specify a path.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Declaration, Derived, Param};

    fn resource(kind: &str, title: &str, params: &[(&str, &str)]) -> Resource {
        let at = Loc::new("site.pp", 3);
        let param =
            |(name, value): &(&str, &str)| Param { name: (*name).into(), value: Value::str(*value), at: at.clone() };
        Resource::new(Declaration {
            type_name: kind.into(),
            title: title.into(),
            symbolic_title: None,
            params: params.iter().map(param).collect(),
            at: at.clone(),
            end_line: 3,
            exported: false,
            kind: ResourceKind::Native,
            derived: Derived::default(),
        })
    }

    type Params = &'static [(&'static str, &'static str)];

    #[test]
    fn refuses_what_the_agent_refuses() {
        let cases: [(&str, &str, Params, bool); 32] = [
            ("Package", "p", &[("provider", "dpkg"), ("ensure", "1.0")], true),
            ("Package", "p", &[("provider", "apt"), ("ensure", "1.0")], false),
            ("Package", "p", &[("provider", "gem"), ("ensure", "purged")], true),
            ("Package", "p", &[("provider", "dpkg"), ("ensure", "purged")], false),
            ("Package", "p", &[("ensure", "disabled")], false),
            ("Filebucket", "b", &[("path", "a")], true),
            ("Exec", "/bin/ls", &[("try_sleep", "soon")], true),
            ("Exec", "/bin/ls", &[("tries", "3"), ("try_sleep", "2"), ("cwd", "/")], false),
            ("Concat_fragment", "a", &[("target", "/a")], true),
            ("Concat_fragment", "a", &[("target", "/a"), ("content", "")], false),
            ("Cron", "c", &[("weekday", "Someday")], true),
            ("Cron", "c", &[("special", "reboot"), ("minute", "*/5")], false),
            ("Service", "s", &[("provider", "x")], true),
            ("File", "/a", &[("source", "a b")], true),
            ("Exec", "C:/a.exe", &[], false),
            ("Ssh_authorized_key", "k", &[("type", "rsa")], true),
            ("Ssh_authorized_key", "k", &[("user", "u")], false),
            ("File", "a", &[], true),
            ("File", "/a", &[("path", "b")], true),
            ("File", "a", &[("path", "C:/b")], false),
            ("File", "/a", &[("content", "x"), ("source", "/y")], true),
            ("File", "/a", &[("content", "x")], false),
            ("Exec", "ls", &[], true),
            ("Exec", "ls", &[("path", "/bin")], false),
            ("Exec", "x", &[("command", "/bin/ls")], false),
            ("Exec", "ls", &[("provider", "shell")], false),
            ("Exec", "/bin/ls", &[("unless", "ls")], true),
            ("Service", "s", &[("ensure", "present")], true),
            ("Service", "s", &[("ensure", "true")], false),
            ("Notify", "n", &[("loglevel", "loud")], true),
            ("File", "/a", &[("mode", "0999")], true),
            ("File", "/a", &[("mode", "u=rwX,go-w")], false),
        ];
        for (kind, title, params, refused) in cases {
            let catalog = Catalog { resources: vec![resource(kind, title, params)], ..Catalog::default() };
            assert_eq!(catalog.refusal().is_some(), refused, "{kind} {params:?}");
        }
    }
}
