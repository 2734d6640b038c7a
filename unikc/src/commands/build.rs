//! `unikc build FILE`: writes the crate of an image and compiles it. The artifact's path is the last line of standard
//! output.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use unik_codegen::{codes, manifest, rustc};
use unik_source::Diagnostic;

use super::configure::{Written, configure, shown};
use super::{Asked, failure, report};
use crate::cargo::{Build, Built};
use crate::image::{Fault, Image};
use crate::{exit, launch, layout, output, std_users};

/// Builds it, and prints where it is.
pub(crate) fn run(asked: &Asked<'_>) -> u8 {
    match configure(asked).and_then(|written| compile(asked, &written)) {
        Ok(finished) => {
            output::out(&format!("{}\n", finished.artifact.display()));
            exit::SUCCESS
        }
        Err(code) => code,
    }
}

/// What has been built, as the user would write the paths.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The image, or the program.
    pub(crate) artifact: PathBuf,
    /// What runs it, if it does not run by itself.
    pub(crate) launcher: Option<PathBuf>,
}

/// Compiles a crate that has been written; the exit code if that does not work, once it has been said why.
pub(crate) fn compile(asked: &Asked<'_>, written: &Written) -> Result<Finished, u8> {
    let build = Build {
        crate_dir: &written.layout.crate_dir,
        program: &written.made.program,
        target_dir: &written.layout.target_dir,
        profile: asked.text("profile").unwrap_or("release"),
        offline: asked.flag("offline"),
        bare: written.graph.target.as_ref().is_some_and(|target| target.link.is_some()),
    };
    // Two images of one name have one place in the folder that cargo builds in, until the artifact is copied.
    let lock = lock(&written.layout.target_dir);
    let _lock = lock
        .map_err(|reason| failure(format_args!("cannot use `{}`: {reason}", build.target_dir.display())))?;
    let built = build.run().map_err(failure)?;
    let Some(program) = &built.program else {
        explain(asked, written, &build, &built);
        return Err(exit::FAILURE);
    };
    let artifact = &written.layout.artifact;
    let loaded =
        if build.bare { image(&build, written, program)? } else { place(program, artifact).map(|()| 0)? };
    let launcher = launch::write(&written.graph, artifact, loaded).map_err(failure)?;
    let size = fs::metadata(artifact).map(|file| file.len()).unwrap_or_default();
    output::progress("Built", format_args!("{}, {}", shown(asked, artifact).display(), amount(size)));
    Ok(Finished {
        artifact: shown(asked, artifact),
        launcher: launcher.map(|launcher| shown(asked, &launcher)),
    })
}

/// Puts an image where it belongs, if it can run without an operating system: what is loaded of it, and all of it for
/// debuggers. Gives the bytes of memory that it takes when it starts.
fn image(build: &Build<'_>, written: &Written, program: &Path) -> Result<u64, u8> {
    let artifact = &written.layout.artifact;
    let bytes = fs::read(program)
        .map_err(|reason| failure(format_args!("cannot read `{}`: {reason}", program.display())))?;
    let image = Image::check(&bytes).map_err(|faults| {
        for fault in faults {
            output::error(format_args!("the image `{}` cannot run: {fault}", written.graph.unikernel));
            if matches!(fault, Fault::Libc(_) | Fault::Undefined(_) | Fault::ThreadLocal(_)) {
                needs_libc(build);
            }
            output::help(fault.help());
        }
        exit::FAILURE
    })?;
    place(program, &layout::debug(artifact))?;
    layout::write_if_changed(artifact, &image.stripped())
        .map_err(|reason| failure(format_args!("cannot write `{}`: {reason}", artifact.display())))?;
    Ok(image.loaded())
}

/// Says which packages have the crate `libc` among their dependencies, since the linker often cannot tell who calls it.
fn needs_libc(build: &Build<'_>) {
    for who in build.dependents("libc") {
        output::note(format_args!("{who} depends on the crate `libc`"));
    }
}

/// A size for people, in binary units.
fn amount(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..0x10_0000 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MiB", bytes >> 20, ((bytes & 0xf_ffff) * 10) >> 20),
    }
}

/// Keeps others from building in a folder, until it is dropped.
fn lock(folder: &Path) -> std::io::Result<File> {
    fs::create_dir_all(folder)?;
    let lock = File::create(folder.join(".unikc-lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// What rustc says where `std` comes beside the image's own handler of panics: it names the first crate that wants it.
const TWO_OF_ONE: &str = "E0152";

/// Says why it did not compile: mistakes in the generated crate are told at the `.unik` file, those in crates that people
/// wrote as rustc tells them, and what else cargo has to say as it is.
fn explain(asked: &Asked<'_>, written: &Written, build: &Build<'_>, built: &Built) {
    let mut told = rustc::diagnostics(&built.messages, &written.made, &written.graph);
    told.extend(unik_codegen::excluded(&built.said, &written.graph, &written.crates));
    told.extend(manifest::refused(&built.said, &written.graph, &written.crates));
    if build.bare && built.messages.iter().any(|message| message["message"]["code"]["code"] == TWO_OF_ONE) {
        let users = std_users::users(&build.metadata(), |path| fs::read_to_string(path).ok());
        let first =
            |told: &Diagnostic| users.iter().any(|user| told.message.contains(&format!("`{}`", user.name)));
        let all = rustc::needs_std(&users, &written.made, &written.graph).filter(|_| users.len() > 1);
        if let (Some(all), Some(told)) =
            (all, told.iter_mut().find(|told| told.code == codes::NEEDS_SYSTEM && first(told)))
        {
            *told = all;
        }
    }
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
    if build.bare && told.iter().any(|told| told.code == codes::NEEDS_SYSTEM) {
        needs_libc(build);
    }
    if told.is_empty() {
        output::error(format_args!("the image `{}` could not be built", written.graph.unikernel));
    }
}

/// Puts a file where it belongs. It may be running: then the old file stays with whoever runs it.
fn place(program: &Path, artifact: &Path) -> Result<(), u8> {
    artifact
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| layout::replace(artifact, |fresh| fs::copy(program, fresh).map(|_| ())))
        .map_err(|reason| failure(format_args!("cannot write `{}`: {reason}", artifact.display())))
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn sizes_are_told_in_binary_units() {
        let check = |bytes, text: &str| assert_eq!(amount(bytes), text);
        check(12, "12 bytes");
        check(1024, "1 KiB");
        check(187 * 1024 - 5, "187 KiB");
        check(1 << 20, "1.0 MiB");
        check((5 << 20) - 1, "4.9 MiB");
    }
}
