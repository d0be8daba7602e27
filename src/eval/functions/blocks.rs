//! Which built-in functions take a block, and with how many parameters.

use crate::eval::error::EvalError;
use crate::eval::interp::Block;
use crate::value::Value;

/// Functions of Puppet's own that take none.
const WITHOUT: &[&str] = &[
    "abs",
    "camelcase",
    "capitalize",
    "ceiling",
    "chomp",
    "chop",
    "compare",
    "dig",
    "downcase",
    "empty",
    "flatten",
    "floor",
    "join",
    "keys",
    "length",
    "lstrip",
    "match",
    "regsubst",
    "round",
    "rstrip",
    "size",
    "split",
    "strftime",
    "strip",
    "type",
    "upcase",
    "values",
    "versioncmp",
];

/// Those of them that act on the catalog, or look at the state of the compilation.
const STATEMENTS: &[&str] = &[
    "alert",
    "break",
    "contain",
    "crit",
    "debug",
    "defined",
    "emerg",
    "epp",
    "err",
    "find_file",
    "find_template",
    "include",
    "info",
    "inline_epp",
    "module_directory",
    "next",
    "notice",
    "require",
    "return",
    "warning",
];

/// Refuses a block that a function which works on the compiler cannot run.
pub(crate) fn check_statement(name: &str, block: Option<&Block>) -> Result<(), EvalError> {
    match block {
        Some(_) if STATEMENTS.contains(&name) => Err(EvalError::puppet(format!("'{name}' does not expect a block"))),
        _ => Ok(()),
    }
}

/// Functions whose block is handed this many arguments.
const HANDED: &[(&str, usize)] =
    &[("get", 1), ("getvar", 1), ("lest", 0), ("max", 2), ("min", 2), ("step", 1), ("then", 1), ("unique", 1)];

/// Refuses a block that the function cannot run.
pub(super) fn check(name: &str, args: &[Value], block: Option<Block>) -> Result<(), EvalError> {
    let Some(block) = block else { return Ok(()) };
    if WITHOUT.contains(&name) || name == "index" && args.len() > 1 {
        return Err(EvalError::puppet(format!("'{name}' does not expect a block")));
    }
    let Some((_, handed)) = HANDED.iter().find(|(known, _)| *known == name) else { return Ok(()) };
    if block.required <= *handed && *handed <= block.at_most {
        return Ok(());
    }
    let s = if *handed == 1 { "" } else { "s" };
    Err(EvalError::puppet(format!("'{name}' block expects {handed} argument{s}, got {}", block.required)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_fit_or_are_refused() {
        let block = |required, at_most| Some(Block { handle: 0, required, at_most });
        let refused = |name, block| check(name, &[], block).is_err();
        assert!(refused("upcase", block(1, 1)));
        assert!(refused("then", block(2, 2)));
        assert!(refused("max", block(1, 1)));
        assert!(!refused("max", block(2, 2)));
        assert!(!refused("unique", block(0, usize::MAX)));
        assert!(!refused("map", block(2, 2)));
        assert!(check("index", &[Value::Undef, Value::Undef], block(1, 1)).is_err());
    }
}
