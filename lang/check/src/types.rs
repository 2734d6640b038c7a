//! Types: which agrees with which, and what two have in common.
//!
//! A device may stand wherever a module type is wanted that its own includes: that is the only subtyping, and it
//! reaches under lists, options and functions.

use std::sync::Arc;

use crate::core::{DefId, FunctionType, Type};
use crate::definition::{id_of, item_of};
use crate::nearest::listed;
use crate::type_ref::TypeRefs;
use crate::type_text::text_in;
use rustc_hash::FxHashSet;
use unik_db::{Db, Item, SourceFile, parsed};
use unik_graph::value::ValueType;
use unik_syntax::tree::ItemKind;

impl Type {
    /// `List(T)`.
    pub fn list(of: Self) -> Self {
        match of {
            Self::Value(of) => Self::Value(ValueType::List(Box::new(of))),
            of => Self::List(Arc::new(of)),
        }
    }

    /// `Option(T)`.
    pub fn option(of: Self) -> Self {
        match of {
            Self::Value(of) => Self::Value(ValueType::Option(Box::new(of))),
            of => Self::Option(Arc::new(of)),
        }
    }

    /// `(A, B) -> C`.
    pub fn function(params: Vec<Self>, result: Self) -> Self {
        Self::Function(Arc::new(FunctionType { params, result }))
    }

    /// The `T` of `List(T)`.
    pub fn element(&self) -> Option<Self> {
        match self {
            Self::Value(ValueType::List(of)) => Some(Self::Value((**of).clone())),
            Self::List(of) => Some((**of).clone()),
            _ => None,
        }
    }

    /// The `T` of `Option(T)`.
    pub fn optional(&self) -> Option<Self> {
        match self {
            Self::Value(ValueType::Option(of)) => Some(Self::Value((**of).clone())),
            Self::Option(of) => Some((**of).clone()),
            _ => None,
        }
    }

    /// Whether it is a module type, `Job` among them.
    pub fn is_device(&self) -> bool {
        matches!(self, Self::Module(_) | Self::Job)
    }

    /// Whether it is, or holds, the type of a mistake.
    pub fn has_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::List(of) | Self::Option(of) => of.has_unknown(),
            Self::Function(of) => of.params.iter().any(Self::has_unknown) || of.result.has_unknown(),
            Self::Value(_) | Self::Module(_) | Self::Job => false,
        }
    }
}

/// A module type and all that it includes, itself first, each once.
fn included(db: &dyn Db, ty: &Type) -> Vec<Type> {
    let mut types = vec![ty.clone()];
    let mut seen: FxHashSet<DefId> = FxHashSet::default();
    let mut next = 0;
    while let Some(ty) = types.get(next).cloned() {
        next += 1;
        let Type::Module(id) = ty else { continue };
        if let Some(item) = item_of(db, id)
            && seen.insert(id_of(db, item))
        {
            for ty in includes(db, item) {
                if !types.contains(ty) {
                    types.push(ty.clone());
                }
            }
        }
    }
    types
}

/// Whether something of type `sub` may stand where `sup` is wanted.
pub fn subtype(db: &dyn Db, sub: &Type, sup: &Type) -> bool {
    match (sub, sup) {
        (Type::Unknown, _) | (_, Type::Unknown) => true,
        (Type::Value(sub), Type::Value(sup)) => sub == sup,
        (Type::Job, Type::Job) => true,
        (Type::Module(_), Type::Module(_) | Type::Job) => {
            sub == sup || included(db, sub).iter().any(|ty| ty == sup || *ty == Type::Unknown)
        }
        (
            Type::List(_) | Type::Value(ValueType::List(_)),
            Type::List(_) | Type::Value(ValueType::List(_)),
        ) => {
            matches!((sub.element(), sup.element()), (Some(sub), Some(sup)) if subtype(db, &sub, &sup))
        }
        (
            Type::Option(_) | Type::Value(ValueType::Option(_)),
            Type::Option(_) | Type::Value(ValueType::Option(_)),
        ) => {
            matches!((sub.optional(), sup.optional()), (Some(sub), Some(sup)) if subtype(db, &sub, &sup))
        }
        (Type::Function(sub), Type::Function(sup)) => {
            sub.params.len() == sup.params.len()
                && sub.params.iter().zip(&sup.params).all(|(sub, sup)| subtype(db, sup, sub))
                && subtype(db, &sub.result, &sup.result)
        }
        _ => false,
    }
}

/// The least type that both have in common, if there is exactly one.
pub(crate) fn join(db: &dyn Db, a: &Type, b: &Type) -> Option<Type> {
    if *a == Type::Unknown || *b == Type::Unknown {
        return Some(Type::Unknown);
    }
    if subtype(db, a, b) {
        return Some(b.clone());
    }
    if subtype(db, b, a) {
        return Some(a.clone());
    }
    match (a, b) {
        (Type::Module(_), Type::Module(_)) => {
            let of_b = included(db, b);
            let common: Vec<Type> = included(db, a).into_iter().filter(|ty| of_b.contains(ty)).collect();
            common.iter().find(|least| common.iter().all(|other| subtype(db, least, other))).cloned()
        }
        (Type::List(a), Type::List(b)) => Some(Type::list(join(db, a, b)?)),
        (Type::Option(a), Type::Option(b)) => Some(Type::option(join(db, a, b)?)),
        (Type::Function(a), Type::Function(b)) if a.params == b.params => {
            Some(Type::function(a.params.clone(), join(db, &a.result, &b.result)?))
        }
        _ => None,
    }
}

/// Why `sub` may not stand where `sup` is wanted, where that is not plain to see.
pub(crate) fn why_not(db: &dyn Db, file: SourceFile, sub: &Type, sup: &Type) -> Option<String> {
    let text = |ty: &Type| text_in(db, Some(file), ty);
    match (sub, sup) {
        (Type::Module(_), Type::Module(_)) => {
            let all = included(db, sub);
            let (_, others) = all.split_first()?;
            Some(match others {
                [] => format!("`{}` includes no other module type", text(sub)),
                others => {
                    let names: Vec<String> = others.iter().map(text).collect();
                    let names = listed(&names);
                    format!("`{}` includes {names}, not `{}`", text(sub), text(sup))
                }
            })
        }
        (Type::Function(sub), Type::Function(sup)) => {
            if sub.params.len() != sup.params.len() {
                let (has, wants) = (parameters(sub.params.len()), parameters(sup.params.len()));
                return Some(format!("it takes {has}, and what is wanted takes {wants}"));
            }
            for (at, (sub, sup)) in sub.params.iter().zip(&sup.params).enumerate() {
                if !subtype(db, sup, sub) {
                    let at = at + 1;
                    return Some(format!(
                        "its parameter {at} is `{}`, but it will be given `{}`",
                        text(sub),
                        text(sup)
                    ));
                }
            }
            let (sub, sup) = (&sub.result, &sup.result);
            (!subtype(db, sub, sup))
                .then(|| format!("it gives `{}`, but `{}` is wanted", text(sub), text(sup)))
        }
        _ => None,
    }
}

/// `no parameters`, `1 parameter`, `2 parameters`.
pub(crate) fn parameters(count: usize) -> String {
    match count {
        0 => "no parameters".to_owned(),
        1 => "1 parameter".to_owned(),
        count => format!("{count} parameters"),
    }
}

/// What a module type includes itself.
#[salsa::tracked]
pub(crate) fn includes<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Type> {
    let ItemKind::ModuleType(tree) = &parsed(db, item).tree.kind else { return Vec::new() };
    let types = &mut TypeRefs::new(db, item);
    let resolve = |path| types.path(path);
    tree.includes.iter().map(resolve).filter(|ty| ty.is_device() || *ty == Type::Unknown).collect()
}
