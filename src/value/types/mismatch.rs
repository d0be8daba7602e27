//! Why a value is not of a type, in Puppet's words.
//!
//! A mismatch knows the path to the offending part (`entry 'a' index 1`). Alternatives of a union are
//! described one by one and merged when they complain about the same place in the same way.

use super::build::article;
use super::{Member, Range, Type, TypeRef, infer_detailed, variant};
use crate::value::Value;
use ecow::EcoString;

/// Capital `A`/`An` with the word.
pub(super) fn a_an_cap(word: &str) -> String {
    let article = if article(word) == "an" { "An" } else { "A" };
    format!("{article} {word}")
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Text(String),
    Variant(usize),
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Type { expected: Type, actual: Type },
    Pattern { expected: Type, actual: Type },
    Size { expected: Range, actual: Range },
    MissingKey(EcoString),
    ExtraKey(EcoString),
    Unresolved(EcoString),
}

#[derive(Clone, Debug)]
struct Mismatch {
    path: Vec<Step>,
    kind: Kind,
}

/// A call whose arguments are described.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// Function name, or `lambda`.
    pub name: &'a str,
    /// Names of the parameters.
    pub params: Vec<&'a str>,
    /// Types of the parameters.
    pub types: Vec<&'a Type>,
    /// How many arguments it takes.
    pub size: Range,
}

/// Describes why `value` is not of type `expected`; `subject` leads the sentence (`parameter 'x'`).
#[must_use]
pub fn mismatch(subject: &str, expected: &Type, value: &Value) -> String {
    let actual = infer_detailed(value);
    let path = if subject.is_empty() { Vec::new() } else { vec![Step::Text(subject.to_owned())] };
    let found = describe(expected, &actual, &path, 0);
    let lines: Vec<String> = found.iter().map(Mismatch::text).collect();
    match lines.as_slice() {
        [] => format!("{subject} expects {} {} value, got {}", article(expected.name()), expected, actual.name()),
        [one] => one.trim().to_owned(),
        many => many.join("\n "),
    }
}

/// As [`mismatch`], of a default value: its type is generalised first.
#[must_use]
pub fn mismatch_default(subject: &str, expected: &Type, value: &Value) -> String {
    let path = vec![Step::Text(subject.to_owned())];
    let found = describe(expected, &infer_detailed(value).generalize(), &path, 0);
    found.iter().map(|m| m.text().trim().to_owned()).collect::<Vec<_>>().join("\n ")
}

/// Describes why arguments do not fit a function of a single signature, with `'name'` or `block`
/// before it; `None` when they fit.
#[must_use]
pub fn mismatch_call(call: &Call<'_>, args: &[Value]) -> Option<String> {
    let label = if call.name == "lambda" { "block".to_owned() } else { format!("'{}'", call.name) };
    let got = Range::exactly(args.len());
    if !call.size.covers(got) {
        return Some(format!("{label} expects {}, got {}", count(call.size), amount(got, "none")));
    }
    for (i, arg) in args.iter().enumerate() {
        let last = call.types.len().checked_sub(1)?;
        let (ty, name) = (call.types.get(i.min(last))?, call.params.get(i.min(last))?);
        let actual = infer_detailed(arg);
        if !ty.accepts(&actual) {
            let found = describe(ty, &actual, &[Step::Text(format!("parameter '{name}'"))], 0);
            match found.as_slice() {
                [] => {}
                [one] => return Some(format!("{label}{}", one.text())),
                many => {
                    let lines: Vec<String> = many.iter().map(|m| format!("\n  rejected:{}", m.text())).collect();
                    return Some(format!("{label} expects ({}){}", signature(call), lines.concat()));
                }
            }
        }
    }
    None
}

fn signature(call: &Call<'_>) -> String {
    call.types.iter().zip(&call.params).map(|(t, n)| format!("{t} {n}")).collect::<Vec<_>>().join(", ")
}

fn count(size: Range) -> String {
    let singular = size.min == 1 && (size.max == 1 || size.max == i64::MAX) || size.min <= 0 && size.max == 1;
    format!("{} argument{}", amount(size, "no"), if singular { "" } else { "s" })
}

fn amount(range: Range, zero: &str) -> String {
    let (min, max) = (range.min.max(0), range.max);
    match (min, max) {
        (0, 0) => zero.to_owned(),
        (a, b) if a == b => a.to_string(),
        (0, i64::MAX) => "unlimited".to_owned(),
        (0, b) => format!("at most {b}"),
        (a, i64::MAX) => format!("at least {a}"),
        (a, b) => format!("between {a} and {b}"),
    }
}

impl Mismatch {
    fn new(path: &[Step], kind: Kind) -> Self {
        Self { path: path.to_vec(), kind }
    }

    /// The path without the numbers of alternatives.
    fn place(&self) -> Vec<&Step> {
        self.path.iter().filter(|s| matches!(s, Step::Text(_))).collect()
    }

    fn text(&self) -> String {
        let steps: Vec<String> = self
            .path
            .iter()
            .map(|step| match step {
                Step::Text(text) => text.clone(),
                Step::Variant(i) => format!("variant {i}"),
            })
            .collect();
        let position = if steps.is_empty() { String::new() } else { format!(" {}", steps.join(" ")) };
        match &self.kind {
            Kind::Type { expected, actual } => format!("{position} {}", type_text(expected, actual)),
            Kind::Pattern { expected, actual } => format!("{position} {}", pattern_text(expected, actual)),
            Kind::Size { expected, actual } => {
                format!("{position} expects size to be {}, got {}", amount(*expected, "0"), amount(*actual, "0"))
            }
            Kind::MissingKey(key) => format!("{position} expects a value for key '{key}'"),
            Kind::ExtraKey(key) => format!("{position} unrecognized key '{key}'"),
            Kind::Unresolved(name) => format!("{position} references an unresolved type '{name}'"),
        }
    }

    /// One complaint out of two about the same place, where both are of the same sort.
    fn merge(&self, other: &Self) -> Option<Self> {
        if self.place() != other.place() {
            return None;
        }
        let kind = match (&self.kind, &other.kind) {
            (Kind::Size { expected: a, actual }, Kind::Size { expected: b, .. }) => {
                Kind::Size { expected: Range { min: a.min.min(b.min), max: a.max.max(b.max) }, actual: *actual }
            }
            (
                Kind::Type { expected: a, actual } | Kind::Pattern { expected: a, actual },
                Kind::Type { expected: b, .. } | Kind::Pattern { expected: b, .. },
            ) => {
                let expected = variant(vec![a.clone().into(), b.clone().into()]).normalize();
                let actual = actual.clone();
                if matches!(self.kind, Kind::Pattern { .. }) {
                    Kind::Pattern { expected, actual }
                } else {
                    Kind::Type { expected, actual }
                }
            }
            _ => return None,
        };
        Some(Self { path: self.path.clone(), kind })
    }
}

fn type_text(expected: &Type, actual: &Type) -> String {
    let (optional, expected) = match expected {
        Type::Optional(Some(inner)) => (true, &**inner),
        other => (false, other),
    };
    let alternatives: Vec<TypeRef> = match expected {
        Type::Variant(types) => types.clone(),
        other => vec![other.clone().into()],
    };
    let detailed = alternatives.iter().any(|e| is_detailed(e, actual) || default_accepts(e, actual));
    let got = if detailed { detailed_actual(&alternatives, actual) } else { short_name(actual) };
    let mut names: Vec<String> = Vec::new();
    for e in &alternatives {
        let name = if detailed { e.expanded() } else { short_name(e) };
        if detailed || !names.contains(&name) {
            names.push(name);
        }
    }
    if optional {
        names.insert(0, "Undef".to_owned());
    }
    match names.as_slice() {
        [one] => format!("expects {} {one} value, got {got}", article(one)),
        [a, b] => format!("expects a value of type {a} or {b}, got {got}"),
        [init @ .., last] => format!("expects a value of type {}, or {last}, got {got}", init.join(", ")),
        [] => format!("expects nothing, got {got}"),
    }
}

fn pattern_text(expected: &Type, actual: &Type) -> String {
    let (prefix, expected) = match expected {
        Type::Optional(Some(inner)) => ("an undef value or ", &**inner),
        other => ("", other),
    };
    let got = if let Type::Literal(text) = actual { format!("'{text}'") } else { short_name(actual) };
    format!("expects {prefix}a match for {}, got {got}", expected.expanded())
}

fn short_name(t: &Type) -> String {
    let inner = match t {
        Type::Optional(i)
        | Type::NotUndef(i)
        | Type::Type(i)
        | Type::Iterable(i)
        | Type::Iterator(i)
        | Type::Sensitive(i) => i.as_ref(),
        _ => None,
    };
    match inner {
        Some(inner) if !matches!(**inner, Type::Any) => format!("{}[{}]", t.name(), plain_name(inner)),
        _ => plain_name(t),
    }
}

/// The bare name; a resource type is called by its own.
fn plain_name(t: &Type) -> String {
    t.name().to_owned()
}

fn same_class(a: &Type, b: &Type) -> bool {
    let text = |t: &Type| matches!(t, Type::String(_) | Type::Literal(_));
    std::mem::discriminant(a) == std::mem::discriminant(b) || text(a) && text(b)
}

/// Whether both are of one kind, so that only the full signatures tell them apart.
fn is_detailed(e: &Type, a: &Type) -> bool {
    same_class(e, a)
        || matches!(e, Type::Alias(_) | Type::Data | Type::RichData)
        || matches!(a, Type::Alias(_))
        || matches!((e, a), (Type::Struct(_), Type::Hash(..)) | (Type::Tuple(..), Type::Array(..)))
}

/// Whether the bare form of the expected type would take it.
fn default_accepts(e: &Type, a: &Type) -> bool {
    let Some(e) = e.resolved() else { return false };
    super::base(e.name()).is_some_and(|bare| match e {
        Type::Resource { .. } => matches!(a, Type::Resource { .. }),
        Type::Data | Type::RichData | Type::Variant(_) => false,
        _ => bare.accepts(a),
    })
}

fn detailed_actual(alternatives: &[TypeRef], actual: &Type) -> String {
    let resolved: Vec<&Type> = alternatives.iter().filter_map(|t| t.resolved()).collect();
    let general = actual.generalize();
    if resolved
        .iter()
        .any(|e| same_class(e, actual) || is_detailed(e, actual) && !matches!(e, Type::Data | Type::RichData))
        || resolved.iter().any(|e| e.accepts(&general))
    {
        actual.expanded()
    } else {
        actual.name().to_owned()
    }
}

fn describe(expected: &Type, actual: &Type, path: &[Step], depth: u32) -> Vec<Mismatch> {
    if let Some(name) = unresolved(expected, 0) {
        return vec![Mismatch::new(path, Kind::Unresolved(name))];
    }
    describe_inner(&expected.normalize(), expected, actual, path, depth + 1)
}

fn unresolved(t: &Type, depth: u32) -> Option<EcoString> {
    if depth > 8 {
        return None;
    }
    let among = |types: &[TypeRef]| types.iter().find_map(|t| unresolved(t, depth + 1));
    match t {
        Type::Unresolved(name) => Some(name.clone()),
        Type::Optional(Some(t)) | Type::NotUndef(Some(t)) | Type::Array(t, _) => unresolved(t, depth + 1),
        Type::Hash(k, v, _) => unresolved(k, depth + 1).or_else(|| unresolved(v, depth + 1)),
        Type::Variant(types) | Type::Tuple(types, _) => among(types),
        Type::Struct(members) => members.iter().find_map(|m| unresolved(&m.value, depth + 1)),
        _ => None,
    }
}

fn describe_inner(expected: &Type, original: &Type, actual: &Type, path: &[Step], depth: u32) -> Vec<Mismatch> {
    if depth > 40 {
        return Vec::new();
    }
    let plain = || vec![Mismatch::new(path, Kind::Type { expected: original.normalize(), actual: actual.normalize() })];
    match expected {
        Type::Variant(types) => describe_variant(types, original, actual, path, depth),
        Type::Struct(members) => describe_struct(members, original, actual, path, depth),
        Type::Hash(k, v, size) => describe_hash((k, v), *size, original, actual, path, depth),
        Type::Tuple(types, size) => describe_tuple(expected, types, *size, original, actual, path, depth),
        Type::Array(element, size) => describe_array(element, *size, original, actual, path, depth),
        Type::Optional(Some(inner)) => match actual {
            Type::Undef => Vec::new(),
            _ => describe_inner(
                inner,
                if matches!(original, Type::Alias(_)) { original } else { expected },
                actual,
                path,
                depth + 1,
            ),
        },
        Type::Pattern(_) | Type::Enum { .. } if !expected.accepts(actual) => {
            vec![Mismatch::new(path, Kind::Pattern { expected: original.normalize(), actual: actual.normalize() })]
        }
        Type::Alias(_) => match expected.resolved() {
            Some(target) => describe_inner(&target.normalize(), expected, actual, path, depth + 1),
            None => Vec::new(),
        },
        _ if expected.accepts(actual) => Vec::new(),
        _ => plain(),
    }
}

fn with(path: &[Step], step: Step) -> Vec<Step> {
    let mut path = path.to_vec();
    path.push(step);
    path
}

fn describe_variant(types: &[TypeRef], original: &Type, actual: &Type, path: &[Step], depth: u32) -> Vec<Mismatch> {
    let undef: TypeRef = Type::Undef.into();
    let mut all: Vec<&TypeRef> = types.iter().collect();
    if matches!(original, Type::Optional(_)) {
        all.insert(0, &undef);
    }
    let mut found = Vec::new();
    for (i, t) in all.iter().enumerate() {
        let one = describe(t, actual, &with(path, Step::Variant(i)), depth + 1);
        if one.is_empty() {
            return one;
        }
        found.push(one);
    }
    let merged = merge(path.len(), &found);
    if matches!(original, Type::Alias(_)) && merged.len() == 1 {
        return vec![Mismatch::new(path, Kind::Type { expected: original.clone(), actual: actual.clone() })];
    }
    merged
}

/// Merges what the alternatives complain of, if each complains in the same sort of way exactly once.
fn merge(position: usize, found: &[Vec<Mismatch>]) -> Vec<Mismatch> {
    let all: Vec<Mismatch> = found.iter().flatten().cloned().collect();
    let sorts: [fn(&Kind) -> bool; 2] =
        [|k| matches!(k, Kind::Size { .. }), |k| matches!(k, Kind::Type { .. } | Kind::Pattern { .. })];
    let mut result = all.clone();
    for sort in sorts {
        let same: Vec<Mismatch> = all.iter().filter(|m| sort(&m.kind)).cloned().collect();
        if same.len() != found.len() {
            continue;
        }
        let mut rest = same.iter();
        let first = rest.next().cloned();
        if let Some(one) = rest.fold(first, |acc, next| acc.and_then(|acc| acc.merge(next))) {
            result = vec![one];
            break;
        }
    }
    let mut distinct: Vec<Mismatch> = Vec::new();
    for m in result {
        if !distinct.iter().any(|d| d.place() == m.place() && d.kind == m.kind) {
            distinct.push(m);
        }
    }
    if let [only] = distinct.as_mut_slice()
        && position < only.path.len()
    {
        only.path.remove(position);
    }
    distinct
}

fn describe_array(
    element: &Type,
    size: Range,
    original: &Type,
    actual: &Type,
    path: &[Step],
    depth: u32,
) -> Vec<Mismatch> {
    let plain = |actual: Type| vec![Mismatch::new(path, Kind::Type { expected: original.normalize(), actual })];
    match actual {
        Type::Tuple(types, limits) => {
            let len = limits.unwrap_or_else(|| Range::exactly(types.len()));
            if !size.covers(len) {
                return vec![Mismatch::new(path, Kind::Size { expected: size, actual: len })];
            }
            let bad = types.iter().enumerate().filter(|(_, t)| !element.accepts(t));
            bad.flat_map(|(i, t)| describe(element, t, &with(path, Step::Text(format!("index {i}"))), depth + 1))
                .collect()
        }
        Type::Array(_, len) if !size.covers(*len) => {
            vec![Mismatch::new(path, Kind::Size { expected: size, actual: *len })]
        }
        Type::Array(t, _) => plain(Type::Array(t.clone(), Range::SIZE)),
        _ => plain(actual.normalize()),
    }
}

fn describe_hash(
    inner: (&Type, &Type),
    size: Range,
    original: &Type,
    actual: &Type,
    path: &[Step],
    depth: u32,
) -> Vec<Mismatch> {
    let (key, value) = inner;
    let plain = |actual: Type| vec![Mismatch::new(path, Kind::Type { expected: original.normalize(), actual })];
    match actual {
        Type::Struct(members) => {
            let required = members.iter().filter(|m| !m.optional).count();
            let len = Range { min: Range::exactly(required).min, max: Range::exactly(members.len()).max };
            if !size.covers(len) {
                return vec![Mismatch::new(path, Kind::Size { expected: size, actual: len })];
            }
            members.iter().flat_map(|m| describe_entry(key, value, m, path, depth)).collect()
        }
        Type::Hash(_, _, len) if !size.covers(*len) => {
            vec![Mismatch::new(path, Kind::Size { expected: size, actual: *len })]
        }
        Type::Hash(k, v, _) => plain(Type::Hash(k.clone(), v.clone(), Range::SIZE)),
        _ => plain(actual.normalize()),
    }
}

fn describe_entry(key: &Type, value: &Type, member: &Member, path: &[Step], depth: u32) -> Vec<Mismatch> {
    let name = &member.name;
    let literal = Type::Literal(name.clone());
    let mut found = Vec::new();
    if !key.accepts(&literal) {
        found.extend(describe(key, &literal, &with(path, Step::Text(format!("key of entry '{name}'"))), depth + 1));
    }
    if !value.accepts(&member.value) {
        found.extend(describe(value, &member.value, &with(path, Step::Text(format!("entry '{name}'"))), depth + 1));
    }
    found
}

fn describe_struct(members: &[Member], original: &Type, actual: &Type, path: &[Step], depth: u32) -> Vec<Mismatch> {
    let plain = |actual: Type| vec![Mismatch::new(path, Kind::Type { expected: original.normalize(), actual })];
    match actual {
        Type::Struct(others) => {
            let mut found = Vec::new();
            for m in members {
                match others.iter().find(|o| o.name == m.name) {
                    None if m.optional => {}
                    None => found.push(Mismatch::new(path, Kind::MissingKey(m.name.clone()))),
                    Some(o) if !m.value.accepts(&o.value) => {
                        let at = with(path, Step::Text(format!("entry '{}'", m.name)));
                        found.extend(describe(&m.value, &o.value, &at, depth + 1));
                    }
                    Some(_) => {}
                }
            }
            let extra = others.iter().filter(|o| members.iter().all(|m| m.name != o.name));
            found.extend(extra.map(|o| Mismatch::new(path, Kind::ExtraKey(o.name.clone()))));
            found
        }
        Type::Hash(k, v, size) => {
            let required = members.iter().filter(|m| !m.optional).count();
            let wanted = Range { min: Range::exactly(required).min, max: Range::exactly(members.len()).max };
            if wanted.covers(*size) {
                plain(Type::Hash(k.clone(), v.clone(), Range::SIZE))
            } else {
                vec![Mismatch::new(path, Kind::Size { expected: wanted, actual: *size })]
            }
        }
        _ => plain(actual.normalize()),
    }
}

fn describe_tuple(
    expected: &Type,
    types: &[TypeRef],
    size: Option<Range>,
    original: &Type,
    actual: &Type,
    path: &[Step],
    depth: u32,
) -> Vec<Mismatch> {
    if expected == actual || types.is_empty() && matches!(actual, Type::Array(..)) {
        return Vec::new();
    }
    let wanted = size.or_else(|| super::assign::size_of(expected)).unwrap_or(Range::SIZE);
    let at = |i: usize| types.get(i).or(types.last());
    match (actual, super::assign::size_of(actual)) {
        (Type::Tuple(..) | Type::Array(..), Some(len)) if !wanted.covers(len) => {
            vec![Mismatch::new(path, Kind::Size { expected: wanted, actual: len })]
        }
        (Type::Tuple(others, _), _) => {
            let pairs = others.iter().enumerate().filter_map(|(i, o)| at(i).map(|t| (i.min(types.len() - 1), t, o)));
            pairs
                .flat_map(|(i, t, o)| describe(t, o, &with(path, Step::Text(format!("index {i}"))), depth + 1))
                .collect()
        }
        (Type::Array(element, _), _) => {
            let pairs = types.iter().enumerate();
            pairs
                .flat_map(|(i, t)| describe(t, element, &with(path, Step::Text(format!("index {i}"))), depth + 1))
                .collect()
        }
        _ => vec![Mismatch::new(path, Kind::Type { expected: original.normalize(), actual: actual.normalize() })],
    }
}
