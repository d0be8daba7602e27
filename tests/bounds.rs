//! Programs without end: each stops at a bound, with an error that names file and line.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use holdpoint::eval::{Compiled, FileCache, HostSpec, Options, Session, compile};
use holdpoint::repo::{Layout, LayoutSettings, Tree};
use std::sync::Arc;

/// Compiles a main manifest on a stack as deep as the gate gives.
fn compiled(code: &str) -> Compiled {
    let tree = Tree::from_files("bounds", [("manifests/site.pp", code.as_bytes().to_vec())]);
    let layout = Layout::discover(&tree, &LayoutSettings::default()).unwrap();
    let dialect = holdpoint::puppet::Dialect::Modern;
    let options = Options { dialect, layout: Some(layout), ..Options::default() };
    let session = Session::new(tree, options, Arc::new(FileCache::default()));
    let run = move || compile(&session, &HostSpec::named("host1.example.com"));
    std::thread::Builder::new().stack_size(256 << 20).spawn(run).unwrap().join().unwrap()
}

/// Doubles what is in `$m` so often that it could not be held.
fn doubled(first: &str, next: &str) -> String {
    format!("$a = Integer[1, 60].reduce({first}) |$m, $i| {{\n  {next}\n}}\nnotify {{ \"${{a}}\": }}\n")
}

#[test]
fn what_has_no_end_is_an_error_with_its_place() {
    let cases: [(&str, &str, u32); 13] = [
        ("function f($x) {\n  f($x + 1)\n}\nf(1)", "calls nested more than", 2),
        ("function f($x) {\n  g($x) }\nfunction g($x) {\n  [f($x)] }\nf(1)", "calls nested more than", 0),
        ("define d() {\n  d { \"${title}x\": }\n}\nd { 'x': }", "Somehow looped more than 1000 times", 0),
        ("type A = B\ntype B = A\n$x = 1 =~ A", "cannot be resolved to a real type", 3),
        ("class a inherits b { }\nclass b inherits a { }\ninclude a", "inherits from itself", 3),
        ("$x = sprintf('%1000000000d', 1)", "too long a string", 1),
        ("$x = Integer[1, 1000000000].map |$i| { $i }", "would make more than", 1),
        (&doubled("'0123456789abcdef'", "\"${m}${m}\""), "a string longer than 64 MB", 2),
        (&doubled("['x']", "$m + $m"), "holds more than", 2),
        (&doubled("['x']", "[$m, $m]"), "holds more than", 2),
        (&doubled("['x']", "{ a => $m, b => $m }"), "holds more than", 2),
        (&doubled("['x']", "[1, 2].map |$z| { $m }"), "holds more than", 2),
        (&doubled("['x']", "$m << $m"), "holds more than", 2),
    ];
    for (code, wanted, line) in cases {
        let compiled = compiled(code);
        let error = compiled.errors.first().unwrap_or_else(|| panic!("no error: {code}"));
        assert!(error.message.contains(wanted), "{code}: {}", error.message);
        let at = error.at.as_ref().unwrap_or_else(|| panic!("no place: {code}"));
        assert_eq!(&*at.path, "manifests/site.pp");
        assert!(at.line == line || line == 0, "{code}: line {}", at.line);
    }
}

#[test]
fn what_is_unknown_and_doubles_stays_unknown() {
    for next in ["\"${m}-${facts['z']}-${m}\"", "$m + $facts['z'] + $m", "[$m, $facts['z'], $m]"] {
        let code = format!(
            "$a = Integer[1, 60].reduce(1) |$m, $i| {{ {next} }}\nnotify {{ 'x': message => $a }}\nnotify {{ \"t${{a}}\": }}\n"
        );
        let compiled = compiled(&code);
        let size = compiled.errors.iter().find(|e| e.message.contains("holds more than"));
        assert!(compiled.errors.is_empty() || size.is_some(), "{next}: {:?}", compiled.errors);
        assert!(compiled.catalog.resources.iter().any(|r| r.title == "x"), "{next}");
    }
}

#[test]
fn types_that_name_themselves_inside_others_are_fine() {
    let code = "type Tree = Hash[String, Variant[Tree, Integer]]\nnotify { \"${({ a => { b => 1 } } =~ Tree)}\": }";
    let compiled = compiled(code);
    assert_eq!(compiled.errors, []);
    assert!(compiled.catalog.resources.iter().any(|r| r.title == "true"));
}
