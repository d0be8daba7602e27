//! What is to be said of Hiera: levels whose data is elsewhere, functions to model, keys merged over both.

use super::super::revision::Revision;
use super::{comment, list, quoted};
use crate::hiera::LevelNote;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Most keys that are listed.
const SHOWN: usize = 40;

pub(super) fn write(revision: &Revision, out: &mut String) {
    let (levels, problem) = revision.session.hierarchy();
    let _ = writeln!(out, "\n# --- Hiera ---");
    if let Some(problem) = problem {
        comment(&format!("The hierarchy cannot be used: {problem}"), out);
    }
    if levels.is_empty() {
        return;
    }
    for level in &levels {
        comment(&format!("  {}: {}", level.name, level.state), out);
    }
    let absent: Vec<&str> = levels.iter().filter(|l| l.absent).map(|l| l.name.as_str()).collect();
    let _ = writeln!(out, "\n[hiera]");
    comment(
        "Levels whose data is not in the repository. FILL IN a folder under [hiera.datadirs] if it is after all.",
        out,
    );
    let _ = writeln!(out, "absent = {}", list(&absent));
    if !absent.is_empty() {
        unknown(revision, out);
    }
    let unmodelled: Vec<&LevelNote> = levels.iter().filter(|l| l.function.is_some()).collect();
    unmodelled.iter().for_each(|level| model(revision, level, out));
}

/// Keys that may have a private part.
fn unknown(revision: &Revision, out: &mut String) {
    comment(
        "FILL IN keys that those levels hold, where public levels have a stand-in: whole keys (\"secrets::*\"), or",
        out,
    );
    comment(
        "members of a value (\"clients.*.password\"). Keys that lookup_options merge, which may be of that sort:",
        out,
    );
    let merged = merged_keys(revision);
    merged.iter().take(SHOWN).for_each(|key| comment(&format!("  {key}"), out));
    if merged.len() > SHOWN {
        comment(&format!("  and {} more", merged.len() - SHOWN), out);
    }
    let _ = writeln!(out, "unknown = []");
}

fn merged_keys(revision: &Revision) -> BTreeSet<String> {
    let tree = revision.tree();
    let is_data =
        |path: &str| path.ends_with(".yaml") && !revision.layout.modulepath.iter().any(|m| path.starts_with(m));
    let mut out = BTreeSet::new();
    for path in tree.list("").filter(|path| is_data(path)) {
        let Some(bytes) = tree.read(path).ok().flatten() else { continue };
        if !String::from_utf8_lossy(&bytes).contains("lookup_options") {
            continue;
        }
        let Ok(file) = crate::hiera::yaml::load(path, &bytes) else { continue };
        let options =
            file.root.as_hash().and_then(|root| root.get("lookup_options")).and_then(|o| o.as_hash().cloned());
        let merged = |data: &crate::hiera::Data| data.as_hash().is_some_and(|o| o.get("merge").is_some());
        let keys = options.iter().flat_map(|o| o.iter()).filter(|(_, o)| merged(o));
        out.extend(keys.filter_map(|(key, _)| key.as_str().map(str::to_owned)));
    }
    out
}

/// A lookup function that is not understood.
fn model(revision: &Revision, level: &LevelNote, out: &mut String) {
    let Some(name) = &level.function else { return };
    let place = revision.session.ruby_functions().find(|(n, _)| n == name).map(|(_, path)| quoted(path));
    let place = place.unwrap_or_else(|| "nowhere in the repository".to_owned());
    let _ = writeln!(out);
    comment(
        &format!("Level {} asks {name} ({place}). FILL IN what it does: yaml, json, eyaml, expand_path", level.name),
        out,
    );
    comment(
        "(a folder split by the key's namespace), regex_data (expressions matched against an option), or absent.",
        out,
    );
    comment("[[hiera.function]]", out);
    comment(&format!("name = {}", quoted(name)), out);
    comment("kind = \"absent\"", out);
}
