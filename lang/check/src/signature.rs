//! What others need to know of an item to use it: its type, its parameters, what it includes.
//!
//! Signatures hold no places, so that an edit of a body disturbs its users only if it changes the type.

use std::sync::Arc;

use crate::core::Type;
use crate::type_ref::TypeRefs;
use smol_str::SmolStr;
use unik_db::{Db, Item, parsed};
use unik_syntax::tree::{self, DeviceEntry, ItemKind};

/// What others need to know of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signature {
    /// A value: a `let` or device without parameters, or a key.
    Value(Type),
    /// Something to apply.
    Function(Arc<Callable>),
    /// An enum or a module type.
    Type,
    /// An item that did not parse: it agrees with everything.
    Unknown,
}

/// Something to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callable {
    pub(crate) params: Vec<Parameter>,
    pub(crate) result: Type,
    ty: Type,
}

/// A parameter as its callers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub(crate) name: SmolStr,
    pub(crate) ty: Type,
    pub(crate) optional: bool,
}

impl Callable {
    pub(crate) fn new(params: Vec<Parameter>, result: Type) -> Self {
        let ty = Type::function(params.iter().map(|param| param.ty.clone()).collect(), result.clone());
        Self { params, result, ty }
    }

    /// As a function type: names and defaults are gone.
    pub(crate) fn ty(&self) -> &Type {
        &self.ty
    }
}

impl Signature {
    /// The type of the item as an expression.
    pub(crate) fn ty(&self) -> Type {
        match self {
            Self::Value(ty) => ty.clone(),
            Self::Function(callable) => callable.ty().clone(),
            Self::Type | Self::Unknown => Type::Unknown,
        }
    }
}

/// The signature of an item. A result type that is not written is inferred from the body.
#[salsa::tracked(cycle_result = unknown)]
pub(crate) fn signature<'db>(db: &'db dyn Db, item: Item<'db>) -> Signature {
    let types = &mut TypeRefs::new(db, item);
    match &parsed(db, item).tree.kind {
        ItemKind::Let(it) => {
            let result = match &it.result {
                Some(result) => types.resolve(result),
                None => crate::checked(db, item).ty.clone(),
            };
            with_params(types, it.params.as_deref(), result)
        }
        ItemKind::Device(it) => {
            let result = types.resolve(&it.result);
            with_params(types, it.params.as_deref(), if result.is_device() { result } else { Type::Unknown })
        }
        ItemKind::Key(it) => Signature::Value(types.value(&it.ty).map_or(Type::Unknown, Type::Value)),
        ItemKind::Enum(_) | ItemKind::ModuleType(_) => Signature::Type,
        ItemKind::Import(_)
        | ItemKind::Require(_)
        | ItemKind::Unikernel(_)
        | ItemKind::Platform(_)
        | ItemKind::Broken(_) => Signature::Unknown,
    }
}

/// The order of checking rules circles out; this answers should one be overlooked.
fn unknown(_: &dyn Db, _: salsa::Id, _: Item<'_>) -> Signature {
    Signature::Unknown
}

fn with_params(types: &mut TypeRefs<'_>, params: Option<&[tree::Param]>, result: Type) -> Signature {
    let Some(params) = params else { return Signature::Value(result) };
    let parameter = |param: &tree::Param| Parameter {
        name: param.name.text.clone(),
        ty: types.resolve(&param.ty),
        optional: param.default.is_some(),
    };
    Signature::Function(Arc::new(Callable::new(params.iter().map(parameter).collect(), result)))
}

/// The keys among the entries of a device.
pub(crate) fn device_keys(device: &tree::Device) -> impl Iterator<Item = &tree::Key> {
    device.entries.iter().filter_map(|entry| match entry {
        DeviceEntry::Key(key) => Some(key),
        DeviceEntry::Rust(_)
        | DeviceEntry::After(_)
        | DeviceEntry::Exclusive(_)
        | DeviceEntry::Attach(_)
        | DeviceEntry::Features(_)
        | DeviceEntry::Targets(_) => None,
    })
}
