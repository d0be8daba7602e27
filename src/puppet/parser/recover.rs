//! Errors: their wording, and where to go on after one.

use super::super::ast::{Expr, Span};
use super::super::lexer::Tok;
use super::super::{SyntaxError, locate};
use super::{Halt, MAX_ERRORS, Parser, R};

impl Parser<'_> {
    /// The current token fits nowhere.
    pub(super) fn unexpected<T>(&mut self) -> R<T> {
        let token = self.token();
        if token.kind == Tok::Error {
            let found = self.lex_errors.iter().find(|(i, _)| *i == self.at).map(|(_, e)| e.clone());
            if let Some(e) = found {
                let span = Span { start: e.at, end: e.at.max(token.end) };
                return self.fail(e.issue, e.message, span);
            }
        }
        if token.kind == Tok::Eof && !self.out.errors.is_empty() {
            // A brace that recovery could not pair says nothing new.
            return Err(Halt);
        }
        let place =
            if token.kind == Tok::Eof { "end of input".to_owned() } else { format!("'{}'", self.shown(self.at)) };
        self.fail("SYNTAX_ERROR", format!("Syntax error at {place}"), token.span())
    }

    /// Records an error and unwinds.
    pub(super) fn fail<T>(&mut self, issue: &'static str, message: impl Into<String>, span: Span) -> R<T> {
        self.error(issue, message, span);
        Err(Halt)
    }

    /// Records an error.
    pub(super) fn error(&mut self, issue: &'static str, message: impl Into<String>, span: Span) {
        if !self.abort {
            self.out.errors.push(SyntaxError { issue, message: message.into(), span });
            self.abort = self.out.errors.len() >= MAX_ERRORS;
        }
    }

    /// Skips to where a statement may begin. `braces` is how many were open when the failed one did.
    pub(super) fn synchronize(&mut self, braces: u32, started_at: usize) {
        if self.abort {
            self.at = self.tokens.len().saturating_sub(1);
            return;
        }
        if self.at == started_at && self.kind() != Tok::RBrace {
            self.bump();
        }
        loop {
            match self.kind() {
                Tok::Eof => return,
                Tok::RBrace if self.braces <= braces => return,
                Tok::RBrace => {
                    self.bump();
                    if self.braces <= braces {
                        return;
                    }
                }
                kind if self.braces <= braces && begins_statement(kind) && self.first_on_line() => return,
                _ => {
                    self.bump();
                }
            }
        }
    }

    /// The span that Puppet reports for `expr`.
    pub(super) fn marked(&self, expr: &Expr) -> Span {
        let start = locate::offset(expr, self.src, &self.out.heredocs);
        Span { start, end: expr.span.end.max(start) }
    }

    /// A token as Puppet quotes it: the value of a string, nothing for what has no value.
    fn shown(&mut self, at: usize) -> String {
        let token = self.ahead(at - self.at);
        match token.kind {
            Tok::Other if self.slice(token) == "~" => "~".to_owned(),
            Tok::Other | Tok::Error | Tok::RenderExpr => String::new(),
            Tok::Variable => self.variable_name(token).to_string(),
            Tok::Heredoc => self.heredoc_at(at).map(|h| h.syntax.to_string()).unwrap_or_default(),
            Tok::Str => self.quoted(token).to_string(),
            Tok::Regex => format!("(?-mix:{})", self.regex_source(token)),
            Tok::DqPre => self.slice(token).get(1..).unwrap_or("").to_owned(),
            Tok::DqPost => self.slice(token).strip_suffix('"').unwrap_or("").to_owned(),
            Tok::RenderString => self.template_text(at).to_string(),
            _ => self.slice(token).to_owned(),
        }
    }

    /// Whether a line break stands between the last token and this one.
    fn first_on_line(&self) -> bool {
        self.src.get(self.last_end as usize..self.token().start as usize).is_none_or(|gap| gap.contains('\n'))
    }
}

fn begins_statement(kind: Tok) -> bool {
    matches!(
        kind,
        Tok::Class
            | Tok::Define
            | Tok::Node
            | Tok::Function
            | Tok::Type
            | Tok::If
            | Tok::Unless
            | Tok::Case
            | Tok::Name
            | Tok::ClassRef
            | Tok::Variable
            | Tok::At
            | Tok::AtAt
    )
}
