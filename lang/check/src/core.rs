//! The core language: what a checked item amounts to. The evaluator reads nothing else.
//!
//! Names are resolved, literals have their type, arguments stand in the order of the parameters, and what was
//! left to defaults is said. A part with a mistake is `Unknown`; the checker has already said what is wrong.

use std::sync::Arc;

use smol_str::SmolStr;
use unik_graph::value::{Const, ValueType};
use unik_source::{Anchor, FileId, Place, Span};

/// An item, by its file and its anchor there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefId {
    /// The file.
    pub file: FileId,
    /// The item.
    pub item: Anchor,
}

/// A type of the language.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A value type.
    Value(ValueType),
    /// `List(T)` of something that is not a value: `List(Job)`.
    List(Arc<Type>),
    /// `Option(T)` of something that is not a value.
    Option(Arc<Type>),
    /// A module type.
    Module(DefId),
    /// `Job`, the one module type that no file declares.
    Job,
    /// `(A, B) -> C`.
    Function(Arc<FunctionType>),
    /// The type of a mistake: it agrees with every other.
    Unknown,
}

/// `(A, B) -> C`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FunctionType {
    /// The types of the parameters.
    pub params: Vec<Type>,
    /// The type of the result.
    pub result: Type,
}

/// A parameter, a `let` of a block, or a name bound by a pattern: an index that is unique in its [`Body`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Local(pub u32);

/// A key declared in a block or in a device, by its index in [`Body::keys`] or [`Device::keys`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalKey(pub u32);

/// A checked expression with everything that its locals need.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Body {
    /// The expression.
    pub expr: Expr,
    /// How many locals it and its parameters use.
    pub locals: u32,
    /// The keys that its blocks declare.
    pub keys: Vec<Key>,
}

/// An expression with its type and its place in the item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type.
    pub ty: Type,
    /// Where it stands, relative to its item.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ExprKind {
    /// A constant; a literal has been parsed as the type that its context expects.
    Const(Const),
    /// A parameter, a `let` of a block, or a name bound by a pattern.
    Local(Local),
    /// A key declared in a block of this body, or in this device.
    LocalKey(LocalKey),
    /// A top-level `let`, `device`, `key`, or the built-in `target` (see [`crate::core::Global`]).
    Global(Global),
    /// `f(a, b)`: one argument per parameter, in order.
    Apply(Box<Expr>, Vec<Argument>),
    /// `(x: T) => e`
    Lambda(Arc<Lambda>),
    /// `if c then a else b`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `match e { … }`: exhaustive, checked.
    Match(Box<Expr>, Vec<Arm>),
    /// `{ let x = e; …; e }`
    Block(Vec<(Local, Expr)>, Box<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `some(e)`
    Some(Box<Expr>),
    /// `files(path)`: the content of a folder.
    Files(Box<Expr>),
    /// `!e`
    Not(Box<Expr>),
    /// `-e`
    Negate(Box<Expr>),
    /// `a + b`; `!=`, `>` and `>=` have been turned into `Not`, or the other way round.
    Binary(unik_graph::Op, Box<Expr>, Box<Expr>),
    /// `e as "name"`
    As(Box<Expr>, SmolStr),
    /// `target.nic`: the role of the platform that is chosen.
    Role(SmolStr),
    /// A mistake that has been reported.
    Unknown,
}

/// Something declared at the top of a file, or built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Global {
    /// A `let`: a value, evaluated once at the root, or a function.
    Let(DefId),
    /// A device: a value if it has no parameter list, otherwise a functor.
    Device(DefId),
    /// A key.
    Key(DefId),
    /// `target`, the configure key whose type is the enum of the platforms in reach.
    Target,
}

/// An argument of an application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Argument {
    /// An expression.
    Given(Expr),
    /// Left to the default of the callee's parameter with this index: only where the callee is a global.
    Default(u32),
}

/// A function without a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lambda {
    /// Its parameters.
    pub params: Vec<Local>,
    /// What it gives.
    pub body: Expr,
    /// The locals of the surrounding body that it reads, in order.
    pub captures: Vec<Local>,
}

/// An arm of a `match`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arm {
    /// As written, for people: `crunch`, `80 | 8080`, `_`.
    pub label: SmolStr,
    /// The alternatives.
    pub patterns: Vec<Pattern>,
    /// What it gives.
    pub body: Expr,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// `_`
    Any,
    /// A constant: a case of an enum, a literal.
    Const(Const),
    /// `some(x)`; `some(_)` has no name.
    Some(Option<Local>),
    /// `none`
    None,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Param {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub ty: Type,
    /// Its default: a closed expression, in the scope of the file.
    pub default: Option<Body>,
    /// The local that holds it in a function's body; its position.
    pub local: Local,
    /// Where its name stands.
    pub span: Span,
}

/// A key declaration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Its name.
    pub name: SmolStr,
    /// Its documentation.
    pub doc: SmolStr,
    /// When it has a value.
    pub stage: unik_graph::Stage,
    /// Its type.
    pub ty: ValueType,
    /// Its default, over other keys: closed for a key of a file; for a key of a device it may read the keys before
    /// it, and for a key of a block what is bound around it, under the numbers of that body.
    pub default: Option<Body>,
    /// Its short option.
    pub short: Option<char>,
    /// Its name in the source, relative to the item.
    pub span: Span,
    /// The words that say when it has a value: `run key`.
    pub words: Span,
}

/// A checked `let`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Let {
    /// Its name.
    pub name: SmolStr,
    /// Its parameters; `None` for a value.
    pub params: Option<Vec<Param>>,
    /// What it is.
    pub body: Body,
}

/// A checked device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    /// As people know it: `std/kv.crunch`, `app.file_server`.
    pub qualified: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its documentation.
    pub doc: SmolStr,
    /// Fresh at each application.
    pub generative: bool,
    /// Its parameters; `None` for a value.
    pub params: Option<Vec<Param>>,
    /// The module type that it makes.
    pub result: Type,
    /// Its constructor.
    pub rust: Option<unik_graph::Rust>,
    /// Initialised before it.
    pub after: Vec<Body>,
    /// `exclusive`: what, which parameters by index, and where it says so.
    pub exclusive: Vec<(SmolStr, Vec<u32>, Place)>,
    /// `attach`: the kinds of things that the host attaches to it.
    pub attach: Vec<Attach>,
    /// Cargo features.
    pub features: Vec<SmolStr>,
    /// The platforms on which it works; `None` if on all.
    pub targets: Option<Vec<SmolStr>>,
    /// Its own keys; their defaults may read them no more than each other.
    pub keys: Vec<Key>,
    /// Where its name stands.
    pub place: Place,
}

/// `attach interface as "nic"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attach {
    /// The kind, a word of lower-case letters.
    pub kind: SmolStr,
    /// The parameter that gives the name, by index; a `Str`.
    pub param: u32,
    /// The whole entry.
    pub place: Place,
}

/// A checked module type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ModuleType {
    /// As people know it: `std/kv.ReadOnly`.
    pub qualified: SmolStr,
    /// What it includes.
    pub includes: Vec<Type>,
    /// Its trait.
    pub rust_trait: Option<unik_graph::Rust>,
    /// Its documentation.
    pub doc: SmolStr,
}

/// A checked `require`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Require {
    /// What must hold.
    pub condition: Body,
    /// What to say otherwise.
    pub message: SmolStr,
    /// The whole item.
    pub place: Place,
}

/// A checked `unikernel`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unikernel {
    /// Its name.
    pub name: SmolStr,
    /// Its job or jobs.
    pub body: Body,
    /// Where its name stands.
    pub place: Place,
}

/// A checked `platform`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Platform {
    /// Its name.
    pub name: SmolStr,
    /// Its runtime crate.
    pub rust: Option<unik_graph::Rust>,
    /// The extension of the image.
    pub artifact: Option<SmolStr>,
    /// The linker script of its images, which are bare.
    pub link: Option<SmolStr>,
    /// How many things of which kind can be attached to an image.
    pub attach: Vec<AttachLimit>,
    /// The folder of its file, absolute.
    pub folder: SmolStr,
    /// What roles mean on it.
    pub roles: Vec<(SmolStr, Body)>,
    /// Where its name stands.
    pub place: Place,
}

/// `attach "nic" 8`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttachLimit {
    /// The kind, a word of lower-case letters.
    pub kind: SmolStr,
    /// At most so many of it in an image.
    pub most: u32,
    /// The whole entry.
    pub place: Place,
}
