//! From one place to others: types, what stands behind a declaration, Rust, who applies what, links, lenses.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::{fs, io};

use expect_test::{Expect, expect};
use smol_str::SmolStr;
use unik_db::{Entry, Library, LibraryFile, MemorySystem, System};
use unik_ide::{Analysis, Host, LensKind, Range};
use unik_source::FileId;

use crate::support::{World, here, library, repository, shown};

/// The places to which the cursor of a fixture leads, by one of the questions.
#[track_caller]
fn places(ask: impl FnOnce(&Analysis, FileId, u32) -> Vec<Range>, fixture: &str, expected: &str) {
    let world = World::new(fixture);
    let analysis = world.analysis();
    let found = ask(&analysis, world.file, world.offset);
    let found: Vec<String> = found.into_iter().map(|range| shown(&analysis, world.file, range)).collect();
    assert_eq!(found.join("\n"), expected, "{fixture}");
}

const TYPES: &str = "\
import std/kv
enum Store { crunch, direct }
key store: Store = crunch
let where_from: List(Store) = [crunch]
module type Mine: kv.ReadOnly
device mine(from: kv.ReadOnly, store: Store): Mine { rust Mine::new }
";

#[test]
fn a_type_is_declared_somewhere() {
    let check = |text: &str, expected: &str| {
        places(Analysis::type_definition, &format!("{TYPES}{text}"), expected);
    };
    check("let a = st$0ore", "2:6 «Store»");
    check("let a = where_$0from", "2:6 «Store»");
    check("let a = cru$0nch == store", "2:6 «Store»");
    check("let a = mi$0ne(kv.mem, store)", "5:13 «Mine»");
    check("let a = mine(kv.m$0em, store)", "/library/kv/kv.unik:7:13 «ReadWrite»");
    check("let a = mine(kv.mem$0, store)", "/library/kv/kv.unik:7:13 «ReadWrite»");
    check("let a = mine(kv.mem, store $0)", "5:13 «Mine»");
    check("let a = mine(fr$0om: kv.mem, store)", "/library/kv/kv.unik:4:13 «ReadOnly»");
    check("let f(x: Mi$0ne) = x", "5:13 «Mine»");
    check("let f(x: Mine) = { let y = x; $0y }", "5:13 «Mine»");
    check("let a = {$0 mine(kv.mem, store) }", "5:13 «Mine»");
    check("let a = match store { cru$0nch => 1, direct => 2 }", "2:6 «Store»");
    check("let a = some(sto$0re)", "2:6 «Store»");
    check("let a = 5$0 + 5", "");
    check("let a = go$0ne", "");
    check("let = (($0", "");
}

#[test]
fn devices_stand_behind_a_module_type() {
    let ours = "6:8 «mine»";
    places(
        Analysis::implementations,
        &format!("{TYPES}let f(x: kv.Read$0Write) = x"),
        "/library/kv/kv.unik:15:8 «direct»\n/library/kv/kv.unik:22:19 «mem»",
    );
    places(Analysis::implementations, &format!("{TYPES}let f(x: Mi$0ne) = x"), ours);
    let world = World::new(&format!("{TYPES}let f(x: kv.Read$0Only) = x"));
    let analysis = world.analysis();
    let found = analysis.implementations(world.file, world.offset);
    let found: Vec<String> = found.into_iter().map(|range| shown(&analysis, world.file, range)).collect();
    assert!(found.contains(&ours.to_owned()), "what includes it is one as well: {found:?}");
    assert!(found.iter().any(|at| at.contains("«crunch»")), "{found:?}");
    // A file that is open and imported by nobody is in reach; so is a library file that nobody imports.
    places(
        Analysis::implementations,
        "import std/block\nlet f(x: block.Blo$0ck) = x\n//- /other.unik\nimport std/block\ndevice fresh: block.Block { rust F::new }\n",
        "/other.unik:2:8 «fresh»\n/library/block/block.unik:7:19 «ram»\n/library/unix/unix.unik:72:8 «disk»\n/library/virtio/virtio.unik:36:8 «disk»",
    );
    places(Analysis::implementations, "device a: Job { rust a }\nlet f(x: Jo$0b) = x", "1:8 «a»");
    places(Analysis::implementations, "key a: Po$0rt = 1", "");
}

/// The disk as it is.
#[derive(Debug)]
struct Disk;

impl System for Disk {
    fn read_file(&self, path: &str) -> io::Result<String> {
        fs::read_to_string(path)
    }

    fn entry(&self, path: &str) -> Entry {
        match fs::metadata(path) {
            Ok(known) if known.is_dir() => Entry::Folder,
            Ok(_) => Entry::File,
            Err(_) => Entry::Missing,
        }
    }

    fn list(&self, path: &str) -> io::Result<Vec<SmolStr>> {
        let names = fs::read_dir(path)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into()));
        let mut names: Vec<SmolStr> = names.collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    }
}

#[test]
fn every_rust_path_of_the_repository_leads_to_its_declaration() {
    let root = fs::canonicalize(repository()).unwrap();
    let in_folder = |folder: &str| {
        let folders = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let mut folders: Vec<_> = folders.filter(|folder| folder.is_dir()).collect();
        folders.sort();
        folders
    };
    let known = |folder: &str| -> Vec<LibraryFile> {
        let files = in_folder(folder).into_iter().filter_map(|folder| {
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let path = folder.join(format!("{name}.unik"));
            path.is_file().then(|| LibraryFile { name: name.into(), path: path.to_str().unwrap().into() })
        });
        files.collect()
    };
    let library = Library { std: known("stdlib-devices"), platforms: known("platform-runtimes") };
    let mut paths: Vec<String> =
        library.std.iter().chain(&library.platforms).map(|file| file.path.to_string()).collect();
    let examples = in_folder("examples").into_iter().map(|folder| folder.join("app.unik"));
    paths.extend(examples.filter(|path| path.is_file()).map(|path| path.to_str().unwrap().to_owned()));
    let host = Host::new(Arc::new(Disk), library);
    let analysis = host.analysis();
    let (mut seen, mut elsewhere) = (0, BTreeSet::new());
    for path in paths {
        let file = analysis.file(&path);
        let text = analysis.text(file).to_owned();
        for (at, line) in text.lines().enumerate() {
            let (before, written) =
                match (line.trim_start().strip_prefix("rust "), line.split_once("= trait ")) {
                    (Some(written), _) => ("fn ", written),
                    (None, Some((_, written))) => ("trait ", written),
                    (None, None) => continue,
                };
            let start = line.as_ptr() as usize - text.as_ptr() as usize + line.find(written).unwrap();
            let found = analysis.definition(file, u32::try_from(start + 1).unwrap());
            let [found] = found.as_slice() else { panic!("{path}:{}: {found:?}", at + 1) };
            let source = analysis.text(found.file);
            let line = source[..found.span.start as usize].rfind('\n').map_or(0, |newline| newline + 1);
            let line = source[line..].lines().next().unwrap();
            let mut name = written.rsplit("::").next().unwrap().trim();
            // A platform names its crate; a type of another crate is named by a `use`.
            if written.starts_with("unik_") {
                name = "";
            } else if let Some((ty, _)) = written.split_once("::").filter(|_| line.starts_with("pub use ")) {
                elsewhere.insert(written.to_owned());
                name = ty;
            } else {
                assert!(line.contains(&format!("{before}{name}")), "{path}:{}: {written}: {line}", at + 1);
            }
            assert_eq!(&source[found.span.range()], name, "{path}: {written}");
            seen += 1;
        }
    }
    assert!(seen > 50, "only {seen} Rust paths were seen");
    // Which platforms take over what the machine below gives is theirs to say.
    assert!(elsewhere.contains("Timer::new"), "{elsewhere:?}");
}

#[test]
fn a_rust_path_is_found_among_what_looks_like_it() {
    const LIB: &str = r##"//! fn start() in a comment
/* fn start() /* struct Http */ fn start() */
pub mod deep;
mod shown { pub fn inner() {} impl Http { pub fn inline() {} } }
pub use deep::Reexported;
pub use other_crate::{Foreign, more::Further as Known};
const TEXT: &str = "fn start() { \" struct Http"; const RAW: &str = r#"fn start() " struct Http"#;
const CHARS: [char; 3] = ['"', '\'', '{'];
fn lives<'a>(it: &'a str) -> [u8; 4] { fn start() {} [0; 4] }
#[cfg(test)]
mod tests { fn start() {} struct Http; impl Http { fn new() {} } }
macro_rules! made { () => { fn start() {} } }
pub struct Http;
pub trait Serve { fn serve(); }
impl<T: Fn(u8) -> u8> From<Other<T>> for Http where Http: Sized { fn from(_: Other<T>) -> Self { Http } }
impl Http { pub async fn new(a: [u8; 4]) -> Self { Http } }
pub enum Case { A }
pub async fn start() {}
"##;
    const DEEP: &str = "pub struct Reexported;\nimpl Reexported {\n    pub fn new() {}\n}\npub mod deeper;\n";
    const DEEPER: &str = "pub struct Tcp;\nimpl Tcp { pub fn new() {} }\n";
    let (library, mut files) = library();
    for (path, text) in [("lib", LIB), ("deep", DEEP), ("deep/deeper", DEEPER)] {
        files.push((format!("/app/src/{path}.rs"), text.to_owned()));
    }
    let mut host = Host::new(Arc::new(MemorySystem::new(files)), library);
    let mut check = |path: &str, expected: &str| {
        let text = format!("device d: Job {{ rust {path} }}\n");
        let file = host.set_text("/app/app.unik", text.as_str());
        let analysis = host.analysis();
        let found = analysis.definition(file, u32::try_from(text.find(path).unwrap()).unwrap());
        let place = |range: Range| {
            let (source, span) = (analysis.text(range.file), range.span);
            let line = source[..span.start as usize].matches('\n').count() + 1;
            format!("{}:{line} {}", analysis.path(range.file), &source[span.range()])
        };
        let found: Vec<String> = found.into_iter().map(place).collect();
        assert_eq!(found.join("; "), expected, "{path}");
    };
    check("start", "/app/src/lib.rs:18 start");
    check("Http::new", "/app/src/lib.rs:16 new");
    check("Http::from", "/app/src/lib.rs:15 from");
    check("Http::inline", "/app/src/lib.rs:4 inline");
    check("shown::inner", "/app/src/lib.rs:4 inner");
    check("Serve::serve", "/app/src/lib.rs:14 serve");
    check("Reexported::new", "/app/src/deep.rs:3 new");
    check("deep::Reexported::new", "/app/src/deep.rs:3 new");
    check("deep::deeper::Tcp::new", "/app/src/deep/deeper.rs:2 new");
    check("Tcp::new", "/app/src/deep/deeper.rs:2 new");
    // What is not there leads to what is nearest.
    check("Http::gone", "/app/src/lib.rs:13 Http");
    check("Foreign::new", "/app/src/lib.rs:6 Foreign");
    check("Known::new", "/app/src/lib.rs:6 Known");
    check("gone", "/app/src/lib.rs:1 ");
    check("gone::new", "/app/src/lib.rs:1 ");
    check("unik::net::Gone", "");
}

/// What is called by and what calls the declaration at the cursor.
#[track_caller]
fn calls(fixture: &str, expected: Expect) {
    let world = World::new(fixture);
    let analysis = world.analysis();
    let mut out = String::new();
    if let Some(callable) = analysis.callable(world.file, world.offset) {
        let (file, name) = (callable.file, callable.symbol.name_span);
        writeln!(out, "{:?} {}", callable.symbol.kind, here(&analysis, file, name)).unwrap();
        for (arrow, calls) in [
            ("<-", analysis.incoming_calls(file, name.start)),
            ("->", analysis.outgoing_calls(file, name.start)),
        ] {
            for call in calls {
                let other = shown(
                    &analysis,
                    world.file,
                    Range { file: call.other.file, span: call.other.symbol.name_span },
                );
                let from = if arrow == "<-" { call.other.file } else { file };
                let places: Vec<String> =
                    call.places.iter().map(|span| here(&analysis, from, *span)).collect();
                writeln!(out, "{arrow} {:?} {other} at {}", call.other.symbol.kind, places.join(", "))
                    .unwrap();
            }
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn calls_are_followed_both_ways_and_over_files() {
    let text = "\
import std/kv
import ./other { twice }
device job(a: kv.ReadOnly, b: kv.ReadOnly): Job { rust job; targets unix }
let st$0ore(dir: Path) = kv.direct(dir)
let both = job(store(\"a\"), store(\"b\"))
let broken = (store(
unikernel u = job(kv.mem, twice(store)) as \"x\"
//- /other.unik
import ./app
let twice(f: (Path) -> kv.ReadOnly) = f(\"a\")
let more = app.store(\"c\")
";
    calls(
        text,
        expect![[r#"
        Function 4:5 «store»
        <- Value 5:5 «both» at 5:16 «store», 5:28 «store»
        <- Value 6:5 «broken» at 6:15 «store»
        <- Unikernel 7:11 «u» at 7:33 «store»
        <- Value /other.unik:3:5 «more» at 3:16 «store»
        -> Device /library/kv/kv.unik:15:8 «direct» at 4:27 «direct»
    "#]],
    );
    calls(
        &text.replace("st$0ore(dir", "store(dir").replace("let both", "let bo$0th"),
        expect![[r#"
        Value 5:5 «both»
        -> Device 3:8 «job» at 5:12 «job»
        -> Function 4:5 «store» at 5:16 «store», 5:28 «store»
    "#]],
    );
    calls(
        &text.replace("st$0ore(dir", "store(dir").replace("device job", "device jo$0b"),
        expect![[r#"
        Device 3:8 «job»
        <- Value 5:5 «both» at 5:12 «job»
        <- Unikernel 7:11 «u» at 7:15 «job»
    "#]],
    );
    calls("enum St$0ore { a }", expect![[""]]);
}

#[test]
fn links_lead_to_files_that_exist() {
    let (library, mut files) = library();
    files.push(("/data/x.txt".to_owned(), "hello".to_owned()));
    files.push(("/other.unik".to_owned(), "let x = 1".to_owned()));
    let mut host = Host::new(Arc::new(MemorySystem::new(files)), library);
    let file = host.set_text(
        "/app.unik",
        "\
import std/kv
import ./other as o
import ./gone
key dir: Path = \"data\"
let a = kv.crunch(files(\"data\"))
let b = kv.direct(\"data/x.txt\")
let c = kv.direct(\"missing\")
let broken = (
",
    );
    let analysis = host.analysis();
    let mut out = String::new();
    for link in analysis.links(file) {
        let folder = if link.folder { " folder" } else { "" };
        writeln!(out, "{} -> {}{folder}", here(&analysis, file, link.span), link.path).unwrap();
    }
    expect![[r#"
        1:8 «std/kv» -> /library/kv/kv.unik
        2:8 «./other» -> /other.unik
        4:18 «data» -> /data folder
        5:26 «data» -> /data folder
        6:20 «data/x.txt» -> /data/x.txt
    "#]]
    .assert_eq(&out);
}

#[test]
fn lenses_offer_what_can_be_done() {
    let world = World::new(
        "\
import std/kv
import ./other { x }
key port: Port = 80
let f(p: Port) = p
let g = f(port) + f(port)
device job(p: Port): Job { rust job }
unikernel u = if port == 1 then job(g) else job(f(port))
unikernel broken = (((
//- /other.unik
import ./app
let x = app.g
",
    );
    let analysis = world.analysis();
    let mut out = String::new();
    for lens in analysis.lenses(world.file) {
        let at = here(&analysis, world.file, lens.span);
        match lens.kind {
            LensKind::Run(name) => writeln!(out, "{at} run {name}"),
            LensKind::Build(name, target) => writeln!(out, "{at} build {name} for {target}"),
            LensKind::Graph(name) => {
                writeln!(out, "{at} graph of {name}: {:?}", analysis.graph_size(world.file, &name))
            }
            LensKind::Uses => {
                writeln!(out, "{at} used {}", analysis.users(world.file, lens.span.start).len())
            }
        }
        .unwrap();
    }
    expect![[r#"
        3:5 «port» used 4
        4:5 «f» used 3
        5:5 «g» used 2
        6:8 «job» used 2
        7:11 «u» run u
        7:11 «u» build u for unix
        7:11 «u» build u for virtio
        7:11 «u» graph of u: Some(1)
        8:11 «broken» run broken
        8:11 «broken» build broken for unix
        8:11 «broken» build broken for virtio
        8:11 «broken» graph of broken: None
    "#]]
    .assert_eq(&out);
}
