//! Digests as functions. CRC-32 is written out here: it names things, it protects nothing.

use super::args::{Outcome, arg, count};
use crate::eval::error::EvalError;
use crate::eval::interp::{Block, Interp};
use crate::value::Value;
pub(super) use crate::value::digest::{hex, md5, sha1};
use sha2::Digest;

type Cx<'a> = &'a mut dyn Interp;
type Blk = Option<Block>;

fn crc32(message: &[u8]) -> u32 {
    !message.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 })
    })
}

/// Functions of the older form take nothing but text.
fn only_text(name: &str, args: &[Value]) -> Result<String, EvalError> {
    match arg(args, 0) {
        Value::Str(_) | Value::Undef => text(name, args),
        Value::Object(binary) if binary.type_name == "Binary" => text(name, args),
        other => Err(super::args::no_text(other)),
    }
}

fn text(name: &str, args: &[Value]) -> Result<String, EvalError> {
    count(name, args, 1, 1)?;
    Ok(match arg(args, 0) {
        Value::Sensitive(inner) => inner.to_string(),
        other => super::ruby::to_s(other),
    })
}

pub(super) fn md5_hex(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    Ok(Value::str(hex(&md5(only_text("md5", args)?.as_bytes()))))
}

pub(super) fn sha1_hex(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    Ok(Value::str(hex(&sha1(only_text("sha1", args)?.as_bytes()))))
}

pub(super) fn sha256_hex(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    Ok(Value::str(hex(&sha2::Sha256::digest(text("sha256", args)?.as_bytes()))))
}

pub(super) fn core_sha256(cx: Cx<'_>, args: &[Value], block: Blk) -> Outcome {
    only_text("sha256", args)?;
    sha256_hex(cx, args, block)
}

pub(super) fn sha512_hex(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    Ok(Value::str(hex(&sha2::Sha512::digest(text("sha512", args)?.as_bytes()))))
}

pub(super) fn crc32_hex(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    Ok(Value::str(format!("{:08x}", crc32(text("stdlib::crc32", args)?.as_bytes()))))
}

/// `fqdn_uuid`: a version 5 UUID in the DNS name space.
pub(super) fn fqdn_uuid(_: Cx<'_>, args: &[Value], _: Blk) -> Outcome {
    let name = only_text("fqdn_uuid", args)?;
    let space = [0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
    let mut message: Vec<u8> = space.to_vec();
    message.extend_from_slice(name.as_bytes());
    let mut bytes = sha1(&message);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let all = hex(&bytes);
    let part = |from: usize, to: usize| all.get(from..to).unwrap_or_default();
    Ok(Value::str([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        assert_eq!(hex(&md5(b"abc")), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hex(&md5(&[b'a'; 100])), "36a92cc94a9e0fa21f625f8bfb007adf");
        assert_eq!(hex(&sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(format!("{:08x}", crc32(b"a")), "e8b7be43");
    }
}
