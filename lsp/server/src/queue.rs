//! What the owner of the state is told and asked, and the way to it. What it does with that is decided in `owner`.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};

use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};
use unik_ide::Configuration;

use crate::position::Encoding;
use crate::settings::Changed;
use crate::snapshot::Snapshot;

/// What the owner is told.
pub(crate) enum Job {
    /// A text was opened.
    Open(TextDocumentItem),
    /// A text was edited.
    Edit(Uri, i32, Vec<TextDocumentContentChangeEvent>),
    /// A text was closed.
    Close(Uri),
    /// Files at these paths changed on the disk; whether each is still there.
    Disk(Vec<(String, bool)>),
    /// Anything may have changed on the disk.
    Refresh,
    /// The configuration with which the client starts.
    Start(Option<Configuration>),
    /// Folders join and leave the workspace.
    Folders { join: Vec<String>, leave: Vec<String> },
    /// The files of a folder of the workspace.
    Members(String, BTreeSet<String>),
    /// The settings have changed.
    Settings(Changed),
    /// Somebody chooses a configuration for the folder of a file.
    Choose(Uri, Configuration),
    /// Somebody asks something. The question gets the state and is answered elsewhere.
    Ask(Box<dyn FnOnce(Snapshot) + Send>),
}

/// The way to the owner.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    jobs: Sender<Job>,
    encoding: Arc<OnceLock<Encoding>>,
}

impl Queue {
    /// A queue and its other end.
    pub(crate) fn new() -> (Self, Receiver<Job>) {
        let (jobs, received) = channel();
        (Self { jobs, encoding: Arc::default() }, received)
    }

    /// Queues a job. Whoever does so before its first await keeps the order in which the client spoke.
    pub(crate) fn push(&self, job: Job) {
        // The owner ends only after all queues are gone.
        drop(self.jobs.send(job));
    }

    /// Says in which unit the client counts; the first time counts.
    pub(crate) fn count_in(&self, encoding: Encoding) -> Encoding {
        *self.encoding.get_or_init(|| encoding)
    }

    /// Where the unit will stand.
    pub(crate) fn encoding(&self) -> Arc<OnceLock<Encoding>> {
        self.encoding.clone()
    }
}
