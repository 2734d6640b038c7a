//! Parsing with tree-sitter.

use std::cell::RefCell;

use tree_sitter::{Language, Parser, Tree};

pub fn language() -> Language {
    unik_tree_sitter_tests::LANGUAGE.into()
}

/// The tree of a text. There always is one.
pub fn parse(text: &str) -> Tree {
    thread_local! {
        static PARSER: RefCell<Parser> = RefCell::new({
            let mut parser = Parser::new();
            parser.set_language(&language()).expect("the library reads tables of this version");
            parser
        });
    }
    PARSER.with_borrow_mut(|parser| parser.parse(text, None)).expect("nothing cancels it")
}
