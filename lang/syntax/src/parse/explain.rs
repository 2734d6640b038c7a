//! Mistakes in the user's words: what was expected, what was found, and what to write instead.

mod wanted;

use unik_source::{Diagnostic, Place, Span};

use super::{
    change::{Change, terminal, written},
    context::{Context, Mistake},
    entries, limits,
};
use crate::{
    brackets, codes,
    items::misspelt,
    tokens::{Token, TokenKind},
};
use wanted::Wanted;

const ITEMS: &str = "a file is made of `import`, `module type`, `enum`, `key`, `device`, `let`, `require`, `unikernel` and `platform` items";

/// Text that belongs to no item.
pub(crate) fn outside(text: &str, words: &[Token], place: Place) -> Diagnostic {
    let written = words.first().map_or("", |first| &text[first.span.range()]);
    if let Some(keyword) = misspelt(text, words) {
        let diagnostic = Diagnostic::error(
            codes::OUTSIDE_ITEMS,
            format!("`{written}` starts no item"),
            place,
            "no item starts like this",
        );
        return diagnostic.note(ITEMS).help(format!("did you mean `{keyword}`?")).fix(
            format!("replace by `{keyword}`"),
            place,
            keyword,
        );
    }
    if words.is_empty() {
        return Diagnostic::error(
            codes::OUTSIDE_ITEMS,
            "there is no item here",
            place,
            "only space and comments",
        )
        .note(ITEMS);
    }
    let start = place.with_span(Span::at(place.span.start as usize));
    let diagnostic = Diagnostic::error(
        codes::OUTSIDE_ITEMS,
        "this text belongs to no item",
        place,
        "no item starts like this",
    )
    .note(ITEMS);
    match words.get(1).map(|word| word.kind) {
        Some(TokenKind::Assign) => diagnostic
            .help(format!("a value is declared by `let {written} = …`"))
            .fix("insert `let`", start, "let "),
        Some(TokenKind::Slash) if written == "std" => diagnostic
            .help("names of another file are brought in by `import std/…`")
            .fix("insert `import`", start, "import "),
        _ => diagnostic.help("begin it with the keyword of an item, or take it out"),
    }
}

/// An item that goes deeper than trees may.
pub(crate) fn too_deep(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        codes::TOO_DEEP,
        "this item is nested too deeply",
        place,
        "the limit is passed here",
    );
    let note = format!(
        "brackets may stand {} deep in one another, and an expression may be {} operators deep",
        limits::NESTING,
        limits::DEPTH
    );
    diagnostic.note(note).help("give parts of it names of their own with `let`")
}

/// The mistakes from the token `from` up to the offset `trusted`, without those that only follow from others.
pub(crate) fn mistakes(
    context: &Context<'_>,
    mistakes: &[Mistake],
    from: usize,
    trusted: u32,
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut last: Option<&Mistake> = None;
    for mistake in mistakes.iter().filter(|mistake| mistake.at >= from) {
        let start = context.offset(mistake.at);
        if start < trusted && last.is_none_or(|last| independent(context, last, mistake)) {
            diagnostics.push(unexpected(context, mistake));
        }
        last = Some(mistake);
    }
    diagnostics
}

/// Whether a mistake is one of its own: behind the one before, another entry, statement or parameter of the item has begun,
/// and brackets are in order.
fn independent(context: &Context<'_>, last: &Mistake, mistake: &Mistake) -> bool {
    let tokens = &context.tokens[..mistake.at.min(context.tokens.len())];
    let (open, stray) = brackets::unbalanced(&context.tokens);
    if !open.is_empty() || !stray.is_empty() {
        return false;
    }
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            kind if kind.closer().is_some() => depth += 1,
            kind if kind.is_closer() => depth = depth.saturating_sub(1),
            kind if at >= last.resumed && depth <= 1 && entries::begins_part(kind) => return true,
            _ => {}
        }
    }
    false
}

/// A mistake of which one knows how it could be mended.
pub(crate) fn change(context: &Context<'_>, mistake: &Mistake, change: &Change) -> Diagnostic {
    let found = context.tokens.get(mistake.at).copied();
    let text = found.map_or("the end", |found| context.slice(found.span));
    match (change, found) {
        (Change::Insert(kinds), _) => match kinds.as_slice() {
            [closer, ..] if closer.is_closer() => unclosed(context, mistake.at, *closer),
            [TokenKind::Name, ..] => unexpected(context, mistake),
            [kind, ..] => missing(context, mistake.at, *kind),
            [] => unexpected(context, mistake),
        },
        (Change::Replace(TokenKind::Name), Some(found)) => reserved(context, found),
        (Change::Replace(closer), Some(found)) if closer.is_closer() => {
            wrong_closer(context, mistake.at, *closer, found)
        }
        (Change::Replace(meant), Some(found)) => {
            let meant = written(*meant);
            let place = context.place(found.span);
            let diagnostic = Diagnostic::error(
                codes::UNEXPECTED,
                format!("expected `{meant}`, found `{text}`"),
                place,
                format!("expected `{meant}`"),
            );
            let diagnostic = match (text, meant) {
                ("=", "==") => diagnostic.note("`=` gives a name its meaning; `==` compares"),
                (";", ",") => diagnostic.note("the elements of a list are separated by `,`"),
                (",", ";") => diagnostic.note("the statements of a block end with `;`"),
                _ => diagnostic,
            };
            diagnostic.help(format!("write `{meant}`")).fix(format!("replace by `{meant}`"), place, meant)
        }
        (Change::Let, Some(_)) => {
            let name = before(context, mistake.at);
            let written = context.slice(name);
            let place = context.place(name);
            Diagnostic::error(
                codes::UNEXPECTED,
                format!("expected `let` before `{written}`"),
                place,
                "a name gets its meaning here",
            )
            .help(format!("write `let {written} = …`"))
            .fix("insert `let`", context.place(Span::at(name.start as usize)), "let ")
        }
        (Change::Remove, Some(found)) => superfluous(context, mistake, found),
        (Change::Replace(_) | Change::Remove | Change::Let, None) => unexpected(context, mistake),
    }
}

/// The place behind which something is missing: the token before, so that there is something to underline.
fn before(context: &Context<'_>, at: usize) -> Span {
    at.checked_sub(1).and_then(|before| context.tokens.get(before)).map_or(Span::at(0), |before| before.span)
}

fn missing(context: &Context<'_>, at: usize, kind: TokenKind) -> Diagnostic {
    let (before, token) = (before(context, at), written(kind));
    let found = context.tokens.get(at).map(|found| context.slice(found.span)).unwrap_or_default();
    let message = format!(
        "expected `{token}` between `{}` and `{}`",
        shortened(context.slice(before)),
        shortened(found)
    );
    let diagnostic = Diagnostic::error(
        codes::UNEXPECTED,
        message,
        context.place(before),
        format!("expected `{token}` after this"),
    );
    let end = context.place(Span::at(before.end as usize));
    let diagnostic = match kind {
        TokenKind::Comma => diagnostic.note("the elements of a list are separated by `,`"),
        TokenKind::Semicolon => diagnostic.note("the statements of a block end with `;`"),
        TokenKind::Colon => diagnostic.note("a `:` stands between a name and its type"),
        _ => diagnostic,
    };
    let space = if matches!(
        kind,
        TokenKind::Comma | TokenKind::Semicolon | TokenKind::Colon | TokenKind::LeftParen
    ) {
        ""
    } else {
        " "
    };
    diagnostic.help(format!("put `{token}` there")).fix(
        format!("insert `{token}`"),
        end,
        format!("{space}{token}"),
    )
}

fn unclosed(context: &Context<'_>, at: usize, closer: TokenKind) -> Diagnostic {
    let opener = context.tokens[..at].iter().rposition(|token| token.kind.closer() == Some(closer));
    let (open, _) = brackets::unbalanced(&context.tokens[..at]);
    let opener =
        open.iter().rev().find(|at| context.tokens[**at].kind.closer() == Some(closer)).copied().or(opener);
    let (before, closer) = (before(context, at), written(closer));
    let message = match opener {
        Some(opener) => {
            format!("expected `{closer}` to close the `{}`", context.slice(context.tokens[opener].span))
        }
        None => format!("expected `{closer}`"),
    };
    let mut diagnostic = Diagnostic::error(
        codes::UNCLOSED,
        message,
        context.place(before),
        format!("expected `{closer}` after this"),
    );
    if let Some(opener) = opener {
        diagnostic = diagnostic.label(context.place(context.tokens[opener].span), "opened here");
    }
    let end = context.place(Span::at(before.end as usize));
    diagnostic.help(format!("put `{closer}` there")).fix(format!("insert `{closer}`"), end, closer)
}

fn wrong_closer(context: &Context<'_>, at: usize, closer: TokenKind, found: Token) -> Diagnostic {
    let (text, closer) = (context.slice(found.span), written(closer));
    let place = context.place(found.span);
    let diagnostic = Diagnostic::error(
        codes::UNCLOSED,
        format!("expected `{closer}`, found `{text}`"),
        place,
        format!("expected `{closer}`"),
    );
    let diagnostic = match brackets::innermost(&context.tokens, at) {
        Some((opener, _)) => diagnostic.label(context.place(context.tokens[opener].span), "opened here"),
        None => diagnostic,
    };
    diagnostic.help(format!("write `{closer}`")).fix(format!("replace by `{closer}`"), place, closer)
}

fn reserved(context: &Context<'_>, found: Token) -> Diagnostic {
    let word = context.slice(found.span);
    let message = format!("`{word}` is a reserved word and cannot be a name");
    let diagnostic = Diagnostic::error(
        codes::RESERVED_WORD,
        message,
        context.place(found.span),
        "a name is expected here",
    );
    let place = diagnostic.primary();
    diagnostic.help(format!("choose another name, such as `{word}_`")).fix(
        format!("call it `{word}_`"),
        place,
        format!("{word}_"),
    )
}

fn superfluous(context: &Context<'_>, mistake: &Mistake, found: Token) -> Diagnostic {
    let (place, text) = (context.place(found.span), context.slice(found.span));
    let (_, stray) = brackets::unbalanced(&context.tokens);
    if stray.contains(&mistake.at) {
        let diagnostic = Diagnostic::error(
            codes::STRAY_CLOSER,
            format!("this `{text}` closes nothing"),
            place,
            "no bracket is open here",
        );
        return diagnostic.help("take it out, or open a bracket before it").fix(
            format!("remove `{text}`"),
            place,
            "",
        );
    }
    let diagnostic = unexpected(context, mistake);
    if found.kind == TokenKind::Semicolon {
        return diagnostic.help("take it out: only the statements of a block end with `;`").fix(
            "remove `;`",
            place,
            "",
        );
    }
    if diagnostic.help.is_some() {
        diagnostic
    } else {
        diagnostic.help(format!("take out `{text}`")).fix(format!("remove `{text}`"), place, "")
    }
}

/// A mistake of which one knows only what could have been there.
fn unexpected(context: &Context<'_>, mistake: &Mistake) -> Diagnostic {
    let expected: Vec<&str> = mistake.expected.iter().map(|expected| terminal(expected)).collect();
    let can = |terminal: &str| expected.contains(&terminal);
    let found = context.tokens.get(mistake.at).copied();
    let previous = before(context, mistake.at);
    if let Some(found) = found
        && brackets::unbalanced(&context.tokens).1.contains(&mistake.at)
    {
        let text = context.slice(found.span);
        return Diagnostic::error(
            codes::STRAY_CLOSER,
            format!("this `{text}` closes nothing"),
            context.place(found.span),
            "no bracket is open here",
        )
        .help("take it out, or open a bracket before it")
        .fix(format!("remove `{text}`"), context.place(found.span), "");
    }
    // Where every word is allowed, as in paths, none is missing.
    if can("else") && !can("import") {
        return no_else(context, mistake.at, previous);
    }
    let open = brackets::unbalanced(&context.tokens).0;
    if let Some((opener, closer)) = brackets::innermost(&context.tokens, mistake.at)
        && open.contains(&opener)
        && can(written(closer))
    {
        return unclosed(context, mistake.at, closer);
    }
    let what = Wanted::of(&expected, context, mistake.at).to_string();
    let Some(found) = found else {
        let message = format!("expected {what}, found the end of the item");
        return advice(
            Diagnostic::error(
                codes::UNEXPECTED,
                message,
                context.place(previous),
                format!("expected {what} after this"),
            ),
            &can,
            None,
            "",
        );
    };
    let text = context.slice(found.span);
    let place = context.place(found.span);
    if context.misused(mistake) {
        return reserved(context, found);
    }
    let message = format!("expected {what}, found `{}`", shortened(text));
    advice(
        Diagnostic::error(codes::UNEXPECTED, message, place, format!("expected {what}")),
        &can,
        Some(found.kind),
        text,
    )
}

/// What to do about the mistakes that people make.
fn advice(
    diagnostic: Diagnostic,
    can: &impl Fn(&str) -> bool,
    found: Option<TokenKind>,
    text: &str,
) -> Diagnostic {
    use TokenKind as T;
    match found {
        Some(T::If | T::Match) if can("NUMBER") => diagnostic.help(format!("put the whole `{text}` in parentheses to use it as an operand")),
        Some(T::Then | T::Else) => diagnostic.note(format!("this `{text}` belongs to no `if`")),
        Some(T::FatArrow) if can("*") => diagnostic.note("a `=>` stands behind the parameters of a function, which have types, and behind the pattern of a `match`"),
        Some(T::Slash) if can("*") => diagnostic.note("there is no division"),
        Some(T::RightBrace) if can("NUMBER") && can("let") => {
            diagnostic.note("the value of a block is the expression at its end").help("put an expression before the `}`")
        }
        Some(T::Semicolon) if can("}") => diagnostic.note("only `let` and `key` are statements; the expression at the end of a block has no `;`"),
        _ if can("RUST") && can("ARTIFACT") => diagnostic.note("the entries of a platform are `rust …`, `artifact \"…\"`, `link \"…\"`, `attach \"…\" n` and roles, such as `stack = sockets`"),
        _ if can("RUST") && !can("::") => {
            diagnostic.note("the entries of a device are `rust …`, `after …`, `exclusive …`, `attach … as \"…\"`, `features […]`, `targets …` and keys")
        }
        Some(T::Let) if can("NUMBER") => diagnostic.help("put statements and the value behind them into braces: `{ let …; … }`"),
        _ if can(":") && !can("=") && !can("||") && !can(".") => diagnostic.note("types of parameters, keys and devices are always written").help("write `:` and the type"),
        _ => diagnostic,
    }
}

fn no_else(context: &Context<'_>, at: usize, previous: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        codes::UNEXPECTED,
        "this `if` has no `else`",
        context.place(previous),
        "expected `else` after this",
    );
    let mut elses = 0;
    let opener = context.tokens[..at].iter().rev().find(|token| match token.kind {
        TokenKind::Else => {
            elses += 1;
            false
        }
        TokenKind::If if elses > 0 => {
            elses -= 1;
            false
        }
        kind => kind == TokenKind::If,
    });
    let diagnostic = match opener {
        Some(opener) => diagnostic.label(context.place(opener.span), "the `if`"),
        None => diagnostic,
    };
    diagnostic
        .note("an `if` is an expression: it needs a value for either case")
        .help("add `else` and a value")
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(24) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}
