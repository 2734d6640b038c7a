//! `module type ReadWrite: ReadOnly = trait unik::kv::ReadWrite`.

use smol_str::SmolStr;
use unik_source::Diagnostic;
use unik_syntax::tree;

use crate::codes;
use crate::core::{ModuleType, Type};
use crate::expression::Checker;
use crate::type_text::qualified;

/// Checks a module type.
pub(crate) fn check_module_type(
    checker: &mut Checker<'_>,
    tree: &tree::ModuleType,
    doc: &SmolStr,
) -> ModuleType {
    let mut includes: Vec<Type> = Vec::new();
    for path in &tree.includes {
        let ty = checker.types.path(path);
        if !ty.is_device() && !ty.has_unknown() {
            let message = format!("`{}` is not a module type", checker.text(&ty));
            let wrong = Diagnostic::error(
                codes::NOT_A_MODULE_TYPE,
                message,
                checker.place(path.span),
                "cannot be included",
            );
            checker.report(
                wrong.note("a module type includes other module types: their devices do all that its own do"),
            );
        } else if ty.is_device() && !includes.contains(&ty) {
            includes.push(ty);
        }
    }
    let rust_trait = tree.rust_trait.as_ref().and_then(|path| checker.rust(path));
    ModuleType { qualified: qualified(checker.db, checker.item), includes, rust_trait, doc: doc.clone() }
}
