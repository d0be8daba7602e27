//! `single-smarthost`: a mail setting that hangs on one SMTP host.
//!
//! The value is followed from the setting it lands in back to where it was taken out of a list. A class
//! parameter speaks for a setting only where no rendered file shows the same value landing.

mod consumer;
mod in_use;
mod local;
mod naming;
mod relied;

use super::places::head;
use super::{Check, HostContext, draft};
use crate::content::mail::Queue;
use crate::finding::{Confidence, FailureMode, Finding, Severity};
use consumer::{Consumer, Reliance, consumers, nothing_new};
pub(super) use in_use::SmarthostInUse;
use std::collections::BTreeSet;

pub(crate) struct SingleSmarthost;

impl Check for SingleSmarthost {
    fn id(&self) -> &'static str {
        "single-smarthost"
    }

    fn sees_unplaced(&self) -> bool {
        true
    }

    fn host(&self, cx: &HostContext<'_>, out: &mut Vec<Finding>) {
        let Some(side) = cx.head else { return };
        if cx.base.is_some_and(|base| nothing_new(base, side, cx)) {
            return;
        }
        let before = cx.base.map_or_else(Vec::new, |base| consumers(base, cx.hosts));
        let known: BTreeSet<String> = before.iter().map(Consumer::identity).collect();
        let found = consumers(side, cx.hosts);
        let touched = found.iter().filter(|c| !known.contains(&c.identity()));
        out.extend(touched.map(
            |c| match before.iter().find(|b| b.subject() == c.subject() && c.reliance.is_remote()) {
                Some(_) => kept(finding(c)),
                None => finding(c),
            },
        ));
    }
}

/// It hung on one relay before: the change writes the setting anew and leaves it so, which blocks nobody.
fn kept(finding: Finding) -> Finding {
    let severity = finding.severity.min(Severity::Medium);
    finding
        .severity(severity)
        .note("it hung on one relay before as well; the change writes the setting anew and leaves it so")
}

fn finding(consumer: &Consumer) -> Finding {
    let finding = draft("single-smarthost", consumer.subject(), consumer.reliance.change(), message(consumer));
    let finding = finding.severity(severity(consumer)).confidence(confidence(consumer)).mode(mode(consumer));
    let finding = finding.at(head(&consumer.at, &format!("{} = {}", consumer.key, consumer.value)));
    let finding = consumer.landed.iter().fold(finding, |f, at| f.also(head(at, "the setting lands here")));
    let finding = consumer.list.iter().fold(finding, |f, at| f.also(head(at, "the list of relays is set here")));
    finding.remedy(remedy(consumer)).row(row(consumer))
}

/// What the table of the incident's report says of it.
fn row(consumer: &Consumer) -> [(&'static str, String); 5] {
    let Consumer { program, key, value, .. } = consumer;
    let relay = match &consumer.reliance {
        Reliance::Element { index, len } => format!("{value} ([{index}] of {len})"),
        Reliance::Literal => value.clone(),
        Reliance::UnprovenFailover { .. } => format!("{value} (own failover unproven)"),
        Reliance::NoLocalQueue { .. } => format!("{value} (nothing queues there)"),
    };
    let meanwhile = if consumer.queue == Queue::None { "lost" } else { "delayed" };
    let repair = if consumer.reliance.is_remote() { "localhost, with a queueing MTA" } else { "a queueing MTA" };
    [
        ("service", program.clone()),
        ("setting", key.clone()),
        ("relay", relay),
        ("mail meanwhile", meanwhile.to_owned()),
        ("repair", repair.to_owned()),
    ]
}

fn message(consumer: &Consumer) -> String {
    let Consumer { program, key, .. } = consumer;
    let fate = match consumer.queue {
        Queue::None => "mail sent meanwhile is lost, since it keeps no queue",
        Queue::Own => "mail is delayed in its own queue meanwhile",
    };
    match &consumer.reliance {
        Reliance::Element { index, len } => format!(
            "{program} sends mail through one relay alone: {key} is element {index} of a list of {len}; when that host is down {fate}"
        ),
        Reliance::Literal => format!(
            "{program} sends mail through one relay alone: {key} names {} and no other; when that host is down {fate}",
            consumer.value
        ),
        Reliance::NoLocalQueue { .. } => format!(
            "{program} hands its mail to this host ({key} = {}), and no queueing mail server is declared on it: {fate}",
            consumer.value
        ),
        Reliance::UnprovenFailover { len } => {
            format!(
                "{program} is given {len} relays in {key}, but its own failover is unproven: when the first is down {fate} until somebody notices"
            )
        }
    }
}

fn severity(consumer: &Consumer) -> Severity {
    match (&consumer.reliance, consumer.queue) {
        (Reliance::UnprovenFailover { .. } | Reliance::NoLocalQueue { .. }, _) | (_, Queue::Own) => Severity::Medium,
        (_, Queue::None) => Severity::High,
    }
}

fn confidence(consumer: &Consumer) -> Confidence {
    match consumer.reliance {
        Reliance::Element { .. } => Confidence::High,
        Reliance::Literal | Reliance::UnprovenFailover { .. } | Reliance::NoLocalQueue { removed: true } => {
            Confidence::Medium
        }
        // A mail server that nobody declares may still have come with the operating system.
        Reliance::NoLocalQueue { removed: false } => Confidence::Low,
    }
}

fn mode(consumer: &Consumer) -> FailureMode {
    match consumer.queue {
        Queue::None => FailureMode::Silent,
        Queue::Own => FailureMode::Delayed,
    }
}

fn remedy(consumer: &Consumer) -> String {
    let Consumer { program, key, .. } = consumer;
    if matches!(consumer.reliance, Reliance::NoLocalQueue { .. }) {
        return format!("declare a queueing MTA on the hosts of {program}; one that only hands on keeps nothing");
    }
    format!(
        "run a queueing MTA on the host and point {program}'s {key} at localhost; the MTA's own route list then does the failover"
    )
}
