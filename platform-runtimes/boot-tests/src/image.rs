//! Images, built by the real `unikc` as people build them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::root;

/// An image that has been built.
#[derive(Clone, Debug)]
pub struct Image {
    /// The file that a host loads.
    pub path: PathBuf,
    /// The script that runs it.
    pub launcher: PathBuf,
}

impl Image {
    /// Builds a unikernel of an example, or of any file below the root, for a target. `name` is a folder of the test's own, since tests
    /// run side by side.
    pub fn build(file: &Path, target: &str, name: &str, options: &[&str]) -> Self {
        let out = root().join("target/tmp/boot/images").join(format!("{name}-{target}"));
        let mut command = Command::new(unikc());
        command.arg("build").arg(file).args(["--target", target]).args(options).arg("--output").arg(&out);
        let output = command.current_dir(root()).env_remove("UNIKC_LIBRARY").output().expect("unikc starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} does not build for {target}:\n{said}", file.display());
        let text = String::from_utf8(output.stdout).expect("unikc writes UTF-8");
        let path = root().join(text.lines().last().expect("the artifact's path is the last line"));
        let mut launcher = path.clone().into_os_string();
        launcher.push(".sh");
        Self { path, launcher: launcher.into() }
    }

    /// The file of an example.
    pub fn example(name: &str, target: &str, options: &[&str]) -> Self {
        Self::build(&root().join("examples").join(name).join("app.unik"), target, name, options)
    }
}

/// The `unikc` of this work tree, built if it is not.
pub fn unikc() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--package=unikc", "--message-format=json-render-diagnostics"])
            .current_dir(root())
            .output()
            .expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
        // The last artifact is the program; its path is a plain word of JSON.
        let path = messages.rsplit_once("\"executable\":\"").and_then(|(_, rest)| rest.split('"').next());
        PathBuf::from(path.expect("a program has been built"))
    })
}
