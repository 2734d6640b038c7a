//! How types, parameters, expressions, and the definitions in blocks are written.
//!
//! It follows the words of an item that has parsed, so it knows what stands where; a word that it does not expect is given
//! as it is. Items are laid out in `item`.

use super::writer::{BLOCK, BRACES, PAREN, ROUND, Writer};
use crate::tokens::TokenKind as T;

/// `(A, B) -> List(C)`, always on one line.
pub(crate) fn ty(w: &mut Writer<'_>) {
    while w.is(T::LeftParen) {
        types(w);
        if !w.is(T::Arrow) {
            return;
        }
        w.spaced();
        w.space();
    }
    path(w);
    if w.is(T::LeftParen) {
        types(w);
    }
}

fn types(w: &mut Writer<'_>) {
    let Some(close) = w.closes[w.at] else { return w.token() };
    w.token();
    while w.at < close {
        let before = w.at;
        ty(w);
        if w.is(T::Comma) && w.at + 1 == close {
            w.leave_out();
        } else if w.is(T::Comma) {
            w.separator();
            w.space();
        }
        if w.at == before {
            w.token();
        }
    }
    w.token();
}

/// `a.b.c`
pub(crate) fn path(w: &mut Writer<'_>) {
    w.token();
    while w.is(T::Dot) {
        w.joined(2);
    }
}

/// The parameters of a device, a function or a lambda.
pub(crate) fn params(w: &mut Writer<'_>) {
    w.brackets(ROUND, |w| {
        w.token();
        if w.is(T::Colon) {
            w.token();
            w.space();
            ty(w);
        }
        if w.is(T::Assign) {
            w.spaced();
            w.space();
            expr(w);
        }
    });
}

/// A value that follows a `=` or a `=>`: on the same line if it fits, or if it has brackets that can be broken; on the next if the
/// author wrote it there.
pub(crate) fn body(w: &mut Writer<'_>) {
    let below = w.newline_here();
    match !below && hugs(w, w.at) {
        true => {
            w.space();
            expr(w);
        }
        false => below_or_beside(w, below),
    }
}

fn below_or_beside(w: &mut Writer<'_>, below: bool) {
    w.begin(below);
    w.indent();
    w.line(true);
    match w.kind(0) {
        Some(T::If | T::Match) => expr(w),
        _ if is_lambda(w, w.at) => expr(w),
        _ => row(w, false),
    }
    w.dedent();
    w.end();
}

/// An expression.
pub(crate) fn expr(w: &mut Writer<'_>) {
    match w.kind(0) {
        Some(T::If) => choice(w),
        Some(T::Match) => matching(w),
        _ if is_lambda(w, w.at) => {
            params(w);
            w.spaced();
            body(w);
        }
        _ => row(w, true),
    }
}

fn is_lambda(w: &Writer<'_>, at: usize) -> bool {
    let close = match w.words.get(at) {
        Some(word) if word.kind == T::LeftParen => w.closes[at],
        _ => None,
    };
    close.is_some_and(|close| w.words.get(close + 1).is_some_and(|word| word.kind == T::FatArrow))
}

/// `if a then b else if c then d else e`: on one line, or a line for each branch.
fn choice(w: &mut Writer<'_>) {
    w.begin(false);
    while w.is(T::If) {
        // Behind a condition of several lines, `then` begins one.
        w.begin(false);
        w.token();
        w.space();
        expr(w);
        w.line(true);
        w.token();
        w.end();
        branch(w);
        w.line(true);
        w.token();
        if w.is(T::If) {
            w.space();
        }
    }
    branch(w);
    w.end();
}

fn branch(w: &mut Writer<'_>) {
    if hugs(w, w.at) {
        w.space();
        expr(w);
    } else {
        below_or_beside(w, false);
    }
}

fn matching(w: &mut Writer<'_>) {
    w.token();
    w.space();
    expr(w);
    w.space();
    w.brackets(BRACES, |w| {
        pattern(w);
        if w.is(T::FatArrow) {
            w.spaced();
            body(w);
        }
    });
}

/// `a | Store.b | some(c) | -1`
fn pattern(w: &mut Writer<'_>) {
    loop {
        match w.kind(0) {
            Some(T::Minus) => w.joined(2),
            Some(T::Name) => path(w),
            _ => w.token(),
        }
        if w.is(T::LeftParen) {
            w.joined(3);
        }
        if !w.is(T::Bar) {
            return;
        }
        w.spaced();
        w.space();
    }
}

/// An operator with two operands, and where it stands.
type Operator = (usize, u8);

/// Operands with operators between them; those that bind least are the first to stand on lines of their own. `deeper` if those
/// lines are to be indented.
fn row(w: &mut Writer<'_>, deeper: bool) {
    let (operators, _) = scan(w, w.at);
    let deeper = deeper && !operators.is_empty();
    if deeper {
        w.indent();
    }
    operands(w, &operators);
    if deeper {
        w.dedent();
    }
}

fn operands(w: &mut Writer<'_>, operators: &[Operator]) {
    let Some(loosest) = operators.iter().map(|(_, level)| *level).min() else { return operand(w) };
    w.begin(false);
    for (nth, part) in operators.split(|(_, level)| *level == loosest).enumerate() {
        if nth > 0 {
            w.line(true);
            w.token();
            w.space();
        }
        operands(w, part);
    }
    w.end();
}

/// The operators of the row that begins at a word, and the word behind it.
fn scan(w: &Writer<'_>, start: usize) -> (Vec<Operator>, usize) {
    let kind = |at: usize| w.words.get(at).map(|word| word.kind);
    let mut operators = Vec::new();
    let mut at = start;
    loop {
        while matches!(kind(at), Some(T::Not | T::Minus)) {
            at += 1;
        }
        let over = |at: usize| w.closes.get(at).copied().flatten().unwrap_or(at) + 1;
        at = over(at);
        loop {
            match kind(at) {
                Some(T::Dot | T::As) => at += 2,
                Some(T::LeftParen) => at = over(at),
                _ => break,
            }
        }
        match kind(at).and_then(level) {
            Some(level) => operators.push((at, level)),
            None => return (operators, at.min(w.words.len())),
        }
        at += 1;
    }
}

/// How tight an operator binds; as the parser has it.
fn level(kind: T) -> Option<u8> {
    Some(match kind {
        T::Or => 0,
        T::And => 1,
        T::Equal | T::NotEqual | T::Less | T::LessEqual | T::Greater | T::GreaterEqual => 2,
        T::Concat => 3,
        T::Plus | T::Minus => 4,
        T::Star => 5,
        _ => return None,
    })
}

/// Whether the expression at a word ends with brackets that can be broken, so that it need not begin on a line of its own. A function
/// does if it gives a list, a block or a `match`: else its parameters would be broken.
fn hugs(w: &Writer<'_>, at: usize) -> bool {
    match w.words.get(at).map(|word| word.kind) {
        Some(T::If) | None => return false,
        Some(T::Match) => return true,
        _ if is_lambda(w, at) => {
            let body = behind_lambdas(w, at);
            let kind = w.words.get(body).map(|word| word.kind);
            return matches!(kind, Some(T::LeftBracket | T::LeftBrace | T::Match)) && hugs(w, body);
        }
        _ => {}
    }
    let (operators, end) = scan(w, at);
    let closes = |at: usize| w.words.get(at).is_some_and(|word| word.kind.is_closer());
    let named = end >= 3 && w.words[end - 2].kind == T::As && closes(end - 3);
    operators.is_empty() && (closes(end - 1) || named)
}

/// The word behind `(…) => (…) =>`.
fn behind_lambdas(w: &Writer<'_>, mut at: usize) -> usize {
    while is_lambda(w, at) {
        at = w.closes[at].unwrap_or(at) + 2;
    }
    at
}

fn operand(w: &mut Writer<'_>) {
    while matches!(w.kind(0), Some(T::Not | T::Minus)) {
        w.token();
    }
    match w.kind(0) {
        Some(T::LeftParen) => w.brackets(PAREN, expr),
        Some(T::LeftBracket) => w.brackets(ROUND, expr),
        Some(T::LeftBrace) => block(w),
        _ => w.token(),
    }
    loop {
        match w.kind(0) {
            Some(T::Dot) => w.joined(2),
            Some(T::LeftParen) => arguments(w),
            Some(T::As) => {
                w.spaced();
                w.spaced();
            }
            _ => return,
        }
    }
}

fn arguments(w: &mut Writer<'_>) {
    if only_list(w) {
        return w.hugging(expr);
    }
    w.brackets(ROUND, |w| {
        if w.is(T::Name) && w.kind(1) == Some(T::Colon) {
            w.joined(2);
            w.space();
        }
        expr(w);
    });
}

/// Whether the only argument is a list or a block, or a function that gives one: its brackets are broken, not those around it.
fn only_list(w: &Writer<'_>) -> bool {
    let Some(close) = w.closes[w.at] else { return false };
    let at = behind_lambdas(w, w.at + 1);
    let inner = match w.words.get(at) {
        Some(word) if matches!(word.kind, T::LeftBracket | T::LeftBrace) => w.closes[at],
        _ => None,
    };
    let Some(inner) = inner else { return false };
    let comma = w.words[inner + 1].kind == T::Comma;
    let alone = inner + 1 + usize::from(comma) == close;
    let comments = w.comment_before(w.at + 1) || w.comment_before(inner + 1) || w.comment_before(close);
    alone && !comments && !w.newline_before(w.at + 1)
}

fn block(w: &mut Writer<'_>) {
    w.brackets(BLOCK, |w| match w.kind(0) {
        Some(T::Let) => definition(w),
        Some(T::Key | T::Configure | T::Run) => key(w),
        _ => expr(w),
    });
}

/// `let name(params): Type = body`
pub(crate) fn definition(w: &mut Writer<'_>) {
    w.token();
    w.spaced();
    if w.is(T::LeftParen) {
        params(w);
    }
    if w.is(T::Colon) {
        w.token();
        w.space();
        ty(w);
    }
    if w.is(T::Assign) {
        w.spaced();
        body(w);
    }
}

/// `run key name: Type = default { short n }`
pub(crate) fn key(w: &mut Writer<'_>) {
    w.token();
    if w.is(T::Key) {
        w.spaced();
    }
    w.spaced();
    if w.is(T::Colon) {
        w.token();
        w.space();
        ty(w);
    }
    if w.is(T::Assign) {
        w.spaced();
        body(w);
    }
    if w.is(T::LeftBrace) {
        w.space();
        w.brackets(BLOCK, |w| {
            w.token();
            w.spaced();
        });
    }
}
