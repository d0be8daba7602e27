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
        let mut natives = Natives::default();
        let mut out = Vec::new();
        self.by_type.take_in(&self.catalog.resources, &self.extra);
        for (type_name, ids) in self.by_type.all() {
            let Some(native) = self.native_of(&mut natives, type_name).filter(|n| n.relates()) else { continue };
            let resources = ids.iter().filter_map(|id| Some((*id, self.catalog.get(*id)?)));
            let resources = resources.filter(|(_, r)| r.kind == ResourceKind::Native);
            let asks = |r: &Resource| r.asks(native, || asked_by(native, r));
            out.extend(resources.map(|(id, r)| (id, asks(r))).filter(|(_, asked)| !asked.is_empty()));
        }
        out.sort_by_key(|(id, _)| *id);
        self.by_key(&mut natives, &mut out);
        self.catalog.automatic = out;
    }

    /// A resource of a type with several names is found by all of them, whatever its title says of them.
    fn by_key(&self, natives: &mut Natives, wanted: &mut [(ResourceId, Arc<[Automatic]>)]) {
        let mut keys: FxHashMap<EcoString, FxHashMap<Vec<EcoString>, EcoString>> = FxHashMap::default();
        let is_met = |other: &(EcoString, EcoString)| self.catalog.id(&other.0, &other.1).is_some();
        for (at, other) in self.of_several_names(natives, wanted).into_iter().filter(|(_, other)| !is_met(other)) {
            let Some(native) = self.native_of(natives, &other.0) else { continue };
            let known = keys.entry(other.0.clone()).or_insert_with(|| self.keys_of(native, &other.0));
            let found = native.key(&other.1, &[], false).and_then(|key| known.get(&key));
            if let Some((found, (_, asked))) = found.zip(wanted.get_mut(at)) {
                let named = Arc::make_mut(asked).iter_mut().filter(|one| one.other == other);
                named.for_each(|one| one.other.1.clone_from(found));
            }
        }
    }

    /// What is asked for of types with several names, each with its place in the list.
    fn of_several_names(
        &self,
        natives: &mut Natives,
        wanted: &[(ResourceId, Arc<[Automatic]>)],
    ) -> Vec<(usize, (EcoString, EcoString))> {
        let all = wanted.iter().enumerate().flat_map(|(at, (_, asked))| asked.iter().map(move |one| (at, &one.other)));
        let mut is_several =
            |type_name: &EcoString| self.native_of(natives, type_name).is_some_and(|n| n.namevars.len() > 1);
        all.filter(|(_, other)| is_several(&other.0)).map(|(at, other)| (at, other.clone())).collect()
    }

    /// A type as its module defines it.
    fn native_of<'n>(&self, natives: &'n mut Natives, type_name: &EcoString) -> Option<&'n Arc<NativeType>> {
        if !natives.contains_key(type_name) {
            natives.insert(type_name.clone(), self.session.native_type(&type_name.to_ascii_lowercase()));
        }
        natives.get(type_name)?.as_ref()
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

fn asked_by(native: &NativeType, resource: &Resource) -> Vec<Automatic> {
    let ask = |r: crate::ruby::native::Related| {
        let type_name = canonical_type(&r.type_name);
        let title = canonical_title(&type_name, &r.title);
        Automatic { other: (type_name, title), after: r.direction.after, refresh: r.direction.refresh }
    };
    native.related(&resource.title, &known_params(resource)).into_iter().map(ask).collect()
}
