//! Names, module types, functors, keys and conditionals: a tree becomes checked items in the core language.
//!
//! Every query gives its result together with its diagnostics. This crate never evaluates anything and never
//! touches the disk. Start with [`core`] (what comes out), then `item` (what is asked for each item), then
//! `expression` (how an expression is checked). `order` says why long chains of definitions are no danger.

mod apply;
mod attach;
mod binding;
mod bring;
mod choice;
mod circle;
pub mod codes;
pub mod core;
mod coverage;
mod declared;
mod definition;
mod device;
mod expression;
mod file;
mod import;
mod item;
mod key;
mod literal;
mod lookup;
mod matching;
mod mention;
mod mismatch;
mod module_type;
mod name;
mod nearest;
mod operator;
mod order;
mod part;
mod platform;
mod platforms;
mod queries;
mod remedy;
mod scope;
mod signature;
mod symbol;
mod together;
mod type_ref;
mod type_text;
mod types;
mod unikernel;

pub use bring::import_edit;
pub use definition::{id_of, item_of};
pub use item::Core;
pub use key::{RESERVED_AT_BOOT, RESERVED_OPTIONS, RESERVED_SHORTS, RESERVED_SHORTS_AT_BOOT};
pub use lookup::{
    Meaning, imported_file, is_of_language, language_types, meaning, names_declared, names_in_scope,
    type_as_written, written_type,
};
pub use nearest::nearest;
pub use queries::{
    Cores, checked_core, checked_device, checked_enum, checked_key, checked_let, checked_module_type,
    checked_platform, checked_require, checked_unikernel, cores, declared, diagnostics, keys_of_file,
    platforms, reach, requires, settle, target_type, type_of, unikernels,
};
pub use together::diagnostics_in_reach;
pub use type_text::{type_text, type_text_in};
pub use types::subtype;

use unik_db::{Db, Item};

// These two queries tie the knot of this crate: a type that is not written is known only from what was checked, and
// checking asks for types. Everything below knows them, and they know everything.

/// Checks an item. Disturbed by an edit of the item, and of the signatures of what it names.
#[salsa::tracked(cycle_result = unchecked)]
pub(crate) fn checked<'db>(db: &'db dyn Db, item: Item<'db>) -> item::Checked {
    item::check(db, item)
}

/// Checks the role of a platform with this number.
#[salsa::tracked(cycle_result = no_role)]
pub(crate) fn role<'db>(db: &'db dyn Db, item: Item<'db>, number: u32) -> platform::Role {
    platform::check_role(db, item, number)
}

/// The order of checking rules circles out; this answers should one be overlooked.
fn unchecked(_: &dyn Db, _: salsa::Id, _: Item<'_>) -> item::Checked {
    item::Checked::unknown()
}

/// The same for a role.
fn no_role(_: &dyn Db, _: salsa::Id, _: Item<'_>, _: u32) -> platform::Role {
    platform::Role::unknown()
}
