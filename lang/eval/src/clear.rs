//! Whether nothing can be wrong with an image when its keys have their defaults, read off the evaluation with keys as symbols: so that
//! what is fine is evaluated once.
//!
//! Whoever evaluates with values goes some of the ways that were gone with symbols, and meets the same expressions with the keys' defaults
//! in them. What is one thing among symbols is one thing then; two things may become one. So this looks at each way that may be taken,
//! takes things for different where that makes more of them, and values for equal where that makes more of them meet. It may take for
//! wrong what is fine, never the other way round: `false` says that evaluation with values must tell.
//!
//! The mistakes themselves are not read off: their places and the names of nodes depend on what was met first.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use unik_check::core::AttachLimit;
use unik_graph::{Const, ExprId, HostPath, Stage};
use unik_source::Place;

use crate::arithmetic::Known;
use crate::attach::is_name;
use crate::defaults::Defaults;
use crate::definitions::HostEntry;
use crate::keys::KeyInstance;
use crate::machine::Machine;
use crate::node::{ChoiceNode, DeviceNode, Node};
use crate::option::declared_together;
use crate::scope::ScopeId;
use crate::value::{NodeId, Value};

impl<'d> Machine<'d> {
    /// Whether an evaluation with the keys' defaults on a target finds nothing wrong, but for values that must be given. `value` is what
    /// the body of the unikernel gave. The machine is of no use for anything else after that.
    pub(crate) fn is_clear(&mut self, value: Value, target: Option<&str>) -> bool {
        let named = |name: &str| self.target.platforms.iter().position(|(_, platform)| platform.name == name);
        let chosen = target.and_then(named);
        if let Some(chosen) = chosen {
            self.requires_of(self.target.platforms[chosen].0);
        }
        if self.unsure || !self.diagnostics.is_empty() || !self.has_roles(chosen) || !self.options_differ() {
            return false;
        }
        self.target.chosen = chosen;
        let Some(defaults) = Defaults::new(self, target) else { return false };
        let holds = |condition: &ExprId| defaults.known(*condition) != Known::Value(Const::Bool(false));
        let conditions = self.required.iter().map(|(_, condition)| condition);
        conditions.clone().all(holds)
            && self.folders.iter().all(|path| self.is_folder(&defaults.known(*path)))
            && Walk::new(self, &defaults).all_clear(self.roots(value))
    }

    /// A path that is open, or leads to a folder.
    fn is_folder(&self, path: &Known) -> bool {
        match path {
            Known::Open => true,
            Known::Value(Const::Path(path)) => self.leads_to_folder(path),
            Known::Value(_) | Known::Overflow => false,
        }
    }

    fn leads_to_folder(&self, path: &HostPath) -> bool {
        self.defs.entry(path) == HostEntry::Folder
    }

    /// Whether no two keys that may stand in one image have one option.
    fn options_differ(&self) -> bool {
        let mut options: FxHashMap<&str, &KeyInstance> = FxHashMap::default();
        let mut shorts: FxHashMap<char, &KeyInstance> = FxHashMap::default();
        self.keys.list.iter().all(|key| {
            let first = *options.entry(&key.option).or_insert(key);
            let same = key.short.map(|short| *shorts.entry(short).or_insert(key));
            [Some(first), same]
                .into_iter()
                .flatten()
                .all(|first| std::ptr::eq(first, key) || declared_together(first, key))
        })
    }
}

/// What a claim compares. Values that are not known when configuring, or hold others, are left out: see [`Claims::add`].
#[derive(PartialEq, Eq, Hash)]
enum Claimed {
    /// Any node of a device in a scope.
    Node(Place, ScopeId),
    Value(Const),
}

/// What was claimed of one resource.
#[derive(Default)]
struct Claims {
    count: usize,
    /// Whether one of them may be equal to any other.
    vague: bool,
    values: FxHashSet<Vec<Claimed>>,
}

impl Claims {
    /// Adds a claim, nothing for one that may be equal to any other; gives whether none before can be equal.
    fn add(&mut self, claimed: Option<Vec<Claimed>>) -> bool {
        self.count += 1;
        let known = claimed.map(|claimed| self.values.insert(claimed));
        self.vague |= known.is_none();
        known != Some(false) && (self.count == 1 || !self.vague)
    }
}

/// A way over what the image may consist of.
struct Walk<'m, 'd> {
    machine: &'m Machine<'d>,
    defaults: &'m Defaults<'m>,
    claims: FxHashMap<SmolStr, Claims>,
    /// The names of what is attached, by its kind.
    attached: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
}

impl<'m, 'd> Walk<'m, 'd> {
    fn new(machine: &'m Machine<'d>, defaults: &'m Defaults<'m>) -> Self {
        Self { machine, defaults, claims: FxHashMap::default(), attached: BTreeMap::new() }
    }

    fn all_clear(mut self, roots: Vec<NodeId>) -> bool {
        let nodes = &self.machine.nodes;
        let mut seen = vec![false; nodes.len()];
        let mut open = roots;
        while let Some(id) = open.pop() {
            if std::mem::replace(&mut seen[id.0 as usize], true) {
                continue;
            }
            match nodes.get(id) {
                Node::Device(node) => {
                    if !self.device(node) {
                        return false;
                    }
                    open.extend(node.arguments.iter().filter_map(|argument| match argument {
                        Value::Node(node) => Some(*node),
                        _ => None,
                    }));
                    open.extend(&node.after);
                }
                Node::Choice(choice) => {
                    let taken = self.taken(choice);
                    let may =
                        choice.branches.iter().filter(|branch| taken.is_none_or(|at| at == branch.index));
                    open.extend(may.map(|branch| branch.value));
                }
            }
        }
        self.fits()
    }

    /// The branch that is taken, if that is known.
    fn taken(&self, choice: &ChoiceNode<'d>) -> Option<u32> {
        match self.defaults.known(choice.decider.selector) {
            Known::Value(Const::Int(index)) => u32::try_from(index).ok(),
            _ => None,
        }
    }

    fn device(&mut self, node: &DeviceNode<'d>) -> bool {
        let device = node.device;
        let platform = self.machine.target.platform();
        let works = match (platform, &device.targets) {
            (Some(platform), Some(targets)) => targets.contains(&platform.name),
            _ => true,
        };
        works
            && device.exclusive.iter().all(|(resource, params, _)| {
                let claimed = params.iter().map(|param| self.claimed(*node.arguments.get(*param as usize)?));
                let claimed = claimed.collect();
                self.claims.entry(resource.clone()).or_default().add(claimed)
            })
            && device.attach.iter().all(|attach| {
                let Some(Value::Expr(id)) = node.arguments.get(attach.param as usize) else { return false };
                let Some(Const::Str(name)) = self.defaults.constant(*id) else { return false };
                let claimed = vec![Claimed::Value(Const::Str(name.clone()))];
                self.attached.entry(attach.kind.clone()).or_default().insert(name.clone());
                is_name(name)
                    && self.machine.no_room(node, attach).is_none()
                    && self.claims.entry(attach.kind.clone()).or_default().add(Some(claimed))
            })
    }

    fn claimed(&self, value: Value) -> Option<Claimed> {
        match value {
            Value::Expr(id) => match self.defaults.known(id) {
                // A folder may stand here as its path.
                Known::Value(
                    Const::Path(_) | Const::Files(_) | Const::List(_) | Const::Some(_) | Const::None,
                )
                | Known::Open
                | Known::Overflow => None,
                Known::Value(value) => Some(Claimed::Value(value)),
            },
            Value::Node(mut id) => loop {
                match self.machine.nodes.get(id) {
                    Node::Device(node) => return Some(Claimed::Node(node.device.place, node.scope)),
                    Node::Choice(choice) => {
                        let taken = self.taken(choice)?;
                        id = choice.branches.iter().find(|branch| branch.index == taken)?.value;
                    }
                }
            },
            _ => None,
        }
    }

    /// Whether the target has room for what is attached, and no key has the option that attaches it.
    fn fits(&self) -> bool {
        let limits = self.machine.target.platform().map(|platform| platform.attach.as_slice());
        let room = |limit: &AttachLimit| {
            self.attached.get(&limit.kind).is_none_or(|names| names.len() <= limit.most as usize)
        };
        let keys = self.machine.keys.list.iter().filter(|key| key.stage != Stage::Run);
        limits.unwrap_or_default().iter().all(room)
            && keys.map(|key| &key.option).all(|option| !self.attached.contains_key(option))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use unik_check::{Core, checked_core};
    use unik_db::{Database, Library, LibraryFile, MemorySystem};

    use crate::evaluate::mistakes;
    use crate::query::Program;

    const HEAD: &str = r#"
module type Part = trait Part
device listen(port: Port): Part { rust Listen::new  exclusive port as "port" }
device both(left: Part, right: Part): Job { rust both }
device here: Part { rust Here::new  targets unix }
device away: Part { rust Away::new  targets bare }
device shelf(files: Files): Part { rust Shelf::new }
device nic(name: Str): Part { rust Nic::new  attach name as "nic" }
key port: Port = 80
configure key wide: Bool = true
configure key needed: Bool
configure key name: Str = "a"
run key late: Port = 80
key dir: Path = "data"
"#;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let platforms = ["unix", "bare"]
            .map(|name| LibraryFile { name: name.into(), path: format!("{name}.unik").as_str().into() });
        let library = Library { std: Vec::new(), platforms: platforms.to_vec() };
        let whole = format!("{HEAD}{text}");
        let files = [
            ("app.unik", whole.as_str()),
            ("unix.unik", "platform unix { rust unix  attach \"nic\" 1 }"),
            ("bare.unik", "platform bare { rust bare }"),
            ("data/index.html", ""),
        ];
        let db = Database::new(Arc::new(MemorySystem::new(files)), library);
        let file = db.open("app.unik");
        assert_eq!(unik_check::diagnostics_in_reach(&db, file).iter().find(|found| found.is_error()), None);
        let (_, def) = unik_check::unikernels(&db, file).remove(0);
        let Some(Core::Unikernel(unikernel)) = checked_core(&db, def) else { panic!("it is a unikernel") };
        let (wrong, clear) = mistakes(&Program::new(&db, file), def, unikernel, Some("unix"));
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(clear, expected, "{text}");
    }

    #[test]
    fn what_is_fine_is_clear_and_what_is_not_is_not() {
        let all = |left: &str, right: &str, clear: bool| {
            check(&format!("unikernel u = both({left}, {right})"), clear);
        };
        // Claims, by the values that keys have.
        all("listen(80)", "listen(81)", true);
        all("listen(port)", "listen(port + 1)", true);
        all("listen(80)", "listen(port)", false);
        all("listen(late)", "here", true);
        all("listen(late)", "listen(81)", false);
        // Targets, by the way that is taken.
        all("here", "if wide then here else away", true);
        all("here", "if wide then away else here", false);
        all("here", "if needed then here else away", false);
        all("here", "if needed then here else listen(1)", true);
        // Values.
        all("here", "listen(port + 65000)", true);
        all("here", "listen(port + 65500)", false);
        all("here", "shelf(files(dir))", true);
        all("here", "shelf(files(if wide then dir else dir))", true);
        check("key gone: Path = \"gone\"\nunikernel u = both(here, shelf(files(gone)))", false);
        // What is attached.
        all("nic(name)", "here", true);
        all("nic(name)", "nic(\"b\")", false);
        all("nic(name)", "nic(\"a\")", false);
        all("nic(if wide then name else \"b\")", "here", true);
        // What is required.
        let required = |condition: &str, clear: bool| {
            check(&format!("require {condition}\nunikernel u = both(here, here)"), clear);
        };
        required("port == 80", true);
        required("port == 81", false);
        required("late == 81 && !wide", false);
        required("late == 81", true);
    }
}
