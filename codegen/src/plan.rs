//! The plan of a crate: everything that will stand in it, decided, named and in order, before any file is written.
//!
//! A plan is a plain value; what it consists of stands in [`crate::parts`]. What depends on the graph is decided here
//! and in the files below; how files are put together from it, in [`crate::crate_text`] and the templates.

mod checks;
mod devices;
mod keys;
mod planner;

use unik_graph::{DeviceGraph, Node, NodeKind};
use unik_source::{Diagnostic, Sources};

use crate::codes;
use crate::layout::{Code, comment, field, fill, string, text_field};
use crate::parts::{KeysPlan, Plan};
use crate::resolution::Resolution;
use crate::source_map::OriginKind;
use planner::Planner;

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

impl Planner<'_> {
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
        let bare = graph.target.as_ref().and_then(|target| target.link.clone());
        let mut std_imports = self.values.std_imports();
        // Where there is no `std`, its prelude is not there either.
        let allocates = bare.is_some() && !self.parsers.is_empty();
        if allocates {
            std_imports.insert(0, "use alloc::string::String;".to_owned());
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
            link: bare.map(String::from),
            allocates,
            std_imports,
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
            libs: self.values.crates.libs(),
            copies: self.values.copies,
        })
    }

    /// The constants of what the host attaches, by name.
    fn attachments(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        for attached in &self.graph.attachments {
            let name = self.values.names.upper(&format!("{}_{}", attached.name, attached.kind));
            let mut lines = vec![format!("const {name}: Attachment = Attachment {{")];
            lines.extend(field(4, "kind", &Code::Text(string(&attached.kind))));
            lines.extend(field(4, "name", &Code::Text(string(&attached.name))));
            lines.extend(text_field("doc", &attached.doc));
            lines.push("};".to_owned());
            self.constants.push(lines);
            self.api.insert("Attachment");
            names.push(name);
        }
        names
    }

    /// The table of the image.
    fn image(&mut self) -> Vec<String> {
        let doc = self.values.resolution.doc.clone();
        let keys: Vec<String> = self.key_names.values().cloned().collect();
        let mut lines = vec!["static IMAGE: Image = Image {".to_owned()];
        lines.extend(field(4, "name", &Code::Text(string(&self.graph.unikernel))));
        lines.extend(text_field("doc", &doc));
        lines.extend(field(4, "keys", &Code::list(keys)));
        let attachments = self.attachments();
        lines.extend(field(4, "attachments", &Code::list(attachments)));
        lines.push("};".to_owned());
        lines
    }
}
