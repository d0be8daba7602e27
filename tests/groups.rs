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

/// The files of a repository in a folder, opened.
fn session(folder: &std::path::Path, files: &[(&str, String)]) -> Session {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let tree = Repo::open(folder).unwrap().at("worktree").unwrap();
    let layout = Layout::discover(&tree, &LayoutSettings::default()).unwrap();
    Session::new(tree, Options { layout: Some(layout), ..Options::default() }, Arc::new(FileCache::default()))
}

/// The groups of hosts w0 to w3, with the texts of their notifications on the first of each.
fn groups_of(code: &str) -> Vec<(String, Vec<String>)> {
    let folder = tempfile::tempdir().unwrap();
    let hiera = "version: 5\ndefaults: { datadir: data, data_hash: yaml_data }\nhierarchy:\n  - { name: hosts, path: \"hosts/%{facts.hostname}.yaml\" }\n  - { name: common, path: common.yaml }\n";
    let common = "greeting: \"on %{facts.hostname}.\"\nlist: [\"%{facts.hostname}\"]\nhash: { \"%{facts.hostname}\": { a: 1 } }\nlookup_options: { merged: { merge: unique } }\nmerged: [\"%{facts.hostname}\"]\n";
    let files = [
        ("manifests/site.pp", format!("node /^w[0-9]\\.x\\.org$/ {{\n{code}\n}}\n")),
        ("hiera.yaml", hiera.to_owned()),
        ("data/common.yaml", common.to_owned()),
        ("data/hosts/w1.yaml", "unused: 1\n".to_owned()),
        ("data/hosts/w2.yaml", "unused: \"%{facts.hostname}\"\nother: 1\n".to_owned()),
    ];
    let session = session(folder.path(), &files);
    let hosts: Vec<HostSpec> = (0..4).map(|n| HostSpec::named(&format!("w{n}.x.org"))).collect();
    let names = |hosts: &[ecow::EcoString]| hosts.iter().map(|h| &h[1..2]).collect::<String>();
    let texts = |compiled: &holdpoint::eval::Compiled| {
        assert_eq!(compiled.errors, [], "{code}");
        let notes = compiled.catalog.of_type("Notify");
        notes.map(|n| n.value("message").map_or_else(|| n.title.to_string(), ToString::to_string)).collect()
    };
    compile_group(&session, &hosts).iter().map(|g| (names(&g.hosts), texts(&g.compiled))).collect()
}

#[test]
fn text_of_data_that_differs_from_host_to_host_keeps_none_apart() {
    let one = |text: &str| vec![("0123".to_owned(), vec![text.to_owned()])];
    assert_eq!(groups_of("notify { 'a': message => lookup('greeting') }"), one("on w0."));
    assert_eq!(groups_of("notify { lookup('list'): }"), one("w0"));
    assert_eq!(groups_of("lookup('hash').each |$k, $v| { notify { \"${k}-${v['a']}\": } }"), one("w0-1"));
}

#[test]
fn what_is_decided_on_such_text_keeps_them_apart() {
    let split = groups_of("if lookup('greeting') == 'on w2.' { notify { 'it': } }");
    assert_eq!(split.iter().map(|(hosts, _)| &**hosts).collect::<Vec<_>>(), ["013", "2"]);
    let split = groups_of("$h = lookup('hash') if $h['w1'] { notify { 'it': } }");
    assert_eq!(split.iter().map(|(hosts, _)| &**hosts).collect::<Vec<_>>(), ["023", "1"]);
    // Merged lists are compared, so their texts are those of one host.
    assert_eq!(groups_of("notify { lookup('merged'): }").len(), 4);
    let split = groups_of("notify { 'a': message => lookup('other', undef, undef, 0) }");
    assert_eq!(split.iter().map(|(hosts, _)| &**hosts).collect::<Vec<_>>(), ["013", "2"]);
}

/// The hierarchy's path for hosts is made of `variable`.
fn share(variable: &str) {
    let folder = tempfile::tempdir().unwrap();
    let files = FILES.map(|(path, text)| (path, text.replace("::hostname", variable)));
    let session = session(folder.path(), &files);
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

#[test]
fn lists_inside_lists_that_differ_from_host_to_host_are_flattened() {
    let code = "$l = [\"/srv/${facts['hostname']}/x\"].map |$d| {\n  $d.split('/').filter |$p| { !$p.empty }\n}\n\
                notify { 'a': message => join($l.flatten, ' ') }\nnotify { 'b': message => join($l, '+') }";
    let groups = groups_of(code);
    assert!(!groups.is_empty());
    for (hosts, texts) in groups {
        let first = &hosts[..1];
        assert_eq!(texts, [format!("srv w{first} x"), format!("srv+w{first}+x")]);
    }
}

#[test]
fn a_host_whose_list_holds_its_name_twice_is_kept_apart_where_lists_are_made_unique() {
    for code in [
        "notify { 'n': message => join(unique([$facts['hostname'], 'w2']), ' ') }",
        "notify { 'n': message => String(size(unique([$facts['hostname'], 'w2']))) }",
        "notify { 'n': message => String(size(unique({ 'a' => $facts['hostname'], 'b' => 'w2' }))) }",
    ] {
        let hosts: Vec<String> = groups_of(code).into_iter().map(|(hosts, _)| hosts).collect();
        assert_eq!(hosts, ["013", "2"], "{code}");
    }
}
