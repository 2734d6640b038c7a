//! Graphs built by hand, in few words.

use smol_str::SmolStr;
use std::sync::Arc;

use unik_graph::{
    Argument, ArgumentValue, Attachment, Choice, Const, Device, DeviceGraph, Edge, EnumType, Expr, ExprId,
    Exprs, Key, KeyId, Node, NodeKind, Platform, Stage, ValueType,
};
use unik_source::{FileId, Place, Sources, Span};

pub(crate) type Index = petgraph::stable_graph::NodeIndex;

/// One file, `app.unik`.
pub(crate) struct App(pub(crate) &'static str);

impl Sources for App {
    fn path(&self, _: FileId) -> &str {
        "app.unik"
    }
    fn text(&self, _: FileId) -> &str {
        self.0
    }
    fn absolute(&self, place: Place) -> Span {
        place.span
    }
}

pub(crate) const APP: App = App("let 字 = 1\nlet b = tcp(1)\n");

/// Line 2, columns 9 to 15 of [`APP`].
pub(crate) fn place() -> Place {
    Place::in_file(FileId(0), Span::new(20, 26))
}

pub(crate) fn store() -> ValueType {
    ValueType::Enum(Arc::new(EnumType {
        file: "app.unik".into(),
        folder: "".into(),
        name: "Store".into(),
        cases: vec!["crunch".into(), "direct".into()],
    }))
}

/// An argument: a node or a value.
pub(crate) enum Arg {
    Node(Index),
    Value(ExprId),
}

pub(crate) struct Build(pub(crate) DeviceGraph);

impl Build {
    pub(crate) fn new() -> Self {
        Self(DeviceGraph {
            unikernel: "demo".into(),
            place: place(),
            target: None,
            graph: Default::default(),
            roots: Vec::new(),
            keys: Vec::new(),
            exprs: Exprs::default(),
            guards: Vec::new(),
            requires: Vec::new(),
            attachments: Vec::new(),
        })
    }

    pub(crate) fn target(&mut self, name: &str) {
        self.0.target = Some(Platform {
            name: name.into(),
            runtime: None,
            artifact: None,
            link: None,
            attach: Vec::new(),
            folder: "".into(),
            place: place(),
        });
    }

    pub(crate) fn constant(&mut self, value: Const, ty: ValueType) -> ExprId {
        self.0.exprs.add(Expr::Const(value), ty)
    }

    pub(crate) fn key(&mut self, name: &str, stage: Stage, ty: ValueType, default: Option<Const>) -> ExprId {
        let id = KeyId(u32::try_from(self.0.keys.len()).unwrap());
        let value = default.clone().filter(|_| stage != Stage::Run);
        let default = default.map(|value| self.constant(value, ty.clone()));
        self.0.keys.push(Key {
            name: name.into(),
            scope: Vec::new(),
            option: name.replace('_', "-").into(),
            short: None,
            doc: "What it is for.".into(),
            stage,
            ty: ty.clone(),
            default,
            given: None,
            value,
            place: place(),
            declared_by: "app.unik".into(),
        });
        self.0.exprs.add(Expr::Key(id), ty)
    }

    /// `device` is `std/net.tcp`; the id is its last part, made unique.
    pub(crate) fn device(&mut self, device: &str, ty: &str, args: &[(&str, Arg)]) -> Index {
        let short = device.rsplit('.').next().unwrap();
        let node = self.0.graph.add_node(Node {
            id: self.id(short),
            scope: Vec::new(),
            ty: ty.into(),
            place: place(),
            kind: NodeKind::Device(Device {
                name: device.into(),
                short: short.into(),
                doc: "".into(),
                declared: place(),
                rust: None,
                bound: None,
                job: ty == "Job",
                args: args.iter().map(argument).collect(),
                keys: Vec::new(),
                features: Vec::new(),
                claims: Vec::new(),
            }),
        });
        for (index, (_, arg)) in (0..).zip(args) {
            if let Arg::Node(used) = arg {
                self.0.graph.add_edge(node, *used, Edge::Argument { index });
            }
        }
        node
    }

    /// The first branch is the default one.
    pub(crate) fn choice(
        &mut self,
        label: &str,
        ty: &str,
        keys: &[u32],
        branches: &[(&str, Index)],
    ) -> Index {
        let selector = self.constant(Const::Int(0), ValueType::Int);
        let node = self.0.graph.add_node(Node {
            id: self.id("choice"),
            scope: Vec::new(),
            ty: ty.into(),
            place: place(),
            kind: NodeKind::Choice(Choice {
                label: label.into(),
                selector,
                keys: keys.iter().copied().map(KeyId).collect(),
            }),
        });
        for (index, (label, used)) in (0..).zip(branches) {
            let edge = Edge::Branch { index, label: (*label).into(), default: index == 0 };
            self.0.graph.add_edge(node, *used, edge);
        }
        node
    }

    pub(crate) fn after(&mut self, node: Index, used: Index) {
        self.0.graph.add_edge(node, used, Edge::After { index: 0 });
    }

    pub(crate) fn scope(&mut self, node: Index, scope: &[&str]) {
        self.0.graph[node].scope = scope.iter().map(|name| (*name).into()).collect();
    }

    /// The host attaches something to a node.
    pub(crate) fn attach(&mut self, kind: &str, name: &str, node: Index) {
        let node = self.0.graph[node].id.clone();
        let doc = "An interface of the host.".into();
        self.0.attachments.push(Attachment {
            kind: kind.into(),
            name: name.into(),
            node,
            doc,
            place: place(),
        });
    }

    pub(crate) fn rooted(mut self, roots: &[Index]) -> DeviceGraph {
        self.0.roots = roots.to_vec();
        self.0
    }

    fn id(&self, short: &str) -> SmolStr {
        let ids = (1..).map(|n| if n == 1 { short.to_owned() } else { format!("{short}_{n}") });
        ids.into_iter().find(|id| self.0.find(id).is_none()).unwrap().into()
    }
}

fn argument((name, arg): &(&str, Arg)) -> Argument {
    let value = match arg {
        Arg::Node(_) => ArgumentValue::Device,
        Arg::Value(id) => ArgumentValue::Value(*id),
    };
    Argument { name: (*name).into(), value }
}

/// The paper's file server with its two choices still open.
pub(crate) fn file_server() -> DeviceGraph {
    use Arg::{Node, Value};
    let mut b = Build::new();
    b.0.unikernel = "filesrv".into();
    b.key("store", Stage::Configure, store(), Some(Const::Case(0)));
    let port = b.key("port", Stage::Both, ValueType::Port, Some(Const::Port(8080)));
    b.0.keys[1].short = Some('p');
    let address = b.key("address", Stage::Both, ValueType::Str, Some(Const::Str("127.0.0.1".into())));
    let data = unik_graph::HostPath { folder: "".into(), written: "data/".into() };
    let files = b.constant(Const::Files(data.clone()), ValueType::Files);
    let root = b.constant(Const::Path(data), ValueType::Path);
    let crunch = b.device("std/kv.crunch", "std/kv.ReadOnly", &[("files", Value(files))]);
    let direct = b.device("std/kv.direct", "std/kv.ReadWrite", &[("root", Value(root))]);
    let store = b.choice("store", "std/kv.ReadOnly", &[0], &[("crunch", crunch), ("direct", direct)]);
    let sockets = b.device("unix.sockets", "std/net.Stack", &[("address", Value(address))]);
    if let NodeKind::Device(device) = &mut b.0.graph[sockets].kind {
        device.keys = vec![KeyId(2)];
    }
    let tcp = b.device("std/net.tcp", "std/net.Listener", &[("port", Value(port)), ("stack", Node(sockets))]);
    let timer = b.device("unix.timer", "std/clock.Sleep", &[]);
    let wall = b.device("unix.wall", "std/clock.Wall", &[]);
    let uses = [("connections", Node(tcp)), ("sleep", Node(timer)), ("wall", Node(wall))];
    let http = b.device("std/http.server", "std/net.Network", &uses);
    let label = "port == 80 || port == 8080";
    let network = b.choice(label, "std/net.Network", &[1], &[("then", http), ("else", tcp)]);
    let app = b.device("app.file_server", "Job", &[("store", Node(store)), ("network", Node(network))]);
    b.rooted(&[app])
}

/// Two users of one device.
pub(crate) fn diamond() -> DeviceGraph {
    let mut b = Build::new();
    let base = b.device("d.base", "d.T", &[]);
    let left = b.device("d.left", "d.T", &[("base", Arg::Node(base))]);
    let right = b.device("d.right", "d.T", &[("base", Arg::Node(base))]);
    let top = b.device("d.top", "Job", &[("left", Arg::Node(left)), ("right", Arg::Node(right))]);
    b.after(top, base);
    b.scope(left, &["lan", "one"]);
    b.rooted(&[top])
}

/// `n` jobs side by side.
pub(crate) fn wide(n: u32) -> DeviceGraph {
    let mut b = Build::new();
    let roots: Vec<_> = (0..n).map(|_| b.device("d.job", "Job", &[])).collect();
    b.rooted(&roots)
}

/// Each of `n` devices uses the one before it, twice.
pub(crate) fn chain(n: u32) -> DeviceGraph {
    let mut b = Build::new();
    let mut below = b.device("d.link0", "d.T", &[]);
    for level in 1..n {
        below =
            b.device(&format!("d.link{level}"), "d.T", &[("a", Arg::Node(below)), ("b", Arg::Node(below))]);
    }
    b.rooted(&[below])
}

/// Names that every format must escape.
pub(crate) fn nasty() -> DeviceGraph {
    let mut b = Build::new();
    let text = "a \"quoted\" <tag> & \\back\nline\t😀 字\u{1}";
    let text = b.constant(Const::Str(text.into()), ValueType::Str);
    let device = b.device("d.x", "d.\"<T>&\\", &[("text", Arg::Value(text))]);
    let choice = b.choice("match \"<&>\\\n字😀\" ", "d.T", &[], &[("\"<&>\"\n😀", device), ("字\\", device)]);
    b.scope(device, &["<&\"", "字"]);
    b.rooted(&[choice])
}
