//! Finds and unpacks `Packages` files: a saved file, apt's lists, or a mirror's `dists`.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Unpacked bytes of one index.
const MAX_INDEX: u64 = 512 << 20;
/// Indexes below one folder.
const MAX_FILES: usize = 64;

/// An index could not be read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The file could not be opened or unpacked.
    #[error("{path}: cannot read the package index: {source}")]
    Io {
        /// File.
        path: String,
        /// Cause.
        source: std::io::Error,
    },
    /// The file goes over the limit.
    #[error("{path}: the package index is larger than {limit} bytes")]
    TooLarge {
        /// File.
        path: String,
        /// Limit.
        limit: u64,
    },
    /// A folder without indexes, or a file without packages.
    #[error("{path}: no package index is there")]
    None {
        /// Path.
        path: String,
    },
}

impl IndexError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        "give a Packages file (plain, .gz, .xz or .lz4), a mirror's folder, or /var/lib/apt/lists after `apt-get update`"
    }
}

/// The index files that a path stands for, sorted.
pub(super) fn below(path: &Path) -> Result<Vec<PathBuf>, IndexError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = walkdir::WalkDir::new(path).max_depth(8).sort_by_file_name().into_iter().filter_map(Result::ok);
    let files = entries.filter(|e| e.file_type().is_file() && is_index(&e.file_name().to_string_lossy()));
    let mut found: Vec<PathBuf> = Vec::new();
    for file in files.map(walkdir::DirEntry::into_path) {
        // A mirror keeps the same index in several packings.
        if !found.iter().any(|known| stem(known) == stem(&file)) && found.len() < MAX_FILES {
            found.push(file);
        }
    }
    if found.is_empty() { Err(IndexError::None { path: path.display().to_string() }) } else { Ok(found) }
}

fn is_index(name: &str) -> bool {
    let plain =
        ["", ".gz", ".xz", ".lz4"].iter().find_map(|end| name.strip_suffix(end).filter(|n| n.ends_with("Packages")));
    plain.is_some_and(|n| n == "Packages" || n.ends_with("_Packages"))
}

fn stem(path: &Path) -> PathBuf {
    let ends = ["gz", "xz", "lz4"];
    if path.extension().is_some_and(|e| ends.iter().any(|x| e == *x)) {
        path.with_extension("")
    } else {
        path.to_owned()
    }
}

/// The text of an index, unpacked as its first bytes say.
pub(super) fn text(path: &Path) -> Result<String, IndexError> {
    let name = || path.display().to_string();
    let io = |source| IndexError::Io { path: name(), source };
    let mut file = BufReader::with_capacity(1 << 18, File::open(path).map_err(io)?);
    let mut magic = Vec::new();
    file.by_ref().take(6).read_to_end(&mut magic).map_err(io)?;
    let whole = std::io::Cursor::new(magic.clone()).chain(file);
    let unpacked: Box<dyn Read> = match magic.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => Box::new(xz2::read::XzDecoder::new_multi_decoder(whole)),
        [0x04, 0x22, 0x4d, 0x18, ..] => Box::new(lz4_flex::frame::FrameDecoder::new(whole)),
        _ => Box::new(whole),
    };
    // Room for what it unpacks to: growing would hold it twice for a moment.
    let packed = std::fs::metadata(path).map_err(io)?.len();
    let room = packed.saturating_mul(8).min(MAX_INDEX) + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(room).unwrap_or(0));
    unpacked.take(MAX_INDEX + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > MAX_INDEX {
        return Err(IndexError::TooLarge { path: name(), limit: MAX_INDEX });
    }
    Ok(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}
