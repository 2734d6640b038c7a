//! Mistakes of the program as a whole, which no line of it makes: it does not link, or one of its crates needs what the target
//! does not have.

use serde_json::Value;
use smol_str::SmolStr;
use unik_graph::{Device, DeviceGraph, Node, NodeKind};
use unik_source::Diagnostic;

use crate::Crate;
use crate::codes;
use crate::layout::comment;

/// How many undefined symbols are named.
const MOST: usize = 5;

/// What an error without a place amounts to, and the node that it is told at, if there is one.
pub(super) fn told(message: &Value, generated: &Crate, graph: &DeviceGraph) -> Option<(String, Diagnostic)> {
    let code = message["code"]["code"].as_str().unwrap_or_default();
    let text = message["message"].as_str()?;
    let children: Vec<&str> = message["children"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|child| child["message"].as_str())
        .collect();
    let bare = graph.target.as_ref().filter(|target| target.link.is_some());
    match (code, bare) {
        ("E0152", Some(target)) => {
            let user = core::iter::once(text).chain(children.iter().copied()).find_map(user_of_std);
            Some(first_user(user, &target.name, generated, graph))
        }
        _ if text.starts_with("linking with") => {
            let lines: Vec<&str> = children.iter().flat_map(|child| child.lines()).collect();
            let undefined = undefined(&lines);
            Some(match bare {
                Some(target) if !undefined.is_empty() => {
                    needs_library(&undefined, &lines, &target.name, generated, graph)
                }
                _ => (String::new(), not_linked(&lines, graph)),
            })
        }
        _ => None,
    }
}

/// The crate that has `std` among its dependencies: «crate `std` (which `app` depends on)».
fn user_of_std(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("crate `std` (which `")?;
    rest.split_once('`').map(|(user, _)| user)
}

/// A crate that needs `std`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StdUser {
    /// Its name.
    pub name: String,
    /// The crates of the generated manifest that lead to it, itself perhaps; names of libraries.
    pub through: Vec<String>,
}

/// The diagnostic for all crates of an image without an operating system that need `std`, each at the first device that brings it
/// in; nothing if there are none.
pub fn needs_std(users: &[StdUser], generated: &Crate, graph: &DeviceGraph) -> Option<Diagnostic> {
    let names: Vec<String> = users.iter().map(|user| format!("`{}`", comment(&user.name))).collect();
    let crates = match names.as_slice() {
        [] => return None,
        [only] => format!("the crate {only} needs"),
        [many @ .., last] => format!("the crates {} and {last} need", many.join(", ")),
    };
    let mut brought: Vec<(&Node, Vec<&str>)> = Vec::new();
    for (user, name) in users.iter().zip(&names) {
        let mut folders = user.through.iter().filter_map(|lib| generated.libs.get(lib));
        let Some((node, _)) = folders.find_map(|folder| first_of(graph, folder)) else { continue };
        match brought.iter_mut().find(|(other, _)| other.id == node.id) {
            Some((_, names)) => names.push(name),
            None => brought.push((node, vec![name])),
        }
    }
    let target = graph.target.as_ref().map_or("the target", |target| target.name.as_str());
    let message = format!("{crates} `std`, and `{target}` has no operating system to give it");
    let mut labels =
        brought.iter().map(|(node, names)| (node.place, format!("brings in {}", names.join(", "))));
    let (place, label) = labels.next().unwrap_or((graph.place, "crates of this unikernel".to_owned()));
    let told = Diagnostic::error(codes::NEEDS_SYSTEM, message, place, label);
    let told = labels.fold(told, |told, (place, label)| told.label(place, label));
    let (own, others): (Vec<_>, Vec<_>) =
        users.iter().partition(|user| generated.libs.contains_key(user.name.as_str()));
    let helps = [(own.is_empty(), OWN), (others.is_empty(), FOREIGN)];
    let helps: Vec<&str> = helps.into_iter().filter(|(none, _)| !none).map(|(_, help)| help).collect();
    Some(told.note(consists(target)).help(format!("{}, or {ELSEWHERE}", helps.join("; "))))
}

/// What helps where a crate beside a `.unik` file needs `std`, and where one does that came with another.
const OWN: &str =
    "write `#![no_std]` at the top of its `lib.rs` and take what it needs of `std` from `core` and `alloc`";
const FOREIGN: &str =
    "turn its default features off where it is a dependency, often a feature `std`, take another crate";
const ELSEWHERE: &str = "choose a target with an operating system";

fn consists(target: &str) -> String {
    format!("images for `{target}` consist of `core`, `alloc` and crates that need no more")
}

fn first_user(
    user: Option<&str>,
    target: &str,
    generated: &Crate,
    graph: &DeviceGraph,
) -> (String, Diagnostic) {
    let name = user.map_or("a crate of the image".to_owned(), |user| format!("the crate `{user}`"));
    let message = format!("{name} needs `std`, and `{target}` has no operating system to give it");
    let (node, diagnostic) = at_user(message, user, generated, graph);
    // A crate of the user is beside a `.unik` file; another one came with one of those.
    let own = user.is_some_and(|user| generated.libs.contains_key(user));
    let help = format!("{}, or {ELSEWHERE}", if own { OWN } else { FOREIGN });
    let diagnostic = diagnostic.note(consists(target));
    (node, diagnostic.help(help))
}

/// A mistake of a crate, told at the first device that brings it into the image, and that node; of the whole image if
/// none does.
fn at_user(
    message: String,
    user: Option<&str>,
    generated: &Crate,
    graph: &DeviceGraph,
) -> (String, Diagnostic) {
    let folder = user.and_then(|user| generated.libs.get(user));
    match folder.and_then(|folder| first_of(graph, folder)) {
        Some((node, device)) => {
            let label = "its crate is in the image because of this";
            let diagnostic = Diagnostic::error(codes::NEEDS_SYSTEM, message, node.place, label);
            (node.id.to_string(), diagnostic.label(device.declared, "declared here"))
        }
        None => {
            let label = "a crate of this unikernel";
            (String::new(), Diagnostic::error(codes::NEEDS_SYSTEM, message, graph.place, label))
        }
    }
}

/// The first device whose constructor or trait lies in a folder's crate.
fn first_of<'g>(graph: &'g DeviceGraph, folder: &SmolStr) -> Option<(&'g Node, &'g Device)> {
    graph.nodes().find_map(|(_, node)| match &node.kind {
        NodeKind::Device(device) => {
            let mut paths = device.rust.iter().chain(&device.bound);
            paths.any(|rust| rust.folder == *folder).then_some((node, device))
        }
        NodeKind::Choice(_) => None,
    })
}

/// The symbols that the linker did not find, each once, as either linker says it.
fn undefined<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    let mut symbols: Vec<&str> = Vec::new();
    for line in lines {
        let lld = line.split_once("undefined symbol: ").map(|(_, symbol)| symbol.trim());
        let gnu = || {
            let (_, rest) = line.split_once("undefined reference to `")?;
            rest.split_once('\'').map(|(symbol, _)| symbol)
        };
        if let Some(symbol) = lld.or_else(gnu)
            && !symbols.contains(&symbol)
        {
            symbols.push(symbol);
        }
    }
    symbols
}

fn needs_library(
    symbols: &[&str],
    lines: &[&str],
    target: &str,
    generated: &Crate,
    graph: &DeviceGraph,
) -> (String, Diagnostic) {
    let mut named: Vec<String> =
        symbols.iter().take(MOST).map(|symbol| format!("`{}`", comment(symbol))).collect();
    if symbols.len() > MOST {
        named.push(format!("{} more", symbols.len() - MOST));
    }
    let mut users: Vec<&str> = lines.iter().filter_map(|line| archive(line)).collect();
    users.sort_unstable();
    users.dedup();
    let message =
        format!("the image needs {}, and `{target}` has no operating system to give it", named.join(", "));
    let only = match users.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    let (node, diagnostic) = at_user(message, only, generated, graph);
    let diagnostic = match users.is_empty() {
        true => diagnostic.note("the image is optimised as a whole, so the linker cannot tell which crate it is; with `--profile dev` it can"),
        false => diagnostic.note(format!("needed by the crate `{}`", users.join("`, `"))),
    };
    (node, diagnostic.help("turn the feature of the crate off that calls a C library, take another crate, or choose a target with an operating system"))
}

/// The crate of `… in archive /…/libneeds_c-d26ba1309824502f.rlib`.
fn archive(line: &str) -> Option<&str> {
    let (_, path) = line.split_once("in archive ")?;
    let name = path.trim().rsplit('/').next()?.strip_prefix("lib")?.strip_suffix(".rlib")?;
    Some(name.rsplit_once('-').map_or(name, |(name, _)| name))
}

fn not_linked(lines: &[&str], graph: &DeviceGraph) -> Diagnostic {
    let said = lines.iter().find_map(|line| line.split_once("error: ").map(|(_, said)| said));
    let said = said.or_else(|| lines.iter().find(|line| line.contains("undefined reference")).copied());
    let message = format!("the program cannot be linked: {}", comment(said.unwrap_or("the linker failed")));
    let diagnostic = Diagnostic::error(codes::OTHER, message, graph.place, "of this unikernel");
    let script = graph.target.as_ref().and_then(|target| Some((target, target.link.as_ref()?)));
    match script {
        Some((target, script)) if said.is_some_and(|said| said.contains(script.as_str())) => diagnostic
            .label(target.place, format!("`link \"{script}\"` is said here"))
            .help(format!("let the build script of its runtime crate print `cargo::rustc-link-search=native=` and the folder of `{script}`")),
        _ => diagnostic,
    }
}
