//! From something to the declaration of its type: a module type or an enum.

use unik_check::core::{DefId, Type};
use unik_check::{Core, checked_core, id_of, type_of};
use unik_graph::value::ValueType;
use unik_source::FileId;

use crate::declaration::params_of;
use crate::host::{Analysis, Range};
use crate::lookup::{declaration, item_at, name_at};
use crate::occurrence::{Occurrence, Referent};
use crate::resolve::enum_item;
use crate::typed::Typed;

impl Analysis {
    /// Where the types are declared of what stands at an offset: of what a name stands for, else of the innermost expression. What is
    /// applied counts as what it makes, a list as what is in it; types of the language have no declaration. A role has a type on each
    /// platform.
    pub fn type_definition(&self, file: FileId, offset: u32) -> Vec<Range> {
        let types = match name_at(&self.db, file, offset) {
            Some((_, name)) => match &name.referent {
                Referent::Item(id) => return self.type_of_item(file, *id),
                Referent::Case(id, _) => return self.declared(*id),
                Referent::Role(role) => self.types_of_role(file, role),
                Referent::Local(id, _) => self.type_of_local(file, *id, &name).into_iter().collect(),
                Referent::File(_) | Referent::BuiltIn(_) => Vec::new(),
            },
            None => self.type_around(file, offset).into_iter().collect(),
        };
        let mut found: Vec<Range> = types.iter().flat_map(|ty| self.places_of(file, ty)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn type_of_item(&self, file: FileId, id: DefId) -> Vec<Range> {
        match checked_core(&self.db, id) {
            Some(Core::ModuleType(_) | Core::Enum(_)) => self.declared(id),
            _ => type_of(&self.db, id).map_or_else(Vec::new, |ty| self.places_of(file, &ty)),
        }
    }

    /// An argument's name has the type of the parameter.
    fn type_of_local(&self, file: FileId, id: DefId, name: &Occurrence) -> Option<Type> {
        let known = name.ty.clone();
        known.or_else(|| {
            let text = self.text(file).get(name.span.range())?;
            params_of(&self.db, id)?.into_iter().find(|param| param.name == text).map(|param| param.ty)
        })
    }

    fn types_of_role(&self, file: FileId, role: &str) -> Vec<Type> {
        let platforms = unik_check::platforms(&self.db, file).into_iter();
        let bodies = platforms.filter_map(|(_, id)| match checked_core(&self.db, id)? {
            Core::Platform(it) => it.roles.iter().find(|(name, _)| name == role),
            _ => None,
        });
        bodies.map(|(_, body)| body.expr.ty.clone()).collect()
    }

    /// The type of the innermost expression around an offset.
    fn type_around(&self, file: FileId, offset: u32) -> Option<Type> {
        let item = item_at(&self.db, file, offset)?;
        let at = offset.checked_sub(item.start(&self.db))?;
        unik_check::settle(&self.db, id_of(&self.db, item).file);
        Typed::new(&self.db, item).type_around(at).cloned()
    }

    fn places_of(&self, file: FileId, ty: &Type) -> Vec<Range> {
        match ty {
            Type::Module(id) => self.declared(*id),
            Type::Function(of) => self.places_of(file, &of.result),
            Type::List(of) | Type::Option(of) => self.places_of(file, of),
            Type::Value(of) => self.place_of_value(file, of),
            Type::Job | Type::Unknown => Vec::new(),
        }
    }

    fn place_of_value(&self, file: FileId, ty: &ValueType) -> Vec<Range> {
        match ty {
            ValueType::List(of) | ValueType::Option(of) => self.place_of_value(file, of),
            ValueType::Enum(of) => {
                enum_item(&self.db, file, of).map_or_else(Vec::new, |id| self.declared(id))
            }
            _ => Vec::new(),
        }
    }

    fn declared(&self, id: DefId) -> Vec<Range> {
        declaration(&self.db, &Referent::Item(id)).into_iter().collect()
    }
}
