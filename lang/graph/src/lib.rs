//! The device graph, the values it carries, and its views.
//!
//! It knows neither tokens nor types of the language, nor queries, nor Rust crates: a graph is a plain value.
//! Start with [`DeviceGraph`]; then a view of it.
#![forbid(unsafe_code)]

pub mod dot;
pub mod expr;
pub mod json;
pub mod layout;
mod lines;
pub mod model;
pub mod parse;
pub mod picture;
mod show;
pub mod svg;
pub mod text;
pub mod value;

pub use expr::{Expr, ExprId, Exprs, KeyId, Op};
pub use model::{
    Argument, ArgumentValue, Attachment, Choice, Claim, Device, DeviceGraph, Edge, Guard, Key, Node,
    NodeKind, Platform, Requirement, Rust, Stage,
};
pub use parse::ParseError;
pub use picture::Picture;
pub use value::{Cidr, Const, EnumType, HostPath, ValueType};
