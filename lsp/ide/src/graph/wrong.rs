//! What is wrong, and with which node: a mistake belongs to the node with the smallest expression around its place.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use unik_db::Database;
use unik_eval::{Outcome, codes};
use unik_graph::{DeviceGraph, Picture};
use unik_source::{Code, Diagnostic, FileId, Place, Sources};

use crate::problems::{Problem, problem};

/// The mistakes of a file and of a configuration.
#[derive(Debug)]
pub(super) struct Wrong {
    found: Vec<Diagnostic>,
    /// Keys without the value that they need, and whether it has been said of the key.
    needed: Vec<(Diagnostic, bool)>,
    /// By the id of the node.
    of_nodes: BTreeMap<SmolStr, Vec<Diagnostic>>,
}

/// What is said of keys, by their own words.
const OF_KEYS: [Code; 3] = [codes::NO_OPTION, codes::BAD_VALUE, codes::GIVEN_TOO_EARLY];

impl Wrong {
    /// What is wrong with a file, then with a unikernel while keys are symbols, and with values.
    pub(super) fn new(db: &Database, file: FileId, symbolic: &Outcome, concrete: Outcome) -> Self {
        let mut wrong = Self { found: Vec::new(), needed: Vec::new(), of_nodes: BTreeMap::new() };
        let mut seen: FxHashSet<(Code, Place)> = FxHashSet::default();
        let said = unik_eval::check_file(db, file).into_iter();
        let said = said.chain(symbolic.diagnostics.iter().cloned()).chain(concrete.diagnostics);
        for diagnostic in said.filter(|diagnostic| !OF_KEYS.contains(&diagnostic.code)) {
            if seen.insert((diagnostic.code, diagnostic.primary())) {
                match diagnostic.code == codes::NO_VALUE {
                    true => wrong.needed.push((diagnostic, false)),
                    false => wrong.found.push(diagnostic),
                }
            }
        }
        wrong
    }

    /// Whether the key that is declared at a place needs a value. Who asks, says so to people.
    pub(super) fn take_needed(&mut self, key: Place) -> bool {
        let mut needed = false;
        for (_, said) in self.needed.iter_mut().filter(|(diagnostic, _)| diagnostic.primary() == key) {
            (needed, *said) = (true, true);
        }
        needed
    }

    /// Gives each mistake to its node, if it has one in the picture, and marks the nodes with errors.
    /// `ids` are the names of the nodes.
    pub(super) fn assign(
        &mut self,
        db: &Database,
        graph: &DeviceGraph,
        ids: &[SmolStr],
        picture: &mut Picture,
    ) {
        if self.found.is_empty() {
            return;
        }
        let shown: FxHashMap<&SmolStr, usize> =
            picture.figures.iter().enumerate().map(|(at, figure)| (&figure.id, at)).collect();
        let nodes = graph
            .nodes()
            .zip(ids)
            .filter_map(|((_, node), id)| Some((*shown.get(id)?, node.place.file, db.absolute(node.place))));
        let nodes: Vec<_> = nodes.collect();
        let mut wrong = vec![false; picture.figures.len()];
        for diagnostic in std::mem::take(&mut self.found) {
            let (file, place) = (diagnostic.primary().file, db.absolute(diagnostic.primary()));
            let around = nodes
                .iter()
                .filter(|(_, of, span)| *of == file && span.start <= place.start && place.end <= span.end);
            // Of several with one expression, the last one is what the expression stands for; the others are what it needs.
            let smallest = around.rev().min_by_key(|(_, _, span)| span.end - span.start);
            match smallest {
                Some((at, ..)) => {
                    wrong[*at] |= diagnostic.is_error();
                    self.of_nodes.entry(picture.figures[*at].id.clone()).or_default().push(diagnostic);
                }
                None => self.found.push(diagnostic),
            }
        }
        for (figure, wrong) in picture.figures.iter_mut().zip(wrong) {
            figure.marks.wrong |= wrong;
        }
    }

    /// What is wrong with a node, with its file.
    pub(super) fn of_node(&self, db: &Database, id: &str) -> Vec<(FileId, Problem)> {
        self.of_nodes.get(id).into_iter().flatten().map(|diagnostic| shown(db, diagnostic)).collect()
    }

    /// What belongs to no node and has been said of no key.
    pub(super) fn rest(&self, db: &Database) -> Vec<(FileId, Problem)> {
        let needed = self.needed.iter().filter(|(_, said)| !said).map(|(diagnostic, _)| diagnostic);
        self.found.iter().chain(needed).map(|diagnostic| shown(db, diagnostic)).collect()
    }
}

fn shown(db: &Database, diagnostic: &Diagnostic) -> (FileId, Problem) {
    (diagnostic.primary().file, problem(db, diagnostic))
}
