//! Facts that go by two names: flat ones of old Facter and structured ones of today's. Whoever sets
//! one means both.

use serde_json::{Map, Value};

/// Structured path and the flat name.
const PAIRS: &[(&str, &str)] = &[
    ("os.name", "operatingsystem"),
    ("os.family", "osfamily"),
    ("os.release.major", "operatingsystemmajrelease"),
    ("os.release.full", "operatingsystemrelease"),
    ("os.architecture", "architecture"),
    ("os.hardware", "hardwaremodel"),
    ("os.distro.codename", "lsbdistcodename"),
    ("os.distro.id", "lsbdistid"),
    ("os.distro.description", "lsbdistdescription"),
    ("os.distro.release.full", "lsbdistrelease"),
    ("os.distro.release.major", "lsbmajdistrelease"),
    ("networking.hostname", "hostname"),
    ("networking.domain", "domain"),
    ("networking.fqdn", "fqdn"),
    ("networking.ip", "ipaddress"),
    ("networking.ip6", "ipaddress6"),
    ("networking.mac", "macaddress"),
    ("networking.netmask", "netmask"),
    ("networking.network", "network"),
    ("processors.count", "processorcount"),
    ("processors.physicalcount", "physicalprocessorcount"),
    ("memory.system.total", "memorysize"),
    ("dmi.manufacturer", "manufacturer"),
    ("dmi.product.name", "productname"),
    ("dmi.product.serial_number", "serialnumber"),
    ("ruby.version", "rubyversion"),
    ("system_uptime.seconds", "uptime_seconds"),
    ("identity.user", "id"),
];

/// Fills in the other name of every pair of which one is set.
pub(crate) fn complete(facts: &mut Map<String, Value>) {
    for (path, flat) in PAIRS {
        match (get(facts, path).cloned(), facts.get(*flat).cloned()) {
            (Some(value), None) => {
                facts.insert((*flat).to_owned(), value);
            }
            (None, Some(value)) => set(facts, path, value),
            _ => {}
        }
    }
}

/// The other name of a fact that goes by two.
pub(crate) fn other_name(name: &str) -> Option<&'static str> {
    PAIRS.iter().find_map(|(path, flat)| match name {
        n if n == *path => Some(*flat),
        n if n == *flat => Some(*path),
        _ => None,
    })
}

/// The value at a dotted path.
pub(crate) fn get<'m>(facts: &'m Map<String, Value>, path: &str) -> Option<&'m Value> {
    let mut parts = path.split('.');
    let first = facts.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// Sets the value at a dotted path; what stands in the way is left alone.
pub(crate) fn set(facts: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            facts.insert(path.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = facts.entry(head).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}

/// Merges `over` into `into`: mappings by key, anything else replaced.
pub(crate) fn merge(into: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (into.get_mut(key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}
