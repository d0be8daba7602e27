//! The typed syntax tree of the Puppet language, version 4 to 8 (and EPP).
//!
//! Every node carries a byte span into the source it was parsed from. The tree says what was
//! written, not what it means: names are not resolved and constants are not folded. Node kinds
//! follow the model of the Puppet specification so that the PN dump can be compared with real
//! Puppet's.

use ecow::EcoString;

/// Byte range in the source text, half open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One expression. In Puppet everything is one, definitions included.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// A list of expressions; its value is the value of the last.
pub type Block = Vec<Expr>;

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// Nothing at all (an empty block, an absent else).
    Nop,
    /// `undef`
    Undef,
    /// `default`
    Default,
    /// `true`, `false`
    Bool(bool),
    /// Integer literal; the radix (8, 10, 16) is kept for printing.
    Int(i64, u8),
    /// Floating point literal.
    Float(f64),
    /// String literal without interpolation, escapes already applied.
    Str(EcoString),
    /// Interpolated string.
    Concat(Vec<StrPart>),
    /// Heredoc; the inner expression is `Str` or `Concat`.
    Heredoc {
        /// The syntax named in `@(TAG:syntax)`, empty if none.
        syntax: EcoString,
        /// The text.
        text: Box<Expr>,
    },
    /// Regular expression literal, without the slashes.
    Regex(EcoString),
    /// Bare word, lower case (`present`, `a::b`, `foo-bar`).
    Name(EcoString),
    /// Type name, upper case (`File`, `A::B`).
    TypeRef(EcoString),
    /// Keyword used where only its word matters (`class` in `class {…}` as a resource type is `Name`).
    Reserved(EcoString),
    /// `$x`, `$::x`, `$a::b`, `$0`: the name without the dollar; a leading `::` is kept.
    Var(EcoString),
    /// `(a)`; the parentheses are kept, as real Puppet keeps them.
    Paren(Box<Expr>),
    /// Several expressions where one is asked for (`<%= { a b } %>`).
    Block(Block),
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `{ a => 1 }`
    Hash(Vec<(Expr, Expr)>),
    /// Prefix operators.
    Unary(UnaryOp, Box<Expr>),
    /// Infix operators that compute a value.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `=`, `+=`, `-=`
    Assign(AssignOp, Box<Expr>, Box<Expr>),
    /// `base[keys]`
    Access(Box<Expr>, Vec<Expr>),
    /// `f(args)`, `f args`; the functor is a `Name`, `TypeRef` (`Integer('1')`) or other expression.
    Call(Box<Call>),
    /// `receiver.name(args)`
    Method(Box<MethodCall>),
    /// A lambda not attached to a call (EPP program).
    Lambda(Box<Lambda>),
    /// `if` with its `elsif` chain nested in `otherwise`.
    If {
        /// Condition.
        cond: Box<Expr>,
        /// Taken when true.
        then: Block,
        /// Taken when false; a lone `If` for `elsif`; empty when absent.
        otherwise: Block,
    },
    /// `unless`
    Unless {
        /// Condition.
        cond: Box<Expr>,
        /// Taken when false.
        then: Block,
        /// Taken when true.
        otherwise: Block,
    },
    /// `case`
    Case {
        /// What is compared.
        subject: Box<Expr>,
        /// In source order.
        options: Vec<CaseOption>,
    },
    /// `subject ? { … }`
    Selector {
        /// What is compared.
        subject: Box<Expr>,
        /// In source order.
        entries: Vec<(Expr, Expr)>,
    },
    /// `type { title: … }`
    Resource(Box<Resource>),
    /// `Type { a => 1 }`
    ResourceDefaults(Box<ResourceDefaults>),
    /// `Type[x] { a => 1 }`
    ResourceOverride(Box<ResourceOverride>),
    /// `Type<| query |> { … }`
    Collect(Box<Collector>),
    /// `a -> b` and its kin.
    Relation(RelationOp, Box<Expr>, Box<Expr>),
    /// Class definition.
    Class(Box<ClassDef>),
    /// Defined resource type.
    Define(Box<DefineDef>),
    /// Node definition.
    Node(Box<NodeDef>),
    /// Function in the Puppet language.
    Function(Box<FunctionDef>),
    /// `type A = …`
    TypeAlias {
        /// Qualified name.
        name: EcoString,
        /// Type expression.
        value: Box<Expr>,
    },
    /// `type Runtime[ruby, 'A'] = B`
    TypeMapping {
        /// What is mapped.
        from: Box<Expr>,
        /// What to.
        to: Box<Expr>,
    },
    /// `import 'x.pp'` of Puppet 2 and 3 (legacy dialect only).
    Import(Vec<Expr>),
    /// Text of an EPP template between tags.
    RenderText(EcoString),
    /// `<%= expr %>`
    RenderExpr(Box<Expr>),
    /// Body of an EPP template.
    Epp {
        /// Whether a parameter tag `<%| |%>` was written.
        params_given: bool,
        /// Text and code.
        body: Block,
    },
    /// A region the parser could not read; the error stands in the error list.
    Error,
}

/// A piece of an interpolated string.
#[derive(Clone, Debug, PartialEq)]
pub enum StrPart {
    /// Literal text.
    Text(EcoString),
    /// `${expr}` or `$name`.
    Expr(Expr),
}

/// Prefix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Minus,
    /// `*`
    Splat,
}

/// Infix operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Or,
    And,
    In,
    Match,
    NotMatch,
    Mul,
    Div,
    Mod,
    Add,
    Sub,
    Shl,
    Shr,
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

/// Assignment operators; only `Set` passes validation in Puppet 4 and later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOp {
    /// `=`
    Set,
    /// `+=`
    Append,
    /// `-=`
    Remove,
}

/// Relationship arrows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RelationOp {
    /// `->`
    Before,
    /// `~>`
    Notify,
    /// `<-`
    Require,
    /// `<~`
    Subscribe,
}

/// How a call was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallStyle {
    /// `f(…)` whose value is used or may be.
    Parens,
    /// `f a, b` without parentheses.
    Statement,
}

/// A function call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called.
    pub functor: Expr,
    /// Arguments; a splat is `Unary(Splat)`.
    pub args: Vec<Expr>,
    /// Trailing lambda.
    pub lambda: Option<Lambda>,
    /// Form.
    pub style: CallStyle,
}

/// `receiver.name(args) |x| { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct MethodCall {
    /// The first argument.
    pub receiver: Expr,
    /// Function name.
    pub name: EcoString,
    /// Where the name stands.
    pub name_span: Span,
    /// Remaining arguments.
    pub args: Vec<Expr>,
    /// Whether parentheses were written.
    pub parens: bool,
    /// Trailing lambda.
    pub lambda: Option<Lambda>,
}

/// `|params| { body }`
#[derive(Clone, Debug, PartialEq)]
pub struct Lambda {
    /// Where it stands.
    pub span: Span,
    /// Parameters.
    pub params: Vec<Param>,
    /// `>> Type`
    pub return_type: Option<Expr>,
    /// Body.
    pub body: Block,
}

/// A parameter of a class, define, function, lambda or EPP template.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Where it stands.
    pub span: Span,
    /// Name without the dollar.
    pub name: EcoString,
    /// Type expression.
    pub ty: Option<Expr>,
    /// Default.
    pub default: Option<Expr>,
    /// `*$rest`
    pub captures_rest: bool,
    /// `&$block`
    pub block: bool,
}

/// One option of a `case`.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseOption {
    /// Where it stands.
    pub span: Span,
    /// Values any of which matches.
    pub values: Vec<Expr>,
    /// Body.
    pub body: Block,
}

/// Whether a resource is realised, virtual or exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Plain.
    Regular,
    /// `@type`
    Virtual,
    /// `@@type`
    Exported,
}

/// Resource expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Virtual or not.
    pub form: Form,
    /// `Name`, `TypeRef` (a default-like shape that was given titles), `Access` (`Resource[$t]`) …
    pub type_name: Expr,
    /// Bodies in order.
    pub bodies: Vec<ResourceBody>,
}

/// `title: a => 1, b => 2`
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceBody {
    /// Where it stands.
    pub span: Span,
    /// The title expression; `Default` for local defaults.
    pub title: Expr,
    /// Attributes in order.
    pub ops: Vec<AttrOp>,
}

/// One attribute of a resource body.
#[derive(Clone, Debug, PartialEq)]
pub struct AttrOp {
    /// Where it stands (name to value).
    pub span: Span,
    /// The kind.
    pub kind: AttrKind,
    /// The value.
    pub value: Expr,
}

/// Attribute operators.
#[derive(Clone, Debug, PartialEq)]
pub enum AttrKind {
    /// `name => value`
    Set(EcoString),
    /// `name +> value`
    Append(EcoString),
    /// `* => hash`
    Splat,
}

/// `Type { a => 1 }`
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceDefaults {
    /// Virtual or not (an error unless regular).
    pub form: Form,
    /// Type reference.
    pub type_name: Expr,
    /// Attributes.
    pub ops: Vec<AttrOp>,
}

/// `Type[x] { a => 1 }`
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceOverride {
    /// Virtual or not (an error unless regular).
    pub form: Form,
    /// The reference.
    pub reference: Expr,
    /// Attributes.
    pub ops: Vec<AttrOp>,
}

/// `Type<| query |>`, `Type<<| query |>>`
#[derive(Clone, Debug, PartialEq)]
pub struct Collector {
    /// Type reference.
    pub type_name: Expr,
    /// `<<| |>>`
    pub exported: bool,
    /// The query; `None` when empty.
    pub query: Option<Expr>,
    /// Overrides.
    pub ops: Vec<AttrOp>,
}

/// Class definition.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDef {
    /// Qualified name, as written without a leading `::`, prefixed by the enclosing class.
    pub name: EcoString,
    /// Where the name stands.
    pub name_span: Span,
    /// Parameters.
    pub params: Vec<Param>,
    /// `inherits`
    pub parent: Option<EcoString>,
    /// Body.
    pub body: Block,
}

/// Defined type.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineDef {
    /// Qualified name, prefixed by the enclosing class.
    pub name: EcoString,
    /// Where the name stands.
    pub name_span: Span,
    /// Parameters.
    pub params: Vec<Param>,
    /// Body.
    pub body: Block,
}

/// Node definition.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeDef {
    /// Host matches.
    pub matches: Vec<NodeMatch>,
    /// `inherits` (removed in Puppet 4; legacy dialect).
    pub parent: Option<NodeMatch>,
    /// Body.
    pub body: Block,
}

/// What a node definition matches.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeMatch {
    /// An exact name.
    Name(EcoString, Span),
    /// A regular expression.
    Regex(EcoString, Span),
    /// `default`
    Default(Span),
}

/// Function definition.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDef {
    /// Qualified name.
    pub name: EcoString,
    /// Where the name stands.
    pub name_span: Span,
    /// Parameters.
    pub params: Vec<Param>,
    /// `>> Type`
    pub return_type: Option<Expr>,
    /// Body.
    pub body: Block,
}
