//! What a sample of hosts would be better known by: facts that are unknown, functions that are beyond evaluation.

use super::super::revision::Revision;
use super::super::settings::Settings;
use super::{comment, quoted};
use crate::eval::compile;
use crate::value::{Cause, CauseKind};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Most hosts that are compiled for a draft.
const SAMPLE: usize = 48;
/// Most rows of a list.
const SHOWN: usize = 15;

/// What the hosts of the sample met.
pub(super) struct Met {
    hosts: usize,
    compiled: usize,
    causes: BTreeMap<Cause, usize>,
}

/// Compiles some hosts, spread evenly over the names.
pub(super) fn run(revision: &Revision, settings: &Settings, names: &[String]) -> Met {
    let step = names.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<&String> = names.iter().step_by(step).collect();
    let outcomes: Vec<_> = sample
        .par_iter()
        .map(|name| {
            let compiled = compile(&revision.session, &settings.spec(name));
            let causes: Vec<Cause> = compiled.catalog.unknowns.keys().cloned().collect();
            (compiled.errors.is_empty(), causes)
        })
        .collect();
    let mut met = Met { hosts: sample.len(), compiled: 0, causes: BTreeMap::new() };
    for (ok, causes) in outcomes {
        met.compiled += usize::from(ok);
        causes.into_iter().for_each(|cause| *met.causes.entry(cause).or_default() += 1);
    }
    met
}

impl Met {
    /// Causes of a kind, most frequent first.
    fn of(&self, wanted: CauseKind) -> Vec<(&Cause, usize)> {
        let mut rows: Vec<_> = self.causes.iter().filter(|(c, _)| c.kind == wanted).map(|(c, n)| (c, *n)).collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        rows.truncate(SHOWN);
        rows
    }

    pub(super) fn facts(&self, out: &mut String) {
        comment(
            &format!("Of a sample of {} hosts, {} compile with no facts but the name.", self.hosts, self.compiled),
            out,
        );
        let rows = self.of(CauseKind::Fact);
        if !rows.is_empty() {
            comment("Facts that they ask for, with the number of hosts that would be better known:", out);
        }
        for (cause, hosts) in &rows {
            comment(&format!("  {}: {hosts}", cause.name), out);
        }
        comment(
            "FILL IN what is true of all hosts, then of groups of them; later rules win over earlier ones. With",
            out,
        );
        comment("fact files of real hosts (--facts DIR) none of this is needed for them. For instance:", out);
        comment("  [[facts]]", out);
        comment("  host = \"*.example.org\"", out);
        comment("  set = { \"os.name\" = \"Debian\", \"os.release.major\" = \"12\" }", out);
        comment("  within = { \"networking.ip\" = \"192.0.2.0/24\" }   # the address itself stays unknown", out);
        let _ = writeln!(out, "\n[[facts]]\nhost = \"*\"\nset = {{ kernel = \"Linux\" }}");
    }

    pub(super) fn functions(&self, revision: &Revision, out: &mut String) {
        let (rows, ruby_rows) = (self.of(CauseKind::Function), self.of(CauseKind::Template));
        if rows.is_empty() && ruby_rows.is_empty() {
            return;
        }
        let _ = writeln!(
            out,
            "\n# --- Functions and Ruby whose value is unknown, with the number of hosts of the sample ---"
        );
        comment("Nothing need be done: what follows from them is said to be unknown.", out);
        let ruby: BTreeMap<&str, &str> = revision.session.ruby_functions().collect();
        for (cause, hosts) in rows {
            let name = cause.name.split(' ').next().unwrap_or(&cause.name);
            let place = match ruby.get(name) {
                Some(path) => format!("written in Ruby in {}, beyond what is evaluated", quoted(path)),
                None => "asks what is outside the repository, or is not in it".to_owned(),
            };
            comment(&format!("  {}: {hosts} ({place})", cause.name), out);
        }
        for (cause, hosts) in ruby_rows {
            comment(
                &format!("  {}: {hosts} (Ruby of a function or template, beyond what is evaluated)", cause.name),
                out,
            );
        }
    }
}
