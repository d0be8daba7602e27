//! Finds commits by name, with errors that say what to do.

use gix::bstr::BStr;

use super::error::RepoError;
use super::store::Oid;

/// How many similar names an error offers.
const SUGGESTIONS: usize = 3;

/// The commit a revision names.
pub(crate) fn commit(repo: &gix::Repository, rev: &str) -> Result<Oid, RepoError> {
    let found = repo.rev_parse_single(BStr::new(rev)).ok().and_then(|id| id.object().ok());
    match found.and_then(|object| object.peel_to_commit().ok()) {
        Some(commit) => Ok(commit.id),
        None => Err(unknown(repo, rev)),
    }
}

/// The tree of a revision, at a folder inside it.
pub(crate) fn root_tree(repo: &gix::Repository, rev: &str, prefix: &str) -> Result<Oid, RepoError> {
    let found = repo.rev_parse_single(BStr::new(rev)).ok().and_then(|id| id.object().ok());
    let Some(object) = found else { return Err(unknown(repo, rev)) };
    let failed = |e: &dyn std::fmt::Display| RepoError::git(format!("reading `{rev}`"), e);
    let tree = object.peel_to_tree().map_err(|e| failed(&e))?;
    if prefix.is_empty() {
        return Ok(tree.id);
    }
    let missing = || RepoError::NoSuchFolder { prefix: prefix.into(), rev: rev.into() };
    let entry = tree.lookup_entry(prefix.split('/')).map_err(|e| failed(&e))?.ok_or_else(missing)?;
    if entry.mode().is_tree() { Ok(entry.object_id()) } else { Err(missing()) }
}

/// Full ids of the parents.
pub(crate) fn parents(repo: &gix::Repository, rev: &str) -> Result<Vec<String>, RepoError> {
    let id = commit(repo, rev)?;
    let commit = repo.find_commit(id).map_err(|e| RepoError::git(format!("reading `{rev}`"), e))?;
    Ok(commit.parent_ids().map(|id| id.to_string()).collect())
}

/// The best common ancestor.
pub(crate) fn merge_base(repo: &gix::Repository, one: &str, two: &str) -> Result<Option<String>, RepoError> {
    let (first, second) = (commit(repo, one)?, commit(repo, two)?);
    match repo.merge_base(first, second) {
        Ok(base) => Ok(base.map(|id| id.to_string())),
        Err(_) if repo.is_shallow().unwrap_or(false) => {
            Err(RepoError::Shallow { rev: format!("the common ancestor of {one} and {two}") })
        }
        Err(error) => Err(RepoError::git(format!("comparing `{one}` and `{two}`"), error)),
    }
}

fn unknown(repo: &gix::Repository, rev: &str) -> RepoError {
    if repo.head_id().is_err() && names(repo).is_empty() {
        return RepoError::NoCommits { path: repo.git_dir().into() };
    }
    if repo.is_shallow().unwrap_or(false) {
        return RepoError::Shallow { rev: rev.into() };
    }
    RepoError::UnknownRevision { rev: rev.into(), similar: similar(repo, rev) }
}

fn names(repo: &gix::Repository) -> Vec<String> {
    let Ok(platform) = repo.references() else { return Vec::new() };
    let Ok(all) = platform.all() else { return Vec::new() };
    let mut names: Vec<String> =
        all.filter_map(Result::ok).map(|r| r.name().shorten().to_string()).take(10_000).collect();
    names.sort();
    names
}

fn similar(repo: &gix::Repository, rev: &str) -> Vec<String> {
    let ratio = |name: &str| similar::TextDiff::from_chars(name, rev).ratio();
    let mut scored: Vec<(f32, String)> = names(repo)
        .into_iter()
        .map(|name| (ratio(name.rsplit('/').next().unwrap_or(&name)).max(ratio(&name)), name))
        .filter(|(score, _)| *score >= 0.6)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
}
