//! Everything, for programs. The form is `schema/report.schema.json`.

use crate::finding::Report;

pub(super) fn render(report: &Report) -> String {
    // Strings, numbers and lists alone: serialising them cannot fail.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn has_the_agreed_form() {
        insta::assert_snapshot!(render(&sample::report()));
    }
}
