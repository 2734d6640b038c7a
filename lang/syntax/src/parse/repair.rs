//! Mending tokens. Where the grammar stops, one token may be missing, one too many, or one stand for another: whatever lets
//! the parser get furthest is taken for what was meant.

use unik_source::Diagnostic;

use super::{
    change::{Change, terminal, written},
    context::{Context, Mistake},
    explain,
    run::{Outcome, run},
};
use crate::{
    brackets,
    tokens::{Token, TokenKind},
};

/// How many mistakes of one item are mended, and how long the item may be: each costs a few runs of the parser.
const REPAIRS: usize = 10;
const LENGTH: usize = 5000;

/// What mending came to.
pub(crate) struct Mended {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The token from which mistakes are still to be told.
    pub(crate) from: usize,
}

/// Mends mistakes before the offset `trusted`, and tells each. The context then holds the tokens that `outcome` is made of.
pub(crate) fn mend(context: &mut Context<'_>, outcome: &mut Outcome, trusted: u32) -> Mended {
    let mut mended = Mended { diagnostics: Vec::new(), from: 0 };
    for _ in 0..REPAIRS {
        let Some(mistake) = outcome.mistakes.iter().find(|mistake| mistake.at >= mended.from) else { break };
        let start = context.offset(mistake.at);
        if start >= trusted || context.tokens.len() > LENGTH {
            break;
        }
        let (at, at_end) = (mistake.at, mistake.at >= context.tokens.len());
        let Some((change, tokens)) = best(context, outcome, mistake) else { break };
        mended.diagnostics.push(explain::change(context, mistake, &change));
        context.tokens = tokens;
        *outcome = run(context);
        // Closing at the end what was left open says all that is to be said about the end.
        mended.from = if at_end { usize::MAX } else { at + change.width() };
    }
    mended
}

/// The change that lets the parser get furthest, if one does and leaves less to complain about.
fn best(context: &mut Context<'_>, outcome: &Outcome, mistake: &Mistake) -> Option<(Change, Vec<Token>)> {
    let at = mistake.at;
    let complaints =
        |outcome: &Outcome| outcome.mistakes.iter().filter(|mistake| mistake.at >= at).count() + outcome.said;
    let mut best: Option<(usize, Change, Vec<Token>)> = None;
    for change in changes(context, mistake) {
        let before = context.tokens.clone();
        context.tokens = change.applied(context.text, &before, at);
        let changed = run(context);
        let next = changed.mistakes.iter().map(|mistake| mistake.at).find(|next| *next >= at);
        let understood = next.map_or(usize::MAX, |next| next.saturating_sub(at + change.width()));
        let tokens = core::mem::replace(&mut context.tokens, before);
        // At the end there is nothing behind the change that could prove it.
        let proven = understood >= change.proof(next.is_none()) && complaints(&changed) < complaints(outcome);
        let proven = proven || at == context.tokens.len();
        if proven && best.as_ref().is_none_or(|(most, ..)| understood > *most) {
            best = Some((understood, change, tokens));
        }
        if understood == usize::MAX && changed.said <= outcome.said {
            break;
        }
    }
    best.map(|(_, change, tokens)| (change, tokens))
}

/// The changes worth trying, the likeliest first.
fn changes(context: &Context<'_>, mistake: &Mistake) -> Vec<Change> {
    let tokens = &context.tokens;
    let (open, stray) = brackets::unbalanced(tokens);
    let can = |terminal: &str| mistake.expected.iter().any(|expected| expected == terminal);
    // A name, where neither an expression nor a type would do.
    let name = can("NAME") && !can("NUMBER") && !can("\"(\"");
    let Some(found) = tokens.get(mistake.at) else {
        let closers: Vec<TokenKind> = open.iter().rev().filter_map(|at| tokens[*at].kind.closer()).collect();
        let closes = closers.first().is_some_and(|closer| can(&format!("\"{}\"", written(*closer))));
        let missing: Vec<TokenKind> =
            (name && !closes).then_some(TokenKind::Name).into_iter().chain(closers).collect();
        return if missing.is_empty() { Vec::new() } else { vec![Change::Insert(missing)] };
    };
    let wanted =
        |kind: TokenKind| mistake.expected.iter().any(|expected| terminal(expected) == written(kind));
    let mut changes = Vec::new();
    if begins_statement(tokens, mistake.at) {
        changes.push(Change::Let);
    }
    if context.misused(mistake) {
        changes.push(Change::Replace(TokenKind::Name));
    }
    let for_another = SUBSTITUTES.iter().filter(|(written, meant)| *written == found.kind && wanted(*meant));
    changes.extend(for_another.map(|(_, meant)| Change::Replace(*meant)));
    if stray.contains(&mistake.at) {
        let instead = brackets::innermost(tokens, mistake.at).filter(|(opener, _)| open.contains(opener));
        changes.extend(instead.map(|(_, closer)| Change::Replace(closer)));
        changes.push(Change::Remove);
    }
    if !open.is_empty()
        && let Some((_, innermost)) = brackets::innermost(tokens, mistake.at)
        && wanted(innermost)
    {
        changes.push(Change::Insert(vec![innermost]));
    }
    let openers = [TokenKind::LeftParen, TokenKind::LeftBracket, TokenKind::LeftBrace];
    let for_stray = |opener: &TokenKind| stray.iter().any(|at| opener.closer() == Some(tokens[*at].kind));
    // Where a name is wanted many reserved words may stand too, but none is meant.
    let inserted = INSERTED.into_iter().filter(|kind| !(can("NAME") && kind.is_keyword()));
    let missing = openers.into_iter().filter(for_stray).chain(inserted);
    changes.extend(missing.filter(|kind| wanted(*kind)).map(|kind| Change::Insert(vec![kind])));
    if name {
        changes.push(Change::Insert(vec![TokenKind::Name]));
    }
    changes.push(Change::Remove);
    changes
}

/// Whether `name =` stands there where a statement of a block can start.
fn begins_statement(tokens: &[Token], at: usize) -> bool {
    let kind = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|token| token.kind);
    kind(Some(at)) == Some(TokenKind::Assign)
        && kind(at.checked_sub(1)) == Some(TokenKind::Name)
        && matches!(kind(at.checked_sub(2)), Some(TokenKind::Semicolon | TokenKind::LeftBrace))
}

/// Tokens that are easily left out.
const INSERTED: [TokenKind; 11] = [
    TokenKind::Comma,
    TokenKind::Semicolon,
    TokenKind::Assign,
    TokenKind::Colon,
    TokenKind::FatArrow,
    TokenKind::Arrow,
    TokenKind::Then,
    TokenKind::Else,
    TokenKind::Key,
    TokenKind::Type,
    TokenKind::Device,
];

/// Tokens that are easily taken for others: what is written, what is meant.
const SUBSTITUTES: [(TokenKind, TokenKind); 10] = [
    (TokenKind::Assign, TokenKind::Equal),
    (TokenKind::Equal, TokenKind::Assign),
    (TokenKind::Assign, TokenKind::Colon),
    (TokenKind::Colon, TokenKind::Assign),
    (TokenKind::Arrow, TokenKind::FatArrow),
    (TokenKind::FatArrow, TokenKind::Arrow),
    (TokenKind::Semicolon, TokenKind::Comma),
    (TokenKind::Comma, TokenKind::Semicolon),
    (TokenKind::Bar, TokenKind::Or),
    (TokenKind::Or, TokenKind::Bar),
];
