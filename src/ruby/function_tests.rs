//! Functions in both forms, and what they come to.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::{Called, Function};
use crate::ruby::erb::TemplateScope;
use crate::value::Value;

struct Stub;

impl TemplateScope for Stub {
    fn variable(&mut self, name: &str) -> Option<Value> {
        (name == "site").then(|| Value::str("here"))
    }

    fn call_function(&mut self, name: &str, args: &[Value]) -> Option<Value> {
        (name == "double").then(|| Value::str(format!("{0}{0}", args.first().cloned().unwrap_or_default())))
    }

    fn has_variable(&mut self, name: &str) -> bool {
        name == "site"
    }

    fn resource(&mut self) -> Vec<(ecow::EcoString, Value)> {
        vec![("name".into(), Value::str("A")), ("port".into(), Value::Int(80))]
    }
}

fn called(text: &str, args: &[Value]) -> String {
    let function = Function::parse(text, "f.rb", "m::f").unwrap();
    match function.call(&mut Stub, 0, args, false) {
        Called::Value(value) => value.to_string(),
        Called::Raised(message, _) => format!("raised {message}"),
    }
}

#[test]
fn runs_what_it_understands() {
    let four = |body: &str| format!("Puppet::Functions.create_function(:'m::f') do\n{body}\nend");
    let plain = |method: &str| four(&format!("dispatch :g do\n repeated_param 'Any', :a\n end\n{method}"));
    let cases = [
        (plain("def g(*a); a.map { |x| h(x) }.join('-'); end\ndef h(x); \"<#{x}>\"; end"), "<1>-<2>"),
        (plain("def g(*a); call_function('double', a[0]); end"), "11"),
        (plain("def g(a, b, c = 3); raise(Puppet::ParseError, 'no') if b == 2; end"), "raised no"),
        (plain("def g(a, b); case a when Integer then :int else 'no' end; end"), "int"),
        (four("def f(a, b); a + b; end"), "3"),
        (four("dispatch :g do\n scope_param\n repeated_param 'Any', :a\n end\ndef g(scope, *a); scope['site']; end"), "here"),
        (
            four("dispatch :g do\n scope_param\n end\ndef g(scope, *a)\n p = scope.resource.to_hash.collect{|k, v| [k.to_s, v]}.to_h\n p.delete('name')\n p\nend"),
            "{port => 80}",
        ),
        ("module Puppet::Parser::Functions\n newfunction(:'m::f', :type => :rvalue) do |args|\n lookupvar('site') + args[0].to_s\n end\nend".to_owned(), "here1"),
        ("module Puppet::Parser::Functions\n newfunction(:'m::f', :type => :rvalue) do |args|\n call_function('double', [args[0], {'a' => 1}])\n end\nend".to_owned(), "11"),
    ];
    for (text, wanted) in cases {
        assert_eq!(called(&text, &[Value::Int(1), Value::Int(2)]), wanted, "{text}");
    }
}

#[test]
fn what_reaches_outside_is_unknown() {
    let text = "Puppet::Functions.create_function(:'m::f') do\n def f; File.read('/etc/hostname'); end\nend";
    let function = Function::parse(text, "f.rb", "m::f").unwrap();
    assert!(matches!(function.call(&mut Stub, 0, &[], false), Called::Value(v) if v.is_unknown()));
    assert!(Function::parse(text, "f.rb", "other").is_none());
}

#[test]
fn a_function_may_see_to_its_calls_itself() {
    let with = |inner: &str| {
        let text = format!("Puppet::Functions.create_function(:f) do\n{inner}\n  def f(*args)\n    1\n  end\nend\n");
        Function::parse(&text, "f.rb", "f").is_some_and(|f| f.has_own_call())
    };
    assert!(with("  def call(scope, *args)\n    f(scope, *args)\n  end"));
    assert!(!with("") && !with("  def called(scope)\n    1\n  end"));
}
