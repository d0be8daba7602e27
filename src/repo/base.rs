//! What `--base auto` means: from the CI system's variables, else from the default branch.
//!
//! The environment comes in as a map, so that the decision is a function of its input. Where
//! nothing is certain the answer is an error: comparing with the wrong base would be a quiet pass.

use std::collections::BTreeMap;

use super::{Repo, RepoError, WORKTREE};

/// The revision to compare with, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// A full commit id.
    pub rev: String,
    /// In words, for the report.
    pub why: String,
}

type Env = BTreeMap<String, String>;

/// Finds the base for `head`. `flag` is what the user said, which wins unless it is `auto`.
pub fn auto_base(env: &Env, repo: &Repo, flag: Option<&str>, head: &str) -> Result<Base, RepoError> {
    if let Some(rev) = flag.filter(|rev| *rev != "auto") {
        return Ok(Base { rev: rev.into(), why: "as given".into() });
    }
    let tip = if head == WORKTREE { "HEAD" } else { head };
    if let Some(base) = gitlab(env, repo, tip) {
        return base;
    }
    if let Some(base) = github(env, repo, tip) {
        return base;
    }
    if let Some(base) = gerrit(env, repo, tip) {
        return base;
    }
    repo.commit_id(tip)?;
    default_branch(env, repo, head, tip)
}

fn var<'a>(env: &'a Env, name: &str) -> Option<&'a str> {
    let value = env.get(name).map(String::as_str).unwrap_or_default();
    let blank = value.is_empty() || value.bytes().all(|b| b == b'0');
    (!blank).then_some(value)
}

fn named(repo: &Repo, rev: &str, why: &str) -> Result<Base, RepoError> {
    let rev = repo.commit_id(rev)?;
    Ok(Base { rev, why: why.into() })
}

/// Merged-results pipelines test the merge with the target's tip; the others the branch alone.
fn gitlab(env: &Env, repo: &Repo, tip: &str) -> Option<Result<Base, RepoError>> {
    let target = var(env, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA");
    if let Some(sha) = target {
        return Some(named(repo, sha, "GitLab: the target branch of the merged result"));
    }
    let base = var(env, "CI_MERGE_REQUEST_DIFF_BASE_SHA");
    if let Some(sha) = base {
        return Some(named(repo, sha, "GitLab: the base of the merge request"));
    }
    let _ = tip;
    None
}

/// A pull request is checked out as a merge commit whose first parent is the base branch.
fn github(env: &Env, repo: &Repo, tip: &str) -> Option<Result<Base, RepoError>> {
    let branch = var(env, "GITHUB_BASE_REF")?;
    let merged = var(env, "GITHUB_REF").is_some_and(|r| r.starts_with("refs/pull/") && r.ends_with("/merge"));
    if merged {
        match repo.parents(tip) {
            Ok(parents) if parents.len() == 2 => {
                return parents.first().map(|p| named(repo, p, "GitHub: the base side of the merge"));
            }
            Ok(_) => {}
            Err(error) => return Some(Err(error)),
        }
    }
    Some(fork_point(repo, tip, &format!("origin/{branch}"), "GitHub: the merge base with the base branch"))
}

/// Gerrit reviews one commit on top of its parent.
fn gerrit(env: &Env, repo: &Repo, tip: &str) -> Option<Result<Base, RepoError>> {
    let is_gerrit = ["GERRIT_PATCHSET_REVISION", "GERRIT_CHANGE_ID", "ZUUL_CHANGE"];
    is_gerrit.iter().find_map(|name| var(env, name))?;
    Some(repo.parents(tip).and_then(|parents| match parents.first() {
        Some(parent) => named(repo, parent, "Gerrit: the parent of the change"),
        None => Err(no_base(format!("`{tip}` has no parent"))),
    }))
}

fn default_branch(env: &Env, repo: &Repo, head: &str, tip: &str) -> Result<Base, RepoError> {
    let told = var(env, "CI_DEFAULT_BRANCH").map(|b| format!("origin/{b}"));
    let usual = ["origin/HEAD", "origin/main", "origin/master", "origin/production"];
    let local = ["main", "master", "production"];
    let names = told.into_iter().chain(usual.into_iter().chain(local).map(str::to_owned));
    for name in names {
        if repo.commit_id(&name).is_err() {
            continue;
        }
        let base = fork_point(repo, tip, &name, &format!("the merge base with {name}"))?;
        // On the default branch itself everything would compare equal: that is no answer.
        if head == WORKTREE || base.rev != repo.commit_id(tip)? {
            return Ok(base);
        }
        return Err(no_base(format!("`{head}` is already part of {name}")));
    }
    Err(no_base("no CI variables of a merge request, and no default branch is known".into()))
}

fn fork_point(repo: &Repo, tip: &str, branch: &str, why: &str) -> Result<Base, RepoError> {
    match repo.merge_base(tip, branch)? {
        Some(rev) => Ok(Base { rev, why: why.into() }),
        None => Err(no_base(format!("`{tip}` and {branch} have no common history"))),
    }
}

fn no_base(tried: String) -> RepoError {
    RepoError::NoBase { tried }
}
