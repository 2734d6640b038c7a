//! The queries of the grammar as each editor wants them: where they lie, and how captures are called there.
//!
//! They are written once, in `tree-sitter-unik/queries`, with the names of Neovim.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::editors;

/// What Neovim reads.
const NEOVIM: &[&str] = &["highlights", "folds", "indents", "locals", "injections", "textobjects"];
/// What Helix reads.
const HELIX: &[&str] = &["highlights", "indents", "locals", "injections", "tags", "textobjects"];

/// Names of Neovim, and what Helix calls the same; the others are called alike.
const IN_HELIX: &[(&str, &str)] = &[
    ("boolean", "constant.builtin.boolean"),
    ("character.special", "constant.character"),
    ("class.inner", "class.inside"),
    ("class.outer", "class.around"),
    ("comment", "comment.line"),
    ("comment.documentation", "comment.line.documentation"),
    ("comment.outer", "comment.around"),
    ("function.call", "function"),
    ("function.inner", "function.inside"),
    ("function.outer", "function.around"),
    ("indent.begin", "indent"),
    ("indent.branch", "outdent"),
    ("keyword.conditional", "keyword.control.conditional"),
    ("keyword.import", "keyword.control.import"),
    ("keyword.modifier", "keyword.storage.modifier"),
    ("local.definition.parameter", "local.definition.variable.parameter"),
    ("local.definition.var", "local.definition.variable"),
    ("module", "namespace"),
    ("number", "constant.numeric"),
    ("parameter.inner", "parameter.inside"),
    ("string.escape", "constant.character.escape"),
    ("variable.member", "variable.other.member"),
];

/// The queries of each editor: paths under `lsp/editors` and texts.
///
/// # Errors
/// Which file cannot be read, and why.
pub fn queries() -> Result<Vec<(PathBuf, String)>, String> {
    let mut files = Vec::new();
    for (editor, kinds, names) in [("neovim", NEOVIM, &[][..]), ("helix", HELIX, IN_HELIX)] {
        for kind in kinds {
            let source = format!("tree-sitter-unik/queries/{kind}.scm");
            let text =
                fs::read_to_string(editors().join(&source)).map_err(|error| format!("{source}: {error}"))?;
            let path = Path::new(editor).join(format!("queries/unik/{kind}.scm"));
            files.push((path, format!("; Written from {source}: change that.\n{}", renamed(&text, names))));
        }
    }
    Ok(files)
}

/// The text with its captures called otherwise.
fn renamed(text: &str, names: &[(&str, &str)]) -> String {
    let mut renamed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, name) = rest.split_at(at + 1);
        let end = name
            .find(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '.' | '_')))
            .unwrap_or(name.len());
        let (name, behind) = name.split_at(end);
        renamed.push_str(before);
        renamed.push_str(names.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| to));
        rest = behind;
    }
    renamed + rest
}
