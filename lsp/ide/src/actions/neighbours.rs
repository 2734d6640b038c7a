//! What a file beside this one would mend: a name that it declares, and a path that is nearly its own.
//!
//! Only an editor looks around in folders: a check reads what it is told to.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use unik_check::codes;
use unik_db::{Db, path};
use unik_source::{Diagnostic, Edit, FileId, Fix, Place, Sources, Span};
use unik_syntax::tree::ExprKind;

use super::site::Site;
use crate::host::{Analysis, Range};

impl Analysis {
    /// The fixes of a mistake that files of the folder have.
    pub(super) fn neighbours(&self, diagnostic: &Diagnostic) -> Vec<Fix> {
        let place = diagnostic.primary();
        let span = self.db.absolute(place);
        let (file, text) = (place.file, self.text(place.file));
        let Some(written) = text.get(span.range()).filter(|written| !written.is_empty()) else {
            return Vec::new();
        };
        match diagnostic.code {
            codes::UNKNOWN_NAME if !text[..span.start as usize].ends_with('.') => {
                self.declared_beside(file, place, span, written)
            }
            codes::NO_SUCH_FILE if written.starts_with('.') => {
                self.nearly_beside(file, place, written).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// Imports of the files beside this one that declare an unknown name, or are called by it.
    fn declared_beside(&self, file: FileId, place: Place, span: Span, name: &str) -> Vec<Fix> {
        let module = self.text(file)[span.end as usize..].starts_with('.');
        let value = Site::new(self, Range { file, span }).is_some_and(|site| {
            let innermost = site.around().into_iter().next_back();
            innermost.is_some_and(|expr| matches!(&expr.kind, ExprKind::Name(name) if name.span == site.span))
        });
        let fix = |stem: SmolStr| {
            let import = unik_check::import_edit(&self.db, file, &format!("./{stem}"))?;
            if module {
                return (stem == name)
                    .then(|| Fix { title: format!("import `./{stem}`").into(), edits: vec![import] });
            }
            let beside = self.file(&path::join(self.folder(file), &format!("{stem}.unik")));
            let found = unik_check::item_of(&self.db, unik_check::declared(&self.db, beside, name)?)?;
            let is_value = matches!(found.keyword(&self.db).as_str(), "let" | "device" | "key");
            let taken = unik_check::meaning(&self.db, file, &stem).is_some();
            let title = format!("replace by `{stem}.{name}`, and import `./{stem}`").into();
            let written = Edit { place, text: format!("{stem}.{name}").into() };
            (is_value == value && !taken).then(|| Fix { title, edits: vec![written, import] })
        };
        self.beside(self.folder(file), file).into_iter().filter_map(fix).collect()
    }

    /// The path of a file that is there, nearest to one that is not.
    fn nearly_beside(&self, file: FileId, place: Place, written: &str) -> Option<Fix> {
        let (folder, stem) = written.rsplit_once('/')?;
        let known = self.beside(&path::join(self.folder(file), folder), file);
        let near = format!("{folder}/{}", unik_check::nearest(stem, &known)?);
        let edits = vec![Edit { place, text: near.as_str().into() }];
        Some(Fix { title: format!("replace by `{near}`").into(), edits })
    }

    fn folder(&self, file: FileId) -> &str {
        self.db.source(file).map_or("", |file| file.folder(&self.db))
    }

    /// The names of the files of a folder without their ending, but for one of them, that can be imported under them.
    fn beside(&self, folder: &str, but: FileId) -> BTreeSet<SmolStr> {
        let on_disk = self.db.system().list(folder).unwrap_or_default().into_iter();
        let open = self.open.iter().map(|open| self.path(*open));
        let open =
            open.filter(|path| path::folder(path) == folder).map(|known| SmolStr::new(path::name(known)));
        let stems = on_disk.chain(open).filter_map(|name| Some(SmolStr::new(name.strip_suffix(".unik")?)));
        let own = path::name(self.path(but)).strip_suffix(".unik").unwrap_or_default();
        let is_own = |stem: &SmolStr| stem == own && folder == self.folder(but);
        let is_name = |stem: &SmolStr| stem.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
        stems.filter(|stem| !is_own(stem) && is_name(stem)).collect()
    }
}
