//! ERB templates: syntax, and rendering over our values.

pub(crate) mod scan;
mod whole;

use super::ast::Expr;
use super::interp::{Interp, Stop};
use super::syntax::{RubyError, errors_of, nests_by_words, options, refused, with_room};
use super::{lower, values};
use crate::value::{CauseKind, Value};
use ecow::EcoString;
use std::sync::Arc;

pub use super::interp::{Ground, Piece};

/// What a template may ask of the evaluator.
pub trait TemplateScope {
    /// A variable: `x` for `@x` or a bare `x`; for `scope['::a::b']` and `scope.lookupvar('a::b')`
    /// the name as written. `None` if it is not set.
    fn variable(&mut self, name: &str) -> Option<Value>;
    /// Sets a variable; `false` if it is set already.
    fn set_variable(&mut self, _name: &str, _value: &Value) -> bool {
        true
    }
    /// Calls a Puppet function; `None` if it can't be called.
    fn call_function(&mut self, name: &str, args: &[Value]) -> Option<Value>;
    /// Whether a function is of the older form, which alone `scope.function_name` reaches.
    fn has_old_function(&mut self, _name: &str) -> bool {
        true
    }
    /// Calls the lambda that was given to the function; `None` if there is none or it can't be called.
    fn call_lambda(&mut self, _args: &[Value]) -> Option<Value> {
        None
    }
    /// The path of a module's template, by the name that `template()` takes.
    fn template_path(&mut self, _name: &str) -> Option<EcoString> {
        None
    }
    /// The text of a file of the repository.
    fn file_text(&mut self, _path: &str) -> Option<Value> {
        None
    }
    /// Why the last call could not be made, if it is an error of Puppet's.
    fn failure(&mut self) -> Option<String> {
        None
    }
    /// The parameters of the class or instance whose code is being evaluated, its name among them.
    fn resource(&mut self) -> Vec<(EcoString, Value)> {
        Vec::new()
    }
    /// Whether a variable is set.
    fn has_variable(&mut self, name: &str) -> bool;
    /// A list or hash that is, or lies in, a variable was changed in place: all who hold it see that.
    fn changed(&mut self, _variable: &str, _before: &Value, _now: &Value) {}
    /// A decision was taken on a per-host value: other hosts of the group must agree.
    fn observe(&mut self, _subject: &Value, _decided: bool) {}
}

/// A template, parsed once and rendered for many scopes.
#[derive(Debug)]
pub struct Template {
    path: Arc<str>,
    program: Result<Expr, Vec<RubyError>>,
    texts: Vec<scan::Text>,
    refused: Option<&'static str>,
    /// Lines of the file before the template's own first.
    before: u32,
}

/// A variable that a template read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableRead {
    /// Name without sigil, as written.
    pub name: EcoString,
    /// Line of the template.
    pub line: u32,
    /// Whether the scope had it.
    pub found: bool,
}

/// What came out of a template.
#[derive(Debug)]
pub struct Rendered {
    /// The whole text: a string, or the concatenation of text and unknown parts.
    pub value: Value,
    /// The stretches it is made of, in order.
    pub pieces: Vec<Piece>,
    /// What it read.
    pub variables: Vec<VariableRead>,
    /// The exception that real Ruby would end with: the catalog would not compile.
    pub raised: Option<RubyError>,
    /// What that rests on.
    pub ground: Ground,
}

/// One line of the rendered text.
#[derive(Debug)]
pub struct RenderedLine {
    /// The text without its line end; an unknown reads as `‹…›`.
    pub text: String,
    /// The template line it came from (of its first value, else of the literal text).
    pub template_line: u32,
    /// The values that went into it, with their byte offset in `text`.
    pub values: Vec<(usize, Piece)>,
    /// Whether it is not certain that the line is written.
    pub possible: bool,
}

impl Template {
    /// Parses a template.
    #[must_use]
    pub fn parse(text: &str, path: &str) -> Self {
        let joined = scan::join(text);
        let path = Arc::from(path);
        if let Some(reason) = refused(&joined.source) {
            return Self { path, program: Err(Vec::new()), texts: joined.texts, refused: Some(reason), before: 0 };
        }
        let source = joined.source;
        let program = with_room(source.len(), nests_by_words(&source), move || program(&source));
        let (program, refused) = match program {
            Some(program) => (program, None),
            None => (Err(Vec::new()), Some("that could not be parsed")),
        };
        Self { path, program, texts: joined.texts, refused, before: 0 }
    }

    /// The same, standing inside a file from that line on.
    #[must_use]
    pub fn from_line(self, line: u32) -> Self {
        Self { before: line.saturating_sub(1), ..self }
    }

    /// Its syntax errors, by line of the template.
    #[must_use]
    pub fn errors(&self) -> &[RubyError] {
        self.program.as_ref().err().map_or(&[], Vec::as_slice)
    }

    /// Renders it.
    pub fn render(&self, scope: &mut dyn TemplateScope) -> Rendered {
        let program = match &self.program {
            Ok(program) => program,
            Err(errors) => return self.unreadable(errors),
        };
        let mut interp = Interp::new(scope, &self.path, &self.texts);
        interp.before = self.before;
        let end = interp.eval(program);
        interp.settle();
        let mut pieces = std::mem::take(&mut interp.out.pieces);
        let variables = std::mem::take(&mut interp.variables);
        let grounds = end.as_ref().err().and_then(|stop| match stop {
            Stop::Raised(message, _) => Some(interp.ground_of(message)),
            _ => None,
        });
        let variables = variables.into_iter().map(|(name, line, found)| VariableRead { name, line, found }).collect();
        let mut raised = None;
        match end {
            Err(Stop::Raised(message, line)) => {
                pieces.push(unknown_piece(CauseKind::Template, &self.unknown(&message), line));
                raised = Some(RubyError { line, message });
            }
            Err(Stop::Limit(what)) => pieces.push(unknown_piece(CauseKind::Limit, what, 0)),
            _ => {}
        }
        Rendered {
            value: whole::whole(&pieces, &self.path, self.before),
            pieces,
            variables,
            raised,
            ground: grounds.unwrap_or(Ground::Open),
        }
    }

    /// What is unknown of it, led by its path: whoever compares two revisions looks there.
    fn unknown(&self, why: &str) -> String {
        format!("{}: {why}", self.path)
    }

    fn unreadable(&self, errors: &[RubyError]) -> Rendered {
        let reason = match (self.refused, errors.first()) {
            (Some(reason), _) => format!("a template {reason}"),
            (None, Some(first)) => format!("line {}: {}", first.line, first.message),
            (None, None) => "a template that can't be read".to_owned(),
        };
        let piece = unknown_piece(CauseKind::Template, &self.unknown(&reason), errors.first().map_or(0, |e| e.line));
        let raised = errors.first().cloned();
        Rendered {
            value: piece.value.clone(),
            pieces: vec![piece],
            variables: Vec::new(),
            raised,
            ground: Ground::Open,
        }
    }
}

fn program(source: &str) -> Result<Expr, Vec<RubyError>> {
    let options = options();
    let parsed = ruby_prism::parse_with_options(source.as_bytes(), &options);
    let errors = errors_of(&parsed);
    if errors.is_empty() { Ok(lower::program(&parsed.node())) } else { Err(errors) }
}

fn unknown_piece(kind: CauseKind, reason: &str, line: u32) -> Piece {
    Piece { value: Value::unknown(kind, reason), line, origin: None, literal: false, condition: None }
}

/// Parses and renders in one go.
pub fn render(text: &str, path: &str, scope: &mut dyn TemplateScope) -> Rendered {
    Template::parse(text, path).render(scope)
}

/// The syntax errors of a template, by line of the template.
#[must_use]
pub fn syntax_errors(text: &str) -> Vec<RubyError> {
    Template::parse(text, "").errors().to_vec()
}

impl Rendered {
    /// The rendered text line by line.
    #[must_use]
    pub fn lines(&self) -> Vec<RenderedLine> {
        let mut lines = vec![blank(0)];
        for piece in &self.pieces {
            let text = piece.value.as_str().map_or_else(|| piece.value.to_string(), str::to_owned);
            for (i, part) in text.split('\n').enumerate() {
                let step = if piece.literal { u32::try_from(i).unwrap_or(0) } else { 0 };
                if i > 0 {
                    lines.push(blank(piece.line + step));
                }
                if let Some(line) = lines.last_mut() {
                    add(line, part, piece, piece.line + step);
                }
            }
        }
        lines
    }
}

fn blank(template_line: u32) -> RenderedLine {
    RenderedLine { text: String::new(), template_line, values: Vec::new(), possible: false }
}

fn add(line: &mut RenderedLine, part: &str, piece: &Piece, template_line: u32) {
    if line.template_line == 0 || (!piece.literal && line.values.is_empty()) {
        line.template_line = template_line;
    }
    if !piece.literal {
        line.values.push((line.text.len(), piece.clone()));
    }
    line.possible |= piece.condition.is_some() && !part.is_empty();
    line.text.push_str(part);
}

#[cfg(test)]
mod tests;
