//! Tells the linker where `xen.x` lies.

fn main() {
    let folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies");
    println!("cargo::rustc-link-search=native={folder}");
    println!("cargo::rerun-if-changed=xen.x");
    println!("cargo::rerun-if-changed=build.rs");
}
