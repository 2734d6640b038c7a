//! `unikc configure FILE --target T`: writes the crate of an image, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use smol_str::SmolStr;
use unik_codegen::{Crate, CrateInfo};
use unik_eval::Mode;
use unik_graph::DeviceGraph;

use super::{Asked, failure, report};
use crate::layout::{self, Layout};
use crate::project::InProject;
use crate::resolve::{self, Unresolved};
use crate::{exit, output};

/// Writes it, and prints where.
pub(crate) fn run(asked: &Asked<'_>) -> u8 {
    match configure(asked) {
        Ok(written) => {
            output::out(&format!("{}\n", written.shown_crate(asked).display()));
            exit::SUCCESS
        }
        Err(code) => code,
    }
}

/// A crate that has been written.
pub(crate) struct Written {
    /// What it was made of.
    pub(crate) graph: DeviceGraph,
    /// What was made.
    pub(crate) made: Crate,
    /// The crates of its devices, by their folders.
    pub(crate) crates: BTreeMap<SmolStr, CrateInfo>,
    /// Where things are.
    pub(crate) layout: Layout,
}

impl Written {
    fn shown_crate(&self, asked: &Asked<'_>) -> PathBuf {
        asked.path("output").map_or_else(|| shown(asked, &self.layout.crate_dir), Path::to_path_buf)
    }
}

/// A path beside the file, as the user would write it.
pub(crate) fn shown(asked: &Asked<'_>, path: &Path) -> PathBuf {
    let folder = asked.session.folder();
    path.strip_prefix(layout::absolute(folder))
        .map_or_else(|_| path.to_path_buf(), |below| folder.join(below))
}

/// Evaluates and writes; the exit code if that does not work, once it has been said why.
pub(crate) fn configure(asked: &Asked<'_>) -> Result<Written, u8> {
    let graph = asked.graph(Mode::Concrete).ok_or(exit::FAILURE)?;
    let session = &asked.session;
    let target = graph.target.as_ref();
    let layout = Layout::new(
        &layout::absolute(session.folder()),
        &graph.unikernel,
        target.map_or("none", |target| &target.name),
        target.and_then(|target| target.artifact.as_deref()),
        asked.path("output"),
    );
    let doc = unik_syntax::items::file_doc(session.sources().text(graph.place.file)).to_string();
    let made = fs::create_dir_all(&layout.crate_dir)
        .map_err(|reason| {
            Unresolved::Failure(format!("cannot make `{}`: {reason}", layout.crate_dir.display()))
        })
        .and_then(|()| {
            resolve::resolve(&unik_codegen::needs(&graph), doc, &layout.crate_dir, session.library())
        })
        .and_then(|resolution| {
            let sources = InProject::new(session.sources(), graph.place.file, &session.files());
            unik_codegen::generate(&graph, &sources, &resolution)
                .map(|made| (made, resolution.crates))
                .map_err(Unresolved::Diagnostics)
        });
    let (made, crates) = made.map_err(|reason| match reason {
        Unresolved::Failure(reason) => failure(reason),
        Unresolved::Diagnostics(diagnostics) => {
            report(session, &diagnostics);
            exit::FAILURE
        }
    })?;
    write(&made, &layout, asked).map_err(failure)?;
    Ok(Written { graph, made, crates, layout })
}

fn write(made: &Crate, layout: &Layout, asked: &Asked<'_>) -> Result<(), String> {
    for (name, content) in &made.files {
        let path = layout.crate_dir.join(name);
        layout::write_if_changed(&path, content.bytes())
            .map_err(|reason| format!("cannot write `{}`: {reason}", path.display()))?;
    }
    // Versions start from those that the library was tested with, and stay where they are from then on.
    let lock = layout.crate_dir.join("Cargo.lock");
    let seed = asked.session.library().root()?.join("Cargo.lock");
    if !lock.exists() && seed.is_file() {
        fs::read(&seed)
            .and_then(|seed| layout::write_if_changed(&lock, &seed))
            .map_err(|reason| format!("cannot write `{}`: {reason}", lock.display()))?;
    }
    output::progress("Configured", shown(asked, &layout.crate_dir).display());
    Ok(())
}
