//! Near misses of the grammar, the older dialect, recovery, and input made to hurt.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{Dialect, Parsed, parse, parse_epp, pn};
use proptest::prelude::*;

fn dump(src: &str) -> String {
    let parsed = parse(src, Dialect::Modern);
    assert!(parsed.errors.is_empty(), "{src}: {:?}", parsed.errors);
    pn::dump(&parsed)
}

fn issues(parsed: &Parsed) -> Vec<&'static str> {
    parsed.errors.iter().map(|e| e.issue).collect()
}

fn notes(src: &str) -> Vec<&'static str> {
    let parsed = parse(src, Dialect::Legacy);
    assert!(parsed.errors.is_empty(), "{src}: {:?}", parsed.errors);
    parsed.legacy.iter().map(|n| n.what).collect()
}

#[test]
fn trees_of_neighbouring_forms_differ() {
    for (src, want) in [
        ("$a[1]", r#"(access (var "a") 1)"#),
        ("notice [1]", r#"(invoke {:functor (qn "notice") :args [(array 1)]})"#),
        ("1 < 2 == true", "(< 1 (== 2 true))"),
        ("1 + 2 ? { 3 => 4 }", "(? (+ 1 2) [(=> 3 4)])"),
        ("-$a[0]", r#"(- (access (var "a") 0))"#),
        ("!1 in [1]", "(in (! 1) (array 1))"),
        ("$a / 2 / 2", r#"(/ (/ (var "a") 2) 2)"#),
        ("$a =~ /2/", r#"(=~ (var "a") (regexp "2"))"#),
        (
            r#""${x.y}${x + 1}$x.y""#,
            r#"(concat (str (call-method {:functor (. (var "x") (qn "y")) :args []})) (str (+ (qn "x") 1)) (str (var "x")) ".y")"#,
        ),
        ("f(a => 1, b => 2, 3)", r#"(invoke {:functor (qn "f") :args [(hash (=> (qn "a") 1) (=> (qn "b") 2)) 3]})"#),
        (
            "f({a => 1}, b => 2)",
            r#"(invoke {:functor (qn "f") :args [(hash (=> (qn "a") 1)) (hash (=> (qn "b") 2))]})"#,
        ),
        ("$x = $y = 1", r#"(= (var "x") (= (var "y") 1))"#),
        (r#""""#, r#""""#),
        (r"'a\'b\n'", r#""a'b\\n""#),
    ] {
        assert_eq!(dump(src), want, "{src}");
    }
}

#[test]
fn heredocs_keep_their_places() {
    let src = "f(@(A), @(\"B\"/t))\n  one\n  | A\n x\\t${y}\n |- B\n$z = 1";
    let want = r#"(block (invoke {:functor (qn "f") :args [(heredoc {:text "one\n"}) (heredoc {:text (concat "x\t" (str (var "y")))})]}) (= (var "z") 1))"#;
    assert_eq!(dump(src), want);
}

#[test]
fn errors_stand_where_puppet_puts_them() {
    for (src, issue, at) in [
        ("1;2;", "SYNTAX_ERROR", 4),
        ("if true 1", "SYNTAX_ERROR", 8),
        ("$x.f(1,)", "SYNTAX_ERROR", 7),
        ("1.5e", "INVALID_DECIMAL_NUMBER", 0),
        ("class a {\n  1\n  $x = 2\n}", "IDEM_EXPRESSION_NOT_LAST", 12),
        ("class a { if $x { class b {} } }", "NOT_TOP_LEVEL", 18),
        ("$a::b = 1", "CROSS_SCOPE_ASSIGNMENT", 0),
        ("define d($title) {}", "RESERVED_PARAMETER", 9),
        ("file { a: b +> 1 }", "ILLEGAL_ATTRIBUTE_APPEND", 10),
        ("File<| a > 1 |>", "ILLEGAL_QUERY_EXPRESSION", 9),
        ("$x = 9223372036854775808", "NUMERIC_OVERFLOW", 5),
        ("$x =~ /a(/", "", 6),
    ] {
        let parsed = parse(src, Dialect::Modern);
        let got: Vec<_> = parsed.errors.iter().map(|e| (e.issue, e.span.start)).collect();
        assert_eq!(got, [(issue, at)], "{src}");
    }
}

#[test]
fn a_file_with_several_errors_reports_them_and_keeps_the_rest() {
    let src =
        "class a {\n  file { 'x': mode => }\n  $y = [1,\n  notify { 'kept': }\n}\nclass b { $z = ) }\nclass c { }\n";
    let parsed = parse(src, Dialect::Modern);
    assert_eq!(issues(&parsed), ["SYNTAX_ERROR"; 3]);
    assert!(!parsed.validated);
    let names: Vec<String> = parsed
        .body
        .iter()
        .filter_map(|e| match &e.kind {
            super::ast::ExprKind::Class(c) => Some(c.name.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn comments_are_kept_for_suppressions() {
    let parsed = parse("# one\r\n$a = '# not' # two\n/* # no */", Dialect::Modern);
    let texts: Vec<&str> = parsed.comments.iter().map(|(_, t)| t.as_str()).collect();
    assert_eq!(texts, [" one", " two"]);
}

#[test]
fn the_older_dialect_is_taken_and_named() {
    for (src, what) in [
        ("apache_site { 000_default: ensure => absent }", "name with a segment that begins with a digit"),
        ("class varnish::1layer inherits a { }", "name with a segment that begins with a digit"),
        ("require_package 'x'", "call without parentheses"),
        ("ensure_packages ['x', 'y']", "call without parentheses"),
        ("ensure_packages['x', 'y']", "call without parentheses"),
        ("create_resources foo, { 'a' => {} }", "call without parentheses"),
        ("import 'x.pp'", "import"),
        ("class a-b { }", "definition name with a dash or a leading digit"),
        ("a-b { 'x': }", "type or function name with a dash"),
        ("A-b['x'] -> C['y']", "type name with a dash"),
        ("foo { 'x': some-thing => 1 }", "attribute name with a dash"),
        ("node 'a' inherits 'b' { }", "node inheritance"),
        ("$x += 'a'", "+= on a variable"),
        ("$x['a'] = 1", "assignment to an element of a hash"),
        ("foo { 'x': require => File ['y'] }", "blank before an index"),
        ("define d($a, b=1) { }", "parameter without a dollar"),
        ("define d($name) { }", "parameter called name or title"),
        ("$Big = 1", "variable name with a capital letter or a dash"),
        ("foo { 'x': mode => 0888 }", "number with digits that its radix does not have"),
        ("foo { private: }", "reserved word as a name"),
    ] {
        assert!(notes(src).contains(&what), "{src}: {:?}", notes(src));
        // Puppet 4 reads these too, as something else; followed by more they would be refused.
        let either =
            ["import 'x.pp'", "a-b { 'x': }", "ensure_packages['x', 'y']", "A-b['x'] -> C['y']"].contains(&src);
        assert_eq!(parse(src, Dialect::Modern).errors.is_empty(), either, "{src}");
    }
}

#[test]
fn modern_code_reads_the_same_in_the_older_dialect() {
    for src in [
        "$a = 5-3\nnotice($a)",
        "if $x { include a }\ninclude b\nfile { 'x': }",
        "$r = $x ? { 1 => [2], default => $y[0] }",
        "notice 1\n[2].each |$i| { notice $i }",
    ] {
        let (old, new) = (parse(src, Dialect::Legacy), parse(src, Dialect::Modern));
        assert_eq!(pn::dump(&old), pn::dump(&new), "{src}");
        assert!(old.legacy.is_empty(), "{src}: {:?}", old.legacy);
    }
}

#[test]
fn templates_read_text_code_and_comments() {
    let parsed = parse_epp("<%- | Integer $n = 1 | -%>\na <%= $n -%>\n<%# gone %>b<%% <% if $n { -%>\nc<% } %>\n");
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let want = r#"(lambda {:params {:n {:type (qr "Integer") :value 1}} :body [(epp (render-s "a ") (render (var "n")) (render-s "b<% ") (if {:test (var "n") :then [(render-s "c")]}) (render-s "\n"))]})"#;
    assert_eq!(pn::dump(&parsed), want);
    assert_eq!(issues(&parse_epp("a <% if true {")), ["EPP_UNBALANCED_TAG"]);
}

/// Every way to nest, far too deep: one clean error, and no overflow on a stack of one and a half megabytes.
#[test]
fn deep_nesting_is_refused() {
    let shapes = [
        "[",
        "(",
        "{ a => ",
        "f(",
        "if true { ",
        "!",
        "-",
        "$x[",
        "\"${",
        "case 1 { 1: { ",
        "f() |$x| { ",
        "class a { ",
        "@",
        "$a = ",
        "1 ? { 1 => ",
        "a { b: c => ",
        "1 + ",
        "1 -> ",
        "$x.f(",
        "unless 1 { ",
        "@(\"E\")\n${",
    ];
    for shape in shapes {
        let src = shape.repeat(10_000);
        let found = std::thread::Builder::new()
            .stack_size(3 << 19)
            .spawn(move || parse(&src, Dialect::Modern).errors.len())
            .unwrap()
            .join();
        assert!(matches!(found, Ok(1..=60)), "{shape}: {found:?}");
    }
}

#[test]
fn long_chains_are_refused_and_moderate_nesting_is_not() {
    for (src, fine) in [
        (format!("$x = {}1", "1 + ".repeat(250)), true),
        (format!("$x = {}1", "1 + ".repeat(10_000)), false),
        (format!("$x = a{}", ".b".repeat(10_000)), false),
        (format!("if 1 {{ }} {}", "elsif 2 { $x = 1 } ".repeat(250)), true),
        (format!("$x = {}{}", "[".repeat(60), "]".repeat(60)), true),
        (format!("$x = {}1{}", "[1 + ".repeat(60), "]".repeat(60)), true),
        ("$x = 1 + 2 + 3\n".repeat(5_000), true),
    ] {
        let parsed = parse(&src, Dialect::Modern);
        assert_eq!(parsed.errors.is_empty(), fine, "{}…: {:?}", &src[..20], parsed.errors.first());
        assert!(fine || issues(&parsed) == ["NESTING_TOO_DEEP"]);
    }
}

/// Time may grow with size, not with its square: the largest manifest that is read, one of each hostile shape.
#[test]
fn big_input_is_read_in_time() {
    let hostile = [
        "\"a${b}c\" ",
        "[1, 2]\n",
        "/ ",
        "'",
        "\"$",
        "@(E)\n",
        "@(E)\nE\n",
        "}",
        "{",
        "a => 1, ",
        "$x = ",
        "<| ",
        "0x",
        "99999999999999999999 ",
    ];
    let manifest = "file { '/a': ensure => present, mode => '0644' } # c\n";
    let start = std::time::Instant::now();
    let most = manifest.repeat(super::MAX_SOURCE / manifest.len());
    assert!(parse(&most, Dialect::Modern).errors.is_empty());
    assert_eq!(issues(&parse(&(most + manifest), Dialect::Modern)), ["FILE_TOO_LARGE"]);
    for shape in hostile {
        let parsed = parse(&shape.repeat(1_000_000 / shape.len()), Dialect::Modern);
        assert!(!parsed.errors.is_empty(), "{shape}");
    }
    let took = start.elapsed();
    assert!(took.as_secs() < 30, "{took:?}");
}

fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        ",",
        ";",
        ":",
        "=>",
        "->",
        "=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "<|",
        "|>",
        "<<|",
        "|>>",
        "@",
        "@@",
        "|",
        "||",
        "?",
        ".",
        "!",
        "\n",
        " ",
        "$x",
        "$",
        "::",
        "a::b",
        "A::",
        "A",
        "class",
        "define",
        "node",
        "if",
        "else",
        "case",
        "default",
        "type",
        "function",
        "notice",
        "1",
        "0x",
        "08",
        "1.5e",
        "'",
        "\"",
        "\"${",
        "}\"",
        "\\",
        "/re/",
        "@(E)\n",
        "@(\"E\":json/t)\n",
        "| E\n",
        "E\n",
        "<%",
        "%>",
        "<%=",
        "-%>",
        "<%#",
        "é",
        "\u{a0}",
        "#",
        "/*",
        "*/",
        "a-b",
        "9a",
        "~",
        "&",
        "\r\n",
        "private",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|v| v.concat())
}

proptest! {
    #[test]
    fn any_text_gets_an_answer(src in soup()) {
        for parsed in [parse(&src, Dialect::Modern), parse(&src, Dialect::Legacy), parse_epp(&src)] {
            let _ = pn::dump(&parsed);
            for error in &parsed.errors {
                prop_assert!(error.span.start as usize <= src.len() && error.span.start <= error.span.end, "{error:?}");
            }
        }
    }

    #[test]
    fn any_characters_get_an_answer(src in ".{0,60}") {
        let _ = parse(&src, Dialect::Legacy);
        let _ = parse_epp(&src);
    }
}
