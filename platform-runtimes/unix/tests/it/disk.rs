//! Files as disks.

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use unik::block::Block;
use unik::{Error, ErrorKind};
use unik_unix::{Disk, block_on};

/// A file of so many bytes, removed at the end of the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, bytes: u64) -> Self {
        let path = std::env::temp_dir().join(format!("unik-unix-{}-{name}", std::process::id()));
        let file = File::create(&path).expect("a temporary file is made");
        file.set_len(bytes).expect("it gets its size");
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("the path of the test is text")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_file_is_a_disk() {
    let file = Temporary::new("disk", 64 * 1024);
    block_on(async {
        let disk = Disk::open(file.path()).unwrap();
        assert_eq!(disk.sectors(), 128);
        unik_conformance::block::block(&disk).await;
    })
    .unwrap();
    assert_eq!(std::fs::metadata(file.path()).unwrap().len(), 64 * 1024, "the file keeps its size");
}

#[test]
fn what_was_written_is_in_the_file() {
    let file = Temporary::new("written", 4096);
    block_on(async {
        let disk = Disk::open(file.path()).unwrap();
        disk.write(3, &[7; 1024]).await.unwrap();
        disk.flush().await.unwrap();
    })
    .unwrap();
    let bytes = std::fs::read(file.path()).unwrap();
    assert!(
        bytes.iter().enumerate().all(|(at, byte)| *byte == if (1536..2560).contains(&at) { 7 } else { 0 })
    );
}

#[test]
fn a_file_is_the_disk_of_one_program() {
    let file = Temporary::new("locked", 4096);
    let disk = Disk::open(file.path()).unwrap();
    let clone = disk.clone();
    drop(disk);
    let error = Disk::open(file.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InUse);
    assert_eq!(error.to_string(), format!("another program has {}: a disk serves one program", file.path()));
    drop(clone);
    assert!(Disk::open(file.path()).is_ok());
}

#[test]
fn what_is_no_disk_is_refused() {
    let odd = Temporary::new("odd", 1000);
    let empty = Temporary::new("empty", 0);
    for (path, kind, message) in [
        (odd.path(), ErrorKind::Invalid, "1000 bytes, which are no whole sectors of 512 bytes"),
        (empty.path(), ErrorKind::Invalid, "is empty: a file of 64 MiB is made with `truncate -s 64M"),
        ("/", ErrorKind::Invalid, "/ is neither a file nor a block device"),
        ("/dev/null", ErrorKind::Invalid, "/dev/null is neither a file nor a block device"),
        ("/nowhere/disk", ErrorKind::NotFound, "/nowhere/disk: No such file or directory"),
    ] {
        let error = Disk::open(path).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn a_disk_that_is_not_given_says_how() {
    block_on(async {
        let error = Disk::new("data").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("give --disk data=FILE"), "{error}");
    })
    .unwrap();
}

#[test]
fn a_file_that_shrinks_fails_and_does_not_grow() {
    let file = Temporary::new("shrinks", 4096);
    block_on(async {
        let disk = Disk::open(file.path()).unwrap();
        File::options().write(true).open(file.path()).unwrap().set_len(1024).unwrap();
        let error = disk.read(4, &mut [0; 512]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Detached, "{error}");
    })
    .unwrap();
}

#[test]
fn a_file_that_cannot_be_written_is_read_only() {
    let file = Temporary::new("readonly", 4096);
    File::options().write(true).open(file.path()).unwrap().write_all(b"text").unwrap();
    std::fs::set_permissions(file.path(), Permissions::from_mode(0o444)).unwrap();
    if rustix::process::geteuid().is_root() {
        // Root may write every file.
        return as_nobody("disk::a_file_that_cannot_be_written_is_read_only");
    }
    block_on(async {
        let disk = Disk::open(file.path()).unwrap();
        assert!(disk.is_read_only());
        let mut sector = [0; 512];
        disk.read(0, &mut sector).await.unwrap();
        assert_eq!(&sector[..4], b"text");
        let error = disk.write(0, &sector).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        assert!(disk.flush().await.is_ok());
        assert!(Disk::open(file.path()).is_ok(), "many may read");
    })
    .unwrap();
}

/// Runs one test of this binary without rights.
fn as_nobody(test: &str) {
    let copy = std::env::temp_dir().join(format!("unik-unix-{}-as-nobody", std::process::id()));
    let own = std::env::current_exe().expect("the test has a path");
    std::fs::copy(own, &copy).expect("a copy that everybody may run is made");
    let status = std::process::Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--bounding-set", "-all"])
        .arg(&copy)
        .args(["--exact", test])
        .status();
    std::fs::remove_file(&copy).expect("the copy is removed");
    assert!(status.expect("setpriv of util-linux is installed").success());
}
