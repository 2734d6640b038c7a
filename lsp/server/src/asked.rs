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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use unik_db::{Library, MemorySystem};
    use unik_ide::{Cancelled, Host};

    use super::*;

    #[test]
    fn who_answers_a_question_that_is_taken_back_stops() {
        let mut host = Host::new(Arc::new(MemorySystem::default()), Library::default());
        let file = host.set_text("/app.unik", "let a = 1\n");
        // Before anybody begins.
        let asked = Asked::default();
        let (wanted, analysis) = (asked.wanted.clone(), host.analysis());
        drop(asked);
        assert!(!wanted.begin(analysis.canceller()));

        let asked = Asked::default();
        let (wanted, analysis) = (asked.wanted.clone(), host.analysis());
        let (said, heard) = channel();
        std::thread::spawn(move || {
            assert!(wanted.begin(analysis.canceller()));
            let mut rounds = 0_u64;
            let answer: Result<(), Cancelled> = analysis.ask(|it| {
                // It would go on for ever.
                loop {
                    it.problems_of(file);
                    rounds += 1;
                    if rounds == 1 {
                        said.send(None).expect("the test hears");
                    }
                }
            });
            said.send(Some(answer)).expect("the test hears");
        });
        assert_eq!(heard.recv(), Ok(None), "it has begun");
        drop(asked);
        assert_eq!(heard.recv_timeout(Duration::from_secs(60)), Ok(Some(Err(Cancelled))));
    }
}
