//! Words cut into pieces: quoting, parameters, substitutions (parsed in their turn).

use std::rc::Rc;

use brush_parser::ast::IoHereDocument;
use brush_parser::word::{self as bw, Parameter, ParameterExpr as E, ParameterTestType, SpecialParameter, WordPiece};

use super::ir::{Name, Node, Op, Param, Piece, Word};
use super::parse;

/// Cuts a raw word.
pub(crate) fn word(raw: &str, line: u32) -> Word {
    let pieces = match bw::parse(raw, &parse::options()) {
        Ok(parts) => Cutter { line, raw }.pieces(&parts, false),
        Err(_) => vec![Piece::Text { text: raw.to_owned(), quoted: false }],
    };
    Word { raw: raw.to_owned(), pieces }
}

/// The body of a here-document; where its end is quoted, plain text.
pub(crate) fn here_word(here: &IoHereDocument, line: u32) -> Word {
    let body = &here.doc.value;
    if !here.requires_expansion {
        return Word::literal(body);
    }
    match bw::parse_heredoc(body, &parse::options()) {
        Ok(parts) => Word { raw: body.clone(), pieces: Cutter { line, raw: body }.pieces(&parts, true) },
        Err(_) => Word::literal(body),
    }
}

struct Cutter<'a> {
    line: u32,
    raw: &'a str,
}

impl Cutter<'_> {
    fn pieces(&self, parts: &[bw::WordPieceWithSource], quoted: bool) -> Vec<Piece> {
        let mut out = Vec::new();
        for part in parts {
            self.piece(part, quoted, &mut out);
        }
        out
    }

    fn piece(&self, part: &bw::WordPieceWithSource, quoted: bool, out: &mut Vec<Piece>) {
        let source = self.raw.get(part.start_index..part.end_index).unwrap_or(self.raw);
        match &part.piece {
            WordPiece::Text(t) => out.push(Piece::Text { text: t.clone(), quoted }),
            WordPiece::SingleQuotedText(t) | WordPiece::AnsiCQuotedText(t) => {
                out.push(Piece::Text { text: t.clone(), quoted: true });
            }
            WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                if inner.is_empty() {
                    out.push(Piece::Text { text: String::new(), quoted: true });
                }
                out.extend(self.pieces(inner, true));
            }
            WordPiece::TildeExpansion(bw::TildeExpr::UserHome(user)) => out.push(Piece::Home(Some(user.clone()))),
            WordPiece::TildeExpansion(_) => out.push(Piece::Home(None)),
            WordPiece::ParameterExpansion(expr) => {
                out.push(Piece::Param { param: self.param(expr, source), quoted });
            }
            WordPiece::CommandSubstitution(body) => out.push(self.substitution(body, source, quoted)),
            WordPiece::BackquotedCommandSubstitution(body) => {
                out.push(self.substitution(&unescape_backquoted(body), source, quoted));
            }
            WordPiece::EscapeSequence(escape) => {
                let text = escape.strip_prefix('\\').unwrap_or(escape);
                let text = if text == "\n" { "" } else { text };
                out.push(Piece::Text { text: text.to_owned(), quoted: true });
            }
            WordPiece::ArithmeticExpression(expr) => out.push(Piece::Arith(expr.value.clone())),
        }
    }

    fn substitution(&self, body: &str, source: &str, quoted: bool) -> Piece {
        let node = parse::parse(body, self.line);
        let node = node.unwrap_or_else(|_| Rc::new(Node::Opaque { line: self.line, what: "a command substitution" }));
        Piece::Subst { body: node, raw: source.to_owned(), quoted }
    }

    fn param(&self, expr: &E, source: &str) -> Param {
        let (parameter, op) = self.operation(expr);
        let name = parameter.map_or(Name::Other, name);
        Param { name, op, raw: source.to_owned() }
    }

    fn operation<'e>(&self, expr: &'e E) -> (Option<&'e Parameter>, Op) {
        let w = |text: &Option<String>| word(text.as_deref().unwrap_or_default(), self.line);
        let empty = |t: &ParameterTestType| matches!(t, ParameterTestType::UnsetOrNull);
        match expr {
            E::Parameter { parameter, indirect: false } => (Some(parameter), Op::Plain),
            E::UseDefaultValues { parameter, test_type, default_value, .. } => {
                (Some(parameter), Op::Default { word: w(default_value), if_empty: empty(test_type) })
            }
            E::AssignDefaultValues { parameter, test_type, default_value, .. } => {
                (Some(parameter), Op::Assign { word: w(default_value), if_empty: empty(test_type) })
            }
            E::IndicateErrorIfNullOrUnset { parameter, .. } => (Some(parameter), Op::Error),
            E::UseAlternativeValue { parameter, test_type, alternative_value, .. } => {
                (Some(parameter), Op::Alternative { word: w(alternative_value), if_empty: empty(test_type) })
            }
            E::ParameterLength { parameter, .. } => (Some(parameter), Op::Length),
            E::RemoveSmallestSuffixPattern { parameter, pattern, .. } => {
                (Some(parameter), trim(w(pattern), true, false))
            }
            E::RemoveLargestSuffixPattern { parameter, pattern, .. } => (Some(parameter), trim(w(pattern), true, true)),
            E::RemoveSmallestPrefixPattern { parameter, pattern, .. } => {
                (Some(parameter), trim(w(pattern), false, false))
            }
            E::RemoveLargestPrefixPattern { parameter, pattern, .. } => {
                (Some(parameter), trim(w(pattern), false, true))
            }
            _ => (None, Op::Unsupported),
        }
    }
}

fn trim(pattern: Word, suffix: bool, longest: bool) -> Op {
    Op::Trim { pattern, suffix, longest }
}

fn name(parameter: &Parameter) -> Name {
    match parameter {
        Parameter::Positional(n) => Name::Arg(*n as usize),
        Parameter::Named(n) => Name::Var(n.clone()),
        Parameter::Special(SpecialParameter::AllPositionalParameters { .. }) => Name::All,
        Parameter::Special(SpecialParameter::PositionalParameterCount) => Name::Count,
        Parameter::Special(SpecialParameter::LastExitStatus) => Name::Status,
        Parameter::Special(SpecialParameter::ShellName) => Name::Arg(0),
        Parameter::NamedWithAllIndices { name, .. } => Name::Var(name.clone()),
        _ => Name::Other,
    }
}

fn unescape_backquoted(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut chars = body.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('`' | '\\' | '$')) => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}
