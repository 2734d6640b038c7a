//! Which bracket closes which. A bracket that nothing closes does not keep those around it from closing.

use crate::tokens::{Token, TokenKind};

/// For each token that opens a bracket, the token that closes it. Nothing is open across a `barrier`.
pub(crate) fn matching(tokens: &[Token], barrier: impl Fn(usize) -> bool) -> Vec<Option<usize>> {
    let mut closes = vec![None; tokens.len()];
    let mut open: Vec<(usize, TokenKind)> = Vec::new();
    // How many of each kind are open, so that a bracket that closes nothing is known without a search.
    let mut pending = [0_usize; 3];
    for (at, token) in tokens.iter().enumerate() {
        if token.kind.only_starts_item() && barrier(at) {
            open.clear();
            pending = [0; 3];
        }
        if let Some(closer) = token.kind.closer() {
            open.push((at, closer));
            pending[sort(closer)] += 1;
        } else if token.kind.is_closer() && pending[sort(token.kind)] > 0 {
            while let Some((opener, closer)) = open.pop() {
                pending[sort(closer)] -= 1;
                if closer == token.kind {
                    closes[opener] = Some(at);
                    break;
                }
            }
        }
    }
    closes
}

fn sort(closer: TokenKind) -> usize {
    match closer {
        TokenKind::RightParen => 0,
        TokenKind::RightBracket => 1,
        _ => 2,
    }
}

/// The brackets that nothing closes, and those that close nothing, each in their order.
pub(crate) fn unbalanced(tokens: &[Token]) -> (Vec<usize>, Vec<usize>) {
    let closes = matching(tokens, |_| false);
    let mut closing = vec![false; tokens.len()];
    for close in closes.iter().flatten() {
        closing[*close] = true;
    }
    let open = (0..tokens.len()).filter(|at| tokens[*at].kind.closer().is_some() && closes[*at].is_none());
    let stray = (0..tokens.len()).filter(|at| tokens[*at].kind.is_closer() && !closing[*at]);
    (open.collect(), stray.collect())
}

/// The innermost bracket that is open before the token `at`, and what closes it.
pub(crate) fn innermost(tokens: &[Token], at: usize) -> Option<(usize, TokenKind)> {
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate().take(at) {
        if let Some(closer) = token.kind.closer() {
            open.push((at, closer));
        } else if open.last().is_some_and(|(_, closer)| *closer == token.kind) {
            open.pop();
        }
    }
    open.pop()
}
