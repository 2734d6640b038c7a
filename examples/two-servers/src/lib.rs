//! A site: the files of a store, served to a network.

#![no_std]

use unik::Failure;
use unik::http::Site;
use unik::kv::ReadOnly;
use unik::net::Network;

/// Serves `store` until the program is asked to stop.
pub async fn serve(store: impl ReadOnly, network: impl Network) -> Result<(), Failure> {
    Ok(network.serve(Site::new(store)).await?)
}
