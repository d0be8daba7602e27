//! What a change can reach, told from mentions: never too little, and not everything.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use holdpoint::eval::{FileCache, HostSpec, Options, Scout, Session};
use holdpoint::reach::Reach;
use holdpoint::repo::{Layout, LayoutSettings, Tree, changed};
use std::sync::Arc;

const FILES: [(&str, &str); 15] = [
    (
        "manifests/site.pp",
        "$site = 'one'\nnode 'a.x.org' {\n  role web\n}\nnode 'b.x.org' { include db }\nnode 'c.x.org' { include by_variable }\n\
         node 'd.x.org' { include templated }\n",
    ),
    ("modules/role/lib/puppet/functions/role.rb", "call_function('include', \"role::#{name}\")\n"),
    ("modules/role/manifests/web.pp", "class role::web { include ::web::server }\n"),
    ("modules/web/manifests/server.pp", "class web::server($port = 80) { web::site { 'x': port => $port } }\n"),
    ("modules/web/manifests/site.pp", "define web::site($port) { notify { \"${title}${port}\": } }\n"),
    (
        "modules/db/manifests/init.pp",
        "class db {\n  $x = lookup('databases')\n  file { '/x': source => 'puppet:///modules/db/my/x' }\n  file { '/d': source => 'puppet:///modules/db/dir/', recurse => true }\n  $y = file(\"db/by/${x}.conf\")\n}\n",
    ),
    ("modules/db/files/my/x", "x\n"),
    ("modules/by_variable/manifests/init.pp", "class by_variable($which = 'picked::one') { include $which }\n"),
    ("modules/picked/manifests/one.pp", "class picked::one { }\n"),
    ("modules/picked/manifests/two.pp", "class picked::two { }\n"),
    (
        "modules/templated/manifests/init.pp",
        "class templated { $v = 'one' include \"picked::${v}\" $t = template(\"${module_name}/t.erb\") }\n",
    ),
    ("modules/templated/templates/t.erb", "<%= scope.call_function('lookup', ['banner']) %> include web::server\n"),
    (
        "hiera.yaml",
        "version: 5\ndefaults: {datadir: data, data_hash: yaml_data}\nhierarchy:\n  - {name: h, path: 'hosts/%{trusted.certname}.yaml'}\n  - {name: c, path: common.yaml}\n",
    ),
    ("data/common.yaml", "databases: [1]\nbanner: hi\nweb::server::port: 81\nunused: 1\n"),
    ("data/hosts/a.x.org.yaml", "web::server::port: 82\ndatabases: [2]\n"),
];

fn session(files: &[(&str, &str)]) -> Session {
    let tree = Tree::from_files("t", files.iter().copied());
    let layout = Layout::discover(&tree, &LayoutSettings { legacy: Some(false), ..LayoutSettings::default() }).unwrap();
    Session::new(tree, Options { layout: Some(layout), ..Options::default() }, Arc::new(FileCache::default()))
}

/// The hosts that are reached when `path` becomes `text`.
fn reached(path: &str, text: &str) -> String {
    let mut files = FILES.to_vec();
    files.retain(|(p, _)| *p != path);
    files.push((path, text));
    let (base, head) = (session(&FILES), session(&files));
    let reach = Reach::new(&base, &head, &changed(base.tree(), head.tree()));
    let is_reached = |(number, host): &(usize, &str)| {
        let spec = HostSpec::named(&format!("{host}.x.org"));
        let node = Some(*number);
        reach.node(node) || reach.data(node, || Scout::glance(&head, &spec), || Scout::new(&head, &spec))
    };
    ["a", "b", "c", "d"].into_iter().enumerate().filter(is_reached).map(|(_, host)| host).collect()
}

#[test]
fn a_change_reaches_those_who_mention_it() {
    let cases = [
        // Through a function that puts names together, a class and a defined type.
        ("modules/web/manifests/site.pp", "define web::site($port) { }\n", "a"),
        ("modules/web/manifests/server.pp", "class web::server($port = 1) { }\n", "a"),
        ("modules/db/manifests/init.pp", "class db { }\n", "b"),
        ("modules/db/files/my/x", "y\n", "b"),
        ("modules/db/files/other", "y\n", ""),
        // Data that cannot be read lets every lookup fail, whatever keys it has.
        ("data/hosts/a.x.org.yaml", "web::server::port: 82\ndatabases: [2]\nunused: [1\n", "a"),
        ("data/common.yaml", "databases: [1]\nbanner: hi\nweb::server::port: 81\nunused: [1\n", "abcd"),
        ("modules/db/lib/hiera/backend/x_backend.rb", "def lookup(key); end\n", "abcd"),
        // A path as a whole, a folder, the beginning of a path.
        ("modules/db/files/my/y", "y\n", ""),
        ("modules/db/files/my/x.old", "y\n", ""),
        ("modules/db/files/dir/a/b", "y\n", "b"),
        ("modules/db/files/directory", "y\n", ""),
        ("modules/db/files/by/z.conf", "y\n", "b"),
        ("modules/db/files/bypass", "y\n", ""),
        // A variable that names a class; a name put together.
        ("modules/picked/manifests/one.pp", "class picked::one { notify { 'x': } }\n", "cd"),
        ("modules/picked/manifests/two.pp", "class picked::two { notify { 'x': } }\n", "d"),
        ("modules/templated/templates/t.erb", "x\n", "d"),
        // New definitions reach whoever asked for them already.
        ("modules/role/manifests/other.pp", "class role::other { }\n", ""),
        // Data: by key, and by the hosts that read the file.
        ("data/common.yaml", "databases: [1]\nbanner: ho\nweb::server::port: 81\nunused: 1\n", "d"),
        ("data/common.yaml", "databases: [1, 2]\nbanner: hi\nweb::server::port: 81\nunused: 1\n", "b"),
        ("data/common.yaml", "databases: [1]\nbanner: hi\nweb::server::port: 83\nunused: 2\n", "a"),
        ("data/common.yaml", "databases: [1]\nbanner: hi\nweb::server::port: 81\nunused: 2\n", ""),
        ("data/hosts/a.x.org.yaml", "web::server::port: 83\ndatabases: [2]\n", "a"),
        ("data/hosts/a.x.org.yaml", "web::server::port: 82\ndatabases: [3]\n", ""),
        // What every host reads.
        ("hiera.yaml", "version: 5\n", "abcd"),
        ("README.md", "x\n", ""),
    ];
    for (path, text, wanted) in cases {
        assert_eq!(reached(path, text), wanted, "{path}: {text}");
    }
}

#[test]
fn statements_of_a_main_manifest_reach_every_host() {
    let site = FILES[0].1.replace("'one'", "'two'");
    assert_eq!(reached("manifests/site.pp", &site), "abcd");
}

#[test]
fn classes_written_in_classes_have_names_and_namespaces_of_their_own() {
    let site = "class mail {\n  class sender { include lists }\n  class relay { include ::lists }\n  class lists { }\n}\n\
                node 'a.x.org' { include mail::sender }\nnode 'b.x.org' { include mail::relay }\n";
    let lists = |text| [("manifests/site.pp", site), ("modules/lists/manifests/init.pp", text)];
    let open = |files: &[(&str, &str)]| {
        let tree = Tree::from_files("t", files.iter().copied());
        let settings = LayoutSettings { legacy: Some(true), ..LayoutSettings::default() };
        let layout = Layout::discover(&tree, &settings).unwrap();
        Session::new(tree, Options { layout: Some(layout), ..Options::default() }, Arc::new(FileCache::default()))
    };
    let (base, head) = (open(&lists("class lists { }\n")), open(&lists("class lists { notify { 'x': } }\n")));
    let reach = Reach::new(&base, &head, &changed(base.tree(), head.tree()));
    assert_eq!((reach.node(Some(0)), reach.node(Some(1))), (false, true));
}
