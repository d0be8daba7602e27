//! Reads the file in which a module defines a native type, with what that file requires.
//!
//! Read are statements that stand there as such, those inside loops over lists of names and those in methods of
//! mixed-in modules that the definition calls. What is defined in other ways goes unseen.

use super::ast::{Block, BlockArg, Call, Expr, Kind, Pair, Param, Place};
use super::native::{Auto, Direction, NativeType, Standard};
use super::syntax::{nests_by_words, refused, with_room};
use super::{lower, values};
use crate::value::Value;
use ecow::EcoString;
use std::sync::Arc;

/// Most files that are read because a type requires them.
const MAX_REQUIRED: usize = 16;
/// Deepest nesting of statements that is walked.
const MAX_DEPTH: usize = 12;

/// What a definition calls that brings no parameter.
const PLAIN: &[&str] = &[
    "alias_method",
    "apply_to",
    "apply_to_all",
    "apply_to_device",
    "apply_to_host",
    "attr_accessor",
    "attr_reader",
    "attr_writer",
    "desc",
    "extend",
    "feature",
    "isomorphic",
    "private",
    "private_class_method",
    "protected",
    "public",
    "validate",
];

/// What reads a Ruby file of the module's `lib` by its name without ending.
pub(crate) type Required<'a> = &'a dyn Fn(&str) -> Option<Arc<str>>;

/// What is found while reading.
#[derive(Default)]
struct Reader {
    native: NativeType,
    /// Modules around the statement at hand.
    modules: Vec<EcoString>,
    requires: Vec<EcoString>,
    /// Methods that the definition calls without arguments: they may define parameters.
    calls: Vec<EcoString>,
    /// What modules do with the class that includes them.
    included: Vec<(EcoString, Arc<Block>)>,
    /// Parameters that include a module.
    includes: Vec<(EcoString, EcoString)>,
    /// The statements at hand are those of the definition itself.
    is_inside: bool,
    /// Names of block parameters with what they stand for.
    bound: Vec<(EcoString, EcoString)>,
}

/// The type that a file defines; `provider` is its only provider's file.
pub(super) fn read(text: &str, path: &str, provider: Option<&str>, required: Required<'_>) -> Option<NativeType> {
    let mut reader = Reader { native: NativeType::at(path), ..Reader::default() };
    reader.walk(&program(text)?, 0);
    // Of a provider the methods count alone.
    let mut helpers: Vec<Expr> = provider.and_then(program).into_iter().collect();
    let name = helpers.first().and_then(usable_provider);
    reader.native.standards.extend(name.map(|name| ("provider".into(), Standard::Value(values::symbol(&name)))));
    let (mut from, mut seen) = (0, Vec::new());
    loop {
        for helper in helpers.drain(..) {
            reader.helper(&helper);
        }
        let Some(name) = reader.requires.get(from).cloned().filter(|_| from < MAX_REQUIRED) else { break };
        from += 1;
        if !seen.contains(&name) {
            helpers.extend(required(&name).and_then(|text| program(&text)));
            seen.push(name);
        }
    }
    reader.mixed_in();
    Some(reader.native)
}

fn program(text: &str) -> Option<Expr> {
    if refused(text).is_some() {
        return None;
    }
    let source = text.to_owned();
    with_room(text.len(), nests_by_words(text), move || {
        let parsed = ruby_prism::parse(source.as_bytes());
        lower::program(&parsed.node())
    })
}

impl Reader {
    /// A file that is required: its methods stand behind those of the type itself.
    fn helper(&mut self, program: &Expr) {
        let mut inner = Self::default();
        inner.walk(program, 0);
        self.native.methods.splice(0..0, inner.native.methods);
        self.native.constants.extend(inner.native.constants);
        self.requires.extend(inner.requires);
        self.included.extend(inner.included);
    }

    /// Definitions that come from modules: by methods that the type calls, by what inclusion does.
    fn mixed_in(&mut self) {
        for name in std::mem::take(&mut self.calls) {
            let method = self.native.methods.iter().find(|(n, _)| *n == name).map(|(_, b)| Arc::clone(b));
            self.is_inside = true;
            match method {
                Some(method) => self.walk(&method.body, 1),
                None => self.native.others = true,
            }
        }
        for (param, module) in std::mem::take(&mut self.includes) {
            let named = |full: &EcoString| *full == module || full.ends_with(&format!("::{module}"));
            let body = self.included.iter().find(|(full, _)| named(full)).map(|(_, block)| Arc::clone(block));
            if let Some(standard) = body.and_then(|b| standard(&b.body, 0)) {
                self.native.standards.push((param, standard));
            }
        }
    }

    fn walk(&mut self, expr: &Expr, depth: usize) {
        if depth >= MAX_DEPTH {
            return;
        }
        match &expr.kind {
            Kind::Seq(body) => body.iter().for_each(|e| self.walk(e, depth + 1)),
            Kind::Assign(place, value) => {
                if let (Place::Local(name), Some(literal)) = (&**place, literal(value))
                    && name.starts_with(|c: char| c.is_ascii_uppercase())
                {
                    self.native.constants.push((name.clone(), literal));
                }
                self.walk(value, depth + 1);
            }
            Kind::Module(name, body) | Kind::Class(name, body) => {
                self.modules.push(name.clone());
                self.walk(body, depth + 1);
                self.modules.pop();
            }
            Kind::Call(call) => self.statement(call, depth),
            Kind::Def(name, block) => {
                if name == "included" {
                    self.included.push((self.modules.join("::").into(), Arc::clone(block)));
                }
                self.native.methods.push((name.clone(), Arc::clone(block)));
            }
            Kind::If(parts) if self.is_inside => parts.iter().skip(1).for_each(|e| self.walk(e, depth + 1)),
            Kind::While(_) | Kind::For(..) | Kind::Case(_) | Kind::Begin(_) if self.is_inside => {
                self.native.others = true;
            }
            _ => {}
        }
    }

    /// The definition of a type.
    fn definition(&mut self, body: &Expr, depth: usize) {
        self.is_inside = true;
        self.native.others = false;
        self.walk(body, depth + 1);
        self.is_inside = false;
    }

    fn statement(&mut self, call: &Call, depth: usize) {
        let block = match &call.block {
            Some(BlockArg::Literal(block)) => Some(block),
            _ => None,
        };
        let direction = |after, refresh| Direction { after, refresh };
        let direction = match &*call.name {
            "autorequire" => direction(true, false),
            "autosubscribe" => direction(true, true),
            "autobefore" => direction(false, false),
            "autonotify" => direction(false, true),
            "newtype" => return block.into_iter().for_each(|b| self.definition(&b.body, depth)),
            "provide" => return block.into_iter().for_each(|b| self.walk(&b.body, depth + 1)),
            "each" => return block.into_iter().for_each(|b| self.each(call, b, depth)),
            "newparam" | "newproperty" => {
                return match self.first_word(call) {
                    Some(name) => self.parameter(call, block, name),
                    None => self.native.others = true,
                };
            }
            "ensurable" => return self.native.params.push("ensure".into()),
            "require" => return self.requires.extend(call.args.first().and_then(required_name)),
            name if call.receiver.is_none() && call.args.is_empty() && block.is_none() && !PLAIN.contains(&name) => {
                return self.calls.push(call.name.clone());
            }
            _ => return self.native.others |= self.is_inside && !is_plain(call),
        };
        if let (Some(body), Some(type_name)) = (block, self.first_word(call)) {
            self.native.auto.push(Auto { direction, type_name, body: Arc::clone(body) });
        }
    }

    fn first_word(&self, call: &Call) -> Option<EcoString> {
        let first = call.args.first()?;
        match &first.kind {
            Kind::Local(name) => self.bound.iter().rev().find(|(n, _)| n == name).map(|(_, word)| word.clone()),
            _ => word(first),
        }
    }

    /// `[:a, :b].each do |name| … end`
    fn each(&mut self, call: &Call, block: &Block, depth: usize) {
        let (Some(Expr { kind: Kind::Array(items), .. }), [Param::Name(name)]) = (&call.receiver, &*block.params)
        else {
            self.native.others |= self.is_inside;
            return;
        };
        self.native.others |= self.is_inside && items.iter().any(|item| word(item).is_none());
        for item in items.iter().filter_map(word) {
            self.bound.push((name.clone(), item));
            self.walk(&block.body, depth + 1);
            self.bound.pop();
        }
    }

    fn parameter(&mut self, call: &Call, block: Option<&Arc<Block>>, name: EcoString) {
        self.native.params.push(name.clone());
        if names(call, block) {
            self.native.namevars.push(name.clone());
        }
        let statements = block.map_or(&[][..], |b| statements(&b.body));
        for statement in statements {
            let Kind::Call(call) = &statement.kind else { continue };
            match (&*call.name, call.args.first().map(|a| &a.kind)) {
                ("include", Some(Kind::Constant(module))) => {
                    let module = module.trim_start_matches("::");
                    self.includes.push((name.clone(), module.into()));
                }
                ("defaultto", _) => {
                    self.native.standards.extend(default_of(call).map(|standard| (name.clone(), standard)));
                }
                _ => {}
            }
        }
    }
}

/// Whether a call in a definition brings no parameter.
fn is_plain(call: &Call) -> bool {
    let mixes_in = || match call.args.first().map(|a| &a.kind) {
        Some(Kind::Constant(name)) => name.trim_start_matches("::").starts_with("Puppet::Util"),
        _ => false,
    };
    call.receiver.is_none() && (PLAIN.contains(&&*call.name) || call.name == "include" && mixes_in())
}

fn statements(body: &Expr) -> &[Expr] {
    match &body.kind {
        Kind::Seq(items) => items,
        _ => std::slice::from_ref(body),
    }
}

/// The first `defaultto` inside.
fn standard(expr: &Expr, depth: usize) -> Option<Standard> {
    statements(expr).iter().filter(|_| depth < MAX_DEPTH).find_map(|statement| {
        let Kind::Call(call) = &statement.kind else { return None };
        match (&*call.name, &call.block) {
            ("defaultto", _) => default_of(call),
            (_, Some(BlockArg::Literal(block))) => standard(&block.body, depth + 1),
            _ => None,
        }
    })
}

fn default_of(call: &Call) -> Option<Standard> {
    match (&call.block, call.args.first()) {
        (Some(BlockArg::Literal(block)), _) => Some(Standard::Computed(Arc::clone(block))),
        (_, Some(value)) => literal(value).map(Standard::Value),
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<Value> {
    Some(match &expr.kind {
        Kind::Str(s) => Value::str(s.clone()),
        Kind::Symbol(s) => values::symbol(s),
        Kind::Int(i) => Value::Int(*i),
        Kind::Bool(b) => Value::Bool(*b),
        Kind::Constant(name) => values::object(values::CONSTANT, &[Value::str(name.clone())]),
        _ => return None,
    })
}

/// `'a/b'`, or the parts of a path that is put together from this file's own.
fn required_name(expr: &Expr) -> Option<EcoString> {
    fn parts(expr: &Expr, out: &mut Vec<EcoString>, depth: usize) {
        match &expr.kind {
            Kind::Str(s) if !s.split('/').all(|part| part == "..") => out.push(s.clone()),
            Kind::Call(call) if depth < 4 => call.args.iter().for_each(|e| parts(e, out, depth + 1)),
            _ => {}
        }
    }
    let mut out = Vec::new();
    parts(expr, &mut out, 0);
    (!out.is_empty()).then(|| out.join("/").into())
}

pub(super) fn word(expr: &Expr) -> Option<EcoString> {
    match &expr.kind {
        Kind::Symbol(s) | Kind::Str(s) => Some(s.clone()),
        _ => None,
    }
}

/// The name of a provider that works anywhere, as far as its file says.
fn usable_provider(program: &Expr) -> Option<EcoString> {
    statements(program).iter().find_map(|statement| {
        let Kind::Call(call) = &statement.kind else { return None };
        let (true, Some(BlockArg::Literal(block))) = (call.name == "provide", &call.block) else { return None };
        let asks = |e: &Expr| match &e.kind {
            Kind::Call(inner) => match (&*inner.name, inner.args.first().map(|a| &a.kind)) {
                ("commands" | "has_command", _) => true,
                ("confine", Some(Kind::Hash(pairs))) => {
                    !pairs.iter().all(|p| matches!(p, Pair::Entry(key, _) if word(key).is_some_and(|k| k == "kernel")))
                }
                ("confine", _) => true,
                _ => false,
            },
            _ => false,
        };
        let is_usable = !statements(&block.body).iter().any(asks);
        call.args.first().and_then(word).filter(|_| is_usable)
    })
}

/// Whether a parameter is declared to be a name: `:namevar => true` or `isnamevar`.
fn names(call: &Call, block: Option<&Arc<Block>>) -> bool {
    let option = call.args.iter().skip(1).any(|arg| match &arg.kind {
        Kind::Hash(pairs) => pairs.iter().any(|pair| match pair {
            Pair::Entry(key, value) => {
                word(key).is_some_and(|k| k == "namevar" || k == "isnamevar")
                    && !matches!(value.kind, Kind::Bool(false) | Kind::Nil)
            }
            Pair::Spread(_) => false,
        }),
        _ => false,
    });
    let said = |e: &Expr| matches!(&e.kind, Kind::Call(call) if call.name == "isnamevar");
    option || block.is_some_and(|b| statements(&b.body).iter().any(said))
}
