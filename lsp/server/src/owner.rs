//! The thread that owns the state. What the client says and asks comes through one queue, in its order.
//!
//! A change waits until nobody reads, and tells readers to stop. So a reader works on a thread of its own, lets go of the state
//! before it answers, and nothing that reads is ever held across an await: else a change would wait for the answer, and the
//! answer for the change.

use std::cell::RefCell;
use std::fmt;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::sync::{Arc, OnceLock};
use std::thread;

use tokio::runtime::Handle;
use unik_db::{Library, System};
use unik_ide::Host;

use crate::documents::{Document, Documents, path_of};
use crate::members::Members;
use crate::peer::Peer;
use crate::position::Encoding;
use crate::publish::{Publisher, Report};
use crate::queue::Job;
use crate::settings::Settings;
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

/// Starts the thread; it ends when all queues are gone.
pub(crate) fn start(handle: &Handle, world: World, received: Receiver<Job>, tell: Tell) {
    let owner = Owner {
        host: Host::new(world.system, world.library),
        documents: Documents::new(),
        settings: Settings::default(),
        members: Members::default(),
        handle: handle.clone(),
        tell,
        state: 0,
    };
    // Without a thread nobody answers: the client sees its requests fail.
    drop(
        thread::Builder::new()
            .name("owner".to_owned())
            .stack_size(crate::STACK)
            .spawn(|| owner.run(received)),
    );
}

/// Whom the owner tells of what has changed, and in which words.
#[derive(Debug)]
pub(crate) struct Tell {
    pub(crate) encoding: Arc<OnceLock<Encoding>>,
    pub(crate) publisher: Publisher,
    pub(crate) watch: Watch,
    pub(crate) peer: Peer,
}

struct Owner {
    host: Host,
    documents: Documents,
    settings: Settings,
    members: Members,
    handle: Handle,
    tell: Tell,
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
                    if self.change(job) {
                        self.tell.peer.refresh();
                    }
                    self.state += 1;
                }
                None => return,
            }
        }
    }

    /// Does what the job says. Gives whether that changes what the client would be answered, though it has edited nothing.
    fn change(&mut self, job: Job) -> bool {
        match job {
            Job::Open(opened) => {
                let path = path_of(&opened.uri);
                self.host.set_text(&path, opened.text.as_str());
                let document = Document { uri: opened.uri, version: opened.version, text: opened.text };
                self.documents.insert(path, document);
                false
            }
            Job::Edit(uri, version, changes) => {
                let encoding = self.encoding();
                let path = path_of(&uri);
                if let Some(document) = self.documents.get_mut(&path) {
                    document.apply(changes, encoding);
                    document.version = version;
                    self.host.set_text(&path, document.text.as_str());
                }
                false
            }
            Job::Close(uri) => {
                let path = path_of(&uri);
                self.documents.remove(&path);
                self.host.close(&path);
                false
            }
            Job::Disk(files) => {
                let moved = files.iter().filter(|(path, _)| path.ends_with(".unik"));
                let moved =
                    moved.fold(false, |moved, (path, there)| self.members.moved(path, *there) | moved);
                if moved {
                    self.host.set_members(self.members.files());
                }
                self.host.changed(files.iter().map(|(path, _)| path.as_str())) | moved
            }
            Job::Refresh => self.host.refresh(),
            Job::Start(configuration) => {
                self.settings.start(configuration);
                self.configure();
                false
            }
            Job::Folders { join, leave } => {
                for folder in &leave {
                    self.settings.leave(folder);
                    self.members.leave(folder);
                    self.host.forget(folder);
                }
                join.iter().for_each(|folder| self.settings.join(folder));
                self.host.set_members(self.members.files());
                self.configure();
                !leave.is_empty()
            }
            Job::Members(folder, files) => {
                // It may have left while it was looked through.
                if self.settings.has(&folder) {
                    self.members.join(folder, files);
                }
                self.host.set_members(self.members.files());
                false
            }
            Job::Settings(changed) => {
                self.settings.change(&changed);
                self.configure()
            }
            Job::Choose(uri, configuration) => {
                self.settings.choose(&path_of(&uri), configuration);
                self.configure()
            }
            Job::Ask(_) => false,
        }
    }

    /// Lets the settings count. Gives whether any is another one than before.
    fn configure(&mut self) -> bool {
        self.settings.in_force().fold(false, |changed, (folder, configuration)| {
            self.host.configure(folder, configuration.clone()) | changed
        })
    }

    fn encoding(&self) -> Encoding {
        self.tell.encoding.get().copied().unwrap_or_default()
    }

    fn snapshot(&self) -> Snapshot {
        let known = self.documents.iter();
        let known = known.map(|(path, document)| (path.clone(), (document.uri.clone(), document.version)));
        let known: Known = Arc::new(known.collect());
        let watch = self.tell.watch.clone();
        let indexes = RefCell::default();
        Snapshot { analysis: self.host.analysis(), known, encoding: self.encoding(), watch, indexes }
    }

    fn ask(&self, question: Box<dyn FnOnce(Snapshot) + Send>) {
        let snapshot = self.snapshot();
        drop(self.handle.spawn_blocking(move || question(snapshot)));
    }

    fn report(&self) {
        if !self.tell.peer.abilities().pulls {
            let (publisher, state) = (self.tell.publisher.clone(), self.state);
            self.ask(Box::new(move |snapshot| {
                // Overtaken by a change, it is done again after that.
                let files = snapshot.analysis.ask(|it| convert::problems(&snapshot, it.problems()));
                drop(snapshot);
                if let Ok(files) = files {
                    drop(publisher.send(Report { state, files }));
                }
            }));
        }
        if !self.tell.watch.is_empty() {
            // Overtaken, it is done again as well.
            self.ask(Box::new(|snapshot| _ = snapshot.analysis.ask(|_| graph::look(&snapshot))));
        }
    }
}
