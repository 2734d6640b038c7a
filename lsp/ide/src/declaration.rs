//! How declarations read in one line, with their documentation.

use smol_str::SmolStr;
use unik_check::core::{DefId, Param, Type};
use unik_check::{Core, checked_core, item_of, type_as_written, type_of};
use unik_db::{Database, parsed};
use unik_source::FileId;
use unik_syntax::tree::{ItemKind, KeyStage};

/// The parameters of a declaration; nothing if it is a value.
pub(crate) fn params_of(db: &Database, id: DefId) -> Option<Vec<Param>> {
    match checked_core(db, id)? {
        Core::Let(it) => it.params.clone(),
        Core::Device(it) => it.params.clone(),
        _ => None,
    }
}

/// The documentation of a declaration.
pub(crate) fn doc_of(db: &Database, id: DefId) -> SmolStr {
    item_of(db, id).map(|item| parsed(db, item).tree.doc.clone()).unwrap_or_default()
}

/// The text of the default of a parameter.
pub(crate) fn default_text(db: &Database, id: DefId, at: usize) -> Option<&str> {
    let item = item_of(db, id)?;
    let params = match &parsed(db, item).tree.kind {
        ItemKind::Let(it) => it.params.as_ref()?,
        ItemKind::Device(it) => it.params.as_ref()?,
        _ => return None,
    };
    item.text(db).get(params.get(at)?.default.as_ref()?.span.range())
}

/// A parameter as it reads in `file`.
pub(crate) fn param_text(db: &Database, file: FileId, param: &Param, default: Option<&str>) -> String {
    let ty = type_as_written(db, file, &param.ty);
    let default = default.map(|default| format!(" = {default}")).unwrap_or_default();
    format!("{}: {ty}{default}", param.name)
}

/// A declaration in one line, as it reads in `file`.
pub(crate) fn declaration_text(db: &Database, file: FileId, id: DefId) -> Option<String> {
    let item = item_of(db, id)?;
    let name = item.name(db).as_deref().unwrap_or("_");
    let text = |ty: &Type| type_as_written(db, file, ty);
    let params = params_of(db, id).map(|params| {
        let all = params.iter().enumerate();
        let all: Vec<String> =
            all.map(|(at, param)| param_text(db, file, param, default_text(db, id, at))).collect();
        format!("({})", all.join(", "))
    });
    let params = params.unwrap_or_default();
    Some(match (&parsed(db, item).tree.kind, type_of(db, id)) {
        (ItemKind::Let(_), Some(Type::Function(of))) if !params.is_empty() => {
            format!("let {name}{params}: {}", text(&of.result))
        }
        (ItemKind::Let(_), Some(ty)) => format!("let {name}: {}", text(&ty)),
        (ItemKind::Device(it), ty) => {
            let result = match ty {
                Some(Type::Function(of)) => of.result.clone(),
                Some(ty) => ty,
                None => Type::Unknown,
            };
            let fresh = if it.generative { "generative " } else { "" };
            format!("{fresh}device {name}{params}: {}", text(&result))
        }
        (ItemKind::Key(it), ty) => {
            let stage = match it.stage {
                KeyStage::Configure => "configure ",
                KeyStage::Both => "",
                KeyStage::Run => "run ",
            };
            let ty = ty.map_or_else(|| "_".to_owned(), |ty| text(&ty));
            let default = it.default.as_ref().and_then(|default| item.text(db).get(default.span.range()));
            let default = default.map(|default| format!(" = {default}")).unwrap_or_default();
            format!("{stage}key {name}: {ty}{default}")
        }
        (ItemKind::Enum(it), _) => {
            let cases: Vec<&str> = it.cases.iter().map(|case| case.name.text.as_str()).collect();
            format!("enum {name} {{ {} }}", cases.join(", "))
        }
        (ItemKind::ModuleType(it), _) => {
            let includes: Vec<&str> =
                it.includes.iter().filter_map(|path| item.text(db).get(path.span.range())).collect();
            let includes =
                if includes.is_empty() { String::new() } else { format!(": {}", includes.join(", ")) };
            format!("module type {name}{includes}")
        }
        _ => format!("{} {name}", item.keyword(db)),
    })
}
