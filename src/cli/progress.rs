//! Progress on standard error: a bar on a terminal, plain lines elsewhere, silence for what is quick.

use crate::gate::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What takes no longer than this is not worth a word.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a plain line is written.
const EVERY: Duration = Duration::from_secs(10);

/// Speaks to standard error.
pub(crate) struct Stderr {
    quiet: bool,
    verbose: bool,
    terminal: bool,
    stage: Mutex<Option<Stage>>,
}

struct Stage {
    name: String,
    total: Option<u64>,
    done: u64,
    begun: Instant,
    spoke: Instant,
    bar: Option<ProgressBar>,
}

impl Stderr {
    pub(crate) fn new(quiet: bool, verbose: bool) -> Self {
        Self { quiet, verbose, terminal: io::stderr().is_terminal(), stage: Mutex::new(None) }
    }

    /// Ends the stage at hand.
    pub(crate) fn finish(&self) {
        self.replace(None);
    }

    fn replace(&self, next: Option<Stage>) {
        let Ok(mut current) = self.stage.lock() else { return };
        if let Some(stage) = std::mem::replace(&mut *current, next) {
            self.close(&stage);
        }
    }

    fn close(&self, stage: &Stage) {
        if let Some(bar) = &stage.bar {
            bar.finish_and_clear();
        }
        let took = stage.begun.elapsed();
        let slow = took >= PATIENCE && !self.terminal;
        if !self.quiet && (self.verbose || slow) {
            say(&format!("{}: {:.1} s", stage.name, took.as_secs_f64()));
        }
    }

    fn speak(&self, stage: &mut Stage) {
        if self.terminal {
            let bar = stage.bar.get_or_insert_with(|| bar(&stage.name, stage.total));
            bar.set_position(stage.done);
        } else if stage.spoke.elapsed() >= EVERY {
            stage.spoke = Instant::now();
            let total = stage.total.map(|t| format!(" of {t}")).unwrap_or_default();
            say(&format!("{}: {}{total}", stage.name, stage.done));
        }
    }
}

impl Progress for Stderr {
    fn stage(&self, name: &str, total: Option<u64>) {
        let now = Instant::now();
        let stage = Stage { name: name.to_owned(), total, done: 0, begun: now, spoke: now, bar: None };
        self.replace(Some(stage));
    }

    fn step(&self) {
        let Ok(mut current) = self.stage.lock() else { return };
        let Some(stage) = current.as_mut() else { return };
        stage.done += 1;
        if !self.quiet && stage.begun.elapsed() >= PATIENCE {
            self.speak(stage);
        }
    }
}

fn bar(name: &str, total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{msg} [{bar:30}] {pos}/{len} {eta}"),
        None => (ProgressBar::new_spinner(), "{spinner} {msg} {pos}"),
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style.progress_chars("=> ")).with_message(name.to_owned())
}

/// Writes a line; if that fails nobody is listening.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "holdpoint: {line}");
}
