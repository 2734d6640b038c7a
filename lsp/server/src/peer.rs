//! What the server asks of the client by itself, as far as the client can: settings, watching files, asking again, and showing that
//! something takes a while. Nothing here waits on the way in: each is a task of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::json;
use tokio::runtime::Handle;
use tower_lsp::Client;
use tower_lsp::ls_types::*;
use unik_db::System;

use crate::abilities::Abilities;
use crate::members::find;
use crate::queue::{Job, Queue};
use crate::settings::{Changed, configuration};

/// The section of the settings.
const SECTION: &str = "unik";

/// The client, with what it can.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    client: Client,
    handle: Handle,
    abilities: Arc<OnceLock<Abilities>>,
}

/// A folder of the workspace: its path, and what the client calls it.
pub(crate) type Folders = BTreeMap<String, Uri>;

impl Peer {
    /// A client of which nothing is known yet.
    pub(crate) fn new(handle: &Handle, client: Client) -> Self {
        Self { client, handle: handle.clone(), abilities: Arc::default() }
    }

    /// The client has said what it can; the first time counts.
    pub(crate) fn can(&self, abilities: Abilities) {
        self.abilities.get_or_init(|| abilities);
    }

    /// What it can.
    pub(crate) fn abilities(&self) -> Abilities {
        self.abilities.get().copied().unwrap_or_default()
    }

    /// Asks the client to tell when settings and files change.
    pub(crate) fn register(&self) {
        let (client, abilities) = (self.client.clone(), self.abilities());
        let registration = |method: &str, options| Registration {
            id: method.to_owned(),
            method: method.to_owned(),
            register_options: options,
        };
        let mut registrations = Vec::new();
        if abilities.settings_changes {
            let options = json!({ "section": SECTION });
            registrations.push(registration("workspace/didChangeConfiguration", Some(options)));
        }
        if abilities.watching {
            let watchers =
                ["**/*.unik", "**/Cargo.toml", "**/Cargo.lock"].map(|glob| json!({ "globPattern": glob }));
            let options = json!({ "watchers": watchers });
            registrations.push(registration("workspace/didChangeWatchedFiles", Some(options)));
        }
        if !registrations.is_empty() {
            // A client that refuses goes without.
            self.handle.spawn(async move { drop(client.register_capability(registrations).await) });
        }
    }

    /// Asks for the settings of folders, and of files outside of all.
    pub(crate) fn ask_settings(&self, queue: &Queue, folders: Folders) {
        if !self.abilities().settings {
            return;
        }
        let (client, queue) = (self.client.clone(), queue.clone());
        let item = |scope_uri| ConfigurationItem { scope_uri, section: Some(SECTION.to_owned()) };
        let items = std::iter::once(None).chain(folders.values().cloned().map(Some)).map(item).collect();
        let names: Vec<String> = std::iter::once(String::new()).chain(folders.into_keys()).collect();
        self.handle.spawn(async move {
            let Ok(answers) = client.configuration(items).await else { return };
            let each = names.into_iter().zip(answers.iter().map(configuration)).collect();
            queue.push(Job::Settings(Changed::Each(each)));
        });
    }

    /// Looks for the files in folders of the workspace, and shows that meanwhile. A client that is slow to show it holds up nothing.
    pub(crate) fn look_for_members(&self, queue: &Queue, system: &Arc<dyn System>, folders: Folders) {
        for folder in folders.into_keys() {
            let (client, queue, system) = (self.client.clone(), queue.clone(), system.clone());
            let token = ProgressToken::String(format!("unik/members{folder}"));
            let looked = self.handle.spawn_blocking(move || {
                let files = find(&*system, &folder);
                let count = files.len();
                queue.push(Job::Members(folder, files));
                count
            });
            if !self.abilities().progress {
                continue;
            }
            self.handle.spawn(async move {
                if client.create_work_done_progress(token.clone()).await.is_ok() {
                    let shown = client.progress(token, "Looking for .unik files").begin().await;
                    let found = looked.await.unwrap_or_default();
                    shown.finish_with_message(format!("{found} found")).await;
                }
            });
        }
    }

    /// Asks the client to ask again, since something else than its edits has changed what it would be answered.
    pub(crate) fn refresh(&self) {
        let (client, refresh) = (self.client.clone(), self.abilities().refresh);
        // A client that refuses shows what it has until the next edit.
        self.handle.spawn(async move {
            if refresh.diagnostics {
                drop(client.workspace_diagnostic_refresh().await);
            }
            if refresh.hints {
                drop(client.inlay_hint_refresh().await);
            }
            if refresh.lenses {
                drop(client.code_lens_refresh().await);
            }
            if refresh.words {
                drop(client.semantic_tokens_refresh().await);
            }
        });
    }
}
