//! `realize`, `create_resources`, `ensure_resource` and kin.

use super::flat;
use crate::catalog::Param;
use crate::eval::compiler::Compiler;
use crate::eval::declare::Place;
use crate::eval::error::EvalError;
use crate::eval::interp::Block;
use crate::eval::lift::Res;
use crate::eval::reference::{canonical_type, references};
use crate::eval::scope::Env;
use crate::puppet::ast::{Form, Span};
use crate::repo::Loc;
use crate::value::{Entries, Value};

pub(super) fn realize<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    if args.is_empty() {
        return Err(EvalError::puppet("realize(): Wrong number of arguments given (0 for minimum 1)"));
    }
    let (mut found, mut bad) = (Vec::new(), None);
    for arg in flat(args) {
        references(&arg, &mut found, &mut |v| bad = Some(v.clone()));
        bad = bad.or_else(|| matches!(arg, Value::Undef).then_some(Value::Undef));
    }
    if let Some(bad) = bad.filter(|v| !v.is_unknown()) {
        let shown = if matches!(bad, Value::Type(_)) { format!("{bad}[]") } else { bad.to_string() };
        return Err(EvalError::puppet(format!(
            "Puppet::Parser::Compiler failed with error ArgumentError: No title provided and \"{shown}\" is not a valid \
             resource reference"
        ))
        .at(&here(c, env)));
    }
    for reference in found {
        c.realize(reference);
    }
    Ok(Value::Undef)
}

fn here<'s>(c: &Compiler<'s>, env: Env<'s>) -> Loc {
    c.last_loc.clone().unwrap_or_else(|| env.file.loc(Span::default()))
}

pub(super) fn create_resources<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    if !(2..=3).contains(&args.len()) {
        return Err(EvalError::puppet(format!(
            "create_resources(): Wrong number of arguments given ({} for 2 or 3)",
            args.len()
        )));
    }
    let (form, type_name) = typed(args.first());
    let Some(instances) = args.get(1) else { return Ok(Value::Undef) };
    if instances.is_unknown() {
        c.count_causes(instances);
        return Ok(Value::Undef);
    }
    c.observe_value(instances);
    let Some(instances) = instances.as_hash().cloned() else {
        return Err(EvalError::puppet("create_resources(): second argument must be a hash"));
    };
    let defaults = match args.get(2).map(Value::sample) {
        Some(other) if other.as_hash().is_none() && !other.is_unknown() => {
            return Err(EvalError::puppet("create_resources(): third argument, if provided, must be a hash"));
        }
        defaults => defaults.and_then(|d| d.as_hash().cloned()).unwrap_or_default(),
    };
    let at = here(c, env);
    for (title, given) in &instances {
        let params = merged(given, &defaults, &at)?;
        let place = Place { at: at.clone(), end_line: at.line, form };
        declare_one(c, env, &type_name, title, params, &place)?;
    }
    Ok(Value::Undef)
}

/// A title that stays a number is no tag.
fn declare_one<'s>(
    c: &mut Compiler<'s>,
    env: Env<'s>,
    type_name: &str,
    title: &Value,
    params: Vec<Param>,
    place: &Place,
) -> Res<()> {
    c.declare_titles(env, type_name, title, params, place)?;
    if matches!(title, Value::Int(_) | Value::Float(_))
        && let Some(id) = c.find_resource(type_name, &title.to_string())
    {
        c.forget_tag(id, &title.to_string());
    }
    Ok(())
}

fn typed(value: Option<&Value>) -> (Form, ecow::EcoString) {
    let text = value.map(ToString::to_string).unwrap_or_default();
    let (form, name) = match text.strip_prefix("@@") {
        Some(rest) => (Form::Exported, rest),
        None => text.strip_prefix('@').map_or((Form::Regular, &*text), |rest| (Form::Virtual, rest)),
    };
    (form, canonical_type(name))
}

fn merged(given: &Value, defaults: &Entries, at: &Loc) -> Res<Vec<Param>> {
    let empty = Entries::default();
    let given = match given.sample() {
        Value::Hash(h) => &h.entries,
        Value::Sym(_) => &empty,
        Value::Undef => return Err(EvalError::puppet("no implicit conversion of nil into Hash")),
        other => {
            return Err(EvalError::puppet(format!(
                "no implicit conversion of {} into Hash",
                crate::eval::operators::label_plain(other)
            )));
        }
    };
    let rest = defaults.iter().filter(|(k, _)| !given.contains_key(*k));
    let param = |(name, value): (&Value, &Value)| Param {
        name: name.to_string().into(),
        value: value.clone(),
        at: origin(value, at),
    };
    let all = given.iter().chain(rest);
    Ok(all.map(param).collect())
}

/// The line that a value of data stands on, else the call's.
fn origin(value: &Value, at: &Loc) -> Loc {
    let origin = match value {
        Value::Str(s) => s.origin.as_deref(),
        Value::Array(a) => a.origin.as_deref(),
        Value::Hash(h) => h.origin.as_deref(),
        _ => None,
    };
    match origin {
        Some(crate::value::Origin::Literal(loc) | crate::value::Origin::Hiera { at: loc, .. }) => loc.clone(),
        _ => at.clone(),
    }
}

pub(super) fn ensure_resource<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let (form, type_name) = typed(args.first());
    let at = here(c, env);
    let titles = match args.get(1) {
        None => return Err(EvalError::puppet("Must specify a title")),
        Some(Value::Undef) => {
            let message = format!("No title provided and \"{type_name}[]\" is not a valid resource reference");
            return Err(EvalError::puppet(message));
        }
        Some(titles) => titles,
    };
    let none = Entries::default();
    let shared = args.get(2).and_then(|p| p.as_hash().cloned()).unwrap_or_default();
    if let Some(instances) = titles.as_hash().cloned() {
        for (title, given) in &instances {
            let params = merged(given, &shared, &at)?;
            ensure(c, env, &type_name, title, &params, form)?;
        }
        return Ok(Value::Undef);
    }
    let params = merged(&Value::hash(shared), &none, &at)?;
    for title in flat(std::slice::from_ref(titles)) {
        ensure(c, env, &type_name, &title, &params, form)?;
    }
    Ok(Value::Undef)
}

/// As `ensure_resource`, of a hash of titles alone.
pub(super) fn ensure_resources<'s>(
    c: &mut Compiler<'s>,
    env: Env<'s>,
    args: &[Value],
    block: Option<Block>,
) -> Res<Value> {
    if args.get(1).is_some_and(|v| !v.is_unknown() && v.as_hash().is_none()) {
        return Err(EvalError::puppet("ensure_resources(): Requires second argument to be a Hash"));
    }
    ensure_resource(c, env, args, block)
}

fn ensure<'s>(
    c: &mut Compiler<'s>,
    env: Env<'s>,
    type_name: &str,
    title: &Value,
    params: &[Param],
    form: Form,
) -> Res<()> {
    if !title.is_unknown()
        && let Some(id) = c.find_resource(type_name, &title.to_string())
    {
        let same = |p: &Param| {
            let given = c.catalog.get(id).and_then(|r| r.value(&p.name)).unwrap_or(&Value::Undef);
            given == &p.value || given.is_unknown()
        };
        if params.iter().all(same) {
            return Ok(());
        }
    }
    let at = here(c, env);
    let place = Place { end_line: at.line, at, form };
    declare_one(c, env, type_name, title, params.to_vec(), &place)
}

/// Packages that shall be there, however often they are asked for.
pub(super) fn ensure_packages<'s>(c: &mut Compiler<'s>, env: Env<'s>, args: &[Value], _: Option<Block>) -> Res<Value> {
    let at = here(c, env);
    let split = args.iter().rposition(|a| a.as_hash().is_some()).filter(|i| *i > 0);
    let (names, given) = match split {
        Some(i) => (args.get(..i).unwrap_or_default(), args.get(i)),
        None => (args, None),
    };
    let given = given.and_then(|g| g.as_hash().cloned()).unwrap_or_default();
    if let Some(instances) = names.first().and_then(|n| n.as_hash().cloned()) {
        for (title, own) in &instances {
            let params = merged(own, &given, &at)?;
            ensure_package(c, env, title, params, &at)?;
        }
        return Ok(Value::Undef);
    }
    for name in flat(names) {
        let params = merged(&Value::hash(given.clone()), &Entries::default(), &at)?;
        ensure_package(c, env, &name, params, &at)?;
    }
    Ok(Value::Undef)
}

fn ensure_package<'s>(c: &mut Compiler<'s>, env: Env<'s>, name: &Value, mut params: Vec<Param>, at: &Loc) -> Res<()> {
    let declared = name.as_str().and_then(|n| c.find_resource("Package", n));
    if let Some(id) = declared {
        let clash =
            |p: &Param| c.catalog.get(id).and_then(|r| r.value(&p.name)).is_some_and(|v| !compatible(v, &p.value));
        if !params.iter().any(clash) {
            return Ok(());
        }
    }
    // The two words mean the same; stdlib settles on one.
    if let Some(ensure) = params.iter_mut().find(|p| p.name == "ensure" && p.value.as_str() == Some("present")) {
        ensure.value = Value::str("installed");
    }
    if !params.iter().any(|p| p.name == "ensure") {
        params.push(Param { name: "ensure".into(), value: Value::str("installed"), at: at.clone() });
    }
    let place = Place { at: at.clone(), end_line: at.line, form: Form::Regular };
    c.declare_titles(env, "Package", name, params, &place).map(|_| ())
}

fn compatible(a: &Value, b: &Value) -> bool {
    let installed = |v: &Value| matches!(v.as_str(), Some("present" | "installed"));
    a == b || a.is_unknown() || b.is_unknown() || installed(a) && installed(b)
}
