//! How many templates render without an unknown of the evaluator's own making, once all that they ask is known:
//! `templates_rendered DIR [--show N]`.
//!
//! Every file below a folder `templates` counts. Nobody says here of what type a variable is, so that each is tried with
//! values of several shapes, until the template renders or no shape is left. What stays is told by how often it occurs.
#![allow(clippy::print_stdout)]

use holdpoint::ruby::erb::{Rendered, Template, TemplateScope};
use holdpoint::value::{CauseKind, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// Most questions of one template that are tried with every shape, and how often each is.
const QUESTIONS: usize = 40;
const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().ok_or("usage: templates_rendered DIR [--show N]")?;
    let show: usize = if arguments.next().is_some() { arguments.next().ok_or("--show N")?.parse()? } else { 0 };
    let (mut all, mut good, mut causes) = (0, 0, BTreeMap::<String, Vec<String>>::new());
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().flatten() {
        let is_template = entry.path().components().any(|c| c.as_os_str() == "templates");
        if !is_template || !entry.file_type().is_file() {
            continue;
        }
        all += 1;
        let found = left_unknown(&String::from_utf8_lossy(&std::fs::read(entry.path())?), entry.path());
        good += usize::from(found.is_empty());
        for cause in found {
            causes.entry(cause).or_default().push(entry.path().display().to_string());
        }
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(_, where_)| std::cmp::Reverse(where_.len()));
    for (cause, paths) in &causes {
        println!("{:4} {cause}", paths.len());
        paths.iter().take(show).for_each(|path| println!("       {path}"));
    }
    println!("{good} of {all} templates render in full");
    Ok(())
}

/// What stays unknown of a template with the shapes that leave the least.
fn left_unknown(text: &str, path: &Path) -> Vec<String> {
    if path.extension().is_some_and(|e| e != "erb") && !text.contains("<%") {
        return Vec::new();
    }
    let template = Template::parse(text, "template");
    let mut known = Known { keys: keys_of(text), chosen: BTreeMap::new() };
    let mut best = causes(&template.render(&mut known));
    for _ in 0..ROUNDS {
        for question in known.chosen.keys().take(QUESTIONS).cloned().collect::<Vec<_>>() {
            if best.is_empty() {
                return best;
            }
            best = better(&template, &mut known, &question, best);
        }
    }
    best
}

/// The same with the shape of one answer changed, if that leaves less unknown.
fn better(template: &Template, known: &mut Known, question: &str, mut best: Vec<String>) -> Vec<String> {
    let mut kept = known.chosen.get(question).copied().unwrap_or_default();
    for shape in 0..SHAPES {
        known.chosen.insert(question.to_owned(), shape);
        let left = causes(&template.render(known));
        if weight(&left) < weight(&best) {
            (best, kept) = (left, shape);
        }
    }
    known.chosen.insert(question.to_owned(), kept);
    best
}

/// An exception hides all that would come after it.
fn weight(causes: &[String]) -> usize {
    causes.iter().map(|c| if c.starts_with("raises") { 20 } else { 1 }).sum()
}

fn causes(rendered: &Rendered) -> Vec<String> {
    let mut causes = Vec::new();
    if let Value::Sym(sym) = &rendered.value {
        sym.causes(&mut causes);
    }
    let own = causes.iter().filter(|c| !matches!(c.kind, CauseKind::Fact)).map(|c| c.name.to_string());
    let mut own: Vec<String> = match &rendered.raised {
        Some(error) => vec![format!("raises: {}", error.message)],
        None => own.collect(),
    };
    own.sort_unstable();
    own.dedup();
    own
}

/// Words in quotes or with a colon: the keys that a hash given to the template has.
fn keys_of(text: &str) -> Vec<Value> {
    let mut keys = vec!["one".to_owned(), "two".to_owned()];
    for part in text.split("['").chain(text.split("[\"")).chain(text.split("?('")).skip(1) {
        let word: String = part.chars().take_while(|c| c.is_alphanumeric() || "_-.:".contains(*c)).collect();
        if !word.is_empty() && !keys.contains(&word) && keys.len() < 60 {
            keys.push(word);
        }
    }
    keys.into_iter().map(Value::str).collect()
}

/// How many shapes an answer can have.
const SHAPES: usize = 11;

/// A scope that answers every question, in a shape that can be chosen.
struct Known {
    keys: Vec<Value>,
    chosen: BTreeMap<String, usize>,
}

impl Known {
    fn answer(&mut self, question: &str) -> Value {
        let shape = *self.chosen.entry(question.to_owned()).or_default();
        let list = |value: Value| Value::array(vec![value.clone(), value]);
        match shape {
            0 => Value::str("one.example.org"),
            1 => list(Value::str("one.example.org")),
            2 => Value::Int(3),
            3 => self.hash(&Value::str("value")),
            4 => self.hash(&list(Value::str("value"))),
            5 => self.hash(&self.hash(&Value::str("value"))),
            6 => list(self.hash(&Value::str("value"))),
            7 => Value::str("192.0.2.1/24"),
            8 => Value::Bool(true),
            9 => self.hash(&self.hash(&list(Value::str("value")))),
            _ => Value::Undef,
        }
    }

    fn hash(&self, value: &Value) -> Value {
        Value::hash(self.keys.iter().map(|key| (key.clone(), value.clone())).collect())
    }
}

impl TemplateScope for Known {
    fn variable(&mut self, name: &str) -> Option<Value> {
        Some(self.answer(name))
    }

    fn call_function(&mut self, name: &str, _: &[Value]) -> Option<Value> {
        Some(self.answer(&format!("{name}()")))
    }

    fn template_path(&mut self, name: &str) -> Option<ecow::EcoString> {
        Some(name.into())
    }

    fn file_text(&mut self, _: &str) -> Option<Value> {
        Some(Value::str("text\n"))
    }

    fn has_variable(&mut self, _: &str) -> bool {
        true
    }
}
