//! Arrays together with others, and arrangements of one.

use super::{array, order};
use crate::value::Value;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// Most values that a product may hold, and most rows of a combination or a permutation.
const MAX: usize = 100_000;

/// Elements to look up.
type Known<'v> = IndexSet<&'v Value, FxBuildHasher>;

/// `None` for other methods, and for arguments that are no lists.
pub(crate) fn call(items: &[Value], name: &str, args: &[Value]) -> Option<Value> {
    match (name, args) {
        ("-" | "|" | "&", [_]) | ("difference" | "union" | "intersection", _) => sets(items, name, &lists(args)?),
        ("intersect?", [Value::Array(other)]) => {
            let other: Known<'_> = other.items.iter().collect();
            Some(Value::Bool(items.iter().any(|v| other.contains(v))))
        }
        ("product", _) => product(items, &lists(args)?),
        ("combination", [Value::Int(n)]) => combinations(items, usize::try_from(*n).ok()?),
        ("permutation", [] | [Value::Int(_)]) => {
            let n = if let [Value::Int(n)] = args { usize::try_from(*n).ok()? } else { items.len() };
            permutations(items, n)
        }
        ("rotate", [] | [Value::Int(_)]) => {
            let by = if let [Value::Int(n)] = args { *n } else { 1 };
            let mut out = items.to_vec();
            if let Ok(len) = i64::try_from(out.len()).map(|len| len.max(1)) {
                out.rotate_left(usize::try_from(by.rem_euclid(len)).unwrap_or(0));
            }
            Some(Value::array(out))
        }
        _ => None,
    }
}

fn lists(args: &[Value]) -> Option<Vec<Vec<Value>>> {
    args.iter().map(|arg| arg.as_array().map(<[Value]>::to_vec)).collect()
}

/// Elements are the same that are so by `eql?`: 1 is not 1.0.
fn sets(items: &[Value], name: &str, others: &[Vec<Value>]) -> Option<Value> {
    let known: Vec<Known<'_>> = others.iter().map(|other| other.iter().collect()).collect();
    let kept = |keep: &dyn Fn(&&Value) -> bool| items.iter().filter(keep).cloned().collect::<Vec<_>>();
    Some(match name {
        "-" | "difference" => Value::array(kept(&|v| !known.iter().any(|o| o.contains(v)))),
        "|" | "union" => array::unique(items.iter().chain(others.iter().flatten())),
        "intersection" if others.is_empty() => Value::array(items.to_vec()),
        _ => array::unique(kept(&|v| known.iter().all(|o| o.contains(v))).iter()),
    })
}

fn product(items: &[Value], others: &[Vec<Value>]) -> Option<Value> {
    let mut rows: Vec<Vec<Value>> = items.iter().map(|v| vec![v.clone()]).collect();
    for other in others {
        let width = rows.first().map_or(1, |row| row.len() + 1);
        if rows.len().saturating_mul(other.len()).saturating_mul(width) > MAX {
            return None;
        }
        let longer = |row: &Vec<Value>, last: &Value| row.iter().cloned().chain([last.clone()]).collect();
        rows = rows.iter().flat_map(|row| other.iter().map(move |last| longer(row, last))).collect();
    }
    Some(Value::array(rows.into_iter().map(Value::array).collect()))
}

fn combinations(items: &[Value], n: usize) -> Option<Value> {
    let mut rows: Vec<(usize, Vec<Value>)> = vec![(0, Vec::new())];
    for _ in 0..n.min(items.len() + 1) {
        let longer = rows.iter().flat_map(|(from, row)| {
            items
                .iter()
                .enumerate()
                .skip(*from)
                .map(move |(i, v)| (i + 1, row.iter().cloned().chain([v.clone()]).collect()))
        });
        rows = longer.take(MAX + 1).collect();
        if rows.len() > MAX {
            return None;
        }
    }
    Some(Value::array(rows.into_iter().map(|(_, row)| Value::array(row)).collect()))
}

fn permutations(items: &[Value], n: usize) -> Option<Value> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..n.min(items.len() + 1) {
        let longer = rows.iter().flat_map(|row| {
            (0..items.len()).filter(|i| !row.contains(i)).map(move |i| row.iter().copied().chain([i]).collect())
        });
        rows = longer.take(MAX + 1).collect();
        if rows.len() > MAX {
            return None;
        }
    }
    let row = |row: Vec<usize>| Value::array(row.into_iter().filter_map(|i| items.get(i).cloned()).collect());
    Some(Value::array(rows.into_iter().map(row).collect()))
}

/// Of two values the one whose pair ends with that: `rassoc`.
pub(crate) fn by_second(items: &[Value], wanted: &Value) -> Value {
    let fits =
        |v: &&Value| v.as_array().and_then(|pair| pair.get(1)).is_some_and(|second| order::equal(second, wanted));
    items.iter().find(fits).cloned().unwrap_or_default()
}

/// The sum of numbers of which one is a float, with what each step loses added at the end (Kahan and Babuska, as
/// `ary_add_one` of Ruby's `array.c`); `None` if there is something else among them.
pub(crate) fn float_sum(items: &[Value]) -> Option<f64> {
    #[allow(clippy::cast_precision_loss)]
    let number = |v: &Value| match v {
        Value::Int(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        _ => None,
    };
    let numbers: Vec<f64> = items.iter().map(number).collect::<Option<_>>()?;
    let (mut sum, mut lost) = (0.0f64, 0.0f64);
    for x in numbers {
        let next = sum + x;
        if sum.abs() >= x.abs() {
            lost += sum - next + x;
        } else {
            lost += x - next + sum;
        }
        sum = next;
    }
    Some(sum + lost)
}

/// The sorted elements from either end, as `min`, `max` and `minmax` give them.
pub(crate) fn ends(sorted: &[Value], name: &str, args: &[Value]) -> Option<Value> {
    let (least, most) = (sorted.first().cloned().unwrap_or_default(), sorted.last().cloned().unwrap_or_default());
    Some(match (name, args) {
        ("min", []) => least,
        ("max", []) => most,
        ("minmax", []) => Value::array(vec![least, most]),
        ("min", [Value::Int(n)]) => Value::array(sorted.iter().take(usize::try_from(*n).ok()?).cloned().collect()),
        ("max", [Value::Int(n)]) => {
            Value::array(sorted.iter().rev().take(usize::try_from(*n).ok()?).cloned().collect())
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(items: &[i64]) -> Vec<Value> {
        items.iter().map(|i| Value::Int(*i)).collect()
    }

    #[test]
    fn arrangements_come_in_rubys_order() {
        let three = ints(&[1, 2, 3]);
        let text = |name: &str, args: &[Value]| call(&three, name, args).map(|v| v.to_string()).unwrap_or_default();
        assert_eq!(text("combination", &ints(&[2])), "[[1, 2], [1, 3], [2, 3]]");
        assert_eq!(text("combination", &ints(&[4])), "[]");
        assert_eq!(text("permutation", &ints(&[2])), "[[1, 2], [1, 3], [2, 1], [2, 3], [3, 1], [3, 2]]");
        assert_eq!(text("rotate", &ints(&[-1])), "[3, 1, 2]");
        assert_eq!(text("product", &[Value::array(ints(&[7, 8]))]), "[[1, 7], [1, 8], [2, 7], [2, 8], [3, 7], [3, 8]]");
    }

    #[test]
    fn floats_are_summed_as_ruby_sums_them() {
        assert_eq!(float_sum(&[Value::Float(0.1), Value::Float(0.2), Value::Float(0.3)]), Some(0.6));
        assert_eq!(float_sum(&[Value::Float(0.1), Value::str("x")]), None);
    }
}
