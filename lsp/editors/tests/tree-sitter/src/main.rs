//! Writes what is made from `grammar.js` into the tree.

use std::{env, fs, process::ExitCode};

use unik_tree_sitter_tests::{editors, generated};

fn main() -> ExitCode {
    let scratch = env::temp_dir().join(format!("unik-tree-sitter-{}", std::process::id()));
    let written = generated(&scratch).and_then(|files| {
        for (path, text) in files {
            let path = editors().join(path);
            let folder = path.parent().unwrap_or(&path);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, text))
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    });
    // What is left of it is nobody's loss.
    let _ = fs::remove_dir_all(&scratch);
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
