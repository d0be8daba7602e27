//! The control paragraph of a package: fields, and the templates file that has the same syntax.

/// Control fields in file order; names compare without case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Control {
    fields: Vec<(String, String)>,
}

impl Control {
    /// Reads the first paragraph of `text`.
    #[must_use]
    pub fn parse(text: &str) -> Control {
        paragraphs(text).into_iter().next().unwrap_or_default()
    }

    /// All fields in file order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A field's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The `Package` field, empty where it is missing.
    #[must_use]
    pub fn package(&self) -> &str {
        self.get("Package").unwrap_or_default()
    }

    /// The `Version` field, empty where it is missing.
    #[must_use]
    pub fn version(&self) -> &str {
        self.get("Version").unwrap_or_default()
    }

    /// Names in `Depends` and `Pre-Depends`, alternatives included, versions left out.
    #[must_use]
    pub fn depends(&self) -> Vec<String> {
        let fields = ["Pre-Depends", "Depends"];
        let lists = fields.iter().filter_map(|f| self.get(f));
        lists.flat_map(|list| list.split([',', '|'])).filter_map(bare_name).collect()
    }
}

impl std::fmt::Display for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Only fields of one line: the description is not asked for.
        self.fields.iter().filter(|(_, v)| !v.contains('\n')).try_for_each(|(n, v)| writeln!(f, "{n}: {v}"))
    }
}

fn bare_name(relation: &str) -> Option<String> {
    let word = relation.split_whitespace().next()?;
    let name = word.split([':', '(', '[']).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// All paragraphs of a deb822 text; a line that is no field and no continuation is skipped.
pub(crate) fn paragraphs(text: &str) -> Vec<Control> {
    let mut all = Vec::new();
    let mut now = Control::default();
    for line in text.lines() {
        if line.trim().is_empty() {
            finish(&mut all, &mut now);
        } else {
            add_line(&mut now, line);
        }
    }
    finish(&mut all, &mut now);
    all
}

fn finish(all: &mut Vec<Control>, now: &mut Control) {
    if !now.fields.is_empty() {
        all.push(std::mem::take(now));
    }
}

fn add_line(now: &mut Control, line: &str) {
    if line.starts_with([' ', '\t']) {
        if let Some((_, value)) = now.fields.last_mut() {
            value.push('\n');
            value.push_str(line.trim());
        }
    } else if let Some((name, value)) = line.split_once(':') {
        now.fields.push((name.trim().to_owned(), value.trim().to_owned()));
    }
}

/// debconf questions with their defaults, from a `templates` file.
pub(crate) fn questions(text: &str) -> Vec<(String, String)> {
    let found = paragraphs(text).into_iter().filter_map(|p| {
        let name = p.get("Template")?.to_owned();
        Some((name, default_answer(&p)))
    });
    found.collect()
}

/// What a question is answered with where nobody is asked: its default; a choice whose default is none of those
/// offered is the first of them.
fn default_answer(template: &Control) -> String {
    let default = template.get("Default").unwrap_or_default();
    let choices = || template.get("Choices").unwrap_or_default().split(',').map(str::trim);
    let select = template.get("Type") == Some("select");
    let offered = !select || choices().any(|c| c == default) || choices().any(|c| c.contains("${"));
    if offered { default } else { choices().next().unwrap_or_default() }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_continue_and_ignore_case() {
        let c = Control::parse("Package: a\nDepends: b (>= 1) | c:any,\n d\n\nPackage: z\n");
        assert_eq!(c.get("package"), Some("a"));
        assert_eq!(c.depends(), ["b", "c", "d"]);
    }

    #[test]
    fn questions_have_defaults() {
        let q = questions("Template: a/b\nType: boolean\nDefault: true\n\nTemplate: a/c\n");
        assert_eq!(q, [("a/b".into(), "true".into()), ("a/c".into(), String::new())]);
        let select =
            |rest: &str| questions(&format!("Template: a/d\nType: select\nChoices: one, two\n{rest}")).remove(0).1;
        assert_eq!([select(""), select("Default: two\n"), select("Default: six\n")], ["one", "two", "one"]);
    }
}
