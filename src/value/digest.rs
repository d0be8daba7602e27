//! MD5 and SHA-1: they name things, they protect nothing.

use sha1::Digest;

/// Bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// MD5 of a message.
#[must_use]
pub(crate) fn md5(message: &[u8]) -> [u8; 16] {
    md5::Md5::digest(message).into()
}

/// SHA-1 of a message.
#[must_use]
pub(crate) fn sha1(message: &[u8]) -> [u8; 20] {
    sha1::Sha1::digest(message).into()
}
