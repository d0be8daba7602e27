//! How hosts are named in holdpoint.toml: a glob, or an expression between slashes.

use super::ruby_regex::rust_pattern;

/// A glob (`*.eqiad.wmnet`, `mw1[0-4]*`, `{a,b}.org`) or a `/regular expression/`.
#[derive(Debug, Clone)]
pub struct HostPattern {
    text: String,
    regex: fancy_regex::Regex,
}

/// A pattern that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no host pattern: {why}")]
pub struct BadPattern {
    /// As written.
    pub text: String,
    /// Why.
    pub why: String,
}

impl HostPattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        let source = match text.strip_prefix('/').and_then(|t| t.strip_suffix('/')) {
            Some(regex) => rust_pattern(regex),
            None => glob(&text.to_lowercase()),
        };
        let bad = |why: String| BadPattern { text: text.into(), why };
        if text.is_empty() {
            return Err(bad("it is empty".into()));
        }
        let regex = fancy_regex::Regex::new(&source).map_err(|e| bad(e.to_string()))?;
        Ok(Self { text: text.into(), regex })
    }

    /// As written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a host is meant.
    #[must_use]
    pub fn matches(&self, certname: &str) -> bool {
        self.regex.is_match(&certname.to_lowercase()).unwrap_or(false)
    }
}

impl PartialEq for HostPattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn glob(text: &str) -> String {
    let mut out = String::from("^");
    let mut braces = 0usize;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '[' => {
                let class: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let class = class.strip_prefix('!').map_or_else(|| class.clone(), |rest| format!("^{rest}"));
                out.push_str(&format!("[{class}]"));
            }
            '{' => {
                braces += 1;
                out.push_str("(?:");
            }
            '}' if braces > 0 => {
                braces -= 1;
                out.push(')');
            }
            ',' if braces > 0 => out.push('|'),
            c => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push('$');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn globs_and_expressions() {
        for (pattern, host, wanted) in [
            ("*.eqiad.wmnet", "mw1001.eqiad.wmnet", true),
            ("*.eqiad.wmnet", "mw1001xeqiad.wmnet", false),
            ("mw1[0-2]?", "mw123", true),
            ("mw1[!0-2]?", "mw123", false),
            ("{a,b}.org", "b.org", true),
            ("/^db\\d+/", "db10.x", true),
            ("/^db\\d+/", "dbx", false),
            ("A.org", "a.org", true),
        ] {
            assert_eq!(HostPattern::parse(pattern).unwrap().matches(host), wanted, "{pattern} {host}");
        }
        for bad in ["", "/(/", "[z-a]"] {
            assert!(HostPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
