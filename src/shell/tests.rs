//! What the abstract run makes of single idioms, and of scripts written to exhaust it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use super::parse::on_big_stack;
use super::world::{Entry, Setting, Stage, World};
use super::{Ran, parsed, run};

fn setting() -> Setting {
    let data = [("/etc/own.conf", Entry::Conffile), ("/usr/bin/own", Entry::File), ("/var/lib/own", Entry::Dir)];
    Setting {
        package: "own".to_owned(),
        data: data.into_iter().map(|(p, e)| (p.to_owned(), e)).collect(),
        questions: BTreeMap::from([("own/purge".to_owned(), "true".to_owned())]),
        ..Setting::default()
    }
}

fn ran(text: &str, arg: &'static str) -> Ran {
    let text = text.to_owned();
    let stage = if arg == "purge" { Stage::Purged } else { Stage::Removed };
    on_big_stack(move || {
        let ran = run(&parsed(&text).unwrap(), &[arg], stage, &setting(), World::default());
        (ran.deeds, ran.notes)
    })
    .map(|(deeds, notes)| Ran { deeds, notes, world: World::default() })
    .unwrap()
}

/// `user` as `+user` (certain) or `?user` (possible), in order.
fn users(text: &str, arg: &'static str) -> String {
    let deeds = ran(text, arg).deeds;
    let deleted = deeds.iter().filter(|d| d.kind == super::report::DeedKind::UserDeleted);
    let marked = deleted.map(|d| format!("{}{}", if d.conditions.is_empty() { '+' } else { '?' }, d.subject));
    marked.collect::<Vec<_>>().join(" ")
}

#[test]
fn idioms() {
    let table = [
        ("case $1 in remove|purge) userdel a;; *) userdel b;; esac", "+a"),
        ("case \"$1\" in purge) userdel a;; esac", ""),
        ("[ x$1 = xremove ] && userdel a", "+a"),
        ("[ \"remove\" = \"${1}\" ] || exit 0; userdel a", "+a"),
        ("test \"$1\" = purge || exit 0\nuserdel a", ""),
        ("action=$1; if [ \"$action\" = remove ]; then userdel a; fi", "+a"),
        ("set -e\nfalse\nuserdel a", ""),
        ("set -e\nfalse || true\nuserdel a", "+a"),
        ("set -e\nif false; then :; fi\nuserdel a", "+a"),
        ("set -e\ndeluser --force a\nuserdel b", ""),
        ("f() { userdel $1; }; f a; f b", "+a +b"),
        ("f() { return 0; userdel a; }; f; userdel b", "+b"),
        ("for u in a b; do userdel $u; done", "+a +b"),
        ("for u in a b; do [ $u = b ] && break; userdel $u; done", "+a"),
        ("list='a b'; for u in $list; do userdel $u; done", "+a +b"),
        ("U=a; userdel ${U}x", "+ax"),
        ("U=${NONE:-a}; userdel $U", "+a"),
        ("U=/x/a.conf; U=${U##*/}; userdel ${U%.conf}", "+a"),
        ("userdel $(basename /home/a)", "+a"),
        ("userdel `echo a`", "+a"),
        ("if some-command; then userdel a; fi", "?a"),
        ("some-command && exit 0; userdel a", "?a"),
        ("if [ -x /usr/sbin/deluser ]; then deluser a; fi", "+a"),
        ("if ! command -v deluser; then exit 0; fi; deluser a", "+a"),
        ("if getent passwd a >/dev/null; then userdel a; fi", "+a"),
        ("if id -u a >/dev/null 2>&1; then userdel a; fi", "+a"),
        ("userdel a; userdel a", "+a"),
        (". /etc/default/own; [ \"$KEEP\" = yes ] || userdel a", "?a"),
        (". /usr/share/debconf/confmodule; db_get own/purge; [ $RET = true ] && userdel a", "+a"),
        (". /usr/share/debconf/confmodule; db_get other/no; [ \"$RET\" = true ] && userdel a", "?a"),
        (". /usr/share/debconf/confmodule; db_get own/no || userdel a", "+a"),
        ("userdel a; . /usr/share/debconf/confmodule; userdel b", "+a +b"),
        ("set -e\nuserdel a\n. /usr/share/debconf/confmodule\nuserdel b", "+a"),
        (
            "f() { IFS=:; for p in $PATH; do [ -x \"$p/$*\" ] && return 0; done; return 1; }; f deluser && deluser a",
            "+a",
        ),
        ("if which frobnicate; then exit 0; else userdel a; fi", "+a"),
        ("mount | grep -q /var/lib/own || userdel a", "+a"),
        ("if [ -e /bin/own ]; then userdel a; else userdel b; fi", "+b"),
        ("deluser a group", ""),
        ("# userdel a\necho userdel a", ""),
        ("cat <<EOF\nuserdel a\nEOF", ""),
        ("eval \"userdel a\"", "+a"),
        ("su -c 'userdel a'", "+a"),
        ("echo a | xargs userdel", "+a"),
        ("printf 'a\\nb\\n' | while read u; do userdel $u; done", "+a +b"),
        ("getent passwd | while read u; do userdel $u; done", "?$u"),
        ("if [ -e /usr/bin/own ]; then userdel a; else userdel b; fi", "+b"),
        ("if [ -e /var/lib/own ]; then userdel a; else userdel b; fi", "?a +b"),
        ("[ -e /etc/own.conf ] && userdel a", "+a"),
        ("exec userdel a", "+a"),
        ("( exit 1 ); userdel a", "+a"),
        ("! false && userdel a", "+a"),
        ("case $1 in re*) userdel a;; esac", "+a"),
        ("case $1 in [!r]*) userdel a;; r?move) userdel b;; esac", "+b"),
        ("set -- a b; shift; userdel $1", "+b"),
        ("userdel a || userdel b", "+a"),
        ("err=0; userdel a || err=$?; [ $err = 0 ] && userdel b", "+a +b"),
        ("if [ \"$DPKG_ROOT\" ]; then exit 0; fi; userdel a", "+a"),
    ];
    for (text, expected) in table {
        let got = users(text, "remove");
        let got = if expected == "?$u" { got.chars().take(1).collect() } else { got };
        let expected = if expected == "?$u" { "?" } else { expected };
        let mut words: Vec<&str> = got.split(' ').collect();
        let mut wanted: Vec<&str> = expected.split(' ').collect();
        words.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(words, wanted, "{text}");
    }
}

#[test]
fn paths_are_made_absolute_and_lines_are_kept() {
    let ran = ran("set -e\ncd /var/lib\nrm -rf own ../log/own\n", "purge");
    let said: Vec<(&str, u32)> = ran.deeds.iter().map(|d| (d.subject.as_str(), d.line)).collect();
    assert_eq!(said, [("/var/lib/own", 3), ("/var/log/own", 3)]);
}

#[test]
fn what_is_not_followed_is_noted() {
    let table =
        [("$CMD x", "name of the command"), ("[[ a =~ b && c ]]", "[["), (". /usr/lib/own/lib.sh\nfrob x", "frob")];
    for (text, words) in table {
        let notes = ran(&format!("#!/bin/bash\nCMD=$(frob)\n{text}"), "remove").notes;
        assert!(notes.iter().any(|n| n.reason.contains(words) && n.line >= 2), "{text}: {notes:?}");
    }
}

#[test]
fn scripts_that_would_run_forever_end() {
    let doubling = "x=aaaaaaaaaaaaaaaa\n".to_owned() + &"x=$x$x\n".repeat(200);
    let arguments = "set -- a b c d\n".to_owned() + &"set -- \"$@\" \"$@\"\n".repeat(60);
    let guards = "if frob; then x=$x$1; else y=$y$1; fi\n".repeat(3000);
    let calls = "f() { f; f; }\nf\n".to_owned();
    let fan: String = (0..30).map(|i| format!("f{i}() {{ f{0} || f{0}; f{0} && f{0}; }}\n", i + 1)).collect();
    let loops = "for a in 1 2 3 4 5 6 7 8 9 0; do\n".repeat(8) + "rm -rf /x$a\n" + &"done\n".repeat(8);
    let endless = "while true; do rm -f /x; done; until false; do :; done".to_owned();
    let many: String = (0..10_000).map(|i| format!("{i} ")).collect();
    let removed = format!("a='{many}'; while true; do rm -rf $a; done");
    let made = format!("a='{many}'; for i in $a; do cd /$i; touch $a; done");
    let stopped = format!("a='{many}'; for i in $a; do systemctl stop $a; done");
    for text in [removed, made, stopped, doubling, arguments, guards, calls, fan + "f0\n", loops, endless] {
        let start = std::time::Instant::now();
        let _ = ran(&text, "remove");
        assert!(start.elapsed().as_secs() < 20, "{}", &text[..40]);
    }
}

/// Words of scripts, thrown together; the generator is fixed, so a failure comes back.
#[test]
fn no_mixture_of_words_stops_the_run() {
    let words = [
        "if",
        "then",
        "fi",
        "else",
        "case",
        "in",
        "esac",
        "a)",
        ";;",
        "for",
        "x",
        "do",
        "done",
        "while",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "[ -n",
        "\"$x\"",
        "$1",
        "${x#*é}",
        "${y%%[a-é]*}",
        "`echo a`",
        "$(basename /a/é",
        "'",
        "\"",
        "\\",
        "\n",
        "\n",
        ";",
        "|",
        "&&",
        "||",
        "!",
        "rm -rf",
        "/var/*",
        "userdel",
        "set -e",
        "set --",
        "shift 9",
        "IFS=é read a b",
        "xargs",
        "find . -exec",
        "{}",
        "\\;",
        "<<EOF\n",
        "EOF\n",
        ">",
        "2>&1",
        "x=",
        "f()",
        "f",
        "eval",
        "cd",
        "printf '%s%%%'",
        "é",
        "update-rc.d",
        "dpkg-divert --remove",
        "su -c",
        "local a=",
        "return",
        "break",
        "exit",
        ". /etc/default/x",
        "db_get",
        "echo -n",
        "cut -d: -f0",
        "[[",
        "]]",
        "~é",
        "$((1+",
    ];
    let mut seed: u64 = 20_140_529;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap()
    };
    for _ in 0..6000 {
        let count = 3 + next() % 14;
        let text = (0..count).map(|_| words[next() % words.len()]).collect::<Vec<_>>().join(" ");
        let shown = text.clone();
        let end = on_big_stack(move || {
            parsed(&text).map(|p| drop(run(&p, &["remove"], Stage::Removed, &setting(), World::default())))
        });
        assert!(end.is_ok(), "{shown}");
    }
}
