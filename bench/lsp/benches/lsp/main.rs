//! The language server over its pipes, as an editor meets it: how long after an edit what is wrong is shown, how long questions take,
//! and how much memory is resident; beside `ty server`, on a program of the same shape, if `ty` is there (pip install ty).
//!
//! `cargo bench -p bench-lsp [-- --rounds N --edits N --unikc PATH]`. The server is `unikc lsp`, built for release from the sources unless
//! a built one is given. It prints
//! medians and, in brackets, the least; the ratio is that of the medians, within this run: figures of different runs or machines say
//! nothing about one another.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod client;
mod session;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use session::{Edit, Server, Session};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How many devices the programs have.
const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// The largest program whose graph is drawn: nobody looks at a picture of more.
const DRAWN: usize = 1_000;

/// Questions: what they are called, their method, and whether they are about a place.
const QUESTIONS: [(&str, &str, bool); 5] = [
    ("hover", "textDocument/hover", true),
    ("definition", "textDocument/definition", true),
    ("completion", "textDocument/completion", true),
    ("symbols", "textDocument/documentSymbol", false),
    ("tokens", "textDocument/semanticTokens/full", false),
];

fn main() -> Result<()> {
    let mut options = std::env::args().skip(1);
    // `cargo test --benches` starts this too, to see whether it starts.
    let (mut measuring, mut unikc, mut rounds, mut edits) = (false, None, 11, 10_000);
    while let Some(option) = options.next() {
        let mut value = || options.next().ok_or(format!("{option} needs a value"));
        match option.as_str() {
            "--bench" => measuring = true,
            "--unikc" => unikc = Some(PathBuf::from(value()?)),
            "--rounds" => rounds = value()?.parse()?,
            "--edits" => edits = value()?.parse()?,
            // A filter of cargo's own, or nothing of ours.
            _ => {}
        }
    }
    if measuring { compare(unikc, rounds, edits) } else { Ok(()) }
}

fn compare(unikc: Option<PathBuf>, rounds: usize, edits: usize) -> Result<()> {
    let unikc = match unikc {
        Some(unikc) => unikc,
        None => build()?,
    };
    let folder = tempfile::tempdir()?;
    let folder = folder.path().canonicalize()?;
    let mut servers = vec![Server {
        name: "unikc",
        command: Box::new(move || {
            let mut command = Command::new(&unikc);
            command.arg("lsp").env_remove("UNIKC_LIBRARY");
            command
        }),
        program: bench_programs::web,
        language: ("unik", "unik"),
        keyword: "let ",
        draws: true,
    }];
    let ty = Command::new("ty").arg("--version").stdout(Stdio::null()).status();
    if ty.is_ok_and(|status| status.success()) {
        servers.push(Server {
            name: "ty",
            command: Box::new(|| {
                let mut command = Command::new("ty");
                command.arg("server");
                command
            }),
            program: bench_programs::python,
            language: ("py", "python"),
            keyword: "",
            draws: false,
        });
    } else {
        println!("ty is not installed: no peer\n");
    }
    println!("ms until the answer: median (least) of {rounds}\n");
    let head = SIZES.map(|size| format!("{size:>18}")).concat();
    println!("{:<42}{head}", "devices");
    let mut memory: Vec<[u64; SIZES.len()]> = Vec::new();
    let mut rows: Vec<Vec<Row>> = Vec::new();
    for server in &servers {
        let mut resident = [0; SIZES.len()];
        let mut own: Vec<Row> = Vec::new();
        for (at, size) in SIZES.into_iter().enumerate() {
            let mut row = 0;
            let mut put = |name: &str, figures: Vec<Duration>| {
                if own.len() == row {
                    own.push(Row { name: name.to_owned(), figures: std::array::from_fn(|_| Vec::new()) });
                }
                own[row].figures[at] = figures;
                row += 1;
            };
            measure(server, &folder, size, rounds, &mut put, &mut resident[at])?;
        }
        memory.push(resident);
        rows.push(own);
    }
    print_rows(&servers, rows);
    println!();
    for (server, resident) in servers.iter().zip(&memory) {
        let cells = resident.map(|kib| format!("{:>18.1}", mib(kib))).concat();
        println!("{:<42}{cells}", format!("{}: resident, MiB", server.name));
    }
    for server in &servers {
        let (mut session, _) = Session::open(server, &folder, 1_000)?;
        session.edit(Edit::Body)?;
        let before = session.client.resident()?;
        for nth in 0..edits / 2 {
            session.edit(Edit::ALL[nth % Edit::ALL.len()].1)?;
        }
        let after = session.client.resident()?;
        println!(
            "{}: {:.1} MiB before, {:.1} MiB after {edits} edits of 1000 devices",
            server.name,
            mib(before),
            mib(after)
        );
    }
    let load = std::fs::read_to_string("/proc/loadavg")?;
    println!("\nload of the machine: {}", load.split(' ').next().unwrap_or_default());
    Ok(())
}

/// A line of figures of one server, for each size.
struct Row {
    name: String,
    figures: [Vec<Duration>; SIZES.len()],
}

/// Everything about one server and one size.
fn measure(
    server: &Server,
    folder: &Path,
    size: usize,
    rounds: usize,
    put: &mut dyn FnMut(&str, Vec<Duration>),
    resident: &mut u64,
) -> Result<()> {
    let (mut session, first) = Session::open(server, folder, size)?;
    put("from opening to diagnostics", vec![first]);
    for (name, edit) in Edit::ALL {
        // The first round warms up and is not counted.
        session.edit(edit)?;
        let mut taken = Vec::new();
        for _ in 0..rounds {
            taken.extend(session.edit(edit)?);
        }
        put(&format!("diagnostics after {name}"), taken);
    }
    for (name, method, place) in QUESTIONS {
        let mut ask = || match place {
            true => session.at_argument(method),
            false => session.of_file(method),
        };
        ask()?;
        put(name, (0..rounds).map(|_| ask()).collect::<Result<_>>()?);
    }
    // Behind an edit there is more to do.
    let mut taken = Vec::new();
    for _ in 0..rounds {
        session.edit(Edit::Body)?;
        taken.push(session.at_argument("textDocument/completion")?);
    }
    put("completion right after an edit", taken);
    *resident = session.client.resident()?;
    if server.draws && size <= DRAWN {
        for (name, follows) in [("graph right after an edit", false), ("graph when told of an edit", true)] {
            session.graph(size, follows)?;
            let mut taken = Vec::new();
            for _ in 0..rounds {
                taken.extend(session.graph(size, follows)?);
            }
            put(name, taken);
        }
    }
    Ok(())
}

fn print_rows(servers: &[Server], mut rows: Vec<Vec<Row>>) {
    let count = rows.first().map_or(0, Vec::len);
    for nth in 0..count {
        let mut medians: Vec<[f64; SIZES.len()]> = Vec::new();
        for (server, rows) in servers.iter().zip(&mut rows) {
            let Some(row) = rows.get_mut(nth) else { continue };
            let mut of_server = [f64::NAN; SIZES.len()];
            let mut cells = String::new();
            for (figures, median) in row.figures.iter_mut().zip(&mut of_server) {
                figures.sort();
                *median = ms(figures.get(figures.len() / 2));
                cells += &match figures.first() {
                    Some(least) => format!("{:>9.2} ({:>6.2})", *median, ms(Some(least))),
                    None => format!("{:>18}", "-"),
                };
            }
            let name = if medians.is_empty() { row.name.as_str() } else { "" };
            println!("{name:<34}{cells} {}", server.name);
            medians.push(of_server);
        }
        if let [ours, peers, ..] = medians.as_slice() {
            let cells: String =
                ours.iter().zip(peers).map(|(a, b)| format!("{:>9.1}{:>9}", b / a, "")).collect();
            println!("{:<42}{cells} ratio", "");
        }
    }
}

fn ms(time: Option<&Duration>) -> f64 {
    time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

fn mib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}

/// Builds the program for release; gives where it is.
fn build() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--package", "unikc"])
        .current_dir(&root)
        .status()?;
    if !built.success() {
        return Err(format!("cargo build: {built}").into());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release/unikc"))
}
