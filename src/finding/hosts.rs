//! On which hosts: a count, a few names, their roles. One change on four hundred hosts is one finding.

use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many names a report shows.
const SAMPLE: usize = 3;

/// The hosts a finding is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HostSet {
    /// How many.
    pub count: usize,
    /// The first few by name.
    pub sample: Vec<String>,
    /// The roles they have, sorted.
    pub roles: Vec<String>,
    /// Every name, sorted; for the rollout, not for the report.
    #[serde(skip)]
    pub members: Vec<Arc<str>>,
}

/// Hosts that serve together, so that taking too many of them out at once takes the service out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// What it is called: a role, or the name of its node definition.
    pub name: String,
    /// Its hosts, sorted.
    pub hosts: Vec<Arc<str>>,
    /// The node definition matches names without end; `hosts` are representatives.
    pub open: bool,
}

impl HostSet {
    /// A set from names (in any order, repeated or not) and the roles among them.
    pub fn new<H, R>(hosts: H, roles: R) -> Self
    where
        H: IntoIterator,
        H::Item: Into<Arc<str>>,
        R: IntoIterator,
        R::Item: Into<String>,
    {
        let members: BTreeSet<Arc<str>> = hosts.into_iter().map(Into::into).collect();
        let roles: BTreeSet<String> = roles.into_iter().map(Into::into).collect();
        Self {
            count: members.len(),
            sample: members.iter().take(SAMPLE).map(ToString::to_string).collect(),
            roles: roles.into_iter().collect(),
            members: members.into_iter().collect(),
        }
    }

    /// Both sets in one.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let hosts = self.members.iter().chain(&other.members).cloned();
        Self::new(hosts, self.roles.iter().chain(&other.roles).cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_host_once_and_shows_the_first() {
        let set = HostSet::new(["d", "b", "a", "c", "b"], ["web", "cache", "web"]);
        assert_eq!((set.count, set.members.len()), (4, 4));
        assert_eq!(set.sample, ["a", "b", "c"]);
        assert_eq!(set.roles, ["cache", "web"]);
        assert_eq!(set.union(&HostSet::new(["e"], ["db"])).count, 5);
    }
}
