//! Trees, revisions and comparisons over small repositories built on the spot.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;

#[test]
fn memory_tree_lists_and_reads() {
    let tree = Tree::from_files("t", [("a/b.pp", "x"), ("a.pp", "y"), ("./a/c/d.pp", "z")]);
    assert_eq!(tree.list("").map(|p| &**p).collect::<Vec<_>>(), ["a.pp", "a/b.pp", "a/c/d.pp"]);
    assert_eq!(tree.children(""), ["a", "a.pp"]);
    assert_eq!(tree.children("a"), ["b.pp", "c"]);
    assert!(tree.is_dir("a/c") && !tree.is_dir("a.pp") && !tree.is_dir("b"));
    assert_eq!(&*tree.text("a//c/../b.pp").unwrap().unwrap(), "x");
    assert_eq!(tree.read("../a.pp").unwrap(), None);
}
