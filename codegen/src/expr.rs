//! Expressions over keys as bodies of Rust functions.
//!
//! An expression becomes a function from the keys to its value, or to an `Option` of it if a checked operation in it
//! can fail. What is evaluated lazily in the language stays so: right sides of `&&` and `||`, and branches. Parts that
//! stand in several places are computed once. Texts are kept short by `let`s, so that no line needs breaking in odd
//! ways.

mod operators;

use std::collections::BTreeMap;

use unik_graph::{DeviceGraph, Expr, ExprId, KeyId, Op, ValueType};

use crate::layout::{Code, If, WIDTH, lay, width};
use crate::names::Names;
use crate::resolution::{operands, reachable};
use crate::value::Values;

/// Columns of an operand; two of them and a function fit on any line.
const OPERAND: usize = 28;
/// Columns of a side of `&&` and `||`.
const SIDE: usize = 40;
/// Columns of a condition.
const CONDITION: usize = 64;
/// Operations that may stand in one another; what is deeper is computed before.
const DEPTH: u32 = 48;

/// The body of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Body {
    /// Its lines, indented by four columns.
    pub(crate) lines: Vec<String>,
    /// Whether it gives an `Option`, `None` where a checked operation fails.
    pub(crate) partial: bool,
    /// The keys it reads: its parameters.
    pub(crate) reads: Vec<KeyId>,
    /// Whether it calls functions of `unik_platform::compute`.
    pub(crate) helped: bool,
}

/// Compiles the expression `root`.
pub(crate) fn body(graph: &DeviceGraph, root: ExprId, hint: &str, values: &mut Values<'_>) -> Body {
    values.take_reads();
    let total = Compiler::new(graph, hint, values).function(root, false);
    let mut body =
        if !total.partial { total } else { Compiler::new(graph, hint, values).function(root, true) };
    body.reads = values.take_reads();
    body.helped = body.lines.iter().any(|line| line.contains("compute::"));
    body
}

struct Compiler<'c, 'v> {
    graph: &'c DeviceGraph,
    /// Names constants that have to stand apart.
    hint: &'c str,
    values: &'c mut Values<'v>,
    /// Variables of this function.
    names: Names,
    /// The statements of the block that is being written.
    lines: Vec<String>,
    indent: usize,
    /// Whether a `?` has been written.
    fails: bool,
    /// What has been computed before, as text.
    known: BTreeMap<ExprId, String>,
    /// The content of options that a branch has made sure of, as text.
    unwrapped: BTreeMap<ExprId, String>,
}

/// How tightly a text binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Or,
    And,
    Compare,
    Unary,
    Atom,
}

impl<'c, 'v> Compiler<'c, 'v> {
    fn new(graph: &'c DeviceGraph, hint: &'c str, values: &'c mut Values<'v>) -> Self {
        let fields = values.all_fields();
        Self {
            graph,
            hint,
            values,
            names: Names::new(fields.iter().map(String::as_str)),
            lines: Vec::new(),
            indent: 4,
            fails: false,
            known: BTreeMap::new(),
            unwrapped: BTreeMap::new(),
        }
    }

    fn function(mut self, root: ExprId, partial: bool) -> Body {
        for id in self.computed_before(root) {
            self.compute(id);
        }
        self.tail(root, partial);
        let partial = self.fails || partial;
        Body { lines: self.lines, partial, reads: Vec::new(), helped: false }
    }

    /// What is computed at the start of the function, operands before their users: what has several users, and what
    /// lies too deep.
    fn computed_before(&self, root: ExprId) -> Vec<ExprId> {
        let exprs = &self.graph.exprs;
        let mut users: BTreeMap<ExprId, u32> = BTreeMap::new();
        let mut depths: BTreeMap<ExprId, u32> = BTreeMap::new();
        let all = reachable(self.graph, root);
        for id in &all {
            let expr = exprs.get(*id);
            let parts = operands(expr);
            parts.iter().for_each(|part| *users.entry(*part).or_default() += 1);
            // A chain of `else if` or of `++` is written in a loop, so it does not nest.
            let flat = |part: ExprId| match (expr, exprs.get(part)) {
                (Expr::If(.., otherwise), Expr::If(..)) => *otherwise == part,
                (Expr::Binary(Op::Concat, left, _), Expr::Binary(Op::Concat, ..)) => *left == part,
                _ => false,
            };
            let deep = |part: &ExprId| depths.get(part).copied().unwrap_or(0) + u32::from(!flat(*part));
            let depth = parts.iter().map(deep).max().unwrap_or(0);
            depths.insert(*id, if depth >= DEPTH { 0 } else { depth });
        }
        let shared = |id: &ExprId| users.get(id).copied().unwrap_or(0) > 1;
        let cut = |id: &ExprId| depths.get(id) == Some(&0) && !operands(exprs.get(*id)).is_empty();
        let before = |id: &ExprId| *id != root && !self.small(*id) && (shared(id) || cut(id));
        all.iter().copied().filter(before).collect()
    }

    /// Whether an expression is so little that repeating it is better than naming it.
    fn small(&self, id: ExprId) -> bool {
        let leaf = |id: ExprId| matches!(self.graph.exprs.get(id), Expr::Const(_) | Expr::Key(_));
        match self.graph.exprs.get(id) {
            Expr::Not(of) | Expr::IsSome(of) | Expr::Unwrap(of) | Expr::Some(of) => leaf(*of),
            _ => leaf(id),
        }
    }

    /// Gives a value that several places use a name. If it can fail, the name is an `Option`, and only who uses it
    /// fails: a branch that is not taken must not.
    fn compute(&mut self, id: ExprId) {
        let name = self.names.give("part");
        let head = format!("let {name} =");
        let (names, fails) = (self.names.clone(), core::mem::replace(&mut self.fails, false));
        self.block(id, false);
        self.names = names;
        let partial = core::mem::replace(&mut self.fails, fails);
        if !partial {
            let lines = if matches!(self.graph.exprs.get(id), Expr::If(..)) {
                self.choice(id, false).lay(self.indent, &head, ";")
            } else {
                let code = self.code(id);
                lay(self.indent, &head, &code, ";")
            };
            self.lines.extend(lines);
            self.known.insert(id, name);
            return;
        }
        let block = self.block(id, true);
        // The function itself fails only where the name is used.
        self.fails = fails;
        let pad = " ".repeat(self.indent);
        match block.as_slice() {
            [line] if self.indent + width(&head) + width(line.trim()) + 8 <= WIDTH => {
                self.lines.push(format!("{pad}{head} (|| {})();", line.trim()));
            }
            _ => {
                self.lines.push(format!("{pad}{head} (|| {{"));
                self.lines.extend(block);
                self.lines.push(format!("{pad}}})();"));
            }
        }
        self.known.insert(id, format!("{name}?"));
    }

    /// The last expression of a block; an `Option` if `partial`.
    fn tail(&mut self, id: ExprId, partial: bool) {
        let expr = self.graph.exprs.get(id);
        let known = self.known.get(&id);
        let lines = match (expr, known) {
            (Expr::If(..), None) => self.choice(id, partial).lay(self.indent, "", ""),
            (_, Some(name)) if partial && name.ends_with('?') => {
                let option = Code::Text(name.trim_end_matches('?').to_owned());
                self.fails = true;
                lay(self.indent, "", &option, "")
            }
            (expr, None) if partial && checked(expr) => {
                self.fails = true;
                let (function, operands) = self.operation(id);
                lay(self.indent, "", &Code::call(&function, operands), "")
            }
            _ if partial => {
                let value = self.operand(id, CONDITION, Binding::Or);
                lay(self.indent, "", &Code::Text(format!("Some({value})")), "")
            }
            _ => {
                let code = self.code(id);
                lay(self.indent, "", &code, "")
            }
        };
        self.lines.extend(lines);
    }

    /// An `if` with its `else if`s.
    fn choice(&mut self, id: ExprId, partial: bool) -> If {
        let mut choice = If::default();
        let mut rest = id;
        while let (Expr::If(condition, then, otherwise), false) =
            (self.graph.exprs.get(rest).clone(), self.known.contains_key(&rest))
        {
            let (statements, names) = (self.lines.len(), self.names.clone());
            let (text, bound) = self.condition(condition, then);
            // What an `else if` asks must be computed in the `else`, if it takes more than an expression.
            if rest != id && self.lines.len() > statements {
                self.lines.truncate(statements);
                self.names = names;
                break;
            }
            let before = self.unwrapped.clone();
            self.unwrapped.extend(bound);
            let block = self.block(then, partial);
            self.unwrapped = before;
            choice.arms.push((text, block));
            rest = otherwise;
        }
        choice.otherwise = self.block(rest, partial);
        choice
    }

    /// What stands behind `if`; and what it makes sure of.
    fn condition(&mut self, condition: ExprId, then: ExprId) -> (String, Option<(ExprId, String)>) {
        if let Expr::IsSome(option) = *self.graph.exprs.get(condition) {
            let unwraps = |id: &ExprId| *self.graph.exprs.get(*id) == Expr::Unwrap(option);
            if reachable(self.graph, then).iter().any(unwraps) {
                let wanted = match self.graph.exprs.get(option) {
                    Expr::Key(key) => self.values.field(*key),
                    _ => "content".to_owned(),
                };
                let text = self.operand(option, CONDITION, Binding::Atom);
                let name = self.names.give(&wanted);
                return (format!("let Some({name}) = {text}"), Some((option, name)));
            }
        }
        (self.operand(condition, CONDITION, Binding::Or), None)
    }

    /// A branch as the lines of a block.
    fn block(&mut self, id: ExprId, partial: bool) -> Vec<String> {
        let lines = core::mem::take(&mut self.lines);
        self.indent += 4;
        self.tail(id, partial);
        self.indent -= 4;
        core::mem::replace(&mut self.lines, lines)
    }

    /// An operand of at most `limit` columns that binds at least as tightly as `at_least`; longer ones get a name.
    fn operand(&mut self, id: ExprId, limit: usize, at_least: Binding) -> String {
        let is_choice = matches!(self.graph.exprs.get(id), Expr::If(..)) && !self.known.contains_key(&id);
        if is_choice {
            let choice = self.choice(id, false);
            let name = self.names.give("part");
            let lines = choice.lay(self.indent, &format!("let {name} ="), ";");
            self.lines.extend(lines);
            return name;
        }
        let code = self.code(id);
        let text = code.line();
        let leaf = matches!(self.graph.exprs.get(id), Expr::Const(_) | Expr::Key(_));
        if width(&text) > limit && !leaf {
            let name = self.names.give("part");
            self.lines.extend(lay(self.indent, &format!("let {name} ="), &code, ";"));
            return name;
        }
        let is_name = text.chars().all(|char| char.is_alphanumeric() || char == '_');
        if self.binding(id) < at_least && !is_name { format!("({text})") } else { text }
    }

    fn binding(&self, id: ExprId) -> Binding {
        if self.known.contains_key(&id) {
            return Binding::Atom;
        }
        match self.graph.exprs.get(id) {
            Expr::Binary(Op::Or, ..) => Binding::Or,
            Expr::Binary(Op::And, ..) => Binding::And,
            Expr::Binary(Op::Equal, left, right) if self.case(*left).or(self.case(*right)).is_none() => {
                Binding::Compare
            }
            Expr::Binary(Op::Less | Op::LessEqual, ..) => Binding::Compare,
            // Some of these are written as comparisons.
            Expr::Not(_) => Binding::Compare,
            _ => Binding::Atom,
        }
    }

    /// An expression that is not an `if`, its operands short enough for any line.
    fn code(&mut self, id: ExprId) -> Code {
        if let Some(known) = self.known.get(&id).cloned() {
            self.fails |= known.ends_with('?');
            return Code::Text(known);
        }
        let ty = self.graph.exprs.ty(id);
        match self.graph.exprs.get(id).clone() {
            Expr::Const(value) => Code::Text(self.values.constant(&value, ty, self.hint)),
            Expr::Key(key) => Code::Text(self.values.key(key)),
            Expr::Not(of) => self.not(of),
            Expr::Some(of) => Code::call("Some", vec![self.operand(of, OPERAND, Binding::Or)]),
            Expr::IsSome(of) => Code::Text(format!("{}.is_some()", self.operand(of, OPERAND, Binding::Atom))),
            Expr::Unwrap(of) => match self.unwrapped.get(&of) {
                Some(name) => Code::Text(name.clone()),
                None => {
                    self.fails = true;
                    Code::Text(format!("{}?", self.operand(of, OPERAND, Binding::Atom)))
                }
            },
            Expr::List(items) => {
                let items = items.iter().map(|item| self.operand(*item, OPERAND, Binding::Or)).collect();
                Self::listed("compute::items", items)
            }
            Expr::Binary(Op::And | Op::Or, ..) => self.logic(id),
            Expr::Binary(Op::Equal, left, right) => self.equal(left, right),
            Expr::Binary(Op::Less, left, right) => self.compare(left, "<", right),
            Expr::Binary(Op::LessEqual, left, right) => self.compare(left, "<=", right),
            Expr::Binary(Op::Concat, ..) => {
                let items = self.concatenated(id);
                let items = items.iter().map(|item| self.operand(*item, OPERAND, Binding::Or)).collect();
                let of_lists = matches!(ty, ValueType::List(_));
                Self::listed(if of_lists { "compute::join" } else { "compute::concat" }, items)
            }
            Expr::Negate(_) | Expr::Binary(Op::Add | Op::Subtract | Op::Multiply, ..) => {
                let (function, items) = self.operation(id);
                self.fails = true;
                Code::Group { open: format!("{function}("), items, close: ")?".to_owned(), tail: "" }
            }
            Expr::If(..) => Code::Text(self.operand(id, OPERAND, Binding::Or)),
        }
    }
}

/// Whether an expression is a checked operation.
fn checked(expr: &Expr) -> bool {
    matches!(expr, Expr::Negate(_) | Expr::Binary(Op::Add | Op::Subtract | Op::Multiply, ..))
}
