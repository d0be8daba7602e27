//! The tree of the Ruby that is understood, free of the parser's lifetimes.
//!
//! Syntax outside it is one node, [`Kind::Beyond`], which evaluates to an unknown.

use ecow::EcoString;
use std::sync::Arc;

/// An expression and its line.
#[derive(Debug)]
pub(crate) struct Expr {
    /// One-based line in the template.
    pub(crate) line: u32,
    /// What it is.
    pub(crate) kind: Kind,
}

/// Sorts of expression.
#[derive(Debug)]
pub(crate) enum Kind {
    Nil,
    Bool(bool),
    SelfRef,
    Int(i64),
    Float(f64),
    Str(EcoString),
    Symbol(EcoString),
    /// `"a#{b}"`
    Interpolated(Vec<Expr>),
    /// `:"a#{b}"`
    InterpolatedSymbol(Vec<Expr>),
    Regex {
        parts: Vec<Expr>,
        flags: EcoString,
    },
    Array(Vec<Expr>),
    Hash(Vec<Pair>),
    Range {
        from: Option<Box<Expr>>,
        to: Option<Box<Expr>>,
        exclusive: bool,
    },
    Splat(Box<Expr>),
    Local(EcoString),
    Instance(EcoString),
    Global(EcoString),
    Constant(EcoString),
    /// `$1`; 0 is `$~`'s whole match.
    Group(u32),
    Assign(Box<Place>, Box<Expr>),
    Update(Box<Place>, Operator, Box<Expr>),
    Destructure(Vec<Place>, Box<Expr>),
    Call(Box<Call>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    If(Box<[Expr; 3]>),
    Case(Box<Case>),
    While(Box<Loop>),
    For(Box<Place>, Box<Expr>, Box<Expr>),
    Seq(Vec<Expr>),
    Begin(Box<Begin>),
    Return(Option<Box<Expr>>),
    Next(Option<Box<Expr>>),
    Break(Option<Box<Expr>>),
    Lambda(Arc<Block>),
    Def(EcoString, Arc<Block>),
    /// `module A::B … end`
    Module(EcoString, Box<Expr>),
    /// `class A::B … end`
    Class(EcoString, Box<Expr>),
    /// `yield a, b`
    Yield(Vec<Expr>),
    Defined(Box<Expr>),
    Beyond(EcoString),
}

/// An entry of a hash literal.
#[derive(Debug)]
pub(crate) enum Pair {
    Entry(Expr, Expr),
    Spread(Expr),
}

/// `case`
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) subject: Option<Expr>,
    pub(crate) arms: Vec<(Vec<Expr>, Expr)>,
    pub(crate) otherwise: Expr,
}

/// `while`, `until` and their trailing forms.
#[derive(Debug)]
pub(crate) struct Loop {
    pub(crate) condition: Expr,
    pub(crate) until: bool,
    pub(crate) body_first: bool,
    pub(crate) body: Expr,
}

/// `begin … rescue … ensure … end`
#[derive(Debug)]
pub(crate) struct Begin {
    pub(crate) body: Expr,
    pub(crate) rescue: Option<(Option<Place>, Expr)>,
    pub(crate) otherwise: Option<Expr>,
    pub(crate) ensure: Option<Expr>,
}

/// A method call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) receiver: Option<Expr>,
    pub(crate) name: EcoString,
    pub(crate) args: Vec<Expr>,
    pub(crate) block: Option<BlockArg>,
    /// `&.`
    pub(crate) safe: bool,
    /// A bare word, which may be a variable.
    pub(crate) bare: bool,
}

/// The block given to a call.
#[derive(Debug)]
pub(crate) enum BlockArg {
    Literal(Arc<Block>),
    Passed(Expr),
}

/// A block, lambda or method body.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) params: Vec<Param>,
    pub(crate) body: Expr,
}

/// A parameter of a block.
#[derive(Debug)]
pub(crate) enum Param {
    Name(EcoString),
    Group(Vec<Param>),
    Optional(EcoString, Expr),
    Rest(Option<EcoString>),
    /// `&block`
    Given(EcoString),
}

/// Something that can be assigned to.
#[derive(Debug)]
pub(crate) enum Place {
    Local(EcoString),
    Instance(EcoString),
    Index(Expr, Vec<Expr>),
    Group(Vec<Place>),
    Rest(Option<Box<Place>>),
    Beyond(EcoString),
}

/// The operator of `x op= y`.
#[derive(Debug)]
pub(crate) enum Operator {
    Or,
    And,
    Method(EcoString),
}
