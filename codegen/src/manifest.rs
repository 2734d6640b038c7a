//! A `Cargo.toml` as text: which crate lies beside a `.unik` file.
//!
//! Only names and version are read; whether the crate compiles is cargo's affair. Who finds the file and knows its
//! folder adds the path.

mod refused;

use smol_str::SmolStr;
use toml::{Table, Value};

use crate::CrateInfo;

pub use refused::refused;

/// What is wrong with a manifest, in a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// Where in the text, as a range of bytes, if it is a matter of syntax.
    pub span: Option<core::ops::Range<usize>>,
}

/// Reads a manifest; `path` becomes [`CrateInfo::path`]. A version that is inherited from a workspace is not known here,
/// which does no harm: the dependency is by path.
pub fn read(text: &str, path: impl Into<String>) -> Result<CrateInfo, Problem> {
    let table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| problem(error.message().replace('\n', ", "), error.span()))?;
    let package = match table.get("package") {
        Some(Value::Table(package)) => package,
        Some(_) => return Err(problem("`package` is not a table", None)),
        None if table.contains_key("workspace") => {
            return Err(problem("it is a workspace without a `[package]`", None));
        }
        None => return Err(problem("it has no `[package]`", None)),
    };
    let name = name_in(package, "package")?.ok_or_else(|| problem("`package` has no `name`", None))?;
    let lib = match table.get("lib") {
        Some(Value::Table(lib)) => name_in(lib, "lib")?,
        Some(_) => return Err(problem("`lib` is not a table", None)),
        None => None,
    };
    Ok(CrateInfo {
        lib: SmolStr::new(lib.as_ref().unwrap_or(&name).replace('-', "_")),
        package: name,
        version: package.get("version").and_then(Value::as_str).map(SmolStr::new),
        path: path.into(),
    })
}

fn name_in(table: &Table, section: &str) -> Result<Option<SmolStr>, Problem> {
    let Some(name) = table.get("name") else { return Ok(None) };
    let name =
        name.as_str().ok_or_else(|| problem(format!("the `name` of `{section}` is not a string"), None))?;
    let starts = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
    if starts && name.chars().all(|char| char.is_alphanumeric() || char == '_' || char == '-') {
        Ok(Some(SmolStr::new(name)))
    } else {
        Err(problem(format!("`{}` is no name for a crate", name.escape_debug()), None))
    }
}

fn problem(message: impl Into<String>, span: Option<core::ops::Range<usize>>) -> Problem {
    Problem { message: message.into(), span }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match read(text, "../kv") {
            Ok(found) => format!("{} {} {:?}", found.package, found.lib, found.version.as_deref()),
            Err(problem) => format!("{} {:?}", problem.message, problem.span),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_and_version() {
        check("[package]\nname = 'unik-kv'\nversion = '0.1.0'", r#"unik-kv unik_kv Some("0.1.0")"#);
        check("[package]\nname = 'unik-kv'\nversion.workspace = true", "unik-kv unik_kv None");
        check("[package]\nname = 'app'\n[lib]\nname = 'my-app'", "app my_app None");
        check("[package]\nname = 'app'\n[lib]\npath = 'x.rs'", "app app None");
    }

    #[test]
    fn what_is_wrong_is_said() {
        check("", "it has no `[package]` None");
        check("[workspace]", "it is a workspace without a `[package]` None");
        check("package = 1", "`package` is not a table None");
        check("[package]", "`package` has no `name` None");
        check("[package]\nname = 3", "the `name` of `package` is not a string None");
        check("[package]\nname = '../x'", "`../x` is no name for a crate None");
        check("lib = 1\n[package]\nname = 'x'", "`lib` is not a table None");
        check("[package\nname = 1", "unclosed table, expected `]` Some(8..8)");
    }
}
