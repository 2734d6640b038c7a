//! The rules of the house: which crate may name which, no circles, a header on every file, a page for every code.
//!
//! What each crate decides is told in ARCHITECTURE.md; here it is only proved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("unikc lies in the workspace").to_path_buf()
}

/// Every file below `folder` with this extension, sorted, build output and what npm installs left out.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && name != "node_modules" && !name.starts_with('.') {
                open.push(path);
            } else if path.extension().is_some_and(|have| have == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What each crate of the workspace depends on among the others, tests left out: by folder.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    let packages = metadata["packages"].as_array().expect("packages are a list");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let folder = |manifest: String| {
        let folder = Path::new(&manifest).parent().expect("a manifest lies in a folder").to_path_buf();
        folder.strip_prefix(root()).expect("members lie in the workspace").to_string_lossy().into_owned()
    };
    let folders: BTreeMap<String, String> = packages
        .iter()
        .map(|package| (text(&package["name"]), folder(text(&package["manifest_path"]))))
        .collect();
    let mut arrows = BTreeMap::new();
    for package in packages {
        let dependencies = package["dependencies"].as_array().expect("dependencies are a list");
        let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
        let names: BTreeSet<String> = normal.map(|dependency| text(&dependency["name"])).collect();
        let ours =
            names.iter().map(|name| folders.get(name).cloned().unwrap_or_else(|| name.clone())).collect();
        arrows.insert(folders[&text(&package["name"])].clone(), ours);
    }
    arrows
}

/// The folders and foreign crates that a crate may name: everything that is not listed is forbidden.
const ALLOWED: &[(&str, &[&str])] = &[
    ("lang/source", &[]),
    ("lang/syntax", &["lang/source"]),
    ("lang/graph", &["lang/source"]),
    ("lang/db", &["lang/source", "lang/syntax", "lang/graph", "salsa"]),
    ("lang/check", &["lang/source", "lang/syntax", "lang/graph", "lang/db", "salsa"]),
    ("lang/eval", &["lang/source", "lang/graph", "lang/db", "lang/check", "salsa"]),
    ("lang/mdtest", &["lang/source", "lang/graph", "lang/syntax", "lang/db", "lang/check", "lang/eval"]),
    ("lsp/ide", &["lang/source", "lang/syntax", "lang/graph", "lang/db", "lang/check", "lang/eval", "salsa"]),
    ("lsp/preview", &["lang/source", "lang/db", "lang/eval", "lsp/ide"]),
    ("lsp/server", &["lang/source", "lang/db", "lang/eval", "lsp/ide", "lsp/preview"]),
    ("codegen", &["lang/source", "lang/graph"]),
    ("stdlib-devices/device-api", &[]),
    ("platform-runtimes/platform-api", &["stdlib-devices/device-api"]),
    ("platform-runtimes/driver", &[]),
    ("platform-runtimes/executor", &["platform-runtimes/platform-api", "stdlib-devices/device-api"]),
];

#[test]
fn crates_name_only_what_they_may() {
    let arrows = arrows();
    for (from, allowed) in ALLOWED {
        let uses = arrows.get(*from).unwrap_or_else(|| panic!("{from} is not a crate of the workspace"));
        let matters = uses.iter().filter(|to| to.contains('/') || arrows.contains_key(*to) || *to == "salsa");
        let wrong: Vec<_> = matters.filter(|to| !allowed.contains(&to.as_str())).collect();
        assert!(wrong.is_empty(), "{from} must not depend on {wrong:?}");
    }
    for (from, uses) in &arrows {
        for to in uses {
            let device = from.starts_with("stdlib-devices/");
            assert!(
                !device || !to.starts_with("platform-runtimes/"),
                "the device {from} names the platform {to}"
            );
            let right = device || from.starts_with("platform-runtimes/");
            let left = to.starts_with("lang/") || to == "codegen" || to == "unikc" || to.starts_with("lsp/");
            assert!(!(right && left), "{from} of the right column names {to} of the left");
        }
    }
}

#[test]
fn the_language_never_touches_the_world() {
    for path in files(&root().join("lang"), "rs") {
        if path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "benches")
            || path.ends_with("build.rs")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("sources are text");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for word in ["std::fs", "std::env", "std::process", "Instant::now", "SystemTime::now"] {
                assert!(
                    !line.contains(word),
                    "{} names {word}: the world enters through `System`",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for path in files(&root(), "rs") {
        let generated =
            path.components().any(|part| ["expected", "golden"].iter().any(|name| part.as_os_str() == *name));
        let text = std::fs::read_to_string(&path).expect("sources are text");
        assert!(generated || text.starts_with("//!"), "{} has no header", path.display());
    }
}

/// The module that a file of a crate is: `choice/matching.rs` is `choice::matching`.
fn module(source: &Path, file: &Path) -> Vec<String> {
    let path = file.strip_prefix(source).expect("it lies in the crate").with_extension("");
    path.iter().map(|part| part.to_string_lossy().into_owned()).collect()
}

/// Whose names a file uses: paths that start with `crate`, `super` or `self`, as far as they name a file.
fn uses(text: &str, own: &[String], modules: &BTreeSet<Vec<String>>) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines: String =
        code.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|l| [l, " "]).collect();
    let compact = lines.replace(" ::", "::").replace(":: ", "::");
    for (start, base) in [("crate::", vec![]), ("super::", own[..own.len().saturating_sub(1)].to_vec())] {
        for (at, _) in compact.match_indices(start) {
            let before = compact[..at].chars().next_back();
            if before.is_some_and(|char| char.is_alphanumeric() || char == '_' || char == ':' || char == '$')
            {
                continue;
            }
            for path in paths(&compact[at + start.len()..]) {
                let full: Vec<String> = base.iter().cloned().chain(path).collect();
                let file = (1..=full.len())
                    .rev()
                    .map(|length| full[..length].to_vec())
                    .find(|path| modules.contains(path));
                found.extend(file.filter(|file| file != own));
            }
        }
    }
    found
}

/// The paths that a `use` tree or an expression starts with: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(text: &str) -> Vec<Vec<String>> {
    let name: String = text.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
    let rest = &text[name.len()..];
    if name.is_empty() {
        let Some(inner) = rest.strip_prefix('{') else { return Vec::new() };
        let mut depth = 0;
        let mut parts = vec![String::new()];
        for char in inner.chars() {
            match char {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    parts.push(String::new());
                    continue;
                }
                _ => {}
            }
            parts.last_mut().expect("it starts with one part").push(char);
        }
        return parts.iter().flat_map(|part| paths(part.trim())).collect();
    }
    let below = rest.strip_prefix("::").map(paths).unwrap_or_default();
    if below.is_empty() {
        return vec![vec![name]];
    }
    below.into_iter().map(|path| [vec![name.clone()], path].concat()).collect()
}

#[test]
fn no_circle_of_files_inside_a_crate() {
    let mut circles = String::new();
    for folder in arrows().keys() {
        let source = root().join(folder).join("src");
        let sources = files(&source, "rs");
        // `lib.rs` and `main.rs` assemble: everybody may lean on what they declare.
        let rooms: Vec<_> =
            sources.iter().filter(|file| !file.ends_with("lib.rs") && !file.ends_with("main.rs")).collect();
        let modules: BTreeSet<Vec<String>> = rooms.iter().map(|file| module(&source, file)).collect();
        let mut edges: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
        for file in rooms {
            let own = module(&source, file);
            let text = std::fs::read_to_string(file).expect("sources are text");
            let used = uses(&text, &own, &modules);
            // A parent assembles its children; a child may lean on its parent's own words, which is no circle as
            // long as the parent only declares and re-exports it.
            edges.insert(own.clone(), used.into_iter().filter(|used| !used.starts_with(&own)).collect());
        }
        // Whoever uses nobody that is left can go; what cannot go is a circle.
        loop {
            let free: Vec<_> =
                edges.iter().filter(|(_, uses)| uses.is_empty()).map(|(own, _)| own.clone()).collect();
            if free.is_empty() {
                break;
            }
            for own in &free {
                edges.remove(own);
            }
            for uses in edges.values_mut() {
                uses.retain(|used| !free.contains(used));
            }
        }
        for (own, uses) in edges {
            let uses: Vec<_> = uses.iter().map(|path| path.join("/")).collect();
            circles += &format!("{folder}: {} uses {}\n", own.join("/"), uses.join(", "));
        }
    }
    assert!(circles.is_empty(), "files that use one another in a circle, or a circle:\n{circles}");
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let known =
        [unik_syntax::codes::ALL, unik_check::codes::ALL, unik_eval::codes::ALL, unik_codegen::codes::ALL];
    let codes: Vec<String> =
        known.iter().flat_map(|codes| codes.iter().map(|code| code.0.to_owned())).collect();
    let unique: BTreeSet<String> = codes.iter().cloned().collect();
    assert_eq!(codes.len(), unique.len(), "a code stands twice");
    let pages: BTreeSet<String> = files(&root().join("spec/errors"), "md")
        .iter()
        .map(|page| page.file_stem().unwrap_or_default().to_string_lossy().into_owned())
        .collect();
    assert_eq!(unique, pages);
    for code in &unique {
        let page =
            std::fs::read_to_string(root().join(format!("spec/errors/{code}.md"))).expect("it was listed");
        assert!(page.starts_with(&format!("# {code}: ")), "{code}.md starts with its code and its title");
        assert!(page.contains("```unik"), "{code}.md has an example");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = String::new();
    for page in files(&root(), "md") {
        let text = std::fs::read_to_string(&page).expect("documents are text");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let outside = path.is_empty() || path.contains("://") || path.contains(' ');
            let folder = page.parent().expect("a document lies in a folder");
            if !outside && !folder.join(path).exists() {
                broken += &format!("{}: {link}\n", page.display());
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{broken}");
}
