//! XenStore and the bus against a server and tools that play the other end, honestly and otherwise.

#![allow(missing_docs, unreachable_pub, missing_debug_implementations, reason = "tests are no interface")]

mod bench;
mod bus;
mod honest;
mod hostile;
mod server;
