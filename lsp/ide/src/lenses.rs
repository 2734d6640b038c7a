//! What can be done with a declaration, or is worth knowing of it, to be shown above it.

use smol_str::SmolStr;
use unik_db::{Db, items};
use unik_source::{FileId, Span};

use crate::host::{Analysis, Range};
use crate::lookup::name_at;

/// Something to be shown above a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The name of the declaration.
    pub span: Span,
    /// What it is about.
    pub kind: LensKind,
}

/// What a lens is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LensKind {
    /// Build the unikernel of this name and run it.
    Run(SmolStr),
    /// Build it for a target: the unikernel, the target.
    Build(SmolStr, SmolStr),
    /// Show its graph; how large it is, [`Analysis::graph_size`] says.
    Graph(SmolStr),
    /// By how many it is used, [`Analysis::users`] says.
    Uses,
}

impl Analysis {
    /// The lenses of a file in the order of the text. What takes time is left to be asked for each.
    pub fn lenses(&self, file: FileId) -> Vec<Lens> {
        let db = &self.db;
        let Some(source) = db.source(file) else { return Vec::new() };
        let targets: Vec<SmolStr> =
            unik_check::platforms(db, file).into_iter().map(|(name, _)| name).collect();
        // Names come from the header: they are there however broken an item is.
        let cut = unik_syntax::split(self.text(file));
        let mut lenses = Vec::new();
        for (item, header) in items(db, source).iter().zip(cut) {
            let (Some(name), Some(span)) = (item.name(db).clone(), header.name_span) else { continue };
            match item.keyword(db).as_str() {
                "unikernel" => {
                    let mut kinds = vec![LensKind::Run(name.clone())];
                    kinds.extend(targets.iter().map(|target| LensKind::Build(name.clone(), target.clone())));
                    kinds.push(LensKind::Graph(name));
                    lenses.extend(kinds.into_iter().map(|kind| Lens { span, kind }));
                }
                "module type" | "enum" | "key" | "device" | "let" => {
                    lenses.push(Lens { span, kind: LensKind::Uses });
                }
                _ => {}
            }
        }
        lenses
    }

    /// How many devices and jobs the image of a unikernel has under the configuration of its folder; nothing if too much is wrong for
    /// one.
    pub fn graph_size(&self, file: FileId, unikernel: &str) -> Option<usize> {
        let all = self.unikernels_about(file);
        all.iter().find(|one| one.name == unikernel)?.by_values.devices
    }

    /// Where what is declared at an offset is used, in all files in reach; imports of a name do not count.
    pub fn users(&self, file: FileId, offset: u32) -> Vec<Range> {
        let Some((_, name)) = name_at(&self.db, file, offset) else { return Vec::new() };
        let found = self.named_in_items(file, &name.referent).into_iter();
        let used = found.filter(|(item, name)| !name.declares && item.keyword(&self.db) != "import");
        used.map(|(item, name)| Range { file: item.file(&self.db).id(&self.db), span: name.span }).collect()
    }
}
