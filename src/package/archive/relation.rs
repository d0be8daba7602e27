//! Dependency fields: `a (>= 1) | b:any, c` as groups of alternatives.

use std::cmp::Ordering;

/// One alternative: a package name, and what its version has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The name, without an architecture.
    pub name: String,
    /// Operator and version, as in `(>= 1)`.
    pub version: Option<(String, String)>,
}

/// Alternatives of which one has to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group(pub Vec<Relation>);

impl Group {
    /// The groups of a field.
    #[must_use]
    pub fn parse_all(field: &str) -> Vec<Group> {
        let groups = field.split(',').map(|group| Group(group.split('|').filter_map(Relation::parse).collect()));
        groups.filter(|group| !group.0.is_empty()).collect()
    }
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, one) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { " | " })?;
            f.write_str(&one.name)?;
            if let Some((op, version)) = &one.version {
                write!(f, " ({op} {version})")?;
            }
        }
        Ok(())
    }
}

impl Relation {
    /// Reads one alternative; what has no name is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Relation> {
        let (head, version) = match text.split_once('(') {
            Some((head, rest)) => (head, Some(rest.split(')').next()?.trim())),
            None => (text, None),
        };
        let name = head.split(['[', '<']).next()?.trim().split(':').next()?;
        let split = |v: &str| {
            let at = v.find(|c: char| !"<>=".contains(c))?;
            Some((v[..at].to_owned(), v[at..].trim().to_owned()))
        };
        (!name.is_empty()).then(|| Relation { name: name.to_owned(), version: version.and_then(split) })
    }

    /// Does this version of the named package do?
    #[must_use]
    pub fn takes(&self, version: &str) -> bool {
        let Some((op, wanted)) = &self.version else { return true };
        let order = compare(version, wanted);
        match op.as_str() {
            "<<" => order.is_lt(),
            "<=" | "<" => order.is_le(),
            "=" => order.is_eq(),
            ">=" | ">" => order.is_ge(),
            ">>" => order.is_gt(),
            _ => true,
        }
    }

    /// Does a `Provides` entry do? One without a version fits no relation that asks for one.
    #[must_use]
    pub fn takes_provided(&self, provided: &Relation) -> bool {
        match (&self.version, &provided.version) {
            (None, _) => true,
            (Some(_), Some((_, version))) => self.takes(version),
            (Some(_), None) => false,
        }
    }
}

/// dpkg's order of versions; what is no version compares as text.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    match (a.parse::<debversion::Version>(), b.parse::<debversion::Version>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_with_versions_and_without_architectures() {
        let groups = Group::parse_all("libc6 (>= 2.36), mta:any | exim4 [amd64],, python3:any (<< 3.12) ");
        let shown: Vec<String> = groups.iter().map(Group::to_string).collect();
        assert_eq!(shown, ["libc6 (>= 2.36)", "mta | exim4", "python3 (<< 3.12)"]);
    }

    #[test]
    fn versions_are_held_to_the_operator() {
        let table = [
            ("a (>= 1.10)", "1.9", false),
            ("a (>= 1.10)", "1.10-1", true),
            ("a (<< 1)", "1~rc1", true),
            ("a (= 1:1)", "1", false),
            ("a (>> 2)", "2", false),
            ("a", "0", true),
        ];
        for (relation, version, expected) in table {
            assert_eq!(Relation::parse(relation).unwrap().takes(version), expected, "{relation} {version}");
        }
        let provided = Relation::parse("a (= 2)").unwrap();
        assert!(Relation::parse("a (>= 1)").unwrap().takes_provided(&provided));
        assert!(!Relation::parse("a (>= 1)").unwrap().takes_provided(&Relation::parse("a").unwrap()));
    }
}
