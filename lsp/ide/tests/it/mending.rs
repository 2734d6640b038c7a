//! Each fix of each mistake, made: the mistake is gone, and no other mistake of syntax is there instead.
//!
//! The mistakes are those of the pages of errors, of the specification's fences, and of the examples with a word changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use unik_ide::{Action, ActionKind, Analysis, Host, Problem, Range};
use unik_source::{FileId, Span};

use crate::support::{Random, examples, host, repository};

/// Of several closing brackets that close nothing the first is told, so that the next takes its place when it is gone.
const TOLD_ONE_BY_ONE: &str = "E0009";

/// All that is wrong with a file and what it leads to.
fn wrong(analysis: &Analysis) -> Vec<(FileId, Problem)> {
    let found = analysis.problems().into_iter();
    found.flat_map(|(file, all)| all.into_iter().map(move |problem| (file, problem))).collect()
}

/// Whether a mistake is one of syntax.
fn of_syntax(problem: &Problem) -> bool {
    problem.code.0.starts_with("E00")
}

/// Where an offset of a text is after edits of it. What stands within an edit is behind it.
fn moved(offset: u32, action: &Action, file: FileId) -> u32 {
    let edits = action.edits.get(&file).into_iter().flatten();
    let before = edits.filter(|edit| edit.span.end <= offset && edit.span.start < offset.max(1));
    let shift: i64 = before.map(|edit| edit.text.len() as i64 - edit.span.len() as i64).sum();
    u32::try_from(i64::from(offset) + shift).unwrap()
}

/// Makes every fix of every mistake of a file, one at a time. Gives how often which mistake had one, and what went wrong.
fn mend(host: &mut Host, name: &str, texts: &[(String, String)]) -> (BTreeMap<&'static str, usize>, String) {
    let (mut counted, mut failed) = (BTreeMap::new(), String::new());
    let files: Vec<(&String, FileId)> =
        texts.iter().map(|(path, text)| (path, host.set_text(path, text.as_str()))).collect();
    let (before, fixes) = {
        let analysis = host.analysis();
        let mut fixes = Vec::new();
        for (_, file) in &files {
            let whole = Span::new(0, analysis.text(*file).len());
            let found =
                analysis.actions(Range { file: *file, span: whole }, &|kind| kind == ActionKind::QuickFix);
            fixes.extend(found.into_iter().map(|action| (*file, action)));
        }
        (wrong(&analysis), fixes)
    };
    for (file, action) in fixes {
        let mended = action.mends.clone().expect("a fix mends something");
        *counted.entry(mended.code.0).or_insert(0) += 1;
        for (path, file) in &files {
            let mut text = texts.iter().find(|(known, _)| known == *path).unwrap().1.clone();
            for edit in action.edits.get(file).into_iter().flatten().rev() {
                text.replace_range(edit.span.range(), &edit.text);
            }
            host.set_text(path, text);
        }
        let after = wrong(&host.analysis());
        let start = moved(mended.span.start, &action, file);
        let (code, message) = (mended.code, mended.message.lines().next());
        let same = |(of, found): &(FileId, Problem)| {
            *of == file
                && found.code == code
                && found.message.lines().next() == message
                && found.span.start == start
        };
        let syntax = |all: &[(FileId, Problem)]| all.iter().filter(|(_, found)| of_syntax(found)).count();
        let still = after.iter().any(same) && code.0 != TOLD_ONE_BY_ONE;
        if still || syntax(&after) > syntax(&before) {
            let why = if still { "is still there" } else { "is a mistake of syntax instead" };
            let (analysis, old) = (
                host.analysis(),
                &texts.iter().find(|(path, _)| host.analysis().path(file) == path).unwrap().1,
            );
            let shown = changed_lines(old, analysis.text(file));
            failed += &format!("{name}: {code} {message:?} {why} after «{}»:\n{shown}\n", action.title);
        }
    }
    for (path, _) in &files {
        host.close(path);
    }
    (counted, failed)
}

/// The lines in which two texts differ.
fn changed_lines(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count().min(most);
    let from = head.saturating_sub(1);
    let shown = |sign: char, lines: &[&str]| -> String {
        lines[from..lines.len() - tail].iter().map(|line| format!("{sign} {line}\n")).collect()
    };
    shown('-', &old) + &shown('+', &new)
}

/// The fences of a file of the specification, each with its neighbours.
pub(crate) fn fences(page: &str) -> Vec<Vec<(String, String)>> {
    let (mut fences, mut neighbours, mut open) = (Vec::new(), Vec::new(), None::<(String, String)>);
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => {
                let (info, text) = open.take().unwrap();
                let file = info.split(' ').find_map(|word| word.strip_prefix("file="));
                match file {
                    Some(file) => neighbours.push((format!("/page/{file}"), text)),
                    None if info.starts_with("unik") => fences.push(text),
                    None => {}
                }
            }
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (None, Some((_, text))) => *text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    let with = |text| {
        std::iter::once(("/page/app.unik".to_owned(), text)).chain(neighbours.iter().cloned()).collect()
    };
    fences.into_iter().map(with).collect()
}

/// The pages of a folder, sorted.
pub(crate) fn pages(folder: &str) -> Vec<(String, String)> {
    let entries = fs::read_dir(repository().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let pages = entries.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let name = |path: &std::path::Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut pages: Vec<_> = pages.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect();
    pages.sort();
    pages
}

/// Pages whose example no machine can mend: what should stand there is a thought of the author's. (Some of these mistakes have other
/// forms that can be mended.)
const LEFT_TO_PEOPLE: &[&str] = &[
    // Which other name, which crate, which way out of a circle.
    "E0005", "E0103", "E0105", "E0106", "E0107", "E0108", "E0109", "E0110", "E0307", "E0315",
    // Which parts of what is nested are worth a name.
    "E0007", // Which other expression, value or type.
    "E0201", "E0202", "E0204", "E0209", "E0210", "E0211", "E0212", "E0213", "E0214", "E0218", "E0303",
    "E0304", "E0311", "E0313", "E0314",
    // What the image consists of, and what is given on the command line.
    "E0403", "E0404", "E0405", "E0406", "E0407", "E0408", "E0409", "E0410", "E0411", "E0412", "E0413",
    "E0414", "E0415", "E0416", "E0417", "E0420", "E0421", "E0422",
];

#[test]
fn each_fix_of_the_pages_of_errors_mends_what_it_says() {
    let (mut host, mut failed) = (host(), String::new());
    let mut without: BTreeSet<String> = BTreeSet::new();
    for (code, page) in pages("spec/errors") {
        // The pages of the generator speak of Rust.
        if code.starts_with("E05") {
            continue;
        }
        let mut own = 0;
        for texts in fences(&page) {
            let (counted, wrong) = mend(&mut host, &code, &texts);
            own += counted.get(code.as_str()).copied().unwrap_or(0);
            failed += &wrong;
        }
        if own == 0 {
            without.insert(code);
        }
    }
    assert!(failed.is_empty(), "{failed}");
    let left: BTreeSet<String> = LEFT_TO_PEOPLE.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(without, left, "pages whose mistake has no fix");
}

#[test]
fn each_fix_in_the_fences_of_the_specification_mends_what_it_says() {
    let (mut host, mut failed, mut made) = (host(), String::new(), 0);
    for (chapter, page) in pages("spec") {
        for texts in fences(&page) {
            let (counted, wrong) = mend(&mut host, &chapter, &texts);
            made += counted.values().sum::<usize>();
            failed += &wrong;
        }
    }
    assert!(failed.is_empty(), "{failed}");
    assert!(made > 20, "there is something to mend");
}

#[test]
fn each_fix_in_examples_with_a_word_changed_mends_what_it_says() {
    let (mut host, mut random, mut failed) = (host(), Random(11), String::new());
    let mut counted: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (name, text) in examples() {
        for round in 0..40 {
            let changed = random.with_a_word_changed(&text);
            let (made, wrong) =
                mend(&mut host, &format!("{name}, round {round}"), &[(name.clone(), changed)]);
            made.into_iter().for_each(|(code, made)| *counted.entry(code).or_default() += made);
            failed += &wrong;
        }
    }
    assert!(failed.is_empty(), "{failed}");
    assert!(counted.len() > 10, "few mistakes have fixes: {counted:?}");
}
