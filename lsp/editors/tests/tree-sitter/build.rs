//! Compiles the generated parser.

fn main() {
    let folder = "../../tree-sitter-unik/src";
    println!("cargo::rerun-if-changed={folder}");
    cc::Build::new()
        .include(folder)
        .file(format!("{folder}/parser.c"))
        .flag_if_supported("-w")
        .compile("tree-sitter-unik");
}
