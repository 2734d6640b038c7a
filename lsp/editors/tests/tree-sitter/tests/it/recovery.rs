//! A mistake stays where it is: what stands behind a broken item is read all the same.

use tree_sitter::Node;
use unik_syntax::split;

use crate::{
    corpus::samples,
    damage::{Numbers, damage},
    parsing::parse,
};

/// Whether the item that begins with these words is read, and nothing is wrong in it.
fn reads(text: &str, words: &str) -> bool {
    let tree = parse(text);
    let at = text.rfind(words).expect("it was put there");
    let mut node: Option<Node<'_>> = tree.root_node().descendant_for_byte_range(at, at + words.len());
    while let Some(inner) = node {
        if inner.kind().ends_with("_item") && inner.start_byte() == at {
            return !inner.has_error();
        }
        node = inner.parent();
    }
    false
}

#[test]
fn what_follows_an_item_that_is_being_written_is_read() {
    for text in [
        "enum",
        "let a",
        "let a =",
        "let a = f(",
        "let a = f(1,",
        "let a = if b",
        "let a = if b then c else",
        "device d",
        "device d(a: B",
        "device d: Job {",
        "unikernel u = [",
        "import std/kv {",
        "match",
    ] {
        for next in ["let next", "device next", "enum Next", "key next", "unikernel next", "platform next"] {
            let rest = match next {
                "let next" | "unikernel next" => " = 1",
                "device next" => ": Job { rust next }",
                "key next" => ": Int = 1",
                _ => " {}",
            };
            // A block has `let`s and `key`s, and a device's block keys.
            if text.ends_with('{') && (next.starts_with("let") || next.starts_with("key")) {
                continue;
            }
            assert!(reads(&format!("{text}\n\n{next}{rest}\n"), next), "{text}, then {next}");
        }
    }
}

#[test]
fn what_follows_a_damaged_item_is_nearly_always_read() {
    const NEXT: &str = "\n\n/// The next.\ndevice next(a: Int = 1): Job {\n  rust Next::new\n}\n";
    let mut numbers = Numbers::new(3);
    let (mut broken, mut lost) = (0, 0);
    for sample in samples() {
        for item in split(&sample.text) {
            let text = &sample.text[item.span.range()];
            if text.len() > 600 {
                continue;
            }
            damage(text, 1, &mut numbers, |text| {
                if parse(&text).root_node().has_error() {
                    broken += 1;
                    lost += usize::from(!reads(&format!("{text}{NEXT}"), "device next"));
                }
            });
        }
    }
    assert!(broken > 50_000, "only {broken} items are broken");
    assert!(lost * 100 < broken * 8, "behind {lost} of {broken} broken items the next one is not read");
}
