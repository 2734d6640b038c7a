//! How types and items read.

use crate::core::{DefId, Type};
use crate::definition::item_of;
use smol_str::{SmolStr, format_smolstr};
use unik_db::{Db, Item, SourceFile};
use unik_source::FileId;

/// A type with the names under which everybody knows them: `List(Port)`, `std/kv.ReadOnly`, `(std/net.Network) -> Job`.
pub fn type_text(db: &dyn Db, ty: &Type) -> String {
    write(ty, &|id| item_of(db, id).map_or_else(gone, |item| qualified(db, item).into()))
}

/// The same, but what `file` declares itself goes without the name of the file.
pub fn type_text_in(db: &dyn Db, file: FileId, ty: &Type) -> String {
    write(ty, &|id| match item_of(db, id) {
        Some(item) if id.file == file => item.name(db).clone().unwrap_or_default().into(),
        Some(item) => qualified(db, item).into(),
        None => gone(),
    })
}

/// A type as people write it in `file`: what the file declares itself goes without its name.
pub(crate) fn text_in(db: &dyn Db, file: Option<SourceFile>, ty: &Type) -> String {
    write(ty, &|id| item_of(db, id).map_or_else(gone, |item| name_in(db, file, item)))
}

fn gone() -> String {
    "a module type that is gone".to_owned()
}

fn write(ty: &Type, name: &dyn Fn(DefId) -> String) -> String {
    match ty {
        Type::Value(ty) => ty.to_string(),
        Type::List(of) => format!("List({})", write(of, name)),
        Type::Option(of) => format!("Option({})", write(of, name)),
        Type::Module(id) => name(*id),
        Type::Job => "Job".to_owned(),
        Type::Function(of) => {
            let params: Vec<String> = of.params.iter().map(|param| write(param, name)).collect();
            format!("({}) -> {}", params.join(", "), write(&of.result, name))
        }
        Type::Unknown => "_".to_owned(),
    }
}

/// The name of an item as people write it in `file`.
pub(crate) fn name_in(db: &dyn Db, file: Option<SourceFile>, item: Item<'_>) -> String {
    let name = item.name(db).as_deref().unwrap_or("_");
    match file == Some(item.file(db)) {
        true => name.to_owned(),
        false => format!("{}.{name}", unik_db::path::name(item.file(db).module(db))),
    }
}

/// The name of an item under which it is known everywhere: `std/kv.crunch`, `app.file_server`.
pub(crate) fn qualified(db: &dyn Db, item: Item<'_>) -> SmolStr {
    format_smolstr!("{}.{}", item.file(db).module(db), item.name(db).as_deref().unwrap_or("_"))
}
