//! States of a package that its provider cannot bring about.

use super::Refusal;
use crate::catalog::Resource;
use crate::value::Value;

/// What any provider does, or any that is known here.
const PLAIN: [&str; 4] = ["present", "installed", "absent", "latest"];

/// The state that a provider named beside it lacks a feature for. Which provider is taken where none is named is the
/// agent's business.
pub(super) fn beyond_provider(package: &Resource) -> Option<Refusal> {
    let state = match package.value("ensure")? {
        Value::Str(text) => text.text.as_str(),
        _ => return None,
    };
    let provider = package.text("provider")?;
    let feature = lacking(provider, state)?;
    let why = format!("Provider {provider} must have features '{feature}' to set 'ensure' to '{state}'");
    Some(Refusal::of("ensure", why))
}

fn lacking(provider: &str, state: &str) -> Option<&'static str> {
    let purges = !matches!(provider, "gem" | "puppet_gem" | "pip" | "pip2" | "pip3");
    match (provider, state) {
        ("apt" | "dpkg" | "gem" | "puppet_gem" | "pip" | "pip2" | "pip3", "disabled") => Some("disableable"),
        (_, "purged") => (!purges).then_some("purgeable"),
        ("dpkg", state) => (!PLAIN.contains(&state)).then_some("versionable"),
        _ => None,
    }
}
