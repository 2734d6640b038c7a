//! What cargo says when it does not accept the manifest of a crate, at the device that brings the crate in.
//!
//! Cargo has no messages for programs here, so its text is read: which manifest it is, why, and on whose way it was met.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use unik_graph::{DeviceGraph, NodeKind};
use unik_source::Diagnostic;

use crate::layout::comment;
use crate::{CrateInfo, codes};

/// The diagnostic for what cargo `said`, if that is about a manifest. `crates` are those of the image by their folders.
pub fn refused(said: &str, graph: &DeviceGraph, crates: &BTreeMap<SmolStr, CrateInfo>) -> Option<Diagnostic> {
    const SAYS: [&str; 2] = ["failed to parse manifest at `", "failed to read `"];
    let (_, about) = SAYS.iter().find_map(|says| said.rsplit_once(says))?;
    let (manifest, reason) = about.split_once('`')?;
    if !manifest.ends_with("Cargo.toml") {
        return None;
    }
    let causes = reason.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "Caused by:");
    let causes: Vec<String> = causes.map(comment).collect();
    let user = graph.nodes().find_map(|(_, node)| match &node.kind {
        NodeKind::Device(device) => {
            let mut paths = device.rust.iter().chain(&device.bound);
            let info = paths.find_map(|rust| crates.get(&rust.folder).filter(|info| names(said, info)))?;
            Some((info, node, device))
        }
        NodeKind::Choice(_) => None,
    });
    let message = format!("the manifest `{}` cannot be used", comment(manifest));
    let told = match user {
        Some((info, node, device)) => {
            let label = format!("its crate `{}` needs it", info.package);
            Diagnostic::error(codes::BAD_MANIFEST, message, node.place, label)
                .label(device.declared, "declared here")
        }
        None => Diagnostic::error(codes::BAD_MANIFEST, message, graph.place, "a crate of this unikernel"),
    };
    let told = told.note(format!("cargo: {}", causes.join("; ")));
    Some(match help(reason) {
        Some(help) => told.help(help),
        None => told,
    })
}

/// Whether cargo met the manifest on the way through this crate: it says ``dependency `name` `` of the first, and
/// ``package `name v0.1.0 (…)` `` of those behind it.
fn names(said: &str, info: &CrateInfo) -> bool {
    let package = &info.package;
    said.contains(&format!("dependency `{package}`")) || said.contains(&format!("`{package} v"))
}

/// What helps where it is not plain from the reason.
fn help(reason: &str) -> Option<&'static str> {
    let inherits = reason.contains("error inheriting") || reason.contains("searching for the workspace");
    if inherits && reason.contains("failed to find a workspace root") {
        return Some(
            "no folder above it is a workspace: write its own values for what says `workspace = true`, or put it back into its workspace",
        );
    }
    inherits.then_some(
        "write its own values for what says `workspace = true`, or add them to the workspace that is around it now",
    )
}
