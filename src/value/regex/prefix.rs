//! Whether a pattern matches a line of which only the beginning is known.
//!
//! The pattern's automaton is run over the beginning; then every continuation without a line break is
//! followed at once. Patterns that are no automaton (look-around, back references) stay undecided.

use super::translate;
use crate::value::Tri;
use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::util::syntax;
use regex_automata::{Input, MatchError};
use rustc_hash::FxHashSet;

/// Most states that are looked at.
const MAX_STATES: usize = 4_000;

/// What a search in any line that begins with `prefix` gives.
#[must_use]
pub fn match_on_prefix(pattern: &str, prefix: &str) -> Tri {
    let Ok(translated) = translate::from_ruby(pattern) else { return Tri::Maybe };
    let config = syntax::Config::new().multi_line(true);
    let Ok(dfa) = DFA::builder().syntax(config).build(&translated) else { return Tri::Maybe };
    let mut cache = dfa.create_cache();
    walk(&dfa, &mut cache, prefix).unwrap_or(Tri::Maybe)
}

fn walk(dfa: &DFA, cache: &mut Cache, prefix: &str) -> Result<Tri, MatchError> {
    let full = |_| MatchError::gave_up(0);
    let mut at = dfa.start_state_forward(cache, &Input::new(prefix))?;
    for byte in prefix.bytes() {
        at = dfa.next_state(cache, at, byte).map_err(full)?;
        if at.is_tagged() && (at.is_match() || at.is_dead() || at.is_quit()) {
            return Ok(if at.is_match() { Tri::Yes } else { dead_or_quit(at) });
        }
    }
    let next = steps(dfa, cache, at)?;
    if next.iter().all(LazyStateID::is_match) {
        return Ok(Tri::Yes);
    }
    any_match(dfa, cache, next)
}

fn dead_or_quit(at: LazyStateID) -> Tri {
    if at.is_dead() { Tri::No } else { Tri::Maybe }
}

/// Where one more byte, or the end, leads. A match shows one step late.
fn steps(dfa: &DFA, cache: &mut Cache, at: LazyStateID) -> Result<Vec<LazyStateID>, MatchError> {
    let full = |_| MatchError::gave_up(0);
    let mut out = vec![dfa.next_eoi_state(cache, at).map_err(full)?];
    for unit in dfa.byte_classes().representatives(0..=u8::MAX) {
        let Some(byte) = unit.as_u8().filter(|b| *b != b'\n') else { continue };
        out.push(dfa.next_state(cache, at, byte).map_err(full)?);
    }
    Ok(out)
}

/// `No` if no continuation matches; else it depends.
fn any_match(dfa: &DFA, cache: &mut Cache, mut left: Vec<LazyStateID>) -> Result<Tri, MatchError> {
    let mut seen: FxHashSet<LazyStateID> = left.iter().copied().collect();
    let cleared = cache.clear_count();
    while let Some(at) = left.pop() {
        if at.is_match() || at.is_quit() || seen.len() > MAX_STATES {
            return Ok(Tri::Maybe);
        }
        if at.is_dead() {
            continue;
        }
        let next = steps(dfa, cache, at)?;
        left.extend(next.into_iter().filter(|s| seen.insert(*s)));
        if cache.clear_count() != cleared {
            return Ok(Tri::Maybe);
        }
    }
    Ok(Tri::No)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_beginning_decides_what_it_can() {
        for (pattern, prefix, expected) in [
            (r"^10\.6[48]\.", "10.64.", Tri::Yes),
            (r"^10\.6[48]\.", "10.192.", Tri::No),
            (r"^208\.80\.15[45]\.", "208.80.15", Tri::Maybe),
            (r"^172\.16\.([0-9]|1[0-2])\.", "10.64.", Tri::No),
            (r"^10\.6[48]\.", "", Tri::Maybe),
            (r"\.5$", "10.64.", Tri::Maybe),
            (r"(?i)^WEB", "web1", Tri::Yes),
            (r"\Aweb\d+\z", "web", Tri::Maybe),
            (r"\Aweb\d+\z", "web-", Tri::No),
            (r"^(?!web)", "web", Tri::Maybe),
            (r"^a(b)?", "a", Tri::Yes),
            ("", "x", Tri::Yes),
        ] {
            assert_eq!(match_on_prefix(pattern, prefix), expected, "/{pattern}/ on {prefix:?}…");
        }
    }
}
