//! Answers of the data hierarchy that hosts share.
//!
//! A key is looked up once for all hosts that stand on the same ground ([`hiera::Stand`]) as far as none of
//! their own files has it. What a lookup leaves behind (files consulted, keys asked for) is told for each host.

use super::compiler::Compiler;
use super::data::{Found, How};
use crate::hiera::{self, Stand, Step};
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::{Arc, PoisonError, RwLock};

/// Most answers kept for one ground.
const MAX_ANSWERS: usize = 200_000;

/// Ground and manner of the lookup.
type Asked = (u32, u8);

/// All answers of a revision.
#[derive(Debug, Default)]
pub(super) struct Answers(RwLock<FxHashMap<Asked, FxHashMap<EcoString, Answer>>>);

#[derive(Clone, Debug)]
struct Answer {
    found: Found,
    trail: Arc<[Step]>,
    key: EcoString,
}

/// Where the host at hand stands, as long as no variable of the top or the node has changed.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// How many such variables were set.
    pub(super) globals: u64,
    known: Option<(u64, Option<Rc<Stand>>)>,
}

/// Manners of lookup that can be told apart by a number.
fn manner(how: &How) -> Option<u8> {
    match how {
        How::Bind => Some(0),
        How::Lookup(None) => Some(1),
        How::Lookup(Some(Value::Str(merge))) => match &*merge.text {
            "first" => Some(1),
            "unique" => Some(2),
            "hash" => Some(3),
            "deep" => Some(4),
            _ => None,
        },
        How::Lookup(Some(_)) => None,
    }
}

impl Compiler<'_> {
    /// The answer that another host got, if it is this one's too.
    pub(super) fn known_answer(&mut self, key: &str, how: &How) -> Option<Found> {
        let hiera = self.session.hiera();
        let (manner, ground) = (manner(how)?, hiera.data.as_ref().ok()?);
        let (globals, stand) = self.standing.known.as_ref().filter(|_| self.muted.is_none())?;
        let stand = stand.as_ref().filter(|_| *globals == self.standing.globals)?.clone();
        let answer = hiera.answers.get((stand.ground, manner), key)?;
        if ground.is_own(&stand, key) {
            return None;
        }
        let is_told = self.dep_lists.contains(&(answer.trail.as_ptr() as usize));
        if !is_told {
            for (path, is_there) in ground.told(&self.hiera_memo, &answer.trail)? {
                if is_there {
                    self.data_files.insert(path.clone());
                }
                self.deps.insert(path);
            }
            self.dep_lists.insert(answer.trail.as_ptr() as usize);
        }
        self.lookups.insert(answer.key);
        Some(answer.found)
    }

    /// Keeps an answer for others, if it is one for all.
    pub(super) fn keep_answer(&self, key: &str, how: &How, found: &Found, trail: Option<Arc<[Step]>>) {
        let (Some(trail), Some(manner)) = (trail, manner(how)) else { return };
        let Some((globals, Some(stand))) = &self.standing.known else { return };
        let hiera = self.session.hiera();
        let is_shared = hiera.data.as_ref().is_ok_and(|data| !data.is_own(stand, key));
        if *globals == self.standing.globals && self.muted.is_none() && is_shared && !self.session.options.afresh {
            let answer = Answer { found: found.clone(), trail, key: key.into() };
            hiera.answers.keep((stand.ground, manner), answer);
        }
    }

    /// Finds out where the host stands, unless that is known.
    pub(super) fn take_stand(&mut self, scope: &dyn Fn(&Self, &hiera::Hiera) -> Option<Stand>) {
        let globals = self.standing.globals;
        if self.standing.known.as_ref().is_some_and(|(at, _)| *at == globals) {
            return;
        }
        let stand = self.session.hiera().data.as_ref().ok().and_then(|hiera| scope(self, hiera));
        self.standing.known = Some((globals, stand.map(Rc::new)));
    }
}

impl Answers {
    fn get(&self, asked: Asked, key: &str) -> Option<Answer> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&asked)?.get(key).cloned()
    }

    fn keep(&self, asked: Asked, answer: Answer) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let answers = all.entry(asked).or_default();
        if answers.len() < MAX_ANSWERS {
            answers.entry(answer.key.clone()).or_insert(answer);
        }
    }
}
