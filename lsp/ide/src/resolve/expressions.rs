//! Names in expressions and patterns: what is bound around them, cases by the wanted type, the file's scope.

use smol_str::SmolStr;
use unik_check::core::{DefId, Type};
use unik_graph::value::ValueType;
use unik_source::Span;
use unik_syntax::tree::{self, Expr, ExprKind, Name, Pattern, PatternKind, Statement};

use super::{Walk, named, parameters};
use crate::occurrence::{LocalKind, Referent};

impl Walk<'_> {
    /// An expression; what it stands for, if it is a name.
    pub(super) fn expr(&mut self, expr: &Expr) -> Option<Referent> {
        self.probe_at(expr.span);
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Error => {}
            ExprKind::Name(name) => return self.name(name),
            ExprKind::Member(of, name) => return self.member(of, name),
            ExprKind::Paren(of) => return self.expr(of),
            ExprKind::Apply(callee, args) => {
                let callee = self.expr(callee);
                let wanted = self.arguments.is_some() || args.iter().any(|arg| arg.name.is_some());
                let params = callee.filter(|_| wanted).and_then(|callee| self.parameters_of(&callee));
                let (item, params) = params.unwrap_or((self.id, Vec::new()));
                let named = |param: &SmolStr| {
                    args.iter().any(|arg| arg.name.as_ref().is_some_and(|name| name.text == *param))
                };
                let mut free = params.iter().filter(|(param, _)| !named(param));
                for arg in args {
                    match (&arg.name, &mut self.arguments) {
                        (Some(name), _) => self.argument(item, &params, name),
                        (None, Some(all)) => {
                            all.extend(free.next().map(|(param, _)| (arg.value.span, param.clone())));
                        }
                        (None, None) => {}
                    }
                    self.expr(&arg.value);
                }
            }
            ExprKind::Lambda(params, body) => self.inside(|walk| {
                walk.params(params, false);
                walk.expr(body);
            }),
            ExprKind::If(condition, yes, no) => {
                [condition, yes, no].into_iter().for_each(|part| drop(self.expr(part)));
            }
            ExprKind::Match(on, arms) => self.arms(on, arms),
            ExprKind::Block(statements, last) => self.inside(|walk| {
                statements.iter().for_each(|statement| walk.statement(statement));
                walk.expr(last);
            }),
            ExprKind::List(of) => of.iter().for_each(|of| drop(self.expr(of))),
            ExprKind::Unary(_, of) | ExprKind::As(of, _) => drop(self.expr(of)),
            ExprKind::Binary(_, _, left, right) => {
                self.expr(left);
                self.expr(right);
            }
        }
        None
    }

    /// Does something, and forgets what it bound.
    fn inside(&mut self, walk: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        walk(self);
        self.bound.truncate(before);
    }

    fn name(&mut self, name: &Name) -> Option<Referent> {
        if self.bound(&name.text).is_some() {
            return self.local(name);
        }
        if let Some((of, _)) = self.typed.case_at(name.span) {
            return self.case_of_type(of, name);
        }
        self.global(name)
    }

    /// `m.name`, `Store.crunch`, `m.Store.crunch`, `target.role`.
    fn member(&mut self, of: &Expr, name: &Name) -> Option<Referent> {
        match self.expr(of)? {
            Referent::File(file) => self.exported(file, name),
            Referent::Item(of) => self.case(of, name),
            Referent::BuiltIn(word) if word == "target" => {
                self.add(name, Referent::Role(name.text.clone()), false);
                Some(Referent::Role(name.text.clone()))
            }
            _ => None,
        }
    }

    /// The parameters of what is applied, and the item that they stand in.
    fn parameters_of(&self, callee: &Referent) -> Option<(DefId, Vec<(SmolStr, Span)>)> {
        match callee {
            Referent::Item(id) => Some((*id, parameters(self.db, *id))),
            Referent::Local(id, span) => {
                let known = self.bound.iter().find(|binding| binding.span == *span);
                Some((*id, known.map_or_else(Vec::new, |binding| binding.params.clone())))
            }
            _ => None,
        }
    }

    /// The name of an argument.
    fn argument(&mut self, item: DefId, params: &[(SmolStr, Span)], name: &Name) {
        if let Some((_, span)) = params.iter().find(|(param, _)| *param == name.text) {
            self.add_typed(name, Referent::Local(item, *span), false, Some(LocalKind::Parameter), None);
        }
    }

    fn arms(&mut self, on: &Expr, arms: &[tree::Arm]) {
        self.expr(on);
        let mut bare = on;
        while let ExprKind::Paren(of) = &bare.kind {
            bare = of;
        }
        let ty = self.typed.type_at(bare.span).cloned();
        for arm in arms {
            self.inside(|walk| {
                arm.patterns.iter().for_each(|pattern| walk.pattern(pattern, ty.as_ref()));
                walk.expr(&arm.body);
            });
        }
    }

    fn pattern(&mut self, pattern: &Pattern, on: Option<&Type>) {
        self.probe_at(pattern.span);
        match &pattern.kind {
            PatternKind::Case(path) => match (path.segments.as_slice(), on) {
                ([name], Some(Type::Value(ValueType::Enum(of)))) => drop(self.case_of_type(of, name)),
                ([_], _) => {}
                ([first, case], Some(Type::Value(ValueType::Enum(of)))) if first.text == "target" => {
                    self.global(first);
                    self.case_of_type(of, case);
                }
                _ => self.path(path),
            },
            PatternKind::Some(Some(name)) => {
                let ty = on.and_then(Type::optional);
                self.bind(name, LocalKind::Pattern, ty, Vec::new());
            }
            PatternKind::Some(None)
            | PatternKind::Wildcard
            | PatternKind::Literal(_)
            | PatternKind::None
            | PatternKind::Error => {}
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Let(it) => {
                let (params, mut span) = (it.params.as_deref(), it.body.span);
                self.inside(|walk| {
                    walk.params(params.unwrap_or_default(), false);
                    it.result.iter().for_each(|result| walk.written(result));
                    walk.expr(&it.body);
                });
                if params.is_some() {
                    span = it.name.span.to(span);
                }
                let ty = self.typed.type_at(span).cloned();
                self.bind(&it.name, LocalKind::Let, ty, named(params.unwrap_or_default()));
            }
            Statement::Key(key) => {
                self.key(key);
                let ty = unik_check::written_type(self.db, self.id, &key.ty);
                self.bind(&key.name, LocalKind::Key, Some(ty), Vec::new());
            }
        }
    }
}
