//! Data that holdpoint.toml says lies elsewhere: whole keys, or members of values that are merged from several
//! levels of which some are absent.

use super::data::{Data, Hash, Value};
use super::files::matches_holes;
use super::template::HOLE;
use std::sync::Arc;

/// One row: `profile::secrets::*`, or `ldap.proxypass`, `clients.*.password`.
#[derive(Debug)]
struct Row {
    /// The key, with holes for `*`.
    key: String,
    /// The way to the member; empty for the whole key. `*` is each member.
    path: Vec<String>,
}

/// What is said to lie elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere(Vec<Row>);

impl Elsewhere {
    pub(crate) fn new(rows: &[String]) -> Self {
        let row = |text: &String| {
            let mut parts = text.split('.').map(str::to_owned);
            let key = parts.next().unwrap_or_default().replace('*', &HOLE.to_string());
            Row { key, path: parts.collect() }
        };
        Self(rows.iter().map(row).collect())
    }

    fn of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Row> {
        self.0.iter().filter(move |row| matches_holes(key, &row.key))
    }

    /// Whether a key as a whole is not known.
    pub(crate) fn holds(&self, key: &str) -> bool {
        self.of(key).any(|row| row.path.is_empty())
    }

    /// Adds the members that the value lacks, as unknown ones.
    pub(crate) fn complete(&self, key: &str, mut value: Data) -> Data {
        for row in self.of(key) {
            value = with_member(&value, &row.path, key);
        }
        value
    }
}

fn with_member(data: &Data, path: &[String], key: &str) -> Data {
    let Some((first, rest)) = path.split_first() else { return data.clone() };
    let Value::Hash(hash) = &data.value else { return data.clone() };
    let each = first == "*";
    let fits = |name: &Data| each || name.as_str() == Some(first);
    let mut members: Hash = hash
        .iter()
        .map(|(name, value)| (name.clone(), if fits(name) { with_member(value, rest, key) } else { value.clone() }))
        .collect();
    if !each && hash.get(first).is_none() {
        let why = format!("a member of {key}: said to lie elsewhere in holdpoint.toml");
        members = members.iter().map(|(k, v)| (k.clone(), v.clone())).chain([unknown(first, why)]).collect();
    }
    Data { value: Value::Hash(Arc::new(members)), at: data.at.clone() }
}

fn unknown(name: &str, why: String) -> (Data, Data) {
    (Data::str(name), Data::new(Value::Unknown(why.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_added_where_they_are_missing() {
        let rows = ["clients.*.password", "clients.extra", "secrets::*"].map(str::to_owned);
        let elsewhere = Elsewhere::new(&rows);
        assert!(elsewhere.holds("secrets::x") && !elsewhere.holds("clients") && !elsewhere.holds("other"));
        let json = serde_json::json!({"a": {"password": "p"}, "b": {"user": "u"}, "c": 1});
        let value = elsewhere.complete("clients", Data::from_json(&json));
        let member = |path: &[&str]| {
            path.iter().try_fold(value.clone(), |value, name| value.as_hash()?.get(name).cloned()).map(|d| d.value)
        };
        assert_eq!(member(&["a", "password"]), Some(Value::Str("p".into())));
        for unknown in [member(&["b", "password"]), member(&["extra"])] {
            assert!(matches!(unknown, Some(Value::Unknown(_))), "{unknown:?}");
        }
        assert_eq!(elsewhere.complete("other", Data::from_json(&json)), Data::from_json(&json));
    }
}
