//! Every kind of mistake, with everything that is said about it: here those of names and imports.

mod items;
mod typing;

use expect_test::expect;

use crate::support::check;

#[test]
fn unknown_names_have_the_nearest_one() {
    check(
        "let port = 80\nlet a = prot\nlet b = nothing_like_it\n",
        expect![[r#"
        2:9 E0101 there is no `prot` here
          ^ 2:9 «prot» not found
          help: did you mean `port`?
          fix: replace by `port`: 2:9 «prot» → «port»
        3:9 E0101 there is no `nothing_like_it` here
          ^ 3:9 «nothing_like_it» not found
    "#]],
    );
    check(
        "import std/kv\nlet a = kv.crumch(files(\"data/\"))\nlet b: kv.Readonly = kv.mem\nlet c: Prot = 80\n",
        expect![[r#"
            2:12 E0101 `std/kv` declares no `crumch`
              ^ 2:12 «crumch» not declared there
              help: did you mean `crunch`?
              fix: replace by `crunch`: 2:12 «crumch» → «crunch»
            3:11 E0101 `std/kv` declares no `Readonly`
              ^ 3:11 «Readonly» not declared there
              help: did you mean `ReadOnly`?
              fix: replace by `ReadOnly`: 3:11 «Readonly» → «ReadOnly»
            4:8 E0101 there is no type `Prot`
              ^ 4:8 «Prot» not found
              help: did you mean `Port`?
              fix: replace by `Port`: 4:8 «Prot» → «Port»
        "#]],
    );
    check(
        "let a = net.tcp(80)\nlet b: net.Network = a\n",
        expect![[r#"
            1:9 E0101 there is no `net` here
              ^ 1:9 «net» not found
              help: import it: `import std/net`
              fix: import `std/net`: 1:1 «» → «import std/net

            »
            2:8 E0101 there is no file `net` here
              ^ 2:8 «net» not found
              help: import it: `import std/net`
              fix: import `std/net`: 1:1 «» → «import std/net

            »
        "#]],
    );
    check(
        "enum Store { crunch, direct }\nlet a: Store = crunhc\nlet b = Store.crunhc\nlet c = crunch\n",
        expect![[r#"
            2:16 E0101 there is no `crunhc` here
              ^ 2:16 «crunhc» not found
              - 2:8 «Store» because of this type
              note: `Store` has the cases `crunch` and `direct`
              help: did you mean `crunch`?
              fix: replace by `crunch`: 2:16 «crunhc» → «crunch»
            3:15 E0215 `Store` has no case `crunhc`
              ^ 3:15 «crunhc» no such case
              note: `Store` has the cases `crunch` and `direct`
              help: did you mean `crunch`?
              fix: replace by `crunch`: 3:15 «crunhc» → «crunch»
            4:9 E0101 there is no `crunch` here
              ^ 4:9 «crunch» not found
              help: a case is found by the wanted type; elsewhere it is written with its enum: `Store.crunch`
              fix: replace by `kv.crunch`, and import `std/kv`: 4:9 «crunch» → «kv.crunch», 1:1 «» → «import std/kv

            »
        "#]],
    );
}

#[test]
fn one_mistake_is_said_once() {
    check(
        "let a = unknown_name\nlet b = a + 1\nlet c: Port = b\nlet d = [a, 1, \"x\"]\nlet e = f(a).x\nlet f(x: Nope) = x\n",
        expect![[r#"
            1:9 E0101 there is no `unknown_name` here
              ^ 1:9 «unknown_name» not found
            6:10 E0101 there is no type `Nope`
              ^ 6:10 «Nope» not found
        "#]],
    );
}

#[test]
fn definitions_are_unique() {
    check(
        "let a = 1\nkey a: Int = 2\nenum Port { x }\nlet target = 1\n",
        expect![[r#"
            2:5 E0102 `a` is defined twice
              ^ 2:5 «a» again here
              - 1:5 «a» first here
              help: rename one of them
              fix: call this one `a_2`: 2:5 «a» → «a_2»
            3:6 E0107 `Port` belongs to the language
              ^ 3:6 «Port» cannot be defined again
              help: choose another name
            4:5 E0107 `target` belongs to the language
              ^ 4:5 «target» cannot be defined again
              help: choose another name
        "#]],
    );
    check(
        "import std/kv\nlet kv = 1\nlet f(a: Int, a: Int) = { let b = 1; let b = 2; a + b }\nlet use = kv\n",
        expect![[r#"
            2:5 E0102 `kv` is defined twice
              ^ 2:5 «kv» again here
              - 1:8 «std/kv» first here
              help: rename one of them
              fix: call this one `kv_2`: 2:5 «kv» → «kv_2»
            3:15 E0102 `a` is defined twice
              ^ 3:15 «a» again here
              - 3:7 «a» first here
              help: rename one of them
            3:31 W0102 `b` is never used
              ^ 3:31 «b» not used in this block
              help: use it, take it out, or call it `_b`
              fix: take it out: 3:27 «let b = 1;» → «»
              fix: call it `_b`: 3:31 «b» → «_b»
            3:42 E0102 `b` is defined twice
              ^ 3:42 «b» again here
              - 3:31 «b» first here
              help: rename one of them
        "#]],
    );
    check(
        "device d(a: Int): Job { rust d\n key a: Int = 1\n key b: Int = 1\n key b: Int = 2\n}\n",
        expect![[r#"
            2:6 E0102 `a` is defined twice
              ^ 2:6 «a» again here
              - 1:10 «a» first here
              help: rename one of them
            4:6 E0102 `b` is defined twice
              ^ 4:6 «b» again here
              - 3:6 «b» first here
              help: rename one of them
        "#]],
    );
    check(
        "unikernel a = []\nunikernel a = []\nlet a = 1\nlet b = a\nlet _c = b\n",
        expect![[r#"
            2:11 E0102 `a` is defined twice
              ^ 2:11 «a» again here
              - 1:11 «a» first here
              help: rename one of them
              fix: call this one `a_2`: 2:11 «a» → «a_2»
        "#]],
    );
}

#[test]
fn imports() {
    check(
        "import std/nett\nimport foo/bar\nimport ./mine\nimport crate unik_redis\nimport ./app\nlet a = nett.x\n",
        expect![[r#"
            1:8 E0104 there is no `std/nett` in the standard library
              ^ 1:8 «std/nett» not found
              help: did you mean `std/net`?
              fix: replace by `std/net`: 1:8 «std/nett» → «std/net»
            2:8 E0001 `foo/bar` is not the path of an import
              ^ 2:8 «foo/bar» expected `std/…`, `./…` or `crate …`
              help: write `std/foo/bar` for a file of the standard library, `./foo/bar` for a file beside this one
              fix: replace by `std/foo/bar`: 2:8 «foo/bar» → «std/foo/bar»
              fix: replace by `./foo/bar`: 2:8 «foo/bar» → «./foo/bar»
            3:8 E0104 there is no file `mine.unik`
              ^ 3:8 «./mine» imported here
              note: the path counts from the folder of this file, and `.unik` is added to it
            4:8 E0105 the crate `unik_redis` is not a dependency with a `.unik` file
              ^ 4:8 «crate unik_redis» not found by Cargo
              note: `import crate` takes the `.unik` file that a Cargo dependency of the application ships
              help: add it beside this file: `cargo add unik-redis`
            5:8 E0110 a file imports itself
              ^ 5:8 «./app» this is the file itself
              note: its own names are in scope without an import
        "#]],
    );
    check(
        "import ./mine { one, two }\nimport ./bad-name\nlet a = one\n//- /mine.unik\nlet one = 1\nlet twoo = 2\n//- /bad-name.unik\n",
        expect![[r#"
            1:22 E0101 `mine` declares no `two`
              ^ 1:22 «two» not declared there
              help: did you mean `twoo`?
              fix: replace by `twoo`: 1:22 «two» → «twoo»
            2:8 E0111 `bad-name` cannot be used as a name
              ^ 2:8 «./bad-name» its last part would be the name
              help: give it one: `as bad_name`
              fix: name it: 2:18 «» → « as bad_name»
        "#]],
    );
    check(
        "import ./a as m\nlet x = m.y\n//- /a.unik\nimport ./app\nlet y = 1\nlet z = app.x\n",
        expect![[""]],
    );
    check(
        "import std/kv\nimport std/net { Network, Listener }\nlet a: Network = b\ndevice b: Network { rust b }\nunikernel u = []\n",
        expect![[r#"
            1:8 W0101 `kv` is imported, but not used
              ^ 1:8 «std/kv» not used in this file
              help: take the import out
              fix: take the import out: 1:1 «import std/kv» → «»
            2:27 W0101 `Listener` is imported, but not used
              ^ 2:27 «Listener» not used in this file
              help: take it out of the import
              fix: take it out of the import: 2:25 «, Listener» → «»
            3:5 W0102 `a` is never used
              ^ 3:5 «a» not used in this file
              help: use it, take it out, or call it `_a`
              fix: take it out: 3:1 «let a: Network = b» → «»
              fix: call it `_a`: 3:5 «a» → «_a»
        "#]],
    );
}

#[test]
fn recursion() {
    check(
        "let a = a\n",
        expect![[r#"
        1:9 E0103 `a` needs itself
          ^ 1:9 «a» needs `a`
          note: the way around: `a` → `a`
          note: the language has no recursion, so that evaluation always ends
    "#]],
    );
    check(
        "let even(n: Int): Bool = odd(n - 1)\nlet odd(n: Int): Bool = even(n - 1)\nlet fine = even(3)\n",
        expect![[r#"
            1:26 E0103 `even` needs itself
              ^ 1:26 «odd» needs `odd`
              - 2:25 «even» `odd` needs `even`
              note: the way around: `even` → `odd` → `even`
              note: the language has no recursion, so that evaluation always ends
        "#]],
    );
    check(
        "import ./b\nlet x = b.y\n//- /b.unik\nimport ./app\nlet y = app.x\n",
        expect![[r#"
        2:11 E0103 `x` needs itself
          ^ 2:11 «y» needs `b.y`
          - b.unik:2:13 «x» `b.y` needs `x`
          note: the way around: `x` → `b.y` → `x`
          note: the language has no recursion, so that evaluation always ends
    "#]],
    );
    check(
        "module type A: B = trait A\nmodule type B: A = trait B\ndevice d: A { rust d }\nlet x: B = d\n",
        expect![[r#"
            1:16 E0106 `A` needs itself
              ^ 1:16 «B» needs `B`
              - 2:16 «A» `B` needs `A`
              note: the way around: `A` → `B` → `A`
              note: a module type that includes itself would say nothing
        "#]],
    );
    check(
        "key a: Int = b + 1\nkey b: Int = a\n",
        expect![[r#"
        1:14 E0103 `a` needs itself
          ^ 1:14 «b» needs `b`
          - 2:14 «a» `b` needs `a`
          note: the way around: `a` → `b` → `a`
          note: the language has no recursion, so that evaluation always ends
    "#]],
    );
    check(
        "enum Store { crunch, direct }\nkey store: Store = direct\nlet direct = if store == direct then 1 else 2\nlet crunch = 1 + crunch\n",
        expect![[r#"
            4:18 E0103 `crunch` needs itself
              ^ 4:18 «crunch» it leads back to this definition
              note: the language has no recursion, so that evaluation always ends
        "#]],
    );
    check(
        "import std/net\nplatform toy {\n rust toy\n stack = mine(target.ground)\n ground = soil\n}\nmodule type Soil = trait Soil\ndevice soil: Soil { rust soil }\ndevice mine(s: Soil): net.Stack { rust mine }\n",
        expect![[""]],
    );
    check(
        "import std/net\nplatform toy {\n rust toy\n ground = soil(target.ground)\n}\nmodule type Soil = trait Soil\ndevice soil(of: Soil): Soil { rust soil }\nlet n: net.Stack = target.stack\n",
        expect![[r#"
            4:23 E0103 `toy.ground` needs itself
              ^ 4:23 «ground» needs `toy.ground`
              note: the way around: `toy.ground` → `toy.ground`
              note: the language has no recursion, so that evaluation always ends
        "#]],
    );
}
