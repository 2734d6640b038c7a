//! The graphs that the client has: what it was answered, and the telling that the answer would be another one now,
//! `unik/graphChanged`.
//!
//! Who was told is not told again until they have asked: an editor that shows no graph any more costs nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::ls_types::Uri;
use tower_lsp::ls_types::notification::Notification;

/// The graphs that the client has.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    shown: Arc<Mutex<BTreeMap<String, Shown>>>,
    tell: UnboundedSender<Uri>,
}

/// A graph that the client has.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) uri: Uri,
    /// What it asked.
    pub(crate) params: Value,
    /// Stands for what it was answered.
    pub(crate) content: u64,
}

/// The notification.
enum GraphChanged {}

impl Notification for GraphChanged {
    type Params = Value;
    const METHOD: &'static str = "unik/graphChanged";
}

/// Starts the task that tells the client.
pub(crate) fn start(handle: &Handle, client: Client) -> Watch {
    let (tell, told) = unbounded_channel();
    handle.spawn(notify(client, told));
    Watch { shown: Arc::default(), tell }
}

async fn notify(client: Client, mut told: UnboundedReceiver<Uri>) {
    while let Some(uri) = told.recv().await {
        client.send_notification::<GraphChanged>(json!({ "textDocument": { "uri": uri } })).await;
    }
}

impl Watch {
    /// Remembers what the client is answered. Called while the state is still held, so that no change comes between.
    pub(crate) fn remember(&self, shown: Shown) {
        self.locked().insert(shown.uri.as_str().to_owned(), shown);
    }

    /// Whether nobody waits to be told.
    pub(crate) fn is_empty(&self) -> bool {
        self.locked().is_empty()
    }

    /// What the client has.
    pub(crate) fn shown(&self) -> Vec<Shown> {
        self.locked().values().cloned().collect()
    }

    /// Tells the client that what it has of a file is no longer so, unless it has asked again meanwhile.
    pub(crate) fn tell(&self, old: Shown) {
        let mut all = self.locked();
        if all.get(old.uri.as_str()).is_some_and(|now| now.content == old.content) {
            all.remove(old.uri.as_str());
            // The task ends with the server.
            drop(self.tell.send(old.uri));
        }
    }

    /// A panic of another thread leaves the table whole, since each step changes one entry.
    fn locked(&self) -> MutexGuard<'_, BTreeMap<String, Shown>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
