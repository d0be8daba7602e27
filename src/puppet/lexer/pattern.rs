//! Whether Ruby can compile a regular expression. It refuses only what is certainly wrong; the
//! dialect is Onigmo's.

/// Ruby's complaint about `pattern`, if it has one.
pub(crate) fn complaint(pattern: &str) -> Option<&'static str> {
    let mut scan = Scan { bytes: pattern.as_bytes(), ..Scan::default() };
    scan.run().and_then(|()| scan.references()).err()
}

type Outcome = Result<(), &'static str>;

#[derive(Default)]
struct Scan<'p> {
    bytes: &'p [u8],
    at: usize,
    /// Whether something stands before that a quantifier can repeat.
    repeatable: bool,
    open: usize,
    /// Comments are in force, which may hold anything: nothing more is certain.
    extended: bool,
    /// Groups that a number can refer to, and the greatest number that does.
    groups: usize,
    highest: usize,
    /// Names of groups, and names referred to.
    names: Vec<&'p [u8]>,
    wanted: Vec<&'p [u8]>,
}

impl<'p> Scan<'p> {
    fn run(&mut self) -> Outcome {
        while let Some(byte) = self.next() {
            match byte {
                b'\\' => self.escape()?,
                b'[' => self.class()?,
                b'(' => self.group()?,
                b')' if self.open == 0 => return Err("unmatched close parenthesis"),
                b')' => {
                    self.open -= 1;
                    self.repeatable = true;
                }
                b'*' | b'+' | b'?' if !self.repeatable => return Err("target of repeat operator is not specified"),
                b'*' | b'+' | b'?' => {}
                b'{' if !self.repeatable && self.at_interval() => {
                    return Err("target of repeat operator is not specified");
                }
                b'|' => self.repeatable = false,
                _ => self.repeatable = true,
            }
            if self.extended {
                return Ok(());
            }
        }
        if self.open > 0 { Err("end pattern with unmatched parenthesis") } else { Ok(()) }
    }

    /// What is referred to must exist; in a pattern with names numbers may not be used.
    fn references(&self) -> Outcome {
        if self.extended {
            return Ok(());
        }
        if self.highest > 0 && !self.names.is_empty() {
            return Err("numbered backref/call is not allowed. (use name)");
        }
        if self.highest > self.groups {
            return Err("invalid backref number/name");
        }
        if self.wanted.iter().all(|name| self.names.contains(name)) { Ok(()) } else { Err("undefined name reference") }
    }

    /// Whether `1,2}` or the like follows a brace.
    fn at_interval(&self) -> bool {
        let Some(len) = self.rest().iter().position(|b| *b == b'}') else { return false };
        let inner = &self.rest()[..len];
        inner.iter().any(u8::is_ascii_digit)
            && inner.iter().all(|b| b.is_ascii_digit() || *b == b',')
            && inner.iter().filter(|b| **b == b',').count() < 2
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn rest(&self) -> &'p [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    fn escape(&mut self) -> Outcome {
        self.repeatable = true;
        match self.next() {
            None => Err("too short escape sequence"),
            // A control character takes the next one with it.
            Some(b'c') => self.next().map(|_| ()).ok_or("too short control sequence"),
            Some(digit @ b'1'..=b'9') => {
                if !self.rest().first().is_some_and(u8::is_ascii_digit) {
                    self.highest = self.highest.max(usize::from(digit - b'0'));
                }
                Ok(())
            }
            Some(b'k') if self.rest().first() == Some(&b'<') => {
                let name = self.rest()[1..].iter().position(|b| *b == b'>').map(|len| &self.rest()[1..=len]);
                self.wanted.extend(name.filter(|n| n.first().is_some_and(u8::is_ascii_alphabetic)));
                Ok(())
            }
            Some(_) => Ok(()),
        }
    }

    /// `(` and what follows a question mark.
    fn group(&mut self) -> Outcome {
        self.open += 1;
        let before = std::mem::take(&mut self.repeatable);
        if self.rest().first() != Some(&b'?') {
            self.groups += 1;
            return Ok(());
        }
        self.at += 1;
        match self.rest() {
            [b'#', ..] => {
                self.repeatable = before;
                self.comment()
            }
            [b':' | b'=' | b'!' | b'>' | b'~', ..] | [b'<', b'=' | b'!', ..] => {
                self.at += 1 + usize::from(self.rest().first() == Some(&b'<'));
                Ok(())
            }
            [b'<' | b'\'', ..] => self.group_name(),
            [b'(', ..] => {
                // A condition: its parenthesis is one more group to close.
                Ok(())
            }
            _ => self.options(),
        }
    }

    fn comment(&mut self) -> Outcome {
        while let Some(byte) = self.next() {
            match byte {
                b'\\' => self.at += 1,
                b')' => {
                    self.open -= 1;
                    return Ok(());
                }
                _ => {}
            }
        }
        Err("end pattern in group")
    }

    fn group_name(&mut self) -> Outcome {
        let close = if self.next() == Some(b'<') { b'>' } else { b'\'' };
        let Some(len) = self.rest().iter().position(|b| *b == close) else { return Err("group name is empty") };
        if len == 0 {
            return Err("group name is empty");
        }
        self.names.extend(self.rest().get(..len));
        self.at += len + 1;
        Ok(())
    }

    /// `imx-imx`, then `)` or `:`.
    fn options(&mut self) -> Outcome {
        let mut seen = false;
        let mut negated = false;
        while let Some(byte) = self.next() {
            match byte {
                b'x' if !negated => {
                    self.extended = true;
                    seen = true;
                }
                b'm' | b'i' | b'x' => seen = true,
                b'a' | b'u' | b'd' if !negated => seen = true,
                b'-' if !negated => {
                    negated = true;
                    seen = true;
                }
                b')' if seen => {
                    self.open -= 1;
                    return Ok(());
                }
                b':' if seen => return Ok(()),
                _ => return Err("undefined group option"),
            }
        }
        Err("end pattern in group")
    }

    /// `[…]`, which may nest and hold POSIX names.
    fn class(&mut self) -> Outcome {
        let mut depth = 1;
        let mut first = self.class_start();
        while let Some(byte) = self.next() {
            match byte {
                b'\\' if self.next().is_none() => return Err("end pattern at escape"),
                b'\\' => {}
                b'[' if self.posix_len() > 0 => self.at += self.posix_len(),
                b'[' => {
                    depth += 1;
                    first = self.class_start();
                    continue;
                }
                b']' if first && self.rest().contains(&b']') => {}
                b']' if first => return Err("empty char-class"),
                b']' => depth -= 1,
                _ => {}
            }
            first = false;
            if depth == 0 {
                self.repeatable = true;
                return Ok(());
            }
        }
        Err("premature end of char-class")
    }

    /// Skips a caret; a bracket right after is a character.
    fn class_start(&mut self) -> bool {
        if self.rest().first() == Some(&b'^') {
            self.at += 1;
        }
        true
    }

    /// Length of `:name:]` at the cursor.
    fn posix_len(&self) -> usize {
        let rest = self.rest();
        if rest.first() != Some(&b':') {
            return 0;
        }
        let name = rest[1..].iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'^').count();
        if rest[1 + name..].starts_with(b":]") { name + 3 } else { 0 }
    }
}
