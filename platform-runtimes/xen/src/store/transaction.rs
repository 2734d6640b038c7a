//! Transactions: several steps that others see as one, or not at all.

use alloc::vec::Vec;

use crate::store::client::Store;
use crate::store::engine::number;
use crate::store::error::{Error, Refusal};
use crate::store::nodes::Nodes;
use crate::store::wire::Kind;

/// How often one is tried. Each time somebody else has got further, so this is not where two wait for one another.
const TRIES: usize = 100;

/// A transaction that is open. Dropped without an end it has never been.
#[derive(Debug)]
pub struct Transaction<'a> {
    store: &'a Store,
    number: u32,
    generation: u32,
    open: bool,
}

impl Nodes for Transaction<'_> {
    async fn ask(&self, kind: Kind, message: Vec<u8>) -> Result<Vec<u8>, Error> {
        self.store.request(kind, (self.number, Some(self.generation)), message).await
    }
}

impl<'a> Transaction<'a> {
    async fn start(store: &'a Store) -> Result<Self, Error> {
        let generation = store.generation();
        let answer = store.request(Kind::TransactionStart, (0, Some(generation)), b"\0".to_vec()).await?;
        // Number zero is what stands for none.
        let number = number(&answer).filter(|number| *number != 0).ok_or(Error::Answer)?;
        Ok(Self { store, number, generation, open: true })
    }

    async fn commit(mut self) -> Result<(), Error> {
        let answer = self.ask(Kind::TransactionEnd, b"T\0".to_vec());
        let result = answer.await.map(drop);
        // Whatever the server says, it knows of it no longer.
        self.open = false;
        result
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.open {
            let (number, generation) = (self.number, self.generation);
            self.store.act(|engine| engine.end(number, generation));
        }
    }
}

/// Does some steps as one. They are done again if others have changed what they saw; a step that fails ends them all.
pub async fn transaction<T>(
    store: &Store,
    mut steps: impl AsyncFnMut(&Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    for _ in 0..TRIES {
        let open = Transaction::start(store).await?;
        let result = match steps(&open).await {
            Ok(result) => open.commit().await.map(|()| result),
            Err(error) => Err(error),
        };
        if !matches!(result, Err(Error::Refused(Refusal::Again))) {
            return result;
        }
    }
    Err(Error::Contended)
}
