//! Relationships that the agent adds by itself for native types of modules.

use super::compiler::Compiler;
use super::reference::{canonical_title, canonical_type};
use crate::catalog::{Automatic, Resource, ResourceId, ResourceKind};
use crate::ruby::native::NativeType;
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl Compiler<'_> {
    /// Notes what the types of the declared resources ask for.
    pub(crate) fn automatic_relations(&mut self) {
        let mut natives: FxHashMap<EcoString, Option<Arc<NativeType>>> = FxHashMap::default();
        let mut out = Vec::new();
        for (id, resource) in (0..).zip(&self.catalog.resources) {
            if resource.kind != ResourceKind::Native {
                continue;
            }
            let native = natives
                .entry(resource.type_name.clone())
                .or_insert_with(|| self.session.native_type(&resource.type_name.to_lowercase()));
            if let Some(native) = native.as_ref().filter(|n| n.relates()) {
                out.extend(of_resource(native, id, resource));
            }
        }
        self.catalog.automatic = out;
    }
}

fn of_resource(native: &NativeType, id: ResourceId, resource: &Resource) -> Vec<Automatic> {
    let known = |value: &Value| !value.has_sym();
    let params: Vec<(EcoString, Value)> =
        resource.params.iter().filter(|p| known(&p.value)).map(|p| (p.name.clone(), p.value.clone())).collect();
    let related = native.related(&resource.title, &params);
    related
        .into_iter()
        .map(|r| {
            let type_name = canonical_type(&r.type_name);
            let title = canonical_title(&type_name, &r.title);
            let (after, refresh) = (r.direction.after, r.direction.refresh);
            Automatic { resource: id, other: (type_name, title), after, refresh }
        })
        .collect()
}
