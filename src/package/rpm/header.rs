//! The header of an `.rpm`: an index of tags over a store of bytes. Every number in it is the file's word
//! alone, so each is held against what is there before it is used.

use std::io::{self, Read};

/// Length of the lead, of a header's own head and of an entry of its index.
const LEAD: u64 = 96;
const HEAD: usize = 16;
const ENTRY: usize = 16;
const MAGIC: [u8; 3] = [0x8e, 0xad, 0xe8];
/// Entries and bytes that a header may have; rpm itself takes no more entries than that.
const MAX_ENTRIES: usize = 0xffff;
const MAX_STORE: usize = 32 << 20;

/// Types of entries.
const INT16: u32 = 3;
const INT32: u32 = 4;
const TEXT: u32 = 6;
const TEXTS: [u32; 3] = [TEXT, 8, 9];

/// The main header of a package.
pub(super) struct Header {
    index: Vec<u8>,
    store: Vec<u8>,
    /// Where the last text ends.
    texts_end: usize,
}

/// Where a tag's value lies.
struct Entry {
    kind: u32,
    offset: usize,
    count: usize,
}

impl Header {
    /// Reads past the lead and the signatures.
    pub(super) fn read(file: &mut impl Read) -> io::Result<Header> {
        skip(file, LEAD)?;
        let (entries, store) = sizes(file)?;
        skip(file, (entries * ENTRY + store.next_multiple_of(8)) as u64)?;
        let (entries, store) = sizes(file)?;
        let (index, store) = (take(file, entries * ENTRY)?, take(file, store)?);
        index.chunks_exact(ENTRY).try_for_each(|entry| inside(entry, store.len()))?;
        let texts_end = store.iter().rposition(|b| *b == 0).map_or(0, |last| last + 1);
        Ok(Header { index, store, texts_end })
    }

    /// The text of a tag; empty where it is not there.
    pub(super) fn text(&self, tag: u32) -> &[u8] {
        self.texts(tag, 1).first().copied().unwrap_or_default()
    }

    /// The texts of a tag, and at most so many.
    pub(super) fn texts(&self, tag: u32, most: usize) -> Vec<&[u8]> {
        let Some(entry) = self.entry(tag).filter(|e| TEXTS.contains(&e.kind)) else { return Vec::new() };
        // A text that has no end is none.
        let whole = self.store.get(entry.offset..self.texts_end).unwrap_or_default();
        let count = if entry.kind == TEXT { 1 } else { entry.count };
        whole.split_inclusive(|b| *b == 0).take(count.min(most)).map(|text| &text[..text.len() - 1]).collect()
    }

    /// The numbers of a tag.
    pub(super) fn numbers(&self, tag: u32) -> Vec<u32> {
        let Some(entry) = self.entry(tag) else { return Vec::new() };
        let width = match entry.kind {
            INT16 => 2,
            INT32 => 4,
            _ => return Vec::new(),
        };
        let bytes = self.store.get(entry.offset..).unwrap_or_default();
        bytes.chunks_exact(width).take(entry.count).map(number).collect()
    }

    /// How many values a tag is said to have.
    pub(super) fn count(&self, tag: u32) -> usize {
        self.entry(tag).map_or(0, |e| e.count)
    }

    fn entry(&self, tag: u32) -> Option<Entry> {
        let found = self.index.chunks_exact(ENTRY).find(|e| number(&e[..4]) == tag)?;
        let field = |at: usize| number(&found[at..at + 4]);
        Some(Entry { kind: field(4), offset: field(8) as usize, count: field(12) as usize })
    }
}

/// Refuses an entry whose values would lie past the end of the store: what it holds would be passed over.
fn inside(entry: &[u8], store: usize) -> io::Result<()> {
    let field = |at: usize| number(&entry[at..at + 4]) as usize;
    let width = match field(4) {
        0 => 0,
        3 => 2,
        4 => 4,
        5 => 8,
        _ => 1,
    };
    let end = field(12).saturating_mul(width).saturating_add(field(8));
    if end > store {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("tag {} lies past the end of its header", field(0)),
        ));
    }
    Ok(())
}

/// Entries and bytes of a header, by its own head.
fn sizes(file: &mut impl Read) -> io::Result<(usize, usize)> {
    let head = take(file, HEAD)?;
    let (entries, store) = (number(&head[8..12]) as usize, number(&head[12..16]) as usize);
    if head[..3] != MAGIC {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a header does not begin as one"));
    }
    if entries > MAX_ENTRIES || store > MAX_STORE {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a header is longer than any package has"));
    }
    Ok((entries, store))
}

/// So many bytes, which are held only as far as they are there.
fn take(file: &mut impl Read, bytes: usize) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    file.take(bytes as u64).read_to_end(&mut out)?;
    if out.len() < bytes { Err(short()) } else { Ok(out) }
}

fn skip(file: &mut impl Read, bytes: u64) -> io::Result<()> {
    let skipped = io::copy(&mut file.take(bytes), &mut io::sink())?;
    if skipped < bytes { Err(short()) } else { Ok(()) }
}

fn short() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the headers are longer than the file")
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |n, b| n << 8 | u32::from(*b))
}
