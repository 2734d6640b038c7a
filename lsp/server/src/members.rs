//! The `.unik` files of the workspace, opened or not: what is renamed or looked for concerns them too.
//!
//! Folders are looked through once, when they join; afterwards the client tells which files come and go.

use std::collections::{BTreeMap, BTreeSet};

use unik_db::{Entry, System, path};

/// Names of folders that hold what others have made.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// How many folders are looked through, and how deep: a link may lead in circles, or to everything.
const MOST: usize = 20_000;
const DEEPEST: usize = 24;

/// The files by the folder of the workspace.
#[derive(Debug, Default)]
pub(crate) struct Members {
    folders: BTreeMap<String, BTreeSet<String>>,
}

impl Members {
    /// What was found in a folder of the workspace.
    pub(crate) fn join(&mut self, folder: String, files: BTreeSet<String>) {
        self.folders.insert(folder, files);
    }

    /// A folder leaves the workspace.
    pub(crate) fn leave(&mut self, folder: &str) {
        self.folders.remove(folder);
    }

    /// A file has come or gone. Gives whether that concerns anybody.
    pub(crate) fn moved(&mut self, file: &str, there: bool) -> bool {
        let mut concerns = false;
        for (folder, files) in &mut self.folders {
            let inside = file.strip_prefix(folder.as_str()).is_some_and(|below| {
                let mut folders = path::folder(below).split('/');
                below.starts_with('/') && !folders.any(is_skipped)
            });
            concerns |= inside && if there { files.insert(file.to_owned()) } else { files.remove(file) };
        }
        concerns
    }

    /// All files, sorted, each once.
    pub(crate) fn files(&self) -> BTreeSet<&str> {
        self.folders.values().flatten().map(String::as_str).collect()
    }
}

/// The `.unik` files in a folder and those below it.
pub(crate) fn find(system: &dyn System, folder: &str) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut open = vec![(folder.to_owned(), 0)];
    for _ in 0..MOST {
        let Some((folder, depth)) = open.pop() else { break };
        for name in system.list(&folder).unwrap_or_default() {
            let inside = path::join(&folder, &name).to_string();
            if is_skipped(&name) {
                continue;
            }
            match system.entry(&inside) {
                Entry::File if name.ends_with(".unik") => drop(files.insert(inside)),
                Entry::Folder if depth < DEEPEST => open.push((inside, depth + 1)),
                Entry::File | Entry::Folder | Entry::Missing => {}
            }
        }
    }
    files
}

fn is_skipped(name: &str) -> bool {
    name.starts_with('.') || SKIPPED.contains(&name)
}

#[cfg(test)]
mod tests {
    use unik_db::MemorySystem;

    use super::*;

    #[test]
    fn files_of_people_are_found_and_followed() {
        let all = [
            "/w/app.unik",
            "/w/deep/er/x.unik",
            "/w/target/y.unik",
            "/w/.git/z.unik",
            "/w/README.md",
            "/v/a.unik",
        ];
        let system = MemorySystem::new(all.map(|name| (name, "")));
        let found = find(&system, "/w");
        assert_eq!(
            found.iter().map(String::as_str).collect::<Vec<_>>(),
            ["/w/app.unik", "/w/deep/er/x.unik"]
        );
        let mut members = Members::default();
        members.join("/w".to_owned(), found);
        let known = |members: &Members| members.files().into_iter().map(str::to_owned).collect::<Vec<_>>();
        for (file, there, concerns) in [
            ("/w/new/app.unik", true, true),
            ("/w/new/app.unik", true, false),
            ("/w/target/app.unik", true, false),
            ("/www/app.unik", true, false),
            ("/w/app.unik", false, true),
            ("/w/gone.unik", false, false),
        ] {
            assert_eq!(members.moved(file, there), concerns, "{file}");
        }
        assert_eq!(known(&members), ["/w/deep/er/x.unik", "/w/new/app.unik"]);
        members.leave("/w");
        assert!(known(&members).is_empty());
    }
}
