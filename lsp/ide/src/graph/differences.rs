//! How two configurations differ, in words: the target and the keys by their values, a node by what it is given and what it uses.
//!
//! What is marked in the picture, `taken` decides; here stand the values before and now. A difference without one of them has come or
//! has gone.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use unik_eval::{KeyValues, Outcome, Valuation};
use unik_graph::picture::{Change, LineKind, Marks, Shape};
use unik_graph::{Key, KeyId, Picture};

/// Something that two configurations give different values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is: `target`, `--port`; of a node, the name of an argument, `branch` or `after`; of a node in a scope that is shown as
    /// one, after its id: `admin_tcp: port`.
    pub name: String,
    /// Its value under the second configuration; nothing if it is not there.
    pub before: Option<String>,
    /// Its value under the first.
    pub now: Option<String>,
}

impl Difference {
    fn new(name: &str, before: Option<String>, now: Option<String>) -> Self {
        Self { name: name.to_owned(), before, now }
    }
}

/// The differences of nodes, by their ids.
#[derive(Debug, Default)]
pub(super) struct Differences(FxHashMap<SmolStr, Vec<Difference>>);

impl Differences {
    /// A value that a node is given.
    pub(super) fn value(&mut self, id: &SmolStr, name: &str, before: Option<String>, now: Option<String>) {
        self.0.entry(id.clone()).or_default().push(Difference::new(name, before, now));
    }

    /// What the nodes of a picture with marks use, once choices are resolved and before scopes are gathered. Who uses something else
    /// is changed by it.
    pub(super) fn uses(&mut self, picture: &mut Picture) {
        let mut leaving = vec![Vec::new(); picture.figures.len()];
        for (index, line) in picture.lines.iter().enumerate() {
            leaving[line.from].push(index);
        }
        for (at, lines) in leaving.into_iter().enumerate() {
            let mut roles: Vec<(&str, Vec<String>, Vec<String>)> = Vec::new();
            for line in lines.into_iter().map(|line| &picture.lines[line]) {
                let (role, used) = match &line.kind {
                    LineKind::Argument(name) => (name.as_str(), called(picture, line.to)),
                    LineKind::After => ("after", called(picture, line.to)),
                    LineKind::Branch { label, .. } => ("branch", label.clone()),
                };
                let slot = roles.iter().position(|(known, ..)| *known == role).unwrap_or_else(|| {
                    roles.push((role, Vec::new(), Vec::new()));
                    roles.len() - 1
                });
                let Marks { faded, change, .. } = line.marks;
                if !faded && change != Some(Change::Added) {
                    roles[slot].1.push(used.clone());
                }
                if !faded && change != Some(Change::Removed) {
                    roles[slot].2.push(used);
                }
            }
            let mut found = Vec::new();
            for (role, before, now) in &roles {
                let mut gone = before.iter().filter(|used| !now.contains(used)).cloned();
                let mut come = now.iter().filter(|used| !before.contains(used)).cloned();
                loop {
                    match (gone.next(), come.next()) {
                        (None, None) => break,
                        (before, now) => found.push(Difference::new(role, before, now)),
                    }
                }
            }
            if !found.is_empty() {
                let figure = &mut picture.figures[at];
                figure.marks.change = figure.marks.change.or(Some(Change::Changed));
                self.0.entry(figure.id.clone()).or_default().extend(found);
            }
        }
    }

    /// Those of a node.
    pub(super) fn of(&self, id: &SmolStr) -> Vec<Difference> {
        self.0.get(id).cloned().unwrap_or_default()
    }
}

/// What is used, as the argument of a device is called: by its id, a choice by what decides.
fn called(picture: &Picture, at: usize) -> String {
    match &picture.figures[at].shape {
        Shape::Choice { label } => format!("choice by {label}"),
        Shape::Device { .. } | Shape::Scope { .. } => picture.figures[at].id.to_string(),
    }
}

/// The differences of the configurations themselves, as they count: that of the target, then those of keys. `targets` are the ones in
/// force.
pub(super) fn of_keys(
    symbolic: &Outcome,
    now: &KeyValues,
    before: &KeyValues,
    targets: [Option<SmolStr>; 2],
) -> Vec<Difference> {
    let [target, other] = targets.map(|target| target.map(String::from));
    let mut found = Vec::new();
    if target != other {
        found.push(Difference::new("target", other, target));
    }
    let [now, before] = [now, before].map(|values| Valuation::new(&symbolic.exprs, &symbolic.keys, values));
    let key = |(key, id): (&Key, u32)| {
        let text = |values: &Valuation| values.key(KeyId(id)).map(|value| value.option(&key.ty));
        let (now, before) = (text(&now), text(&before));
        (now != before).then(|| Difference::new(&format!("--{}", key.option), before, now))
    };
    found.extend(symbolic.keys.iter().zip(0..).filter_map(key));
    found
}
