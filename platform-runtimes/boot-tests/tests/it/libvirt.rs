//! What lies beside an image for libvirt, held to libvirt's own schemas.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use unik_boot_tests::image::Image;
use unik_boot_tests::{folder, project, root};

/// The schema of domains: libvirt's of this machine, else that of its package, which is got once.
fn schema() -> PathBuf {
    let installed = Path::new("/usr/share/libvirt/schemas");
    let got = root().join("target/libvirt-schemas");
    if !installed.is_dir() && !got.is_dir() {
        let script = root().join("platform-runtimes/boot-tests/libvirt/schemas");
        let output = Command::new(script).arg(&got).output().expect("sh is installed");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "there is no schema to hold anything to:\n{said}");
    }
    let folder = if installed.is_dir() { installed } else { &got };
    folder.join("domain.rng")
}

/// Whether a text is a domain of libvirt, and what xmllint says of it.
fn check(schema: &Path, name: &str, text: &str) -> (bool, String) {
    let file = folder("libvirt").join(name);
    fs::write(&file, text).unwrap();
    let lint =
        Command::new("xmllint").args(["--noout", "--nonet", "--relaxng"]).args([schema, &file]).output();
    let lint = lint.expect("xmllint is installed: the README's test command sees to it");
    (lint.status.success(), String::from_utf8_lossy(&lint.stderr).into_owned())
}

#[test]
fn domains_are_as_the_schema_of_libvirt_has_them() {
    let schema = schema();
    // A disk; an interface and a port; two interfaces.
    for image in [
        Image::example("block", "virtio", &[]),
        Image::example("file-server", "virtio", &[]),
        Image::example("block", "xen", &[]),
        Image::example("file-server", "xen", &[]),
        Image::build(&project::troubles(), "xen", "sites", &["--unikernel", "sites"]),
    ] {
        let path = image.path.display();
        let text = fs::read_to_string(format!("{path}.xml")).unwrap();
        let (good, said) = check(&schema, "domain.xml", &text);
        assert!(good, "{path}: {said}");
        // What people are told to put in.
        let (good, said) = check(&schema, "qemu.xml", &text.replace("type=\"kvm\"", "type=\"qemu\""));
        assert!(good, "{path}: {said}");
        // One that takes everything would find nothing.
        let (good, _) = check(&schema, "wrong.xml", &text.replace("<vcpu>1<", "<vcpu>one<"));
        assert!(!good, "{path}: a schema that takes what is wrong");
    }
}
