//! The script beside an image: what it makes of its options for `xl`.

use unik_boot_tests::image::Image;
use unik_boot_tests::xen::Host;

use super::examples::TARGET;

/// What `xl` would take for something of its own is a name of a file all the same, or refused before `xl` sees it.
#[test]
fn a_file_may_have_any_name() {
    const LETTERS: &str = "it's \"one\", $HOME  two,x=`id` *,";
    let image = Image::example("block", TARGET, &[]);
    let mut host = Host::start(&[]);
    host.sh(&format!("mkdir /guest/disks; truncate -s 2M {}", quoted(&format!("/guest/disks/{LETTERS}"))));
    host.launch(&image, &["--disk", &format!("data=/guest/disks/{LETTERS}")], &[]);
    host.exits(0, "the disk is well");
    host.launch(&image, &["--disk", "data=/guest/disks/it"], &[]);
    host.exits(69, "there is no file `/guest/disks/it` for the disk data");
    host.launch(&image, &["--disk", "data=/guest/disks/two\nlines"], &[]);
    host.exits(64, "a line break cannot be told to xl");
    for name in ["back\\slash", "für"] {
        host.launch(&image, &["--disk", &format!("data=/guest/disks/{name}")], &[]);
        host.exits(64, "the scripts of Xen cannot read");
    }
    // How `xl` reads what it is given.
    for (given, writable, file) in [
        ("/a,b", true, "/a,b"),
        ("/a,ro", false, "/a"),
        ("/a,b,ro,discard", false, "/a,b"),
        ("/a,", true, "/a,"),
        ("/a b ", true, "/a b "),
        ("/a,vdev=xvdz", true, "/a,vdev=xvdz"),
        ("/\",", true, "/\","),
        ("iqn\\ü.2001-05.com:disk,script=block-iscsi", true, "iqn\\ü.2001-05.com:disk"),
    ] {
        let print = format!("sh /guest/block.xen.sh --disk {} --print", quoted(&format!("data={given}")));
        let read = host.sh(&format!("{print} >/run/xl && xl -N create /run/xl"));
        let (_, read) = read.split_once("\"disks\": [").unwrap();
        let (disk, _) = read.split_once(']').unwrap();
        let file = format!("\"pdev_path\": {}", serde_json::to_string(file).unwrap());
        // What is the default is not shown.
        assert!(disk.contains(&file) && disk.contains("\"readwrite\": 1") == writable, "{given}: {disk}");
    }
}

/// A word of a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
