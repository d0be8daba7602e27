//! `==`, order, `in`, `=~` and the matching of `case` options.

use super::{Outcome, label, label_plain, lift, symbol, truth_value};
use crate::eval::error::EvalError;
use crate::eval::interp::{Captures, Interp};
use crate::eval::number;
use crate::puppet::ast::BinaryOp;
use crate::value::regex;
use crate::value::types::Type;
use crate::value::{Entries, Sym, SymExpr, Tri, Value, time, version};
use std::cmp::Ordering;
use std::sync::Arc;

/// The language's `==`: strings without regard to case, `1 == 1.0`, recursive. Judgements on per-host
/// values are reported.
pub fn loosely_equals(cx: &mut dyn Interp, a: &Value, b: &Value) -> Tri {
    match (a, b) {
        (Value::Sym(x), Value::Sym(y)) if x.expr == y.expr => Tri::Yes,
        (Value::Sym(s), other) | (other, Value::Sym(s)) => equals_sym(cx, s, other, a, b),
        (Value::Array(x), Value::Array(y)) => {
            if x.items.len() != y.items.len() {
                return Tri::No;
            }
            all(x.items.iter().zip(&y.items), |(x, y)| loosely_equals(cx, x, y))
        }
        (Value::Hash(x), Value::Hash(y)) => equals_hash(cx, &x.entries, &y.entries),
        _ => Tri::from(equals_known(a, b)),
    }
}

fn equals_sym(cx: &mut dyn Interp, sym: &Sym, other: &Value, a: &Value, b: &Value) -> Tri {
    if let Some(sample) = &sym.sample {
        if other.is_unknown() {
            return Tri::Maybe;
        }
        let answer = loosely_equals(cx, sample, other.sample());
        if answer != Tri::Maybe {
            let question = Value::call("==", vec![a.clone(), b.clone()], Some(Value::Bool(answer == Tri::Yes)));
            cx.observe(&question, answer == Tri::Yes);
        }
        return answer;
    }
    match &sym.expr {
        SymExpr::Choice(values) => {
            let answers: Vec<Tri> = values.iter().map(|v| loosely_equals(cx, v, other)).collect();
            match answers.first() {
                Some(first) if answers.iter().all(|x| x == first) => *first,
                _ => Tri::Maybe,
            }
        }
        SymExpr::Concat(parts) => equals_concat(parts, other.sample()),
        _ => Tri::Maybe,
    }
}

/// A string put together from parts can be told from another by its literal ends.
fn equals_concat(parts: &[Value], other: &Value) -> Tri {
    let text = match other {
        Value::Str(s) => s.text.as_str().to_lowercase(),
        Value::Sym(_) => return Tri::Maybe,
        _ => return Tri::No,
    };
    let literal = |v: Option<&Value>| match v.map(Value::sample) {
        Some(Value::Str(s)) => s.text.as_str().to_lowercase(),
        _ => String::new(),
    };
    let (first, last) = (literal(parts.first()), literal(parts.last()));
    let fits = text.starts_with(first.as_str()) && text.ends_with(last.as_str());
    let middle = parts.iter().filter_map(|v| match v.sample() {
        Value::Str(s) => Some(s.text.as_str().to_lowercase()),
        _ => None,
    });
    let contains = middle.into_iter().all(|m| text.contains(&m));
    if fits && contains { Tri::Maybe } else { Tri::No }
}

fn equals_hash(cx: &mut dyn Interp, a: &Entries, b: &Entries) -> Tri {
    let symbolic = a.keys().chain(b.keys()).any(|k| matches!(k, Value::Sym(_)));
    if symbolic {
        return Tri::Maybe;
    }
    if a.len() != b.len() {
        return Tri::No;
    }
    all(a.iter(), |(k, v)| match b.get(k) {
        Some(other) => loosely_equals(cx, v, other),
        None => loosely_equals(cx, v, &Value::Undef),
    })
}

fn equals_known(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(x), Value::Str(y)) => x.text.eq_ignore_ascii_case(&y.text),
        (Value::Int(i), Value::Float(f)) | (Value::Float(f), Value::Int(i)) => number::to_float(*i) == *f,
        (Value::Float(x), Value::Float(y)) => x == y,
        (Value::Type(x), Value::Type(y)) => same_type(x, y),
        (Value::Object(_), Value::Int(_) | Value::Float(_)) | (Value::Int(_) | Value::Float(_), Value::Object(_)) => {
            matches!(time_order(a, b), Some(Ordering::Equal))
        }
        (Value::Object(x), Value::Object(y)) if x.type_name == "SemVerRange" && y.type_name == "SemVerRange" => {
            version::canonical_range(&a.to_string()) == version::canonical_range(&b.to_string())
        }
        _ => a == b,
    }
}

/// `left == right`: types are equal if each takes what the other takes, other than in lists and hashes.
pub(super) fn equal(cx: &mut dyn Interp, left: &Value, right: &Value) -> Tri {
    match (left, right) {
        (Value::Type(x), Value::Type(y)) => Tri::from(same_extent(x, y)),
        _ => loosely_equals(cx, left, right),
    }
}

fn same_extent(a: &Type, b: &Type) -> bool {
    same_type(a, b) || a.accepts(b) && b.accepts(a)
}

/// Types are equal whatever the order of alternatives.
fn same_type(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Variant(x), Type::Variant(y)) => x.len() == y.len() && x.iter().all(|t| y.contains(t)),
        (Type::Pattern(x), Type::Pattern(y)) => x.len() == y.len() && x.iter().all(|t| y.contains(t)),
        (Type::Resource { type_name: t, title: x }, Type::Resource { type_name: u, title: y }) => {
            t.eq_ignore_ascii_case(u) && x == y
        }
        _ => a == b,
    }
}

fn all<T>(items: impl Iterator<Item = T>, mut test: impl FnMut(T) -> Tri) -> Tri {
    let mut answer = Tri::Yes;
    for item in items {
        match test(item) {
            Tri::No => return Tri::No,
            Tri::Maybe => answer = Tri::Maybe,
            Tri::Yes => {}
        }
    }
    answer
}

fn time_order(a: &Value, b: &Value) -> Option<Ordering> {
    let seconds = |v: &Value| {
        #[allow(clippy::cast_precision_loss)]
        time::of_value(v).map(|(_, n)| n as f64 / 1e9).or_else(|| number::as_float(v))
    };
    if let (Some((x, n)), Some((y, m))) = (time::of_value(a), time::of_value(b)) {
        return (x == y).then(|| n.cmp(&m));
    }
    time::of_value(a).or(time::of_value(b))?;
    seconds(a)?.partial_cmp(&seconds(b)?)
}

/// `<`, `<=`, `>`, `>=` of known operands.
pub(super) fn order(op: BinaryOp, left: &Value, right: &Value) -> Outcome {
    if let Value::Type(t) = left {
        return Ok(Value::Bool(type_order(op, t, right)));
    }
    let ordering = compare(left, right).map_err(|why| impossible(op, left, right, why))?;
    Ok(Value::Bool(match op {
        BinaryOp::Lt => ordering == Ordering::Less,
        BinaryOp::Le => ordering != Ordering::Greater,
        BinaryOp::Gt => ordering == Ordering::Greater,
        _ => ordering != Ordering::Less,
    }))
}

fn type_order(op: BinaryOp, left: &Type, right: &Value) -> bool {
    let Value::Type(right) = right else { return false };
    let equal = same_extent(left, right);
    match op {
        BinaryOp::Lt => !equal && right.accepts(left),
        BinaryOp::Le => right.accepts(left),
        BinaryOp::Gt => !equal && left.accepts(right),
        _ => left.accepts(right),
    }
}

/// The order of two values of one kind.
pub(crate) fn compare(a: &Value, b: &Value) -> Result<Ordering, &'static str> {
    if let Some(order) = time_order(a, b) {
        return Ok(order);
    }
    match (a, b) {
        (Value::Str(x), Value::Str(y)) => Ok(x.text.to_ascii_lowercase().cmp(&y.text.to_ascii_lowercase())),
        (Value::Str(_), _) => Err("A String is not comparable to a non String"),
        (Value::Int(x), Value::Int(y)) => Ok(x.cmp(y)),
        (Value::Int(_) | Value::Float(_), _) => match (number::as_float(a), number::as_float(b)) {
            (Some(x), Some(y)) => x.partial_cmp(&y).ok_or("comparison of Float with Float failed"),
            _ => Err("A Numeric is not comparable to non Numeric"),
        },
        (Value::Default, Value::Default) => Ok(Ordering::Equal),
        (Value::Default, _) => Err("Symbol not comparable to non Symbol"),
        (Value::Object(x), Value::Object(y)) if x.type_name == "SemVer" && y.type_name == "SemVer" => {
            Ok(version::of_value(a).cmp(&version::of_value(b)))
        }
        (Value::Object(x), _) if x.type_name == "SemVer" => Err("Versions not comparable to non Versions"),
        (Value::Object(x), _) if x.type_name == "Timespan" => {
            Err("Timespans are only comparable to Timespans, Integers, and Floats")
        }
        (Value::Object(x), _) if x.type_name == "Timestamp" => {
            Err("Timestamps are only comparable to Timestamps, Integers, and Floats")
        }
        _ => Err("Only Strings, Numbers, Timespans, Timestamps, and Versions are comparable"),
    }
}

fn impossible(op: BinaryOp, left: &Value, right: &Value, why: &str) -> EvalError {
    EvalError::issue(
        "COMPARISON_NOT_POSSIBLE",
        format!(
            "Comparison of: {} {} {}, is not possible. Caused by '{why}'.",
            label_plain(left),
            symbol(op),
            label_plain(right)
        ),
    )
}

type Found = Result<(Value, Option<Captures>), EvalError>;

/// `left =~ right`, with what `$0`, `$1` … become when it matches.
///
/// # Errors
/// When the right side is no pattern or the left no string.
pub fn find_match(cx: &mut dyn Interp, left: &Value, right: &Value) -> Found {
    if let Value::Type(t) = right.sample() {
        let answer = t.matches(left, cx);
        return Ok((truth_value("=~", &[left, right], answer), None));
    }
    if left.is_unknown() || right.is_unknown() {
        let decided = super::partial::match_beginning(left, right);
        return Ok((
            decided.unwrap_or_else(|| lift(cx, "=~", &[left, right], &|_, args| known_match_value(args)))?,
            None,
        ));
    }
    let (matched, captures) = known_match(left.sample(), right.sample())?;
    let captures = captures.map(|c| host_captures(c, left, right));
    Ok((truth_value("=~", &[left, right], Tri::from(matched)), captures))
}

/// Captures out of a per-host string are per host too.
fn host_captures(captures: Captures, left: &Value, right: &Value) -> Captures {
    if !matches!(left, Value::Sym(_)) {
        return captures;
    }
    let number = |i: usize| Value::Int(i64::try_from(i).unwrap_or(0));
    let wrap = |(i, v)| Value::call("match", vec![left.clone(), right.clone(), number(i)], Some(v));
    captures.into_iter().enumerate().map(wrap).collect()
}

fn known_match_value(args: &[Value]) -> Outcome {
    let [left, right] = args else { return Ok(Value::Undef) };
    known_match(left, right).map(|(matched, _)| Value::Bool(matched))
}

fn known_match(left: &Value, right: &Value) -> Result<(bool, Option<Captures>), EvalError> {
    let pattern: Arc<str> = match right {
        Value::Regex(r) => r.clone(),
        Value::Str(s) => s.text.as_str().into(),
        Value::Object(o) if o.type_name == "SemVerRange" => {
            return Ok((version::in_range(&right.to_string(), left), None));
        }
        other => return Err(not_a_regexp(&format!("no implicit conversion of {} into String", ruby_class(other)))),
    };
    if let Err(regex::RegexError::Syntax(why)) = regex::compile(&pattern) {
        return Err(not_a_regexp(&why));
    }
    let Value::Str(text) = left else {
        return Err(EvalError::issue(
            "MATCH_NOT_STRING",
            format!("Left match operand must result in a String value. Got {}.", label(left)),
        ));
    };
    let captures = match_text(&pattern, &text.text)?;
    Ok((captures.is_some(), captures))
}

/// Matches a string and gives the captures as values.
fn match_text(pattern: &str, text: &str) -> Result<Option<Captures>, EvalError> {
    let found = regex::captures(pattern, text).map_err(|e| EvalError::Limit { what: e.to_string(), at: None })?;
    let value = |group: Option<String>| group.map_or(Value::Undef, Value::str);
    Ok(found.map(|groups| groups.into_iter().map(value).collect()))
}

fn not_a_regexp(why: &str) -> EvalError {
    EvalError::issue(
        "MATCH_NOT_REGEXP",
        format!("Can not convert right match operand to a regular expression. Caused by '{why}'."),
    )
}

fn ruby_class(value: &Value) -> &'static str {
    match value {
        Value::Undef => "nil",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Int(_) => "Integer",
        Value::Float(_) => "Float",
        Value::Array(_) => "Array",
        Value::Hash(_) => "Hash",
        Value::Default => "Symbol",
        _ => "Object",
    }
}

/// `left in right`, with captures when a regular expression was found.
///
/// # Errors
/// When a pattern exceeds its bound.
pub fn is_in(cx: &mut dyn Interp, left: &Value, right: &Value) -> Found {
    let mut captures = None;
    let truth = includes(cx, right, left, &mut captures)?;
    Ok((truth_value("in", &[left, right], truth), captures))
}

fn includes(
    cx: &mut dyn Interp,
    container: &Value,
    wanted: &Value,
    captures: &mut Option<Captures>,
) -> Result<Tri, EvalError> {
    if container.is_unknown() || wanted.is_unknown() && !matches!(container.sample(), Value::Array(_) | Value::Hash(_))
    {
        return Ok(Tri::Maybe);
    }
    match (container.sample(), wanted.sample()) {
        (Value::Str(text), Value::Str(part)) => {
            Ok(Tri::from(text.text.as_str().to_lowercase().contains(&part.text.as_str().to_lowercase())))
        }
        (Value::Str(text), Value::Regex(pattern)) => {
            *captures = match_text(pattern, &text.text)?;
            Ok(Tri::from(captures.is_some()))
        }
        (Value::Array(a), _) => array_includes(cx, &a.items, wanted, captures),
        (Value::Hash(h), _) => {
            let keys: Vec<Value> = h.entries.keys().cloned().collect();
            array_includes(cx, &keys, wanted, captures)
        }
        (Value::Object(o), _) if o.type_name == "SemVerRange" => {
            Ok(Tri::from(version::in_range(&container.to_string(), wanted.sample())))
        }
        _ => Ok(Tri::No),
    }
}

fn array_includes(
    cx: &mut dyn Interp,
    items: &[Value],
    wanted: &Value,
    captures: &mut Option<Captures>,
) -> Result<Tri, EvalError> {
    let mut answer = Tri::No;
    for item in items {
        let one = match wanted.sample() {
            Value::Regex(pattern) => match item.sample() {
                Value::Str(text) => {
                    *captures = match_text(pattern, &text.text)?;
                    Tri::from(captures.is_some())
                }
                Value::Sym(_) => Tri::Maybe,
                _ => Tri::No,
            },
            Value::Str(_) => {
                let (tri, found) = case_matches(cx, item, wanted)?;
                *captures = found;
                tri
            }
            Value::Type(t) => t.matches(item, cx),
            _ => loosely_equals(cx, item, wanted),
        };
        match one {
            Tri::Yes => return Ok(Tri::Yes),
            Tri::Maybe => answer = Tri::Maybe,
            Tri::No => {}
        }
    }
    Ok(answer)
}

/// Whether a `case` or selector option matches its subject, with captures for a regular expression.
///
/// # Errors
/// When a pattern exceeds its bound.
pub fn case_matches(
    cx: &mut dyn Interp,
    option: &Value,
    subject: &Value,
) -> Result<(Tri, Option<Captures>), EvalError> {
    if option.is_unknown() {
        return Ok((Tri::Maybe, None));
    }
    match option.sample() {
        Value::Default => Ok((Tri::Yes, None)),
        Value::Regex(pattern) => match_option(cx, pattern, subject),
        Value::Type(t) => Ok((t.matches(subject, cx), None)),
        Value::Array(a) => match subject.sample() {
            Value::Array(s) if s.items.len() == a.items.len() => {
                let pairs: Vec<(Value, Value)> = a.items.iter().cloned().zip(s.items.iter().cloned()).collect();
                match_pairs(cx, &pairs)
            }
            Value::Sym(_) => Ok((Tri::Maybe, None)),
            _ => Ok((Tri::No, None)),
        },
        Value::Hash(h) => match subject.sample() {
            Value::Hash(s) => {
                let of = |k: &Value| s.entries.get(k).cloned().unwrap_or_default();
                let pairs: Vec<(Value, Value)> = h.entries.iter().map(|(k, v)| (v.clone(), of(k))).collect();
                match_pairs(cx, &pairs)
            }
            Value::Sym(_) => Ok((Tri::Maybe, None)),
            _ => Ok((Tri::No, None)),
        },
        Value::Object(o) if o.type_name == "SemVerRange" && !subject.is_unknown() => {
            Ok((Tri::from(version::in_range(&option.to_string(), subject.sample())), None))
        }
        Value::Object(o) if o.type_name == "SemVer" && !subject.is_unknown() => {
            let same =
                version::of_value(subject.sample()).is_some_and(|v| Some(v) == version::of_value(option.sample()));
            Ok((Tri::from(same), None))
        }
        _ => Ok((loosely_equals(cx, subject, option), None)),
    }
}

fn match_pairs(cx: &mut dyn Interp, pairs: &[(Value, Value)]) -> Result<(Tri, Option<Captures>), EvalError> {
    let mut answer = Tri::Yes;
    let mut captures = None;
    for (option, subject) in pairs {
        let (one, found) = case_matches(cx, option, subject)?;
        captures = found.or(captures);
        match one {
            Tri::No => return Ok((Tri::No, None)),
            Tri::Maybe => answer = Tri::Maybe,
            Tri::Yes => {}
        }
    }
    Ok((answer, captures))
}

fn match_option(cx: &mut dyn Interp, pattern: &str, subject: &Value) -> Result<(Tri, Option<Captures>), EvalError> {
    match subject.sample() {
        Value::Str(text) => {
            let captures = match_text(pattern, &text.text)?;
            let matched = captures.is_some();
            if matches!(subject, Value::Sym(_)) {
                let question =
                    Value::call("=~", vec![subject.clone(), Value::Regex(pattern.into())], Some(Value::Bool(matched)));
                cx.observe(&question, matched);
            }
            let captures = captures.map(|c| host_captures(c, subject, &Value::Regex(pattern.into())));
            Ok((Tri::from(matched), captures))
        }
        Value::Sym(_) => {
            let pattern = Value::Regex(pattern.into());
            if let Some(decided) = super::partial::match_beginning(subject, &pattern) {
                return Ok((decided?.truth(), None));
            }
            let value = lift(cx, "=~", &[subject, &pattern], &|_, args| {
                let is_text = matches!(args.first(), Some(Value::Str(_)));
                if is_text { known_match_value(args) } else { Ok(Value::Bool(false)) }
            })?;
            Ok((value.truth(), None))
        }
        _ => Ok((Tri::No, None)),
    }
}
