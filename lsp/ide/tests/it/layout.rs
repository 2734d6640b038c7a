//! Layout as an editor asks for it: whole files, ranges, what was just typed; lines that end with CR and LF.

use unik_ide::TextEdit;
use unik_source::Span;

use crate::support::{World, examples, host};

/// The text with the edits made.
fn edited(text: &str, edits: &[TextEdit]) -> String {
    let mut out = text.to_owned();
    for pair in edits.windows(2) {
        assert!(pair[0].span.end <= pair[1].span.start, "edits are in order and apart: {edits:?}");
    }
    for edit in edits.iter().rev() {
        out.replace_range(edit.span.range(), &edit.text);
    }
    out
}

/// The text of a fixture with a cursor after what `typed` in front of it does.
#[track_caller]
fn typed(fixture: &str, typed: char, expected: &str) {
    for ends in ["\n", "\r\n"] {
        let (fixture, expected) = (fixture.replace('\n', ends), expected.replace('\n', ends));
        let world = World::new(&fixture);
        let analysis = world.analysis();
        let edits = analysis.format_typed(world.file, world.offset, typed);
        assert_eq!(edited(analysis.text(world.file), &edits), expected, "{fixture:?}");
    }
}

#[test]
fn a_brace_lays_out_the_item_that_it_ends() {
    typed(
        "let  a =  1\ndevice d( a:Int ):Job{ rust   start }$0\nlet  b = 1\n",
        '}',
        "let  a =  1\ndevice d(a: Int): Job { rust start }\nlet  b = 1\n",
    );
    typed("let  a = { let b =1; b }$0 +  1\n", '}', "let  a = { let b =1; b } +  1\n");
    typed("device  d: Job { rust ( }$0\n", '}', "device  d: Job { rust ( }\n");
    typed("// 字 }$0\n", '}', "// 字 }\n");
}

#[test]
fn the_end_of_a_line_lays_out_the_item_before_it() {
    typed("let  字 = 1\nlet  a =  1 // why\n$0", '\n', "let  字 = 1\nlet a = 1 // why\n");
    typed("let  a =  1\n  $0\n\n\nlet  b = 1\n", '\n', "let a = 1\n  \n\n\nlet  b = 1\n");
    typed("let  a =  f(\n$0)\n", '\n', "let  a =  f(\n)\n");
    typed("let  a =  (\n$0", '\n', "let  a =  (\n");
    typed("let  a =  1\n\n$0", '\n', "let  a =  1\n\n");
    typed("let  a =  1$0", ',', "let  a =  1");
}

#[test]
fn a_range_lays_out_what_it_touches_and_a_whole_file_everything() {
    let text = "let  a = 1\nlet  b = 2\nlet  c = ((\nlet  d = 4\n";
    for ends in ["\n", "\r\n"] {
        let text = text.replace('\n', ends);
        let world = World::new(&text);
        let analysis = world.analysis();
        let at = text.find("b =").unwrap();
        let edits = analysis.format_range(world.file, Span::new(at, at));
        assert_eq!(edited(&text, &edits), text.replace("let  b", "let b"));
        assert_eq!(edits.len(), 1);
        // Two lines, up to where the third begins.
        let line = Span::new(0, text.find("let  c").unwrap());
        let edits = analysis.format_range(world.file, line);
        assert_eq!(edited(&text, &edits), text.replace("let  a", "let a").replace("let  b", "let b"));
        let line = Span::new(0, text.find("let  b").unwrap());
        let edits = analysis.format_range(world.file, line);
        assert_eq!(edited(&text, &edits), text.replace("let  a", "let a"));
        let edits = analysis.format(world.file);
        let expected = "let a = 1\nlet b = 2\nlet  c = ((\nlet d = 4\n".replace('\n', ends);
        assert_eq!(edited(&text, &edits), expected, "what is broken stays");
        let again = World::new(&expected);
        assert_eq!(again.analysis().format(again.file), []);
    }
}

#[test]
fn examples_cut_anywhere_keep_their_layout_and_their_ends_of_lines() {
    let mut host = host();
    for (name, text) in examples() {
        let text = text.replace('\n', "\r\n");
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)).step_by(3) {
            let file = host.set_text(&name, &text[..end]);
            let analysis = host.analysis();
            let after = edited(&text[..end], &analysis.format(file));
            let plain = text[..end].replace("\r\n", "\n");
            assert_eq!(after.replace("\r\n", "\n"), unik_syntax::format(&plain), "{name} cut at {end}");
            // A cut may leave a CR without its LF at the end.
            let after = after.strip_suffix('\r').unwrap_or(&after);
            let lines = text[..end].contains("\r\n");
            assert!(
                !lines || after.matches('\n').count() == after.matches("\r\n").count(),
                "{name} cut at {end}"
            );
            let cursor = u32::try_from(end).unwrap();
            for char in ['}', '\n'] {
                edited(&text[..end], &analysis.format_typed(file, cursor, char));
            }
            edited(&text[..end], &analysis.format_range(file, Span::new(end / 2, end)));
            let library = analysis.file("/library/kv/kv.unik");
            assert_eq!(analysis.format(library), []);
        }
        host.close(&name);
    }
}
