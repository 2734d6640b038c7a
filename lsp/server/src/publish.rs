//! Telling the client what is wrong: one task that keeps what was told last, so that nothing is told twice and nothing stays that
//! is no longer so.

use std::collections::BTreeMap;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::ls_types::{Diagnostic, Uri};

/// What is wrong with all files at one moment.
#[derive(Debug)]
pub(crate) struct Report {
    /// Counts the states; a report about an older one is dropped.
    pub(crate) state: u64,
    /// By file; the number of the client's state for those that are open.
    pub(crate) files: Vec<(Uri, Option<i32>, Vec<Diagnostic>)>,
}

/// Where reports go.
pub(crate) type Publisher = UnboundedSender<Report>;

/// Starts the task.
pub(crate) fn start(handle: &Handle, client: Client) -> Publisher {
    let (publisher, reports) = unbounded_channel();
    handle.spawn(publish(client, reports));
    publisher
}

async fn publish(client: Client, mut reports: UnboundedReceiver<Report>) {
    let mut told: BTreeMap<String, (Uri, Option<i32>, Vec<Diagnostic>)> = BTreeMap::new();
    let mut state = 0;
    while let Some(report) = reports.recv().await {
        if report.state < state {
            continue;
        }
        state = report.state;
        let mut gone = std::mem::take(&mut told);
        for (uri, version, diagnostics) in report.files {
            let before = gone.remove(uri.as_str());
            let same = before.is_some_and(|(_, told, said)| told == version && said == diagnostics);
            if !same {
                client.publish_diagnostics(uri.clone(), diagnostics.clone(), version).await;
            }
            told.insert(uri.as_str().to_owned(), (uri, version, diagnostics));
        }
        for (uri, _, said) in gone.into_values() {
            if !said.is_empty() {
                client.publish_diagnostics(uri, Vec::new(), None).await;
            }
        }
    }
}
