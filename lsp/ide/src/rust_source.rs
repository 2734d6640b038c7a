//! Where a Rust path that a `.unik` file names is declared: a light scan of the crate's own source files.
//!
//! It is no compiler: it reads `mod`, `impl`, `trait`, `fn` and the words that declare types, and follows no `use` into other crates. What
//! a macro makes it does not see; then the file that the crate begins with is the answer.

use smol_str::SmolStr;
use unik_db::{Database, Db, path};
use unik_source::Span;

use crate::host::Range;

/// More files than this are not looked at.
const MOST_FILES: usize = 400;

/// Where the item of a path stands: its name in the crate beside the files of `folder`. `unik::…` is the device API of the library.
/// Without an item of that name it is the type that the path goes through, else the `use` that brings it from another crate, else the
/// start of the crate; nothing without a crate.
pub(crate) fn rust_item(db: &Database, folder: &str, written: &str) -> Option<Range> {
    let mut segments: Vec<&str> = written.split("::").map(str::trim).collect();
    let folder = match segments.first() {
        Some(&"unik") => device_api(db)?,
        _ => SmolStr::new(folder),
    };
    if matches!(segments.first(), Some(&("unik" | "crate" | "self"))) {
        segments.remove(0);
    }
    let root = ["src/lib.rs", "src/main.rs"].iter().map(|name| path::join(&folder, name));
    let root = root.into_iter().find(|root| db.system().read_file(root).is_ok())?;
    let found = declared_in(db, &root);
    let (name, around) = match segments.as_slice() {
        [around @ .., name] => (*name, around),
        [] => ("", segments.as_slice()),
    };
    let owner = around.last().copied();
    let exact = |one: &&Declared| one.name == name && one.owner.as_deref() == owner && owner.is_some();
    // A module may show what another declares.
    let anywhere = |one: &&Declared| one.name == name && one.owner.is_none() && one.kind != Kind::Use;
    let free = |one: &&Declared| anywhere(one) && under(&one.module, around);
    let of_owner = |one: &&Declared| one.name == owner.unwrap_or(name) && one.owner.is_none();
    let through = |one: &&Declared| of_owner(one) && one.kind == Kind::Type;
    let used = |one: &&Declared| of_owner(one) && one.kind == Kind::Use;
    // Of several of one name that in the module of the path counts, then the first.
    let first = |wanted: &dyn Fn(&&Declared) -> bool, module: &[&str]| {
        let mut all: Vec<&Declared> = found.iter().filter(|one| wanted(one)).collect();
        all.sort_by_key(|one| !one.module.iter().eq(module));
        all.first().copied()
    };
    let outer = around.split_last().map_or(around, |(_, outer)| outer);
    let best = first(&exact, outer)
        .or_else(|| first(&free, around))
        .or_else(|| first(&anywhere, around))
        .or_else(|| first(&through, outer))
        .or_else(|| first(&used, outer));
    Some(match best {
        Some(one) => Range { file: db.open(&one.file), span: one.span },
        None => Range { file: db.open(&root), span: Span::at(0) },
    })
}

/// The folder of the crate `unik`, which lies beside those of the library.
fn device_api(db: &Database) -> Option<SmolStr> {
    let known = db.project().library(db).std.first()?;
    Some(path::join(path::folder(path::folder(&known.path)), "device-api"))
}

/// Whether a module is the one of a path; what the crate shows at its root may stand in any.
fn under(module: &[SmolStr], around: &[&str]) -> bool {
    around.is_empty()
        || module.iter().rev().zip(around.iter().rev()).all(|(a, b)| a == b) && !module.is_empty()
}

/// What a declaration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Function,
    Type,
    /// `mod name;`
    File,
    /// A name in a `use`.
    Use,
}

/// A declaration of a crate.
#[derive(Clone, Debug)]
struct Declared {
    file: SmolStr,
    module: Vec<SmolStr>,
    /// The type whose `impl`, or the trait, it stands in.
    owner: Option<SmolStr>,
    name: SmolStr,
    span: Span,
    kind: Kind,
}

/// The declarations of a crate, file by file from the root.
fn declared_in(db: &Database, root: &str) -> Vec<Declared> {
    let mut found = Vec::new();
    let mut open = vec![(SmolStr::new(root), Vec::new())];
    let mut at = 0;
    while at < open.len().min(MOST_FILES) {
        let (file, module) = open[at].clone();
        at += 1;
        let Ok(text) = db.system().read_file(&file) else { continue };
        let scan = Scan { file: &file, module: &module, text: &text };
        for one in scan.declared() {
            if one.kind == Kind::File {
                open.extend(scan.file_of(db, &one).map(|file| {
                    let inner = one.module.iter().cloned().chain([one.name.clone()]);
                    (file, inner.collect())
                }));
            }
            found.push(one);
        }
    }
    found
}

/// What a pair of braces holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    Module(SmolStr),
    /// `impl`, or a trait.
    Of(SmolStr),
    /// Where nothing is looked for: bodies, fields, tests, macros.
    Other,
}

/// One file of a crate.
struct Scan<'t> {
    file: &'t str,
    module: &'t [SmolStr],
    text: &'t str,
}

impl Scan<'_> {
    fn declared(&self) -> Vec<Declared> {
        let words = words(self.text);
        let (mut scopes, mut found): (Vec<Scope>, Vec<Declared>) = (Vec::new(), Vec::new());
        // Where the head of what comes begins, and how many parentheses are open in it.
        let (mut head, mut depth, mut using) = (0_usize, 0_usize, false);
        for (at, word) in words.iter().enumerate() {
            let seen = !scopes.contains(&Scope::Other);
            match self.of(*word) {
                ";" if using => (using, head) = (false, at + 1),
                name if using && is_name(name) => found.push(self.one(&scopes, *word, Kind::Use)),
                _ if using => {}
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                "{" => {
                    scopes.push(if seen { self.scope(&words[head..at]) } else { Scope::Other });
                    (head, depth) = (at + 1, 0);
                }
                "}" => {
                    scopes.pop();
                    (head, depth) = (at + 1, 0);
                }
                ";" if depth == 0 => head = at + 1,
                "use" if seen && depth == 0 => using = true,
                keyword if seen && depth == 0 => {
                    let kind = match keyword {
                        "fn" => Kind::Function,
                        "struct" | "enum" | "union" | "trait" | "type" => Kind::Type,
                        "mod" if words.get(at + 2).is_some_and(|next| self.of(*next) == ";") => Kind::File,
                        _ => continue,
                    };
                    let Some(name) = words.get(at + 1).filter(|name| is_name(self.of(**name))) else {
                        continue;
                    };
                    found.push(self.one(&scopes, *name, kind));
                }
                _ => {}
            }
        }
        found
    }

    fn one(&self, scopes: &[Scope], name: Span, kind: Kind) -> Declared {
        let inline = scopes.iter().filter_map(|scope| match scope {
            Scope::Module(name) => Some(name.clone()),
            Scope::Of(_) | Scope::Other => None,
        });
        let owner = match scopes.last() {
            Some(Scope::Of(owner)) => Some(owner.clone()),
            _ => None,
        };
        Declared {
            file: SmolStr::new(self.file),
            module: self.module.iter().cloned().chain(inline).collect(),
            owner,
            name: SmolStr::new(self.of(name)),
            span: name,
            kind,
        }
    }

    /// What braces hold by the words in front of them.
    fn scope(&self, head: &[Span]) -> Scope {
        let words: Vec<&str> = head.iter().map(|word| self.of(*word)).collect();
        let behind = |keyword: &str| {
            let at = words.iter().position(|word| *word == keyword)?;
            words.get(at + 1).filter(|name| is_name(name)).map(|name| SmolStr::new(*name))
        };
        if words.windows(4).any(|words| words == ["cfg", "(", "test", ")"]) || words.contains(&"fn") {
            return Scope::Other;
        }
        if let Some(at) = words.iter().position(|word| *word == "impl") {
            return implemented(&words[at + 1..]).map_or(Scope::Other, |name| Scope::Of(SmolStr::new(name)));
        }
        match (behind("mod"), behind("trait")) {
            (Some(name), _) => Scope::Module(name),
            (None, Some(name)) => Scope::Of(name),
            (None, None) => Scope::Other,
        }
    }

    /// The file of `mod name;`.
    fn file_of(&self, db: &Database, one: &Declared) -> Option<SmolStr> {
        let stem = path::name(self.file).trim_end_matches(".rs");
        let own = match stem {
            "lib" | "main" | "mod" => String::new(),
            stem => format!("{stem}/"),
        };
        let inline: String =
            one.module[self.module.len()..].iter().map(|module| format!("{module}/")).collect();
        let folder = path::folder(self.file);
        let names = [format!("{own}{inline}{}.rs", one.name), format!("{own}{inline}{}/mod.rs", one.name)];
        let files = names.iter().map(|name| path::join(folder, name));
        files.into_iter().find(|file| db.system().read_file(file).is_ok())
    }

    fn of(&self, word: Span) -> &str {
        self.text.get(word.range()).unwrap_or_default()
    }
}

/// The type that the head of an `impl` is for: the last name of its path.
fn implemented<'t>(head: &[&'t str]) -> Option<&'t str> {
    let (mut angle, mut name, mut before) = (0_usize, None, "");
    for word in head {
        match *word {
            "<" => angle += 1,
            ">" if before != "-" => angle = angle.saturating_sub(1),
            "for" if angle == 0 => name = None,
            "where" if angle == 0 => break,
            word if angle == 0 && is_name(word) => name = Some(word),
            _ => {}
        }
        before = word;
    }
    name
}

fn is_name(word: &str) -> bool {
    word.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
}

/// The names and signs of a Rust text, comments, strings and characters left out.
fn words(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let is_part = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let (mut words, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let start = at;
        at = match rest {
            [b'/', b'/', ..] => at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => at + comment(rest),
            [b'"', ..] => at + string(rest),
            [b'\'', b'\\', _, after @ ..] => {
                at + 3 + after.iter().position(|byte| *byte == b'\'').map_or(after.len(), |end| end + 1)
            }
            [b'\'', first, ..] => {
                let width = if first.is_ascii() { 1 } else { first.leading_ones() as usize };
                // `'a` without a quote behind it is a lifetime.
                if bytes.get(at + 1 + width) == Some(&b'\'') { at + 2 + width } else { at + 1 }
            }
            _ if is_part(at) => {
                let end = (at..).find(|at| !is_part(*at)).unwrap_or(bytes.len());
                let raw = matches!(&text[at..end], "r" | "br" | "cr")
                    && matches!(bytes.get(end), Some(b'"' | b'#'));
                match raw.then(|| raw_string(&bytes[end..])).flatten() {
                    Some(length) => end + length,
                    None => {
                        words.push(Span::new(at, end));
                        end
                    }
                }
            }
            [sign, ..] if sign.is_ascii_punctuation() => {
                words.push(Span::new(start, at + 1));
                at + 1
            }
            _ => at + 1,
        };
    }
    words
}

/// The length of a comment of several lines, which may hold others.
fn comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        match &text[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a string with escapes.
fn string(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// The length of `#"…"#`, if it is one.
fn raw_string(text: &[u8]) -> Option<usize> {
    let signs = text.iter().take_while(|byte| **byte == b'#').count();
    let inner = text.get(signs + 1..).filter(|_| text.get(signs) == Some(&b'"'))?;
    let closes = |at: &usize| {
        inner[*at] == b'"'
            && inner[at + 1..].iter().take(signs).filter(|byte| **byte == b'#').count() == signs
    };
    let end = (0..inner.len()).find(closes).map_or(inner.len(), |end| end + 1 + signs);
    Some(signs + 1 + end)
}
