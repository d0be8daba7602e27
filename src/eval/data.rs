//! Hiera as the compiler sees it: variables go in, values with their line come out.

use super::answers::Agreed;
use super::backend;
use super::compiler::Compiler;
use super::facts::opaque;
use super::lift::{Known, Res, concat, known_deep, sample_deep};
use super::memo::same_value;
use super::outcome::Observation;
use super::scope::{Env, ScopeId};
use super::session::Session;
use crate::hiera::{self, BackendAnswer, Data, DataFiles, FunctionKind, Hiera, HieraScope, Merge, Outcome, ScopeValue};
use crate::repo::Loc;
use crate::value::{Array, CauseKind, Entries, Hash, Origin, SymExpr, Value};
use ecow::EcoString;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::Arc;

/// What is looked up.
#[derive(Clone, Debug)]
pub(crate) enum How {
    /// The value of a class parameter.
    Bind,
    /// A key, with the merge that the caller wants.
    Lookup(Option<Value>),
}

/// A lookup and its outcome.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) key: EcoString,
    pub(crate) how: How,
    pub(crate) answer: Found,
    pub(super) agreed: Agreed,
}

impl Lookup {
    pub(crate) fn new(key: &str, how: &How, answer: Found) -> Self {
        Self { key: key.into(), how: how.clone(), answer, agreed: Agreed::default() }
    }

    pub(crate) fn is_same_question(&self, other: &Self) -> bool {
        let same_how = match (&self.how, &other.how) {
            (How::Bind, How::Bind) => true,
            (How::Lookup(a), How::Lookup(b)) => a == b,
            _ => false,
        };
        same_how && self.key == other.key
    }

    /// The question alone.
    pub(crate) fn question(&self) -> Self {
        Self::new(&self.key, &self.how, Found::Nothing)
    }
}

impl Found {
    /// The same value from the same place, or the same reason why there is none.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(a, at), Self::Value(b, other_at)) => at == other_at && same_value(a, b),
            (Self::Nothing, Self::Nothing) => true,
            (Self::Unknown(a), Self::Unknown(b)) | (Self::Error(a), Self::Error(b)) => a == b,
            _ => false,
        }
    }
}

/// Outcome of a lookup.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    /// A value and where it stands.
    Value(Value, Option<Loc>),
    /// No level has it.
    Nothing,
    /// It can't be told; why.
    Unknown(String),
    /// Puppet would fail.
    Error(String),
}

/// The data layers of a revision, and what is known of them.
pub(crate) struct HieraState {
    pub(super) data: Result<Hiera, String>,
    pub(super) answers: super::answers::Answers,
}

impl std::fmt::Debug for HieraState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HieraState")
    }
}

impl HieraState {
    /// Whether some data files call a key by its last part alone.
    pub(crate) fn shortens(&self) -> bool {
        self.data.as_ref().is_ok_and(Hiera::shortens)
    }

    /// Whether a data file can be read, or there is none.
    pub(crate) fn can_read(&self, path: &str) -> bool {
        self.data.as_ref().is_ok_and(|hiera| hiera.can_read(path))
    }

    /// Why a key that was not found may yet exist: some layer of the hierarchy is not in the repository.
    pub(crate) fn absent(&self) -> Option<String> {
        let (name, why) = self.data.as_ref().ok()?.absent().into_iter().next()?;
        Some(format!("level {name}: {why}"))
    }

    /// Paths of the hierarchy that speak of a private place which is not in the tree.
    fn private_gap(&self, tree: &crate::repo::Tree) -> Option<String> {
        let hiera = self.data.as_ref().ok()?;
        let told = hiera.notes().iter().any(|n| n.contains("private"));
        (told && !tree.is_dir("private")).then(|| "private data is not in the repository".to_owned())
    }

    /// Whether two data files say the same for some keys.
    pub(super) fn says_the_same(&self, one: &str, other: &str, concerns: &dyn Fn(&str) -> bool) -> bool {
        self.data.as_ref().is_ok_and(|hiera| hiera.says_the_same(one, other, concerns))
    }

    /// What is done with each level of the hierarchy, and why it cannot be used.
    pub(super) fn levels(&self) -> (Vec<hiera::LevelNote>, Option<String>) {
        match &self.data {
            Ok(hiera) => (hiera.levels(), hiera.config_error().map(ToString::to_string)),
            Err(error) => (Vec::new(), Some(error.clone())),
        }
    }

    /// Patterns of the data files that a scope may read; `None` for any.
    pub(super) fn patterns(&self, scope: &dyn HieraScope) -> Option<Vec<hiera::PathPattern>> {
        self.data.as_ref().ok()?.patterns(scope)
    }

    pub(crate) fn open(session: &Session, shared: &Arc<DataFiles>) -> Self {
        let settings = session.options.hiera.clone();
        let data = Hiera::load(session.tree(), &session.layout, &settings, shared).map_err(|e| e.to_string());
        Self { data, answers: super::answers::Answers::default() }
    }
}

/// Symbolic values by the name that Hiera knows them by.
type Symbols = FxHashMap<EcoString, Value>;

/// Variables for Hiera, and which per-host ones it asked for.
pub(super) struct Variables<'c, 's> {
    compiler: &'c Compiler<'s>,
    scope: ScopeId,
    asked: RefCell<Vec<Value>>,
    /// Texts that differ from host to host, by the name they were asked for.
    symbols: RefCell<Symbols>,
    /// The value to convert, and to what.
    convert: RefCell<Option<(Data, Data)>>,
    /// The variables that were read.
    names: RefCell<Vec<EcoString>>,
}

impl HieraScope for Variables<'_, '_> {
    fn memo(&self) -> Option<&hiera::Memo> {
        // What is not written down must be asked again.
        self.compiler.muted.is_none().then_some(&self.compiler.hiera_memo)
    }

    fn call_backend(&self, kind: FunctionKind, function: &str, key: &Data, options: &Data) -> BackendAnswer {
        let (key, options) = (from_data(key, function), from_data(options, function));
        backend::run(self.compiler, (kind, function), &key, options)
    }

    fn convert(&self, value: Data, to: &Data) -> Result<Data, String> {
        *self.convert.borrow_mut() = Some((value.clone(), to.clone()));
        Ok(value)
    }

    fn alternatives(&self, name: &str) -> Option<Vec<String>> {
        let Some(Value::Sym(sym)) = self.read(name) else { return None };
        let SymExpr::Choice(values) = &sym.expr else { return None };
        values.iter().map(|v| v.as_str().map(str::to_owned)).collect()
    }

    fn variable(&self, name: &str) -> ScopeValue {
        let bare = crate::eval::reference::unrooted(name);
        let found = self.read(name);
        let value = match found {
            Some(value) => value,
            None => match self.compiler.host.fact(bare) {
                Some(value) if !bare.contains("::") && self.compiler.may_be_fact(bare) => value,
                _ => return ScopeValue::Missing,
            },
        };
        self.told(name, value)
    }

    /// Single facts are known where the hash of all is not.
    fn member(&self, root: &str, path: &[&str]) -> Option<ScopeValue> {
        let whole = self.read(root)?;
        let name = path.join(".");
        let asked = format!("{root}.{name}");
        if crate::eval::reference::unrooted(root) != "facts" || !whole.is_unknown() {
            let inner = path.iter().try_fold(&whole, |v, name| v.as_hash()?.get(&Value::str(*name)))?;
            return Some(self.told(&asked, inner.clone()));
        }
        Some(self.compiler.host.fact(&name).map_or(ScopeValue::Missing, |value| self.told(&asked, value)))
    }
}

impl<'c, 's> Variables<'c, 's> {
    pub(super) fn new(compiler: &'c Compiler<'s>, scope: ScopeId) -> Self {
        Self {
            compiler,
            scope,
            asked: RefCell::default(),
            symbols: RefCell::default(),
            convert: RefCell::default(),
            names: RefCell::default(),
        }
    }

    fn read(&self, name: &str) -> Option<Value> {
        let mut names = self.names.borrow_mut();
        if !names.iter().any(|n| n == name) {
            names.push(name.into());
        }
        self.compiler.lookup_var(self.scope, name)
    }

    /// A value as Hiera may know it; what differs from host to host is written down.
    fn told(&self, name: &str, value: Value) -> ScopeValue {
        match known_deep(&value) {
            Known::Fully => ScopeValue::Known(to_data(&value)),
            Known::PerHost => {
                let sample = sample_deep(&value);
                leaves(&value, &mut self.asked.borrow_mut());
                match sample {
                    Value::Str(s) => {
                        self.symbols.borrow_mut().insert(name.into(), value.clone());
                        ScopeValue::PerHost(s.text.to_string())
                    }
                    other => ScopeValue::Known(to_data(&other)),
                }
            }
            Known::No if value.as_hash().is_some() => ScopeValue::Known(to_data(&value)),
            Known::No => ScopeValue::Unknown(format!("variable {name}")),
        }
    }
}

impl<'s> Compiler<'s> {
    /// Why a key that was not found may yet have a value.
    pub(crate) fn hiera_gap(&self) -> Option<String> {
        let hiera = self.session.hiera();
        hiera.absent().or_else(|| hiera.private_gap(&self.session.tree))
    }

    /// Looks a key up.
    pub(crate) fn hiera_lookup(&mut self, env: Env<'s>, key: &str, merge: Option<&Value>) -> Found {
        self.look_up(env, key, &How::Lookup(merge.cloned()))
    }

    /// Looks up the value of a class parameter.
    pub(crate) fn hiera_bind(&mut self, env: Env<'s>, key: &str) -> Found {
        self.look_up(env, key, &How::Bind)
    }

    /// Looks a key up. To a recorder that is one question, whatever it took to answer it: it is looked up anew
    /// elsewhere, with all that follows from it.
    pub(crate) fn look_up(&mut self, env: Env<'s>, key: &str, how: &How) -> Found {
        let mut names = Vec::new();
        let found = self.known_answer(env.scope, key, how).unwrap_or_else(|| {
            let recorder = self.recorder.take();
            let (found, trail) = match how {
                How::Bind => self.ask_hiera(env, key, &mut names, |hiera, scope| hiera.bind(key, scope)),
                How::Lookup(merge) => match merge.as_ref().map(|m| Merge::from_data(&to_data(m))).transpose() {
                    Ok(merge) => {
                        self.ask_hiera(env, key, &mut names, |hiera, scope| hiera.lookup(key, scope, merge.as_ref()))
                    }
                    Err(error) => (Found::Error(error.to_string()), None),
                },
            };
            self.take_stand(env.scope);
            self.keep_answer(env.scope, (key, how), &found, trail);
            self.recorder = recorder;
            found
        });
        let lookup = || Lookup::new(key, how, found.clone());
        self.asked_lookup(env.scope, lookup, &names);
        found
    }

    /// A value with what stands in `%{…}` put in, as the context of a Hiera function does it.
    pub(crate) fn hiera_interpolate(&mut self, env: Env<'s>, value: &Value) -> Res<Value> {
        let data = to_data(value);
        let (found, _) = self.ask_hiera(env, "", &mut Vec::new(), |hiera, scope| hiera.interpolated(&data, scope));
        match found {
            Found::Value(value, _) => Ok(value),
            Found::Error(message) => Err(super::hiera_error::hiera_error(self, message)),
            Found::Unknown(why) => Ok(opaque(CauseKind::Hiera, why)),
            Found::Nothing => Ok(Value::Undef),
        }
    }

    fn ask_hiera(
        &mut self,
        env: Env<'s>,
        key: &str,
        names: &mut Vec<EcoString>,
        ask: impl FnOnce(&Hiera, &dyn HieraScope) -> hiera::Lookup,
    ) -> (Found, Option<hiera::Trail>) {
        let hiera = match &self.session.hiera().data {
            Ok(hiera) => hiera,
            Err(error) => return (Found::Error(error.clone()), None),
        };
        if !hiera.is_configured() {
            return (Found::Nothing, None);
        }
        let variables = Variables::new(self, env.scope);
        let answer = ask(hiera, &variables);
        let Variables { asked, symbols, convert, names: read, .. } = variables;
        *names = read.into_inner();
        let (asked, symbols, convert) = (asked.into_inner(), symbols.into_inner(), convert.into_inner());
        let present: Vec<Arc<str>> = answer.consulted.iter().filter(|p| self.session.tree.exists(p)).cloned().collect();
        self.deps.extend(answer.consulted.iter().cloned());
        for list in &answer.consulted_all {
            if self.dep_lists.insert(list.as_ptr() as usize) {
                self.deps.extend(list.iter().cloned());
            }
        }
        self.lookups.extend(answer.keys);
        self.data_files.extend(present.iter().cloned());
        if !asked.is_empty() {
            self.observe_files(&asked, &answer.consulted);
            answer.decisions.iter().for_each(|d| self.observe_decision(&asked, d));
        }
        if answer.settled {
            asked.iter().for_each(|v| self.observe_value(v));
        }
        let trail = answer.trail.filter(|_| convert.is_none());
        let found = match answer.outcome {
            Outcome::Found(data) => {
                let at = data.at.as_ref().map(|o| Loc { path: o.file.clone(), line: o.line });
                let to = convert.filter(|(value, _)| *value == data).map(|(_, to)| to);
                let value = self.session.converted().of(&data, key, || with_symbols(&data, key, &symbols));
                self.converted(env, value, to.as_ref(), key).map_or_else(Found::Error, |v| Found::Value(v, at))
            }
            Outcome::NotFound => Found::Nothing,
            Outcome::Unknown { why } => Found::Unknown(why),
            Outcome::Error(error) => Found::Error(error.to_string()),
        };
        (found, trail)
    }

    /// Applies `convert_to`: a type, or a list of a type and further arguments of `new`.
    fn converted(&mut self, env: Env<'s>, value: Value, to: Option<&Data>, key: &str) -> Result<Value, String> {
        let to = to.map(|to| from_data(to, key)).filter(|to| !value.is_unknown() && !matches!(to, Value::Undef));
        let Some(to) = to else { return Ok(value) };
        let (ty, rest) = match &to {
            Value::Array(list) => (list.items.first(), list.items.get(1..).unwrap_or_default()),
            other => (Some(other), Default::default()),
        };
        let ty = self.convert_type(ty.unwrap_or(&Value::Undef), key)?;
        let mut args = vec![value];
        args.extend_from_slice(rest);
        let mut caller = super::call::Caller { compiler: self, env };
        super::functions::new_instance(&mut caller, &ty, &args)
            .map_err(|why| format!("The convert_to lookup_option for key '{key}' raised error: {why}"))
    }

    /// The type that `convert_to` names.
    fn convert_type(&mut self, written: &Value, key: &str) -> Result<Arc<crate::value::types::Type>, String> {
        let raised = |why: String| format!("The convert_to lookup_option for key '{key}' raised error: {why}");
        let Some(text) = written.as_str() else {
            let got = crate::value::types::infer(written);
            return Err(raised(format!("'new' parameter 'type' expects a Type value, got {}", got.name())));
        };
        let file = self.session.type_text(text);
        let Some(expr) = file.parsed.body.first().filter(|_| file.parsed.errors.is_empty()) else {
            return Err(format!("Invalid data type in lookup_options for key '{key}' could not parse '{text}'"));
        };
        let env = Env { scope: super::scope::TOP, file };
        match self.annotation(env, expr) {
            Ok(ty) => Ok(ty),
            Err(_) if !self.session.options.complete => Ok(Arc::new(crate::value::types::Type::Any)),
            Err(_) => {
                Err(raised(format!("Creation of new instance of type 'TypeReference['{text}']' is not supported")))
            }
        }
    }

    /// Which entries of a file take the host depends on an expression that its name fits.
    fn observe_decision(&mut self, asked: &[Value], decision: &hiera::RegexDecision) {
        match asked.iter().find(|v| v.as_str() == Some(&decision.subject)) {
            Some(subject) => {
                let pattern = Value::Regex(decision.pattern.as_str().into());
                let question = Value::call("=~", vec![subject.clone(), pattern], Some(Value::Bool(decision.matched)));
                self.observe_truth(&question, decision.matched);
            }
            None => asked.iter().for_each(|v| self.observe_value(v)),
        }
    }

    /// Which data files exist depends on per-host values: that is a decision.
    fn observe_files(&mut self, asked: &[Value], consulted: &[Arc<str>]) {
        for path in consulted {
            if self.muted.is_none() && self.per_host_paths.contains(path) {
                continue;
            }
            let in_path = |v: &&Value| v.as_str().is_some_and(|s| !s.is_empty() && path.contains(s));
            let used: Vec<Value> = asked.iter().filter(in_path).cloned().collect();
            if !used.is_empty() {
                if self.muted.is_none() {
                    self.per_host_paths.insert(path.clone());
                }
                self.observe_once(Observation::File(path.clone(), used));
            }
        }
    }
}

/// The per-host values in a value (`facts`, `trusted`).
fn leaves(value: &Value, out: &mut Vec<Value>) {
    match value {
        Value::Array(list) => list.items.iter().for_each(|v| leaves(v, out)),
        Value::Hash(hash) => hash.entries.values().for_each(|v| leaves(v, out)),
        Value::Sym(sym) if sym.sample.is_some() => out.push(value.clone()),
        _ => {}
    }
}

pub(super) fn to_data(value: &Value) -> Data {
    use hiera::Value as V;
    Data::new(match value.sample() {
        Value::Undef => V::Undef,
        Value::Bool(b) => V::Bool(*b),
        Value::Int(i) => V::Int(*i),
        Value::Float(f) => V::Float(*f),
        Value::Str(s) => V::Str(s.text.clone()),
        Value::Array(a) => V::Array(a.items.iter().map(to_data).collect()),
        Value::Hash(h) => V::Hash(Arc::new(h.entries.iter().map(|(k, v)| (to_data(k), to_data(v))).collect())),
        Value::Sym(_) => V::Unknown("not known".into()),
        other => V::Str(other.to_string().into()),
    })
}

/// A data value with its line as origin.
pub(super) fn from_data(data: &Data, key: &str) -> Value {
    with_symbols(data, key, &Symbols::default())
}

/// The same; what differs from host to host stays symbolic.
fn with_symbols(data: &Data, key: &str, symbols: &Symbols) -> Value {
    use hiera::Value as V;
    let origin = data.at.as_ref().map(|o| {
        let at = Loc { path: o.file.clone(), line: o.line };
        Arc::new(Origin::Hiera { key: EcoString::from(key), at })
    });
    match &data.value {
        V::Undef => Value::Undef,
        V::Bool(b) => Value::Bool(*b),
        V::Int(i) => Value::Int(*i),
        V::Float(f) => Value::Float(*f),
        V::Str(s) | V::Symbol(s) => Value::Str(crate::value::Str { text: s.clone(), origin }),
        V::PerHost(text) => {
            pieces(text, symbols).unwrap_or_else(|| Value::Str(crate::value::Str { text: text.text.clone(), origin }))
        }
        V::Regexp(r) => Value::Regex(Arc::from(r.as_str())),
        V::Unknown(why) => opaque(CauseKind::Hiera, why.clone()),
        V::Array(items) => {
            let items = items.iter().map(|d| with_symbols(d, key, symbols)).collect();
            Value::Array(Arc::new(Array { items, origin }))
        }
        V::Hash(hash) => {
            let entry = |(k, v): &(Data, Data)| (with_symbols(k, key, symbols), with_symbols(v, key, symbols));
            let entries: Entries = hash.iter().map(entry).collect();
            Value::Hash(Arc::new(Hash { entries, origin }))
        }
    }
}

fn pieces(text: &hiera::PerHost, symbols: &Symbols) -> Option<Value> {
    let piece = |piece: &hiera::Piece| match piece {
        hiera::Piece::Text(text) => Some(Value::str(text)),
        hiera::Piece::Variable(name) => symbols.get(name).cloned(),
    };
    if let [only] = &text.pieces[..] {
        return piece(only);
    }
    let parts: Option<Vec<Value>> = text.pieces.iter().map(piece).collect();
    Some(concat(parts?))
}
