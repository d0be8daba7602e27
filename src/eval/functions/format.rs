//! `String.new(value, format)`: formats chosen by type, with their own rules for containers.

use super::args::Outcome;
use super::sprintf::render;
use super::text;
use crate::eval::error::EvalError;
use crate::eval::number;
use crate::value::quote::{double_quote, program, quote};
use crate::value::sprintf::{Spec, pad_text};
use crate::value::types::{self, Range, Type, slashes};
use crate::value::{Entries, Value};

/// A format with what a container needs besides.
#[derive(Clone, Debug)]
struct Format {
    spec: Spec,
    delimiters: Option<(char, char)>,
    bare: bool,
    separator: Option<String>,
    separator2: Option<String>,
    inner: Option<Formats>,
}

/// Formats by type, most specific first.
type Formats = Vec<(Type, Format)>;

/// How deep a container is nested and whether it breaks lines.
#[derive(Clone, Copy)]
struct Indent {
    level: usize,
    first: bool,
    on: bool,
}

impl Indent {
    fn padding(self) -> String {
        "  ".repeat(self.level)
    }

    fn breaks(self) -> bool {
        self.on && self.level > 0 && !self.first
    }
}

/// Converts a value to a string; `formats` is `default`, one format, or a hash of them by type.
pub(super) fn to_text(value: &Value, formats: &Value) -> Outcome {
    let given = match formats {
        Value::Undef | Value::Default => Vec::new(),
        Value::Str(s) => vec![(key_of(value), Format::parse(&s.text)?)],
        Value::Hash(h) => read_formats(&h.entries)?,
        other => {
            return Err(EvalError::puppet(format!(
                "'new_string' parameter 'string_formats' expects a value of type Default, String, or Hash, got {}",
                types::infer(other).name()
            )));
        }
    };
    let all = combine(defaults(), given);
    convert(value, &all, Indent { level: 0, first: true, on: false }).map(Value::str)
}

fn key_of(value: &Value) -> Type {
    let any = || Type::Any.into();
    match value {
        Value::Array(_) => Type::Array(any(), Range::SIZE),
        Value::Hash(_) => Type::Hash(any(), any(), Range::SIZE),
        other => types::infer_detailed(other),
    }
}

fn defaults() -> Formats {
    let any = || Type::Any.into();
    let plain = |kind| Format {
        spec: Spec { kind, ..Spec::default() },
        delimiters: None,
        bare: false,
        separator: None,
        separator2: None,
        inner: None,
    };
    vec![
        (Type::Object("Object".into()), plain('p')),
        (Type::Float(f64::NEG_INFINITY, f64::INFINITY), plain('f')),
        (Type::Numeric, plain('d')),
        (Type::Array(any(), Range::SIZE), plain('a')),
        (Type::Hash(any(), any(), Range::SIZE), plain('h')),
        (Type::Binary, plain('B')),
        (Type::Any, plain('s')),
    ]
}

impl Format {
    fn parse(text: &str) -> Result<Self, EvalError> {
        let bad = |why: String| EvalError::puppet(why);
        let malformed =
            || bad(format!("The format '{text}' is not a valid format on the form '%<flags><width>.<prec><format>'"));
        let body = text.strip_prefix('%').ok_or_else(malformed)?;
        let flags: String = body.chars().take_while(|c| " \t[+#0{<(|-".contains(*c)).collect();
        let rest = body.get(flags.len()..).unwrap_or_default();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (width, rest) = rest.split_at_checked(digits).ok_or_else(malformed)?;
        let (precision, kind) = match rest.strip_prefix('.') {
            Some(after) => {
                let digits = after.bytes().take_while(u8::is_ascii_digit).count();
                let (figure, kind) = after.split_at_checked(digits).ok_or_else(malformed)?;
                (Some(figure.parse::<usize>().map_err(|_| malformed())?), kind)
            }
            None => (None, rest),
        };
        let mut letters = kind.chars();
        let (Some(kind), None) = (letters.next().filter(char::is_ascii_alphabetic), letters.next()) else {
            return Err(malformed());
        };
        if flags.chars().enumerate().any(|(i, c)| flags.chars().skip(i + 1).any(|d| d == c)) {
            return Err(bad(format!("The same flag can only be used once, got '{text}'")));
        }
        let pairs: Vec<(char, char)> = [('[', ']'), ('{', '}'), ('(', ')'), ('<', '>'), ('|', '|')]
            .into_iter()
            .filter(|(c, _)| flags.contains(*c))
            .collect();
        if pairs.len() > 1 {
            return Err(bad(format!(
                "Only one of the delimiters [ {{ ( < | can be given in the format flags, got '{text}'"
            )));
        }
        let has = |c| flags.contains(c);
        let spec = Spec {
            minus: has('-'),
            plus: has('+'),
            space: has(' '),
            zero: has('0'),
            alt: has('#'),
            width: width.parse().ok().map(|w: usize| w.min(1 << 20)),
            precision,
            kind,
        };
        Ok(Self {
            spec,
            delimiters: pairs.first().copied(),
            bare: has(' '),
            separator: None,
            separator2: None,
            inner: None,
        })
    }
}

fn read_formats(entries: &Entries) -> Result<Formats, EvalError> {
    entries
        .iter()
        .map(|(key, value)| {
            let Value::Type(t) = key else {
                return Err(EvalError::puppet("top level keys in the format hash must be data types"));
            };
            let format = match value {
                Value::Str(s) => Format::parse(&s.text)?,
                Value::Hash(h) => container_format(&h.entries)?,
                _ => return Err(EvalError::puppet("a format must be a String or a Hash")),
            };
            Ok(((**t).clone(), format))
        })
        .collect()
}

fn container_format(entries: &Entries) -> Result<Format, EvalError> {
    let text = |name: &str| entries.get(&Value::str(name)).and_then(Value::as_str).map(str::to_owned);
    let known = ["separator", "separator2", "format", "string_formats"];
    if entries.keys().any(|k| !known.contains(&k.as_str().unwrap_or_default())) {
        return Err(EvalError::puppet(
            "only 'separator', 'separator2', 'format', 'string_formats' are allowed in a container format",
        ));
    }
    let inner = match entries.get(&Value::str("string_formats")) {
        Some(Value::Hash(h)) => Some(read_formats(&h.entries)?),
        _ => None,
    };
    let base = text("format").map_or_else(|| Format::parse("%p"), |f| Format::parse(&f))?;
    Ok(Format { separator: text("separator"), separator2: text("separator2"), inner, ..base })
}

/// Given formats over defaults: a default that a given one covers goes, the narrower come first.
fn combine(defaults: Formats, given: Formats) -> Formats {
    let mut all: Formats =
        defaults.into_iter().filter(|(d, _)| !given.iter().any(|(g, _)| g == d || g.accepts(d))).collect();
    all.extend(given);
    let mut sorted: Formats = Vec::with_capacity(all.len());
    for entry in all {
        let at = sorted.iter().position(|(t, _)| t.accepts(&entry.0) && !entry.0.accepts(t)).unwrap_or(sorted.len());
        sorted.insert(at, entry);
    }
    sorted
}

fn bad_format(kind: &str, spec: &Spec, allowed: &str) -> EvalError {
    EvalError::puppet(format!(
        "Illegal format '{}' specified for value of {kind} type - expected one of the characters '{allowed}'",
        spec.kind
    ))
}

fn convert(value: &Value, formats: &Formats, indent: Indent) -> Result<String, EvalError> {
    if indent.level > 100 {
        return Err(EvalError::Limit { what: "String() of a value nested more than 100 levels".to_owned(), at: None });
    }
    let ty = types::infer_detailed(value);
    let fallback = Format::parse("%s")?;
    let format = formats.iter().find(|(t, _)| t.accepts(&ty)).map_or(&fallback, |(_, f)| f);
    let spec = &format.spec;
    match value {
        Value::Array(a) => array(&a.items, format, formats, indent),
        Value::Hash(h) => hash(&h.entries, format, formats, indent),
        Value::Str(s) => string(&s.text, spec),
        Value::Int(i) => integer(*i, spec),
        Value::Float(f) => float(*f, spec),
        Value::Bool(b) => boolean(*b, spec),
        Value::Undef => undef(spec),
        Value::Default => match spec.kind {
            'd' | 's' | 'p' => Ok(flags(spec, if spec.alt { "\"default\"" } else { "default" })),
            'D' => Ok(flags(spec, if spec.alt { "\"Default\"" } else { "Default" })),
            _ => Err(bad_format("Default", spec, "dDsp")),
        },
        Value::Regex(r) => match spec.kind {
            'p' => Ok(pad_text(spec, &slashes(r))),
            's' => Ok(pad_text(spec, &if spec.alt { quote(r) } else { r.to_string() })),
            _ => Err(bad_format("Regexp", spec, "sp")),
        },
        Value::Type(t) => match spec.kind {
            's' if spec.alt => Ok(pad_text(spec, &format!("\"{}\"", t.expanded()))),
            's' | 'p' => Ok(pad_text(spec, &t.expanded())),
            _ => Err(bad_format("Type", spec, "sp")),
        },
        other => object(other, spec),
    }
}

fn object(value: &Value, spec: &Spec) -> Result<String, EvalError> {
    let binary = matches!(value, Value::Object(o) if o.type_name == "Binary");
    match spec.kind {
        't' if binary => Ok(pad_text(spec, "Binary")),
        'T' if binary => Ok(pad_text(spec, "BINARY")),
        's' if binary => Ok(pad_text(spec, &super::encode::binary_text(value))),
        'b' | 'B' | 'u' if binary => Ok(pad_text(spec, &value.to_string())),
        'p' if binary => Ok(pad_text(spec, &program(value))),
        's' => Ok(pad_text(spec, &value.to_string())),
        'p' if matches!(value, Value::Sensitive(_)) => Ok(pad_text(spec, &program(value))),
        'p' => Ok(pad_text(spec, &value.to_string())),
        'd' if crate::value::time::of_value(value).is_some() => Ok(pad_text(spec, &value.to_string())),
        _ => Err(bad_format("Object", spec, "spq")),
    }
}

/// Width and precision on a fixed text.
fn flags(spec: &Spec, text: &str) -> String {
    pad_text(&Spec { zero: false, ..spec.clone() }, text)
}

fn string(value: &str, spec: &Spec) -> Result<String, EvalError> {
    let changed = match spec.kind {
        's' => return Ok(pad_text(spec, value)),
        'p' => return Ok(flags(spec, &if spec.alt { double_quote(value) } else { quote(value) })),
        'c' => text::capital(value),
        'C' => value.split("::").map(text::capital).collect::<Vec<_>>().join("::"),
        'u' => value.to_uppercase(),
        'd' => value.to_lowercase(),
        't' => text::trim(value),
        _ => return Err(bad_format("String", spec, "cCudspt")),
    };
    Ok(flags(spec, &if spec.alt { quote(&changed) } else { changed }))
}

fn integer(i: i64, spec: &Spec) -> Result<String, EvalError> {
    match spec.kind {
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' => render(spec, &Value::Int(i)),
        'p' => render(spec, &Value::Int(i)),
        'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' => render(spec, &Value::Float(number::to_float(i))),
        'c' => {
            let c = u32::try_from(i).ok().and_then(char::from_u32).map(String::from).unwrap_or_default();
            Ok(flags(spec, &if spec.alt { format!("\"{c}\"") } else { c }))
        }
        's' => Ok(pad_text(spec, &if spec.alt { format!("\"{i}\"") } else { i.to_string() })),
        _ => Err(bad_format("Integer", spec, "dxXobBeEfgGaAspc")),
    }
}

fn float(f: f64, spec: &Spec) -> Result<String, EvalError> {
    let text = crate::value::display::float(f);
    match spec.kind {
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' => render(spec, &Value::Int(number::to_int(f).unwrap_or(0))),
        'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' | 'p' => render(spec, &Value::Float(f)),
        's' => Ok(pad_text(spec, &if spec.alt { format!("\"{text}\"") } else { text })),
        _ => Err(bad_format("Float", spec, "dxXobBeEfgGaAsp")),
    }
}

fn boolean(b: bool, spec: &Spec) -> Result<String, EvalError> {
    let word = match spec.kind {
        't' => b.to_string(),
        'T' => text::capital(&b.to_string()),
        'y' => if b { "yes" } else { "no" }.to_owned(),
        'Y' => if b { "Yes" } else { "No" }.to_owned(),
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' => return integer(i64::from(b), spec),
        'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' => return float(f64::from(u8::from(b)), spec),
        's' | 'p' => return Ok(flags(spec, &b.to_string())),
        _ => return Err(bad_format("Boolean", spec, "tTyYdxXobBeEfgGaAsp")),
    };
    Ok(flags(spec, &if spec.alt { word.chars().take(1).collect::<String>() } else { word }))
}

fn undef(spec: &Spec) -> Result<String, EvalError> {
    let alt = spec.alt;
    let pick = |a: &'static str, b: &'static str| if alt { a } else { b };
    let word = match spec.kind {
        'n' => pick("null", "nil"),
        'u' => pick("undefined", "undef"),
        'd' | 'x' | 'X' | 'o' | 'b' | 'B' | 'e' | 'E' | 'f' | 'g' | 'G' | 'a' | 'A' => "NaN",
        'v' => "n/a",
        'V' => "N/A",
        's' => pick("\"\"", ""),
        'p' => pick("\"undef\"", "undef"),
        _ => return Err(bad_format("Undef", spec, "nudxXobBeEfgGaAvVsp")),
    };
    Ok(flags(spec, word))
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Hash(_))
}

fn delimiters(format: &Format, default: (&str, &str)) -> (String, String) {
    match format.delimiters {
        Some((a, b)) => (a.to_string(), b.to_string()),
        None if format.bare => (String::new(), String::new()),
        None => (default.0.to_owned(), default.1.to_owned()),
    }
}

/// Formats of what a container holds: the container's own, else as source text.
fn inner_formats(format: &Format) -> Result<Formats, EvalError> {
    match &format.inner {
        Some(inner) => Ok(combine(vec![(Type::Any, Format::parse("%p")?)], inner.clone())),
        None => Ok(vec![(Type::Any, Format::parse("%p")?)]),
    }
}

fn array(items: &[Value], format: &Format, formats: &Formats, indent: Indent) -> Result<String, EvalError> {
    let spec = &format.spec;
    if !matches!(spec.kind, 'a' | 's' | 'p') {
        return Err(bad_format("Array", spec, "asp"));
    }
    let inner = inner_formats(format)?;
    let separator = format.separator.as_deref().unwrap_or(", ");
    let (open, close) = delimiters(format, ("[", "]"));
    let indent = Indent { on: spec.alt || indent.on, ..indent };
    let mut out = String::new();
    if indent.breaks() {
        out.push('\n');
        out.push_str(&indent.padding());
    }
    out.push_str(&open);
    let children = Indent { level: indent.level + 1, first: true, on: spec.alt };
    let mapped: Vec<String> = items
        .iter()
        .enumerate()
        .map(|(i, v)| convert(v, if is_container(v) { formats } else { &inner }, Indent { first: i == 0, ..children }))
        .collect::<Result<_, _>>()?;
    let wide = spec.alt && spec.width.is_some_and(|w| widest(items, &mapped) > w);
    for (i, (value, text)) in items.iter().zip(&mapped).enumerate() {
        if i == 0 {
            out.push_str(if wide && !is_container(value) { " " } else { "" });
        } else {
            out.push_str(separator);
            let after_container = items.get(i - 1).is_some_and(is_container);
            if !is_container(value) && (wide || spec.alt && after_container) {
                if !out.ends_with('\n') {
                    out.truncate(out.trim_end().len());
                }
                out.push('\n');
                out.push_str(&children.padding());
            }
        }
        if out.ends_with(' ') && text.starts_with('\n') {
            out.truncate(out.trim_end().len());
        }
        out.push_str(text);
    }
    out.push_str(&close);
    Ok(out)
}

/// The longest run of plain elements.
fn widest(items: &[Value], mapped: &[String]) -> usize {
    let mut runs = vec![0];
    for (value, text) in items.iter().zip(mapped) {
        match runs.last_mut() {
            Some(last) if !is_container(value) => *last += text.chars().count(),
            _ => runs.push(0),
        }
    }
    runs.into_iter().max().unwrap_or(0)
}

fn hash(entries: &Entries, format: &Format, formats: &Formats, indent: Indent) -> Result<String, EvalError> {
    let spec = &format.spec;
    if spec.kind == 'a' {
        let pairs = entries.iter().map(|(k, v)| super::args::pair(k, v)).collect();
        return convert(&Value::array(pairs), formats, indent);
    }
    if !matches!(spec.kind, 'h' | 's' | 'p') {
        return Err(bad_format("Hash", spec, "hasp"));
    }
    let inner = inner_formats(format)?;
    let mut separator = format.separator.clone().unwrap_or_else(|| ", ".to_owned());
    let arrow = format.separator2.as_deref().unwrap_or(" => ");
    let (open, close) = delimiters(format, ("{", "}"));
    let indent = Indent { on: spec.alt || indent.on, ..indent };
    if spec.alt {
        separator = if separator.ends_with('\n') { separator } else { format!("{}\n", separator.trim_end()) };
    }
    let children = Indent { level: indent.level + 1, first: true, on: indent.on };
    let padding = if spec.alt { children.padding() } else { String::new() };
    let of = |v: &Value| convert(v, if is_container(v) { formats } else { &inner }, children);
    let rows: Vec<String> = entries
        .iter()
        .map(|(k, v)| Ok(format!("{padding}{}{arrow}{}", of(k)?, of(v)?)))
        .collect::<Result<_, EvalError>>()?;
    let mut out = String::new();
    if indent.breaks() {
        out.push('\n');
        out.push_str(&indent.padding());
    }
    let line = if spec.alt { "\n" } else { "" };
    out.push_str(&format!("{open}{line}{}", rows.join(&separator)));
    if spec.alt {
        out.push_str(&format!("\n{}", indent.padding()));
    }
    out.push_str(&close);
    Ok(out)
}
