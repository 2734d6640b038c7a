//! What a graph needs from the world to become a crate, and what the world answers.
//!
//! The generator is pure: [`needs`] tells which folders and files to look up, whoever may touch the disk looks them
//! up, and hands the answers back as a [`Resolution`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;
use unik_graph::{
    ArgumentValue, Const, DeviceGraph, Expr, ExprId, HostPath, NodeKind, Rust, Stage, ValueType,
};

/// A crate that the generated one depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CrateInfo {
    /// The name of its package: `unik-kv`.
    pub package: SmolStr,
    /// The name of its library, as Rust code writes it: `unik_kv`.
    pub lib: SmolStr,
    /// Its version, if its manifest tells it.
    pub version: Option<SmolStr>,
    /// Its folder, relative to the folder of the generated crate, or absolute.
    pub path: String,
}

/// A file to embed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its path below the folder, names joined by `/`.
    pub name: String,
    /// Where its bytes come from.
    pub content: FileContent,
}

/// Where the bytes of an embedded file come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// These; the generated crate gets a copy.
    Bytes(Arc<[u8]>),
    /// A file of the host, which rustc reads: nothing is copied, and cargo builds anew when it changes.
    Path {
        /// Relative to the folder of the generated crate, or absolute.
        path: String,
        /// [`crate::tag`] of its content.
        tag: u128,
    },
}

/// What a graph needs to become a crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Folders in which a crate is expected, each with a place that asks for it.
    pub crates: BTreeMap<SmolStr, unik_source::Place>,
    /// Folders to embed.
    pub files: BTreeSet<HostPath>,
    /// Folders that paths of the configuration are relative to.
    pub paths: BTreeSet<SmolStr>,
}

/// The answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The crate of the device API.
    pub unik: CrateInfo,
    /// The crate that all runtimes share.
    pub platform: CrateInfo,
    /// The crates of [`Needs::crates`].
    pub crates: BTreeMap<SmolStr, CrateInfo>,
    /// The content of [`Needs::files`]; any order.
    pub files: BTreeMap<HostPath, Vec<FileEntry>>,
    /// The folders of [`Needs::paths`], relative to the folder of the generated crate, or absolute.
    pub paths: BTreeMap<SmolStr, String>,
    /// The documentation of the file of the unikernel, which the program's help shows.
    pub doc: String,
    /// What the signature says: `unikc 0.1.0`.
    pub generator: SmolStr,
}

/// What `graph` needs to become a crate.
pub fn needs(graph: &DeviceGraph) -> Needs {
    let mut needs = Needs::default();
    if let Some(runtime) = graph.target.as_ref().and_then(|target| target.runtime.as_ref()) {
        needs.rust(runtime);
    }
    for (_, node) in graph.nodes() {
        let NodeKind::Device(device) = &node.kind else { continue };
        device.rust.iter().chain(&device.bound).for_each(|rust| needs.rust(rust));
        for argument in &device.args {
            if let ArgumentValue::Value(value) = argument.value {
                needs.value(graph, value);
                if let Some(declared) = enum_of(graph.exprs.ty(value)) {
                    needs.crates.entry(declared.folder.clone()).or_insert(device.declared);
                }
            }
        }
    }
    for key in graph.keys.iter().filter(|key| key.stage != Stage::Configure) {
        match (&key.given, key.default) {
            (Some(given), _) => needs.constant(given),
            (None, Some(default)) => needs.value(graph, default),
            (None, None) => {}
        }
    }
    let guards = graph.guards.iter().map(|guard| guard.selector);
    let requires = graph.requires.iter().map(|require| require.condition);
    guards.chain(requires).for_each(|value| needs.value(graph, value));
    needs
}

impl Needs {
    fn rust(&mut self, rust: &Rust) {
        if !of_device_api(&rust.path) {
            self.crates.entry(rust.folder.clone()).or_insert(rust.place);
        }
    }

    fn value(&mut self, graph: &DeviceGraph, value: ExprId) {
        for id in reachable(graph, value) {
            if let Expr::Const(constant) = graph.exprs.get(id) {
                self.constant(constant);
            }
        }
    }

    fn constant(&mut self, constant: &Const) {
        match constant {
            Const::Files(path) => _ = self.files.insert(path.clone()),
            Const::Path(path) => _ = self.paths.insert(path.folder.clone()),
            Const::List(items) => items.iter().for_each(|item| self.constant(item)),
            Const::Some(value) => self.constant(value),
            _ => {}
        }
    }
}

/// Whether a Rust path is one of the device API, on which every image depends.
pub(crate) fn of_device_api(path: &str) -> bool {
    path.starts_with("unik::")
}

/// The enum in a type, however deep in lists and options.
pub(crate) fn enum_of(ty: &ValueType) -> Option<&unik_graph::EnumType> {
    match ty {
        ValueType::Enum(declared) => Some(declared),
        ValueType::List(of) | ValueType::Option(of) => enum_of(of),
        _ => None,
    }
}

/// An expression and everything in it, each once, operands before their users.
pub(crate) fn reachable(graph: &DeviceGraph, root: ExprId) -> BTreeSet<ExprId> {
    let mut seen = BTreeSet::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            open.extend(operands(graph.exprs.get(id)));
        }
    }
    seen
}

/// The operands of an expression, in order.
pub(crate) fn operands(expr: &Expr) -> Vec<ExprId> {
    match expr {
        Expr::Const(_) | Expr::Key(_) => Vec::new(),
        Expr::Not(of) | Expr::Negate(of) | Expr::Some(of) | Expr::IsSome(of) | Expr::Unwrap(of) => vec![*of],
        Expr::Binary(_, left, right) => vec![*left, *right],
        Expr::If(condition, then, otherwise) => vec![*condition, *then, *otherwise],
        Expr::List(items) => items.clone(),
    }
}
