//! Settings read off the text of a configuration file, whatever its format.
//!
//! One line is one setting: `key = value` in all its spellings, below a section where the format
//! has them (ini, nested arrays, YAML by indentation, XML properties). Meant for looking up keys
//! one knows, not for a faithful reading of the format.

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The section or the keys above it, joined by dots; empty at the top.
    pub section: String,
    /// The key; `a['b']['c']` reads `a.b.c`.
    pub key: String,
    /// The value without quotes.
    pub value: String,
    /// Index of the line.
    pub line: usize,
}

impl Setting {
    /// Section and key joined.
    #[must_use]
    pub fn path(&self) -> String {
        if self.section.is_empty() { self.key.clone() } else { format!("{}.{}", self.section, self.key) }
    }
}

/// The settings among the lines of a file.
#[must_use]
pub fn read(target: &str, lines: &[&str]) -> Vec<Setting> {
    let name = target.rsplit('/').next().unwrap_or(target);
    let head = lines.iter().map(|l| l.trim()).find(|l| !l.is_empty()).unwrap_or_default();
    if name.ends_with(".xml") || head.starts_with("<?xml") || head.starts_with("<configuration") {
        return xml(lines);
    }
    if name.ends_with(".yaml") || name.ends_with(".yml") {
        return yaml(lines);
    }
    plain(lines)
}

/// Whether a line is a comment in one of the usual spellings.
pub(crate) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    let marked = ["#", ";", "//", "/*", "<!--", "-- ", "%#"].iter().any(|mark| line.starts_with(mark));
    // The middle of a block comment, not the fields of a cron line.
    let inside = line.strip_prefix("* ").is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    marked || inside || line == "*/"
}

fn plain(lines: &[&str]) -> Vec<Setting> {
    let mut out = Vec::new();
    let mut section = String::new();
    let mut nested: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let text = line.trim();
        if text.is_empty() || is_comment(text) {
            continue;
        }
        if let Some(name) = section_name(text) {
            section = name;
            nested.clear();
            continue;
        }
        if text.starts_with([')', ']', '}']) {
            nested.pop();
        }
        let Some((key, rest)) = key_value(text) else { continue };
        if opens(rest) {
            nested.push(key);
            continue;
        }
        let above = std::iter::once(&section).chain(&nested).filter(|s| !s.is_empty());
        let section = above.map(String::as_str).collect::<Vec<_>>().join(".");
        out.push(Setting { section, key, value: value(rest), line: at });
    }
    out
}

/// `[a "b"]` and `[[a]]`; a list in brackets is no section.
fn section_name(text: &str) -> Option<String> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let inner = inner.trim_matches(['[', ']', ' ']);
    let fits = !inner.is_empty() && !inner.contains([',', '\'', '=']);
    fits.then(|| inner.replace(" \"", ".").replace('"', ""))
}

/// Whether a value goes on below: `array(`, `[`, `{`.
fn opens(value: &str) -> bool {
    let value = value.trim();
    value.ends_with("array(") || matches!(value, "[" | "{" | "(" | "dict(")
}

/// Splits at the first separator that stands outside the key's own quotes and brackets.
fn key_value(text: &str) -> Option<(String, &str)> {
    let text =
        ["export ", "set ", "define(", "local ", "env "].iter().find_map(|p| text.strip_prefix(p)).unwrap_or(text);
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '=' | ':' | ',') => {
                let doubled = text.get(at..).is_some_and(|t| t.starts_with("::") || t.starts_with("=="));
                if doubled || text.get(..at).is_some_and(|t| t.ends_with(':')) {
                    continue;
                }
                let rest = text.get(at + 1..)?;
                let rest = rest.strip_prefix(['>', '=']).unwrap_or(rest);
                return Some((clean_key(text.get(..at)?)?, rest.trim()));
            }
            (None, '(' | ' ') if at > 160 => return None,
            _ => {}
        }
    }
    None
}

fn clean_key(key: &str) -> Option<String> {
    let key = key.trim().trim_start_matches(['$', '-', '+', '{']).trim().trim_end_matches([':', '+', '?']).trim();
    let dotted = key.replace("']['", ".").replace("\"][\"", ".");
    let dotted = dotted.replace("['", ".").replace("[\"", ".").replace("->{'", ".").replace("->", ".");
    let plain: String = dotted.chars().filter(|c| !matches!(c, '\'' | '"' | ']' | '}' | '{')).collect();
    let fits = !plain.is_empty() && plain.len() < 120 && !plain.contains(['(', '<', '>']);
    fits.then(|| plain.trim().to_owned())
}

/// The value without quotes, trailing punctuation and comment.
pub(crate) fn value(rest: &str) -> String {
    let rest = rest.trim();
    if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        let inner = rest.get(1..).unwrap_or_default();
        return inner.split(quote).next().unwrap_or_default().to_owned();
    }
    let cut = [" #", "\t#", " ; ", " //"].iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    let rest = rest.get(..cut).unwrap_or(rest).trim();
    rest.trim_end_matches([',', ';', ')']).trim().to_owned()
}

fn yaml(lines: &[&str]) -> Vec<Setting> {
    let mut out = Vec::new();
    let mut above: Vec<(usize, String)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let item = text.strip_prefix("- ").map_or(text, str::trim_start);
        let indent = line.len() - item.len();
        above.retain(|(depth, _)| *depth < indent);
        let Some((key, rest)) = item.split_once(':').filter(|(_, r)| r.is_empty() || r.starts_with([' ', '\t'])) else {
            continue;
        };
        let key = key.trim_matches(['"', '\'', ' ']).to_owned();
        let rest = rest.trim();
        if rest.is_empty() || rest.starts_with('#') || rest.starts_with('&') {
            above.push((indent, key));
            continue;
        }
        let section = above.iter().map(|(_, k)| k.as_str()).collect::<Vec<_>>().join(".");
        out.push(Setting { section, key, value: value(rest), line: at });
    }
    out
}

/// `<name>k</name> <value>v</value>`, `<Put name="k">v</Put>` and `<k>v</k>`.
fn xml(lines: &[&str]) -> Vec<Setting> {
    let mut out = Vec::new();
    let mut name: Option<String> = None;
    for (at, line) in lines.iter().enumerate() {
        let text = line.trim();
        if text.starts_with("<!--") {
            continue;
        }
        for part in text.split('<').filter(|p| !p.starts_with('/')) {
            let Some((tag, inner)) = part.split_once('>') else { continue };
            let inner = inner.trim();
            let (element, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
            if element == "name" {
                name = Some(inner.to_owned());
                continue;
            }
            let named = attributes.split_once("name=\"").and_then(|(_, n)| n.split('"').next());
            let key = match (element, named) {
                ("value", _) => name.take(),
                (_, Some(named)) => Some(named.to_owned()),
                (element, None) => Some(element.to_owned()),
            };
            if let Some(key) = key.filter(|_| !inner.is_empty()) {
                out.push(Setting { section: String::new(), key, value: inner.to_owned(), line: at });
            }
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::read;

    #[test]
    fn one_setting_is_found_in_every_spelling() {
        for (target, text, path, value) in [
            (
                "gerrit.config",
                "[sendemail]\n    smtpServer = mx1.example.org\n",
                "sendemail.smtpServer",
                "mx1.example.org",
            ),
            ("hue.ini", "[desktop]\n[[smtp]]\nhost=mx1 # relay\n", "smtp.host", "mx1"),
            (".env", "export SMTP_HOST=mx1\n", "SMTP_HOST", "mx1"),
            ("sentry.conf.py", "EMAIL_HOST = 'mx1'  # x\n", "EMAIL_HOST", "mx1"),
            ("x.php", "$wgSMTP = array(\n 'host' => 'mx1',\n);\n", "wgSMTP.host", "mx1"),
            ("x.php", "$conf['mail']['host'] = \"mx1\";\n", "conf.mail.host", "mx1"),
            ("x.php", "define('SMTP_HOST', 'mx1');\n", "SMTP_HOST", "mx1"),
            ("Config.pm", "$Self->{'SendmailModule::Host'} = 'mx1';\n", "Self.SendmailModule::Host", "mx1"),
            ("a.yml", "global:\n  smtp_smarthost: 'mx1:25'\n", "global.smtp_smarthost", "mx1:25"),
            ("a.yml", "a:\n  - b:\n      c: d\n", "a.b.c", "d"),
            ("a.json", "{\n \"mail\": {\n  \"host\": \"mx1\",\n }\n}\n", "mail.host", "mx1"),
            ("o.xml", "<property>\n<name>a.host</name>\n<value>mx1</value>\n", "a.host", "mx1"),
            ("j.xml", "<Put name=\"mail.smtp.host\">mx1</Put>\n", "mail.smtp.host", "mx1"),
        ] {
            let lines: Vec<&str> = text.lines().collect();
            let found = read(target, &lines);
            assert!(found.iter().any(|s| s.path() == path && s.value == value), "{text:?} gave {found:?}");
        }
    }

    #[test]
    fn comments_are_no_settings() {
        for line in ["# EMAIL_HOST = 'x'", "; host = x", "// 'host' => 'x',", "<!-- <a>b</a> -->"] {
            assert!(read("a.conf", &[line]).is_empty(), "{line}");
        }
    }
}
