//! Hiera 3: a hierarchy per role of the host.

use super::api::Merge;
use super::data::{Data, Hash, Value};
use super::engine::{Answer, Run, Stop};
use super::error::HieraError;
use super::files::Format;
use super::key::Key;
use super::level::{Backend, Level, Places};
use super::memo::Place;
use super::merge;
use super::template::{self, Got, Part, Template};

impl Run<'_> {
    /// Every role of the host is asked; two that disagree are an error.
    pub(super) fn roles(&self, level: &Level, variable: &str, key: &str, merge: &Merge) -> Answer {
        self.own();
        let Places::Paths(prefixes) = &level.places else { return Ok(None) };
        let variable = Key::whole(variable);
        let roles = match template::variable(&variable, self.scope)? {
            Got::Missing => return Ok(None),
            Got::Value(value, _) => value,
        };
        if let Value::Unknown(why) = &roles.value {
            return Err(Stop::Unknown(format!("the roles of the host are not known: {why}")));
        }
        let mut result: Option<(Data, String)> = None;
        for (role, _) in roles.as_hash().into_iter().flat_map(Hash::iter) {
            let Some(role) = role.as_str() else { continue };
            let Some(value) = self.role(prefixes, role, key, merge)? else { continue };
            result = Some(match result {
                None => (value, role.to_owned()),
                Some((old, first)) if *merge == Merge::First && old != value => {
                    let message = format!("Conflicting value for {key} found in role {role} (and {first})");
                    return Err(Stop::Error(HieraError::new(message, "make the roles agree, or set the key per host")));
                }
                Some(kept) if *merge == Merge::First => kept,
                Some((old, first)) => (merge::two(merge, &old, &value)?, first),
            });
        }
        Ok(result.map(|(value, _)| value))
    }

    fn role(&self, prefixes: &[Template], role: &str, key: &str, merge: &Merge) -> Answer {
        let file = Backend::File { format: Format::Yaml, encrypted: false };
        let level = Level { name: format!("role {role}"), backend: file, places: Places::Nowhere };
        merge::over(merge, prefixes, |prefix| {
            let mut path = prefix.clone();
            path.parts.push(Part::Text(format!("{}.yaml", role.replace("::", "/")).into()));
            self.there(&level, &Place::render(&path, self.scope)?, key, "")
        })
    }
}
