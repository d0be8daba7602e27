//! Functions that take regular expressions.

use super::args::{MAX_TEXT, Outcome, arg, array, count, no_signature, string, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::types::Type;
use crate::value::{Value, regex};
use std::ops::Range;
use std::sync::Arc;

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;
type Regex = Arc<fancy_regex::Regex>;

/// A pattern ready for use.
///
/// # Errors
/// When it is not a regular expression.
pub(super) fn compile(pattern: &str) -> Result<Regex, EvalError> {
    regex::compile(pattern).map_err(|e| EvalError::puppet(e.to_string()))
}

fn steps(pattern: &fancy_regex::Regex) -> EvalError {
    EvalError::Limit { what: format!("matching /{}/ takes too many steps", pattern.as_str()), at: None }
}

/// Where the first match is.
pub(super) fn find(pattern: &str, text: &str) -> Result<Option<Range<usize>>, EvalError> {
    let re = compile(pattern)?;
    let found = re.find(text).map_err(|_| steps(&re))?;
    Ok(found.map(|m| m.range()))
}

/// The source of a pattern given as `Regexp` or as a `Regexp` type.
fn source(value: &Value) -> Option<&str> {
    match value {
        Value::Regex(r) => Some(r),
        Value::Type(t) => match &**t {
            Type::Regexp(Some(p)) => Some(p),
            Type::Regexp(None) => Some(""),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn regsubst(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let refuse = || {
        no_signature(
            "regsubst",
            &[
                "Variant[Array[String], String] target, String pattern, Variant[String, Hash[String, String]] replacement, Optional[Pattern[/^[GEIM]*$/]] flags?, Enum['E', 'N', 'S', 'U'] encoding?",
                "Variant[Array[String], String] target, Variant[Regexp, Type[Regexp]] pattern, Variant[String, Hash[String, String]] replacement, Pattern[/^G?$/] flags?",
            ],
        )
    };
    if !(3..=5).contains(&args.len()) || !matches!(arg(args, 2), Value::Str(_) | Value::Hash(_)) {
        return Err(refuse());
    }
    let flags = match args.get(3) {
        None | Some(Value::Undef) => "",
        Some(Value::Str(s)) => &s.text,
        Some(_) => return Err(refuse()),
    };
    let allowed = if matches!(arg(args, 1), Value::Str(_)) { "GEIM" } else { "G" };
    if !flags.chars().all(|c| allowed.contains(c)) {
        return Err(refuse());
    }
    let pattern = match arg(args, 1) {
        Value::Str(s) => with_flags(&s.text, flags),
        other => source(other).ok_or_else(refuse)?.to_owned(),
    };
    let re = compile(&pattern)?;
    let one = |v: &Value| match v {
        Value::Str(s) => substitute(&re, &s.text, arg(args, 2), flags.contains('G')).map(Value::str),
        _ => Err(refuse()),
    };
    match arg(args, 0) {
        Value::Array(a) => Ok(Value::array(a.items.iter().map(one).collect::<Result<_, _>>()?)),
        other => one(other),
    }
}

/// Ruby's letters `I E M` as inline flags.
fn with_flags(pattern: &str, flags: &str) -> String {
    let inline: String = flags
        .chars()
        .filter_map(|c| match c {
            'I' => Some('i'),
            'E' => Some('x'),
            'M' => Some('m'),
            _ => None,
        })
        .collect();
    if inline.is_empty() { pattern.to_owned() } else { format!("(?{inline}){pattern}") }
}

/// Replaces the first match, or all.
fn substitute(re: &Regex, text: &str, replacement: &Value, all: bool) -> Result<String, EvalError> {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for found in re.captures_iter(text) {
        let found = found.map_err(|_| steps(re))?;
        let Some(whole) = found.get(0) else { continue };
        // Behind a final line end no further line begins for Ruby.
        if whole.start() == whole.end()
            && whole.end() == text.len()
            && text.ends_with('\n')
            && re.as_str().contains('^')
        {
            continue;
        }
        out.push_str(text.get(copied..whole.start()).unwrap_or_default());
        match replacement {
            Value::Hash(h) => {
                out.push_str(&h.entries.get(&Value::str(whole.as_str())).map(ToString::to_string).unwrap_or_default())
            }
            other => expand(&other.to_string(), &found, text, &mut out),
        }
        copied = whole.end();
        if out.len() > MAX_TEXT {
            return Err(EvalError::Limit { what: "regsubst() makes too long a string".to_owned(), at: None });
        }
        if !all {
            break;
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Ok(out)
}

/// Ruby's replacement syntax: `\1`, `\0`, `\&`, `\k<name>`, `` \` ``, `\'`, `\\`.
fn expand(template: &str, found: &fancy_regex::Captures<'_, str>, text: &str, out: &mut String) {
    let mut chars = template.chars().peekable();
    let whole = found.get(0).map_or(0..0, |m| m.range());
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
            Some('&') => out.push_str(text.get(whole.clone()).unwrap_or_default()),
            Some('`') => out.push_str(text.get(..whole.start).unwrap_or_default()),
            Some('\'') => out.push_str(text.get(whole.end..).unwrap_or_default()),
            Some('\\') | None => out.push('\\'),
            Some('k') if chars.peek() == Some(&'<') => {
                chars.next();
                let name: String = chars.by_ref().take_while(|c| *c != '>').collect();
                let group = name.parse().map_or_else(|_| found.name(&name), |i: usize| found.get(i));
                out.push_str(group.map_or("", |m| m.as_str()));
            }
            Some(other) => {
                out.push('\\');
                out.push(other);
            }
        }
    }
}

pub(super) fn split(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let sensitive = matches!(arg(args, 0), Value::Sensitive(_));
    if sensitive || args.len() != 2 {
        count("split", args, 2, 2)?;
        return Err(wrong("split", "str", "a String value", arg(args, 0)));
    }
    let text = string("split", "str", arg(args, 0))?;
    let pattern = match arg(args, 1) {
        Value::Str(s) => &s.text,
        other => source(other).ok_or_else(|| {
            no_signature(
                "split",
                &["String str, String pattern", "String str, Regexp pattern", "String str, Type[Regexp] pattern"],
            )
        })?,
    };
    let parts = split_text(&compile(pattern)?, text)?;
    Ok(Value::array(parts.into_iter().map(Value::str).collect()))
}

/// As Ruby's `String#split`: trailing empty fields go, groups are included.
pub(super) fn split_text(re: &Regex, text: &str) -> Result<Vec<String>, EvalError> {
    let mut out: Vec<String> = Vec::new();
    let mut begin = 0;
    for found in re.captures_iter(text) {
        let found = found.map_err(|_| steps(re))?;
        let Some(whole) = found.get(0) else { continue };
        // An empty match splits between characters, never at the ends or right after a field.
        if whole.start() == whole.end() && (whole.start() == begin || whole.start() >= text.len()) {
            continue;
        }
        out.push(text.get(begin..whole.start()).unwrap_or_default().to_owned());
        out.extend((1..found.len()).filter_map(|i| found.get(i)).map(|m| m.as_str().to_owned()));
        begin = whole.end();
    }
    if !text.is_empty() {
        out.push(text.get(begin..).unwrap_or_default().to_owned());
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    Ok(out)
}

pub(super) fn match_text(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("match", args, 2, 2)?;
    match arg(args, 0) {
        Value::Str(s) => match_one(&s.text, arg(args, 1), 0),
        Value::Array(a) if a.items.iter().all(|v| matches!(v, Value::Str(_))) => Ok(Value::array(
            a.items.iter().map(|v| match_one(&v.to_string(), arg(args, 1), 0)).collect::<Result<_, _>>()?,
        )),
        _ => Err(no_signature(
            "match",
            &["String string, Variant[Any, Type] pattern", "Array[String] string, Variant[Any, Type] pattern"],
        )),
    }
}

fn match_one(text: &str, pattern: &Value, depth: u32) -> Outcome {
    let groups = |pattern: &str| -> Outcome {
        compile(pattern)?;
        let found = regex::captures(pattern, text).map_err(|e| EvalError::Limit { what: e.to_string(), at: None })?;
        let value = |g: Option<String>| g.map_or(Value::Undef, Value::str);
        Ok(found.map_or(Value::Undef, |c| Value::array(c.into_iter().map(value).collect())))
    };
    let first = |patterns: Vec<Value>| -> Outcome {
        for pattern in patterns {
            let found = match_one(text, &pattern, depth + 1)?;
            if !matches!(found, Value::Undef) {
                return Ok(found);
            }
        }
        Ok(Value::Undef)
    };
    match pattern {
        Value::Str(s) => groups(&s.text),
        Value::Regex(r) => groups(r),
        Value::Array(a) if depth < 50 => first(a.items.clone()),
        Value::Type(t) if depth < 50 => match t.resolved() {
            Some(Type::Regexp(Some(p))) => groups(p),
            Some(Type::Regexp(None)) => Err(EvalError::puppet("Given Regexp Type has no regular expression")),
            Some(Type::Pattern(patterns)) => first(patterns.iter().map(|p| Value::str(p.clone())).collect()),
            Some(Type::Variant(types)) => first(types.iter().map(|t| Value::Type(t.clone())).collect()),
            _ => Err(bad_pattern(pattern)),
        },
        other => Err(bad_pattern(other)),
    }
}

fn bad_pattern(value: &Value) -> EvalError {
    EvalError::puppet(format!(
        "match() expects pattern of T, where T is String, Regexp, Regexp[r], Pattern[p], or Array[T]. Got {}",
        super::types::ruby_class(value)
    ))
}

/// Elements that match a pattern, or do not.
fn select(name: &str, args: &[Value], keep: bool) -> Outcome {
    count(name, args, 2, 2)?;
    let list = array(name, "array", arg(args, 0))
        .map_err(|_| EvalError::puppet(format!("{name}(): Requires array to work with")))?;
    let pattern = source(arg(args, 1)).map_or_else(|| arg(args, 1).to_string(), str::to_owned);
    let re = compile(&pattern)?;
    let mut out = Vec::new();
    for item in &list.items {
        if re.is_match(&*item.to_string()).map_err(|_| steps(&re))? == keep {
            out.push(item.clone());
        }
    }
    Ok(Value::array(out))
}

pub(super) fn grep(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    select("grep", args, true)
}

pub(super) fn reject(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    select("reject", args, false)
}

pub(super) fn delete_regex(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("delete_regex", args, 2, 2)?;
    let patterns: Vec<Regex> = super::collection::flat(arg(args, 1))
        .iter()
        .map(|p| compile(&format!("\\A(?:{})\\z", source(p).map_or_else(|| p.to_string(), str::to_owned))))
        .collect::<Result<_, _>>()?;
    let gone = |v: &Value| patterns.iter().any(|re| v.as_str().is_some_and(|s| re.is_match(s).unwrap_or(false)));
    match arg(args, 0) {
        Value::Array(a) => Ok(Value::array(a.items.iter().filter(|v| !gone(v)).cloned().collect())),
        Value::Hash(h) => {
            Ok(super::args::hash_value(h.entries.iter().filter(|(k, _)| !gone(k)).map(|(k, v)| (k.clone(), v.clone()))))
        }
        Value::Str(s) => Err(EvalError::puppet(format!("undefined method `reject!' for {:?}:String", s.text))),
        other => Err(EvalError::puppet(format!(
            "delete_regex(): First argument must be an Array, Hash, or String. Given an argument of class {}.",
            super::types::ruby_class(other)
        ))),
    }
}

pub(super) fn regexpescape(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    count("regexpescape", args, 1, usize::MAX)?;
    let one = |v: &Value| if let Value::Str(s) = v { Value::str(regex::escape(&s.text)) } else { v.clone() };
    match arg(args, 0) {
        Value::Array(a) => Ok(Value::array(a.items.iter().map(one).collect())),
        Value::Str(_) => Ok(one(arg(args, 0))),
        _ => Err(EvalError::puppet("regexpescape(): Requires either array or string to work with")),
    }
}
