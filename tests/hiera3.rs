//! Hierarchies of version 3 whose backends a repository brings along: what their Ruby says tells their versions apart.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use holdpoint::hiera::{Data, DataFiles, Hiera, HieraScope, HieraSettings, Outcome, ScopeValue, Value};
use holdpoint::repo::{Layout, LayoutSettings, Tree};
use std::sync::Arc;

/// `site` is one of two, nobody knows which; of `realm` nothing is known.
struct Open;

impl HieraScope for Open {
    fn variable(&self, name: &str) -> ScopeValue {
        match name {
            "::site" | "::realm" => ScopeValue::Unknown(format!("variable {name}")),
            "::host" => ScopeValue::Known(Data::str("web1")),
            _ => ScopeValue::Missing,
        }
    }

    fn alternatives(&self, name: &str) -> Option<Vec<String>> {
        (name == "::site").then(|| vec!["one".into(), "two".into()])
    }
}

const NUYAML: &str = "modules/w/lib/hiera/backend/nuyaml_backend.rb";
const SHORT: &str = "newkey = namespaces.pop\n";
const BOTH: &str = "newkey = namespaces.pop\n# Transitional: look up the full qualified key in expand_path\n";

fn asked(config: &str, more: &[(&str, &str)], key: &str) -> String {
    let files = [("hiera.yaml", config), ("manifests/site.pp", ""), ("modules/w/manifests/init.pp", "class w { }")];
    let tree = Tree::from_files("t", files.into_iter().chain(more.iter().copied()));
    let layout = Layout::discover(&tree, &LayoutSettings::default()).unwrap();
    let mut settings = HieraSettings::default();
    settings.datadirs.insert("/srv/data".into(), "data".into());
    settings.datadirs.insert("/srv/private".into(), "private".into());
    let hiera = Hiera::load(&tree, &layout, &settings, &Arc::new(DataFiles::default())).unwrap();
    match hiera.lookup(key, &Open, None).outcome {
        Outcome::Found(Data { value: Value::Str(text), .. }) => text.to_string(),
        Outcome::Found(other) => panic!("{other:?}"),
        Outcome::NotFound => "nothing".into(),
        Outcome::Unknown { why } => format!("unknown: {why}"),
        Outcome::Error(error) => panic!("{error}"),
    }
}

#[test]
fn a_key_is_called_as_the_backends_version_has_it() {
    let config =
        ":backends: [nuyaml]\n:nuyaml:\n  :datadir: /srv/data\n  :expand_path: [common]\n:hierarchy: [common]\n";
    let (short, whole) = (("data/common/a/b.yaml", "c: short\n"), ("data/common/a/b.yaml", "a::b::c: whole\n"));
    let cases = [
        ("", short, "nothing"),
        ("", whole, "whole"),
        (SHORT, short, "short"),
        (SHORT, whole, "nothing"),
        (BOTH, short, "short"),
        (BOTH, whole, "whole"),
        (BOTH, ("data/common/a/b.yaml", "a::b::c: whole\nc: short\n"), "short"),
    ];
    for (ruby, data, expected) in cases {
        assert_eq!(asked(config, &[(NUYAML, ruby), data], "a::b::c"), expected, "{ruby} {data:?}");
    }
}

#[test]
fn sections_have_the_name_that_the_file_gives_them() {
    let of = |own: &str, private: &str| {
        format!(
            ":backends: [nuyaml3, {private}]\n:{own}:\n  :datadir: /srv/data\n:{private}:\n  :datadir: /srv/private\n:hierarchy: [private/common]\n"
        )
    };
    let data = ("private/common.yaml", "k: v\n");
    for (own, private, ruby) in [
        ("nuyaml3", "private3", "throw(:no_such_key)"),
        ("nuyaml", "private", "def lookup(_key, _scope, _order_override, _resolution_type); end"),
    ] {
        let path = format!("modules/w/lib/hiera/backend/{private}_backend.rb");
        assert_eq!(asked(&of(own, private), &[data, (&path, ruby)], "k"), "v", "{own}");
        // A backend of this name that does something else is not known.
        let unknown = asked(&of(own, private), &[data, (&path, "def lookup(key)\n  key\nend\n")], "other");
        assert!(unknown.starts_with("unknown: "), "{unknown}");
    }
}

#[test]
fn what_is_known_of_one_variable_narrows_a_path_of_two() {
    let config = ":backends: [yaml]\n:yaml:\n  :datadir: /srv/data\n:hierarchy: ['%{::site}/%{::realm}', common]\n";
    let common = ("data/common.yaml", "k: common\n");
    assert_eq!(asked(config, &[common, ("data/three/x.yaml", "k: other\n")], "k"), "common");
    let perhaps = asked(config, &[common, ("data/two/x.yaml", "k: other\n")], "k");
    assert!(perhaps.starts_with("unknown: "), "{perhaps}");
}
