//! The device graph: what an image consists of, before anybody draws or builds it.
//!
//! Made by the evaluator, read by views and by the generator. Nodes come in start order: what a node uses
//! comes before it. An edge goes from the user to the used. All order is deterministic.

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use smol_str::SmolStr;
use unik_source::Place;

use crate::expr::{ExprId, Exprs, KeyId};
use crate::value::{Const, ValueType};

/// The devices of one image and how they use one another.
#[derive(Clone, Debug)]
pub struct DeviceGraph {
    /// The name of the unikernel.
    pub unikernel: SmolStr,
    /// Its name in the source.
    pub place: Place,
    /// The target, if it is chosen.
    pub target: Option<Platform>,
    /// Nodes and edges. Node indices are start order; the edges of a node are added in the order of its arguments.
    pub graph: StableDiGraph<Node, Edge>,
    /// The jobs: one, or those of a list, in its order.
    pub roots: Vec<NodeIndex>,
    /// The keys that the graph reads, in order of first use; `KeyId` is the index.
    pub keys: Vec<Key>,
    /// The expressions that nodes, guards and keys refer to.
    pub exprs: Exprs,
    /// Choices that were made with the configured value of a key that may change at boot.
    pub guards: Vec<Guard>,
    /// `require`s that depend on a key that may change at boot.
    pub requires: Vec<Requirement>,
    /// What the host attaches when the image runs, sorted by kind, then by name.
    pub attachments: Vec<Attachment>,
}

/// A thing that the host attaches to an image when it runs: a network interface, a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it is, a word of lower-case letters: `nic`, `disk`.
    pub kind: SmolStr,
    /// The name under which the image asks for it: `service`. With its kind it is unique in the image.
    pub name: SmolStr,
    /// The id of the node that asks for it.
    pub node: SmolStr,
    /// The documentation of that node's device.
    pub doc: SmolStr,
    /// The place of that node.
    pub place: Place,
}

/// A target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Its name.
    pub name: SmolStr,
    /// Its runtime crate.
    pub runtime: Option<Rust>,
    /// The extension of the image, without a dot; none for an ordinary program.
    pub artifact: Option<SmolStr>,
    /// The linker script of its images, which are bare: without an operating system below them. None for programs of one.
    pub link: Option<SmolStr>,
    /// How many things of which kind can be attached to an image, in the order of the declaration.
    pub attach: Vec<(SmolStr, u32)>,
    /// The folder of its `.unik` file, absolute.
    pub folder: SmolStr,
    /// Where it is declared.
    pub place: Place,
}

/// A Rust path in the crate of a `.unik` file. The crate is resolved from the folder only when a crate is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rust {
    /// The folder of the `.unik` file, beside whose `Cargo.toml` it lies.
    pub folder: SmolStr,
    /// The path as written, relative to that crate. `unik::…` names the device API instead.
    pub path: SmolStr,
    /// Where it is written.
    pub place: Place,
}

/// A device, or a choice among devices that is still open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Unique and stable: `tcp`, `tcp_2`, `management_tcp`; a valid Rust name. A function of the graph's shape alone.
    pub id: SmolStr,
    /// The scope, outermost name first; empty at the root.
    pub scope: Vec<SmolStr>,
    /// Its module type as people know it: `std/kv.ReadOnly`, `Job`.
    pub ty: SmolStr,
    /// The expression that led to it first: the innermost one in the file of the unikernel, or the one that made it if none
    /// there did. Of a choice, the `if` or `match`.
    pub place: Place,
    /// Which of the two.
    pub kind: NodeKind,
}

/// A device, or a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "nearly all nodes are devices")]
pub enum NodeKind {
    /// A device.
    Device(Device),
    /// A choice that depends on keys which have no value yet.
    Choice(Choice),
}

/// An application of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// As people know it: `std/kv.crunch`, `app.file_server`.
    pub name: SmolStr,
    /// Its name alone: `crunch`.
    pub short: SmolStr,
    /// Its documentation.
    pub doc: SmolStr,
    /// Where it is declared.
    pub declared: Place,
    /// Its constructor.
    pub rust: Option<Rust>,
    /// The trait of its module type; none for a job.
    pub bound: Option<Rust>,
    /// Whether it is a job: its constructor is its run.
    pub job: bool,
    /// Its arguments in the order of the parameters, then its keys in the order of their declaration.
    pub args: Vec<Argument>,
    /// The keys that it declares itself.
    pub keys: Vec<KeyId>,
    /// Cargo features that it needs of its crate, sorted.
    pub features: Vec<SmolStr>,
    /// What no other node may claim.
    pub claims: Vec<Claim>,
}

/// An argument of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The name of the parameter or key.
    pub name: SmolStr,
    /// Another node (through the edge with this argument's index), or a value.
    pub value: ArgumentValue,
}

/// What an argument is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgumentValue {
    /// The node at the end of the argument edge with the same index.
    Device,
    /// A value, perhaps known only at boot.
    Value(ExprId),
}

/// Something that must not be shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// What it is called: `port`, `interface`.
    pub resource: SmolStr,
    /// Its values, as text for people: `8080`.
    pub values: Vec<SmolStr>,
    /// The `exclusive` entry.
    pub place: Place,
}

/// A choice that is still open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What decides, as written: `store`, `port == 80 || port == 8080`.
    pub label: SmolStr,
    /// Evaluates to the index of the branch, an `Int`.
    pub selector: ExprId,
    /// The keys it depends on, sorted.
    pub keys: Vec<KeyId>,
}

/// How one node uses another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Edge {
    /// The argument with this index.
    Argument {
        /// Position among the arguments.
        index: u32,
    },
    /// Initialised before, without being an argument.
    After {
        /// Position among the `after`s.
        index: u32,
    },
    /// A branch of a choice.
    Branch {
        /// Position among the branches.
        index: u32,
        /// `then`, `else`, `crunch`, `80`.
        label: SmolStr,
        /// Whether the keys' defaults choose it.
        default: bool,
    },
}

/// When a key has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// When configuring only.
    Configure,
    /// When configuring, which becomes the default at boot.
    Both,
    /// At boot only.
    Run,
}

impl Stage {
    /// The word that people and JSON use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Both => "both",
            Self::Run => "run",
        }
    }
}

/// An instance of a key: a declaration in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: SmolStr,
    /// The scope, outermost name first.
    pub scope: Vec<SmolStr>,
    /// Its long option without dashes: scope and name joined by `-`, `_` written as `-`.
    pub option: SmolStr,
    /// Its short option; only at the root scope.
    pub short: Option<char>,
    /// Its documentation.
    pub doc: SmolStr,
    /// When it has a value.
    pub stage: Stage,
    /// Its type.
    pub ty: ValueType,
    /// Its default, perhaps over other keys.
    pub default: Option<ExprId>,
    /// The value given when configuring.
    pub given: Option<Const>,
    /// Its value when configuring: the given one, or the default if that is known; none for a `run` key.
    pub value: Option<Const>,
    /// Where it is declared.
    pub place: Place,
    /// Who declares it: `app.unik`, `std/net.stack`.
    pub declared_by: SmolStr,
}

/// A choice that was made: the program checks at boot that it would be made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// What decides, as written.
    pub label: SmolStr,
    /// Evaluates to the index of the branch, an `Int`.
    pub selector: ExprId,
    /// The branch that was taken.
    pub taken: u32,
    /// What each branch stands for, for people: `http.server`, `net.tcp`.
    pub branches: Vec<SmolStr>,
    /// The keys it depends on that may change at boot, sorted.
    pub keys: Vec<KeyId>,
    /// The `if` or `match`.
    pub place: Place,
}

/// A `require` that the program checks at boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// What must hold, a `Bool`.
    pub condition: ExprId,
    /// What to say otherwise.
    pub message: SmolStr,
    /// The keys it depends on, sorted.
    pub keys: Vec<KeyId>,
    /// The `require`.
    pub place: Place,
}

impl DeviceGraph {
    /// The node with the given id.
    pub fn find(&self, id: &str) -> Option<NodeIndex> {
        self.nodes().find(|(_, node)| node.id == id).map(|(index, _)| index)
    }

    /// The nodes in start order.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeIndex, &Node)> {
        self.graph.node_indices().map(|index| (index, &self.graph[index]))
    }

    /// What `node` uses, in the order in which it was added: arguments, then `after`s; or branches.
    pub fn uses(&self, node: NodeIndex) -> Vec<(&Edge, NodeIndex)> {
        use petgraph::visit::EdgeRef;
        // petgraph lists the newest edge first.
        let mut uses: Vec<_> = self.graph.edges(node).map(|edge| (edge.weight(), edge.target())).collect();
        uses.reverse();
        uses
    }

    /// How many edges lead to `node`: a device with several users is shared.
    pub fn users(&self, node: NodeIndex) -> usize {
        self.graph.edges_directed(node, petgraph::Direction::Incoming).count()
            + self.roots.iter().filter(|root| **root == node).count()
    }
}
