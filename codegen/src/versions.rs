//! What cargo says when the crates of an image want versions that exclude each other, at the devices that brought them in.
//!
//! Cargo has no messages for programs here, so its text is read: the crate that is wanted, and which packages want it.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use unik_graph::{Device, DeviceGraph, Node, NodeKind};
use unik_source::Diagnostic;

use crate::layout::comment;
use crate::{CrateInfo, codes};

/// The diagnostic for what cargo `said`, if that is about versions. `crates` are those of the image by their folders.
pub fn excluded(
    said: &str,
    graph: &DeviceGraph,
    crates: &BTreeMap<SmolStr, CrateInfo>,
) -> Option<Diagnostic> {
    const SAYS: &str = "failed to select a version for `";
    let (_, about) = said.split_once(SAYS)?;
    let (wanted, _) = about.split_once('`')?;
    if !about.contains("conflict") {
        return None;
    }
    // `other v0.1.0 (/path)`: a package stands between backticks, with its version.
    let package = |quoted: &str| quoted.split_once(" v").map(|(name, _)| SmolStr::new(name));
    let said_of: Vec<SmolStr> = about.split('`').filter_map(package).collect();
    let mut users = graph.nodes().filter_map(|(_, node)| match &node.kind {
        NodeKind::Device(device) => {
            let info = crates.get(&device.rust.as_ref()?.folder)?;
            said_of.contains(&info.package).then_some((info, node, device))
        }
        NodeKind::Choice(_) => None,
    });
    let mut found: Vec<(&CrateInfo, &Node, &Device)> = Vec::new();
    users.by_ref().for_each(|user| {
        if found.iter().all(|(info, ..)| info.package != user.0.package) {
            found.push(user);
        }
    });
    let names: Vec<String> = found.iter().map(|(info, ..)| format!("`{}`", info.package)).collect();
    let message = match names.as_slice() {
        [] | [_] => format!("the crates of this image need versions of `{wanted}` that exclude each other"),
        [many @ .., last] => {
            let many = many.join(", ");
            format!("the crates {many} and {last} need versions of `{wanted}` that exclude each other")
        }
    };
    let mut labels =
        found.iter().map(|(info, node, device)| (node.place, needs(&device.name, &info.package)));
    let (place, label) = labels.next().unwrap_or((graph.place, "of this unikernel".to_owned()));
    let told = Diagnostic::error(codes::VERSIONS, message, place, label);
    let told = labels.fold(told, |told, (place, label)| told.label(place, label));
    let lines: Vec<String> = said[said.len() - about.len() - SAYS.len()..]
        .lines()
        .map(|line| comment(line.trim().trim_start_matches("... ").trim_end_matches('.')))
        .filter(|line| !line.is_empty())
        .collect();
    Some(told.note(format!("cargo: {}", lines.join("; "))).help(format!(
        "change what one of them says of `{wanted}` in its Cargo.toml, or take another version of one"
    )))
}

fn needs(device: &str, package: &str) -> String {
    format!("`{device}` needs the crate `{package}`")
}
