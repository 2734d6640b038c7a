//! How long checking takes: from cold, and after each kind of edit. Device i takes devices i/2 and i/3, every seventh
//! behind a key.

use std::fmt::Write as _;
use std::sync::Arc;

use divan::Bencher;
use unik_db::{Database, Library, MemorySystem};
use unik_source::FileId;

const SIZES: [usize; 3] = [100, 1_000, 10_000];

fn main() {
    divan::main();
}

fn text(devices: usize) -> String {
    let mut text = String::from(
        "module type Part = trait Part\nconfigure key tls: Bool = false\ndevice leaf: Part { rust leaf }\n\
         device mk(a: Part, b: Part): Part { rust mk }\ndevice job(a: Part): Job { rust job }\nlet d0 = leaf\n",
    );
    for at in 1..=devices {
        let (a, b) = (at / 2, at / 3);
        match at % 7 {
            0 => writeln!(text, "let d{at} = if tls then mk(d{a}, d{b}) else d{a}"),
            _ => writeln!(text, "let d{at} = mk(d{a}, d{b})"),
        }
        .expect("a string takes all that is written to it");
    }
    let jobs: Vec<String> = (0..=devices).map(|at| format!("job(d{at})")).collect();
    writeln!(text, "unikernel all = [{}]", jobs.join(", "))
        .expect("a string takes all that is written to it");
    text
}

fn world(text: &str) -> (Database, FileId) {
    let db = Database::new(Arc::new(MemorySystem::new([("app.unik", text)])), Library::default());
    let file = db.open("app.unik");
    (db, file)
}

#[divan::bench(args = SIZES)]
fn parse(bencher: Bencher<'_, '_>, devices: usize) {
    let text = text(devices);
    bencher.with_inputs(|| world(&text)).bench_refs(|(db, file)| {
        use unik_db::Db;
        let file = db.source(*file).expect("it was just opened");
        unik_db::items(db, file).iter().map(|item| unik_db::parsed(db, item).diagnostics.len()).sum::<usize>()
    });
}

#[divan::bench(args = SIZES)]
fn cold(bencher: Bencher<'_, '_>, devices: usize) {
    let text = text(devices);
    bencher.with_inputs(|| world(&text)).bench_refs(|(db, file)| {
        let found = unik_check::diagnostics(db, *file);
        assert!(found.is_empty(), "{found:?}");
    });
}

/// Checks, edits, and checks again; only the second check is timed.
fn edited(bencher: Bencher<'_, '_>, devices: usize, change: impl Fn(&str) -> String) {
    let text = text(devices);
    let changed = change(&text);
    let (mut db, file) = world(&text);
    unik_check::diagnostics(&db, file);
    let mut turn = false;
    bencher.bench_local(|| {
        turn = !turn;
        db.set_text(file, if turn { changed.as_str() } else { text.as_str() });
        unik_check::diagnostics(&db, file).len()
    });
}

#[divan::bench(args = SIZES)]
fn after_a_line_on_top(bencher: Bencher<'_, '_>, devices: usize) {
    edited(bencher, devices, |text| format!("// A comment.\n{text}"));
}

#[divan::bench(args = SIZES)]
fn after_a_body(bencher: Bencher<'_, '_>, devices: usize) {
    edited(bencher, devices, |text| text.replace("let d50 = mk(d25, d16)", "let d50 = mk(d24, d16)"));
}

#[divan::bench(args = SIZES)]
fn after_a_rename(bencher: Bencher<'_, '_>, devices: usize) {
    edited(bencher, devices, |text| text.replace("key tls", "key ssl"));
}

#[divan::bench(args = SIZES)]
fn after_a_new_item(bencher: Bencher<'_, '_>, devices: usize) {
    edited(bencher, devices, |text| format!("{text}let _more = d1\n"));
}
