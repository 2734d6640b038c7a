//! Files cut and torn: parsing always ends, and what is whole stays whole.

use unik_syntax::{ItemText, TokenKind, split, tokens, tree::ItemKind};

use crate::{files, parse};

/// Parses a damaged text, and holds the result to what is true of every text.
fn survives(text: &str) -> Vec<ItemText> {
    let joined: String = tokens(text).iter().map(|token| &text[token.span.range()]).collect();
    assert_eq!(joined, text, "the tokens are the text");
    let items = split(text);
    let mut end = 0;
    for item in &items {
        assert!(item.span.start >= end && !item.span.is_empty(), "items follow one another in {text:?}");
        end = item.span.end;
    }
    let (trees, diagnostics) = parse(text);
    for (tree, item) in trees.iter().zip(&items) {
        let broken = matches!(tree.kind, ItemKind::Broken(_)) || format!("{:?}", tree.kind).contains("Error");
        let place = |label: &unik_source::Label| item.span.to(label.place.span) == item.span;
        let told = diagnostics.iter().any(|diagnostic| diagnostic.labels.iter().all(place));
        assert!(!broken || told, "what is not read is told: {:?} in {text:?}", tree.kind);
    }
    for diagnostic in diagnostics {
        assert!(diagnostic.labels[0].primary && !diagnostic.message.is_empty());
        for label in &diagnostic.labels {
            assert!(text.get(label.place.span.range()).is_some(), "{diagnostic:?} lies in {text:?}");
        }
        for edit in diagnostic.fixes.iter().flat_map(|fix| &fix.edits) {
            assert!(!edit.text.is_empty() || !edit.place.span.is_empty());
        }
    }
    items
}

fn identity(item: &ItemText) -> (&str, Option<&str>) {
    (&item.keyword, item.name.as_deref())
}

#[test]
fn the_files_of_the_repository_are_accepted() {
    for (path, text) in files() {
        let (_, diagnostics) = parse(&text);
        assert!(diagnostics.is_empty(), "{path}: {diagnostics:#?}");
    }
}

#[test]
fn a_file_can_end_anywhere() {
    for (_, text) in files() {
        let whole = split(&text);
        for (at, _) in text.char_indices() {
            let items = survives(&text[..at]);
            let before = whole.iter().filter(|item| item.span.end as usize <= at);
            for (cut, item) in items.iter().zip(before) {
                assert_eq!(identity(cut), identity(item), "cut at {at}: {text}");
            }
        }
    }
}

#[test]
fn a_missing_token_is_one_mistake_and_damages_one_item() {
    for (path, text) in files() {
        let whole = split(&text);
        for token in tokens(&text).into_iter().filter(|token| !token.kind.is_trivia()) {
            let mut damaged = text.clone();
            damaged.replace_range(token.span.range(), "");
            let items = survives(&damaged);
            let line = text[..token.span.start as usize].matches('\n').count() + 1;
            let place = format!("{path}:{line} without `{}`", &text[token.span.range()]);
            let (_, diagnostics) = parse(&damaged);
            assert!(diagnostics.len() <= 1, "{place}: {diagnostics:#?}");
            let found: Vec<_> = items.iter().map(identity).collect();
            for item in whole.iter().filter(|item| !item.span.touches(token.span.start as usize)) {
                assert!(found.contains(&identity(item)), "{place}: {:?} is not in {found:?}", identity(item));
            }
        }
    }
}

#[test]
fn a_doubled_token_damages_one_item() {
    for (path, text) in files() {
        let whole = split(&text);
        for token in tokens(&text).into_iter().filter(|token| !token.kind.is_trivia()) {
            let mut damaged = text.clone();
            damaged.insert_str(token.span.end as usize, &format!(" {}", &text[token.span.range()]));
            let items = survives(&damaged);
            let found: Vec<_> = items.iter().map(identity).collect();
            for item in whole.iter().filter(|item| !item.span.touches(token.span.start as usize)) {
                assert!(found.contains(&identity(item)), "{path}: {:?} is not in {found:?}", identity(item));
            }
        }
    }
}

#[test]
fn noise_is_survived() {
    let pieces = [
        "let ",
        "x",
        " = ",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ",",
        ";",
        ":",
        "::",
        ".",
        "\n",
        "\r\n",
        "\t",
        "key ",
        "device ",
        "import ",
        "if ",
        " then ",
        " else ",
        "match ",
        "=>",
        "->",
        "\"",
        "\\",
        "\"a\\u{41}\"",
        "8",
        "64KiB",
        "1.5",
        "//",
        "///d\n",
        "//!f\n",
        "😀",
        "字",
        "ö",
        "\u{FEFF}",
        "\0",
        "'",
        "@",
        "rust ",
        "after ",
        "exclusive ",
        "attach ",
        "link ",
        "targets ",
        "features ",
        "as ",
        "\"n\"",
        "- ",
        "! ",
        "< ",
        "== ",
        "+ ",
        "++ ",
        "* ",
        "/",
        "./a",
        "../b/c",
        "std/kv",
        "_",
        "| ",
        "|| ",
        "run ",
        "configure ",
        "true ",
        "T",
        "module type ",
        "trait ",
        "enum ",
        "unikernel ",
        "platform ",
        "require ",
        "generative ",
        "crate ",
        "short p ",
        "some(x)",
        "none",
    ];
    // A linear congruential generator: the same noise on each run.
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..4000 {
        let text: String = (0..random(40)).map(|_| pieces[random(pieces.len())]).collect();
        survives(&text);
    }
    for _ in 0..2000 {
        let bytes: Vec<u8> = (0..random(60)).map(|_| random(256) as u8).collect();
        survives(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn depth_is_bounded() {
    let one = |text: String| {
        let (_, diagnostics) = parse(&text);
        let codes: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code.0).collect();
        assert_eq!(codes, ["E0007"], "{} bytes: {}…", text.len(), &text[..40]);
    };
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ("(x: T = ", ") => x")] {
        one(format!("let x = {}1{}", open.repeat(201), close.repeat(201)));
        one(format!("let x = {}", open.repeat(100_000)));
    }
    one(format!("let x: {}T{} = 1", "List(".repeat(201), ")".repeat(201)));
    for chain in [" + 1", " ++ a", ".m", "(a)", " as \"n\"", " == 1", " || a"] {
        one(format!("let x = a{}", chain.repeat(5000)));
    }
    for prefix in ["!", "-", "if a then b else ", "if a then ", "() => ", "match a { _ => "] {
        one(format!("let x = {}1", prefix.repeat(5000)));
    }
    one(format!("let x: {}A = 1", "() -> ".repeat(5000)));
    // Long is not deep.
    let (_, diagnostics) = parse(&format!("let x = [{}]", "a + b, f(a)(b), ".repeat(5000)));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
}

#[test]
fn tokens_are_the_text() {
    for text in [
        "",
        "\u{FEFF}import std/kv",
        "let größe = \"字😀\" // é\r\n\tkey",
        "\"a\\",
        "\u{0}\u{7f}",
        "a\u{FEFF}b",
        "////x\n///y\n//!z",
    ] {
        let joined: String = tokens(text).iter().map(|token| &text[token.span.range()]).collect();
        assert_eq!(joined, text);
    }
    assert!(tokens("let größe").iter().any(|token| token.kind == TokenKind::BadName));
}
