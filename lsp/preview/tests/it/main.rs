//! The host of the page, spoken to by a client that writes the bytes itself, and files that stand alone.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod client;
mod exported;
mod refused;
mod served;
