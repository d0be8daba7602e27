//! Patterns: match, scan, split, sub and gsub.

use super::{Answer, inspect};
use crate::ruby::interp::{Callable, Interp, Stop};
use crate::ruby::values;
use crate::value::regex::escape;
use crate::value::{Entries, Str, Value};
use fancy_regex::{Captures, Regex};
use std::sync::Arc;

/// A pattern given as regex or as literal text.
fn regex(it: &mut Interp<'_>, value: &Value) -> Option<Arc<Regex>> {
    match value {
        Value::Regex(r) => it.regex(&r.clone()),
        Value::Str(s) => it.regex(&escape(&s.text)),
        _ => None,
    }
}

pub(crate) fn call(it: &mut Interp<'_>, s: &Str, name: &str, args: &[Value], block: Option<&Callable>) -> Answer {
    let text = s.text.as_str();
    Ok(match (name, args) {
        ("=~", [Value::Regex(r)]) => find(it, r, text)?.map(|m| m.0),
        ("match", [Value::Regex(r)]) => find(it, r, text)?.map(|m| m.1),
        ("match", [Value::Str(r)]) => find(it, &r.text, text)?.map(|m| m.1),
        ("match?", [Value::Str(r)]) => find(it, &r.text, text)?.map(|m| Value::Bool(!matches!(m.0, Value::Undef))),
        ("match?", [Value::Regex(r)]) => find(it, r, text)?.map(|m| Value::Bool(!matches!(m.0, Value::Undef))),
        ("start_with?", [Value::Regex(r)]) => {
            find(it, &format!("\\A(?:{r})"), text)?.map(|m| Value::Bool(!matches!(m.0, Value::Undef)))
        }
        ("[]" | "slice", [Value::Regex(r), rest @ ..]) => {
            let Some((at, data)) = find(it, r, text)? else { return Ok(None) };
            if matches!(at, Value::Undef) {
                return Ok(Some(at));
            }
            let group = rest.first().cloned().unwrap_or(Value::Int(0));
            values::attrs(&data, values::MATCH).and_then(|a| match_data(a, "[]", &[group]))
        }
        ("sub" | "gsub", [what, rest @ ..]) => {
            let Some(regex) = regex(it, what) else { return Ok(None) };
            let out = replace(it, text, &regex, rest.first(), block, name == "gsub")?;
            // The origin stays: the text is still that value's, reshaped.
            out.map(|v| s.origin.clone().map_or(v.clone(), |o| values::with_origin(v, o)))
        }
        ("split", _) => match (split(it, text, args), block) {
            (Some(parts), Some(block)) => {
                for part in parts.as_array().unwrap_or_default() {
                    it.yield_to(block, vec![part.clone()])?;
                }
                Some(Value::Str(s.clone()))
            }
            (parts, _) => parts,
        },
        ("scan", [what]) => {
            let Some(regex) = regex(it, what) else { return Ok(None) };
            scan(it, text, &regex, block)?
        }
        ("index", [Value::Regex(r)]) => find(it, r, text)?.map(|m| m.0),
        _ => None,
    })
}

/// Position and match data; remembers the groups for `$1`.
fn find(it: &mut Interp<'_>, pattern: &str, text: &str) -> Result<Option<(Value, Value)>, Stop> {
    it.spend(1 + text.len() / 256)?;
    let Some(regex) = it.regex(pattern) else { return Ok(None) };
    let Ok(found) = regex.captures(text) else { return Ok(None) };
    let Some(found) = found else {
        it.set_match(Value::Undef);
        return Ok(Some((Value::Undef, Value::Undef)));
    };
    let start = found.get(0).map_or(0, |m| m.start());
    let position = values::int(text.get(..start).unwrap_or_default().chars().count());
    let data = match_object(&regex, &found, text);
    it.set_match(data.clone());
    Ok(Some((position, data)))
}

fn match_object(regex: &Regex, found: &Captures<'_, str>, text: &str) -> Value {
    let groups = found.iter().map(|g| g.map_or(Value::Undef, |m| Value::str(m.as_str()))).collect();
    let mut names = Entries::default();
    for (i, name) in regex.capture_names().enumerate() {
        if let Some(name) = name {
            let group = found.get(i).map_or(Value::Undef, |m| Value::str(m.as_str()));
            names.insert(Value::str(name), group);
        }
    }
    let (start, end) = found.get(0).map_or((0, 0), |m| (m.start(), m.end()));
    let before = Value::str(text.get(..start).unwrap_or_default());
    let after = Value::str(text.get(end..).unwrap_or_default());
    values::object(values::MATCH, &[Value::array(groups), values::hash_of(names), before, after])
}

/// Methods of match data.
pub(crate) fn match_data(attrs: &Entries, name: &str, args: &[Value]) -> Option<Value> {
    let mut parts = attrs.values();
    let groups = parts.next()?.as_array()?;
    let names = parts.next()?.as_hash()?;
    match (name, args) {
        ("[]", [Value::Int(i)]) => {
            Some(values::index(*i, groups.len()).and_then(|i| groups.get(i)).cloned().unwrap_or_default())
        }
        ("[]", [Value::Int(from), Value::Int(count)]) => {
            let (from, count) = (values::index(*from, groups.len())?, usize::try_from(*count).ok()?);
            Some(Value::array(groups.iter().skip(from).take(count).cloned().collect()))
        }
        ("[]", [key]) => names.get(&Value::str(values::as_name(key)?)).cloned(),
        ("captures", []) => Some(Value::array(groups.iter().skip(1).cloned().collect())),
        ("to_a", []) => Some(Value::array(groups.to_vec())),
        ("named_captures", []) => Some(values::hash_of(names.clone())),
        ("to_s", []) => groups.first().cloned(),
        ("pre_match", []) => parts.next().cloned(),
        ("post_match", []) => parts.nth(1).cloned(),
        _ => None,
    }
}

fn replace(
    it: &mut Interp<'_>,
    text: &str,
    regex: &Arc<Regex>,
    with: Option<&Value>,
    block: Option<&Callable>,
    all: bool,
) -> Answer {
    let mut parts: Vec<Value> = Vec::new();
    let mut done = 0;
    for found in regex.captures_iter(text) {
        it.spend(1)?;
        let Ok(found) = found else { return Ok(None) };
        let Some(whole) = found.get(0) else { break };
        if after_last_line(regex.as_str(), text, whole.start(), whole.end()) {
            continue;
        }
        parts.push(Value::str(text.get(done..whole.start()).unwrap_or_default()));
        parts.push(match (with, block) {
            (Some(Value::Hash(map)), _) => {
                inspect::to_s(&map.entries.get(&Value::str(whole.as_str())).cloned().unwrap_or_default())
            }
            (Some(with), _) => match with.as_str() {
                Some(template) => Value::str(expand(template, &found)),
                None => return Ok(None),
            },
            (None, Some(block)) => {
                it.set_match(match_object(regex, &found, text));
                inspect::to_s(&it.yield_to(block, vec![Value::str(whole.as_str())])?)
            }
            (None, None) => return Ok(None),
        });
        done = whole.end();
        if !all {
            break;
        }
    }
    parts.push(Value::str(text.get(done..).unwrap_or_default()));
    Ok(Some(values::concat(parts)))
}

/// Behind a final line end no further line begins for Ruby: `^` does not match there.
fn after_last_line(pattern: &str, text: &str, start: usize, end: usize) -> bool {
    start == end && start == text.len() && text.ends_with('\n') && pattern.contains('^')
}

/// `\1`, `\0`, `\k<name>` and `\\` in a replacement.
fn expand(template: &str, found: &Captures<'_, str>) -> String {
    let mut out = String::new();
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some(d) if d.is_ascii_digit() => {
                let group = d.to_digit(10).and_then(|d| found.get(d as usize));
                out.push_str(group.map_or("", |m| m.as_str()));
            }
            Some('&') => out.push_str(found.get(0).map_or("", |m| m.as_str())),
            Some('k') if chars.peek() == Some(&'<') => {
                let name: String = chars.by_ref().skip(1).take_while(|c| *c != '>').collect();
                out.push_str(found.name(&name).map_or("", |m| m.as_str()));
            }
            Some('\\') | None => out.push('\\'),
            Some(other) => out.extend(['\\', other]),
        }
    }
    out
}

fn split(it: &mut Interp<'_>, text: &str, args: &[Value]) -> Option<Value> {
    let limit = match args.get(1) {
        Some(Value::Int(n)) => *n,
        None => 0,
        _ => return None,
    };
    let most = usize::try_from(limit).ok().filter(|n| *n > 0).unwrap_or(usize::MAX);
    if text.is_empty() {
        return Some(Value::array(Vec::new()));
    }
    let mut out: Vec<String> = match args.first() {
        None | Some(Value::Undef) => by_blanks(text, most),
        Some(Value::Str(s)) if s.text == " " => by_blanks(text, most),
        Some(Value::Str(s)) if s.text.is_empty() => by_letters(text, most),
        Some(Value::Str(s)) => text.splitn(most, s.text.as_str()).map(str::to_owned).collect(),
        Some(Value::Regex(r)) => by_regex(&*it.regex(&r.clone())?, text, most)?,
        _ => return None,
    };
    if limit == 0 {
        while out.last().is_some_and(String::is_empty) {
            out.pop();
        }
    }
    Some(Value::array(out.into_iter().map(Value::str).collect()))
}

fn by_letters(text: &str, most: usize) -> Vec<String> {
    let mut out: Vec<String> = text.chars().take(most.saturating_sub(1)).map(String::from).collect();
    out.push(text.chars().skip(out.len()).collect());
    out
}

fn by_blanks(text: &str, most: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if out.len() + 1 >= most {
            out.push(rest.to_owned());
            break;
        }
        let (word, tail) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        out.push(word.to_owned());
        rest = tail.trim_start();
    }
    out
}

fn by_regex(regex: &Regex, text: &str, most: usize) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut done = 0;
    for found in regex.captures_iter(text) {
        let found = found.ok()?;
        let whole = found.get(0)?;
        if whole.as_str().is_empty() && (whole.start() == 0 || whole.start() >= text.len()) {
            continue;
        }
        if out.len() + 1 >= most {
            break;
        }
        out.push(text.get(done..whole.start())?.to_owned());
        out.extend(found.iter().skip(1).flatten().map(|m| m.as_str().to_owned()));
        done = whole.end();
    }
    out.push(text.get(done..)?.to_owned());
    Some(out)
}

fn scan(it: &mut Interp<'_>, text: &str, regex: &Regex, block: Option<&Callable>) -> Answer {
    let mut out = Vec::new();
    for found in regex.captures_iter(text) {
        let Ok(found) = found else { return Ok(None) };
        let value = if found.len() > 1 {
            Value::array(found.iter().skip(1).map(|g| g.map_or(Value::Undef, |m| Value::str(m.as_str()))).collect())
        } else {
            Value::str(found.get(0).map_or("", |m| m.as_str()))
        };
        match block {
            Some(block) => {
                it.set_match(match_object(regex, &found, text));
                it.yield_to(block, vec![value])?;
            }
            None => out.push(value),
        }
    }
    Ok(Some(if block.is_some() { Value::str(text) } else { Value::array(out) }))
}

/// Methods of a regular expression.
pub(crate) fn regex_call(it: &mut Interp<'_>, regex: &Arc<str>, name: &str, args: &[Value]) -> Answer {
    Ok(match (name, args) {
        ("=~", [Value::Str(s)]) => find(it, regex, &s.text)?.map(|m| m.0),
        ("match", [Value::Str(s)]) => find(it, regex, &s.text)?.map(|m| m.1),
        ("match?" | "===", [Value::Str(s)]) => {
            find(it, regex, &s.text)?.map(|m| Value::Bool(!matches!(m.0, Value::Undef)))
        }
        ("=~" | "match", [Value::Undef]) => Some(Value::Undef),
        ("===" | "match?", [_]) => Some(Value::Bool(false)),
        ("source", []) => Some(Value::str(regex.as_ref())),
        _ => None,
    })
}
