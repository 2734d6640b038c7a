//! The state of an editor's session: which texts are open, and the database over them.
//!
//! One thread owns the [`Host`] and changes it; any number of threads may ask an [`Analysis`], which sees the state at the
//! moment it was made. A change cancels the questions that are still being answered.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use unik_db::{Database, Db, Library, System, path};
use unik_source::{FileId, Sources, Span};

use crate::configuration::{Configuration, Folders};
use crate::overlay::Overlay;

/// The question was overtaken by a change: ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

/// The state that changes.
#[derive(Debug)]
pub struct Host {
    db: Database,
    folders: Arc<Folders>,
    overlay: Arc<Overlay>,
    open: BTreeSet<FileId>,
    members: Arc<Vec<String>>,
}

impl Host {
    /// A session over a world, with the files that come with the compiler.
    pub fn new(system: Arc<dyn System>, library: Library) -> Self {
        Self::over(system, |overlay| Database::new(overlay, library))
    }

    /// A session that records which queries run, for tests: see [`Self::executed`].
    pub fn recording(system: Arc<dyn System>, library: Library) -> Self {
        Self::over(system, |overlay| Database::recording(overlay, library))
    }

    fn over(system: Arc<dyn System>, database: impl FnOnce(Arc<dyn System>) -> Database) -> Self {
        let overlay = Arc::new(Overlay::new(system));
        let db = database(overlay.clone());
        Self { db, folders: Arc::default(), overlay, open: BTreeSet::new(), members: Arc::default() }
    }

    /// The names of the queries that ran since the last call, sorted. Only a [`Self::recording`] session knows.
    pub fn executed(&self) -> Vec<&str> {
        self.db.executed()
    }

    /// Opens a file with the text that the editor has, or replaces that text.
    pub fn set_text(&mut self, path: &str, text: impl Into<Arc<str>>) -> FileId {
        let (path, text) = (path::join("", path), text.into());
        self.overlay.put(&path, text.clone());
        let file = self.db.open(&path);
        self.db.set_text(file, text);
        self.open.insert(file);
        file
    }

    /// The editor lets go of a file: what the disk says counts again.
    pub fn close(&mut self, path: &str) {
        let path = path::join("", path);
        self.overlay.take(&path);
        let file = self.db.open(&path);
        self.open.remove(&file);
        self.db.refresh_file(&path);
        self.db.refresh_entries();
    }

    /// Says which files the workspace has, opened or not. They are read when somebody asks about them.
    pub fn set_members<'p>(&mut self, paths: impl IntoIterator<Item = &'p str>) {
        self.members = Arc::new(paths.into_iter().map(str::to_owned).collect());
    }

    /// These files have changed on the disk, have come or gone. Gives whether anything is no longer as it was.
    pub fn changed<'p>(&mut self, paths: impl IntoIterator<Item = &'p str>) -> bool {
        let before = salsa::plumbing::current_revision(&self.db);
        let mut packages = false;
        for changed in paths {
            match path::name(changed) {
                "Cargo.toml" | "Cargo.lock" => packages = true,
                _ => self.db.refresh_file(changed),
            }
        }
        if packages {
            self.db.refresh_dependencies();
        }
        self.db.refresh_entries();
        salsa::plumbing::current_revision(&self.db) != before
    }

    /// Says what counts for the files of a folder, those of folders below it left out that have a configuration of their own; for a
    /// folder without a name, what counts for files outside of all others. Gives whether it is another one than before.
    pub fn configure(&mut self, folder: &str, configuration: Configuration) -> bool {
        Arc::make_mut(&mut self.folders).set(&mut self.db, folder, configuration)
    }

    /// A folder leaves the workspace.
    pub fn forget(&mut self, folder: &str) {
        Arc::make_mut(&mut self.folders).remove(folder);
    }

    /// Asks the world again for everything that it was ever asked for. Gives whether anything is no longer as it was.
    pub fn refresh(&mut self) -> bool {
        let before = salsa::plumbing::current_revision(&self.db);
        self.db.refresh();
        salsa::plumbing::current_revision(&self.db) != before
    }

    /// The state as it is now, to be asked questions. It holds up the next change until it is dropped, or until it notices
    /// that it has been overtaken.
    pub fn analysis(&self) -> Analysis {
        let open = self.open.iter().copied().collect();
        let (folders, members) = (self.folders.clone(), self.members.clone());
        Analysis { db: self.db.clone(), folders, open, members }
    }
}

/// The state at one moment. Each feature is a method, in the file of its name.
#[derive(Debug)]
pub struct Analysis {
    pub(crate) db: Database,
    pub(crate) folders: Arc<Folders>,
    pub(crate) open: Vec<FileId>,
    members: Arc<Vec<String>>,
}

/// Ends what an [`Analysis`] is asked.
#[derive(Clone, Debug)]
pub struct Canceller(salsa::CancellationToken);

impl Canceller {
    /// Whoever asks sees [`Cancelled`], at once or a moment later.
    pub fn cancel(&self) {
        self.0.cancel();
    }
}

impl Analysis {
    /// Asks something; a change of the state meanwhile ends it, and so does its [`Canceller`].
    pub fn ask<T>(&self, question: impl FnOnce(&Self) -> T) -> Result<T, Cancelled> {
        // Salsa forgets that it has been cancelled when the outermost thing that was asked of it ends: that is the whole question.
        let asked = || salsa::Database::attach(&self.db, |_| question(self));
        salsa::Cancelled::catch(AssertUnwindSafe(asked)).map_err(|_| Cancelled)
    }

    /// What ends the questions to this analysis, from any thread.
    pub fn canceller(&self) -> Canceller {
        Canceller(salsa::Database::cancellation_token(&self.db))
    }

    /// The number of the file at a path.
    pub fn file(&self, path: &str) -> FileId {
        self.db.open(path)
    }

    /// The files that the editor has open, in the order of their numbers.
    pub fn open_files(&self) -> &[FileId] {
        &self.open
    }

    /// The files of the workspace, the open ones first, each once.
    pub(crate) fn roots(&self) -> Vec<FileId> {
        let others = self.members.iter().map(|path| self.db.open(path));
        let others = others.filter(|file| self.open.binary_search(file).is_err());
        self.open.iter().copied().chain(others).collect()
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> &str {
        self.db.text(file)
    }

    /// The path by which the system knows a file.
    pub fn path(&self, file: FileId) -> &str {
        self.db.source(file).map_or("", |file| file.host(&self.db))
    }

    /// What counts for a file: the configuration of the innermost folder that it lies in.
    pub fn configuration(&self, file: FileId) -> Configuration {
        let folder = self.folders.around(self.path(file));
        folder.map(|folder| folder.configuration(&self.db).clone()).unwrap_or_default()
    }

    /// Whether a file belongs to the library, which nobody edits here.
    pub fn is_library(&self, file: FileId) -> bool {
        self.db.source(file).is_some_and(|file| file.library(&self.db))
    }
}

/// A range of a file, in bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// The file.
    pub file: FileId,
    /// The range.
    pub span: Span,
}
