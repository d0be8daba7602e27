//! Whether the arguments of a call fit the function, before it is run.
//!
//! What a module writes in Ruby says itself what it takes, also where the function is built in here. What
//! Puppet brings along is listed, where the function itself does not look.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use crate::ruby::function::Dispatch;
use crate::value::types::{Type, infer};
use crate::value::{Tri, Value};

/// A name, and each way to call it: `?` stands before what may be left out, `*` before what repeats and may be
/// left out, `+` before what repeats.
const CORE: &[(&str, &[&[&str]])] = &[
    ("annotate", &[&["Type", "Any", "?Any"]]),
    ("binary_file", &[&["String"]]),
    ("defined", &[&["+Any"]]),
    ("eyaml_lookup_key", &[&["String[1]", "Hash[String[1], Any]", "Any"]]),
    ("find_file", &[&["*String"], &["*Array[String]"]]),
    ("find_template", &[&["*String"], &["*Array[String]"]]),
    ("generate", &[&["Pattern[/\\A\\//]", "*Any"]]),
    ("hiera", HIERA),
    ("hiera_array", HIERA),
    ("hiera_hash", HIERA),
    ("hiera_include", HIERA),
    ("hocon_data", &[&["Any", "Any"]]),
    ("inline_epp", &[&["String", "?Hash"]]),
    ("json_data", &[&["Any", "Any"]]),
    ("module_directory", &[&["*String"], &["*Array[String]"]]),
    ("yaml_data", &[&["Any", "Any"]]),
];

const HIERA: &[&[&str]] = &[&["Tuple[String, Any, Any, 1, 3]"], &["String", "?Any", "?Any"]];

/// What the types take that make something of arguments; a value of the type itself stays as it is.
const NEW: &[(&str, &[&[&str]])] = &[
    ("Array", &[&["Any", "?Boolean"]]),
    ("Binary", &[&["String", "?Enum['%B', '%b', '%r', '%s', '%u']"], &["Array[Integer[0, 255]]"], &["Hash"]]),
    ("Boolean", &[&["Any"]]),
    ("Deferred", &[&[DEFERRED, "?Array"], &["Struct[{name => String[1], Optional[arguments] => Optional[Array]}]"]]),
    (
        "Error",
        &[&["String[1]", "?Optional[String[1]]", "?Optional[Hash[String[1], Data]]", "?Optional[String[1]]"], &[ERROR]],
    ),
    ("Float", &[&["Any", "?Boolean"]]),
    ("Numeric", &[&["Any", "?Boolean"]]),
    ("Regexp", &[&["String", "?Boolean"], &["Regexp"]]),
    ("SemVer", &[&["String[1]"], &[COUNT, COUNT, COUNT, "?Optional[String[1]]", "?Optional[String[1]]"], &[VERSION]]),
    ("SemVerRange", &[&["String[1]"], &[BOUND, BOUND, "?Boolean"], &["Hash[String[1], Any, 1]"]]),
    (
        "Timespan",
        &[&[SECONDS], &["String[1]", "?Variant[String[2], Array[String[2], 1]]"], DAYS, &["Hash[String[1], Any]"]],
    ),
    (
        "Timestamp",
        &[&[], &[SECONDS], &["String[1]", "?Variant[String[2], Array[String[2], 1]]", "?String[1]"], &["Hash"]],
    ),
    ("URI", &[&["String[1]"], &["Hash[String[1], ScalarData]"]]),
];

const BOUND: &str = "Variant[Default, SemVer]";
const COUNT: &str = "Integer[0]";
const DAYS: &[&str] = &["Integer", "Integer", "Integer", "Integer", "?Integer", "?Integer", "?Integer"];
const DEFERRED: &str = "Pattern[/\\A[$]?[a-z][a-z0-9_]*(?:::[a-z][a-z0-9_]*)*\\z/]";
const ERROR: &str = "Struct[{msg => String[1], Optional[kind] => Optional[String[1]], Optional[details] => \
                     Optional[Hash[String[1], Data]], Optional[issue_code] => Optional[String[1]]}]";
const SECONDS: &str = "Variant[Integer, Float]";
const VERSION: &str = "Struct[{major => Integer[0], minor => Integer[0], patch => Integer[0], Optional[prerelease] => \
                       Optional[String[1]], Optional[build] => Optional[String[1]]}]";

impl Compiler<'_> {
    /// The arguments as the function gets them: one of the older form knows no `undef`, it gets the empty string.
    pub(crate) fn given_args(&self, name: &str, mut args: Vec<Value>) -> Vec<Value> {
        let is_older = |path: &std::sync::Arc<str>| path.contains("/parser/functions/");
        let lacking = args.iter().any(|a| matches!(a, Value::Undef)) && !super::functions::is_core(name);
        if lacking && self.session.modules.ruby_functions.get(name).is_some_and(is_older) {
            args.iter_mut().filter(|a| matches!(a, Value::Undef)).for_each(|a| *a = Value::str(""));
        }
        args
    }

    /// Refuses arguments that no signature of the function takes. What is not known fits.
    pub(crate) fn check_signature(&mut self, name: &str, args: &[Value]) -> Res<()> {
        if args.iter().any(Value::has_sym) {
            return Ok(());
        }
        if let ("new", [Value::Type(made), given @ ..]) = (name, args) {
            return self.check_new(made, given);
        }
        if let Some((_, listed)) = CORE.iter().find(|(n, _)| *n == name) {
            return if self.fits(listed, args) { Ok(()) } else { Err(refused(name, args)) };
        }
        // The functions that only ask about their arguments are the most called, and have none to refuse.
        let Some(path) = self.session.modules.ruby_functions.get(name).cloned() else { return Ok(()) };
        if super::functions::is_core(name) {
            return Ok(());
        }
        self.depend(path.clone());
        match self.session.ruby_function(name, &path) {
            Some(function) if !function.code.has_own_call() && self.dispatch(&function, args).is_none() => {
                Err(refused(name, args))
            }
            _ => Ok(()),
        }
    }

    fn check_new(&mut self, made: &std::sync::Arc<Type>, given: &[Value]) -> Res<()> {
        let Some((_, listed)) = NEW.iter().find(|(n, _)| *n == made.name()) else { return Ok(()) };
        let is_one = matches!(given, [only] if self.type_match(made, only) == Tri::Yes);
        if is_one || self.fits(listed, given) {
            return Ok(());
        }
        Err(refused(&format!("new_{}", made.name().to_lowercase()), given))
    }

    fn fits(&mut self, listed: &[&[&str]], args: &[Value]) -> bool {
        listed.iter().any(|row| {
            let dispatch = listed_dispatch(row);
            let types: Vec<_> = self.types_of(&dispatch);
            self.takes(&dispatch, &types, args)
        })
    }
}

fn listed_dispatch(row: &[&str]) -> Dispatch {
    let bare = |text: &&str| text.trim_start_matches(['?', '*', '+']).into();
    Dispatch {
        method: "".into(),
        scope: false,
        types: row.iter().map(bare).collect(),
        required: row.iter().filter(|text| !text.starts_with(['?', '*'])).count(),
        repeated: row.last().is_some_and(|text| text.starts_with(['*', '+'])),
    }
}

/// The error for arguments that fit no signature.
pub(crate) fn refused(name: &str, args: &[Value]) -> EvalError {
    let given: Vec<String> = args.iter().map(|a| infer(a).to_string()).collect();
    EvalError::puppet(format!(
        "The function '{name}' was called with arguments it does not accept. It was given ({})",
        given.join(", ")
    ))
}
