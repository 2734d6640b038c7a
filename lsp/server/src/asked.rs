//! A question that the client may take back: then whoever works on the answer stops.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use unik_ide::Canceller;

/// Held by who waits for the answer; nobody wants it any more when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) wanted: Arc<Wanted>,
}

/// Held by who answers.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    dropped: AtomicBool,
    canceller: OnceLock<Canceller>,
}

impl Wanted {
    /// Says how the answering is ended. Gives whether it is still wanted.
    pub(crate) fn begin(&self, canceller: Canceller) -> bool {
        // First the way to end it, then the look: whoever drops does it in the other order.
        drop(self.canceller.set(canceller));
        !self.dropped.load(Ordering::SeqCst)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.wanted.dropped.store(true, Ordering::SeqCst);
        if let Some(canceller) = self.wanted.canceller.get() {
            canceller.cancel();
        }
    }
}
