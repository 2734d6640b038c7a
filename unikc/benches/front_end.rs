//! How long the front end takes: parse, check, evaluate, lay out, check again after an edit, and the whole process,
//! beside `ty` (a type checker for Python that is known for its speed) on a program of the same shape, if it is there.
//!
//! `cargo bench -p unikc --bench front_end`. Medians of several runs; compare within one run of the benchmark.
#![allow(clippy::print_stdout, reason = "a benchmark prints")]

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use bench_programs as programs;
use unik_db::{Database, Library, MemorySystem};
use unik_eval::{KeyValues, Mode};
use unik_graph::DeviceGraph;
use unik_source::{FileId, Place, Sources, Span};

/// How often each thing is measured; the median counts.
const RUNS: usize = 9;

fn main() {
    // As the command does: evaluation follows the nesting of what it evaluates.
    let worker =
        thread::Builder::new().stack_size(256 << 20).spawn(measure).expect("a thread can be started");
    worker.join().expect("the benchmark does not panic");
}

fn measure() {
    println!("medians of {RUNS} runs\n");
    println!("{:<44}{:>12}{:>12}{:>12}", "", "100", "1,000", "10,000");
    let webs = [100, 1_000, 10_000].map(programs::web);
    row("parse", &webs, |text| time(|| parsed(text)));
    row("check, cold", &webs, |text| {
        fresh(text, |db, file| drop(black_box(unik_check::diagnostics(db, file))))
    });
    row("evaluate, symbolic", &webs, |text| {
        checked(text, |db, file| drop(black_box(graph(db, file, Mode::Symbolic))))
    });
    row("evaluate, concrete", &webs, |text| {
        checked(text, |db, file| drop(black_box(graph(db, file, Mode::Concrete))))
    });
    row("all of `check`, cold, in process", &webs, |text| {
        fresh(text, |db, file| drop(black_box(unik_eval::check_file(db, file))))
    });
    row("lay out and draw", &webs[..2], |text| {
        let (db, file) = database(text);
        let graph = graph(&db, file, Mode::Concrete);
        time(|| drop(black_box(unik_graph::svg::render(&graph, &db))))
    });
    println!();
    for (name, edit) in EDITS {
        row(&format!("diagnostics after an edit: {name}"), &webs, |text| again(text, *edit));
    }
    println!("\n{:<44}{:>12}{:>12}{:>12}", "", "17", "100", "1,000");
    let depths = [17, 100, 1_000];
    row("evaluate a chain of lets, each twice", &depths.map(programs::chain), |text| {
        checked(text, |db, file| drop(black_box(graph(db, file, Mode::Concrete))))
    });
    row("evaluate a chain of functions, each twice", &depths.map(programs::function_chain), |text| {
        checked(text, |db, file| drop(black_box(graph(db, file, Mode::Concrete))))
    });
    println!("\n{:<44}{:>12}{:>12}{:>12}", "whole process", "100", "1,000", "10,000");
    processes(&webs);
}

/// One line: a name, and what each program takes.
fn row(name: &str, programs: &[String], measure: impl Fn(&str) -> Duration) {
    let mut line = format!("{name:<44}");
    for program in programs {
        let mut times: Vec<_> = (0..RUNS).map(|_| measure(program)).collect();
        times.sort();
        line += &format!("{:>9.2} ms", times[RUNS / 2].as_secs_f64() * 1e3);
    }
    println!("{line}");
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn parsed(text: &str) {
    let mut number = 0_u32;
    for item in unik_syntax::split(text) {
        number += 1;
        let place = Place::in_file(FileId(number), Span::at(0));
        drop(black_box(unik_syntax::parse_item(&text[item.span.range()], place)));
    }
}

fn database(text: &str) -> (Database, FileId) {
    let files = [("app.unik", text), ("/library/unix/unix.unik", "platform unix { rust unik_unix }\n")];
    let platform = unik_db::LibraryFile { name: "unix".into(), path: "/library/unix/unix.unik".into() };
    let library = Library { std: Vec::new(), platforms: vec![platform] };
    let db = Database::new(Arc::new(MemorySystem::new(files)), library);
    let file = db.open("app.unik");
    (db, file)
}

/// Measures with a database that knows nothing yet.
fn fresh(text: &str, work: impl FnOnce(&Database, FileId)) -> Duration {
    let (db, file) = database(text);
    time(|| work(&db, file))
}

/// Measures with a database that has checked the file.
fn checked(text: &str, work: impl FnOnce(&Database, FileId)) -> Duration {
    let (db, file) = database(text);
    let wrong = unik_check::diagnostics(&db, file);
    assert!(wrong.iter().all(|diagnostic| !diagnostic.is_error()), "{wrong:?}");
    time(|| work(&db, file))
}

fn graph(db: &Database, file: FileId, mode: Mode) -> DeviceGraph {
    let outcome = unik_eval::evaluate(db, file, None, &KeyValues::default(), mode);
    outcome.graph.expect("the program has a graph")
}

/// A kind of edit: the text before, and the text after.
type Edit = fn(&str) -> String;

const EDITS: &[(&str, Edit)] = &[
    ("a line on top", |text| format!("\n{text}")),
    ("a comment in the middle", |text| text.replacen("let d57 ", "// a comment\nlet d57 ", 1)),
    ("a body", |text| text.replacen("join(d28, d19, 57)", "join(d28, d19, 58)", 1)),
    ("a rename", |text| text.replacen("let d57 ", "let d57x ", 1)),
    ("a type", |text| text.replacen("let d1: Part", "let d1: Job", 1)),
    ("a break", |text| text.replacen("join(d28, d19, 57)", "join(d28, d19, ", 1)),
];

/// The whole of `check` after one edit.
fn again(text: &str, edit: Edit) -> Duration {
    let (mut db, file) = database(text);
    drop(black_box(unik_eval::check_file(&db, file)));
    let edited = edit(text);
    assert_ne!(edited, text, "the edit finds its place");
    time(|| {
        db.set_text(file, edited);
        drop(black_box(unik_eval::check_file(&db, file)));
        black_box(db.text(file));
    })
}

/// `unikc check` and `ty check` as processes, in turn.
fn processes(webs: &[String]) {
    let folder = env::temp_dir().join(format!("unikc-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("there is room for temporary files");
    let unikc = env!("CARGO_BIN_EXE_unikc");
    let ty = Command::new("ty")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let mut ours = format!("{:<44}", "unikc check");
    let mut peers = format!("{:<44}", "ty check");
    let mut ratios = format!("{:<44}", "ratio");
    for (web, count) in webs.iter().zip([100, 1_000, 10_000]) {
        let unik = folder.join(format!("web{count}.unik"));
        let python_file = folder.join(format!("web{count}.py"));
        fs::write(&unik, web).expect("the program can be written");
        fs::write(&python_file, programs::python(count)).expect("the program can be written");
        let mut mine = Vec::new();
        let mut theirs = Vec::new();
        for _ in 0..RUNS {
            mine.push(process(Command::new(unikc).arg("check").arg(&unik), &folder));
            if ty {
                theirs.push(process(Command::new("ty").arg("check").arg(&python_file), &folder));
            }
        }
        mine.sort();
        theirs.sort();
        ours += &format!("{:>9.2} ms", mine[RUNS / 2].as_secs_f64() * 1e3);
        if let Some(their) = theirs.get(RUNS / 2) {
            peers += &format!("{:>9.2} ms", their.as_secs_f64() * 1e3);
            ratios += &format!("{:>12.1}", their.as_secs_f64() / mine[RUNS / 2].as_secs_f64());
        }
    }
    println!("{ours}");
    if ty {
        println!("{peers}\n{ratios}");
    } else {
        println!("ty is not installed (pip install ty): no peer");
    }
    // It lies in the folder for temporary files: whoever cleans there finds it.
    let _ = fs::remove_dir_all(&folder);
}

fn process(command: &mut Command, folder: &Path) -> Duration {
    command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the command starts");
    let taken = start.elapsed();
    assert!(status.code().is_some(), "the command ends by itself");
    taken
}
