//! Files that are sound and files that are not, by format.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::check;

fn first(path: &str, text: &str) -> Option<(u32, bool)> {
    check(path, text.as_bytes(), None).first().map(|u| (u.line, u.certain))
}

#[test]
fn broken_files_are_said_with_their_line() {
    for (path, text, line) in [
        ("a.yaml", "a: 1\nb: [1, 2\nc: 3\n", 3),
        ("a.yaml", "a: 1\n\tb: 2\n", 2),
        ("a.json", "{\"a\": 1,\n \"b\": }\n", 2),
        ("a.py", "import os\nx = (1,\n", 3),
        ("a.py", "def f(:\n    pass\n", 1),
        ("a.py", "print 'x'\nf = [1, 2)\n", 2),
        ("a.sh", "#!/bin/sh\nif true; then\n  echo x\n", 4),
        ("a.rb", "def x\n  1\n", 3),
        ("a.erb", "a\n<% if x -%>\nb\n", 3),
        ("a.epp", "a\n<% if $x { -%>\nb\n", 4),
    ] {
        let found = first(path, text);
        assert!(found.is_some_and(|(l, _)| l.abs_diff(line) <= 1), "{path} {text:?}: {found:?}");
    }
}

#[test]
fn sound_files_and_other_dialects_pass() {
    for (path, text) in [
        ("a.yaml", "%YAML 1.1\n---\na: !ruby/sym x\n---\n- *b\n"),
        ("a.yaml", "{% if x %}\na: {{ b }}\n{% endif %}\n"),
        ("a.json", "// note\n{\"a\": [1, 2,], /* x */ \"u\": \"http://x\"}\n"),
        ("a.json", "{\"a\": 1}\n{\"a\": 2}\n"),
        ("a.py", "try:\n    print 'x' % y\nexcept E, e:\n    raise V, 'x'\n"),
        ("a.py", "os.chmod(p, 0644)\nx = `y`\nif a <> b: exec 'c'\n"),
        ("a.py", "print >>sys.stderr, 'x'\n"),
        ("a.sh", "#!/bin/bash\nif [[ $x =~ ^a ]]; then y=(1 2); fi\ncat <<EOF\n$(date\nEOF\n"),
        ("a.sh", "#!/usr/bin/perl\nif (\n"),
        ("a.sh", "=() { py \"$*\"; }\n"),
        ("a.txt", "{ [ ("),
        ("a.epp", "<%- | String $x | -%>\n<%= $x %>\n"),
    ] {
        assert_eq!(first(path, text), None, "{path} {text:?}: {:?}", check(path, text.as_bytes(), None));
    }
}

#[test]
fn a_string_in_parentheses_is_no_tuple() {
    for (path, text, expected) in [
        ("mm_cfg.py", "SENDER_HEADERS = ('from')\n", Some((1, true))),
        ("settings.py", "x = 1\nALLOWED_HOSTS = (\"a.example\")\n", Some((2, true))),
        ("conf.py", "TRUSTED_PROXIES = ('10.0.0.1')\n", Some((1, false))),
        ("mm_cfg.py", "SENDER_HEADERS = ('from',)\n", None),
        ("conf.py", "FOO = ('long ' 'string')\n", None),
        ("conf.py", "HOSTS = ('long '\n  'string')\n", None),
        ("conf.py", "HOSTS = (\n  'string'\n)\n", None),
        ("conf.py", "HOSTS = ('a' + b)\n", None),
        ("conf.py", "PATH = ('/usr/bin')\n", None),
        ("conf.py", "ADDRESS = ('10.0.0.1')\n", None),
        ("conf.py", "hosts = ('a')\n", None),
        ("conf.py", "class A:\n    HOSTS = ('a')\n", None),
        ("conf.py", "HOSTS = 'a'\n", None),
    ] {
        assert_eq!(first(path, text), expected, "{text:?}");
    }
}

#[test]
fn hostile_files_end() {
    for path in ["a.yaml", "a.json", "a.py", "a.sh", "a.rb", "a.erb", "a.epp"] {
        for unit in ["[", "(", "{", "if x; then ", "$((", "- ", "\"", "<% ["] {
            let found = check(path, unit.repeat(5_000).as_bytes(), None);
            assert!(found.len() <= 1, "{path} {unit:?}");
        }
    }
}

#[test]
fn what_is_too_large_or_no_text_is_said() {
    use super::{MAX_SIZE, not_judged};
    let large = vec![b'a'; MAX_SIZE + 1];
    for (path, bytes, expected) in [
        ("a.yaml", &large[..], true),
        ("a.yaml", b"a: \0\n", true),
        ("a.yaml", b"a: 1\n", false),
        ("a.png", b"\0\0", false),
    ] {
        assert_eq!(not_judged(path, bytes, None).is_some(), expected, "{path}");
    }
}
