//! The built `unikc`, used as people and programs use it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attached;
mod chapter;
mod explained;
mod formatted;
mod golden;
mod graphs;
mod house;
mod images;
mod launched;
mod previewed;
mod projects;
mod served;
mod spoken;
mod texts;
mod usage;
mod written;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace")
}

/// What a command did.
#[derive(Debug)]
struct Done {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Done {
    /// Both streams and the code, to compare with an expectation.
    fn shown(&self) -> String {
        let code = self.code.filter(|code| *code != 0).map(|code| format!("[{code}]\n")).unwrap_or_default();
        format!("{}{}{code}", self.out, self.err)
    }

    /// Standard output of a command that ended with `code`.
    #[track_caller]
    fn ended(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}", self.shown());
        self.out
    }
}

/// Runs `unikc` in `folder`, without what this test's own cargo has set.
fn unikc(folder: &Path, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unikc"));
    command.args(args).current_dir(folder).env_remove("UNIKC_LIBRARY").env("NO_COLOR", "1");
    let output = command.output().expect("the binary under test starts");
    let text = |bytes| String::from_utf8(bytes).expect("unikc writes UTF-8");
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The same with a line of words.
fn line(folder: &Path, words: &str) -> Done {
    unikc(folder, words.split_whitespace())
}

/// A folder with these files, gone when it is dropped.
fn folder<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it lies in the folder"))
            .expect("a fresh folder is writable");
        std::fs::write(path, content).expect("a fresh folder is writable");
    }
    folder
}

/// The examples, by name.
fn examples() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("examples")).expect("there are examples");
    let mut folders: Vec<_> = folders.map(|entry| entry.expect("it can be read").path()).collect();
    folders.retain(|folder| folder.join("app.unik").is_file());
    folders.sort();
    folders
}
