//! SARIF 2.1.0, for code scanning.
//!
//! Results without a place or a rule are dropped by readers, so each has both; severity is given three times over
//! (level, rank, property), for readers take it from different places. What is not seen is a notification.

use super::spot::spot;
use super::summary;
use super::text::{clean, on_hosts};
use crate::checks::meta::{self, RuleMeta};
use crate::finding::{Finding, Location, Report, Severity, Side, Status};
use serde_json::{Value, json};

/// Where the form is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn render(report: &Report) -> String {
    let rules: Vec<Value> = meta::all().iter().map(rule).collect();
    let results: Vec<Value> = report.findings.iter().map(result).collect();
    let driver = json!({"name": "holdpoint", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules});
    let run = json!({
        "tool": {"driver": driver},
        "invocations": [invocation(report)],
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    let whole = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]});
    // Strings, numbers and lists alone: serialising them cannot fail.
    let mut text = serde_json::to_string_pretty(&whole).unwrap_or_default();
    text.push('\n');
    text
}

fn rule(meta: &RuleMeta) -> Value {
    json!({
        "id": meta.id,
        "shortDescription": {"text": meta.summary},
        "help": {"text": meta.prose, "markdown": meta.prose},
        "defaultConfiguration": {"level": level(meta.severity)},
    })
}

/// What was not seen; where that is too much for a verdict, the run was no success.
fn invocation(report: &Report) -> Value {
    let seen = &report.coverage;
    let note = |level: &str, text: &str| json!({"level": level, "message": {"text": clean(text)}});
    let mut notes: Vec<Value> = seen.insufficient.iter().map(|why| note("error", why)).collect();
    notes.extend(summary::coverage(seen).iter().map(|line| note("note", line.trim())));
    json!({"executionSuccessful": seen.insufficient.is_none(), "toolExecutionNotifications": notes})
}

fn result(finding: &Finding) -> Value {
    let (path, line) = spot(finding);
    let related = finding.locations.iter().skip(1).filter(|l| l.side == Side::Head && !l.path.is_empty());
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "rank": rank(finding.severity),
        "message": {"text": clean(&format!("{}{}", finding.message, on_hosts(finding)))},
        "locations": [physical(path, line, None)],
        "relatedLocations": related.map(|l| physical(&l.path, l.line, Some(l))).collect::<Vec<_>>(),
        "partialFingerprints": {"holdpoint/v1": finding.fingerprint},
        "properties": {
            "severity": finding.severity,
            "confidence": finding.confidence,
            "failureMode": finding.failure_mode,
            "subject": clean(&finding.subject),
            "hosts": finding.hosts.count,
            "remedy": clean(&finding.remedy),
        },
    });
    if let (Some(object), Some(list)) = (result.as_object_mut(), suppressions(finding)) {
        object.insert("suppressions".to_owned(), list);
    }
    result
}

fn suppressions(finding: &Finding) -> Option<Value> {
    let reason = match finding.status {
        Status::New => return None,
        Status::Baseline => "known already",
        Status::Suppressed => finding.suppression.as_ref().map_or("", |s| s.reason.as_str()),
    };
    Some(json!([{"kind": "external", "status": "accepted", "justification": clean(reason)}]))
}

fn physical(path: &str, line: u32, told: Option<&Location>) -> Value {
    let mut place = json!({"artifactLocation": {"uri": uri(path), "uriBaseId": "%SRCROOT%"}});
    if let (Some(object), true) = (place.as_object_mut(), line > 0) {
        object.insert("region".to_owned(), json!({"startLine": line}));
    }
    match told {
        Some(location) => json!({"physicalLocation": place, "message": {"text": clean(&location.label)}}),
        None => json!({"physicalLocation": place}),
    }
}

/// A path as a relative reference: what is not plain is written as bytes.
fn uri(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~');
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Low | Severity::Medium => "warning",
        Severity::High | Severity::Critical => "error",
    }
}

fn rank(severity: Severity) -> f64 {
    match severity {
        Severity::Info => 5.0,
        Severity::Low => 25.0,
        Severity::Medium => 50.0,
        Severity::High => 75.0,
        Severity::Critical => 95.0,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_results_are_as_agreed() {
        let whole: Value = serde_json::from_str(&render(&sample::report())).unwrap();
        let run = &whole["runs"][0];
        insta::assert_snapshot!(serde_json::to_string_pretty(&json!([run["invocations"], run["results"]])).unwrap());
    }

    #[test]
    fn every_result_has_what_readers_ask_for() {
        let whole: Value = serde_json::from_str(&render(&sample::report())).unwrap();
        let run = &whole["runs"][0];
        let rules: Vec<&str> =
            run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
        for result in run["results"].as_array().unwrap() {
            assert!(rules.contains(&result["ruleId"].as_str().unwrap()));
            let place = &result["locations"][0]["physicalLocation"];
            assert!(place["artifactLocation"]["uri"].is_string() && place["region"]["startLine"].as_u64() >= Some(1));
        }
    }

    #[test]
    fn a_path_is_a_reference() {
        assert_eq!(uri("a b/ü%.pp"), "a%20b/%C3%BC%25.pp");
    }
}
