//! Resolving the names of one item: a walk over its tree that knows what is bound where.
//!
//! The checker says which types expressions have; what a name means is asked of the scopes. What the tree does not hold
//! because the item is broken is not found.

mod expressions;

use smol_str::SmolStr;
use unik_check::core::{DefId, Type};
use unik_check::{Meaning, id_of, item_of, meaning, written_type};
use unik_db::{Db, Item, parsed};
use unik_graph::value::EnumType;
use unik_source::{FileId, Span};
use unik_syntax::tree::{self, DeviceEntry, ItemKind, Name, PlatformEntry, TypeKind};

use crate::occurrence::{Binding, LocalKind, Occurrence, Referent};
use crate::typed::Typed;

/// All names of an item that mean something, in the order of the text.
pub(crate) fn occurrences(db: &dyn Db, item: Item<'_>) -> Vec<Occurrence> {
    let mut walk = Walk::new(db, item, None);
    walk.item(&parsed(db, item).tree);
    walk.found.sort_by_key(|found| (found.span, !found.declares));
    walk.found.dedup_by_key(|found| found.span);
    walk.found
}

/// What a tree of an item binds around an offset in it: the tree need not be the one that the database has.
pub(crate) fn bindings_at(db: &dyn Db, item: Item<'_>, tree: &tree::Item, offset: u32) -> Vec<Binding> {
    let mut walk = Walk::new(db, item, Some(offset));
    walk.item(tree);
    walk.seen
}

/// The arguments of an item that say no name of a parameter: where each stands in it, and the name that it could say.
pub(crate) fn arguments(db: &dyn Db, item: Item<'_>) -> Vec<(Span, SmolStr)> {
    let mut walk = Walk { arguments: Some(Vec::new()), ..Walk::new(db, item, None) };
    walk.item(&parsed(db, item).tree);
    walk.arguments.unwrap_or_default()
}

/// A walk over the tree of an item.
struct Walk<'db> {
    db: &'db dyn Db,
    id: DefId,
    file: FileId,
    typed: Typed<'db>,
    bound: Vec<Binding>,
    found: Vec<Occurrence>,
    /// Arguments without a name, and the parameters that they are for: only if they are wanted.
    arguments: Option<Vec<(Span, SmolStr)>>,
    /// Whether what is bound around this offset is wanted, and what it is.
    probe: Option<u32>,
    seen: Vec<Binding>,
}

impl<'db> Walk<'db> {
    fn new(db: &'db dyn Db, item: Item<'db>, probe: Option<u32>) -> Self {
        let id = id_of(db, item);
        let typed = Typed::new(db, item);
        let (bound, found, seen) = (Vec::new(), Vec::new(), Vec::new());
        Self { db, id, file: id.file, typed, bound, found, arguments: None, probe, seen }
    }

    fn add(&mut self, name: &Name, referent: Referent, declares: bool) {
        self.add_typed(name, referent, declares, None, None);
    }

    fn add_typed(
        &mut self,
        name: &Name,
        referent: Referent,
        declares: bool,
        local: Option<LocalKind>,
        ty: Option<Type>,
    ) {
        if !name.text.is_empty() && !name.span.is_empty() {
            self.found.push(Occurrence { span: name.span, referent, declares, local, ty });
        }
    }

    /// Binds a name from here on, and notes its declaration.
    fn bind(&mut self, name: &Name, kind: LocalKind, ty: Option<Type>, params: Vec<(SmolStr, Span)>) {
        let referent = Referent::Local(self.id, name.span);
        self.add_typed(name, referent, true, Some(kind), ty.clone());
        self.bound.push(Binding { name: name.text.clone(), span: name.span, kind, ty, params });
    }

    fn bound(&self, name: &str) -> Option<&Binding> {
        self.bound.iter().rev().find(|binding| binding.name == name)
    }

    /// A name that is a local here.
    fn local(&mut self, name: &Name) -> Option<Referent> {
        let binding = self.bound(&name.text)?;
        let (referent, kind) = (Referent::Local(self.id, binding.span), binding.kind);
        let ty = self.typed.type_at(name.span).cloned().or_else(|| binding.ty.clone());
        self.add_typed(name, referent.clone(), false, Some(kind), ty);
        Some(referent)
    }

    /// A name of the file's scope.
    fn global(&mut self, name: &Name) -> Option<Referent> {
        let referent = match meaning(self.db, self.file, &name.text) {
            Some(Meaning::Item(id)) => Referent::Item(id),
            Some(Meaning::File(file)) => Referent::File(file),
            None if unik_check::is_of_language(&name.text) => Referent::BuiltIn(name.text.clone()),
            None => return None,
        };
        self.add(name, referent.clone(), false);
        Some(referent)
    }

    /// A name that another file declares.
    fn exported(&mut self, file: FileId, name: &Name) -> Option<Referent> {
        let id = unik_check::declared(self.db, file, &name.text)?;
        self.add(name, Referent::Item(id), false);
        Some(Referent::Item(id))
    }

    /// A case of an enum of a file.
    fn case(&mut self, of: DefId, name: &Name) -> Option<Referent> {
        let item = item_of(self.db, of)?;
        let ItemKind::Enum(tree) = &parsed(self.db, item).tree.kind else { return None };
        tree.cases.iter().find(|case| case.name.text == name.text)?;
        let referent = Referent::Case(of, name.text.clone());
        self.add(name, referent.clone(), false);
        Some(referent)
    }

    /// A case of an enum as types know it; those of `target` are platforms.
    fn case_of_type(&mut self, of: &EnumType, name: &Name) -> Option<Referent> {
        if of.file.is_empty() && of.name == "target" {
            return self.platform(name);
        }
        self.case(enum_item(self.db, self.file, of)?, name)
    }

    fn platform(&mut self, name: &Name) -> Option<Referent> {
        let platforms = unik_check::platforms(self.db, self.file);
        let (_, id) = platforms.into_iter().find(|(known, _)| *known == name.text)?;
        self.add(name, Referent::Item(id), false);
        Some(Referent::Item(id))
    }

    fn item(&mut self, item: &tree::Item) {
        let own = Referent::Item(self.id);
        match &item.kind {
            ItemKind::Import(it) => self.import(it),
            ItemKind::ModuleType(it) => {
                self.add(&it.name, own, true);
                it.includes.iter().for_each(|path| self.path(path));
            }
            ItemKind::Enum(it) => {
                self.add(&it.name, own, true);
                for case in &it.cases {
                    self.add(&case.name, Referent::Case(self.id, case.name.text.clone()), true);
                }
            }
            ItemKind::Key(it) => {
                self.add(&it.name, own, true);
                self.key(it);
            }
            ItemKind::Device(it) => {
                self.add(&it.name, own, true);
                self.device(it);
            }
            ItemKind::Let(it) => {
                self.add(&it.name, own, true);
                self.params(it.params.as_deref().unwrap_or_default(), true);
                it.result.iter().for_each(|result| self.written(result));
                self.expr(&it.body);
            }
            ItemKind::Require(it) => drop(self.expr(&it.condition)),
            ItemKind::Unikernel(it) => {
                self.add(&it.name, own, true);
                self.expr(&it.body);
            }
            ItemKind::Platform(it) => {
                self.add(&it.name, own, true);
                for entry in &it.entries {
                    if let PlatformEntry::Role(name, body) = entry {
                        self.add(name, Referent::Role(name.text.clone()), true);
                        self.expr(body);
                    }
                }
            }
            ItemKind::Broken(it) => {
                if let Some(name) = it.name.as_ref().filter(|_| it.keyword != "import") {
                    self.add(name, own, true);
                }
            }
        }
    }

    fn import(&mut self, it: &tree::Import) {
        let Some(file) = unik_check::imported_file(self.db, self.id) else { return };
        let named = it.alias.iter().cloned();
        let path = Name { text: SmolStr::new_static("_"), span: it.path_span };
        named.chain([path]).for_each(|name| self.add(&name, Referent::File(file), true));
        for name in it.names.iter().flatten() {
            if let Some(found) = self.exported(file, &name.name)
                && let Some(alias) = &name.alias
            {
                self.add(alias, found, false);
            }
        }
    }

    fn device(&mut self, it: &tree::Device) {
        self.params(it.params.as_deref().unwrap_or_default(), true);
        self.written(&it.result);
        // The keys see one another, and no parameters: they have values before there are arguments.
        let params = std::mem::take(&mut self.bound);
        let of_params = |walk: &mut Self, name: &Name| {
            if let Some(param) = params.iter().find(|param| param.name == name.text) {
                let (referent, ty) = (Referent::Local(walk.id, param.span), param.ty.clone());
                walk.add_typed(name, referent, false, Some(LocalKind::Parameter), ty);
            }
        };
        for entry in &it.entries {
            match entry {
                DeviceEntry::After(devices) => devices.iter().for_each(|device| drop(self.expr(device))),
                DeviceEntry::Exclusive(it) => it.params.iter().for_each(|name| of_params(self, name)),
                DeviceEntry::Attach(it) => of_params(self, &it.param),
                DeviceEntry::Targets(names) => names.iter().for_each(|name| drop(self.platform(name))),
                DeviceEntry::Key(key) => {
                    self.key(key);
                    let ty = written_type(self.db, self.id, &key.ty);
                    self.bind(&key.name, LocalKind::Key, Some(ty), Vec::new());
                }
                DeviceEntry::Rust(_) | DeviceEntry::Features(_) => {}
            }
        }
    }

    /// The type and the default of a key.
    fn key(&mut self, key: &tree::Key) {
        self.written(&key.ty);
        key.default.iter().for_each(|default| drop(self.expr(default)));
    }

    /// Parameters; the defaults of an item see none of them.
    fn params(&mut self, params: &[tree::Param], closed: bool) {
        let around = if closed { std::mem::take(&mut self.bound) } else { Vec::new() };
        for param in params {
            self.written(&param.ty);
            param.default.iter().for_each(|default| drop(self.expr(default)));
        }
        self.bound.extend(around);
        for param in params {
            let ty = written_type(self.db, self.id, &param.ty);
            self.bind(&param.name, LocalKind::Parameter, Some(ty), Vec::new());
        }
    }

    /// The names in a type.
    fn written(&mut self, ty: &tree::Type) {
        self.probe_at(ty.span);
        match &ty.kind {
            TypeKind::Path(path) => self.path(path),
            TypeKind::Apply(path, args) => {
                self.path(path);
                args.iter().for_each(|arg| self.written(arg));
            }
            TypeKind::Function(params, result) => {
                params.iter().for_each(|param| self.written(param));
                self.written(result);
            }
            TypeKind::Error => {}
        }
    }

    /// A path where a type or a case is wanted.
    fn path(&mut self, path: &tree::Path) {
        match path.segments.as_slice() {
            [name] => drop(self.global(name)),
            [first, second, rest @ ..] => match self.global(first) {
                Some(Referent::File(file)) => {
                    if let (Some(Referent::Item(of)), [case]) = (self.exported(file, second), rest) {
                        self.case(of, case);
                    }
                }
                Some(Referent::Item(of)) => drop(self.case(of, second)),
                _ => {}
            },
            [] => {}
        }
    }

    fn probe_at(&mut self, span: Span) {
        if self.probe.is_some_and(|probe| span.touches(probe as usize)) {
            self.seen = self.bound.clone();
        }
    }
}

/// The item that declares an enum as types know it, among the files in reach of `file` and of its platforms.
pub(crate) fn enum_item(db: &dyn Db, file: FileId, of: &EnumType) -> Option<DefId> {
    let platforms = unik_check::platforms(db, file).into_iter().map(|(_, platform)| platform.file);
    let roots: Vec<FileId> = std::iter::once(file).chain(platforms).collect();
    let files = roots.into_iter().flat_map(|root| unik_check::reach(db, root));
    let mut files = files.filter(|file| {
        db.source(*file).is_some_and(|file| *file.path(db) == of.file && *file.folder(db) == of.folder)
    });
    files.find_map(|file| unik_check::declared(db, file, &of.name))
}

/// The parameters of a declaration: their names and where these stand in it.
pub(crate) fn parameters(db: &dyn Db, id: DefId) -> Vec<(SmolStr, Span)> {
    let Some(item) = item_of(db, id) else { return Vec::new() };
    let params = match &parsed(db, item).tree.kind {
        ItemKind::Let(it) => it.params.as_deref(),
        ItemKind::Device(it) => it.params.as_deref(),
        _ => None,
    };
    named(params.unwrap_or_default())
}

/// The names of parameters, and where they stand.
fn named(params: &[tree::Param]) -> Vec<(SmolStr, Span)> {
    params.iter().map(|param| (param.name.text.clone(), param.name.span)).collect()
}

/// The cases of an enum in the order of the text, each with its documentation.
pub(crate) fn cases(db: &dyn Db, id: DefId) -> Vec<(SmolStr, SmolStr, Span)> {
    let Some(item) = item_of(db, id) else { return Vec::new() };
    let ItemKind::Enum(tree) = &parsed(db, item).tree.kind else { return Vec::new() };
    tree.cases.iter().map(|case| (case.name.text.clone(), case.doc.clone(), case.name.span)).collect()
}
