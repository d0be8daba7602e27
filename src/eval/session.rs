//! What all hosts of one revision share: parsed manifests, where names are defined, main manifests.

use super::autoload::Modules;
use super::cache::Family;
pub use super::cache::FileCache;
use super::converted::Converted;
use super::names::Names;
use super::ruby_function::RubyFunction;
use super::source::{DefKind, SourceFile};
use crate::nodes::NodeIndex;
use crate::puppet::Dialect;
use crate::puppet::ast::{Expr, ExprKind, NodeDef, NodeMatch};
use crate::repo::{Layout, LayoutSettings, Loc, Tree};
use crate::ruby::erb::Template;
use crate::ruby::function::Function;
use crate::ruby::native::NativeType;
use crate::value::Value;
use ecow::EcoString;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// How to read and judge a repository.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which dialect manifests are read in.
    pub dialect: Dialect,
    /// Unknown variables are errors (Puppet 8).
    pub strict_variables: bool,
    /// `strict=error` (Puppet 8): no coercion of strings to numbers.
    pub strict: bool,
    /// Ruby backends and absent data.
    pub hiera: crate::hiera::HieraSettings,
    /// Where things lie; detected when absent.
    pub layout: Option<Layout>,
    /// Puppet code evaluated instead of the main manifest (tests, conformance).
    pub code: Option<Arc<str>>,
    /// Whether everything a catalog needs is in the repository, so that what is missing is an error.
    pub complete: bool,
    /// Leaves ERB unevaluated, as a marker that names the template (conformance).
    pub erb_markers: bool,
    /// Whether the agent's package brings the types that left Puppet's core along (`cron`, `mount`, `yumrepo` …).
    pub bundled_types: bool,
    /// Whether exported resources are stored, if that is known; without it collecting them does nothing.
    pub storeconfigs: Option<bool>,
    /// Evaluates every instance anew, though one like it was evaluated before (to compare).
    pub afresh: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dialect: Dialect::Legacy,
            strict_variables: false,
            strict: false,
            hiera: crate::hiera::HieraSettings::default(),
            layout: None,
            code: None,
            complete: true,
            erb_markers: false,
            bundled_types: true,
            storeconfigs: None,
            afresh: false,
        }
    }
}

type Slot = OnceLock<Option<Arc<SourceFile>>>;

/// Where a definition stands: file and number in it.
pub(crate) type DefAt = (u32, u32);

/// Where a name is defined, and which files were looked at to find out.
#[derive(Debug)]
struct Defined {
    at: Option<DefAt>,
    tried: Vec<Arc<str>>,
}

/// One revision, ready to compile hosts from.
#[derive(Debug)]
pub struct Session {
    pub(crate) tree: Tree,
    pub(crate) options: Options,
    pub(crate) modules: Modules,
    pub(crate) layout: Layout,
    cache: Arc<FileCache>,
    traces: Arc<super::memo::Store>,
    revision: u32,
    paths: FxHashMap<Arc<str>, u32>,
    slots: Vec<(Arc<str>, Slot)>,
    main: OnceLock<Vec<u32>>,
    main_defs: OnceLock<Names<DefAt>>,
    node_index: OnceLock<NodeIndex>,
    /// Large values that were held against an annotation.
    pub(super) judged: super::judged::Judged,
    pub(super) aliases: super::named_types::Aliases,
    /// The first node definition whose name is taken: what Puppet says, and where.
    pub(super) repeated: OnceLock<Option<(String, Loc)>>,
    known: RwLock<Names<Arc<Defined>>>,
    hiera: OnceLock<super::data::HieraState>,
    templates: Store,
    erb: RwLock<FxHashMap<Arc<str>, Arc<Template>>>,
    ruby: RwLock<FxHashMap<Arc<str>, Option<Arc<RubyFunction>>>>,
    natives: RwLock<FxHashMap<Arc<str>, Option<Arc<NativeType>>>>,
}

/// Parsed EPP templates; grows only, so that what it holds can be lent out.
#[derive(Debug, Default)]
struct Store(OnceLock<Box<Entry>>);

#[derive(Debug)]
struct Entry {
    key: Arc<str>,
    file: SourceFile,
    next: Store,
}

impl Store {
    fn get(&self, key: &str, make: impl FnOnce() -> SourceFile) -> &SourceFile {
        let mut at = self;
        let mut make = Some(make);
        loop {
            let entry = at.0.get_or_init(|| {
                let file = make.take().map_or_else(|| SourceFile::epp(key.into(), "".into()), |m| m());
                Box::new(Entry { key: key.into(), file, next: Self::default() })
            });
            if *entry.key == *key {
                return &entry.file;
            }
            at = &entry.next;
        }
    }
}

impl Session {
    /// Opens a revision.
    #[must_use]
    pub fn new(tree: Tree, options: Options, cache: Arc<FileCache>) -> Self {
        let layout = options.layout.clone().or_else(|| Layout::discover(&tree, &LayoutSettings::default()).ok());
        let layout = layout.unwrap_or_else(|| empty_layout(&tree));
        let modules = Modules::index(&tree, &layout);
        let manifests = tree.list("").filter(|p| p.ends_with(".pp"));
        let mut slots: Vec<(Arc<str>, Slot)> = manifests.map(|p| (p.clone(), Slot::new())).collect();
        if let Some(code) = &options.code {
            let path: Arc<str> = "site.pp".into();
            let file = SourceFile::parse(path.clone(), code.clone(), options.dialect);
            slots.push((path, Slot::from(Some(Arc::new(file)))));
        }
        let paths = (0u32..).zip(&slots).map(|(i, (p, _))| (p.clone(), i)).collect();
        let switches = [options.strict, options.strict_variables, options.complete, options.erb_markers];
        let family = Family { dialect: options.dialect, switches, facts: modules.facts.clone() };
        let (traces, revision) = (cache.traces_for(&family), cache.new_revision());
        Self {
            tree,
            options,
            modules,
            layout,
            cache,
            traces,
            revision,
            paths,
            slots,
            main: OnceLock::new(),
            main_defs: OnceLock::new(),
            node_index: OnceLock::new(),
            judged: super::judged::Judged::default(),
            aliases: super::named_types::Aliases::default(),
            repeated: OnceLock::new(),
            known: RwLock::default(),
            hiera: OnceLock::new(),
            templates: Store::default(),
            erb: RwLock::default(),
            ruby: RwLock::default(),
            natives: RwLock::default(),
        }
    }

    /// The tree it reads.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn hiera(&self) -> &super::data::HieraState {
        self.hiera.get_or_init(|| super::data::HieraState::open(self, &self.cache.data))
    }

    /// What came of instances so far, here and in revisions like this one.
    pub(super) fn traces(&self) -> &super::memo::Store {
        &self.traces
    }

    /// A number that no other revision of the run has.
    pub(super) fn revision(&self) -> u32 {
        self.revision
    }

    /// A parsed ERB template of the repository.
    pub(crate) fn erb(&self, path: &str) -> Option<Arc<Template>> {
        if let Some(found) = self.erb.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return Some(found.clone());
        }
        let text = self.tree.text(path).ok().flatten()?;
        let template = Arc::new(Template::parse(&text, path));
        self.erb.write().unwrap_or_else(PoisonError::into_inner).insert(path.into(), template.clone());
        Some(template)
    }

    /// A function of the repository that is written in Ruby; `None` if its file cannot be read as one.
    pub(crate) fn ruby_function(&self, name: &str, path: &Arc<str>) -> Option<Arc<RubyFunction>> {
        if let Some(found) = self.ruby.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return found.clone();
        }
        let text = self.tree.text(path).ok().flatten();
        let code = text.and_then(|t| Function::parse(&t, path, name));
        let function = code.map(|code| Arc::new(RubyFunction::new(code)));
        self.ruby.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), function.clone());
        function
    }

    /// A native type that a module of the repository defines, by its name in lower case.
    #[must_use]
    pub fn native_type(&self, name: &str) -> Option<Arc<NativeType>> {
        let path = self.modules.types.get(name)?;
        if let Some(found) = self.natives.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return found.clone();
        }
        let text = self.tree.text(path).ok().flatten();
        let provider = self.only_provider(path, name);
        let required = |name: &str| self.required(path, name);
        let native = text.and_then(|t| NativeType::parse(&t, path, provider.as_deref(), &required)).map(Arc::new);
        self.natives.write().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), native.clone());
        native
    }

    /// The file of a type's provider, if its module has but one, or one that stands for all.
    fn only_provider(&self, path: &str, name: &str) -> Option<Arc<str>> {
        let (module, _) = path.split_once("/lib/")?;
        let files = self.tree.list(&format!("{module}/lib/puppet/provider/{name}")).filter(|p| p.ends_with(".rb"));
        let texts: Vec<Arc<str>> = files.take(16).filter_map(|f| self.tree.text(f).ok().flatten()).collect();
        let mut standard = texts.iter().filter(|text| texts.len() == 1 || text.contains("defaultfor"));
        standard.next().filter(|_| standard.next().is_none()).cloned()
    }

    /// A Ruby file of a module's `lib` that another one there requires.
    fn required(&self, path: &str, name: &str) -> Option<Arc<str>> {
        let (module, _) = path.split_once("/lib/")?;
        self.tree.text(&format!("{module}/lib/{name}.rb")).ok().flatten()
    }

    /// A data file that a function reads, parsed once; `None` if there is none.
    pub(crate) fn loaded(&self, path: &Arc<str>, parse: impl FnOnce(&[u8]) -> Option<Value>) -> Option<Value> {
        let oid = self.tree.oid(path)?;
        self.cache.loaded(path, oid, || self.tree.read(path).ok().flatten().and_then(|bytes| parse(&bytes)))
    }

    /// Data of Hiera that were converted to values before, in any revision.
    pub(super) fn converted(&self) -> &Converted {
        &self.cache.converted
    }

    /// A type written as text, as an expression.
    pub(crate) fn type_text(&self, text: &str) -> &SourceFile {
        let read = || SourceFile::parse("type".into(), text.into(), Dialect::Modern);
        self.templates.get(&format!("type {text}"), read)
    }

    /// A parsed EPP template of the repository.
    pub(crate) fn epp_file(&self, path: &str) -> Option<&SourceFile> {
        let text = self.tree.text(path).ok().flatten()?;
        Some(self.templates.get(path, || SourceFile::epp(path.into(), text)))
    }

    /// A parsed EPP template given as text.
    pub(crate) fn epp_text(&self, text: &str) -> &SourceFile {
        self.templates.get(text, || SourceFile::epp("inline_epp".into(), text.into()))
    }

    /// A parsed manifest by number.
    pub(crate) fn file(&self, number: u32) -> Option<&SourceFile> {
        let (path, slot) = self.slots.get(number as usize)?;
        slot.get_or_init(|| self.parse(path)).as_deref()
    }

    /// The number of a manifest.
    pub(crate) fn number(&self, path: &str) -> Option<u32> {
        self.paths.get(path).copied()
    }

    /// A parsed manifest by path.
    #[must_use]
    pub fn file_at(&self, path: &str) -> Option<&SourceFile> {
        self.file(*self.paths.get(path)?)
    }

    fn parse(&self, path: &Arc<str>) -> Option<Arc<SourceFile>> {
        let oid = self.tree.oid(path)?;
        self.cache.manifest(path, oid, || {
            let text = self.tree.text(path).ok().flatten()?;
            Some(SourceFile::parse(path.clone(), text, self.options.dialect))
        })
    }

    /// The main manifests in evaluation order.
    pub(crate) fn main_files(&self) -> &[u32] {
        self.main.get_or_init(|| self.find_main())
    }

    fn find_main(&self) -> Vec<u32> {
        if self.options.code.is_some() {
            return self.slots.len().checked_sub(1).and_then(|n| u32::try_from(n).ok()).into_iter().collect();
        }
        let manifests: Vec<u32> = self.layout.manifests.iter().filter_map(|p| self.paths.get(p).copied()).collect();
        match &manifests[..] {
            [site] if self.file(*site).is_some_and(has_import) => self.with_imports(*site),
            _ => manifests,
        }
    }

    /// A manifest preceded by what it imports, as Puppet 3 loaded them.
    fn with_imports(&self, site: u32) -> Vec<u32> {
        let (mut out, mut seen) = (Vec::new(), FxHashSet::default());
        self.follow_imports(site, &mut seen, &mut out, 0);
        out
    }

    fn follow_imports(&self, number: u32, seen: &mut FxHashSet<u32>, out: &mut Vec<u32>, depth: u8) {
        if depth > 20 || !seen.insert(number) {
            return;
        }
        let Some(file) = self.file(number) else { return };
        let folder = file.path.rsplit_once('/').map_or("", |(d, _)| d);
        for pattern in file.parsed.body.iter().filter_map(import_patterns).flatten() {
            for path in self.glob(folder, &pattern) {
                self.follow_imports(path, seen, out, depth + 1);
            }
        }
        out.push(number);
    }

    fn glob(&self, folder: &str, pattern: &str) -> Vec<u32> {
        let full = if folder.is_empty() { pattern.to_owned() } else { format!("{folder}/{pattern}") };
        let full = if full.ends_with(".pp") { full } else { format!("{full}.pp") };
        let Some((before, after)) = full.split_once('*') else {
            return self.paths.get(full.as_str()).copied().into_iter().collect();
        };
        let dir = before.rsplit_once('/').map_or("", |(d, _)| d);
        let fits = |p: &Arc<str>| {
            let middle = p.strip_prefix(before).and_then(|r| r.strip_suffix(after));
            middle.is_some_and(|m| !m.contains('/'))
        };
        self.tree.list(dir).filter(|p| fits(p)).filter_map(|p| self.paths.get(p).copied()).collect()
    }

    /// The classes of a manifest, by name.
    pub fn classes_in<'a>(&'a self, path: &str) -> impl Iterator<Item = &'a EcoString> + use<'a> {
        let defs = self.file_at(path).map(|f| &f.defs[..]).unwrap_or_default();
        defs.iter().filter(|d| d.kind == DefKind::Class).map(|d| &d.name)
    }

    /// Where things lie.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The main manifests, in order of evaluation.
    pub fn main_sources(&self) -> impl Iterator<Item = &SourceFile> {
        self.main_files().iter().filter_map(|n| self.file(*n))
    }

    /// Names of whatever a manifest defines, node definitions apart.
    #[must_use]
    pub fn definitions(&self, path: &str) -> Vec<String> {
        let defs = self.file_at(path).map(|f| &f.defs[..]).unwrap_or_default();
        defs.iter().filter(|d| d.kind != DefKind::Node).map(|d| d.name.to_string()).collect()
    }

    /// The same with what each is.
    pub(crate) fn definitions_of(&self, path: &str) -> Vec<(DefKind, String)> {
        let defs = self.file_at(path).map(|f| &f.defs[..]).unwrap_or_default();
        defs.iter().filter(|d| d.kind != DefKind::Node).map(|d| (d.kind, d.name.to_string())).collect()
    }

    /// What is done with each level of the Hiera hierarchy, and why it cannot be used if it can't.
    #[must_use]
    pub fn hierarchy(&self) -> (Vec<crate::hiera::LevelNote>, Option<String>) {
        let (mut levels, problem) = self.hiera().levels();
        for level in &mut levels {
            let file = level.function.as_ref().and_then(|name| self.modules.file_of("functions", name));
            if let (Some(name), Some(path)) = (&level.function, file.filter(|path| self.tree.exists(path))) {
                level.state = format!("function {name} of {path} is run");
                level.function = None;
            }
        }
        (levels, problem)
    }

    /// Functions written in Ruby: name and path.
    pub fn ruby_functions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.modules.ruby_functions.iter().map(|(name, path)| (&**name, &**path))
    }

    /// All node definitions of the main manifests, in order, with their file.
    pub fn nodes(&self) -> impl Iterator<Item = (&SourceFile, &NodeDef)> {
        self.main_files().iter().filter_map(|n| self.file(*n)).flat_map(|f| f.nodes().map(move |n| (f, n)))
    }

    /// A node definition as written, by number.
    #[must_use]
    pub fn node_text(&self, number: usize) -> Option<&str> {
        let is_node = |e: &&Expr| matches!(e.kind, ExprKind::Node(_));
        let all = self.main_sources().flat_map(|f| f.parsed.body.iter().filter(is_node).map(move |e| (f, e.span)));
        let (file, span) = all.into_iter().nth(number)?;
        file.text.get(span.start as usize..span.end as usize)
    }

    /// The node definition for a host: exact name, first regex that matches, default.
    #[must_use]
    pub fn node_for(&self, certname: &str) -> Option<(&SourceFile, &NodeDef)> {
        let index = self.node_index.get_or_init(|| NodeIndex::new(&self.nodes().map(|(_, n)| n).collect::<Vec<_>>()));
        if index.unreadable.is_empty() && !certname.contains(char::is_uppercase) {
            return index.find(certname).and_then(|place| self.nodes().nth(place));
        }
        let find = |fits: &dyn Fn(&NodeMatch) -> bool| self.nodes().find(|(_, n)| n.matches.iter().any(fits));
        find(&|m| matches!(m, NodeMatch::Name(n, _) if n.eq_ignore_ascii_case(certname)))
            .or_else(|| find(&|m| matches!(m, NodeMatch::Regex(r, _) if crate::value::regex::is_match(r, certname).unwrap_or(false))))
            .or_else(|| find(&|m| matches!(m, NodeMatch::Default(_))))
    }

    /// A node definition by name, for `inherits`.
    pub(crate) fn node_named(&self, name: &str) -> Option<(&SourceFile, &NodeDef)> {
        self.nodes().find(|(_, n)| n.matches.iter().any(|m| matches!(m, NodeMatch::Name(x, _) if x == name)))
    }

    fn main_defs(&self) -> &Names<DefAt> {
        self.main_defs.get_or_init(|| {
            let mut out = Names::default();
            for number in self.main_files() {
                let defs = self.file(*number).map(|f| &f.defs[..]).unwrap_or_default();
                for (i, def) in (0u32..).zip(defs) {
                    out.insert_first(def.kind, &def.name, (*number, i));
                }
            }
            out
        })
    }

    /// Where a name is defined; `deps` gets every path that was tried.
    pub(crate) fn define(&self, kind: DefKind, name: &str, deps: &mut FxHashSet<Arc<str>>) -> Option<DefAt> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(kind, name).cloned();
        let known = known.unwrap_or_else(|| {
            let found = Arc::new(self.find_definition(kind, name));
            self.known.write().unwrap_or_else(PoisonError::into_inner).insert(kind, name.into(), found.clone());
            found
        });
        deps.extend(known.tried.iter().cloned());
        known.at
    }

    fn find_definition(&self, kind: DefKind, name: &str) -> Defined {
        if let Some(at) = self.main_defs().get(kind, name).copied() {
            return Defined {
                at: Some(at),
                tried: self.slots.get(at.0 as usize).map(|(p, _)| p.clone()).into_iter().collect(),
            };
        }
        let mut tried = Vec::new();
        for path in self.candidates(kind, name) {
            let at = self.defined_in(&path, kind, name);
            tried.push(path.into());
            if at.is_some() {
                return Defined { at, tried };
            }
        }
        Defined { at: None, tried }
    }

    fn candidates(&self, kind: DefKind, name: &str) -> Vec<String> {
        match kind {
            DefKind::Class | DefKind::Define => self.modules.manifests(name),
            DefKind::Function => self.modules.file_of("functions", name).into_iter().collect(),
            DefKind::Alias => self.modules.file_of("types", name).into_iter().collect(),
            DefKind::Node => Vec::new(),
        }
    }

    fn defined_in(&self, path: &str, kind: DefKind, name: &str) -> Option<DefAt> {
        let number = *self.paths.get(path)?;
        Some((number, self.file(number)?.find(kind, name)?))
    }

    /// Whether a name belongs to a module that is only referred to (a submodule): its code is elsewhere.
    pub(crate) fn is_elsewhere(&self, name: &str) -> bool {
        self.is_submodule(name) || self.is_private(name)
    }

    /// A module that is nowhere in the repository: private modules are kept apart by many.
    fn is_private(&self, name: &str) -> bool {
        let module = name.split("::").next().unwrap_or(name);
        let in_main = || self.main_defs().names().any(|n| n.split("::").next() == Some(module));
        self.options.code.is_none() && name.contains("::") && self.modules.folder(module).is_none() && !in_main()
    }

    fn is_submodule(&self, name: &str) -> bool {
        let module = name.split("::").next().unwrap_or(name);
        let folder_is_file = |home: &String| self.tree.exists(&format!("{home}/{module}"));
        self.layout.modulepath.iter().any(folder_is_file)
    }

    /// Whether a class or type that was not found may be defined outside the repository: its module is a
    /// submodule, or (where not everything is expected here) nothing of its namespace is.
    pub(crate) fn may_lie_elsewhere(&self, name: &str) -> bool {
        if self.is_elsewhere(name) {
            return true;
        }
        let module = name.split("::").next().unwrap_or(name);
        let prefix = format!("{module}::");
        let here =
            || self.layout.modules.contains_key(module) || self.main_defs().names().any(|n| n.starts_with(&prefix));
        !self.options.complete && !here()
    }

    /// Syntax errors of the main manifests, which no host can compile with.
    pub(crate) fn syntax_error(&self, file: &SourceFile) -> Option<(Loc, String, &'static str)> {
        let error = file.parsed.errors.first()?;
        Some((file.loc(error.span), error.message.clone(), error.issue))
    }
}

/// The layout of a tree without manifests of its own.
fn empty_layout(tree: &Tree) -> Layout {
    let modules = |d: &str| tree.children(d).into_iter().map(|m| (m.to_owned(), format!("{d}/{m}"))).collect();
    Layout {
        root: String::new(),
        environment: "production".into(),
        manifests: Vec::new(),
        modulepath: vec!["modules".into()],
        staging: Vec::new(),
        modules: modules("modules"),
        templates: None,
        files: None,
        hiera: tree.exists("hiera.yaml").then(|| "hiera.yaml".into()),
        is_legacy: false,
        notes: Vec::new(),
    }
}

fn has_import(file: &SourceFile) -> bool {
    file.parsed.body.iter().any(|e| matches!(e.kind, ExprKind::Import(_)))
}

fn import_patterns(expr: &Expr) -> Option<Vec<EcoString>> {
    let ExprKind::Import(args) = &expr.kind else { return None };
    let text = |e: &Expr| match &e.kind {
        ExprKind::Str(s) | ExprKind::Name(s) => Some(s.clone()),
        _ => None,
    };
    Some(args.iter().filter_map(text).collect())
}
