//! What is fine is evaluated once, and nothing comes out otherwise for that: a check says what evaluation with values says, for every text
//! of the repository and for programs made by chance.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use unik_db::{Database, Library, MemorySystem};
use unik_eval::{KeyValues, Mode};
use unik_source::{Diagnostic, FileId};

use crate::examples::{add, root};
use crate::support::world;

/// What a check is to say: each unikernel is evaluated with symbols, and then with the defaults of its keys on each target.
fn by_values(db: &Database, file: FileId) -> Vec<Diagnostic> {
    let mut all = unik_check::diagnostics_in_reach(db, file);
    for (name, _) in unik_check::unikernels(db, file) {
        let said =
            |values: &KeyValues, mode| unik_eval::evaluate(db, file, Some(&name), values, mode).diagnostics;
        all.extend(said(&KeyValues::default(), Mode::Symbolic));
        let mut targets: Vec<_> =
            unik_check::platforms(db, file).into_iter().map(|(name, _)| Some(name)).collect();
        targets.sort_by_key(|target| target.as_deref() != Some("unix"));
        if targets.is_empty() {
            targets.push(None);
        }
        let mut found: Vec<(String, Vec<Diagnostic>)> = Vec::new();
        for target in targets {
            let named = target.as_deref().unwrap_or_default().to_owned();
            let mut wrong = said(&KeyValues { target, ..KeyValues::default() }, Mode::Concrete);
            wrong.retain(|diagnostic| diagnostic.code != unik_eval::codes::NO_VALUE);
            found.push((named, wrong));
        }
        let least = (0..found.len()).min_by_key(|at| found[*at].1.len()).unwrap();
        let (target, wrong) = found.swap_remove(least);
        for mut diagnostic in wrong {
            let place = (diagnostic.code, diagnostic.primary());
            let everywhere = found
                .iter()
                .all(|(_, others)| others.iter().any(|other| (other.code, other.primary()) == place));
            if !everywhere && !diagnostic.message.contains(&format!("`{target}`")) {
                diagnostic = diagnostic.note(format!("so it is on the target `{target}`"));
            }
            all.push(diagnostic);
        }
    }
    let mut seen = HashSet::new();
    all.retain(|one| seen.insert((one.code, one.primary(), one.message.clone())));
    all
}

/// Compares; gives whether evaluation itself finds something.
#[track_caller]
fn check(db: &Database, file: FileId, what: &str) -> bool {
    let mut names: Vec<_> = unik_check::unikernels(db, file).into_iter().map(|(name, _)| name).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    // Of two with one name only the first can be asked for.
    if names.len() < count {
        return false;
    }
    let expected = by_values(db, file);
    assert_eq!(unik_eval::check_file(db, file), expected, "{what}");
    expected.len() > unik_check::diagnostics_in_reach(db, file).len()
}

/// The files below a folder with one of these endings, but for what is built.
fn files_below(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && !matches!(&*name, "target" | "node_modules") {
            files_below(&path, ending, found);
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

/// The real library around some files, and folders that they may name.
fn real_world(own: Vec<(String, String)>) -> Database {
    let mut library = Library::default();
    let mut files = own;
    add("stdlib-devices", &mut files, &mut library.std);
    add("platform-runtimes", &mut files, &mut library.platforms);
    Database::new(Arc::new(MemorySystem::new(files)), library)
}

#[test]
fn every_file_of_the_repository() {
    let mut paths = Vec::new();
    files_below(&root(), ".unik", &mut paths);
    assert!(paths.len() > 20, "{paths:?}");
    let files = paths.iter().map(|path| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        (name, fs::read_to_string(path).unwrap())
    });
    let mut files: Vec<(String, String)> = files.collect();
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    for name in &names {
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        // What examples compile in.
        let inside = ["data", "public", "admin"].map(|inside| format!("{folder}/{inside}/index.html"));
        files.extend(inside.map(|path| (path, String::new())));
    }
    let db = real_world(files);
    for name in &names {
        check(&db, db.open(name), name);
    }
}

#[test]
fn every_fence_of_the_specification() {
    let mut pages = Vec::new();
    files_below(&root().join("spec"), ".md", &mut pages);
    // Each fence in a folder of its own, with the other files of its page.
    let (mut files, mut roots) = (Vec::new(), Vec::new());
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let of_page: Vec<(&str, &str)> = text
            .split("\n```")
            .filter(|part| part.starts_with("unik"))
            .filter_map(|part| part.split_once('\n'))
            .collect();
        let named = |info: &str| {
            info.split_whitespace().find_map(|word| word.strip_prefix("file=")).map(str::to_owned)
        };
        for (info, text) in &of_page {
            let folder = format!("fence{}", roots.len());
            let others = of_page.iter().filter_map(|(info, text)| Some((named(info)?, (*text).to_owned())));
            files.extend(others.map(|(name, text)| (format!("{folder}/{name}"), text)));
            files.push((format!("{folder}/data/index.html"), String::new()));
            files.push((format!("{folder}/app.unik"), (*text).to_owned()));
            roots.push((format!("{folder}/app.unik"), format!("{}: {info}", page.display())));
        }
    }
    let db = real_world(files);
    let wrong = roots.iter().filter(|(root, what)| check(&db, db.open(root), what)).count();
    assert!(roots.len() > 200 && wrong > 10, "{wrong} of {}", roots.len());
}

#[test]
fn every_fixture_whole_and_damaged() {
    let mut tests = Vec::new();
    files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"), ".rs", &mut tests);
    let mut wrong = 0;
    for test in tests {
        let text = fs::read_to_string(&test).unwrap();
        let fixtures = text.split("r#\"").skip(1).filter_map(|rest| Some(rest.split_once("\"#")?.0));
        for fixture in fixtures.filter(|fixture| fixture.contains("unikernel")) {
            let (mut db, file) = world(fixture);
            wrong += usize::from(check(&db, file, fixture));
            let whole = fixture.split("//- /").next().unwrap_or_default();
            let lines: Vec<&str> = whole.lines().collect();
            for without in (0..lines.len()).step_by(2) {
                let rest: Vec<&str> = lines
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != without)
                    .map(|(_, line)| *line)
                    .collect();
                let text = rest.join("\n");
                db.set_text(file, text.as_str());
                wrong += usize::from(check(&db, file, &text));
            }
        }
    }
    assert!(wrong > 20, "{wrong}");
}

/// The devices of programs made by chance: those that can be wrong together, at a target, or by a value.
const HEAD: &str = r#"
import std/net
module type Part = trait Part
enum Width { small, large, huge }
device first: Part { rust First::new }
device join(left: Part, right: Part): Part { rust Join::new }
device listen(port: Port): Part { rust Listen::new  exclusive port as "port" }
device hold(part: Part, port: Port): Part { rust Hold::new  exclusive part, port as "seat" }
device name(name: Str): Part { rust Name::new  exclusive name as "name" }
generative device fresh: Part { rust Fresh::new }
device here: Part { rust Here::new  targets unix }
device away: Part { rust Away::new  targets bare }
device shelf(files: Files): Part { rust Shelf::new }
device nic(interface: Str): Part { rust Nic::new  attach interface as "nic" }
device over(stack: net.Stack = target.stack): Part { rust Over::new }
device tuned: Part {
  rust Tuned::new
  key level: Int = 1
}
device job(part: Part): Job { rust job }
let twice(part: Part, on: Bool) = if on then join(part, part) else part
let tuned_twice(port: Port) = {
  key speed: Port = port;
  hold(listen(speed), port)
}
"#;

const BARE: &str = r#"
//- /platforms/bare
import std/net
platform bare {
  rust unik_bare
  stack = wire
  attach "nic" 1
}
device wire: net.Stack {
  rust Wire::new
  targets bare
}
//- /platforms/unix
import std/net
key depth: Int = 4
require depth < 6, "not so deep"
platform unix {
  rust unik_unix
  stack = sockets
  spare = sockets
  attach "nic" 2
}
device sockets: net.Stack {
  rust Sockets::new
  targets unix
}
"#;

/// Programs by a number: xorshift.
struct Chance(u64);

impl Chance {
    fn of(&mut self, count: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % count
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.of(of.len() as u64)).unwrap()]
    }

    fn program(&mut self) -> String {
        let mut text = HEAD.to_owned();
        let mut declare = |name: &str, ty: &str, defaults: &[&str]| {
            let stage = self.one(&["key", "configure key", "key", "configure key", "run key"]);
            let default = match self.of(8) {
                0 => String::new(),
                _ => format!(" = {}", self.one(defaults)),
            };
            text += &format!("{stage} {name}: {ty}{default}\n");
        };
        declare("on", "Bool", &["true", "false"]);
        declare("off", "Bool", &["false", "!on", "on && true"]);
        declare("port", "Port", &["80", "81", "65535"]);
        declare("other", "Port", &["80", "port", "port + 1"]);
        declare("size", "Width", &["small", "large"]);
        declare("who", "Str", &["\"a\"", "\"b\"", "\"not a name\""]);
        declare("dir", "Path", &["\"data/\"", "\"other/\"", "\"missing/\""]);
        declare("maybe", "Option(Port)", &["none", "some(80)", "some(port)"]);
        let lets = 2 + self.of(6);
        for at in 0..lets {
            let part = self.part(3, at);
            text += &format!("let l{at} = {part}\n");
        }
        for _ in 0..self.of(3) {
            let condition = self.bool(2);
            text += &format!("require {condition}, \"so it is\"\n");
        }
        let jobs: Vec<String> = (0..=self.of(3)).map(|_| format!("job({})", self.part(2, lets))).collect();
        text + &format!("unikernel u = [{}]\n", jobs.join(", ")) + BARE
    }

    fn part(&mut self, depth: u64, lets: u64) -> String {
        let below = depth.saturating_sub(1);
        if lets > 0 && self.of(3) == 0 {
            return format!("l{}", self.of(lets));
        }
        match self.of(if depth == 0 { 9 } else { 16 }) {
            0 | 1 => "first".into(),
            2 => format!("listen({})", self.port(below)),
            3 => format!("name({})", self.text(below)),
            4 => "fresh".into(),
            5 => self.one(&["first", "first", "here", "here", "away"]).into(),
            6 => format!("nic({})", self.text(below)),
            7 => self.one(&["over()", "over()", "over(target.spare)", "tuned", "tuned as \"x\""]).into(),
            8 => {
                format!("shelf(files({}))", self.one(&["dir", "\"data/\"", "if on then dir else \"other/\""]))
            }
            9 | 10 => format!("join({}, {})", self.part(below, lets), self.part(below, lets)),
            11 => format!("hold({}, {})", self.part(below, lets), self.port(below)),
            12 => format!(
                "(if {} then {} else {})",
                self.bool(below),
                self.part(below, lets),
                self.part(below, lets)
            ),
            13 => format!(
                "(match size {{ small => {}, large | huge => {} }})",
                self.part(below, lets),
                self.part(below, lets)
            ),
            14 => format!("twice({}, {})", self.part(below, lets), self.bool(below)),
            _ => {
                let scope = self.one(&["", " as \"x\"", " as \"y\""]);
                format!("tuned_twice({}){scope}", self.port(below))
            }
        }
    }

    fn bool(&mut self, depth: u64) -> String {
        let below = depth.saturating_sub(1);
        match self.of(if depth == 0 { 4 } else { 8 }) {
            0 | 1 => "on".into(),
            2 => "off".into(),
            3 => "size == large".into(),
            4 => format!("{} == {}", self.one(&["port", "other"]), self.port(below)),
            5 => format!("({} && {})", self.bool(below), self.bool(below)),
            6 => format!("!({} || {})", self.bool(below), self.bool(below)),
            _ => format!("{} < {}", self.one(&["port", "other"]), self.port(below)),
        }
    }

    fn port(&mut self, depth: u64) -> String {
        let below = depth.saturating_sub(1);
        match self.of(if depth == 0 { 5 } else { 8 }) {
            0 => "80".into(),
            1 => self.one(&["81", "90", "91", "92", "93"]).into(),
            2 | 3 => "port".into(),
            4 => "other".into(),
            5 => format!("({} + 1)", self.port(below)),
            6 => format!("(match maybe {{ some(p) => p, none => {} }})", self.port(below)),
            _ => format!("(if {} then {} else {})", self.bool(below), self.port(below), self.port(below)),
        }
    }

    fn text(&mut self, depth: u64) -> String {
        match self.of(if depth == 0 { 3 } else { 5 }) {
            0 | 1 => self.one(&["\"a\"", "\"c\"", "\"d\"", "\"e\""]).into(),
            2 => "who".into(),
            3 => format!("(if {} then who else \"b\")", self.bool(0)),
            _ => "(who ++ \"z\")".into(),
        }
    }
}

#[test]
fn programs_made_by_chance() {
    let (mut fine, mut wrong) = (0, 0);
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for _ in 0..1_000 {
        let text = chance.program();
        let (db, file) = world(&text);
        match check(&db, file, &text) {
            true => wrong += 1,
            false => fine += 1,
        }
        let mistyped = unik_check::diagnostics_in_reach(&db, file).into_iter().find(Diagnostic::is_error);
        assert_eq!(mistyped, None, "{text}");
    }
    assert!(fine > 100 && wrong > 100, "{fine} are fine, {wrong} are not");
}
