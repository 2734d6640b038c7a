//! Any text gives answers: examples cut at every byte, words in any order, random edits.

use std::sync::Arc;

use unik_db::MemorySystem;
use unik_ide::{Analysis, Host};
use unik_source::{FileId, Span};

use crate::support::{Random, examples, host, library};

/// Asks everything that is asked of a whole file, and looks whether the places lie in it.
fn ask_of_file(analysis: &Analysis, file: FileId) {
    let text = analysis.text(file);
    for problem in analysis.problems_of(file) {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
    }
    for symbol in analysis.outline(file) {
        assert!(text.get(symbol.span.range()).is_some_and(|text| !text.is_empty()), "{symbol:?}");
        assert!(symbol.span.to(symbol.name_span) == symbol.span, "{symbol:?}");
        for child in symbol.children {
            assert!(symbol.span.to(child.span) == symbol.span, "{child:?}");
        }
    }
    for fold in analysis.folds(file) {
        assert!(text[fold.span.range()].contains('\n'));
    }
    let mut end = 0;
    for word in analysis.words(file) {
        assert!(end <= word.span.start && text.get(word.span.range()).is_some(), "{word:?}");
        assert!(!text[word.span.range()].contains('\n'), "{word:?}");
        end = word.span.end;
    }
    let half = Span::new(text.len() / 3, text.len() * 2 / 3);
    let (all, near) = (analysis.words(file), analysis.words_in(file, half));
    let meets = |span: Span| span.start <= half.end && half.start <= span.end;
    assert_eq!(all.into_iter().filter(|word| meets(word.span)).collect::<Vec<_>>(), near);
    for link in analysis.links(file) {
        assert!(text.get(link.span.range()).is_some_and(|text| !text.is_empty()), "{link:?}");
    }
    for lens in analysis.lenses(file) {
        assert!(text.get(lens.span.range()).is_some_and(|text| !text.is_empty()), "{lens:?}");
    }
    for hint in analysis.hints(file, Span::new(0, text.len())) {
        assert!(text.is_char_boundary(hint.offset as usize), "{hint:?}");
    }
}

/// Asks everything that is asked at a cursor.
fn ask_at(analysis: &Analysis, file: FileId, offset: u32) {
    let text = analysis.text(file);
    let grown = analysis.selections(file, offset);
    assert_eq!(grown.last().map(|span| span.len()), Some(text.len()));
    for range in analysis.definition(file, offset) {
        assert!(analysis.text(range.file).get(range.span.range()).is_some());
    }
    let lies = |range: unik_ide::Range| analysis.text(range.file).get(range.span.range()).is_some();
    assert!(analysis.type_definition(file, offset).into_iter().all(lies));
    assert!(analysis.implementations(file, offset).into_iter().all(lies));
    if let Some(callable) = analysis.callable(file, offset) {
        let (of, at) = (callable.file, callable.symbol.name_span.start);
        for call in analysis.incoming_calls(of, at) {
            let places = call.places.iter();
            assert!(places.copied().all(|span| lies(unik_ide::Range { file: call.other.file, span })));
        }
        for call in analysis.outgoing_calls(of, at) {
            assert!(call.places.iter().all(|span| lies(unik_ide::Range { file: of, span: *span })));
        }
    }
    let found = analysis.references(file, offset);
    assert_eq!(
        found.iter().filter(|found| found.range.file == file).count(),
        analysis.highlights(file, offset).len()
    );
    if let Some(hover) = analysis.hover(file, offset) {
        assert!(hover.range.span.touches(offset as usize) && !hover.code.is_empty());
    }
    if let Some(help) = analysis.signature_help(file, offset) {
        assert!(help.parameters.iter().all(|span| help.label.get(span.range()).is_some()));
        assert!(help.active.is_none_or(|at| at < help.parameters.len()));
    }
    let completions = analysis.completions(file, offset);
    assert!(text.get(completions.span.range()).is_some());
    if let Ok(renaming) = analysis.rename(file, offset, "fresh_name") {
        assert!(renaming.edits.keys().all(|file| !analysis.is_library(*file)));
    }
}

#[test]
fn examples_cut_at_every_byte_answer() {
    let mut host = host();
    for (name, text) in examples() {
        let whole: Vec<_> = {
            let file = host.set_text(&name, text.as_str());
            host.analysis().outline(file)
        };
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let file = host.set_text(&name, &text[..end]);
            let analysis = host.analysis();
            ask_of_file(&analysis, file);
            ask_at(&analysis, file, u32::try_from(end).unwrap());
            // What another item follows that is complete before the cut stays in the outline as it is. What is left of a
            // comment may be taken for more of the item above.
            let outline = analysis.outline(file);
            let complete = whole.iter().filter(|symbol| (symbol.span.end as usize) < end);
            let complete: Vec<_> = complete.collect();
            for symbol in &complete[..complete.len().saturating_sub(1)] {
                assert!(outline.contains(symbol), "{name} cut at {end} loses {}", symbol.name);
            }
        }
        host.close(&name);
    }
}

#[test]
fn files_of_the_library_answer_at_every_name() {
    let (library, _) = library();
    let host = host();
    let analysis = host.analysis();
    for known in library.std.iter().chain(&library.platforms) {
        let file = analysis.file(&known.path);
        ask_of_file(&analysis, file);
        let names = unik_syntax::tokens(analysis.text(file)).into_iter();
        for name in names.filter(|token| token.kind == unik_syntax::TokenKind::Name).step_by(5) {
            ask_at(&analysis, file, name.span.start);
        }
    }
}

#[test]
fn ends_of_lines_and_wide_characters_change_no_answer() {
    let mut host = host();
    for (name, text) in examples() {
        let file = host.set_text(&name, text.as_str());
        let shown = |analysis: &Analysis| -> Vec<_> {
            let problems = analysis.problems_of(file).into_iter();
            let problems: Vec<_> = problems.map(|problem| (problem.code, problem.message)).collect();
            let lenses = analysis.lenses(file).into_iter().map(|lens| lens.kind).collect::<Vec<_>>();
            let links = analysis.links(file).into_iter().map(|link| link.path).collect::<Vec<_>>();
            vec![format!("{problems:?}"), format!("{lenses:?}"), format!("{links:?}")]
        };
        let plain = shown(&host.analysis());
        // Behind a comment of documentation it is more documentation.
        let wide = text.replace('\n', " // 字😀é\r\n");
        assert_eq!(host.set_text(&name, wide.as_str()), file);
        let analysis = host.analysis();
        assert_eq!(shown(&analysis), plain, "{name}");
        ask_of_file(&analysis, file);
        for offset in (0..wide.len()).filter(|offset| wide.is_char_boundary(*offset)).step_by(11) {
            ask_at(&analysis, file, u32::try_from(offset).unwrap());
        }
        drop(analysis);
        host.close(&name);
    }
}

#[test]
fn problems_after_random_edits_are_those_of_a_cold_check() {
    let (library, files) = library();
    let mut host = host();
    let mut random = Random(7);
    for (name, text) in examples() {
        let mut now = text.clone();
        for round in 0..60 {
            now = random.edited(&now, &text);
            let file = host.set_text(&name, now.as_str());
            let mut fresh = Host::new(Arc::new(MemorySystem::new(files.clone())), library.clone());
            let fresh_file = fresh.set_text(&name, now.as_str());
            let warm = host.analysis().problems_of(file);
            let cold = fresh.analysis().problems_of(fresh_file);
            let flat = |problems: Vec<unik_ide::Problem>| -> Vec<_> {
                problems.into_iter().map(|problem| (problem.code, problem.span, problem.message)).collect()
            };
            assert_eq!(flat(warm), flat(cold), "{name}, round {round}:\n{now}");
        }
        host.close(&name);
    }
}
