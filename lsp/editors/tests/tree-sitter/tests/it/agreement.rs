//! Tree-sitter and the parser of the language accept and reject the same texts.
//!
//! Three rules of ours are no matter of a grammar, and are the only exceptions: see [`Exception`].

use std::collections::HashSet;

use unik_source::{Diagnostic, FileId, Place, Span};
use unik_syntax::{ItemText, Token, TokenKind, codes, parse_item, split, tokens};

use crate::{
    corpus::samples,
    damage::{Numbers, damage},
    parsing::parse,
};

/// Why a text that tree-sitter accepts is none of the language all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exception {
    /// Where an item begins is a matter of lines and columns, so that a broken one cannot swallow the next
    /// (`lang/syntax/src/items.rs`): one that is indented further than the one before is a part of it.
    Layout,
    /// Behind a `,` in a block, what follows the word of an entry stands on the line of the word, else the word is a name
    /// (`lang/syntax/src/parse/entries.rs`).
    Line,
    /// Trees have a limited depth (`lang/syntax/src/parse/limits.rs`).
    Depth,
}

fn mistakes(text: &str) -> Vec<Diagnostic> {
    let of = |item: Span| parse_item(&text[item.range()], Place::in_file(FileId(0), Span::at(0))).1;
    split(text).into_iter().flat_map(|item| of(item.span)).collect()
}

/// Where the keywords stand with which items begin, to the one and to the other.
fn items_differ(text: &str) -> bool {
    let first = |item: Span| {
        let words = tokens(&text[item.range()]);
        let word = words.iter().find(|token| !token.kind.is_trivia());
        item.start as usize + word.map_or(0, |word| word.span.start as usize)
    };
    let ours: Vec<usize> = split(text).into_iter().map(|item| first(item.span)).collect();
    let tree = parse(text);
    let mut cursor = tree.walk();
    let theirs: Vec<usize> = tree
        .root_node()
        .named_children(&mut cursor)
        .filter(|node| !node.is_extra())
        .map(|node| node.start_byte())
        .collect();
    ours != theirs
}

fn word_at_end_of_line(text: &str) -> bool {
    const WORDS: [&str; 8] =
        ["rust", "after", "exclusive", "attach", "features", "targets", "artifact", "link"];
    let words: Vec<Token> = tokens(text).into_iter().filter(|token| !token.kind.is_trivia()).collect();
    words.windows(3).any(|three| {
        let [before, word, next] = [three[0], three[1], three[2]];
        before.kind == TokenKind::Comma
            && WORDS.contains(&&text[word.span.range()])
            && text[word.span.end as usize..next.span.start as usize].contains('\n')
    })
}

/// What keeps the two from agreeing, `None` if they do; panics if nothing excuses it.
fn check(from: &str, text: &str) -> Option<Exception> {
    let mistakes = mistakes(text);
    let (ours, theirs) = (mistakes.is_empty(), !parse(text).root_node().has_error());
    if ours == theirs {
        return None;
    }
    if theirs && mistakes.iter().any(|mistake| mistake.code == codes::TOO_DEEP) {
        Some(Exception::Depth)
    } else if theirs && items_differ(text) {
        Some(Exception::Layout)
    } else if theirs && word_at_end_of_line(text) {
        Some(Exception::Line)
    } else {
        panic!(
            "{from}: unikc accepts: {ours}, tree-sitter accepts: {theirs}\n{text}\n{mistakes:#?}\n{}",
            parse(text).root_node()
        );
    }
}

#[test]
fn both_parsers_agree_on_every_text_of_the_tree() {
    let samples = samples();
    assert!(samples.len() > 250, "the fences are found: {}", samples.len());
    for sample in samples {
        let exception = check(&sample.from, &sample.text);
        let deep = sample.from == "spec/errors/E0007.md:7";
        assert_eq!(exception, deep.then_some(Exception::Depth), "{}", sample.from);
    }
}

/// Damages every text of `pieces`, and counts the texts and the exceptions for layout.
fn check_damaged(seed: u64, pieces: impl Fn(&str) -> Vec<&str>) {
    let mut numbers = Numbers::new(seed);
    let (mut seen, mut texts, mut layout) = (HashSet::new(), 0, 0);
    for sample in samples() {
        for text in pieces(&sample.text) {
            if text.len() > 1500 || !seen.insert(text.to_owned()) {
                continue;
            }
            damage(text, 1, &mut numbers, |text| {
                texts += 1;
                layout += usize::from(check(&sample.from, &text) == Some(Exception::Layout));
            });
        }
    }
    assert!(texts > 50_000, "only {texts} texts");
    assert!(layout < texts / 1000, "{layout} of {texts} texts are excused by their layout");
}

#[test]
fn both_parsers_agree_on_damaged_items() {
    check_damaged(1, |text| split(text).iter().map(|item| &text[item.span.range()]).collect());
}

#[test]
fn both_parsers_agree_on_damaged_files() {
    check_damaged(2, |text| {
        let items = split(text);
        let pair = |pair: &[ItemText]| pair[0].span.to(pair[1].span);
        items.chunks_exact(2).map(|two| &text[pair(two).range()]).collect()
    });
}

#[test]
fn words_are_names_where_the_language_says_so() {
    for (text, accepted) in [
        ("let rust = after + some(short, none)", true),
        ("let f(rust: Int, after: Int = 2) = (targets: Int) => targets", true),
        ("let a = f(rust: 1, exclusive: [features])", true),
        ("device d: T { after a, rust D::new }", true),
        ("device d: T { after a, rust }", true),
        ("device d: T { after rust, after, rust key::match key k: T = rust { short s } }", true),
        ("device d: T { after a, rust key::D, rust match, after b, rust key k: T }", true),
        ("device d: T { after a, rust key k: T }", true),
        ("device d: T { after a, rust run::D }", true),
        ("device d: T { after a, rust run key k: T }", true),
        ("device d: T { after a, rust\n D::new }", false),
        (
            "device rust(after: after): rust { rust rust, features [], targets a, exclusive a, exclusive b }",
            true,
        ),
        (
            "platform p { rust = rust, rust rust; link = link link \"x\" attach \"nic\" 8 attach = f(1) }",
            true,
        ),
        ("import std/if/match as std { type }", false),
        ("import std/if/match as std { crate, trait as rust, }", true),
        ("import crate crate", true),
        ("import foo/bar", false),
        ("import std", false),
        ("import ./a/b// c", true),
        ("import ../a//c", true),
        ("import .//c", false),
        ("let a = b.// c\nd", true),
        ("import std/configure\nkey n: Int = 1", true),
        ("module type T: a.b, c = trait a::type::B", true),
        ("module type T = T", false),
        ("let match = 1", false),
        ("let _ = 1", false),
        ("let a = match b { some(_) | some(x) | some | none | some.other | -1 | \"x\" => 1, _ => 2, }", true),
        ("let a = match b { other(x) => 1 }", false),
        ("let a = if b thenc else d", false),
        ("let a = 1 < 2 && 3 == 4 || a ++ b != c", true),
        ("let a = 1 < 2 == 3", false),
        ("let a = 1 + if b then c else d", false),
        ("let a = !if b then c else d", false),
        ("let a = -!-b.c(d) as \"e\" as \"f\"", true),
        ("key a: T { short b short c }", false),
        ("key a: T {}", true),
        ("unikernel u: Job = a", false),
        ("require a, \"b\",", true),
        ("let a = \"\\u{D7FF}\\u{E000}\\u{10FFFF}\\u{00000a}\\u{0}\"", true),
        ("let a = \"\\u{D800}\"", false),
        ("let a = \"\\u{110000}\"", false),
        ("let a = \"\\u{}\"", false),
        ("let a = \"// no comment\" // a comment \"", true),
        ("//// a line\n//! the file\n/// the item\n//", true),
        ("\u{FEFF}let a = 1\r\n\tlet b = 2", true),
        ("let a = 1\r\n  let b = 2", false),
        ("\u{FEFF}let a =\r\n\t1\u{c}", true),
        ("let a\u{a0}= 1", false),
    ] {
        let exception = check("here", text);
        let theirs = !parse(text).root_node().has_error();
        assert_eq!(theirs, accepted || exception.is_some(), "{text}\n{}", parse(text).root_node());
    }
}
