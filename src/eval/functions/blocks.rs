//! Which built-in functions take a block, and with how many parameters.

use crate::eval::error::EvalError;
use crate::eval::interp::Block;
use crate::value::Value;

/// Functions of Puppet's own that take none.
const WITHOUT: &[&str] = &[
    "abs",
    "alert",
    "break",
    "camelcase",
    "capitalize",
    "ceiling",
    "chomp",
    "chop",
    "compare",
    "contain",
    "crit",
    "debug",
    "defined",
    "dig",
    "downcase",
    "emerg",
    "empty",
    "epp",
    "err",
    "find_file",
    "find_template",
    "flatten",
    "floor",
    "include",
    "info",
    "inline_epp",
    "join",
    "keys",
    "length",
    "lstrip",
    "match",
    "module_directory",
    "next",
    "notice",
    "regsubst",
    "require",
    "return",
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
    "warning",
];

/// Refuses any block of a function that takes none.
pub(crate) fn refuse(name: &str, block: Option<&Block>) -> Result<(), EvalError> {
    match block {
        Some(_) if WITHOUT.contains(&name) => Err(EvalError::puppet(format!("'{name}' does not expect a block"))),
        _ => Ok(()),
    }
}

/// Functions whose block is handed this many arguments.
const HANDED: &[(&str, usize)] =
    &[("get", 1), ("getvar", 1), ("lest", 0), ("max", 2), ("min", 2), ("step", 1), ("then", 1), ("unique", 1)];

/// Refuses a block that the function cannot run.
pub(super) fn check(name: &str, args: &[Value], block: Option<Block>) -> Result<(), EvalError> {
    refuse(name, block.as_ref())?;
    let Some(block) = block else { return Ok(()) };
    if name == "index" && args.len() > 1 {
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
