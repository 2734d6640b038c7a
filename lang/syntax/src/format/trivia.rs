//! The comments and ends of lines between the words of an item, by the word that they stand before or behind.

use std::ops::Range;

use unik_source::Span;

use crate::tokens::{Token, TokenKind};

/// A comment, documentation included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comment {
    /// Where it stands.
    pub(crate) span: Span,
    /// Whether a blank line stands before it.
    pub(crate) blank: bool,
}

/// What stands before a word, behind the one before.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    /// Whether a line ends in it.
    pub(crate) newline: bool,
    /// A comment on the line of the word before.
    pub(crate) trailing: Option<Span>,
    /// The others, as numbers of [`Trivia::comments`].
    pub(crate) own: Range<usize>,
    /// Whether a blank line stands right before the word, and the word's documentation is not above that.
    pub(crate) blank: bool,
}

/// All gaps of a row of tokens.
#[derive(Debug)]
pub(crate) struct Trivia {
    /// In their order.
    pub(crate) comments: Vec<Comment>,
    /// One for each word, and one for what follows the last.
    pub(crate) gaps: Vec<Gap>,
}

impl Trivia {
    /// Looks through all tokens of a text.
    pub(crate) fn new(text: &str, all: &[Token]) -> Self {
        let mut trivia = Self { comments: Vec::new(), gaps: Vec::new() };
        let mut start = 0;
        for (at, token) in all.iter().enumerate() {
            if !token.kind.is_trivia() {
                trivia.gap(text, &all[start..at]);
                start = at + 1;
            }
        }
        trivia.gap(text, &all[start..]);
        trivia
    }

    fn gap(&mut self, text: &str, between: &[Token]) {
        let first = self.gaps.is_empty();
        let from = self.comments.len();
        let mut gap = Gap { newline: false, trailing: None, own: from..from, blank: false };
        // Since the last comment; a comment ends where its line does.
        let mut newlines = 0;
        let mut documented = false;
        for token in between {
            if token.kind == TokenKind::Space {
                newlines += text[token.span.range()].bytes().filter(|byte| *byte == b'\n').count();
                gap.newline |= newlines > 0;
                continue;
            }
            if token.kind == TokenKind::Comment && !gap.newline && !first {
                gap.trailing = Some(token.span);
            } else {
                self.comments.push(Comment { span: token.span, blank: newlines > 1 });
            }
            documented = token.kind == TokenKind::Doc;
            newlines = 0;
        }
        gap.own.end = self.comments.len();
        gap.blank = newlines > 1 && !documented;
        self.gaps.push(gap);
    }

    /// Whether a blank line stands before the first of what stands on lines of its own before a word, or else before the word.
    pub(crate) fn blank_before(&self, word: usize) -> bool {
        let gap = &self.gaps[word];
        match self.comments[gap.own.clone()].first() {
            Some(comment) => comment.blank,
            None => gap.blank,
        }
    }
}

/// The text of a comment, without the space that its line ends with.
pub(crate) fn text_of(text: &str, comment: Span) -> &str {
    text[comment.range()].trim_end_matches([' ', '\t', '\r', '\x0c'])
}
