//! Replacements of text: put in order, made sure of, and with the lines taken out that a removal leaves empty.

use unik_db::Database;
use unik_source::{Fix, Sources, Span};
use unik_syntax::TextEdit;

use super::Edits;
use crate::host::Analysis;

/// The replacements of a fix, by file.
pub(super) fn of_fix(db: &Database, fix: &Fix) -> Edits {
    let mut edits = Edits::new();
    for edit in &fix.edits {
        let (file, text) = (edit.place.file, db.text(edit.place.file));
        let edit = TextEdit { span: db.absolute(edit.place), text: edit.text.to_string() };
        edits.entry(file).or_default().push(whole_lines(text, edit));
    }
    edits.values_mut().for_each(|edits| edits.sort_by_key(|edit| edit.span));
    edits
}

/// Whether all replacements lie within their texts, touch no file of the library, and do not overlap.
pub(super) fn sound(analysis: &Analysis, edits: &Edits) -> bool {
    let whole = |edits: &[TextEdit]| edits.windows(2).all(|pair| !overlap(&pair[0], &pair[1]));
    edits.iter().all(|(file, edits)| {
        let text = analysis.text(*file);
        let inside = edits.iter().all(|edit| text.get(edit.span.range()).is_some());
        inside && whole(edits) && !analysis.is_library(*file)
    })
}

/// Ends lines as the text does that they are put into.
pub(super) fn end_lines_alike(analysis: &Analysis, edits: &mut Edits) {
    for (file, edits) in edits {
        if analysis.text(*file).contains("\r\n") {
            let lines = edits.iter_mut().filter(|edit| edit.text.contains('\n'));
            lines.for_each(|edit| edit.text = edit.text.replace("\r\n", "\n").replace('\n', "\r\n"));
        }
    }
}

/// Whether two replacements, the first not behind the second, are about the same text. Two insertions in one place would depend
/// on who comes first.
pub(super) fn overlap(first: &TextEdit, second: &TextEdit) -> bool {
    first.span.end > second.span.start || first.span == second.span
}

/// A removal that leaves nothing on its lines takes the lines with it, and of the blank lines around it all but one. What is removed
/// at the end of a line takes the space before it.
pub(super) fn whole_lines(text: &str, edit: TextEdit) -> TextEdit {
    if !edit.text.is_empty() || edit.span.is_empty() {
        return edit;
    }
    let (Some(before), Some(after)) =
        (text.get(..edit.span.start as usize), text.get(edit.span.end as usize..))
    else {
        return edit;
    };
    let blank = |text: &str| text.chars().all(char::is_whitespace);
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let rest = after.find('\n').map_or(after.len(), |newline| newline + 1);
    if !blank(&after[..rest]) {
        return edit;
    }
    if !blank(&before[line..]) {
        let start = before.trim_end_matches([' ', '\t']).len();
        return TextEdit { span: Span::new(start, edit.span.end as usize), ..edit };
    }
    let span = Span::new(line, edit.span.end as usize + rest);
    TextEdit { span: with_blank_lines(text, span), ..edit }
}

/// Whole lines with the blank ones below them, if one above or the start of the file makes those superfluous.
fn with_blank_lines(text: &str, span: Span) -> Span {
    let blank = |text: &str| text.chars().all(char::is_whitespace);
    let mut end = span.end as usize;
    while text[..span.start as usize].lines().next_back().is_none_or(blank)
        && let Some(next) = text[end..].split_inclusive('\n').next().filter(|next| blank(next))
    {
        end += next.len();
    }
    Span::new(span.start as usize, end)
}

/// Replacements in the order of the text, with removals of lines that follow each other made one.
pub(super) fn joined(text: &str, mut edits: Vec<TextEdit>) -> Vec<TextEdit> {
    let removes = |edit: &TextEdit| edit.text.is_empty() && text[..edit.span.end as usize].ends_with('\n');
    edits.sort_by_key(|edit| edit.span);
    let mut joined: Vec<TextEdit> = Vec::new();
    for edit in edits {
        match joined.last_mut() {
            Some(last) if removes(last) && removes(&edit) && last.span.end == edit.span.start => {
                last.span = with_blank_lines(text, last.span.to(edit.span));
            }
            _ => joined.push(edit),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_leaves_no_empty_line() {
        let check = |text: &str, cut: &str, expected: &str| {
            let at = text.find(cut).unwrap();
            let edit = TextEdit { span: Span::new(at, at + cut.len()), text: String::new() };
            let edit = whole_lines(text, edit);
            let mut after = text.to_owned();
            after.replace_range(edit.span.range(), "");
            assert_eq!(after, expected, "{text:?}");
        };
        check("a\nb\nc\n", "b", "a\nc\n");
        check("a\n\nb\n\nc\n", "b", "a\n\nc\n");
        check("b\n\nc\n", "b", "c\n");
        check("a\n\nb", "b", "a\n\n");
        check("a b\nc\n", "b", "a\nc\n");
        check("a b c\n", "b", "a  c\n");
        check("a\n  b\nc\n", "b", "a\nc\n");
        check("a\nb // why\n", "b", "a\n // why\n");
    }
}
