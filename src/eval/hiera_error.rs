//! Errors of lookups as Puppet tells them: some are of the call, some have a code of their own, most have none.

use super::compiler::Compiler;
use super::error::EvalError;
use crate::repo::Loc;

/// An error of Hiera's own is not one of the call: it has a code of its own, or none.
pub(super) fn hiera_error(c: &Compiler<'_>, message: String) -> EvalError {
    if is_raised(&message) {
        return EvalError::puppet(message);
    }
    let issue = ISSUES.iter().find(|(part, _)| message.contains(part)).map(|(_, issue)| *issue);
    let at = place_of(&message).or_else(|| c.last_loc.clone()).or_else(|| Some(Loc::new("", 0)));
    EvalError::Puppet { issue, message, at }
}

/// Whether it is an error of Ruby's, which Puppet tells of the call.
fn is_raised(message: &str) -> bool {
    let takes = |part: &str| message.starts_with('\'') && message.contains(part);
    RAISED.iter().any(|start| message.trim_start().starts_with(start))
        || message.contains("not a usable regular expression")
        || takes("' expects ")
        || takes(NO_PLACE)
}

/// What Puppet's own data functions say where they are given no path.
const NO_PLACE: &str = "must be declared in hiera.yaml when using this data_hash function";

/// How such errors begin.
const RAISED: &[&str] = &[
    "comparison of ",
    "undefined method ",
    "no implicit conversion of ",
    "Is a directory ",
    "overwrite_unmergeable must be true",
    "Unknown merge strategy",
    "The merge options has wrong type",
    "The hash given as 'merge' must contain",
    "knockout_prefix cannot be an empty string",
    "The Lookup Configuration at",
    "(",
];

/// The place that an error of a `hiera.yaml` ends with: `(path:line)`.
fn place_of(message: &str) -> Option<Loc> {
    let (path, line) = message.strip_suffix(')')?.rsplit_once('(')?.1.rsplit_once(':')?;
    let line = line.parse().ok().filter(|_| path.ends_with("hiera.yaml"))?;
    Some(Loc::new(path, line))
}

/// Puppet's codes of errors in `hiera.yaml`, by wording.
const ISSUES: &[(&str, &str)] = &[
    (
        "One of data_hash, lookup_key, data_dig, or hiera3_backend must be defined",
        "HIERA_MISSING_DATA_PROVIDER_FUNCTION",
    ),
    ("can be defined in defaults", "HIERA_MULTIPLE_DATA_PROVIDER_FUNCTIONS_IN_DEFAULT"),
    ("used in defaults is reserved", "HIERA_DEFAULT_OPTION_RESERVED_BY_PUPPET"),
    ("Only one of data_hash, lookup_key, data_dig, or hiera3_backend can be", "HIERA_MULTIPLE_DATA_PROVIDER_FUNCTIONS"),
    ("Only one of path, paths, glob", "HIERA_MULTIPLE_LOCATION_SPECS"),
    ("defined more than once. First defined at", "HIERA_HIERARCHY_NAME_MULTIPLY_DEFINED"),
    ("is reserved by Puppet", "HIERA_OPTION_RESERVED_BY_PUPPET"),
    ("Interpolation using method syntax is not allowed", "HIERA_INTERPOLATION_METHOD_SYNTAX_NOT_ALLOWED"),
    ("'alias' interpolation is only permitted", "HIERA_INTERPOLATION_ALIAS_NOT_ENTIRE_STRING"),
    ("Unknown interpolation method", "HIERA_INTERPOLATION_UNKNOWN_INTERPOLATION_METHOD"),
    ("'hiera3_backend' is only allowed in the global layer", "HIERA_V3_BACKEND_NOT_GLOBAL"),
    ("'default_hierarchy' is only allowed in the module layer", "HIERA_DEFAULT_HIERARCHY_NOT_IN_MODULE"),
    ("This runtime does not support hiera.yaml version", "HIERA_UNSUPPORTED_VERSION"),
    ("Unable to find 'data_hash' function", "HIERA_DATA_PROVIDER_FUNCTION_NOT_FOUND"),
    ("Unable to find 'lookup_key' function", "HIERA_DATA_PROVIDER_FUNCTION_NOT_FOUND"),
    ("Unable to find 'data_dig' function", "HIERA_DATA_PROVIDER_FUNCTION_NOT_FOUND"),
];
