//! What a built-in function may ask of the evaluator.
//!
//! Functions are plain Rust functions over values. Whatever they need beyond their arguments goes
//! through [`Interp`], so that they can be tested without a repository.

use super::error::EvalError;
use crate::value::Value;

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

/// Services of the evaluator.
pub trait Interp {
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
    /// Resolves a type name that is not built in (alias `Stdlib::Host`); `None` if unknown.
    fn type_alias(&mut self, name: &str) -> Option<std::sync::Arc<crate::value::types::Type>>;
    /// A decision was taken on a per-host value: other hosts of the group must agree.
    fn observe(&mut self, subject: &Value, decided: bool);
}

/// A built-in function.
pub type Builtin = fn(&mut dyn Interp, &[Value], Option<Block>) -> Result<Value, EvalError>;
