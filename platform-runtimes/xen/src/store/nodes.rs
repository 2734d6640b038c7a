//! What can be done with nodes, in a transaction or without one.

#![allow(async_fn_in_trait, reason = "one thread runs everything: no caller needs a bound on the futures")]

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::store::error::{Error, Refusal};
use crate::store::wire::{Kind, check_path, split, text, texts, words};

/// How often a long list is begun anew since somebody has changed it meanwhile.
const TRIES: usize = 16;

/// Nodes of XenStore. A path starts with `/`, or is one below the domain's own folder, `/local/domain/N`.
///
/// # Errors
/// Every method: [`Error::Path`], [`Error::TooLong`], [`Error::Zero`] without asking; else what the server says, or what has become of
/// the connection.
pub trait Nodes {
    /// Sends a request and waits for what the answer says.
    async fn ask(&self, kind: Kind, message: Vec<u8>) -> Result<Vec<u8>, Error>;

    /// The value of a node.
    async fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.ask(Kind::Read, of(path)?).await
    }

    /// The value of a node as text; nothing if there is no such node.
    async fn text(&self, path: &str) -> Result<Option<String>, Error> {
        match self.read(path).await {
            Ok(value) => text(split(&value).0).map(Some),
            Err(Error::Refused(Refusal::NotFound)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives a node its value; makes it, and those on its way, if there are none.
    async fn write(&self, path: &str, value: &[u8]) -> Result<(), Error> {
        let mut message = of(path)?;
        message.extend_from_slice(value);
        self.ask(Kind::Write, message).await.map(drop)
    }

    /// Makes a node without a value, unless it is there.
    async fn make(&self, path: &str) -> Result<(), Error> {
        self.ask(Kind::MakeDirectory, of(path)?).await.map(drop)
    }

    /// Removes a node with all below it. A node that is not there is removed already, as long as there is one above it.
    async fn remove(&self, path: &str) -> Result<(), Error> {
        self.ask(Kind::Remove, of(path)?).await.map(drop)
    }

    /// The names below a node, in the server's order.
    async fn directory(&self, path: &str) -> Result<Vec<String>, Error> {
        match self.ask(Kind::Directory, of(path)?).await {
            Ok(answer) => texts(&answer),
            Err(Error::Refused(Refusal::TooBig)) => long_directory(self, path).await,
            Err(error) => Err(error),
        }
    }

    /// Who may do what with a node, owner first: `n3` (nobody else), `r0` (domain 0 may read), `w0`, `b0`.
    async fn permissions(&self, path: &str) -> Result<Vec<String>, Error> {
        texts(&self.ask(Kind::GetPermissions, of(path)?).await?)
    }

    /// Says who may do what with a node.
    async fn set_permissions(&self, path: &str, permissions: &[&str]) -> Result<(), Error> {
        let mut message = of(path)?;
        message.extend(words(permissions)?);
        self.ask(Kind::SetPermissions, message).await.map(drop)
    }

    /// The folder of a domain.
    async fn domain_path(&self, domain: u16) -> Result<String, Error> {
        let answer = self.ask(Kind::DomainPath, words(&[&domain.to_string()])?).await?;
        text(split(&answer).0)
    }
}

/// A message that begins with a path.
fn of(path: &str) -> Result<Vec<u8>, Error> {
    check_path(path)?;
    words(&[path])
}

/// A list that does not fit into one message: it comes in parts, each with the count of changes to it.
async fn long_directory<N: Nodes + ?Sized>(nodes: &N, path: &str) -> Result<Vec<String>, Error> {
    for _ in 0..TRIES {
        let mut names: Vec<u8> = Vec::new();
        let mut changes = None;
        loop {
            let message = words(&[path, &format!("{}", names.len())])?;
            let answer = nodes.ask(Kind::DirectoryPart, message).await?;
            let (count, part) = split(&answer);
            if *changes.get_or_insert_with(|| count.to_vec()) != count {
                break;
            }
            names.extend_from_slice(part);
            // The end is an empty name; an answer without anything is one too.
            if part.is_empty() || part == b"\0" || names.ends_with(b"\0\0") {
                return texts(&names);
            }
        }
    }
    Err(Error::Contended)
}
