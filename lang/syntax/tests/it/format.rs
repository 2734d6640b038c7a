//! The layout of files: what it looks like, what it keeps, and that nothing is changed but the layout.

use unik_source::Span;
use unik_syntax::{
    ItemText, TextEdit, TokenKind, format, format_edits, format_range, split, tokens, tree::Item,
};

use crate::{files, parse};

/// The words and comments of a text, without commas in front of closing brackets and at the end of items.
fn said(text: &str) -> (Vec<String>, Vec<String>) {
    let mut words: Vec<String> = Vec::new();
    let mut comments = Vec::new();
    for item in split(text) {
        for token in tokens(&text[item.span.range()]) {
            let word = &text[item.span.range()][token.span.range()];
            if token.kind.is_trivia() {
                continue;
            }
            if token.kind.is_closer() {
                words.pop_if(|last| last == ",");
            }
            words.push(word.to_owned());
        }
        words.pop_if(|last| last == ",");
    }
    for token in tokens(text) {
        if token.kind.is_trivia() && token.kind != TokenKind::Space {
            comments.push(text[token.span.range()].trim_end().to_owned());
        }
    }
    (words, comments)
}

/// The trees of a text without places.
fn trees(text: &str) -> Vec<String> {
    let (items, _) = parse(text);
    items.iter().map(without_places).collect()
}

fn without_places(item: &Item) -> String {
    let shown = format!("{item:?}");
    let mut out = String::with_capacity(shown.len());
    for piece in shown.split_inclusive("..") {
        let piece = piece.trim_start_matches(|char: char| char.is_ascii_digit());
        let place = piece.strip_suffix("..").unwrap_or(piece);
        out.push_str(place.trim_end_matches(|char: char| char.is_ascii_digit()));
    }
    out
}

/// Formats a text, and holds the result to what is true of every text.
fn formats(text: &str) -> String {
    let out = format(text);
    let ((words, comments), (kept, also_kept)) = (said(text), said(&out));
    for (before, after) in [(words, kept), (comments, also_kept)] {
        let lost = before.iter().zip(&after).position(|(before, after)| before != after);
        let lost = lost.map(|at| (at, &before[at.saturating_sub(2)..before.len().min(at + 3)]));
        assert!(before == after, "{lost:?} of\n{text}\n--- became\n{out}");
    }
    let twice = format(&out);
    let differ = out.lines().zip(twice.lines()).position(|(once, twice)| once != twice);
    let from = differ.unwrap_or(0).saturating_sub(3);
    let shown = |text: &str| text.lines().skip(from).take(9).collect::<Vec<_>>().join("\n");
    assert!(twice == out, "once:\n{}\n--- twice:\n{}", shown(&out), shown(&twice));
    assert_eq!(split(&out).len(), split(text).len());
    assert_eq!(applied(text, &format_edits(text)), out, "the edits give the text:\n{text}");
    out
}

/// Formats what a cursor in the middle touches, and holds the result to what is true of every text.
fn formats_in_part(text: &str) {
    let out = applied(text, &format_range(text, Span::at(text.len() / 2)));
    assert!(said(&out) == said(text), "{text}\n--- became\n{out}");
}

fn applied(text: &str, edits: &[TextEdit]) -> String {
    let mut out = text.to_owned();
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.range(), &edit.text);
    }
    out
}

#[test]
fn the_files_of_the_repository_are_in_their_layout() {
    let mut differ = String::new();
    for (path, text) in files() {
        if formats(&text) != text {
            differ += &format!("{path}: {:#?}\n", format_edits(&text));
        }
    }
    assert!(differ.is_empty(), "{differ}");
}

#[test]
fn spaces_and_ends_of_lines_do_not_matter() {
    for (path, text) in files() {
        let check = |mangled: String| {
            let out = formats(&mangled);
            assert!(out == text, "{path}:\n{out}");
            assert_eq!(trees(&mangled), trees(&text), "{path}");
        };
        check(text.replace('\n', "\r\n"));
        check(text.replace('\n', " \t\n"));
        check(text.replace("\n\n", "\n\n\n \n"));
        check(text.replace("\n  ", "\n\t\t"));
        check(format!("\n\n{text}\n\n"));
        check(text.trim_end().to_owned());
        check(format!("\u{FEFF}{text}"));
        check(with_each_token(&text, |token, kind| match kind {
            TokenKind::Space if !token.contains('\n') => format!(" \t {token}"),
            _ => token.to_owned(),
        }));
    }
}

/// The text with every token replaced.
fn with_each_token(text: &str, mut replace: impl FnMut(&str, TokenKind) -> String) -> String {
    tokens(text).iter().map(|token| replace(&text[token.span.range()], token.kind)).collect()
}

/// The texts of the fences of the specification: whole and broken ones.
fn fences() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec");
    let mut fences = Vec::new();
    for folder in [folder.clone(), folder.join("errors")] {
        for page in std::fs::read_dir(folder).expect("the specification is there") {
            let path = page.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            let text = std::fs::read_to_string(path).expect("text");
            fences.extend(fences_of(&text));
        }
    }
    assert!(fences.len() > 150, "{} fences", fences.len());
    fences
}

fn fences_of(page: &str) -> Vec<String> {
    let opened = page.split("\n```unik").skip(1);
    let bodies = opened.filter_map(|rest| rest.split_once('\n')?.1.split_once("```"));
    bodies.map(|(body, _)| body.to_owned()).collect()
}

#[test]
fn the_fences_about_style_are_in_their_layout() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/style.md");
    let fences = fences_of(&std::fs::read_to_string(page).expect("the specification is there"));
    assert!(fences.len() >= 5, "{} fences", fences.len());
    for text in fences {
        assert_eq!(formats(&text), text);
    }
}

#[test]
fn the_fences_of_the_specification_keep_their_words() {
    for text in fences() {
        let out = formats(&text);
        assert_eq!(trees(&out), trees(&text), "{text}");
    }
}

#[test]
fn a_file_that_ends_anywhere_is_laid_out_up_to_there() {
    for (path, text) in files().into_iter().filter(|(path, _)| path.contains("examples")) {
        let mangled = text.replace('\n', " \n");
        let (whole, mangled_whole) = (split(&text), split(&mangled));
        for (at, _) in mangled.char_indices() {
            // Those before the one that is cut, which may be broken. Two of them stand for all.
            let good = mangled_whole.partition_point(|item| item.span.end as usize <= at).saturating_sub(1);
            let first = good.saturating_sub(2);
            let start = |items: &[ItemText]| if first == 0 { 0 } else { items[first].span.start as usize };
            let cut = &mangled[start(&mangled_whole).min(at)..at];
            let out = if at % 8 == 0 { formats(cut) } else { format(cut) };
            assert_eq!(said(&out), said(cut), "{path} cut at {at}");
            let end = whole[..good].last().map_or(0, |item| item.span.end as usize);
            let expected = text.get(start(&whole)..end).unwrap_or_default();
            assert!(out.starts_with(expected), "{path} cut at {at}: {out}");
        }
    }
}

/// The same numbers on each run.
struct Random(u64);

impl Random {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }
}

#[test]
fn comments_and_ends_of_lines_can_stand_anywhere() {
    let mut random = Random(1);
    let texts = files().into_iter().map(|(_, text)| text).chain(fences());
    for text in texts {
        for dense in [3, 10, 40] {
            let mut count = 0;
            let torn = with_each_token(&text, |token, kind| {
                count += 1;
                match (kind, random.below(dense), random.below(6)) {
                    (TokenKind::Comment | TokenKind::Doc | TokenKind::FileDoc, ..) => token.to_owned(),
                    (_, 0, 0) => format!(" // {count}\n{token}"),
                    (_, 0, 1) => format!("{token} // {count}\n"),
                    (_, 0, 2) => format!("{token}\n\n// {count}\n// and\n\n"),
                    (_, 0, 3) => format!("{token} // {count}\n// below\n"),
                    (_, 0, 4) => format!("{token}\n"),
                    (_, 0, _) => format!("\n\n{token}"),
                    _ => token.to_owned(),
                }
            });
            formats(&torn);
            formats_in_part(&torn);
        }
    }
}

#[test]
fn a_missing_or_doubled_token_loses_nothing() {
    for (_, text) in files() {
        let items = split(&text);
        for (nth, item) in items.iter().enumerate() {
            // The item with its neighbours.
            let start = items[nth.saturating_sub(1)].span.start as usize;
            let end = items[(nth + 1).min(items.len() - 1)].span.end as usize;
            for token in tokens(&text[item.span.range()]).into_iter().filter(|token| !token.kind.is_trivia())
            {
                let token = token.span.shifted(item.span.start);
                let (before, word, after) = (
                    &text[start..token.start as usize],
                    &text[token.range()],
                    &text[token.end as usize..end],
                );
                match nth % 2 {
                    0 => formats(&format!("{before}{after}")),
                    _ => formats(&format!("{before}{word} {word}{after}")),
                };
            }
        }
    }
}

#[test]
fn noise_is_laid_out_without_loss() {
    let pieces: Vec<String> = files()
        .iter()
        .flat_map(|(_, text)| tokens(text).into_iter().map(|token| text[token.span.range()].to_owned()))
        .filter(|piece| !piece.starts_with("//"))
        .chain(
            [
                "\n", "\n\n", "\r\n", " ", "\t", "// c\n", "//\n", "/// d\n", "//! f\n", "😀", "\"",
                "\u{FEFF}", "\0", "1.5", "ö",
            ]
            .map(str::to_owned),
        )
        .collect();
    let mut random = Random(7);
    for _ in 0..4000 {
        let length = random.below(60);
        let text: String = (0..length).map(|_| pieces[random.below(pieces.len())].as_str()).collect();
        formats(&text);
        formats_in_part(&text);
    }
    for _ in 0..2000 {
        let bytes: Vec<u8> = (0..random.below(60)).map(|_| random.below(256) as u8).collect();
        formats(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn one_layout_for_each_construct() {
    let check = |text: &str, expected: &str| {
        assert_eq!(formats(text), expected);
        assert_eq!(formats(expected), expected);
        assert_eq!(trees(text), trees(expected));
    };
    check("", "");
    check("\n\n", "");
    check("// only a comment", "// only a comment\n");
    check("\n\n//! The file.\n\n\n\n// c  \n", "//! The file.\n\n// c\n");
    // Items.
    check("import  std / net  as  n {a,b as c ,}", "import std/net as n { a, b as c }\n");
    check("import ./mine{\na}", "import ./mine {\n  a,\n}\n");
    check("import   crate  unik_redis", "import crate unik_redis\n");
    check("module  type A:B,c . D=trait a :: B", "module type A: B, c.D = trait a::B\n");
    check("enum E{a,b,}", "enum E { a, b }\n");
    check("enum E { a, /// of b\n b }", "enum E {\n  a,\n  /// of b\n  b,\n}\n");
    check("configure  key k:Int=1{short p}", "configure key k: Int = 1 { short p }\n");
    check("let a=1 let b=2", "let a = 1\nlet b = 2\n");
    check(
        "let f ( a:Int , b : ( A,B )->List( C , )=g ) : T=a",
        "let f(a: Int, b: (A, B) -> List(C) = g): T = a\n",
    );
    check("require a!=b,\"c\",", "require a != b, \"c\"\n");
    check("unikernel u=[ a , b ]", "unikernel u = [a, b]\n");
    check("device d:T{rust a::b}", "device d: T { rust a::b }\n");
    check("generative  device d():T{rust a;targets x}", "generative device d(): T { rust a; targets x }\n");
    check("device d: T { rust a targets x, y }", "device d: T {\n  rust a\n  targets x, y\n}\n");
    check(
        "device d(p: P): T {\nrust a\n\n\n  after x,y ( 1 )\nexclusive p,q as \"r\"\nattach p as \"nic\"\nfeatures [ \"f\" ]\nrun key k: Int\n}",
        "device d(p: P): T {\n  rust a\n\n  after x, y(1)\n  exclusive p, q as \"r\"\n  attach p as \"nic\"\n  features [\"f\"]\n  run key k: Int\n}\n",
    );
    check(
        "platform p {\n rust r\n artifact \"x\" ; link \"l\"\n attach \"nic\" 8\n nic=a . b }",
        "platform p {\n  rust r\n  artifact \"x\";\n  link \"l\"\n  attach \"nic\" 8\n  nic = a.b\n}\n",
    );
    // Expressions.
    check("let a = - 1 + ! b . c*( d )", "let a = -1 + !b.c * (d)\n");
    check("let a=(x:Int , y : Int=2)=>x", "let a = (x: Int, y: Int = 2) => x\n");
    check("let a = f ( b , c:d )( e )as \"g\"", "let a = f(b, c: d)(e) as \"g\"\n");
    check("let a={let b=1;b}", "let a = { let b = 1; b }\n");
    check("let a = {\n\nlet b=1;\n\nb\n\n}", "let a = {\n  let b = 1;\n\n  b\n}\n");
    check(
        "let a = match b{x|y=>1,some(_)=>2,M.z=>-3,}",
        "let a = match b { x | y => 1, some(_) => 2, M.z => -3 }\n",
    );
    check("let a = match b {\nx=>1,_=>2}", "let a = match b {\n  x => 1,\n  _ => 2,\n}\n");
    check("let a =\nb", "let a =\n  b\n");
    check("let a = if b then c else if d\nthen e else f", "let a = if b then c else if d then e else f\n");
    check("let a = f([\n1])", "let a = f([\n  1,\n])\n");
    check("let a = f(\n1, [2])", "let a = f(\n  1,\n  [2],\n)\n");
    // Comments.
    check("let a = 1   // one\n// two\nlet b = 2", "let a = 1 // one\n// two\nlet b = 2\n");
    check("let a = [1 // one\n, 2]", "let a = [\n  1, // one\n  2,\n]\n");
    check("let a = [1, 2 // two\n]", "let a = [\n  1,\n  2, // two\n]\n");
    check("let a = [\n// none\n]", "let a = [\n  // none\n]\n");
    check("let a = f(// why\n)", "let a = f( // why\n)\n");
    check("let a = // why\n f(b)", "let a = // why\n  f(b)\n");
    check("let a = b // one\n + c", "let a =\n  b // one\n  + c\n");
    check("/// d\n\n\nlet a = 1\n/// lost", "/// d\nlet a = 1\n/// lost\n");
    check("device d: T { // why\nrust a }", "device d: T { // why\n  rust a\n}\n");
}

#[test]
fn what_does_not_fit_is_broken_from_the_outside() {
    let check = |text: &str, expected: &str| assert_eq!(formats(text), expected);
    let (a, b) = ("a".repeat(40), "b".repeat(40));
    check(
        &format!("let f(x: {a}, y: {b}, z: Int): T = g(x)"),
        &format!("let f(\n  x: {a},\n  y: {b},\n  z: Int,\n): T = g(x)\n"),
    );
    check(
        &format!("let x = f(g({a}, {b}), h(10000, 20000, 30000))"),
        &format!("let x = f(\n  g({a}, {b}),\n  h(10000, 20000, 30000),\n)\n"),
    );
    check(
        &format!("let x = {a} || {b} && {a} == 1 || c"),
        &format!("let x =\n  {a}\n  || {b} && {a} == 1\n  || c\n"),
    );
    check(
        &format!("let x = f({a} ++ {b} ++ {a})"),
        &format!("let x = f(\n  {a}\n    ++ {b}\n    ++ {a},\n)\n")
            .replace("\n    ++", " ++")
            .replacen(" ++", "\n    ++", 2),
    );
    check(
        &format!("let x = if {a} then f({b}) else if c then {a} else {b}"),
        &format!("let x =\n  if {a} then f({b})\n  else if c then {a}\n  else {b}\n"),
    );
    check(&format!("require {a} == 1, \"{b} {b}\""), &format!("require {a} == 1,\n  \"{b} {b}\"\n"));
    check(
        &format!("let x = if {a} == 1 && {b} == 2 || {a} == 3 then f({a}) else c"),
        &format!("let x =\n  if {a} == 1 && {b} == 2\n    || {a} == 3\n  then f({a})\n  else c\n"),
    );
    check(
        &format!("let x: ({a}) -> {b} = (y: {a}) => f(y)"),
        &format!("let x: ({a}) -> {b} =\n  (y: {a}) => f(y)\n"),
    );
    check(
        &format!("let x = (y: {a}) => [{a}, {b}, y]"),
        &format!("let x = (y: {a}) => [\n  {a},\n  {b},\n  y,\n]\n"),
    );
    check(
        &format!("device d(x: {a}): T {{ rust {b}::{b} }}"),
        &format!("device d(x: {a}): T {{\n  rust {b}::{b}\n}}\n"),
    );
}

#[test]
fn a_comment_behind_a_dot_or_a_path_is_kept() {
    for (text, expected) in [
        (
            "let x=net.// here\ntcp(1)",
            expect_test::expect![[r#"
            let x = net. // here
              tcp(1)
        "#]],
        ),
        (
            "import ./mine//theirs",
            expect_test::expect![[r#"
            import ./mine //theirs
        "#]],
        ),
    ] {
        expected.assert_eq(&formats(text));
    }
}

#[test]
fn items_with_mistakes_stay_as_they_are() {
    let check = |text: &str, expected: &str| assert_eq!(formats(text), expected);
    check("let a=1\nlet  b = (\n\n\nlet c=3", "let a = 1\nlet  b = (\n\nlet c = 3\n");
    check("let a=1\n\n\n let  b =   +  // c \nlet c=3", "let a = 1\n\n let  b =   +  // c \nlet c = 3\n");
    check("let  a = 10.0.0.2\nkey  k:Int", "let  a = 10.0.0.2\nkey k: Int\n");
    check("lett  a = 1\r\nkey  k:Int\r\n", "lett  a = 1\r\nkey k: Int\n");
    check(
        "device d( x : Int ) : T {\n  rust a\n  nonsense  here\n}\nlet a=1",
        "device d( x : Int ) : T {\n  rust a\n  nonsense  here\n}\nlet a = 1\n",
    );
}

#[test]
fn a_range_gives_the_edits_of_its_items() {
    let text = "let a=1\n\nlet b =2 \nlet c=  3\nlet d = [\n1,2]\n";
    let edits = |range: std::ops::Range<usize>| {
        let edits = format_range(text, Span::new(range.start, range.end));
        edits.into_iter().map(|edit| (&text[edit.span.range()], edit.text)).collect::<Vec<_>>()
    };
    let one = |before, after: &str| vec![(before, after.to_owned())];
    assert_eq!(edits(0..1), one("let a=1\n", "let a = 1\n"));
    assert_eq!(edits(12..12), one("let b =2 \n", "let b = 2\n"));
    assert_eq!(edits(text.len() - 2..text.len()), one("1,2]\n", "  1,\n  2,\n]\n"));
    assert_eq!(edits(0..text.len()).len(), 4);
    assert_eq!(format_range("let a = 1\n", Span::new(0, 9)), []);
}

#[test]
fn item_by_item_is_the_same_as_all_at_once() {
    for (path, text) in files() {
        let mut mangled = with_each_token(&text, |token, kind| match kind {
            TokenKind::Space => token.replace("\n\n", "\n\n\n").replace(' ', "   "),
            _ => token.to_owned(),
        });
        let all = Span::new(0, mangled.len());
        assert_eq!(format_range(&mangled, all), format_edits(&mangled), "{path}");
        for nth in 0..split(&mangled).len() {
            let (whole, before) = (format(&mangled), mangled.clone());
            let cursor = Span::at(split(&mangled)[nth].span.start as usize);
            mangled = applied(&before, &format_range(&before, cursor));
            assert_eq!(format(&mangled), whole, "{path}");
        }
        assert_eq!(mangled, text, "{path}");
    }
}

#[test]
fn depth_and_length_are_no_trouble() {
    // As deep as an item may be.
    const NESTING: usize = 199;
    let whole = |text: String| {
        assert!(parse(&text).1.is_empty(), "{text}");
        formats(&text);
    };
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")")] {
        whole(format!("let x = {}1{}", open.repeat(NESTING), close.repeat(NESTING)));
        formats(&format!("let x = {}", open.repeat(2000)));
    }
    for (prefix, suffix) in
        [("!", ""), ("-", ""), ("if a then b else ", ""), ("if a then ", " else b"), ("() => ", "")]
    {
        whole(format!("let x = {}1{}", prefix.repeat(NESTING), suffix.repeat(NESTING)));
        formats(&format!("let x = {}1", prefix.repeat(2000)));
    }
    let matches = |depth: usize| format!("let x = {}1{}", "match a { _ => ".repeat(depth), "}".repeat(depth));
    whole(matches(60));
    formats(&matches(2000));
    formats(&format!("let x = a{}", " + b(1).c".repeat(90)));
    formats(&format!("let x = [{}]", "a + b, f(a)(b), ".repeat(1000)));
    formats(&"let x = f(1)\n".repeat(1000));
}
