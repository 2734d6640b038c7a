//! Compiles the generated parser.

fn main() {
    let folder = "../../tree-sitter-unik/src";
    println!("cargo::rerun-if-changed={folder}");
    cc::Build::new()
        .include(folder)
        .files(["parser.c", "scanner.c"].map(|file| format!("{folder}/{file}")))
        .flag_if_supported("-w")
        .compile("tree-sitter-unik");
}
