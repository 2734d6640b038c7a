//! `attach`.

use expect_test::{Expect, expect};

use crate::support::check;

const BOARD: &str = r#"
module type Nic = trait Nic
platform board {
  rust board
  attach "nic" 2
  attach "disk" 1
}
/// A network interface.
device nic(interface: Str): Nic { rust Nic::new; attach interface as "nic" }
/// A disk, and the interface that it boots from.
device disk(name: Str, from: Str): Nic { rust Disk::new; attach name as "disk"; attach from as "nic" }
device screen(name: Str): Nic { rust Screen::new; attach name as "screen" }
device unixes(name: Str): Nic { rust Unixes::new; targets unix; attach name as "disk" }
device use(nic: Nic): Job { rust use_it }
configure key where: Str = "service"
key late: Str = "late"
run key later: Str = "later"
"#;

#[track_caller]
fn image(command: &str, unikernel: &str, expected: Expect) {
    check(command, &format!("{BOARD}{unikernel}\n"), expected);
}

#[test]
fn what_is_attached_is_sorted_by_kind_and_name() {
    let fixture = "unikernel u = [use(nic(where)), use(disk(\"Data1\", \"boot\") as \"x\")]";
    image(
        "eval --target board",
        fixture,
        expect![[r#"
            use_ = app.use: Job
              nic: nic = app.nic(interface: "service"): app.Nic
            use__2 = app.use: Job
              nic: x_disk = app.disk(name: "Data1", from: "boot"): app.Nic in x

            configure key --where: Str = "service" (default)

            attach --disk Data1: x_disk
            attach --nic boot: x_disk
            attach --nic service: nic
        "#]],
    );
    image(
        "eval --target board --where zone",
        fixture,
        expect![[r#"
            use_ = app.use: Job
              nic: nic = app.nic(interface: "zone"): app.Nic
            use__2 = app.use: Job
              nic: x_disk = app.disk(name: "Data1", from: "boot"): app.Nic in x

            configure key --where: Str = "zone" (given)

            attach --disk Data1: x_disk
            attach --nic boot: x_disk
            attach --nic zone: nic
        "#]],
    );
}

#[test]
fn an_open_target_shows_what_is_known() {
    image(
        "graph",
        "unikernel u = [use(nic(\"a\")), use(nic(where)), use(match target { unix => unixes(\"b\"), board => nic(\"b\") })]",
        expect![[r#"
            use_ = app.use: Job
              nic: nic = app.nic(interface: "a"): app.Nic
            use__2 = app.use: Job
              nic: nic_2 = app.nic(interface: where): app.Nic
            use__3 = app.use: Job
              nic: choice = choice(target): app.Nic
                unix: unixes = app.unixes(name: "b"): app.Nic
                board: nic_3 = app.nic(interface: "b"): app.Nic

            configure key --where: Str = "service" (default)
            configure key --target: target (required)

            attach --disk b: unixes
            attach --nic a: nic
            attach --nic b: nic_3
        "#]],
    );
}

#[test]
fn two_nodes_cannot_have_one_thing() {
    image(
        "eval --target board",
        "unikernel u = [use(nic(\"a\")), use(nic(where) as \"x\"), use(disk(\"d\", \"service\"))]",
        expect![[r#"
            use_ = app.use: Job
              nic: nic = app.nic(interface: "a"): app.Nic
            use__2 = app.use: Job
              nic: x_nic = app.nic(interface: "service"): app.Nic in x
            use__3 = app.use: Job
              nic: disk = app.disk(name: "d", from: "service"): app.Nic

            configure key --where: Str = "service" (default)

            attach --disk d: disk
            attach --nic a: nic
            attach --nic service: x_nic
            attach --nic service: disk
            E0403 `x_nic` and `disk` claim the same nic: service
              ^ 18:59 «disk("d", "service")» `disk` claims it here
              - 18:35 «nic(where)» `x_nic` claims it here
              - 9:50 «attach interface as "nic"» only one device of an image may have it
              help: give one of them another value, or share one device by a `let`
        "#]],
    );
}

#[test]
fn a_name_must_be_known_when_configuring() {
    image(
        "eval --target board",
        "unikernel u = [use(nic(late)), use(nic(where ++ later) as \"x\")]",
        expect![[r#"
            use_ = app.use: Job
              nic: nic = app.nic(interface: late): app.Nic
            use__2 = app.use: Job
              nic: x_nic = app.nic(interface: "service" ++ later): app.Nic in x

            key --late: Str = "late" (default)
            configure key --where: Str = "service" (default)
            run key --later: Str = "later" (default)
            E0419 the name of a nic depends on `late`, which may change at boot
              ^ 18:20 «nic(late)» the nic is attached before
              - 16:5 «late» `late` is a `key`
              - 9:50 «attach interface as "nic"» the host attaches something under this name
              help: write `configure key late` instead of `key late`
            E0419 the name of a nic depends on `later`, which may change at boot
              ^ 18:36 «nic(where ++ later)» the nic is attached before
              - 17:9 «later» `later` is a `run key`
              - 9:50 «attach interface as "nic"» the host attaches something under this name
              help: write `configure key later` instead of `run key later`
        "#]],
    );
}

#[test]
fn a_name_fits_everywhere() {
    for (name, good) in [
        ("a", true),
        ("aBcdefghij0123456789", true),
        ("aBcdefghij01234567890", false),
        ("", false),
        ("0a", false),
        ("a-b", false),
        ("ä", false),
        ("a\\n", false),
    ] {
        let fixture = format!("{BOARD}unikernel u = use(nic(\"{name}\"))\n");
        let (db, file) = crate::support::world(&fixture);
        let said = crate::support::said(&db, file, "eval --target board");
        assert_eq!(!said.contains("E0420"), good, "{name}: {said}");
        assert_eq!(said.contains("attach --nic"), good, "{name}: {said}");
    }
    image(
        "eval --target board",
        "unikernel u = use(nic(\"0 the-service\"))",
        expect![[r#"
        use_ = app.use: Job
          nic: nic = app.nic(interface: "0 the-service"): app.Nic
        E0420 nothing can be attached as `0 the-service`
          ^ 18:19 «nic("0 the-service")» the name of a nic
          - 9:50 «attach interface as "nic"» the host attaches something under this name
          note: it is given as `--nic NAME=…`: 1 to 20 ASCII letters and digits, a letter first
          help: for example `theservice`
    "#]],
    );
}

#[test]
fn a_target_attaches_what_it_lists() {
    image(
        "eval --target unix",
        "unikernel u = use(nic(\"a\"))",
        expect![[r#"
        use_ = app.use: Job
          nic: nic = app.nic(interface: "a"): app.Nic
        E0421 no nic can be attached on `unix`, and `app.nic` needs one
          ^ 18:19 «nic("a")» used here
          - 9:50 «attach interface as "nic"» it asks for a nic
          - unix:3:10 «unix» nothing says `attach "nic"`
          note: the targets that can: `board`
          help: choose one of them, or another device on `unix`
    "#]],
    );
    image(
        "eval --target board",
        "unikernel u = use(screen(\"a\"))",
        expect![[r#"
        use_ = app.use: Job
          nic: screen = app.screen(name: "a"): app.Nic
        E0421 no screen can be attached on `board`, and `app.screen` needs one
          ^ 18:19 «screen("a")» used here
          - 12:51 «attach name as "screen"» it asks for a screen
          - 3:10 «board» nothing says `attach "screen"`
          note: no target in reach can
          help: write `attach "screen" 1` in a platform that can, or take another device
    "#]],
    );
    // One mistake is enough.
    image(
        "eval --target board",
        "unikernel u = use(unixes(\"a\"))",
        expect![[r#"
        use_ = app.use: Job
          nic: unixes = app.unixes(name: "a"): app.Nic

        attach --disk a: unixes
        E0408 `app.unixes` does not work on `board`
          ^ 18:19 «unixes("a")» used here
          - 13:8 «unixes» it works on `unix` only
          help: these make a `app.Nic` there: `app.nic`, `app.disk`, `app.screen`
    "#]],
    );
}

#[test]
fn a_target_has_room_for_so_many() {
    image(
        "eval --target board",
        "unikernel u = [use(nic(\"a\")), use(nic(\"b\")), use(disk(\"d\", \"c\")), use(disk(\"e\", \"b2\"))]",
        expect![[r#"
            use_ = app.use: Job
              nic: nic = app.nic(interface: "a"): app.Nic
            use__2 = app.use: Job
              nic: nic_2 = app.nic(interface: "b"): app.Nic
            use__3 = app.use: Job
              nic: disk = app.disk(name: "d", from: "c"): app.Nic
            use__4 = app.use: Job
              nic: disk_2 = app.disk(name: "e", from: "b2"): app.Nic

            attach --disk d: disk
            attach --disk e: disk_2
            attach --nic a: nic
            attach --nic b: nic_2
            attach --nic b2: disk_2
            attach --nic c: disk
            E0422 4 of kind `nic` are attached, and `board` has room for 2
              ^ 18:50 «disk("d", "c")» this is one too many
              - 5:10 «"nic" 2» the limit of the target
              - 18:20 «nic("a")» `a`
              - 18:35 «nic("b")» `b`
              - 18:71 «disk("e", "b2")» `b2`
              help: do with fewer, or choose another target
            E0422 2 of kind `disk` are attached, and `board` has room for 1
              ^ 18:71 «disk("e", "b2")» this is one too many
              - 6:10 «"disk" 1» the limit of the target
              - 18:50 «disk("d", "c")» `d`
              help: do with fewer, or choose another target
        "#]],
    );
}

#[test]
fn a_key_cannot_have_the_option_of_a_kind() {
    image(
        "eval --target board",
        "device count: Job {\n  rust count\n  key nic: Int = 1\n  run key disk: Int = 1\n}\nunikernel u = [use(disk(\"a\", \"b\")), count]",
        expect![[r#"
            use_ = app.use: Job
              nic: disk = app.disk(name: "a", from: "b"): app.Nic
            count = app.count(nic: nic, disk: disk): Job

            key --nic: Int = 1 (default)
            run key --disk: Int = 1 (default)

            attach --disk a: disk
            attach --nic b: disk
            E0402 the option `--nic` attaches things, and a key has it too
              ^ 20:7 «nic» declared by `app.count`
              - 11:81 «attach from as "nic"» the host attaches something with it
              - 23:20 «disk("a", "b")» asked for here
              help: rename the key
        "#]],
    );
}
