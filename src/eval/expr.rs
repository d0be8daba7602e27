//! Expressions: one match over the kinds of the tree.

use super::call::Caller;
use super::compiler::Compiler;
use super::error::EvalError;
use super::facts::opaque;
use super::lift::{Res, bounded, over_choices};
use super::operators;
use super::scope::Env;
use crate::puppet::ast::{AssignOp, BinaryOp, Expr, ExprKind, UnaryOp};
use crate::repo::Loc;
use crate::value::{Array, CauseKind, Entries, Hash, Origin, SymExpr, Tri, Value};
use std::sync::Arc;

impl<'s> Compiler<'s> {
    /// Evaluates an expression; an error gets the place of the innermost expression that raised it.
    pub(crate) fn eval(&mut self, env: Env<'s>, expr: &'s Expr) -> Res<Value> {
        match &expr.kind {
            ExprKind::Str(s) => return Ok(self.literal(env, expr, s.clone())),
            ExprKind::Name(s) => return Ok(Value::str(s.clone())),
            ExprKind::Bool(b) => return Ok(Value::Bool(*b)),
            ExprKind::Int(i, _) => return Ok(Value::Int(*i)),
            ExprKind::Undef | ExprKind::Nop => return Ok(Value::Undef),
            _ => {}
        }
        self.step()?;
        let result = self.deeper_expr(env, expr);
        result.map_err(|e| e.at(&env.file.loc(expr.span)))
    }

    fn literal(&mut self, env: Env<'s>, expr: &'s Expr, text: ecow::EcoString) -> Value {
        Value::str_from(text, Arc::new(Origin::Literal(env.file.loc(expr.span))))
    }

    fn deeper_expr(&mut self, env: Env<'s>, expr: &'s Expr) -> Res<Value> {
        match &expr.kind {
            ExprKind::Default => Ok(Value::Default),
            ExprKind::Float(f) => Ok(Value::Float(*f)),
            ExprKind::Regex(r) => Ok(Value::Regex(Arc::from(r.as_str()))),
            ExprKind::Reserved(s) => Ok(Value::str(s.clone())),
            ExprKind::Concat(parts) => self.interpolate(env, parts),
            ExprKind::Heredoc { syntax, text } => self.heredoc(env, syntax, text),
            ExprKind::TypeRef(name) => self.type_ref(name),
            ExprKind::Var(name) => {
                self.last_loc = Some(env.file.loc(expr.span));
                self.variable(env, name)
            }
            ExprKind::Paren(inner) => self.eval(env, inner),
            ExprKind::Block(body) => self.run_block(env, body),
            ExprKind::Array(items) => self.array(env, expr, items),
            ExprKind::Hash(entries) => self.hash(env, expr, entries),
            ExprKind::Unary(op, inner) => self.unary(env, *op, inner),
            ExprKind::Binary(op, a, b) => self.binary(env, *op, a, b),
            ExprKind::Assign(op, target, value) => self.assignment(env, *op, target, value),
            ExprKind::Access(base, keys) => self.access(env, expr, base, keys),
            ExprKind::Call(call) => self.call(env, expr, call),
            ExprKind::Method(call) => self.method(env, expr, call),
            _ => self.statement(env, expr),
        }
    }

    fn statement(&mut self, env: Env<'s>, expr: &'s Expr) -> Res<Value> {
        match &expr.kind {
            ExprKind::If { cond, then, otherwise } => self.if_then(env, cond, then, otherwise, false),
            ExprKind::Unless { cond, then, otherwise } => self.if_then(env, cond, then, otherwise, true),
            ExprKind::Case { subject, options } => self.case(env, subject, options),
            ExprKind::Selector { subject, entries } => self.selector(env, subject, entries),
            ExprKind::Resource(resource) => self.resource(env, expr, resource),
            ExprKind::ResourceDefaults(defaults) => self.resource_defaults(env, defaults),
            ExprKind::ResourceOverride(over) => self.resource_override(env, expr, over),
            ExprKind::Collect(collector) => self.collect(env, expr, collector),
            ExprKind::Relation(op, a, b) => self.relation(env, expr, *op, a, b),
            ExprKind::RenderText(text) => {
                self.render(text);
                Ok(Value::Undef)
            }
            ExprKind::RenderExpr(inner) => {
                let value = self.eval(env, inner)?;
                self.render_value(value);
                Ok(Value::Undef)
            }
            ExprKind::Epp { body, .. } => self.run_block(env, body),
            ExprKind::Error => Ok(opaque(CauseKind::Limit, "text that could not be parsed")),
            _ => Ok(Value::Undef),
        }
    }

    fn array(&mut self, env: Env<'s>, expr: &'s Expr, items: &'s [Expr]) -> Res<Value> {
        let items = self.eval_args(env, items)?;
        let origin = Some(Arc::new(Origin::Literal(env.file.loc(expr.span))));
        bounded(Value::Array(Arc::new(crate::value::Array { items, origin })))
    }

    fn hash(&mut self, env: Env<'s>, expr: &'s Expr, pairs: &'s [(Expr, Expr)]) -> Res<Value> {
        let mut entries = Entries::default();
        for (place, value) in pairs {
            let key = self.eval(env, place)?;
            let value = self.eval(env, value)?;
            let literal = matches!(place.kind, ExprKind::Name(_) | ExprKind::Str(_) | ExprKind::Int(..));
            let twice = literal && self.session.options.strict && entries.contains_key(&key);
            if twice {
                let message = format!("The key '{key}' is declared more than once");
                return Err(EvalError::issue("DUPLICATE_KEY", message).at(&env.file.loc(place.span)));
            }
            entries.insert(key, value);
        }
        let origin = Some(Arc::new(Origin::Literal(env.file.loc(expr.span))));
        bounded(Value::Hash(Arc::new(Hash { entries, origin })))
    }

    /// Arguments and elements, with splats unfolded.
    pub(crate) fn eval_args(&mut self, env: Env<'s>, exprs: &'s [Expr]) -> Res<Vec<Value>> {
        let mut out = Vec::with_capacity(exprs.len());
        for expr in exprs {
            if let ExprKind::Unary(UnaryOp::Splat, inner) = &expr.kind {
                let value = self.eval(env, inner)?;
                out.extend(operators::unfold(&value));
            } else {
                out.push(self.eval(env, expr)?);
            }
        }
        Ok(out)
    }

    fn unary(&mut self, env: Env<'s>, op: UnaryOp, inner: &'s Expr) -> Res<Value> {
        let value = self.eval(env, inner)?;
        operators::unary(&mut Caller { compiler: self, env }, op, &value)
    }

    fn binary(&mut self, env: Env<'s>, op: BinaryOp, a: &'s Expr, b: &'s Expr) -> Res<Value> {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            return self.logical(env, op, a, b);
        }
        let left = self.eval(env, a)?;
        let right = self.eval(env, b)?;
        self.operator(env, op, left, right)
    }

    /// An infix operator over two values.
    pub(crate) fn operator(&mut self, env: Env<'s>, op: BinaryOp, left: Value, right: Value) -> Res<Value> {
        match op {
            BinaryOp::Match | BinaryOp::NotMatch => self.match_operator(env, op, &left, &right),
            BinaryOp::In => self.member(env, &left, &right),
            BinaryOp::Add | BinaryOp::Shl => over_choices(operators::symbol(op), &[left, right], &mut |a| match a {
                [a, b] => bounded(operators::binary(&mut Caller { compiler: self, env }, op, a, b)?),
                _ => Ok(Value::Undef),
            }),
            _ => over_choices(operators::symbol(op), &[left, right], &mut |a| match a {
                [a, b] => operators::binary(&mut Caller { compiler: self, env }, op, a, b),
                _ => Ok(Value::Undef),
            }),
        }
    }

    /// `and`, `or`: the right side counts only where the left one leaves it open.
    fn logical(&mut self, env: Env<'s>, op: BinaryOp, a: &'s Expr, b: &'s Expr) -> Res<Value> {
        let left = self.eval(env, a)?;
        let decisive = if op == BinaryOp::And { Tri::No } else { Tri::Yes };
        let truth = self.decide(&left);
        if truth == decisive {
            return Ok(Value::Bool(op == BinaryOp::Or));
        }
        if truth == Tri::Maybe {
            return self.logical_open(env, left, b, decisive, op);
        }
        let right = self.eval(env, b)?;
        Ok(match right {
            Value::Sym(_) => right,
            known => Value::Bool(known.truth() == Tri::Yes),
        })
    }

    fn logical_open(&mut self, env: Env<'s>, left: Value, b: &'s Expr, decisive: Tri, op: BinaryOp) -> Res<Value> {
        let group = self.new_group();
        let text = env.file.quote(b.span);
        let right = match self.in_branch(group, 0, &text, |c| c.eval(env, b)) {
            Ok(value) => value,
            Err(error) if error.is_control() => return Err(error),
            Err(_) => return Ok(left),
        };
        if right.truth() == decisive && super::lift::known(&right) == super::lift::Known::Fully {
            return Ok(Value::Bool(op == BinaryOp::Or));
        }
        Ok(super::lift::sym(crate::value::SymExpr::Call(operators::symbol(op).into(), vec![left, right]), None))
    }

    fn assignment(&mut self, env: Env<'s>, op: AssignOp, target: &'s Expr, value: &'s Expr) -> Res<Value> {
        let last = env.file.end_line(value.span);
        let value = set_at(self.eval(env, value)?, &env.file.loc(target.span), last);
        self.assign_to(env, op, target, value.clone())?;
        Ok(value)
    }

    fn assign_to(&mut self, env: Env<'s>, op: AssignOp, target: &'s Expr, value: Value) -> Res<()> {
        match &target.kind {
            ExprKind::Var(name) => {
                let value = self.combined(env, op, name, value)?;
                self.assign(env, name, value)
            }
            ExprKind::Array(targets) => self.assign_list(env, targets, &value),
            ExprKind::Paren(inner) => self.assign_to(env, op, inner, value),
            _ if self.set_element(env, target, &value)? => Ok(()),
            _ => Err(EvalError::issue("ILLEGAL_ASSIGNMENT", "Illegal attempt to assign. Not an assignable reference")),
        }
    }

    /// The value to assign: together with the one that an outer scope has, for `+=` and `-=`. What stands there is not
    /// asked for `=`, as traces hold each question.
    fn combined(&mut self, env: Env<'s>, op: AssignOp, name: &str, value: Value) -> Res<Value> {
        let op = match op {
            AssignOp::Set => return Ok(value),
            AssignOp::Append => BinaryOp::Add,
            AssignOp::Remove => BinaryOp::Sub,
        };
        match self.lookup_from(env.scope, name) {
            Some(old) => self.operator(env, op, old, value),
            None => Ok(value),
        }
    }

    fn assign_list(&mut self, env: Env<'s>, targets: &'s [Expr], value: &Value) -> Res<()> {
        if value.is_unknown() {
            for target in targets {
                self.assign_to(env, AssignOp::Set, target, value.clone())?;
            }
            return Ok(());
        }
        if let Some(entries) = value.as_hash() {
            return self.assign_by_name(env, targets, &entries.clone());
        }
        let single = [value.clone()];
        let items = value.as_array().map_or_else(|| single.to_vec(), <[Value]>::to_vec);
        if items.len() != targets.len() {
            let message = format!(
                "Mismatched number of assignable entries and values, expected {}, got {}",
                targets.len(),
                items.len()
            );
            return Err(EvalError::issue("ILLEGAL_MULTI_ASSIGNMENT_SIZE", message));
        }
        targets.iter().zip(items).try_for_each(|(t, v)| self.assign_to(env, AssignOp::Set, t, v))
    }

    fn assign_by_name(&mut self, env: Env<'s>, targets: &'s [Expr], entries: &Entries) -> Res<()> {
        for target in targets {
            let ExprKind::Var(name) = &target.kind else { continue };
            let Some(value) = entries.get(&Value::str(name.clone())) else {
                let message = format!("No value for required key '{name}' in assignment to variables from hash");
                return Err(EvalError::issue("MISSING_MULTI_ASSIGNMENT_KEY", message));
            };
            self.assign(env, name, value.clone())?;
        }
        Ok(())
    }

    /// After a failed assignment its variables are unknown, so that one error does not breed others.
    pub(crate) fn poison(&mut self, env: Env<'s>, expr: &'s Expr) {
        let ExprKind::Assign(_, target, _) = &expr.kind else { return };
        let names: Vec<&ecow::EcoString> = match &target.kind {
            ExprKind::Var(name) => vec![name],
            ExprKind::Array(items) => {
                items.iter().filter_map(|i| if let ExprKind::Var(n) = &i.kind { Some(n) } else { None }).collect()
            }
            _ => Vec::new(),
        };
        for name in names {
            if !self.scopes.get(env.scope as usize).is_some_and(|s| s.vars.contains_key(name)) {
                self.bind(env.scope, name.clone(), opaque(CauseKind::Variable, name.clone()));
            }
        }
    }
}

/// A list written out in an assignment of several lines is set where the assignment begins, whichever of
/// its alternatives it is.
fn set_at(value: Value, at: &Loc, last: u32) -> Value {
    match &value {
        Value::Array(list) => match list.origin.as_deref() {
            Some(Origin::Literal(written)) if written.path == at.path && (at.line..=last).contains(&written.line) => {
                Value::Array(Arc::new(Array {
                    items: list.items.clone(),
                    origin: Some(Arc::new(Origin::Literal(at.clone()))),
                }))
            }
            _ => value,
        },
        Value::Sym(sym) => match (&sym.expr, &sym.sample) {
            (SymExpr::Choice(values), None) => {
                let values = values.iter().map(|v| set_at(v.clone(), at, last)).collect();
                super::lift::sym(SymExpr::Choice(values), None)
            }
            _ => value,
        },
        _ => value,
    }
}
