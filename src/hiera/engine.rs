//! The lookup itself: layers, levels, places; then interpolation and digging.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use ecow::EcoString;

use super::Hiera;
use super::api::{HieraScope, Lookup, Merge, Outcome, RegexDecision};
use super::call::not_data;
use super::data::{Data, Value};
use super::error::HieraError;
use super::files::{self, Format, Slot};
use super::interpolate::has_dynamic;
use super::key::{self, Key, Segment};
use super::level::{Backend, Layer, Level, Places};
use super::memo::{Memo, Place};
use super::merge;
use super::model::Naming;
use super::options::OPTIONS;
use super::stand::Step;
use super::template::{self, Got, HOLE, Rendered, Template};

/// Lookups within lookups.
const MAX_DEPTH: usize = 100;

/// Why a lookup cannot go on.
#[derive(Debug)]
pub(crate) enum Stop {
    Unknown(String),
    Error(HieraError),
}

impl From<HieraError> for Stop {
    fn from(error: HieraError) -> Self {
        Self::Error(error)
    }
}

pub(super) type Answer = Result<Option<Data>, Stop>;

/// One lookup and those within it.
pub(crate) struct Run<'a> {
    pub(super) hiera: &'a Hiera,
    pub(super) scope: &'a dyn HieraScope,
    consulted: RefCell<Vec<Arc<str>>>,
    consulted_all: RefCell<Vec<Arc<[Arc<str>]>>>,
    notes: RefCell<Vec<String>>,
    keys: RefCell<Vec<EcoString>>,
    decisions: RefCell<Vec<RegexDecision>>,
    pub(super) per_host: Cell<bool>,
    /// Keys and variables being looked up, to find recursion.
    stack: RefCell<Vec<String>>,
    /// Whether what is remembered was compared with the variables of now.
    is_fresh: Cell<bool>,
    /// A variable went into a value.
    pub(super) interpolates: Cell<bool>,
    /// How values of several levels become one.
    pub(super) merges: RefCell<Merge>,
    /// What is dug for in the value of the key at hand.
    pub(super) segments: RefCell<Vec<Segment>>,
    /// The answer quotes a text of the host at hand.
    pub(super) settles: Cell<bool>,
    /// The places that were come to, if the answer is one for all hosts on the same ground.
    steps: RefCell<Option<Vec<Step>>>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(hiera: &'a Hiera, scope: &'a dyn HieraScope) -> Self {
        Self {
            hiera,
            scope,
            consulted: RefCell::new(Vec::with_capacity(16)),
            consulted_all: RefCell::default(),
            notes: RefCell::default(),
            keys: RefCell::default(),
            decisions: RefCell::default(),
            per_host: Cell::new(false),
            stack: RefCell::default(),
            is_fresh: Cell::new(false),
            interpolates: Cell::new(false),
            merges: RefCell::default(),
            segments: RefCell::default(),
            settles: Cell::new(false),
            steps: RefCell::new(Some(Vec::new())),
        }
    }

    /// The answer is for the host at hand alone.
    pub(super) fn own(&self) {
        *self.steps.borrow_mut() = None;
    }

    fn step(&self, template: usize, tail: &str) {
        if let Some(steps) = &mut *self.steps.borrow_mut() {
            steps.push(Step { template, tail: tail.into() });
        }
    }

    /// What is remembered of earlier lookups and still holds.
    pub(super) fn memo(&self) -> Result<Option<&'a Memo>, HieraError> {
        let memo = self.scope.memo();
        if let Some(memo) = memo
            && !self.is_fresh.replace(true)
        {
            memo.refresh(self.scope)?;
        }
        Ok(memo)
    }

    pub(crate) fn finish(self, answer: Answer) -> Lookup {
        let is_plain = self.scope.memo().is_some() && !matches!(answer, Err(Stop::Error(_))) && !self.settles.get();
        let steps = self.steps.into_inner().filter(|_| is_plain);
        let outcome = match answer {
            Ok(Some(Data { value: Value::Unknown(why), .. })) => Outcome::Unknown { why: why.into() },
            Ok(Some(data)) => Outcome::Found(data),
            Ok(None) => Outcome::NotFound,
            Err(Stop::Unknown(why)) => Outcome::Unknown { why },
            Err(Stop::Error(error)) => Outcome::Error(error),
        };
        Lookup {
            outcome,
            consulted: self.consulted.into_inner(),
            consulted_all: self.consulted_all.into_inner(),
            per_host: self.per_host.get(),
            settled: self.settles.get(),
            keys: self.keys.into_inner(),
            decisions: self.decisions.into_inner(),
            notes: self.notes.into_inner(),
            trail: steps.map(|steps| self.hiera.trail(steps)),
        }
    }

    /// A lookup with its options, as `lookup()` does it.
    pub(crate) fn top(&self, key: &Key, merge: Option<&Merge>) -> Answer {
        if key.root == OPTIONS {
            return Ok(None);
        }
        self.keys.borrow_mut().push(key.root.as_str().into());
        if self.hiera.elsewhere.holds(&key.root) {
            return Err(Stop::Unknown(format!("key {}: said to have data elsewhere in holdpoint.toml", key.root)));
        }
        let asks = self.hiera.has_options(key.module()) || self.is_unsound(key.module())?;
        let options = if asks { self.options(key)? } else { None };
        let told = options.as_ref().and_then(|o| o.as_hash()?.get("merge"));
        let merge = match (merge, told) {
            (Some(merge), _) => merge.clone(),
            (None, Some(data)) => Merge::from_data(data)?,
            (None, None) => Merge::First,
        };
        let Some(value) = self.found(key, &merge)? else { return Ok(None) };
        let convert = options.as_ref().and_then(|o| o.as_hash()?.get("convert_to"));
        if options.is_some() {
            self.own();
        }
        match convert {
            None => Ok(Some(value)),
            Some(to) => self.scope.convert(value, to).map(Some).map_err(|why| {
                let message = format!("The convert_to lookup_option for key '{}' raised error: {why}", key.root);
                Stop::Error(HieraError::new(message, "correct the value or the lookup_options"))
            }),
        }
    }

    fn found(&self, key: &Key, merge: &Merge) -> Answer {
        let before = (self.merges.replace(merge.clone()), self.segments.replace(key.segments.clone()));
        let answer = self.in_layers(key, merge);
        self.merges.replace(before.0);
        self.segments.replace(before.1);
        answer
    }

    fn in_layers(&self, key: &Key, merge: &Merge) -> Answer {
        let layers = self.hiera.layers(key.module());
        let value = merge::over(merge, &layers, |layer| match layer {
            Some(layer) => self.layer(layer, &layer.levels, &key.root, merge),
            None => Ok(None),
        })?;
        let value = value.map(|value| self.hiera.elsewhere.complete(&key.root, value));
        if let Some(value) = value
            && let Some(inner) = key::dig(&key.root, &key.segments, &value)?
        {
            return Ok(Some(inner));
        }
        let module = layers.last().copied().flatten().filter(|layer| !layer.defaults.is_empty());
        let Some(module) = module else { return Ok(None) };
        match self.layer(module, &module.defaults, &key.root, merge)? {
            Some(value) => Ok(key::dig(&key.root, &key.segments, &value)?),
            None => Ok(None),
        }
    }

    pub(super) fn layer(&self, layer: &Layer, levels: &[Level], key: &str, merge: &Merge) -> Answer {
        self.consult(&layer.config);
        self.step(0, &layer.config);
        if let Some(error) = &layer.error {
            return Err(Stop::Error(error.clone()));
        }
        if levels.is_empty() {
            return Ok(None);
        }
        self.guarded(key, || merge::over(merge, levels, |level| self.level(level, key, merge)))
    }

    /// Runs a job under a name that must not turn up again inside it.
    pub(super) fn guarded<T>(&self, name: &str, job: impl FnOnce() -> Result<T, Stop>) -> Result<T, Stop> {
        {
            let mut stack = self.stack.borrow_mut();
            if stack.iter().any(|n| n == name) || stack.len() > MAX_DEPTH {
                let top = self.keys.borrow().first().cloned().unwrap_or_default();
                let message =
                    format!("Lookup of key '{top}' failed: Recursive lookup detected in [{}]", stack.join(", "));
                return Err(Stop::Error(HieraError::new(message, "break the circle of %{…} references")));
            }
            stack.push(name.into());
        }
        let out = job();
        self.stack.borrow_mut().pop();
        out
    }

    pub(super) fn consult(&self, path: &Arc<str>) {
        if self.scope.memo().is_none_or(|memo| memo.tell(path)) {
            self.consulted.borrow_mut().push(Arc::clone(path));
        }
    }

    fn note(&self, note: impl FnOnce() -> String) {
        self.notes.borrow_mut().push(note());
    }

    fn level(&self, level: &Level, key: &str, merge: &Merge) -> Answer {
        match &level.backend {
            Backend::Absent { .. } => return Ok(None),
            Backend::Unknown { why } => {
                self.own();
                return Err(Stop::Unknown(why.clone()));
            }
            Backend::Role { variable } => return self.roles(level, variable, key, merge),
            _ => {}
        }
        if !matches!(level.places, Places::Paths(_)) {
            self.own();
        }
        match &level.places {
            Places::Nowhere => self.at(level, None, key),
            Places::Paths(paths) => merge::over(merge, paths, |path| self.path(level, path, key)),
            Places::Globs(globs) => {
                let mut slots = Vec::new();
                for glob in globs {
                    slots.extend(self.glob(glob)?);
                }
                if slots.is_empty() {
                    return Ok(None);
                }
                merge::over(merge, &slots, |slot| self.at(level, Some(slot), key))
            }
            Places::Mapped { variable, local, path } => {
                let paths = self.mapped(variable, local, path)?;
                if paths.is_empty() {
                    return Ok(None);
                }
                merge::over(merge, &paths, |path| self.at(level, Some(&self.hiera.files.slot(path)), key))
            }
        }
    }

    fn place(&self, path: &Template) -> Result<Rc<Place>, Stop> {
        Ok(match self.memo()? {
            Some(memo) => memo.place(path, self.scope)?,
            None => Rc::new(Place::render(path, self.scope)?),
        })
    }

    /// The file that a path is, if that is known.
    pub(super) fn known_slot(&self, path: &Template) -> Result<Option<Arc<Slot>>, Stop> {
        let place = self.place(path)?;
        Ok(place.rendered.unknown.is_none().then(|| place.slot(&self.hiera.files, "")))
    }

    fn path(&self, level: &Level, path: &Template, key: &str) -> Answer {
        let place = self.place(path)?;
        let mut tail = String::new();
        if matches!(level.backend, Backend::ExpandPath { .. }) {
            push_namespace(&mut tail, key);
        }
        self.step(std::ptr::from_ref(path) as usize, &tail);
        self.there(level, &place, key, &tail)
    }

    pub(super) fn there(&self, level: &Level, place: &Place, key: &str, tail: &str) -> Answer {
        if place.rendered.per_host {
            self.per_host.set(true);
        }
        match &place.rendered.unknown {
            None => self.at(level, Some(&place.slot(&self.hiera.files, tail)), key),
            Some(why) => self.perhaps(level, &format!("{}{tail}", place.text), &place.rendered, key, why),
        }
    }

    /// A path that is not known: unknown if any file it could be has the key.
    fn perhaps(&self, level: &Level, pattern: &str, rendered: &Rendered, key: &str, why: &str) -> Answer {
        self.own();
        let files = &self.hiera.files;
        let slots = match &level.backend {
            _ if rendered.is_narrowed() => self.narrowed(&rendered.filled(pattern)),
            Backend::File { format, .. } => {
                let all = files.candidates(pattern);
                if rendered.per_host {
                    all.paths.iter().for_each(|path| self.consult(path));
                } else {
                    self.consulted_all.borrow_mut().push(Arc::clone(&all.paths));
                }
                files.holders(&all, *format, key).into_iter().cloned().collect()
            }
            _ => files.candidates(pattern).slots.clone(),
        };
        if key == OPTIONS {
            return self.perhaps_options(level, pattern, &slots, why);
        }
        self.any_of(level, pattern, &slots, key, why)?;
        self.note(|| format!("level `{}` passed over, no file it could be has `{key}`: {why}", level.name));
        Ok(None)
    }

    /// The files that a path can be, in the order of their paths.
    fn narrowed(&self, patterns: &[String]) -> Vec<Arc<Slot>> {
        let files = &self.hiera.files;
        let (open, named): (Vec<_>, Vec<_>) = patterns.iter().partition(|pattern| pattern.contains(HOLE));
        let mut slots: Vec<Arc<Slot>> = named.into_iter().map(|path| files.slot(path)).collect();
        for pattern in open {
            let all = files.candidates(pattern);
            self.consulted_all.borrow_mut().push(Arc::clone(&all.paths));
            slots.extend(all.slots.iter().cloned());
        }
        slots.sort_by(|a, b| a.path.cmp(&b.path));
        slots.dedup_by(|a, b| a.path == b.path);
        slots
    }

    pub(super) fn any_of(
        &self,
        level: &Level,
        pattern: &str,
        slots: &[Arc<Slot>],
        key: &str,
        why: &str,
    ) -> Result<(), Stop> {
        for slot in slots {
            if self.at(level, Some(slot), key)?.is_some() {
                let shown = pattern.replace(HOLE, "*");
                return Err(Stop::Unknown(format!("`{key}` may come from {shown} ({} has it): {why}", slot.path)));
            }
        }
        Ok(())
    }

    pub(super) fn glob(&self, glob: &Template) -> Result<Vec<Arc<Slot>>, Stop> {
        let mut buffer = String::new();
        let rendered = glob.path(self.scope, &mut buffer)?;
        self.per_host.set(self.per_host.get() | rendered.per_host);
        let pattern = crate::repo::normal(&buffer.replace(HOLE, "*"));
        if let Some(why) = rendered.unknown {
            return Err(Stop::Unknown(format!("the files of {pattern} are not known: {why}")));
        }
        let paths = files::glob(self.hiera.files.tree(), &pattern)
            .ok_or_else(|| Stop::Unknown(format!("the files of {pattern} are not known: too many alternatives")))?;
        Ok(paths.iter().map(|path| self.hiera.files.slot(path)).collect())
    }

    pub(super) fn mapped(&self, variable: &Key, local: &str, path: &Template) -> Result<Vec<String>, Stop> {
        let value = match template::variable(variable, self.scope)? {
            Got::Missing => return Ok(Vec::new()),
            Got::Value(value, _) => value,
        };
        let items = match &value.value {
            Value::Unknown(why) => return Err(Stop::Unknown(why.to_string())),
            Value::Array(items) => items.to_vec(),
            Value::Undef => return Ok(Vec::new()),
            _ => vec![value],
        };
        let mut out = Vec::new();
        for item in items {
            let inner = Local { outer: self.scope, name: local, value: item };
            let mut buffer = String::new();
            if let Some(why) = path.path(&inner, &mut buffer)?.unknown {
                return Err(Stop::Unknown(why));
            }
            out.push(buffer);
        }
        Ok(out)
    }

    /// A value as it goes into the answer, gone through anew.
    pub(super) fn put_in_anew(&self, value: &Data) -> Result<Data, Stop> {
        if has_dynamic(value) {
            self.own();
        }
        let value = self.interpolated(value)?;
        Ok(self.settled_for(&self.merges.borrow(), value))
    }

    /// Looks at one file, or calls a function that has none.
    pub(super) fn at(&self, level: &Level, slot: Option<&Arc<Slot>>, key: &str) -> Answer {
        if let Some(slot) = slot {
            self.consult(&slot.path);
            if slot.is_folder && matches!(level.backend, Backend::File { .. }) && !self.hiera.is_legacy() {
                return Err(folder(slot));
            }
            if !slot.exists {
                return Ok(None);
            }
        }
        match (&level.backend, slot) {
            (Backend::File { format, encrypted }, Some(slot)) => {
                let value = self.in_file(slot, *format, key)?;
                Ok(if *encrypted { value.map(|v| decrypted(&v)) } else { value })
            }
            (Backend::ExpandPath { keys }, Some(slot)) => self.under_some_name(slot, *keys, key),
            (Backend::Regex { key: field, subject }, Some(slot)) => self.in_regex_file(slot, field, subject, key),
            (Backend::Function(function), slot) => self.function(function, slot, key),
            (Backend::Refused { error }, _) => Err(Stop::Error(error.clone())),
            _ => Ok(None),
        }
    }

    fn under_some_name(&self, slot: &Slot, keys: Naming, key: &str) -> Answer {
        let mut found = Ok(None);
        for name in keys.names(key) {
            found = self.in_file(slot, Format::Yaml, name);
            if !matches!(found, Ok(None)) {
                break;
            }
        }
        found
    }

    fn in_file(&self, slot: &Slot, format: Format, key: &str) -> Answer {
        let file = self.hiera.files.data(slot, format)?;
        if let Some((class, line)) = &file.refused
            && !self.hiera.is_legacy()
        {
            let message = format!("Unable to parse ({}): Tried to load unspecified class: {class}", slot.path);
            return Err(Stop::Error(HieraError::new(message, "quote the value").at(&slot.path, *line)));
        }
        let Some((name, value)) = file.root.as_hash().and_then(|hash| hash.entry(key)) else { return Ok(None) };
        if self.hiera.is_legacy() {
            // Hiera 3 takes no value for none, and anything that YAML gives.
            return if value.value == Value::Undef { Ok(None) } else { self.put_in(value).map(Some) };
        }
        let known = self.hiera.shared.of(value);
        if let Some(bad) = known.map_or_else(|| not_data(value), |known| known.not_data) {
            let message = format!(
                "Value for key '{key}', in hash returned from data_hash function, when using location '{}', has wrong type, expects Puppet::LookupValue, got {bad}",
                slot.path
            );
            let line = name.at.as_ref().map_or(1, |at| at.line);
            return Err(Stop::Error(HieraError::new(message, "quote the value or the key").at(&slot.path, line)));
        }
        self.put_in(value).map(Some)
    }

    fn in_regex_file(&self, slot: &Slot, field: &str, subject: &Template, key: &str) -> Answer {
        let file = self.hiera.files.data(slot, Format::Yaml)?;
        let mut text = String::new();
        let rendered = subject.path(self.scope, &mut text)?;
        self.per_host.set(self.per_host.get() | rendered.per_host);
        let Some(labels) = file.root.as_hash() else { return Ok(None) };
        for (label, data) in labels.iter() {
            let Some(data) = data.as_hash() else { return Ok(None) };
            let Some(value) = data.get(key) else { continue };
            self.own();
            if let Some(why) = rendered.unknown {
                let label = label.as_str().unwrap_or_default();
                return Err(Stop::Unknown(format!("`{key}` may come from {}, {label}: {why}", slot.path)));
            }
            let pattern = match data.get(field).map(|d| &d.value) {
                Some(Value::Regexp(source) | Value::Str(source)) => source,
                _ => return Ok(None),
            };
            let matched = self.hiera.matches(pattern, &text)?;
            if rendered.per_host {
                let decision = RegexDecision { pattern: pattern.to_string(), subject: text.clone(), matched };
                self.decisions.borrow_mut().push(decision);
            }
            if matched {
                return self.put_in(value).map(Some);
            }
        }
        Ok(None)
    }
}

fn folder(slot: &Slot) -> Stop {
    let message = format!("Is a directory @ io_fread - {}", slot.path);
    Stop::Error(HieraError::new(message, "name a file: a part of the path may be empty"))
}

/// A variable that stands for one element of another.
struct Local<'a> {
    outer: &'a dyn HieraScope,
    name: &'a str,
    value: Data,
}

impl HieraScope for Local<'_> {
    fn variable(&self, name: &str) -> super::api::ScopeValue {
        if name.trim_start_matches("::") == self.name {
            super::api::ScopeValue::Known(self.value.clone())
        } else {
            self.outer.variable(name)
        }
    }
}

/// `a::b::c` below `common` is in `common/a/b.yaml`, `c` in `common.yaml`.
pub(super) fn push_namespace(path: &mut String, key: &str) {
    let key = key.strip_prefix("::").unwrap_or(key);
    if let Some((namespace, _)) = key.rsplit_once("::") {
        path.push('/');
        path.push_str(&namespace.replace("::", "/"));
    }
    path.push_str(".yaml");
}

/// Encrypted text is opaque; its end tells one secret from another.
fn decrypted(data: &Data) -> Data {
    let value = match &data.value {
        Value::Str(text) if text.trim_start().starts_with("ENC[") => {
            let text = text.trim().trim_end_matches(']');
            let tail: String = text.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
            Value::Unknown(format!("an encrypted value (…{tail})").into())
        }
        Value::Array(items) => Value::Array(items.iter().map(decrypted).collect()),
        Value::Hash(hash) => Value::Hash(Arc::new(hash.iter().map(|(k, v)| (k.clone(), decrypted(v))).collect())),
        other => other.clone(),
    };
    Data { value, at: data.at.clone() }
}
