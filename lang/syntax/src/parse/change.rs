//! Changes to the tokens of an item, and how the tokens that they put in are written.
//!
//! Which change is tried and which is believed, [`super::repair`] decides; what is said about it, [`super::explain`].

use unik_source::Span;

use super::entries;
use crate::tokens::{Token, TokenKind};

/// A change to the tokens at a mistake.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// These tokens are missing.
    Insert(Vec<TokenKind>),
    /// The statement whose name stands before it lacks its `let`.
    Let,
    /// It stands for another.
    Replace(TokenKind),
    /// It is too many.
    Remove,
}

impl Change {
    /// The tokens that are new.
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Insert(kinds) => kinds.len(),
            Self::Let | Self::Replace(_) => 1,
            Self::Remove => 0,
        }
    }

    /// How many tokens behind the change must be understood for it to be believed.
    pub(crate) fn proof(&self, to_the_end: bool) -> usize {
        match self {
            Self::Insert(_) | Self::Let => 2,
            Self::Replace(_) => 1,
            // Something can nearly always be taken out; it is believed if nothing else is wrong then.
            Self::Remove if to_the_end => 0,
            Self::Remove => usize::MAX,
        }
    }

    pub(crate) fn applied(&self, text: &str, tokens: &[Token], at: usize) -> Vec<Token> {
        let mut tokens = tokens.to_vec();
        match self {
            Self::Insert(kinds) => {
                let span = at
                    .checked_sub(1)
                    .map_or(Span::at(0), |before| Span::at(tokens[before].span.end as usize));
                tokens.splice(at..at, kinds.iter().map(|kind| Token { kind: *kind, span }));
            }
            Self::Let => {
                let name = at.saturating_sub(1);
                let span = Span::at(tokens[name].span.start as usize);
                tokens.insert(name, Token { kind: TokenKind::Let, span });
            }
            Self::Replace(kind) => tokens[at].kind = *kind,
            Self::Remove => {
                tokens.remove(at);
            }
        }
        entries::by_place(text, tokens)
    }
}

/// A terminal as the grammar names it, without the quotes.
pub(crate) fn terminal(expected: &str) -> &str {
    expected.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(expected)
}

/// A token of punctuation, or a reserved word, as it is written.
pub(crate) fn written(kind: TokenKind) -> &'static str {
    use TokenKind as T;
    match kind {
        T::LeftParen => "(",
        T::RightParen => ")",
        T::LeftBracket => "[",
        T::RightBracket => "]",
        T::LeftBrace => "{",
        T::RightBrace => "}",
        T::Comma => ",",
        T::Semicolon => ";",
        T::Assign => "=",
        T::Equal => "==",
        T::Colon => ":",
        T::FatArrow => "=>",
        T::Arrow => "->",
        T::Bar => "|",
        T::Or => "||",
        T::Then => "then",
        T::Else => "else",
        T::Key => "key",
        T::Type => "type",
        T::Device => "device",
        _ => "",
    }
}
