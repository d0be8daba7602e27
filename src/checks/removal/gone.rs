//! Files, accounts and services that a change newly declares absent.

use crate::catalog::Resource;
use crate::checks::context::{HostContext, HostSide};
use crate::checks::removal::{absence, wanted, was_open};
use crate::diff::Change;
use crate::repo::Loc;

/// A resource that Puppet takes away from now on.
pub(super) struct Gone<'a> {
    /// At head.
    pub(super) resource: &'a Resource,
    /// At base, where Puppet kept it; `None` for one that was not managed before.
    pub(super) before: Option<&'a Resource>,
    /// The head revision.
    pub(super) head: HostSide<'a>,
}

impl<'a> Gone<'a> {
    /// Where its absence is asked for.
    pub(super) fn at(&self) -> &'a Loc {
        self.resource.param("ensure").map_or(&self.resource.at, |p| &p.at)
    }
}

/// Resources of a type that newly become absent.
pub(super) fn gone<'a>(cx: &HostContext<'a>, type_name: &str) -> Vec<Gone<'a>> {
    let Some(head) = cx.head else { return Vec::new() };
    let found = cx.changes.iter().filter_map(|change| leaves(cx, head, change));
    found.filter(|g| g.resource.type_name == type_name).collect()
}

fn leaves<'a>(cx: &HostContext<'a>, head: HostSide<'a>, change: &Change) -> Option<Gone<'a>> {
    let (before, id) = match change {
        Change::Added(id) => (None, *id),
        Change::Param { base, head, name } if name == "ensure" => (Some(cx.base?.get(*base)?), *head),
        _ => return None,
    };
    let resource = head.get(id).filter(|r| absence(r).is_some())?;
    let left = before.is_none_or(|b| wanted(b) && !was_open(cx, b));
    left.then_some(Gone { resource, before, head })
}
