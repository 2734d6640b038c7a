//! The evaluator over the queries of the checker: the entry points of this crate.
//!
//! Plain functions over tracked queries: what they read is tracked by whoever calls them inside a query.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use unik_check::core::{self, DefId};
use unik_check::{Core, Cores, checked_core};
use unik_db::{Db, Entry, Item, Text, items, path};
use unik_graph::{EnumType, Exprs, HostPath};
use unik_source::{Anchor, Diagnostic, FileId, Place, Span};

use crate::codes;
use crate::definitions::{Definitions, HostEntry};
use crate::evaluate::{Outcome, evaluate_in, mistakes, mistakes_by_values};
use crate::nearest::nearest;
use crate::values::{KeyValues, Mode, USUAL_TARGET};

/// Evaluates a unikernel of a file: the one with this name, or the only one. The diagnostics are those of the
/// evaluation; what the checker has to say of the files is asked of the checker.
pub fn evaluate(
    db: &dyn Db,
    file: FileId,
    unikernel: Option<&str>,
    values: &KeyValues,
    mode: Mode,
) -> Outcome {
    unik_check::settle(db, file);
    match pick(db, file, unikernel) {
        Ok(def) => evaluated(db, file, def, values, mode),
        Err(diagnostics) => nothing(diagnostics),
    }
}

/// The keys that a unikernel of a file can read, and the other keys of the file: the options of the command line.
/// The outcome's graph is the symbolic one.
pub fn keys(db: &dyn Db, file: FileId, unikernel: Option<&str>) -> Outcome {
    evaluate(db, file, unikernel, &KeyValues::default(), Mode::Symbolic)
}

/// Everything that is wrong with a file: with all files in its reach, with each of its unikernels while keys are
/// symbols, and when they have their defaults. A key that must be given is no mistake.
pub fn check_file(db: &dyn Db, file: FileId) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    let mut add = |diagnostic: Diagnostic| {
        if seen.insert((diagnostic.code, diagnostic.primary(), diagnostic.message.clone())) {
            diagnostics.push(diagnostic);
        }
    };
    unik_check::diagnostics_in_reach(db, file).into_iter().for_each(&mut add);
    let unikernels = db.source(file).into_iter().flat_map(|file| items(db, file).iter());
    for unikernel in unikernels.filter(|item| item.keyword(db) == "unikernel" && item.name(db).is_some()) {
        wrong(db, unikernel).iter().cloned().for_each(&mut add);
    }
    diagnostics
}

/// What is wrong with a unikernel without values of keys. It evaluates again only if something that it read has changed.
#[salsa::tracked]
fn wrong<'db>(db: &'db dyn Db, unikernel: Item<'db>) -> Vec<Diagnostic> {
    let def = unik_check::id_of(db, unikernel);
    // What did not parse has been reported.
    let Some(Core::Unikernel(unikernel)) = checked_core(db, def) else { return Vec::new() };
    let program = Program::new(db, def.file);
    let targets = targets(&program);
    let first = targets.first().and_then(|target| target.as_deref());
    let (mut diagnostics, clear) = mistakes(&program, def, unikernel, first);
    if !clear {
        diagnostics.extend(by_defaults(&program, def, unikernel, targets));
    }
    diagnostics
}

/// What is wrong with a unikernel when all keys have their defaults, on the target where least is wrong: what can be built for
/// one target is no mistake. What is wrong there and not everywhere names the target.
fn by_defaults(
    program: &Program<'_>,
    def: DefId,
    unikernel: &core::Unikernel,
    targets: Vec<Option<SmolStr>>,
) -> Vec<Diagnostic> {
    let mut found: Vec<(SmolStr, Vec<Diagnostic>)> = Vec::new();
    for target in targets {
        let name = target.clone().unwrap_or_default();
        let values = KeyValues { target, ..KeyValues::default() };
        let mut wrong = mistakes_by_values(program, def, unikernel, &values);
        wrong.retain(|diagnostic| diagnostic.code != codes::NO_VALUE);
        if wrong.is_empty() {
            return wrong;
        }
        found.push((name, wrong));
    }
    let Some(least) = (0..found.len()).min_by_key(|at| found[*at].1.len()) else { return Vec::new() };
    let (target, wrong) = found.swap_remove(least);
    let everywhere = |one: &Diagnostic| {
        // Names in a message may be those of the target's devices.
        let same = |other: &Diagnostic| (other.code, other.primary()) == (one.code, one.primary());
        found.iter().all(|(_, others)| others.iter().any(same))
    };
    let named = |one: Diagnostic| match everywhere(&one) || one.message.contains(&format!("`{target}`")) {
        true => one,
        false => one.note(format!("so it is on the target `{target}`")),
    };
    wrong.into_iter().map(named).collect()
}

/// The targets of a program, or none as the only one. The one that is most likely fine goes first; most files need no other.
fn targets(program: &Program<'_>) -> Vec<Option<SmolStr>> {
    let platforms = unik_check::platforms(program.db, program.file).into_iter();
    let mut targets: Vec<Option<SmolStr>> = platforms.map(|(name, _)| Some(name)).collect();
    if targets.is_empty() {
        targets.push(None);
    }
    targets.sort_by_key(|target| target.as_deref() != Some(USUAL_TARGET));
    targets
}

fn evaluated(db: &dyn Db, file: FileId, def: DefId, values: &KeyValues, mode: Mode) -> Outcome {
    // What did not parse has been reported.
    let Some(Core::Unikernel(unikernel)) = checked_core(db, def) else { return nothing(Vec::new()) };
    let program = Program::new(db, file);
    let mut outcome = evaluate_in(&program, def, unikernel, values, mode);
    if !outcome.unused.is_empty() {
        // A key that these values leave unread may be read with others.
        let all = evaluate_in(&program, def, unikernel, &KeyValues::default(), Mode::Symbolic);
        let options: BTreeSet<&str> = all.keys.iter().map(|key| key.option.as_str()).collect();
        for given in outcome.unused.iter().filter(|given| !options.contains(given.option.as_str())) {
            let message = format!("no key has the option `--{}`", given.option);
            let label = format!("`{}` reads no such key", unikernel.name);
            let diagnostic = Diagnostic::error(codes::NO_OPTION, message, unikernel.place, label);
            outcome.diagnostics.push(match nearest(&given.option, options.iter().copied()) {
                Some(near) => diagnostic.help(format!("did you mean `--{near}`?")),
                None if options.is_empty() => diagnostic.note("it reads no keys at all"),
                None => {
                    let options: Vec<String> = options.iter().map(|option| format!("`--{option}`")).collect();
                    diagnostic.note(format!("the options are {}", options.join(", ")))
                }
            });
        }
    }
    outcome
}

fn nothing(diagnostics: Vec<Diagnostic>) -> Outcome {
    let (keys, unused, decisions) = (Vec::new(), Vec::new(), Vec::new());
    Outcome { graph: None, diagnostics, keys, exprs: Exprs::default(), unused, decisions }
}

/// The unikernel that is meant.
fn pick(db: &dyn Db, file: FileId, wanted: Option<&str>) -> Result<DefId, Vec<Diagnostic>> {
    let all = unik_check::unikernels(db, file);
    let place = |def: DefId| match checked_core(db, def) {
        Some(Core::Unikernel(unikernel)) => unikernel.place,
        _ => Place { file: def.file, anchor: def.item, span: Span::at(0) },
    };
    let names = || all.iter().map(|(name, _)| name.as_str());
    match (wanted, all.as_slice()) {
        (None, [(_, only)]) => Ok(*only),
        (_, []) => Err(no_unikernel(db, file).into_iter().collect()),
        (None, [(_, first), others @ ..]) => {
            let message = format!("there are {} unikernels", all.len());
            let mut diagnostic =
                Diagnostic::error(codes::WHICH_UNIKERNEL, message, place(*first), "this one?");
            for (_, other) in others {
                diagnostic = diagnostic.label(place(*other), "or this one?");
            }
            let names: Vec<String> = names().map(|name| format!("`--unikernel {name}`")).collect();
            Err(vec![diagnostic.help(format!("say which: {}", names.join(" or ")))])
        }
        (Some(wanted), [(_, first), ..]) => match all.iter().find(|(name, _)| name == wanted) {
            Some((_, def)) => Ok(*def),
            None => {
                let message = format!("there is no unikernel `{wanted}`");
                let known: Vec<String> = names().map(|name| format!("`{name}`")).collect();
                let diagnostic =
                    Diagnostic::error(codes::WHICH_UNIKERNEL, message, place(*first), "there is this one")
                        .note(format!("the unikernels of the file: {}", known.join(", ")));
                Err(vec![match nearest(wanted, names()) {
                    Some(near) => diagnostic.help(format!("did you mean `--unikernel {near}`?")),
                    None => diagnostic,
                }])
            }
        },
    }
}

/// A file without unikernel, unless something worse is the matter and has been reported.
fn no_unikernel(db: &dyn Db, file: FileId) -> Option<Diagnostic> {
    let source = db.source(file)?;
    let Text::Read(_) = source.text(db) else { return None };
    if items(db, source).iter().any(|item| item.keyword(db) == "unikernel") {
        return None;
    }
    let message = format!("`{}` declares no unikernel", source.path(db));
    let place = Place::in_file(file, Span::at(0));
    let help = "add one: `unikernel name = job`, where `job` is a `Job` or a list of jobs";
    Some(Diagnostic::error(codes::NO_UNIKERNEL, message, place, "nothing here is an image").help(help))
}

/// The program around the unikernels of a file.
pub(crate) struct Program<'db> {
    db: &'db dyn Db,
    file: FileId,
    /// The files that have been asked about.
    files: RefCell<FxHashMap<FileId, Option<Cores<'db>>>>,
    /// What is asked for again and again: a query costs more than a look into a table.
    cores: RefCell<FxHashMap<DefId, Option<&'db Core>>>,
}

impl<'db> Program<'db> {
    pub(crate) fn new(db: &'db dyn Db, file: FileId) -> Self {
        Self { db, file, files: RefCell::default(), cores: RefCell::default() }
    }

    fn checked(&self, def: DefId) -> Option<&'db Core> {
        let mut files = self.files.borrow_mut();
        let cores = files.entry(def.file).or_insert_with(|| unik_check::cores(self.db, def.file));
        cores.as_ref()?.get(def.item)
    }

    fn core(&self, def: DefId) -> Option<&'db Core> {
        let known = self.cores.borrow().get(&def).copied();
        known.unwrap_or_else(|| {
            let core = self.checked(def);
            self.cores.borrow_mut().insert(def, core);
            core
        })
    }
}

impl Definitions for Program<'_> {
    fn let_(&self, def: DefId) -> Option<&core::Let> {
        // The evaluator keeps what it knows of a `let`.
        match self.checked(def)? {
            Core::Let(item) => Some(item),
            _ => None,
        }
    }

    fn device(&self, def: DefId) -> Option<&core::Device> {
        match self.core(def)? {
            Core::Device(item) => Some(item),
            _ => None,
        }
    }

    fn key(&self, def: DefId) -> Option<&core::Key> {
        match self.core(def)? {
            Core::Key(item) => Some(item),
            _ => None,
        }
    }

    fn module_type(&self, def: DefId) -> Option<&core::ModuleType> {
        match self.core(def)? {
            Core::ModuleType(item) => Some(item),
            _ => None,
        }
    }

    fn platforms(&self) -> Vec<(DefId, &core::Platform)> {
        let platforms = unik_check::platforms(self.db, self.file).into_iter();
        let platforms = platforms.filter_map(|(_, def)| match self.core(def)? {
            Core::Platform(item) => Some((def, &**item)),
            _ => None,
        });
        platforms.collect()
    }

    fn target_type(&self) -> Arc<EnumType> {
        unik_check::target_type(self.db, self.file).unwrap_or_else(|| {
            let empty = SmolStr::default();
            Arc::new(EnumType { file: empty.clone(), folder: empty.clone(), name: empty, cases: Vec::new() })
        })
    }

    fn requires(&self, platform: Option<DefId>) -> Vec<(DefId, &core::Require)> {
        let mut files = unik_check::reach(self.db, self.file);
        for file in platform.map(|platform| unik_check::reach(self.db, platform.file)).unwrap_or_default() {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        let requires = files.into_iter().flat_map(|file| unik_check::requires(self.db, file));
        let requires = requires.filter_map(|def| match self.core(def)? {
            Core::Require(item) => Some((def, &**item)),
            _ => None,
        });
        requires.collect()
    }

    fn devices(&self) -> Vec<&core::Device> {
        let files = unik_check::reach(self.db, self.file).into_iter().filter_map(|file| self.db.source(file));
        let devices = files
            .flat_map(|file| items(self.db, file).iter().filter(|item| item.keyword(self.db) == "device"));
        devices.filter_map(|item| self.device(unik_check::id_of(self.db, item))).collect()
    }

    fn own_keys(&self) -> Vec<DefId> {
        unik_check::keys_of_file(self.db, self.file).into_iter().map(|(_, def)| def).collect()
    }

    fn source_text(&self, place: Place) -> SmolStr {
        let Some(source) = self.db.source(place.file) else { return SmolStr::default() };
        let text = match place.anchor {
            Anchor::FILE => Some(source.text(self.db).as_str()),
            anchor => items(self.db, source).get(anchor).map(|item| &**item.text(self.db)),
        };
        let text = text.and_then(|text| text.get(place.span.range())).unwrap_or_default();
        SmolStr::new(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn path(&self, file: FileId) -> SmolStr {
        self.db.source(file).map(|source| source.path(self.db).clone()).unwrap_or_default()
    }

    fn module(&self, file: FileId) -> SmolStr {
        self.db.source(file).map(|source| source.module(self.db).clone()).unwrap_or_default()
    }

    fn entry(&self, path: &HostPath) -> HostEntry {
        match self.db.entry(&path::join(&path.folder, &path.written)) {
            Entry::Missing => HostEntry::Missing,
            Entry::File => HostEntry::File,
            Entry::Folder => HostEntry::Folder,
        }
    }
}
