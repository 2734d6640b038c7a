//! Completion: what can be written at a cursor, what fits the wanted type first.

mod site;

use smol_str::SmolStr;
use unik_check::core::{DefId, Type};
use unik_check::{
    Meaning, declared, id_of, item_of, language_types, meaning, names_declared, names_in_scope, platforms,
    subtype, type_as_written, type_of,
};
use unik_db::Db;
use unik_graph::value::ValueType;
use unik_source::{FileId, Span};

use crate::context::{Path, item_before};
use crate::declaration::{declaration_text, doc_of, params_of};
use crate::host::Analysis;
use crate::resolve::{cases, enum_item};
use site::{Site, site};

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompletionKind {
    /// A device.
    Device,
    /// A `let`.
    Value,
    /// A `let` with parameters.
    Function,
    /// A key.
    Key,
    /// A name that is bound around the cursor.
    Local,
    /// The name of a parameter, to name an argument.
    Argument,
    /// A case of an enum, or a platform.
    Case,
    /// A role of the target.
    Role,
    /// An enum.
    Enum,
    /// A module type.
    ModuleType,
    /// A type of the language.
    Type,
    /// A file.
    File,
    /// A reserved word, or the word of an entry.
    Keyword,
}

/// Something that can be written at a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What to write, and to show.
    pub label: SmolStr,
    /// What it is.
    pub kind: CompletionKind,
    /// Its declaration or its type, in one line; may be empty.
    pub detail: String,
    /// Its documentation.
    pub doc: SmolStr,
    /// Whether its type is the one that is wanted: such stand first.
    pub fits: bool,
}

/// What can be written at a cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The word that is being written, which a completion replaces.
    pub span: Span,
    /// What fits first, then by name.
    pub items: Vec<Completion>,
}

impl Analysis {
    /// What can be written at an offset. What does not begin like the word at hand is left for the editor to take out.
    pub fn completions(&self, file: FileId, offset: u32) -> Completions {
        let Some((span, site)) = site(self, file, offset) else { return Completions::default() };
        let mut items =
            match &site {
                Site::Item => words(&[
                    "import",
                    "module type",
                    "enum",
                    "key",
                    "configure key",
                    "run key",
                    "device",
                    "generative device",
                    "let",
                    "require",
                    "unikernel",
                    "platform",
                ]),
                Site::Entry(true) => words(&[
                    "rust",
                    "after",
                    "exclusive",
                    "attach",
                    "features",
                    "targets",
                    "key",
                    "configure key",
                    "run key",
                ]),
                Site::Entry(false) => words(&["rust", "artifact", "link", "attach"]),
                Site::Targets => self.platforms(file),
                Site::Library => self.library_files(),
                Site::ImportPath => {
                    let mut items = words(&["crate"]);
                    items.extend(self.library_files().into_iter().map(|item| Completion {
                        label: SmolStr::new(format!("std/{}", item.label)),
                        ..item
                    }));
                    items
                }
                Site::ImportNames(of) => self.declarations(file, *of, None),
                Site::Member(path, wanted) => {
                    let mut members = self.members(file, path, wanted.as_ref());
                    members.retain(is_value);
                    members
                }
                Site::MemberType(path) => {
                    let mut members = self.members(file, path, None);
                    members.retain(is_type);
                    members
                }
                Site::Type => self.types(file),
                Site::Pattern(on) => self.patterns(file, on.as_ref()),
                Site::Expression(wanted) => self.expressions(file, offset, wanted.as_ref()),
            };
        items.sort_by(|a, b| (!a.fits, a.kind, &a.label).cmp(&(!b.fits, b.kind, &b.label)));
        items.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
        Completions { span, items }
    }

    fn expressions(&self, file: FileId, offset: u32, wanted: Option<&Type>) -> Vec<Completion> {
        let mut items = Vec::new();
        for local in site::locals(self, file, offset) {
            let fits = local.ty.as_ref().is_some_and(|ty| self.fits(ty, wanted));
            let detail = local.ty.as_ref().map(|ty| type_as_written(&self.db, file, ty)).unwrap_or_default();
            items.push(Completion { detail, fits, ..plain(&local.name, CompletionKind::Local) });
        }
        if let Some(call) = self.call_at(file, offset).filter(|call| call.name.is_none())
            && let Some(id) = call.callee.item(&self.db, file)
        {
            let params = params_of(&self.db, id).unwrap_or_default();
            for param in
                params.into_iter().skip(call.before).filter(|param| !call.named.contains(&param.name))
            {
                let detail = type_as_written(&self.db, file, &param.ty);
                let label = SmolStr::new(format!("{}: ", param.name));
                items.push(Completion { detail, ..plain(&label, CompletionKind::Argument) });
            }
        }
        items.extend(self.cases(file, wanted));
        // What is being defined cannot need itself.
        let own = item_before(&self.db, file, offset).map(|item| Meaning::Item(id_of(&self.db, item)));
        let others = names_in_scope(&self.db, file).into_iter().filter(|(_, what)| Some(*what) != own);
        for (name, what) in others {
            match what {
                Meaning::Item(id) => items.extend(self.declaration(file, &name, id, wanted).filter(is_value)),
                Meaning::File(of) => {
                    items.push(self.file_named(&name, of));
                    items.extend(self.devices_of(file, &name, of, wanted));
                }
            }
        }
        items.extend(["target", "some", "none", "files"].map(|word| plain(word, CompletionKind::Function)));
        items.extend(words(&["if", "match", "true", "false"]));
        items
    }

    /// Where a device is wanted: what an imported file has for it, under its full name.
    fn devices_of(&self, file: FileId, name: &str, of: FileId, wanted: Option<&Type>) -> Vec<Completion> {
        let Some(wanted) = wanted.filter(|wanted| wanted.is_device()) else { return Vec::new() };
        let fitting = self.declarations(file, of, Some(wanted)).into_iter().filter(|item| item.fits);
        let full =
            fitting.map(|item| Completion { label: SmolStr::new(format!("{name}.{}", item.label)), ..item });
        full.collect()
    }

    /// The cases of the enum that is wanted, platforms where it is that of `target`.
    fn cases(&self, file: FileId, wanted: Option<&Type>) -> Vec<Completion> {
        let Some(Type::Value(ValueType::Enum(of))) = wanted else { return Vec::new() };
        let Some(id) = enum_item(&self.db, file, of) else {
            let case = |case: &SmolStr| Completion { fits: true, ..plain(case, CompletionKind::Case) };
            return of.cases.iter().map(case).collect();
        };
        let case = |(name, doc, _): (SmolStr, SmolStr, Span)| Completion {
            detail: of.name.to_string(),
            doc,
            fits: true,
            ..plain(&name, CompletionKind::Case)
        };
        cases(&self.db, id).into_iter().map(case).collect()
    }

    fn patterns(&self, file: FileId, on: Option<&Type>) -> Vec<Completion> {
        let mut items = self.cases(file, on);
        match on {
            Some(ty) if ty.optional().is_some() => {
                items.extend(["some", "none"].map(|word| plain(word, CompletionKind::Case)))
            }
            Some(Type::Value(ValueType::Bool)) => items.extend(words(&["true", "false"])),
            _ => {}
        }
        items.push(plain("_", CompletionKind::Keyword));
        items
    }

    fn members(&self, file: FileId, path: &Path, wanted: Option<&Type>) -> Vec<Completion> {
        let of_enum = |id: DefId| {
            let case = |(name, doc, _): (SmolStr, SmolStr, Span)| Completion {
                doc,
                ..plain(&name, CompletionKind::Case)
            };
            cases(&self.db, id).into_iter().map(case).collect()
        };
        match path.names() {
            [name] if name == "target" => self.role_names(file),
            [name] => match meaning(&self.db, file, name) {
                Some(Meaning::File(of)) => self.declarations(file, of, wanted),
                Some(Meaning::Item(id)) => of_enum(id),
                None => Vec::new(),
            },
            [_, _] => path.item(&self.db, file).map_or_else(Vec::new, of_enum),
            _ => Vec::new(),
        }
    }

    /// What a file declares for others.
    fn declarations(&self, file: FileId, of: FileId, wanted: Option<&Type>) -> Vec<Completion> {
        let names = names_declared(&self.db, of).into_iter();
        names.filter_map(|(name, id)| self.declaration(file, &name, id, wanted)).collect()
    }

    fn declaration(&self, file: FileId, name: &str, id: DefId, wanted: Option<&Type>) -> Option<Completion> {
        let item = item_of(&self.db, id)?;
        let function = params_of(&self.db, id).is_some();
        let kind = match item.keyword(&self.db).as_str() {
            "device" => CompletionKind::Device,
            "let" if function => CompletionKind::Function,
            "let" => CompletionKind::Value,
            "key" => CompletionKind::Key,
            "enum" => CompletionKind::Enum,
            "module type" => CompletionKind::ModuleType,
            _ => return None,
        };
        let fits = match type_of(&self.db, id) {
            // What makes the wanted thing when it is applied fits as well.
            Some(Type::Function(of)) => {
                self.fits(&of.result, wanted) || self.fits(&Type::Function(of.clone()), wanted)
            }
            Some(ty) => self.fits(&ty, wanted),
            None => false,
        };
        let detail = declaration_text(&self.db, file, id).unwrap_or_default();
        Some(Completion { detail, doc: doc_of(&self.db, id), fits, ..plain(name, kind) })
    }

    fn types(&self, file: FileId) -> Vec<Completion> {
        let mut items: Vec<Completion> =
            language_types().map(|name| plain(name, CompletionKind::Type)).collect();
        for (name, what) in names_in_scope(&self.db, file) {
            match what {
                Meaning::Item(id) => items.extend(self.declaration(file, &name, id, None).filter(is_type)),
                Meaning::File(of) => items.push(self.file_named(&name, of)),
            }
        }
        items
    }

    fn platforms(&self, file: FileId) -> Vec<Completion> {
        let platform = |(name, id): (SmolStr, DefId)| Completion {
            doc: doc_of(&self.db, id),
            fits: true,
            ..plain(&name, CompletionKind::Case)
        };
        platforms(&self.db, file).into_iter().map(platform).collect()
    }

    fn role_names(&self, file: FileId) -> Vec<Completion> {
        let platforms = platforms(&self.db, file).into_iter();
        let roles = platforms.filter_map(|(_, id)| match unik_check::checked_core(&self.db, id) {
            Some(unik_check::Core::Platform(it)) => Some(it.roles.iter().map(|(name, _)| name.clone())),
            _ => None,
        });
        roles.flatten().map(|name| plain(&name, CompletionKind::Role)).collect()
    }

    fn library_files(&self) -> Vec<Completion> {
        let library = self.db.project().library(&self.db).clone();
        library.std.iter().map(|known| self.file_named(&known.name, self.file(&known.path))).collect()
    }

    fn file_named(&self, name: &str, of: FileId) -> Completion {
        let doc = unik_syntax::file_doc(self.text(of));
        Completion { doc, ..plain(name, CompletionKind::File) }
    }

    fn fits(&self, ty: &Type, wanted: Option<&Type>) -> bool {
        wanted
            .is_some_and(|wanted| !ty.has_unknown() && !wanted.has_unknown() && subtype(&self.db, ty, wanted))
    }

    /// The type of what a path leads to: a local around the cursor, or a declaration.
    pub(crate) fn type_of_path(&self, file: FileId, offset: u32, path: &Path) -> Option<Type> {
        if let [name] = path.names() {
            let local = site::locals(self, file, offset).into_iter().find(|local| local.name == *name);
            if let Some(local) = local {
                return local.ty;
            }
            if name == "target" && declared(&self.db, file, name).is_none() {
                return Some(Type::Value(ValueType::Enum(unik_check::target_type(&self.db, file)?)));
            }
        }
        type_of(&self.db, path.item(&self.db, file)?)
    }
}

fn is_value(item: &Completion) -> bool {
    item.kind != CompletionKind::ModuleType
}

fn is_type(item: &Completion) -> bool {
    matches!(item.kind, CompletionKind::Enum | CompletionKind::ModuleType)
}

fn plain(label: &str, kind: CompletionKind) -> Completion {
    Completion {
        label: SmolStr::new(label),
        kind,
        detail: String::new(),
        doc: SmolStr::default(),
        fits: false,
    }
}

fn words(words: &[&str]) -> Vec<Completion> {
    words.iter().map(|word| plain(word, CompletionKind::Keyword)).collect()
}
