//! The instances of keys that have been read, and the values that are given.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use unik_check::core::DefId;
use unik_graph::{Const, ExprId, KeyId, Stage, ValueType};
use unik_source::Place;

use crate::scope::InstanceId;
use crate::table::number;
use crate::value::Value;
use crate::values::{Given, KeyValues, TARGET};

/// What makes two readings of a key one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum KeyOwner {
    /// A key of a file: one for all.
    File(DefId),
    /// A key of a block or device, by its index there.
    Instance(InstanceId, u32),
    /// `target`.
    Target,
}

/// An instance of a key.
#[derive(Debug)]
pub(crate) struct KeyInstance {
    pub(crate) name: SmolStr,
    pub(crate) doc: SmolStr,
    pub(crate) scope: Vec<SmolStr>,
    pub(crate) option: SmolStr,
    pub(crate) short: Option<char>,
    pub(crate) stage: Stage,
    pub(crate) ty: ValueType,
    pub(crate) place: Place,
    /// The words that say when it has a value, `run key`; those of `target` are nowhere.
    pub(crate) words: Option<Place>,
    pub(crate) declared_by: SmolStr,
    /// The application that declares it, unless it belongs to a file.
    pub(crate) applied: Option<Place>,
    pub(crate) default: Option<ExprId>,
    pub(crate) given: Option<Const>,
    pub(crate) value: Option<Const>,
    /// Whether its declaration says a default, even one with a mistake.
    pub(crate) optional: bool,
    /// What reading it gives; unknown while its default is evaluated.
    pub(crate) read: Value,
}

/// The instances of keys in order of their first use, and the values that are given.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub(crate) list: Vec<KeyInstance>,
    pub(crate) ids: FxHashMap<KeyOwner, KeyId>,
    pub(crate) given: BTreeMap<SmolStr, Given>,
    pub(crate) used: BTreeSet<SmolStr>,
    /// Keys that have been reported to have no value.
    pub(crate) missing: BTreeSet<KeyId>,
}

impl Keys {
    pub(crate) fn new(values: &KeyValues) -> Self {
        let given = values.given.iter().map(|given| (given.option.clone(), given.clone())).collect();
        Self { given, ..Self::default() }
    }

    pub(crate) fn get(&self, key: KeyId) -> &KeyInstance {
        &self.list[key.0 as usize]
    }

    /// The options that were given and that no key has asked for.
    pub(crate) fn unused(&self) -> impl Iterator<Item = &Given> {
        let own = |given: &&Given| given.option != TARGET && !self.used.contains(&given.option);
        self.given.values().filter(own)
    }

    pub(crate) fn add(&mut self, owner: KeyOwner, key: KeyInstance) -> KeyId {
        let id = KeyId(number(self.list.len()));
        self.list.push(key);
        self.ids.insert(owner, id);
        id
    }
}

/// `management-ipv4`
pub(crate) fn option(scope: &[SmolStr], name: &str) -> SmolStr {
    let parts: Vec<&str> = scope.iter().map(SmolStr::as_str).chain([name]).collect();
    SmolStr::new(parts.join("-").replace('_', "-"))
}
