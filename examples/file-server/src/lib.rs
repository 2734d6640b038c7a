//! The paper's file server: a store, served to a network. Which store and which network, `app.unik` says.

#![no_std]

use unik::Failure;
use unik::http::Site;
use unik::kv::ReadOnly;
use unik::net::Network;

/// Serves the files of `store` until the program is asked to stop.
pub async fn start(store: impl ReadOnly, network: impl Network) -> Result<(), Failure> {
    Ok(network.serve(Site::new(store)).await?)
}
