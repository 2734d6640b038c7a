//! Mistakes of matches, keys, devices and platforms, and what nothing uses.

use expect_test::expect;

use crate::support::check;

#[test]
fn matches() {
    check(
        "enum S { a, b, c }\nkey s: S = a\nlet x = match s { a => 1, b => 2 }\nlet y = match s { a => 1, _ => 2, c => 3 }\nlet z = match s { a | b | a => 1, c => 2 }\nlet w = match s { d => 1, _ => 2 }\n",
        expect![[r#"
            3:9 E0301 `c` has no arm
              ^ 3:9 «match» values are left out
              help: add `c => …`
              fix: add what is missing, as the last arm: 3:33 «» → «, c => 2»
            4:35 E0302 the arm `c` is never chosen
              ^ 4:35 «c» never reached
              - 4:27 «_» what it matches is taken here
              help: take it out
              fix: take the arm out: 4:33 «, c => 3» → «»
            5:27 E0302 the arm `a` is never chosen
              ^ 5:27 «a» never reached
              - 5:19 «a» what it matches is taken here
              help: take it out
              fix: take the pattern out: 5:24 « | a» → «»
            6:19 E0215 `S` has no case `d`
              ^ 6:19 «d» no such case
              note: `S` has the cases `a`, `b` and `c`
        "#]],
    );
    check(
        "let a = match 5 { 1 => true }\nlet b = match true { true => 1 }\nlet c = match some(1) { some(x) => x }\nlet d = match some(1) { some(x) | none => 1 }\nlet e = match \"x\" { 1 => 2, _ => 3 }\nlet f = match 80 { none => 1, _ => 2 }\n",
        expect![[r#"
            1:9 E0301 not every `Int` has an arm
              ^ 1:9 «match» values are left out
              help: add an arm for all others: `_ => …`
              fix: add what is missing, as the last arm: 1:28 «» → «, _ => true»
            2:9 E0301 `false` has no arm
              ^ 2:9 «match» values are left out
              help: add `false => …`
              fix: add what is missing, as the last arm: 2:31 «» → «, false => 1»
            3:9 E0301 `none` has no arm
              ^ 3:9 «match» values are left out
              help: add `none => …`
            4:30 E0303 `x` would have a value in one alternative only
              ^ 4:30 «x» a name beside alternatives
              help: write `some(_)`, or an arm of its own
              fix: write `some(_)`: 4:30 «x» → «_»
            5:21 E0201 expected `Str`, found `Int`
              ^ 5:21 «1» this is `Int`
              help: write it with quotes: `"1"`
              fix: put it in quotes: 5:21 «1» → «"1"»
            6:20 E0303 `none` is no pattern for `Int`
              ^ 6:20 «none» it can never match
              note: `Int` is matched by literals and `_`
        "#]],
    );
    check(
        "import std/kv\nlet a = match kv.mem { _ => 1 }\nlet b = match 1 == 2 { true => 1, false => 2, _ => 3 }\nlet c = match target { unxi => 1 }\nlet d = match true { }\n",
        expect![[r#"
            2:15 E0304 `kv.ReadWrite` cannot be matched
              ^ 2:15 «kv.mem» this is `kv.ReadWrite`
              note: a choice is made by a value: an enum, Bool, Int, Port, Str, an option, …
            3:47 E0302 the arm `_` is never chosen
              ^ 3:47 «_» never reached
              note: the arms above it take every value
              help: take it out
              fix: take the arm out: 3:45 «, _ => 3» → «»
            4:24 E0215 `target` has no case `unxi`
              ^ 4:24 «unxi» no such case
              note: `target` has the cases `unix` and `virtio`
              help: did you mean `unix`?
              fix: replace by `unix`: 4:24 «unxi» → «unix»
            5:9 E0301 `true` and `false` have no arm
              ^ 5:9 «match» values are left out
              help: add `true => …` and `false => …`
        "#]],
    );
    check(
        "enum S { a, b }\nenum T { a, b }\nkey s: S = a\nlet x = match s { T.a => 1, S.b => 2 }\nlet y = match s { a => 1, b => \"x\" }\nenum U { }\nenum V { a, a }\n",
        expect![[r#"
            4:19 E0303 `T` is not the enum that is matched
              ^ 4:19 «T» this is matched as `S`
              help: the case alone is enough: `a`
              fix: replace by `a`: 4:19 «T.a» → «a»
            5:32 E0202 these arms have no type in common
              ^ 5:32 «"x"» this is `Str`
              - 5:24 «1» this is `Int`
              note: whichever is chosen, the result has one type
            6:6 E0309 `U` has no cases
              ^ 6:6 «U» an enum without cases has no values
              help: name some: `enum U { first, second }`
            7:13 E0309 `V` has two cases called `a`
              ^ 7:13 «a» again here
              - 7:10 «a» first here
              help: take one of them out
              fix: take this one out: 7:11 «, a» → «»
        "#]],
    );
}

#[test]
fn keys() {
    check(
        "key target: Int = 1\nkey help: Int = 1\nrun key output: Int = 1\nkey output: Int = 1\nkey a_b: Int = 1 { short x }\nkey c: Int = 1 { short x }\nkey d: Int = 1 { short long }\nkey e: Int = 1 { short h }\n",
        expect![[r#"
            1:5 E0107 `target` belongs to the language
              ^ 1:5 «target» cannot be defined again
              help: choose another name
            2:5 E0307 the option `--help` is taken
              ^ 2:5 «help» a name of its own
              note: `--help` belongs to `unikc` itself, on whose command line the key is an option
              help: rename the key
            4:5 E0102 `output` is defined twice
              ^ 4:5 «output» again here
              - 3:9 «output» first here
              help: rename one of them
              fix: call this one `output_2`: 4:5 «output» → «output_2»
            4:5 E0307 the option `--output` is taken
              ^ 4:5 «output» a name of its own
              note: `--output` belongs to `unikc` itself, on whose command line the key is an option
              help: rename the key
            6:24 E0306 `a_b` and `c` have the same option `-x`
              ^ 6:24 «x» again here
              - 5:26 «x» first here
              help: give one of them another letter, or none
              fix: take the second short option out: 6:15 « { short x }» → «»
            7:24 E0308 `long` is not one letter
              ^ 7:24 «long» a short option is one letter
              help: for example `short l`
              fix: take its first letter: 7:24 «long» → «l»
            8:24 E0307 the option `-h` is taken
              ^ 8:24 «h» a letter of its own
              note: `-h` belongs to `unikc` itself, on whose command line the key is an option
              help: choose another letter, or none
              fix: take the short option out: 8:15 « { short h }» → «»
        "#]],
    );
    check(
        "key p: Port = 65536\nkey q: Port = \"x\"\nkey r: Port = no_name\nkey s: Int = q\n",
        expect![[r#"
            1:15 E0210 `65536` is not a `Port`
              ^ 1:15 «65536» a port is at most 65535, and at least 0
              - 1:8 «Port» because of the key's type
            2:15 E0201 expected `Port`, found `Str`
              ^ 2:15 «"x"» this is `Str`
              - 2:8 «Port» because of the key's type
            3:15 E0101 there is no `no_name` here
              ^ 3:15 «no_name» not found
              - 3:8 «Port» because of the key's type
            4:14 E0201 expected `Int`, found `Port`
              ^ 4:14 «q» this is `Port`
              - 4:8 «Int» because of the key's type
        "#]],
    );
    check(
        "device d: Job {\n  rust d\n  key a_b: Int = 1\n  key port: Port = 70000\n  key next: Port = port { short h }\n}\n",
        expect![[r#"
            4:20 E0210 `70000` is not a `Port`
              ^ 4:20 «70000» a port is at most 65535, and at least 0
              - 4:13 «Port» because of the key's type
            5:33 E0307 the option `-h` is taken
              ^ 5:33 «h» a letter of its own
              note: `-h` belongs to `unikc` itself, on whose command line the key is an option
              help: choose another letter, or none
              fix: take the short option out: 5:24 « { short h }» → «»
        "#]],
    );
}

#[test]
fn device_blocks() {
    check(
        "device a: Job { }\ndevice b: Job {\n  rust b\n  rust c\n  targets unxi\n  targets unix\n  exclusive p\n  after a, 5, c\n  features [\"x\"]\n  features [\"y\"]\n}\ndevice c(n: Int): Job { rust c\n exclusive m, n }\n",
        expect![[r#"
            1:8 E0311 `a` has no `rust` entry
              ^ 1:8 «a» what makes it is not said
              note: a device is made by an async function of the crate beside the file
              help: name it: `rust start`, or `rust Http::new`
            4:8 E0305 there are two `rust` entries
              ^ 4:8 «c» again here
              - 3:8 «b» first here
              help: keep one of them
              fix: take this one out: 4:3 «rust c» → «»
            5:11 E0310 there is no target `unxi`
              ^ 5:11 «unxi» not a platform in reach
              note: the platforms in reach: `unix` and `virtio`
              help: did you mean `unix`?
              fix: replace by `unix`: 5:11 «unxi» → «unix»
            6:11 E0305 there are two `targets` entries
              ^ 6:11 «unix» again here
              - 5:11 «unxi» first here
              help: keep one of them
              fix: take this one out: 6:3 «targets unix» → «»
            7:13 E0312 `b` has no parameter `p`
              ^ 7:13 «p» no such parameter
              note: `exclusive` names parameters, and the device has none
            8:12 E0313 `5` is not a device
              ^ 8:12 «5» this is `Int`
              note: `after` names devices that are started before this one
            8:15 E0313 `c` is not a device
              ^ 8:15 «c» this is `(Int) -> Job`
              note: `after` names devices that are started before this one
              help: apply it to its arguments
            10:13 E0305 there are two `features` entries
              ^ 10:13 «"y"» again here
              - 9:13 «"x"» first here
              help: keep one of them
              fix: take this one out: 10:3 «features ["y"]» → «»
            13:12 E0312 `c` has no parameter `m`
              ^ 13:12 «m» no such parameter
              note: its parameters: `n`
        "#]],
    );
}

#[test]
fn platforms() {
    check(
        "platform unix { rust a }\nplatform toy {\n  artifact \"a\"\n  artifact \"b\"\n  stack = 5\n  stack = 6\n}\nlet a = target.stack\n",
        expect![[r#"
            1:10 E0315 there are two platforms called `unix`
              ^ 1:10 «unix» again here
              - unix:11:10 «unix» first here
              help: rename one of them: the name is a value of `target`
            2:10 E0311 `toy` has no `rust` entry
              ^ 2:10 «toy» its runtime is not said
              help: name its runtime crate: `rust unik_toy`
              fix: name it: 2:15 «» → « rust unik_toy»
            4:12 E0305 there are two `artifact` entries
              ^ 4:12 «"b"» again here
              - 3:12 «"a"» first here
              help: keep one of them
              fix: take this one out: 4:3 «artifact "b"» → «»
            6:3 E0305 there are two roles `stack`
              ^ 6:3 «stack» again here
              - 5:3 «stack» first here
              help: keep one of them
              fix: take this one out: 6:3 «stack = 6» → «»
            8:9 E0314 the platforms disagree about the type of `target.stack`
              ^ 8:9 «target.stack» `Int` on `toy`, `net.Stack` on others
              help: write the type that is meant: `let stack: net.Stack = target.stack`
        "#]],
    );
}

#[test]
fn what_is_attached() {
    check(
        "device a(number: Int, label: Str, other: Unknown): Job {\n  rust a\n  attach lable as \"nic\"\n  attach number as \"nic\"\n  attach label as \"Nic\"\n  attach label as \"target\"\n  attach label as \"nic\"\n  attach label as \"nic\"\n  attach label as \"disk\"\n  attach other as \"disk\"\n}\ndevice b: Job {\n  rust b\n  attach name as \"\"\n}\n",
        expect![[r#"
            1:42 E0101 there is no type `Unknown`
              ^ 1:42 «Unknown» not found
            3:10 E0316 `a` has no parameter `lable`
              ^ 3:10 «lable» no such parameter
              note: `attach` names the parameter that says under which name the host attaches something
              help: did you mean `label`?
              fix: replace by `label`: 3:10 «lable» → «label»
            4:10 E0316 `number` is of type `Int`, but a name is a `Str`
              ^ 4:10 «number» gives the name of what is attached
              - 1:18 «Int» its type
              help: write `number: Str`
              fix: make it a `Str`: 1:18 «Int» → «Str»
            5:19 E0316 `Nic` cannot be a kind of thing to attach
              ^ 5:19 «"Nic"» not a word of lower-case letters
              note: the kind becomes an option of `unikc run`, such as `--nic service=tap0`
              help: take another word, such as `"nic"` or `"disk"`
            6:19 E0316 `target` cannot be a kind of thing to attach
              ^ 6:19 «"target"» `unikc` has an option of this name
              note: the kind becomes an option of `unikc run`, such as `--nic service=tap0`
              help: take another word, such as `"nic"` or `"disk"`
            8:3 E0305 there are two `attach` entries for `label`
              ^ 8:3 «attach label as "nic"» again here
              - 7:3 «attach label as "nic"» first here
              help: keep one of them
              fix: take this one out: 8:3 «attach label as "nic"» → «»
            14:10 E0316 `b` has no parameter `name`
              ^ 14:10 «name» no such parameter
              note: `attach` names the parameter that says under which name the host attaches something
              help: add it to the parameters: `name: Str`
              fix: add the parameter: 12:9 «» → «(name: Str)»
            14:18 E0316 `` cannot be a kind of thing to attach
              ^ 14:18 «""» not a word of lower-case letters
              note: the kind becomes an option of `unikc run`, such as `--nic service=tap0`
              help: take another word, such as `"nic"` or `"disk"`
        "#]],
    );
    check(
        "platform toy {\n  rust toy\n  attach \"nic\" 0\n  attach \"nic\" 8KiB\n  attach \"nic\" 99999999999\n  attach \"a-b\" 1\n  attach \"nic\" 1\n  attach \"nic\" 2\n  link \"../toy.x\"\n  link \"toy.x\"\n}\nplatform toy2 {\n  rust toy\n  link \"\"\n}\n",
        expect![[r#"
            3:16 E0316 `0` is not a number of things
              ^ 3:16 «0» at most so many
              help: write a whole number from 1, or take the entry out: what is not listed cannot be attached
            4:16 E0316 `8KiB` is not a number of things
              ^ 4:16 «8KiB» at most so many
              help: write a whole number from 1, or take the entry out: what is not listed cannot be attached
            5:16 E0316 `99999999999` is not a number of things
              ^ 5:16 «99999999999» at most so many
              help: write a whole number from 1, or take the entry out: what is not listed cannot be attached
            6:10 E0316 `a-b` cannot be a kind of thing to attach
              ^ 6:10 «"a-b"» not a word of lower-case letters
              note: the kind becomes an option of `unikc run`, such as `--nic service=tap0`
              help: take another word, such as `"nic"` or `"disk"`
            8:10 E0305 there are two `attach` entries for `nic`
              ^ 8:10 «"nic" 2» again here
              - 7:10 «"nic" 1» first here
              help: keep one of them
              fix: take this one out: 8:3 «attach "nic" 2» → «»
            9:8 E0317 `../toy.x` is not the name of a linker script
              ^ 9:8 «"../toy.x"» not the name of a file
              note: the linker looks for it in the folders that the build script of the runtime crate names
              help: name the file alone, in letters, digits, `.`, `-` and `_`: `link "platform.x"`
              fix: name the file alone: 9:8 «"../toy.x"» → «"toy.x"»
            10:8 E0305 there are two `link` entries
              ^ 10:8 «"toy.x"» again here
              - 9:8 «"../toy.x"» first here
              help: keep one of them
              fix: take this one out: 10:3 «link "toy.x"» → «»
            14:8 E0317 `` is not the name of a linker script
              ^ 14:8 «""» not the name of a file
              note: the linker looks for it in the folders that the build script of the runtime crate names
              help: name the file alone, in letters, digits, `.`, `-` and `_`: `link "platform.x"`
        "#]],
    );
}

#[test]
fn what_nothing_uses() {
    check(
        "import std/kv\nimport ./toy\nkey a: Int = 1\nkey b: Int = 1\nlet c = b\nlet _d = 1\nlet f(x: Int) = x\ndevice j: Job { rust j }\nunikernel u = j\n//- /toy.unik\nplatform toy { rust toy }\n",
        expect![[r#"
            1:8 W0101 `kv` is imported, but not used
              ^ 1:8 «std/kv» not used in this file
              help: take the import out
              fix: take the import out: 1:1 «import std/kv» → «»
            3:5 W0301 the key `a` is never read
              ^ 3:5 «a» giving it changes nothing
              help: read it, or take it out
              fix: take it out: 3:1 «key a: Int = 1» → «»
            5:5 W0102 `c` is never used
              ^ 5:5 «c» not used in this file
              help: use it, take it out, or call it `_c`
              fix: take it out: 5:1 «let c = b» → «»
              fix: call it `_c`: 5:5 «c» → «_c»
            7:5 W0102 `f` is never used
              ^ 7:5 «f» not used in this file
              help: use it, take it out, or call it `_f`
              fix: take it out: 7:1 «let f(x: Int) = x» → «»
              fix: call it `_f`: 7:5 «f» → «_f»
        "#]],
    );
    check(
        "import std/kv { crunch, mem as m }\nlet a = m\n",
        expect![[r#"
            1:17 W0101 `crunch` is imported, but not used
              ^ 1:17 «crunch» not used in this file
              help: take it out of the import
              fix: take it out of the import: 1:17 «crunch, » → «»
        "#]],
    );
}

#[test]
fn what_is_no_word_is_told_once() {
    check(
        "let a: Ip = 10.0.0.2\nlet b: Port = \"80\nlet c: Ip = \"\\q\"\nlet d = gr\u{f6}\u{df}e.x + 1\nlet e: Str = -nothing\n",
        expect![[r#"
            1:13 E0008 `10.0.0.2` is not a number
              ^ 1:13 «10.0.0.2» not a number
              note: a number is written in decimal digits, with a unit behind it where it has one: `80`, `1_000`, `64KiB`, `5s`
              help: write addresses as strings: `"10.0.0.2"`
              fix: put it in quotes: 1:13 «10.0.0.2» → «"10.0.0.2"»
            2:15 E0003 this string has no closing `"`
              ^ 2:15 «"80» opened here
              note: a string ends on the line on which it begins
              help: close it with `"`; write `\n` for an end of line in it
              fix: close the string: 2:18 «» → «"»
            3:14 E0004 strings have no escape `\q`
              ^ 3:14 «\q» no such escape
              note: the escapes are `\"`, `\\`, `\n`, `\t`, `\r`, `\0` and `\u{1F600}`
              help: write `\\` for a backslash
              fix: double the backslash: 3:14 «» → «\»
            4:9 E0005 `größe` is not a name
              ^ 4:9 «größe» has characters that names do not have
              note: names are made of the letters a to z and A to Z, digits and `_`
              help: other characters can stand in strings and comments
            5:15 E0101 there is no `nothing` here
              ^ 5:15 «nothing» not found
        "#]],
    );
}

#[test]
fn what_a_block_does_not_read() {
    check(
        "let f(n: Int) = {\n  let idle = 1;\n  let _meant = 2;\n  let read = 3;\n  key lost: Int = 4;\n  key found: Int = 5;\n  let g(m: Int) = found + read;\n  g(n)\n}\n",
        expect![[r#"
            2:7 W0102 `idle` is never used
              ^ 2:7 «idle» not used in this block
              help: use it, take it out, or call it `_idle`
              fix: take it out: 2:3 «let idle = 1;» → «»
              fix: call it `_idle`: 2:7 «idle» → «_idle»
            5:7 W0301 the key `lost` is never read
              ^ 5:7 «lost» giving it changes nothing
              help: read it, or take it out
              fix: take it out: 5:3 «key lost: Int = 4;» → «»
        "#]],
    );
    check(
        "import std/kv { ReadOnly, mem }\nlet one = 1\n",
        expect![[r#"
            1:8 W0101 `ReadOnly` and `mem` are imported, but not used
              ^ 1:8 «std/kv» not used in this file
              help: take the import out
              fix: take the import out: 1:1 «import std/kv { ReadOnly, mem }» → «»
        "#]],
    );
    check(
        "key target: Int = 3\nunikernel none_at_all = []\n",
        expect![[r#"
        1:5 E0107 `target` belongs to the language
          ^ 1:5 «target» cannot be defined again
          help: choose another name
    "#]],
    );
}
