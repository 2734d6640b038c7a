//! What a name is, in a few lines: how it is declared, its documentation, and what is worth knowing about its kind. What keys and
//! choices come to under the configuration is told by `valued`.

use smol_str::SmolStr;
use unik_check::core::{DefId, Type};
use unik_check::{Core, checked_core, item_of, type_as_written, type_text};
use unik_db::Db;
use unik_graph::Stage;
use unik_source::{FileId, Place};
use unik_syntax::items::file_doc;

use crate::declaration::{declaration_text, doc_of};
use crate::host::{Analysis, Range};
use crate::lookup::name_at;
use crate::manifest::{Crate, Manifests};
use crate::occurrence::{LocalKind, Occurrence, Referent};

/// What is said about a name or a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub range: Range,
    /// One line in the language.
    pub code: String,
    /// Documentation, as it is written.
    pub doc: SmolStr,
    /// What else there is to know, a sentence each.
    pub facts: Vec<String>,
}

impl Analysis {
    /// What the name at an offset is; where there is none, what the choice there comes to.
    pub fn hover(&self, file: FileId, offset: u32) -> Option<Hover> {
        let (name, choice) = (self.name_hover(file, offset), self.choice_hover(file, offset));
        let Some(mut hover) = name else { return choice };
        for fact in choice.into_iter().flat_map(|choice| choice.facts) {
            if !hover.facts.contains(&fact) {
                hover.facts.push(fact);
            }
        }
        Some(hover)
    }

    fn name_hover(&self, file: FileId, offset: u32) -> Option<Hover> {
        let (_, name) = name_at(&self.db, file, offset)?;
        let range = Range { file, span: name.span };
        let (code, doc, facts) = match &name.referent {
            Referent::Item(id) => {
                (declaration_text(&self.db, file, *id)?, doc_of(&self.db, *id), self.facts(file, *id))
            }
            Referent::Local(id, _) => self.local(file, *id, &name)?,
            Referent::Case(id, case) => {
                let doc = crate::resolve::cases(&self.db, *id).into_iter().find(|(name, _, _)| name == case);
                let of = item_of(&self.db, *id)?.name(&self.db).clone().unwrap_or_default();
                (format!("{of}.{case}"), doc.map(|(_, doc, _)| doc).unwrap_or_default(), Vec::new())
            }
            Referent::File(of) => {
                let module = self.db.source(*of)?.module(&self.db);
                (format!("import {module}"), file_doc(self.text(*of)), Vec::new())
            }
            Referent::Role(role) => {
                (format!("target.{role}"), SmolStr::default(), self.role_facts(file, role))
            }
            Referent::BuiltIn(word) => (built_in(word), SmolStr::default(), self.built_in_facts(file, word)),
        };
        Some(Hover { range, code, doc, facts })
    }

    fn local(&self, file: FileId, id: DefId, name: &Occurrence) -> Option<(String, SmolStr, Vec<String>)> {
        let text = self.text(file).get(name.span.range())?;
        // An argument's name has the type of the parameter, which stands where the parameter is declared.
        let ty = name.ty.clone().or_else(|| {
            let params = crate::declaration::params_of(&self.db, id)?;
            params.into_iter().find(|param| param.name == text).map(|param| param.ty)
        });
        let ty = ty.as_ref().map_or_else(|| "_".to_owned(), |ty| type_as_written(&self.db, file, ty));
        let (word, key) = match name.local? {
            LocalKind::Parameter => ("parameter", None),
            LocalKind::Let => ("let", None),
            LocalKind::Pattern => ("pattern", None),
            LocalKind::Key => ("key", self.local_key(file, id, text)),
        };
        let (doc, facts) = key.unwrap_or_default();
        Some((format!("{word} {text}: {ty}"), doc, facts))
    }

    /// Documentation and stage of a key of a device or a block.
    fn local_key(&self, file: FileId, id: DefId, name: &str) -> Option<(SmolStr, Vec<String>)> {
        let keys = match checked_core(&self.db, id)? {
            Core::Device(it) => &it.keys,
            Core::Let(it) => &it.body.keys,
            Core::Unikernel(it) => &it.body.keys,
            _ => return None,
        };
        let key = keys.iter().find(|key| key.name == name)?;
        let mut facts = vec![stage_text(key.stage).to_owned()];
        facts.extend(self.key_values(file, Place { file: id.file, anchor: id.item, span: key.span }));
        Some((key.doc.clone(), facts))
    }

    /// What is worth knowing of a declaration.
    fn facts(&self, file: FileId, id: DefId) -> Vec<String> {
        let mut facts = Vec::new();
        match checked_core(&self.db, id) {
            Some(Core::Device(it)) => {
                if let Some(rust) = &it.rust {
                    let beside = match Manifests::default().in_folder(&self.db, &rust.folder) {
                        Some(Crate { name, version: Some(version) }) => format!("`{name}` {version}"),
                        Some(Crate { name, version: None }) => format!("`{name}`"),
                        None => format!("beside `{}`", self.known_path(id.file)),
                    };
                    facts.push(format!("made by `{}` of the crate {beside}", rust.path));
                }
                facts.push(match &it.targets {
                    Some(targets) => format!("works on {}", listed(targets)),
                    None => "works on every target".to_owned(),
                });
                if !it.features.is_empty() {
                    facts.push(format!("switches on the features {}", listed(&it.features)));
                }
                for key in &it.keys {
                    facts.push(format!("has the key `{}: {}`", key.name, key.ty));
                    facts.extend(
                        self.key_values(file, Place { file: id.file, anchor: id.item, span: key.span }),
                    );
                }
            }
            Some(Core::Key(it)) => {
                facts.push(stage_text(it.stage).to_owned());
                let short = it.short.map(|short| format!(" or `-{short}`")).unwrap_or_default();
                facts.push(format!("given as `--{}`{short}", it.name.replace('_', "-")));
                if it.default.is_none() {
                    facts.push("it has no default: it must be given".to_owned());
                }
                facts.extend(self.key_values(file, Place { file: id.file, anchor: id.item, span: it.span }));
            }
            Some(Core::ModuleType(it)) => {
                let includes: Vec<String> =
                    it.includes.iter().map(|ty| type_as_written(&self.db, file, ty)).collect();
                if !includes.is_empty() {
                    facts.push(format!("includes {}", listed(&includes)));
                }
                if let Some(rust) = &it.rust_trait {
                    facts.push(format!("the Rust trait `{}`", rust.path));
                }
            }
            Some(Core::Platform(it)) => {
                facts
                    .extend(it.rust.as_ref().map(|rust| format!("its runtime is the crate `{}`", rust.path)));
            }
            _ => {}
        }
        facts
    }

    fn known_path(&self, file: FileId) -> &str {
        unik_source::Sources::path(&self.db, file)
    }

    /// What a role is on each platform in reach.
    fn role_facts(&self, file: FileId, role: &str) -> Vec<String> {
        let platforms = unik_check::platforms(&self.db, file).into_iter();
        let facts = platforms.map(|(name, id)| {
            let body = match checked_core(&self.db, id) {
                Some(Core::Platform(it)) => it.roles.iter().find(|(known, _)| known == role),
                _ => None,
            };
            match body {
                Some((_, body)) if body.expr.ty != Type::Unknown => {
                    format!("on `{name}`: `{}`", type_text(&self.db, &body.expr.ty))
                }
                Some(_) => format!("on `{name}`"),
                None => format!("not on `{name}`"),
            }
        });
        facts.collect()
    }

    fn built_in_facts(&self, file: FileId, word: &str) -> Vec<String> {
        if word != "target" {
            return vec!["part of the language".to_owned()];
        }
        let platforms = unik_check::platforms(&self.db, file);
        let names: Vec<SmolStr> = platforms.into_iter().map(|(name, _)| name).collect();
        let mut facts = vec![stage_text(Stage::Configure).to_owned(), format!("one of {}", listed(&names))];
        facts.extend(self.target_value(file, &names));
        facts
    }
}

fn built_in(word: &str) -> String {
    match word {
        "target" => "configure key target".to_owned(),
        "files" => "files(path: Path): Files".to_owned(),
        "some" => "some(value: T): Option(T)".to_owned(),
        "none" => "none: Option(T)".to_owned(),
        "List" | "Option" => format!("type {word}(T)"),
        ty => format!("type {ty}"),
    }
}

fn stage_text(stage: Stage) -> &'static str {
    match stage {
        Stage::Configure => "known when configuring, gone at boot",
        Stage::Both => "known when configuring; what is given then is the default at boot",
        Stage::Run => "known only at boot",
    }
}

fn listed(names: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    names.join(", ")
}
