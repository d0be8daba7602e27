//! How a value relies on its relay: read off its history, else off its text.

use super::consumer::Reliance;
use crate::content::mail::{self, Failover, Row};
use crate::repo::Loc;
use crate::value::Origin;
use std::sync::Arc;

/// How a value relies on its relay, where the relay was chosen, and where its list is set.
pub(super) type Relied = (Reliance, Option<Loc>, Option<Loc>);

/// What the history of the values on a line says.
pub(super) fn of_origins(origins: &[Arc<Origin>], row: &Row) -> Option<Relied> {
    origins.iter().find_map(|o| relied_on(o, row))
}

fn relied_on(origin: &Arc<Origin>, row: &Row) -> Option<Relied> {
    match &**origin {
        Origin::Element { index, len, at, list } => {
            Some((Reliance::Element { index: *index, len: *len }, at.clone(), set_at(list.as_ref())))
        }
        Origin::Joined { len, at, list, .. } if *len > 1 && row.failover == Failover::ClientUnproven => {
            Some((Reliance::UnprovenFailover { len: *len }, at.clone(), set_at(list.as_ref())))
        }
        Origin::Joined { len: 1, at, list, .. } => {
            Some((Reliance::Element { index: 0, len: 1 }, at.clone(), set_at(list.as_ref())))
        }
        Origin::Rendered(pieces) => pieces.iter().filter_map(|p| p.origin.as_ref()).find_map(|o| relied_on(o, row)),
        _ => None,
    }
}

/// A host written out by name is one host. A list written out is as good as the client's own failover.
pub(super) fn by_text(row: &Row, value: &str) -> Option<Relied> {
    if mail::is_one_remote_host(value) {
        return Some((Reliance::Literal, None, None));
    }
    let relays: Vec<&str> = row.separator.as_deref().map_or_else(Vec::new, |s| value.split(s).collect());
    let list = relays.len() > 1 && relays.iter().all(|r| mail::is_one_remote_host(r));
    (list && row.failover == Failover::ClientUnproven).then_some((
        Reliance::UnprovenFailover { len: relays.len() },
        None,
        None,
    ))
}

/// Where a value was written down.
pub(super) fn set_at(origin: Option<&Arc<Origin>>) -> Option<Loc> {
    match &**origin? {
        Origin::Literal(at) | Origin::Hiera { at, .. } => Some(at.clone()),
        Origin::Element { list, .. } | Origin::Joined { list, .. } => set_at(list.as_ref()),
        Origin::Rendered(_) => None,
    }
}
