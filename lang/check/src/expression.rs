//! Expressions: a tree, and the type that its context wants, become core.
//!
//! What each construct means stands in the file of its name; here is the dispatcher, and what they share.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use unik_db::{Db, Item, SourceFile, parsed};
use unik_graph::value::ValueType;
use unik_source::{Diagnostic, Place, Span};
use unik_syntax::tree::{self, ExprKind as Tree};

use crate::codes;
use crate::core::{Argument, Body, DefId, Expr, ExprKind, Global, Key, Lambda, Local, LocalKey, Type};
use crate::order::{Circles, Node, circles};
use crate::signature::{Callable, Signature, signature};
use crate::type_ref::TypeRefs;
use crate::type_text::text_in;
use crate::types::subtype;

/// What the context wants of an expression.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Want<'w, 'db> {
    /// The type, if the context has one.
    pub(crate) ty: Option<&'w Type>,
    /// Whether another type is a mistake; otherwise the type only helps to read literals.
    pub(crate) firm: bool,
    /// Who wants it.
    pub(crate) why: Why<'db>,
}

/// Who wants a type.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why<'db> {
    /// Nobody that needs to be shown.
    Nobody,
    /// What stands at a place, and what it says.
    Place(Place, &'static str),
    /// The parameter of an item with this index.
    Parameter(Item<'db>, usize),
}

impl<'w, 'db> Want<'w, 'db> {
    pub(crate) const NOTHING: Self = Self { ty: None, firm: false, why: Why::Nobody };

    pub(crate) fn firm(ty: &'w Type, why: Why<'db>) -> Self {
        Self { ty: Some(ty), firm: true, why }
    }

    pub(crate) fn hint(ty: Option<&'w Type>) -> Self {
        Self { ty, firm: false, why: Why::Nobody }
    }

    /// The same from the same, for another type.
    pub(crate) fn with<'o>(self, ty: Option<&'o Type>) -> Want<'o, 'db> {
        Want { ty, firm: self.firm, why: self.why }
    }

    /// The type, if it is the wanted one.
    pub(crate) fn must(self) -> Option<&'w Type> {
        self.ty.filter(|ty| self.firm && **ty != Type::Unknown)
    }

    /// The value type, if it is one.
    pub(crate) fn value(self) -> Option<&'w ValueType> {
        match self.ty {
            Some(Type::Value(ty)) => Some(ty),
            _ => None,
        }
    }
}

/// A name that the item binds itself.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub(crate) name: SmolStr,
    pub(crate) span: Span,
    pub(crate) what: Bound,
    pub(crate) ty: Type,
    /// Its parameters with their names, if it is a function of a block.
    pub(crate) callable: Option<Arc<Callable>>,
}

/// What a bound name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    Local(Local),
    Key(LocalKey),
}

/// A lambda around the expression at hand.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Its own locals start here.
    pub(crate) first: u32,
    pub(crate) captures: Vec<Local>,
}

/// Checks the expressions of one item.
pub(crate) struct Checker<'db> {
    pub(crate) db: &'db dyn Db,
    pub(crate) item: Item<'db>,
    pub(crate) file: SourceFile,
    /// The item, or the role of it, that is checked: circles are found by it.
    pub(crate) node: Node<'db>,
    pub(crate) circles: &'db Circles<'db>,
    /// Its types; also the diagnostics and the names used, of expressions as well.
    pub(crate) types: TypeRefs<'db>,
    /// The names that the item binds around the expression at hand, innermost last.
    pub(crate) bindings: Vec<Binding>,
    /// The bindings that have been read, by where they stand.
    pub(crate) read: FxHashSet<Span>,
    /// The keys of blocks, or of the device.
    pub(crate) keys: Vec<Key>,
    /// How many locals there are.
    pub(crate) locals: u32,
    pub(crate) frames: Vec<Frame>,
    /// The item that was named last, by its id: who applies it need not look for it again.
    pub(crate) last: Option<(DefId, Item<'db>)>,
    /// The parameters that lead to the expression at hand: `store of kv.cached`, outermost first.
    pub(crate) way: Vec<(String, SmolStr)>,
}

impl<'db> Checker<'db> {
    pub(crate) fn new(db: &'db dyn Db, item: Item<'db>, role: Option<u32>) -> Self {
        let file = item.file(db);
        Self {
            db,
            item,
            file,
            node: Node { item, role },
            circles: circles(db, file),
            types: TypeRefs::new(db, item),
            bindings: Vec::new(),
            read: FxHashSet::default(),
            keys: Vec::new(),
            locals: 0,
            frames: Vec::new(),
            last: None,
            way: Vec::new(),
        }
    }

    /// A closed expression, or the expression of the item.
    pub(crate) fn body(&mut self, expr: &tree::Expr, want: Want<'_, 'db>) -> Body {
        let expr = self.expr(expr, want);
        Body { expr, locals: self.locals, keys: std::mem::take(&mut self.keys) }
    }

    /// An expression that stands by itself in an item that has others: the default of a parameter, or an `after`.
    pub(crate) fn closed(&mut self, expr: &tree::Expr, want: Want<'_, 'db>) -> Body {
        let bindings = std::mem::take(&mut self.bindings);
        let keys = std::mem::take(&mut self.keys);
        let locals = std::mem::take(&mut self.locals);
        let body = self.body(expr, want);
        (self.bindings, self.keys, self.locals) = (bindings, keys, locals);
        body
    }

    /// An expression. It has the wanted type, or a subtype, or is unknown.
    pub(crate) fn expr(&mut self, expr: &tree::Expr, want: Want<'_, 'db>) -> Expr {
        let found = match &expr.kind {
            Tree::Literal(literal) => return self.literal(literal, false, expr.span, want),
            Tree::Unary(tree::UnaryOp::Negate, of) if is_number(of) => {
                let Tree::Literal(literal) = &of.kind else { return self.unknown(expr.span) };
                return self.literal(literal, true, expr.span, want);
            }
            Tree::Name(name) => self.name(name, want),
            Tree::Member(of, name) => self.member(expr.span, of, name, want),
            Tree::Apply(callee, args) => self.apply(expr, callee, args, want),
            Tree::Lambda(params, body) => self.lambda(expr.span, params, body, want),
            Tree::If(condition, yes, no) => return self.if_else(expr.span, condition, yes, no, want),
            Tree::Match(on, arms) => return self.match_on(expr.span, on, arms, want),
            Tree::Block(statements, last) => return self.block(expr.span, statements, last, want),
            Tree::List(elements) => return self.list(expr.span, elements, want),
            Tree::Unary(op, of) => self.unary(expr.span, *op, of),
            Tree::Binary(op, at, left, right) => self.binary(expr.span, *op, *at, left, right, want),
            Tree::As(of, name) => return self.scoped(expr.span, of, name, want),
            Tree::Paren(of) => return self.expr(of, want),
            Tree::Error => return self.unknown(expr.span),
        };
        self.fit(found, want)
    }

    /// Makes sure that `found` is what the context wants.
    pub(crate) fn fit(&mut self, found: Expr, want: Want<'_, 'db>) -> Expr {
        let Some(ty) = want.must() else { return found };
        if found.ty == *ty || subtype(self.db, &found.ty, ty) {
            return found;
        }
        if let Type::Function(wanted) = ty
            && let Some(shorter) = self.with_defaults_left(&found, wanted.params.len())
            && subtype(self.db, &shorter.ty, ty)
        {
            return shorter;
        }
        self.mismatch(&found, ty, want.why);
        Expr { kind: ExprKind::Unknown, ty: ty.clone(), span: found.span }
    }

    /// A global function as a function of its first `count` parameters, the others left to their defaults.
    pub(crate) fn with_defaults_left(&mut self, found: &Expr, count: usize) -> Option<Expr> {
        let callable = self.callable(found)?;
        let (given, left) = callable.params.split_at_checked(count)?;
        if left.is_empty() || !left.iter().all(|param| param.optional) {
            return None;
        }
        let first = self.locals;
        self.locals += u32::try_from(count).ok()?;
        let params: Vec<Local> = (first..self.locals).map(Local).collect();
        let local = |(local, param): (&Local, &crate::signature::Parameter)| {
            Argument::Given(Expr { kind: ExprKind::Local(*local), ty: param.ty.clone(), span: found.span })
        };
        let defaults = (u32::try_from(count).ok()?..).map(Argument::Default).take(left.len());
        let arguments = params.iter().zip(given).map(local).chain(defaults).collect();
        let kind = ExprKind::Apply(Box::new(found.clone()), arguments);
        let body = Expr { kind, ty: callable.result.clone(), span: found.span };
        if count == 0 {
            return Some(body);
        }
        let ty =
            Type::function(given.iter().map(|param| param.ty.clone()).collect(), callable.result.clone());
        let kind = ExprKind::Lambda(Arc::new(Lambda { params, body, captures: Vec::new() }));
        Some(Expr { kind, ty, span: found.span })
    }

    /// The item with this id.
    pub(crate) fn item_of(&self, id: DefId) -> Option<Item<'db>> {
        match self.last {
            Some((last, item)) if last == id => Some(item),
            _ => crate::definition::item_of(self.db, id),
        }
    }

    /// The parameters of a global function.
    pub(crate) fn callable(&self, expr: &Expr) -> Option<Arc<Callable>> {
        let (ExprKind::Global(Global::Let(id)) | ExprKind::Global(Global::Device(id))) = expr.kind else {
            return None;
        };
        match signature(self.db, self.item_of(id)?) {
            Signature::Function(callable) => Some(callable.clone()),
            Signature::Value(_) | Signature::Type | Signature::Unknown => None,
        }
    }

    /// Whether the item has no mistake of syntax: only then what it lacks is missing.
    pub(crate) fn parses(&self) -> bool {
        parsed(self.db, self.item).diagnostics.is_empty()
    }

    pub(crate) fn text(&self, ty: &Type) -> String {
        text_in(self.db, Some(self.file), ty)
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        self.item.place(self.db, span)
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.types.diagnostics.push(diagnostic);
    }

    pub(crate) fn unknown(&self, span: Span) -> Expr {
        Expr { kind: ExprKind::Unknown, ty: Type::Unknown, span }
    }

    /// The source behind a span of the item.
    pub(crate) fn source(&self, span: Span) -> &'db str {
        self.item.text(self.db).get(span.range()).unwrap_or("")
    }

    /// A local of its own.
    pub(crate) fn fresh(&mut self) -> Local {
        let local = Local(self.locals);
        self.locals = self.locals.saturating_add(1);
        local
    }

    /// `e as "name"`
    fn scoped(&mut self, span: Span, of: &tree::Expr, name: &tree::StrLit, want: Want<'_, 'db>) -> Expr {
        let of = self.expr(of, want);
        let text = name.value.as_str();
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let starts = text.starts_with(|c: char| c.is_ascii_lowercase());
        if !(starts && text.chars().all(good)) {
            let message = format!("`{}` cannot be the name of a scope", text.escape_debug());
            let wrong = Diagnostic::error(
                codes::SCOPE_NAME,
                message,
                self.place(name.span),
                "not a name for options",
            );
            let wrong = wrong.note("the name becomes part of options and of Rust names: lower-case letters, digits, `-` and `_`, a letter first");
            let mended: String = text.to_lowercase().chars().map(|c| if good(c) { c } else { '-' }).collect();
            let mended =
                mended.trim_start_matches(|c: char| !c.is_ascii_lowercase()).trim_end_matches(['-', '_']);
            self.report(match mended.is_empty() {
                true => wrong.help("for example `as \"management\"`"),
                false => {
                    let mended = format!("\"{mended}\"");
                    wrong.help(format!("for example `as {mended}`")).fix(
                        format!("rename it to {mended}"),
                        self.place(name.span),
                        mended,
                    )
                }
            });
            return Expr { span, ..of };
        }
        Expr { ty: of.ty.clone(), kind: ExprKind::As(Box::new(of), name.value.clone()), span }
    }

    /// `[a, b]`
    fn list(&mut self, span: Span, elements: &[tree::Expr], want: Want<'_, 'db>) -> Expr {
        let element = want.ty.and_then(Type::element);
        if elements.is_empty() {
            let ty = match (&element, want.must()) {
                (Some(_), _) => want.ty.cloned().unwrap_or(Type::Unknown),
                (None, None) if want.ty != Some(&Type::Unknown) => {
                    let message = "nothing says what this is a list of";
                    let wrong =
                        Diagnostic::error(codes::UNDECIDED, message, self.place(span), "an empty list");
                    self.report(wrong.help("write the type of what it is for: `let names: List(Str) = []`"));
                    Type::Unknown
                }
                (None, _) => Type::list(Type::Unknown),
            };
            return self.fit(Expr { kind: ExprKind::List(Vec::new()), ty, span }, want);
        }
        let of = want.with(element.as_ref());
        let of = if element.is_none() { Want::NOTHING } else { of };
        let elements: Vec<&tree::Expr> = elements.iter().collect();
        let (elements, joined) = self.branches(&elements, of, "elements of a list");
        let ty = match (element, want.must()) {
            (Some(element), Some(_)) => Type::list(element),
            _ => Type::list(joined),
        };
        self.fit(Expr { kind: ExprKind::List(elements), ty, span }, want)
    }
}

/// What stands for a body that was not checked.
pub(crate) fn unknown_body() -> Body {
    Body {
        expr: Expr { kind: ExprKind::Unknown, ty: Type::Unknown, span: Span::at(0) },
        locals: 0,
        keys: Vec::new(),
    }
}

/// Whether an expression is a number as written.
fn is_number(expr: &tree::Expr) -> bool {
    matches!(&expr.kind, Tree::Literal(tree::Literal::Number { .. }))
}
