//! The files beside an image by which a host runs it, made of the templates in the folder `launch/` of its platform.
//!
//! `launch/xml.j2` becomes `NAME.<extension>.xml`. The template whose name begins with `run.` is the launcher: `run.sh.j2`
//! becomes `NAME.<extension>.sh`, which `unikc run` starts with `--KIND NAME=VALUE` for what is attached and the boot
//! arguments behind `--`. What ends with `.sh` can be executed. A platform without that folder has programs that are
//! started directly.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use unik_codegen::launch::{self, Launch};
use unik_graph::DeviceGraph;

use crate::layout;

/// How the name of a template ends.
const TEMPLATE: &str = ".j2";
/// How the name of the launcher's template begins.
const LAUNCHER: &str = "run.";

/// Writes the files beside an artifact that takes `loaded` bytes of memory; gives the launcher, if the platform has one.
pub(crate) fn write(graph: &DeviceGraph, artifact: &Path, loaded: u64) -> Result<Option<PathBuf>, String> {
    let Some(target) = &graph.target else { return Ok(None) };
    let folder = Path::new(&*target.folder).join("launch");
    let templates =
        templates(&folder).map_err(|reason| format!("cannot read `{}`: {reason}", folder.display()))?;
    let name = artifact.file_name().unwrap_or_default().to_string_lossy();
    let facts = launch::launch(graph, &name, loaded, concat!("unikc ", env!("CARGO_PKG_VERSION")));
    let mut launcher = None;
    for template in templates {
        let path = artifact.with_file_name(format!("{name}.{}", template.suffix));
        one(&folder.join(&template.name), &path, &facts)?;
        if template.launcher {
            launcher = Some(path);
        }
    }
    Ok(launcher)
}

/// A template of a platform.
#[derive(Debug, PartialEq, Eq)]
struct Template {
    /// The name of its file.
    name: String,
    /// What is added to the name of the artifact.
    suffix: String,
    /// Whether it runs the image.
    launcher: bool,
}

impl Template {
    fn new(name: String) -> Option<Self> {
        let stem = name.strip_suffix(TEMPLATE)?;
        let launcher = stem.strip_prefix(LAUNCHER);
        let (suffix, launcher) = (launcher.unwrap_or(stem).to_owned(), launcher.is_some());
        (!suffix.is_empty() && !suffix.starts_with('.')).then_some(Self { name, suffix, launcher })
    }
}

/// The templates in a folder, sorted; none if it is not there.
fn templates(folder: &Path) -> io::Result<Vec<Template>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(reason) if reason.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(reason) => return Err(reason),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names.into_iter().filter_map(Template::new).collect())
}

fn one(template: &Path, path: &Path, facts: &Launch) -> Result<(), String> {
    let shown = template.display();
    let text = fs::read_to_string(template).map_err(|reason| format!("cannot read `{shown}`: {reason}"))?;
    let text = launch::render(&template.to_string_lossy(), &text, facts).map_err(|broken| {
        let line = broken.line.map_or(String::new(), |line| format!(":{line}"));
        format!("the template `{shown}{line}` cannot be filled in: {broken}")
    })?;
    layout::write_if_changed(path, text.as_bytes())
        .and_then(|_| executable(path))
        .map_err(|reason| format!("cannot write `{}`: {reason}", path.display()))
}

#[cfg(unix)]
fn executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if path.extension().is_none_or(|extension| extension != "sh") {
        return Ok(());
    }
    let mut permissions = fs::metadata(path)?.permissions();
    // Whoever may read it may run it.
    permissions.set_mode(permissions.mode() | (permissions.mode() & 0o444) >> 2);
    fs::set_permissions(path, permissions)
}

#[cfg(not(unix))]
fn executable(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_templates_say_what_becomes_of_them() {
        let check = |name: &str, expected: Option<(&str, bool)>| {
            let found = Template::new(name.to_owned());
            assert_eq!(found.as_ref().map(|it| (it.suffix.as_str(), it.launcher)), expected, "{name}");
        };
        check("run.sh.j2", Some(("sh", true)));
        check("xml.j2", Some(("xml", false)));
        check("firecracker.json.j2", Some(("firecracker.json", false)));
        for name in ["README.md", ".j2", "run..j2", ".hidden.j2", "sh", "run.j2~"] {
            check(name, None);
        }
    }
}
