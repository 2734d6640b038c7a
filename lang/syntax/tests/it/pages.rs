//! The page of each code: its first example makes exactly the mistake it speaks of, its second makes none.

use std::fs;

use unik_syntax::codes;

use crate::parse;

/// The codes that a text makes, with the lines on which they begin.
fn found(text: &str) -> Vec<(usize, &'static str)> {
    let (_, diagnostics) = parse(text);
    let line = |offset: u32| text[..offset as usize].matches('\n').count();
    diagnostics.iter().map(|diagnostic| (line(diagnostic.primary().span.start), diagnostic.code.0)).collect()
}

/// The codes that its comments speak of: `//~ E0001` means its own line, each `^` one line up.
fn expected(text: &str) -> Vec<(usize, &str)> {
    let marked = text.lines().enumerate().filter_map(|(line, text)| Some((line, text.split_once("//~")?.1)));
    let marked =
        marked.map(|(line, mark)| (line - mark.matches('^').count(), mark.trim_start_matches('^').trim()));
    marked.collect()
}

#[test]
fn each_code_has_a_page_whose_examples_hold() {
    for code in codes::ALL {
        let path = format!("{}/../../spec/errors/{code}.md", env!("CARGO_MANIFEST_DIR"));
        let page = fs::read_to_string(&path).expect("each code has a page");
        assert!(page.starts_with(&format!("# {code}: ")), "{path} begins with its code");
        let fences: Vec<&str> =
            page.split("```unik\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let [wrong, mended] = fences[..] else { panic!("{path} has two examples") };
        assert_eq!(expected(wrong).len(), 1, "{path} speaks of one mistake");
        assert_eq!(expected(wrong), found(wrong), "{path}: the first example");
        assert_eq!(expected(wrong)[0].1, code.0, "{path} speaks of its own code");
        assert_eq!(found(mended), [], "{path}: the second example");
    }
}
