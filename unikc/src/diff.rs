//! A unified diff of a text and its replacements of lines.
//!
//! What is replaced has been found by others; here it is only shown, with the lines around it.

use unik_syntax::TextEdit;

/// Lines shown before and behind a change.
const CONTEXT: usize = 3;

/// A change in lines.
struct Change<'t> {
    /// The first line that goes, counted from 0, and the one behind the last.
    old: (usize, usize),
    new: Vec<&'t str>,
}

/// The diff of a file, as `patch` reads it. `edits` are of whole lines and in their order.
pub(crate) fn unified(path: &str, before: &str, edits: &[TextEdit]) -> String {
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let changes = changes(&lines, edits);
    let mut out = format!("--- {path}\n+++ {path}\n");
    // How many lines more the new text has up to here.
    let mut grown = 0_isize;
    let close = |a: &Change<'_>, b: &Change<'_>| b.old.0 - a.old.1 <= 2 * CONTEXT;
    for hunk in changes.chunk_by(close) {
        grown = add(&mut out, &lines, hunk, grown);
    }
    out
}

fn changes<'t>(lines: &[&str], edits: &'t [TextEdit]) -> Vec<Change<'t>> {
    let mut starts = vec![0];
    for line in lines {
        starts.push(starts.last().copied().unwrap_or(0) + line.len());
    }
    let line = |offset: u32| starts.partition_point(|start| *start < offset as usize);
    let mut changes: Vec<Change<'t>> = Vec::new();
    for edit in edits {
        let old = (line(edit.span.start), line(edit.span.end));
        let new = edit.text.split_inclusive('\n');
        match changes.last_mut().filter(|last| last.old.1 == old.0) {
            Some(last) => {
                last.old.1 = old.1;
                last.new.extend(new);
            }
            None => changes.push(Change { old, new: new.collect() }),
        }
    }
    changes
}

/// Adds the lines from the first of these changes to the last, and gives how many more lines the new text then has.
fn add(out: &mut String, lines: &[&str], hunk: &[Change<'_>], grown: isize) -> isize {
    let [first, ..] = hunk else { return grown };
    let last = hunk.last().unwrap_or(first);
    let (from, to) = (first.old.0.saturating_sub(CONTEXT), (last.old.1 + CONTEXT).min(lines.len()));
    let (mut body, mut at, mut size) = (String::new(), from, to - from);
    for Change { old, new } in hunk {
        lines[at..old.0].iter().for_each(|line| push(&mut body, ' ', line));
        lines[old.0..old.1].iter().for_each(|line| push(&mut body, '-', line));
        new.iter().for_each(|line| push(&mut body, '+', line));
        size = size + new.len() - (old.1 - old.0);
        at = old.1;
    }
    lines[at..to].iter().for_each(|line| push(&mut body, ' ', line));
    let start = |length: usize, line: usize| if length == 0 { line } else { line + 1 };
    let shifted = from.saturating_add_signed(grown);
    *out += &format!("@@ -{},{} +{},{size} @@\n", start(to - from, from), to - from, start(size, shifted));
    *out += &body;
    grown + size.cast_signed() - (to - from).cast_signed()
}

fn push(out: &mut String, sign: char, line: &str) {
    out.push(sign);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_with_the_lines_around_them() {
        let check = |before: &str, expected: &str| {
            assert_eq!(unified("a.unik", before, &unik_syntax::format_edits(before)), expected);
        };
        check(
            "let a=1",
            "--- a.unik\n+++ a.unik\n@@ -1,1 +1,1 @@\n-let a=1\n\\ No newline at end of file\n+let a = 1\n",
        );
        check("\n\n", "--- a.unik\n+++ a.unik\n@@ -1,2 +0,0 @@\n-\n-\n");
        let filler =
            |from: usize, to: usize| (from..to).map(|n| format!("let x{n} = {n}\n")).collect::<String>();
        let spaced = |text: String| text.lines().map(|line| format!(" {line}\n")).collect::<String>();
        check(
            &format!("{}let a = [\n1]\n{}\n\n{}", filler(0, 5), filler(5, 15), filler(15, 18)),
            &format!(
                "--- a.unik\n+++ a.unik\n@@ -4,7 +4,8 @@\n{} let a = [\n-1]\n+  1,\n+]\n{}@@ -16,7 +17,6 @@\n{} \n-\n{}",
                spaced(filler(3, 5)),
                spaced(filler(5, 8)),
                spaced(filler(13, 15)),
                spaced(filler(15, 18)),
            ),
        );
    }
}
