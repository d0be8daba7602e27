//! Whether a package file holds as much as its archive's headers promise, told without unpacking it.

use std::io::{self, Read, Seek, SeekFrom};

/// Length of the archive's own header and of each member's.
const MAGIC: u64 = 8;
const HEADER: usize = 60;
/// A package has three members, and perhaps signatures.
const MEMBERS: usize = 100;
/// Where a member's header holds its size.
const SIZE: std::ops::Range<usize> = 48..58;

/// Refuses a file that ends inside a member. What is no archive at all is for its reader to tell.
pub(crate) fn check(file: &mut (impl Read + Seek), len: u64) -> io::Result<()> {
    let mut magic = [0; MAGIC as usize];
    if len < MAGIC || file.read_exact(&mut magic).is_err() || magic != *b"!<arch>\n" {
        return file.seek(SeekFrom::Start(0)).map(drop);
    }
    let mut at = MAGIC;
    let mut header = [0; HEADER];
    for count in 0.. {
        if at + HEADER as u64 > len {
            break;
        }
        if count >= MEMBERS {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it has more than {MEMBERS} members")));
        }
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut header)?;
        let Some(size) = size(&header) else { break };
        at = at.saturating_add(HEADER as u64).saturating_add(size);
        if at > len {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("{} bytes of a member are missing", at - len),
            ));
        }
        at += size % 2;
    }
    if at > len || (at < len && len - at < HEADER as u64) {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the last bytes are missing"));
    }
    file.seek(SeekFrom::Start(0)).map(drop)
}

fn size(header: &[u8]) -> Option<u64> {
    std::str::from_utf8(header.get(SIZE)?).ok()?.trim_end().parse().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::check;
    use crate::package::DebBuilder;
    use std::io::Cursor;

    #[test]
    fn a_file_cut_short_is_not_whole() {
        let deb =
            DebBuilder::new("p", "1").script("postrm", "#!/bin/sh\n").file("/usr/share/p", "text").build().unwrap();
        assert!(check(&mut Cursor::new(&deb), deb.len() as u64).is_ok());
        for missing in [1, 2, 20, 100] {
            let cut = &deb[..deb.len() - missing];
            assert!(check(&mut Cursor::new(cut), cut.len() as u64).is_err(), "{missing} bytes missing");
        }
    }
}
