//! Mistakes of types, literals, applications and operators.

use expect_test::expect;

use crate::support::check;

#[test]
fn types_that_do_not_agree() {
    check(
        "let a: Port = \"80\"\nlet b: Ipv4 = 10\nlet c: Str = 5\nlet d: Bool = 1\nlet e: Option(Port) = 80\nlet f: List(Port) = 80\n",
        expect![[r#"
            1:15 E0201 expected `Port`, found `Str`
              ^ 1:15 «"80"» this is `Str`
              - 1:8 «Port» because of this type
              help: write it without quotes: `80`
              fix: take the quotes away: 1:15 «"80"» → «80»
            2:15 E0201 expected `Ipv4`, found `Int`
              ^ 2:15 «10» this is `Int`
              - 2:8 «Ipv4» because of this type
              help: write it with quotes: `"10"`
              fix: put it in quotes: 2:15 «10» → «"10"»
            3:14 E0201 expected `Str`, found `Int`
              ^ 3:14 «5» this is `Int`
              - 3:8 «Str» because of this type
              help: write it with quotes: `"5"`
              fix: put it in quotes: 3:14 «5» → «"5"»
            4:15 E0201 expected `Bool`, found `Int`
              ^ 4:15 «1» this is `Int`
              - 4:8 «Bool» because of this type
            5:23 E0201 expected `Option(Port)`, found `Int`
              ^ 5:23 «80» this is `Int`
              - 5:8 «Option(Port)» because of this type
              help: an option that has a value is `some(80)`
              fix: wrap it in `some`: 5:23 «80» → «some(80)»
            6:21 E0201 expected `List(Port)`, found `Int`
              ^ 6:21 «80» this is `Int`
              - 6:8 «List(Port)» because of this type
              help: a list of one is `[80]`
              fix: make it a list: 6:21 «80» → «[80]»
        "#]],
    );
    check(
        "let p = 80\ndevice d(port: Port, data: Files, maybe: Option(Int)): Job { rust d }\nlet a = d(p, \"data/\", 5)\n",
        expect![[r#"
            3:11 E0201 expected `Port`, found `Int`
              ^ 3:11 «p» this is `Int`
              - 2:10 «port: Port» because of this parameter
              note: device `d(port: Port, data: Files, maybe: Option(Int)): Job`
            3:14 E0201 expected `Files`, found `Str`
              ^ 3:14 «"data/"» this is `Str`
              - 2:22 «data: Files» because of this parameter
              note: device `d(port: Port, data: Files, maybe: Option(Int)): Job`
              help: the content of a folder is `files("data/")`
              fix: take the folder's content: 3:14 «"data/"» → «files("data/")»
            3:23 E0201 expected `Option(Int)`, found `Int`
              ^ 3:23 «5» this is `Int`
              - 2:35 «maybe: Option(Int)» because of this parameter
              note: device `d(port: Port, data: Files, maybe: Option(Int)): Job`
              help: an option that has a value is `some(5)`
              fix: wrap it in `some`: 3:23 «5» → «some(5)»
        "#]],
    );
    check(
        "import std/kv\nimport std/http\nimport std/net\ndevice site(store: kv.ReadWrite, network: net.Network): Job { rust site }\nunikernel u = site(kv.crunch(files(\"x/\")), http.server(kv.mem))\n",
        expect![[r#"
            5:20 E0201 expected `kv.ReadWrite`, found `kv.ReadOnly`
              ^ 5:20 «kv.crunch(files("x/"))» this is `kv.ReadOnly`
              - 4:13 «store: kv.ReadWrite» because of this parameter
              note: device `site(store: kv.ReadWrite, network: net.Network): Job`
              note: `kv.ReadOnly` includes no other module type
            5:56 E0201 expected `net.Listener`, found `kv.ReadWrite`
              ^ 5:56 «kv.mem» this is `kv.ReadWrite`
              - std/http:8:3 «connections: net.Listener» because of this parameter
              note: device `http.server(connections: net.Listener, sleep: clock.Sleep = …, wall: clock.Wall = …): net.Network`
              note: `kv.ReadWrite` includes `kv.ReadOnly`, not `net.Listener`
              note: the way here: `site` › `network` › `http.server` › `connections`
        "#]],
    );
    check(
        "import std/net\nimport std/http\nimport std/log\nlet over(wrap: (net.Network) -> net.Network) = wrap\nlet a = over(http.server)\nlet b = over(net.tcp)\nlet c: log.Reporter = log.console\nlet d: (net.Listener) -> net.Network = http.server\n",
        expect![[r#"
            5:14 E0201 expected `(net.Network) -> net.Network`, found `(net.Listener, clock.Sleep, clock.Wall) -> net.Network`
              ^ 5:14 «http.server» this is `(net.Listener, clock.Sleep, clock.Wall) -> net.Network`
              - 4:10 «wrap: (net.Network) -> net.Network» because of this parameter
              note: let `over(wrap: (net.Network) -> net.Network): (net.Network) -> net.Network`
              note: its parameter 1 is `net.Listener`, but it will be given `net.Network`
            6:14 E0201 expected `(net.Network) -> net.Network`, found `(Port, net.Stack, clock.Sleep) -> net.Listener`
              ^ 6:14 «net.tcp» this is `(Port, net.Stack, clock.Sleep) -> net.Listener`
              - 4:10 «wrap: (net.Network) -> net.Network» because of this parameter
              note: let `over(wrap: (net.Network) -> net.Network): (net.Network) -> net.Network`
              note: its parameter 1 is `Port`, but it will be given `net.Network`
            7:23 E0201 expected `log.Reporter`, found `(log.Console) -> log.Reporter`
              ^ 7:23 «log.console» this is `(log.Console) -> log.Reporter`
              - 7:8 «log.Reporter» because of this type
              help: apply it to nothing: all its parameters have defaults
              fix: apply it: 7:34 «» → «()»
        "#]],
    );
    check(
        "unikernel a = 1\nunikernel b = [2]\ndevice d(n: Int): Job { rust d }\nunikernel c = d\n",
        expect![[r#"
            1:15 E0201 `a` is not a job
              ^ 1:15 «1» this is `Int`
              note: a unikernel is a `Job`, or a list of jobs that run side by side
              help: apply a device that makes a `Job`
            2:15 E0201 `b` is not a job
              ^ 2:15 «[2]» this is `List(Int)`
              note: a unikernel is a `Job`, or a list of jobs that run side by side
              help: apply a device that makes a `Job`
            4:15 E0201 `c` is not a job
              ^ 4:15 «d» this is `(Int) -> Job`
              note: a unikernel is a `Job`, or a list of jobs that run side by side
              help: apply it to its arguments
        "#]],
    );
    check(
        "import std/kv\nimport std/net\nlet a = if true then kv.mem else net.tcp(80)\nlet b = if true then 1 else \"x\"\nlet c = [1, \"a\"]\n",
        expect![[r#"
            3:34 E0202 these branches have no type in common
              ^ 3:34 «net.tcp(80)» this is `net.Listener`
              - 3:22 «kv.mem» this is `kv.ReadWrite`
              note: no single module type is included by both `kv.ReadWrite` and `net.Listener`
              help: choose devices that share a module type, or write the type that is meant
            4:29 E0202 these branches have no type in common
              ^ 4:29 «"x"» this is `Str`
              - 4:22 «1» this is `Int`
              note: whichever is chosen, the result has one type
            5:13 E0202 these elements of a list have no type in common
              ^ 5:13 «"a"» this is `Str`
              - 5:10 «1» this is `Int`
              note: all elements of a list have one type
        "#]],
    );
    check(
        "let a = if 1 then 2 else 3\nrequire 3\n",
        expect![[r#"
        1:12 E0201 expected `Bool`, found `Int`
          ^ 1:12 «1» this is `Int`
        2:9 E0201 expected `Bool`, found `Int`
          ^ 2:9 «3» this is `Int`
    "#]],
    );
}

#[test]
fn literals_are_wrong_inside() {
    check(
        "let a: Cidr = \"10.0.0.256/24\"\nlet b: Cidr = \"10.0.0.0/33\"\nlet c: Mac = \"02:00:00:00:00\"\nlet d: Port = 65536\nlet e: Duration = 5\nlet f: Duration = 5KiB\nlet g: Size = 5s\nlet h: Ipv6 = \"2001:dbg::1\"\nlet i: Ip = \"\"\n",
        expect![[r#"
            1:23 E0210 `10.0.0.256/24` is not a `Cidr`
              ^ 1:23 «256» a number of an IPv4 address is at most 255
              - 1:8 «Cidr» because of this type
            2:25 E0210 `10.0.0.0/33` is not a `Cidr`
              ^ 2:25 «33» the prefix of this network is at most 32 bits long
              - 2:8 «Cidr» because of this type
            3:29 E0210 `02:00:00:00:00` is not a `Mac`
              ^ 3:29 «» a MAC address has six pairs of hexadecimal digits, as `02:00:00:00:00:01`
              - 3:8 «Mac» because of this type
            4:15 E0210 `65536` is not a `Port`
              ^ 4:15 «65536» a port is at most 65535, and at least 0
              - 4:8 «Port» because of this type
            5:19 E0210 `5` is not a `Duration`
              ^ 5:19 «5» a unit is missing: `5s`, `100ms`, `2m`, `1h`
              - 5:8 «Duration» because of this type
              help: say what it counts: `5s` for seconds
              fix: count seconds: 5:19 «5» → «5s»
            6:19 E0201 expected `Duration`, found `Size`
              ^ 6:19 «5KiB» this is `Size`
              - 6:8 «Duration» because of this type
            7:15 E0201 expected `Size`, found `Duration`
              ^ 7:15 «5s» this is `Duration`
              - 7:8 «Size» because of this type
            8:23 E0210 `2001:dbg::1` is not an `Ipv6`
              ^ 8:23 «g» it is not a digit of an IPv6 address
              - 8:8 «Ipv6» because of this type
            9:14 E0210 `` is not an `Ip`
              ^ 9:14 «» an IPv4 address has four numbers, as `10.0.0.2`
              - 9:8 «Ip» because of this type
        "#]],
    );
    check(
        "let a: Ipv4 = \"10.\\u{31}\\u{78}.0.1\"\nlet b: Int = 99999999999999999999\nlet c = -9223372036854775808\nlet d: Port = -1\nlet e = 5lightyears\n",
        expect![[r#"
            1:25 E0210 `10.\u{31}\u{78}.0.1` is not an `Ipv4`
              ^ 1:25 «\u{78}» it is not a digit
              - 1:8 «Ipv4» because of this type
            2:14 E0210 `99999999999999999999` is not an `Int`
              ^ 2:14 «99999999999999999999» it does not fit into 64 bits
              - 2:8 «Int» because of this type
            4:15 E0210 `-1` is not a `Port`
              ^ 4:15 «-1» a port is at most 65535, and at least 0
              - 4:8 «Port» because of this type
            5:9 E0210 `5lightyears` is not a `Duration`
              ^ 5:9 «5lightyears» it is no unit of time; there are ns, us, ms, s, m, min, h, d
        "#]],
    );
}

#[test]
fn application() {
    let f = "let f(a: Int, b: Int = 2, c: Int = 3) = a + b + c\n";
    check(
        &format!(
            "{f}let a = f()\nlet b = f(1, 2, 3, 4)\nlet c = f(1, d: 5)\nlet d = f(1, a: 5)\nlet e = a(1)\nlet g = f(c: 1, 2, 3)\nlet h = f(1, 2, b: 3)\n"
        ),
        expect![[r#"
            2:11 E0204 `f` needs `a`
              ^ 2:11 «)» an argument is missing
              - 1:7 «a: Int» this parameter has no default
              note: let `f(a: Int, b: Int = …, c: Int = …): Int`
              help: give it: `a: …`
            3:20 E0205 `f` takes at most 3 arguments, but 4 are given
              ^ 3:20 «4» too much
              note: let `f(a: Int, b: Int = …, c: Int = …): Int`
              help: take it out
              fix: take it out: 3:18 «, 4» → «»
            4:14 E0206 `f` has no parameter `d`
              ^ 4:14 «d» no such parameter
              note: let `f(a: Int, b: Int = …, c: Int = …): Int`
              fix: take the argument out: 4:12 «, d: 5» → «»
            5:14 E0207 `a` is given twice
              ^ 5:14 «a» again here
              - 5:11 «1» first here
              help: take one of them out
              fix: take this one out: 5:12 «, a: 5» → «»
            6:9 E0208 `a` takes no arguments
              ^ 6:9 «a» this is `Int`
              note: let `a: Int`
            8:17 E0207 `b` is given twice
              ^ 8:17 «b» again here
              - 8:14 «2» first here
              help: take one of them out
              fix: give it for `c`: 8:17 «b» → «c»
              fix: take this one out: 8:15 «, b: 3» → «»
        "#]],
    );
    check(
        "import std/kv\nlet a = kv.mem()\nlet b = kv.mem(1)\nlet c = kv.crunch()\nlet d = some()\nlet e = files(1, 2)\nlet g = files(path: \"x\")\nlet h = some\n",
        expect![[r#"
            2:9 E0208 `kv.mem` takes no arguments
              ^ 2:9 «kv.mem» this is `kv.ReadWrite`
              note: device `kv.mem: kv.ReadWrite`
              help: leave the parentheses out
              fix: take them out: 2:15 «()» → «»
            3:9 E0208 `kv.mem` takes no arguments
              ^ 3:9 «kv.mem» this is `kv.ReadWrite`
              note: device `kv.mem: kv.ReadWrite`
            4:19 E0204 `kv.crunch` needs `files`
              ^ 4:19 «)» an argument is missing
              - std/kv:10:15 «files: Files» this parameter has no default
              note: device `kv.crunch(files: Files): kv.ReadOnly`
              help: give it: `files: …`
            5:9 E0204 `some` takes 1 argument, but 0 are given
              help: for example `some(80)`
            6:9 E0205 `files` takes 1 argument, but 2 are given
              help: for example `files("data/")`
            7:15 E0206 `files` has no parameter `path`
              ^ 7:15 «path» no such parameter
              note: the argument of `files` has no name
              fix: take the names away: 7:15 «path: » → «»
            8:9 E0108 `some` is not a value
              ^ 8:9 «some» its argument is missing
              help: apply it: `some(80)`
        "#]],
    );
    check(
        "let a(f: (Int) -> Int) = f(1) + f(x: 2) + f(1, 2)\nlet b = { let g(x: Int, y: Int = 1) = x + y; g(y: 1, x: 2) + g(1) }\n",
        expect![[r#"
            1:35 E0206 `f` has no names for its parameters
              ^ 1:35 «x» an argument with a name
              note: it is a value of type `(Int) -> Int`: its arguments go by their order
              fix: take the names away: 1:35 «x: » → «»
            1:48 E0205 `f` takes 1 argument, but 2 are given
              ^ 1:48 «2» too much
              note: `f: (Int) -> Int`
              help: take it out
              fix: take it out: 1:46 «, 2» → «»
            2:34 E0218 a function inside an expression has no defaults
              ^ 2:34 «1» a default
              help: make it a `let` at the top of the file, or give the argument where it is applied
            2:65 E0204 `g` needs `y`
              ^ 2:65 «)» an argument is missing
              note: `g(x: Int, y: Int): Int`
              help: give it: `y: …`
        "#]],
    );
}

#[test]
fn operators() {
    check(
        "import std/kv\nlet a = 1 + \"a\"\nlet b = kv.mem == kv.mem\nlet c = \"a\" < \"b\"\nlet d = 1 && true\nlet e = \"a\" + \"b\"\nlet f = -5s\nlet g = !1\nlet h = 5s * 5s\nlet i = [1] ++ \"a\"\nlet j = 80 == \"x\"\n",
        expect![[r#"
            2:11 E0203 `+` does not apply to `Int` and `Str`
              ^ 2:11 «+» not for these types
              - 2:9 «1» this is `Int`
              - 2:13 «"a"» this is `Str`
              note: both sides need to be Int, Port, Duration or Size, and the same
            3:9 E0203 `==` compares values, not devices
              ^ 3:9 «kv.mem» this is `kv.ReadWrite`
              - 3:16 «==» compared here
              note: a device is what it is made of; to choose by how it was chosen, compare the keys that chose it
            4:13 E0203 `<` does not apply to `Str` and `Str`
              ^ 4:13 «<» not for these types
              - 4:9 «"a"» this is `Str`
              - 4:15 «"b"» this is `Str`
              note: both sides need to be Int, Port, Duration or Size, and the same
            5:9 E0201 expected `Bool`, found `Int`
              ^ 5:9 «1» this is `Int`
            6:13 E0203 `+` does not apply to `Str` and `Str`
              ^ 6:13 «+» not for these types
              - 6:9 «"a"» this is `Str`
              - 6:15 «"b"» this is `Str`
              note: strings and lists are joined by `++`
              help: write `++`
              fix: replace by `++`: 6:13 «+» → «++»
            7:9 E0210 `-5s` is not a `Duration`
              ^ 7:9 «-5s» a time is not negative
            8:10 E0201 expected `Bool`, found `Int`
              ^ 8:10 «1» this is `Int`
            9:12 E0203 `*` does not apply to `Duration` and `Duration`
              ^ 9:12 «*» not for these types
              - 9:9 «5s» this is `Duration`
              - 9:14 «5s» this is `Duration`
              note: it multiplies two `Int`s, two `Port`s, or a `Duration` or `Size` by an `Int`
            10:13 E0203 `++` does not apply to `List(Int)` and `Str`
              ^ 10:13 «++» not for these types
              - 10:9 «[1]» this is `List(Int)`
              - 10:16 «"a"» this is `Str`
              note: it joins two strings, or two lists of the same type
            11:12 E0203 `==` does not apply to `Int` and `Str`
              ^ 11:12 «==» not for these types
              - 11:9 «80» this is `Int`
              - 11:15 «"x"» this is `Str`
              note: both sides need the same value type
        "#]],
    );
}

#[test]
fn what_the_parser_has_said_is_not_said_again() {
    check(
        "let a = 1 < 2 < 3\nlet b = f(1,,2)\nlet c: = 5\nlet d = (1 + \nlet e = d + c\n",
        expect![[r#"
            1:15 E0011 `<` cannot follow `<` without parentheses
              ^ 1:15 «<» the second comparison
              - 1:11 «<» the first one
              note: a comparison gives a `Bool`
              help: to compare `2` with both, write `1 < 2 && 2 < 3`
              fix: compare with both: 1:14 «» → « && 2»
            2:9 E0101 there is no `f` here
              ^ 2:9 «f» not found
            2:13 E0001 expected an expression, found `,`
              ^ 2:13 «,» expected an expression
              help: take out `,`
              fix: remove `,`: 2:13 «,» → «»
            3:8 E0001 expected a type, found `=`
              ^ 3:8 «=» expected a type
            4:12 E0002 expected `)` to close the `(`
              ^ 4:12 «+» expected `)` after this
              - 4:9 «(» opened here
              help: put `)` there
              fix: insert `)`: 4:13 «» → «)»
        "#]],
    );
    check(
        "import std/kv {\ndevice x(a: ): kv.ReadOnly { rust }\nkey k: Int = \nlet y = x(k)\n",
        expect![[r#"
            1:15 E0002 expected `}` to close the `{`
              ^ 1:15 «{» expected `}` after this
              - 1:15 «{» opened here
              help: put `}` there
              fix: insert `}`: 1:16 «» → «}»
            2:13 E0001 expected a type, found `)`
              ^ 2:13 «)» expected a type
            2:35 E0001 expected a name, found `}`
              ^ 2:35 «}» expected a name
            3:12 E0001 expected an expression, found the end of the item
              ^ 3:12 «=» expected an expression after this
        "#]],
    );
}

#[test]
fn types_as_written() {
    check(
        "let a: List = 1\nlet b: Port(Int) = 1\nlet c: Option(Int, Int) = none\nlet d: x = 1\nlet x = 1\nlet e: x.y = 1\nlet f = Port\nenum S { a }\nlet g = S\nimport std/kv\nlet h = kv\nlet i: kv = 1\n",
        expect![[r#"
            1:8 E0211 `List` needs the type of its elements
              ^ 1:8 «List» not a type yet
              help: for example `List(Port)`
            2:8 E0211 `Port` takes no types as arguments
              ^ 2:8 «Port(Int)» not a type
              help: only `List` and `Option` do
              fix: take them out: 2:12 «(Int)» → «»
            3:8 E0211 `Option` takes one type, not 2
              ^ 3:8 «Option(Int, Int)» not a type
              help: write it with the type of its elements: `List(Port)`
            4:8 E0108 `x` is a let, not a type
              ^ 4:8 «x» a type is wanted here
              note: types are value types, enums, module types and functions
            6:8 E0108 `x` is not a file
              ^ 6:8 «x.y» a type is wanted here
              note: a type is written `Name`, or `file.Name` for one of an imported file
            7:9 E0108 `Port` is a type, not a value
              ^ 7:9 «Port» a value is wanted here
            9:9 E0108 `S` is a type, not a value
              ^ 9:9 «S» a value is wanted here
              help: name one of its cases: `S.a`
              fix: replace by `S.a`: 9:9 «S» → «S.a»
            11:9 E0108 `kv` is a file, not a value
              ^ 11:9 «kv» a value is wanted here
              help: name something that `std/kv` declares: `kv.name`
            12:8 E0108 `std/kv` is a file, not a type
              ^ 12:8 «kv» a type is wanted here
              note: name one of its types: `file.Name`
        "#]],
    );
    check(
        "module type M = trait M\nkey a: M\ndevice d: Port { rust d }\nmodule type N: Port = trait N\ndevice e(f: (Int) -> Int, j: Job): Job { rust e }\n",
        expect![[r#"
            2:8 E0212 `M` is not a value type
              ^ 2:8 «M» not the type of a value
              note: a key is given on the command line: its type is Bool, Int, Str, Path, Port, Ip, Ipv4, Ipv6, Cidr, Mac, Duration, Size, an enum, or a List or Option of these
            3:11 E0213 `Port` is not a module type
              ^ 3:11 «Port» what a device makes is a module type
              help: name a module type, or `Job` for what runs
            4:16 E0213 `Port` is not a module type
              ^ 4:16 «Port» cannot be included
              note: a module type includes other module types: their devices do all that its own do
            5:13 E0212 a device cannot take a `(Int) -> Int`
              ^ 5:13 «(Int) -> Int» neither a device nor a value
              note: what a device takes is passed to its Rust constructor
              help: a `let` can take it
        "#]],
    );
    check(
        "let a = []\nlet b = none\nlet c = 5.x\nlet d = \"a\".b\nlet e = target.nope\nlet f = target.stac\nlet g = 5 as \"Name!\"\nlet h = 5 as \"9\"\n",
        expect![[r#"
            1:9 E0209 nothing says what this is a list of
              ^ 1:9 «[]» an empty list
              help: write the type of what it is for: `let names: List(Str) = []`
            2:9 E0209 nothing says what this is an option of
              ^ 2:9 «none» no type is wanted here
              help: write the type of what it is for: `let output: Option(Path) = none`
            3:11 E0214 `Int` has no members
              ^ 3:11 «x» nothing can be taken out of it
              note: a dot stands behind an imported file, an enum, or `target`
            4:13 E0214 `Str` has no members
              ^ 4:13 «b» nothing can be taken out of it
              note: a dot stands behind an imported file, an enum, or `target`
            5:16 E0216 no platform has a role `nope`
              ^ 5:16 «nope» no such role
              note: the roles of the platforms in reach: `console`, `disk`, `nic`, `program`, `random`, `sleep`, `stack` and `wall`
            6:16 E0216 no platform has a role `stac`
              ^ 6:16 «stac» no such role
              note: the roles of the platforms in reach: `console`, `disk`, `nic`, `program`, `random`, `sleep`, `stack` and `wall`
              help: did you mean `stack`?
              fix: replace by `stack`: 6:16 «stac» → «stack»
            7:14 E0217 `Name!` cannot be the name of a scope
              ^ 7:14 «"Name!"» not a name for options
              note: the name becomes part of options and of Rust names: lower-case letters, digits, `-` and `_`, a letter first
              help: for example `as "name"`
              fix: rename it to "name": 7:14 «"Name!"» → «"name"»
            8:14 E0217 `9` cannot be the name of a scope
              ^ 8:14 «"9"» not a name for options
              note: the name becomes part of options and of Rust names: lower-case letters, digits, `-` and `_`, a letter first
              help: for example `as "management"`
        "#]],
    );
}
