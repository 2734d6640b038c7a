//! `unikc fmt`: what it writes, what it shows, how it ends.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Done, folder, line, root};

const BAD: &str = "//! A file.\n\nlet a=1\n\n\nlet  b = [\n1,2]\nlet c = 3\n";
const GOOD: &str = "//! A file.\n\nlet a = 1\n\nlet b = [\n  1,\n  2,\n]\nlet c = 3\n";

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn piped(args: &[&str], input: &[u8]) -> Done {
    let mut child = Command::new(env!("CARGO_BIN_EXE_unikc"))
        .args(args)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn files_are_written_in_place() {
    let there = folder([("a.unik", BAD.as_bytes()), ("b.unik", GOOD.as_bytes())]);
    fs::set_permissions(there.path().join("a.unik"), fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(there.path().join("b.unik")).unwrap().modified().unwrap();
    assert_eq!(line(there.path(), "fmt a.unik b.unik").shown(), "");
    assert_eq!(text(there.path(), "a.unik"), GOOD);
    assert_eq!(fs::metadata(there.path().join("a.unik")).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::metadata(there.path().join("b.unik")).unwrap().modified().unwrap(), before);
    let names = fs::read_dir(there.path()).unwrap().count();
    assert_eq!(names, 2, "nothing else is left");
}

#[test]
fn a_file_that_is_read_only_stays_as_it_is() {
    let there = folder([("a.unik", BAD.as_bytes())]);
    fs::set_permissions(there.path().join("a.unik"), fs::Permissions::from_mode(0o444)).unwrap();
    let done = line(there.path(), "fmt a.unik");
    assert!(done.code == Some(1) && done.err.contains("cannot write `a.unik`"), "{}", done.shown());
    assert_eq!(text(there.path(), "a.unik"), BAD);
}

#[test]
fn a_link_stays_a_link() {
    let there = folder([("real/a.unik", BAD.as_bytes())]);
    symlink("real/a.unik", there.path().join("link.unik")).unwrap();
    assert_eq!(line(there.path(), "fmt link.unik").shown(), "");
    assert!(there.path().join("link.unik").is_symlink());
    assert_eq!(text(there.path(), "real/a.unik"), GOOD);
}

#[test]
fn folders_stand_for_the_files_in_them() {
    let bad = BAD.as_bytes();
    let there = folder([
        ("p/app.unik", bad),
        ("p/deep/er.unik", bad),
        ("p/notes.txt", bad),
        ("p/target/made.unik", bad),
        ("p/.hidden/x.unik", bad),
        ("empty/x", b""),
    ]);
    assert_eq!(line(there.path(), "fmt --check p p/app.unik").ended(1), "p/app.unik\np/deep/er.unik\n");
    assert_eq!(line(there.path(), "fmt p").shown(), "");
    assert_eq!(line(there.path(), "fmt --check p").shown(), "");
    for kept in ["p/notes.txt", "p/target/made.unik", "p/.hidden/x.unik"] {
        assert_eq!(text(there.path(), kept), BAD, "{kept}");
    }
    let done = line(there.path(), "fmt empty");
    assert!(done.code == Some(1) && done.err.contains("`empty`"), "{}", done.shown());
}

#[test]
fn check_and_diff_write_nothing() {
    let there = folder([("a.unik", BAD.as_bytes())]);
    let diff = "--- a.unik\n+++ a.unik\n@@ -1,8 +1,9 @@\n //! A file.\n \n-let a=1\n+let a = 1\n \n-\n-let  b = [\n-1,2]\n+let b = [\n+  1,\n+  2,\n+]\n let c = 3\n";
    assert_eq!(line(there.path(), "fmt --check a.unik").ended(1), "a.unik\n");
    assert_eq!(line(there.path(), "fmt --diff a.unik").ended(0), diff);
    assert_eq!(line(there.path(), "fmt --check --diff a.unik").ended(1), diff);
    assert_eq!(text(there.path(), "a.unik"), BAD);
    fs::write(there.path().join("a.unik"), GOOD).unwrap();
    for asked in ["--check", "--diff", "--check --diff"] {
        assert_eq!(line(there.path(), &format!("fmt {asked} a.unik")).shown(), "");
    }
}

#[test]
fn standard_input_goes_to_standard_output() {
    assert_eq!(piped(&["fmt", "-"], BAD.as_bytes()).ended(0), GOOD);
    assert_eq!(piped(&["fmt", "-", "--check"], BAD.as_bytes()).ended(1), "<stdin>\n");
    assert_eq!(piped(&["fmt", "-", "--check"], GOOD.as_bytes()).ended(0), "");
    assert!(piped(&["fmt", "-", "--diff"], BAD.as_bytes()).ended(0).starts_with("--- <stdin>\n"));
    let done = piped(&["fmt", "-"], b"let a = \xff");
    assert!(done.code == Some(1) && done.err.contains("UTF-8") && done.out.is_empty(), "{}", done.shown());
    assert_eq!(piped(&["fmt", "-", "a.unik"], b"").code, Some(2));
    let broken = piped(&["fmt", "-"], b"let a=1\nlet  b = (\n");
    assert!(broken.err.contains("<stdin>:2:"), "{}", broken.shown());
    assert_eq!(broken.ended(1), "let a = 1\nlet  b = (\n");
}

#[test]
fn mistakes_are_reported_and_the_rest_is_laid_out() {
    let there = folder([("a.unik", &b"let a=1\nlet  b = 10.0.0.2\nlet c=3\n"[..]), ("b.unik", b"let a=1\n")]);
    let done = line(there.path(), "fmt a.unik missing.unik b.unik");
    assert!(done.err.contains("E0008") && done.err.contains("a.unik:2:10"), "{}", done.shown());
    assert!(done.err.contains("`missing.unik`"), "{}", done.shown());
    assert_eq!(done.ended(1), "");
    assert_eq!(text(there.path(), "a.unik"), "let a = 1\nlet  b = 10.0.0.2\nlet c = 3\n");
    assert_eq!(text(there.path(), "b.unik"), "let a = 1\n");
    assert_eq!(line(there.path(), "fmt").code, Some(2));
    assert_eq!(line(there.path(), "fmt --chek b.unik").code, Some(2));
}

#[test]
fn names_that_mean_nothing_are_no_mistake() {
    let there = folder([("a.unik", &b"import ./nowhere\nlet a = nobody\n"[..])]);
    assert_eq!(line(there.path(), "fmt a.unik").shown(), "");
}

#[test]
fn the_files_of_the_repository_are_in_their_layout() {
    let done = line(root(), "fmt --check examples stdlib-devices platform-runtimes");
    assert_eq!((done.code, done.shown().as_str()), (Some(0), ""));
}

#[test]
fn a_new_project_is_in_its_layout() {
    let there = folder([]);
    line(there.path(), "new fresh").ended(0);
    assert_eq!(line(there.path(), "fmt --check fresh").shown(), "");
}

#[test]
fn what_patch_makes_of_a_diff_is_the_layout() {
    let there = folder([("a.unik", BAD.as_bytes())]);
    let diff = line(there.path(), "fmt --diff a.unik").ended(0);
    // Each hunk's lines that stay or come are the new text, those that stay or go the old one.
    let side = |sign: char| {
        let body = diff.lines().skip(2).filter(|line| !line.starts_with("@@"));
        let kept = body.filter(|line| line.starts_with([' ', sign]));
        kept.flat_map(|line| [&line[1..], "\n"]).collect::<String>()
    };
    assert_eq!((side('-').as_str(), side('+').as_str()), (BAD, GOOD));
}
