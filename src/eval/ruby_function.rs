//! A function that the repository writes in Ruby, and what it answered.
//!
//! Whatever a function asks of the compilation (variables, files, other functions) goes through its scope.
//! Where it asked nothing, its arguments alone decide, and the answer holds for every host.

use super::memo::same_values;
use crate::ruby::function::Function;
use crate::value::Value;
use crate::value::types::Type;
use ecow::EcoString;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Most answers kept of one function.
const MAX_ANSWERS: usize = 2_000;

/// The signature that was called, the arguments, and what came of them.
type Answer = (usize, Vec<Value>, Value);

/// The types of a signature's parameters.
type Signature = Vec<Arc<Type>>;

/// A function written in Ruby.
#[derive(Debug)]
pub(crate) struct RubyFunction {
    pub(crate) code: Function,
    /// The types of its signatures and the aliases that they name, once they have been evaluated.
    pub(crate) types: OnceLock<(Vec<Signature>, Box<[EcoString]>)>,
    answers: RwLock<FxHashMap<u64, Vec<Answer>>>,
}

impl RubyFunction {
    pub(crate) fn new(code: Function) -> Self {
        Self { code, types: OnceLock::new(), answers: RwLock::default() }
    }

    /// What it answered to these arguments, if it asked nothing else.
    pub(crate) fn answered(&self, dispatch: usize, args: &[Value]) -> Option<Value> {
        let answers = self.answers.read().unwrap_or_else(PoisonError::into_inner);
        let same = |answer: &&Answer| answer.0 == dispatch && same_values(&answer.1, args);
        answers.get(&FxBuildHasher.hash_one(args))?.iter().find(same).map(|answer| answer.2.clone())
    }

    /// Keeps an answer to which nothing but the arguments led.
    pub(crate) fn keep(&self, dispatch: usize, args: &[Value], value: &Value) {
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() < MAX_ANSWERS {
            answers.entry(FxBuildHasher.hash_one(args)).or_default().push((dispatch, args.to_vec(), value.clone()));
        }
    }
}
