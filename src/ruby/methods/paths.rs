//! The pure part of `File`, and shell quoting.

use crate::ruby::values;
use crate::value::Value;

/// `File.basename`, `dirname`, `join`, `extname`, `expand_path` of what is absolute; the rest reads the disk.
pub(crate) fn file(name: &str, args: &[Value]) -> Value {
    let Some(known) = args.iter().map(values::settled).collect::<Option<Vec<_>>>() else {
        return values::derived(name, &args.iter().collect::<Vec<_>>(), None);
    };
    let texts: Option<Vec<&str>> = known.iter().map(Value::as_str).collect();
    let answer = match (name, texts.as_deref()) {
        ("basename", Some([path])) => Some(base(path).to_owned()),
        ("basename", Some([path, ".*"])) => {
            Some(base(path).rsplit_once('.').map_or(base(path), |(stem, _)| stem).to_owned())
        }
        ("basename", Some([path, suffix])) => Some(base(path).strip_suffix(suffix).unwrap_or(base(path)).to_owned()),
        ("dirname", Some([path])) => Some(parent(path)),
        ("extname", Some([path])) => {
            Some(base(path).rfind('.').filter(|i| *i > 0).and_then(|i| base(path).get(i..)).unwrap_or("").to_owned())
        }
        ("join", Some(parts)) => Some(join(parts)),
        ("expand_path" | "absolute_path", Some([path])) => absolute(path),
        ("expand_path" | "absolute_path", Some([path, _])) if path.starts_with('/') => absolute(path),
        ("expand_path" | "absolute_path", Some([path, below])) if !path.starts_with('~') => {
            absolute(&format!("{below}/{path}"))
        }
        ("absolute_path?", Some([path])) => return Value::Bool(path.starts_with('/')),
        _ => None,
    };
    let Some(answer) = answer.map(Value::str) else { return values::beyond(format!("File.{name}")) };
    if args.iter().any(values::holds_symbolic) {
        return values::derived(name, &args.iter().collect::<Vec<_>>(), Some(answer));
    }
    answer
}

/// A path without `.`, `..` and empty parts; `None` if it starts where the process stands.
fn absolute(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.strip_prefix('/')?.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

fn base(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

fn parent(path: &str) -> String {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((parent, _)) => parent.to_owned(),
        None => ".".to_owned(),
    }
}

fn join(parts: &[&str]) -> String {
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        if i == 0 {
            out.push_str(part);
            continue;
        }
        let kept = out.trim_end_matches('/').len();
        out.truncate(kept);
        out.push('/');
        out.push_str(part.trim_start_matches('/'));
    }
    out
}

/// `Shellwords.escape`
pub(crate) fn shell_escape(text: &Value) -> Value {
    match text.as_str() {
        Some(known) if values::holds_symbolic(text) => {
            values::derived("shellescape", &[text], Some(Value::str(escaped(known))))
        }
        Some(known) => Value::str(escaped(known)),
        None => values::derived("shellescape", &[text], None),
    }
}

pub(crate) fn escaped(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("'\n'"),
            c if c.is_ascii_alphanumeric() || "_-.,:+/@".contains(c) => out.push(c),
            c => out.extend(['\\', c]),
        }
    }
    out
}
