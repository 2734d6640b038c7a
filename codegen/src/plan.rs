//! The plan of a crate: everything that will stand in it, decided, named and in order, before any file is written.
//!
//! A plan is a plain value. What depends on the graph is decided here and in the files below; how files are put
//! together from it, in [`crate::crate_text`] and the templates.

mod checks;
mod devices;
mod keys;
mod parts;

use std::collections::{BTreeMap, BTreeSet};

use petgraph::stable_graph::NodeIndex;
use unik_graph::{DeviceGraph, ExprId, KeyId, Node, NodeKind, Rust, Stage};
use unik_source::{Diagnostic, FileId, LineIndex, Place, Sources};

use crate::codes;
use crate::layout::{Code, comment, field, fill, string, text_field};
use crate::names::Names;
use crate::resolution::Resolution;
use crate::source_map::{Origin, OriginKind, mark};
use crate::value::Values;

pub use parts::{Field, FilesTable, KeysPlan, LocalEnum, NamedConstant, Plan};

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

/// The plan of the crate of `graph`, or why there is none.
pub fn plan(
    graph: &DeviceGraph,
    sources: &dyn Sources,
    resolution: &Resolution,
) -> Result<Plan, Vec<Diagnostic>> {
    let Some(runtime) = graph.target.as_ref().and_then(|target| target.runtime.as_ref()) else {
        return Err(vec![no_runtime(graph)]);
    };
    let open: Vec<Diagnostic> = graph.nodes().filter_map(|(_, node)| open_choice(graph, node)).collect();
    if !open.is_empty() {
        return Err(open);
    }
    let mut planner = Planner::new(graph, sources, resolution);
    let checks = planner.checks();
    let (values, devices) = planner.devices();
    let keys = planner.keys();
    let image = planner.image();
    let runtime = planner.crate_of(runtime);
    let mut start = Vec::new();
    match &keys {
        Some(keys) if keys.fields.is_empty() => start.push("    Keys::read(&arguments)?;".to_owned()),
        Some(_) => start.push("    let keys = Keys::read(&arguments)?;".to_owned()),
        None => {}
    }
    start.extend(checks);
    start.extend(values);
    if !start.is_empty() {
        start.push(String::new());
    }
    start.extend(devices);
    planner.finish(runtime, image, keys, start)
}

/// Why there is nothing to run on.
fn no_runtime(graph: &DeviceGraph) -> Diagnostic {
    match &graph.target {
        None => Diagnostic::error(
            codes::NO_RUNTIME,
            "no target is chosen",
            graph.place,
            "what this runs on is not known",
        )
        .help("give `--target`"),
        Some(target) => {
            let message = format!("the target `{}` has no runtime", target.name);
            let label = "this platform has no `rust` entry";
            Diagnostic::error(codes::NO_RUNTIME, message, target.place, label)
                .help("name its runtime crate: `rust my_runtime`")
        }
    }
}

fn open_choice(graph: &DeviceGraph, node: &Node) -> Option<Diagnostic> {
    let NodeKind::Choice(choice) = &node.kind else { return None };
    let message = format!("what `{}` chooses is still open", comment(&choice.label));
    let names = choice.keys.iter().filter_map(|key| graph.keys.get(key.0 as usize));
    let names: Vec<_> = names.map(|key| format!("`--{}`", key.option)).collect();
    let diagnostic = Diagnostic::error(codes::OPEN_CHOICE, message, node.place, "this choice");
    Some(if names.is_empty() { diagnostic } else { diagnostic.help(format!("give {}", names.join(" and "))) })
}

/// What is gathered while the parts of a plan are made.
struct Planner<'p> {
    graph: &'p DeviceGraph,
    sources: &'p dyn Sources,
    values: Values<'p>,
    lines: BTreeMap<FileId, LineIndex>,
    origins: Vec<Origin>,
    /// The names of the constants of keys.
    key_names: BTreeMap<KeyId, String>,
    /// The variables of devices, by node.
    variables: BTreeMap<NodeIndex, String>,
    /// Variables of `start` with values that are computed from keys.
    computed: BTreeMap<ExprId, String>,
    /// The keys that the program reads behind `Keys`.
    read_keys: BTreeSet<KeyId>,
    /// The functions that read enums, and lists and options of them, by Rust type.
    parsers: BTreeMap<String, String>,
    /// Constants of keys, then of devices and checks.
    constants: Vec<Vec<String>>,
    functions: Vec<Vec<String>>,
    /// What is used of `unik_platform`.
    api: BTreeSet<&'static str>,
}

impl<'p> Planner<'p> {
    fn new(graph: &'p DeviceGraph, sources: &'p dyn Sources, resolution: &'p Resolution) -> Self {
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
    fn position(&mut self, place: Place) -> String {
        let sources = self.sources;
        let index = self.lines.entry(place.file).or_insert_with(|| LineIndex::new(sources.text(place.file)));
        let line = index.bytes(sources.absolute(place).start as usize).line + 1;
        comment(&format!("{}:{line}", sources.path(place.file)))
    }

    /// A line about `place`.
    fn marked(&mut self, lines: Vec<String>, kind: OriginKind, node: &str, place: Place) -> Vec<String> {
        let origin = Origin { kind, node: node.to_owned(), place };
        if self.origins.last() != Some(&origin) {
            self.origins.push(origin);
        }
        let index = self.origins.len() - 1;
        lines.iter().map(|line| mark(line, index)).collect()
    }

    /// The Rust path of `rust`; a crate that is missing is reported once.
    fn path(&mut self, rust: &Rust) -> String {
        self.values.crates.path(rust).unwrap_or_else(|missing| {
            self.missing(missing.diagnostic(rust.place));
            rust.path.to_string()
        })
    }

    fn crate_of(&mut self, rust: &Rust) -> String {
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

    fn finish(
        mut self,
        runtime: String,
        image: Vec<String>,
        keys: Option<KeysPlan>,
        start: Vec<String>,
    ) -> Result<Plan, Vec<Diagnostic>> {
        if !self.values.diagnostics.is_empty() {
            return Err(self.values.diagnostics);
        }
        let graph = self.graph;
        let target = graph.target.as_ref().map(|target| target.name.to_string()).unwrap_or_default();
        let dependencies = self.values.crates.dependencies();
        let mut package = format!("{}-{target}", graph.unikernel);
        let taken = |name: &str| {
            dependencies.iter().any(|other| other.key == name || other.package.as_deref() == Some(name))
        };
        while taken(&package) {
            package.push_str("-image");
        }
        let mut values = core::mem::take(&mut self.values.constants);
        for value in &mut values {
            value.lines = self.marked(core::mem::take(&mut value.lines), OriginKind::Value, "", value.place);
        }
        let mut own_imports = Vec::new();
        if !self.values.tables.is_empty() {
            let files = self.values.tables.iter().any(|table| !table.empty);
            own_imports.extend(fill("unik::kv", if files { &["File", "Files", "Tag"] } else { &["Files"] }));
        }
        own_imports.extend(fill("unik_platform", &self.api.iter().copied().collect::<Vec<_>>()));
        Ok(Plan {
            package,
            program: graph.unikernel.to_string(),
            target,
            generator: comment(&self.values.resolution.generator),
            source: comment(self.sources.path(graph.place.file)),
            dependencies,
            std_imports: self.values.std_imports(),
            own_imports,
            runtime,
            image,
            constants: self.constants,
            values,
            tables: self.values.tables,
            enums: self.values.enums,
            takes_arguments: keys.is_some(),
            keys,
            start,
            functions: self.functions,
            origins: self.origins,
            copies: self.values.copies,
        })
    }

    /// The table of the image.
    fn image(&mut self) -> Vec<String> {
        let doc = self.values.resolution.doc.clone();
        let keys: Vec<String> = self.key_names.values().cloned().collect();
        let mut lines = vec!["static IMAGE: Image = Image {".to_owned()];
        lines.extend(field(4, "name", &Code::Text(string(&self.graph.unikernel))));
        lines.extend(text_field("doc", &doc));
        lines.extend(field(4, "keys", &Code::list(keys)));
        lines.push("};".to_owned());
        lines
    }
}
