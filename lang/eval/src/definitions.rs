//! What the evaluator asks of the checker: checked items by their number, and a little about files.
//!
//! The one seam between evaluation and queries. Whoever implements it decides where items come from and in
//! which order platforms and `require`s stand; the evaluator keeps that order.

use std::sync::Arc;

use smol_str::SmolStr;
use unik_check::core::{self, DefId};
use unik_graph::{EnumType, HostPath};
use unik_source::{FileId, Place};

/// The program around a unikernel.
pub trait Definitions {
    /// A top-level `let`.
    fn let_(&self, def: DefId) -> Option<&core::Let>;
    /// A device.
    fn device(&self, def: DefId) -> Option<&core::Device>;
    /// A key of a file.
    fn key(&self, def: DefId) -> Option<&core::Key>;
    /// A module type.
    fn module_type(&self, def: DefId) -> Option<&core::ModuleType>;
    /// The platforms in reach, in the order of the cases of [`Self::target_type`].
    fn platforms(&self) -> Vec<(DefId, &core::Platform)>;
    /// The type of `target`.
    fn target_type(&self) -> Arc<EnumType>;
    /// The `require`s of all files in reach, and of those that the platform uses.
    fn requires(&self, platform: Option<DefId>) -> Vec<(DefId, &core::Require)>;
    /// The devices of all files in reach, to name those that would fit.
    fn devices(&self) -> Vec<&core::Device>;
    /// The keys of the file of the unikernel, in the order of the text.
    fn own_keys(&self) -> Vec<DefId>;
    /// What stands at a place, for people.
    fn source_text(&self, place: Place) -> SmolStr;
    /// The path under which people know a file: `app.unik`, `std/net`.
    fn path(&self, file: FileId) -> SmolStr;
    /// What the items of a file are known under: `app`, `std/net`.
    fn module(&self, file: FileId) -> SmolStr;
    /// What stands at a path of the host.
    fn entry(&self, path: &HostPath) -> HostEntry;
}

/// What stands at a path of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostEntry {
    /// Nothing.
    Missing,
    /// A file.
    File,
    /// A folder.
    Folder,
}
