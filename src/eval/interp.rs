//! What a built-in function may ask of the evaluator.
//!
//! Functions are plain Rust functions over values. Whatever they need beyond their arguments goes
//! through [`Interp`], so that they can be tested without a repository.

use super::error::EvalError;
use crate::value::types::{Type, TypeContext};
use crate::value::{CauseKind, Value};

/// A lambda, as a function sees it: a handle that only the evaluator can run.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// The evaluator's own number for the closure.
    pub handle: usize,
    /// Required parameters.
    pub required: usize,
    /// Most parameters it takes; `usize::MAX` with `*$rest`.
    pub at_most: usize,
}

/// What `$0`, `$1` … become after a match.
pub type Captures = Vec<Value>;

/// Services of the evaluator.
///
/// Resolving a type alias and recording a decision on a per-host value belong to [`TypeContext`],
/// which the type system asks too.
pub trait Interp: TypeContext {
    /// Runs a lambda.
    ///
    /// # Errors
    /// Whatever its body raises, `break`, `next` and `return` included.
    fn call_block(&mut self, block: Block, args: &[Value]) -> Result<Value, EvalError>;
    /// Calls any function by name (built-in, Puppet language, modelled).
    ///
    /// # Errors
    /// Whatever the function raises.
    fn call_function(&mut self, name: &str, args: &[Value], block: Option<Block>) -> Result<Value, EvalError>;
    /// A variable by name without dollar, as seen by the caller; `None` if never set.
    fn variable(&mut self, name: &str) -> Option<Value>;
    /// Records a log message.
    fn log(&mut self, level: &str, message: String);
    /// The value of a parameter of a declared resource or class (`File['/x']['mode']`).
    ///
    /// # Errors
    /// When there is no such resource or parameter.
    fn resource_parameter(&mut self, reference: &Type, name: &str) -> Result<Value, EvalError> {
        Ok(Value::unknown(CauseKind::Query, format!("{reference}[{name}]")))
    }
    /// Whether manifests are of the older dialect, in which a number written without quotes is a string.
    fn is_legacy(&self) -> bool {
        false
    }
    /// `strict=error` (the default of Puppet 8): strings are not coerced to numbers.
    fn strict(&self) -> bool {
        false
    }
}

/// A built-in function.
pub type Builtin = fn(&mut dyn Interp, &[Value], Option<Block>) -> Result<Value, EvalError>;
