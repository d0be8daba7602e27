//! `catalog --why Type[title].param`: where a value came from, step by step.

use super::{CatalogOutput, GateError};
use crate::catalog::{Catalog, Param, Resource};
use crate::value::{Origin, Value};
use serde_json::{Value as Json, json};
use std::fmt::Write;

/// Most steps of a history that are told.
const MAX_STEPS: usize = 40;

pub(super) fn run(catalog: &Catalog, question: &str) -> Result<CatalogOutput, GateError> {
    let (resource, wanted) = find(catalog, question)?;
    let params: Vec<&Param> = resource.params.iter().filter(|p| wanted.is_none_or(|w| p.name == w)).collect();
    if params.is_empty() {
        let names: Vec<&str> = resource.params.iter().map(|p| p.name.as_str()).collect();
        return Err(GateError::Input {
            message: format!("{} has no parameter {}", resource.reference(), wanted.unwrap_or_default()),
            help: Some(format!("it has {}", names.join(", "))),
        });
    }
    let mut text = format!("{}  declared at {}\n", resource.reference(), resource.at);
    let mut out = Vec::new();
    for param in params {
        let steps = history(&param.value);
        let _ = writeln!(text, "  {} => {}\n    given at {}", param.name, line_of(&param.value), param.at);
        steps.iter().for_each(|step| {
            let _ = writeln!(text, "    {step}");
        });
        out.push(json!({"parameter": param.name.as_str(), "given_at": param.at.to_string(), "from": steps}));
    }
    Ok(CatalogOutput { text, json: json!({"resource": resource.reference(), "parameters": Json::Array(out)}) })
}

/// The resource asked for, and the parameter if one is named.
fn find<'a, 'q>(catalog: &'a Catalog, question: &'q str) -> Result<(&'a Resource, Option<&'q str>), GateError> {
    let named = |reference: &str| catalog.resources.iter().find(|r| !r.is_virtual && r.reference() == reference);
    let split = question.rfind("].").map(|i| (question.get(..=i), question.get(i + 2..)));
    let found = match split {
        Some((Some(reference), param)) => named(reference).map(|r| (r, param)),
        _ => named(question).map(|r| (r, None)),
    };
    found.ok_or_else(|| GateError::Input {
        message: format!("{question}: no such resource in the catalog"),
        help: Some("name it as Type[title] or Type[title].parameter, as `catalog HOST` prints it".to_owned()),
    })
}

fn line_of(value: &Value) -> String {
    let text = value.to_string();
    let line: String = text.lines().next().unwrap_or_default().chars().take(120).collect();
    if line.len() < text.len() { format!("{line}…") } else { line }
}

/// The steps of a value's history, nearest first; for an unknown what it rests on.
fn history(value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    match value {
        Value::Str(s) => s.origin.as_deref().into_iter().for_each(|o| told(o, &mut out)),
        Value::Array(a) => a.origin.as_deref().into_iter().for_each(|o| told(o, &mut out)),
        Value::Hash(h) => h.origin.as_deref().into_iter().for_each(|o| told(o, &mut out)),
        Value::Sym(sym) => {
            let mut causes = Vec::new();
            sym.causes(&mut causes);
            out.extend(causes.iter().map(|c| format!("unknown: {:?} {}", c.kind, c.name).to_lowercase()));
        }
        _ => {}
    }
    out.dedup();
    out.truncate(MAX_STEPS);
    out
}

fn told(origin: &Origin, out: &mut Vec<String>) {
    let place = |at: &Option<crate::repo::Loc>| at.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
    match origin {
        Origin::Literal(at) => out.push(format!("written at {at}")),
        Origin::Hiera { key, at } => out.push(format!("data: {key} at {at}")),
        Origin::Element { index, len, at, list } => {
            out.push(format!("element {index} of {len}{}", place(at)));
            list.iter().for_each(|o| told(o, out));
        }
        Origin::Joined { separator, len, at, list } => {
            out.push(format!("{len} elements joined by {separator:?}{}", place(at)));
            list.iter().for_each(|o| told(o, out));
        }
        Origin::Rendered(pieces) => {
            for piece in pieces.iter().filter(|p| p.origin.is_some()).take(MAX_STEPS) {
                out.push(format!("rendered at {}", piece.at));
                piece.origin.iter().for_each(|o| told(o, out));
            }
            if let Some(first) = pieces.first().filter(|_| out.is_empty()) {
                out.push(format!("rendered at {}", first.at));
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;
    use crate::eval::{FileCache, HostSpec, Options, Session, compile};
    use crate::repo::Tree;
    use std::sync::Arc;

    #[test]
    fn tells_the_line_of_the_data() {
        let files = [
            ("manifests/site.pp", "include m"),
            ("environment.conf", ""),
            ("modules/m/manifests/init.pp", "class m($port = 1) { notify { 'a]b': message => $port } }"),
            ("hiera.yaml", "version: 5\nhierarchy:\n  - name: c\n    path: c.yaml\n"),
            ("data/c.yaml", "other: 1\nm::port: 'x'\n"),
        ];
        let session = Session::new(Tree::from_files("t", files), Options::default(), Arc::new(FileCache::default()));
        let catalog = compile(&session, &HostSpec::named("h.example")).catalog;
        let told = run(&catalog, "Notify[a]b].message").unwrap().text;
        assert!(told.contains("data: m::port at data/c.yaml:2"), "{told}");
        assert!(run(&catalog, "Notify[a]b].nope").is_err() && run(&catalog, "Notify[x]").is_err());
    }
}
