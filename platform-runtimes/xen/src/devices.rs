//! The devices of a program on this target: the store of the host, disks, network interfaces.

mod disk;
mod nic;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use unik::kv::{Entry, Kind, ReadOnly, ReadWrite};

use crate::error::Error;
use crate::machine;
use crate::store::{Found, Values, ValuesError};
pub use disk::{Disk, DiskError};
pub use nic::Nic;

/// How long a back end may take until a device can be used: scripts of the tools run before it is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a device is not there in time.
fn late() -> String {
    format!(
        "its back end has not come within {} seconds; what its script has done is in /var/log/xen/xen-hotplug.log of the control domain",
        PATIENCE.as_secs()
    )
}

/// A folder of XenStore.
#[derive(Clone, Debug)]
pub struct XenStore(Values);

impl XenStore {
    /// The folder at a path: from the root if it starts with `/`, else from the domain's own folder.
    pub async fn new(path: &str) -> Result<Self, Error> {
        let guest = machine::guest().ok_or(Error::NotXen { what: "XenStore" })?;
        Ok(Self(Values::new(guest.store, path)?))
    }
}

impl ReadOnly for XenStore {
    type Error = ValuesError;
    type Value = Found;

    async fn open(&self, key: &str) -> Result<Found, ValuesError> {
        self.0.open(key).await
    }

    async fn list(&self, dictionary: &str) -> Result<Vec<Entry>, ValuesError> {
        self.0.list(dictionary).await
    }

    async fn exists(&self, key: &str) -> Result<Option<Kind>, ValuesError> {
        self.0.exists(key).await
    }
}

impl ReadWrite for XenStore {
    async fn set(&self, key: &str, value: &[u8]) -> Result<(), ValuesError> {
        self.0.set(key, value).await
    }

    async fn remove(&self, key: &str) -> Result<(), ValuesError> {
        self.0.remove(key).await
    }

    async fn rename(&self, from: &str, to: &str) -> Result<(), ValuesError> {
        self.0.rename(from, to).await
    }
}
