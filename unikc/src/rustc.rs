//! `unikc` between cargo and rustc, so that an image does not depend on where it is built.
//!
//! A panic says its place. What rustc writes there is where the file lies on the machine that builds, which tells whoever reads the
//! console nothing and makes images larger. Here a file is called by its package: `smoltcp/src/wire/tcp.rs`. And what cargo
//! tells rustc of a package that is a folder, so that it differs from all others, is made of its path; here it is made of its name
//! and version, of which there is only one among the folders of one image.
//!
//! Flags for all packages could not say either: they would have to name the folders of each image, and cargo would build again for
//! each what images share. Messages and debuggers keep the names that exist.

use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use crate::{exit, output};

/// Set where `unikc` stands in for rustc: what stood there before it, or nothing.
const ASKED: &str = "UNIKC_WRAPS";
/// How cargo is told what to run in place of rustc.
const WRAPPER: &str = "RUSTC_WRAPPER";

/// Where this program is.
static HERE: LazyLock<Option<PathBuf>> = LazyLock::new(|| env::current_exe().ok());

/// Looks where this program is. That is done at the start: another version may take the place of the file while this one waits for
/// its turn to build, and is then no file any more. Cargo runs the other one, which does the same.
pub(crate) fn remember() {
    LazyLock::force(&HERE);
}

/// Has cargo run rustc by this program.
pub(crate) fn wrap(cargo: &mut Command) {
    // Without a name of its own it cannot be run: then images are what rustc makes of them.
    if let Some(here) = HERE.as_deref() {
        cargo.env(ASKED, env::var_os(WRAPPER).unwrap_or_default()).env(WRAPPER, here);
    }
}

/// Whether cargo has started this program.
pub(crate) fn is_asked() -> bool {
    env::var_os(ASKED).is_some()
}

/// Becomes rustc. The arguments are its path and its own.
pub(crate) fn run() -> ExitCode {
    let outer = env::var_os(ASKED).filter(|outer| !outer.is_empty());
    let mut words: Vec<OsString> = env::args_os().skip(1).collect();
    if let Some(package) = Package::read(|name| env::var_os(name)) {
        package.tell(&mut words);
    }
    let mut words = outer.into_iter().chain(words);
    let Some(program) = words.next() else { return ExitCode::from(exit::USAGE) };
    let mut rustc = Command::new(&program);
    let reason = rustc.args(words).env_remove(ASKED).exec();
    output::error(format_args!("cannot run `{}`: {reason}", program.display()));
    ExitCode::from(exit::FAILURE)
}

/// The package that rustc is to compile, as cargo's variables say.
#[derive(Debug)]
struct Package {
    name: OsString,
    version: OsString,
    folder: OsString,
    /// Where its build script writes.
    made: Option<OsString>,
    /// Whether it is a folder, and not something that cargo has downloaded.
    own: bool,
}

impl Package {
    /// None where cargo only asks what rustc is.
    fn read(variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let folder = variable("CARGO_MANIFEST_DIR")?;
        let home = variable("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".cargo")));
        let downloaded = |home: PathBuf| {
            ["registry", "git"].iter().any(|kind| Path::new(&folder).starts_with(home.join(kind)))
        };
        Some(Self {
            name: variable("CARGO_PKG_NAME")?,
            version: variable("CARGO_PKG_VERSION")?,
            made: variable("OUT_DIR"),
            own: !home.is_some_and(downloaded),
            folder,
        })
    }

    /// Puts it into the words of rustc's command line.
    fn tell(&self, words: &mut Vec<OsString>) {
        const METADATA: &str = "metadata=";
        for at in 1..words.len() {
            let option =
                words[at - 1] == "-C" && words[at].as_encoded_bytes().starts_with(METADATA.as_bytes());
            if option && self.own {
                words[at] = METADATA.into();
                words[at].push(&self.name);
                words[at].push("-");
                words[at].push(&self.version);
            }
        }
        words.push("--remap-path-scope=macro".into());
        words.push(remap(&self.folder, &self.name, ""));
        // Of several that fit, rustc takes the last.
        words.extend(self.made.as_ref().map(|folder| remap(folder, &self.name, "/out")));
    }
}

fn remap(folder: &OsStr, package: &OsStr, below: &str) -> OsString {
    let mut flag = OsString::from("--remap-path-prefix=");
    flag.push(folder);
    flag.push("=");
    flag.push(package);
    flag.push(below);
    flag
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::Package;

    const NAMED: [(&str, &str); 3] =
        [("CARGO_PKG_NAME", "b"), ("CARGO_PKG_VERSION", "1.2.3"), ("CARGO_HOME", "/c")];

    fn check(variables: &[(&str, &str)], told: &[&str]) {
        let value = |name: &str| {
            variables.iter().chain(&NAMED).find(|(known, _)| *known == name).map(|(_, value)| value.into())
        };
        let mut words = ["rustc", "-C", "metadata=0f", "-C", "opt-level=3"].map(OsString::from).to_vec();
        if let Some(package) = Package::read(value) {
            package.tell(&mut words);
        }
        assert_eq!(words[2..], told.iter().map(OsString::from).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_said_of_no_package() {
        check(&[], &["metadata=0f", "-C", "opt-level=3"]);
    }

    #[test]
    fn a_file_is_called_by_its_package() {
        let scope = "--remap-path-scope=macro";
        let own = ("CARGO_MANIFEST_DIR", "/a/b=1");
        let told = ["metadata=b-1.2.3", "-C", "opt-level=3", scope, "--remap-path-prefix=/a/b=1=b"];
        check(&[own], &told);
        let made = "--remap-path-prefix=/a/b=1/o=b/out";
        check(&[own, ("OUT_DIR", "/a/b=1/o")], &[&told[..], &[made]].concat());
    }

    #[test]
    fn what_was_downloaded_is_what_cargo_says_it_is() {
        let folder = "/c/registry/src/x/b-1.2.3";
        let named = "--remap-path-prefix=/c/registry/src/x/b-1.2.3=b";
        let told = ["metadata=0f", "-C", "opt-level=3", "--remap-path-scope=macro", named];
        check(&[("CARGO_MANIFEST_DIR", folder)], &told);
    }
}
