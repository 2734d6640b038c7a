//! Scopes that are drawn as one box each.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::{Change, Figure, Line, LineKind, Marks, Picture, Shape};

/// What the id of a gathered scope starts with; no id of a node does.
pub const SCOPE: &str = "scope:";

impl Picture {
    /// Draws what lies in each of these scopes, named by their names joined by `/`, as one box. Of scopes in one another the outer
    /// one counts; what is no scope of the picture is left out.
    pub fn gather<S: AsRef<str>>(&mut self, scopes: &[S]) {
        let wanted: BTreeSet<&str> = scopes.iter().map(AsRef::as_ref).collect();
        let outer = |scope: &[SmolStr]| {
            (1..=scope.len()).find(|end| wanted.contains(scope[..*end].join("/").as_str()))
        };
        let mut members: BTreeMap<Vec<SmolStr>, Vec<usize>> = BTreeMap::new();
        for (at, figure) in self.figures.iter().enumerate() {
            if let Some(end) = outer(&figure.scope) {
                members.entry(figure.scope[..end].to_vec()).or_default().push(at);
            }
        }
        // A box takes the place of the last one in it, so that most of what it uses comes before it.
        let mut slots: Vec<usize> = (0..self.figures.len()).collect();
        let mut keep = vec![true; self.figures.len()];
        for (scope, inside) in members {
            let Some((last, others)) = inside.split_last() else { continue };
            others.iter().for_each(|at| keep[*at] = false);
            inside.iter().for_each(|at| slots[*at] = *last);
            self.figures[*last] = self.gathered(&scope, &inside);
        }
        let mut lines: Vec<Line> = Vec::with_capacity(self.lines.len());
        let mut known: BTreeMap<(usize, usize, String), usize> = BTreeMap::new();
        for line in &self.lines {
            let (from, to) = (slots[line.from], slots[line.to]);
            // What happens within a box is not seen.
            if from == to && line.from != line.to {
                continue;
            }
            let index = *known.entry((from, to, name(&line.kind))).or_insert_with(|| {
                lines.push(Line { from, to, ..line.clone() });
                lines.len() - 1
            });
            lines[index].marks = common([lines[index].marks, line.marks]);
        }
        let mut roots: Vec<usize> = self.roots.iter().map(|root| slots[*root]).collect();
        let mut seen = BTreeSet::new();
        roots.retain(|root| seen.insert(*root));
        (self.lines, self.roots) = (lines, roots);
        self.retain(&keep);
    }

    fn gathered(&self, scope: &[SmolStr], inside: &[usize]) -> Figure {
        let marks = common(inside.iter().map(|at| self.figures[*at].marks));
        Figure {
            id: SmolStr::new(format!("{SCOPE}{}", scope.join("/"))),
            scope: scope.to_vec(),
            ty: SmolStr::default(),
            span: String::new(),
            shape: Shape::Scope { members: inside.iter().map(|at| self.figures[*at].id.clone()).collect() },
            marks,
        }
    }
}

fn name(kind: &LineKind) -> String {
    match kind {
        LineKind::Argument(name) => format!("argument {name}"),
        LineKind::After => "after".to_owned(),
        LineKind::Branch { index, label, .. } => format!("branch {index} {label}"),
    }
}

/// What is seen of several in one: it fades if all do, is wrong if one is, and differs if one does.
fn common(all: impl IntoIterator<Item = Marks>) -> Marks {
    let add = |a: Marks, b: Marks| Marks {
        taken: a.taken && b.taken,
        faded: a.faded && b.faded,
        wrong: a.wrong || b.wrong,
        change: match a.change == b.change {
            true => a.change,
            false => Some(Change::Changed),
        },
    };
    all.into_iter().reduce(add).unwrap_or_default()
}
