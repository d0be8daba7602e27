//! `Kernel#format` of Ruby, which is `sprintf` of the Puppet language and of templates.
//!
//! What a value prints as is for the caller to say: Ruby has symbols where the Puppet language has none.

use super::Value;
use super::convert::{Refused, float as to_float, integer as to_integer};

/// Longest text that is made, in bytes.
const MAX_TEXT: usize = 64 << 20;
/// Widest field that is made.
const MAX_WIDTH: usize = 1 << 20;

/// One directive: `%-08.3f`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Spec {
    pub(crate) minus: bool,
    pub(crate) plus: bool,
    pub(crate) space: bool,
    pub(crate) zero: bool,
    pub(crate) alt: bool,
    pub(crate) width: Option<usize>,
    pub(crate) precision: Option<usize>,
    pub(crate) kind: char,
}

/// What values print as, and how hashes are asked by name.
pub(crate) trait Kernel {
    /// `%s`
    fn to_s(&self, value: &Value) -> String;
    /// `%p`
    fn inspect(&self, value: &Value) -> String;
    /// The key that `%<name>d` asks for.
    fn key(&self, name: &str) -> Value;
    /// A value's class in an error.
    fn class(&self, value: &Value) -> String;
}

struct Reader<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    args: &'a [Value],
    kernel: &'a dyn Kernel,
    next: usize,
    /// A width beyond what is made.
    wide: bool,
}

/// Formats arguments.
pub(crate) fn format(template: &str, args: &[Value], kernel: &dyn Kernel) -> Result<String, Refused> {
    let mut out = String::new();
    let mut reader = Reader { chars: template.chars().peekable(), args, kernel, next: 0, wide: false };
    while let Some(c) = reader.chars.next() {
        if c == '%' {
            reader.directive(&mut out)?;
        } else {
            out.push(c);
        }
        if reader.wide || out.len() > MAX_TEXT {
            return Err(Refused::TooLong);
        }
    }
    Ok(out)
}

impl Reader<'_> {
    fn take(&mut self) -> Result<Value, Refused> {
        let value = self.args.get(self.next).cloned().ok_or_else(|| Refused::argument("too few arguments"));
        self.next += 1;
        value
    }

    fn named(&mut self, end: char) -> Result<Value, Refused> {
        let name: String = self.chars.by_ref().take_while(|c| *c != end).collect();
        let Some(hash) = self.args.first().and_then(Value::as_hash) else {
            return Err(Refused::argument("one hash required"));
        };
        let open = if end == '>' { '<' } else { '{' };
        hash.get(&self.kernel.key(&name))
            .cloned()
            .ok_or_else(|| Refused::argument(format!("key{open}{name}{end} not found")))
    }

    fn number(&mut self) -> usize {
        let mut n: usize = 0;
        while let Some(d) = self.chars.peek().and_then(|c| c.to_digit(10)) {
            n = n.saturating_mul(10).saturating_add(d as usize);
            self.chars.next();
        }
        self.bounded(n)
    }

    fn star(&mut self, spec: &mut Spec) -> Result<usize, Refused> {
        let n = to_integer(&self.take()?, |v| self.kernel.class(v))?;
        if n < 0 {
            spec.minus = true;
        }
        Ok(self.bounded(usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX)))
    }

    fn bounded(&mut self, n: usize) -> usize {
        self.wide |= n > MAX_WIDTH;
        n.min(MAX_WIDTH)
    }

    fn directive(&mut self, out: &mut String) -> Result<(), Refused> {
        let mut spec = Spec::default();
        let mut value = None;
        loop {
            let Some(c) = self.chars.next() else {
                return Err(Refused::argument("incomplete format specifier; use %% (double %) instead"));
            };
            match c {
                '-' => spec.minus = true,
                '+' => spec.plus = true,
                ' ' => spec.space = true,
                '0' => spec.zero = true,
                '#' => spec.alt = true,
                '1'..='9' => {
                    let rest = self.number_from(c);
                    if self.chars.peek() == Some(&'$') {
                        self.chars.next();
                        value = Some(
                            self.args
                                .get(rest.saturating_sub(1))
                                .cloned()
                                .ok_or_else(|| Refused::argument("too few arguments"))?,
                        );
                    } else {
                        spec.width = Some(rest);
                    }
                }
                '*' => spec.width = Some(self.star(&mut spec)?),
                '.' if self.chars.peek() == Some(&'*') => {
                    self.chars.next();
                    spec.precision = Some(self.star(&mut spec)?);
                }
                '.' => spec.precision = Some(self.number()),
                '<' => value = Some(self.named('>')?),
                '{' => {
                    let text = self.kernel.to_s(&self.named('}')?);
                    spec.kind = 's';
                    out.push_str(&pad_text(&spec, &text));
                    return Ok(());
                }
                '%' => {
                    out.push('%');
                    return Ok(());
                }
                '\n' | '\0' => {
                    out.push('%');
                    out.push(c);
                    return Ok(());
                }
                kind => {
                    spec.kind = kind;
                    let value = match value {
                        Some(value) => value,
                        None => self.take()?,
                    };
                    out.push_str(&render(&spec, &value, self.kernel)?);
                    return Ok(());
                }
            }
        }
    }

    fn number_from(&mut self, first: char) -> usize {
        let mut n = first.to_digit(10).unwrap_or(0) as usize;
        while let Some(d) = self.chars.peek().and_then(|c| c.to_digit(10)) {
            n = n.saturating_mul(10).saturating_add(d as usize);
            self.chars.next();
        }
        self.bounded(n)
    }
}

/// One value by one directive.
pub(crate) fn render(spec: &Spec, value: &Value, kernel: &dyn Kernel) -> Result<String, Refused> {
    match spec.kind {
        's' => Ok(pad_text(spec, &kernel.to_s(value))),
        'p' => Ok(pad_text(spec, &kernel.inspect(value))),
        'c' => Ok(pad_text(&Spec { precision: None, ..spec.clone() }, &character(value, kernel)?)),
        'd' | 'i' | 'u' => Ok(decimal(spec, to_integer(value, |v| kernel.class(v))?)),
        'x' | 'X' | 'o' | 'b' | 'B' => Ok(radix(spec, to_integer(value, |v| kernel.class(v))?)),
        'f' | 'e' | 'E' | 'g' | 'G' | 'a' | 'A' => Ok(float(spec, to_float(value, |v| kernel.class(v))?)),
        other => Err(Refused::argument(format!("malformed format string - %{other}"))),
    }
}

fn character(value: &Value, kernel: &dyn Kernel) -> Result<String, Refused> {
    match value {
        Value::Str(s) if s.text.chars().count() == 1 => Ok(s.text.to_string()),
        Value::Str(_) => Err(Refused::argument("%c requires a character")),
        other => {
            let code = u32::try_from(to_integer(other, |v| kernel.class(v))?).ok().and_then(char::from_u32);
            code.map(|c| c.to_string()).ok_or_else(|| Refused::argument("%c requires a character"))
        }
    }
}

/// Text cut to the precision and padded to the width.
pub(crate) fn pad_text(spec: &Spec, text: &str) -> String {
    let cut: String = match spec.precision {
        Some(n) => text.chars().take(n).collect(),
        None => text.to_owned(),
    };
    pad(spec, cut)
}

fn pad(spec: &Spec, text: String) -> String {
    let missing = spec.width.unwrap_or(0).saturating_sub(text.chars().count());
    let blanks = " ".repeat(missing);
    if spec.minus { text + &blanks } else { blanks + &text }
}

/// Sign, digits and zero padding.
fn signed(spec: &Spec, negative: bool, prefix: &str, digits: String, zero: bool) -> String {
    let sign = if negative {
        "-"
    } else if spec.plus {
        "+"
    } else if spec.space {
        " "
    } else {
        ""
    };
    let used = sign.len() + prefix.len() + digits.len();
    let zeros = if zero && spec.zero && !spec.minus { spec.width.unwrap_or(0).saturating_sub(used) } else { 0 };
    pad(spec, format!("{sign}{prefix}{}{digits}", "0".repeat(zeros)))
}

fn with_precision(spec: &Spec, digits: String) -> String {
    if spec.precision == Some(0) && digits == "0" {
        return String::new();
    }
    let missing = spec.precision.unwrap_or(0).saturating_sub(digits.len());
    "0".repeat(missing) + &digits
}

fn decimal(spec: &Spec, n: i64) -> String {
    let digits = with_precision(spec, n.unsigned_abs().to_string());
    signed(spec, n < 0, "", digits, spec.precision.is_none())
}

fn radix(spec: &Spec, n: i64) -> String {
    let show = |n: u64| match spec.kind {
        'o' => format!("{n:o}"),
        'x' | 'X' => format!("{n:x}"),
        _ => format!("{n:b}"),
    };
    let prefix = match spec.kind {
        _ if !spec.alt || n == 0 => "",
        'x' => "0x",
        'X' => "0X",
        'b' => "0b",
        'B' => "0B",
        _ => "0",
    };
    let case = |s: String| if spec.kind == 'X' { s.to_uppercase() } else { s };
    if n < 0 && !spec.plus && !spec.space {
        // The run of the highest digit is all that there is to fill a width with.
        let (bare, padded) = (case(two_complement(spec.kind, n)), spec.zero && !spec.minus && spec.precision.is_none());
        let prefix = if spec.kind == 'o' { "" } else { prefix };
        let missing = spec.width.unwrap_or(0).saturating_sub(bare.len() + prefix.len());
        let top = bare.chars().nth(2).map(String::from).unwrap_or_default();
        let run = if padded { top.repeat(missing) } else { String::new() };
        return pad(spec, format!("{prefix}..{run}{}", bare.trim_start_matches('.')));
    }
    let digits = with_precision(spec, case(show(n.unsigned_abs())));
    signed(spec, n < 0, prefix, digits, spec.precision.is_none())
}

/// `..f01`: the digits of a negative number with an endless run of the highest digit before them.
fn two_complement(kind: char, n: i64) -> String {
    let (bits, top) = match kind {
        'o' => (3, '7'),
        'x' | 'X' => (4, 'f'),
        _ => (1, '1'),
    };
    let mut digits = Vec::new();
    let mut rest = i128::from(n);
    while rest != -1 || digits.is_empty() {
        let digit = u32::try_from(rest.rem_euclid(1 << bits)).unwrap_or(0);
        digits.push(char::from_digit(digit, 16).unwrap_or('0'));
        rest >>= bits;
    }
    let text: String = digits.into_iter().rev().collect();
    format!("..{top}{}", text.trim_start_matches(top))
}

fn float(spec: &Spec, x: f64) -> String {
    if !x.is_finite() {
        let plain = Spec { zero: false, ..spec.clone() };
        return signed(&plain, x < 0.0, "", if x.is_nan() { "NaN" } else { "Inf" }.to_owned(), false);
    }
    let magnitude = x.abs();
    let precision = spec.precision.unwrap_or(6);
    let text = match spec.kind {
        'f' => rounded(magnitude, precision),
        'e' | 'E' => exponent(magnitude, precision),
        'g' | 'G' => general(magnitude, precision.max(1), spec.alt),
        _ => hexadecimal(magnitude),
    };
    let text = if spec.alt { pointed(&text) } else { text };
    let text = if spec.kind.is_ascii_uppercase() { text.to_uppercase() } else { text };
    signed(spec, x.is_sign_negative(), "", text, true)
}

/// With a point, though no digit follows it.
fn pointed(text: &str) -> String {
    if text.contains('.') {
        return text.to_owned();
    }
    let (digits, exponent) = text.find(['e', 'p']).map_or((text, ""), |at| text.split_at(at));
    format!("{digits}.{exponent}")
}

/// As Ruby rounds: what ends in a 5 as it is written, though not as it is stored, goes to the even neighbour.
fn rounded(x: f64, precision: usize) -> String {
    let written = x.to_string();
    let Some((whole, decimals)) = written.split_once('.') else { return format!("{x:.precision$}") };
    if decimals.len() != precision + 1 || !decimals.ends_with('5') {
        return format!("{x:.precision$}");
    }
    let kept: String = whole.chars().chain(decimals.chars().take(precision)).collect();
    let Ok(number) = kept.parse::<u128>() else { return format!("{x:.precision$}") };
    let digits = format!("{:0>width$}", number + number % 2, width = precision + 1);
    let (whole, decimals) = digits.split_at(digits.len() - precision);
    if precision == 0 { whole.to_owned() } else { format!("{whole}.{decimals}") }
}

fn exponent(x: f64, precision: usize) -> String {
    let text = format!("{x:.precision$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = power.strip_prefix('-').map_or(('+', power), |p| ('-', p));
    format!("{digits}e{sign}{power:0>2}")
}

/// `%g`: the shorter of `%e` and `%f`, without trailing zeros.
fn general(x: f64, precision: usize, keep: bool) -> String {
    let text = exponent(x, precision - 1);
    let power: i64 = text.split_once('e').and_then(|(_, p)| p.parse().ok()).unwrap_or(0);
    let fixed = x == 0.0 || (-4..i64::try_from(precision).unwrap_or(i64::MAX)).contains(&power);
    let trim = |s: &str| {
        if keep || !s.contains('.') { s.to_owned() } else { s.trim_end_matches('0').trim_end_matches('.').to_owned() }
    };
    if fixed {
        let places = usize::try_from(i64::try_from(precision).unwrap_or(0) - 1 - power).unwrap_or(0);
        return trim(&rounded(x, places));
    }
    let (digits, power) = text.split_once('e').unwrap_or((&text, "+00"));
    format!("{}e{power}", trim(digits))
}

fn hexadecimal(x: f64) -> String {
    if x == 0.0 {
        return "0x0p+0".to_owned();
    }
    let bits = x.to_bits();
    let power = i64::try_from(bits >> 52 & 0x7ff).unwrap_or(0) - 1023;
    let fraction = format!("{:013x}", bits & 0xf_ffff_ffff_ffff);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("0x1{dot}{fraction}p{power:+}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    struct Plain;

    impl Kernel for Plain {
        fn to_s(&self, value: &Value) -> String {
            crate::value::inspect::to_s(value)
        }
        fn inspect(&self, value: &Value) -> String {
            crate::value::inspect::inspect(value)
        }
        fn key(&self, name: &str) -> Value {
            Value::str(name)
        }
        fn class(&self, _: &Value) -> String {
            String::new()
        }
    }

    #[test]
    fn formats_as_ruby_does() {
        let int = |n| vec![Value::Int(n)];
        let table: Vec<(&str, Vec<Value>, &str)> = vec![
            ("%05d|", int(42), "00042|"),
            ("%-5d|", int(42), "42   |"),
            ("%+d", int(5), "+5"),
            ("%x", int(-255), "..f01"),
            ("%b", int(-5), "..1011"),
            ("%#o", int(8), "010"),
            ("%e", vec![Value::Float(12345.678)], "1.234568e+04"),
            ("%g", int(1_234_567), "1.23457e+06"),
            ("%g", vec![Value::Float(0.0001)], "0.0001"),
            ("%08.3f", vec![Value::Float(2.71659)], "0002.717"),
            ("%s %p", vec![Value::str("a"), Value::str("b")], "a \"b\""),
            ("%.2s", vec![Value::str("abc")], "ab"),
            ("%c", int(65), "A"),
            ("%2$s %1$s", vec![Value::str("a"), Value::str("b")], "b a"),
            ("%d%%", int(5), "5%"),
        ];
        for (template, args, expected) in table {
            assert_eq!(format(template, &args, &Plain).unwrap(), expected, "{template}");
        }
        assert!(format("%d", &[Value::str("x")], &Plain).is_err());
        assert!(format("%s", &[], &Plain).is_err());
    }
}
