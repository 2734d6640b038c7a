//! Bindings: `let`, parameters, lambdas, blocks.

use std::sync::Arc;

use unik_db::parsed;
use unik_source::{Diagnostic, Place, Span};
use unik_syntax::tree::{self, Name, Statement};

use crate::codes;
use crate::core::{self, Expr, ExprKind, Lambda, Local, LocalKey, Param, Type};
use crate::expression::{Binding, Bound, Checker, Frame, Want, Why};
use crate::remedy::whole_statement;
use crate::signature::{Callable, Parameter};

/// Checks a `let` of a file. Its type comes along: what others know of it if it says none itself.
pub(crate) fn check_let<'db>(checker: &mut Checker<'db>, tree: &tree::Let) -> (core::Let, Type) {
    let result =
        tree.result.as_ref().map(|result| (checker.types.resolve(result), checker.place(result.span)));
    let params = tree.params.as_ref().map(|params| checker.params(params));
    let want = match &result {
        Some((ty, place)) => Want::firm(ty, Why::Place(*place, "because of this type")),
        None => Want::NOTHING,
    };
    let body = checker.body(&tree.body, want);
    let ty = result.map_or_else(|| body.expr.ty.clone(), |(ty, _)| ty);
    (core::Let { name: tree.name.text.clone(), params, body }, ty)
}

impl<'db> Checker<'db> {
    /// The parameters of an item: bound as its first locals, their defaults closed.
    pub(crate) fn params(&mut self, params: &[tree::Param]) -> Vec<Param> {
        let mut made: Vec<Param> = Vec::new();
        for (param, position) in params.iter().zip(0..) {
            let ty = self.types.resolve(&param.ty);
            let why = Why::Place(self.place(param.ty.span), "because of this type");
            let default = param.default.as_ref().map(|default| self.closed(default, Want::firm(&ty, why)));
            let (name, span, local) = (param.name.text.clone(), param.name.span, Local(position));
            made.push(Param { name, ty, default, local, span });
        }
        self.locals = self.locals.max(u32::try_from(params.len()).unwrap_or(u32::MAX));
        for param in &made {
            let (name, what, ty) = (param.name.clone(), Bound::Local(param.local), param.ty.clone());
            self.bind(Binding { name, span: param.span, what, ty, callable: None }, 0);
        }
        made
    }

    /// Binds a name; two equal names among those bound since `from` are a mistake.
    fn bind(&mut self, binding: Binding, from: usize) {
        let twin =
            self.bindings.get(from..).unwrap_or_default().iter().find(|other| other.name == binding.name);
        if let Some(first) = twin.filter(|_| !binding.name.is_empty()) {
            let message = format!("`{}` is defined twice", binding.name);
            let wrong = Diagnostic::error(codes::DUPLICATE, message, self.place(binding.span), "again here");
            let wrong = wrong.label(self.place(first.span), "first here").help("rename one of them");
            self.report(wrong);
        }
        self.bindings.push(binding);
    }

    /// `(x: T) => e`
    pub(crate) fn lambda(
        &mut self,
        span: Span,
        params: &[tree::Param],
        body: &tree::Expr,
        want: Want<'_, 'db>,
    ) -> Expr {
        let wanted = match want.must() {
            Some(Type::Function(of)) if of.params.len() == params.len() => Some(of.result.clone()),
            _ => None,
        };
        let want = want.with(wanted.as_ref());
        let want = if wanted.is_none() { Want::NOTHING } else { want };
        self.function(span, params, None, body, want).0
    }

    /// A function inside an expression, with the names of its parameters.
    fn function(
        &mut self,
        span: Span,
        params: &[tree::Param],
        result: Option<&tree::Type>,
        body: &tree::Expr,
        want: Want<'_, 'db>,
    ) -> (Expr, Arc<Callable>) {
        let before = self.bindings.len();
        self.frames.push(Frame { first: self.locals, captures: Vec::new() });
        let (mut locals, mut parameters) = (Vec::new(), Vec::new());
        for param in params {
            let ty = self.types.resolve(&param.ty);
            if let Some(default) = &param.default {
                let message = "a function inside an expression has no defaults";
                let wrong =
                    Diagnostic::error(codes::LOCAL_DEFAULT, message, self.place(default.span), "a default");
                self.report(wrong.help(
                    "make it a `let` at the top of the file, or give the argument where it is applied",
                ));
            }
            let local = self.fresh();
            locals.push(local);
            parameters.push(Parameter { name: param.name.text.clone(), ty: ty.clone(), optional: false });
            let (name, what) = (param.name.text.clone(), Bound::Local(local));
            self.bind(Binding { name, span: param.name.span, what, ty, callable: None }, before);
        }
        let written = result.map(|result| (self.types.resolve(result), self.place(result.span)));
        let want = match &written {
            Some((ty, place)) => Want::firm(ty, Why::Place(*place, "because of this type")),
            None => want,
        };
        let body = self.expr(body, want);
        self.bindings.truncate(before);
        let mut captures = self.frames.pop().map_or_else(Vec::new, |frame| frame.captures);
        captures.sort_unstable();
        let result = written.map_or_else(|| body.ty.clone(), |(ty, _)| ty);
        let callable = Arc::new(Callable::new(parameters, result));
        let kind = ExprKind::Lambda(Arc::new(Lambda { params: locals, body, captures }));
        (Expr { kind, ty: callable.ty().clone(), span }, callable)
    }

    /// `{ let x = e; key k: T = d; e }`
    pub(crate) fn block(
        &mut self,
        span: Span,
        statements: &[Statement],
        last: &tree::Expr,
        want: Want<'_, 'db>,
    ) -> Expr {
        let before = self.bindings.len();
        let mut made = Vec::new();
        for statement in statements {
            match statement {
                Statement::Let(tree) => {
                    let (value, callable) = match &tree.params {
                        Some(params) => {
                            let (value, callable) = self.function(
                                tree.name.span.to(tree.body.span),
                                params,
                                tree.result.as_ref(),
                                &tree.body,
                                Want::NOTHING,
                            );
                            (value, Some(callable))
                        }
                        None => (self.local_value(tree), None),
                    };
                    let local = self.fresh();
                    let (name, ty, what) = (tree.name.text.clone(), value.ty.clone(), Bound::Local(local));
                    self.bind(Binding { name, span: tree.name.span, what, ty, callable }, before);
                    made.push((local, value));
                }
                Statement::Key(tree) => {
                    let key = self.key(tree, tree.doc.clone(), true);
                    let at = LocalKey(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
                    let ty = key.as_ref().map_or(Type::Unknown, |key| Type::Value(key.ty.clone()));
                    self.keys.extend(key);
                    let name = tree.name.text.clone();
                    self.bind(
                        Binding { name, span: tree.name.span, what: Bound::Key(at), ty, callable: None },
                        before,
                    );
                }
            }
        }
        let last = self.expr(last, want);
        self.bindings.truncate(before);
        self.idle(statements);
        let ty = last.ty.clone();
        Expr { kind: ExprKind::Block(made, Box::new(last)), ty, span }
    }

    /// Warns of what a block declares and nothing in it reads.
    fn idle(&mut self, statements: &[Statement]) {
        if self.file.library(self.db) || !parsed(self.db, self.item).diagnostics.is_empty() {
            return;
        }
        for statement in statements {
            let (Statement::Let(tree::Let { name, .. }) | Statement::Key(tree::Key { name, .. })) = statement;
            if name.text.is_empty() || name.text.starts_with('_') || self.read.contains(&name.span) {
                continue;
            }
            let (place, text) = (self.place(name.span), self.item.text(self.db));
            let (warning, whole) = match statement {
                Statement::Let(it) => {
                    let whole = whole_statement(text, "let", name.span, it.body.span.end);
                    (unused_let(name, place, "not used in this block"), whole)
                }
                Statement::Key(it) => {
                    let whole = whole_statement(text, "", it.span, it.span.end);
                    (unused_key(name, place), whole)
                }
            };
            let warning = match whole {
                Some(whole) => warning.fix("take it out", self.place(whole), ""),
                None => warning,
            };
            let let_ = matches!(statement, Statement::Let(_));
            self.report(if let_ { kept_unused(warning, name) } else { warning });
        }
    }

    fn local_value(&mut self, tree: &tree::Let) -> Expr {
        let Some(result) = &tree.result else { return self.expr(&tree.body, Want::NOTHING) };
        let ty = self.types.resolve(result);
        let why = Why::Place(self.place(result.span), "because of this type");
        let value = self.expr(&tree.body, Want::firm(&ty, why));
        // Others see the type that is written, not the one that was found.
        Expr { ty, ..value }
    }
}

/// A `let` that nothing uses; `label` says where nothing does.
pub(crate) fn unused_let(name: &Name, place: Place, label: &str) -> Diagnostic {
    let message = format!("`{}` is never used", name.text);
    let warning = Diagnostic::warning(codes::UNUSED_LET, message, place, label);
    warning.help(format!("use it, take it out, or call it `_{}`", name.text))
}

/// Offers a name that says that a `let` is unused on purpose.
pub(crate) fn kept_unused(warning: Diagnostic, name: &Name) -> Diagnostic {
    let (place, kept) = (warning.primary(), format!("_{}", name.text));
    warning.fix(format!("call it `{kept}`"), place, kept)
}

/// A key that nothing reads.
pub(crate) fn unused_key(name: &Name, place: Place) -> Diagnostic {
    let message = format!("the key `{}` is never read", name.text);
    let warning = Diagnostic::warning(codes::UNUSED_KEY, message, place, "giving it changes nothing");
    warning.help("read it, or take it out")
}
