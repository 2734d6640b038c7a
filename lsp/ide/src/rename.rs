//! Renaming: every place where the name stands, in all files, or a reason why not.
//!
//! A wrong rename is worse than none: it is refused where an item that may use the name does not parse, where the new name is
//! taken anywhere that the old one is used, and for what belongs to the library or the language.

use std::collections::{BTreeMap, BTreeSet};

use unik_db::{Db, items, parsed};
use unik_source::{FileId, Span};
use unik_syntax::{TokenKind, tokens};

use crate::host::{Analysis, Range};
use crate::lookup::{declaration, item_at, name_at};
use crate::navigate::Reference;
use crate::occurrence::{Occurrence, Referent};

/// What to replace, by file and in the order of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renaming {
    /// For each file the spans, and what to put there.
    pub edits: BTreeMap<FileId, Vec<(Span, String)>>,
}

/// Why something is not renamed, as a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl Analysis {
    /// The name at an offset that can be renamed.
    pub fn can_rename(&self, file: FileId, offset: u32) -> Result<Range, Refused> {
        let (_, name) = self.renamed(file, offset)?;
        Ok(Range { file, span: name.span })
    }

    /// Renames what the name at an offset stands for.
    pub fn rename(&self, file: FileId, offset: u32, to: &str) -> Result<Renaming, Refused> {
        let (old, name) = self.renamed(file, offset)?;
        fits(to)?;
        if old == to {
            return Ok(Renaming::default());
        }
        let called = declaration(&self.db, &name.referent).filter(|range| !range.span.is_empty());
        let called = called.map(|range| &self.text(range.file)[range.span.range()]);
        let mut places: Vec<(&str, Reference)> = self.named(file, &name.referent);
        // An alias, or the name of an import, is known in one file only.
        if called != Some(old) {
            places.retain(|(_, place)| place.range.file == file);
        }
        let path = places.iter().find(|(text, place)| place.declares && *text != old && called != Some(old));
        let alias = self.alias(path.map(|(_, place)| place.range), old, to);
        places.retain(|(text, _)| *text == old);
        let files: BTreeSet<FileId> = places.iter().map(|(_, place)| place.range.file).collect();
        for touched in &files {
            self.parses(*touched, old)?;
        }
        self.is_free(&name, &places, to)?;
        let mut renaming = Renaming::default();
        for (_, place) in places {
            let edits = renaming.edits.entry(place.range.file).or_default();
            edits.push((place.range.span, to.to_owned()));
        }
        renaming.edits.entry(file).or_default().extend(alias);
        renaming.edits.values_mut().for_each(|edits| edits.sort());
        Ok(renaming)
    }

    /// The name at an offset, if it is one that can have another.
    fn renamed(&self, file: FileId, offset: u32) -> Result<(&str, Occurrence), Refused> {
        let (_, name) = name_at(&self.db, file, offset)
            .ok_or_else(|| Refused("there is no name here that means something".to_owned()))?;
        let text = &self.text(file)[name.span.range()];
        let of_library = |file| self.is_library(file);
        let refused = match &name.referent {
            Referent::BuiltIn(_) => Some(format!("`{text}` belongs to the language")),
            Referent::Role(_) => {
                Some(format!("`{text}` is a role, which every platform has under this name"))
            }
            Referent::File(_) if !is_name(text) => {
                Some("a file is renamed by moving it; give its import a name with `as`".to_owned())
            }
            Referent::File(_) => None,
            Referent::Item(id) | Referent::Local(id, _) | Referent::Case(id, _) => {
                let declared = declaration(&self.db, &name.referent);
                let declared = declared.map(|range| &self.text(range.file)[range.span.range()]);
                let own = declared == Some(text);
                (own && of_library(id.file)).then(|| format!("`{text}` belongs to the library"))
            }
        };
        match refused.or_else(|| of_library(file).then(|| "this file belongs to the library".to_owned())) {
            Some(reason) => Err(Refused(reason)),
            None => Ok((text, name)),
        }
    }

    /// For an import that has no `as` and gives the file the name `old`: the edit that gives it one.
    fn alias(&self, path: Option<Range>, old: &str, to: &str) -> Option<(Span, String)> {
        let path = path?;
        let written = &self.text(path.file)[path.span.range()];
        let item = item_at(&self.db, path.file, path.span.start)?;
        let named = item.name(&self.db).as_deref() == Some(old) && written.rsplit('/').next() == Some(old);
        named.then(|| (Span::at(path.span.end as usize), format!(" as {to}")))
    }

    /// Refuses where an item of a file does not parse and has the name among its words.
    fn parses(&self, file: FileId, old: &str) -> Result<(), Refused> {
        let Some(source) = self.db.source(file) else { return Ok(()) };
        for item in items(&self.db, source).iter() {
            let broken = !parsed(&self.db, item).diagnostics.is_empty();
            let text: &str = item.text(&self.db);
            let names = |text: &str| tokens(text).iter().any(|token| &text[token.span.range()] == old);
            if broken && names(text) {
                let what = item
                    .name(&self.db)
                    .as_ref()
                    .map_or_else(|| "an item".to_owned(), |name| format!("`{name}`"));
                let path = source.path(&self.db);
                let reason =
                    format!("{what} in `{path}` has a mistake of syntax and may use `{old}`: mend it first");
                return Err(Refused(reason));
            }
        }
        Ok(())
    }

    /// Refuses where the new name means something already, in the scope of a file or inside of an item that uses the old one.
    fn is_free(&self, name: &Occurrence, places: &[(&str, Reference)], to: &str) -> Result<(), Refused> {
        let taken = |path: &str| Err(Refused(format!("`{to}` means something already in `{path}`")));
        if let Referent::Case(of, _) = &name.referent
            && crate::resolve::cases(&self.db, *of).iter().any(|(case, _, _)| case == to)
        {
            return Err(Refused(format!("the enum has a case `{to}` already")));
        }
        if let Referent::Item(id) = &name.referent
            && unik_check::declared(&self.db, id.file, to).is_some()
        {
            return taken(self.path(id.file));
        }
        for (_, place) in places {
            let Range { file, span } = place.range;
            let wide = !matches!(name.referent, Referent::Local(..) | Referent::Case(..));
            if wide && unik_check::meaning(&self.db, file, to).is_some() {
                return taken(self.path(file));
            }
            let Some(item) = item_at(&self.db, file, span.start) else { continue };
            let text: &str = item.text(&self.db);
            let named =
                |token: &unik_syntax::Token| token.kind == TokenKind::Name && &text[token.span.range()] == to;
            if tokens(text).iter().any(named) {
                return taken(self.path(file));
            }
        }
        Ok(())
    }
}

/// Refuses what is no name.
fn fits(name: &str) -> Result<(), Refused> {
    if !is_name(name) {
        return Err(Refused(format!("`{name}` is not a name: letters, digits and `_`, no reserved word")));
    }
    match unik_check::is_of_language(name) {
        true => Err(Refused(format!("`{name}` belongs to the language"))),
        false => Ok(()),
    }
}

fn is_name(text: &str) -> bool {
    matches!(tokens(text).as_slice(), [only] if only.kind == TokenKind::Name)
}
