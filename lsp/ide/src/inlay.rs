//! Hints between the words: types that are not written because they are inferred.

use unik_check::core::Type;
use unik_check::{type_as_written, type_of};
use unik_db::{Db, items, parsed};
use unik_source::{FileId, Span};
use unik_syntax::tree::ItemKind;

use crate::host::Analysis;
use crate::lookup::names_in;
use crate::occurrence::LocalKind;

/// A text that is shown but not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Behind which byte.
    pub offset: u32,
    /// What to show: `: Port`.
    pub text: String,
}

impl Analysis {
    /// The types that a range of a file does not say and that are known, in the order of the text.
    pub fn hints(&self, file: FileId, range: Span) -> Vec<Hint> {
        let Some(source) = self.db.source(file) else { return Vec::new() };
        unik_check::settle(&self.db, file);
        let mut hints = Vec::new();
        for item in items(&self.db, source).iter() {
            let (start, tree) = (item.start(&self.db), &parsed(&self.db, item).tree);
            let span = Span::new(0, item.text(&self.db).len()).shifted(start);
            if span.end < range.start || range.end < span.start {
                continue;
            }
            let ItemKind::Let(it) = &tree.kind else {
                hints.extend(self.local_hints(file, item));
                continue;
            };
            if it.result.is_none()
                && let Some(ty) = type_of(&self.db, unik_check::id_of(&self.db, item))
            {
                let ty = match (&it.params, ty) {
                    (Some(_), Type::Function(of)) => of.result.clone(),
                    (_, ty) => ty,
                };
                let text: &str = item.text(&self.db);
                // Behind the parameters, in front of `=`.
                let head = text.get(..it.body.span.start as usize).unwrap_or_default();
                let end = head
                    .rfind('=')
                    .map_or(it.name.span.end as usize, |equals| head[..equals].trim_end().len());
                hints.extend(self.hint(file, start + Span::at(end).start, &ty));
            }
            hints.extend(self.local_hints(file, item));
        }
        hints.retain(|hint| range.touches(hint.offset as usize));
        hints.sort_by_key(|hint| hint.offset);
        hints
    }

    /// The values of blocks: those of which the text says no type.
    fn local_hints(&self, file: FileId, item: unik_db::Item<'_>) -> Vec<Hint> {
        let text = self.text(file);
        let names = names_in(&self.db, item).map(|(_, name)| name);
        let lets = names
            .filter(|name| name.declares && matches!(name.local, Some(LocalKind::Let | LocalKind::Pattern)));
        let bare = lets.filter(|name| {
            let behind = text.get(name.span.end as usize..).unwrap_or_default().trim_start();
            behind.starts_with('=') || name.local == Some(LocalKind::Pattern)
        });
        bare.filter_map(|name| self.hint(file, name.span.end, name.ty.as_ref()?)).collect()
    }

    fn hint(&self, file: FileId, offset: u32, ty: &Type) -> Option<Hint> {
        (!ty.has_unknown())
            .then(|| Hint { offset, text: format!(": {}", type_as_written(&self.db, file, ty)) })
    }
}
