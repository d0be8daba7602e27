//! Text: quoted strings, heredocs and templates, decoded once, when they are kept.

use super::super::ast::{Expr, ExprKind, Lambda, Span, StrPart};
use super::super::lexer::{Heredoc, Tok, Token};
use super::super::{SyntaxError, escape};
use super::{Parser, R};
use ecow::EcoString;

impl Parser<'_> {
    /// The value of a string token.
    pub(super) fn quoted(&mut self, token: Token) -> EcoString {
        let text = self.slice(token);
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
        if !inner.contains('\\') {
            return EcoString::from(inner);
        }
        if text.starts_with('\'') { escape::single_quoted(inner) } else { self.unescape(inner, token) }
    }

    fn unescape(&mut self, text: &str, token: Token) -> EcoString {
        let decoded = escape::double_quoted(text);
        self.keep_complaints(decoded.complaints, token.span());
        decoded.text
    }

    fn keep_complaints(&mut self, complaints: Vec<escape::Complaint>, span: Span) {
        for complaint in complaints {
            let (fatal, issue, message) = complaint.explain();
            let error = SyntaxError { issue, message, span };
            if fatal { self.late.push(error) } else { self.out.warnings.push(error) }
        }
    }

    /// Text of a piece of an interpolated string.
    fn piece(&mut self, token: Token, heredoc: Option<&Heredoc>) -> EcoString {
        let text = self.slice(token);
        match heredoc {
            Some(heredoc) => {
                let decoded = escape::heredoc(text, self.line_starts(token), heredoc);
                self.keep_complaints(decoded.complaints, token.span());
                decoded.text
            }
            None if text.contains('\\') => self.unescape(text, token),
            None => EcoString::from(text),
        }
    }

    fn line_starts(&self, token: Token) -> bool {
        token.start == 0 || self.src.as_bytes().get(token.start as usize - 1) == Some(&b'\n')
    }

    /// `"a${b}c"`
    pub(super) fn interpolated(&mut self) -> R<Expr> {
        self.pieces(None)
    }

    fn pieces(&mut self, heredoc: Option<&Heredoc>) -> R<Expr> {
        let mut pre = self.bump();
        let start = pre.start;
        if pre.kind == Tok::DqPre {
            pre.start += 1;
        }
        let mut parts = Vec::new();
        self.push_text(&mut parts, pre, heredoc);
        loop {
            parts.push(StrPart::Expr(self.nested(Self::assignment)?));
            let token = self.token();
            if !matches!(token.kind, Tok::DqMid | Tok::DqPost | Tok::HdMid | Tok::HdPost) {
                return self.unexpected();
            }
            self.bump();
            self.push_text(&mut parts, without_quote(token), heredoc);
            if matches!(token.kind, Tok::DqPost | Tok::HdPost) {
                break;
            }
        }
        Ok(self.make(start, ExprKind::Concat(parts)))
    }

    fn push_text(&mut self, parts: &mut Vec<StrPart>, token: Token, heredoc: Option<&Heredoc>) {
        let text = self.piece(token, heredoc);
        if !text.is_empty() {
            parts.push(StrPart::Text(text));
        }
    }

    pub(super) fn heredoc_at(&self, at: usize) -> Option<&Heredoc> {
        let found = self.heredocs.binary_search_by_key(&at, |(i, _)| *i).ok()?;
        self.heredocs.get(found).map(|(_, h)| h)
    }

    pub(super) fn heredoc(&mut self) -> R<Expr> {
        let Some(heredoc) = self.heredoc_at(self.at).cloned() else { return self.unexpected() };
        let token = self.bump();
        let text = match self.kind() {
            Tok::HdStr => {
                let body = self.bump();
                Expr { span: body.span(), kind: ExprKind::Str(self.piece(body, Some(&heredoc))) }
            }
            Tok::HdPre => self.pieces(Some(&heredoc))?,
            _ => return self.unexpected(),
        };
        // The text lies on other lines; what goes on here goes on after the tag.
        self.last_end = token.end;
        let kind = ExprKind::Heredoc { syntax: heredoc.syntax, text: Box::new(text) };
        Ok(Expr { span: token.span(), kind })
    }

    pub(super) fn template_text(&self, at: usize) -> EcoString {
        let found = self.texts.binary_search_by_key(&at, |(i, _)| *i).ok();
        found.and_then(|i| self.texts.get(i)).map(|(_, t)| t.clone()).unwrap_or_default()
    }

    pub(super) fn render_string(&mut self) -> R<Expr> {
        let text = self.template_text(self.at);
        let token = self.bump();
        Ok(Expr { span: token.span(), kind: ExprKind::RenderText(text) })
    }

    /// `<%= expr %>`, where braces may hold a hash or statements.
    pub(super) fn render_expression(&mut self) -> R<Expr> {
        let start = self.bump().start;
        let inner = if self.kind() == Tok::LBrace { self.render_braces()? } else { self.expression()? };
        self.expect(Tok::EppEnd)?;
        Ok(self.make(start, ExprKind::RenderExpr(Box::new(inner))))
    }

    fn render_braces(&mut self) -> R<Expr> {
        if self.is_hash_ahead() {
            return self.expression();
        }
        let start = self.token().start;
        let mut block = self.braced()?;
        if block.len() == 1
            && let Some(only) = block.pop()
        {
            return Ok(only);
        }
        Ok(self.make(start, ExprKind::Block(block)))
    }

    /// Whether the brace opens a hash: it is empty, or an arrow follows its first key.
    fn is_hash_ahead(&self) -> bool {
        let mut open = 0_u32;
        for ahead in 1.. {
            match self.ahead(ahead).kind {
                Tok::FArrow if open == 0 => return true,
                Tok::LBrace | Tok::SelBrace | Tok::LBrack | Tok::ListStart | Tok::LParen | Tok::WsLParen => open += 1,
                Tok::RBrace if open == 0 => return ahead == 1,
                Tok::RBrace | Tok::RBrack | Tok::RParen => open = open.saturating_sub(1),
                Tok::QMark | Tok::Semic if open == 0 => return false,
                Tok::Eof | Tok::EppEnd | Tok::RenderString => return false,
                _ => {}
            }
        }
        false
    }

    /// A whole template.
    pub(super) fn template(&mut self) -> R<Expr> {
        let params_given = self.kind() == Tok::Pipe;
        let mut params = Vec::new();
        if params_given {
            self.bump();
            params = self.parameters(Tok::Pipe)?;
            self.expect(Tok::Pipe)?;
        }
        let body = self.statements(Tok::Eof);
        let span = Span { start: 0, end: super::lexer::narrow(self.src.len()) };
        let epp = Expr { span, kind: ExprKind::Epp { params_given, body } };
        let lambda = Lambda { span, params, return_type: None, body: vec![epp] };
        Ok(Expr { span, kind: ExprKind::Lambda(Box::new(lambda)) })
    }
}

/// The last piece of a quoted string has the closing quote in its range.
fn without_quote(mut token: Token) -> Token {
    token.end -= u32::from(token.kind == Tok::DqPost);
    token
}
