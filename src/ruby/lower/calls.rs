//! Calls, blocks and lambdas.

use super::{expr, list, name, optional, statements};
use crate::ruby::ast::{Block, BlockArg, Call, Expr, Kind, Param, Place};
use ecow::EcoString;
use ruby_prism::{Node, ParametersNode};
use std::sync::Arc;

pub(super) fn call(node: &Node<'_>) -> Option<Kind> {
    match node {
        Node::CallNode { .. } => Some(plain(node)),
        Node::LambdaNode { .. } => {
            let lambda = node.as_lambda_node()?;
            Some(Kind::Lambda(Arc::new(block(lambda.parameters().as_ref(), lambda.body(), super::line_of(node)))))
        }
        Node::MatchWriteNode { .. } => match_write(node),
        Node::YieldNode { .. } => {
            let args = node.as_yield_node()?.arguments().map_or_else(Vec::new, |a| list(&a.arguments()));
            Some(Kind::Yield(args))
        }
        Node::DefNode { .. } => {
            let def = node.as_def_node()?;
            let params = def.parameters().map_or_else(Vec::new, |p| parameters(&p));
            let body = optional(def.body(), super::line_of(node));
            Some(Kind::Def(name(&def.name()), Arc::new(Block { params, body })))
        }
        _ => None,
    }
}

/// `/(?<name>…)/ =~ text` sets a variable for each named group; groups are numbered in that order, for
/// those without a name do not count beside them.
fn match_write(node: &Node<'_>) -> Option<Kind> {
    let node = node.as_match_write_node()?;
    let matched = expr(&node.call().as_node());
    let line = matched.line;
    let assign = |(number, target): (u32, Node<'_>)| {
        let place = Place::Local(name(&target.as_local_variable_target_node()?.name()));
        let group = Expr { line, kind: Kind::Group(number) };
        Some(Expr { line, kind: Kind::Assign(Box::new(place), Box::new(group)) })
    };
    let mut body = vec![matched];
    body.extend((1..).zip(node.targets().iter()).filter_map(assign));
    // The value is the place of the match, which is true; none, and the first group is nil.
    body.push(Expr { line, kind: Kind::Group(0) });
    Some(Kind::Seq(body))
}

/// Several values after `return` are an array.
pub(super) fn one_or_array(mut args: Vec<Expr>) -> Expr {
    let line = args.first().map_or(0, |a| a.line);
    match args.len() {
        1 => args.pop().unwrap_or(Expr { line, kind: Kind::Nil }),
        _ => Expr { line, kind: Kind::Array(args) },
    }
}

fn plain(node: &Node<'_>) -> Kind {
    let Some(call) = node.as_call_node() else { return Kind::Nil };
    let args = call.arguments().map_or_else(Vec::new, |a| list(&a.arguments()));
    Kind::Call(Box::new(Call {
        receiver: call.receiver().map(|r| expr(&r)),
        name: name(&call.name()),
        args,
        block: call.block().and_then(|b| block_arg(&b)),
        safe: call.is_safe_navigation(),
        bare: call.is_variable_call(),
    }))
}

fn block_arg(node: &Node<'_>) -> Option<BlockArg> {
    if let Some(block_node) = node.as_block_node() {
        let line = super::line_of(node);
        return Some(BlockArg::Literal(Arc::new(block(block_node.parameters().as_ref(), block_node.body(), line))));
    }
    Some(BlockArg::Passed(expr(&node.as_block_argument_node()?.expression()?)))
}

fn block(params: Option<&Node<'_>>, body: Option<Node<'_>>, line: u32) -> Block {
    let params = params.map_or_else(Vec::new, block_parameters);
    let body = match body {
        Some(body) if body.as_statements_node().is_some() => statements(body.as_statements_node(), line),
        other => optional(other, line),
    };
    Block { params, body }
}

fn block_parameters(node: &Node<'_>) -> Vec<Param> {
    if let Some(numbered) = node.as_numbered_parameters_node() {
        return (1..=numbered.maximum()).map(|n| Param::Name(EcoString::from(format!("_{n}")))).collect();
    }
    if node.as_it_parameters_node().is_some() {
        return vec![Param::Name("it".into())];
    }
    node.as_block_parameters_node().and_then(|b| b.parameters()).map_or_else(Vec::new, |p| parameters(&p))
}

fn parameters(node: &ParametersNode<'_>) -> Vec<Param> {
    let mut out: Vec<Param> = node.requireds().iter().filter_map(|n| required(&n)).collect();
    for optional in &node.optionals() {
        if let Some(optional) = optional.as_optional_parameter_node() {
            out.push(Param::Optional(name(&optional.name()), expr(&optional.value())));
        }
    }
    if let Some(rest) = node.rest() {
        out.push(Param::Rest(rest.as_rest_parameter_node().and_then(|r| r.name()).map(|n| name(&n))));
    }
    out.extend(node.posts().iter().filter_map(|n| required(&n)));
    out.extend(node.block().and_then(|b| b.as_block_parameter_node()?.name()).map(|n| Param::Given(name(&n))));
    out
}

fn required(node: &Node<'_>) -> Option<Param> {
    if let Some(required) = node.as_required_parameter_node() {
        return Some(Param::Name(name(&required.name())));
    }
    let group = node.as_multi_target_node()?;
    let mut out: Vec<Param> = group.lefts().iter().filter_map(|n| required(&n)).collect();
    if let Some(rest) = group.rest() {
        let target = rest.as_splat_node().and_then(|s| s.expression()).and_then(|e| match required(&e) {
            Some(Param::Name(name)) => Some(name),
            _ => None,
        });
        out.push(Param::Rest(target));
    }
    out.extend(group.rights().iter().filter_map(|n| required(&n)));
    Some(Param::Group(out))
}
