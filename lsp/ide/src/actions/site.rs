//! Where a rewriting works: an item that parses, and the expressions in it around a range. Spans in it count from its start.

use unik_check::core::DefId;
use unik_db::{Database, Item, parsed};
use unik_source::{FileId, Span};
use unik_syntax::TextEdit;
use unik_syntax::tree::{self, DeviceEntry, Expr, ExprKind, ItemKind, PlatformEntry, Statement};

use crate::host::{Analysis, Range};
use crate::lookup::item_at;

/// An item without a mistake of syntax, and a range in it.
pub(super) struct Site<'db> {
    pub(super) db: &'db Database,
    pub(super) file: FileId,
    pub(super) item: Item<'db>,
    pub(super) id: DefId,
    /// Where the item starts in its file.
    pub(super) start: u32,
    pub(super) text: &'db str,
    pub(super) tree: &'db tree::Item,
    /// The range, without the space at its ends.
    pub(super) span: Span,
}

impl<'db> Site<'db> {
    /// The item at a range; nothing if it has a mistake of syntax, or the range leaves it.
    pub(super) fn new(analysis: &'db Analysis, range: Range) -> Option<Self> {
        let db = &analysis.db;
        let item = item_at(db, range.file, range.span.start)?;
        let (start, text): (u32, &str) = (item.start(db), item.text(db));
        let span =
            Span { start: range.span.start.checked_sub(start)?, end: range.span.end.checked_sub(start)? };
        let selected = text.get(span.range())?;
        let trimmed = selected.trim();
        let span = match trimmed.is_empty() {
            true => Span::at(span.start as usize),
            false => {
                let from = span.start as usize + (selected.len() - selected.trim_start().len());
                Span::new(from, from + trimmed.len())
            }
        };
        let parsed = parsed(db, item);
        let id = unik_check::id_of(db, item);
        let whole = parsed.diagnostics.is_empty();
        whole.then_some(Self { db, file: range.file, item, id, start, text, tree: &parsed.tree, span })
    }

    /// The text of a span of the item.
    pub(super) fn text(&self, span: Span) -> &'db str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The expressions around the range, outermost first.
    pub(super) fn around(&self) -> Vec<&'db Expr> {
        around(self.tree, self.span)
    }

    /// A replacement in the item.
    pub(super) fn edit(&self, span: Span, text: impl Into<String>) -> TextEdit {
        TextEdit { span: span.shifted(self.start), text: text.into() }
    }
}

/// The expressions of an item around a range, outermost first.
pub(super) fn around(item: &tree::Item, span: Span) -> Vec<&Expr> {
    let holds = |expr: &&Expr| expr.span.to(span) == expr.span;
    let mut way = Vec::new();
    let mut next = roots(item).into_iter().find(holds);
    while let Some(expr) = next {
        way.push(expr);
        next = children(expr).into_iter().find(holds);
    }
    way
}

/// All expressions within one, itself first.
pub(super) fn within(expr: &Expr) -> Vec<&Expr> {
    let mut all = vec![expr];
    let mut at = 0;
    while let Some(expr) = all.get(at).copied() {
        all.extend(children(expr));
        at += 1;
    }
    all
}

/// The expressions that stand in no other one of their item.
pub(super) fn roots(item: &tree::Item) -> Vec<&Expr> {
    match &item.kind {
        ItemKind::Let(it) => {
            let params = it.params.iter().flatten();
            params.filter_map(|param| param.default.as_ref()).chain([&it.body]).collect()
        }
        ItemKind::Device(it) => {
            let params = it.params.iter().flatten().filter_map(|param| param.default.as_ref());
            let entries = it.entries.iter().flat_map(|entry| match entry {
                DeviceEntry::After(devices) => devices.iter().collect::<Vec<_>>(),
                DeviceEntry::Key(key) => key.default.iter().collect(),
                DeviceEntry::Rust(_)
                | DeviceEntry::Exclusive(_)
                | DeviceEntry::Attach(_)
                | DeviceEntry::Features(_)
                | DeviceEntry::Targets(_) => Vec::new(),
            });
            params.chain(entries).collect()
        }
        ItemKind::Key(it) => it.default.iter().collect(),
        ItemKind::Require(it) => vec![&it.condition],
        ItemKind::Unikernel(it) => vec![&it.body],
        ItemKind::Platform(it) => {
            let roles = it.entries.iter().filter_map(|entry| match entry {
                PlatformEntry::Role(_, body) => Some(body),
                _ => None,
            });
            roles.collect()
        }
        ItemKind::Import(_) | ItemKind::ModuleType(_) | ItemKind::Enum(_) | ItemKind::Broken(_) => Vec::new(),
    }
}

/// The expressions right within one.
pub(super) fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name(_) | ExprKind::Error => Vec::new(),
        ExprKind::Member(of, _) | ExprKind::Unary(_, of) | ExprKind::As(of, _) | ExprKind::Paren(of) => {
            vec![of]
        }
        ExprKind::Apply(callee, args) => {
            std::iter::once(&**callee).chain(args.iter().map(|arg| &arg.value)).collect()
        }
        ExprKind::Lambda(given, body) => {
            let given = given.iter().filter_map(|param| param.default.as_ref());
            given.chain([&**body]).collect()
        }
        ExprKind::If(condition, yes, no) => vec![condition, yes, no],
        ExprKind::Match(on, arms) => std::iter::once(&**on).chain(arms.iter().map(|arm| &arm.body)).collect(),
        ExprKind::Block(statements, last) => {
            let mut all = Vec::new();
            for statement in statements {
                match statement {
                    Statement::Let(it) => {
                        all.extend(it.params.iter().flatten().filter_map(|param| param.default.as_ref()));
                        all.push(&it.body);
                    }
                    Statement::Key(key) => all.extend(&key.default),
                }
            }
            all.push(last);
            all
        }
        ExprKind::List(of) => of.iter().collect(),
        ExprKind::Binary(_, _, left, right) => vec![left, right],
    }
}
