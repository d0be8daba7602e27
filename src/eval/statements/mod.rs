//! Functions that act on the catalog or look at the state of the compilation.

mod ask;
mod classes;
pub(super) mod content;
pub(super) mod context;
mod epp;
mod files;
mod lookup;
mod resources;

use super::compiler::Compiler;
use super::error::EvalError;
use super::interp::Block;
use super::lift::Res;
use super::scope::Env;
use crate::value::Value;

/// A function that works on the compiler itself.
pub(crate) type Statement = for<'s> fn(&mut Compiler<'s>, Env<'s>, &[Value], Option<Block>) -> Res<Value>;

/// Runs a statement function.
pub(crate) fn run<'s>(
    c: &mut Compiler<'s>,
    function: Statement,
    env: Env<'s>,
    args: &[Value],
    block: Option<Block>,
) -> Res<Value> {
    function(c, env, args, block)
}

/// A statement function by name.
pub(crate) fn find(name: &str) -> Option<Statement> {
    Some(match name {
        "include" => classes::include,
        "contain" => classes::contain,
        "require" => classes::require,
        "hiera_include" => classes::hiera_include,
        "role" => classes::role,
        "realize" => resources::realize,
        "create_resources" => resources::create_resources,
        "ensure_resource" => resources::ensure_resource,
        "ensure_resources" => resources::ensure_resources,
        "ensure_packages" | "require_package" | "require_packages" | "stdlib::ensure_packages" => {
            resources::ensure_packages
        }
        "defined" => ask::defined,
        "defined_with_params" => ask::defined_with_params,
        "getparam" => ask::getparam,
        "tag" => ask::tag,
        "tagged" => ask::tagged,
        "getvar" => ask::getvar,
        "fact" => ask::fact,
        "assert_private" => ask::assert_private,
        "fail" => ask::fail,
        "return" => ask::jump_return,
        "next" => ask::jump_next,
        "break" => ask::jump_break,
        "template" => content::template,
        "inline_template" => content::inline_template,
        "file" => content::file,
        "get_module_path" => files::get_module_path,
        "module_directory" => files::module_directory,
        "loadyaml" | "stdlib::loadyaml" => files::loadyaml,
        "loadjson" | "stdlib::loadjson" => files::loadjson,
        "find_file" => files::find_file,
        "find_template" => files::find_template,
        "epp" => epp::epp,
        "inline_epp" => epp::inline_epp,
        "lookup" => lookup::lookup,
        "hiera" => lookup::hiera,
        "hiera_array" => lookup::hiera_array,
        "hiera_hash" => lookup::hiera_hash,
        _ => return log_function(name),
    })
}

fn log_function(name: &str) -> Option<Statement> {
    Some(match name {
        "debug" => |c, _, a, _| Ok(log(c, "debug", a)),
        "info" => |c, _, a, _| Ok(log(c, "info", a)),
        "notice" => |c, _, a, _| Ok(log(c, "notice", a)),
        "warning" => |c, _, a, _| Ok(log(c, "warning", a)),
        "err" => |c, _, a, _| Ok(log(c, "err", a)),
        "alert" => |c, _, a, _| Ok(log(c, "alert", a)),
        "emerg" => |c, _, a, _| Ok(log(c, "emerg", a)),
        "crit" => |c, _, a, _| Ok(log(c, "crit", a)),
        _ => return None,
    })
}

fn log(c: &mut Compiler<'_>, level: &str, args: &[Value]) -> Value {
    let words: Vec<String> = args.iter().map(ToString::to_string).collect();
    let message = words.join(" ");
    if !matches!(level, "debug" | "info") {
        c.log(level, message);
    }
    Value::Undef
}

/// Functions that ask the world outside: never an error that they are not here.
pub(crate) fn is_outside(name: &str) -> bool {
    matches!(
        name,
        "generate"
            | "ipresolve"
            | "secret"
            | "query_resources"
            | "query_nodes"
            | "puppetdb_query"
            | "query_facts"
            | "puppetdb_lookup_key"
            | "dnsquery"
            | "dns_lookup"
            | "binary_file"
            | "eyaml_lookup_key"
    )
}

/// The arguments with lists unfolded.
fn flat(args: &[Value]) -> Vec<Value> {
    let mut out = Vec::new();
    for arg in args {
        match arg {
            Value::Array(list) => out.extend(flat(&list.items)),
            other => out.push(other.clone()),
        }
    }
    out
}

fn arity(name: &str, expected: &str, got: usize) -> EvalError {
    let got = if got == 0 { "none".to_owned() } else { got.to_string() };
    EvalError::puppet(format!("'{name}' expects {expected}, got {got}"))
}
