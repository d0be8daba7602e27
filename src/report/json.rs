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
    use serde_json::Value;

    #[test]
    fn has_the_agreed_form() {
        insta::assert_snapshot!(render(&sample::report()));
    }

    #[test]
    fn fits_the_published_schema() {
        let schema = schema();
        let report: Value = serde_json::from_str(&render(&sample::report())).unwrap();
        assert_eq!(faults(&schema, &schema, &report, "$"), Vec::<String>::new());
    }

    #[test]
    fn the_schema_can_be_violated() {
        let schema = schema();
        let mut report: Value = serde_json::from_str(&render(&sample::report())).unwrap();
        report["findings"][0]["severity"] = "severe".into();
        report["findings"][1]["hosts"]["count"] = "many".into();
        report["findings"][2].as_object_mut().unwrap().remove("rule");
        report["extra"] = 1.into();
        assert_eq!(faults(&schema, &schema, &report, "$").len(), 4);
    }

    fn schema() -> Value {
        serde_json::from_str(include_str!("../../schema/report.schema.json")).unwrap()
    }

    /// As much of JSON Schema as ours uses.
    fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        if let Some(name) = schema["$ref"].as_str() {
            return faults(root, root.pointer(name.trim_start_matches('#')).unwrap(), value, at);
        }
        let mut out = Vec::new();
        let types = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
        if !schema["type"].is_null() && !types.iter().any(|t| t == type_of(value)) {
            out.push(format!("{at}: {value} is not of type {types:?}"));
        }
        let allowed = schema["enum"].as_array().cloned().or_else(|| schema.get("const").map(|c| vec![c.clone()]));
        if allowed.is_some_and(|list| !list.contains(value)) {
            out.push(format!("{at}: {value} is not allowed"));
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.get(name).is_none() {
                out.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, inner) in value.as_object().into_iter().flatten() {
            match schema["properties"].get(name) {
                Some(rule) => out.extend(faults(root, rule, inner, &format!("{at}.{name}"))),
                None => out.push(format!("{at}: {name} is not in the schema")),
            }
        }
        for inner in value.as_array().into_iter().flatten() {
            out.extend(faults(root, &schema["items"], inner, &format!("{at}[]")));
        }
        out
    }

    fn type_of(value: &Value) -> &'static str {
        match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }
}
