//! What is wrong with a file as a whole: two definitions of one name, two keys of one option, what nothing uses.

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use unik_db::{Db, Item, SourceFile, Text, items, parsed};
use unik_source::{Diagnostic, Place, Span};
use unik_syntax::tree::{self, ItemKind};

use crate::binding::{kept_unused, unused_key, unused_let};
use crate::codes;
use crate::import::{import, last_segment};
use crate::key::same_options;
use crate::nearest::listed;
use crate::order::settle;
use crate::part::{used, wrong};
use crate::remedy::with_separator;
use crate::scope::scope;
use crate::type_ref::is_built_in;

/// Everything that is wrong in a file, in the order of the text.
pub(crate) fn file_diagnostics(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let unread = match file.text(db) {
        Text::Read(_) => None,
        Text::Missing => Some(("there is no such file", None)),
        Text::NotUtf8 => Some(("the file is not UTF-8", None)),
        Text::Unreadable(why) => Some(("the file cannot be read", Some(why))),
    };
    if let Some((message, why)) = unread {
        let message = format!("`{}`: {message}", file.path(db));
        let wrong =
            Diagnostic::error(codes::UNREADABLE, message, Place::in_file(file.id(db), Span::at(0)), "");
        return vec![why.into_iter().fold(wrong, |wrong, why| wrong.note(why.clone()))];
    }
    settle(db, file);
    let mut found: Vec<(u32, Diagnostic)> = Vec::new();
    for item in wrong(db, file) {
        let said = parsed(db, item).diagnostics.iter().chain(&crate::checked(db, item).diagnostics);
        found.extend(said.map(|diagnostic| (item.start(db), diagnostic.clone())));
    }
    let at = |diagnostic: &Diagnostic| {
        items(db, file).get(diagnostic.primary().anchor).map_or(0, |item| item.start(db))
    };
    let whole = clashes(db, file).iter().chain(idle(db, file));
    found.extend(whole.map(|diagnostic| (at(diagnostic), diagnostic.clone())));
    found.sort_by_key(|(start, diagnostic)| (*start + diagnostic.primary().span.start, diagnostic.code));
    found.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

/// What no item sees alone: names and options that stand twice. Disturbed by an edit of an import, a key or a device, and by
/// items that come and go.
#[salsa::tracked]
fn clashes(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    duplicates(db, file, &mut diagnostics);
    options(db, file, &mut diagnostics);
    diagnostics
}

/// The name that an item declares, where it stands, from its tree.
fn declared_name<'db>(db: &'db dyn Db, item: Item<'db>) -> Option<&'db tree::Name> {
    match &parsed(db, item).tree.kind {
        ItemKind::ModuleType(it) => Some(&it.name),
        ItemKind::Enum(it) => Some(&it.name),
        ItemKind::Key(it) => Some(&it.name),
        ItemKind::Device(it) => Some(&it.name),
        ItemKind::Let(it) => Some(&it.name),
        ItemKind::Unikernel(it) => Some(&it.name),
        ItemKind::Platform(it) => Some(&it.name),
        ItemKind::Broken(it) => it.name.as_ref(),
        ItemKind::Import(_) | ItemKind::Require(_) => None,
    }
}

fn duplicates(db: &dyn Db, file: SourceFile, diagnostics: &mut Vec<Diagnostic>) {
    // Scope names and names of unikernels do not meet.
    let mut seen: FxHashMap<(bool, SmolStr), (Item<'_>, Option<Span>)> = FxHashMap::default();
    let span_of = |item: Item<'_>| declared_name(db, item).map_or(Span::at(0), |name| name.span);
    for item in items(db, file).iter() {
        let keyword = item.keyword(db).as_str();
        if keyword == "import" {
            for (name, span) in imported_names(db, item) {
                if name.is_empty() {
                    continue;
                }
                built_in(db, item, &name, span, diagnostics);
                match seen.get(&(false, name.clone())) {
                    None => drop(seen.insert((false, name), (item, Some(span)))),
                    Some((first, first_span)) => {
                        let first = first.place(db, first_span.unwrap_or_else(|| span_of(*first)));
                        let wrong = twice(
                            &name,
                            item.place(db, span),
                            first,
                            "import it under another name with `as`",
                        );
                        let other = free_name(db, file, &name);
                        let (title, alias) = (format!("import it as `{other}`"), format!(" as {other}"));
                        let end = item.place(db, Span::at(span.end as usize));
                        diagnostics.push(match is_alias(db, item, span) {
                            true => wrong.fix(title, item.place(db, span), other),
                            false => wrong.fix(title, end, alias),
                        });
                    }
                }
            }
            continue;
        }
        let is_unikernel = keyword == "unikernel";
        if !is_unikernel && !crate::declared::declares(keyword) {
            continue;
        }
        let Some(name) = item.name(db) else { continue };
        if !is_unikernel && is_built_in(name) {
            built_in(db, item, name, span_of(item), diagnostics);
        }
        match seen.get(&(is_unikernel, name.clone())) {
            None => drop(seen.insert((is_unikernel, name.clone()), (item, None))),
            Some((first, first_span)) => {
                let first = first.place(db, first_span.unwrap_or_else(|| span_of(*first)));
                let place = item.place(db, span_of(item));
                let wrong = twice(name, place, first, "rename one of them");
                let other = free_name(db, file, name);
                diagnostics.push(wrong.fix(format!("call this one `{other}`"), place, other));
            }
        }
    }
}

/// An item with its documentation.
fn whole_item(db: &dyn Db, item: Item<'_>) -> Place {
    item.place(db, Span::new(0, item.text(db).len()))
}

fn twice(name: &str, place: Place, first: Place, help: &'static str) -> Diagnostic {
    let message = format!("`{name}` is defined twice");
    Diagnostic::error(codes::DUPLICATE, message, place, "again here").label(first, "first here").help(help)
}

/// A name like this one that the file has not yet: `port_2`.
fn free_name(db: &dyn Db, file: SourceFile, name: &str) -> SmolStr {
    let taken = |other: &SmolStr| {
        scope(db, file).contains_key(other)
            || items(db, file).iter().any(|item| item.name(db).as_ref() == Some(other))
    };
    let mut names = (2_u32..).map(|number| format_smolstr!("{name}_{number}"));
    names.find(|other| !taken(other)).unwrap_or_default()
}

/// Whether a name of an import stands behind `as`.
fn is_alias(db: &dyn Db, item: Item<'_>, span: Span) -> bool {
    let ItemKind::Import(tree) = &parsed(db, item).tree.kind else { return false };
    let mut aliases = tree.names.iter().flatten().filter_map(|name| name.alias.as_ref()).chain(&tree.alias);
    aliases.any(|alias| alias.span == span)
}

fn built_in(db: &dyn Db, item: Item<'_>, name: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) {
    if is_built_in(name) {
        let message = format!("`{name}` belongs to the language");
        let wrong =
            Diagnostic::error(codes::BUILT_IN_NAME, message, item.place(db, span), "cannot be defined again");
        diagnostics.push(wrong.help("choose another name"));
    }
}

/// The names that an import puts into scope, and where they stand.
fn imported_names(db: &dyn Db, item: Item<'_>) -> Vec<(SmolStr, Span)> {
    let ItemKind::Import(tree) = &parsed(db, item).tree.kind else { return Vec::new() };
    let mut names = Vec::new();
    match (&tree.alias, &tree.names) {
        (Some(alias), _) => names.push((alias.text.clone(), alias.span)),
        (None, Some(names)) if !names.is_empty() => {}
        (None, _) => names.push((last_segment(&tree.path), tree.path_span)),
    }
    for name in tree.names.iter().flatten() {
        let local = name.alias.as_ref().unwrap_or(&name.name);
        names.push((local.text.clone(), local.span));
    }
    names
}

/// Two options alike, among the keys of the file, and among those of each device.
fn options(db: &dyn Db, file: SourceFile, diagnostics: &mut Vec<Diagnostic>) {
    let mut of_file = Vec::new();
    let place = |item: Item<'_>, key: &tree::Key| {
        (item.place(db, key.name.span), key.short.as_ref().map(|short| item.place(db, short.span)))
    };
    for item in items(db, file).iter() {
        match item.keyword(db).as_str() {
            "key" => {
                if let ItemKind::Key(key) = &parsed(db, item).tree.kind {
                    let (name, short) = place(item, key);
                    of_file.push((key, name, short));
                }
            }
            "device" => {
                if let ItemKind::Device(device) = &parsed(db, item).tree.kind {
                    let keys = crate::signature::device_keys(device);
                    let keys: Vec<_> = keys.map(|key| (key, place(item, key))).collect();
                    let keys: Vec<_> =
                        keys.into_iter().map(|(key, (name, short))| (key, name, short)).collect();
                    same_options(&keys, diagnostics);
                }
            }
            _ => {}
        }
    }
    same_options(&of_file, diagnostics);
}

/// Warns of what nothing uses. A file without a unikernel is there for others, who may use what it declares. Disturbed if
/// another name is used than before.
#[salsa::tracked]
fn idle(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if file.library(db) {
        return diagnostics;
    }
    let Some(used) = used(db, file) else { return diagnostics };
    let application = items(db, file).iter().any(|item| item.keyword(db) == "unikernel");
    for item in items(db, file).iter() {
        let unused =
            |name: &str| !name.is_empty() && !name.starts_with('_') && !used.contains(&SmolStr::new(name));
        // Only what may be said something of is looked into: this runs at each edit.
        match item.keyword(db).as_str() {
            "import" => {}
            "key" | "let" if application && item.name(db).as_ref().is_some_and(|name| unused(name)) => {}
            _ => continue,
        }
        match (&parsed(db, item).tree.kind, item.name(db)) {
            (ItemKind::Import(tree), _) => {
                let imported = import(db, item);
                // A platform is in reach without being named.
                let platforms = |file| items(db, file).iter().any(|item| item.keyword(db) == "platform");
                if imported.file.is_none_or(platforms) || !imported.diagnostics.is_empty() {
                    continue;
                }
                let names = imported_names(db, item);
                let idle: Vec<&(SmolStr, Span)> = names.iter().filter(|(name, _)| unused(name)).collect();
                if idle.len() == names.len() && !names.is_empty() {
                    let are = if names.len() == 1 { "is" } else { "are" };
                    let all = listed(names.iter().map(|(name, _)| name));
                    let message = format!("{all} {are} imported, but not used");
                    let place_of_path =
                        item.place(db, if names.len() == 1 { names[0].1 } else { tree.path_span });
                    let warning = Diagnostic::warning(
                        codes::UNUSED_IMPORT,
                        message,
                        place_of_path,
                        "not used in this file",
                    );
                    diagnostics.push(warning.help("take the import out").fix(
                        "take the import out",
                        whole_item(db, item),
                        "",
                    ));
                    continue;
                }
                let listed = tree.names.iter().flatten().map(|name| match &name.alias {
                    Some(alias) => name.name.span.to(alias.span),
                    None => name.name.span,
                });
                let listed: Vec<Span> = listed.collect();
                for (name, span) in idle {
                    let message = format!("`{name}` is imported, but not used");
                    let place = item.place(db, *span);
                    let warning =
                        Diagnostic::warning(codes::UNUSED_IMPORT, message, place, "not used in this file");
                    let warning = warning.help("take it out of the import");
                    let at = listed.iter().position(|name| name.end == span.end);
                    let cut = match at {
                        Some(at) => with_separator(&listed, at).or(Some(listed[at])),
                        // The name of the file.
                        None => tree
                            .alias
                            .as_ref()
                            .map(|alias| Span { start: tree.path_span.end, end: alias.span.end }),
                    };
                    diagnostics.push(match cut {
                        Some(cut) => warning.fix("take it out of the import", item.place(db, cut), ""),
                        None => warning,
                    });
                }
            }
            // What cannot be read under its name is not idle by choice.
            (ItemKind::Key(_) | ItemKind::Let(_), Some(name)) if is_built_in(name) => {}
            (ItemKind::Key(tree), _) => {
                let warning = unused_key(&tree.name, item.place(db, tree.name.span));
                diagnostics.push(warning.fix("take it out", whole_item(db, item), ""));
            }
            (ItemKind::Let(tree), _) => {
                let place = item.place(db, tree.name.span);
                let warning = unused_let(&tree.name, place, "not used in this file");
                let warning = warning.fix("take it out", whole_item(db, item), "");
                diagnostics.push(kept_unused(warning, &tree.name));
            }
            _ => {}
        }
    }
    diagnostics
}
