//! Cargo, run on a crate that was written: in its folder, with an environment of its own, listening to its messages.
//!
//! Dependencies are resolved without the network if that is possible, so that a build after the first needs none.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, io, thread};

use serde_json::Value;

use crate::{layout, output, rustc};

/// How a crate is built.
#[derive(Debug)]
pub(crate) struct Build<'b> {
    /// The folder of the crate.
    pub(crate) crate_dir: &'b Path,
    /// The name of its program.
    pub(crate) program: &'b str,
    /// Where cargo keeps what it has built.
    pub(crate) target_dir: &'b Path,
    /// A profile of the generated manifest, or `dev`.
    pub(crate) profile: &'b str,
    /// Never ask the network.
    pub(crate) offline: bool,
    /// Whether nothing is to be taken from the libraries of the host.
    pub(crate) bare: bool,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Built {
    /// The program, if all went well.
    pub(crate) program: Option<PathBuf>,
    /// The messages of rustc with the target that each is about, as cargo gives them, in order.
    pub(crate) messages: Vec<Value>,
    /// What cargo said; on a terminal, only why it found no versions, which it has shown there.
    pub(crate) said: String,
}

impl Build<'_> {
    /// Builds it.
    pub(crate) fn run(&self) -> Result<Built, String> {
        let offline = self.offline || self.resolves_offline()?;
        let mut command = self.command("rustc");
        command.args(["--bin", self.program]);
        let coloured = if output::colours() {
            "--message-format=json-diagnostic-rendered-ansi"
        } else {
            "--message-format=json"
        };
        command.arg(coloured).args(["--profile", self.profile]);
        if offline {
            command.arg("--offline");
        }
        command.arg("--target-dir").arg(self.target_dir);
        // To cargo, two crates of one name in two folders are the same: it counts paths from the workspace, which each of
        // them is. A flag for the program alone tells them apart; this one means nothing to rustc, so that they are built
        // to the same bytes.
        command.args(["--", "-L"]).arg(prefixed("dependency=", self.crate_dir));
        if self.bare {
            let empty = self
                .no_libraries()
                .map_err(|reason| format!("cannot write to `{}`: {reason}", self.target_dir.display()))?;
            command.arg("-L").arg(prefixed("native=", &empty));
        }
        // On a terminal cargo shows its own progress.
        let watched = output::watched();
        command.stdout(Stdio::piped()).stderr(if watched { Stdio::inherit() } else { Stdio::piped() });
        let mut child = command.spawn().map_err(|reason| cannot_start(&reason))?;
        let stderr = child.stderr.take();
        let said = thread::spawn(move || {
            let mut said = Vec::new();
            let read = stderr.map_or(Ok(0), |mut stream| stream.read_to_end(&mut said));
            read.map(|_| String::from_utf8_lossy(&said).into_owned()).unwrap_or_default()
        });
        let mut built = Built { program: None, messages: Vec::new(), said: String::new() };
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| built.hear(&line));
        }
        let status = child.wait().map_err(|reason| cannot_start(&reason))?;
        built.said = said.join().unwrap_or_default();
        if !status.success() {
            built.program = None;
            if watched && built.messages.is_empty() {
                built.said = self.unresolved()?;
            }
        }
        Ok(built)
    }

    /// A folder with the libraries that crates ask the linker for on a host, each of them empty. The linker would find those of
    /// the host otherwise, and take from them in silence what has no meaning without an operating system.
    fn no_libraries(&self) -> io::Result<PathBuf> {
        const NAMES: &[&str] = &["c", "m", "rt", "pthread", "util", "dl", "gcc", "gcc_eh", "gcc_s"];
        let folder = self.target_dir.join("no-libraries");
        for name in NAMES {
            // An archive without members (ar, System V and GNU alike).
            layout::write_if_changed(&folder.join(format!("lib{name}.a")), b"!<arch>\n")?;
        }
        Ok(folder)
    }

    /// Why there are no versions to build, if there are none: it stands on the terminal, where nobody can read it back.
    fn unresolved(&self) -> Result<String, String> {
        let mut command = self.command("metadata");
        command.args(["--format-version=1", "--color=never"]);
        if self.offline {
            command.arg("--offline");
        }
        let output = command.stdout(Stdio::null()).output().map_err(|reason| cannot_start(&reason))?;
        Ok(if output.status.success() {
            String::new()
        } else {
            String::from_utf8_lossy(&output.stderr).into_owned()
        })
    }

    /// Whether the lock file and what has been downloaded are enough.
    fn resolves_offline(&self) -> Result<bool, String> {
        let mut command = self.command("metadata");
        command.args(["--format-version=1", "--offline", "--filter-platform", env!("UNIKC_HOST")]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().map(|status| status.success()).map_err(|reason| cannot_start(&reason))
    }

    /// What `cargo metadata` tells of the crate and all below it; null if cargo cannot tell.
    pub(crate) fn metadata(&self) -> Value {
        let mut command = self.command("metadata");
        command.args(["--format-version=1", "--offline", "--filter-platform", env!("UNIKC_HOST")]);
        let output = command.stderr(Stdio::null()).output();
        output.ok().and_then(|output| serde_json::from_slice(&output.stdout).ok()).unwrap_or_default()
    }

    /// The packages that need `package` themselves, with version and place, as cargo shows them; none if cargo cannot tell.
    pub(crate) fn dependents(&self, package: &str) -> Vec<String> {
        let mut command = self.command("tree");
        command.args(["--offline", "--edges=normal", "--prefix=depth", "--depth=1", "--invert", package]);
        let Ok(output) = command.stderr(Stdio::null()).output() else { return Vec::new() };
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.lines().filter_map(|line| line.strip_prefix('1')).map(|line| format!("`{line}`")).collect()
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.arg(verb).current_dir(self.crate_dir).stdin(Stdio::null());
        for (name, _) in env::vars_os().filter(|(name, _)| of_another_build(name)) {
            command.env_remove(name);
        }
        rustc::wrap(&mut command);
        command
    }
}

impl Built {
    fn hear(&mut self, line: &str) {
        let Ok(message) = serde_json::from_str::<Value>(line) else { return };
        match message["reason"].as_str() {
            Some("compiler-message") => self.messages.push(message),
            Some("compiler-artifact") => {
                if let Some(program) = message["executable"].as_str() {
                    self.program = Some(PathBuf::from(program));
                }
            }
            _ => {}
        }
    }
}

fn prefixed(prefix: &str, path: &Path) -> OsString {
    let mut text = OsString::from(prefix);
    text.push(path);
    text
}

fn cannot_start(reason: &io::Error) -> String {
    format!("cannot run cargo: {reason}")
}

/// Whether a variable tells about another build: the one that `unikc` itself was made or started by, or the one that
/// the user sets up for the crate in hand. What says where cargo lives, and how it reaches the network, is kept.
fn of_another_build(name: &OsStr) -> bool {
    const KEPT: &[&str] =
        &["HOME", "HTTP_", "NET_", "REGISTRIES_", "REGISTRY_", "SOURCE_", "TERM_", "INSTALL_ROOT"];
    let Some(name) = name.to_str() else { return false };
    match name.strip_prefix("CARGO_") {
        Some("BUILD_JOBS") => false,
        Some(rest) => !KEPT.iter().any(|kept| rest.starts_with(kept)),
        None => matches!(
            name,
            "RUSTFLAGS" | "RUSTDOCFLAGS" | "RUSTC_WORKSPACE_WRAPPER" | "MAKEFLAGS" | "OUT_DIR" | "TARGET"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_build_stays_outside() {
        for name in [
            "CARGO_TARGET_DIR",
            "CARGO_MANIFEST_DIR",
            "CARGO_PKG_NAME",
            "CARGO_ENCODED_RUSTFLAGS",
            "RUSTFLAGS",
        ] {
            assert!(of_another_build(OsStr::new(name)), "{name}");
        }
        for name in [
            "CARGO",
            "CARGO_HOME",
            "CARGO_NET_OFFLINE",
            "CARGO_HTTP_PROXY",
            "PATH",
            "RUSTUP_TOOLCHAIN",
            "RUSTC_WRAPPER",
        ] {
            assert!(!of_another_build(OsStr::new(name)), "{name}");
        }
    }
}
