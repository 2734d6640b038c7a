//! The language server, spoken to as an editor does: messages over the pipes of the built binary.
//!
//! `client` is who speaks. The tests stand in a file for each subject: `life` (from the first request to the end), `editing` (texts
//! that change), `racing` (nobody waits for anybody),
//! `acting` (code actions), `leading` (from one place to others), `picturing` (the device graph), `showing` (layout, tokens, snippets),
//! `configuring` (values of keys), `pulling` (diagnostics for who asks), `watching` (the disk and the workspace), `ending`.

mod acting;
mod client;
mod configuring;
mod editing;
mod ending;
mod leading;
mod life;
mod picturing;
mod pulling;
mod racing;
mod showing;
mod watching;

/// A file that is on no disk.
const APP: &str = "file:///nowhere/app.unik";

/// What is in it, where nothing else is said.
const TEXT: &str = "\
import std/net
// 😀字
/// Where.
key port: Port = 80
device sink(connections: net.Listener): Job { rust start }
unikernel u = sink(net.tcp(port))
";
