//! Second names of resources: `alias`, and the parameter that names a native one.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use super::reference::canonical_title;
use crate::catalog::{Resource, ResourceId, ResourceKind};
use ecow::EcoString;

impl Compiler<'_> {
    /// A resource is also found under its alias and, if native, under its namevar.
    pub(crate) fn index_alias(&mut self, id: ResourceId) -> Res<()> {
        let Some(resource) = self.catalog.resources.get(id as usize) else { return Ok(()) };
        let names = second_names(resource);
        if names.iter().all(Option::is_none) {
            return Ok(());
        }
        let type_name = resource.type_name.clone();
        let own = canonical_title(&type_name, &resource.title);
        let names: Vec<EcoString> =
            names.into_iter().flatten().map(|n| canonical_title(&type_name, n)).filter(|n| *n != own).collect();
        for name in names {
            match self.catalog.id(&type_name, &name) {
                Some(other) if other != id && self.is_certain(other) && self.same_name(id, other) => {
                    return Err(EvalError::puppet(format!(
                        "Cannot alias {type_name}[{own}] to {}; resource {} already declared",
                        shown(&type_name, &name, false),
                        shown(&type_name, &name, true)
                    )));
                }
                Some(_) => {}
                None => self.catalog.name(&type_name, &name, id),
            }
        }
        Ok(())
    }

    fn is_certain(&self, other: ResourceId) -> bool {
        self.branch.is_none() && self.extra.get(other as usize).is_some_and(|e| e.branch.is_none())
    }

    /// Packages are told apart by name and provider together, and a title alone is no name of theirs.
    fn same_name(&self, a: ResourceId, b: ResourceId) -> bool {
        let (Some(a), Some(b)) = (self.catalog.get(a), self.catalog.get(b)) else { return false };
        let name = |r: &Resource| r.text("name").map_or_else(|| r.title.clone(), EcoString::from);
        a.type_name != "Package" || name(a) == name(b) && a.value("provider") == b.value("provider")
    }
}

/// The alias and the namevar, where a resource has them.
pub(super) fn second_names(resource: &Resource) -> [Option<&str>; 2] {
    let namevar = if resource.type_name == "File" { "path" } else { "name" };
    let named = resource.kind == ResourceKind::Native && resource.type_name != "Exec";
    [resource.text("alias"), resource.text(namevar).filter(|_| named)]
}

/// The key in Ruby's words.
fn shown(type_name: &str, name: &str, with_type: bool) -> String {
    let key = if type_name == "Package" { format!("nil, \"{name}\", nil") } else { format!("\"{name}\"") };
    if with_type { format!("[\"{type_name}\", {key}]") } else { format!("[{key}]") }
}
