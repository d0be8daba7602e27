//! The name that `openssl rehash` gives a certificate's link: a hash of its subject. Reads just so
//! much of the encoding; signatures and keys are passed over.

use sha1::{Digest, Sha1};

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
const UTF8: u8 = 0x0c;

/// The eight hex digits of the subject of the only certificate in `pem`.
pub(crate) fn subject_hash(pem: &str) -> Option<String> {
    let mut blocks = pem.split("-----BEGIN CERTIFICATE-----").skip(1);
    let block = blocks.next().filter(|_| blocks.next().is_none())?;
    let der = base64(block.split("-----END").next()?);
    let subject = subject(&der)?;
    let digest = Sha1::digest(canonical_name(subject)?);
    let word = digest.iter().take(4).rev().fold(0u32, |word, byte| word << 8 | u32::from(*byte));
    Some(format!("{word:08x}"))
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values = text.bytes().filter_map(|b| LETTERS.iter().position(|l| *l == b));
    let (mut out, mut buffer, mut bits) = (Vec::new(), 0usize, 0);
    for value in values {
        buffer = (buffer << 6 | value) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.extend(u8::try_from(buffer >> bits & 0xff));
        }
    }
    out
}

/// Tag, content and rest of the first element.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, first) = (*der.first()?, *der.get(1)?);
    let (length, start) = if first < 0x80 {
        (usize::from(first), 2)
    } else {
        let count = usize::from(first & 0x7f).min(4);
        let bytes = der.get(2..2 + count)?;
        (bytes.iter().fold(0usize, |n, b| n << 8 | usize::from(*b)), 2 + count)
    };
    let end = start.checked_add(length)?;
    Some((tag, der.get(start..end)?, der.get(end..)?))
}

/// The content of an element that has to have the tag, and what follows it.
fn tagged(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(der).filter(|(found, ..)| *found == tag).map(|(_, content, rest)| (content, rest))
}

/// `Certificate → TBSCertificate → subject`.
fn subject(der: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = tagged(der, SEQUENCE)?;
    let (signed, _) = tagged(certificate, SEQUENCE)?;
    let (tag, _, after) = element(signed)?;
    let serial = if tag == VERSION { after } else { signed };
    // Serial number, algorithm, issuer and validity come first.
    let rest = (0..4).try_fold(serial, |rest, _| element(rest).map(|(_, _, rest)| rest))?;
    tagged(rest, SEQUENCE).map(|(content, _)| content)
}

/// Each relative name with its text in lower case and single spaces.
fn canonical_name(mut name: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    while !name.is_empty() {
        let (mut set, rest) = tagged(name, SET)?;
        let mut entries = Vec::new();
        while !set.is_empty() {
            let (entry, left) = tagged(set, SEQUENCE)?;
            entries.push(canonical_entry(entry)?);
            set = left;
        }
        entries.sort();
        out.extend(encoded(SET, &entries.concat()));
        name = rest;
    }
    Some(out)
}

fn canonical_entry(entry: &[u8]) -> Option<Vec<u8>> {
    let (_, _, value) = element(entry)?;
    let oid = entry.get(..entry.len() - value.len())?;
    let (tag, text, _) = element(value)?;
    let mut inner = oid.to_vec();
    inner.extend(match decoded(tag, text) {
        Some(text) => {
            let words: Vec<&str> = text.split_ascii_whitespace().collect();
            encoded(UTF8, words.join(" ").to_ascii_lowercase().as_bytes())
        }
        None => encoded(tag, text),
    });
    Some(encoded(SEQUENCE, &inner))
}

/// The text of the string types that are compared without case.
fn decoded(tag: u8, bytes: &[u8]) -> Option<String> {
    match tag {
        UTF8 => Some(String::from_utf8_lossy(bytes).into_owned()),
        // Printable, T61, IA5 and Visible strings: one byte a character.
        0x13 | 0x14 | 0x16 | 0x1a => Some(bytes.iter().map(|b| char::from(*b)).collect()),
        0x1e => {
            let units = bytes.chunks(2).map(|c| c.iter().fold(0u16, |n, b| n << 8 | u16::from(*b)));
            Some(char::decode_utf16(units).map(|c| c.unwrap_or('?')).collect())
        }
        _ => None,
    }
}

fn encoded(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let bytes: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            out.push(0x80 | u8::try_from(bytes.len()).unwrap_or(0));
            out.extend(bytes);
        }
    }
    out.extend(content);
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn letters_case_and_spaces_of_a_subject_do_not_count() {
        let name = |text: &[u8], tag: u8| {
            let oid = encoded(0x06, &[0x55, 0x04, 0x03]);
            let entry = encoded(SEQUENCE, &[oid, encoded(tag, text)].concat());
            canonical_name(&encoded(SET, &entry)).unwrap()
        };
        assert_eq!(name(b" Some  CA ", 0x13), name(b"some ca", UTF8));
        assert_ne!(name(b"some ca", UTF8), name(b"other ca", UTF8));
    }

    #[test]
    fn what_is_no_certificate_has_no_hash() {
        for text in ["", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "-----BEGIN CERTIFICATE-----"]
        {
            assert_eq!(subject_hash(text), None, "{text}");
        }
    }
}
