//! Completion: what can be written at a cursor, what fits the wanted type first.

mod item;
mod site;
mod snippet;

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
use item::{built_in, match_template, plain, unfit, without_snippets, words};
use site::{Site, site};
use snippet::{application, arms};

pub use item::{Completion, CompletionKind, Completions};
pub use snippet::Piece;

impl Analysis {
    /// What can be written at an offset. What does not begin like the word at hand is left for the editor to take out. Where a type is
    /// wanted and something has it, things of other types are left out.
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
                Site::ImportNames(of) => without_snippets(self.declarations(file, *of, None)),
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
                Site::Pattern(on) => self.patterns(file, offset, on.as_ref()),
                Site::Expression(wanted) => self.expressions(file, offset, wanted.as_ref()),
            };
        if items.iter().any(|item| item.fits) {
            items.retain(|item| !item.unfit);
        }
        if self.text(file).get(offset as usize..).is_some_and(|text| text.trim_start().starts_with('(')) {
            items = without_snippets(items);
        }
        items.sort_by(|a, b| (!a.fits, a.kind, &a.label).cmp(&(!b.fits, b.kind, &b.label)));
        items.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
        Completions { span, items }
    }

    fn expressions(&self, file: FileId, offset: u32, wanted: Option<&Type>) -> Vec<Completion> {
        let mut items = Vec::new();
        for local in site::locals(self, file, offset) {
            let fits = local.ty.as_ref().is_some_and(|ty| self.fits(ty, wanted));
            let detail = local.ty.as_ref().map(|ty| type_as_written(&self.db, file, ty)).unwrap_or_default();
            let unfit = !fits && local.ty.as_ref().is_some_and(|ty| unfit(ty, wanted));
            items.push(Completion { detail, fits, unfit, ..plain(&local.name, CompletionKind::Local) });
            if let Some(Type::Value(ValueType::Enum(of))) = &local.ty {
                items.push(match_template(&local.name, &of.cases));
            }
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
        items.extend(self.matches(file));
        items.extend(built_in(wanted));
        items.extend(words(&["if", "match"]));
        items
    }

    /// A `match` with all arms for each key of the file that has cases, and for the target.
    fn matches(&self, file: FileId) -> Vec<Completion> {
        let keys = unik_check::keys_of_file(&self.db, file).into_iter();
        let keys = keys.filter_map(|(name, id)| match type_of(&self.db, id)? {
            Type::Value(ValueType::Enum(of)) => Some((name, of)),
            _ => None,
        });
        let target = unik_check::target_type(&self.db, file);
        let target =
            target.map(|of| (SmolStr::new_static("target"), of)).filter(|(_, of)| of.cases.len() > 1);
        keys.chain(target).map(|(name, of)| match_template(&name, &of.cases)).collect()
    }

    /// Where a device is wanted: what an imported file has for it, under its full name.
    fn devices_of(&self, file: FileId, name: &str, of: FileId, wanted: Option<&Type>) -> Vec<Completion> {
        let Some(wanted) = wanted.filter(|wanted| wanted.is_device()) else { return Vec::new() };
        let fitting = self.declarations(file, of, Some(wanted)).into_iter().filter(|item| item.fits);
        let full = fitting.map(|mut item| {
            item.label = SmolStr::new(format!("{name}.{}", item.label));
            if !item.snippet.is_empty() {
                item.snippet.insert(0, Piece::Text(SmolStr::new(format!("{name}."))));
            }
            item
        });
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

    fn patterns(&self, file: FileId, offset: u32, on: Option<&Type>) -> Vec<Completion> {
        let mut items = self.cases(file, on);
        // Between braces that hold nothing yet.
        let (before, behind) = self.text(file).split_at_checked(offset as usize).unwrap_or_default();
        let fresh = before.trim_end().ends_with('{') && behind.trim_start().starts_with('}');
        if fresh && items.len() > 1 {
            let all: Vec<SmolStr> = items.iter().map(|item| item.label.clone()).collect();
            let detail = all.join(", ");
            items.push(Completion {
                detail,
                fits: true,
                snippet: arms(&all),
                ..plain("all cases", CompletionKind::Template)
            });
        }
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
        let params = params_of(&self.db, id);
        let function = params.is_some();
        let kind = match item.keyword(&self.db).as_str() {
            "device" => CompletionKind::Device,
            "let" if function => CompletionKind::Function,
            "let" => CompletionKind::Value,
            "key" => CompletionKind::Key,
            "enum" => CompletionKind::Enum,
            "module type" => CompletionKind::ModuleType,
            _ => return None,
        };
        let ty = type_of(&self.db, id);
        let as_it_is = ty.as_ref().is_some_and(|ty| self.fits(ty, wanted));
        // What makes the wanted thing when it is applied fits as well.
        let made = match &ty {
            Some(Type::Function(of)) => Some(&of.result),
            ty => ty.as_ref(),
        };
        let fits = as_it_is || made.is_some_and(|made| self.fits(made, wanted));
        // The name of an enum begins one of its cases.
        let cases = || Some(Type::Value(ValueType::Enum(unik_check::checked_enum(&self.db, id)?)));
        let unfit = !fits && made.cloned().or_else(cases).is_some_and(|made| unfit(&made, wanted));
        let snippet =
            params.filter(|_| !as_it_is).map(|params| application(name, &params)).unwrap_or_default();
        let detail = declaration_text(&self.db, file, id).unwrap_or_default();
        Some(Completion { detail, doc: doc_of(&self.db, id), fits, unfit, snippet, ..plain(name, kind) })
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
