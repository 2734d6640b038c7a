//! What is written from the grammar and the queries is in the tree as it would be written now.

use std::{env, fs};

use unik_tree_sitter_tests::{editors, generated};

#[test]
fn generated_files_are_up_to_date() {
    let scratch = env::temp_dir().join(format!("unik-tree-sitter-test-{}", std::process::id()));
    let files = generated(&scratch);
    fs::remove_dir_all(&scratch).expect("it was just written");
    for (path, text) in files.expect("the grammar is right") {
        let there = fs::read_to_string(editors().join(&path)).unwrap_or_default();
        assert!(there == text, "{} is old: `cargo run` in lsp/editors/tests/tree-sitter", path.display());
    }
}
