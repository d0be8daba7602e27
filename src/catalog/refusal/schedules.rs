//! Schedules that a resource names and nobody declares: the agent looks for one when the resource's turn comes, and stops
//! there.

use super::{forms, place};
use crate::catalog::{Catalog, Resource, ResourceKind};
use crate::repo::Loc;
use crate::value::Value;
use std::fmt;

/// Those that every agent has, unless its setting `default_schedules` is off.
const DEFAULTS: [&str; 6] = ["puppet", "hourly", "daily", "weekly", "monthly", "never"];

/// A resource that names a schedule which is not in the catalog.
#[derive(Clone, Debug)]
pub struct Unscheduled<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// The schedule, as the agent shows it.
    pub schedule: String,
    /// Where it is named.
    pub at: &'a Loc,
}

impl Unscheduled<'_> {
    /// Whether an agent has the schedule of its own.
    #[must_use]
    pub fn is_default(&self) -> bool {
        DEFAULTS.contains(&self.schedule.as_str())
    }
}

impl Catalog {
    /// Resources that name a schedule which nobody declares, those that agents have of their own among them.
    #[must_use]
    pub fn unscheduled(&self) -> Vec<Unscheduled<'_>> {
        // Any schedule may be one whose title is not known.
        if self.of_type("Schedule").any(|s| s.symbolic_title.is_some()) {
            return Vec::new();
        }
        let real = self.resources.iter().filter(|r| !r.is_virtual);
        // A type that could not be read may have an attribute of that name for itself.
        real.filter(|r| r.kind == ResourceKind::Native).filter_map(|r| self.without_schedule(r)).collect()
    }

    fn without_schedule<'a>(&self, resource: &'a Resource) -> Option<Unscheduled<'a>> {
        let param = resource.param("schedule")?;
        let schedule = match &param.value {
            Value::Undef | Value::Sym(_) => return None,
            Value::Type(t) => t.to_string().replace('\'', ""),
            other => other.as_str().map_or_else(|| forms::shown(other), str::to_owned),
        };
        let is_declared =
            param.value.as_str().is_some() && self.find("Schedule", &schedule).is_some_and(|found| !found.is_virtual);
        (!is_declared).then_some(Unscheduled { resource, schedule, at: &param.at })
    }
}

impl fmt::Display for Unscheduled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Could not find schedule {} {}", self.schedule, place(self.resource))
    }
}
