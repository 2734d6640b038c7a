//! The tree-sitter grammar of `.unik` files, compiled, and the files that are written from its sources.
//!
//! What is checked about them stands in `tests/`.

mod queries;

use std::{
    fs,
    path::{Path, PathBuf},
};

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_unik() -> *const ();
}

/// The compiled parser.
// SAFETY: the generated function takes nothing and returns a pointer to a constant.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_unik) };

/// The version of the parser's tables: what Neovim from 0.7, Emacs 29 and Helix all load.
const ABI: usize = 14;

/// `lsp/editors`.
pub fn editors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What is written from `grammar.js` and the queries: paths under `lsp/editors` and texts.
///
/// # Errors
/// Why there is nothing to write: a mistake in the grammar, no Node to read it, a query that is missing.
pub fn generated(scratch: &Path) -> Result<Vec<(PathBuf, String)>, String> {
    let grammar = editors().join("tree-sitter-unik");
    let mut said = Vec::new();
    tree_sitter_generate::generate_parser_in_directory(
        &grammar,
        Some(scratch),
        Some(grammar.join("grammar.js")),
        ABI,
        None,
        None,
        true,
        tree_sitter_generate::OptLevel::default(),
        &mut said,
    )
    .map_err(|error| error.to_string())?;
    let files = ["grammar.json", "node-types.json", "parser.c", "tree_sitter/parser.h"];
    let read = |file: &str| {
        let text = fs::read_to_string(scratch.join(file)).map_err(|error| format!("{file}: {error}"))?;
        Ok((Path::new("tree-sitter-unik/src").join(file), text))
    };
    let mut files = files.into_iter().map(read).collect::<Result<Vec<_>, String>>()?;
    files.extend(queries::queries()?);
    Ok(files)
}
