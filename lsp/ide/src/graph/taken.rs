//! What of a graph a configuration takes: what its jobs need when every choice that the configuration decides is made.

use smol_str::SmolStr;
use unik_eval::Valuation;
use unik_graph::picture::{Change, LineKind, Marks, Shape};
use unik_graph::{ArgumentValue, Const, DeviceGraph, ExprId, Node, NodeKind, Picture, Stage};
use unik_source::Place;

use super::differences::Differences;

/// What one configuration takes of a whole picture.
#[derive(Debug)]
pub(super) struct Taken {
    valuation: Valuation,
    /// By box.
    pub(super) figures: Vec<bool>,
    /// By line.
    pub(super) lines: Vec<bool>,
    /// By box: the branch that a choice takes, if it is decided.
    branches: Vec<Option<u32>>,
}

impl Taken {
    /// Follows the jobs; the nth box is the nth node.
    pub(super) fn new(graph: &DeviceGraph, picture: &Picture, valuation: Valuation) -> Self {
        let branch = |(_, node): (_, &Node)| match &node.kind {
            NodeKind::Device(_) => None,
            NodeKind::Choice(choice) => match valuation.value(choice.selector) {
                Some(Const::Int(index)) => u32::try_from(*index).ok(),
                _ => None,
            },
        };
        let branches: Vec<Option<u32>> = graph.nodes().map(branch).collect();
        let mut leaving = vec![Vec::new(); picture.figures.len()];
        for (index, line) in picture.lines.iter().enumerate() {
            leaving[line.from].push(index);
        }
        let mut figures = vec![false; picture.figures.len()];
        let mut lines = vec![false; picture.lines.len()];
        let mut open = picture.roots.clone();
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut figures[at], true) {
                continue;
            }
            for line in &leaving[at] {
                let goes = match (&picture.lines[*line].kind, branches[at]) {
                    (LineKind::Branch { index, .. }, Some(taken)) => *index == taken,
                    // A choice that nothing decides leaves all its branches open.
                    _ => true,
                };
                if goes {
                    lines[*line] = true;
                    open.push(picture.lines[*line].to);
                }
            }
        }
        Self { valuation, figures, lines, branches }
    }

    /// A value that is known when configuring is what it is; another one is the way in which it is computed.
    fn same<'g>(&self, graph: &'g DeviceGraph, at: usize, node: &'g Node) -> Same<'g> {
        let NodeKind::Device(device) = &node.kind else { return Same::Choice(at) };
        let fixed = |id: ExprId| {
            let mut keys = graph.exprs.keys(id).into_iter().filter_map(|key| graph.keys.get(key.0 as usize));
            keys.all(|key| key.stage == Stage::Configure)
        };
        let values = device.args.iter().filter_map(|argument| match argument.value {
            ArgumentValue::Device => None,
            ArgumentValue::Value(id) => Some(match self.valuation.value(id) {
                Some(value) if fixed(id) => Ok(value.clone()),
                _ => Err(id),
            }),
        });
        Same::Device { declared: device.declared, scope: &node.scope, values: values.collect() }
    }

    /// The values of a device's arguments, as text for people; none for one that the configuration does not give.
    fn values(&self, graph: &DeviceGraph, node: &Node) -> Vec<Option<String>> {
        let NodeKind::Device(device) = &node.kind else { return Vec::new() };
        let values = device.args.iter().filter_map(|argument| match argument.value {
            ArgumentValue::Device => None,
            ArgumentValue::Value(id) => {
                let value = self.valuation.value(id);
                Some(value.map(|value| value.literal(graph.exprs.ty(id))))
            }
        });
        values.collect()
    }
}

/// Marks what the configuration does not take, and what differs from the other one, and says which values do. With `shown`, values
/// stand instead of the expressions that have them.
pub(super) fn changes(
    graph: &DeviceGraph,
    picture: &mut Picture,
    now: &Taken,
    before: Option<&Taken>,
    shown: bool,
    differences: &mut Differences,
) {
    for (index, line) in picture.lines.iter_mut().enumerate() {
        line.marks = marks(now.lines[index], before.map(|before| before.lines[index]));
        line.marks.taken = now.lines[index] && now.branches[line.from].is_some();
    }
    for (index, (_, node)) in graph.nodes().enumerate() {
        let figure = &mut picture.figures[index];
        let was = before.is_some_and(|before| before.figures[index]);
        figure.marks = marks(now.figures[index], before.map(|_| was));
        let Shape::Device { values, .. } = &mut figure.shape else { continue };
        let of = |taken: &Taken| {
            let values = taken.values(graph, node).into_iter();
            values.map(|value| value.unwrap_or_else(|| "open".to_owned())).collect::<Vec<String>>()
        };
        let known = now.figures[index].then(|| of(now));
        let others = before.filter(|_| was).map(of);
        for (at, (name, text)) in values.iter_mut().enumerate() {
            let [value, other] = [&known, &others].map(|values| values.as_ref()?.get(at));
            if before.is_some() && value != other {
                differences.value(&figure.id, name, other.cloned(), value.cloned());
            }
            match (value, other) {
                (Some(value), Some(other)) if value != other => {
                    let both = format!("{other} → {value}");
                    *text = if shown { both } else { format!("{text} ({both})") };
                    figure.marks.change = Some(Change::Changed);
                }
                // What only the other configuration takes has its values.
                (Some(value), _) | (None, Some(value)) if shown && value != "open" => text.clone_from(value),
                _ => {}
            }
        }
    }
}

fn marks(now: bool, before: Option<bool>) -> Marks {
    let change = match (now, before) {
        (true, Some(false)) => Some(Change::Added),
        (false, Some(true)) => Some(Change::Removed),
        _ => None,
    };
    // What only the other configuration takes is shown as such.
    Marks { faded: !now && change.is_none(), change, ..Marks::default() }
}

/// Leaves only what is taken, by the one configuration or the other, without the choices that are decided. Where one configuration
/// decides alone, what it makes the same is one node, as in the image.
pub(super) fn only_taken(graph: &DeviceGraph, picture: &mut Picture, now: &Taken, before: Option<&Taken>) {
    let decided = |taken: &Taken, at: usize| !taken.figures[at] || taken.branches[at].is_some();
    let choice = |at: usize| matches!(picture.figures[at].shape, Shape::Choice { .. });
    let made: Vec<bool> = (0..picture.figures.len())
        .map(|at| choice(at) && decided(now, at) && before.is_none_or(|before| decided(before, at)))
        .collect();
    let kept: Vec<bool> = (0..picture.figures.len())
        .map(|at| now.figures[at] || before.is_some_and(|before| before.figures[at]))
        .collect();
    let mut at = 0;
    picture.lines.retain(|_| {
        at += 1;
        now.lines[at - 1] || before.is_some_and(|before| before.lines[at - 1])
    });
    let left = |at: &usize| kept[*at] && !made[*at];
    let same: Vec<Same<'_>> = match before {
        None => graph
            .nodes()
            .enumerate()
            .filter(|(at, _)| left(at))
            .map(|(at, (_, node))| now.same(graph, at, node))
            .collect(),
        Some(_) => Vec::new(),
    };
    let made: Vec<bool> = made.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(made, _)| *made).collect();
    picture.retain(&kept);
    picture.resolve(&made);
    picture.merge(&same);
}

/// What two uses of a device have in common if they are one device, besides what they use.
#[derive(PartialEq, Eq, Hash)]
enum Same<'g> {
    /// By its declaration, its scope, and the values that it is given and that its keys have.
    Device { declared: Place, scope: &'g [SmolStr], values: Vec<Result<Const, ExprId>> },
    /// A choice that is open, by its number.
    Choice(usize),
}
