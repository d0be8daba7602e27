//! Methods that change their receiver: those of arrays, and `x!` where `x` is what it becomes.

use super::array::range_of;
use super::order;
use crate::ruby::interp::{Callable, Ground, Interp, Stop};
use crate::ruby::values;
use crate::value::Value;

/// Longest list that a method makes longer than what it is given.
const MAX_LEN: usize = 100_000;

/// Methods that answer nil where there was nothing to do, if they end in `!`.
const TELLING: &[&str] = &[
    "capitalize",
    "chomp",
    "chop",
    "compact",
    "delete",
    "delete_prefix",
    "delete_suffix",
    "downcase",
    "filter",
    "flatten",
    "gsub",
    "lstrip",
    "reject",
    "rstrip",
    "select",
    "squeeze",
    "strip",
    "sub",
    "swapcase",
    "tr",
    "tr_s",
    "uniq",
    "upcase",
];

/// What becomes of the array, and the method's result.
pub(crate) fn array(
    it: &mut Interp<'_>,
    receiver: &Value,
    name: &str,
    args: Vec<Value>,
    block: Option<&Callable>,
) -> Result<(Value, Value), Stop> {
    let mut items = receiver.as_array().unwrap_or_default().to_vec();
    let result = match (name, args.as_slice()) {
        ("<<" | "push" | "append", args) => {
            items.extend(args.iter().cloned());
            None
        }
        ("unshift" | "prepend", args) => {
            items.splice(0..0, args.iter().cloned());
            None
        }
        ("concat", args) => {
            for more in args {
                match more.as_array() {
                    Some(more) => items.extend(more.iter().cloned()),
                    None if more.is_unknown() => items.push(more.clone()),
                    None => return it.raise_on(Ground::of(more), "no implicit conversion into Array"),
                }
            }
            None
        }
        ("insert", [Value::Int(at), rest @ ..]) => {
            // From the end it is counted from behind the last one.
            let at = usize::try_from(if *at < 0 { *at + 1 + i64::try_from(items.len()).unwrap_or(0) } else { *at });
            let Some(at) = at.ok().filter(|at| *at < MAX_LEN) else { return it.raise("index out of array") };
            if at > items.len() {
                items.resize(at, Value::Undef);
            }
            items.splice(at..at, rest.iter().cloned());
            None
        }
        ("clear", []) => {
            items.clear();
            None
        }
        ("replace", [other]) => {
            items = other.as_array().unwrap_or_default().to_vec();
            None
        }
        ("slice!", args) => match taken(&mut items, args) {
            Some(taken) => Some(taken),
            None => {
                let unknown = values::beyond("Array#slice!");
                return Ok((unknown.clone(), unknown));
            }
        },
        ("pop", [Value::Int(n)]) => {
            let from = items.len().saturating_sub(usize::try_from(*n).unwrap_or(0));
            Some(Value::array(items.split_off(from)))
        }
        ("shift", [Value::Int(n)]) => {
            let most = items.len().min(usize::try_from(*n).unwrap_or(0));
            Some(Value::array(items.drain(..most).collect()))
        }
        ("fill", [value]) if block.is_none() => {
            items.iter_mut().for_each(|item| *item = value.clone());
            None
        }
        ("pop", []) => Some(items.pop().unwrap_or_default()),
        ("shift", []) => Some(if items.is_empty() { Value::Undef } else { items.remove(0) }),
        ("delete", [value]) => {
            let before = items.len();
            items.retain(|v| !order::equal(v, value));
            Some(match block {
                _ if items.len() < before => value.clone(),
                Some(block) => it.yield_to(block, vec![value.clone()])?,
                None => Value::Undef,
            })
        }
        ("delete_at", [Value::Int(at)]) => {
            Some(values::index(*at, items.len()).map(|i| items.remove(i)).unwrap_or_default())
        }
        ("[]=", [Value::Int(at), value]) => {
            store(it, &mut items, *at, value)?;
            Some(value.clone())
        }
        _ => return by_name(it, receiver, name, args, block),
    };
    let changed = Value::array(items);
    Ok((changed.clone(), result.unwrap_or(changed)))
}

fn store(it: &Interp<'_>, items: &mut Vec<Value>, at: i64, value: &Value) -> Result<(), Stop> {
    let index = if at < 0 { values::index(at, items.len()) } else { usize::try_from(at).ok() };
    let Some(index) = index.filter(|i| *i < MAX_LEN) else { return it.raise("index out of range") };
    if index >= items.len() {
        items.resize(index + 1, Value::Undef);
    }
    if let Some(slot) = items.get_mut(index) {
        *slot = value.clone();
    }
    Ok(())
}

/// `delete_if` is `reject`, `x!` is `x`, and the receiver becomes the result.
pub(crate) fn by_name(
    it: &mut Interp<'_>,
    receiver: &Value,
    name: &str,
    args: Vec<Value>,
    block: Option<&Callable>,
) -> Result<(Value, Value), Stop> {
    let pure = match name {
        "delete_if" => "reject",
        "keep_if" => "select",
        "update" | "merge!" => "merge",
        other => other.strip_suffix('!').unwrap_or(other),
    };
    if pure == name {
        let unknown = values::beyond(format!("{}#{name}", super::class_name(receiver)));
        return Ok((unknown.clone(), unknown));
    }
    let changed = it.send(receiver.clone(), pure, args, block)?;
    let same = name.ends_with('!') && TELLING.contains(&pure) && is_same(&changed, receiver);
    Ok((changed.clone(), if same { Value::Undef } else { changed }))
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => a.text == b.text,
        (a, b) => a == b,
    }
}

/// Takes elements out, and gives them.
fn taken(items: &mut Vec<Value>, args: &[Value]) -> Option<Value> {
    let (from, to) = match args {
        [Value::Int(at)] => return Some(values::index(*at, items.len()).map(|i| items.remove(i)).unwrap_or_default()),
        [Value::Int(from), Value::Int(len)] => {
            let (Some(from), Ok(len)) = (values::start(*from, items.len()), usize::try_from(*len)) else {
                return Some(Value::Undef);
            };
            (from, from.saturating_add(len).min(items.len()))
        }
        [range] if values::attrs(range, values::RANGE).is_some() => match range_of(range, items.len()) {
            Some(ends) => ends,
            None => return Some(Value::Undef),
        },
        _ => return None,
    };
    Some(Value::array(items.drain(from..to).collect()))
}
