//! The workspace as the client tells of it: its folders, its settings, the files on its disk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::*;
use unik_db::System;

use crate::abilities::Abilities;
use crate::documents::path_of;
use crate::peer::{Folders, Peer};
use crate::queue::{Job, Queue};
use crate::settings::{Changed, configuration};

/// Passes on what the client says of the workspace, and asks it for more.
#[derive(Debug)]
pub(crate) struct Workspace {
    queue: Queue,
    peer: Peer,
    system: Arc<dyn System>,
    folders: Mutex<Folders>,
}

impl Workspace {
    /// Nothing is known yet.
    pub(crate) fn new(queue: Queue, peer: Peer, system: Arc<dyn System>) -> Self {
        Self { queue, peer, system, folders: Mutex::default() }
    }

    /// The client says what it can and with what it starts.
    pub(crate) fn start(&self, params: &InitializeParams) {
        self.peer.can(Abilities::of(&params.capabilities));
        self.queue.push(Job::Start(params.initialization_options.as_ref().and_then(configuration)));
        #[expect(deprecated, reason = "clients without folders name a root, or nothing")]
        let root = params.root_uri.clone();
        let folders = match &params.workspace_folders {
            Some(folders) => named(folders.clone()),
            None => root.map(|root| (path_of(&root), root)).into_iter().collect(),
        };
        self.change_folders(folders, Vec::new());
    }

    /// The client listens: it can be asked now.
    pub(crate) fn greet(&self) {
        let folders = self.folders().clone();
        self.peer.register();
        self.peer.ask_settings(&self.queue, folders.clone());
        self.peer.look_for_members(&self.queue, &self.system, folders);
    }

    /// Folders join and leave.
    pub(crate) fn folders_changed(&self, event: WorkspaceFoldersChangeEvent) {
        let joined = named(event.added);
        self.change_folders(joined.clone(), named(event.removed).into_keys().collect());
        self.peer.ask_settings(&self.queue, self.folders().clone());
        self.peer.look_for_members(&self.queue, &self.system, joined);
    }

    /// The settings change. A client that can be asked says in the answer what they are.
    pub(crate) fn settings_changed(&self, params: &DidChangeConfigurationParams) {
        if self.peer.abilities().settings {
            self.peer.ask_settings(&self.queue, self.folders().clone());
        } else if let Some(settings) = params.settings.get("unik") {
            self.queue.push(Job::Settings(Changed::All(configuration(settings))));
        }
    }

    /// Somebody chooses a configuration for the folder of a file.
    pub(crate) fn choose(&self, file: Uri, chosen: Option<&serde_json::Value>) -> Result<()> {
        let chosen = chosen.and_then(configuration);
        let chosen = chosen.ok_or_else(|| Error::invalid_params("`configuration` is no configuration"))?;
        self.queue.push(Job::Choose(file, chosen));
        Ok(())
    }

    /// A text was saved. Who watches files tells of all others too.
    pub(crate) fn saved(&self, file: &Uri) {
        self.queue.push(Job::Disk(vec![(path_of(file), true)]));
        if !self.peer.abilities().watching {
            self.queue.push(Job::Refresh);
        }
    }

    /// Files have changed on the disk, have come or gone.
    pub(crate) fn disk_changed(&self, events: Vec<FileEvent>) {
        let changed = events.into_iter().map(|it| (path_of(&it.uri), it.typ != FileChangeType::DELETED));
        self.queue.push(Job::Disk(changed.collect()));
    }

    fn change_folders(&self, join: Folders, leave: Vec<String>) {
        let mut folders = self.folders();
        leave.iter().for_each(|folder| drop(folders.remove(folder)));
        folders.extend(join.clone());
        self.queue.push(Job::Folders { join: join.into_keys().collect(), leave });
    }

    /// A panic of another thread leaves the table whole, since each step changes one entry.
    fn folders(&self) -> MutexGuard<'_, Folders> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn named(folders: Vec<WorkspaceFolder>) -> Folders {
    folders.into_iter().map(|folder| (path_of(&folder.uri), folder.uri)).collect()
}
