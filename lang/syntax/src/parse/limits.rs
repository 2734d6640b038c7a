//! How deep a tree may be, and how much is said about one item. Whoever reads trees reads them recursively, so their depth
//! is bounded here, before there is one.

use crate::tokens::{Token, TokenKind};

/// Brackets, `if`s, functions and signs inside one another.
pub(crate) const NESTING: usize = 200;
/// Expressions inside one another, brackets or not: `a + b + c` is two.
pub(crate) const DEPTH: usize = 400;

/// How many mistakes of one item are told.
pub(crate) const MISTAKES: usize = 20;

/// The phrases between an opening bracket and its close.
#[derive(Default)]
struct Level {
    /// What the phrase at hand has of operators and the like, each of which may make its tree one deeper.
    links: usize,
    /// The deepest bracket in the phrase at hand.
    inner: usize,
    /// The deepest phrase before it.
    deepest: usize,
    /// Those of the links behind which the parser waits for the rest: `if`, `=>`, `!`.
    pending: usize,
}

impl Level {
    fn depth(&self) -> usize {
        self.deepest.max(self.links + self.inner)
    }
}

/// The first token at which the item goes deeper than a tree may.
pub(crate) fn exceeded(words: &[Token]) -> Option<usize> {
    use TokenKind as T;
    // No token counts more than twice, and none more than once as nesting.
    if words.len() <= NESTING.min(DEPTH / 2) {
        return None;
    }
    let mut levels = vec![Level::default()];
    // What the parser waits for in all open brackets, brackets included.
    let mut nesting = 0_usize;
    for (at, word) in words.iter().enumerate() {
        let outermost = levels.len() == 1;
        let level = levels.last_mut()?;
        match word.kind {
            T::LeftParen | T::LeftBracket | T::LeftBrace => {
                level.links += 1;
                nesting += 1;
                levels.push(Level::default());
            }
            T::RightParen | T::RightBracket | T::RightBrace if !outermost => {
                let closed = levels.pop()?;
                nesting -= 1 + closed.pending;
                let level = levels.last_mut()?;
                level.inner = level.inner.max(closed.depth() + 1);
            }
            T::Comma | T::Semicolon => {
                level.deepest = level.depth();
                nesting -= level.pending;
                (level.links, level.inner, level.pending) = (0, 0, 0);
            }
            T::Or | T::And | T::Concat | T::Plus | T::Star | T::Dot | T::As => level.links += 1,
            T::Equal | T::NotEqual | T::Less | T::LessEqual | T::Greater | T::GreaterEqual => {
                level.links += 1
            }
            T::Minus if at > 0 && words[at - 1].kind.ends_phrase() => level.links += 1,
            T::Minus | T::Not | T::If | T::Match | T::FatArrow | T::Arrow => {
                level.links += 1;
                level.pending += 1;
                nesting += 1;
            }
            _ => {}
        }
        let deep = levels.last().map_or(0, |level| level.links + level.inner);
        if nesting > NESTING || deep > DEPTH {
            return Some(at);
        }
    }
    // Brackets that are still open count as closed at the end: the parser may close them.
    while levels.len() > 1 {
        let inner = levels.pop()?.depth() + 1;
        let level = levels.last_mut()?;
        level.inner = level.inner.max(inner);
    }
    let deep = levels.last().map_or(0, Level::depth);
    (deep > DEPTH).then(|| words.len() - 1)
}
