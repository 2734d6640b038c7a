//! An item's text to its tree. It cannot fail: what cannot be read is an `Error` in the tree, or the whole item is
//! [`ItemKind::Broken`], and then there is a diagnostic that says why.
//!
//! One mistake gives one diagnostic. Where a token is missing or one is too many, the tokens are mended and
//! parsed again, so that the tree is the one that was meant; where that does not help, the grammar's own recovery decides.

mod change;
pub(crate) mod context;
mod entries;
mod explain;
mod lexical;
mod limits;
pub(crate) mod operators;
mod repair;
mod run;

use unik_source::{Diagnostic, Place, Span};

use crate::{
    items::{comment_text, header},
    tokens::{Token, Words, words},
    tree::{Broken, Item, ItemKind, Name},
};
use context::Context;
use run::run;

/// Parses the text of one item, its documentation included. Spans count from the start of `text`; diagnostics are placed under
/// the anchor of `base`.
pub fn parse_item(text: &str, base: Place) -> (Item, Vec<Diagnostic>) {
    let Words { words, docs } = words(text);
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        let span = Span::new(0, text.len());
        let broken = ItemKind::Broken(Broken { keyword: "".into(), name: None });
        return (
            Item { doc: "".into(), kind: broken, span },
            vec![explain::outside(text, &words, base.with_span(span))],
        );
    };
    let span = first.span.to(last.span);
    let above = docs.iter().take_while(|doc| doc.start < first.span.start);
    let doc = comment_text(text, above.copied());
    let (kind, diagnostics) = if !first.kind.starts_item() {
        (broken(text, &words), vec![explain::outside(text, &words, base.with_span(first.span))])
    } else if let Some(too_deep) = limits::exceeded(&words) {
        (broken(text, &words), vec![explain::too_deep(base.with_span(words[too_deep].span))])
    } else {
        parse(text, base, &words, docs)
    };
    (Item { doc, kind, span }, diagnostics)
}

fn parse(text: &str, base: Place, words: &[Token], docs: Vec<Span>) -> (ItemKind, Vec<Diagnostic>) {
    let mut context = Context::new(text, base, entries::by_place(text, lexical::mended(words)), docs);
    let mut diagnostics = lexical::mistakes(text, base, words);
    let mut outcome = run(&context);
    if !outcome.mistakes.is_empty() {
        // What follows a wrong token is a consequence of it.
        let trusted = lexical::first_mistake(words).unwrap_or(u32::MAX);
        let mended = repair::mend(&mut context, &mut outcome, trusted);
        diagnostics.extend(mended.diagnostics);
        diagnostics.extend(explain::mistakes(&context, &outcome.mistakes, mended.from, trusted));
    }
    // What the actions say about phrases behind a mistake that is not mended follows from it, too.
    let first = outcome.mistakes.first().map_or(u32::MAX, |mistake| context.offset(mistake.at));
    let said = context.said.take();
    diagnostics.extend(said.into_iter().filter(|diagnostic| diagnostic.primary().span.start < first));
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary().span.start);
    (outcome.kind.unwrap_or_else(|| broken(text, words)), diagnostics)
}

/// The words of an item that has no lexical mistakes, those that mean something in the block of a device or a platform marked.
pub(crate) fn marked(text: &str, words: Vec<Token>) -> Vec<Token> {
    entries::by_place(text, words)
}

fn broken(text: &str, words: &[Token]) -> ItemKind {
    let header = header(text, words);
    let name = header.name.map(|(text, span)| Name { text, span });
    ItemKind::Broken(Broken { keyword: smol_str::SmolStr::new_static(header.keyword), name })
}
