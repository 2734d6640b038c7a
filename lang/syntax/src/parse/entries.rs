//! The words `rust`, `after`, `exclusive`, `attach`, `features`, `targets`, `artifact` and `link` are names everywhere but
//! where an entry of a block can start. The grammar cannot see that, so the tokens are marked before it reads them.

use crate::tokens::{Token, TokenKind};

/// The tokens of an item, those words marked.
pub(crate) fn by_place(text: &str, mut marked: Vec<Token>) -> Vec<Token> {
    let platform = match marked.first().map(|first| first.kind) {
        Some(TokenKind::Platform) => true,
        Some(TokenKind::Device | TokenKind::Generative) => false,
        _ => return marked,
    };
    // The brackets that are open; the block is the first brace outside of all others.
    let mut open: Vec<TokenKind> = Vec::new();
    for at in 0..marked.len() {
        let kind = marked[at].kind;
        if let Some(closer) = kind.closer() {
            open.push(closer);
        } else if open.last() == Some(&kind) {
            open.pop();
        } else if kind == TokenKind::Name && open == [TokenKind::RightBrace] {
            let word = word(&text[marked[at].span.range()], platform);
            if let Some(word) = word
                && starts_entry(text, &marked, at, word)
            {
                marked[at].kind = word;
            }
        }
        let in_block = open == [TokenKind::RightBrace] || open.is_empty() && kind == TokenKind::RightBrace;
        if in_block
            && !platform
            && at > 0
            && marked[at - 1].kind == TokenKind::Comma
            && ends_entry(marked[at].kind)
        {
            marked[at - 1].kind = TokenKind::Semicolon;
        }
    }
    marked
}

fn word(text: &str, platform: bool) -> Option<TokenKind> {
    match (text, platform) {
        ("rust", _) => Some(TokenKind::RustWord),
        ("attach", _) => Some(TokenKind::AttachWord),
        ("artifact", true) => Some(TokenKind::ArtifactWord),
        ("link", true) => Some(TokenKind::LinkWord),
        ("after", false) => Some(TokenKind::AfterWord),
        ("exclusive", false) => Some(TokenKind::ExclusiveWord),
        ("features", false) => Some(TokenKind::FeaturesWord),
        ("targets", false) => Some(TokenKind::TargetsWord),
        _ => None,
    }
}

/// Whether a `,` before it can only stand between two entries of a device.
fn ends_entry(kind: TokenKind) -> bool {
    is_word(kind)
        || matches!(kind, TokenKind::Key | TokenKind::Configure | TokenKind::Run | TokenKind::RightBrace)
}

/// Whether an entry, a statement or a parameter of an item begins with it, or behind it.
pub(crate) fn begins_part(kind: TokenKind) -> bool {
    use TokenKind as T;
    is_word(kind) || matches!(kind, T::Comma | T::Semicolon | T::Key | T::Configure | T::Run | T::Let)
}

fn is_word(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        T::RustWord
            | T::AfterWord
            | T::ExclusiveWord
            | T::FeaturesWord
            | T::TargetsWord
            | T::ArtifactWord
            | T::AttachWord
            | T::LinkWord
    )
}

/// Whether the name at `at` is the word of an entry rather than a part of the entry before.
fn starts_entry(text: &str, tokens: &[Token], at: usize, word: TokenKind) -> bool {
    use TokenKind as T;
    let next = tokens.get(at + 1).map(|token| token.kind);
    let breaks = |from: usize| match tokens.get(from + 1) {
        Some(after) => text[tokens[from].span.end as usize..after.span.start as usize].contains('\n'),
        None => true,
    };
    // What has to follow the word on its line for it to be one, where that alone decides.
    let follows = match word {
        T::FeaturesWord => next == Some(T::LeftBracket),
        T::ArtifactWord | T::LinkWord => next == Some(T::Str),
        T::AttachWord => next == Some(T::Str) || next == Some(T::Name),
        // A Rust path may begin with a reserved word, and a key with one that is no path.
        T::RustWord => {
            let second = tokens.get(at + 2).map(|token| token.kind);
            let key = match next {
                Some(T::Key) => second == Some(T::Name),
                Some(T::Configure | T::Run) => second == Some(T::Key),
                _ => false,
            };
            !key && next.is_some_and(|next| next == T::Name || next.is_keyword())
        }
        _ => next == Some(T::Name),
    };
    let fits = follows && !breaks(at);
    if next == Some(T::Assign) {
        return false;
    }
    let Some(before) = at.checked_sub(1).map(|before| tokens[before]) else { return false };
    match before.kind {
        T::Comma => fits,
        kind if is_word(kind) => fits && breaks(at - 1),
        // The end of a Rust path may be a reserved word.
        kind if kind.is_keyword() && kind != T::True && kind != T::False => {
            at.checked_sub(2).is_some_and(|start| matches!(tokens[start].kind, T::RustWord | T::ColonColon))
        }
        kind => kind == T::LeftBrace || kind.ends_phrase(),
    }
}
