//! What unikernels come to under the configurations of their folders.
//!
//! They are evaluated only when somebody asks, and again only if something that they read has changed.

use smol_str::SmolStr;
use unik_db::{Db, Item, items};
use unik_eval::{Decision, KeyValues, Mode};
use unik_graph::{DeviceGraph, Key, NodeKind};
use unik_source::FileId;

use crate::configuration::{Folder, refusal};
use crate::host::Analysis;

impl Analysis {
    /// The unikernels that a file is part of, with their names: its own, or else those of the files that lead to it.
    pub(crate) fn unikernels_about(&self, file: FileId) -> Vec<Configured<'_>> {
        let own = self.unikernels_of(file);
        if !own.is_empty() {
            return own;
        }
        let leading =
            self.roots().into_iter().filter(|root| unik_check::reach(&self.db, *root).contains(&file));
        leading.flat_map(|root| self.unikernels_of(root)).collect()
    }

    fn unikernels_of(&self, file: FileId) -> Vec<Configured<'_>> {
        let Some(source) = self.db.source(file) else { return Vec::new() };
        unik_check::settle(&self.db, file);
        let folder = self.folders.around(self.path(file));
        let all = items(&self.db, source).iter().filter(|item| item.keyword(&self.db) == "unikernel");
        let all = all.filter_map(|item| {
            let name = item.name(&self.db).clone()?;
            let by_values = match folder {
                Some(folder) => configured(&self.db, item, folder),
                None => by_defaults(&self.db, item),
            };
            Some(Configured { name, by_values, item, analysis: self })
        });
        all.collect()
    }
}

/// A unikernel under the configuration of its folder.
pub(crate) struct Configured<'a> {
    pub(crate) name: SmolStr,
    /// What it comes to with the values of keys.
    pub(crate) by_values: &'a Evaluated,
    item: Item<'a>,
    analysis: &'a Analysis,
}

impl<'a> Configured<'a> {
    /// What it comes to while keys are symbols.
    pub(crate) fn by_symbols(&self) -> &'a Evaluated {
        symbolic(&self.analysis.db, self.item)
    }

    /// What was given for a key and does not do, with the reason.
    pub(crate) fn refused(&self, key: &Key) -> Option<(SmolStr, String)> {
        let configuration =
            self.analysis.configuration(self.item.file(&self.analysis.db).id(&self.analysis.db));
        let text = configuration.keys.get(&key.option)?;
        Some((text.clone(), refusal(key, text)?))
    }
}

/// What an evaluation gives that is worth keeping.
#[derive(Debug)]
pub(crate) struct Evaluated {
    pub(crate) keys: Vec<Key>,
    pub(crate) decisions: Vec<Decision>,
    /// How many devices and jobs its graph has; nothing if too much is wrong for one.
    pub(crate) devices: Option<usize>,
}

/// A unikernel while keys are symbols.
#[salsa::tracked(no_eq)]
pub(crate) fn symbolic<'db>(db: &'db dyn Db, unikernel: Item<'db>) -> Evaluated {
    evaluated(db, unikernel, &KeyValues::default(), Mode::Symbolic)
}

/// A unikernel with the values of a folder, as far as its keys have them.
#[salsa::tracked(no_eq)]
fn configured<'db>(db: &'db dyn Db, unikernel: Item<'db>, folder: Folder) -> Evaluated {
    let mut values = folder.configuration(db).values();
    if !values.given.is_empty() {
        let known = &symbolic(db, unikernel).keys;
        values.given.retain(|given| {
            let mut keys = known.iter().filter(|key| key.option == given.option).peekable();
            keys.peek().is_some() && keys.all(|key| refusal(key, &given.text).is_none())
        });
    }
    evaluated(db, unikernel, &values, Mode::Concrete)
}

/// A unikernel where nothing is configured.
#[salsa::tracked(no_eq)]
fn by_defaults<'db>(db: &'db dyn Db, unikernel: Item<'db>) -> Evaluated {
    evaluated(db, unikernel, &KeyValues::default(), Mode::Concrete)
}

fn evaluated(db: &dyn Db, unikernel: Item<'_>, values: &KeyValues, mode: Mode) -> Evaluated {
    let file = unikernel.file(db).id(db);
    let outcome = unik_eval::evaluate(db, file, unikernel.name(db).as_deref(), values, mode);
    let devices = outcome.graph.as_ref().map(devices);
    Evaluated { keys: outcome.keys, decisions: outcome.decisions, devices }
}

/// How many devices and jobs a graph has.
pub(crate) fn devices(graph: &DeviceGraph) -> usize {
    graph.nodes().filter(|(_, node)| matches!(node.kind, NodeKind::Device(_))).count()
}
