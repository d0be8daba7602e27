//! Attributes of Puppet's own native types: another one is an error when the catalog is finished.

use super::compiler::Compiler;
use super::error::EvalError;
use super::metaparams::is_metaparam;
use crate::catalog::{Param, Resource, ResourceId, ResourceKind};
use crate::ruby::native::NativeType;
use std::sync::Arc;

/// The attributes of each type, metaparameters aside.
const NATIVE: &[(&str, &str)] = &[
    (
        "Exec",
        "command creates cwd environment group logoutput onlyif path provider refresh refreshonly returns timeout tries \
         try_sleep umask unless user",
    ),
    (
        "File",
        "backup checksum checksum_value content ctime ensure force group ignore links max_files mode mtime owner path \
         provider purge recurse recurselimit replace selinux_ignore_defaults selrange selrole seltype seluser show_diff \
         source source_permissions sourceselect staging_location target type validate_cmd validate_replacement",
    ),
    ("Filebucket", "name path port server"),
    (
        "Group",
        "allowdupe attribute_membership attributes auth_membership ensure forcelocal gid ia_load_module members name \
         provider system",
    ),
    ("Notify", "message name withpath"),
    (
        "Package",
        "adminfile allow_virtual allowcdrom category command configfiles description enable_only ensure flavor \
         install_only install_options instance mark name package_settings platform provider reinstall_on_refresh \
         responsefile root source status uninstall_options vendor",
    ),
    ("Resources", "name purge unless_system_user unless_uid"),
    ("Schedule", "name period periodmatch range repeat weekday"),
    (
        "Service",
        "binary control enable ensure flags hasrestart hasstatus logonaccount logonpassword manifest name path pattern \
         provider restart start status stop timeout",
    ),
    ("Stage", "name"),
    ("Tidy", "age backup matches max_files path recurse rmdirs size type"),
    (
        "User",
        "allowdupe attribute_membership attributes auth_membership auths comment ensure expiry forcelocal gid groups \
         home ia_load_module iterations key_membership keys loginclass managehome membership name password \
         password_max_age password_min_age password_warn_days profile_membership profiles project provider \
         purge_ssh_keys role_membership roles salt shell system uid",
    ),
    ("Whit", "name"),
];

fn is_native(kind: ResourceKind) -> bool {
    matches!(kind, ResourceKind::Native | ResourceKind::Stage)
}

/// What is known of the attributes of a type.
enum Known {
    Listed(&'static str),
    Read(Arc<NativeType>),
    Nothing,
}

impl Known {
    /// Whether a resource has an attribute that the type has not. What is listed here stays so: a declaration is
    /// looked through once.
    fn lacks_any(&self, resource: &Resource) -> bool {
        let look = || resource.params.iter().any(|p| self.finds_strange(&p.name));
        match self {
            Self::Listed(_) => resource.declaration.is_strange(look),
            Self::Read(_) => look(),
            Self::Nothing => false,
        }
    }

    fn finds_strange(&self, name: &str) -> bool {
        let dropped = matches!(name, "consume" | "export");
        // Every type takes `name` for what it is named by.
        (dropped || !is_metaparam(name)) && !matches!(name, "*" | "name") && self.lacks(name)
    }

    fn lacks(&self, name: &str) -> bool {
        match self {
            Self::Listed(known) => !known.split(' ').any(|k| k == name),
            Self::Read(native) => native.lacks(name),
            Self::Nothing => false,
        }
    }
}

impl Compiler<'_> {
    fn known_params(&self, type_name: &str) -> Known {
        let listed = NATIVE.iter().find(|(name, _)| *name == type_name);
        let read = || self.session.native_type(&type_name.to_lowercase()).map_or(Known::Nothing, Known::Read);
        listed.map_or_else(read, |&(_, known)| Known::Listed(known))
    }

    /// Records attributes that no version of a type has. Older manifests may use what was dropped since.
    pub(crate) fn check_native_params(&mut self) {
        if self.is_legacy() || !self.session.options.complete {
            return;
        }
        self.by_type.take_in(&self.catalog.resources, &self.extra);
        let mut found: Vec<(ResourceId, EvalError)> = Vec::new();
        for (type_name, ids) in self.by_type.all() {
            let known = self.known_params(type_name);
            let resources = ids.iter().filter_map(|id| Some((*id, self.catalog.get(*id)?)));
            let resources = resources.filter(|(_, r)| is_native(r.kind) && r.possible.is_none() && known.lacks_any(r));
            for (id, resource) in resources {
                found.extend(self.strange_params(&known, resource).into_iter().map(|error| (id, error)));
            }
        }
        found.sort_by_key(|(id, _)| *id);
        for (_, error) in found {
            self.record(error);
        }
    }

    fn strange_params(&self, known: &Known, resource: &Resource) -> Vec<EvalError> {
        let strange = resource.params.iter().filter(|p| known.finds_strange(&p.name));
        let message = |p: &Param| format!("no parameter named '{}' on {}", p.name, resource.reference());
        strange.map(|p| EvalError::puppet(message(p)).at(&self.statement_of(&resource.at))).collect()
    }
}
