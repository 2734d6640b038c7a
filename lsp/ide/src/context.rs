//! What stands before a cursor, read off the tokens: a path, and what it leads to. It needs no tree, so it works where nothing
//! parses.

use smol_str::SmolStr;
use unik_check::core::DefId;
use unik_check::{Meaning, meaning};
use unik_db::{Database, Db, Item};
use unik_source::FileId;
use unik_syntax::{Token, TokenKind, tokens};

/// The item that an offset belongs to when something is being written there: the last that begins before it.
pub(crate) fn item_before<'db>(db: &'db Database, file: FileId, offset: u32) -> Option<Item<'db>> {
    unik_db::item_before(db, db.source(file)?, offset)
}

/// The words of that item before the offset, without trivia, and the text that their spans count in: from the item's start on.
pub(crate) fn words_before(db: &Database, file: FileId, offset: u32) -> Option<(&str, Vec<Token>)> {
    let start = item_before(db, file, offset)?.start(db);
    let text = db.source(file)?.text(db).as_str().get(start as usize..)?;
    let before = text.get(..(offset - start) as usize)?;
    Some((text, tokens(before).into_iter().filter(|token| !token.kind.is_trivia()).collect()))
}

/// Names joined by dots, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    names: Vec<SmolStr>,
}

impl Path {
    /// The path that these tokens, without trivia, end with.
    pub(crate) fn ending(text: &str, before: &[Token]) -> Option<Self> {
        let mut names = Vec::new();
        let mut rest = before;
        while let [start @ .., name] = rest
            && name.kind == TokenKind::Name
        {
            names.push(SmolStr::new(&text[name.span.range()]));
            let [further @ .., dot] = start else { break };
            if dot.kind != TokenKind::Dot {
                rest = start;
                break;
            }
            rest = further;
        }
        names.reverse();
        // `let f(`, `device d(`: what is declared is not applied.
        let declares = rest.last().is_some_and(|word| {
            matches!(word.kind, TokenKind::Let | TokenKind::Device | TokenKind::Key | TokenKind::Enum)
        });
        (!names.is_empty() && !declares).then_some(Self { names })
    }

    /// As written.
    pub(crate) fn text(&self) -> String {
        self.names.join(".")
    }

    /// The declaration that it leads to.
    pub(crate) fn item(&self, db: &Database, file: FileId) -> Option<DefId> {
        match (self.names.as_slice(), self.meaning(db, file)?) {
            ([_], Meaning::Item(id)) => Some(id),
            ([_, name], Meaning::File(file)) => unik_check::declared(db, file, name),
            _ => None,
        }
    }

    /// What its first name means.
    pub(crate) fn meaning(&self, db: &Database, file: FileId) -> Option<Meaning> {
        meaning(db, file, self.names.first()?)
    }

    /// Its names.
    pub(crate) fn names(&self) -> &[SmolStr] {
        &self.names
    }
}
