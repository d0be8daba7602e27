//! The script as the abstract run sees it: small, owned, with line numbers.

use std::rc::Rc;

/// A list of commands or one command.
#[derive(Debug)]
pub(crate) enum Node {
    Seq(Vec<Node>),
    Simple(Simple),
    Pipeline {
        bang: bool,
        parts: Vec<Node>,
    },
    AndOr {
        first: Box<Node>,
        rest: Vec<(Link, Node)>,
    },
    If {
        arms: Vec<(Node, Node)>,
        otherwise: Option<Box<Node>>,
    },
    Case {
        line: u32,
        word: Word,
        arms: Vec<Arm>,
    },
    For {
        var: String,
        words: Option<Vec<Word>>,
        body: Rc<Node>,
    },
    While {
        until: bool,
        cond: Rc<Node>,
        body: Rc<Node>,
    },
    Subshell(Box<Node>),
    Redirected(Box<Node>, Vec<Redirect>),
    Function {
        name: String,
        body: Rc<Node>,
    },
    /// A construct that is not followed.
    Opaque {
        line: u32,
        what: &'static str,
    },
}

/// How a command in an and-or list hangs on the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    And,
    Or,
}

/// One branch of a `case`.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) patterns: Vec<Word>,
    pub(crate) body: Node,
    pub(crate) falls_through: bool,
}

/// A command with its words, assignments and redirections.
#[derive(Debug)]
pub(crate) struct Simple {
    pub(crate) line: u32,
    pub(crate) assigns: Vec<Assign>,
    pub(crate) words: Vec<Word>,
    pub(crate) redirects: Vec<Redirect>,
}

/// `name=value`.
#[derive(Debug)]
pub(crate) struct Assign {
    pub(crate) name: String,
    pub(crate) value: Word,
    pub(crate) append: bool,
}

/// A redirection, as far as it matters here.
#[derive(Debug)]
pub(crate) enum Redirect {
    Read(Word),
    /// Writing; the descriptor tells output from messages.
    Write {
        fd: i32,
        word: Word,
    },
    Here(Word),
    Other,
}

/// A word before expansion, with the text it was written as.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    pub(crate) raw: String,
    pub(crate) pieces: Vec<Piece>,
}

/// A part of a word.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Text; where not `quoted`, `*`, `?` and `[` are patterns.
    Text {
        text: String,
        quoted: bool,
    },
    Param {
        param: Param,
        quoted: bool,
    },
    Subst {
        body: Rc<Node>,
        raw: String,
        quoted: bool,
    },
    Home(Option<String>),
    Arith(String),
}

/// A parameter expansion.
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: Name,
    pub(crate) op: Op,
    pub(crate) raw: String,
}

/// What is expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Var(String),
    Arg(usize),
    /// `$@` or `$*`.
    All,
    Count,
    Status,
    /// `$$`, `$!`, `$-`, arrays.
    Other,
}

/// What is done with the value.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Plain,
    Default { word: Word, if_empty: bool },
    Assign { word: Word, if_empty: bool },
    Error,
    Alternative { word: Word, if_empty: bool },
    Length,
    Trim { pattern: Word, suffix: bool, longest: bool },
    Unsupported,
}

impl Word {
    /// A word of plain text.
    pub(crate) fn literal(text: &str) -> Word {
        let pieces = vec![Piece::Text { text: text.to_owned(), quoted: true }];
        Word { raw: text.to_owned(), pieces }
    }
}
