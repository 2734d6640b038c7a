//! The queries: they fit the grammar, use names that editors know, and colour every word of every text.

use std::{collections::BTreeSet, fs, ops::Range};

use expect_test::expect_file;
use tree_sitter::{Node, Query, QueryCursor, StreamingIterator};
use unik_tree_sitter_tests::editors;

use crate::{
    corpus::samples,
    parsing::{language, parse},
};

fn query(path: &str) -> Query {
    let text = fs::read_to_string(editors().join(path)).expect("the query is there");
    Query::new(&language(), &text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The captures of a query in a text: what, and under which name.
fn captures(query: &Query, text: &str) -> Vec<(Range<usize>, String)> {
    let tree = parse(text);
    let mut cursor = QueryCursor::new();
    let mut found = Vec::new();
    let mut all = cursor.captures(query, tree.root_node(), text.as_bytes());
    while let Some((matched, at)) = all.next() {
        let capture = matched.captures()[*at];
        found.push((capture.node.byte_range(), query.capture_names()[capture.index as usize].to_owned()));
    }
    found
}

/// The names of a query's captures, those known to the editor taken out.
fn check_names(editor: &str, known: &[&str]) {
    let folder = editors().join(editor).join("queries/unik");
    let mut unknown = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("there are queries") {
        let name = entry.expect("they can be read").file_name().into_string().expect("their names are ASCII");
        for capture in query(&format!("{editor}/queries/unik/{name}")).capture_names() {
            // Names that begin with `_` are for predicates.
            if !known.contains(capture) {
                unknown.insert(format!("{name}: {capture}"));
            }
        }
    }
    assert_eq!(unknown, BTreeSet::new(), "{editor} does not know them");
}

#[test]
fn neovim_knows_every_capture() {
    check_names(
        "neovim",
        &[
            "boolean",
            "character.special",
            "comment",
            "comment.documentation",
            "constant",
            "constant.builtin",
            "function",
            "function.builtin",
            "function.call",
            "keyword",
            "keyword.conditional",
            "keyword.import",
            "keyword.modifier",
            "module",
            "number",
            "operator",
            "punctuation.bracket",
            "punctuation.delimiter",
            "string",
            "string.escape",
            "string.special.path",
            "string.special.symbol",
            "type",
            "type.builtin",
            "variable",
            "variable.builtin",
            "variable.member",
            "variable.parameter",
            "fold",
            "indent.begin",
            "indent.branch",
            "local.scope",
            "local.definition.parameter",
            "local.definition.var",
            "local.reference",
            "injection.content",
            "class.inner",
            "class.outer",
            "function.inner",
            "function.outer",
            "parameter.inner",
            "comment.outer",
        ],
    );
}

#[test]
fn helix_knows_every_capture() {
    check_names(
        "helix",
        &[
            "comment.line",
            "comment.line.documentation",
            "constant",
            "constant.builtin",
            "constant.builtin.boolean",
            "constant.character",
            "constant.character.escape",
            "constant.numeric",
            "function",
            "function.builtin",
            "keyword",
            "keyword.control.conditional",
            "keyword.control.import",
            "keyword.storage.modifier",
            "namespace",
            "operator",
            "punctuation.bracket",
            "punctuation.delimiter",
            "string",
            "string.special.path",
            "string.special.symbol",
            "type",
            "type.builtin",
            "variable",
            "variable.builtin",
            "variable.other.member",
            "variable.parameter",
            "indent",
            "outdent",
            "local.scope",
            "local.definition.variable",
            "local.definition.variable.parameter",
            "local.reference",
            "injection.content",
            "class.inside",
            "class.around",
            "function.inside",
            "function.around",
            "parameter.inside",
            "comment.around",
            "name",
            "definition.class",
            "definition.constant",
            "definition.function",
            "definition.interface",
            "definition.module",
            "definition.type",
            "reference.call",
            "reference.type",
        ],
    );
}

/// The words of a tree.
fn leaves<'t>(node: Node<'t>, found: &mut Vec<Node<'t>>) {
    if node.child_count() == 0 {
        found.push(node);
    }
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        leaves(child, found);
    }
}

#[test]
fn every_word_has_a_colour() {
    let highlights = query("tree-sitter-unik/queries/highlights.scm");
    for sample in samples() {
        let tree = parse(&sample.text);
        if tree.root_node().has_error() {
            continue;
        }
        let coloured = captures(&highlights, &sample.text);
        let mut words = Vec::new();
        leaves(tree.root_node(), &mut words);
        for word in words.into_iter().filter(|word| !word.byte_range().is_empty()) {
            let range = word.byte_range();
            let covers = |of: &Range<usize>| of.start <= range.start && range.end <= of.end;
            assert!(
                coloured.iter().any(|(of, _)| covers(of)),
                "{}: nothing colours `{}` at {range:?}",
                sample.from,
                &sample.text[range.clone()]
            );
        }
    }
}

#[test]
fn no_node_has_two_colours() {
    let highlights = query("tree-sitter-unik/queries/highlights.scm");
    for sample in samples() {
        let mut coloured = captures(&highlights, &sample.text);
        coloured.sort_by_key(|(range, _)| (range.start, range.end));
        for pair in coloured.windows(2) {
            // An identifier is its name, and a path may be one: there the inner one is the closer description.
            let nested = ["variable", "type", "imported", "constant", "variable.member"];
            assert!(
                pair[0].0 != pair[1].0 || nested.contains(&pair[0].1.as_str()),
                "{}: `{}` is {} and {}",
                sample.from,
                &sample.text[pair[0].0.clone()],
                pair[0].1,
                pair[1].1
            );
        }
    }
}

#[test]
fn types_of_the_language_are_built_in() {
    let spec = fs::read_to_string(editors().join("../../spec/03-types.md")).expect("the chapter is there");
    let query = fs::read_to_string(editors().join("tree-sitter-unik/queries/highlights.scm"))
        .expect("so is the query");
    let rows = spec.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let mut count = 0;
    for name in rows.flat_map(|row| row.split(['`', ',', ' ', '(', ')'])) {
        if name.starts_with(|char: char| char.is_ascii_uppercase()) && name.len() > 1 {
            count += 1;
            assert!(query.contains(&format!("\"{name}\"")), "{name} is no built-in type of highlights.scm");
        }
    }
    assert!(count > 10, "the table is found");
}

/// A text that has everything.
const EVERYTHING: &str = r#"//! The file.
import std/net as network { Stack, tcp as connect }
import ./mine
import crate unik_redis

/// What it is.
module type Writer: Reader, kv.ReadOnly = trait unik::kv::Writer
enum Store { crunch, direct }
configure key store: Store = Store.crunch { short s }
run key owner: Option(Str) = none

generative device file(inner: net.Stack, limit: Int = -1): Writer {
  rust File::new
  after clock, connect(80)
  exclusive inner, limit as "file"
  attach inner as "nic"
  features ["tls"]
  targets unix
  key debug: Bool = false
}

let f(port: Port): (Int) -> Job = (n: Int) => {
  let twice(m: Int) = m * 2;
  if port == 80 && !debug then job(limit: twice(n)) as "sc\"ope" else mine.job(files("data/"), target.stack)
}
let chosen = match store { crunch | Store.direct => 1, some(x) => x, -2 => 64KiB, _ => "b" }
require chosen != 1, "why"
unikernel all = [f(80)(1)]
platform toy {
  rust toy
  artifact "toy"
  link "toy.x"
  attach "nic" 8
  stack = net.stack
} // the end
"#;

/// The captures in [`EVERYTHING`]; each line of it, and what is captured in it.
fn check(path: &str, expected: &str) {
    let found = captures(&query(path), EVERYTHING);
    let mut shown = String::new();
    let mut start = 0;
    for line in EVERYTHING.split_inclusive('\n') {
        let here = found.iter().filter(|(range, _)| range.start >= start && range.start < start + line.len());
        let words: Vec<String> = here
            .map(|(range, name)| {
                let text = &EVERYTHING[range.clone()];
                format!(
                    "{name}`{}`",
                    text.split_once('\n').map_or(text.to_owned(), |(first, _)| format!("{first}…"))
                )
            })
            .collect();
        if !words.is_empty() {
            shown.push_str(&format!("{line}    {}\n", words.join(" ")));
        }
        start += line.len();
    }
    assert!(!parse(EVERYTHING).root_node().has_error(), "{}", parse(EVERYTHING).root_node());
    let file = format!("{}/tests/it/snapshots/{expected}.txt", env!("CARGO_MANIFEST_DIR"));
    expect_file![file].assert_eq(&shown);
}

#[test]
fn colours() {
    check("tree-sitter-unik/queries/highlights.scm", "highlights");
}

#[test]
fn folds_and_indents() {
    check("tree-sitter-unik/queries/folds.scm", "folds");
    check("tree-sitter-unik/queries/indents.scm", "indents");
}

#[test]
fn locals_tags_and_objects() {
    check("tree-sitter-unik/queries/locals.scm", "locals");
    check("tree-sitter-unik/queries/tags.scm", "tags");
    check("tree-sitter-unik/queries/textobjects.scm", "textobjects");
}
