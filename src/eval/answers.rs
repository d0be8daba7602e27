//! Answers of the data hierarchy that hosts share.
//!
//! A key is looked up once for all hosts that stand on the same ground ([`hiera::Stand`]) as far as the same ones of
//! their own files have it. What a lookup leaves behind (files consulted, keys asked for) is told for each host.

use super::compiler::Compiler;
use super::data::Variables;
use super::data::{Found, How, Lookup};
use super::scope::ScopeId;
use crate::hiera::{Ground, Hiera, Stand, Trail};
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::{OnceLock, PoisonError, RwLock};

/// Most answers kept for one ground.
const MAX_ANSWERS: usize = 200_000;

/// Ground and manner of the lookup.
type Asked = (Ground, u8);

/// All answers of a revision.
#[derive(Debug, Default)]
pub(super) struct Answers(RwLock<FxHashMap<Asked, FxHashMap<EcoString, Answer>>>);

#[derive(Clone, Debug)]
struct Answer {
    found: Found,
    trail: Trail,
    key: EcoString,
}

/// A revision and a ground on which a lookup had the answer that it has in a trace.
#[derive(Debug)]
pub(crate) struct AgreedAt {
    revision: u32,
    ground: Ground,
    trail: Trail,
}

/// One for each of two revisions.
pub(crate) type Agreed = [OnceLock<AgreedAt>; 2];

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
    pub(super) fn known_answer(&mut self, scope: ScopeId, key: &str, how: &How) -> Option<Found> {
        let hiera = self.session.hiera();
        let (manner, data) = (manner(how)?, hiera.data.as_ref().ok()?);
        let ground = self.ground(data, scope, key)?;
        let answer = hiera.answers.get((ground, manner), key)?;
        self.tell(data, &answer.trail)?;
        self.lookups.insert(answer.key);
        Some(answer.found)
    }

    /// The ground on which a key is answered here.
    fn ground(&self, data: &Hiera, scope: ScopeId, key: &str) -> Option<Ground> {
        let (globals, stand) = self.standing.known.as_ref().filter(|_| self.muted.is_none())?;
        let stand = stand.as_ref().filter(|_| *globals == self.standing.globals)?;
        data.ground(stand, key, &Variables::new(self, scope))
    }

    /// Tells of the files on the way of an earlier lookup; `None` if it takes a look to tell them.
    fn tell(&mut self, data: &Hiera, trail: &Trail) -> Option<()> {
        let address = trail.as_ptr() as usize;
        if self.dep_lists.contains(&address) {
            return Some(());
        }
        for (path, is_there) in data.told(&self.hiera_memo, trail)? {
            if is_there {
                self.data_files.insert(path.clone());
            }
            self.deps.insert(path);
        }
        self.dep_lists.insert(address);
        Some(())
    }

    /// Whether a lookup had the answer that it has in a trace on this very ground before; what it leaves behind is told.
    pub(super) fn agrees_here(&mut self, scope: ScopeId, lookup: &Lookup) -> bool {
        let (hiera, revision) = (self.session.hiera(), self.session.revision());
        let Some(at) = lookup.agreed.iter().filter_map(OnceLock::get).find(|at| at.revision == revision) else {
            return false;
        };
        let Ok(data) = &hiera.data else { return false };
        let agrees = self.ground(data, scope, &lookup.key) == Some(at.ground) && self.tell(data, &at.trail).is_some();
        if agrees {
            self.lookups.insert(lookup.key.clone());
        }
        agrees
    }

    /// Notes that a lookup had the answer that it has in a trace.
    pub(super) fn note_agreed(&self, scope: ScopeId, lookup: &Lookup) {
        let (hiera, revision) = (self.session.hiera(), self.session.revision());
        let is_new = lookup.agreed.iter().all(|at| at.get().is_none_or(|at| at.revision != revision));
        let (Some(manner), Ok(data)) = (manner(&lookup.how).filter(|_| is_new), &hiera.data) else { return };
        let Some(ground) = self.ground(data, scope, &lookup.key) else { return };
        let Some(answer) = hiera.answers.get((ground, manner), &lookup.key) else { return };
        let at = AgreedAt { revision, ground, trail: answer.trail };
        _ = lookup.agreed.iter().try_fold(at, |at, slot| slot.set(at).map_or_else(Ok, |()| Err(())));
    }

    /// Keeps an answer for others, if it is one for all.
    pub(super) fn keep_answer(&self, scope: ScopeId, (key, how): (&str, &How), found: &Found, trail: Option<Trail>) {
        let (Some(trail), Some(manner)) = (trail, manner(how)) else { return };
        let Some((globals, Some(stand))) = &self.standing.known else { return };
        let hiera = self.session.hiera();
        if *globals != self.standing.globals || self.muted.is_some() || self.session.options.afresh {
            return;
        }
        let data = hiera.data.as_ref().ok();
        if let Some(ground) = data.and_then(|data| data.ground(stand, key, &Variables::new(self, scope))) {
            hiera.answers.keep((ground, manner), Answer { found: found.clone(), trail, key: key.into() });
        }
    }

    /// Finds out where the host stands, unless that is known.
    pub(super) fn take_stand(&mut self, scope: ScopeId) {
        let globals = self.standing.globals;
        if self.standing.known.as_ref().is_none_or(|(at, _)| *at != globals) {
            let hiera = self.session.hiera().data.as_ref().ok();
            let stand = hiera.and_then(|hiera| hiera.stand(&Variables::new(self, scope)));
            self.standing.known = Some((globals, stand.map(Rc::new)));
        }
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
