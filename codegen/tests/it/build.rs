//! Device graphs built by hand, and a world to resolve them in.

use std::collections::BTreeMap;
use std::sync::Arc;

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use smol_str::SmolStr;
use unik_codegen::{CrateInfo, FileContent, FileEntry, Resolution, needs, tag};
use unik_graph::{
    Argument, ArgumentValue, Attachment, Const, Device, DeviceGraph, Edge, EnumType, Expr, ExprId, Exprs,
    Guard, HostPath, Key, KeyId, Node, NodeKind, Op, Platform, Requirement, Rust, Stage, ValueType,
};
use unik_source::{FileId, Place, Sources, Span};

/// `app.unik`, forty lines of five bytes each.
pub(crate) struct App;

impl Sources for App {
    fn path(&self, file: FileId) -> &str {
        if file.0 == 0 { "app.unik" } else { "std/fixture" }
    }

    fn text(&self, _: FileId) -> &str {
        const TEXT: &str = "line\nline\nline\nline\nline\nline\nline\nline\nline\nline\n";
        TEXT
    }

    fn absolute(&self, place: Place) -> Span {
        place.span
    }
}

/// A place on a line of `app.unik`.
pub(crate) fn line(line: usize) -> Place {
    Place::in_file(FileId(0), Span::new((line - 1) * 5, (line - 1) * 5 + 4))
}

/// The same line of the file of the fixture's devices.
pub(crate) fn declared(line: usize) -> Place {
    Place::in_file(FileId(1), Span::new((line - 1) * 5, (line - 1) * 5 + 4))
}

fn rust(path: &str) -> Rust {
    Rust { folder: "fixture".into(), path: path.into(), place: declared(9) }
}

/// A graph in the making.
pub(crate) struct Build {
    pub(crate) graph: DeviceGraph,
}

/// An argument.
pub(crate) enum Arg {
    Node(NodeIndex),
    Value(ExprId),
}

impl Build {
    pub(crate) fn new(name: &str) -> Self {
        let runtime = Rust { folder: "runtime".into(), path: "fixture_runtime".into(), place: line(1) };
        let graph = DeviceGraph {
            unikernel: name.into(),
            place: line(10),
            target: Some(Platform {
                name: "unix".into(),
                runtime: Some(runtime),
                artifact: None,
                link: None,
                attach: Vec::new(),
                folder: "".into(),
                place: line(1),
            }),
            graph: StableDiGraph::new(),
            roots: Vec::new(),
            keys: Vec::new(),
            exprs: Exprs::default(),
            guards: Vec::new(),
            requires: Vec::new(),
            attachments: Vec::new(),
        };
        Self { graph }
    }

    /// For the fixture without an operating system, whose devices lie in its crate.
    pub(crate) fn bare(name: &str) -> Self {
        let mut build = Self::new(name);
        let target = build.graph.target.as_mut().unwrap();
        target.name = "bare".into();
        target.runtime = Some(Rust { folder: "bare".into(), path: "fixture_bare".into(), place: line(1) });
        target.link = Some("bare.x".into());
        target.attach = vec![("nic".into(), 2)];
        build
    }

    /// The host attaches a `nic` to a device.
    pub(crate) fn attach(&mut self, node: NodeIndex, name: &str, doc: &str) {
        let id = self.graph.graph[node].id.clone();
        let place = self.graph.graph[node].place;
        let attachment =
            Attachment { kind: "nic".into(), name: name.into(), node: id, doc: doc.into(), place };
        self.graph.attachments.push(attachment);
    }

    /// A device; a job if it has no `bound`.
    pub(crate) fn device(
        &mut self,
        id: &str,
        path: &str,
        bound: Option<&str>,
        args: Vec<(&str, Arg)>,
    ) -> NodeIndex {
        let at = self.graph.graph.node_count() % 9 + 1;
        let arguments = args.iter().map(|(name, arg)| Argument {
            name: (*name).into(),
            value: match arg {
                Arg::Node(_) => ArgumentValue::Device,
                Arg::Value(value) => ArgumentValue::Value(*value),
            },
        });
        let device = Device {
            name: format!("std/fixture.{id}").into(),
            short: id.into(),
            doc: SmolStr::default(),
            declared: declared(at),
            rust: Some(rust(path)),
            bound: bound.map(rust),
            job: bound.is_none(),
            args: arguments.collect(),
            keys: Vec::new(),
            features: Vec::new(),
            claims: Vec::new(),
        };
        let ty = bound.map_or("Job".into(), |bound| format!("std/fixture.{bound}").into());
        let kind = NodeKind::Device(device);
        let node =
            self.graph.graph.add_node(Node { id: id.into(), scope: Vec::new(), ty, place: line(at), kind });
        for (index, (_, arg)) in (0..).zip(&args) {
            if let Arg::Node(used) = arg {
                self.graph.graph.add_edge(node, *used, Edge::Argument { index });
            }
        }
        if bound.is_none() {
            self.graph.roots.push(node);
        }
        node
    }

    pub(crate) fn edit(&mut self, node: NodeIndex) -> &mut Device {
        match &mut self.graph.graph[node].kind {
            NodeKind::Device(device) => device,
            NodeKind::Choice(_) => panic!("not a device"),
        }
    }

    pub(crate) fn after(&mut self, node: NodeIndex, before: NodeIndex) {
        self.graph.graph.add_edge(node, before, Edge::After { index: 0 });
    }

    /// A key without a value at configuring.
    pub(crate) fn key(&mut self, name: &str, ty: ValueType, default: Option<ExprId>) -> ExprId {
        let id = KeyId(u32::try_from(self.graph.keys.len()).unwrap());
        let default_value = default.and_then(|default| self.graph.exprs.constant(default).cloned());
        self.graph.keys.push(Key {
            name: name.into(),
            scope: Vec::new(),
            option: name.replace('_', "-").into(),
            short: None,
            doc: format!("The {name}.").into(),
            stage: Stage::Both,
            ty: ty.clone(),
            default,
            given: None,
            value: default_value,
            place: line(2),
            declared_by: "app.unik".into(),
        });
        self.graph.exprs.add(Expr::Key(id), ty)
    }

    pub(crate) fn edit_key(&mut self, name: &str) -> &mut Key {
        self.graph.keys.iter_mut().find(|key| key.name == name).unwrap()
    }

    pub(crate) fn value(&mut self, value: Const, ty: ValueType) -> ExprId {
        self.graph.exprs.add(Expr::Const(value), ty)
    }

    pub(crate) fn int(&mut self, value: i64) -> ExprId {
        self.value(Const::Int(value), ValueType::Int)
    }

    pub(crate) fn port(&mut self, value: u16) -> ExprId {
        self.value(Const::Port(value), ValueType::Port)
    }

    pub(crate) fn str(&mut self, value: &str) -> ExprId {
        self.value(Const::Str(value.into()), ValueType::Str)
    }

    pub(crate) fn binary(&mut self, op: Op, left: ExprId, right: ExprId) -> ExprId {
        let ty = match op {
            Op::Or | Op::And | Op::Equal | Op::Less | Op::LessEqual => ValueType::Bool,
            _ => match (self.graph.exprs.ty(left), self.graph.exprs.ty(right)) {
                (ValueType::Int, other) => other.clone(),
                (other, _) => other.clone(),
            },
        };
        self.graph.exprs.add(Expr::Binary(op, left, right), ty)
    }

    pub(crate) fn choose(&mut self, condition: ExprId, then: ExprId, otherwise: ExprId) -> ExprId {
        let ty = self.graph.exprs.ty(then).clone();
        self.graph.exprs.add(Expr::If(condition, then, otherwise), ty)
    }

    pub(crate) fn not(&mut self, of: ExprId) -> ExprId {
        self.graph.exprs.add(Expr::Not(of), ValueType::Bool)
    }

    fn keys_of(&self, value: ExprId) -> Vec<KeyId> {
        let all = (0..self.graph.keys.len()).map(|at| KeyId(u32::try_from(at).unwrap()));
        let text = self.graph.exprs.text(value, &self.graph.keys);
        all.filter(|key| text.contains(self.graph.keys[key.0 as usize].name.as_str())).collect()
    }

    pub(crate) fn guard(&mut self, condition: ExprId, branches: [&str; 2]) {
        let (then, otherwise) = (self.int(0), self.int(1));
        let selector = self.choose(condition, then, otherwise);
        let keys = self.keys_of(condition);
        let label = self.graph.exprs.text(condition, &self.graph.keys).into();
        let branches = branches.iter().map(|branch| (*branch).into()).collect();
        self.graph.guards.push(Guard { label, selector, taken: 0, branches, keys, place: line(4) });
    }

    pub(crate) fn require(&mut self, condition: ExprId, message: &str) {
        let keys = self.keys_of(condition);
        self.graph.requires.push(Requirement { condition, message: message.into(), keys, place: line(5) });
    }
}

/// An enum of the fixture's crate.
pub(crate) fn mode() -> ValueType {
    enumeration("fixture", "Mode", &["fast", "very_slow"])
}

pub(crate) fn enumeration(folder: &str, name: &str, cases: &[&str]) -> ValueType {
    ValueType::Enum(Arc::new(EnumType {
        file: "app.unik".into(),
        folder: folder.into(),
        name: name.into(),
        cases: cases.iter().map(|case| (*case).into()).collect(),
    }))
}

pub(crate) fn host(written: &str) -> HostPath {
    HostPath { folder: "app".into(), written: written.into() }
}

/// A world with the fixtures, as seen from a folder that lies `up` folders below that of `tests`.
pub(crate) fn resolution(graph: &DeviceGraph, up: &str) -> Resolution {
    let info = |package: &str, path: &str| CrateInfo {
        package: package.into(),
        lib: package.replace('-', "_").into(),
        version: None,
        path: format!("{up}/{path}"),
    };
    let needs = needs(graph);
    let known = [
        ("fixture", info("fixture-devices", "fixtures/devices")),
        ("runtime", info("fixture-runtime", "fixtures/runtime")),
        ("bare", info("fixture-bare", "fixtures/bare")),
        ("c", info("fixture-c", "fixtures/c")),
    ];
    let files = needs.files.iter().map(|folder| {
        let index =
            std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/data/index.html")).unwrap();
        let path = format!("{up}/fixtures/data/index.html");
        let content = FileContent::Path { path, tag: tag(&index) };
        let mut entries = vec![FileEntry { name: "index.html".into(), content }];
        if folder.written.contains("both") {
            let content = FileContent::Bytes(Arc::from(&b"a\"copy\n"[..]));
            entries.insert(0, FileEntry { name: "notes/\"quoted\".txt".into(), content });
        }
        (folder.clone(), entries)
    });
    Resolution {
        unik: info("unik", "../../stdlib-devices/device-api"),
        platform: info("unik-platform", "../../platform-runtimes/platform-api"),
        crates: known
            .iter()
            .filter(|(folder, _)| needs.crates.contains_key(*folder))
            .map(|(folder, info)| ((*folder).into(), info.clone()))
            .collect(),
        files: files.collect(),
        paths: needs
            .paths
            .iter()
            .map(|folder| (folder.clone(), format!("{up}/fixtures")))
            .collect::<BTreeMap<_, _>>(),
        doc: "A program of the tests.".into(),
        generator: "unikc 0.0.0".into(),
    }
}
