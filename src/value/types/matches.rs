//! Membership: whether a value is of a type, when part of the value may be unknown.

use super::assign::{in_enum, matches_any};
use super::infer::infer;
use super::{Member, Range, Type, TypeContext, TypeRef};
use crate::value::{Entries, Object, Sym, SymExpr, Tri, Value, time, version};

impl Type {
    /// Whether `value` is of this type. Unknown parts give `Maybe`; a per-host value is judged by its
    /// sample and the judgement is reported to the context.
    pub fn matches(&self, value: &Value, cx: &mut dyn TypeContext) -> Tri {
        self.member(value, cx, 0)
    }

    fn member(&self, value: &Value, cx: &mut dyn TypeContext, depth: u32) -> Tri {
        if depth > 256 {
            return Tri::Maybe;
        }
        if let Value::Sym(sym) = value {
            return self.member_sym(sym, value, cx, depth + 1);
        }
        match self {
            Self::Alias(_) => self.resolved().map_or(Tri::Maybe, |t| t.member(value, cx, depth + 1)),
            Self::Optional(inner) => match (value, inner) {
                (Value::Undef, _) => Tri::Yes,
                (_, Some(inner)) => inner.member(value, cx, depth + 1),
                (_, None) => Tri::No,
            },
            Self::NotUndef(inner) => match (value, inner) {
                (Value::Undef, _) => Tri::No,
                (_, Some(inner)) => inner.member(value, cx, depth + 1),
                (_, None) => Tri::Yes,
            },
            Self::Variant(types) => any(types.iter(), |t| t.member(value, cx, depth + 1)),
            Self::Unresolved(name) => match cx.type_alias(name) {
                Some(t) => t.member(value, cx, depth + 1),
                None => Tri::Maybe,
            },
            _ => self.member_known(value, cx, depth + 1),
        }
    }

    fn member_sym(&self, sym: &Sym, value: &Value, cx: &mut dyn TypeContext, depth: u32) -> Tri {
        if let Some(sample) = &sym.sample {
            return self.member_per_host(sym, sample, value, cx, depth);
        }
        match &sym.expr {
            SymExpr::Choice(values) => {
                let answers: Vec<Tri> = values.iter().map(|v| self.member(v, cx, depth)).collect();
                match answers.first() {
                    Some(first) if answers.iter().all(|a| a == first) => *first,
                    _ => Tri::Maybe,
                }
            }
            SymExpr::Concat(_) => self.member_of_text(),
            _ => {
                if matches!(self, Self::Any) {
                    Tri::Yes
                } else {
                    Tri::Maybe
                }
            }
        }
    }

    /// Judged by the sample. Unions are taken apart, so that what is recorded is as little as decides.
    fn member_per_host(&self, sym: &Sym, sample: &Value, value: &Value, cx: &mut dyn TypeContext, depth: u32) -> Tri {
        if depth > 256 {
            return Tri::Maybe;
        }
        match self {
            Self::Any => Tri::Yes,
            Self::Alias(_) => self.resolved().map_or(Tri::Maybe, |t| t.member(value, cx, depth)),
            Self::Unresolved(name) => cx.type_alias(name).map_or(Tri::Maybe, |t| t.member(value, cx, depth)),
            Self::Variant(types) => any(types.iter(), |t| t.member(value, cx, depth)),
            Self::Optional(Some(inner)) if *sample != Value::Undef => inner.member(value, cx, depth),
            Self::NotUndef(Some(inner)) if *sample != Value::Undef => inner.member(value, cx, depth),
            _ if is_text(sym, sample) && self.member_of_text() != Tri::Maybe => self.member_of_text(),
            _ => {
                let answer = self.member(sample, cx, depth);
                if answer != Tri::Maybe {
                    let yes = answer == Tri::Yes;
                    let ty = Value::Type(std::sync::Arc::new(self.clone()));
                    cx.observe(&Value::call("=~", vec![value.clone(), ty], Some(Value::Bool(yes))), yes);
                }
                answer
            }
        }
    }

    /// Whether an unknown string is of this type.
    fn member_of_text(&self) -> Tri {
        let text = Self::String(Range::SIZE);
        if self.accepts(&text) {
            return Tri::Yes;
        }
        let disjoint = matches!(
            self,
            Self::Integer(_)
                | Self::Float(..)
                | Self::Numeric
                | Self::Boolean(_)
                | Self::Undef
                | Self::Default
                | Self::Array(..)
                | Self::Hash(..)
                | Self::Tuple(..)
                | Self::Struct(_)
                | Self::Collection(_)
                | Self::Type(_)
                | Self::Sensitive(_)
                | Self::Callable(_)
                | Self::Regexp(_)
        );
        if disjoint { Tri::No } else { Tri::Maybe }
    }

    fn member_known(&self, value: &Value, cx: &mut dyn TypeContext, depth: u32) -> Tri {
        match (self, value) {
            (Self::Array(element, size), Value::Array(a)) => {
                sized(*size, a.items.len(), || all(a.items.iter(), |v| element.member(v, cx, depth)))
            }
            (Self::Tuple(types, size), Value::Array(a)) => member_tuple(types, *size, &a.items, cx, depth),
            (Self::Hash(key, val, size), Value::Hash(h)) => sized(*size, h.entries.len(), || {
                let keys = all(h.entries.keys(), |v| key.member(v, cx, depth));
                keys.and(|| all(h.entries.values(), |v| val.member(v, cx, depth)))
            }),
            (Self::Struct(members), Value::Hash(h)) => member_struct(members, &h.entries, cx, depth),
            (Self::Data | Self::RichData, Value::Array(a)) => all(a.items.iter(), |v| self.member(v, cx, depth)),
            (Self::Data | Self::RichData, Value::Hash(h)) => {
                let keys = all(h.entries.keys(), |k| member_data_key(self, k));
                keys.and(|| all(h.entries.values(), |v| self.member(v, cx, depth)))
            }
            (Self::Sensitive(inner), Value::Sensitive(v)) => {
                inner.as_ref().map_or(Tri::Yes, |t| t.member(v, cx, depth))
            }
            _ => Tri::from(self.holds(value)),
        }
    }

    /// Membership of a value without unknown parts that matter.
    fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Any, _) | (Self::Undef, Value::Undef) | (Self::Default, Value::Default) => true,
            (Self::Integer(range), Value::Int(i)) => range.contains(*i),
            (Self::Float(a, b), Value::Float(f)) => a <= f && f <= b,
            (Self::Numeric, Value::Int(_) | Value::Float(_)) => true,
            (Self::String(range), Value::Str(s)) => *range == Range::SIZE || range.fits(s.text.chars().count()),
            (Self::Literal(text), Value::Str(s)) => *text == s.text,
            (Self::Enum { values, ignore_case }, Value::Str(s)) => in_enum(values, *ignore_case, &s.text),
            (Self::Pattern(patterns), Value::Str(s)) => matches_any(patterns, &s.text),
            (Self::Boolean(wanted), Value::Bool(b)) => wanted.is_none_or(|w| w == *b),
            (Self::Regexp(wanted), Value::Regex(r)) => wanted.as_ref().is_none_or(|w| **w == **r),
            (Self::Collection(size), Value::Array(a)) => size.fits(a.items.len()),
            (Self::Collection(size), Value::Hash(h)) => size.fits(h.entries.len()),
            (Self::Iterable(inner), _) => holds_iterable(inner.as_ref(), value),
            (Self::Type(inner), Value::Type(t)) => inner.as_ref().is_none_or(|i| i.accepts(t)),
            (Self::Init(None, _), _) => Self::RichData.accepts(&infer(value)),
            (Self::Init(Some(t), _), _) => t.accepts(&infer(value)) || matches!(value, Value::Str(_)),
            (_, Value::Object(o)) => self.holds_object(o, value),
            (Self::Scalar | Self::ScalarData | Self::Data | Self::RichData, _) => self.accepts(&infer(value)),
            _ => false,
        }
    }

    fn holds_object(&self, object: &Object, value: &Value) -> bool {
        match self {
            Self::SemVer(ranges) if object.type_name == "SemVer" => {
                ranges.is_empty() || ranges.iter().any(|r| version::in_range(r, value))
            }
            Self::Timestamp(a, b) if object.type_name == "Timestamp" => {
                time::nanos(object).is_some_and(|n| *a <= n && n <= *b)
            }
            Self::Timespan(a, b) if object.type_name == "Timespan" => {
                time::nanos(object).is_some_and(|n| *a <= n && n <= *b)
            }
            _ => self.accepts(&infer(value)),
        }
    }
}

/// Whether a per-host value is a string on every host.
fn is_text(sym: &Sym, sample: &Value) -> bool {
    matches!(sample, Value::Str(_)) && matches!(sym.expr, SymExpr::Fact(_) | SymExpr::Concat(_))
}

fn holds_iterable(inner: Option<&TypeRef>, value: &Value) -> bool {
    if let Some(inner) = inner.filter(|t| !matches!(***t, Type::Any)) {
        return Type::Iterable(Some(inner.clone())).accepts(&infer(value));
    }
    match value {
        Value::Str(_) | Value::Array(_) | Value::Hash(_) => true,
        Value::Int(i) => *i >= 0,
        Value::Type(t) => Type::Type(Some(t.clone())).is_iterable(),
        _ => false,
    }
}

fn member_data_key(t: &Type, key: &Value) -> Tri {
    match key {
        Value::Str(_) => Tri::Yes,
        Value::Sym(_) => Tri::Maybe,
        _ => Tri::from(matches!(t, Type::RichData) && matches!(key, Value::Int(_) | Value::Float(_))),
    }
}

fn member_tuple(types: &[TypeRef], size: Option<Range>, items: &[Value], cx: &mut dyn TypeContext, depth: u32) -> Tri {
    let fits = match size {
        Some(size) => size.fits(items.len()),
        None => types.is_empty() || types.len() == items.len(),
    };
    if !fits {
        return Tri::No;
    }
    if types.is_empty() {
        return Tri::Yes;
    }
    let at = |i: usize| types.get(i).or(types.last());
    all(items.iter().enumerate(), |(i, v)| at(i).map_or(Tri::Yes, |t| t.member(v, cx, depth)))
}

fn member_struct(members: &[Member], entries: &Entries, cx: &mut dyn TypeContext, depth: u32) -> Tri {
    if entries.keys().any(|k| matches!(k, Value::Sym(_))) {
        return Tri::Maybe;
    }
    let mut matched = 0;
    let answer = all(members.iter(), |m| match entries.get(&Value::str(m.name.clone())) {
        None => Tri::from(m.optional),
        Some(v) => {
            matched += 1;
            m.value.member(v, cx, depth)
        }
    });
    if answer != Tri::No && matched != entries.len() { Tri::No } else { answer }
}

fn sized(size: Range, len: usize, rest: impl FnOnce() -> Tri) -> Tri {
    if size.fits(len) { rest() } else { Tri::No }
}

fn all<T>(items: impl Iterator<Item = T>, mut test: impl FnMut(T) -> Tri) -> Tri {
    let mut answer = Tri::Yes;
    for item in items {
        match test(item) {
            Tri::No => return Tri::No,
            Tri::Maybe => answer = Tri::Maybe,
            Tri::Yes => {}
        }
    }
    answer
}

fn any<T>(items: impl Iterator<Item = T>, mut test: impl FnMut(T) -> Tri) -> Tri {
    let mut answer = Tri::No;
    for item in items {
        match test(item) {
            Tri::Yes => return Tri::Yes,
            Tri::Maybe => answer = Tri::Maybe,
            Tri::No => {}
        }
    }
    answer
}
