//! What is not known of a host stays unknown: it is no error, and no value that it might not be.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use holdpoint::eval::{Compiled, FileCache, HostSpec, Options, Session, compile};
use holdpoint::puppet::Dialect;
use holdpoint::repo::{Layout, LayoutSettings, Tree};
use std::sync::Arc;

const HIERA: &str = "version: 5\nhierarchy:\n  - {name: c, datadir: data, data_hash: yaml_data, path: common.yaml}\n";
const DATA: &str = "a::one::nodes: [x]\n";

/// Compiles a class that is handed the value of an expression as a list.
fn list_of(expression: &str) -> Compiled {
    let code = format!("class c(Array $list) {{ notify {{ \"of ${{size($list)}}\": }} }}\n{expression}\n");
    let files = [("manifests/site.pp", code.as_str()), ("hiera.yaml", HIERA), ("data/common.yaml", DATA)];
    let tree = Tree::from_files("unknown", files);
    let layout = Layout::discover(&tree, &LayoutSettings::default()).unwrap();
    let options = Options { dialect: Dialect::Modern, layout: Some(layout), ..Options::default() };
    let session = Session::new(tree, options, Arc::new(FileCache::default()));
    let run = move || compile(&session, &HostSpec::named("host1.example.com"));
    std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap().join().unwrap()
}

#[test]
fn what_an_unknown_key_leads_to_is_no_text() {
    for function in ["lookup", "hiera"] {
        let declared = format!("class {{ 'c': list => {function}(\"a::${{facts['cluster']}}::nodes\") }}");
        let compiled = list_of(&declared);
        assert_eq!(compiled.errors, [], "{function}");
        assert!(compiled.catalog.unknowns.keys().any(|cause| cause.name.contains("cluster")), "{function}");
    }
}

#[test]
fn a_key_that_is_one_of_two_may_lead_to_the_default() {
    let key = "$key = $facts['cluster'] ? { 'one' => 'a::one::nodes', default => 'a::two::nodes' }";
    let compiled = list_of(&format!("{key}\nclass {{ 'c': list => hiera($key, ['x', 'y']) }}"));
    assert_eq!(compiled.errors, []);
    let titles: Vec<String> = compiled.catalog.resources.iter().map(|r| r.title.to_string()).collect();
    assert!(titles.contains(&"of 1".to_owned()) && titles.contains(&"of 2".to_owned()), "{titles:?}");
}
