//! How a run ends: an exit code that means the same in every format, or a failure with its help.

use crate::finding::Coverage;
use crate::gate::GateError;
use std::path::Path;
use std::process::ExitCode;

/// Characters of a message; a manifest's own words can be of any length.
const LONGEST: usize = 1000;

/// The end of a run that did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing at or over the threshold.
    Clean,
    /// Findings.
    Findings,
    /// Not enough could be analysed.
    TooLittle,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::TooLittle => 3,
        })
    }
}

/// The end of a run that did not.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What went wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: Option<String>,
    /// The exit code.
    pub(crate) code: u8,
}

impl Failure {
    /// Something is wrong with what was asked for.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()), code: 2 }
    }

    /// The report stands on too little: why, with the first host's reason and its place.
    pub(crate) fn too_little(coverage: &Coverage) -> Option<Self> {
        let why = coverage.insufficient.as_ref()?;
        let Some(first) = coverage.not_compiled.first() else {
            let help = "point --repo at the Puppet repository, or name its folders in holdpoint.toml";
            return Some(Self { message: why.clone(), help: Some(help.to_owned()), code: 3 });
        };
        let place = first.at.as_ref().map_or_else(String::new, |at| format!("{at}: "));
        let message = format!("{why}; {}: {place}{}", first.host, first.why);
        let help = "mend that place, or tell in holdpoint.toml what the repository does not (facts, module path, Hiera levels)";
        Some(Self { message: printable(&message), help: Some(help.to_owned()), code: 3 })
    }

    /// A file could not be written.
    pub(crate) fn write(path: &Path, error: &std::io::Error) -> Self {
        let message = format!("cannot write {}: {error}", path.display());
        Self::usage(message, "name a file in a folder that exists and is writable; folders are not created")
    }
}

/// Messages quote manifests: nothing of them may steer a terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

impl From<GateError> for Failure {
    fn from(error: GateError) -> Self {
        let help = error.help().map(str::to_owned);
        Self { message: error.to_string(), help, code: error.exit_code() }
    }
}
