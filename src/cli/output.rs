//! `--output FORMAT[=FILE]`, repeatable: each form to standard output or to a file of its own.
//!
//! A file is written beside its final name and moved there, so that a reader never sees half a report.

use super::failure::Failure;
use super::terminal::Terminal;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A form and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output<F> {
    /// The form.
    pub(crate) format: F,
    /// The file; standard output if none.
    pub(crate) file: Option<PathBuf>,
}

impl<F: FromStr<Err: std::fmt::Display>> FromStr for Output<F> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("a file name is missing after `=`".to_owned()),
            Some((format, "-")) => (format, None),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        Ok(Self { format: format.parse().map_err(|e: F::Err| e.to_string())?, file })
    }
}

/// Refuses two forms for the same place; called before any work is done.
pub(crate) fn distinct<F>(outputs: &[Output<F>]) -> Result<(), Failure> {
    let mut seen: Vec<Option<PathBuf>> = Vec::new();
    for output in outputs {
        let place = output.file.as_deref().map(absolute);
        if seen.contains(&place) {
            let name = output.file.as_deref().map_or_else(|| "standard output".into(), |f| f.display().to_string());
            return Err(Failure::usage(
                format!("two reports would go to {name}"),
                "give each `--output` a file of its own: `--output json=report.json`",
            ));
        }
        seen.push(place);
    }
    Ok(())
}

/// The folder resolved, so that `a` and `./a` are seen to be the same file.
fn absolute(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = path.file_name().map(PathBuf::from).unwrap_or_default();
    folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf()).join(name)
}

/// Writes each form where it belongs; `text` gives a form's text, for standard output or for a file.
pub(crate) fn deliver<F: Copy>(
    outputs: &[Output<F>],
    terminal: &Terminal,
    text: impl Fn(F, bool) -> String,
) -> Result<(), Failure> {
    for output in outputs {
        match &output.file {
            Some(path) => write(path, &text(output.format, true)).map_err(|e| Failure::write(path, &e))?,
            None => terminal.print(&text(output.format, false))?,
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if path.exists() && !path.is_file() {
        return fs::write(path, text); // a pipe or device: nothing to be moved over it
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::report::Format;

    fn read(text: &str) -> Result<Output<Format>, String> {
        text.parse()
    }

    #[test]
    fn reads_format_and_file() {
        assert_eq!(read("json").unwrap(), Output { format: Format::Json, file: None });
        assert_eq!(read("human=-").unwrap(), Output { format: Format::Human, file: None });
        assert_eq!(read("gitlab=a=b.json").unwrap().file, Some("a=b.json".into()));
        assert!(read("json=").unwrap_err().contains("file name"));
        assert!(read("html").unwrap_err().contains("not available yet"));
        assert!(read("yaml").unwrap_err().contains("no format"));
    }

    #[test]
    fn two_reports_never_share_a_place() {
        let all = |texts: &[&str]| texts.iter().map(|t| read(t).unwrap()).collect::<Vec<_>>();
        assert!(distinct(&all(&["human", "json=a", "gitlab=b"])).is_ok());
        for clash in [["human", "json"], ["human=-", "json"], ["human=a", "json=./a"]] {
            assert!(distinct(&all(&clash)).is_err(), "{clash:?}");
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_no_folder_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("r.json");
        fs::write(&file, "old and longer").unwrap();
        write(&file, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
        assert!(write(&dir.path().join("no/such/r.json"), "x").is_err());
    }
}
