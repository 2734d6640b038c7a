//! Types as a file can write them: by the names that it has for them.

use unik_check::Meaning;
use unik_check::core::{DefId, Type};
use unik_db::Database;
use unik_graph::value::ValueType;
use unik_source::FileId;

use crate::resolve::enum_item;

/// A type in the words of a file; nothing if it has no name for a part of it.
pub(super) fn written(db: &Database, file: FileId, ty: &Type) -> Option<String> {
    match ty {
        Type::Value(ty) => written_value(db, file, ty),
        Type::List(of) => Some(format!("List({})", written(db, file, of)?)),
        Type::Option(of) => Some(format!("Option({})", written(db, file, of)?)),
        Type::Module(id) => name_of(db, file, *id),
        Type::Job => Some("Job".to_owned()),
        Type::Function(of) => {
            let params: Option<Vec<String>> =
                of.params.iter().map(|param| written(db, file, param)).collect();
            Some(format!("({}) -> {}", params?.join(", "), written(db, file, &of.result)?))
        }
        Type::Unknown => None,
    }
}

fn written_value(db: &Database, file: FileId, ty: &ValueType) -> Option<String> {
    match ty {
        ValueType::Enum(of) => name_of(db, file, enum_item(db, file, of)?),
        ValueType::List(of) => Some(format!("List({})", written_value(db, file, of)?)),
        ValueType::Option(of) => Some(format!("Option({})", written_value(db, file, of)?)),
        ty => Some(ty.to_string()),
    }
}

/// What a file calls a declaration: a name of its own or an imported one, else that of an imported file and the one there.
fn name_of(db: &Database, file: FileId, id: DefId) -> Option<String> {
    let names = unik_check::names_in_scope(db, file);
    let own =
        names.iter().find(|(_, meaning)| *meaning == Meaning::Item(id)).map(|(name, _)| name.to_string());
    own.or_else(|| {
        let (module, _) = names.iter().find(|(_, meaning)| *meaning == Meaning::File(id.file))?;
        let declared = unik_check::names_declared(db, id.file);
        let (name, _) = declared.into_iter().find(|(_, known)| *known == id)?;
        Some(format!("{module}.{name}"))
    })
}
