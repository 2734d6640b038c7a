//! The database: the store of queries, and the table of files that have been asked for.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;
use salsa::{Durability, Setter};
use smol_str::SmolStr;
use unik_source::{Anchor, FileId, Place, Sources, Span};
use unik_syntax::items::ItemText;

use crate::cut::{Cut, Pieces, cut};
use crate::{Dependencies, Entry, HostEntry, Library, Project, SourceFile, System, Text, item, path};

/// What queries may ask of the database.
#[salsa::db]
pub trait Db: salsa::Database {
    /// The file at a path of the system, read when it is first asked for.
    fn file(&self, path: &str) -> SourceFile;
    /// The file with this number.
    fn source(&self, file: FileId) -> Option<SourceFile>;
    /// What stands at a path of the system.
    fn entry(&self, path: &str) -> Entry;
    /// The `.unik` files of the Cargo dependencies of a folder of the system, by the name of the crate.
    fn crates(&self, folder: &str) -> &BTreeMap<SmolStr, SmolStr>;
    /// The project.
    fn project(&self) -> Project;
}

/// The database. A clone is another handle to the same one; a setter waits until all other handles are gone.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    world: Arc<World>,
}

/// What all handles share.
struct World {
    system: Arc<dyn System>,
    files: Mutex<Files>,
    entries: Mutex<BTreeMap<SmolStr, HostEntry>>,
    dependencies: Mutex<BTreeMap<SmolStr, Dependencies>>,
    identities: Mutex<FxHashMap<Identity, u32>>,
    executed: Arc<Mutex<Vec<salsa::DatabaseKeyIndex>>>,
}

#[derive(Default)]
struct Files {
    by_path: FxHashMap<SmolStr, FileId>,
    list: Vec<SourceFile>,
}

/// Keyword, name, and how many of the same came before in the file.
type Identity = (SmolStr, Option<SmolStr>, u32);

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("system", &self.world.system).finish_non_exhaustive()
    }
}

impl Database {
    /// A database over a world, with the files that come with the compiler.
    pub fn new(system: Arc<dyn System>, library: Library) -> Self {
        Self::with(system, library, None)
    }

    /// A database that records which queries ran, for tests: see [`Self::executed`].
    pub fn recording(system: Arc<dyn System>, library: Library) -> Self {
        let executed = Arc::new(Mutex::new(Vec::new()));
        Self::with(system, library, Some(executed))
    }

    fn with(
        system: Arc<dyn System>,
        library: Library,
        recorder: Option<Arc<Mutex<Vec<salsa::DatabaseKeyIndex>>>>,
    ) -> Self {
        let executed = recorder.clone().unwrap_or_default();
        let callback = recorder.map(|executed| -> Box<dyn Fn(salsa::Event) + Send + Sync> {
            Box::new(move |event| {
                if let salsa::EventKind::WillExecute { database_key } = event.kind {
                    locked(&executed).push(database_key);
                }
            })
        });
        let world = World {
            system,
            files: Mutex::default(),
            entries: Mutex::default(),
            dependencies: Mutex::default(),
            identities: Mutex::default(),
            executed,
        };
        let db = Self { storage: salsa::Storage::new(callback), world: Arc::new(world) };
        let _project = Project::builder(Arc::new(library)).library_durability(Durability::HIGH).new(&db);
        db
    }

    /// The number of the file at a path of the system.
    pub fn open(&self, path: &str) -> FileId {
        self.file(path).id(self)
    }

    /// Says what a file says, whatever the disk does.
    pub fn set_text(&mut self, file: FileId, text: impl Into<Arc<str>>) {
        self.put(file, Text::Read(text.into()));
    }

    /// Asks the system again for everything that it was ever asked for.
    pub fn refresh(&mut self) {
        let files = locked(&self.world.files).list.clone();
        files.into_iter().for_each(|file| self.reread(file));
        self.refresh_dependencies();
        self.refresh_entries();
    }

    /// Asks the system again for the file at a path, if anything ever asked for it.
    pub fn refresh_file(&mut self, path: &str) {
        let known = locked(&self.world.files).known(&path::join("", path));
        known.into_iter().for_each(|file| self.reread(file));
    }

    /// Asks the system again which crates folders have.
    pub fn refresh_dependencies(&mut self) {
        let system = self.world.system.clone();
        let all: Vec<_> = locked(&self.world.dependencies).values().copied().collect();
        for known in all {
            let crates = system.crates(known.folder(self));
            if crates != **known.crates(self) {
                known.set_crates(self).with_durability(Durability::MEDIUM).to(Arc::new(crates));
            }
        }
    }

    /// Asks the system again what stands where something asked about it.
    pub fn refresh_entries(&mut self) {
        let system = self.world.system.clone();
        let entries: Vec<_> = locked(&self.world.entries).values().copied().collect();
        for known in entries {
            let entry = system.entry(known.path(self));
            if entry != known.entry(self) {
                known.set_entry(self).with_durability(Durability::MEDIUM).to(entry);
            }
        }
    }

    /// The names of the queries that ran since the last call, sorted. Only a [`Self::recording`] database knows.
    pub fn executed(&self) -> Vec<&str> {
        use salsa::plumbing::ZalsaDatabase;
        let keys = std::mem::take(&mut *locked(&self.world.executed));
        let name = |key: salsa::DatabaseKeyIndex| {
            self.zalsa().lookup_ingredient(key.ingredient_index()).debug_name()
        };
        let mut names: Vec<_> = keys.into_iter().map(name).collect();
        names.sort_unstable();
        names
    }

    /// The world behind this database.
    pub fn system(&self) -> &dyn System {
        &*self.world.system
    }

    fn reread(&mut self, file: SourceFile) {
        let text = Text::read(&*self.world.system, file.host(self));
        self.put(file.id(self), text);
    }

    fn put(&mut self, file: FileId, text: Text) {
        let Some(source) = self.source(file) else { return };
        // A setter starts a new revision even if it sets what was there.
        if *source.text(self) == text {
            return;
        }
        let before = source.pieces(self).clone();
        let Cut { pieces, starts } = cut(&text, &before, |items| self.anchors(items));
        source.set_text(self).to(text);
        if **source.starts(self) != *starts {
            source.set_starts(self).to(starts.into());
        }
        if *before != pieces {
            source.set_pieces(self).to(Arc::new(pieces));
        }
    }

    /// The numbers of items by keyword, name, and how many of the same came before. Equal identities have equal
    /// numbers for as long as the database lives.
    fn anchors(&self, items: &[ItemText]) -> Vec<Anchor> {
        let mut seen: FxHashMap<(&str, Option<&str>), u32> = FxHashMap::default();
        seen.reserve(items.len());
        let mut identities = locked(&self.world.identities);
        let mut anchors = Vec::with_capacity(items.len());
        for item in items {
            let nth = seen.entry((&item.keyword, item.name.as_deref())).or_default();
            let next = u32::try_from(identities.len()).unwrap_or(u32::MAX - 1);
            let identity = (item.keyword.clone(), item.name.clone(), *nth);
            *nth += 1;
            anchors.push(Anchor(*identities.entry(identity).or_insert(next)));
        }
        anchors
    }
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn file(&self, path: &str) -> SourceFile {
        let host = path::join("", path);
        if let Some(file) = locked(&self.world.files).known(&host) {
            return file;
        }
        let text = Text::read(&*self.world.system, &host);
        let Cut { pieces, starts } = cut(&text, &Pieces::default(), |items| self.anchors(items));
        let (starts, pieces) = (starts.into(), Arc::new(pieces));
        let known = self.project().library(self).known_as(&host);
        let mut files = locked(&self.world.files);
        if let Some(file) = files.known(&host) {
            return file;
        }
        let id = FileId(u32::try_from(files.list.len()).unwrap_or(u32::MAX));
        let library = known.is_some();
        let stem = path::name(&host);
        let module =
            known.clone().unwrap_or_else(|| SmolStr::new(stem.strip_suffix(".unik").unwrap_or(stem)));
        let shown = known.unwrap_or_else(|| host.clone());
        let folder = SmolStr::new(path::folder(&host));
        // What most queries read changes less often than places.
        let (often, seldom) = match library {
            true => (Durability::HIGH, Durability::HIGH),
            false => (Durability::LOW, Durability::MEDIUM),
        };
        let file =
            SourceFile::builder(id, shown, host.clone(), folder, module, library, text, starts, pieces)
                .durability(Durability::HIGH)
                .text_durability(often)
                .starts_durability(often)
                .pieces_durability(seldom)
                .new(self);
        files.by_path.insert(host, id);
        files.list.push(file);
        file
    }

    fn source(&self, file: FileId) -> Option<SourceFile> {
        locked(&self.world.files).list.get(file.0 as usize).copied()
    }

    fn entry(&self, path: &str) -> Entry {
        let path = path::join("", path);
        let mut entries = locked(&self.world.entries);
        let known = entries.entry(path.clone()).or_insert_with(|| {
            let entry = self.world.system.entry(&path);
            HostEntry::builder(path, entry).durability(Durability::MEDIUM).new(self)
        });
        known.entry(self)
    }

    fn crates(&self, folder: &str) -> &BTreeMap<SmolStr, SmolStr> {
        let folder = path::join("", folder);
        let known = locked(&self.world.dependencies).get(&folder).copied();
        let known = known.unwrap_or_else(|| {
            // Looking takes a while: nobody else is held up by it.
            let crates = Arc::new(self.world.system.crates(&folder));
            let mut all = locked(&self.world.dependencies);
            *all.entry(folder.clone()).or_insert_with(|| {
                Dependencies::builder(folder, crates).durability(Durability::MEDIUM).new(self)
            })
        });
        known.crates(self)
    }

    fn project(&self) -> Project {
        Project::get(self)
    }
}

impl Sources for Database {
    fn path(&self, file: FileId) -> &str {
        self.source(file).map_or("", |file| file.path(self))
    }

    fn text(&self, file: FileId) -> &str {
        self.source(file).map_or("", |file| file.text(self).as_str())
    }

    fn absolute(&self, place: Place) -> Span {
        let Some(file) = self.source(place.file) else { return Span::at(0) };
        let start = match place.anchor {
            Anchor::FILE => 0,
            anchor => item::items(self, file).get(anchor).map_or(0, |item| item.start(self)),
        };
        let text = file.text(self).as_str();
        let span = place.span.shifted(start);
        let inside = |offset: u32| text.floor_char_boundary((offset as usize).min(text.len()));
        Span::new(inside(span.start), inside(span.end))
    }
}

impl Files {
    fn known(&self, path: &str) -> Option<SourceFile> {
        self.list.get(self.by_path.get(path)?.0 as usize).copied()
    }
}

/// A panic of another thread leaves these tables whole, since each step adds one entry.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
