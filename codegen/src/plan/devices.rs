//! Devices in start order, each connected once, then jobs.
//!
//! A device that is used once is moved; a shared one is cloned, but for its last use. One that nobody takes as an
//! argument lives to the end of the program all the same.

use std::collections::BTreeMap;

use petgraph::stable_graph::NodeIndex;
use unik_graph::{Argument, ArgumentValue, Device, Edge, Expr, ExprId, Node, NodeKind};
use unik_source::Diagnostic;

use super::planner::Planner;
use crate::codes;
use crate::layout::{Code, ITEMS_WIDTH, WIDTH, comment, function, items_width, lay, record, string, width};
use crate::source_map::OriginKind;

impl Planner<'_> {
    /// The lines that compute the values of devices, and those that start devices and run jobs. Values come first, so
    /// that one that is out of range stops the program before anything has happened.
    pub(super) fn devices(&mut self) -> (Vec<String>, Vec<String>) {
        let graph = self.graph;
        let all: Vec<(NodeIndex, &Node, &Device)> = graph
            .nodes()
            .filter_map(|(index, node)| match &node.kind {
                NodeKind::Device(device) => Some((index, node, device)),
                NodeKind::Choice(_) => None,
            })
            .collect();
        let mut jobs: Vec<(NodeIndex, &Node, &Device)> = Vec::new();
        for root in &graph.roots {
            let job = all.iter().find(|(index, _, device)| index == root && device.job);
            if let Some(job) = job.filter(|_| !jobs.iter().any(|(known, ..)| known == root)) {
                jobs.push(*job);
            }
        }
        let order: Vec<_> = all.iter().filter(|(.., device)| !device.job).chain(&jobs).copied().collect();
        let mut uses: BTreeMap<NodeIndex, usize> = BTreeMap::new();
        for (index, _, device) in &order {
            for used in taken(graph, *index, device).into_values() {
                *uses.entry(used).or_default() += 1;
            }
        }
        let (mut values, mut lines) = (Vec::new(), Vec::new());
        let mut bounds = BTreeMap::new();
        let mut running = Vec::new();
        for (index, node, device) in order {
            let Some(constructor) = &device.rust else {
                self.values.diagnostics.push(no_constructor(device));
                continue;
            };
            let path = self.path(constructor);
            if !device.features.is_empty() {
                // A crate that is missing has just been reported.
                let _ = self.values.crates.features(&constructor.folder, &device.features);
            }
            let items = self.arguments(index, node, device, &mut uses, &mut values);
            let constant = self.device_constant(node, device);
            let call = Code::call(&path, items);
            if device.job {
                let variable = self.variables[&index].clone();
                lines.extend(self.job(node, &constant, &variable, call));
                running.push(variable);
            } else {
                let bound = self.bound(device, node, &mut bounds);
                let used = uses.contains_key(&index);
                lines.extend(self.connect(index, node, &constant, call, bound.as_deref(), used));
            }
        }
        let run =
            Code::Group { open: "run([".to_owned(), items: running, close: "])".to_owned(), tail: ".await" };
        lines.extend(lay(4, "", &run, ""));
        (values, lines)
    }

    /// The arguments of a device; values that have to be computed are computed by `lines`.
    fn arguments(
        &mut self,
        index: NodeIndex,
        node: &Node,
        device: &Device,
        uses: &mut BTreeMap<NodeIndex, usize>,
        lines: &mut Vec<String>,
    ) -> Vec<String> {
        let taken = taken(self.graph, index, device);
        let mut items = Vec::new();
        for (at, argument) in device.args.iter().enumerate() {
            items.push(match argument.value {
                ArgumentValue::Value(value) => self.value(value, argument, node, lines),
                ArgumentValue::Device => {
                    let Some(used) = taken.get(&at) else { continue };
                    let left = uses.entry(*used).or_default();
                    *left = left.saturating_sub(1);
                    let variable = &self.variables[used];
                    if *left == 0 { variable.clone() } else { format!("{variable}.clone()") }
                }
            });
        }
        items
    }

    fn value(&mut self, value: ExprId, argument: &Argument, node: &Node, lines: &mut Vec<String>) -> String {
        self.values.place = node.place;
        match self.graph.exprs.get(value) {
            Expr::Const(constant) => {
                self.values.constant(constant, self.graph.exprs.ty(value), &argument.name)
            }
            Expr::Key(key) => self.key_field(*key),
            _ => {
                if let Some(known) = self.computed.get(&value) {
                    return known.clone();
                }
                let name = format!("{}_{}", node.id, argument.name);
                let computation = self.compute(value, &name, None, "keys.", node.place);
                let variable = self.values.names.lower(&argument.name);
                let text = self.text(value);
                let computed = self.computed_line(&variable, computation, &text, node.place);
                lines.extend(self.marked(computed, OriginKind::Value, &node.id, node.place));
                self.computed.insert(value, variable.clone());
                variable
            }
        }
    }

    /// The constant that names a device in messages.
    fn device_constant(&mut self, node: &Node, device: &Device) -> String {
        let constant = self.values.names.upper(&node.id);
        let scope: String = node.scope.iter().map(|name| format!("{name}.")).collect();
        let shown = if scope.is_empty() {
            device.name.to_string()
        } else {
            format!("{} ({})", device.name, scope.trim_end_matches('.'))
        };
        let place = self.position(node.place);
        let fields = [("name", Code::Text(string(&shown))), ("place", Code::Text(string(&place)))];
        self.api.insert("Device");
        self.constants.push(record(&format!("const {constant}: Device = Device"), &fields, ";"));
        constant
    }

    /// The function that holds a device to the trait of its module type.
    fn bound(
        &mut self,
        device: &Device,
        node: &Node,
        bounds: &mut BTreeMap<String, String>,
    ) -> Option<String> {
        let path = self.path(device.bound.as_ref()?);
        if let Some(known) = bounds.get(&path) {
            return Some(known.clone());
        }
        let name = self.values.names.lower(path.rsplit("::").next().unwrap_or(&path));
        let place = device.bound.as_ref().map_or(device.declared, |bound| bound.place);
        let lines = function(
            &format!("{name}<T: {path}>"),
            &["device: T".to_owned()],
            "T",
            vec!["    device".to_owned()],
        );
        let lines = self.marked(lines, OriginKind::Trait, &node.id, place);
        self.functions.push(lines);
        bounds.insert(path, name.clone());
        Some(name)
    }

    /// Starts a device. One line if rustfmt would leave it so, otherwise one for the constructor and one for the rest.
    fn connect(
        &mut self,
        index: NodeIndex,
        node: &Node,
        constant: &str,
        call: Code,
        bound: Option<&str>,
        used: bool,
    ) -> Vec<String> {
        self.api.insert("started");
        let plain = self.variables[&index].clone();
        let variable = if used { plain.clone() } else { format!("_{plain}") };
        let place = format!("// {}", self.position(node.place));
        let wrap = |inner: &str| {
            let started = format!("started(&{constant}, {inner})?");
            match bound {
                Some(bound) => format!("{bound}({started})"),
                None => started,
            }
        };
        let awaited = format!("{}.await", call.line());
        let whole = format!("    let {variable} = {};", wrap(&awaited));
        // The items of `started(…)`, and `started(…)?` as the item of the bound.
        let items = width(&awaited) + width(constant) + if bound.is_some() { 13 } else { 3 };
        let short = items <= ITEMS_WIDTH;
        if short && call.stays() && width(&whole) <= WIDTH {
            let lines = commented(vec![whole], &place);
            return self.marked(lines, OriginKind::Construct, &node.id, node.place);
        }
        let call = match call {
            Code::Group { open, items, close, .. } => Code::Group { open, items, close, tail: ".await" },
            other => other,
        };
        let construct = lay(4, &format!("let {plain} ="), &call, ";");
        let mut lines = self.marked(construct, OriginKind::Construct, &node.id, node.place);
        let rest = commented(vec![format!("    let {variable} = {};", wrap(&plain))], &place);
        lines.extend(self.marked(rest, OriginKind::Bound, &node.id, node.place));
        lines
    }

    /// Prepares a job.
    fn job(&mut self, node: &Node, constant: &str, variable: &str, call: Code) -> Vec<String> {
        self.api.insert("job");
        let place = format!("// {}", self.position(node.place));
        let items = vec![format!("&{constant}"), call.line()];
        let whole = format!("    let {variable} = job({});", items.join(", "));
        let lines = if call.stays() && items_width(&items) <= ITEMS_WIDTH && width(&whole) <= WIDTH {
            commented(vec![whole], &place)
        } else {
            let mut lines = lay(4, &format!("let {variable} ="), &call, ";");
            lines.extend(commented(
                vec![format!("    let {variable} = job(&{constant}, {variable});")],
                &place,
            ));
            lines
        };
        self.marked(lines, OriginKind::Construct, &node.id, node.place)
    }
}

/// Which nodes a device takes, by the position of the argument.
fn taken(graph: &unik_graph::DeviceGraph, index: NodeIndex, device: &Device) -> BTreeMap<usize, NodeIndex> {
    let edges = graph.uses(index);
    let arguments = edges.iter().filter_map(|(edge, used)| match edge {
        Edge::Argument { index } => Some((*index as usize, *used)),
        Edge::After { .. } | Edge::Branch { .. } => None,
    });
    let is_device =
        |at: usize| device.args.get(at).is_some_and(|argument| argument.value == ArgumentValue::Device);
    arguments.filter(|(at, _)| is_device(*at)).collect()
}

/// Lines with the place behind the last one if there is room, before the first one otherwise.
fn commented(mut lines: Vec<String>, place: &str) -> Vec<String> {
    match lines.as_mut_slice() {
        [line] if width(line) + 1 + width(place) <= WIDTH => {
            line.push(' ');
            line.push_str(place);
        }
        _ => lines.insert(0, format!("    {place}")),
    }
    lines
}

fn no_constructor(device: &Device) -> Diagnostic {
    let message = format!("device `{}` has no constructor", comment(&device.name));
    Diagnostic::error(codes::NO_CONSTRUCTOR, message, device.declared, "this device has no `rust` entry")
        .note("a graph can be drawn without it, but a program cannot be built")
        .help("name its constructor: `rust Type::new`")
}
