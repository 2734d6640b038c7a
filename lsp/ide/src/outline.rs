//! The outline of a file, and the declarations of all files by name. Both come from the headers of items, which are there
//! however broken the rest is.

use smol_str::SmolStr;
use unik_db::{Db, Item, items, parsed};
use unik_source::{FileId, Span};
use unik_syntax::tree::{self, DeviceEntry, ItemKind, PlatformEntry};

use crate::host::{Analysis, Range};

/// What an entry of an outline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// `import`
    Import,
    /// `module type`
    ModuleType,
    /// `enum`
    Enum,
    /// A case of an enum.
    Case,
    /// `key`
    Key,
    /// `device`
    Device,
    /// A `let` with parameters.
    Function,
    /// A `let` without.
    Value,
    /// `require`
    Require,
    /// `unikernel`
    Unikernel,
    /// `platform`
    Platform,
    /// A role of a platform.
    Role,
}

/// An entry of an outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: SmolStr,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it, documentation included.
    pub span: Span,
    /// Its name, inside of `span`.
    pub name_span: Span,
    /// What lies in it.
    pub children: Vec<Symbol>,
}

impl Analysis {
    /// The outline of a file in the order of the text.
    pub fn outline(&self, file: FileId) -> Vec<Symbol> {
        let Some(source) = self.db.source(file) else { return Vec::new() };
        // Names come from the header: the tree of a broken item has none.
        let cut = unik_syntax::split(self.text(file));
        let items = items(&self.db, source).iter().zip(cut);
        items.filter_map(|(item, header)| symbol(&self.db, item, header.name_span, header.span)).collect()
    }

    /// The declarations of the files that are open or in their reach whose name has the letters of `query` in their order,
    /// small or capital, at most `most`: those that begin with it first, then by name.
    pub fn find_symbols(&self, query: &str, most: usize) -> Vec<(Range, Symbol)> {
        let mut found: Vec<(Range, Symbol)> = Vec::new();
        for file in self.files_in_reach() {
            for symbol in self.outline(file) {
                if symbol.kind != SymbolKind::Import && has_letters(&symbol.name, query) {
                    found.push((Range { file, span: symbol.name_span }, symbol));
                }
            }
        }
        let begins = |name: &str| name.to_lowercase().starts_with(&query.to_lowercase());
        found.sort_by_key(|(range, symbol)| (!begins(&symbol.name), symbol.name.clone(), *range));
        found.truncate(most);
        found
    }

    /// The files of the workspace and all that they lead to, platforms included, each once, sorted.
    pub(crate) fn files_in_reach(&self) -> Vec<FileId> {
        let mut files: Vec<FileId> = Vec::new();
        for root in self.roots() {
            files.extend(unik_check::reach(&self.db, root));
            for (_, platform) in unik_check::platforms(&self.db, root) {
                files.extend(unik_check::reach(&self.db, platform.file));
            }
        }
        files.sort_unstable();
        files.dedup();
        files
    }
}

/// Whether `name` has the letters of `query` in their order.
fn has_letters(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

/// The entry of an item that stands at `span` and has its name at `name_span`.
pub(crate) fn symbol(db: &dyn Db, item: Item<'_>, name_span: Option<Span>, span: Span) -> Option<Symbol> {
    let tree = &parsed(db, item).tree;
    let keyword = item.keyword(db).as_str();
    let kind = match keyword {
        "import" => SymbolKind::Import,
        "module type" => SymbolKind::ModuleType,
        "enum" => SymbolKind::Enum,
        "key" => SymbolKind::Key,
        "device" => SymbolKind::Device,
        "let" => match &tree.kind {
            ItemKind::Let(it) if it.params.is_some() => SymbolKind::Function,
            _ => SymbolKind::Value,
        },
        "require" => SymbolKind::Require,
        "unikernel" => SymbolKind::Unikernel,
        "platform" => SymbolKind::Platform,
        _ => return None,
    };
    let name = match kind {
        SymbolKind::Require => Some(SmolStr::new_static("require")),
        _ => item.name(db).clone(),
    };
    let start = item.start(db);
    let name_span = name_span.unwrap_or(Span { start: span.start, end: span.start });
    let children = children(&tree.kind).into_iter().map(|(kind, name)| {
        let span = name.span.shifted(start);
        Symbol { name: name.text.clone(), kind, span, name_span: span, children: Vec::new() }
    });
    let children = children.filter(|child| !child.name.is_empty()).collect();
    Some(Symbol { name: name.filter(|name| !name.is_empty())?, kind, span, name_span, children })
}

fn children(kind: &ItemKind) -> Vec<(SymbolKind, &tree::Name)> {
    match kind {
        ItemKind::Enum(it) => it.cases.iter().map(|case| (SymbolKind::Case, &case.name)).collect(),
        ItemKind::Device(it) => {
            let keys = it.entries.iter().filter_map(|entry| match entry {
                DeviceEntry::Key(key) => Some((SymbolKind::Key, &key.name)),
                _ => None,
            });
            keys.collect()
        }
        ItemKind::Platform(it) => {
            let roles = it.entries.iter().filter_map(|entry| match entry {
                PlatformEntry::Role(name, _) => Some((SymbolKind::Role, name)),
                _ => None,
            });
            roles.collect()
        }
        _ => Vec::new(),
    }
}
