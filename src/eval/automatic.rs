//! Relationships that the agent adds by itself for native types of modules.

use super::compiler::Compiler;
use super::reference::{canonical_title, canonical_type};
use crate::catalog::{Ask, Automatic, Resource, ResourceId, ResourceKind};
use crate::ruby::native::NativeType;
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl Compiler<'_> {
    /// Notes what the types of the declared resources ask for.
    pub(crate) fn automatic_relations(&mut self) {
        let mut natives = Natives::default();
        let mut out = Vec::new();
        self.by_type.take_in(&self.catalog.resources, &self.extra);
        for (type_name, ids) in self.by_type.all() {
            let native =
                natives.entry(type_name.clone()).or_insert_with(|| self.session.native_type(&type_name.to_lowercase()));
            let Some(native) = native.as_ref().filter(|n| n.relates()) else { continue };
            let resources = ids.iter().filter_map(|id| Some((*id, self.catalog.get(*id)?)));
            let resources = resources.filter(|(_, r)| r.kind == ResourceKind::Native);
            out.extend(resources.flat_map(|(id, r)| of_resource(native, id, r)));
        }
        out.sort_by_key(|automatic| automatic.resource);
        self.by_key(&mut natives, &mut out);
        self.catalog.automatic = out;
    }

    /// A resource of a type with several names is found by all of them, whatever its title says of them.
    fn by_key(&self, natives: &mut Natives, wanted: &mut [Automatic]) {
        let mut keys: FxHashMap<EcoString, FxHashMap<Vec<EcoString>, EcoString>> = FxHashMap::default();
        for one in wanted.iter_mut().filter(|w| self.catalog.id(&w.other.0, &w.other.1).is_none()) {
            let (type_name, title) = &mut one.other;
            let native =
                natives.entry(type_name.clone()).or_insert_with(|| self.session.native_type(&type_name.to_lowercase()));
            let Some(native) = native.as_ref().filter(|n| n.namevars.len() > 1) else { continue };
            let known = keys.entry(type_name.clone()).or_insert_with(|| self.keys_of(native, type_name));
            if let Some(found) = native.key(title, &[], false).and_then(|key| known.get(&key)) {
                title.clone_from(found);
            }
        }
    }

    fn keys_of(&self, native: &NativeType, type_name: &str) -> FxHashMap<Vec<EcoString>, EcoString> {
        let of_type =
            self.catalog.resources.iter().filter(|r| r.type_name == type_name && r.kind == ResourceKind::Native);
        of_type.filter_map(|r| Some((native.key(&r.title, &known_params(r), true)?, r.title.clone()))).collect()
    }
}

type Natives = FxHashMap<EcoString, Option<Arc<NativeType>>>;

fn known_params(resource: &Resource) -> Vec<(EcoString, Value)> {
    let known = resource.params.iter().filter(|p| !p.value.has_sym());
    known.map(|p| (p.name.clone(), p.value.clone())).collect()
}

fn of_resource(native: &Arc<NativeType>, id: ResourceId, resource: &Resource) -> Vec<Automatic> {
    let asks = resource.asks(native, || asked_by(native, resource));
    let automatic = |(other, after, refresh): Ask| Automatic { resource: id, other, after, refresh };
    asks.into_iter().map(automatic).collect()
}

fn asked_by(native: &NativeType, resource: &Resource) -> Vec<Ask> {
    let ask = |r: crate::ruby::native::Related| {
        let type_name = canonical_type(&r.type_name);
        let title = canonical_title(&type_name, &r.title);
        ((type_name, title), r.direction.after, r.direction.refresh)
    };
    native.related(&resource.title, &known_params(resource)).into_iter().map(ask).collect()
}
