//! Worlds for tests: fixtures of several files in one text, with `$0` where the cursor is, and the real library.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use unik_db::{Library, LibraryFile, MemorySystem};
use unik_ide::{Analysis, Host, Range};
use unik_source::{FileId, LineIndex, Span};

/// The folder of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The platforms that tests know, whatever others there are: what is said of all of them does not change with a new one.
const PLATFORMS: [&str; 2] = ["unix", "virtio"];

/// The real library, in memory.
pub(crate) fn library() -> (Library, Vec<(String, String)>) {
    let mut library = Library::default();
    let mut files = Vec::new();
    let mut add = |folder: &str, into: &mut Vec<LibraryFile>| {
        let mut folders: Vec<PathBuf> =
            fs::read_dir(repository().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        for folder in folders {
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let Ok(text) = fs::read_to_string(folder.join(format!("{name}.unik"))) else { continue };
            let known = format!("/library/{name}/{name}.unik");
            into.push(LibraryFile { name: name.into(), path: known.as_str().into() });
            files.push((known, text));
        }
    };
    add("stdlib-devices", &mut library.std);
    add("platform-runtimes", &mut library.platforms);
    library.platforms.retain(|platform| PLATFORMS.contains(&&*platform.name));
    (library, files)
}

/// The examples of the repository: path and text, sorted.
pub(crate) fn examples() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in fs::read_dir(repository().join("examples")).unwrap() {
        let path = folder.unwrap().path().join("app.unik");
        if let Ok(text) = fs::read_to_string(&path) {
            let folder = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
            found.push((format!("/examples/{folder}/app.unik"), text));
        }
    }
    found.sort();
    assert!(!found.is_empty(), "there are no examples");
    found
}

/// An empty session over the real library.
pub(crate) fn host() -> Host {
    let (library, files) = library();
    Host::new(Arc::new(MemorySystem::new(files)), library)
}

/// A session with the files of a fixture open, and where its cursor is.
pub(crate) struct World {
    pub(crate) host: Host,
    pub(crate) file: FileId,
    pub(crate) offset: u32,
    /// Where the second cursor is, if there are two: a selection lies between.
    pub(crate) end: u32,
    /// The files with their names.
    pub(crate) files: Vec<(String, FileId)>,
}

impl World {
    /// Files follow lines `//- /name.unik`; what is before the first such line is `/app.unik`. `$0` is the cursor; two of them
    /// in a file are a selection.
    pub(crate) fn new(fixture: &str) -> Self {
        let mut files: Vec<(String, String)> = Vec::new();
        for line in fixture.split_inclusive('\n') {
            match line.strip_prefix("//- ") {
                Some(name) => files.push((name.trim().to_owned(), String::new())),
                None if files.is_empty() => files.push(("/app.unik".to_owned(), line.to_owned())),
                None => files.last_mut().unwrap().1.push_str(line),
            }
        }
        let mut host = host();
        let mut cursor = None;
        let mut first = None;
        let mut named = Vec::new();
        for (name, mut text) in files {
            let mut cursors = Vec::new();
            while let Some(at) = text.find("$0") {
                text.replace_range(at..at + 2, "");
                cursors.push(u32::try_from(at).unwrap());
            }
            let file = host.set_text(&name, text);
            named.push((name, file));
            first = first.or(Some(file));
            if let (Some(start), Some(end)) = (cursors.first(), cursors.last()) {
                cursor = Some((file, *start, *end));
            }
        }
        let (file, offset, end) = cursor.unwrap_or((first.expect("the fixture has a file"), 0, 0));
        Self { host, file, offset, end, files: named }
    }

    /// The state, to be asked.
    pub(crate) fn analysis(&self) -> Analysis {
        self.host.analysis()
    }
}

/// `3:5 «text»`, lines and columns from 1; with the file where it is not `file`.
pub(crate) fn shown(analysis: &Analysis, file: FileId, range: Range) -> String {
    let text = analysis.text(range.file);
    let at = LineIndex::new(text).chars(text, range.span.start as usize);
    let other = match range.file == file {
        true => String::new(),
        false => format!("{}:", analysis.path(range.file)),
    };
    format!("{other}{}:{} «{}»", at.line + 1, at.column + 1, &text[range.span.range()])
}

/// The same of a span of `file`.
pub(crate) fn here(analysis: &Analysis, file: FileId, span: Span) -> String {
    shown(analysis, file, Range { file, span })
}

/// Numbers that are the same on every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below another.
    pub(crate) fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }

    /// A place in a text.
    pub(crate) fn place(&mut self, text: &str) -> usize {
        text.floor_char_boundary(self.below(text.len() + 1))
    }

    /// Takes a piece out, or puts a piece of the original in.
    pub(crate) fn edited(&mut self, text: &str, original: &str) -> String {
        let at = self.place(text);
        let mut text = text.to_owned();
        match self.below(2) {
            0 => {
                let end = text.ceil_char_boundary((at + self.below(12)).min(text.len()));
                text.replace_range(at..end, "");
            }
            _ => {
                let from = self.place(original);
                let to = original.ceil_char_boundary((from + self.below(30)).min(original.len()));
                text.insert_str(at, &original[from..to]);
            }
        }
        text
    }

    /// Takes a word out, says it twice, or puts another of the text in its place.
    pub(crate) fn with_a_word_changed(&mut self, text: &str) -> String {
        let words: Vec<_> =
            unik_syntax::tokens(text).into_iter().filter(|word| !word.kind.is_trivia()).collect();
        let (at, other) = (words[self.below(words.len())].span, words[self.below(words.len())].span);
        let new = match self.below(3) {
            0 => String::new(),
            1 => format!("{0} {0}", &text[at.range()]),
            _ => text[other.range()].to_owned(),
        };
        let mut text = text.to_owned();
        text.replace_range(at.range(), &new);
        text
    }
}
