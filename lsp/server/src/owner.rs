//! The thread that owns the state. What the client says and asks comes through one queue, in its order.
//!
//! A change waits until nobody reads, and tells readers to stop. So a reader works on a thread of its own, lets go of the state
//! before it answers, and nothing that reads is ever held across an await: else a change would wait for the answer, and the
//! answer for the change.

use std::fmt;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, OnceLock};
use std::thread;

use tokio::runtime::Handle;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};
use unik_db::{Library, System};
use unik_ide::Host;

use crate::documents::{Document, Documents, path_of};
use crate::position::Encoding;
use crate::publish::{Publisher, Report};
use crate::snapshot::{Known, Snapshot};
use crate::watch::Watch;
use crate::{convert, graph};

/// The world around the server.
pub struct World {
    /// The disk.
    pub system: Arc<dyn System>,
    /// The files that come with the compiler.
    pub library: Library,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("system", &self.system).finish_non_exhaustive()
    }
}

/// What the owner is told.
pub(crate) enum Job {
    /// A text was opened.
    Open(TextDocumentItem),
    /// A text was edited.
    Edit(Uri, i32, Vec<TextDocumentContentChangeEvent>),
    /// A text was closed.
    Close(Uri),
    /// Files changed on the disk.
    Disk,
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
    /// Queues a job. Whoever does so before its first await keeps the order in which the client spoke.
    pub(crate) fn push(&self, job: Job) {
        // The owner ends only after all queues are gone.
        drop(self.jobs.send(job));
    }

    /// Says in which unit the client counts; the first time counts.
    pub(crate) fn count_in(&self, encoding: Encoding) -> Encoding {
        *self.encoding.get_or_init(|| encoding)
    }
}

/// Starts the thread; it ends when its queue is gone.
pub(crate) fn start(handle: &Handle, world: World, publisher: Publisher, watch: Watch) -> Queue {
    let (jobs, received) = channel();
    let encoding = Arc::new(OnceLock::new());
    let owner = Owner {
        host: Host::new(world.system, world.library),
        documents: Documents::new(),
        encoding: encoding.clone(),
        handle: handle.clone(),
        publisher,
        watch,
        state: 0,
    };
    // Without a thread nobody answers: the client sees its requests fail.
    drop(
        thread::Builder::new()
            .name("owner".to_owned())
            .stack_size(crate::STACK)
            .spawn(|| owner.run(received)),
    );
    Queue { jobs, encoding }
}

struct Owner {
    host: Host,
    documents: Documents,
    encoding: Arc<OnceLock<Encoding>>,
    handle: Handle,
    publisher: Publisher,
    watch: Watch,
    /// Counts changes.
    state: u64,
}

impl Owner {
    fn run(mut self, jobs: Receiver<Job>) {
        let mut reported = 0;
        loop {
            // What is wrong is computed when nothing else is to do: a burst of edits is looked at once.
            let job = match jobs.try_recv() {
                Ok(job) => Some(job),
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {
                    if reported != self.state {
                        reported = self.state;
                        self.report();
                    }
                    jobs.recv().ok()
                }
            };
            match job {
                Some(Job::Ask(question)) => self.ask(question),
                Some(job) => {
                    self.change(job);
                    self.state += 1;
                }
                None => return,
            }
        }
    }

    fn change(&mut self, job: Job) {
        match job {
            Job::Open(opened) => {
                let path = path_of(&opened.uri);
                self.host.set_text(&path, opened.text.as_str());
                let document = Document { uri: opened.uri, version: opened.version, text: opened.text };
                self.documents.insert(path, document);
            }
            Job::Edit(uri, version, changes) => {
                let encoding = self.encoding();
                let path = path_of(&uri);
                if let Some(document) = self.documents.get_mut(&path) {
                    document.apply(changes, encoding);
                    document.version = version;
                    self.host.set_text(&path, document.text.as_str());
                }
            }
            Job::Close(uri) => {
                let path = path_of(&uri);
                self.documents.remove(&path);
                self.host.close(&path);
            }
            Job::Disk => _ = self.host.refresh(),
            Job::Ask(_) => {}
        }
    }

    fn encoding(&self) -> Encoding {
        self.encoding.get().copied().unwrap_or_default()
    }

    fn snapshot(&self) -> Snapshot {
        let known = self.documents.iter();
        let known = known.map(|(path, document)| (path.clone(), (document.uri.clone(), document.version)));
        let known: Known = Arc::new(known.collect());
        let watch = self.watch.clone();
        Snapshot { analysis: self.host.analysis(), known, encoding: self.encoding(), watch }
    }

    fn ask(&self, question: Box<dyn FnOnce(Snapshot) + Send>) {
        let snapshot = self.snapshot();
        drop(self.handle.spawn_blocking(move || question(snapshot)));
    }

    fn report(&self) {
        let (publisher, state) = (self.publisher.clone(), self.state);
        self.ask(Box::new(move |snapshot| {
            // Overtaken by a change, it is done again after that.
            let files = snapshot.analysis.ask(|_| convert::problems(&snapshot));
            drop(snapshot);
            if let Ok(files) = files {
                drop(publisher.send(Report { state, files }));
            }
        }));
        if !self.watch.is_empty() {
            // Overtaken, it is done again as well.
            self.ask(Box::new(|snapshot| _ = snapshot.analysis.ask(|_| graph::look(&snapshot))));
        }
    }
}
