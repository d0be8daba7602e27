//! The outer shell of a `.deb` (deb(5)): an `ar` of `debian-binary`, a control and a data member, and how
//! the two are packed. Unpackers get a limit on memory: the archive's own header says how much they ask for.

use std::io::{self, Read};

use xz2::stream::{CONCATENATED, Stream};

/// Memory that an unpacker may take: `xz -9` and `zstd --ultra` at their default windows fit.
const MEMORY: u64 = 80 << 20;
const ZSTD_WINDOW: u32 = 26;
/// Length of a member's header.
const HEADER: usize = 60;

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Control,
    Data,
    /// One whose name begins with `_`: readers skip it.
    Extra,
}

/// A member's header.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) sort: Sort,
    pub(super) size: u64,
    packing: Packing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Xz,
    Lzma,
    Zstd,
}

/// Reads up to the first member after `debian-binary`; `Err` says what stands there instead.
pub(super) fn open(reader: &mut impl Read) -> io::Result<Result<(), String>> {
    let mut magic = [0; 8];
    if !fill(reader, &mut magic)? || magic != *b"!<arch>\n" {
        return Ok(Err("it does not begin as an archive".to_owned()));
    }
    let first = header(reader)?.filter(|(name, size)| name == "debian-binary" && *size <= 64);
    let Some((_, size)) = first else { return Ok(Err("its first member is not debian-binary".to_owned())) };
    let mut version = Vec::new();
    reader.by_ref().take(size + size % 2).read_to_end(&mut version)?;
    Ok(if version.starts_with(b"2.") { Ok(()) } else { Err("it is of another format than 2.x".to_owned()) })
}

/// The next member, if there is one.
pub(super) fn next(reader: &mut impl Read) -> io::Result<Option<Part>> {
    let Some((name, size)) = header(reader)? else { return Ok(None) };
    let sort = match name.split('.').next() {
        Some("control") => Sort::Control,
        Some("data") => Sort::Data,
        _ if name.starts_with('_') => Sort::Extra,
        _ => return Err(damaged(format!("a member named {name:?}"))),
    };
    let packing = match name.split_once(".tar").map(|(_, end)| end) {
        Some("") => Packing::Plain,
        Some(".gz") => Packing::Gzip,
        Some(".xz") => Packing::Xz,
        Some(".lzma") => Packing::Lzma,
        Some(".zst") => Packing::Zstd,
        _ if sort == Sort::Extra => Packing::Plain,
        _ => return Err(damaged(format!("the member {name:?} is packed in a way that is not read"))),
    };
    Ok(Some(Part { sort, size, packing }))
}

impl Part {
    /// The member's bytes as they were before packing.
    pub(super) fn unpack<'r>(&self, packed: impl Read + 'r) -> io::Result<Box<dyn Read + 'r>> {
        Ok(match self.packing {
            Packing::Plain => Box::new(packed),
            Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(packed)),
            Packing::Xz => {
                let stream = Stream::new_stream_decoder(MEMORY, CONCATENATED)?;
                Box::new(xz2::read::XzDecoder::new_stream(packed, stream))
            }
            Packing::Lzma => Box::new(xz2::read::XzDecoder::new_stream(packed, Stream::new_lzma_decoder(MEMORY)?)),
            Packing::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::new(packed)?;
                decoder.window_log_max(ZSTD_WINDOW)?;
                Box::new(decoder)
            }
        })
    }
}

/// Name and size; `None` at the end of the file.
fn header(reader: &mut impl Read) -> io::Result<Option<(String, u64)>> {
    let mut raw = [0; HEADER];
    if !fill(reader, &mut raw)? {
        return Ok(None);
    }
    let text = |range: std::ops::Range<usize>| String::from_utf8_lossy(&raw[range]).trim_end().to_owned();
    if raw[58..] != *b"`\n" {
        return Err(damaged("a member's header has no end".to_owned()));
    }
    let size = text(48..58).parse().map_err(|_| damaged("a member's size is no number".to_owned()))?;
    Ok(Some((text(0..16).trim_end_matches('/').to_owned(), size)))
}

/// Fills the buffer; `false` where nothing is left, an error where too little is.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    let mut got = 0;
    while got < buffer.len() {
        match reader.read(&mut buffer[got..])? {
            0 if got == 0 => return Ok(false),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => got += n,
        }
    }
    Ok(true)
}

fn damaged(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
