//! `enum Store { crunch, direct }`, and the enum of the platforms in reach.

use std::sync::Arc;

use smol_str::SmolStr;
use unik_db::{Db, Item, SourceFile, parsed};
use unik_graph::value::EnumType;
use unik_source::{Diagnostic, Span};
use unik_syntax::tree::{self, ItemKind};

use crate::codes;
use crate::platforms::platform_items;
use crate::remedy::with_separator;

/// The cases of an enum, each once.
#[salsa::tracked]
pub(crate) fn case_list<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<SmolStr> {
    let ItemKind::Enum(tree) = &parsed(db, item).tree.kind else { return Vec::new() };
    let mut cases: Vec<SmolStr> = Vec::new();
    for case in &tree.cases {
        if !case.name.text.is_empty() && !cases.contains(&case.name.text) {
            cases.push(case.name.text.clone());
        }
    }
    cases
}

/// An enum as values know it.
#[salsa::tracked]
pub(crate) fn enum_type<'db>(db: &'db dyn Db, item: Item<'db>) -> Arc<EnumType> {
    let file = item.file(db);
    let (path, folder) = (file.path(db).clone(), file.folder(db).clone());
    let name = item.name(db).clone().unwrap_or_default();
    Arc::new(EnumType { file: path, folder, name, cases: case_list(db, item).clone() })
}

/// The type of `target` in a file: the platforms in its reach. It stands in no file.
#[salsa::tracked]
pub(crate) fn target_type(db: &dyn Db, file: SourceFile) -> Arc<EnumType> {
    let cases = platform_items(db, file).iter().map(|(name, _)| name.text().clone()).collect();
    let (path, folder) = (SmolStr::default(), SmolStr::default());
    Arc::new(EnumType { file: path, folder, name: SmolStr::new_static("target"), cases })
}

/// What is wrong with an enum.
pub(crate) fn check_enum(db: &dyn Db, item: Item<'_>, tree: &tree::Enum, diagnostics: &mut Vec<Diagnostic>) {
    if tree.cases.is_empty() {
        let place = item.place(db, tree.name.span);
        let message = format!("`{}` has no cases", tree.name.text);
        let wrong = Diagnostic::error(codes::CASES, message, place, "an enum without cases has no values");
        diagnostics.push(wrong.help(format!("name some: `enum {} {{ first, second }}`", tree.name.text)));
    }
    let mut seen: Vec<&tree::Name> = Vec::new();
    let spans: Vec<Span> = tree.cases.iter().map(|case| case.name.span).collect();
    for (at, case) in tree.cases.iter().enumerate().filter(|(_, case)| !case.name.text.is_empty()) {
        match seen.iter().find(|name| name.text == case.name.text) {
            None => seen.push(&case.name),
            Some(first) => {
                let message = format!("`{}` has two cases called `{}`", tree.name.text, case.name.text);
                let place = item.place(db, case.name.span);
                let wrong = Diagnostic::error(codes::CASES, message, place, "again here");
                let wrong =
                    wrong.label(item.place(db, first.span), "first here").help("take one of them out");
                diagnostics.push(match with_separator(&spans, at) {
                    Some(cut) => wrong.fix("take this one out", item.place(db, cut), ""),
                    None => wrong,
                });
            }
        }
    }
}
