//! What each word of a file is, to be coloured: from the tokens, and for names from what they mean.

use rustc_hash::FxHashMap;
use unik_check::core::DefId;
use unik_check::item_of;
use unik_db::{Database, Db, items, parsed};
use unik_source::{FileId, Span};
use unik_syntax::tree::ItemKind;
use unik_syntax::{TokenKind, tokens};

use crate::host::Analysis;
use crate::lookup::names_in;
use crate::occurrence::{LocalKind, Occurrence, Referent};

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WordKind {
    /// A reserved word, or a word of an entry: `rust`, `targets`.
    Keyword,
    /// A comment.
    Comment,
    /// A string.
    String,
    /// A number.
    Number,
    /// An operator.
    Operator,
    /// An imported file.
    File,
    /// A module type.
    ModuleType,
    /// An enum.
    Enum,
    /// A case of an enum, a platform among them.
    Case,
    /// A type of the language.
    Type,
    /// A device.
    Device,
    /// A `let` with parameters, or a function of the language.
    Function,
    /// Another `let`, a unikernel, a name of a pattern.
    Value,
    /// A parameter.
    Parameter,
    /// A key.
    Key,
    /// A role of the target.
    Role,
}

/// A word of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Word {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: WordKind,
    /// Whether this is where it is declared.
    pub declares: bool,
    /// Whether it documents something.
    pub documents: bool,
    /// Whether it comes from the library or the language.
    pub library: bool,
}

impl Analysis {
    /// The words of a file in the order of the text; they do not overlap, and none reaches over the end of a line.
    pub fn words(&self, file: FileId) -> Vec<Word> {
        self.words_in(file, Span::new(0, self.text(file).len()))
    }

    /// Those of the words that touch a range. Only the names of items that do are resolved.
    pub fn words_in(&self, file: FileId, range: Span) -> Vec<Word> {
        let Some(source) = self.db.source(file) else { return Vec::new() };
        unik_check::settle(&self.db, file);
        let near = items(&self.db, source).iter().filter(|item| {
            let span = Span::new(0, item.text(&self.db).len()).shifted(item.start(&self.db));
            meets(span, range)
        });
        let names: FxHashMap<u32, Occurrence> =
            near.flat_map(|item| names_in(&self.db, item)).map(|(_, name)| (name.span.start, name)).collect();
        let text = self.text(file);
        let all = tokens(text);
        let mut words = Vec::new();
        for (at, token) in all.iter().enumerate().filter(|(_, token)| meets(token.span, range)) {
            let name = names.get(&token.span.start);
            let made = match (by_token(token.kind), name) {
                (Some(kind), _) => {
                    let documents = matches!(token.kind, TokenKind::Doc | TokenKind::FileDoc);
                    Some(Word { span: token.span, kind, declares: false, documents, library: false })
                }
                (None, Some(name)) if token.kind == TokenKind::Name => {
                    Some(by_name(&self.db, file, name, token.span))
                }
                (None, _) if token.kind == TokenKind::Name && is_entry(text, &all[..at], token.span) => {
                    let kind = WordKind::Keyword;
                    Some(Word { span: token.span, kind, declares: false, documents: false, library: false })
                }
                _ => None,
            };
            words.extend(made);
        }
        words
    }
}

/// Whether two ranges have a place in common, be it the end of one.
fn meets(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

fn by_token(kind: TokenKind) -> Option<WordKind> {
    use TokenKind as T;
    Some(match kind {
        T::Comment | T::Doc | T::FileDoc => WordKind::Comment,
        T::Str | T::OpenStr | T::RelativePath => WordKind::String,
        T::Number => WordKind::Number,
        kind if kind.is_keyword() => WordKind::Keyword,
        T::Assign | T::FatArrow | T::Arrow | T::Bar | T::Or | T::And | T::Not | T::Equal => {
            WordKind::Operator
        }
        T::NotEqual | T::Less | T::LessEqual | T::Greater | T::GreaterEqual => WordKind::Operator,
        T::Concat | T::Plus | T::Minus | T::Star => WordKind::Operator,
        _ => return None,
    })
}

/// Whether a name is the word of an entry: it opens a line or follows `{`, `=` or `;`.
fn is_entry(text: &str, before: &[unik_syntax::Token], span: Span) -> bool {
    const WORDS: [&str; 10] =
        ["rust", "after", "exclusive", "features", "targets", "artifact", "attach", "link", "short", "trait"];
    let opens = match before {
        [.., space] if space.kind == TokenKind::Space && text[space.span.range()].contains('\n') => true,
        _ => {
            let word = before.iter().rev().find(|token| !token.kind.is_trivia());
            word.is_some_and(|word| {
                matches!(word.kind, TokenKind::LeftBrace | TokenKind::Assign | TokenKind::Semicolon)
            })
        }
    };
    opens && WORDS.contains(&&text[span.range()])
}

fn by_name(db: &Database, file: FileId, name: &Occurrence, span: Span) -> Word {
    let kind = match (&name.referent, name.local) {
        (_, Some(LocalKind::Parameter)) => WordKind::Parameter,
        (_, Some(LocalKind::Key)) => WordKind::Key,
        (Referent::Item(id), _) => of_item(db, *id),
        (Referent::Local(..), _) => WordKind::Value,
        (Referent::Case(..), _) => WordKind::Case,
        (Referent::File(_), _) => WordKind::File,
        (Referent::Role(_), _) => WordKind::Role,
        (Referent::BuiltIn(word), _) => match word.as_str() {
            "some" | "files" => WordKind::Function,
            "none" => WordKind::Case,
            "target" => WordKind::Key,
            _ => WordKind::Type,
        },
    };
    let of = match &name.referent {
        Referent::Item(id) | Referent::Local(id, _) | Referent::Case(id, _) => Some(id.file),
        Referent::File(file) => Some(*file),
        Referent::Role(_) | Referent::BuiltIn(_) => None,
    };
    let source = |file| db.source(file);
    let library = of.is_none_or(|of| of != file && source(of).is_some_and(|of| of.library(db)));
    Word { span, kind, declares: name.declares, documents: false, library }
}

fn of_item(db: &Database, id: DefId) -> WordKind {
    let Some(item) = item_of(db, id) else { return WordKind::Value };
    match item.keyword(db).as_str() {
        "module type" => WordKind::ModuleType,
        "enum" => WordKind::Enum,
        "key" => WordKind::Key,
        "device" => WordKind::Device,
        "platform" => WordKind::Case,
        "let" => match &parsed(db, item).tree.kind {
            ItemKind::Let(it) if it.params.is_some() => WordKind::Function,
            _ => WordKind::Value,
        },
        _ => WordKind::Value,
    }
}
