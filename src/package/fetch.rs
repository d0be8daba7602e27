//! Fetches one package file with `apt-get download`, only when asked to (`--fetch`).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Downloads `name` into `folder` and gives the file's path.
///
/// # Errors
/// A sentence saying why not.
pub(crate) fn download(name: &str, folder: &Path) -> Result<PathBuf, String> {
    if !is_package_name(name) {
        return Err(format!("{name:?} is no package name"));
    }
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut apt = Command::new("apt-get");
    apt.args(["download", "-q", "--", name]).current_dir(folder);
    let done = apt.stdin(Stdio::null()).output().map_err(|e| format!("apt-get is not usable here: {e}"))?;
    if !done.status.success() {
        let said = String::from_utf8_lossy(&done.stderr);
        let line = said.lines().find(|l| l.starts_with("E:")).unwrap_or("apt-get failed");
        return Err(format!("apt-get download {name}: {line}"));
    }
    newest_for(name, folder).ok_or_else(|| format!("apt-get download {name} left no file"))
}

fn newest_for(name: &str, folder: &Path) -> Option<PathBuf> {
    let prefix = format!("{name}_");
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|e| e.path());
    let mut fitting: Vec<PathBuf> = entries
        .filter(|p| p.file_name().is_some_and(|f| f.to_string_lossy().starts_with(&prefix)))
        .filter(|p| p.extension().is_some_and(|e| e == "deb"))
        .collect();
    fitting.sort();
    fitting.pop()
}

/// Debian Policy 5.6.1, with an optional `=version` or `:arch`.
pub(crate) fn is_package_name(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    let fits = |c: char| c.is_ascii_alphanumeric() || "+-.=:~".contains(c);
    starts_well && name.len() >= 2 && name.len() < 200 && name.chars().all(fits)
}
