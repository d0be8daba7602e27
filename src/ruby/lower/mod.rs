//! From the parser's tree to ours.

mod assign;
mod calls;

pub(crate) use assign::{PlaceRef, place_of};

use crate::ruby::ast::{Begin, Case, Expr, Kind, Loop, Pair};
use ecow::EcoString;
use ruby_prism::{ConstantId, FullName, Node, NodeList, StatementsNode};
use std::cell::Cell;
use std::fmt::Write as _;

/// Deepest nesting that is lowered.
const MAX_DEPTH: usize = 200;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Lowers a whole program.
pub(crate) fn program(node: &Node<'_>) -> Expr {
    match node.as_program_node() {
        Some(program) => statements(Some(program.statements()), 1),
        None => expr(node),
    }
}

pub(crate) fn text(bytes: &[u8]) -> EcoString {
    EcoString::from(String::from_utf8_lossy(bytes).as_ref())
}

fn name(id: &ConstantId<'_>) -> EcoString {
    text(id.as_slice())
}

fn line_of(node: &Node<'_>) -> u32 {
    u32::try_from(node.location().start_line()).unwrap_or(0)
}

fn statements(node: Option<StatementsNode<'_>>, line: u32) -> Expr {
    let Some(node) = node else { return Expr { line, kind: Kind::Nil } };
    let mut body: Vec<Expr> = node.body().iter().map(|n| expr(&n)).collect();
    match body.len() {
        1 => body.pop().unwrap_or(Expr { line, kind: Kind::Nil }),
        _ => Expr { line, kind: Kind::Seq(body) },
    }
}

fn list(nodes: &NodeList<'_>) -> Vec<Expr> {
    nodes.iter().map(|n| expr(&n)).collect()
}

fn boxed(node: &Node<'_>) -> Box<Expr> {
    Box::new(expr(node))
}

fn optional(node: Option<Node<'_>>, line: u32) -> Expr {
    node.map_or(Expr { line, kind: Kind::Nil }, |n| expr(&n))
}

/// Lowers one expression; what is nested too deeply is beyond us.
pub(crate) fn expr(node: &Node<'_>) -> Expr {
    let line = line_of(node);
    let depth = DEPTH.get();
    if depth >= MAX_DEPTH {
        return Expr { line, kind: Kind::Beyond("expressions nested too deeply".into()) };
    }
    DEPTH.set(depth + 1);
    let lowered = lower(node, line);
    DEPTH.set(depth);
    lowered
}

fn lower(node: &Node<'_>, line: u32) -> Expr {
    let kind = literal(node)
        .or_else(|| variable(node))
        .or_else(|| control(node, line))
        .or_else(|| jump(node))
        .or_else(|| calls::call(node))
        .or_else(|| assign::write(node))
        .unwrap_or_else(|| beyond(node));
    Expr { line, kind }
}

/// The start of what a node prints: its name, without its (possibly huge) inside.
struct Head(String);

impl std::fmt::Write for Head {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.push_str(text);
        if self.0.len() > 40 { Err(std::fmt::Error) } else { Ok(()) }
    }
}

fn beyond(node: &Node<'_>) -> Kind {
    let mut head = Head(String::new());
    let _ = write!(head, "{node:?}");
    let sort = head.0.split(['(', ' ', '{']).next().unwrap_or("syntax");
    Kind::Beyond(EcoString::from(sort))
}

fn literal(node: &Node<'_>) -> Option<Kind> {
    Some(match node {
        Node::NilNode { .. } => Kind::Nil,
        Node::TrueNode { .. } => Kind::Bool(true),
        Node::FalseNode { .. } => Kind::Bool(false),
        Node::SelfNode { .. } => Kind::SelfRef,
        Node::IntegerNode { .. } => integer(node)?,
        Node::FloatNode { .. } => Kind::Float(node.as_float_node()?.value()),
        Node::StringNode { .. } => Kind::Str(text(node.as_string_node()?.unescaped())),
        Node::SymbolNode { .. } => Kind::Symbol(text(node.as_symbol_node()?.unescaped())),
        Node::InterpolatedStringNode { .. } => Kind::Interpolated(parts(&node.as_interpolated_string_node()?.parts())),
        Node::InterpolatedSymbolNode { .. } => {
            Kind::InterpolatedSymbol(parts(&node.as_interpolated_symbol_node()?.parts()))
        }
        Node::RegularExpressionNode { .. } | Node::InterpolatedRegularExpressionNode { .. } => regex(node)?,
        Node::ArrayNode { .. } => Kind::Array(list(&node.as_array_node()?.elements())),
        Node::HashNode { .. } => Kind::Hash(pairs(&node.as_hash_node()?.elements())),
        Node::KeywordHashNode { .. } => Kind::Hash(pairs(&node.as_keyword_hash_node()?.elements())),
        Node::RangeNode { .. } => {
            let range = node.as_range_node()?;
            Kind::Range {
                from: range.left().map(|n| boxed(&n)),
                to: range.right().map(|n| boxed(&n)),
                exclusive: range.is_exclude_end(),
            }
        }
        Node::SplatNode { .. } => Kind::Splat(boxed(&node.as_splat_node()?.expression()?)),
        _ => return None,
    })
}

fn integer(node: &Node<'_>) -> Option<Kind> {
    let value = node.as_integer_node()?.value();
    let (negative, digits) = value.to_u32_digits();
    let mut magnitude: i64 = 0;
    for digit in digits.iter().rev() {
        magnitude = magnitude.checked_mul(1 << 32)?.checked_add(i64::from(*digit))?;
    }
    Some(Kind::Int(if negative { -magnitude } else { magnitude }))
}

/// The pieces of an interpolated literal.
fn parts(nodes: &NodeList<'_>) -> Vec<Expr> {
    nodes.iter().map(|n| part(&n)).collect()
}

fn part(node: &Node<'_>) -> Expr {
    if let Some(embedded) = node.as_embedded_statements_node() {
        return statements(embedded.statements(), line_of(node));
    }
    if let Some(embedded) = node.as_embedded_variable_node() {
        return expr(&embedded.variable());
    }
    expr(node)
}

fn regex(node: &Node<'_>) -> Option<Kind> {
    let flags = |i: bool, x: bool, m: bool| {
        let mut flags = EcoString::new();
        for (set, letter) in [(i, 'i'), (x, 'x'), (m, 'm')] {
            if set {
                flags.push(letter);
            }
        }
        flags
    };
    if let Some(regex) = node.as_regular_expression_node() {
        let whole = Expr { line: line_of(node), kind: Kind::Str(text(regex.unescaped())) };
        let flags = flags(regex.is_ignore_case(), regex.is_extended(), regex.is_multi_line());
        return Some(Kind::Regex { parts: vec![whole], flags });
    }
    let regex = node.as_interpolated_regular_expression_node()?;
    let flags = flags(regex.is_ignore_case(), regex.is_extended(), regex.is_multi_line());
    Some(Kind::Regex { parts: parts(&regex.parts()), flags })
}

fn pairs(nodes: &NodeList<'_>) -> Vec<Pair> {
    let mut out = Vec::new();
    for node in nodes {
        if let Some(assoc) = node.as_assoc_node() {
            out.push(Pair::Entry(expr(&assoc.key()), expr(&assoc.value())));
        } else if let Some(value) = node.as_assoc_splat_node().and_then(|s| s.value()) {
            out.push(Pair::Spread(expr(&value)));
        }
    }
    out
}

fn variable(node: &Node<'_>) -> Option<Kind> {
    Some(match node {
        Node::LocalVariableReadNode { .. } => Kind::Local(name(&node.as_local_variable_read_node()?.name())),
        Node::ItLocalVariableReadNode { .. } => Kind::Local("it".into()),
        Node::InstanceVariableReadNode { .. } => Kind::Instance(name(&node.as_instance_variable_read_node()?.name())),
        Node::GlobalVariableReadNode { .. } => Kind::Global(name(&node.as_global_variable_read_node()?.name())),
        Node::ConstantReadNode { .. } => Kind::Constant(name(&node.as_constant_read_node()?.name())),
        Node::ConstantPathNode { .. } => Kind::Constant(text(&node.as_constant_path_node()?.full_name().ok()?)),
        Node::NumberedReferenceReadNode { .. } => Kind::Group(node.as_numbered_reference_read_node()?.number()),
        Node::BackReferenceReadNode { .. } => Kind::Group(0),
        _ => return None,
    })
}

fn control(node: &Node<'_>, line: u32) -> Option<Kind> {
    Some(match node {
        Node::ParenthesesNode { .. } => return Some(optional(node.as_parentheses_node()?.body(), line).kind),
        Node::StatementsNode { .. } => statements(node.as_statements_node(), line).kind,
        Node::AndNode { .. } => {
            let and = node.as_and_node()?;
            Kind::And(boxed(&and.left()), boxed(&and.right()))
        }
        Node::OrNode { .. } => {
            let or = node.as_or_node()?;
            Kind::Or(boxed(&or.left()), boxed(&or.right()))
        }
        Node::IfNode { .. } => {
            let cond = node.as_if_node()?;
            let then = statements(cond.statements(), line);
            Kind::If(Box::new([expr(&cond.predicate()), then, optional(cond.subsequent(), line)]))
        }
        Node::UnlessNode { .. } => {
            let cond = node.as_unless_node()?;
            let then = statements(cond.statements(), line);
            let otherwise =
                cond.else_clause().map_or(Expr { line, kind: Kind::Nil }, |e| statements(e.statements(), line));
            Kind::If(Box::new([expr(&cond.predicate()), otherwise, then]))
        }
        Node::ElseNode { .. } => statements(node.as_else_node()?.statements(), line).kind,
        Node::CaseNode { .. } => Kind::Case(Box::new(case(node, line)?)),
        Node::WhileNode { .. } | Node::UntilNode { .. } => Kind::While(Box::new(repeat(node, line)?)),
        Node::ForNode { .. } => {
            let each = node.as_for_node()?;
            let body = statements(each.statements(), line);
            Kind::For(Box::new(assign::target(&each.index())), boxed(&each.collection()), Box::new(body))
        }
        Node::BeginNode { .. } => begin(node, line)?,
        Node::RescueModifierNode { .. } => {
            let rescue = node.as_rescue_modifier_node()?;
            let body = expr(&rescue.expression());
            let handler = Some((None, expr(&rescue.rescue_expression())));
            Kind::Begin(Box::new(Begin { body, rescue: handler, otherwise: None, ensure: None }))
        }
        Node::ModuleNode { .. } => {
            let module = node.as_module_node()?;
            Kind::Module(path(&module.constant_path()), Box::new(optional(module.body(), line)))
        }
        Node::ClassNode { .. } => {
            let class = node.as_class_node()?;
            Kind::Class(path(&class.constant_path()), Box::new(optional(class.body(), line)))
        }
        Node::DefinedNode { .. } => Kind::Defined(boxed(&node.as_defined_node()?.value())),
        _ => return None,
    })
}

/// The name of a module or class as it is written.
fn path(node: &Node<'_>) -> EcoString {
    match lower(node, 0).kind {
        Kind::Constant(name) => name,
        _ => EcoString::new(),
    }
}

fn case(node: &Node<'_>, line: u32) -> Option<Case> {
    let case = node.as_case_node()?;
    let mut arms = Vec::new();
    for condition in &case.conditions() {
        let when = condition.as_when_node()?;
        arms.push((list(&when.conditions()), statements(when.statements(), line_of(&condition))));
    }
    let otherwise = case.else_clause().map_or(Expr { line, kind: Kind::Nil }, |e| statements(e.statements(), line));
    Some(Case { subject: case.predicate().map(|p| expr(&p)), arms, otherwise })
}

fn repeat(node: &Node<'_>, line: u32) -> Option<Loop> {
    if let Some(node) = node.as_while_node() {
        let body = statements(node.statements(), line);
        let condition = expr(&node.predicate());
        return Some(Loop { condition, until: false, body_first: node.is_begin_modifier(), body });
    }
    let node = node.as_until_node()?;
    let body = statements(node.statements(), line);
    Some(Loop { condition: expr(&node.predicate()), until: true, body_first: node.is_begin_modifier(), body })
}

fn begin(node: &Node<'_>, line: u32) -> Option<Kind> {
    let begin = node.as_begin_node()?;
    let body = statements(begin.statements(), line);
    let rescue =
        begin.rescue_clause().map(|r| (r.reference().map(|n| assign::target(&n)), statements(r.statements(), line)));
    let otherwise = begin.else_clause().map(|e| statements(e.statements(), line));
    let ensure = begin.ensure_clause().map(|e| statements(e.statements(), line));
    Some(Kind::Begin(Box::new(Begin { body, rescue, otherwise, ensure })))
}

fn jump(node: &Node<'_>) -> Option<Kind> {
    let value = |args: Option<ruby_prism::ArgumentsNode<'_>>| {
        let args = list(&args?.arguments());
        Some(Box::new(calls::one_or_array(args)))
    };
    Some(match node {
        Node::ReturnNode { .. } => Kind::Return(value(node.as_return_node()?.arguments())),
        Node::NextNode { .. } => Kind::Next(value(node.as_next_node()?.arguments())),
        Node::BreakNode { .. } => Kind::Break(value(node.as_break_node()?.arguments())),
        _ => return None,
    })
}
