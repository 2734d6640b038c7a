//! The tree of one item: what the parser gives and the checker reads.
//!
//! Spans are relative to the start of the item, so that the tree of an item that only moved is the same tree.
//! A part that could not be parsed is `Error`, which the checker takes for anything: the parser has already
//! said what is wrong with it.

use smol_str::SmolStr;
use unik_source::Span;

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The name; empty where the parser had to make one up.
    pub text: SmolStr,
    /// Where it stands.
    pub span: Span,
}

/// `name`, `m.name`, `m.Store.crunch`: names joined by dots, at least one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The names.
    pub segments: Vec<Name>,
    /// From the first to the last.
    pub span: Span,
}

/// One item of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// The `///` lines above it, without the slashes, joined by newlines.
    pub doc: SmolStr,
    /// What it is.
    pub kind: ItemKind,
    /// From its first keyword to its last token, documentation not included.
    pub span: Span,
}

/// What an item is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// `import …`
    Import(Import),
    /// `module type ReadWrite: ReadOnly = trait KvReadWrite`
    ModuleType(ModuleType),
    /// `enum Store { crunch, direct }`
    Enum(Enum),
    /// `key port: Port = 80 { short p }`
    Key(Key),
    /// `device http(flow: Network): Network { … }`
    Device(Device),
    /// `let f(x: T): R = e`
    Let(Let),
    /// `require e, "…"`
    Require(Require),
    /// `unikernel name = e`
    Unikernel(Unikernel),
    /// `platform xen { … }`
    Platform(Platform),
    /// An item of which only the header could be read: its kind as a keyword, and its name if there was one.
    Broken(Broken),
}

/// What is known of an item that did not parse.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Broken {
    /// `device`, `let`, …; empty for text that belongs to no item.
    pub keyword: SmolStr,
    /// Its name, if the header has one: references to it still resolve.
    pub name: Option<Name>,
}

/// Where an import takes its names from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ImportPath {
    /// `std/net`: the segments, `std` first.
    Std(Vec<Name>),
    /// `./mine`, `../shared/net`: as written, without `.unik`.
    Relative(Name),
    /// `crate unik_redis`.
    Crate(Name),
}

/// `import std/net`, `import std/kv { ReadOnly, crunch as c }`, `import ./mine as m`, `import crate unik_redis`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Import {
    /// The file.
    pub path: ImportPath,
    /// Where the path stands.
    pub path_span: Span,
    /// `as m`. Without it the last segment of the path is the name.
    pub alias: Option<Name>,
    /// `{ ReadOnly, crunch as c }`: names brought in directly. `None` if there are no braces.
    pub names: Option<Vec<ImportedName>>,
}

/// One name of an import's braces.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImportedName {
    /// The name in the other file.
    pub name: Name,
    /// `as c`.
    pub alias: Option<Name>,
}

/// A signature backed by a Rust trait.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ModuleType {
    /// Its name.
    pub name: Name,
    /// The module types it includes.
    pub includes: Vec<Path>,
    /// The Rust path of the trait.
    pub rust_trait: Option<RustPath>,
}

/// `Http::new`, `unik::kv::ReadOnly`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RustPath {
    /// The segments joined by `::`.
    pub text: SmolStr,
    /// Where it stands.
    pub span: Span,
}

/// A closed choice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Enum {
    /// Its name.
    pub name: Name,
    /// Its cases, each with its documentation.
    pub cases: Vec<EnumCase>,
}

/// A case of an enum.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EnumCase {
    /// Its name.
    pub name: Name,
    /// The `///` lines above it.
    pub doc: SmolStr,
}

/// When a key has a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyStage {
    /// `configure key`: when configuring only.
    Configure,
    /// `key`: when configuring, which becomes the default at boot.
    Both,
    /// `run key`: at boot only.
    Run,
}

/// A command-line parameter: an item, an entry of a device, or a statement of a block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Its name, also of its option.
    pub name: Name,
    /// The `///` lines above it where it stands inside a device or a block; an item's are in [`Item::doc`].
    pub doc: SmolStr,
    /// When it has a value.
    pub stage: KeyStage,
    /// Its type.
    pub ty: Type,
    /// Its default; without one it is required.
    pub default: Option<Expr>,
    /// `short p`.
    pub short: Option<Name>,
    /// The whole declaration.
    pub span: Span,
}

/// An implementation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Device {
    /// Its name.
    pub name: Name,
    /// `generative device`: fresh at each application.
    pub generative: bool,
    /// Its parameters; `None` for a device that is a value.
    pub params: Option<Vec<Param>>,
    /// The module type that it makes.
    pub result: Type,
    /// The entries of its block.
    pub entries: Vec<DeviceEntry>,
}

/// An entry of a device's block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DeviceEntry {
    /// `rust Http::new`: the constructor.
    Rust(RustPath),
    /// `after d, e`: initialised before this one, no argument.
    After(Vec<Expr>),
    /// `exclusive p`, `exclusive stack, port as "tcp port"`: parameters that, taken together, no two nodes share.
    Exclusive(Exclusive),
    /// `attach interface as "nic"`: the host attaches a thing of this kind under the name that the parameter gives.
    Attach(Attach),
    /// `features ["tls"]`: Cargo features of the crate.
    Features(Vec<StrLit>),
    /// `targets unix, xen`: the platforms on which it works.
    Targets(Vec<Name>),
    /// A key of the device; its value is passed after the parameters.
    Key(Key),
}

/// `exclusive port`, `exclusive stack, port as "tcp port"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Exclusive {
    /// The parameters whose values, together, are claimed.
    pub params: Vec<Name>,
    /// What is claimed; the name of the last parameter if not said.
    pub resource: Option<StrLit>,
    /// The whole entry.
    pub span: Span,
}

/// `attach interface as "nic"`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Attach {
    /// The parameter that gives the name of the thing.
    pub param: Name,
    /// Its kind.
    pub kind: StrLit,
    /// The whole entry.
    pub span: Span,
}

/// A string in the source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StrLit {
    /// Its value, escapes resolved.
    pub value: SmolStr,
    /// With its quotes.
    pub span: Span,
}

/// A parameter of a device, a function or a lambda.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type; never inferred.
    pub ty: Type,
    /// Its default.
    pub default: Option<Expr>,
}

/// A value or a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Let {
    /// Its name.
    pub name: Name,
    /// Its parameters; `None` for a value.
    pub params: Option<Vec<Param>>,
    /// The type that it says it has.
    pub result: Option<Type>,
    /// What it is.
    pub body: Expr,
}

/// A constraint on configurations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Require {
    /// What must hold.
    pub condition: Expr,
    /// What to say otherwise.
    pub message: Option<StrLit>,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unikernel {
    /// Its name.
    pub name: Name,
    /// Its job, or the list of its jobs.
    pub body: Expr,
}

/// A target.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Platform {
    /// Its name, a case of the type of `target`.
    pub name: Name,
    /// The entries of its block.
    pub entries: Vec<PlatformEntry>,
}

/// An entry of a platform's block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PlatformEntry {
    /// `rust unik_xen`: the runtime crate.
    Rust(RustPath),
    /// `artifact "xen"`: the extension of the image; none for an ordinary program.
    Artifact(StrLit),
    /// `link "virtio.x"`: the linker script of its images, which are bare.
    Link(StrLit),
    /// `attach "nic" 8`: so many things of this kind can be attached to an image.
    Attach(StrLit, Count),
    /// `nic = xen.netfront`: what a role means on this target.
    Role(Name, Expr),
}

/// A number of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Count {
    /// As written.
    pub number: Literal,
    /// Where it stands.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// What it is.
    pub kind: TypeKind,
    /// Where it stands.
    pub span: Span,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeKind {
    /// `Port`, `net.Network`.
    Path(Path),
    /// `List(Port)`.
    Apply(Path, Vec<Type>),
    /// `(A, B) -> C`.
    Function(Vec<Type>, Box<Type>),
    /// What could not be parsed.
    Error,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ExprKind {
    /// `80`, `"data/"`, `5s`, `true`.
    Literal(Literal),
    /// A name.
    Name(Name),
    /// `m.name`, `Store.crunch`, `target.nic`.
    Member(Box<Expr>, Name),
    /// `f(a, name: b)`.
    Apply(Box<Expr>, Vec<Arg>),
    /// `(x: T) => e`.
    Lambda(Vec<Param>, Box<Expr>),
    /// `if c then a else b`.
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `match e { p => e, … }`.
    Match(Box<Expr>, Vec<Arm>),
    /// `{ let x = e; key k: T = d; e }`.
    Block(Vec<Statement>, Box<Expr>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `!e`, `-e`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`; the span is the operator's.
    Binary(BinaryOp, Span, Box<Expr>, Box<Expr>),
    /// `e as "name"`.
    As(Box<Expr>, StrLit),
    /// `(e)`, kept so that places are those that people see.
    Paren(Box<Expr>),
    /// What could not be parsed.
    Error,
}

/// A literal as written: its type comes from its context.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Literal {
    /// `true`, `false`.
    Bool(bool),
    /// `80`, `64KiB`, `5s`: digits and, perhaps, a unit, as written with `_` taken out.
    Number {
        /// The digits.
        digits: SmolStr,
        /// The unit; empty if there is none.
        unit: SmolStr,
    },
    /// `"data/"`, escapes resolved.
    Str(SmolStr),
}

/// An argument of an application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arg {
    /// `name:`.
    pub name: Option<Name>,
    /// Its value.
    pub value: Expr,
}

/// An arm of a `match`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arm {
    /// `a | b`: one or more.
    pub patterns: Vec<Pattern>,
    /// What it gives.
    pub body: Expr,
    /// The whole arm.
    pub span: Span,
}

/// A pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// What it is.
    pub kind: PatternKind,
    /// Where it stands.
    pub span: Span,
}

/// What a pattern is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PatternKind {
    /// `_`.
    Wildcard,
    /// `crunch`, `Store.crunch`: a case of the enum that is matched.
    Case(Path),
    /// `80`, `-1` (as digits with a sign), `"x"`, `true`.
    Literal(Literal),
    /// `some(x)`, `some(_)`.
    Some(Option<Name>),
    /// `none`.
    None,
    /// What could not be parsed.
    Error,
}

/// A statement of a block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Statement {
    /// `let x = e;` — with parameters it is a function.
    Let(Let),
    /// `key k: T = d;`
    Key(Key),
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `++`
    Concat,
}

impl BinaryOp {
    /// The operator as written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Concat => "++",
        }
    }
}
