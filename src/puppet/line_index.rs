//! Byte offset to line and column, built once a file.

/// Start offsets of the lines of a text.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// For each stretch of the text how many lines start at its first byte or before.
    hints: Vec<u32>,
}

/// Bytes of a stretch, as a power of two: about a line.
const STRETCH: u32 = 5;

impl LineIndex {
    /// Index `text`. Offsets past `u32::MAX` are clamped; callers refuse such files before.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| u32::try_from(i + 1).unwrap_or(u32::MAX)),
        );
        let hints = hints(&starts, text.len());
        Self { starts, hints }
    }

    /// One-based line of a byte offset.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        let hint = self.hints.get((offset >> STRETCH) as usize).map_or(0, |n| *n as usize);
        let rest = self.starts.get(hint..).unwrap_or_default();
        let more = if hint == 0 {
            rest.partition_point(|s| *s <= offset)
        } else {
            rest.iter().take_while(|s| **s <= offset).count()
        };
        u32::try_from(hint + more).unwrap_or(u32::MAX)
    }

    /// One-based line and one-based column in bytes.
    #[must_use]
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        let start = self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or(0);
        (line, offset - start + 1)
    }

    /// Byte offset at which a one-based line starts.
    #[must_use]
    pub fn start_of(&self, line: u32) -> Option<u32> {
        self.starts.get(line.checked_sub(1)? as usize).copied()
    }
}

fn hints(starts: &[u32], len: usize) -> Vec<u32> {
    let mut before = 0;
    let stretches = 0..=u32::try_from(len >> STRETCH).unwrap_or(u32::MAX >> STRETCH);
    let count = |stretch: u32| {
        let lines = starts.get(before..).unwrap_or_default();
        before += lines.iter().take_while(|s| **s <= stretch << STRETCH).count();
        u32::try_from(before).unwrap_or(u32::MAX)
    };
    stretches.map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    #[test]
    fn each_offset_is_on_its_line() {
        let long = "x".repeat(100);
        for text in ["", "\n", "a", "a\nb", "\n\n\n\n", &format!("{long}\n\n{long}\ny\n{}", "\n".repeat(90))] {
            let index = LineIndex::new(text);
            for (offset, _) in text.bytes().enumerate() {
                let line = 1 + text[..offset].matches('\n').count();
                assert_eq!(index.line(u32::try_from(offset).unwrap_or(0)) as usize, line, "{offset} of {text:?}");
            }
            assert_eq!(index.line(u32::MAX) as usize, 1 + text.matches('\n').count());
        }
    }
}
