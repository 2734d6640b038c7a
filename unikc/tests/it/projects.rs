//! From `unikc new` to a running program, and what `build` and `run` promise on the way.

use std::fs;
use std::path::Path;

use crate::{Done, line, root, unikc};

/// Runs `unikc` with what it builds kept in the workspace's own folder, so that dependencies compile once.
fn built(folder: &Path, words: &str) -> Done {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_unikc"));
    command
        .args(words.split_whitespace())
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("UNIKC_LIBRARY");
    command.env("CARGO_TARGET_DIR", root().join("target"));
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_new_project_runs_at_once() {
    let there = tempfile::tempdir().unwrap();
    assert_eq!(line(there.path(), "new my-app").ended(0), "");
    let project = there.path().join("my-app");
    for file in ["app.unik", "Cargo.toml", "src/lib.rs", ".gitignore", "README.md"] {
        let text = fs::read_to_string(project.join(file)).unwrap();
        assert!(!text.contains("{{"), "{file}: {text}");
    }
    assert_eq!(line(&project, "check app.unik").shown(), "");

    let out = built(&project, "build app.unik --profile dev").ended(0);
    let artifact = project.join(out.lines().last().unwrap());
    assert!(artifact.is_file() && artifact.ends_with("target/unik/my_app"), "{out}");
    let again = built(&project, "build app.unik --profile dev");
    assert_eq!(again.shown(), out, "a second build says the same, and nothing more");

    let done = built(&project, "run app.unik --profile dev --name you -- --count 2");
    assert_eq!(done.code, Some(0), "{}", done.shown());
    assert_eq!(done.err.matches("Hello you!").count(), 2, "{}", done.shown());
    let done = built(&project, "run app.unik --profile dev -- --cuont 2");
    assert_eq!(done.code, Some(64), "the program's own code: {}", done.shown());
    assert!(done.err.contains("--count"), "{}", done.err);

    // What rustc finds in the generated crate is reported at the device.
    let code = fs::read_to_string(project.join("src/lib.rs")).unwrap();
    fs::write(project.join("src/lib.rs"), code.replace("fn start", "fn begin")).unwrap();
    let done = built(&project, "build app.unik --profile dev");
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    assert!(done.err.contains("error[E05") && done.err.contains("app.unik:"), "{}", done.err);

    // What is wrong in the application's own code is rustc's to tell.
    fs::write(project.join("src/lib.rs"), code.replace("Ok(())", "Ok(1)")).unwrap();
    let done = built(&project, "build app.unik --profile dev");
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("mismatched types") && done.err.contains("lib.rs"), "{}", done.err);
}

#[test]
fn a_name_is_checked_and_nothing_is_overwritten() {
    let there = tempfile::tempdir().unwrap();
    for name in ["1up", "a b", "", "é", "test", "unikernel", "self", "x/../..", "a\u{1b}[31m"] {
        let done = unikc(there.path(), ["new", name]);
        assert_eq!(done.code, Some(2), "{name}: {}", done.shown());
    }
    assert_eq!(fs::read_dir(there.path()).unwrap().count(), 0);
    fs::create_dir(there.path().join("empty")).unwrap();
    assert_eq!(line(there.path(), "new empty").code, Some(0));
    let done = line(there.path(), "new empty");
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("not empty"), "{}", done.err);
}

#[test]
fn a_device_without_a_crate_is_reported_at_its_place() {
    let there = crate::folder([("app.unik", &b"device a: Job { rust a }\nunikernel one = a\n"[..])]);
    let done = line(there.path(), "configure app.unik --target unix");
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("error[E0510]") && done.err.contains("app.unik:1:"), "{}", done.err);
}

#[test]
fn a_project_below_a_workspace_is_on_its_own() {
    let there = crate::folder([("Cargo.toml", &b"[workspace]\nmembers = []\n"[..])]);
    assert_eq!(line(there.path(), "new inside").code, Some(0));
    let mut cargo = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--format-version=1", "--no-deps", "--offline"]);
    let said = cargo.current_dir(there.path().join("inside")).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn the_crate_is_the_same_from_wherever_it_is_written() {
    let there = tempfile::tempdir().unwrap();
    assert_eq!(line(there.path(), "new one").code, Some(0));
    let written = |folder: &Path, file: &str| {
        assert_eq!(unikc(folder, ["configure", file, "--target", "unix"]).code, Some(0));
        let text = fs::read_to_string(there.path().join("one/target/unik/one-unix/src/main.rs")).unwrap();
        assert!(text.contains("\"app.unik:"), "{text}");
        text
    };
    let beside = written(&there.path().join("one"), "app.unik");
    let whole = there.path().join("one/app.unik");
    assert_eq!(written(there.path(), "one/app.unik"), beside);
    assert_eq!(written(&there.path().join("one/src"), "../app.unik"), beside);
    assert_eq!(written(Path::new("/"), whole.to_str().unwrap()), beside);
}

#[test]
fn a_crate_that_has_lost_its_workspace_is_told_at_its_device() {
    let there = tempfile::tempdir().unwrap();
    let project = there.path().join("lost");
    assert_eq!(line(there.path(), "new lost").code, Some(0));
    let manifest = project.join("Cargo.toml");
    let whole = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, whole.replace("edition = \"2024\"", "edition.workspace = true")).unwrap();
    let told = |words: &[&str]| {
        let done = built(there.path(), "build lost --profile dev");
        assert_eq!((done.code, done.out.as_str()), (Some(1), ""), "{}", done.err);
        for word in ["error[E0511]", "lost/app.unik:", "its crate `lost`"].iter().chain(words) {
            assert!(done.err.contains(word), "no `{word}` in {}", done.err);
        }
    };
    told(&["lost/Cargo.toml", "no folder above it is a workspace"]);
    fs::write(there.path().join("Cargo.toml"), "[workspace]\nmembers = [\"lost\"]\n").unwrap();
    told(&[
        "lost/Cargo.toml",
        "`workspace.package.edition` was not defined",
        "the workspace that is around it",
    ]);
    fs::write(&manifest, whole + "gone = { path = \"../gone\" }\n").unwrap();
    told(&["gone/Cargo.toml", "No such file"]);
}
