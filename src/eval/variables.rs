//! Variables: lookup along the scopes, assignment, the values every catalog starts with.

use super::compiler::Compiler;
use super::error::EvalError;
use super::facts::{fact_sym, opaque};
use super::lift::Res;
use super::scope::{Env, ScopeId, ScopeKind, TOP};
use crate::value::{CauseKind, Value};
use ecow::EcoString;

/// Names that may not be assigned anywhere.
const RESERVED: &[&str] = &["trusted", "facts", "server_facts"];

/// Facts of Facter's core that older manifests read as variables.
const CORE_FACTS: &[&str] = &[
    "architecture",
    "augeasversion",
    "bios_release_date",
    "bios_vendor",
    "bios_version",
    "blockdevices",
    "boardmanufacturer",
    "boardproductname",
    "boardserialnumber",
    "dhcp_servers",
    "disks",
    "dmi",
    "environment",
    "facterversion",
    "filesystems",
    "fips_enabled",
    "gateway",
    "gid",
    "hardwareisa",
    "hardwaremodel",
    "hypervisors",
    "id",
    "identity",
    "interfaces",
    "interface_primary",
    "ipaddress",
    "ipaddress6",
    "ipaddress6_eth0",
    "ipaddress_bond0",
    "ipaddress_eth0",
    "ipaddress_eth1",
    "ipaddress_lo",
    "is_pe",
    "is_virtual",
    "kernel",
    "kernelmajversion",
    "kernelrelease",
    "kernelversion",
    "load_averages",
    "lsbdistcodename",
    "lsbdistdescription",
    "lsbdistid",
    "lsbdistrelease",
    "lsbmajdistrelease",
    "lsbminordistrelease",
    "lsbrelease",
    "lldp",
    "lldppeer",
    "macaddress",
    "macaddress_eth0",
    "macaddress_eth1",
    "manufacturer",
    "memory",
    "memoryfree",
    "memoryfree_mb",
    "memorysize",
    "memorysize_mb",
    "mountpoints",
    "mtu_eth0",
    "netmask",
    "netmask_eth0",
    "network",
    "network_eth0",
    "networking",
    "numa",
    "operatingsystem",
    "operatingsystemmajrelease",
    "operatingsystemrelease",
    "os",
    "osfamily",
    "partitions",
    "path",
    "physicalprocessorcount",
    "processor0",
    "processorcount",
    "processors",
    "productname",
    "ps",
    "puppetversion",
    "raid",
    "root_home",
    "ruby",
    "rubyplatform",
    "rubysitedir",
    "rubyversion",
    "selinux",
    "serialnumber",
    "ssh",
    "sshdsakey",
    "sshecdsakey",
    "sshed25519key",
    "sshfp_rsa",
    "sshrsakey",
    "swapfree",
    "swapsize",
    "swapsize_mb",
    "system_uptime",
    "timezone",
    "type",
    "uniqueid",
    "uptime",
    "uptime_days",
    "uptime_hours",
    "uptime_seconds",
    "uuid",
    "virtual",
    "vlans",
    "zpool_version",
];

/// The settings of Puppet 7, each of which is a variable of the class `settings`.
const SETTINGS: &str = include_str!("../../rules/knowledge/settings.txt");

fn reserved(name: &str) -> String {
    format!("Attempt to assign to a reserved variable name: '{name}'")
}

/// A parameter that is named like what is always there.
pub(crate) fn refuse_reserved(name: &str) -> Res<()> {
    if RESERVED.contains(&name) { Err(EvalError::puppet(reserved(name))) } else { Ok(()) }
}

impl Compiler<'_> {
    /// Sets what is known before anything is evaluated.
    pub(crate) fn seed_top_scope(&mut self) {
        let host = self.host;
        for name in ["hostname", "domain", "fqdn", "clientcert"] {
            if let Some(value) = host.fact(name) {
                self.seed(name, value);
            }
        }
        for (name, value) in host.facts.values.iter().filter(|(n, _)| !n.contains('.')) {
            self.seed(name, value.clone());
        }
        let facts = if host.facts.complete { self.facts_hash() } else { fact_sym("facts", None) };
        self.seed("facts", facts);
        let trusted = self.trusted();
        self.seed("trusted", trusted);
        let enc = host.enc.clone();
        let environment = enc.as_ref().and_then(|e| e.environment.clone()).unwrap_or_else(|| "production".into());
        self.seed("environment", Value::Str(crate::value::Str { text: environment, origin: None }));
        for (name, value) in enc.iter().flat_map(|e| &e.parameters) {
            self.seed(name, value.clone());
        }
        self.seed_server();
    }

    fn seed_server(&mut self) {
        let mut entries = crate::value::Entries::default();
        for (name, text) in
            [("serverversion", "7.23.0"), ("servername", "puppet.example.com"), ("serverip", "192.0.2.10")]
        {
            self.seed(name, Value::str(text));
            entries.insert(Value::str(name), Value::str(text));
        }
        entries.insert(Value::str("environment"), self.lookup_from(TOP, "environment").unwrap_or_default());
        self.seed("server_facts", Value::hash(entries));
        if self.lookup_from(TOP, "clientversion").is_none() {
            self.seed("clientversion", Value::str("7.23.0"));
        }
    }

    fn seed(&mut self, name: &str, value: Value) {
        if let Some(top) = self.scopes.get_mut(TOP as usize) {
            top.vars.insert(name.into(), value);
        }
    }

    fn facts_hash(&self) -> Value {
        let known = self.host.facts.values.iter().filter(|(n, _)| !n.contains('.'));
        let mut entries: crate::value::Entries = known.map(|(n, v)| (Value::str(n.clone()), v.clone())).collect();
        for name in ["hostname", "domain", "fqdn", "clientcert"] {
            if let Some(value) = self.host.fact(name) {
                entries.entry(Value::str(name)).or_insert(value);
            }
        }
        Value::hash(entries)
    }

    fn trusted(&self) -> Value {
        let fact = |name: &str| {
            let path = format!("trusted.{name}");
            self.host.derived(&path).map(|text| self.host.per_host(&path, text)).unwrap_or_default()
        };
        let empty = || Value::hash(crate::value::Entries::default());
        let entries = [
            ("authenticated", Value::str("remote")),
            ("certname", fact("certname")),
            ("extensions", empty()),
            ("hostname", fact("hostname")),
            ("domain", fact("domain")),
            ("external", empty()),
        ];
        Value::hash(entries.into_iter().map(|(k, v)| (Value::str(k), v)).collect())
    }

    /// Sets a variable without questions.
    pub(crate) fn bind(&mut self, scope: ScopeId, name: EcoString, value: Value) {
        self.binds(scope, &name);
        if self.branch.is_some() {
            self.journal.push((scope, name.clone()));
        }
        if scope == TOP || scope == self.node_scope {
            self.standing.globals += 1;
        }
        if let Some(scope) = self.scopes.get_mut(scope as usize) {
            scope.vars.insert(name, value);
        }
    }

    /// `$name = value`
    pub(crate) fn assign(&mut self, env: Env<'_>, name: &str, value: Value) -> Res<()> {
        let taken = self.scopes.get(env.scope as usize).is_some_and(|s| s.vars.contains_key(name));
        if RESERVED.contains(&name) {
            if !taken && name != "server_facts" {
                let message = format!("Error while evaluating a '=' expression, {}", reserved(name));
                return Err(EvalError::issue("RUNTIME_ERROR", message));
            }
            let message = format!("Attempt to assign to a reserved variable name: '${name}'");
            return Err(EvalError::issue("ILLEGAL_RESERVED_ASSIGNMENT", message));
        }
        if taken || (matches!(name, "title" | "name") && env.scope == TOP) {
            let built_in =
                if matches!(name, "title" | "name") { "built in (or already assigned) variable" } else { "variable" };
            return Err(EvalError::issue("ILLEGAL_REASSIGNMENT", format!("Cannot reassign {built_in} '${name}'")));
        }
        self.bind(env.scope, name.into(), value);
        Ok(())
    }

    /// A bare name along the lexical chain.
    pub(crate) fn lookup_from(&self, scope: ScopeId, name: &str) -> Option<Value> {
        let found = self.find_from(scope, name);
        self.asked_variable(scope, found.map(|(at, _)| at), name, found.map(|(_, value)| value));
        found.map(|(_, value)| value.clone())
    }

    /// The scope where a bare name is found.
    pub(crate) fn holder(&self, scope: ScopeId, name: &str) -> Option<ScopeId> {
        self.find_from(scope, name).map(|(at, _)| at)
    }

    fn find_from(&self, scope: ScopeId, name: &str) -> Option<(ScopeId, &Value)> {
        let mut at = Some(scope);
        while let Some((id, scope)) = at.and_then(|id| Some((id, self.scopes.get(id as usize)?))) {
            if let Some(value) = scope.vars.get(name) {
                return Some((id, value));
            }
            at = scope.parent;
        }
        None
    }

    /// A variable as written, `None` if it was never set.
    pub(crate) fn lookup_var(&self, scope: ScopeId, name: &str) -> Option<Value> {
        if name.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            self.asked_match();
            let number: usize = name.parse().ok()?;
            return Some(self.matches.as_ref().and_then(|m| m.get(number).cloned()).unwrap_or_default());
        }
        let Some((class, var)) = super::reference::qualified(name) else {
            return self.lookup_from(scope, name).or_else(|| self.special(scope, name));
        };
        let class = crate::eval::reference::unrooted(class);
        if class == "settings" {
            return SETTINGS.lines().any(|name| name == var).then(|| self.setting(var));
        }
        let value = match class.is_empty() {
            true => self.scopes.get(TOP as usize).and_then(|top| top.vars.get(var).cloned()),
            false => self.class_scopes.get(class).and_then(|scope| self.lookup_class_scope(*scope, var)),
        };
        self.asked_qualified(name, value.as_ref());
        value
    }

    /// A class's own variable or one of its parent classes.
    fn lookup_class_scope(&self, scope: ScopeId, name: &str) -> Option<Value> {
        let mut at = Some(scope);
        while let Some(scope) = at.and_then(|id| self.scopes.get(id as usize)) {
            if scope.kind != ScopeKind::Class {
                return None;
            }
            if let Some(value) = scope.vars.get(name) {
                return Some(value.clone());
            }
            at = scope.parent;
        }
        None
    }

    fn setting(&self, name: &str) -> Value {
        match name {
            // That of the server, not of the host.
            "environment" => Value::str("production"),
            "strict_variables" => Value::Bool(self.session.options.strict_variables),
            "storeconfigs" if self.session.options.storeconfigs.is_some() => {
                Value::Bool(self.session.options.storeconfigs == Some(true))
            }
            _ => opaque(CauseKind::Variable, format!("settings::{name}")),
        }
    }

    fn special(&self, scope: ScopeId, name: &str) -> Option<Value> {
        match name {
            "module_name" => {
                let source = self.source_of(scope);
                let module = source.split("::").next().filter(|_| !self.is_of_main(scope));
                Some(Value::str(module.unwrap_or_default()))
            }
            "title" | "name" => Some(Value::str("main")),
            // Nobody calls what is outside of every class.
            "caller_module_name" if self.scopes.get(scope as usize).is_none_or(|s| s.owner == TOP) => {
                Some(Value::Undef)
            }
            "caller_module_name" => {
                self.spoil();
                Some(Value::str(self.caller_module(scope)))
            }
            _ => None,
        }
    }

    /// Whether the code that runs in a scope is of a class or define in the main manifests, which belongs to no module.
    fn is_of_main(&self, scope: ScopeId) -> bool {
        let owner = self.scopes.get(scope as usize).and_then(|s| self.scopes.get(s.owner as usize));
        let def = owner.and_then(|owner| self.extra.get(owner.resource as usize)?.def);
        def.is_some_and(|(file, _)| self.session.main_files().contains(&file))
    }

    /// The class or define whose code runs in a scope.
    pub(crate) fn source_of(&self, scope: ScopeId) -> EcoString {
        let owner = self.scopes.get(scope as usize).map_or(scope, |s| s.owner);
        self.scopes.get(owner as usize).map(|s| s.source.clone()).unwrap_or_default()
    }

    fn caller_module(&self, scope: ScopeId) -> EcoString {
        let owner = self.scopes.get(scope as usize).map_or(scope, |s| s.owner);
        let dynamic = self.scopes.get(owner as usize).and_then(|s| s.dynamic).unwrap_or(TOP);
        self.source_of(dynamic).split("::").next().unwrap_or_default().into()
    }

    /// `$name` in an expression.
    pub(crate) fn variable(&mut self, env: Env<'_>, name: &str) -> Res<Value> {
        if let Some(early) = self.too_early(env.scope, name) {
            return early;
        }
        if let Some(value) = self.lookup_var(env.scope, name) {
            return Ok(value);
        }
        self.missing_variable(name)
    }

    fn missing_variable(&mut self, name: &str) -> Res<Value> {
        let bare = crate::eval::reference::unrooted(name);
        if let Some(value) = self.fact_variable(bare, bare.len() != name.len()) {
            return Ok(value);
        }
        if let Some(class) = bare.rsplit_once("::").map(|(c, _)| c)
            && self.hidden_class(class)
        {
            self.spoil();
            return Ok(opaque(CauseKind::Variable, bare));
        }
        if self.session.options.strict_variables && self.branch.is_none() {
            return Err(EvalError::issue("UNKNOWN_VARIABLE", format!("Unknown variable: '{name}'.")));
        }
        self.log("warning", format!("Unknown variable: '{name}'."));
        Ok(Value::Undef)
    }

    /// Whether a class can't be seen: its evaluation failed, or it is not in the repository.
    pub(super) fn hidden_class(&self, class: &str) -> bool {
        self.hidden_classes.contains(class)
    }

    /// A variable that may be a fact nobody gave.
    pub(crate) fn fact_variable(&self, name: &str, absolute: bool) -> Option<Value> {
        if self.host.facts.complete || name.contains("::") {
            return None;
        }
        (self.may_be_fact(name) || absolute).then(|| self.host_fact(name)).flatten()
    }

    /// A fact of the host.
    pub(crate) fn host_fact(&self, path: &str) -> Option<Value> {
        let value = self.host.fact(path);
        self.asked_fact(path, value.as_ref());
        value
    }

    /// Whether a bare name is known as a fact: Facter's own, or of a module.
    pub(crate) fn may_be_fact(&self, name: &str) -> bool {
        let patterned =
            ["ipaddress_", "ipaddress6_", "macaddress_", "netmask_", "sp_", "ec2_"].iter().any(|p| name.starts_with(p));
        patterned
            || CORE_FACTS.contains(&name)
            || self.session.modules.facts.contains(name)
            || self.host.derived(name).is_some()
    }
}
