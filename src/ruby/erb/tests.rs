//! Templates and what real Ruby makes of them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{TemplateScope, render, syntax_errors};
use crate::value::{Array, CauseKind, Entries, Origin, Value};
use std::sync::Arc;

struct Stub;

impl TemplateScope for Stub {
    fn variable(&mut self, name: &str) -> Option<Value> {
        let list = |items: &[&str]| Value::array(items.iter().map(|i| Value::str(*i)).collect());
        Some(match name.trim_start_matches("::") {
            "name" => Value::str("web"),
            "n" => Value::Int(3),
            "on" => Value::Bool(true),
            "hosts" => list(&["b.example", "a.example"]),
            "map" => {
                let entries: Entries =
                    [("k2", 2), ("k1", 1)].into_iter().map(|(k, v)| (Value::str(k), Value::Int(v))).collect();
                Value::hash(entries)
            }
            "nothing" => Value::Undef,
            "what" => Value::unknown(CauseKind::Fact, "what"),
            "mod::deep" => Value::str("deep"),
            _ => return None,
        })
    }

    fn call_function(&mut self, name: &str, args: &[Value]) -> Option<Value> {
        (name == "double").then(|| Value::str(format!("{0}{0}", args.first().cloned().unwrap_or_default())))
    }

    fn has_variable(&mut self, name: &str) -> bool {
        self.variable(name).is_some()
    }
}

fn text(template: &str) -> String {
    render(template, "t.erb", &mut Stub).value.to_string()
}

#[test]
fn pure_templates_render_as_ruby_would() {
    for (template, expected) in [
        ("<%= @name %>:<%= name %>:<%= @nothing %>.", "web:web:."),
        ("<% if @on -%>\nyes\n<% else -%>\nno\n<% end -%>\n", "yes\n"),
        ("<% @hosts.sort.each do |h| -%>\n- <%= h %>\n<% end -%>\n", "- a.example\n- b.example\n"),
        ("<% @map.sort.each { |k, v| %><%= k %>=<%= v + 1 %>,<% } %>", "k1=2,k2=3,"),
        ("<%= @hosts.map { |h| \"#{h.split('.')[0]}:25\" }.join(';') %>", "b:25;a:25"),
        ("<%= @hosts %> <%= @map %>", "[\"b.example\", \"a.example\"] {\"k2\"=>2, \"k1\"=>1}"),
        ("<%= scope['::mod::deep'] %> <%= scope.lookupvar('mod::deep') %>", "deep deep"),
        ("<%= scope.function_double(['x']) %><%= scope.call_function('double', ['y']) %>", "xxyy"),
        ("<% out = []; @hosts.each { |h| out << h.upcase } %><%= out.join(' ') %>", "B.EXAMPLE A.EXAMPLE"),
        ("<% h = {}; h['a'] ||= []; h['a'] << 1; h['a'].push(2) %><%= h %>", "{\"a\"=>[1, 2]}"),
        ("<%= case @name when /^w(.*)/ then $1 else 'x' end %>", "eb"),
        ("<%= @n > 2 && !@nothing ? 'a' : 'b' %>", "a"),
        ("<%= '%03d|%-4s|%.2f' % [@n, 'ab', 1.005] %>", "003|ab  |1.00"),
        ("<%= 'a-b_c'.gsub(/[-_](.)/) { $1.upcase } %> <%= 'a.b'.gsub('.', '\\\\.') %>", "aBC a\\.b"),
        ("<%= (1..3).inject(:+) %> <%= [1, 2, 3].each_slice(2).to_a.inspect %>", "6 [[1, 2], [3]]"),
        ("<%= @map.to_json %> <%= 7 / 2 %> <%= -7 / 2 %> <%= 7.0 / 2 %>", "{\"k2\":2,\"k1\":1} 3 -4 3.5"),
        ("<%= begin; raise 'x'; rescue => e; \"got #{e}\"; end %>", "got x"),
        ("<%= [3, 1, 2].sort { |a, b| b <=> a }.first %>", "3"),
        ("<%= @hosts.each_with_object({}) { |h, m| m[h] = h.size }.values.max %>", "9"),
        (
            "<% a, *b = [1, 2, 3] %><%= b.inspect %><% @hosts.each_with_index do |h, i| next if i == 0 %><%= i %><% end %>",
            "[2, 3]1",
        ),
        ("<%= Array.new(3) { |t| t * 2 }.join(',') %>", "0,2,4"),
        ("a<%# no %>b <%% c %%>", "ab <% c %%>"),
    ] {
        assert_eq!(text(template), expected, "{template}");
    }
}

#[test]
fn an_unknown_stays_where_it_is() {
    let rendered = render("a <%= @what %> b\n<% if @what %>x\n<% end %>c\n", "t.erb", &mut Stub);
    assert!(rendered.value.is_unknown());
    let lines: Vec<_> = rendered.lines().into_iter().map(|l| (l.text, l.template_line, l.possible)).collect();
    assert_eq!(lines[0], ("a ‹fact what› b".replace("fact ", ""), 1, false));
    assert_eq!(lines[1], ("x".to_owned(), 2, true));
    assert!(!lines[2].2 || lines[2].0.is_empty(), "{lines:?}");
}

#[test]
fn what_is_not_modelled_is_unknown_for_its_piece_alone() {
    let rendered = render("k=<%= File.read('/etc/x') %>\nz=<%= Time.now.to_i %>\nend\n", "t.erb", &mut Stub);
    let lines = rendered.lines();
    assert!(
        lines[0].text.starts_with("k=‹") && lines[2].text == "end",
        "{:?}",
        lines.iter().map(|l| &l.text).collect::<Vec<_>>()
    );
    assert!(rendered.raised.is_none());
}

#[test]
fn values_know_the_element_and_the_join_they_came_from() {
    struct Mail;
    impl TemplateScope for Mail {
        fn variable(&mut self, _: &str) -> Option<Value> {
            let items = vec![Value::str("mx1"), Value::str("mx2")];
            Some(Value::Array(Arc::new(Array { items, origin: None })))
        }
        fn call_function(&mut self, _: &str, _: &[Value]) -> Option<Value> {
            None
        }
        fn has_variable(&mut self, _: &str) -> bool {
            true
        }
    }
    let rendered = render(
        "a\nhost = <%= @mail_smarthost[0] %>:25\nroute = <%= @mail_smarthost.join(':') %>\n",
        "t.erb",
        &mut Mail,
    );
    let lines = rendered.lines();
    let origin = |n: usize| lines[n].values[0].1.origin.as_deref().cloned();
    assert!(matches!(origin(1), Some(Origin::Element { index: 0, len: 2, at: Some(at), .. }) if at.line == 2));
    assert!(matches!(origin(2), Some(Origin::Joined { len: 2, .. })));
    assert_eq!((lines[1].text.as_str(), lines[1].template_line), ("host = mx1:25", 2));
    let Value::Str(whole) = &rendered.value else { panic!("{:?}", rendered.value) };
    let Some(Origin::Rendered(pieces)) = whole.origin.as_deref() else { panic!("{:?}", whole.origin) };
    let host = pieces.iter().find(|p| &whole.text[p.start as usize..p.end as usize] == "mx1").unwrap();
    assert!(host.at.line == 2 && matches!(host.origin.as_deref(), Some(Origin::Element { .. })));
}

#[test]
fn errors_carry_the_template_line() {
    assert_eq!(syntax_errors("a\nb\n<% if x %>\nc\n").first().map(|e| e.line > 2), Some(true));
    assert_eq!(syntax_errors("a\n<%= @x + %>\nc\n").first().map(|e| e.line), Some(2));
    assert!(syntax_errors("<% [1].each do |x| -%>\n<%= x %>\n<% end -%>\n").is_empty());
    let raised = render("a\n<%= @nothing['x'] %>\n", "t.erb", &mut Stub).raised.unwrap();
    assert_eq!((raised.line, raised.message.contains("nil")), (2, true));
}

#[test]
fn hostile_templates_end() {
    for template in [
        "<% loop do; end %>",
        "<% x = 'a'; 99.times { x = x * 999 } %>",
        "<% def f; f; end; f %>",
        "<% x = [1]; loop { x += x } %>",
    ] {
        let rendered = render(template, "t.erb", &mut Stub);
        assert!(rendered.pieces.len() < 100, "{template}");
    }
    let deep = format!("<%= {}1{} %>", "(".repeat(100_000), ")".repeat(100_000));
    assert!(render(&deep, "t.erb", &mut Stub).value.is_unknown());
    let chain = format!("<%= 1{} %>", "+1".repeat(50_000));
    render(&chain, "t.erb", &mut Stub);
}
