//! Hosts that share a catalog: type checks do not keep them apart, data files of their own do.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use holdpoint::eval::group::compile_group;
use holdpoint::eval::{FileCache, HostSpec, Options, Session};
use holdpoint::repo::{Layout, LayoutSettings, Repo};
use std::sync::Arc;

const FILES: [(&str, &str); 7] = [
    (
        "manifests/site.pp",
        "node /^w[0-9]\\.x\\.org$/ {\n  thing::one { 'a': label => $facts['hostname'] }\n  notify { 'k': message => lookup('k') }\n}\n",
    ),
    (
        "modules/thing/manifests/one.pp",
        "define thing::one(Variant[Integer, Boolean, String[1]] $label) {\n  notify { $label: }\n}\n",
    ),
    (
        "hiera.yaml",
        "version: 5\ndefaults: { datadir: data, data_hash: yaml_data }\nhierarchy:\n  - { name: hosts, path: \"hosts/%{::hostname}.yaml\" }\n  - { name: common, path: common.yaml }\n",
    ),
    ("data/common.yaml", "k: '1'\n"),
    ("data/hosts/w2.yaml", "k: '2'\n"),
    ("data/hosts/w3.yaml", "k: '2'\n"),
    ("data/hosts/w4.yaml", "k: '4'\n"),
];

#[test]
fn hosts_share_what_their_data_and_types_allow() {
    for variable in ["::hostname", "facts.hostname", "facts.networking.hostname", "trusted.hostname"] {
        share(variable);
    }
}

/// The hierarchy's path for hosts is made of `variable`.
fn share(variable: &str) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let text = text.replace("::hostname", variable);
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let tree = Repo::open(folder.path()).unwrap().at("worktree").unwrap();
    let layout = Layout::discover(&tree, &LayoutSettings::default()).unwrap();
    let session =
        Session::new(tree, Options { layout: Some(layout), ..Options::default() }, Arc::new(FileCache::default()));
    let hosts: Vec<HostSpec> = (0..5).map(|n| HostSpec::named(&format!("w{n}.x.org"))).collect();
    let groups = compile_group(&session, &hosts);
    let shown: Vec<Vec<&str>> = groups.iter().map(|g| g.hosts.iter().map(|h| h.as_str()).collect()).collect();
    assert_eq!(
        shown,
        [vec!["w0.x.org", "w1.x.org"], vec!["w2.x.org", "w3.x.org"], vec!["w4.x.org"]],
        "%{{{variable}}}"
    );
    for (group, path) in
        [(0, "data/hosts/w0.yaml"), (0, "data/hosts/w1.yaml"), (1, "data/hosts/w2.yaml"), (1, "data/hosts/w3.yaml")]
    {
        assert!(
            groups[group].compiled.deps.iter().any(|d| &**d == path),
            "{path} is not among what group {group} rests on"
        );
    }
}
