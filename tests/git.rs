//! Revisions, work trees, comparisons and `--base auto` over repositories that git builds on the spot.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use holdpoint::repo::{ChangeKind, ReadError, Repo, RepoError, Tree, auto_base, changed};
use tempfile::TempDir;

fn git(dir: &Path, args: &[&str]) -> String {
    let out = Command::new("git")
        .current_dir(dir)
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

fn write(dir: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = dir.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn commit(dir: &Path, files: &[(&str, &str)], message: &str) -> String {
    for (path, text) in files {
        write(dir, path, text);
    }
    git(dir, &["add", "-A"]);
    git(dir, &["commit", "-qm", message]);
    git(dir, &["rev-parse", "HEAD"])
}

fn fresh() -> TempDir {
    let dir = TempDir::new().unwrap();
    git(dir.path(), &["init", "-q"]);
    dir
}

fn paths(tree: &Tree) -> Vec<String> {
    tree.list("").map(ToString::to_string).collect()
}

#[test]
fn errors_name_the_remedy() {
    let dir = fresh();
    let repo = Repo::open(dir.path()).unwrap();
    assert!(matches!(repo.at("HEAD"), Err(RepoError::NoCommits { .. })));
    commit(dir.path(), &[("a.pp", "")], "one");
    git(dir.path(), &["branch", "production"]);
    let error = repo.at("prodution").unwrap_err();
    assert_eq!(error.to_string(), "unknown revision `prodution`");
    assert_eq!(error.help(), "did you mean `production`?");
    assert!(repo.at("zzz").unwrap_err().help().contains("fetch it first"));
    let plain = TempDir::new().unwrap();
    let error = Repo::open(plain.path()).unwrap().at("main").unwrap_err();
    assert!(matches!(error, RepoError::NotARepository { .. }) && error.help().contains("--base DIR"));
    assert!(matches!(Repo::open("/no/such/dir"), Err(RepoError::NotADirectory { .. })));
}

#[test]
fn a_shallow_clone_says_so() {
    let dir = fresh();
    let first = commit(dir.path(), &[("a.pp", "")], "one");
    commit(dir.path(), &[("a.pp", "x")], "two");
    let clone = TempDir::new().unwrap();
    git(clone.path(), &["clone", "-q", "--depth", "1", &format!("file://{}", dir.path().display()), "c"]);
    let error = Repo::open(clone.path().join("c")).unwrap().at(&first).unwrap_err();
    assert!(matches!(error, RepoError::Shallow { .. }), "{error}");
    assert!(error.help().contains("GIT_DEPTH: 0"));
}

#[test]
fn a_bare_repository_and_a_folder_of_one() {
    let dir = fresh();
    commit(dir.path(), &[("puppet/manifests/site.pp", "x"), ("other", "y")], "one");
    let bare = TempDir::new().unwrap();
    git(bare.path(), &["clone", "-q", "--bare", dir.path().to_str().unwrap(), "b.git"]);
    let repo = Repo::open(bare.path().join("b.git")).unwrap();
    assert_eq!(paths(&repo.at("main").unwrap()), ["other", "puppet/manifests/site.pp"]);
    assert!(matches!(repo.at("worktree"), Err(RepoError::NoWorktree { .. })));
    let folder = Repo::open(dir.path().join("puppet")).unwrap();
    assert_eq!(paths(&folder.at("HEAD").unwrap()), ["manifests/site.pp"]);
    assert_eq!(paths(&folder.at("worktree").unwrap()), ["manifests/site.pp"]);
}

#[test]
fn the_work_tree_is_what_git_status_sees() {
    let dir = fresh();
    commit(dir.path(), &[("a.pp", "a"), (".gitignore", "*.tmp\n/vendor/\n"), ("kept.tmp.pp", "k")], "one");
    write(dir.path(), "new.pp", "n");
    write(dir.path(), "scratch.tmp", "s");
    write(dir.path(), "vendor/x/manifests/init.pp", "v");
    write(dir.path(), "a.pp", "changed");
    let repo = Repo::open(dir.path()).unwrap();
    let (head, work) = (repo.at("HEAD").unwrap(), repo.at("worktree").unwrap());
    assert_eq!(paths(&work), [".gitignore", "a.pp", "kept.tmp.pp", "new.pp"]);
    let shown: Vec<String> = changed(&head, &work).iter().map(|c| format!("{} {:?}", c.path, c.kind)).collect();
    assert_eq!(shown, ["a.pp Modified", "new.pp Added"]);
}

#[test]
fn what_cannot_be_read_is_an_entry_and_not_the_end() {
    let dir = fresh();
    write(dir.path(), "latin.pp", b"# caf\xe9\n");
    std::os::unix::fs::symlink("/etc/passwd", dir.path().join("out")).unwrap();
    std::os::unix::fs::symlink("latin.pp", dir.path().join("in")).unwrap();
    commit(dir.path(), &[("gone.pp", "will be lost"), ("a.pp", "a")], "one");
    git(dir.path(), &["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", "1".repeat(40))]);
    git(dir.path(), &["commit", "-qm", "submodule"]);
    let lost = git(dir.path(), &["rev-parse", "HEAD:gone.pp"]);
    std::fs::remove_file(dir.path().join(format!(".git/objects/{}/{}", &lost[..2], &lost[2..]))).unwrap();
    let tree = Repo::open(dir.path()).unwrap().at("HEAD").unwrap();
    assert_eq!(tree.read("gone.pp"), Err(ReadError::Missing));
    assert_eq!(&*tree.text("latin.pp").unwrap().unwrap(), "# caf\u{fffd}\n");
    assert_eq!(tree.read("in").unwrap(), tree.read("latin.pp").unwrap());
    assert_eq!(&*tree.text("a.pp").unwrap().unwrap(), "a");
    let unread: Vec<String> = tree.unread().iter().map(|u| u.path.to_string()).collect();
    assert_eq!(unread, ["gone.pp", "latin.pp", "out", "sub"]);
    // A comparison does not need the blob.
    assert_eq!(changed(&tree, &tree), []);
}

#[test]
fn changes_and_renames() {
    let long: String = (0..40).map(|n| format!("line {n} of a long file\n")).collect();
    let edited = long.replace("line 7 ", "line seven ");
    let base =
        Tree::from_files("b", [("m", "same"), ("mod", "1"), ("old/x.pp", "exact"), ("old/y.pp", &long), ("gone", "g")]);
    let head = Tree::from_files(
        "h",
        [("m", "same"), ("mod", "2"), ("new/x.pp", "exact"), ("new/y.pp", &edited), ("here", "h")],
    );
    let shown: Vec<String> = changed(&base, &head)
        .iter()
        .map(|change| match &change.kind {
            ChangeKind::Renamed { from } => format!("{from} -> {}", change.path),
            kind => format!("{} {kind:?}", change.path),
        })
        .collect();
    assert_eq!(shown, ["gone Removed", "here Added", "mod Modified", "old/x.pp -> new/x.pp", "old/y.pp -> new/y.pp"]);
}

#[test]
fn the_base_is_known_or_an_error() {
    let dir = fresh();
    let root = commit(dir.path(), &[("a.pp", "1")], "root");
    git(dir.path(), &["checkout", "-qb", "topic"]);
    let topic = commit(dir.path(), &[("b.pp", "1")], "topic");
    git(dir.path(), &["checkout", "-q", "main"]);
    let main = commit(dir.path(), &[("c.pp", "1")], "main");
    git(dir.path(), &["checkout", "-qb", "merged"]);
    git(dir.path(), &["merge", "-q", "--no-ff", "-m", "merge", "topic"]);
    let repo = Repo::open(dir.path()).unwrap();
    let base = |env: &[(&str, &str)], flag, head| {
        let env: BTreeMap<String, String> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        auto_base(&env, &repo, flag, head).map(|base| base.rev)
    };
    assert_eq!(base(&[], Some("x"), "topic").unwrap(), "x");
    let results =
        [("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", main.as_str()), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", root.as_str())];
    assert_eq!(base(&results, Some("auto"), "topic").unwrap(), main);
    let plain = [("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", ""), ("CI_MERGE_REQUEST_DIFF_BASE_SHA", root.as_str())];
    assert_eq!(base(&plain, None, "topic").unwrap(), root);
    let pull = [("GITHUB_BASE_REF", "main"), ("GITHUB_REF", "refs/pull/1/merge")];
    assert_eq!(base(&pull, None, "merged").unwrap(), main);
    assert_eq!(base(&[("GERRIT_PATCHSET_REVISION", "abc")], None, "topic").unwrap(), root);
    assert_eq!(base(&[], None, "topic").unwrap(), root);
    assert_eq!(base(&[], None, "worktree").unwrap(), main);
    let error = base(&[], None, "main").unwrap_err();
    assert!(matches!(error, RepoError::NoBase { .. }) && error.help().contains("--base"), "{error}");
    let _ = topic;
}
