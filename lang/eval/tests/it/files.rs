//! `files(path)`.

use expect_test::expect;

use crate::support::check;

#[test]
fn folders_must_be_there() {
    check(
        "eval",
        r#"
import std/kv
device d(a: kv.ReadOnly, b: kv.ReadOnly): Job { rust d }
let open(dir: Path) = kv.crunch(files(dir))
unikernel u = d(open("nowhere/"), open("data/index.html"))
"#,
        expect![[r#"
            d = app.d: Job
              a: crunch = std/kv.crunch(files: files("nowhere/")): std/kv.ReadOnly
              b: crunch_2 = std/kv.crunch(files: files("data/index.html")): std/kv.ReadOnly
            E0405 there is no folder `nowhere/`
              ^ 5:22 «"nowhere/"» this path
              - 4:33 «files(dir)» is to be compiled into the image here
              - 5:17 «open("nowhere/")» reached through `open` here
              note: the path is relative to the folder of its file
              help: make the folder, or give the path of one that is there
            E0406 `data/index.html` is a file, not a folder
              ^ 5:40 «"data/index.html"» this path
              - 4:33 «files(dir)» is to be compiled into the image here
              - 5:35 «open("data/index.html")» reached through `open` here
              note: the path is relative to the folder of its file
              help: give the folder that the file lies in
        "#]],
    );
}

#[test]
fn a_key_may_name_the_folder() {
    let fixture = r#"
import std/kv
configure key dir: Path = "data"
key other: Path = "other"
run key late: Path = "data"
device d(a: kv.ReadOnly, b: kv.ReadOnly): Job { rust d }
unikernel good = d(kv.crunch(files(dir)), kv.crunch(files(other)))
unikernel bad = d(kv.crunch(files(late)), kv.crunch(files(late)))
"#;
    check(
        "eval --unikernel good",
        fixture,
        expect![[r#"
        d = app.d: Job
          a: crunch = std/kv.crunch(files: files("data")): std/kv.ReadOnly
          b: crunch_2 = std/kv.crunch(files: files("other")): std/kv.ReadOnly

        configure key --dir: Path = "data" (default)
        key --other: Path = "other" (default)

        guard files(other): files("other"), not another folder
    "#]],
    );
    check(
        "eval --unikernel good --dir gone",
        fixture,
        expect![[r#"
        d = app.d: Job
          a: crunch = std/kv.crunch(files: files("gone")): std/kv.ReadOnly
          b: crunch_2 = std/kv.crunch(files: files("other")): std/kv.ReadOnly

        configure key --dir: Path = "gone" (given)
        key --other: Path = "other" (default)

        guard files(other): files("other"), not another folder
        E0405 there is no folder `gone`
          ^ 3:15 «dir» the value of this key
          - 7:30 «files(dir)» is to be compiled into the image here
          note: the path is relative to the working directory
          help: make the folder, or give the path of one that is there
    "#]],
    );
    check(
        "graph --unikernel good",
        fixture,
        expect![[r#"
        d = app.d: Job
          a: crunch = std/kv.crunch(files: dir): std/kv.ReadOnly
          b: crunch_2 = std/kv.crunch(files: other): std/kv.ReadOnly

        configure key --dir: Path = "data" (default)
        key --other: Path = "other" (default)
    "#]],
    );
    check(
        "eval --unikernel bad",
        fixture,
        expect![[r#"
        E0418 the folder depends on `late`, which is known only at boot
          ^ 8:29 «files(late)» this is compiled into the image
          - 5:9 «late» `late` is a `run key`
          help: write `configure key late` instead of `run key late`
        E0418 the folder depends on `late`, which is known only at boot
          ^ 8:53 «files(late)» this is compiled into the image
          - 5:9 «late» `late` is a `run key`
          help: write `configure key late` instead of `run key late`
    "#]],
    );
}
