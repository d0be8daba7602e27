//! Methods of everything enumerable that hold a pattern against each element, with `===` or with `==`.

use super::{Answer, order};
use crate::ruby::interp::{Callable, Interp, Stop};
use crate::ruby::values;
use crate::value::{Tri, Value};

/// What an argument takes the place of a block for. `None` for other methods.
pub(crate) fn call(
    it: &mut Interp<'_>,
    receiver: &Value,
    items: &[Value],
    name: &str,
    args: &[Value],
    block: Option<&Callable>,
) -> Answer {
    let [pattern] = args else {
        return Ok(if name == "one?" && block.is_none() && args.is_empty() { one(items) } else { None });
    };
    let at = |found: Option<usize>| found.map_or(Value::Undef, values::int);
    Ok(match name {
        "any?" | "all?" | "none?" | "one?" => Some(match verdicts(it, items, pattern)? {
            Some(verdicts) => {
                let hits = verdicts.iter().filter(|v| **v).count();
                Value::Bool(match name {
                    "any?" => hits > 0,
                    "all?" => hits == verdicts.len(),
                    "none?" => hits == 0,
                    _ => hits == 1,
                })
            }
            None => values::derived(name, &[receiver, pattern], None),
        }),
        "grep" | "grep_v" => match verdicts(it, items, pattern)? {
            Some(verdicts) => {
                let wanted = name == "grep";
                let kept = items.iter().zip(verdicts).filter(|(_, v)| *v == wanted).map(|(item, _)| item.clone());
                let kept: Vec<Value> = kept.collect();
                let kept = match block {
                    Some(block) => kept.into_iter().map(|v| it.yield_to(block, vec![v])).collect::<Result<_, _>>()?,
                    None => kept,
                };
                Some(Value::array(kept))
            }
            None => Some(values::derived(name, &[receiver, pattern], None)),
        },
        "count" if values::holds_symbolic(pattern) || items.iter().any(values::holds_symbolic) => {
            let known = items.iter().map(values::settled).collect::<Option<Vec<_>>>().zip(values::settled(pattern));
            let count = known.map(|(items, pattern)| values::int(times(&items, &pattern)));
            Some(values::derived(name, &[receiver, pattern], count))
        }
        "count" => Some(values::int(times(items, pattern))),
        "find_index" | "index" => Some(at(items.iter().position(|v| order::equal(v, pattern)))),
        "rindex" => Some(at(items.iter().rposition(|v| order::equal(v, pattern)))),
        _ => None,
    })
}

fn times(items: &[Value], value: &Value) -> usize {
    items.iter().filter(|item| order::equal(item, value)).count()
}

fn one(items: &[Value]) -> Option<Value> {
    let truths: Vec<Tri> = items.iter().map(Value::truth).collect();
    (!truths.contains(&Tri::Maybe)).then(|| Value::Bool(truths.iter().filter(|t| **t == Tri::Yes).count() == 1))
}

/// Which elements the pattern matches; `None` if one can't be told.
fn verdicts(it: &mut Interp<'_>, items: &[Value], pattern: &Value) -> Result<Option<Vec<bool>>, Stop> {
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        let answer = it.case_equal(pattern, item)?;
        match it.decide(&answer) {
            Tri::Maybe => return Ok(None),
            truth => out.push(truth == Tri::Yes),
        }
    }
    Ok(Some(out))
}
