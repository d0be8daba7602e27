//! Which host goes first, and for which others it speaks.

use super::{Change, Settings};
use std::cmp::Reverse;
use std::sync::Arc;

/// The host that goes first.
pub(super) struct Canary {
    /// Its name.
    pub(super) host: Arc<str>,
    /// Why this one.
    pub(super) why: String,
    /// For whom it does not speak.
    pub(super) silent_on: Vec<String>,
}

/// The host that most findings are about, out of the pool that can best spare one.
pub(super) fn choose(change: &Change<'_>, settings: &Settings) -> Canary {
    let host = settings.canary.as_deref().map(Arc::from).or_else(|| best(change)).unwrap_or_else(|| Arc::from(""));
    let why = match &settings.canary {
        Some(_) => "chosen by you".to_owned(),
        None => reason(change, &host),
    };
    Canary { silent_on: silent_on(change, &host), why, host }
}

fn best(change: &Change<'_>) -> Option<Arc<str>> {
    let rank =
        |host: &&Arc<str>| (Reverse(spoken_for(change, host)), Reverse(pool_size(change, host)), Arc::clone(host));
    change.hosts.members.iter().min_by_key(rank).cloned()
}

fn spoken_for(change: &Change<'_>, host: &Arc<str>) -> usize {
    change.findings.iter().filter(|f| f.hosts.members.binary_search(host).is_ok()).count()
}

fn pool_size(change: &Change<'_>, host: &str) -> usize {
    change.pools.of(host).map_or(1, |pool| pool.hosts.len())
}

fn reason(change: &Change<'_>, host: &Arc<str>) -> String {
    let (about, all) = (spoken_for(change, host), change.findings.len());
    let findings = match all {
        0 => "its catalog changes".to_owned(),
        _ => format!("{about} of {all} findings are about it"),
    };
    match change.pools.of(host) {
        Some(pool) if pool.hosts.len() > 1 => {
            format!("{findings}; its pool `{}` has {} others to carry the load", pool.name, pool.hosts.len() - 1)
        }
        _ => format!("{findings}; no other host is known to serve with it"),
    }
}

fn silent_on(change: &Change<'_>, host: &Arc<str>) -> Vec<String> {
    let mut out = Vec::new();
    if change.fires("package-index-stale") {
        out.push(
            "hosts whose package index is older than the canary's: refresh the index on every host first, or this \
             canary proves nothing about their installs"
                .to_owned(),
        );
    }
    for finding in &change.findings {
        if !finding.hosts.members.is_empty() && finding.hosts.members.binary_search(host).is_err() {
            out.push(format!(
                "`{}` on {}: not about this host; look again at the first host it is about",
                finding.rule, finding.subject
            ));
        }
    }
    if change.fires("removal-deletes-user") {
        out.push(
            "hosts where nothing runs as the user at that moment: it survives only where a process holds it".to_owned(),
        );
    }
    out
}
