//! Names, module types, functors, keys and conditionals: a tree becomes checked items in the core language.
//!
//! Every query gives its result together with its diagnostics. This crate never evaluates anything and never
//! touches the disk. Start with [`core`] (what comes out), then `checked` (what is asked for each item), then
//! `expression` (how an expression is checked). `order` says why long chains of definitions are no danger.

mod apply;
mod binding;
mod checked;
mod choice;
pub mod codes;
pub mod core;
mod definition;
mod device;
mod expression;
mod file;
mod import;
mod key;
mod literal;
mod matching;
mod mention;
mod module_type;
mod name;
mod nearest;
mod operator;
mod order;
mod platform;
mod queries;
mod scope;
mod signature;
mod symbol;
mod type_ref;
mod types;
mod unikernel;

pub use checked::Core;
pub use definition::{id_of, item_of};
pub use key::{RESERVED_AT_BOOT, RESERVED_OPTIONS, RESERVED_SHORTS, RESERVED_SHORTS_AT_BOOT};
pub use queries::{
    checked_core, checked_device, checked_enum, checked_key, checked_let, checked_module_type,
    checked_platform, checked_require, checked_unikernel, declared, diagnostics, keys_of_file, platforms,
    reach, requires, target_type, type_of, unikernels,
};
pub use types::{subtype, type_text, type_text_in};
