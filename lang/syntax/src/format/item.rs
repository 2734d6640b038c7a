//! How each kind of item is written.
//!
//! An item that does not parse is not written at all: whoever asks keeps it as it is.

use unik_source::{Anchor, Diagnostic, FileId, Place, Span};

use super::{
    doc,
    expression::{body, definition, expr, key, params, path, ty},
    writer::{BLOCK, BRACES, ROUND, Writer},
};
use crate::{
    parse::{marked, parse_item},
    tokens::{TokenKind as T, tokens, words},
};

/// The text of an item in its layout; nothing if it does not parse.
pub(crate) fn formatted(text: &str) -> Option<String> {
    let base = Place { file: FileId(0), anchor: Anchor(0), span: Span::at(0) };
    let (_, diagnostics) = parse_item(text, base);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return None;
    }
    let all = tokens(text);
    let mut w = Writer::new(text, &all, marked(text, words(text).words));
    item(&mut w);
    // The grammar knows of words here that this file does not.
    while w.at < w.words.len() {
        w.spaced();
    }
    Some(doc::print(&w.finish()))
}

fn item(w: &mut Writer<'_>) {
    match w.kind(0) {
        Some(T::Import) => import(w),
        Some(T::Module) => module_type(w),
        Some(T::Enum) => {
            named(w);
            w.brackets(BRACES, Writer::token);
        }
        Some(T::Key | T::Configure | T::Run) => key(w),
        Some(T::Device | T::Generative) => device(w),
        Some(T::Let) => definition(w),
        Some(T::Require) => require(w),
        Some(T::Unikernel) => definition(w),
        Some(T::Platform) => {
            named(w);
            entries(w);
        }
        _ => {}
    }
}

/// A keyword, a name, and a space.
fn named(w: &mut Writer<'_>) {
    w.token();
    w.spaced();
    w.space();
}

fn import(w: &mut Writer<'_>) {
    w.token();
    w.spaced();
    loop {
        match w.kind(0) {
            Some(T::Slash) => w.joined(2),
            // `crate name`
            Some(T::Name) => w.spaced(),
            _ => break,
        }
    }
    alias(w);
    if w.is(T::LeftBrace) {
        w.space();
        w.brackets(BRACES, |w| {
            w.token();
            alias(w);
        });
    }
}

/// `as name`
fn alias(w: &mut Writer<'_>) {
    if w.is(T::As) {
        w.spaced();
        w.spaced();
    }
}

fn module_type(w: &mut Writer<'_>) {
    w.token();
    w.spaced();
    w.spaced();
    if w.is(T::Colon) {
        w.token();
        w.space();
        commas(w, path);
    }
    if w.is(T::Assign) {
        w.spaced();
        w.spaced();
        w.space();
        rust_path(w);
    }
}

/// One or more phrases with commas between them.
fn commas(w: &mut Writer<'_>, mut phrase: impl FnMut(&mut Writer<'_>)) {
    phrase(w);
    while w.is(T::Comma) {
        w.separator();
        w.space();
        phrase(w);
    }
}

/// `a::b::c`
fn rust_path(w: &mut Writer<'_>) {
    w.token();
    while w.is(T::ColonColon) {
        w.joined(2);
    }
}

fn require(w: &mut Writer<'_>) {
    w.begin(false);
    w.token();
    w.space();
    w.indent();
    expr(w);
    if w.is(T::Comma) && w.kind(1) == Some(T::Str) {
        w.separator();
        w.line(true);
        w.token();
    }
    if w.is(T::Comma) {
        w.leave_out();
    }
    w.dedent();
    w.end();
}

fn device(w: &mut Writer<'_>) {
    w.token();
    if w.is(T::Device) {
        w.spaced();
    }
    w.spaced();
    if w.is(T::LeftParen) {
        params(w);
    }
    if w.is(T::Colon) {
        w.token();
        w.space();
        ty(w);
    }
    w.space();
    entries(w);
}

/// The block of a device or a platform. On one line its entries need something between them.
fn entries(w: &mut Writer<'_>) {
    let mut first = true;
    w.brackets(BLOCK, |w| {
        let before = w.words[w.at - 1].kind;
        if !first && !matches!(before, T::Comma | T::Semicolon) {
            w.break_open();
        }
        first = false;
        entry(w);
    });
}

fn entry(w: &mut Writer<'_>) {
    let word = w.kind(0);
    if matches!(word, Some(T::Key | T::Configure | T::Run)) {
        return key(w);
    }
    w.token();
    w.space();
    match word {
        Some(T::RustWord) => rust_path(w),
        Some(T::AfterWord) => commas(w, expr),
        Some(T::FeaturesWord) => w.brackets(ROUND, Writer::token),
        Some(T::TargetsWord | T::ExclusiveWord) => {
            commas(w, |w| w.token());
            alias(w);
        }
        Some(T::AttachWord) => {
            w.token();
            match w.kind(0) {
                Some(T::Number) => w.spaced(),
                _ => alias(w),
            }
        }
        Some(T::ArtifactWord | T::LinkWord) => w.token(),
        // A role: `nic = device`.
        _ => {
            w.token();
            body(w);
        }
    }
}
