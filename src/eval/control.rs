//! `if`, `unless`, `case` and selectors, with every arm taken that can't be excluded.

use super::compiler::Compiler;
use super::error::EvalError;
use super::lift::{Res, alternatives, choice};
use super::scope::Env;
use crate::puppet::ast::{Block, CaseOption, Expr, ExprKind, Span, UnaryOp};
use crate::value::{Tri, Value};

impl<'s> Compiler<'s> {
    pub(crate) fn if_then(
        &mut self,
        env: Env<'s>,
        cond: &'s Expr,
        then: &'s Block,
        otherwise: &'s Block,
        unless: bool,
    ) -> Res<Value> {
        let standing = self.stands_alone(cond);
        let outer = self.matches.clone();
        let value = self.eval(env, cond)?;
        let (yes, no) = if unless { (otherwise, then) } else { (then, otherwise) };
        let result = match self.decide(&value) {
            Tri::Yes => self.run_arm(env, yes, standing),
            Tri::No => self.run_arm(env, no, standing),
            Tri::Maybe => {
                self.count_causes(&value);
                let text = env.file.quote(cond.span);
                self.all_arms(env.scope, &text, &[yes, no], |c, body| c.run_block(env, body))
            }
        };
        self.matches = outer;
        result
    }

    pub(crate) fn case(&mut self, env: Env<'s>, subject: &'s Expr, options: &'s [CaseOption]) -> Res<Value> {
        let standing = self.stands_alone(subject);
        let outer = self.matches.clone();
        let value = self.eval(env, subject)?;
        let arms: Vec<(Vec<&'s Expr>, Span)> = options.iter().map(|o| (o.values.iter().collect(), o.span)).collect();
        let taken = self.fitting(env, &value, &arms)?;
        let result = match (&taken.arms[..], taken.certain) {
            ([], _) => Ok(Value::Undef),
            ([(only, matches)], true) => {
                self.matches.clone_from(matches);
                options.get(*only).map_or(Ok(Value::Undef), |o| self.run_arm(env, &o.body, standing))
            }
            (arms, _) => {
                self.count_causes(&value);
                let text = env.file.quote(subject.span);
                let mut bodies: Vec<Option<&'s Block>> =
                    arms.iter().map(|(i, _)| options.get(*i).map(|o| &o.body)).collect();
                if taken.open {
                    bodies.push(None);
                }
                self.all_arms(env.scope, &text, &bodies, |c, body| {
                    body.map_or(Ok(Value::Undef), |b| c.run_block(env, b))
                })
            }
        };
        self.matches = outer;
        result
    }

    pub(crate) fn selector(&mut self, env: Env<'s>, subject: &'s Expr, entries: &'s [(Expr, Expr)]) -> Res<Value> {
        let outer = self.matches.clone();
        let value = self.eval(env, subject)?;
        let arms: Vec<(Vec<&'s Expr>, Span)> = entries.iter().map(|(k, _)| (vec![k], k.span)).collect();
        let taken = self.fitting(env, &value, &arms)?;
        let result = match (&taken.arms[..], taken.certain) {
            ([], _) => {
                let message = format!("No matching entry for selector parameter with value '{value}'");
                Err(EvalError::issue("UNMATCHED_SELECTOR", message).at(&env.file.loc(subject.span)))
            }
            ([(only, matches)], true) => {
                self.matches.clone_from(matches);
                entries.get(*only).map_or(Ok(Value::Undef), |(_, v)| self.eval(env, v))
            }
            (arms, _) => {
                let text = env.file.quote(subject.span);
                let group = self.new_group();
                let mut values = Vec::new();
                for (number, (i, _)) in (0u32..).zip(arms) {
                    let Some((_, result)) = entries.get(*i) else { continue };
                    match self.in_branch(group, number, &text, |c| c.eval(env, result)) {
                        Ok(value) => values.push(value),
                        Err(error) => self.in_branch(group, number, &text, |c| c.record(error)),
                    }
                }
                Ok(choice(values))
            }
        };
        self.matches = outer;
        result
    }

    /// Which arms a subject can take.
    fn fitting(&mut self, env: Env<'s>, subject: &Value, arms: &[(Vec<&'s Expr>, Span)]) -> Res<Fitting> {
        let mut out = Fitting { arms: Vec::new(), certain: true, open: true };
        let mut pool: Vec<Value> = alternatives(subject).map_or_else(|| vec![subject.clone()], <[Value]>::to_vec);
        let mut default = None;
        for (number, (options, _)) in arms.iter().enumerate() {
            let values = self.option_values(env, options)?;
            let before = self.matches.clone();
            if default.is_none()
                && values.iter().any(|v| matches!(v, Value::Default))
                && !matches!(subject, Value::Default)
            {
                default = Some(number);
            }
            let (left, hit) = self.take_from(env, pool, &values)?;
            pool = left;
            if hit {
                out.arms.push((number, self.matches.clone()));
                self.matches = before;
            }
            if pool.is_empty() {
                break;
            }
        }
        self.close(&mut out, &pool, default);
        Ok(out)
    }

    fn close(&mut self, out: &mut Fitting, pool: &[Value], default: Option<usize>) {
        out.open = !pool.is_empty();
        if out.open
            && let Some(default) = default
        {
            if !out.arms.iter().any(|(i, _)| *i == default) {
                out.arms.push((default, self.matches.clone()));
            }
            out.open = false;
        }
        out.certain = out.arms.len() <= 1 && !out.open;
    }

    /// Takes the alternatives out of the pool that certainly fit one of the options. Says whether any
    /// may fit.
    fn take_from(&mut self, env: Env<'s>, pool: Vec<Value>, options: &[Value]) -> Res<(Vec<Value>, bool)> {
        let (mut left, mut hit) = (Vec::new(), false);
        for value in pool {
            let mut best = Tri::No;
            for option in options.iter().filter(|o| !matches!(o, Value::Default) || matches!(value, Value::Default)) {
                match self.option_fits(env, &value, option)? {
                    Tri::Yes => best = Tri::Yes,
                    Tri::Maybe if best == Tri::No => best = Tri::Maybe,
                    _ => {}
                }
                if best == Tri::Yes {
                    break;
                }
            }
            hit |= best != Tri::No;
            if best != Tri::Yes {
                left.push(value);
            }
        }
        Ok((left, hit))
    }

    fn option_values(&mut self, env: Env<'s>, options: &[&'s Expr]) -> Res<Vec<Value>> {
        let mut out = Vec::with_capacity(options.len());
        for option in options {
            if let ExprKind::Unary(UnaryOp::Splat, inner) = &option.kind {
                let value = self.eval(env, inner)?;
                out.extend(super::operators::unfold(&value));
            } else {
                out.push(self.eval(env, option)?);
            }
        }
        Ok(out)
    }

    /// Counts the root causes of an unknown that a decision hung on.
    pub(crate) fn count_causes(&mut self, value: &Value) {
        let Value::Sym(sym) = value else { return };
        let mut causes = Vec::new();
        sym.causes(&mut causes);
        causes.sort();
        causes.dedup();
        for cause in causes {
            self.noted_unknown(&cause);
            *self.catalog.unknowns.entry(cause).or_default() += 1;
        }
    }
}

/// The arms that can be taken.
struct Fitting {
    /// Number and match groups.
    arms: Vec<(usize, Option<super::matching::Captures>)>,
    /// Exactly one arm, for sure (or none).
    certain: bool,
    /// It may be that no arm is taken.
    open: bool,
}
