//! Files come in as names are asked for: what they define, and the types they write.
//!
//! Puppet reads a module's `init.pp` before any other manifest of it, and evaluates the types of the
//! parameters of all classes and defined types of a file as it comes in. Where everything is at hand, a type
//! that is nowhere is an error right there.

use super::compiler::Compiler;
use super::error::EvalError;
use super::reference::unrooted;
use super::scope::{Env, TOP};
use super::session::DefAt;
use super::source::DefKind;
use crate::puppet::Dialect;
use crate::puppet::ast::ExprKind;
use crate::puppet::label::label;
use ecow::EcoString;

impl Compiler<'_> {
    /// Where a name is defined.
    pub(crate) fn find_def(&mut self, kind: DefKind, name: &str) -> Option<DefAt> {
        let found = self.resolve_def(kind, name);
        self.resolved(kind, name, found);
        found
    }

    fn resolve_def(&mut self, kind: DefKind, name: &str) -> Option<DefAt> {
        if let Some(found) = self.defs.get(kind, name) {
            return *found;
        }
        let is_absent = self.absent.get(kind, name).is_some();
        let own = if is_absent { None } else { self.session.define(kind, name, &mut self.deps) };
        let found = own.or_else(|| self.loaded.get(kind, name).copied());
        if !is_absent && matches!(kind, DefKind::Class | DefKind::Define) && self.checks_types() {
            self.autoload(name, found);
        }
        match found {
            Some(at) => {
                self.load(at.0);
                self.defs.insert(kind, EcoString::from(name), found);
            }
            None if !is_absent => self.absent.insert(kind, EcoString::from(name), ()),
            None => {}
        }
        found
    }

    pub(super) fn checks_types(&self) -> bool {
        self.session.options.complete && self.session.options.dialect == Dialect::Modern
    }

    /// Reads what Puppet reads to find a name: `init.pp`, then the likely files until one defines it.
    fn autoload(&mut self, name: &str, found: Option<DefAt>) {
        let mut paths = self.session.modules.manifests(name);
        if let Some(init) = paths.pop() {
            paths.insert(0, init);
        }
        for number in paths.iter().filter_map(|path| self.session.number(path)) {
            self.load(number);
            if found.is_some_and(|at| at.0 == number) {
                break;
            }
        }
    }

    /// A file that was autoloaded for one name defines everything in it.
    fn load(&mut self, number: u32) {
        if !self.loaded_files.insert(number) {
            return;
        }
        let defs = self.session.file(number).map(|f| &f.defs[..]).unwrap_or_default();
        if !defs.is_empty() {
            self.confirmed.more_is_defined();
        }
        for (i, def) in (0u32..).zip(defs) {
            match self.loaded.get(def.kind, &def.name) {
                None => self.loaded.insert(def.kind, def.name.clone(), (number, i)),
                Some((there, first)) if *there == number => self.met_again(number, (*first, i)),
                Some(_) => {}
            }
        }
        if self.checks_types() && !self.session.main_files().contains(&number) {
            self.check_places(number);
            self.evaluate_types(number);
        }
    }

    /// A name is defined twice in one file. Puppet 3 took two classes of one name for one.
    fn met_again(&mut self, number: u32, (first, again): (u32, u32)) {
        let Some(file) = self.session.file(number).filter(|_| !self.is_legacy()) else { return };
        if self.session.main_files().contains(&number) {
            return;
        }
        let error = super::definitions::taken(file, first, again);
        error.into_iter().for_each(|error| self.record(error));
    }

    /// A manifest of a module holds definitions alone, of names that lie below its own; the first other ends it.
    fn check_places(&mut self, number: u32) {
        let Some(file) = self.session.file(number) else { return };
        let Some(space) = self.namespace(&file.path) else { return };
        let misplaced = file.parsed.body.iter().find_map(|expr| {
            let name = match &expr.kind {
                ExprKind::Class(class) => &class.name,
                ExprKind::Define(define) => &define.name,
                ExprKind::Function(function) => &function.name,
                ExprKind::TypeAlias { name, .. } => name,
                ExprKind::Nop | ExprKind::Error => return None,
                _ => {
                    let what = label(expr);
                    let message = format!("This {what} is unacceptable as a top level construct in this location");
                    return Some(EvalError::issue("ILLEGAL_TOP_CONSTRUCT_LOCATION", message).at(&file.loc(expr.span)));
                }
            };
            let full = unrooted(name).to_lowercase();
            let below = full.strip_prefix(&space).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
            (!below).then(|| {
                let message =
                    format!("Unacceptable location. The name '{name}' is unacceptable in file '{}'", file.path);
                EvalError::issue("ILLEGAL_DEFINITION_LOCATION", message).at(&file.loc(expr.span))
            })
        });
        misplaced.into_iter().for_each(|error| self.record(error));
    }

    /// The name that a module's manifest stands for.
    fn namespace(&self, path: &str) -> Option<String> {
        let (folder, rest) = path.split_once("/manifests/")?;
        let module = folder.rsplit('/').next()?;
        self.session.modules.folder(module).filter(|known| &***known == folder)?;
        let rest = rest.strip_suffix(".pp")?.to_lowercase();
        let mut names: Vec<&str> = std::iter::once(module).chain(rest.split('/')).collect();
        names.pop_if(|last| *last == "init");
        Some(names.join("::"))
    }

    /// The types of all parameters in a file, in order; the first that is nowhere ends it. Whether there is none.
    pub(super) fn evaluate_types(&mut self, number: u32) -> bool {
        let Some(file) = self.session.file(number) else { return true };
        let params = (0u32..).zip(&file.defs).filter_map(|(i, def)| match def.kind {
            DefKind::Class => file.class(i).map(|c| &c.params),
            DefKind::Define => file.define(i).map(|d| &d.params),
            _ => None,
        });
        for ty in params.flatten().filter_map(|p| p.ty.as_ref()) {
            let here = self.last_loc.replace(file.loc(ty.span));
            let outcome = self.annotation(Env { scope: TOP, file }, ty);
            if let Err(error) = outcome {
                self.record(error);
                self.last_loc = here;
                return false;
            }
            self.last_loc = here;
        }
        true
    }
}
