//! The built-in functions, one file a family, found by name in static tables.
//!
//! Each entry names how the function takes symbolic arguments: `deep` functions need their arguments
//! known all through, `shallow` ones only the arguments themselves (a list may hold unknown elements),
//! `raw` ones see everything as it is.

pub(super) mod args;
mod blocks;
mod collection;
mod convert;
mod digest;
pub(super) mod encode;
mod format;
mod iterate;
mod json;
mod merge;
mod network;
mod number;
mod paths;
mod pattern;
mod pcore;
mod predicate;
mod random;
pub(crate) mod ruby;
mod scan;
mod shell;
mod sort;
mod sprintf;
mod stdlib;
mod strftime;
mod tables;
mod text;
mod toml;
mod types;
mod validate;
mod yaml;
mod yaml_read;

pub(crate) use blocks::refuse as refuse_block;
pub use json::{to_json, to_rich_json};
pub(crate) use types::ruby_class;

use super::error::EvalError;
use super::interp::{Block, Builtin, Interp};
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

type Body = fn(&mut dyn Interp, &[Value], Option<Block>) -> Result<Value, EvalError>;

static CORE: LazyLock<FxHashMap<&'static str, Builtin>> = LazyLock::new(|| tables::core().into_iter().collect());
static STDLIB: LazyLock<FxHashMap<&'static str, Builtin>> = LazyLock::new(|| tables::stdlib().into_iter().collect());

/// A built-in by name.
#[must_use]
pub fn find(name: &str) -> Option<Builtin> {
    let name = name.strip_prefix("::").unwrap_or(name);
    CORE.get(name).or_else(|| STDLIB.get(name)).copied()
}

/// Whether Puppet itself brings the function along; the others are there only with their module.
#[must_use]
pub fn is_core(name: &str) -> bool {
    CORE.contains_key(name.strip_prefix("::").unwrap_or(name))
}

/// Puppet's own functions of the older form (`lib/puppet/parser/functions` of Puppet 7 and 8, without those that only
/// point to their newer form).
const OLD: &[&str] = &[
    "alert",
    "contain",
    "create_resources",
    "crit",
    "debug",
    "digest",
    "emerg",
    "err",
    "fail",
    "file",
    "fqdn_rand",
    "generate",
    "include",
    "info",
    "inline_template",
    "md5",
    "notice",
    "realize",
    "require",
    "scanf",
    "sha1",
    "sha256",
    "shellquote",
    "sprintf",
    "tag",
    "tagged",
    "template",
    "versioncmp",
    "warning",
];

/// Whether one of Puppet's own functions has the older form, which templates reach as `scope.function_name`.
pub(crate) fn is_old(name: &str) -> bool {
    OLD.contains(&name)
}

/// Applies a type as a function (`Integer('5')`, `new`).
///
/// # Errors
/// When the value cannot be converted.
pub fn new_instance(
    cx: &mut dyn Interp,
    target: &crate::value::types::Type,
    args: &[Value],
) -> Result<Value, EvalError> {
    let mut all = vec![Value::Type(target.clone().into())];
    all.extend_from_slice(args);
    deep(cx, "new", &all, None, convert::new)
}

/// Needs every part of its arguments.
fn deep(cx: &mut dyn Interp, name: &str, args: &[Value], block: Option<Block>, body: Body) -> Result<Value, EvalError> {
    if !args.iter().any(Value::has_sym) {
        return body(cx, args, block);
    }
    if args.iter().any(Value::has_unknown) {
        return Ok(Value::call(name, args.to_vec(), None));
    }
    let samples: Vec<Value> = args.iter().map(Value::sampled).collect();
    let result = body(cx, &samples, block)?;
    Ok(Value::call(name, args.to_vec(), Some(result.sampled())))
}

/// Needs its arguments themselves, not what they hold.
fn shallow(
    cx: &mut dyn Interp,
    name: &str,
    args: &[Value],
    block: Option<Block>,
    body: Body,
) -> Result<Value, EvalError> {
    if !args.iter().any(|v| matches!(v, Value::Sym(_))) {
        return body(cx, args, block);
    }
    if args.iter().any(Value::is_unknown) {
        return Ok(Value::call(name, args.to_vec(), None));
    }
    let samples: Vec<Value> = args.iter().map(|v| v.sample().clone()).collect();
    if block.is_some() {
        observe_lists(cx, args);
    }
    let result = body(cx, &samples, block)?;
    Ok(if result.has_unknown() { result } else { Value::call(name, args.to_vec(), Some(result.sampled())) })
}

/// What a block does depends on the list it runs over: other hosts must have the same.
fn observe_lists(cx: &mut dyn Interp, args: &[Value]) {
    for arg in args.iter().filter(|v| matches!(v, Value::Sym(_))) {
        let question = Value::call("==", vec![arg.clone(), arg.sampled()], Some(Value::Bool(true)));
        cx.observe(&question, true);
    }
}

/// A list as it is, anything else as a list of one.
fn ruby_list(value: &Value) -> Vec<Value> {
    value.as_array().map_or_else(|| vec![value.clone()], <[Value]>::to_vec)
}

/// Sees its arguments as they are.
fn raw(cx: &mut dyn Interp, _: &str, args: &[Value], block: Option<Block>, body: Body) -> Result<Value, EvalError> {
    body(cx, args, block)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::value::types::{NoContext, Type, TypeContext};
    use crate::value::{CauseKind, Sym, SymExpr};
    use std::sync::Arc;

    struct Alone;

    impl TypeContext for Alone {
        fn type_alias(&mut self, name: &str) -> Option<Arc<Type>> {
            NoContext.type_alias(name)
        }

        fn observe(&mut self, _: &Value, _: bool) {}
    }

    impl Interp for Alone {
        fn call_block(&mut self, _: Block, args: &[Value]) -> Result<Value, EvalError> {
            Ok(args.first().cloned().unwrap_or_default())
        }

        fn call_function(&mut self, name: &str, args: &[Value], block: Option<Block>) -> Result<Value, EvalError> {
            find(name).unwrap()(self, args, block)
        }

        fn variable(&mut self, _: &str) -> Option<Value> {
            None
        }

        fn log(&mut self, _: &str, _: String) {}
    }

    fn per_host(text: &str) -> Value {
        Value::Sym(Arc::new(Sym::new(SymExpr::Fact("hostname".into()), Some(Value::str(text)))))
    }

    fn run(name: &str, args: &[Value]) -> Value {
        find(name).unwrap()(&mut Alone, args, None).unwrap()
    }

    #[test]
    fn unknown_in_unknown_out() {
        let unknown = Value::unknown(CauseKind::Fact, "x");
        for name in ["upcase", "length", "keys", "str2bool", "to_yaml", "fqdn_rand"] {
            assert!(run(name, std::slice::from_ref(&unknown)).is_unknown(), "{name}");
        }
        assert_eq!(run("length", &[Value::array(vec![unknown.clone()])]), Value::Int(1));
        assert!(run("to_json", &[Value::array(vec![unknown])]).is_unknown());
    }

    #[test]
    fn per_host_values_keep_a_sample() {
        let upper = run("upcase", &[per_host("web1")]);
        assert_eq!((upper.is_unknown(), upper.sample()), (false, &Value::str("WEB1")));
        let list = Value::array(vec![Value::str("a"), per_host("web1")]);
        assert_eq!(run("join", &[list, Value::str("-")]).sample(), &Value::str("a-web1"));
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = tables::core().into_iter().chain(tables::stdlib()).map(|(n, _)| n).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
