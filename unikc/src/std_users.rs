//! Which crates of an image need `std`: read off their sources, since rustc names only the first that it meets.
//!
//! A crate needs it if its root does not say `#![no_std]`, or says so under a condition of features that does not hold, or asks
//! for `std` by `extern crate`. Conditions of another kind are left to rustc.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use unik_codegen::rustc::StdUser;

/// The crates that need `std`, by what `cargo metadata` tells of the image's crate; `read` gives the text of a file.
pub(crate) fn users(metadata: &Value, read: impl Fn(&str) -> Option<String>) -> Vec<StdUser> {
    let packages: BTreeMap<&str, Package<'_>> = list(&metadata["packages"])
        .filter_map(|package| Some((package["id"].as_str()?, Package::new(package)?)))
        .collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).filter_map(|node| Some((node["id"].as_str()?, node))).collect();
    let needs = |id: &str| {
        let features = nodes.get(id).map(|node| list(&node["features"]).filter_map(Value::as_str).collect());
        let root = packages.get(id).and_then(|package| read(package.root));
        root.is_some_and(|root| needs_std(&root, &features.unwrap_or_default()))
    };
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let root = metadata["resolve"]["root"].as_str().and_then(|root| nodes.get(root).copied());
    for direct in root.into_iter().flat_map(dependencies) {
        let Some(through) = packages.get(direct) else { continue };
        let (mut seen, mut open) = (BTreeSet::from([direct]), vec![direct]);
        while let Some(id) = open.pop() {
            let Some(package) = packages.get(id) else { continue };
            if needs(id) {
                found.entry(package.lib).or_default().insert(through.lib);
            }
            let next = nodes.get(id).copied().into_iter().flat_map(dependencies);
            open.extend(next.filter(|next| seen.insert(next)));
        }
    }
    let rust = |name: &str| name.replace('-', "_");
    found
        .into_iter()
        .map(|(name, through)| StdUser { name: rust(name), through: through.into_iter().map(rust).collect() })
        .collect()
}

/// A package with a library that becomes part of the image.
struct Package<'m> {
    lib: &'m str,
    root: &'m str,
}

impl<'m> Package<'m> {
    fn new(package: &'m Value) -> Option<Self> {
        let is_lib =
            |target: &&Value| list(&target["kind"]).any(|kind| matches!(kind.as_str(), Some("lib" | "rlib")));
        let lib = list(&package["targets"]).find(is_lib)?;
        Some(Self { lib: lib["name"].as_str()?, root: lib["src_path"].as_str()? })
    }
}

/// What a package needs when it runs, not when it is built or tested.
fn dependencies(node: &Value) -> impl Iterator<Item = &str> {
    let normal = |dependency: &&Value| list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null());
    list(&node["deps"]).filter(normal).filter_map(|dependency| dependency["pkg"].as_str())
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Whether a crate whose root this is needs `std` with these features.
fn needs_std(root: &str, features: &BTreeSet<&str>) -> bool {
    let code = root.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    let code: String = code.flat_map(str::chars).filter(|char| !char.is_whitespace()).collect();
    let on = |condition: &str| {
        let mut named = condition.split("feature=\"").skip(1).filter_map(|rest| rest.split('"').next());
        named.any(|feature| features.contains(feature))
    };
    if let Some((before, _)) = code.split_once("externcratestd") {
        // `#[cfg(feature = "std")] #[macro_use] extern crate std;`
        let attributes = before.rsplit([';', '}']).next().unwrap_or(before);
        match attributes.split_once("#[cfg(") {
            Some((_, condition)) if !on(condition) => {}
            _ => return true,
        }
    }
    match code.split_once("#![cfg_attr(").map(|(_, rest)| rest) {
        _ if code.contains("#![no_std]") => false,
        Some(rest) if rest.split_once(",no_std").is_some() => {
            let condition = rest.split(",no_std").next().and_then(|rest| rest.rsplit("#![cfg_attr(").next());
            condition.is_some_and(|condition| condition.starts_with("not(") && on(condition))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_root_says_of_std() {
        let check = |root: &str, features: &[&str], expected: bool| {
            assert_eq!(needs_std(root, &features.iter().copied().collect()), expected, "{root} {features:?}");
        };
        check("//! Text.\npub fn f() {}", &[], true);
        check("//! #![no_std]\npub fn f() {}", &[], true);
        check("#![no_std]\nextern crate alloc;", &["std"], false);
        let optional = "#![warn(missing_docs)]\n#![cfg_attr(not(feature = \"std\"), no_std)]\n";
        check(optional, &[], false);
        check(optional, &["alloc", "std"], true);
        let several = "#![cfg_attr(\n    not(any(test, feature = \"use_std\")),\n    no_std,\n)]";
        check(several, &[], false);
        check(several, &["use_std"], true);
        check(
            "#![cfg_attr(docsrs, feature(doc_cfg))]\n#![cfg_attr(not(feature = \"std\"), no_std)]",
            &[],
            false,
        );
        check("#![cfg_attr(docsrs, feature(doc_cfg))]\nfn f() {}", &[], true);
        check("#![no_std]\n#[cfg(feature = \"std\")]\n#[macro_use]\nextern crate std;", &["std"], true);
        check("#![no_std]\n#[cfg(any(test, feature = \"std\"))]\nextern crate std;", &[], false);
        check("#![no_std]\n#[cfg(test)]\nextern crate std;", &[], false);
        check("#![no_std]\nextern crate std;", &[], true);
        // What has to do with the target is left to rustc.
        check("#![cfg_attr(target_os = \"none\", no_std)]", &["std"], false);
    }

    #[test]
    fn each_user_is_told_with_the_crates_that_lead_to_it() {
        let package = |id: &str, kind: &str| {
            serde_json::json!({
                "id": id, "targets": [{ "kind": [kind], "name": id, "src_path": id }],
            })
        };
        let node = |id: &str, features: &[&str], deps: &[(&str, Option<&str>)]| {
            let deps = deps
                .iter()
                .map(|(id, kind)| serde_json::json!({ "pkg": id, "dep_kinds": [{ "kind": kind }] }));
            serde_json::json!({ "id": id, "features": features, "deps": deps.collect::<Vec<_>>() })
        };
        let metadata = serde_json::json!({
            "packages": [
                package("image", "bin"), package("a", "lib"), package("b-b", "lib"), package("deep", "lib"),
                package("derive", "proc-macro"), package("cc", "lib"), package("fine", "rlib"),
            ],
            "resolve": { "root": "image", "nodes": [
                node("image", &[], &[("a", None), ("b-b", None), ("fine", None)]),
                node("a", &[], &[("deep", None), ("derive", None), ("cc", Some("build"))]),
                node("b-b", &[], &[("deep", None)]),
                node("deep", &["std"], &[("a", Some("dev"))]),
                node("derive", &[], &[]), node("cc", &[], &[]), node("fine", &[], &[]),
            ] },
        });
        let read = |path: &str| {
            Some(match path {
                "deep" => "#![cfg_attr(not(feature = \"std\"), no_std)]".to_owned(),
                "a" | "fine" => "#![no_std]".to_owned(),
                _ => String::new(),
            })
        };
        let found: Vec<String> = users(&metadata, read)
            .iter()
            .map(|user| format!("{} by {}", user.name, user.through.join(" ")))
            .collect();
        assert_eq!(found, ["b_b by b_b", "deep by a b_b"]);
    }
}
