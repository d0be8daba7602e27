//! Every piece of a revision that could take part in a catalog, read for what it mentions.

use super::data;
use super::place::{Kind, Parts, Place};
use super::words::{Style, tags};
use crate::eval::{Session, SourceFile};
use crate::puppet::ast::{Expr, ExprKind, Span};
use crate::repo::Layout;
use rayon::prelude::*;
use std::sync::Arc;

/// Where a path lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Home<'p> {
    /// In a module: its name and the path below its folder.
    Module(&'p str, &'p str),
    /// One of the folders of old that all modules share (`templates`, `files`).
    Shared(&'p str),
    /// Elsewhere.
    Outside,
}

/// Where a path lies.
pub(super) fn home<'p>(layout: &'p Layout, path: &'p str) -> Home<'p> {
    for home in layout.modulepath.iter().chain(&layout.staging) {
        let inside = if home.is_empty() {
            Some(path)
        } else {
            path.strip_prefix(home.as_str()).and_then(|r| r.strip_prefix('/'))
        };
        if let Some((module, rest)) = inside.and_then(|r| r.split_once('/')) {
            return Home::Module(module, rest);
        }
    }
    let shared = [&layout.templates, &layout.files].into_iter().flatten();
    let below = |folder: &String| path.strip_prefix(folder.as_str())?.strip_prefix('/');
    match shared.filter_map(below).next() {
        Some(rest) => Home::Shared(rest),
        None => Home::Outside,
    }
}

/// Whether a path is that of structured data.
pub(super) fn is_data(path: &str) -> bool {
    [".yaml", ".yml", ".eyaml", ".json"].iter().any(|end| path.ends_with(end))
}

/// All places of a revision.
pub(super) fn places(session: &Session) -> Vec<Place> {
    let main: Vec<&SourceFile> = session.main_sources().collect();
    let mut places = of_main(&main, session.layout().is_legacy);
    let paths: Vec<&Arc<str>> = session.tree().list("").filter(|p| !main.iter().any(|m| m.path == **p)).collect();
    let rest: Vec<Vec<Place>> = paths.par_iter().map(|path| of_file(session, path)).collect();
    places.extend(rest.into_iter().flatten());
    let mut builders = vec![("role".to_owned(), Some(Parts { starts: vec!["role::".into()], ends: Vec::new() }))];
    for place in &mut places {
        if let Some(function) = function_of(&place.kind, session.layout())
            && let Some(parts) = place.take_parts()
        {
            builders.push((function, Some(parts)));
        }
    }
    let unclear = loading_functions(session).into_iter().filter(|name| !builders.iter().any(|(b, _)| b == name));
    builders.extend(unclear.collect::<Vec<_>>().into_iter().map(|name| (name, None)));
    open_callers(session, &mut places);
    // Data calls nothing, and functions in Ruby have their arguments from their callers.
    let calls = |place: &&mut Place| !matches!(place.kind, Kind::Data(_) | Kind::Named(_));
    for place in places.iter_mut().filter(calls) {
        for (_, parts) in builders.iter().filter(|(name, _)| place.says(name)).cloned().collect::<Vec<_>>() {
            match parts {
                Some(parts) => place.makes.push(parts),
                None => place.is_relative = true,
            }
        }
    }
    places
}

/// Where a manifest loads what a variable names, the names come from it, from those that use it and from
/// the data that it asks for or is bound to.
fn open_callers(session: &Session, places: &mut [Place]) {
    let sinks: Vec<(Vec<String>, Place)> = places
        .iter()
        .filter(|p| p.is_sink)
        .map(|p| match &p.kind {
            Kind::Manifest(path) => (session.definitions(path), p.clone()),
            Kind::Defined(names) => (names.clone(), p.clone()),
            _ => (Vec::new(), p.clone()),
        })
        .collect();
    let uses = |place: &Place, names: &[String], sink: &Place| match &place.kind {
        Kind::Data(key) => {
            sink.asks(key) || key.rsplit_once("::").is_some_and(|(class, _)| names.iter().any(|n| n == class))
        }
        _ => names.iter().any(|name| place.says(name)),
    };
    places.par_iter_mut().for_each(|place| place.is_open |= sinks.iter().any(|(names, sink)| uses(place, names, sink)));
}

/// The name of a function that a place defines.
fn function_of(kind: &Kind, layout: &Layout) -> Option<String> {
    match kind {
        Kind::Named(name) => Some(name.clone()),
        Kind::Manifest(path) => match home(layout, path) {
            Home::Module(module, rest) => {
                let stem = rest.strip_prefix("functions/")?.strip_suffix(".pp")?;
                Some(format!("{module}::{}", stem.replace('/', "::")))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Functions that are called with whole names.
const PLAIN: [&str; 6] =
    ["create_resources", "ensure_resource", "ensure_resources", "ensure_packages", "require_package", "hiera_include"];

/// Functions in Ruby that declare classes, whose names they may put together.
fn loading_functions(session: &Session) -> Vec<String> {
    const SIGNS: [&str; 5] =
        ["function_include", "evaluate_classes", "function_require", "'include'", "create_resources"];
    let declares = |path: &str| match session.tree().text(path) {
        Ok(Some(text)) => SIGNS.iter().any(|sign| text.contains(sign)),
        _ => false,
    };
    session
        .ruby_functions()
        .filter(|(name, path)| !PLAIN.contains(name) && declares(path))
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn of_main(files: &[&SourceFile], is_legacy: bool) -> Vec<Place> {
    let mut places = Vec::new();
    let mut node = 0;
    let known: Option<Vec<String>> =
        is_legacy.then(|| files.iter().flat_map(|f| &f.parsed.body).flat_map(names_of).collect());
    for file in files {
        let mut rest = String::new();
        for expr in &file.parsed.body {
            let text = text_of(file, expr.span);
            match &expr.kind {
                ExprKind::Node(_) => {
                    places.push(Place::read(Kind::Node(node), "", text, Style::Puppet));
                    node += 1;
                }
                _ if name_of(expr).is_some() => definitions(file, expr, &known, &mut places),
                _ => {
                    rest.push_str(text);
                    rest.push('\n');
                }
            }
        }
        places.push(Place::read(Kind::Top, "", &rest, Style::Puppet));
    }
    places
}

/// A definition and those written inside it, each a place of its own. Where names are relative, `known`
/// are those that main manifests define.
fn definitions(file: &SourceFile, expr: &Expr, known: &Option<Vec<String>>, places: &mut Vec<Place>) {
    let (mut text, mut at) = (String::new(), expr.span.start);
    if let ExprKind::Class(class) = &expr.kind {
        for inner in class.body.iter().filter(|e| name_of(e).is_some()) {
            text.push_str(text_of(file, Span { start: at, end: inner.span.start }));
            at = inner.span.end;
            definitions(file, inner, known, places);
        }
    }
    text.push_str(text_of(file, Span { start: at, end: expr.span.end }));
    let name = name_of(expr).unwrap_or_default();
    let mut place = Place::read(Kind::Defined(vec![name.clone()]), "", &text, Style::Puppet);
    if let Some(known) = known {
        place.is_relative = true;
        place.resolve(&name, known, &text);
    }
    places.push(place);
}

pub(super) fn text_of(file: &SourceFile, span: Span) -> &str {
    file.text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// The names that a definition brings: its own, and those of the classes and types that are written inside it.
pub(super) fn names_of(expr: &Expr) -> Vec<String> {
    let mut names: Vec<String> = name_of(expr).into_iter().collect();
    if let ExprKind::Class(class) = &expr.kind {
        names.extend(class.body.iter().flat_map(names_of));
    }
    names
}

/// The name of a definition that is no node.
fn name_of(expr: &Expr) -> Option<String> {
    let name = match &expr.kind {
        ExprKind::Class(class) => &class.name,
        ExprKind::Define(define) => &define.name,
        ExprKind::Function(function) => &function.name,
        ExprKind::TypeAlias { name, .. } => name,
        _ => return None,
    };
    Some(name.trim_start_matches("::").to_lowercase())
}

fn of_file(session: &Session, path: &Arc<str>) -> Vec<Place> {
    let layout = &session.layout();
    let home = home(layout, path);
    let kind = match &home {
        Home::Module(module, rest) => in_module(module, rest, path),
        Home::Shared(rest) => {
            let (first, below) = rest.split_once('/').unwrap_or(("", rest));
            Some(Kind::Asset(first.into(), below.into()))
        }
        Home::Outside => None,
    };
    let module = if let Home::Module(module, _) = home { module } else { "" };
    let wants = kind.is_some() || home == Home::Outside && is_data(path);
    let Some(text) = wants.then(|| session.tree().text(path).ok().flatten()).flatten() else { return Vec::new() };
    match kind {
        Some(Kind::Data(_)) | None => {
            let shortens = session.hiera().shortens();
            let named = |(key, text): (String, String)| {
                let names = data::full_names(path, &key, shortens);
                names.into_iter().map(move |name| (name, text.clone())).collect::<Vec<_>>()
            };
            let entry = |(key, text): (String, String)| Place::read(Kind::Data(key), module, &text, Style::Data);
            data::entries(path, &text).into_iter().flat_map(named).map(entry).collect()
        }
        Some(kind) => {
            let is_template = matches!(kind, Kind::Asset(..));
            let text = if is_template { tags(&text).into() } else { text };
            let mut place = Place::read(kind, module, &text, Style::of(path));
            // Names were relative to the namespace once.
            place.is_relative = layout.is_legacy && path.ends_with(".pp");
            vec![place]
        }
    }
}

/// What a file of a module can do for a catalog, if anything.
fn in_module(module: &str, rest: &str, path: &Arc<str>) -> Option<Kind> {
    let (folder, below) = rest.split_once('/')?;
    match folder {
        "manifests" | "functions" | "types" if rest.ends_with(".pp") => Some(Kind::Manifest(path.clone())),
        "templates" => Some(Kind::Asset(module.into(), below.into())),
        // Types and providers run on the agent or only check what is declared.
        "lib" if rest.ends_with(".rb") && below.contains("/functions/") => ruby_name(below).map(Kind::Named),
        "data" if is_data(rest) => Some(Kind::Data(String::new())),
        _ => None,
    }
}

/// What Ruby below `lib` is called by.
pub(super) fn ruby_name(below: &str) -> Option<String> {
    let name = below.strip_suffix(".rb")?;
    let after = |folder: &str| name.strip_prefix(folder);
    if let Some(function) = after("puppet/functions/") {
        return Some(function.replace('/', "::"));
    }
    if let Some(function) = after("puppet/parser/functions/").or_else(|| after("puppet/type/")) {
        return Some(function.rsplit('/').next().unwrap_or(function).to_owned());
    }
    after("puppet/provider/").map(|rest| rest.split('/').next().unwrap_or(rest).to_owned())
}
