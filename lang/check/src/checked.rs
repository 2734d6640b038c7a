//! An item, checked: its core, and everything that is wrong in it.

use std::sync::Arc;

use smol_str::SmolStr;
use unik_db::{Db, Item, SourceFile, parsed};
use unik_graph::value::EnumType;
use unik_source::Diagnostic;
use unik_syntax::tree::ItemKind;

use crate::binding::check_let;
use crate::choice::{check_enum, enum_type};
use crate::codes;
use crate::core::{Device, Key, Let, ModuleType, Platform, Require, Type, Unikernel};
use crate::device::check_device;
use crate::expression::Checker;
use crate::import::import;
use crate::module_type::check_module_type;
use crate::order::{Node, sorted};
use crate::platform::{check_platform, role};
use crate::types::name_in;
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
}

/// Checks an item. Disturbed by an edit of the item, and of the signatures of what it names.
#[salsa::tracked(cycle_result = unchecked)]
pub(crate) fn checked<'db>(db: &'db dyn Db, item: Item<'db>) -> Checked {
    let tree = &parsed(db, item).tree;
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
    Checked { core, ty, diagnostics: checker.types.diagnostics, uses }
}

/// The order of checking rules circles out; this answers should one be overlooked.
fn unchecked(_: &dyn Db, _: salsa::Id, _: Item<'_>) -> Checked {
    Checked { core: Core::Nothing, ty: Type::Unknown, diagnostics: Vec::new(), uses: Vec::new() }
}

/// Checks everything that a file leads to, the mentioned first, so that no chain of definitions is too long for
/// the stack. Whoever asks for a checked item from outside asks for this before.
#[salsa::tracked]
pub(crate) fn settled(db: &dyn Db, file: SourceFile) {
    for node in sorted(db, file) {
        match node.role {
            Some(number) => _ = role(db, node.item, number),
            None => _ = checked(db, node.item),
        }
    }
}

/// How many steps of a circle are shown.
const MOST: usize = 8;

/// Reports the circle whose first member this is.
pub(crate) fn report_circle<'db>(checker: &mut Checker<'db>, node: Node<'db>) {
    let Some(steps) = checker.circles.way(node) else { return };
    let Some(first) = steps.first() else { return };
    let db = checker.db;
    let name = |node: Node<'db>| match node.role {
        Some(number) => {
            let role =
                crate::platform::roles(db, node.item).get(number as usize).cloned().unwrap_or_default();
            format!("{}.{role}", name_in(db, Some(checker.file), node.item))
        }
        None => name_in(db, Some(checker.file), node.item),
    };
    let message = format!("`{}` needs itself", name(node));
    let label = |to: Node<'db>| format!("needs `{}`", name(to));
    let place = first.from.item.place(db, first.span);
    let types = node.item.keyword(db) == "module type";
    let code = if types { codes::INCLUDES_ITSELF } else { codes::RECURSION };
    let mut wrong = Diagnostic::error(code, message, place, label(first.to));
    for step in steps.iter().skip(1).take(MOST) {
        wrong = wrong
            .label(step.from.item.place(db, step.span), format!("`{}` {}", name(step.from), label(step.to)));
    }
    let quoted = |node: Node<'db>| format!("`{}`", name(node));
    let mut way: Vec<String> = steps.iter().take(MOST).map(|step| quoted(step.from)).collect();
    if steps.len() > MOST {
        way.push("…".to_owned());
    }
    way.push(quoted(node));
    let wrong = wrong.note(format!("the way around: {}", way.join(" → ")));
    checker.report(wrong.note(match types {
        true => "a module type that includes itself would say nothing",
        false => "the language has no recursion, so that evaluation always ends",
    }));
}
