//! Base64, `Binary`, and percent encoding.

use super::args::{Outcome, arg, count, string, wrong};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::{Entries, Object, Value};
use std::sync::Arc;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    let letter = |n: u32| char::from(ALPHABET.get((n & 63) as usize).copied().unwrap_or(b'A'));
    let mut out = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let n = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.push(letter(n >> 18));
        out.push(letter(n >> 12));
        out.push(if chunk.len() > 1 { letter(n >> 6) } else { '=' });
        out.push(if chunk.len() > 2 { letter(n) } else { '=' });
    }
    out
}

/// Decodes base64; `strict` refuses what is not of the alphabet, else it is skipped.
pub(super) fn from_base64(text: &str, strict: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut buffer, mut bits, mut letters) = (0_u32, 0_u32, 0_usize);
    for c in text.bytes() {
        let value = match c {
            b'-' => Some(62),
            b'_' => Some(63),
            b'=' => break,
            _ => ALPHABET.iter().position(|a| *a == c),
        };
        let Some(value) = value else {
            if strict && !c.is_ascii_whitespace() {
                return None;
            }
            continue;
        };
        letters += 1;
        buffer = buffer << 6 | u32::try_from(value).unwrap_or(0);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(buffer >> bits & 0xff).unwrap_or(0));
        }
    }
    if strict && letters % 4 == 1 { None } else { Some(out) }
}

/// A `Binary` value.
pub(in crate::eval) fn binary(bytes: &[u8]) -> Value {
    let attrs: Entries = [(Value::str("text"), Value::str(to_base64(bytes)))].into_iter().collect();
    Value::Object(Arc::new(Object { type_name: "Binary".into(), attrs }))
}

/// The bytes of a `Binary`.
pub(in crate::eval) fn binary_bytes(object: &Object) -> Vec<u8> {
    let text = object.attrs.get(&Value::str("text")).and_then(Value::as_str).unwrap_or_default();
    from_base64(text, false).unwrap_or_default()
}

/// The bytes of a `Binary` as text.
pub(super) fn binary_text(value: &Value) -> String {
    match value {
        Value::Object(o) => String::from_utf8_lossy(&binary_bytes(o)).into_owned(),
        other => other.to_string(),
    }
}

/// `Binary(text, format)`
pub(super) fn new_binary(args: &[Value]) -> Outcome {
    let (from, format) = match args {
        [Value::Hash(h)] => {
            let get = |n: &str| h.entries.get(&Value::str(n)).cloned().unwrap_or_default();
            (get("value"), get("format"))
        }
        _ => (arg(args, 0).clone(), arg(args, 1).clone()),
    };
    if let Value::Array(a) = &from {
        let bytes: Option<Vec<u8>> =
            a.items.iter().map(|v| if let Value::Int(i) = v { u8::try_from(*i).ok() } else { None }).collect();
        return bytes
            .map(|b| binary(&b))
            .ok_or_else(|| wrong("new_Binary", "byte_array", "an Array[Integer[0, 255]] value", &from));
    }
    let Value::Str(text) = &from else { return Err(wrong("new_Binary", "str", "a String value", &from)) };
    let invalid = || EvalError::puppet("invalid base64");
    match format.as_str().unwrap_or("%B") {
        "%r" | "%s" => Ok(binary(text.text.as_bytes())),
        "%B" | "%u" => from_base64(&text.text, true).map(|b| binary(&b)).ok_or_else(invalid),
        "%b" => from_base64(&text.text, false).map(|b| binary(&b)).ok_or_else(invalid),
        _ => Err(wrong("new_Binary", "format", "a match for Enum['%B', '%b', '%r', '%s', '%u']", &format)),
    }
}

/// stdlib's `base64('encode', text, 'strict')`
pub(super) fn base64(_: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    count("base64", args, 2, 3)?;
    let action = string("base64", "action", arg(args, 0))?;
    let text = string("base64", "text", arg(args, 1))
        .map_err(|_| EvalError::puppet("base64(): the second argument must be a string to base64"))?;
    let method = args.get(2).map_or("default", |v| v.as_str().unwrap_or_default());
    if !matches!(method, "default" | "strict" | "urlsafe") {
        return Err(EvalError::puppet("base64(): the third argument must be one of 'default', 'strict', or 'urlsafe'"));
    }
    match action {
        "encode" => {
            let plain = to_base64(text.as_bytes());
            Ok(Value::str(match method {
                "strict" => plain,
                "urlsafe" => plain.replace('+', "-").replace('/', "_"),
                _ => wrapped(&plain),
            }))
        }
        "decode" => {
            let bytes = from_base64(text, method != "default").ok_or_else(|| EvalError::puppet("invalid base64"))?;
            Ok(Value::str(String::from_utf8_lossy(&bytes).into_owned()))
        }
        _ => Err(EvalError::puppet("base64(): the first argument must be one of 'encode' or 'decode'")),
    }
}

/// Lines of 60 characters, each ended.
fn wrapped(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    bytes.chunks(60).map(|line| line.iter().collect::<String>() + "\n").collect()
}

/// Percent-encodes what `keep` does not.
pub(super) fn percent(text: &str, keep: &dyn Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if keep(c) {
            out.push(c);
        } else {
            let mut buffer = [0; 4];
            c.encode_utf8(&mut buffer).bytes().for_each(|b| out.push_str(&format!("%{b:02X}")));
        }
    }
    out
}

/// `uriescape`
pub(super) fn uriescape(_: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    count("uriescape", args, 1, usize::MAX)?;
    let keep = |c: char| c.is_ascii_alphanumeric() || "-_.!~*'();/?:@&=+$,[]".contains(c);
    let one = |v: &Value| if let Value::Str(s) = v { Value::str(percent(&s.text, &keep)) } else { v.clone() };
    match arg(args, 0) {
        Value::Array(a) => Ok(Value::array(a.items.iter().map(one).collect())),
        Value::Str(_) => Ok(one(arg(args, 0))),
        _ => Err(EvalError::puppet("uriescape(): Requires either array or string to work with")),
    }
}

/// `stdlib::xml_encode`
pub(super) fn xml_encode(_: &mut dyn Interp, args: &[Value], _: Option<Block>) -> Outcome {
    count("stdlib::xml_encode", args, 1, 2)?;
    let text = string("stdlib::xml_encode", "str", arg(args, 0))?
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    match args.get(1).map(|v| v.as_str().unwrap_or_default()) {
        None | Some("text") => Ok(Value::str(text)),
        Some("attr") => Ok(Value::str(format!("\"{}\"", text.replace('"', "&quot;")))),
        Some(other) => Err(EvalError::puppet(format!(
            "'stdlib::xml_encode' parameter 'type' expects a match for Enum['attr', 'text'], got '{other}'"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_both_ways() {
        for (plain, coded) in [("abc", "YWJj"), ("ab", "YWI="), ("a", "YQ=="), ("", "")] {
            assert_eq!(to_base64(plain.as_bytes()), coded);
            assert_eq!(from_base64(coded, true).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(from_base64("a b!", true), None);
    }
}
