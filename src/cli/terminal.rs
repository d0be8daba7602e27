//! Standard output and standard error: colour, quiet, a closed pipe.

use super::failure::Failure;
use super::progress::Stderr;
use crate::report::Palette;
use anstream::{AutoStream, ColorChoice};
use clap::{ArgAction, Args, ValueEnum};
use std::io::{self, Write};

/// Flags that every verb takes.
#[derive(Args)]
pub(crate) struct TerminalArgs {
    /// When to colour; `auto` heeds NO_COLOR, CLICOLOR_FORCE and whether a terminal listens
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: When,
    /// No progress on standard error
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say how long each stage took
    #[arg(short, long, action = ArgAction::SetTrue, global = true)]
    verbose: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

/// Where the process speaks.
pub(crate) struct Terminal {
    choice: ColorChoice,
    progress: Stderr,
}

impl Terminal {
    pub(crate) fn new(args: &TerminalArgs) -> Self {
        let choice = match args.color {
            When::Auto => ColorChoice::Auto,
            When::Always => ColorChoice::AlwaysAnsi,
            When::Never => ColorChoice::Never,
        };
        Self { choice, progress: Stderr::new(args.quiet, args.verbose) }
    }

    /// The colours for standard output.
    pub(crate) fn palette(&self) -> Palette {
        palette(match self.choice {
            ColorChoice::Auto => AutoStream::choice(&io::stdout()),
            chosen => chosen,
        })
    }

    /// What the gate reports its progress to.
    pub(crate) fn progress(&self) -> &Stderr {
        &self.progress
    }

    /// Takes down what is left of the progress.
    pub(crate) fn finish(&self) {
        self.progress.finish();
    }

    /// Writes to standard output. A reader that has gone away is no failure: the verdict stands.
    pub(crate) fn print(&self, text: &str) -> Result<(), Failure> {
        self.progress.finish();
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure { message: format!("cannot write to standard output: {e}"), help: None, code: 2 })
            }
            _ => Ok(()),
        }
    }

    /// Says what went wrong and what to do about it. If that cannot be written, nobody is listening.
    pub(crate) fn complain(&self, failure: &Failure) {
        let mut err = AutoStream::new(io::stderr(), self.choice);
        let _ = writeln!(err, "\u{1b}[1;31merror\u{1b}[0m: {}", failure.message);
        if let Some(help) = &failure.help {
            let _ = writeln!(err, "\u{1b}[1;36mhelp\u{1b}[0m: {help}");
        }
    }
}

fn palette(choice: ColorChoice) -> Palette {
    if matches!(choice, ColorChoice::Never) { Palette::Plain } else { Palette::Colour }
}
