//! The ports that an image listens on: as numbers when configured, and as arithmetic of a POSIX shell over the keys that
//! boot arguments may still change.
//!
//! A port is a claim whose resource ends with the word `port`: `exclusive stack, port as "TCP port"`. Its value is
//! the argument of type `Port` of the claiming device.

use std::collections::BTreeSet;

use petgraph::stable_graph::NodeIndex;
use serde::Serialize;
use unik_graph::{
    ArgumentValue, Const, Device, DeviceGraph, Expr, ExprId, Key, KeyId, NodeKind, Op, Stage, ValueType,
};

/// A port that is listened on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listened {
    /// `tcp`, `udp`: the first word of the claim, in small letters.
    pub protocol: String,
    /// Its number as configured; none if it is known at boot only.
    pub number: Option<u16>,
    /// The number as arithmetic of a POSIX shell over [`Variable`]s, to stand between `$((` and `))`. None if the shell
    /// cannot compute it.
    pub arithmetic: Option<String>,
    /// The node that listens.
    pub node: String,
    /// The names of what is attached below it, over any number of devices; sorted.
    pub over: Vec<String>,
}

/// A key that decides about a port, as a variable of a shell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// The name of the variable: `key_port`.
    pub name: String,
    /// The long option of the key, without dashes.
    pub option: String,
    /// Its short option.
    pub short: Option<char>,
    /// Whether it is a `Bool`: 1 or 0, and a value only behind `=`.
    pub flag: bool,
    /// What it is unless boot arguments say otherwise, as arithmetic over the variables before; none if it must be given.
    pub default: Option<String>,
}

/// The ports of an image and the variables that they are computed from, in an order in which they can be set.
pub(super) fn listened(graph: &DeviceGraph) -> (Vec<Listened>, Vec<Variable>) {
    let mut shell = Shell { graph, known: BTreeSet::new(), variables: Vec::new() };
    let mut ports = Vec::new();
    for (index, node) in graph.nodes() {
        let NodeKind::Device(device) = &node.kind else { continue };
        let Some(protocol) = protocol(device) else { continue };
        for port in arguments(graph, device) {
            let number = number(graph, port).and_then(|number| u16::try_from(number).ok());
            ports.push(Listened {
                protocol: protocol.clone(),
                number,
                arithmetic: shell.arithmetic(port),
                node: node.id.to_string(),
                over: attached_below(graph, index),
            });
        }
    }
    (ports, shell.variables)
}

/// What kind of port a device claims.
fn protocol(device: &Device) -> Option<String> {
    let claimed = device.claims.iter().find_map(|claim| claim.resource.strip_suffix(" port"));
    claimed.map(|words| words.split(' ').next().unwrap_or_default().to_ascii_lowercase())
}

/// The arguments of type `Port`.
fn arguments<'g>(graph: &'g DeviceGraph, device: &'g Device) -> impl Iterator<Item = ExprId> + 'g {
    device.args.iter().filter_map(|argument| match argument.value {
        ArgumentValue::Value(value) if *graph.exprs.ty(value) == ValueType::Port => Some(value),
        ArgumentValue::Value(_) | ArgumentValue::Device => None,
    })
}

/// The names of what is attached to a node and to all that it uses.
fn attached_below(graph: &DeviceGraph, node: NodeIndex) -> Vec<String> {
    let mut seen = BTreeSet::from([node]);
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        open.extend(graph.uses(node).into_iter().map(|(_, used)| used).filter(|used| seen.insert(*used)));
    }
    let ids: BTreeSet<&str> = seen.iter().map(|node| graph.graph[*node].id.as_str()).collect();
    let below = graph.attachments.iter().filter(|attached| ids.contains(attached.node.as_str()));
    let names: BTreeSet<String> = below.map(|attached| attached.name.to_string()).collect();
    names.into_iter().collect()
}

/// The value of an expression by the values that keys have when configuring.
fn number(graph: &DeviceGraph, expr: ExprId) -> Option<i128> {
    let pair = |a, b| Some((number(graph, a)?, number(graph, b)?));
    match graph.exprs.get(expr) {
        Expr::Const(value) => whole(value),
        Expr::Key(key) => {
            let key = key_of(graph, *key)?;
            match (&key.given, key.default) {
                (Some(value), _) => whole(value),
                (None, Some(default)) => number(graph, default),
                (None, None) => None,
            }
        }
        Expr::Not(of) => number(graph, *of).map(|value| i128::from(value == 0)),
        Expr::Negate(of) => number(graph, *of).map(|value| -value),
        Expr::If(condition, then, otherwise) => match number(graph, *condition)? {
            0 => number(graph, *otherwise),
            _ => number(graph, *then),
        },
        Expr::Binary(op, a, b) => {
            let (a, b) = pair(*a, *b)?;
            match op {
                Op::Or => Some(i128::from(a != 0 || b != 0)),
                Op::And => Some(i128::from(a != 0 && b != 0)),
                Op::Equal => Some(i128::from(a == b)),
                Op::Less => Some(i128::from(a < b)),
                Op::LessEqual => Some(i128::from(a <= b)),
                Op::Add => a.checked_add(b),
                Op::Subtract => a.checked_sub(b),
                Op::Multiply => a.checked_mul(b),
                Op::Concat => None,
            }
        }
        Expr::List(_) | Expr::Some(_) | Expr::IsSome(_) | Expr::Unwrap(_) => None,
    }
}

fn whole(value: &Const) -> Option<i128> {
    match value {
        Const::Bool(value) => Some(i128::from(*value)),
        Const::Int(value) => Some(i128::from(*value)),
        Const::Port(value) => Some(i128::from(*value)),
        Const::Case(value) => Some(i128::from(*value)),
        _ => None,
    }
}

fn key_of(graph: &DeviceGraph, key: KeyId) -> Option<&Key> {
    graph.keys.get(key.0 as usize)
}

/// Writes expressions for a shell and collects the variables that they read.
struct Shell<'g> {
    graph: &'g DeviceGraph,
    known: BTreeSet<KeyId>,
    variables: Vec<Variable>,
}

impl Shell<'_> {
    fn arithmetic(&mut self, expr: ExprId) -> Option<String> {
        let graph = self.graph;
        Some(match graph.exprs.get(expr) {
            Expr::Const(value) => whole(value)?.to_string(),
            Expr::Key(key) => self.key(*key)?,
            Expr::Not(of) => format!("! {}", self.operand(*of)?),
            Expr::Negate(of) => format!("0 - {}", self.operand(*of)?),
            Expr::If(condition, then, otherwise) => {
                let condition = self.operand(*condition)?;
                format!("{condition} ? {} : {}", self.operand(*then)?, self.operand(*otherwise)?)
            }
            Expr::Binary(op, a, b) => {
                let sign = match op {
                    Op::Or => "||",
                    Op::And => "&&",
                    Op::Equal => "==",
                    Op::Less => "<",
                    Op::LessEqual => "<=",
                    Op::Add => "+",
                    Op::Subtract => "-",
                    Op::Multiply => "*",
                    Op::Concat => return None,
                };
                format!("{} {sign} {}", self.operand(*a)?, self.operand(*b)?)
            }
            Expr::List(_) | Expr::Some(_) | Expr::IsSome(_) | Expr::Unwrap(_) => return None,
        })
    }

    /// An expression that stands inside another.
    fn operand(&mut self, expr: ExprId) -> Option<String> {
        let text = self.arithmetic(expr)?;
        Some(if text.contains(' ') { format!("({text})") } else { text })
    }

    /// A key that is a number: its value if it is fixed, else the name of its variable.
    fn key(&mut self, id: KeyId) -> Option<String> {
        let graph = self.graph;
        let key = key_of(graph, id)?;
        if key.stage == Stage::Configure {
            return whole(key.value.as_ref()?).map(|value| value.to_string());
        }
        // An enum would be given by the name of a case, which a shell does not compare with a number.
        if !matches!(key.ty, ValueType::Bool | ValueType::Int | ValueType::Port) {
            return None;
        }
        let name = format!("key_{}", key.option.replace('-', "_"));
        if !self.known.contains(&id) {
            let default = match (&key.given, key.default) {
                (Some(value), _) => Some(whole(value)?.to_string()),
                (None, Some(default)) => Some(self.arithmetic(default)?),
                (None, None) => None,
            };
            self.known.insert(id);
            self.variables.push(Variable {
                name: name.clone(),
                option: key.option.to_string(),
                short: key.short,
                flag: key.ty == ValueType::Bool,
                default,
            });
        }
        Some(name)
    }
}
