//! `promotion-incomplete`: a module moves from its staging tree to production, and a file stays behind.
//!
//! Staging and production are found by their paths (`modules-staging/x` and `modules/x`, `staging/modules`,
//! `environments/staging`). A change promotes when it gives a production file the content that staging had;
//! what of the same module still differs from staging, and was not touched, is left behind.

use super::places::{base as at_base, head as at_head};
use super::{Check, RepoContext, draft};
use crate::finding::{Confidence, Finding, Severity};
use crate::repo::{ChangeKind, Loc, Tree};
use similar::{ChangeTag, TextDiff};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) struct PromotionIncomplete;

/// Files told of in one module, at most.
const MAX_FILES: usize = 12;
/// Lines of a difference that are shown, at most.
const MAX_LINES: usize = 60;
/// Folders of a module whose files reach hosts.
const PARTS: [&str; 7] = ["manifests", "templates", "files", "lib", "data", "functions", "types"];

impl Check for PromotionIncomplete {
    fn id(&self) -> &'static str {
        "promotion-incomplete"
    }

    fn repo(&self, cx: &RepoContext<'_>, out: &mut Vec<Finding>) {
        if let Some(base) = cx.base {
            let (base, head) = (base.tree(), cx.head.tree());
            for (_, module) in modules(cx, base, head) {
                let left = module.left.iter().take(MAX_FILES);
                out.extend(left.map(|pair| finding(base, head, pair, &module)));
            }
        }
    }
}

/// A file in both trees.
struct Pair {
    staging: String,
    production: String,
}

/// A module that is being promoted.
#[derive(Default)]
struct Module {
    promoted: Vec<Pair>,
    left: Vec<Pair>,
    /// Its files went away from staging, rather than being copied.
    moved: bool,
}

/// The modules that this change promotes, by their production folder.
fn modules(cx: &RepoContext<'_>, base: &Tree, head: &Tree) -> BTreeMap<String, Module> {
    let mut modules: BTreeMap<String, Module> = BTreeMap::new();
    for path in base.list("") {
        for production in production_of(path) {
            let Some(folder) = module_folder(&production) else { continue };
            let pair = Pair { staging: path.to_string(), production };
            let module = modules.entry(folder).or_default();
            if promotes(cx, base, head, &pair) {
                module.moved |= !head.exists(&pair.staging);
                module.promoted.push(pair);
            } else if stays_behind(base, head, &pair) {
                module.left.push(pair);
            }
        }
    }
    modules.retain(|_, m| !m.promoted.is_empty() && !m.left.is_empty());
    // A path like `staging/x` may stand for `x` or `production/x`; the one that is promoted counts.
    modules
}

/// The production paths that a staging path may stand for; none if it is no staging path.
fn production_of(path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let with = |index: usize, replacement: Option<&str>| {
        let kept = parts.iter().enumerate().filter_map(|(i, p)| if i == index { replacement } else { Some(*p) });
        kept.collect::<Vec<_>>().join("/")
    };
    for (i, part) in parts.iter().enumerate().take(parts.len().saturating_sub(1)) {
        if *part == "staging" {
            return vec![with(i, None), with(i, Some("production"))];
        }
        let bare = ["-staging", "_staging", ".staging"].iter().find_map(|s| part.strip_suffix(s));
        let bare = bare.or_else(|| ["staging-", "staging_"].iter().find_map(|s| part.strip_prefix(s)));
        if let Some(bare) = bare.filter(|b| !b.is_empty()) {
            return vec![with(i, Some(bare))];
        }
    }
    Vec::new()
}

/// `modules/x` of `modules/x/manifests/init.pp`.
fn module_folder(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.iter().position(|p| PARTS.contains(p)).filter(|at| *at >= 1 && at + 1 < parts.len())?;
    Some(parts.get(..at)?.join("/"))
}

/// The change gives the production file what staging had.
fn promotes(cx: &RepoContext<'_>, base: &Tree, head: &Tree, pair: &Pair) -> bool {
    let changed = cx.files.iter().find(|f| *f.path == *pair.production && f.kind != ChangeKind::Removed);
    let Some(changed) = changed else { return false };
    let from_staging = matches!(&changed.kind, ChangeKind::Renamed { from } if **from == *pair.staging);
    from_staging || head.oid(&pair.production) == base.oid(&pair.staging)
}

/// The production file is as it was, and not what staging had.
fn stays_behind(base: &Tree, head: &Tree, pair: &Pair) -> bool {
    let (was, is) = (base.oid(&pair.production), head.oid(&pair.production));
    was == is && is != base.oid(&pair.staging) && is != head.oid(&pair.staging).filter(|_| head.exists(&pair.staging))
}

fn finding(base: &Tree, head: &Tree, pair: &Pair, module: &Module) -> Finding {
    let text = |tree: &Tree, path: &str| tree.text(path).ok().flatten().map_or_else(String::new, |t| t.to_string());
    let (old, new) = (text(head, &pair.production), text(base, &pair.staging));
    let difference = Difference::between(&old, &new);
    let missing = !head.exists(&pair.production);
    let stays =
        if missing { "is not there at all".to_owned() } else { format!("still differs from it ({difference})") };
    let message = format!(
        "{} {} brought to what staging had, and {} {stays}: the module goes to production in part",
        module.promoted.len(),
        if module.promoted.len() == 1 { "file of the module is" } else { "files of the module are" },
        pair.production,
    );
    let manifest = pair.staging.ends_with(".pp");
    let severity = if manifest { Severity::High } else { Severity::Medium };
    let confidence = if module.moved { Confidence::High } else { Confidence::Medium };
    let found = draft("promotion-incomplete", pair.production.as_str(), "left-behind", message)
        .severity(severity)
        .confidence(confidence);
    let found = locate(found, pair, module, &difference, missing);
    let found = found.remedy(format!(
        "promote {} in the same change, or say why it stays; until then no host should get the files that rest on it",
        pair.production
    ));
    with_packages(found, &old, &new).patch(patch(pair, &old, &new, missing))
}

fn locate(found: Finding, pair: &Pair, module: &Module, difference: &Difference, missing: bool) -> Finding {
    let staging = at_base(&Loc::new(pair.staging.as_str(), difference.new_line), "what staging had");
    let promoted =
        module.promoted.first().map(|p| at_head(&Loc::new(p.production.as_str(), 1), "promoted by this change"));
    let found = match (&promoted, missing) {
        (Some(promoted), true) => found.at(promoted.clone()).also(staging),
        _ => {
            found.at(at_head(&Loc::new(pair.production.as_str(), difference.old_line), "left as it was")).also(staging)
        }
    };
    match promoted {
        Some(promoted) if !missing => found.also(promoted),
        _ => found,
    }
}

/// Says which packages only the staging version declares: what was promoted may need them.
fn with_packages(found: Finding, old: &str, new: &str) -> Finding {
    let had: BTreeSet<String> = packages(old);
    let gone: Vec<String> = packages(new).into_iter().filter(|p| !had.contains(p)).collect();
    if gone.is_empty() {
        found
    } else {
        found.note(format!("only what stayed behind declares package {}", gone.join(", ")))
    }
}

/// Titles of `package { 'x': …` in a manifest, literal ones.
fn packages(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("package") {
        let Some(inner) = text.get(at + "package".len()..).and_then(|t| t.trim_start().strip_prefix('{')) else {
            continue;
        };
        let Some(titles) = inner.split_once("=>").map_or(Some(inner), |(t, _)| Some(t)) else { continue };
        let titles = titles.rsplit_once(':').map_or(titles, |(t, _)| t);
        found.extend(titles.split(['\'', '"']).skip(1).step_by(2).map(str::to_owned));
    }
    found
}

fn patch(pair: &Pair, old: &str, new: &str, missing: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let from = if missing { "/dev/null".to_owned() } else { format!("a/{}", pair.production) };
    let whole = diff.unified_diff().context_radius(2).header(&from, &format!("b/{}", pair.production)).to_string();
    let lines = whole.lines().count();
    if lines <= MAX_LINES {
        return whole;
    }
    let shown: Vec<&str> = whole.lines().take(MAX_LINES).collect();
    format!("{}\n# {} further lines\n", shown.join("\n"), lines - MAX_LINES)
}

/// Size and place of a difference.
struct Difference {
    added: usize,
    removed: usize,
    old_line: u32,
    new_line: u32,
}

impl Difference {
    fn between(old: &str, new: &str) -> Self {
        let diff = TextDiff::from_lines(old, new);
        let mut found = Self { added: 0, removed: 0, old_line: 0, new_line: 0 };
        let (mut old_at, mut new_at) = (1, 1);
        for change in diff.iter_all_changes() {
            if change.tag() != ChangeTag::Equal && found.old_line == 0 {
                (found.old_line, found.new_line) = (old_at, new_at);
            }
            match change.tag() {
                ChangeTag::Equal => (old_at, new_at) = (old_at + 1, new_at + 1),
                ChangeTag::Delete => (old_at, found.removed) = (old_at + 1, found.removed + 1),
                ChangeTag::Insert => (new_at, found.added) = (new_at + 1, found.added + 1),
            }
        }
        found
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "+{} -{} lines", self.added, self.removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn staging_paths_and_what_they_stand_for() {
        for (path, expected) in [
            ("modules-staging/wiki/manifests/init.pp", vec!["modules/wiki/manifests/init.pp"]),
            (
                "puppet/staging/modules/x/files/a",
                vec!["puppet/modules/x/files/a", "puppet/production/modules/x/files/a"],
            ),
            (
                "environments/staging/modules/x/lib/a.rb",
                vec!["environments/modules/x/lib/a.rb", "environments/production/modules/x/lib/a.rb"],
            ),
            ("modules/wiki_staging/manifests/init.pp", vec!["modules/wiki/manifests/init.pp"]),
            ("modules/wiki/files/staging", vec![]),
            ("modules/prestaging/manifests/a.pp", vec![]),
        ] {
            assert_eq!(production_of(path), expected, "{path}");
        }
    }

    #[test]
    fn a_module_is_the_folder_above_its_parts() {
        assert_eq!(module_folder("modules/x/templates/a/b.erb").as_deref(), Some("modules/x"));
        assert_eq!(module_folder("modules/x/README.md"), None);
        assert_eq!(module_folder("manifests/site.pp"), None);
    }

    #[test]
    fn packages_that_only_one_text_declares() {
        let text =
            "package { 'a': ensure => present }\npackage { ['b', 'c']:\n  ensure => latest,\n}\nexec { 'package d': }";
        assert_eq!(packages(text).into_iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
