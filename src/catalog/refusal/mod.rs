//! What the agent refuses of a catalog that compiled: it stops before it applies anything.

mod values;

use super::{Catalog, Resource, ResourceKind};
use crate::value::Value;
use crate::value::types::Type;

impl Catalog {
    /// The first thing for which the agent would refuse the catalog, in its words.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        let real = || self.resources.iter().filter(|r| !r.is_virtual && r.possible.is_none());
        real().find_map(refused).or_else(|| real().find_map(|r| self.unrealised(r)))
    }

    /// A relationship with a resource that stays virtual.
    fn unrealised(&self, resource: &Resource) -> Option<String> {
        let id = self.resources.iter().position(|r| std::ptr::eq(r, resource))?;
        let own = |end: u32| usize::try_from(end).is_ok_and(|end| end == id);
        let others = self.relations.iter().filter_map(|r| match (own(r.source), own(r.target)) {
            (true, false) => Some(r.target),
            (false, true) if self.get(r.source).is_some_and(|other| names(resource, other)) => Some(r.source),
            _ => None,
        });
        let lost =
            others.filter_map(|other| self.get(other)).find(|r| r.is_virtual && r.kind == ResourceKind::Native)?;
        Some(format!("Could not retrieve dependency '{}' of {}", lost.reference(), resource.reference()))
    }
}

/// Why a resource is refused by itself: a value of it, or what it says as a whole.
fn refused(resource: &Resource) -> Option<String> {
    let (name, at) = (resource.reference(), place(resource));
    let failed = |param: &str, why: String| Some(format!("Parameter {param} failed on {name}: {why} {at}"));
    if let Some(path) = relative_path(resource) {
        return failed("path", format!("File paths must be fully qualified, not '{path}'"));
    }
    if let Some((param, why)) = values::refused(resource) {
        // The agent says twice where a tag stands.
        let why = if param == "tag" { format!("{why} {at}") } else { why };
        return failed(param, why);
    }
    if let Some((param, why)) = unqualified_guard(resource) {
        return failed(param, why);
    }
    let why = match resource.type_name.as_str() {
        "File" => two_contents(resource).or_else(|| nothing_remote(resource)),
        "Exec" => unqualified(resource, resource.value("command")),
        "Ssh_authorized_key" => of_nobody(resource),
        _ => None,
    }?;
    Some(format!("Validation of {name} failed: {why} {at}"))
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

/// The path of a file that no agent takes, on Windows or elsewhere.
fn relative_path(file: &Resource) -> Option<&str> {
    if file.type_name != "File" {
        return None;
    }
    let path = match file.value("path") {
        None if file.symbolic_title.is_none() => file.title.as_str(),
        Some(Value::Str(text)) => text.text.as_str(),
        _ => return None,
    };
    let drive = || {
        let mut letters = path.chars();
        letters.next().is_some_and(|c| c.is_ascii_alphabetic()) && letters.next() == Some(':')
    };
    (!path.starts_with(['/', '\\']) && !drive()).then_some(path)
}

fn two_contents(file: &Resource) -> Option<String> {
    let given = ["content", "source", "target"].iter().filter(|p| file.value(p).is_some()).count();
    (given > 1).then(|| "You cannot specify more than one of content, source, target".to_owned())
}

fn nothing_remote(file: &Resource) -> Option<String> {
    let remote = file.text("recurse") == Some("remote") && file.value("source").is_none();
    remote.then(|| "You cannot specify a remote recursion without a source".to_owned())
}

fn unqualified_guard(exec: &Resource) -> Option<(&'static str, String)> {
    let guards = ["unless", "onlyif"].into_iter().filter(|_| exec.type_name == "Exec");
    guards.filter_map(|name| Some((name, exec.value(name)?))).find_map(|(name, guard)| {
        let text = matches!(guard, Value::Str(_)).then_some(guard);
        text.and_then(|guard| unqualified(exec, Some(guard))).map(|why| (name, why))
    })
}

/// A command without a full path needs a search path.
fn unqualified(exec: &Resource, command: Option<&Value>) -> Option<String> {
    let command = match command {
        None => exec.title.as_str(),
        Some(Value::Str(text)) => text.text.as_str(),
        Some(Value::Array(words)) => words.items.first()?.as_str()?,
        Some(_) => return None,
    };
    let program = command.trim_start_matches(['"', '\'']).split_whitespace().next()?;
    let without = exec.value("path").is_none() && !program.starts_with('/') && exec.text("provider") != Some("shell");
    without.then(|| {
        format!("'{command}' is not qualified and no path was specified. Please qualify the command or specify a path.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Declaration, Derived, Param};
    use crate::repo::Loc;

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
        let cases: [(&str, &str, Params, bool); 17] = [
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
