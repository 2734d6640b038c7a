//! The names that a tree mentions and does not bind itself: read before anything has a type.

use crate::platforms::role_trees;
use smol_str::SmolStr;
use unik_db::{Db, Item, parsed};
use unik_source::Span;
use unik_syntax::tree::{self, Expr, ExprKind, ItemKind, Name, Param, PatternKind, Statement};

/// A name that is looked up outside of the item.
pub(crate) enum Mention<'t> {
    /// `name`
    Name(&'t Name),
    /// `module.name`, `target.role`; for more names, the first two.
    Member(&'t Name, &'t Name),
}

/// The same without its place, so that it stays what it is when something before it grows.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) enum Mentioned {
    /// `name`
    Name(SmolStr),
    /// `module.name`, `target.role`
    Member(SmolStr, SmolStr),
}

/// What an item mentions, all roles of a platform included, in the order of the text.
#[salsa::tracked]
pub(crate) fn mentioned<'db>(db: &'db dyn Db, item: Item<'db>) -> Vec<Mentioned> {
    in_role(db, item, None)
}

/// What an item or a role of a platform mentions, in the order of the text.
pub(crate) fn in_role(db: &dyn Db, item: Item<'_>, role: Option<u32>) -> Vec<Mentioned> {
    let mut found = Vec::new();
    mentions(&parsed(db, item).tree, role, &mut |mention| {
        found.push(match mention {
            Mention::Name(name) => Mentioned::Name(name.text.clone()),
            Mention::Member(module, name) => Mentioned::Member(module.text.clone(), name.text.clone()),
        });
    });
    found
}

/// Where the mention with this number stands.
pub(crate) fn span_of(db: &dyn Db, item: Item<'_>, role: Option<u32>, number: usize) -> Span {
    let mut spans = Vec::new();
    mentions(&parsed(db, item).tree, role, &mut |mention| {
        let (Mention::Name(name) | Mention::Member(_, name)) = mention;
        spans.push(name.span);
    });
    spans.get(number).copied().unwrap_or_default()
}

/// Calls `see` for each mention of a definition in an item, or in one role of a platform. Types are no mentions,
/// but for what a module type includes.
pub(crate) fn mentions<'t>(item: &'t tree::Item, role: Option<u32>, see: &mut dyn FnMut(Mention<'t>)) {
    let mut walk = Walk { bound: Vec::new(), see };
    match &item.kind {
        ItemKind::Let(it) => walk.binding(it),
        ItemKind::Device(it) => {
            walk.defaults(it.params.iter().flatten());
            for entry in &it.entries {
                match entry {
                    tree::DeviceEntry::After(devices) => devices.iter().for_each(|device| walk.expr(device)),
                    tree::DeviceEntry::Key(key) => {
                        walk.key(key);
                        walk.bound.push(&key.name.text);
                    }
                    tree::DeviceEntry::Rust(_)
                    | tree::DeviceEntry::Exclusive(_)
                    | tree::DeviceEntry::Attach(_)
                    | tree::DeviceEntry::Features(_)
                    | tree::DeviceEntry::Targets(_) => {}
                }
            }
        }
        ItemKind::Key(key) => walk.key(key),
        ItemKind::Require(it) => walk.expr(&it.condition),
        ItemKind::Unikernel(it) => walk.expr(&it.body),
        ItemKind::Platform(it) => {
            let wanted = role_trees(it).zip(0..).filter(|(_, at)| role.is_none_or(|role| role == *at));
            wanted.for_each(|((_, body), _)| walk.expr(body));
        }
        ItemKind::ModuleType(it) => {
            for path in &it.includes {
                match path.segments.as_slice() {
                    [name] => (walk.see)(Mention::Name(name)),
                    [module, name, ..] => (walk.see)(Mention::Member(module, name)),
                    [] => {}
                }
            }
        }
        ItemKind::Import(_) | ItemKind::Enum(_) | ItemKind::Broken(_) => {}
    }
}

struct Walk<'t, 's> {
    /// The names that the item binds around the place where the walk is.
    bound: Vec<&'t SmolStr>,
    see: &'s mut dyn FnMut(Mention<'t>),
}

impl<'t> Walk<'t, '_> {
    fn is_bound(&self, name: &Name) -> bool {
        self.bound.contains(&&name.text)
    }

    fn binding(&mut self, it: &'t tree::Let) {
        self.defaults(it.params.iter().flatten());
        let before = self.bound.len();
        self.bound.extend(it.params.iter().flatten().map(|param| &param.name.text));
        self.expr(&it.body);
        self.bound.truncate(before);
    }

    fn defaults(&mut self, params: impl Iterator<Item = &'t Param>) {
        params.filter_map(|param| param.default.as_ref()).for_each(|default| self.expr(default));
    }

    fn key(&mut self, key: &'t tree::Key) {
        if let Some(default) = &key.default {
            self.expr(default);
        }
    }

    fn expr(&mut self, expr: &'t Expr) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Error => {}
            ExprKind::Name(name) => {
                if !self.is_bound(name) {
                    (self.see)(Mention::Name(name));
                }
            }
            ExprKind::Member(of, name) => match &of.kind {
                ExprKind::Name(module) if !self.is_bound(module) => (self.see)(Mention::Member(module, name)),
                _ => self.expr(of),
            },
            ExprKind::Apply(callee, args) => {
                self.expr(callee);
                args.iter().for_each(|arg| self.expr(&arg.value));
            }
            ExprKind::Lambda(params, body) => {
                self.defaults(params.iter());
                let before = self.bound.len();
                self.bound.extend(params.iter().map(|param| &param.name.text));
                self.expr(body);
                self.bound.truncate(before);
            }
            ExprKind::If(condition, yes, no) => {
                self.expr(condition);
                self.expr(yes);
                self.expr(no);
            }
            ExprKind::Match(on, arms) => {
                self.expr(on);
                for arm in arms {
                    let before = self.bound.len();
                    for pattern in &arm.patterns {
                        if let PatternKind::Some(Some(name)) = &pattern.kind {
                            self.bound.push(&name.text);
                        }
                    }
                    self.expr(&arm.body);
                    self.bound.truncate(before);
                }
            }
            ExprKind::Block(statements, last) => {
                let before = self.bound.len();
                for statement in statements {
                    let name = match statement {
                        Statement::Let(it) => {
                            self.binding(it);
                            &it.name.text
                        }
                        Statement::Key(key) => {
                            self.key(key);
                            &key.name.text
                        }
                    };
                    self.bound.push(name);
                }
                self.expr(last);
                self.bound.truncate(before);
            }
            ExprKind::List(elements) => elements.iter().for_each(|element| self.expr(element)),
            ExprKind::Unary(_, of) | ExprKind::As(of, _) | ExprKind::Paren(of) => self.expr(of),
            ExprKind::Binary(_, _, left, right) => {
                self.expr(left);
                self.expr(right);
            }
        }
    }
}
