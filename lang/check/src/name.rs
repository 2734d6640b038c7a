//! Names in expressions: what is bound around them, cases by the wanted type, the file's scope, the language's own.

use smol_str::SmolStr;
use unik_db::{Db, Item, SourceFile};
use unik_graph::value::{Const, EnumType, ValueType};
use unik_source::{Diagnostic, Span};
use unik_syntax::tree::{self, ExprKind as Tree, Name};

use crate::bring::{Kind, bring_file, bring_name};
use crate::choice::{enum_type, target_type};
use crate::codes;
use crate::core::{DefId, Expr, ExprKind, Global, Local, Type};
use crate::declared::{Named, Word, exported};
use crate::definition::id_of;
use crate::expression::{Binding, Bound, Checker, Want};
use crate::import::no_such_name;
use crate::nearest::{listed, nearest};
use crate::order::{Node, case_names};
use crate::platforms::{platform_items, role_types, roles};
use crate::scope::{named, scope};
use crate::signature::{Signature, signature};
use crate::symbol::Symbol;
use crate::type_ref::built_in;
use crate::type_text::name_in;
use crate::types::join;

/// So many cases of an enum are offered where one has to be named.
const MOST_CASES: usize = 6;

/// What stands before a dot.
enum Base<'db> {
    Module(SourceFile),
    Enum(Item<'db>),
    Target,
    /// A mistake that has been reported.
    Unknown,
    Value,
}

impl<'db> Checker<'db> {
    /// The innermost binding of a name.
    pub(crate) fn bound(&self, name: &str) -> Option<&Binding> {
        self.bindings.iter().rev().find(|binding| binding.name == name)
    }

    /// What a name means in the file, noted as used.
    fn in_file(&mut self, name: &SmolStr) -> Option<Named<'db>> {
        let found = named(self.db, Word::new(self.db, self.file, name.clone()))?;
        self.types.uses.push(name.clone());
        Some(found)
    }

    /// A bare name.
    pub(crate) fn name(&mut self, name: &Name, want: Want<'_, 'db>) -> Expr {
        let span = name.span;
        if name.text.is_empty() {
            return self.unknown(span);
        }
        if let Some(binding) = self.bound(&name.text) {
            let (what, ty, at) = (binding.what, binding.ty.clone(), binding.span);
            self.read.insert(at);
            let kind = match what {
                Bound::Key(key) => ExprKind::LocalKey(key),
                Bound::Local(local) => {
                    self.capture(local);
                    ExprKind::Local(local)
                }
            };
            return Expr { kind, ty, span };
        }
        if let Some(ValueType::Enum(of)) = want.value()
            && let Some(case) = case_of(of, &name.text)
        {
            return Expr { kind: ExprKind::Const(case), ty: Type::Value(ValueType::Enum(of.clone())), span };
        }
        match self.in_file(&name.text) {
            Some(Named::Item(item)) => self.item_value(item, span, true),
            Some(Named::Module(file)) => {
                let message = format!("`{}` is a file, not a value", name.text);
                let wrong =
                    Diagnostic::error(codes::WRONG_KIND, message, self.place(span), "a value is wanted here");
                let help =
                    format!("name something that `{}` declares: `{}.name`", file.module(self.db), name.text);
                self.report(wrong.help(help));
                self.unknown(span)
            }
            Some(Named::Unknown) => self.unknown(span),
            None => self.built_in(name, want),
        }
    }

    fn built_in(&mut self, name: &Name, want: Want<'_, 'db>) -> Expr {
        let span = name.span;
        match name.text.as_str() {
            "target" => {
                let ty = Type::Value(ValueType::Enum(target_type(self.db, self.file).clone()));
                Expr { kind: ExprKind::Global(Global::Target), ty, span }
            }
            "none" => match want.ty {
                Some(ty) if ty.optional().is_some() => {
                    Expr { kind: ExprKind::Const(Const::None), ty: ty.clone(), span }
                }
                Some(Type::Unknown) => self.unknown(span),
                Some(_) if want.firm => {
                    let ty = Type::option(Type::Unknown);
                    Expr { kind: ExprKind::Const(Const::None), ty, span }
                }
                _ => {
                    let message = "nothing says what this is an option of";
                    let wrong = Diagnostic::error(
                        codes::UNDECIDED,
                        message,
                        self.place(span),
                        "no type is wanted here",
                    );
                    self.report(
                        wrong.help("write the type of what it is for: `let output: Option(Path) = none`"),
                    );
                    self.unknown(span)
                }
            },
            builtin @ ("some" | "files") => {
                let message = format!("`{builtin}` is not a value");
                let wrong = Diagnostic::error(
                    codes::WRONG_KIND,
                    message,
                    self.place(span),
                    "its argument is missing",
                );
                let example = if builtin == "some" { "some(80)" } else { "files(\"data/\")" };
                self.report(wrong.help(format!("apply it: `{example}`")));
                self.unknown(span)
            }
            text if built_in(text).is_some() || matches!(text, "List" | "Option") => {
                let message = format!("`{text}` is a type, not a value");
                self.report(Diagnostic::error(
                    codes::WRONG_KIND,
                    message,
                    self.place(span),
                    "a value is wanted here",
                ));
                self.unknown(span)
            }
            _ => {
                self.unknown_name(name, want);
                self.unknown(span)
            }
        }
    }

    fn unknown_name(&mut self, name: &Name, want: Want<'_, 'db>) {
        let place = self.place(name.span);
        let cases = match want.value() {
            Some(ValueType::Enum(of)) => Some(of.clone()),
            _ => None,
        };
        let message = format!("there is no `{}` here", name.text);
        let mut wrong = Diagnostic::error(codes::UNKNOWN_NAME, message, place, "not found");
        wrong = self.because(wrong, want.why);
        let bound = self.bindings.iter().rev().map(|binding| &binding.name);
        let near = cases
            .as_ref()
            .and_then(|of| nearest(&name.text, &of.cases))
            .or_else(|| nearest(&name.text, bound));
        let library = self.db.project().library(self.db);
        wrong = if let Some(near) =
            near.or_else(|| nearest_in(self.db, Word::new(self.db, self.file, name.text.clone())).clone())
        {
            wrong.help(format!("did you mean `{near}`?")).fix(format!("replace by `{near}`"), place, near)
        } else if library.std(&name.text).is_some() {
            wrong.help(format!("import it: `import std/{}`", name.text))
        } else if case_names(self.db, self.file).contains(&name.text) {
            wrong.help(
                "a case is found by the wanted type; elsewhere it is written with its enum: `Store.crunch`",
            )
        } else {
            wrong
        };
        if let Some(of) = &cases {
            wrong = wrong.note(cases_text(of));
        }
        // Who names a file means what it declares.
        self.report(match bring_file(self.db, self.file, &name.text) {
            Some(fix) => {
                wrong.fixes.push(fix);
                wrong
            }
            None => bring_name(self.db, self.file, wrong, place, &name.text, Kind::Value),
        });
    }

    /// An item as a value. `bare` tells that it was named without its file, as a case could be.
    pub(crate) fn item_value(&mut self, item: Item<'db>, span: Span, bare: bool) -> Expr {
        let db = self.db;
        if !self.circles.is_empty() {
            let name = item.name(db).clone().unwrap_or_default();
            let case = bare && case_names(db, self.file).contains(&name);
            let to = Node { item, role: None };
            if self.circles.closes(self.node, to, case) {
                if case && !self.circles.closes(self.node, to, false) {
                    let message = format!("`{name}` needs itself");
                    let wrong = Diagnostic::error(
                        codes::RECURSION,
                        message,
                        self.place(span),
                        "it leads back to this definition",
                    );
                    self.report(wrong.note("the language has no recursion, so that evaluation always ends"));
                }
                return self.unknown(span);
            }
        }
        let global = match item.keyword(db).as_str() {
            "let" => Global::Let(self.id_of(item)),
            "device" => Global::Device(self.id_of(item)),
            "key" => Global::Key(self.id_of(item)),
            keyword => {
                let name = name_in(db, Some(self.file), item);
                let message = format!("`{name}` is a type, not a value");
                let wrong =
                    Diagnostic::error(codes::WRONG_KIND, message, self.place(span), "a value is wanted here");
                let cases = &enum_type(db, item).cases;
                let wrong = match cases.first().filter(|_| keyword == "enum") {
                    Some(case) => wrong.help(format!("name one of its cases: `{name}.{case}`")),
                    None => wrong,
                };
                let written = self.source(span).to_owned();
                let cases = cases.iter().filter(|_| keyword == "enum").take(MOST_CASES);
                self.report(cases.fold(wrong, |wrong, case| {
                    let case = format!("{written}.{case}");
                    wrong.fix(format!("replace by `{case}`"), self.place(span), case)
                }));
                return self.unknown(span);
            }
        };
        match signature(db, item) {
            Signature::Unknown | Signature::Type => self.unknown(span),
            signature => Expr { kind: ExprKind::Global(global), ty: signature.ty(), span },
        }
    }

    /// The id of an item, which is now the one that was named last.
    fn id_of(&mut self, item: Item<'db>) -> DefId {
        let id = id_of(self.db, item);
        self.last = Some((id, item));
        id
    }

    /// `m.name`, `Store.crunch`, `m.Store.crunch`, `target.role`.
    pub(crate) fn member(&mut self, span: Span, of: &tree::Expr, name: &Name, want: Want<'_, 'db>) -> Expr {
        match self.base(of) {
            Base::Unknown => self.unknown(span),
            Base::Module(_) | Base::Enum(_) | Base::Target if name.text.is_empty() => self.unknown(span),
            Base::Module(file) => match exported(self.db, Word::new(self.db, file, name.text.clone())) {
                Some(item) => self.item_value(item, span, false),
                None => {
                    self.report(no_such_name(self.db, self.item, file, name));
                    self.unknown(span)
                }
            },
            Base::Enum(item) => {
                let of = enum_type(self.db, item).clone();
                self.case(&of, name).map_or_else(
                    || self.unknown(span),
                    |case| Expr {
                        kind: ExprKind::Const(case),
                        ty: Type::Value(ValueType::Enum(of.clone())),
                        span,
                    },
                )
            }
            Base::Target => self.role(span, name, want),
            Base::Value => {
                let base = self.expr(of, Want::NOTHING);
                if !base.ty.has_unknown() && !name.text.is_empty() {
                    let message = format!("`{}` has no members", self.text(&base.ty));
                    let place = self.place(name.span);
                    let wrong = Diagnostic::error(
                        codes::NO_MEMBERS,
                        message,
                        place,
                        "nothing can be taken out of it",
                    );
                    let note = "a dot stands behind an imported file, an enum, or `target`";
                    self.report(wrong.note(note));
                }
                self.unknown(span)
            }
        }
    }

    /// The case of an enum with this name, or a report that it has none.
    pub(crate) fn case(&mut self, of: &EnumType, name: &Name) -> Option<Const> {
        if name.text.is_empty() {
            return None;
        }
        case_of(of, &name.text).or_else(|| {
            let place = self.place(name.span);
            let message = format!("`{}` has no case `{}`", of.name, name.text);
            let wrong = Diagnostic::error(codes::UNKNOWN_CASE, message, place, "no such case");
            let wrong = wrong.note(cases_text(of));
            self.report(match nearest(&name.text, &of.cases) {
                Some(near) => wrong.help(format!("did you mean `{near}`?")).fix(
                    format!("replace by `{near}`"),
                    place,
                    near,
                ),
                None => wrong,
            });
            None
        })
    }

    fn base(&mut self, of: &tree::Expr) -> Base<'db> {
        match &of.kind {
            Tree::Name(name) if self.bound(&name.text).is_none() => match self.in_file(&name.text) {
                Some(Named::Module(file)) => Base::Module(file),
                Some(Named::Item(item)) if item.keyword(self.db) == "enum" => Base::Enum(item),
                Some(Named::Unknown) => Base::Unknown,
                Some(Named::Item(_)) => Base::Value,
                None if name.text == "target" => Base::Target,
                None => Base::Value,
            },
            Tree::Member(module, name) => match &module.kind {
                Tree::Name(of) if self.bound(&of.text).is_none() => {
                    let Some(Named::Module(file)) = self.in_file(&of.text) else { return Base::Value };
                    match exported(self.db, Word::new(self.db, file, name.text.clone())) {
                        Some(item) if item.keyword(self.db) == "enum" => Base::Enum(item),
                        _ => Base::Value,
                    }
                }
                _ => Base::Value,
            },
            _ => Base::Value,
        }
    }

    /// `target.stack`: the wanted type decides, or what all platforms give has in common.
    fn role(&mut self, span: Span, name: &Name, want: Want<'_, 'db>) -> Expr {
        let db = self.db;
        for (_, item) in platform_items(db, self.file) {
            let to = roles(db, *item).iter().zip(0..).find(|(role, _)| **role == name.text);
            if let Some((_, role)) = to
                && self.circles.closes(self.node, Node { item: *item, role: Some(role) }, false)
            {
                return self.unknown(span);
            }
        }
        let types = role_types(db, Word::new(db, self.file, name.text.clone()));
        if types.is_empty() {
            let mut known: Vec<SmolStr> = platform_items(db, self.file)
                .iter()
                .flat_map(|(_, item)| roles(db, *item).iter().cloned())
                .collect();
            known.sort_unstable();
            known.dedup();
            let place = self.place(name.span);
            let message = format!("no platform has a role `{}`", name.text);
            let wrong = Diagnostic::error(codes::UNKNOWN_ROLE, message, place, "no such role");
            let wrong = wrong.note(match known.is_empty() {
                true => "no platform in reach has roles".to_owned(),
                false => format!("the roles of the platforms in reach: {}", listed(&known)),
            });
            self.report(match nearest(&name.text, &known) {
                Some(near) => wrong.help(format!("did you mean `{near}`?")).fix(
                    format!("replace by `{near}`"),
                    place,
                    near,
                ),
                None => wrong,
            });
            return self.unknown(span);
        }
        let kind = ExprKind::Role(name.text.clone());
        if let Some(wanted) = want.must() {
            let unfit = types.iter().find(|(_, ty)| !crate::types::subtype(db, ty, wanted));
            if let Some((platform, ty)) = unfit {
                let (is, should) = (self.text(ty), self.text(wanted));
                let message = format!("expected `{should}`, found `{is}`");
                let label = format!("this is `{is}` on `{platform}`");
                let wrong = Diagnostic::error(codes::MISMATCH, message, self.place(span), label);
                let wrong = self.because(wrong, want.why);
                self.report(wrong);
                return Expr { kind: ExprKind::Unknown, ty: wanted.clone(), span };
            }
            return Expr { kind, ty: wanted.clone(), span };
        }
        let mut common = types.first().map_or(Type::Unknown, |(_, ty)| ty.clone());
        for (platform, ty) in types {
            match join(db, &common, ty) {
                Some(joined) => common = joined,
                None => {
                    let message = format!("the platforms disagree about the type of `target.{}`", name.text);
                    let label =
                        format!("`{}` on `{platform}`, `{}` on others", self.text(ty), self.text(&common));
                    let wrong = Diagnostic::error(codes::ROLE_TYPES, message, self.place(span), label);
                    self.report(wrong.help(format!(
                        "write the type that is meant: `let {0}: {1} = target.{0}`",
                        name.text,
                        self.text(&common)
                    )));
                    return self.unknown(span);
                }
            }
        }
        Expr { kind, ty: common, span }
    }

    /// Notes that the lambdas around the place at hand read a local of the body around them.
    fn capture(&mut self, local: Local) {
        for frame in &mut self.frames {
            if local.0 < frame.first && !frame.captures.contains(&local) {
                frame.captures.push(local);
            }
        }
    }
}

/// The name in the scope of a file, or of the language, that is nearest. A name that is gone is often missed in many
/// places, so this is computed once for each name.
#[salsa::tracked]
fn nearest_in<'db>(db: &'db dyn Db, word: Word<'db>) -> Option<SmolStr> {
    let mut known: Vec<&SmolStr> = scope(db, word.file(db)).keys().map(Symbol::text).collect();
    let built_in = ["target", "none", "some", "files"].map(SmolStr::new_static);
    known.extend(&built_in);
    known.sort_unstable();
    nearest(word.text(db), known)
}

/// The case of an enum with this name.
pub(crate) fn case_of(of: &EnumType, name: &str) -> Option<Const> {
    of.cases.iter().zip(0..).find(|(case, _)| *case == name).map(|(_, index)| Const::Case(index))
}

/// What an enum has, for a note.
pub(crate) fn cases_text(of: &EnumType) -> String {
    let noun = if of.cases.len() == 1 { "case" } else { "cases" };
    format!("`{}` has the {noun} {}", of.name, listed(&of.cases))
}
