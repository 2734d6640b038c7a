//! Who mentions whom: the order in which items can be checked, and the circles in which they cannot.
//!
//! Names are read from the trees before anything has a type. A bare name that is also a case of an enum may turn
//! out to be the case; such a mention counts for the order, but only for a circle if it turns out to be the item.

use std::sync::Arc;

use crate::declared::{Named, Word, exported};
use crate::mention::{Mentioned, in_role, mentioned, span_of};
use crate::platforms::{platform_items, roles};
use crate::scope::{reached, scope};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use unik_db::{Db, Item, SourceFile, items};
use unik_source::Span;

/// An item, or a role of a platform, which is checked by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub(crate) struct Node<'db> {
    pub(crate) item: Item<'db>,
    pub(crate) role: Option<u32>,
}

/// The order of everything that the items of a file lead to.
#[derive(Debug, PartialEq, Eq, salsa::SalsaValue)]
struct Order<'db> {
    /// What is mentioned comes before those who mention it, but for circles.
    sorted: Vec<Node<'db>>,
    circles: Arc<Circles<'db>>,
}

/// The definitions that need themselves.
#[derive(Debug, Default, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Circles<'db> {
    /// The circle of each that is in one, counting every mention.
    any: FxHashMap<Node<'db>, u32>,
    /// The circle of each that is in one, counting only mentions that cannot be a case of an enum.
    sure: FxHashMap<Node<'db>, u32>,
    /// A way around each circle, kept with its first node.
    ways: FxHashMap<Node<'db>, Vec<Step<'db>>>,
}

/// One step of a way around.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Step<'db> {
    pub(crate) from: Node<'db>,
    pub(crate) span: Span,
    pub(crate) to: Node<'db>,
}

impl<'db> Circles<'db> {
    /// Whether `to`, mentioned by `from`, needs `from`. `case` tells that the name might have been a case of an enum.
    pub(crate) fn closes(&self, from: Node<'db>, to: Node<'db>, case: bool) -> bool {
        let circles = if case { &self.any } else { &self.sure };
        !circles.is_empty() && circles.get(&from).is_some_and(|circle| circles.get(&to) == Some(circle))
    }

    /// The way around that is to be reported at `node`.
    pub(crate) fn way(&self, node: Node<'db>) -> Option<&[Step<'db>]> {
        self.ways.get(&node).map(Vec::as_slice)
    }

    /// Whether nothing is in a circle.
    pub(crate) fn is_empty(&self) -> bool {
        self.any.is_empty()
    }
}

/// What the items of a file lead to, in an order in which each can be checked without waiting for another: whoever
/// checks in this order never goes deep, however long the chain of definitions is.
pub(crate) fn sorted(db: &dyn Db, file: SourceFile) -> &[Node<'_>] {
    &order(db, file).sorted
}

/// Settles a file from outside of all queries. Those that read every item go first, one by one: salsa keeps what a query
/// read in a table for each level of its stack, and whatever runs later on the same level pays for the largest.
pub(crate) fn settle(db: &dyn Db, file: SourceFile) {
    items(db, file);
    order(db, file);
    settled(db, file);
}

/// Checks everything that a file leads to, the mentioned first, so that no chain of definitions is too long for
/// the stack. Whoever asks for a checked item from outside asks for this before.
#[salsa::tracked]
pub(crate) fn settled(db: &dyn Db, file: SourceFile) {
    for node in sorted(db, file) {
        match node.role {
            Some(number) => _ = crate::role(db, node.item, number),
            None => _ = crate::checked(db, node.item),
        }
    }
}

/// The circles that the items of a file lead to. Disturbed only if a circle opens or closes, or moves.
#[salsa::tracked]
pub(crate) fn circles(db: &dyn Db, file: SourceFile) -> Arc<Circles<'_>> {
    order(db, file).circles.clone()
}

/// The names of all cases of enums that a file can reach.
#[salsa::tracked]
pub(crate) fn case_names(db: &dyn Db, file: SourceFile) -> FxHashSet<SmolStr> {
    let mut names = FxHashSet::default();
    for file in reached(db, file) {
        for item in items(db, *file).iter().filter(|item| item.keyword(db) == "enum") {
            names.extend(crate::choice::case_list(db, item).iter().cloned());
        }
    }
    names.extend(platform_items(db, file).iter().map(|(name, _)| name.text().clone()));
    names
}

/// An edge of the graph of mentions.
#[derive(Clone, Copy)]
struct Edge<'db> {
    to: Node<'db>,
    /// Of the mention.
    number: usize,
    case: bool,
}

#[salsa::tracked]
fn order(db: &dyn Db, file: SourceFile) -> Order<'_> {
    let mut graph =
        Graph { db, root: file, numbers: FxHashMap::default(), nodes: Vec::new(), edges: Vec::new() };
    let mut roots = Vec::new();
    for item in items(db, file).iter() {
        match item.keyword(db).as_str() {
            "import" | "enum" | "" => {}
            "platform" => {
                let count = u32::try_from(roles(db, item).len()).unwrap_or(0);
                roots.extend((0..count).map(|role| Node { item, role: Some(role) }));
            }
            _ => roots.push(Node { item, role: None }),
        }
    }
    let (sorted, any) = graph.components(&roots, true);
    let mut circles = Circles { any, ..Circles::default() };
    if !circles.any.is_empty() {
        let (_, sure) = graph.components(&roots, false);
        circles.sure = sure;
        circles.ways = graph.ways(&circles.sure);
    }
    Order { sorted, circles: Arc::new(circles) }
}

/// The graph of mentions, grown as it is walked.
struct Graph<'db> {
    db: &'db dyn Db,
    root: SourceFile,
    numbers: FxHashMap<Node<'db>, usize>,
    nodes: Vec<Node<'db>>,
    edges: Vec<Option<Vec<Edge<'db>>>>,
}

impl<'db> Graph<'db> {
    fn number(&mut self, node: Node<'db>) -> usize {
        let next = self.nodes.len();
        let number = *self.numbers.entry(node).or_insert(next);
        if number == next {
            self.nodes.push(node);
            self.edges.push(None);
        }
        number
    }

    /// The edges of a node, read from its tree the first time.
    fn edges(&mut self, number: usize) -> &[Edge<'db>] {
        if self.edges[number].is_none() {
            self.edges[number] = Some(self.read(self.nodes[number]));
        }
        self.edges[number].as_deref().unwrap_or_default()
    }

    fn read(&self, node: Node<'db>) -> Vec<Edge<'db>> {
        let db = self.db;
        let file = node.item.file(db);
        let names = scope(db, file);
        let mut edges = Vec::new();
        let mut cases = None;
        let of_role = node.role.map(|_| in_role(db, node.item, node.role));
        let mentioned = of_role.as_ref().unwrap_or_else(|| mentioned(db, node.item));
        for (number, mention) in mentioned.iter().enumerate() {
            match mention {
                Mentioned::Name(name) => {
                    if let Some(Named::Item(item)) = names.get(name) {
                        let case = cases.get_or_insert_with(|| case_names(db, file)).contains(name);
                        edges.push(Edge { to: Node { item: *item, role: None }, number, case });
                    }
                }
                Mentioned::Member(module, name) => match names.get(module) {
                    Some(Named::Module(other)) => {
                        if let Some(item) = exported(db, Word::new(db, *other, name.clone())) {
                            edges.push(Edge { to: Node { item, role: None }, number, case: false });
                        }
                    }
                    Some(Named::Item(_) | Named::Unknown) => {}
                    None if module == "target" => {
                        for (_, item) in platform_items(db, self.root) {
                            let roles = roles(db, *item).iter().zip(0..);
                            for (_, role) in roles.filter(|(role, _)| *role == name) {
                                let to = Node { item: *item, role: Some(role) };
                                edges.push(Edge { to, number, case: false });
                            }
                        }
                    }
                    None => {}
                },
            }
        }
        edges
    }

    /// Strongly connected components without native recursion: the nodes in an order in which the mentioned come
    /// first, and a number for each node that can reach itself.
    fn components(
        &mut self,
        roots: &[Node<'db>],
        cases: bool,
    ) -> (Vec<Node<'db>>, FxHashMap<Node<'db>, u32>) {
        const UNSEEN: u32 = u32::MAX;
        let mut sorted = Vec::new();
        let mut circles = FxHashMap::default();
        let (mut index, mut low, mut on_stack) = (Vec::new(), Vec::new(), Vec::new());
        let (mut stack, mut walk): (Vec<usize>, Vec<(usize, usize)>) = (Vec::new(), Vec::new());
        let mut count = 0;
        let mut components = 0;
        for root in roots {
            let root = self.number(*root);
            walk.push((root, 0));
            while let Some((node, at)) = walk.pop() {
                if index.len() < self.nodes.len() {
                    index.resize(self.nodes.len(), UNSEEN);
                    low.resize(self.nodes.len(), UNSEEN);
                    on_stack.resize(self.nodes.len(), false);
                }
                if at == 0 {
                    if index[node] != UNSEEN {
                        continue;
                    }
                    (index[node], low[node], on_stack[node]) = (count, count, true);
                    count += 1;
                    stack.push(node);
                }
                let edge = self.edges(node).get(at).copied();
                if let Some(edge) = edge {
                    walk.push((node, at + 1));
                    if edge.case && !cases {
                        continue;
                    }
                    let to = self.number(edge.to);
                    match index.get(to).copied().unwrap_or(UNSEEN) {
                        UNSEEN => walk.push((to, 0)),
                        seen if on_stack[to] => low[node] = low[node].min(seen),
                        _ => {}
                    }
                    continue;
                }
                if let Some((parent, _)) = walk.last() {
                    low[*parent] = low[*parent].min(low[node]);
                }
                if low[node] == index[node] {
                    let start = stack.iter().rposition(|on| *on == node).unwrap_or(0);
                    let members = stack.split_off(start);
                    let me = self.nodes[node];
                    let itself = self.edges(node).iter().any(|edge| edge.to == me && (cases || !edge.case));
                    for member in &members {
                        on_stack[*member] = false;
                        sorted.push(self.nodes[*member]);
                        if members.len() > 1 || itself {
                            circles.insert(self.nodes[*member], components);
                        }
                    }
                    components += 1;
                }
            }
        }
        (sorted, circles)
    }

    /// A shortest way around each circle, from the member that stands first.
    fn ways(&mut self, circles: &FxHashMap<Node<'db>, u32>) -> FxHashMap<Node<'db>, Vec<Step<'db>>> {
        let db = self.db;
        let mut members: Vec<(u32, Node<'db>)> =
            self.nodes.iter().filter_map(|node| Some((*circles.get(node)?, *node))).collect();
        members.sort_by_key(|(circle, Node { item, role })| {
            (*circle, item.file(db).id(db), item.start(db), *role)
        });
        members.dedup_by_key(|(circle, _)| *circle);
        members
            .into_iter()
            .filter_map(|(circle, first)| Some((first, self.way(first, circle, circles)?)))
            .collect()
    }

    fn way(
        &mut self,
        first: Node<'db>,
        circle: u32,
        circles: &FxHashMap<Node<'db>, u32>,
    ) -> Option<Vec<Step<'db>>> {
        let db = self.db;
        let mut came: FxHashMap<Node<'db>, Step<'db>> = FxHashMap::default();
        let mut queue = std::collections::VecDeque::from([first]);
        while let Some(from) = queue.pop_front() {
            let number = self.number(from);
            for edge in self.edges(number).to_vec() {
                if edge.case || circles.get(&edge.to) != Some(&circle) || came.contains_key(&edge.to) {
                    continue;
                }
                let span = span_of(db, from.item, from.role, edge.number);
                came.insert(edge.to, Step { from, span, to: edge.to });
                queue.push_back(edge.to);
            }
        }
        let mut steps = vec![came.get(&first)?.clone()];
        while let Some(step) = steps.last().filter(|step| step.from != first) {
            steps.push(came.get(&step.from)?.clone());
        }
        steps.reverse();
        Some(steps)
    }
}
