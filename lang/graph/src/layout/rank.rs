//! Rows: the assignment with the least total length of links, by the network simplex method of Gansner, Koutsofios,
//! North and Vo ("A technique for drawing directed graphs", 1993, section 2).
//!
//! The tree starts as the longest paths from a root that is added above all. Its edges are the tight arcs; an arc whose
//! removal would let both halves come closer (negative cut value) is exchanged until there is none.

use super::{Down, Input};

/// An arc: its head lies at least `length` rows below its tail.
struct Arc {
    tail: usize,
    head: usize,
    length: i64,
    weight: i64,
}

/// How many arcs may be looked at in all: far more than graphs of a thousand boxes need.
const EFFORT: usize = 40_000_000;

/// The row of each box, from 0; a link with a label spans two rows at least, since the label stands between.
pub(super) fn rows(input: &Input, links: &[Down]) -> Vec<usize> {
    let count = input.boxes.len();
    let mut arcs: Vec<Arc> = Vec::with_capacity(links.len() + count);
    let mut entered = vec![false; count];
    for link in links {
        let length = if link.label.is_some() { 2 } else { 1 };
        arcs.push(Arc { tail: link.upper, head: link.lower, length, weight: 1 });
        entered[link.lower] = true;
    }
    for (head, _) in entered.iter().enumerate().filter(|(_, entered)| !**entered) {
        arcs.push(Arc { tail: count, head, length: 0, weight: 0 });
    }
    let mut simplex = Simplex::new(count + 1, arcs);
    simplex.solve();
    simplex.balance();
    let top = simplex.rank[..count].iter().copied().min().unwrap_or(0);
    simplex.rank[..count].iter().map(|rank| usize::try_from(rank - top).unwrap_or(0)).collect()
}

struct Simplex {
    arcs: Vec<Arc>,
    /// The arcs at each vertex, whichever way they run.
    around: Vec<Vec<usize>>,
    rank: Vec<i64>,
    /// The tree: its arcs, where each stands in that list, and those at each vertex.
    tree: Vec<usize>,
    slot: Vec<Option<usize>>,
    branches: Vec<Vec<usize>>,
    cut: Vec<i64>,
    /// Postorder numbers: the subtree of `v` is `low[v]..=lim[v]`.
    low: Vec<usize>,
    lim: Vec<usize>,
    parent: Vec<Option<usize>>,
    effort: usize,
}

impl Simplex {
    fn new(count: usize, arcs: Vec<Arc>) -> Self {
        let mut around = vec![Vec::new(); count];
        for (index, arc) in arcs.iter().enumerate() {
            around[arc.tail].push(index);
            around[arc.head].push(index);
        }
        let slot = vec![None; arcs.len()];
        let cut = vec![0; arcs.len()];
        let mut simplex = Self {
            arcs,
            around,
            rank: vec![0; count],
            tree: Vec::with_capacity(count),
            slot,
            branches: vec![Vec::new(); count],
            cut,
            low: vec![0; count],
            lim: vec![0; count],
            parent: vec![None; count],
            effort: 0,
        };
        simplex.longest_paths();
        simplex
    }

    /// Ranks by longest paths from the root, whose last arcs are a tight spanning tree.
    fn longest_paths(&mut self) {
        let root = self.rank.len() - 1;
        let mut waiting = vec![0; self.rank.len()];
        for arc in &self.arcs {
            waiting[arc.head] += 1;
        }
        let mut last = vec![None; self.rank.len()];
        let mut ready = vec![root];
        while let Some(at) = ready.pop() {
            for &index in &self.around[at] {
                let arc = &self.arcs[index];
                if arc.tail != at {
                    continue;
                }
                if last[arc.head].is_none() || self.rank[at] + arc.length > self.rank[arc.head] {
                    self.rank[arc.head] = self.rank[at] + arc.length;
                    last[arc.head] = Some(index);
                }
                waiting[arc.head] -= 1;
                if waiting[arc.head] == 0 {
                    ready.push(arc.head);
                }
            }
        }
        for index in last.into_iter().flatten() {
            self.enter(index);
        }
        self.number(root, None, 1);
        // A subtree comes before its root in postorder, so that its cut values are known.
        let mut order: Vec<usize> = (0..self.rank.len()).collect();
        order.sort_by_key(|vertex| self.lim[*vertex]);
        for vertex in order {
            if let Some(index) = self.parent[vertex] {
                self.cut[index] = self.cut_value(index, vertex);
            }
        }
    }

    fn enter(&mut self, index: usize) {
        self.slot[index] = Some(self.tree.len());
        self.tree.push(index);
        self.branches[self.arcs[index].tail].push(index);
        self.branches[self.arcs[index].head].push(index);
    }

    fn other(&self, index: usize, vertex: usize) -> usize {
        let arc = &self.arcs[index];
        if arc.tail == vertex { arc.head } else { arc.tail }
    }

    fn slack(&self, index: usize) -> i64 {
        let arc = &self.arcs[index];
        self.rank[arc.head] - self.rank[arc.tail] - arc.length
    }

    fn below(&self, vertex: usize, subtree: usize) -> bool {
        (self.low[subtree]..=self.lim[subtree]).contains(&self.lim[vertex])
    }

    /// Numbers the subtree of `root` in postorder, from `from`.
    fn number(&mut self, root: usize, parent: Option<usize>, from: usize) {
        let mut next = from;
        self.parent[root] = parent;
        self.low[root] = next;
        let mut stack = vec![(root, 0)];
        while let Some((at, step)) = stack.pop() {
            let Some(&index) = self.branches[at].get(step) else {
                self.lim[at] = next;
                next += 1;
                continue;
            };
            stack.push((at, step + 1));
            if self.parent[at] != Some(index) {
                let child = self.other(index, at);
                self.parent[child] = Some(index);
                self.low[child] = next;
                stack.push((child, 0));
            }
        }
        self.effort += next - from;
    }

    /// The cut value of the tree arc from `vertex` to its parent: from the arcs at `vertex` alone.
    fn cut_value(&self, tree_arc: usize, vertex: usize) -> i64 {
        let upwards = self.arcs[tree_arc].tail == vertex;
        let mut sum = 0;
        for &index in &self.around[vertex] {
            let arc = &self.arcs[index];
            let outside = !self.below(self.other(index, vertex), vertex);
            let inner = if self.slot[index].is_some() { self.cut[index] } else { 0 };
            let amount = if outside { arc.weight } else { inner - arc.weight };
            let along = (if upwards { arc.head == vertex } else { arc.tail == vertex }) != outside;
            sum += if along { amount } else { -amount };
        }
        sum
    }

    fn solve(&mut self) {
        let mut search = 0;
        while let Some(leaving) = self.leaving(&mut search) {
            let Some(entering) = self.entering(leaving) else { return };
            self.exchange(leaving, entering);
            if self.effort > EFFORT {
                return;
            }
        }
    }

    /// A tree arc with a negative cut value: the lowest of the first few, going round.
    fn leaving(&mut self, search: &mut usize) -> Option<usize> {
        let mut best: Option<usize> = None;
        let mut found = 0;
        for step in 0..self.tree.len() {
            let at = (*search + step) % self.tree.len();
            let index = self.tree[at];
            self.effort += 1;
            if self.cut[index] < 0 {
                best = best.filter(|best| self.cut[*best] <= self.cut[index]).or(Some(index));
                found += 1;
                if found == 30 {
                    *search = at;
                    break;
                }
            }
        }
        best
    }

    /// The tightest arc that joins the halves the other way round.
    fn entering(&mut self, leaving: usize) -> Option<usize> {
        let Arc { tail, head, .. } = self.arcs[leaving];
        let (subtree, outgoing) = if self.lim[tail] < self.lim[head] { (tail, false) } else { (head, true) };
        let mut best = None;
        let mut stack = vec![subtree];
        while let Some(at) = stack.pop() {
            for &index in &self.around[at] {
                self.effort += 1;
                let arc = &self.arcs[index];
                if self.slot[index].is_some() {
                    if self.parent[at] != Some(index) {
                        stack.push(self.other(index, at));
                    }
                } else if (arc.tail == at) == outgoing && !self.below(self.other(index, at), subtree) {
                    let slack = self.slack(index);
                    if best.is_none_or(|(least, _)| slack < least) {
                        best = Some((slack, index));
                    }
                }
            }
            if matches!(best, Some((0, _))) {
                break;
            }
        }
        best.map(|(_, index)| index)
    }

    fn exchange(&mut self, leaving: usize, entering: usize) {
        let slack = self.slack(entering);
        let Arc { tail, head, .. } = self.arcs[leaving];
        if slack > 0 {
            if self.lim[tail] < self.lim[head] { self.shift(tail, -slack) } else { self.shift(head, slack) }
        }
        let cut = self.cut[leaving];
        let Arc { tail, head, .. } = self.arcs[entering];
        let meet = self.climb(tail, head, cut);
        self.climb(head, tail, -cut);
        self.cut[entering] = -cut;
        self.cut[leaving] = 0;
        let slot = self.slot[leaving].take();
        self.slot[entering] = slot;
        if let Some(slot) = slot {
            self.tree[slot] = entering;
        }
        for vertex in [self.arcs[leaving].tail, self.arcs[leaving].head] {
            self.branches[vertex].retain(|index| *index != leaving);
        }
        for vertex in [tail, head] {
            self.branches[vertex].push(entering);
        }
        self.number(meet, self.parent[meet], self.low[meet]);
    }

    /// Moves a whole subtree.
    fn shift(&mut self, subtree: usize, by: i64) {
        let mut stack = vec![subtree];
        while let Some(at) = stack.pop() {
            self.rank[at] += by;
            for &index in &self.branches[at] {
                if self.parent[at] != Some(index) {
                    stack.push(self.other(index, at));
                }
            }
        }
    }

    /// Corrects the cut values from `at` up to the subtree that holds `end`, too, and gives its root.
    fn climb(&mut self, mut at: usize, end: usize, by: i64) -> usize {
        while !self.below(end, at) {
            let Some(index) = self.parent[at] else { break };
            self.cut[index] += if self.arcs[index].tail == at { by } else { -by };
            at = self.other(index, at);
        }
        at
    }

    /// Boxes that may lie in several rows for the same total length go where there are the fewest.
    fn balance(&mut self) {
        let root = self.rank.len() - 1;
        let low = self.rank[..root].iter().copied().min().unwrap_or(0);
        let high = self.rank[..root].iter().copied().max().unwrap_or(0);
        let row = |rank: i64| usize::try_from(rank - low).unwrap_or(0);
        let mut crowd = vec![0_u32; row(high) + 1];
        self.rank[..root].iter().for_each(|rank| crowd[row(*rank)] += 1);
        for vertex in 0..root {
            let (mut first, mut last, mut pull) = (low, high, 0);
            for arc in
                self.around[vertex].iter().map(|index| &self.arcs[*index]).filter(|arc| arc.tail != root)
            {
                if arc.head == vertex {
                    first = first.max(self.rank[arc.tail] + arc.length);
                    pull += arc.weight;
                } else {
                    last = last.min(self.rank[arc.head] - arc.length);
                    pull -= arc.weight;
                }
            }
            let own = self.rank[vertex];
            if pull != 0 || self.around[vertex].iter().all(|index| self.arcs[*index].tail == root) {
                continue;
            }
            let best = (first..=last).min_by_key(|rank| (crowd[row(*rank)], *rank != own)).unwrap_or(own);
            if crowd[row(best)] < crowd[row(own)] {
                crowd[row(own)] -= 1;
                crowd[row(best)] += 1;
                self.rank[vertex] = best;
            }
        }
    }
}
