//! Hints between the words: types that are inferred, names of parameters, and the branches that choices take under the configuration of
//! the folder.

use std::collections::BTreeSet;

use unik_check::core::Type;
use unik_check::{type_as_written, type_of};
use unik_db::{Db, items, parsed};
use unik_source::{FileId, Span};
use unik_syntax::tree::ItemKind;

use crate::host::Analysis;
use crate::lookup::names_in;
use crate::occurrence::LocalKind;
use crate::resolve::arguments;

/// What a hint tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HintKind {
    /// The branch before it is taken.
    Taken,
    /// The type of the name before it.
    Type,
    /// The parameter that the argument behind it is for.
    Parameter,
}

/// A text that is shown but not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Behind which byte.
    pub offset: u32,
    /// What it tells.
    pub kind: HintKind,
    /// What to show: `: Port`, `store:`, `✓ taken`.
    pub text: String,
    /// Why, a sentence; empty where there is nothing to say.
    pub why: String,
}

impl Analysis {
    /// What a range of a file does not say and what is known, in the order of the text.
    pub fn hints(&self, file: FileId, range: Span) -> Vec<Hint> {
        let Some(source) = self.db.source(file) else { return Vec::new() };
        unik_check::settle(&self.db, file);
        let mut hints = Vec::new();
        for item in items(&self.db, source).iter() {
            let start = item.start(&self.db);
            let span = Span::new(0, item.text(&self.db).len()).shifted(start);
            if span.end < range.start || range.end < span.start {
                continue;
            }
            let tree = &parsed(&self.db, item).tree;
            hints.extend(self.local_hints(file, item));
            hints.extend(self.parameter_hints(file, item));
            let ItemKind::Let(it) = &tree.kind else { continue };
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
        }
        hints.extend(self.taken_hints(file));
        hints.retain(|hint| range.touches(hint.offset as usize));
        hints.sort_by_key(|hint| (hint.offset, hint.kind));
        hints
    }

    /// The branches that are taken. Where a branch is a choice itself, that one says it.
    fn taken_hints(&self, file: FileId) -> Vec<Hint> {
        let choices = self.choices(file);
        let own: BTreeSet<Span> = choices.iter().map(|choice| choice.span).collect();
        let mut hints = Vec::new();
        for choice in &choices {
            for ((_, span), at) in choice.branches.iter().zip(0..) {
                if let Some(why) = choice.why(at).filter(|_| !own.contains(span)) {
                    hints.push(Hint {
                        offset: span.end,
                        kind: HintKind::Taken,
                        text: "✓ taken".to_owned(),
                        why,
                    });
                }
            }
        }
        hints
    }

    /// The parameters of arguments that say no name and are not called like it.
    fn parameter_hints(&self, file: FileId, item: unik_db::Item<'_>) -> Vec<Hint> {
        let (text, start) = (self.text(file), item.start(&self.db));
        let filled = arguments(&self.db, item).into_iter().filter_map(|(span, name)| {
            let span = span.shifted(start);
            let written = text.get(span.range())?;
            let hint = Hint {
                offset: span.start,
                kind: HintKind::Parameter,
                text: format!("{name}:"),
                why: String::new(),
            };
            (!says(written, &name)).then_some(hint)
        });
        filled.collect()
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
        (!ty.has_unknown()).then(|| Hint {
            offset,
            kind: HintKind::Type,
            text: format!(": {}", type_as_written(&self.db, file, ty)),
            why: String::new(),
        })
    }
}

/// Whether an argument is a name, or an application of one, that says what its parameter is called: `port`, `net.port` and
/// `service_port` say `port`, `files(dir)` says `files`.
fn says(written: &str, parameter: &str) -> bool {
    let head = written.split('(').next().unwrap_or(written).trim_end();
    let is_name = head.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let last = head.rsplit('.').next().unwrap_or(head);
    is_name && last.strip_suffix(parameter).is_some_and(|before| before.is_empty() || before.ends_with('_'))
}
