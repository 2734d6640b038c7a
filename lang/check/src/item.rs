//! An item, checked: its core, and everything that is wrong in it.

use std::sync::Arc;

use smol_str::SmolStr;
use unik_db::{Db, Item, parsed};
use unik_graph::value::EnumType;
use unik_source::Diagnostic;
use unik_syntax::tree::ItemKind;

use crate::binding::check_let;
use crate::choice::{check_enum, enum_type};
use crate::circle::report_circle;
use crate::core::{Device, Key, Let, ModuleType, Platform, Require, Type, Unikernel};
use crate::device::check_device;
use crate::expression::Checker;
use crate::import::import;
use crate::module_type::check_module_type;
use crate::order::Node;
use crate::platform::check_platform;
use crate::unikernel::{check_require, check_unikernel};

/// What an item amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Core {
    /// `let f(x: T) = e`
    Let(Arc<Let>),
    /// `device d(x: T): R { … }`
    Device(Arc<Device>),
    /// `key k: T = e`
    Key(Arc<Key>),
    /// `enum E { … }`
    Enum(Arc<EnumType>),
    /// `module type M = trait T`
    ModuleType(Arc<ModuleType>),
    /// `require e, "…"`
    Require(Arc<Require>),
    /// `unikernel u = e`
    Unikernel(Arc<Unikernel>),
    /// `platform p { … }`
    Platform(Arc<Platform>),
    /// An import, or an item that did not parse.
    Nothing,
}

/// An item, checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) core: Core,
    /// The type of a `let`; unknown of others.
    pub(crate) ty: Type,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The names of the file's scope that it uses.
    pub(crate) uses: Vec<SmolStr>,
    /// Whether it has no mistake of syntax: otherwise it may use more.
    pub(crate) parses: bool,
}

impl Checked {
    /// What stands for an item that was not checked.
    pub(crate) fn unknown() -> Self {
        Self {
            core: Core::Nothing,
            ty: Type::Unknown,
            diagnostics: Vec::new(),
            uses: Vec::new(),
            parses: false,
        }
    }
}

/// Checks an item. Disturbed by an edit of the item, and of the signatures of what it names.
pub(crate) fn check<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let parsed = parsed(db, item);
    let tree = &parsed.tree;
    let mut checker = Checker::new(db, item, None);
    report_circle(&mut checker, Node { item, role: None });
    let mut ty = Type::Unknown;
    let core = match &tree.kind {
        ItemKind::Let(it) => {
            let (made, of) = check_let(&mut checker, it);
            ty = of;
            Core::Let(Arc::new(made))
        }
        ItemKind::Device(it) => Core::Device(Arc::new(check_device(&mut checker, it, &tree.doc))),
        ItemKind::Key(it) => {
            checker.key(it, tree.doc.clone(), false).map_or(Core::Nothing, |key| Core::Key(Arc::new(key)))
        }
        ItemKind::Enum(it) => {
            check_enum(db, item, it, &mut checker.types.diagnostics);
            Core::Enum(enum_type(db, item).clone())
        }
        ItemKind::ModuleType(it) => {
            Core::ModuleType(Arc::new(check_module_type(&mut checker, it, &tree.doc)))
        }
        ItemKind::Require(it) => Core::Require(Arc::new(check_require(&mut checker, it, tree.span))),
        ItemKind::Unikernel(it) => Core::Unikernel(Arc::new(check_unikernel(&mut checker, it))),
        ItemKind::Platform(it) => Core::Platform(Arc::new(check_platform(&mut checker, it))),
        ItemKind::Import(_) => {
            checker.types.diagnostics.extend(import(db, item).diagnostics.iter().cloned());
            Core::Nothing
        }
        ItemKind::Broken(_) => Core::Nothing,
    };
    let mut uses = checker.types.uses;
    uses.sort_unstable();
    uses.dedup();
    let parses = parsed.diagnostics.is_empty();
    let mut diagnostics = checker.types.diagnostics;
    diagnostics.retain(|found| !parsed.diagnostics.iter().any(|said| is_beside(said, found)));
    Checked { core, ty, diagnostics, uses, parses }
}

/// Whether two diagnostics are about the same words. What is no number or no name has been reported as that; its type
/// and its meaning are guesses, which nobody wants to hear about.
fn is_beside(said: &Diagnostic, found: &Diagnostic) -> bool {
    let (said, found) = (said.primary().span, found.primary().span);
    said.touches(found.start as usize) || found.touches(said.start as usize)
}
