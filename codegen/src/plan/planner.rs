//! What is gathered while the parts of a plan are made, and what each part needs for that: places as texts, marked lines, paths
//! of crates.
//!
//! The parts themselves are decided in the files beside this one, and put together in [`super`].

use std::collections::{BTreeMap, BTreeSet};

use petgraph::stable_graph::NodeIndex;
use unik_graph::{DeviceGraph, ExprId, KeyId, Rust, Stage};
use unik_source::{Diagnostic, FileId, LineIndex, Place, Sources};

use crate::layout::comment;
use crate::names::Names;
use crate::resolution::Resolution;
use crate::source_map::{Origin, OriginKind, mark};
use crate::value::Values;

/// Names that the frame of the program uses.
const RESERVED: &[&str] = &[
    "arguments",
    "keys",
    "start",
    "main",
    "exact",
    "guard",
    "job",
    "require",
    "run",
    "started",
    "choice",
    "list",
    "option",
    "compute",
    "value",
    "text",
    "part",
    "device",
    "IMAGE",
    "Arguments",
    "Attachment",
    "Device",
    "Failure",
    "Guard",
    "Image",
    "Key",
    "Keys",
    "Requirement",
    "File",
    "Files",
    "Tag",
    "Cidr",
    "Mac",
    "Duration",
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "String",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "Clone",
    "Copy",
    "Vec",
    "Box",
];

/// What is gathered while the parts of a plan are made.
pub(super) struct Planner<'p> {
    pub(super) graph: &'p DeviceGraph,
    pub(super) sources: &'p dyn Sources,
    pub(super) values: Values<'p>,
    lines: BTreeMap<FileId, LineIndex>,
    pub(super) origins: Vec<Origin>,
    /// The names of the constants of keys.
    pub(super) key_names: BTreeMap<KeyId, String>,
    /// The variables of devices, by node.
    pub(super) variables: BTreeMap<NodeIndex, String>,
    /// Variables of `start` with values that are computed from keys.
    pub(super) computed: BTreeMap<ExprId, String>,
    /// The keys that the program reads behind `Keys`.
    pub(super) read_keys: BTreeSet<KeyId>,
    /// The functions that read enums, and lists and options of them, by Rust type.
    pub(super) parsers: BTreeMap<String, String>,
    /// Constants of keys, then of devices and checks.
    pub(super) constants: Vec<Vec<String>>,
    pub(super) functions: Vec<Vec<String>>,
    /// What is used of `unik_platform`.
    pub(super) api: BTreeSet<&'static str>,
}

impl<'p> Planner<'p> {
    pub(super) fn new(graph: &'p DeviceGraph, sources: &'p dyn Sources, resolution: &'p Resolution) -> Self {
        let mut variables = Names::new(RESERVED.iter().copied());
        let variables: BTreeMap<_, _> =
            graph.nodes().map(|(index, node)| (index, variables.lower(&node.id))).collect();
        let mut values = Values::new(graph, resolution, RESERVED);
        variables.values().for_each(|name| values.names.take(name));
        let boot = graph.keys.iter().enumerate().filter(|(_, key)| key.stage != Stage::Configure);
        let key_names = boot
            .map(|(at, key)| (KeyId(u32::try_from(at).unwrap_or(u32::MAX)), values.names.upper(&key.option)))
            .collect();
        Self {
            graph,
            sources,
            values,
            lines: BTreeMap::new(),
            origins: Vec::new(),
            key_names,
            variables,
            computed: BTreeMap::new(),
            read_keys: BTreeSet::new(),
            parsers: BTreeMap::new(),
            constants: Vec::new(),
            functions: Vec::new(),
            api: ["Arguments", "Failure", "Image", "run"].into(),
        }
    }

    /// `app.unik:24`
    pub(super) fn position(&mut self, place: Place) -> String {
        let sources = self.sources;
        let index = self.lines.entry(place.file).or_insert_with(|| LineIndex::new(sources.text(place.file)));
        let line = index.bytes(sources.absolute(place).start as usize).line + 1;
        comment(&format!("{}:{line}", sources.path(place.file)))
    }

    /// A line about `place`.
    pub(super) fn marked(
        &mut self,
        lines: Vec<String>,
        kind: OriginKind,
        node: &str,
        place: Place,
    ) -> Vec<String> {
        let origin = Origin { kind, node: node.to_owned(), place };
        if self.origins.last() != Some(&origin) {
            self.origins.push(origin);
        }
        let index = self.origins.len() - 1;
        lines.iter().map(|line| mark(line, index)).collect()
    }

    /// The Rust path of `rust`; a crate that is missing is reported once.
    pub(super) fn path(&mut self, rust: &Rust) -> String {
        self.values.crates.path(rust).unwrap_or_else(|missing| {
            self.missing(missing.diagnostic(rust.place));
            rust.path.to_string()
        })
    }

    pub(super) fn crate_of(&mut self, rust: &Rust) -> String {
        self.values.crates.lib(&rust.folder).unwrap_or_else(|missing| {
            self.missing(missing.diagnostic(rust.place));
            rust.path.to_string()
        })
    }

    /// Reports a crate that is missing, once per file.
    fn missing(&mut self, diagnostic: Diagnostic) {
        let file = diagnostic.primary().file;
        let same = |other: &Diagnostic| other.code == diagnostic.code && other.primary().file == file;
        if !self.values.diagnostics.iter().any(same) {
            self.values.diagnostics.push(diagnostic);
        }
    }
}
