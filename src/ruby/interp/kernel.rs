//! Functions without receiver, constants, and what can be called on a constant.

use super::{Callable, Eval, Ground, Interp, Stop};
use crate::ruby::methods::format::class_of;
use crate::ruby::{methods, values};
use crate::value::convert::{self, Refused};
use crate::value::digest::{hex, md5, sha1};
use crate::value::{Entries, Value, regex};

/// What Ruby's `resolv` takes for an address.
const IPV4: &str = r"\A(?:(?:0|1[0-9]{0,2}|2(?:[0-4][0-9]?|5[0-5]?|[6-9])?|[3-9][0-9]?)\.){3}(?:0|1[0-9]{0,2}|2(?:[0-4][0-9]?|5[0-5]?|[6-9])?|[3-9][0-9]?)\z";
const IPV6: &str = r"\A(?:(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}|(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*)?::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*)?|(?:[0-9A-Fa-f]{1,4}:){6}\d+\.\d+\.\d+\.\d+|(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4})*)?::(?:[0-9A-Fa-f]{1,4}:)*\d+\.\d+\.\d+\.\d+)\z";

impl Interp<'_> {
    pub(super) fn constant(&mut self, name: &str) -> Value {
        if let Some(value) = self.local(name) {
            return value.clone();
        }
        let last = name.rsplit("::").next().unwrap_or(name);
        if let Some((_, value)) = self.constants.iter().find(|(n, _)| n == last) {
            return value.clone();
        }
        match name.trim_start_matches("::") {
            "Float::INFINITY" => Value::Float(f64::INFINITY),
            "Math::PI" => Value::Float(std::f64::consts::PI),
            "File::SEPARATOR" => Value::str("/"),
            "Resolv::IPv4::Regex" => Value::Regex(IPV4.into()),
            "Resolv::IPv6::Regex" => Value::Regex(IPV6.into()),
            other => values::object(values::CONSTANT, &[Value::str(other)]),
        }
    }

    /// `None` if there is no such function.
    pub(super) fn kernel(
        &mut self,
        name: &str,
        args: &[Value],
        block: Option<&Callable>,
    ) -> Result<Option<Value>, Stop> {
        Ok(Some(match (name, args) {
            ("scope" | "closure_scope", []) => values::object(values::SCOPE, &[]),
            ("_", [text]) => text.clone(),
            ("Array", [value]) => array(value),
            ("String", [value]) => methods::inspect::to_s(value),
            ("URI", [text]) => methods::uri::parse(text),
            ("Integer", [value, ..]) => self.number_from(value, name)?,
            ("Float", [value]) => self.number_from(value, name)?,
            ("format" | "sprintf", [template, args @ ..]) => self.format(template, args)?,
            ("raise" | "fail" | "abort", args) => return self.raised(args),
            ("lambda" | "proc", []) => match block {
                Some(Callable::Block(block)) => self.make_proc(block.clone()),
                _ => values::beyond(name),
            },
            ("loop", []) => match block {
                Some(block) => loop {
                    self.yield_to(block, Vec::new())?;
                },
                None => values::beyond("loop"),
            },
            ("require" | "require_relative" | "load", _) => Value::Bool(true),
            ("puts" | "print" | "p" | "warn" | "debug" | "notice" | "info", _) => Value::Undef,
            ("has_variable?", [variable]) => match values::as_name(variable).map(str::to_owned) {
                Some(variable) => {
                    let set = self.scope.has_variable(&variable);
                    Value::Bool(set && !matches!(self.scope.variable(&variable), Some(Value::Undef)))
                }
                None => values::derived(name, &[variable], None),
            },
            ("binding" | "rand" | "sleep" | "srand" | "open" | "system" | "exec" | "eval" | "gets", _) => {
                values::beyond(format!("{name}()"))
            }
            ("classes" | "tags" | "all_tags" | "file" | "result", []) => values::beyond(name),
            _ => return Ok(None),
        }))
    }

    fn raised(&mut self, args: &[Value]) -> Result<Option<Value>, Stop> {
        let message = args.last().map(methods::inspect::to_s);
        let message = message.as_ref().and_then(Value::as_str).unwrap_or("unhandled exception").to_owned();
        self.raise_on(Ground::Words, message)
    }

    fn number_from(&mut self, value: &Value, name: &str) -> Eval {
        let Some(known) = values::settled(value) else { return Ok(values::derived(name, &[value], None)) };
        let number = match (&known, name) {
            (Value::Int(_), "Integer") | (Value::Float(_), "Float") => Some(known.clone()),
            (Value::Float(f), _) => methods::number::truncated(*f),
            #[allow(clippy::cast_precision_loss)]
            (Value::Int(i), _) => Some(Value::Float(*i as f64)),
            (_, "Integer") => return self.converted(value, name, convert::integer(&known, class_of).map(Value::Int)),
            _ => return self.converted(value, name, convert::float(&known, class_of).map(Value::Float)),
        };
        let number = number.ok_or_else(|| Refused::Argument("FloatDomainError".to_owned()));
        self.converted(value, name, number)
    }

    fn converted(&mut self, value: &Value, name: &str, number: Result<Value, Refused>) -> Eval {
        match number {
            Ok(number) if values::holds_symbolic(value) => Ok(values::derived(name, &[value], Some(number))),
            Ok(number) => Ok(number),
            Err(Refused::Argument(message)) => self.raise_on(Ground::of(value), message),
            Err(Refused::TooLong) => Ok(values::beyond(name)),
        }
    }

    pub(crate) fn format(&mut self, template: &Value, args: &[Value]) -> Eval {
        let mut operands = vec![template];
        operands.extend(args);
        let settled: Option<Vec<Value>> = operands.iter().map(|v| values::settled(v)).collect();
        let Some([template_known, known @ ..]) = settled.as_deref() else {
            return Ok(values::derived("format", &operands, None));
        };
        let Some(template_known) = template_known.as_str() else { return Ok(values::beyond("format")) };
        let text = match methods::format::sprintf(template_known, known) {
            Ok(text) => text,
            Err(Refused::Argument(message)) => {
                return self.raise_on(Ground::of_all(args), message);
            }
            Err(Refused::TooLong) => return Err(Stop::Limit("a text too long")),
        };
        self.spend(text.len() / 256)?;
        let symbolic = operands.iter().any(|v| values::holds_symbolic(v));
        Ok(if symbolic { values::derived("format", &operands, Some(Value::str(text))) } else { Value::str(text) })
    }

    pub(super) fn constant_call(
        &mut self,
        constant: &str,
        name: &str,
        args: Vec<Value>,
        block: Option<&Callable>,
    ) -> Eval {
        if matches!(name, "===" | "==" | "!=" | "name" | "to_s" | "inspect") {
            return self.on_class(constant, name, &args);
        }
        let whole = match (constant, name, args.as_slice()) {
            ("Hash", "new", []) if block.is_none() => values::hash_of(Entries::default()),
            ("Hash", "[]", [hash @ Value::Hash(_)]) => methods::object::copy(hash),
            ("Hash", "[]", [pairs @ Value::Array(_)]) => return self.send(pairs.clone(), "to_h", Vec::new(), None),
            ("Hash", "[]", [key, value]) => values::hash_of([(key.clone(), value.clone())].into_iter().collect()),
            ("Array", "new", []) => Value::array(Vec::new()),
            ("Array", "new", [array @ Value::Array(_)]) => methods::object::copy(array),
            ("Array", "new", [Value::Int(n)]) if *n < 10_000 && block.is_some() => {
                return self
                    .send(Value::Int(*n), "times", Vec::new(), None)
                    .and_then(|list| self.send(list, "map", Vec::new(), block));
            }
            ("Array" | "Regexp", "new" | "escape", [unknown, ..]) if unknown.is_unknown() => {
                values::derived(name, &[unknown], None)
            }
            ("Array", "new", [Value::Int(n), rest @ ..]) if *n < 10_000 => {
                let fill = rest.first().cloned().unwrap_or_default();
                Value::array((0..*n).map(|_| fill.clone()).collect())
            }
            ("String", "new", []) => Value::str(""),
            ("String", "new", [text]) => methods::inspect::to_s(text),
            ("Set", "new", []) => Value::array(Vec::new()),
            ("Set", "new", [items]) => return self.send(items.clone(), "uniq", Vec::new(), None),
            ("Regexp", "escape" | "quote", [text]) if text.as_str().is_some() => {
                let escaped = Value::str(regex::escape(text.as_str().unwrap_or_default()));
                if values::holds_symbolic(text) { values::derived(name, &[text], Some(escaped)) } else { escaped }
            }
            ("Regexp", "new", [regex @ Value::Regex(_)]) => regex.clone(),
            ("Regexp", "new", [text]) => match text.as_str() {
                Some(text) => Value::Regex(text.into()),
                None => values::derived("Regexp.new", &[text], None),
            },
            ("JSON", "generate" | "dump", [value]) => return self.send(value.clone(), "to_json", Vec::new(), None),
            ("JSON", "pretty_generate", [value]) => methods::json::pretty(value),
            ("YAML" | "Psych", "dump", [value]) => return self.puppet_function("to_yaml", std::slice::from_ref(value)),
            ("Gem::Version", "new" | "create", [version]) if version.is_unknown() => {
                values::derived(name, &[version], None)
            }
            ("Gem::Version", "new" | "create", [version]) => {
                values::object(values::VERSION, &[methods::inspect::to_s(version.sample())])
            }
            ("Puppet::Parser::Files", "find_template", [template, ..]) if template.as_str().is_some() => {
                let path = template.as_str().and_then(|name| self.scope.template_path(name));
                path.map_or(Value::Undef, Value::str)
            }
            ("File" | "IO", "read", [path]) if path.as_str().is_some_and(|p| !p.starts_with('/')) => {
                let text = path.as_str().and_then(|p| self.scope.file_text(p));
                text.unwrap_or_else(|| values::beyond("File.read"))
            }
            ("File", _, args) => return Ok(methods::paths::file(name, args)),
            ("Math", "sqrt" | "log" | "log2" | "log10", [number]) => methods::number::math(name, number),
            ("Puppet::Parser::Functions", "function", [function]) => {
                let function = values::as_name(function).map(|n| format!("function_{n}"));
                function.map_or_else(|| values::beyond("function"), Value::str)
            }
            ("Digest::MD5" | "Digest::SHA1" | "Digest::SHA256", "hexdigest" | "digest", [message]) => {
                digest(constant, name, message)
            }
            ("IPAddr", "new", [text]) => match values::settled(text) {
                Some(Value::Str(known)) if !values::holds_symbolic(text) => {
                    match methods::address::parse(&known.text) {
                        Some(address) => address,
                        None => return self.raise_itself(format!("invalid address: {}", known.text)),
                    }
                }
                Some(Value::Bool(_) | Value::Undef) => {
                    return self.raise_on(Ground::of(text), "unsupported address family: 0");
                }
                _ => values::derived("IPAddr", &[text], None),
            },
            ("Shellwords", "escape" | "shellescape", [text]) => methods::paths::shell_escape(text),
            ("ERB::Util", "url_encode" | "u", [text]) => methods::escape::coded(name, text, methods::escape::url),
            ("ERB::Util" | "CGI", "html_escape" | "h" | "escapeHTML" | "escape_html", [text]) => {
                methods::escape::coded(name, text, methods::escape::html)
            }
            ("CGI", "escape", [text]) => methods::escape::coded(name, text, methods::escape::cgi),
            ("URI", "parse" | "()", [text]) => methods::uri::parse(text),
            ("URI", "encode_www_form_component", [text]) => methods::escape::coded(name, text, methods::escape::form),
            ("Base64", "strict_encode64", [text]) => methods::escape::coded(name, text, methods::escape::base64),
            ("Base64", "encode64", [text]) => methods::escape::coded(name, text, methods::escape::base64_lines),
            ("JSON", "parse", [text]) => return self.parse_json(text),
            (values::PROVIDER, "class", []) => values::object(values::CONSTANT, &[Value::str(values::PROVIDER)]),
            // A method of a module that the program holds.
            _ if self.has_method(name) => return self.call_own(name, args),
            _ => values::beyond(format!("{constant}.{name}")),
        };
        Ok(whole)
    }

    fn parse_json(&mut self, text: &Value) -> Eval {
        let Some(Value::Str(known)) = values::settled(text) else { return Ok(values::derived("JSON", &[text], None)) };
        let Ok(json) = serde_json::from_str(&known.text) else { return self.raise_itself("unexpected token in JSON") };
        let read = Value::from_json(&json);
        Ok(if values::holds_symbolic(text) { values::derived("JSON", &[text], Some(read)) } else { read })
    }

    fn on_class(&mut self, constant: &str, name: &str, args: &[Value]) -> Eval {
        let other = args.first().cloned().unwrap_or_default();
        Ok(match name {
            "inspect" | "to_str" => Value::str(constant),
            "===" => methods::object::is_a(&other, constant),
            "==" | "!=" => {
                let same = values::text_of(&other, values::CONSTANT) == Some(constant);
                Value::Bool(same == (name == "=="))
            }
            _ => Value::str(constant),
        })
    }
}

/// `Array(x)`
fn array(value: &Value) -> Value {
    match value {
        Value::Undef => Value::array(Vec::new()),
        Value::Array(_) => value.clone(),
        Value::Hash(_) | Value::Object(_) => {
            methods::iterate::elements(value).map_or_else(|| Value::array(vec![value.clone()]), Value::array)
        }
        Value::Sym(s) => match &s.sample {
            Some(sample) => values::derived("Array", &[value], Some(array(sample))),
            None => values::derived("Array", &[value], None),
        },
        other => Value::array(vec![other.clone()]),
    }
}

/// A digest as hex digits, or as bytes that only other digests and encodings can use.
fn digest(constant: &str, name: &str, message: &Value) -> Value {
    use sha2::Digest;
    let bytes = match (values::text_of(message, values::BYTES), values::settled(message)) {
        (Some(hex), _) => unhex(hex),
        (None, Some(Value::Str(text))) => text.text.as_bytes().to_vec(),
        _ => return values::derived(constant, &[message], None),
    };
    let hex = match constant {
        "Digest::MD5" => hex(&md5(&bytes)),
        "Digest::SHA1" => hex(&sha1(&bytes)),
        _ => hex(&sha2::Sha256::digest(&bytes)),
    };
    let text = Value::str(hex);
    match name {
        "digest" => values::object(values::BYTES, &[text]),
        _ if values::holds_symbolic(message) => values::derived(constant, &[message], Some(text)),
        _ => text,
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).and_then(|d| u8::try_from(d).ok()).unwrap_or(0);
    let pair = |pair: &[u8]| pair.iter().fold(0u8, |byte, c| byte << 4 | digit(*c));
    hex.as_bytes().chunks(2).map(pair).collect()
}
