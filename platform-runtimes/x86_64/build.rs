//! Tells the linker where `x86_64.x` lies: the link scripts of bare platforms include it by name.

fn main() {
    let folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies");
    println!("cargo::rustc-link-search=native={folder}");
    println!("cargo::rerun-if-changed=x86_64.x");
    println!("cargo::rerun-if-changed=build.rs");
}
