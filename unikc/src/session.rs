//! A file and what the language knows of it: the one place where the command line asks queries.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use unik_db::Database;
use unik_eval::{KeyValues, Mode, Outcome};
use unik_graph::{Attachment, Key, Stage};
use unik_source::{Diagnostic, FileId, Sources};

use crate::cli::{self, KeyOption};
use crate::library::Library;
use crate::system::OsSystem;

/// A file that has been opened. What cannot be read is a diagnostic like any other.
pub(crate) struct Session {
    db: Database,
    file: FileId,
    given: PathBuf,
    path: PathBuf,
    library: Library,
}

/// What the command line says about an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Which unikernel; the only one of the file if it is not said.
    pub(crate) unikernel: Option<String>,
    /// The target.
    pub(crate) target: Option<String>,
    /// Options and values of keys.
    pub(crate) keys: Vec<(String, String)>,
    /// Whether keys without a value stay symbols.
    pub(crate) mode: Mode,
}

impl Request {
    /// Nothing is said, and keys stay symbols.
    pub(crate) fn symbolic() -> Self {
        Self { unikernel: None, target: None, keys: Vec::new(), mode: Mode::Symbolic }
    }

    /// The target and the values of keys.
    pub(crate) fn values(&self) -> KeyValues {
        let values = KeyValues { target: self.target.as_deref().map(Into::into), ..KeyValues::default() };
        self.keys.iter().fold(values, |values, (option, text)| values.with(option, text))
    }
}

impl Session {
    /// Opens a file, or the `app.unik` of a folder.
    pub(crate) fn open(given: &Path, library: Option<&Path>) -> Result<Self, String> {
        let library = Library::open(library)?;
        if given.is_dir() && !cli::is_project(given) {
            return Err(format!("`{}` is a folder without an `app.unik`", given.display()));
        }
        let path = if cli::is_project(given) { given.join("app.unik") } else { given.to_path_buf() };
        let shown = path.to_str().ok_or_else(|| format!("the name `{}` is not UTF-8", path.display()))?;
        let system = OsSystem::new(library.texts());
        let db = Database::new(Arc::new(system), library.names());
        let file = db.open(shown);
        Ok(Self { db, file, given: given.to_path_buf(), path, library })
    }

    /// Under which name people know the file.
    pub(crate) fn shown(&self) -> &str {
        self.db.path(self.file)
    }

    /// What was given to be opened.
    pub(crate) fn given(&self) -> &Path {
        &self.given
    }

    /// The file, as it was given.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the file, as it was given; empty for the working directory.
    pub(crate) fn folder(&self) -> &Path {
        folder_of(&self.path)
    }

    /// The library of devices and platforms.
    pub(crate) fn library(&self) -> &Library {
        &self.library
    }

    /// The texts behind places.
    pub(crate) fn sources(&self) -> &dyn Sources {
        &self.db
    }

    /// The file and those that it imports.
    pub(crate) fn files(&self) -> Vec<FileId> {
        unik_check::reach(&self.db, self.file)
    }

    /// Everything that is wrong with the file and those that it imports.
    pub(crate) fn diagnostics(&self) -> Vec<Diagnostic> {
        unik_check::diagnostics_in_reach(&self.db, self.file)
    }

    /// Everything that can be said without values of keys: of the file, and of each of its unikernels.
    pub(crate) fn check(&self) -> Vec<Diagnostic> {
        unik_eval::check_file(&self.db, self.file)
    }

    /// The targets that the file knows, and the one that an image is built for if none is said.
    pub(crate) fn targets(&self) -> (Vec<String>, Option<String>) {
        let all = unik_check::platforms(&self.db, self.file);
        let all: Vec<String> = all.iter().map(|(name, _)| name.to_string()).collect();
        let usual = match all.as_slice() {
            [only] => Some(only),
            all => all.iter().find(|name| *name == KeyValues::USUAL_TARGET),
        };
        let usual = usual.cloned();
        (all, usual)
    }

    /// The keys of an image, on one target or on whichever. An image that is not named is the only one; of several,
    /// all keys count.
    pub(crate) fn keys(&self, unikernel: Option<&str>, target: Option<&str>) -> Vec<KeyOption> {
        let mut keys: Vec<KeyOption> = Vec::new();
        for outcome in self.outcomes(unikernel, target) {
            for key in &outcome.keys {
                if keys.iter().all(|known| known.option != key.option) {
                    keys.push(option_of(key, &outcome));
                }
            }
        }
        keys
    }

    /// What can be attached to an image, on one target or on whichever; of several images if none is named.
    pub(crate) fn attachments(&self, unikernel: Option<&str>, target: Option<&str>) -> Vec<Attachment> {
        let graphs = self.outcomes(unikernel, target).into_iter().filter_map(|outcome| outcome.graph);
        graphs.flat_map(|graph| graph.attachments).collect()
    }

    /// What the unikernels of the file, or the one that is named, amount to while keys are symbols.
    fn outcomes(&self, unikernel: Option<&str>, target: Option<&str>) -> Vec<Outcome> {
        let values = KeyValues { target: target.map(Into::into), ..KeyValues::default() };
        let all = unik_check::unikernels(&self.db, self.file);
        let named = all.iter().filter(|(name, _)| unikernel.is_none_or(|wanted| wanted == name));
        named
            .map(|(name, _)| unik_eval::evaluate(&self.db, self.file, Some(name), &values, Mode::Symbolic))
            .collect()
    }

    /// The graph of an image, if there is one, and what is wrong with it, the file included.
    pub(crate) fn evaluate(&self, request: &Request) -> Outcome {
        let values = request.values();
        unik_eval::evaluate(&self.db, self.file, request.unikernel.as_deref(), &values, request.mode)
    }
}

fn option_of(key: &Key, outcome: &Outcome) -> KeyOption {
    KeyOption {
        option: key.option.to_string(),
        short: key.short,
        doc: key.doc.to_string(),
        ty: key.ty.clone(),
        default: key.default.map(|default| match outcome.exprs.constant(default) {
            Some(value) => value.option(&key.ty),
            None => outcome.exprs.text(default, &outcome.keys),
        }),
        hidden: key.stage == Stage::Run,
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::{Format, render};

    /// Cuts, tears and disturbs a file, and shows what is said about each piece in every form.
    #[test]
    fn whatever_is_left_of_a_file_can_be_told_about() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/functors/app.unik");
        let mut session = Session::open(Path::new(path), None).unwrap();
        let whole = session.db.text(session.file).to_owned();
        let ends = (0..=whole.len()).step_by(3);
        let pieces = ends.flat_map(|end| {
            let (head, tail) = (&whole[..end], &whole[end..]);
            [head.to_owned(), tail.to_owned(), format!("{head}\u{0}\r字{tail}")]
        });
        for piece in pieces {
            session.db.set_text(session.file, piece);
            let diagnostics = session.check();
            for format in [Format::Human, Format::Short, Format::Json] {
                let text = render(&diagnostics, session.sources(), format, false);
                assert_eq!(text.is_empty(), diagnostics.is_empty());
            }
        }
    }
}
