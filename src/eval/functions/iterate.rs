//! Functions that run a lambda over a collection.
//!
//! A predicate that is unknown for an element leaves open whether the element is in: few such give a
//! choice of results, many an unknown one. A predicate on a per-host value is decided by the sample
//! and the decision is reported.

use super::args::{Outcome, call, elements, no_signature, pair, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::eval::operators::one_of;
use crate::value::{Entries, Tri, Value};

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

/// Undecided elements that are followed as alternatives.
const MAX_OPEN: usize = 3;

/// One step: what goes to the block, and the element itself.
struct Step {
    args: Vec<Value>,
    item: Value,
    key: Value,
}

/// The steps of running `block` over `value`: two arguments where the block takes two.
fn steps(name: &str, value: &Value, block: Blk) -> Result<Vec<Step>, EvalError> {
    let refuse = || {
        no_signature(
            name,
            &[
                "Hash hash, Callable[2, 2] block",
                "Hash hash, Callable[1, 1] block",
                "Iterable enumerable, Callable[2, 2] block",
                "Iterable enumerable, Callable[1, 1] block",
            ],
        )
    };
    let block = block.ok_or_else(|| EvalError::puppet(format!("'{name}' expects a block")))?;
    let two = block.required <= 2 && block.at_most >= 2;
    let one = block.required <= 1 && block.at_most >= 1;
    if !two && !one {
        return Err(refuse());
    }
    if let Value::Hash(h) = value {
        let step = |(k, v): (&Value, &Value)| Step {
            args: if two { vec![k.clone(), v.clone()] } else { vec![pair(k, v)] },
            item: v.clone(),
            key: k.clone(),
        };
        return Ok(h.entries.iter().map(step).collect());
    }
    let items = elements(name, value)?.ok_or_else(refuse)?;
    let step = |(i, item): (usize, Value)| {
        let key = Value::Int(i64::try_from(i).unwrap_or(i64::MAX));
        Step { args: if two { vec![key.clone(), item.clone()] } else { vec![item.clone()] }, item, key }
    };
    Ok(items.into_iter().enumerate().map(step).collect())
}

fn run(cx: Cx<'_>, block: Blk, args: &[Value]) -> Outcome {
    match block {
        Some(block) => call(cx, block, args),
        None => Ok(args.last().cloned().unwrap_or_default()),
    }
}

/// The truth of a predicate; one on a per-host value is reported.
pub(super) fn truth(cx: Cx<'_>, value: &Value) -> Tri {
    let truth = value.truth();
    if let Value::Sym(sym) = value
        && sym.sample.is_some()
        && truth != Tri::Maybe
    {
        cx.observe(value, truth == Tri::Yes);
    }
    truth
}

/// A source that is not known: nothing can be said of the result.
fn first(args: &[Value]) -> &Value {
    super::args::arg(args, 0)
}

pub(super) fn each(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("each", args, 1, 1)?;
    for step in steps("each", first(args), block)? {
        match run(cx, block, &step.args) {
            Err(EvalError::Break) => break,
            other => drop(other?),
        }
    }
    Ok(first(args).clone())
}

pub(super) fn map(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("map", args, 1, 1)?;
    let mut out = Vec::new();
    for step in steps("map", first(args), block)? {
        match run(cx, block, &step.args) {
            Err(EvalError::Break) => break,
            other => out.push(other?),
        }
    }
    Ok(Value::array(out))
}

/// Entries with whether they are in.
type Verdicts = Vec<(Step, Tri)>;

fn judge(cx: Cx<'_>, name: &str, value: &Value, block: Blk) -> Result<Verdicts, EvalError> {
    let mut out = Vec::new();
    for step in steps(name, value, block)? {
        let verdict = match run(cx, block, &step.args) {
            // Filtering a hash is no loop to break out of.
            Err(EvalError::Break) if name != "filter" || !matches!(value, Value::Hash(_)) => break,
            other => other?,
        };
        let verdict = truth(cx, &verdict);
        out.push((step, verdict));
    }
    Ok(out)
}

pub(super) fn filter(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("filter", args, 1, 1)?;
    let source = first(args);
    let verdicts = judge(cx, "filter", source, block)?;
    let open = verdicts.iter().filter(|(_, t)| *t == Tri::Maybe).count();
    if open > MAX_OPEN {
        return Ok(Value::call("filter", args.to_vec(), None));
    }
    let is_hash = matches!(source, Value::Hash(_));
    let results = (0..1_usize << open).map(|choice| keep(&verdicts, choice, is_hash));
    Ok(one_of(results.collect()))
}

/// The elements that are in, the undecided ones as the bits of `choice` say.
fn keep(verdicts: &Verdicts, choice: usize, is_hash: bool) -> Value {
    let mut bit = 0;
    let mut kept = Vec::new();
    for (step, verdict) in verdicts {
        let inside = match verdict {
            Tri::Yes => true,
            Tri::No => false,
            Tri::Maybe => {
                bit += 1;
                choice >> (bit - 1) & 1 == 1
            }
        };
        if inside {
            kept.push((step.key.clone(), step.item.clone()));
        }
    }
    if is_hash {
        Value::hash(kept.into_iter().collect::<Entries>())
    } else {
        Value::array(kept.into_iter().map(|(_, v)| v).collect())
    }
}

pub(super) fn any(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    quantify(cx, "any", args, block, Tri::Yes)
}

pub(super) fn all(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    quantify(cx, "all", args, block, Tri::No)
}

/// `any` stops at the first yes, `all` at the first no.
fn quantify(cx: Cx<'_>, name: &str, args: &[Value], block: Blk, stop: Tri) -> Outcome {
    super::args::count(name, args, 1, 1)?;
    let mut open = false;
    for step in steps(name, first(args), block)? {
        let verdict = run(cx, block, &step.args)?;
        match truth(cx, &verdict) {
            t if t == stop => return Ok(Value::Bool(stop == Tri::Yes)),
            Tri::Maybe => open = true,
            _ => {}
        }
    }
    Ok(if open { Value::call(name, args.to_vec(), None) } else { Value::Bool(stop == Tri::No) })
}

pub(super) fn reduce(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("reduce", args, 1, 2)?;
    let refuse = || {
        no_signature(
            "reduce",
            &["Iterable enumerable, Callable[2, 2] block", "Iterable enumerable, Any memo, Callable[2, 2] block"],
        )
    };
    let two = block.is_some_and(|b| b.required <= 2 && b.at_most >= 2);
    let items = elements("reduce", first(args))?.filter(|_| two).ok_or_else(refuse)?;
    let mut items = items.into_iter();
    let mut memo = match args.get(1) {
        Some(memo) => memo.clone(),
        None => match items.next() {
            Some(head) => head,
            None => return Ok(Value::Undef),
        },
    };
    for item in items {
        match run(cx, block, &[memo.clone(), item]) {
            Err(EvalError::Break) => break,
            other => memo = other?,
        }
    }
    Ok(memo)
}

pub(super) fn partition(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("partition", args, 1, 1)?;
    if !matches!(first(args), Value::Array(_) | Value::Hash(_)) {
        return Err(no_signature(
            "partition",
            &[
                "Collection collection, Callable[1, 1] block",
                "Array array, Callable[2, 2] block",
                "Collection collection, Callable[2, 2] block",
            ],
        ));
    }
    let is_hash = matches!(first(args), Value::Hash(_));
    let verdicts = judge(cx, "partition", first(args), block)?;
    if verdicts.iter().any(|(_, t)| *t == Tri::Maybe) {
        return Ok(Value::call("partition", args.to_vec(), None));
    }
    let side = |wanted: Tri| {
        let hits = verdicts.iter().filter(|(_, t)| *t == wanted);
        Value::array(hits.map(|(s, _)| if is_hash { pair(&s.key, &s.item) } else { s.item.clone() }).collect())
    };
    Ok(Value::array(vec![side(Tri::Yes), side(Tri::No)]))
}

pub(super) fn group_by(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("group_by", args, 1, 1)?;
    let source = first(args);
    if !matches!(source, Value::Array(_) | Value::Hash(_)) {
        return Err(no_signature(
            "group_by",
            &[
                "Collection collection, Callable[1, 1] block",
                "Array array, Callable[2, 2] block",
                "Collection collection, Callable[2, 2] block",
            ],
        ));
    }
    let is_hash = matches!(source, Value::Hash(_));
    let mut groups: indexmap::IndexMap<Value, Vec<Value>, rustc_hash::FxBuildHasher> = indexmap::IndexMap::default();
    for step in steps("group_by", source, block)? {
        let key = run(cx, block, &step.args)?;
        if key.has_unknown() {
            return Ok(Value::call("group_by", args.to_vec(), None));
        }
        let item = if is_hash { pair(&step.key, &step.item) } else { step.item };
        groups.entry(key.sampled()).or_default().push(item);
    }
    Ok(super::args::hash_value(groups.into_iter().map(|(k, v)| (k, Value::array(v)))))
}

pub(super) fn index(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("index", args, 1, 2)?;
    let source = first(args);
    if let (Some(wanted), Value::Str(text)) = (args.get(1), source) {
        return index_text(&text.text, wanted);
    }
    if let Some(wanted) = args.get(1) {
        let Some(items) = elements("index", source)? else {
            return Err(wrong("index", "enumerable", "an Iterable value", source));
        };
        if let Value::Hash(h) = source {
            return Ok(h.entries.iter().find(|(_, v)| *v == wanted).map(|(k, _)| k.clone()).unwrap_or_default());
        }
        let at = items.iter().position(|v| v == wanted);
        return Ok(at.and_then(|i| i64::try_from(i).ok()).map_or(Value::Undef, Value::Int));
    }
    let one = matches!(source, Value::Hash(_)) && block.is_some_and(|b| b.at_most < 2);
    for step in steps("index", source, block)? {
        let args_of = if one { vec![step.item.clone()] } else { step.args };
        let verdict = run(cx, block, &args_of)?;
        match truth(cx, &verdict) {
            Tri::Yes => return Ok(step.key),
            Tri::Maybe => return Ok(Value::call("index", args.to_vec(), None)),
            Tri::No => {}
        }
    }
    Ok(Value::Undef)
}

fn index_text(text: &str, wanted: &Value) -> Outcome {
    let at = match wanted {
        Value::Str(part) => text.find(part.text.as_str()),
        Value::Regex(pattern) => super::pattern::find(pattern, text)?.map(|range| range.start),
        // Nothing else is in a text.
        _ => None,
    };
    let chars = |at: usize| text.get(..at).map_or(0, |s| s.chars().count());
    Ok(at.map_or(Value::Undef, |at| Value::Int(i64::try_from(chars(at)).unwrap_or(0))))
}

pub(super) fn slice(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("slice", args, 2, 2)?;
    let refuse = || {
        no_signature(
            "slice",
            &[
                "Hash hash, Integer[1] slice_size, Callable block?",
                "Iterable enumerable, Integer[1] slice_size, Callable block?",
            ],
        )
    };
    let size = match args.get(1) {
        Some(Value::Int(n)) if *n >= 1 => usize::try_from(*n).unwrap_or(usize::MAX),
        _ => return Err(refuse()),
    };
    let items = elements("slice", first(args))?.ok_or_else(refuse)?;
    let Some(block) = block else {
        return Ok(Value::array(items.chunks(size).map(|c| Value::array(c.to_vec())).collect()));
    };
    let serving = if block.at_most == usize::MAX { size } else { block.at_most };
    if serving == 0 {
        return Err(EvalError::puppet("slice(): block must define at least one parameter. Block has 0."));
    }
    if serving != 1 && serving != size {
        return Err(EvalError::puppet(format!(
            "slice(): block must define one parameter, or the same number of parameters as the given size of the slice ({size})."
        )));
    }
    let filler = if matches!(first(args), Value::Hash(_)) { Value::array(Vec::new()) } else { Value::Undef };
    for chunk in items.chunks(size) {
        let mut serving_args = if serving == 1 { vec![Value::array(chunk.to_vec())] } else { chunk.to_vec() };
        serving_args.resize(serving, filler.clone());
        match call(cx, block, &serving_args) {
            Err(EvalError::Break) => break,
            other => drop(other?),
        }
    }
    Ok(first(args).clone())
}

pub(super) fn step(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("step", args, 2, 2)?;
    let refuse = || {
        no_signature(
            "step",
            &["Iterable iterable, Integer[1] step", "Iterable iterable, Integer[1] step, Callable[1, 1] block"],
        )
    };
    let by = match args.get(1) {
        Some(Value::Int(n)) if *n >= 1 => usize::try_from(*n).unwrap_or(usize::MAX),
        _ => return Err(refuse()),
    };
    let items = elements("step", first(args))?.ok_or_else(refuse)?;
    finish(cx, items.into_iter().step_by(by).collect(), block)
}

pub(super) fn reverse_each(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("reverse_each", args, 1, 1)?;
    let Some(mut items) = elements("reverse_each", first(args))? else {
        return Err(wrong("reverse_each", "iterable", "an Iterable value", first(args)));
    };
    items.reverse();
    finish(cx, items, block)
}

/// An iterator: its elements, or a run of the block over them.
fn finish(cx: Cx<'_>, items: Vec<Value>, block: Blk) -> Outcome {
    let Some(block) = block else { return Ok(Value::array(items)) };
    for item in items {
        match call(cx, block, &[item]) {
            Err(EvalError::Break) => break,
            other => drop(other?),
        }
    }
    Ok(Value::Undef)
}

pub(super) fn with(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    match block {
        Some(block) => call(cx, block, args.get(..args.len().min(block.at_most)).unwrap_or_default()),
        None => Err(EvalError::puppet("'with' expects a block")),
    }
}

/// `call('name', args…)`, `call(Deferred('name', [args…]))`
pub(super) fn call_by_name(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    let rest = args.get(1..).unwrap_or_default();
    match first(args) {
        Value::Str(name) => match cx.call_function(&name.text, rest, block) {
            Err(EvalError::Puppet { issue: Some("UNKNOWN_FUNCTION"), .. }) => {
                Err(EvalError::puppet(format!("Unknown function '{}'", name.text)))
            }
            other => other,
        },
        Value::Object(o) if o.type_name == "Deferred" => {
            let name = o.attrs.get(&Value::str("name")).map(ToString::to_string).unwrap_or_default();
            let given = o.attrs.get(&Value::str("arguments")).and_then(Value::as_array).unwrap_or_default();
            cx.call_function(&name, given, None)
        }
        other => Err(wrong("call", "function_name", "a value of type String or Deferred", other)),
    }
}

pub(super) fn then(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("then", args, 1, 1)?;
    let block = block.ok_or_else(|| EvalError::puppet("'then' expects a block"))?;
    match first(args) {
        Value::Undef => Ok(Value::Undef),
        value if matches!(value.sample(), Value::Undef) => Ok(Value::Undef),
        value => call(cx, block, std::slice::from_ref(value)),
    }
}

pub(super) fn lest(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("lest", args, 1, 1)?;
    let block = block.ok_or_else(|| EvalError::puppet("'lest' expects a block"))?;
    match first(args) {
        value if matches!(value.sample(), Value::Undef) => call(cx, block, &[]),
        value => Ok(value.clone()),
    }
}

pub(super) fn unwrap(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("unwrap", args, 1, 1)?;
    let value = match first(args) {
        Value::Sensitive(inner) => (**inner).clone(),
        other => other.clone(),
    };
    match block {
        Some(block) => call(cx, block, &[value]),
        None => Ok(value),
    }
}

/// What `tree_each` yields: path and value.
struct Walk {
    depth_first: bool,
    root: bool,
    containers: bool,
    leaves: bool,
}

pub(super) fn tree_each(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    super::args::count("tree_each", args, 1, 2)?;
    // A type that can be iterated over is an object, and a leaf.
    let is_type = matches!(first(args), Value::Type(_)) && elements("tree_each", first(args))?.is_some();
    if !is_type && !matches!(first(args), Value::Array(_) | Value::Hash(_) | Value::Object(_)) {
        return Err(wrong("tree_each", "tree", "a value of type Iterator, Array, Hash, or Object", first(args)));
    }
    let options = args.get(1).and_then(Value::as_hash);
    let flag = |name: &str| options.and_then(|o| o.get(&Value::str(name))).is_none_or(|v| v.truth() == Tri::Yes);
    let order = options.and_then(|o| o.get(&Value::str("order"))).and_then(Value::as_str);
    let walk = Walk {
        depth_first: order != Some("breadth_first"),
        root: flag("include_root"),
        containers: flag("include_containers"),
        leaves: flag("include_values"),
    };
    if !walk.containers && !walk.leaves {
        return Err(EvalError::puppet("Options 'include_containers' and 'include_values' cannot both be false"));
    }
    let found = tree(first(args), &walk)?;
    let Some(block) = block else {
        return Ok(Value::array(found.iter().map(|(p, v)| pair(p, v)).collect()));
    };
    let two = block.at_most >= 2;
    for (path, value) in found {
        let given = if two { vec![path, value] } else { vec![value] };
        match call(cx, block, &given) {
            Err(EvalError::Break) => break,
            other => drop(other?),
        }
    }
    Ok(first(args).clone())
}

fn tree(root: &Value, walk: &Walk) -> Result<Vec<(Value, Value)>, EvalError> {
    let mut out = Vec::new();
    let mut queue = std::collections::VecDeque::from([(Vec::<Value>::new(), root.clone())]);
    while let Some((path, value)) = queue.pop_front() {
        if out.len() > super::args::MAX_ITEMS {
            return Err(super::args::too_much("tree_each"));
        }
        let children: Vec<(Vec<Value>, Value)> =
            children(&value).into_iter().map(|(k, v)| ([path.clone(), vec![k]].concat(), v)).collect();
        let container = matches!(value, Value::Array(_) | Value::Hash(_));
        if (if container { walk.containers } else { walk.leaves }) && (walk.root || !path.is_empty()) {
            out.push((Value::array(path), value));
        }
        if walk.depth_first {
            children.into_iter().rev().for_each(|c| queue.push_front(c));
        } else {
            queue.extend(children);
        }
    }
    Ok(out)
}

fn children(value: &Value) -> Vec<(Value, Value)> {
    match value {
        Value::Array(a) => {
            a.items.iter().enumerate().map(|(i, v)| (Value::Int(i64::try_from(i).unwrap_or(0)), v.clone())).collect()
        }
        Value::Hash(h) => h.entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        _ => Vec::new(),
    }
}
