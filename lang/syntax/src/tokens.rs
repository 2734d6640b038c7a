//! Text to tokens: every byte belongs to exactly one token, so the texts of the tokens, joined, are the file.
//!
//! What is no token of the language is one all the same (see [`TokenKind::is_error`]), so lexing cannot fail. What is wrong with
//! such a token is said by the parser; what spaces and comments mean is up to whoever reads them.

use logos::Logos;
use unik_source::Span;

/// What a token is.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[logos(error = ())]
pub enum TokenKind {
    /// Spaces, tabs and ends of line; a byte order mark at the start of the file.
    #[regex(r"[ \t\r\n\f]+")]
    Space,
    /// `// …`
    #[regex(r"//[^\n]*", allow_greedy = true)]
    Comment,
    /// `/// …`, which documents what follows it.
    Doc,
    /// `//! …`, which documents the file.
    FileDoc,

    /// A name.
    #[regex(r"[A-Za-z_][A-Za-z0-9_]*", priority = 3)]
    Name,
    /// `80`, `64KiB`, `1_000`.
    #[regex(r"[0-9][0-9_]*[A-Za-z]*")]
    Number,
    /// `"data/"`.
    #[regex(r#""([^"\\\r\n]|\\[^\r\n])*""#)]
    Str,
    /// `./mine`, `../shared/net`.
    #[regex(r"\.\.?/[A-Za-z0-9_./-]*")]
    RelativePath,

    /// A string that the end of its line cuts off.
    #[regex(r#""([^"\\\r\n]|\\[^\r\n])*\\?"#)]
    OpenStr,
    /// `0x1f`, `1.5`, `10.0.0.2`: begins like a number and is none.
    #[regex(r"[0-9][0-9_]*[A-Za-z]+[0-9_][A-Za-z0-9_]*")]
    #[regex(r"[0-9][0-9_]*(\.[0-9]+)+[A-Za-z0-9_/]*")]
    BadNumber,
    /// `größe`: a word with characters that names do not have.
    #[regex(r"[A-Za-z0-9_]*[^\x00-\x7F]([A-Za-z0-9_]|[^\x00-\x7F])*")]
    BadName,
    /// Characters that mean nothing here.
    Unknown,

    #[token("import")]
    Import,
    #[token("module")]
    Module,
    #[token("type")]
    Type,
    #[token("enum")]
    Enum,
    #[token("key")]
    Key,
    #[token("configure")]
    Configure,
    #[token("run")]
    Run,
    #[token("device")]
    Device,
    #[token("generative")]
    Generative,
    #[token("let")]
    Let,
    #[token("require")]
    Require,
    #[token("unikernel")]
    Unikernel,
    #[token("platform")]
    Platform,
    #[token("if")]
    If,
    #[token("then")]
    Then,
    #[token("else")]
    Else,
    #[token("match")]
    Match,
    #[token("true")]
    True,
    #[token("false")]
    False,
    #[token("as")]
    As,

    #[token("(")]
    LeftParen,
    #[token(")")]
    RightParen,
    #[token("[")]
    LeftBracket,
    #[token("]")]
    RightBracket,
    #[token("{")]
    LeftBrace,
    #[token("}")]
    RightBrace,
    #[token(",")]
    Comma,
    #[token(";")]
    Semicolon,
    #[token(":")]
    Colon,
    #[token("::")]
    ColonColon,
    #[token(".")]
    Dot,
    #[token("_", priority = 4)]
    Underscore,
    #[token("=")]
    Assign,
    #[token("=>")]
    FatArrow,
    #[token("->")]
    Arrow,
    #[token("|")]
    Bar,
    #[token("||")]
    Or,
    #[token("&&")]
    And,
    #[token("!")]
    Not,
    #[token("==")]
    Equal,
    #[token("!=")]
    NotEqual,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEqual,
    #[token("++")]
    Concat,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,

    /// `rust` where an entry of a block can start. The lexer gives a [`TokenKind::Name`]; only the parser, which knows the block,
    /// makes it a word of its own. So with the next seven.
    RustWord,
    AfterWord,
    ExclusiveWord,
    FeaturesWord,
    TargetsWord,
    ArtifactWord,
    AttachWord,
    LinkWord,
}

impl TokenKind {
    /// Whether the parser passes over it.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Space | Self::Comment | Self::Doc | Self::FileDoc)
    }

    /// Whether it is no token of the language.
    pub fn is_error(self) -> bool {
        matches!(self, Self::OpenStr | Self::BadNumber | Self::BadName | Self::Unknown)
    }

    /// Whether it is a reserved word, which no declaration can have as its name.
    pub fn is_keyword(self) -> bool {
        self.starts_item()
            || matches!(
                self,
                Self::Type
                    | Self::If
                    | Self::Then
                    | Self::Else
                    | Self::Match
                    | Self::True
                    | Self::False
                    | Self::As
            )
    }

    /// Whether an item can begin with it.
    pub fn starts_item(self) -> bool {
        self.only_starts_item() || matches!(self, Self::Let | Self::Key | Self::Configure | Self::Run)
    }

    /// Whether it occurs nowhere but at the start of an item.
    pub fn only_starts_item(self) -> bool {
        matches!(
            self,
            Self::Import
                | Self::Module
                | Self::Enum
                | Self::Device
                | Self::Generative
                | Self::Require
                | Self::Unikernel
                | Self::Platform
        )
    }

    /// For `(`, `[` and `{` the bracket that closes it.
    pub fn closer(self) -> Option<Self> {
        match self {
            Self::LeftParen => Some(Self::RightParen),
            Self::LeftBracket => Some(Self::RightBracket),
            Self::LeftBrace => Some(Self::RightBrace),
            _ => None,
        }
    }

    /// Whether it is `)`, `]` or `}`.
    pub fn is_closer(self) -> bool {
        matches!(self, Self::RightParen | Self::RightBracket | Self::RightBrace)
    }

    /// Whether a complete expression, type or item can end with it.
    pub fn ends_phrase(self) -> bool {
        self.is_closer()
            || matches!(
                self,
                Self::Name
                    | Self::Number
                    | Self::Str
                    | Self::RelativePath
                    | Self::OpenStr
                    | Self::BadNumber
                    | Self::BadName
                    | Self::Unknown
                    | Self::True
                    | Self::False
                    | Self::Semicolon
            )
    }
}

/// A piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// All tokens of a text, without a gap.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 3);
    lex(text, |token| tokens.push(token));
    tokens
}

/// What an item is made of.
pub(crate) struct Words {
    /// The tokens without space and comments.
    pub(crate) words: Vec<Token>,
    /// Where the comments stand that document what follows them.
    pub(crate) docs: Vec<Span>,
}

/// The words of a text. A large file is cut anew at each edit: what nobody looks at is not kept.
pub(crate) fn words(text: &str) -> Words {
    let (mut words, mut docs) = (Vec::with_capacity(text.len() / 3), Vec::new());
    lex(text, |token| match token.kind {
        TokenKind::Doc => docs.push(token.span),
        kind if kind.is_trivia() => {}
        _ => words.push(token),
    });
    Words { words, docs }
}

/// Shows the tokens of a text, one by one. Neighbouring unknown characters are one token: they are one mistake.
fn lex(text: &str, mut see: impl FnMut(Token)) {
    let mut lexed = 0;
    if text.starts_with('\u{FEFF}') {
        lexed = '\u{FEFF}'.len_utf8();
        see(Token { kind: TokenKind::Space, span: Span::new(0, lexed) });
    }
    let mut unknown: Option<Span> = None;
    let mut lexer = TokenKind::lexer(&text[lexed..]);
    while let Some(kind) = lexer.next() {
        let range = lexer.span();
        let mut span = Span::new(lexed + range.start, lexed + range.end);
        let kind = match kind {
            Ok(TokenKind::Comment) => comment(lexer.slice()),
            Ok(TokenKind::RelativePath) => match lexer.slice().find("//") {
                Some(comment) => {
                    // A comment ends a path as it ends everything; behind dots alone there is no path.
                    let (kind, length) = match lexer.slice()[..comment].contains('/') {
                        true => (TokenKind::RelativePath, comment),
                        false => (TokenKind::Dot, 1),
                    };
                    lexed += range.start + length;
                    span = Span::new(lexed - length, lexed);
                    lexer = TokenKind::lexer(&text[lexed..]);
                    kind
                }
                None => TokenKind::RelativePath,
            },
            Ok(kind) => kind,
            Err(()) => TokenKind::Unknown,
        };
        if kind == TokenKind::Unknown {
            unknown = Some(unknown.map_or(span, |before| before.to(span)));
            continue;
        }
        if let Some(span) = unknown.take() {
            see(Token { kind: TokenKind::Unknown, span });
        }
        see(Token { kind, span });
    }
    if let Some(span) = unknown {
        see(Token { kind: TokenKind::Unknown, span });
    }
}

fn comment(text: &str) -> TokenKind {
    match text.as_bytes() {
        [_, _, b'!', ..] => TokenKind::FileDoc,
        // Four slashes are a line across the page.
        [_, _, b'/', b'/', ..] => TokenKind::Comment,
        [_, _, b'/', ..] => TokenKind::Doc,
        _ => TokenKind::Comment,
    }
}
