//! The words of a plan: what to do at each stage, what to watch, what to say to whom.
//!
//! The order within follows incident practice: communicate at once, fix on suspicion, diagnose after.

use super::canary::Canary;
use super::slices::Slice;
use super::{Change, Settings, Stage, Watch};
use crate::finding::{FailureMode, Severity};
use std::collections::BTreeMap;

/// How many pools the reason of a slice names.
const MOST_POOLS: usize = 5;

pub(super) fn preparation(change: &Change<'_>, canary: &Canary) -> Stage {
    let head = &change.report.head;
    let why = "what must be true before the first host changes; each point is an earlier change of its own";
    let mut stage = Stage::new("preparation", why);
    let serious = change.findings.iter().filter(|f| f.severity >= Severity::Medium && !f.remedy.is_empty());
    stage.actions.extend(serious.map(|f| format!("{} ({}): {}", f.subject, f.rule, f.remedy)));
    if change.fires("package-index-stale") {
        stage.actions.push("refresh the package index on every host that changes, not on the canary alone".to_owned());
    }
    stage.actions.extend([
        "say in the operations channel that you are about to begin, and who watches with you".to_owned(),
        format!(
            "stop the agents, or the merge rolls itself out within one run interval: \
             `puppet agent --disable 'rollout of {head}'` on all {} but {}",
            hosts(change.hosts.count),
            canary.host
        ),
    ]);
    stage.log.push(format!("!log disabling puppet on {} ahead of {head}", hosts(change.hosts.count)));
    stage
}

pub(super) fn canary(change: &Change<'_>, settings: &Settings, canary: &Canary) -> Stage {
    let head = &change.report.head;
    let mut stage = Stage::new("canary", canary.why.clone()).between(0, settings.interval);
    stage.hosts.push(canary.host.clone());
    stage.actions = vec![
        format!("merge {head}"),
        format!("`puppet agent --test` on {}; read its output to the end", canary.host),
        "look at the balancer: is the host still in rotation and healthy?".to_owned(),
        "run the agent a second time: it must change nothing".to_owned(),
        format!("wait {} minutes", settings.interval),
    ];
    stage.does_not_show.clone_from(&canary.silent_on);
    stage.watch = watch(change, None);
    stage.stop_when = stop_when();
    stage.log.push(format!("!log merged {head}; running puppet on {} (canary)", canary.host));
    stage
}

pub(super) fn slice(change: &Change<'_>, settings: &Settings, slice: Slice, number: usize, total: usize) -> Stage {
    let begins = minutes(settings, number);
    let named = slice.shares.iter().take(MOST_POOLS);
    let mut shares: Vec<String> = named.map(|(pool, n, size)| format!("{n} of {size} in `{pool}`")).collect();
    if let more @ 1.. = slice.shares.len().saturating_sub(MOST_POOLS) {
        shares.push(format!("and so on in {more} more"));
    }
    let mut stage = Stage::new(format!("slice {number} of {total}"), shares.join(", "));
    stage = stage.between(begins, begins + settings.interval);
    stage.actions = vec![
        "go on only if the stage before showed nothing and somebody has looked".to_owned(),
        format!("`puppet agent --enable && puppet agent --test` on {}", hosts(slice.hosts.len())),
        format!("wait {} minutes", settings.interval),
    ];
    stage.watch = watch(change, Some(&slice));
    stage.stop_when = stop_when();
    stage.log.push(format!("!log {}: slice {number}/{total}, {}", change.report.head, hosts(slice.hosts.len())));
    stage.hosts = slice.hosts;
    stage
}

pub(super) fn finish(change: &Change<'_>, settings: &Settings, slices: usize) -> Stage {
    let begins = minutes(settings, slices + 1);
    let mut stage = Stage::new("finish", "one full run interval with every agent enabled");
    stage = stage.between(begins, begins + settings.interval);
    stage.actions = vec![
        "check that no agent is left disabled and that every host has run since the merge".to_owned(),
        "say that it is done".to_owned(),
    ];
    if change.findings.iter().any(|f| f.failure_mode == FailureMode::Delayed) {
        stage.actions.push("restart by hand, with somebody watching, what did not restart by itself".to_owned());
    }
    stage.log.push(format!("!log {}: rollout finished, puppet enabled everywhere", change.report.head));
    stage
}

fn minutes(settings: &Settings, stages: usize) -> u32 {
    u32::try_from(stages).unwrap_or(u32::MAX).saturating_mul(settings.interval)
}

/// One row a failure mode, with the symptoms the findings name; those about hosts of the slice alone.
fn watch(change: &Change<'_>, slice: Option<&Slice>) -> Vec<Watch> {
    let concerns = |members: &[std::sync::Arc<str>]| {
        members.is_empty() || slice.is_none_or(|s| s.hosts.iter().any(|h| members.binary_search(h).is_ok()))
    };
    let mut rows: BTreeMap<(FailureMode, String), Watch> = BTreeMap::new();
    for finding in change.findings.iter().filter(|f| concerns(&f.hosts.members)) {
        let (symptom, first_fix) = (finding.watch.clone(), finding.first_aid.clone());
        let failure_mode = finding.failure_mode;
        let row = rows.entry((failure_mode, format!("{symptom}{first_fix}"))).or_insert(Watch {
            failure_mode,
            symptom,
            first_fix,
            rules: Vec::new(),
        });
        if !row.rules.contains(&finding.rule) {
            row.rules.push(finding.rule.clone());
        }
    }
    if rows.is_empty() {
        let failure_mode = FailureMode::FastFail;
        let (symptom, first_fix) = (failure_mode.watch().to_owned(), failure_mode.first_fix().to_owned());
        return vec![Watch { failure_mode, symptom, first_fix, rules: Vec::new() }];
    }
    rows.into_values().collect()
}

fn stop_when() -> Vec<String> {
    vec![
        "an agent run of this stage fails, or its second run still changes something".to_owned(),
        "the balancer takes a host of this stage out".to_owned(),
        "any symptom above shows, even if the cause seems to be something else".to_owned(),
        "nobody is left to watch".to_owned(),
    ]
}

pub(super) fn way_back(change: &Change<'_>) -> Vec<String> {
    let head = &change.report.head;
    let mut steps: Vec<String> = Vec::new();
    for finding in change.findings.iter().filter(|f| f.first_aid != f.failure_mode.first_fix()) {
        let action = finding.first_aid.clone();
        if !steps.contains(&action) {
            steps.push(action);
        }
    }
    let removal = change.findings.iter().any(|f| f.rule.starts_with("removal-"));
    if removal && steps.is_empty() {
        steps.push("reinstall the removed package on the hosts done".to_owned());
    }
    if removal {
        steps.push("a revert alone does not undo a maintainer script: users, links and data return with the package or by hand".to_owned());
    }
    steps.push(format!("`git revert {head}`, merge, then `puppet agent --test` on the hosts done, gravest first"));
    if change.findings.iter().any(|f| f.failure_mode == FailureMode::FastFail) {
        steps
            .push("errors kept by caches in front outlast the repair by their lifetime: purge them or wait".to_owned());
    }
    steps.push(format!("!log reverting {head}: <what was seen>"));
    steps
}

pub(super) fn communication() -> Vec<String> {
    [
        "before each step: the `!log` line; undone or extra steps are logged as well",
        "users notice something: within 5 minutes tell the other teams what is known and whom it hits, without the technical detail",
        "every 15 minutes after that: an update, with an expected end if there is one; a last one when service is back",
        "15 minutes down: stop, get perspective, call more people (call, do not only text)",
        "three or more people at work: one coordinates, keeps the status document (updated every half hour at least) and fixes nothing",
    ]
    .map(str::to_owned)
    .to_vec()
}

pub(super) fn caveats(change: &Change<'_>, settings: &Settings) -> Vec<String> {
    let mut out = Vec::new();
    let coverage = &change.report.coverage;
    if let missing @ 1.. = coverage.hosts_missing() {
        out.push(format!("{} could not be compiled; what the change does there is not known", hosts(missing)));
    }
    if change.hosts.members.is_empty() {
        out.push("no host is known to change: there is nothing to stage".to_owned());
    }
    for pool in change.pools.touched(&change.hosts.members) {
        let size = pool.hosts.len();
        if pool.open {
            out.push(format!("the names of pool `{}` are examples; its real size is not in the repository", pool.name));
        } else if size * usize::from(settings.pool_share) < 100 {
            out.push(format!(
                "pool `{}` has {}: one of them is more than {} %",
                pool.name,
                hosts(size),
                settings.pool_share
            ));
        }
    }
    if change.pools.guessed > 0 {
        out.push(format!("no pool is known for {}: grouped by name", hosts(change.pools.guessed)));
    }
    out
}

/// `1 host`, `20 hosts`.
pub(super) fn hosts(n: usize) -> String {
    if n == 1 { "1 host".to_owned() } else { format!("{n} hosts") }
}
