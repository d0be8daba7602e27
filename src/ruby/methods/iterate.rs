//! Everything enumerable: arrays, hashes as pairs, ranges.

use super::{Answer, array, asked, class_name, combine, order};
use crate::ruby::interp::{Callable, Eval, Ground, Interp, Stop};
use crate::ruby::values;
use crate::value::{Entries, Tri, Value};
use std::cmp::Ordering;

/// Longest range that is spelled out.
const MAX_RANGE: i64 = 100_000;

/// The elements a loop would see; `None` if the value is not enumerable or not known.
pub(crate) fn elements(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(a) => Some(a.items.clone()),
        Value::Hash(h) => Some(h.entries.iter().map(|(k, v)| Value::array(vec![k.clone(), v.clone()])).collect()),
        Value::Object(_) => range(value),
        Value::Sym(s) => {
            let items = elements(s.sample.as_ref()?)?;
            let at = |(i, item)| values::derived("[]", &[value, &values::int(i)], Some(item));
            Some(items.into_iter().enumerate().map(at).collect())
        }
        _ => None,
    }
}

fn range(value: &Value) -> Option<Vec<Value>> {
    let mut ends = values::attrs(value, values::RANGE)?.values();
    let (from, to) = (ends.next()?, ends.next()?);
    let exclusive = ends.next() == Some(&Value::Bool(true));
    match (from.sample(), to.sample()) {
        (Value::Int(from), Value::Int(to)) => {
            let to = if exclusive { to.checked_sub(1)? } else { *to };
            (to.checked_sub(*from)? <= MAX_RANGE).then(|| (*from..=to).map(Value::Int).collect())
        }
        (Value::Str(from), Value::Str(to)) => {
            let (mut a, mut b) = (from.text.chars(), to.text.chars());
            let (first, last) = (a.next()?, b.next()?);
            let single = a.next().is_none() && b.next().is_none();
            let chars = (first..=last).filter(|c| !exclusive || *c != last);
            single.then(|| chars.map(|c| Value::str(c.to_string())).collect())
        }
        _ => None,
    }
}

/// Whether a method with a block runs it for every element.
pub(crate) fn is_loop(name: &str) -> bool {
    !matches!(name, "fetch" | "then" | "tap" | "dig")
}

pub(crate) fn call(
    it: &mut Interp<'_>,
    receiver: &Value,
    items: Vec<Value>,
    name: &str,
    args: &[Value],
    block: Option<&Callable>,
) -> Answer {
    let found = asked::call(it, receiver, &items, name, args, block)?;
    if found.is_some() {
        return Ok(found);
    }
    match block {
        // A block that a method does not look at.
        Some(_) if takes_none(name) => plain(it, receiver, items, name, args),
        Some(block) => {
            let found = each(it, receiver, &items, name, args, block)?;
            if found.is_some() {
                return Ok(found);
            }
            let found = choose(it, receiver, &items, name, block)?;
            if found.is_some() {
                return Ok(found);
            }
            fold(it, &items, name, args, block)
        }
        None => plain(it, receiver, items, name, args),
    }
}

/// Methods of which none looks at a block, and those that do so only without arguments.
fn takes_none(name: &str) -> bool {
    matches!(
        name,
        "first"
            | "take"
            | "drop"
            | "to_a"
            | "entries"
            | "size"
            | "length"
            | "include?"
            | "member?"
            | "reverse"
            | "empty?"
    )
}

fn each(
    it: &mut Interp<'_>,
    receiver: &Value,
    items: &[Value],
    name: &str,
    args: &[Value],
    block: &Callable,
) -> Answer {
    Ok(Some(match (name, args) {
        ("each" | "each_pair" | "each_entry" | "reverse_each", []) => {
            let back = name == "reverse_each";
            for i in 0..items.len() {
                let at = if back { items.len() - 1 - i } else { i };
                it.yield_to(block, items.get(at).cloned().into_iter().collect())?;
            }
            receiver.clone()
        }
        ("each_with_index" | "each_index", []) => {
            for (i, item) in items.iter().enumerate() {
                let args = if name == "each_index" { vec![values::int(i)] } else { vec![item.clone(), values::int(i)] };
                it.yield_to(block, args)?;
            }
            receiver.clone()
        }
        ("map" | "collect", []) => Value::array(map(it, items, block)?),
        ("flat_map" | "collect_concat", []) => {
            let mut out = Vec::new();
            for value in map(it, items, block)? {
                match value {
                    Value::Array(inner) => out.extend(inner.items.iter().cloned()),
                    other => out.push(other),
                }
            }
            Value::array(out)
        }
        ("filter_map", []) => {
            let mapped = map(it, items, block)?;
            Value::array(mapped.into_iter().filter(|v| v.truth() != Tri::No).collect())
        }
        ("with_index" | "each_with_index", offset) => {
            let offset = if let [Value::Int(n)] = offset { *n } else { 0 };
            let mut out = Vec::with_capacity(items.len());
            for (i, item) in (offset..).zip(items) {
                out.push(it.yield_to(block, vec![item.clone(), Value::Int(i)])?);
            }
            Value::array(out)
        }
        ("each_with_object", [memo]) => return Ok(Some(with_object(it, items, memo, block)?)),
        ("each_slice" | "each_cons", [Value::Int(n)]) => {
            for slice in slices(items, name, *n) {
                it.yield_to(block, vec![slice])?;
            }
            receiver.clone()
        }
        ("to_h", []) => match array::to_h(&map(it, items, block)?) {
            Some(hash) => hash,
            None => return Ok(None),
        },
        _ => return Ok(None),
    }))
}

fn map(it: &mut Interp<'_>, items: &[Value], block: &Callable) -> Result<Vec<Value>, Stop> {
    items.iter().map(|item| it.yield_to(block, vec![item.clone()])).collect()
}

/// The memo is changed in place by the block: its variable is read back after every round.
fn with_object(it: &mut Interp<'_>, items: &[Value], memo: &Value, block: &Callable) -> Eval {
    let mut memo = memo.clone();
    for item in items {
        memo = it.yield_with_memo(block, item.clone(), memo)?;
    }
    Ok(memo)
}

fn slices(items: &[Value], name: &str, n: i64) -> Vec<Value> {
    let n = usize::try_from(n).unwrap_or(1).max(1);
    if name == "each_slice" {
        items.chunks(n).map(|c| Value::array(c.to_vec())).collect()
    } else {
        items.windows(n).map(|c| Value::array(c.to_vec())).collect()
    }
}

/// Methods that ask the block about every element.
fn choose(it: &mut Interp<'_>, receiver: &Value, items: &[Value], name: &str, block: &Callable) -> Answer {
    const ASKS: &[&str] = &[
        "select",
        "filter",
        "find_all",
        "reject",
        "partition",
        "find",
        "detect",
        "find_index",
        "index",
        "any?",
        "all?",
        "none?",
        "count",
        "take_while",
        "drop_while",
        "one?",
    ];
    if !ASKS.contains(&name) {
        return Ok(None);
    }
    let mut verdicts = Vec::with_capacity(items.len());
    for item in items {
        let answer = it.yield_to(block, vec![item.clone()])?;
        match it.decide(&answer) {
            Tri::Maybe => return Ok(Some(values::derived(name, &[receiver, &answer], None))),
            truth => verdicts.push(truth == Tri::Yes),
        }
        let settled = match name {
            "find" | "detect" | "any?" | "find_index" | "index" => verdicts.last() == Some(&true),
            "all?" | "take_while" => verdicts.last() == Some(&false),
            _ => false,
        };
        if settled {
            break;
        }
    }
    let with = |wanted: bool| {
        let kept = items.iter().zip(&verdicts).filter(|(_, v)| **v == wanted).map(|(i, _)| i.clone());
        Value::array(kept.collect())
    };
    let hit = verdicts.iter().position(|v| *v);
    Ok(Some(match name {
        "reject" => with(false),
        "partition" => Value::array(vec![with(true), with(false)]),
        "find" | "detect" => hit.and_then(|i| items.get(i)).cloned().unwrap_or_default(),
        "find_index" | "index" => hit.map_or(Value::Undef, values::int),
        "any?" => Value::Bool(hit.is_some()),
        "none?" => Value::Bool(hit.is_none()),
        "all?" => Value::Bool(verdicts.iter().all(|v| *v)),
        "one?" => Value::Bool(verdicts.iter().filter(|v| **v).count() == 1),
        "count" => values::int(verdicts.iter().filter(|v| **v).count()),
        "drop_while" => {
            let skip = verdicts.iter().position(|v| !*v).unwrap_or(items.len());
            Value::array(items.iter().skip(skip).cloned().collect())
        }
        _ => with(true),
    }))
}

fn fold(it: &mut Interp<'_>, items: &[Value], name: &str, args: &[Value], block: &Callable) -> Answer {
    Ok(Some(match (name, args) {
        ("inject" | "reduce", args) => {
            let mut items = items.iter();
            let Some(mut memo) = args.first().or_else(|| items.next()).cloned() else { return Ok(Some(Value::Undef)) };
            for item in items {
                memo = it.yield_to(block, vec![memo, item.clone()])?;
            }
            memo
        }
        ("sum", args) => {
            let mapped = map(it, items, block)?;
            return total(it, mapped, args.first()).map(Some);
        }
        ("sort_by" | "min_by" | "max_by", []) => return by_key(it, items, name, block),
        ("max" | "min", []) => return extreme(it, items, name, block),
        ("sort" | "max" | "min" | "minmax", _) => return sort_with(it, items, name, args, block),
        ("group_by", []) => {
            let mut out = Entries::default();
            for (item, key) in items.iter().zip(map(it, items, block)?) {
                let mut group = out.get(&key).and_then(Value::as_array).unwrap_or_default().to_vec();
                group.push(item.clone());
                out.insert(key, Value::array(group));
            }
            values::hash_of(out)
        }
        ("uniq", []) => {
            let keys = map(it, items, block)?;
            let mut seen: Vec<&Value> = Vec::new();
            let mut out = Vec::new();
            for (item, key) in items.iter().zip(&keys) {
                if !seen.contains(&key) {
                    seen.push(key);
                    out.push(item.clone());
                }
            }
            Value::array(out)
        }
        _ => return Ok(None),
    }))
}

fn by_key(it: &mut Interp<'_>, items: &[Value], name: &str, block: &Callable) -> Answer {
    let keys = map(it, items, block)?;
    let Some(settled) = keys.iter().map(values::settled).collect::<Option<Vec<_>>>() else {
        return Ok(Some(values::derived(name, &[&Value::array(items.to_vec())], None)));
    };
    let mut keyed: Vec<(&Value, &Value)> = settled.iter().zip(items).collect();
    sort(it, &mut keyed, |a, b| order::compare(a.0, b.0))?;
    let picked = match name {
        "min_by" => keyed.first().map(|(_, v)| (*v).clone()),
        // The first of those that are alike.
        "max_by" => keyed.last().and_then(|(most, _)| {
            keyed.iter().find(|(key, _)| order::compare(key, most) == Some(Ordering::Equal)).map(|(_, v)| (*v).clone())
        }),
        _ => return Ok(Some(Value::array(keyed.into_iter().map(|(_, v)| v.clone()).collect()))),
    };
    Ok(Some(picked.unwrap_or_default()))
}

/// Sorts, or raises as Ruby does when two elements can't be compared.
fn sort<T>(it: &mut Interp<'_>, items: &mut [T], compare: impl Fn(&T, &T) -> Option<Ordering>) -> Result<(), Stop> {
    let failed = std::cell::Cell::new(false);
    items.sort_by(|a, b| {
        compare(a, b).unwrap_or_else(|| {
            failed.set(true);
            Ordering::Equal
        })
    });
    if failed.get() { it.raise_on(Ground::Nil, "comparison of elements failed") } else { Ok(()) }
}

/// The block is asked whether an element is beyond the best so far.
fn extreme(it: &mut Interp<'_>, items: &[Value], name: &str, block: &Callable) -> Answer {
    let mut items = items.iter();
    let Some(mut best) = items.next().cloned() else { return Ok(Some(Value::Undef)) };
    for item in items {
        let answer = it.yield_to(block, vec![item.clone(), best.clone()])?;
        match values::settled(&answer) {
            Some(Value::Int(n)) if n != 0 && (n > 0) == (name == "max") => best = item.clone(),
            Some(Value::Int(_)) => {}
            _ => return Ok(Some(values::derived(name, &[&best, item, &answer], None))),
        }
    }
    Ok(Some(best))
}

fn sort_with(it: &mut Interp<'_>, items: &[Value], name: &str, args: &[Value], block: &Callable) -> Answer {
    let mut out: Vec<Value> = Vec::with_capacity(items.len());
    for item in items {
        let mut at = out.len();
        while at > 0 {
            let before = out.get(at - 1).cloned().unwrap_or_default();
            let answer = it.yield_to(block, vec![before, item.clone()])?;
            match values::settled(&answer) {
                Some(Value::Int(n)) if n > 0 => at -= 1,
                Some(Value::Int(_)) => break,
                _ => return Ok(Some(values::derived("sort", &[&Value::array(items.to_vec()), &answer], None))),
            }
        }
        out.insert(at, item.clone());
    }
    Ok(if name == "sort" { Some(Value::array(out)) } else { combine::ends(&out, name, args) })
}

fn total(it: &mut Interp<'_>, items: Vec<Value>, start: Option<&Value>) -> Eval {
    let memo = start.cloned().unwrap_or(Value::Int(0));
    if memo == Value::Int(0)
        && items.iter().any(|v| matches!(v, Value::Float(_)))
        && let Some(sum) = combine::float_sum(&items)
    {
        return Ok(Value::Float(sum));
    }
    let mut memo = memo;
    for item in items {
        memo = it.send(memo, "+", vec![item], None)?;
    }
    Ok(memo)
}

/// Without a block: an enumerator is the list it would give.
fn plain(it: &mut Interp<'_>, receiver: &Value, items: Vec<Value>, name: &str, args: &[Value]) -> Answer {
    Ok(Some(match (name, args) {
        ("each" | "map" | "each_pair" | "each_entry" | "collect" | "to_a" | "entries" | "select" | "each_char", []) => {
            Value::array(items)
        }
        ("each_with_index" | "with_index", []) => {
            Value::array(items.into_iter().enumerate().map(|(i, v)| Value::array(vec![v, values::int(i)])).collect())
        }
        ("size" | "count" | "length", []) => values::int(items.len()),
        ("empty?", []) => Value::Bool(items.is_empty()),
        ("none?", []) if items.iter().all(|v| v.truth() != Tri::Maybe) => {
            Value::Bool(items.iter().all(|v| v.truth() == Tri::No))
        }
        ("any?", []) => Value::Bool(items.iter().any(|v| v.truth() != Tri::No)),
        ("all?", []) => Value::Bool(items.iter().all(|v| v.truth() != Tri::No)),
        ("include?" | "member?", [value]) => return Ok(Some(includes(receiver, &items, value))),
        ("first", []) => items.into_iter().next().unwrap_or_default(),
        ("first" | "take", [Value::Int(n)]) => {
            Value::array(items.into_iter().take(usize::try_from(*n).unwrap_or(0)).collect())
        }
        ("reverse", []) => Value::array(items.into_iter().rev().collect()),
        ("to_h", []) => match array::to_h(&items) {
            Some(hash) => hash,
            None => return it.raise_itself("wrong element type (expected array)"),
        },
        ("sort", []) => {
            let mut items = items;
            sort(it, &mut items, order::compare)?;
            Value::array(items)
        }
        ("min" | "max" | "minmax", _) => {
            let mut items = items;
            sort(it, &mut items, order::compare)?;
            return Ok(combine::ends(&items, name, args));
        }
        ("uniq", []) => array::unique(items.iter()),
        ("sum", start) => total(it, items, start.first())?,
        ("tally", []) => {
            let mut out = Entries::default();
            for item in items {
                let count = if let Some(Value::Int(n)) = out.get(&item) { *n } else { 0 };
                out.insert(item, Value::Int(count + 1));
            }
            values::hash_of(out)
        }
        ("inject" | "reduce", [start @ .., operator]) => {
            let Some(operator) = values::as_name(operator).map(str::to_owned) else { return Ok(None) };
            let mut items = items.into_iter();
            let Some(mut memo) = start.first().cloned().or_else(|| items.next()) else { return Ok(Some(Value::Undef)) };
            for item in items {
                memo = it.send(memo, &operator, vec![item], None)?;
            }
            memo
        }
        ("zip", others) => {
            let others: Vec<Vec<Value>> = others.iter().map(|o| elements(o).unwrap_or_default()).collect();
            let row = |(i, item): (usize, Value)| {
                let rest = others.iter().map(|o| o.get(i).cloned().unwrap_or_default());
                Value::array(std::iter::once(item).chain(rest).collect())
            };
            Value::array(items.into_iter().enumerate().map(row).collect())
        }
        ("each_slice" | "each_cons", [Value::Int(n)]) => Value::array(slices(&items, name, *n)),
        ("drop", [Value::Int(n)]) => Value::array(items.into_iter().skip(usize::try_from(*n).unwrap_or(0)).collect()),
        ("step", [Value::Int(n)]) if *n > 0 => {
            Value::array(items.into_iter().step_by(usize::try_from(*n).unwrap_or(1)).collect())
        }
        ("flatten", []) if class_name(receiver) == "Hash" => {
            let mut out = Vec::new();
            array::flatten(&items, 1, &mut out);
            Value::array(out)
        }
        _ => return Ok(None),
    }))
}

fn includes(receiver: &Value, items: &[Value], value: &Value) -> Value {
    let settled = values::settled(value);
    let known = settled.as_ref().map(|v| items.iter().any(|i| order::equal(i.sample(), v)));
    let certain = !items.iter().any(Value::is_unknown);
    let symbolic = values::holds_symbolic(value) || values::holds_symbolic(receiver);
    match known {
        Some(answer) if !symbolic => Value::Bool(answer),
        Some(answer) if answer || certain => values::derived("include?", &[receiver, value], Some(Value::Bool(answer))),
        _ => values::derived("include?", &[receiver, value], None),
    }
}
