//! Watches: being told that a node, or one below it, has changed.

use alloc::string::{String, ToString};
use core::future::poll_fn;

use crate::store::client::Store;
use crate::store::error::Error;
use crate::store::nodes::Nodes;
use crate::store::wire::{Kind, check_path, words};

/// A watch; it ends when it is dropped.
#[derive(Debug)]
pub struct Watch {
    store: Store,
    token: u32,
}

impl Watch {
    /// Watches a node and all below it. The first event comes at once and tells of the node itself.
    pub async fn new(store: &Store, path: &str) -> Result<Self, Error> {
        check_path(path)?;
        // The first event may come before the answer.
        let token = store.act(|engine| engine.add_watch(path));
        let watch = Self { store: store.clone(), token };
        store.ask(Kind::Watch, words(&[path, &token.to_string()])?).await?;
        Ok(watch)
    }

    /// Waits for the next event: the path that has changed, if anything has. Events of one path may come together as one, and very
    /// many as one of the watched path. The connection that is made anew counts as a change.
    pub async fn next(&mut self) -> Result<String, Error> {
        poll_fn(|cx| self.store.poll_event(self.token, cx)).await
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.store.act(|engine| engine.remove_watch(self.token));
    }
}
