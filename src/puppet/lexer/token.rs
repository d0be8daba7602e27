//! Tokens: a kind and a byte range. A token never owns text; the parser decodes the few it keeps.

use super::super::ast::Span;

/// What a token is. The names follow Puppet's own lexer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tok {
    // Values.
    Str,
    Word,
    Name,
    ClassRef,
    Number,
    Variable,
    Regex,
    True,
    False,
    // Pieces of an interpolated string: `Dq…` between quotes, `Hd…` in a heredoc.
    DqPre,
    DqMid,
    DqPost,
    HdStr,
    HdPre,
    HdMid,
    HdPost,
    Heredoc,
    // Keywords.
    Case,
    Class,
    Default,
    Define,
    If,
    Elsif,
    Else,
    Inherits,
    Node,
    And,
    Or,
    Undef,
    In,
    Unless,
    Function,
    Type,
    Attr,
    Private,
    // Punctuation.
    LBrack,
    ListStart,
    RBrack,
    LBrace,
    SelBrace,
    RBrace,
    LParen,
    WsLParen,
    RParen,
    Equals,
    Appends,
    Deletes,
    IsEqual,
    NotEqual,
    Match,
    NoMatch,
    GreaterEqual,
    Greater,
    LessEqual,
    Less,
    FArrow,
    PArrow,
    LShift,
    LLCollect,
    LCollect,
    RShift,
    RRCollect,
    RCollect,
    Plus,
    Minus,
    Div,
    Times,
    Modulo,
    Not,
    Dot,
    Pipe,
    At,
    AtAt,
    Colon,
    Comma,
    Semic,
    QMark,
    InEdge,
    InEdgeSub,
    OutEdge,
    OutEdgeSub,
    // Templates.
    EppEnd,
    RenderString,
    RenderExpr,
    /// A character that no rule knows.
    Other,
    /// The lexer gave up here; the message stands in its error list.
    Error,
    Eof,
}

impl Tok {
    /// The keyword that `word` is.
    pub(crate) fn keyword(word: &[u8]) -> Option<Self> {
        if word.len() < 2 || word.len() > 8 {
            return None;
        }
        Some(match word {
            b"case" => Self::Case,
            b"class" => Self::Class,
            b"default" => Self::Default,
            b"define" => Self::Define,
            b"if" => Self::If,
            b"elsif" => Self::Elsif,
            b"else" => Self::Else,
            b"inherits" => Self::Inherits,
            b"node" => Self::Node,
            b"and" => Self::And,
            b"or" => Self::Or,
            b"undef" => Self::Undef,
            b"false" => Self::False,
            b"true" => Self::True,
            b"in" => Self::In,
            b"unless" => Self::Unless,
            b"function" => Self::Function,
            b"type" => Self::Type,
            b"attr" => Self::Attr,
            b"private" => Self::Private,
            _ => return None,
        })
    }

    /// Whether it is a word of the language, `true` and `false` left out.
    pub(crate) fn is_keyword(self) -> bool {
        self as u8 >= Self::Case as u8 && self as u8 <= Self::Private as u8
    }

    /// Whether a value may have ended with it, so that a slash after it divides.
    pub(crate) fn ends_value(self) -> bool {
        matches!(
            self,
            Self::RParen
                | Self::RBrack
                | Self::RRCollect
                | Self::RCollect
                | Self::Name
                | Self::ClassRef
                | Self::Number
                | Self::Str
                | Self::True
                | Self::False
                | Self::DqPost
                | Self::HdStr
                | Self::HdPost
                | Self::Regex
                | Self::Variable
                | Self::Word
        )
    }
}

/// A token: kind and byte range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Tok,
    /// First byte; that of the opening quote for a string.
    pub(crate) start: u32,
    /// One past the last byte.
    pub(crate) end: u32,
}

impl Token {
    /// The range as a span.
    pub(crate) fn span(self) -> Span {
        Span { start: self.start, end: self.end }
    }
}
