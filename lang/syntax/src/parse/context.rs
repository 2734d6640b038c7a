//! What the actions of the grammar need: the text, the tokens, and where to put mistakes.

use core::cell::{Cell, RefCell};

use lalrpop_util::{ErrorRecovery, ParseError};
use smol_str::SmolStr;
use unik_source::{Diagnostic, Place, Span};

use super::{lexical::unescaped, limits::MISTAKES};
use crate::{
    codes,
    items::comment_text,
    tokens::{Token, TokenKind},
    tree::{ImportPath, Literal, Name, Path, PatternKind, RustPath, StrLit, Type},
};

/// A token that the grammar did not want.
#[derive(Debug)]
pub(crate) struct Mistake {
    /// The number of the token; behind the last one if the item ended too early.
    pub(crate) at: usize,
    /// The terminals that were possible there, as the grammar writes them.
    pub(crate) expected: Vec<String>,
    /// The number of the token with which the parser went on.
    pub(crate) resumed: usize,
}

impl Mistake {
    pub(crate) fn new(error: ParseError<u32, TokenKind, ()>, end: usize, dropped: usize) -> Self {
        let (at, expected) = match error {
            ParseError::UnrecognizedToken { token, expected } => (token.0 as usize, expected),
            ParseError::ExtraToken { token } => (token.0 as usize, Vec::new()),
            ParseError::UnrecognizedEof { expected, .. } => (end, expected),
            ParseError::InvalidToken { location } => (location as usize, Vec::new()),
            ParseError::User { error: () } => (end, Vec::new()),
        };
        Self { at, expected, resumed: at + dropped }
    }
}

/// How many tokens in a row are passed over.
const DROPPED: usize = 2000;

/// One item while it is parsed.
#[derive(Debug)]
pub(crate) struct Context<'t> {
    pub(crate) text: &'t str,
    pub(crate) base: Place,
    /// What is parsed: no spaces, no comments, wrong tokens mended.
    pub(crate) tokens: Vec<Token>,
    docs: Vec<Span>,
    /// The last token that an action has seen.
    seen: Cell<u32>,
    /// Where the grammar went on after a mistake.
    pub(crate) recovered: RefCell<Vec<Mistake>>,
    /// What the actions have to say about phrases that the grammar accepts.
    pub(crate) said: RefCell<Vec<Diagnostic>>,
}

impl<'t> Context<'t> {
    pub(crate) fn new(text: &'t str, base: Place, tokens: Vec<Token>, docs: Vec<Span>) -> Self {
        Self {
            text,
            base,
            tokens,
            docs,
            seen: Cell::new(0),
            recovered: RefCell::default(),
            said: RefCell::default(),
        }
    }

    pub(crate) fn start(&self) {
        self.seen.set(0);
        self.recovered.borrow_mut().clear();
        self.said.borrow_mut().clear();
    }

    /// Whether to leave the item as broken: it has too many mistakes, or the parser has dropped tokens for too long. Each
    /// token that it drops costs it a look at all that is open.
    pub(crate) fn gives_up(&self, at: u32) -> bool {
        at as usize > self.limit() || self.recovered.borrow().len() > MISTAKES
    }

    /// Up to where the parser reads without an action that sees a token.
    pub(crate) fn limit(&self) -> usize {
        self.tokens.len().min(self.seen.get() as usize + DROPPED)
    }

    pub(crate) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// Whether a reserved word stands there as a name.
    pub(crate) fn misused(&self, mistake: &Mistake) -> bool {
        let Some(found) = self.tokens.get(mistake.at) else { return false };
        let can = |terminal: &str| mistake.expected.iter().any(|expected| expected == terminal);
        let before = mistake.at.checked_sub(1).map_or(0, |before| self.tokens[before].span.end);
        let first_on_line = self.slice(Span { start: before, end: found.span.start }).contains('\n');
        let next = self.tokens.get(mistake.at + 1).map(|next| next.kind);
        let declares = first_on_line && matches!(next, Some(TokenKind::Name | TokenKind::Key));
        let fits = if can("NUMBER") {
            found.kind.starts_item()
        } else {
            found.kind.is_keyword() && found.kind != TokenKind::As
        };
        fits && can("NAME") && !declares && !can("RUST")
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        self.base.with_span(span)
    }

    pub(crate) fn say(&self, diagnostic: Diagnostic) {
        self.said.borrow_mut().push(diagnostic);
    }

    /// From the first of these tokens up to, not including, the last; behind the token before where there is none.
    pub(crate) fn span(&self, l: u32, r: u32) -> Span {
        self.seen.set(self.seen.get().max(r));
        let (l, r) = (l as usize, r as usize);
        match (self.tokens.get(l), r.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if l < r => first.span.to(last.span),
            _ => Span::at(
                l.checked_sub(1)
                    .and_then(|before| self.tokens.get(before))
                    .map_or(0, |before| before.span.end as usize),
            ),
        }
    }

    /// Where a token starts; the end of the text if there is no such token.
    pub(crate) fn offset(&self, at: usize) -> u32 {
        self.tokens.get(at).map_or(Span::at(self.text.len()), |token| token.span).start
    }

    pub(crate) fn name(&self, l: u32, r: u32) -> Name {
        let span = self.span(l, r);
        Name { text: self.slice(span).into(), span }
    }

    pub(crate) fn recovered(&self, recovery: ErrorRecovery<u32, TokenKind, ()>) {
        let mistake = Mistake::new(recovery.error, self.tokens.len(), recovery.dropped_tokens.len());
        self.recovered.borrow_mut().push(mistake);
    }

    /// A phrase of a list that is left out because it could not be read.
    pub(crate) fn lost<T>(&self, recovery: ErrorRecovery<u32, TokenKind, ()>) -> Option<T> {
        self.recovered(recovery);
        None
    }

    /// The text of the `///` lines above a token.
    pub(crate) fn doc(&self, l: u32) -> SmolStr {
        let l = l as usize;
        let (Some(before), Some(token)) =
            (l.checked_sub(1).and_then(|before| self.tokens.get(before)), self.tokens.get(l))
        else {
            return SmolStr::default();
        };
        let from = self.docs.partition_point(|doc| doc.start < before.span.end);
        let to = self.docs.partition_point(|doc| doc.start < token.span.start);
        if from >= to {
            SmolStr::default()
        } else {
            comment_text(self.text, self.docs[from..to].iter().copied())
        }
    }

    /// Whether a name is the word that has to stand there; says so if it is not.
    pub(crate) fn must_be(&self, name: &Name, word: &'static str) -> bool {
        if name.text == word {
            return true;
        }
        // A name that the parser made up has been told.
        if name.text.is_empty() {
            return false;
        }
        let message = format!("expected `{word}`, found `{}`", name.text);
        let diagnostic = Diagnostic::error(
            codes::UNEXPECTED,
            message,
            self.place(name.span),
            format!("expected `{word}`"),
        );
        let why = match word {
            "short" => "the only thing that a key's braces can say is its short option",
            "crate" => {
                "an import takes a file of the standard library (`std/kv`), a file beside this one (`./kv`) or a crate (`crate kv`)"
            }
            _ => "a module type is backed by a Rust trait",
        };
        self.say(diagnostic.note(why).fix(format!("replace by `{word}`"), self.place(name.span), word));
        false
    }

    /// `= Foo` where `= trait Foo` is meant.
    pub(crate) fn no_trait(&self, l: u32, r: u32) -> RustPath {
        let path = self.rust_path(l, r);
        let word = self.span(l, l + 1);
        if self.slice(word) == "trait" {
            let diagnostic = Diagnostic::error(
                codes::UNEXPECTED,
                "expected the path of a Rust trait after `trait`",
                self.place(word),
                "expected a path after this",
            );
            self.say(diagnostic.help("write `trait` and the path, such as `trait unik::kv::ReadOnly`"));
            return path;
        }
        let place = self.place(path.span);
        let start = self.place(Span::at(path.span.start as usize));
        let diagnostic = Diagnostic::error(
            codes::UNEXPECTED,
            format!("expected `trait` before `{}`", path.text),
            place,
            "expected `trait` before this",
        );
        let diagnostic = diagnostic
            .note("a module type is backed by a Rust trait")
            .help(format!("write `trait {}`", path.text));
        self.say(diagnostic.fix("insert `trait`", start, "trait "));
        path
    }

    pub(crate) fn import_path(&self, first: Name, rest: Vec<Name>) -> ImportPath {
        let told = first.text.is_empty() || rest.last().is_some_and(|last| last.text.is_empty());
        if !told && (first.text != "std" || rest.is_empty()) {
            let span = rest.last().map_or(first.span, |last| first.span.to(last.span));
            let path = self.slice(span);
            let diagnostic = match first.text.as_str() {
                "std" => Diagnostic::error(codes::UNEXPECTED, "this names no file of the standard library", self.place(span), "expected `/` and a name after this")
                    .help("write the name of a file, such as `std/kv`"),
                _ => Diagnostic::error(codes::UNEXPECTED, format!("`{path}` is not the path of an import"), self.place(span), "expected `std/…`, `./…` or `crate …`")
                    .help(format!("write `std/{path}` for a file of the standard library, `./{path}` for a file beside this one"))
                    .fix(format!("replace by `std/{path}`"), self.place(span), format!("std/{path}"))
                    .fix(format!("replace by `./{path}`"), self.place(span), format!("./{path}")),
            };
            self.say(diagnostic);
        }
        let mut segments = vec![first];
        segments.extend(rest);
        ImportPath::Std(segments)
    }

    /// `unikernel u: T = e`
    pub(crate) fn no_annotation(&self, ty: Option<Type>) {
        let Some(ty) = ty else { return };
        let head = self.text.get(..ty.span.start as usize).unwrap_or_default();
        let colon = head.rfind(':').unwrap_or(head.len());
        let message = "the type of a unikernel is not written";
        let diagnostic =
            Diagnostic::error(codes::UNEXPECTED, message, self.place(ty.span), "no type is expected here");
        self.say(
            diagnostic
                .note("a unikernel is always a `Job` or a list of them")
                .help("take out the `:` and the type")
                .fix("take the type out", self.place(Span::new(colon, ty.span.end as usize)), ""),
        );
    }

    pub(crate) fn crate_path(&self, word: Name, name: Name) -> ImportPath {
        self.must_be(&word, "crate");
        ImportPath::Crate(name)
    }

    pub(crate) fn rust_path(&self, l: u32, r: u32) -> RustPath {
        let segments = self.tokens.get(l as usize..r as usize).unwrap_or(&[]);
        let span = self.span(l, r);
        // Spaces around `::` are allowed and mean nothing.
        let text = segments.iter().map(|token| self.slice(token.span)).collect::<String>();
        RustPath { text: text.into(), span }
    }

    pub(crate) fn short(&self, shorts: Vec<Option<Name>>) -> Option<Name> {
        let mut shorts = shorts.into_iter().flatten();
        let first = shorts.next();
        if let (Some(first), Some(second)) = (&first, shorts.next()) {
            let diagnostic = Diagnostic::error(
                codes::UNEXPECTED,
                "a key has one short option",
                self.place(second.span),
                "a second one",
            );
            let behind = self.place(Span::new(first.span.end as usize, second.span.end as usize));
            let diagnostic = diagnostic.label(self.place(first.span), "the first one");
            self.say(diagnostic.help("take one of them out").fix("take the second out", behind, ""));
        }
        first
    }

    pub(crate) fn path(&self, l: u32, first: Name, rest: Vec<Name>, r: u32) -> Path {
        let mut segments = Vec::with_capacity(1 + rest.len());
        segments.push(first);
        segments.extend(rest);
        Path { segments, span: self.span(l, r) }
    }

    pub(crate) fn number(&self, l: u32, sign: &str) -> Literal {
        let text = self.slice(self.span(l, l + 1));
        let digits = text.find(|char: char| char.is_ascii_alphabetic()).unwrap_or(text.len());
        let (digits, unit) = text.split_at(digits);
        let plain = sign.is_empty() && !digits.contains('_');
        let digits = if plain { digits.into() } else { format!("{sign}{}", digits.replace('_', "")).into() };
        Literal::Number { digits, unit: unit.into() }
    }

    pub(crate) fn str(&self, l: u32) -> StrLit {
        let span = self.span(l, l + 1);
        StrLit { value: unescaped(self.slice(span)), span }
    }

    pub(crate) fn case(&self, path: Path) -> PatternKind {
        match path.segments.as_slice() {
            [only] if only.text == "none" => PatternKind::None,
            _ => PatternKind::Case(path),
        }
    }

    pub(crate) fn some(&self, word: &Name, name: Option<Name>) -> PatternKind {
        if word.text == "some" {
            return PatternKind::Some(name);
        }
        let message = format!("the pattern `{}` has nothing in parentheses", word.text);
        let diagnostic =
            Diagnostic::error(codes::UNEXPECTED, message, self.place(word.span), "only `some` has");
        let diagnostic = diagnostic
            .help(format!("write `{}` for the case of an enum, `some(x)` for an option", word.text));
        let behind = self.text.get(word.span.end as usize..).unwrap_or_default();
        let parens = Span::new(0, behind.find(')').map_or(0, |close| close + 1)).shifted(word.span.end);
        self.say(match parens.is_empty() {
            true => diagnostic,
            false => diagnostic.fix("take the parentheses out", self.place(parens), ""),
        });
        PatternKind::Error
    }
}
