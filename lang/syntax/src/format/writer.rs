//! From the words of an item to a layout: a cursor that gives every word, in its order, with the comments around it.
//!
//! Nothing can be lost, added or moved: the only words that may be left out or put in are commas before a closing bracket. What is
//! written as phrases is decided by `expression` and `item`.

use super::{
    doc::Op,
    trivia::{Trivia, text_of},
};
use crate::{
    brackets,
    tokens::{Token, TokenKind},
};

/// How what stands between two brackets is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Whether spaces stand inside the brackets on one line.
    pub(crate) space: bool,
    /// Whether a comma stands behind the last element where the brackets are broken, and none where they are not.
    pub(crate) comma: bool,
}

/// `(a, b)`, `[a, b]`.
pub(crate) const ROUND: Style = Style { space: false, comma: true };
/// `{ a, b }`.
pub(crate) const BRACES: Style = Style { space: true, comma: true };
/// `{ a; b }`.
pub(crate) const BLOCK: Style = Style { space: true, comma: false };
/// `(a)`.
pub(crate) const PAREN: Style = Style { space: false, comma: false };

/// A layout in the making.
pub(crate) struct Writer<'t> {
    pub(crate) text: &'t str,
    /// The words of the item, those of entries marked.
    pub(crate) words: Vec<Token>,
    /// For each opening bracket the closing one.
    pub(crate) closes: Vec<Option<usize>>,
    trivia: Trivia,
    /// The word that comes next.
    pub(crate) at: usize,
    /// The word up to which comments are written.
    commented: usize,
    ops: Vec<Op<'t>>,
    /// The groups that are open.
    open: Vec<usize>,
    /// Whether a comment ends the line, so that the groups that go on behind it are broken.
    line_ends: bool,
}

impl<'t> Writer<'t> {
    pub(crate) fn new(text: &'t str, all: &[Token], words: Vec<Token>) -> Self {
        let closes = brackets::matching(&words, |_| false);
        let trivia = Trivia::new(text, all);
        let ops = Vec::with_capacity(words.len() * 3);
        Self { text, words, closes, trivia, at: 0, commented: 0, ops, open: Vec::new(), line_ends: false }
    }

    pub(crate) fn finish(self) -> Vec<Op<'t>> {
        self.ops
    }

    /// What the `n`th word from here is.
    pub(crate) fn kind(&self, n: usize) -> Option<TokenKind> {
        self.words.get(self.at + n).map(|word| word.kind)
    }

    pub(crate) fn is(&self, kind: TokenKind) -> bool {
        self.kind(0) == Some(kind)
    }

    /// Whether the line ends before the next word.
    pub(crate) fn newline_here(&self) -> bool {
        self.trivia.gaps[self.at].newline
    }

    /// Whether the line ends before the word `at`.
    pub(crate) fn newline_before(&self, at: usize) -> bool {
        self.trivia.gaps[at].newline
    }

    /// Whether a comment stands right before the word `at`.
    pub(crate) fn comment_before(&self, at: usize) -> bool {
        let gap = &self.trivia.gaps[at];
        gap.trailing.is_some() || !gap.own.is_empty()
    }

    /// A group begins with the next word, but behind the comments above it.
    pub(crate) fn begin(&mut self, broken: bool) {
        self.above(false);
        self.push(Op::Begin { broken: false });
        self.open.push(self.ops.len() - 1);
        if broken {
            self.break_open();
        }
    }

    pub(crate) fn end(&mut self) {
        self.open.pop();
        self.push(Op::End);
    }

    pub(crate) fn indent(&mut self) {
        self.push(Op::Indent);
    }

    pub(crate) fn dedent(&mut self) {
        self.push(Op::Dedent);
    }

    pub(crate) fn space(&mut self) {
        self.push(Op::Space);
    }

    pub(crate) fn line(&mut self, space: bool) {
        self.push(Op::Line { space, blank: false });
    }

    fn push(&mut self, op: Op<'t>) {
        if self.line_ends && !matches!(op, Op::End | Op::Indent | Op::Dedent) {
            self.break_open();
            self.line_ends = false;
        }
        self.ops.push(op);
    }

    /// A line ends inside all groups that are open. What stands around a broken group is broken already.
    pub(crate) fn break_open(&mut self) {
        for at in self.open.iter().rev() {
            if matches!(self.ops[*at], Op::Begin { broken: true }) {
                break;
            }
            self.ops[*at] = Op::Begin { broken: true };
        }
    }

    /// The next word, with its comments.
    pub(crate) fn token(&mut self) {
        let Some(word) = self.words.get(self.at) else { return };
        let text = &self.text[word.span.range()];
        self.above(false);
        self.push(Op::Text(text));
        self.step();
    }

    /// So many words, without space between them.
    pub(crate) fn joined(&mut self, count: usize) {
        for _ in 0..count {
            self.token();
        }
    }

    /// A space and the next word.
    pub(crate) fn spaced(&mut self) {
        self.space();
        self.token();
    }

    /// A `,` or `;`, which stays behind what it ends, before comments.
    pub(crate) fn separator(&mut self) {
        let Some(word) = self.words.get(self.at) else { return };
        self.push(Op::Text(&self.text[word.span.range()]));
        self.leave_out();
    }

    /// A `,` that may be left out; its comments may not.
    pub(crate) fn leave_out(&mut self) {
        self.above(true);
        self.step();
    }

    /// Goes on to the next word, over a comment on the same line.
    fn step(&mut self) {
        self.at += 1;
        if self.at < self.words.len()
            && let Some(comment) = self.trivia.gaps[self.at].trailing
        {
            self.push(Op::Trailing(text_of(self.text, comment)));
            self.line_ends = true;
        }
    }

    /// The comments on lines of their own before the next word; `plain` if a line ends there anyway.
    fn above(&mut self, plain: bool) {
        let Some(gap) = self.trivia.gaps.get(self.at).filter(|_| self.commented <= self.at) else { return };
        let (own, blank) = (gap.own.clone(), gap.blank && !plain);
        self.commented = self.at + 1;
        if own.is_empty() {
            return;
        }
        let first = own.start;
        for nth in own {
            let comment = self.trivia.comments[nth];
            let text = text_of(self.text, comment.span);
            self.push(Op::Own { comment: text, blank: comment.blank && nth > first, plain });
        }
        if blank {
            self.push(Op::Blank);
        }
        self.break_open();
    }

    /// Brackets around elements with separators between them: on one line, or a line for each. If the first stands on a line of
    /// its own, each does.
    pub(crate) fn brackets(&mut self, style: Style, mut element: impl FnMut(&mut Self)) {
        let Some(close) = self.closes.get(self.at).copied().flatten() else { return self.token() };
        let empty = close == self.at + 1;
        let broken = !empty && self.trivia.gaps[self.at + 1].newline;
        self.begin(broken);
        self.token();
        self.indent();
        let first = self.at;
        while self.at < close {
            let blank = self.at > first && self.trivia.blank_before(self.at);
            self.push(Op::Line { space: self.at > first || style.space, blank });
            let before = self.at;
            element(self);
            if style.comma && (self.at == close || self.at + 1 == close && self.is(TokenKind::Comma)) {
                self.push(Op::IfBroken);
                if self.at < close {
                    self.leave_out();
                }
            } else if self.at < close && matches!(self.kind(0), Some(TokenKind::Comma | TokenKind::Semicolon))
            {
                self.separator();
            }
            if self.at == before {
                self.token();
            }
        }
        self.closing(close, style.space && !empty);
    }

    /// The closing bracket, and before it the comments that follow the last element.
    fn closing(&mut self, close: usize, space: bool) {
        if !self.trivia.gaps[close].own.is_empty() {
            let blank = self.words[close - 1].kind.closer().is_none() && self.trivia.blank_before(close);
            self.push(Op::Line { space: false, blank });
            self.above(true);
        }
        self.dedent();
        self.line(space);
        self.push(Op::Text(&self.text[self.words[close].span.range()]));
        self.end();
        self.step();
    }

    /// Brackets around one element that has brackets of its own to be broken.
    pub(crate) fn hugging(&mut self, element: impl FnOnce(&mut Self)) {
        self.token();
        element(self);
        if self.is(TokenKind::Comma) {
            self.leave_out();
        }
        self.token();
    }
}
