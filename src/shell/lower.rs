//! From the parser's syntax tree to [`Node`]: one shape per construct, words cut into pieces.

use std::rc::Rc;

use brush_parser::ast;

use super::ir::{Arm, Assign, Link, Node, Redirect, Simple, Word};
use super::lower_word::{here_word, word};

/// Carries the line that the text starts at.
pub(crate) struct Lowering {
    first_line: u32,
}

impl Lowering {
    pub(crate) fn new(first_line: u32) -> Self {
        Lowering { first_line }
    }

    pub(crate) fn program(&self, program: &ast::Program) -> Node {
        Node::Seq(program.complete_commands.iter().map(|c| self.list(c)).collect())
    }

    fn line(&self, span: Option<&brush_parser::SourceSpan>) -> u32 {
        let within = span.map_or(1, |s| u32::try_from(s.start.line).unwrap_or(1));
        self.first_line + within.saturating_sub(1)
    }

    fn list(&self, list: &ast::CompoundList) -> Node {
        Node::Seq(list.0.iter().map(|item| self.and_or(&item.0)).collect())
    }

    fn and_or(&self, list: &ast::AndOrList) -> Node {
        let first = self.pipeline(&list.first);
        if list.additional.is_empty() {
            return first;
        }
        let rest = list.additional.iter().map(|item| match item {
            ast::AndOr::And(p) => (Link::And, self.pipeline(p)),
            ast::AndOr::Or(p) => (Link::Or, self.pipeline(p)),
        });
        Node::AndOr { first: Box::new(first), rest: rest.collect() }
    }

    fn pipeline(&self, pipeline: &ast::Pipeline) -> Node {
        let mut parts: Vec<Node> = pipeline.seq.iter().map(|c| self.command(c)).collect();
        match (parts.len(), pipeline.bang) {
            (1, false) => parts.remove(0),
            (_, bang) => Node::Pipeline { bang, parts },
        }
    }

    fn command(&self, command: &ast::Command) -> Node {
        match command {
            ast::Command::Simple(simple) => Node::Simple(self.simple(simple)),
            ast::Command::Compound(compound, redirects) => self.redirected(self.compound(compound), redirects.as_ref()),
            ast::Command::Function(function) => {
                let body = self.redirected(self.compound(&function.body.0), function.body.1.as_ref());
                Node::Function { name: function.fname.value.clone(), body: Rc::new(body) }
            }
            ast::Command::ExtendedTest(test, _) => self.extended_test(test),
        }
    }

    /// `[[ … ]]`: a test of the simple shapes becomes `test`, anything else is not followed.
    fn extended_test(&self, test: &ast::ExtendedTestExprCommand) -> Node {
        let line = self.line(Some(&test.loc));
        match self.test_words(&test.expr) {
            Some(words) => {
                let name = std::iter::once(Word::literal("test"));
                let words = name.chain(words).collect();
                Node::Simple(Simple { line, assigns: Vec::new(), words, redirects: Vec::new() })
            }
            None => Node::Opaque { line, what: "a [[ … ]] test" },
        }
    }

    fn test_words(&self, expr: &ast::ExtendedTestExpr) -> Option<Vec<Word>> {
        use ast::ExtendedTestExpr as E;
        let lit = |text: String| Word::literal(&text);
        Some(match expr {
            E::UnaryTest(op, w) => vec![lit(op.to_string()), word(&w.value, self.line(w.loc.as_ref()))],
            E::BinaryTest(op, a, b) => {
                let line = self.line(a.loc.as_ref());
                vec![word(&a.value, line), lit(op.to_string()), word(&b.value, line)]
            }
            E::Not(inner) => {
                let mut words = vec![lit("!".to_owned())];
                words.extend(self.test_words(inner)?);
                words
            }
            _ => return None,
        })
    }

    fn redirected(&self, node: Node, redirects: Option<&ast::RedirectList>) -> Node {
        match redirects {
            None => node,
            Some(list) => Node::Redirected(Box::new(node), list.0.iter().map(|r| self.redirect(r)).collect()),
        }
    }

    fn compound(&self, compound: &ast::CompoundCommand) -> Node {
        use ast::CompoundCommand as C;
        match compound {
            C::BraceGroup(group) => self.list(&group.list),
            C::Subshell(sub) => Node::Subshell(Box::new(self.list(&sub.list))),
            C::ForClause(clause) => self.for_clause(clause),
            C::CaseClause(clause) => self.case_clause(clause),
            C::IfClause(clause) => self.if_clause(clause),
            C::WhileClause(clause) => self.while_clause(clause, false),
            C::UntilClause(clause) => self.while_clause(clause, true),
            C::Arithmetic(a) => Node::Opaque { line: self.line(Some(&a.loc)), what: "an arithmetic command" },
            C::ArithmeticForClause(a) => Node::Opaque { line: self.line(Some(&a.loc)), what: "an arithmetic loop" },
            C::Coprocess(c) => Node::Opaque { line: self.line(Some(&c.loc)), what: "a coprocess" },
        }
    }

    fn for_clause(&self, clause: &ast::ForClauseCommand) -> Node {
        let words = clause.values.as_ref().map(|words| words.iter().map(|w| self.word(w)).collect());
        Node::For { var: clause.variable_name.clone(), words, body: Rc::new(self.list(&clause.body.list)) }
    }

    fn while_clause(&self, clause: &ast::WhileOrUntilClauseCommand, until: bool) -> Node {
        Node::While { until, cond: Rc::new(self.list(&clause.0)), body: Rc::new(self.list(&clause.1.list)) }
    }

    fn case_clause(&self, clause: &ast::CaseClauseCommand) -> Node {
        let arms = clause.cases.iter().map(|item| Arm {
            patterns: item.patterns.iter().map(|p| self.word(p)).collect(),
            body: item.cmd.as_ref().map_or(Node::Seq(Vec::new()), |c| self.list(c)),
            falls_through: !matches!(item.post_action, ast::CaseItemPostAction::ExitCase),
        });
        Node::Case { line: self.line(Some(&clause.loc)), word: self.word(&clause.value), arms: arms.collect() }
    }

    fn if_clause(&self, clause: &ast::IfClauseCommand) -> Node {
        let mut arms = vec![(self.list(&clause.condition), self.list(&clause.then))];
        let mut otherwise = None;
        for branch in clause.elses.iter().flatten() {
            match &branch.condition {
                Some(condition) => arms.push((self.list(condition), self.list(&branch.body))),
                None => otherwise = Some(Box::new(self.list(&branch.body))),
            }
        }
        Node::If { arms, otherwise }
    }

    fn simple(&self, simple: &ast::SimpleCommand) -> Simple {
        let mut done = Simple { line: 0, assigns: Vec::new(), words: Vec::new(), redirects: Vec::new() };
        let mut line = None;
        for item in simple.prefix.iter().flat_map(|p| &p.0) {
            self.item(item, &mut done, &mut line, true);
        }
        if let Some(name) = &simple.word_or_name {
            line.get_or_insert(self.line(name.loc.as_ref()));
            done.words.push(self.word(name));
        }
        for item in simple.suffix.iter().flat_map(|s| &s.0) {
            self.item(item, &mut done, &mut line, false);
        }
        done.line = line.unwrap_or(self.first_line);
        done
    }

    fn item(&self, item: &ast::CommandPrefixOrSuffixItem, done: &mut Simple, line: &mut Option<u32>, prefix: bool) {
        use ast::CommandPrefixOrSuffixItem as I;
        match item {
            I::IoRedirect(redirect) => done.redirects.push(self.redirect(redirect)),
            I::Word(w) => done.words.push(self.word(w)),
            I::AssignmentWord(assignment, w) if prefix => {
                line.get_or_insert(self.line(Some(&assignment.loc)));
                done.assigns.push(self.assign(assignment, w));
            }
            I::AssignmentWord(_, w) => done.words.push(self.word(w)),
            I::ProcessSubstitution(..) => done.redirects.push(Redirect::Other),
        }
    }

    fn assign(&self, assignment: &ast::Assignment, whole: &ast::Word) -> Assign {
        let name = match &assignment.name {
            ast::AssignmentName::VariableName(name) | ast::AssignmentName::ArrayElementName(name, _) => name.clone(),
        };
        let value = match &assignment.value {
            ast::AssignmentValue::Scalar(value) => word(&value.value, self.line(whole.loc.as_ref())),
            ast::AssignmentValue::Array(items) => {
                let joined: Vec<&str> = items.iter().map(|(_, w)| w.value.as_str()).collect();
                word(&joined.join(" "), self.line(whole.loc.as_ref()))
            }
        };
        Assign { name, value, append: assignment.append }
    }

    fn redirect(&self, redirect: &ast::IoRedirect) -> Redirect {
        use ast::{IoFileRedirectKind as K, IoFileRedirectTarget as T, IoRedirect as R};
        match redirect {
            R::File(_, K::Read, T::Filename(w)) => Redirect::Read(self.word(w)),
            R::File(fd, K::Write | K::Append | K::Clobber, T::Filename(w)) => {
                Redirect::Write { fd: fd.unwrap_or(1), word: self.word(w) }
            }
            R::File(fd, K::DuplicateOutput, _) if fd.unwrap_or(1) == 1 => {
                Redirect::Write { fd: 1, word: Word::literal("/dev/stderr") }
            }
            R::OutputAndError(w, _) => Redirect::Write { fd: 1, word: self.word(w) },
            R::HereDocument(_, here) => Redirect::Here(here_word(here, self.first_line)),
            R::HereString(_, w) => Redirect::Here(self.word(w)),
            R::File(..) => Redirect::Other,
        }
    }

    fn word(&self, w: &ast::Word) -> Word {
        word(&w.value, self.line(w.loc.as_ref()))
    }
}
