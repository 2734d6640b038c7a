//! `unikc new NAME`: a project that runs at once, whose code is an ordinary crate that rust-analyzer understands.

use std::path::Path;
use std::{fs, io};

use crate::library::Library;
use crate::{exit, layout, output};

/// Below the folder of the project, and what stands there; `{{…}}` is filled in.
const FILES: &[(&str, &str)] = &[
    ("app.unik", include_str!("new/app.unik")),
    ("Cargo.toml", include_str!("new/Cargo.toml.txt")),
    ("src/lib.rs", include_str!("new/lib.rs.txt")),
    ("README.md", include_str!("new/README.md")),
    (".gitignore", include_str!("new/gitignore")),
];

/// Names that a crate of this kind cannot have: Rust's keywords and crates, the language's words, and its own dependencies.
const TAKEN: &[&str] = &[
    "Self",
    "abstract",
    "after",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "device",
    "do",
    "dyn",
    "else",
    "enum",
    "exclusive",
    "extern",
    "false",
    "features",
    "final",
    "fn",
    "for",
    "gen",
    "generative",
    "if",
    "impl",
    "import",
    "in",
    "job",
    "key",
    "let",
    "log",
    "loop",
    "macro",
    "match",
    "mod",
    "module",
    "move",
    "mut",
    "override",
    "platform",
    "priv",
    "proc_macro",
    "pub",
    "ref",
    "require",
    "return",
    "run",
    "rust",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "target",
    "targets",
    "test",
    "then",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unik",
    "unikernel",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// Cargo refuses a crate below a workspace that does not count it among its members.
const OWN_WORKSPACE: &str =
    "\n# A workspace of its own; take this out to make it a member of the one around it.\n[workspace]\n";

/// Makes the project in a new folder, or in an empty one.
pub(crate) fn run(folder: &Path, library: &Library) -> u8 {
    let made = name(folder).and_then(|name| make(folder, name, library).map(|()| name));
    match made {
        Ok(name) => {
            output::progress(
                "Created",
                format_args!("`{name}`: try `unikc run {}`", folder.join("app.unik").display()),
            );
            exit::SUCCESS
        }
        Err(Refused::Usage(reason)) => {
            output::error(reason);
            exit::USAGE
        }
        Err(Refused::Failure(reason)) => {
            output::error(reason);
            exit::FAILURE
        }
    }
}

enum Refused {
    /// The command line asks for what cannot be.
    Usage(String),
    /// The world does not allow it.
    Failure(String),
}

/// The name of the project: the last of the path.
fn name(folder: &Path) -> Result<&str, Refused> {
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let shown = folder.display().to_string();
    let shown = shown.escape_debug();
    let allowed = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || !name.chars().all(allowed) {
        let rule = "a name starts with a letter and consists of letters, digits, `-` and `_`";
        return Err(Refused::Usage(format!("`{shown}` cannot be the name of a project: {rule}")));
    }
    if TAKEN.contains(&name.replace('-', "_").as_str()) {
        return Err(Refused::Usage(format!(
            "`{shown}` cannot be the name of a project: the word has a meaning already"
        )));
    }
    Ok(name)
}

fn make(folder: &Path, name: &str, library: &Library) -> Result<(), Refused> {
    let failure = |path: &Path, reason: io::Error| {
        Refused::Failure(format!("cannot write `{}`: {reason}", path.display()))
    };
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => {}
        Ok(false) => return Err(Refused::Failure(format!("`{}` exists and is not empty", folder.display()))),
        Err(reason) if reason.kind() == io::ErrorKind::NotFound => {}
        Err(reason) => return Err(failure(folder, reason)),
    }
    let unik = library.root().map_err(Refused::Failure)?.join("stdlib-devices/device-api");
    let unik = toml::Value::String(unik.to_string_lossy().into_owned()).to_string();
    for (below, text) in FILES {
        let path = folder.join(below);
        let text = text.replace("{{name}}", name).replace("{{image}}", &name.replace('-', "_"));
        let mut text = text.replace("{{unik}}", &unik);
        if *below == "Cargo.toml" && layout::workspace(&layout::absolute(folder)).is_some() {
            text.push_str(OWN_WORKSPACE);
        }
        layout::write_if_changed(&path, text.as_bytes()).map_err(|reason| failure(&path, reason))?;
    }
    Ok(())
}
