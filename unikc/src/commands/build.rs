//! `unikc build FILE`: writes the crate of an image and compiles it. The artifact's path is the last line of standard
//! output.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use unik_codegen::rustc;

use super::configure::{Written, configure, shown};
use super::{Asked, failure, report};
use crate::cargo::{Build, Built};
use crate::{exit, layout, output};

/// Builds it, and prints where it is.
pub(crate) fn run(asked: &Asked<'_>) -> u8 {
    match build(asked) {
        Ok(artifact) => {
            output::out(&format!("{}\n", artifact.display()));
            exit::SUCCESS
        }
        Err(code) => code,
    }
}

/// Builds it; the exit code if that does not work, once it has been said why.
pub(crate) fn build(asked: &Asked<'_>) -> Result<PathBuf, u8> {
    let written = configure(asked)?;
    let build = Build {
        crate_dir: &written.layout.crate_dir,
        program: &written.made.program,
        target_dir: &written.layout.target_dir,
        release: asked.text("profile") != Some("dev"),
        offline: asked.flag("offline"),
        args: &[],
    };
    // Two images of one name have one place in the folder that cargo builds in, until the artifact is copied.
    let lock = lock(&written.layout.target_dir);
    let _lock = lock
        .map_err(|reason| failure(format_args!("cannot use `{}`: {reason}", build.target_dir.display())))?;
    let built = build.run().map_err(failure)?;
    let Some(program) = &built.program else {
        explain(asked, &written, &built);
        return Err(exit::FAILURE);
    };
    let artifact = &written.layout.artifact;
    place(program, artifact)
        .map_err(|reason| failure(format_args!("cannot write `{}`: {reason}", artifact.display())))?;
    Ok(shown(asked, artifact))
}

/// Keeps others from building in a folder, until it is dropped.
fn lock(folder: &Path) -> std::io::Result<File> {
    fs::create_dir_all(folder)?;
    let lock = File::create(folder.join(".unikc-lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Says why it did not compile: mistakes in the generated crate are told at the `.unik` file, those in crates that people
/// wrote as rustc tells them, and what else cargo has to say as it is.
fn explain(asked: &Asked<'_>, written: &Written, built: &Built) {
    let mut told = rustc::diagnostics(&built.messages, &written.made, &written.graph);
    told.extend(unik_codegen::excluded(&built.said, &written.graph, &written.crates));
    let mut said = String::new();
    for message in &built.messages {
        if message["target"]["kind"][0] != "bin" && message["message"]["level"] == "error" {
            said += message["message"]["rendered"].as_str().unwrap_or_default();
        }
    }
    if said.is_empty() && told.is_empty() && !output::watched() {
        said.clone_from(&built.said);
    }
    output::err(&said);
    report(&asked.session, &told);
    if told.is_empty() {
        output::error(format_args!("the image `{}` could not be built", written.graph.unikernel));
    }
}

/// Puts the artifact where it belongs. It may be running: then the old file stays with whoever runs it.
fn place(program: &Path, artifact: &Path) -> std::io::Result<()> {
    if let Some(folder) = artifact.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = layout::beside(artifact);
    fs::copy(program, &fresh)?;
    fs::rename(&fresh, artifact)
}
