//! Manifests in the dialect of Puppet 3: what it took and later versions refuse.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use holdpoint::eval::{Compiled, FileCache, HostSpec, Options, Session, compile};
use holdpoint::puppet::Dialect;
use holdpoint::repo::{Layout, LayoutSettings, Tree};
use std::sync::Arc;

fn compiled(dialect: Dialect, files: &[(&str, &str)]) -> Compiled {
    let tree = Tree::from_files("legacy", files.iter().copied());
    let layout = Layout::discover(&tree, &LayoutSettings::default()).unwrap();
    let options = Options { dialect, layout: Some(layout), ..Options::default() };
    let session = Session::new(tree, options, Arc::new(FileCache::default()));
    let run = move || compile(&session, &HostSpec::named("host1.example.com"));
    std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap().join().unwrap()
}

fn notices(compiled: &Compiled) -> Vec<&str> {
    compiled.catalog.resources.iter().filter(|r| r.type_name == "Notify").map(|r| &*r.title).collect()
}

#[test]
fn what_puppet_3_took_is_taken_in_its_dialect_alone() {
    let cases = [
        ("notify { 6379: }", "6379"),
        ("notify { [1, 'two']: }", "1 two"),
        ("group { '500': }\nuser { 'a': require => Group[500] }\nnotify { 'done': }", "done"),
        ("if true =~ /^true$/ { notify { 'matched': } }", "matched"),
        ("if undef !~ /./ { notify { 'empty': } }", "empty"),
        ("$h = {}\n$h['k'] = 'v'\n$v = $h['k']\nnotify { $v: }", "v"),
    ];
    for (code, expected) in cases {
        let files = [("manifests/site.pp", code)];
        let old = compiled(Dialect::Legacy, &files);
        assert_eq!((old.errors.as_slice(), notices(&old).join(" ")), (&[][..], expected.to_owned()), "{code}");
        assert_ne!(compiled(Dialect::Modern, &files).errors, [], "{code}");
    }
}

#[test]
fn a_key_is_set_once() {
    let old = compiled(Dialect::Legacy, &[("manifests/site.pp", "$h = { 'k' => 1 }\n$h['k'] = 2\n")]);
    let errors: Vec<&str> = old.errors.iter().map(|e| e.message.as_str()).collect();
    assert_eq!(errors, ["Assigning to the hash 'h' with an existing key 'k'"]);
}

#[test]
fn a_parent_is_looked_for_around_the_class_that_names_it() {
    let code = "class a {\n  class parent { notify { 'inner': } }\n  class child inherits parent { }\n}\nclass parent { notify { 'outer': } }\ninclude a::child\n";
    let old = compiled(Dialect::Legacy, &[("manifests/site.pp", code)]);
    assert_eq!((old.errors.as_slice(), notices(&old)), (&[][..], vec!["inner"]));
}

#[test]
fn the_nearest_class_is_meant() {
    let files = [
        ("manifests/site.pp", "include web\n"),
        ("modules/web/manifests/init.pp", "class web {\n  include cache\n}\n"),
        ("modules/web/manifests/cache.pp", "class web::cache { notify { 'near': } }\n"),
        ("modules/cache/manifests/init.pp", "class cache($needed) { notify { 'far': } }\n"),
    ];
    let old = compiled(Dialect::Legacy, &files);
    assert_eq!((old.errors.as_slice(), notices(&old)), (&[][..], vec!["near"]));
}

#[test]
fn files_of_a_module_that_is_not_in_the_repository_are_unknown() {
    let main = |code: &str| [("manifests/site.pp".to_owned(), code.to_owned()), ("modules/away".into(), String::new())];
    for code in ["$x = template('away/t.erb')", "$x = epp('away/t.epp')", "$x = file('away/f')"] {
        let files = main(code);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let compiled = compiled(Dialect::Modern, &files);
        assert_eq!(compiled.errors, [], "{code}");
        assert!(compiled.catalog.unknowns.keys().any(|cause| cause.name == "away"), "{code}");
    }
    let here =
        [("manifests/site.pp", "$x = template('here/t.erb')"), ("modules/here/manifests/init.pp", "class here { }")];
    assert_ne!(compiled(Dialect::Modern, &here).errors, []);
}
