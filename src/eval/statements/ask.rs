//! Questions about the compilation at this very moment, and jumps.

use super::flat;
use crate::catalog::ResourceKind;
use crate::eval::compiler::Compiler;
use crate::eval::error::EvalError;
use crate::eval::interp::Block;
use crate::eval::lift::{Known, Res, known};
use crate::eval::metaparams::invalid_tag;
use crate::eval::reference::{Reference, canonical_class, references};
use crate::eval::scope::Env;
use crate::eval::source::DefKind;
use crate::value::inspect::inspect;
use crate::value::types::Type;
use crate::value::{Tri, Value};

pub(super) fn defined<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let mut any = Tri::No;
    let mut unknown = None;
    if c.session.options.dialect == crate::puppet::Dialect::Modern {
        args.iter().try_for_each(check_kind)?;
    }
    for arg in flat(args) {
        if known(&arg) == Known::No {
            unknown = Some(arg);
            continue;
        }
        if matches!(&arg, Value::Type(t) if matches!(**t, Type::Class { name: None })) {
            return Err(EvalError::puppet("The given class type is a reference to all classes"));
        }
        c.observe_value(&arg);
        match is_defined(c, env, arg.sample()) {
            Tri::Yes => any = Tri::Yes,
            Tri::Maybe if any == Tri::No => {
                any = Tri::Maybe;
                unknown = Some(arg.clone());
            }
            _ => {}
        }
    }
    Ok(match (any, unknown) {
        (Tri::Yes, _) => Value::Bool(true),
        (_, Some(value)) => crate::eval::lift::sym(crate::value::SymExpr::Call("defined".into(), vec![value]), None),
        _ => Value::Bool(false),
    })
}

/// What can be defined: names, and types of what a catalog holds.
fn check_kind(value: &Value) -> Res<()> {
    let good = match value {
        Value::Type(ty) => match &**ty {
            Type::Type(inner) => inner.as_ref().is_none_or(|t| is_entry(t)),
            other => is_entry(other),
        },
        Value::Str(_) | Value::Sym(_) => true,
        _ => false,
    };
    if good {
        return Ok(());
    }
    let got = crate::value::types::infer(value);
    Err(EvalError::puppet(format!(
        "'defined' parameter 'vals' expects a value of type String, Type[CatalogEntry], or Type[Type], got {got}"
    )))
}

fn is_entry(ty: &Type) -> bool {
    matches!(ty, Type::Resource { .. } | Type::Class { .. } | Type::CatalogEntry)
}

fn is_defined<'s>(c: &mut Compiler<'s>, env: Env<'s>, value: &Value) -> Tri {
    match value {
        Value::Str(s) => match s.text.strip_prefix('$') {
            Some(name) => yes(c.lookup_var(env.scope, name).is_some()
                || maybe_fact(c, name)
                || c.awaited_parameter(env.scope, name).is_some()),
            None => match Reference::parse(&s.text) {
                Some(reference) => c.declared(&reference),
                None => named(c, &s.text),
            },
        },
        Value::Type(t) => match &**t {
            Type::Resource { type_name, title: None } => named(c, &type_name.to_lowercase()),
            // The title of the class of everything is not written like that of others.
            Type::Class { name: Some(name) } if name == "main" => Tri::No,
            Type::Class { name: Some(name) } => c.declared(&Reference::new("Class", name)),
            Type::Type(Some(inner)) => is_defined(c, env, &Value::Type(inner.clone())),
            _ => {
                let mut found = Vec::new();
                references(value, &mut found, &mut |_| {});
                found.first().map_or(Tri::Yes, |r| c.declared(r))
            }
        },
        _ => Tri::No,
    }
}

fn maybe_fact(c: &Compiler<'_>, name: &str) -> bool {
    name.starts_with("::") && c.host_fact(crate::eval::reference::unrooted(name)).is_some_and(|v| !v.is_unknown())
}

impl Compiler<'_> {
    /// A resource that is only possible is only possibly defined; that it is declared in a branch which
    /// excludes this one does not count.
    pub(in crate::eval) fn declared(&self, reference: &Reference) -> Tri {
        let id = self.declared_id(reference);
        let answer = id.map_or(Tri::No, |id| self.is_here(id));
        self.asked_declared(reference, id, answer);
        answer
    }

    fn is_here(&self, id: crate::catalog::ResourceId) -> Tri {
        let branch = self.extra.get(id as usize).and_then(|e| e.branch);
        if branch.is_none() || self.encloses(branch, self.branch) {
            Tri::Yes
        } else if self.exclusive(branch, self.branch) {
            Tri::No
        } else {
            Tri::Maybe
        }
    }
}

/// A class, defined type or native type by name.
fn named(c: &mut Compiler<'_>, name: &str) -> Tri {
    c.spoil();
    let name = canonical_class(name);
    let type_name = crate::eval::reference::canonical_type(&name);
    let errors = c.errors.len();
    let kind = c.kind_of(&type_name).map(|k| k.0);
    c.errors.truncate(errors);
    let known_type = kind.is_ok_and(|k| k != ResourceKind::UnknownType);
    if !known_type {
        c.kinds.remove(&type_name);
    }
    yes(known_type || matches!(&*name, "main" | "settings") || c.find_def(DefKind::Class, &name).is_some())
}

fn yes(b: bool) -> Tri {
    if b { Tri::Yes } else { Tri::No }
}

pub(super) fn defined_with_params<'s>(
    c: &mut Compiler<'s>,
    _: Env<'s>,
    args: &[Value],
    _: Option<Block>,
) -> Res<Value> {
    if let Some(bad @ (Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Array(_) | Value::Hash(_))) =
        args.first()
    {
        let class = crate::eval::functions::ruby_class(bad);
        return Err(EvalError::puppet(format!("Reference is not understood: '{class}'")));
    }
    let mut found = Vec::new();
    args.first().into_iter().for_each(|a| references(a, &mut found, &mut |_| {}));
    let wanted = args.get(1).and_then(|w| w.as_hash().cloned()).unwrap_or_default();
    let fits = |reference: &Reference| {
        let resource = c.find_reference(reference).and_then(|id| c.catalog.get(id));
        resource.is_some_and(|r| {
            let given = |k: &Value| r.value(&k.to_string()).unwrap_or(&Value::Undef);
            wanted.iter().all(|(k, v)| crate::eval::operators::equals(given(k), v))
        })
    };
    Ok(Value::Bool(found.iter().any(fits)))
}

pub(super) fn getparam<'s>(c: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    if args.get(1).is_none_or(|name| !name.is_unknown() && name.as_str().is_none()) {
        return Err(EvalError::puppet("Must specify name of a parameter"));
    }
    let mut found = Vec::new();
    args.first().into_iter().for_each(|a| references(a, &mut found, &mut |_| {}));
    let name = args.get(1).map(ToString::to_string).unwrap_or_default();
    let value = found.first().and_then(|r| c.find_reference(r)).and_then(|id| c.catalog.get(id)?.value(&name).cloned());
    Ok(value.unwrap_or_else(|| Value::str("")))
}

pub(super) fn tag<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let of = |v: &Value| match v {
        Value::Undef => Some(String::new()),
        Value::Hash(_) => Some(inspect(v).to_lowercase()),
        _ => invalid_tag(v),
    };
    if let Some(bad) = args.iter().find_map(of) {
        return Err(EvalError::puppet(format!("Invalid tag '{bad}'")));
    }
    let container = c.container(env.scope);
    c.touches(container);
    c.changes(container);
    if let Some(resource) = c.catalog.resources.get_mut(container as usize) {
        let mut tags = Vec::new();
        args.iter().for_each(|a| crate::eval::metaparams::tags_in(a, &mut tags));
        resource.tags.add(tags);
    }
    Ok(Value::Undef)
}

pub(super) fn tagged<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    if args.is_empty() {
        return Err(EvalError::puppet("tagged(): Wrong number of arguments given (0 for minimum 1)"));
    }
    let container = c.container(env.scope);
    c.spoil();
    let has = |tag: &Value| {
        let tag = tag.to_string().to_lowercase();
        let own = c.catalog.get(container).is_some_and(|r| r.tags.iter().any(|t| *t == tag));
        own || tag == "settings" || c.class_ids.contains_key(&*tag)
    };
    Ok(Value::Bool(flat(args).iter().all(has)))
}

/// What `getvar` takes, as Puppet words it.
const GETVAR_WANTS: &str = r"a match for Pattern[/\A(?:::)?(?:[a-z]\w*::)*[a-z_]\w*(?:\.|\Z)/]";

pub(super) fn getvar<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], block: Option<Block>) -> Res<Value> {
    let Some(text) = args.first().and_then(Value::as_str) else {
        let first = args.first().cloned().unwrap_or_default();
        if first.is_unknown() {
            return Ok(first);
        }
        let got = crate::value::types::infer_detailed(&first);
        return Err(EvalError::puppet(format!(
            "'getvar' parameter 'get_string' expects {GETVAR_WANTS}, got {}",
            got.name()
        )));
    };
    let mut parts = text.split('.');
    let name = parts.next().unwrap_or_default();
    if c.session.options.dialect == crate::puppet::Dialect::Modern && !is_variable(name) {
        return Err(EvalError::puppet("'getvar' The given string does not start with a valid variable name"));
    }
    let Some(mut value) = c.lookup_var(env.scope, name) else {
        let fact = c.variable(env, name).ok().filter(Value::is_unknown);
        return Ok(fact.or_else(|| args.get(1).cloned()).unwrap_or_default());
    };
    let at = c.last_loc.clone().unwrap_or_else(|| crate::repo::Loc::new("", 0));
    for part in parts {
        if matches!(value, Value::Undef) {
            break;
        }
        let part = part.trim_matches(['\'', '"']);
        let key = match part.parse::<i64>() {
            Ok(n) if value.as_array().is_some() => Value::Int(n),
            _ => Value::str(part),
        };
        value = c.index(env, &value, &[key], &at).unwrap_or_default();
    }
    let _ = block;
    Ok(if matches!(value, Value::Undef) { args.get(1).cloned().unwrap_or_default() } else { value })
}

/// Whether a text names a variable: segments in lower case, the last of which may begin with `_`.
fn is_variable(name: &str) -> bool {
    let name = name.strip_prefix("::").unwrap_or(name);
    let (spaces, last) = name.rsplit_once("::").map_or(("a", name), |(spaces, last)| (spaces, last));
    let word = |s: &str, first: &dyn Fn(char) -> bool| {
        s.starts_with(first) && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let lower = |c: char| c.is_ascii_lowercase();
    spaces.split("::").all(|s| word(s, &lower)) && word(last, &|c| lower(c) || c == '_')
}

pub(super) fn fact<'s>(c: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let path = args.first().map(ToString::to_string).unwrap_or_default();
    Ok(c.host_fact(&path).unwrap_or_default())
}

/// The code that calls it is for its own module alone.
pub(super) fn assert_private<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    if args.len() > 1 {
        let count = args.len();
        return Err(EvalError::puppet(format!(
            "assert_private(): Wrong number of arguments given ({count}}}) for 0 or 1)"
        )));
    }
    let module = |name: &str| c.lookup_var(env.scope, name).unwrap_or_default();
    if module("module_name") == module("caller_module_name") {
        return Ok(Value::Undef);
    }
    if let Some(Value::Str(message)) = args.first() {
        return Err(EvalError::puppet(message.text.as_str()));
    }
    let name = c.source_of(env.scope);
    let kind = if c.class_scopes.contains_key(&name) { "Class" } else { "Definition" };
    Err(EvalError::puppet(format!("{kind} {name} is private")))
}

pub(super) fn fail<'s>(_: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let words: Vec<String> = args.iter().map(ToString::to_string).collect();
    Err(EvalError::puppet(words.join(" ")))
}

fn at_most_one(name: &str, args: &[Value]) -> Res<()> {
    match args.len() {
        0 | 1 => Ok(()),
        n => Err(EvalError::puppet(format!("'{name}' expects at most 1 argument, got {n}"))),
    }
}

pub(super) fn jump_return<'s>(_: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    at_most_one("return", args)?;
    Err(EvalError::Return(args.first().cloned().unwrap_or_default()))
}

pub(super) fn jump_next<'s>(_: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    at_most_one("next", args)?;
    Err(EvalError::Next(args.first().cloned().unwrap_or_default()))
}

pub(super) fn jump_break<'s>(_: &mut Compiler<'s>, _: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    if !args.is_empty() {
        return Err(EvalError::puppet(format!("'break' expects no arguments, got {}", args.len())));
    }
    Err(EvalError::Break)
}
