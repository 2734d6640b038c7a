//! Changes that are offered: what a text is after each.

use unik_ide::{Action, ActionKind, Range};
use unik_source::Span;

use crate::support::World;

/// The actions of some kinds at the cursor, or at what stands between two.
pub(crate) fn offered(world: &World, kinds: &[ActionKind]) -> Vec<Action> {
    let analysis = world.analysis();
    let range = Range { file: world.file, span: Span::new(world.offset as usize, world.end as usize) };
    analysis.actions(range, &|kind| kinds.contains(&kind))
}

/// The texts of a fixture after an action: as a fixture.
pub(crate) fn after(world: &World, action: &Action) -> String {
    let analysis = world.analysis();
    let mut texts = Vec::new();
    for (name, file) in &world.files {
        let mut text = analysis.text(*file).to_owned();
        for edit in action.edits.get(file).into_iter().flatten().rev() {
            text.replace_range(edit.span.range(), &edit.text);
        }
        texts.push((name, text));
    }
    match texts.as_slice() {
        [(_, only)] => only.clone(),
        several => several.iter().map(|(name, text)| format!("//- {name}\n{text}")).collect(),
    }
}

/// Makes the action of this title. `$0` is the cursor; two of them are a selection. No expected text: it is not offered.
#[track_caller]
pub(crate) fn check(kind: ActionKind, title: &str, before: &str, expected: Option<&str>) {
    let world = World::new(before);
    let all = offered(&world, &[kind]);
    let titles: Vec<&str> = all.iter().map(|action| action.title.as_str()).collect();
    let found = all.iter().find(|action| action.title == title);
    match expected {
        Some(expected) => {
            let found = found.unwrap_or_else(|| panic!("no «{title}» among {titles:?}:\n{before}"));
            assert_eq!(after(&world, found), expected, "{title}");
        }
        None => assert!(found.is_none(), "«{title}» is offered:\n{before}"),
    }
}

#[test]
fn fixes_of_what_is_wrong_are_offered_where_it_is() {
    let check = |title, before, after| check(ActionKind::QuickFix, title, before, after);
    check(
        "replace by `port`",
        "key port: Int = 1\nlet x = po$0rr\n",
        Some("key port: Int = 1\nlet x = port\n"),
    );
    check("replace by `port`", "key port: Int = 1\nlet $0x = porr\n", None);
    check("take the import out", "import $0std/net\n\nlet a = 1\n", Some("let a = 1\n"));
    check("insert `,`", "let a = [1$0 2]\n", Some("let a = [1, 2]\n"));
}

#[test]
fn mistakes_of_syntax_are_mended() {
    let check = |title, before, after| check(ActionKind::QuickFix, title, before, Some(after));
    check("write straight quotes", "let a = $0‘data/’\n", "let a = \"data/\"\n");
    check("write straight quotes", "let a = $0'data/' ++ 'b'\n", "let a = \"data/\" ++ 'b'\n");
    check("replace by `//`", "let a = 1 $0# why\n", "let a = 1 // why\n");
    check("double the backslash", "let a = \"C:$0\\dir\"\n", "let a = \"C:\\\\dir\"\n");
    check("double the backslash", "let a = $0\"dir\\\"\n", "let a = \"dir\\\\\"\n");
    check("call it `match_`", "let $0match = 1\n", "let match_ = 1\n");
    check("compare with both", "let a = 1 < 2 $0< 3\n", "let a = 1 < 2 && 2 < 3\n");
    check("insert `let`", "let a = 1\n$0b = 2\n", "let a = 1\nlet b = 2\n");
    check("insert `import`", "$0std/kv\n", "import std/kv\n");
    check("replace by `std/kv`", "import $0kv\n", "import std/kv\n");
    check("replace by `./kv`", "import $0kv\n", "import ./kv\n");
    check("take the type out", "unikernel u: $0Job = []\n", "unikernel u = []\n");
    check("take the second out", "key a: Int = 1 { short a short $0b }\n", "key a: Int = 1 { short a }\n");
    check(
        "take the parentheses out",
        "enum E { a }\nlet f(e: E) = match e { $0a(x) => 1 }\n",
        "enum E { a }\nlet f(e: E) = match e { a => 1 }\n",
    );
}

#[test]
fn mistakes_in_items_are_mended() {
    let check = |title, before, after| check(ActionKind::QuickFix, title, before, Some(after));
    check("call this one `a_2`", "let a = 1\nlet $0a = 2\n", "let a = 1\nlet a_2 = 2\n");
    check(
        "import it as `kv_2`",
        "import std/kv\nimport $0std/kv\nlet a = kv.mem\n",
        "import std/kv\nimport std/kv as kv_2\nlet a = kv.mem\n",
    );
    check(
        "take it out of the import",
        "import std/kv { ReadOnly, $0crunch }\nlet f(x: ReadOnly) = x\n",
        "import std/kv { ReadOnly }\nlet f(x: ReadOnly) = x\n",
    );
    check("take it out", "/// Why.\nlet $0a = 1\n\nunikernel u = []\n", "unikernel u = []\n");
    check("take it out", "let f(n: Int) = {\n  let $0a = 1;\n  n\n}\n", "let f(n: Int) = {\n  n\n}\n");
    check("call it `_a`", "let $0a = 1\nunikernel u = []\n", "let _a = 1\nunikernel u = []\n");
    check(
        "take this one out",
        "device d: Job { rust a, rust $0b, targets unix }\n",
        "device d: Job { rust a,  targets unix }\n",
    );
    check("take this one out", "enum E { a, b, $0a }\n", "enum E { a, b }\n");
    check(
        "take the second short option out",
        "key a: Int = 1 { short x }\nkey b: Int = 2 { short $0x }\n",
        "key a: Int = 1 { short x }\nkey b: Int = 2\n",
    );
    check(
        "take the argument out",
        "let f(a: Int) = a\nlet x = f(1, $0b: 2)\n",
        "let f(a: Int) = a\nlet x = f(1)\n",
    );
    check("replace by `5s`", "key a: Duration = $05sec\n", "key a: Duration = 5s\n");
    check("make it a list", "let f(x: Int): List(Int) = $0x\n", "let f(x: Int): List(Int) = [x]\n");
    check("take them out", "key a: $0Port(Int) = 1\n", "key a: Port = 1\n");
    check("replace by `E.b`", "enum E { a, b }\nlet x = $0E\n", "enum E { a, b }\nlet x = E.b\n");
    check(
        "add the parameter",
        "device d: Job { rust d attach $0n as \"nic\" }\n",
        "device d(n: Str): Job { rust d attach n as \"nic\" }\n",
    );
    // Lines end as in the file.
    check("import `std/net`", "let a = $0net.tcp(80)\r\n", "import std/net\r\n\r\nlet a = net.tcp(80)\r\n");
}

#[test]
fn arms_and_arguments_that_are_missing_come_where_the_others_are() {
    let check = |title, before: &str, after: &str| {
        let head = "enum E { a, b, c }\nkey e: E = a\ndevice d: Job { rust d }\nlet own: Job = d\nlet f(n: Int, own: Job) = own\n";
        check(ActionKind::QuickFix, title, &format!("{head}{before}"), Some(&format!("{head}{after}")));
    };
    let arms = "add what is missing, as the last arm";
    check(
        arms,
        "let x = match$0 e {\n  a => 1,\n}\n",
        "let x = match e {\n  a => 1,\n  b => 1,\n  c => 1,\n}\n",
    );
    check(arms, "let x = match$0 e { a => 1, b => 2 }\n", "let x = match e { a => 1, b => 2, c => 2 }\n");
    check("give it", "let x = f(1,$0)\n", "let x = f(1, own: own,)\n");
}

#[test]
fn names_of_the_library_and_of_files_beside_are_brought_in() {
    let check = |title, before, after| check(ActionKind::QuickFix, title, before, after);
    check("import `std/net`", "let a = ne$0t.tcp(80)\n", Some("import std/net\n\nlet a = net.tcp(80)\n"));
    check(
        "replace by `net.Network`, and import `std/net`",
        "import std/kv\nimport ./other\n\nlet f(n: Net$0work, k: kv.ReadOnly) = other.x\n//- /other.unik\nlet x = 1\n",
        Some(
            "//- /app.unik\nimport std/kv\nimport std/net\nimport ./other\n\nlet f(n: net.Network, k: kv.ReadOnly) = other.x\n//- /other.unik\nlet x = 1\n",
        ),
    );
    check(
        "replace by `m.thing`",
        "import ./mine as m\nlet a = thi$0ng + m.thing\n//- /mine.unik\nlet thing = 1\n",
        Some("//- /app.unik\nimport ./mine as m\nlet a = m.thing + m.thing\n//- /mine.unik\nlet thing = 1\n"),
    );
    check(
        "replace by `mine.thing`, and import `./mine`",
        "import std/net\n\nlet a = thi$0ng\n//- /mine.unik\nlet thing = 1\n",
        Some(
            "//- /app.unik\nimport std/net\nimport ./mine\n\nlet a = mine.thing\n//- /mine.unik\nlet thing = 1\n",
        ),
    );
    check(
        "import `./mine`",
        "let a = mi$0ne.thing\n//- /mine.unik\nlet thing = 1\n",
        Some("//- /app.unik\nimport ./mine\n\nlet a = mine.thing\n//- /mine.unik\nlet thing = 1\n"),
    );
    check(
        "replace by `./mine`",
        "import ./mi$0en as m\nlet a = m.thing\n//- /mine.unik\nlet thing = 1\n",
        Some("//- /app.unik\nimport ./mine as m\nlet a = m.thing\n//- /mine.unik\nlet thing = 1\n"),
    );
    // It declares a value, and a type is wanted.
    check(
        "replace by `mine.thing`, and import `./mine`",
        "let a: thi$0ng = 1\n//- /mine.unik\nlet thing = 1\n",
        None,
    );
}

#[test]
fn what_is_mended_elsewhere_is_mended_there() {
    let check = |title: &str, before: &str, after: Option<&str>| {
        check(ActionKind::QuickFix, title, before, after);
    };
    let app = |words: &str, used: &str| {
        format!(
            "device one: Job {{ rust one }}\ndevice two: Job {{ rust two }}\n{words} first: Bool = true\nunikernel u = if {used} then one else two\n"
        )
    };
    check("make it a `key`", &app("run key", "fi$0rst"), Some(&app("key", "first")));
    check("make it a `key`", &app("configure key", "fi$0rst"), None);
    let app = |used: &str| {
        format!(
            "device a: Job {{ rust a targets virtio }}\ndevice b(n: Int): Job {{ rust b targets virtio }}\ndevice c: Job {{ rust c targets unix }}\ndevice d(n: Int): Job {{ rust d }}\nunikernel u = [c, {used}]\n"
        )
    };
    check("replace by `d`", &app("$0b(1)"), Some(&app("d(1)")));
    check("replace by `c`", &app("$0a"), Some(&app("c")));
    check("replace by `d`", &app("$0a"), None);
}

#[test]
fn everything_sure_is_mended_at_once_and_nothing_else() {
    let check = |before, after| check(ActionKind::FixAll, "mend everything that is sure", before, after);
    check(
        "import std/net\nimport std/kv\n$0\nlet a = [1 2]\nlet b = a()\n",
        Some("import std/net\nimport std/kv\n\nlet a = [1, 2]\nlet b = a\n"),
    );
    check("import std/net\nimport std/kv\n$0\nlet a = [1]\n", Some("let a = [1]\n"));
    check("key port: Int = 1\nlet x = porr$0\n", None);
}
