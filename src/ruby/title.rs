//! What the title of a resource stands for: `title_patterns` of a native type.
//!
//! A type whose name has several parts takes them from the title by the first pattern that matches. The
//! patterns are the value of a method of the type, which runs as far as it is understood.

use super::interp::Stop;
use super::native::{NativeType, Own};
use super::values;
use crate::value::Value;
use ecow::EcoString;

impl NativeType {
    /// The parameters that a title sets, in the order of the pattern.
    #[must_use]
    pub fn title_parts(&self, title: &str) -> Vec<(EcoString, Value)> {
        let patterns = self.patterns();
        match &patterns {
            Some(patterns) => patterns.iter().find_map(|p| captured(p, title)).unwrap_or_default(),
            None => {
                let several = self.namevars.len() > 1;
                let name = self.namevars.iter().find(|n| !several || *n == "name").cloned();
                let name = name.or_else(|| (!several).then(|| "name".into()));
                name.map(|name| (name, Value::str(title))).into_iter().collect()
            }
        }
    }

    /// The values of all parameters that name a resource, by which it is told from others; `None` if one of them
    /// is not known.
    #[must_use]
    pub fn key(&self, title: &EcoString, params: &[(EcoString, Value)], with_defaults: bool) -> Option<Vec<EcoString>> {
        let parts = self.title_parts(title);
        let defaults = if with_defaults { self.defaults() } else { &[] };
        let mut names = self.namevars.clone();
        names.sort_unstable();
        let value = |name: &EcoString| {
            let found = params.iter().chain(&parts).chain(defaults).find(|(n, _)| n == name);
            match found.map(|(_, v)| v) {
                None | Some(Value::Undef | Value::Object(_)) => Some(EcoString::new()),
                Some(Value::Sym(_)) => None,
                Some(known) => Some(known.to_string().into()),
            }
        };
        names.iter().map(value).collect()
    }

    /// The patterns of the type itself; `None` if it has none or they can't be told.
    fn patterns(&self) -> Option<Vec<Value>> {
        let method = "title_patterns";
        if !self.methods.iter().any(|(name, _)| name == method) {
            return None;
        }
        let none = EcoString::new();
        let mut scope = Own::titled(&none);
        match self.interp(&mut scope).call_own(method, Vec::new()) {
            Ok(value) | Err(Stop::Return(value) | Stop::Leave(None, value)) => {
                value.as_array().filter(|_| !value.has_sym()).map(<[Value]>::to_vec)
            }
            Err(_) => None,
        }
    }
}

/// `[regex, [[name], …]]` on a title. A part that a lambda would change is left out.
fn captured(one: &Value, title: &str) -> Option<Vec<(EcoString, Value)>> {
    let [Value::Regex(regex), names] = one.as_array()? else { return None };
    let found = crate::value::regex::compile(regex).ok()?;
    let groups = found.captures(title).ok().flatten()?;
    let names = names.as_array()?.iter().enumerate();
    let part = |(i, entry): (usize, &Value)| {
        let [name] = entry.as_array()? else { return None };
        let text = groups.get(i + 1).map_or(Value::Undef, |m| Value::str(m.as_str()));
        Some((EcoString::from(values::as_name(name)?), text))
    };
    Some(names.filter_map(part).filter(|(_, value)| !matches!(value, Value::Undef)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use std::sync::Arc;

    fn parts(text: &str, title: &str) -> Vec<String> {
        let helper = "module PuppetX\n module M\n  def self.split(a, b, sep = '::')\n   re = Regexp.new(/(?:[^:]|:[^:])+/)\n\
                      [[/^(#{re})#{sep}(#{re})$/, [[a], [b]]], [/^(#{re})$/, [[a]]]]\n  end\n end\nend";
        let required = |name: &str| (name == "puppet_x/m").then(|| Arc::from(helper));
        let native = NativeType::parse(text, "t.rb", None, &required).unwrap();
        native.title_parts(title).iter().map(|(n, v)| format!("{n}={v}")).collect()
    }

    #[test]
    fn titles_are_taken_apart() {
        let own = "Puppet::Type.newtype(:t) do\n newparam(:name, :namevar => true)\n newparam(:kind) do\n isnamevar\n end\n\
                   def self.title_patterns\n [[%r{^(.*?)@(.*)$}m, [[:name], [:kind]]], [/(.*)/m, [[:name, lambda { |x| x }]]]]\n end\nend";
        assert_eq!(parts(own, "a@b"), ["name=a", "kind=b"]);
        let shared = "require 'puppet_x/m'\nPuppet::Type.newtype(:t) do\n newparam(:name)\n\
                      def self.title_patterns\n PuppetX::M.split(:name, :domain)\n end\nend";
        assert_eq!(parts(shared, "u::d"), ["name=u", "domain=d"]);
        assert_eq!(parts(shared, "u"), ["name=u"]);
        let plain = "Puppet::Type.newtype(:t) do\n newparam(:path, :namevar => true)\nend";
        assert_eq!(parts(plain, "/x"), ["path=/x"]);
    }
}
