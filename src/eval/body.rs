//! The body of a class, in the units that may be taken over from another host.
//!
//! The whole class is one if it includes nothing new; else its parameters are, and each of its statements. A condition
//! that is decided and includes classes in one of its arms is no unit, but the statements of that arm are.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::Res;
use super::memo::Unit;
use super::scope::Env;
use super::session::DefAt;
use crate::catalog::ResourceId;
use crate::puppet::ast::{Block, ClassDef, Expr, ExprKind};
use ecow::EcoString;

/// A condition that stands as a statement in the body of a class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    class: ResourceId,
    def: Option<DefAt>,
    /// The address of what is decided on.
    subject: usize,
}

impl<'s> Compiler<'s> {
    /// A class, as a whole if it came out alike before.
    pub(super) fn run_class(&mut self, env: Env<'s>, id: ResourceId, class: &'s ClassDef, name: &EcoString) {
        let def = self.extra.get(id as usize).and_then(|e| e.def);
        let replayed = |c: &mut Self, params: bool| {
            let unit = Unit::Class { own: env.scope, params };
            def.is_some_and(|def| c.replayed(id, unit, def))
        };
        if replayed(self, false) {
            return;
        }
        let whole = self.recorder.is_some();
        if whole || !replayed(self, true) {
            self.bind_params(env, id, &class.params, Some(name));
        }
        if !whole {
            self.keep_trace();
        }
        self.context = None;
        match self.run_statements(env, id, def, &class.body) {
            Ok(()) | Err(EvalError::Return(_)) => {}
            Err(error) => self.record(error),
        }
        self.keep_trace();
    }

    /// Statement by statement; each is recorded unless the whole is.
    fn run_statements(&mut self, env: Env<'s>, id: ResourceId, def: Option<DefAt>, body: &'s Block) -> Res<()> {
        let whole = self.recorder.is_some();
        for expr in body {
            let unit = Unit::Statement { number: expr.span.start, own: env.scope };
            if def.is_some_and(|def| self.replayed(id, unit, def)) {
                continue;
            }
            self.standing_condition = subject(expr).map(|subject| Standing { class: id, def, subject });
            let result = self.run_block(env, std::slice::from_ref(expr));
            if result.is_err() {
                self.spoil();
            }
            if !whole {
                self.keep_trace();
            }
            result?;
        }
        Ok(())
    }

    /// Whether a condition is a statement of a class's body that is not recorded as one; to be asked before it is
    /// evaluated.
    pub(super) fn stands_alone(&mut self, subject: &'s Expr) -> Option<Standing> {
        let address = std::ptr::from_ref(subject).addr();
        self.standing_condition.take().filter(|standing| standing.subject == address && self.recorder.is_none())
    }

    /// The arm that a condition takes.
    pub(super) fn run_arm(
        &mut self,
        env: Env<'s>,
        body: &'s Block,
        standing: Option<Standing>,
    ) -> Res<crate::value::Value> {
        match standing {
            Some(Standing { class, def, .. }) => {
                self.run_statements(env, class, def, body).map(|()| crate::value::Value::Undef)
            }
            None => self.run_block(env, body),
        }
    }
}

/// What a condition decides on.
fn subject(expr: &Expr) -> Option<usize> {
    match &expr.kind {
        ExprKind::If { cond: subject, .. }
        | ExprKind::Unless { cond: subject, .. }
        | ExprKind::Case { subject, .. } => Some(std::ptr::from_ref(&**subject).addr()),
        _ => None,
    }
}
