//! Imports in the order of the alphabet, each file once: the library first, then files, then crates.
//!
//! Imports that a blank line or a comment parts are put in order by themselves, so that groups stay groups.

use unik_db::{Db, items, parsed};
use unik_source::{FileId, Span};
use unik_syntax::TextEdit;
use unik_syntax::tree::{Import, ImportPath, ItemKind};

use super::{Action, ActionKind};
use crate::host::Analysis;

/// An import as it is put in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    kind: u8,
    path: String,
    /// A file as a whole comes before names of it.
    names: Option<Vec<String>>,
    alias: Option<String>,
}

/// Puts the imports of a file in order, if they are not.
pub(super) fn organize(analysis: &Analysis, file: FileId) -> Option<Action> {
    let db = &analysis.db;
    let text = analysis.text(file);
    let mut runs: Vec<(Span, Vec<Entry>)> = Vec::new();
    for item in items(db, db.source(file)?).iter() {
        let (parsed, said): (_, &str) = (parsed(db, item), item.text(db));
        let ItemKind::Import(tree) = &parsed.tree.kind else { continue };
        // One with a comment or a mistake stays where it is.
        if !parsed.diagnostics.is_empty() || said.contains("//") {
            continue;
        }
        let span = Span::new(0, said.len()).shifted(item.start(db));
        let entry = entry(tree, said);
        let follows = |last: &Span| {
            let between = text.get(last.end as usize..span.start as usize).unwrap_or("//");
            between.trim().is_empty() && between.matches('\n').count() == 1
        };
        match runs.last_mut().filter(|(last, _)| follows(last)) {
            Some((last, entries)) => {
                *last = last.to(span);
                entries.push(entry);
            }
            None => runs.push((span, vec![entry])),
        }
    }
    let edits = runs.into_iter().filter_map(|(span, entries)| {
        let before = entries.clone();
        let after = in_order(entries);
        let lines: String = after.iter().map(line).collect();
        (after != before).then(|| TextEdit { span, text: unik_syntax::format(&lines).trim_end().to_owned() })
    });
    let edits: Vec<TextEdit> = edits.collect();
    let title = "put the imports in order";
    (!edits.is_empty()).then(|| Action::rewriting(ActionKind::OrganizeImports, title, file, edits))
}

fn entry(tree: &Import, text: &str) -> Entry {
    let name = |name: &unik_syntax::tree::ImportedName| match &name.alias {
        Some(alias) => format!("{} as {}", name.name.text, alias.text),
        None => name.name.text.to_string(),
    };
    Entry {
        kind: match &tree.path {
            ImportPath::Std(_) => 0,
            ImportPath::Relative(_) => 1,
            ImportPath::Crate(_) => 2,
        },
        path: text.get(tree.path_span.range()).unwrap_or_default().to_owned(),
        names: tree.names.as_ref().map(|names| names.iter().map(name).collect()),
        alias: tree.alias.as_ref().map(|alias| alias.text.to_string()),
    }
}

/// Sorted, with the names of one file in one place. A name that stands twice is left to who sees it: it is a mistake.
fn in_order(entries: Vec<Entry>) -> Vec<Entry> {
    let mut ordered: Vec<Entry> = Vec::new();
    for mut entry in entries {
        if let Some(names) = &mut entry.names {
            names.sort();
        }
        let same = |other: &&mut Entry| {
            (&other.path, &other.alias, other.names.is_some(), other.kind)
                == (&entry.path, &entry.alias, entry.names.is_some(), entry.kind)
                && entry.alias.is_none()
        };
        match (ordered.iter_mut().find(same), &entry.names) {
            (Some(other), Some(names)) => {
                let all = other.names.get_or_insert_default();
                all.extend(names.iter().cloned());
                all.sort();
                all.dedup();
            }
            (Some(_), None) => {}
            (None, _) => ordered.push(entry),
        }
    }
    ordered.sort();
    ordered
}

fn line(entry: &Entry) -> String {
    let alias = entry.alias.as_ref().map(|alias| format!(" as {alias}")).unwrap_or_default();
    let names = entry.names.as_ref().map(|names| format!(" {{ {} }}", names.join(", "))).unwrap_or_default();
    format!("import {}{alias}{names}\n", entry.path)
}
