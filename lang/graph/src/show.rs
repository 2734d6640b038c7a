//! How values and expressions are written for people: the one place that decides it for texts, pictures and messages.
//!
//! A value has two forms. The *literal* stands in a `.unik` file (`"data/"`, `some(5s)`); the *option* is what
//! stands behind `--key=` (`data/`): it has no quotes and no `some`. How an option is read is decided in `parse`; how a
//! value is written in Rust, by the generator.

use core::fmt::{self, Write as _};

use crate::expr::{Expr, ExprId, Exprs, KeyId, Op};
use crate::model::Key;
use crate::value::{Const, ValueType};

/// An expression is cut with `…` beyond this depth and this many bytes: its text may be exponential in its size.
const DEEPEST: u32 = 40;
const LONGEST: usize = 2000;

impl Const {
    /// As it stands in a `.unik` file: `8080`, `"data/"`, `some(5s)`, `[80, 8080]`, `crunch`.
    pub fn literal(&self, ty: &ValueType) -> String {
        let mut out = String::new();
        write_value(&mut out, self, ty, true).expect("a string takes all that is written to it");
        out
    }

    /// As it stands behind an option of the command line: `8080`, `data/`, `crunch`.
    pub fn option(&self, ty: &ValueType) -> String {
        let mut out = String::new();
        write_value(&mut out, self, ty, false).expect("a string takes all that is written to it");
        out
    }
}

impl Exprs {
    /// An expression as it would stand in a `.unik` file, with as few parentheses as possible.
    pub fn text(&self, id: ExprId, keys: &[Key]) -> String {
        let mut printer = Printer { exprs: self, keys, out: String::new() };
        printer.write(id, Binding::Lowest, 0);
        printer.out
    }
}

impl Key {
    /// Its name with its scope: `management.port`.
    pub fn path(&self) -> String {
        self.scope.iter().map(|name| format!("{name}.")).chain([self.name.to_string()]).collect()
    }
}

fn write_value(out: &mut impl fmt::Write, value: &Const, ty: &ValueType, quoted: bool) -> fmt::Result {
    match value {
        Const::Bool(value) => write!(out, "{value}"),
        Const::Int(value) => write!(out, "{value}"),
        Const::Port(value) => write!(out, "{value}"),
        Const::Str(value) => write_text(out, value, quoted),
        Const::Path(path) => write_text(out, &path.written, quoted),
        Const::Files(path) if quoted => {
            out.write_str("files(")?;
            write_text(out, &path.written, true)?;
            out.write_str(")")
        }
        Const::Files(path) => out.write_str(&path.written),
        Const::Ip(value) => write_text(out, &value.to_string(), quoted),
        Const::Ipv4(value) => write_text(out, &value.to_string(), quoted),
        Const::Ipv6(value) => write_text(out, &value.to_string(), quoted),
        Const::Cidr(value) => write_text(out, &format!("{}/{}", value.address, value.prefix), quoted),
        Const::Mac(bytes) => {
            let [a, b, c, d, e, f] = bytes;
            write_text(out, &format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"), quoted)
        }
        Const::Duration(nanoseconds) => write_unit(
            out,
            *nanoseconds,
            "s",
            &[
                ("h", 3_600_000_000_000),
                ("min", 60_000_000_000),
                ("s", 1_000_000_000),
                ("ms", 1_000_000),
                ("us", 1_000),
                ("ns", 1),
            ],
        ),
        Const::Size(bytes) => write_unit(
            out,
            *bytes,
            "B",
            &[("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)],
        ),
        Const::List(items) => {
            let of = match ty {
                ValueType::List(of) => of,
                _ => ty,
            };
            out.write_str("[")?;
            for (index, item) in items.iter().enumerate() {
                out.write_str(if index > 0 { ", " } else { "" })?;
                write_value(out, item, of, quoted)?;
            }
            out.write_str("]")
        }
        Const::Some(inner) => {
            let of = match ty {
                ValueType::Option(of) => of,
                _ => ty,
            };
            if !quoted {
                return write_value(out, inner, of, false);
            }
            out.write_str("some(")?;
            write_value(out, inner, of, true)?;
            out.write_str(")")
        }
        Const::None => out.write_str("none"),
        Const::Case(index) => match ty {
            ValueType::Enum(of) => match of.cases.get(*index as usize) {
                Some(case) => out.write_str(case),
                None => write!(out, "{}.{index}", of.name),
            },
            _ => write!(out, "case {index}"),
        },
    }
}

/// A count in the largest unit that leaves no rest.
fn write_unit(out: &mut impl fmt::Write, count: u64, zero: &str, units: &[(&str, u64)]) -> fmt::Result {
    match units.iter().find(|(_, size)| count != 0 && count.is_multiple_of(*size)) {
        Some((unit, size)) => write!(out, "{}{unit}", count / size),
        None => write!(out, "0{zero}"),
    }
}

fn write_text(out: &mut impl fmt::Write, text: &str, quoted: bool) -> fmt::Result {
    if !quoted {
        return out.write_str(text);
    }
    out.write_str("\"")?;
    for char in text.chars() {
        match char {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            char if char.is_control() => write!(out, "\\u{{{:x}}}", u32::from(char))?,
            char => out.write_char(char)?,
        }
    }
    out.write_str("\"")
}

/// How tightly an operator holds its operands, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    Lowest,
    Or,
    And,
    Compare,
    Sum,
    Product,
    Unary,
    Tightest,
}

impl Binding {
    fn of(op: Op) -> Self {
        match op {
            Op::Or => Self::Or,
            Op::And => Self::And,
            Op::Equal | Op::Less | Op::LessEqual => Self::Compare,
            Op::Add | Op::Subtract | Op::Concat => Self::Sum,
            Op::Multiply => Self::Product,
        }
    }

    fn tighter(self) -> Self {
        match self {
            Self::Lowest => Self::Or,
            Self::Or => Self::And,
            Self::And => Self::Compare,
            Self::Compare => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product => Self::Unary,
            Self::Unary | Self::Tightest => Self::Tightest,
        }
    }
}

fn symbol(op: Op) -> &'static str {
    match op {
        Op::Or => "||",
        Op::And => "&&",
        Op::Equal => "==",
        Op::Less => "<",
        Op::LessEqual => "<=",
        Op::Add => "+",
        Op::Subtract => "-",
        Op::Multiply => "*",
        Op::Concat => "++",
    }
}

struct Printer<'g> {
    exprs: &'g Exprs,
    keys: &'g [Key],
    out: String,
}

impl Printer<'_> {
    /// Writes an expression where nothing looser than `at_least` may stand bare.
    fn write(&mut self, id: ExprId, at_least: Binding, depth: u32) {
        if depth > DEEPEST || self.out.len() > LONGEST {
            self.out.push('…');
            return;
        }
        match self.exprs.get(id) {
            Expr::Const(value) => {
                let text = value.literal(self.exprs.ty(id));
                self.parenthesised(text.starts_with('-') && at_least > Binding::Unary, |p| {
                    p.out.push_str(&text)
                });
            }
            Expr::Key(key) => self.key(*key),
            Expr::Not(inner) => match self.exprs.get(*inner) {
                Expr::Binary(Op::Equal, left, right) => {
                    self.binary("!=", Op::Equal, *left, *right, at_least, depth)
                }
                Expr::Binary(Op::Less, left, right) => {
                    self.binary(">=", Op::Less, *left, *right, at_least, depth)
                }
                Expr::Binary(Op::LessEqual, left, right) => {
                    self.binary(">", Op::LessEqual, *left, *right, at_least, depth);
                }
                Expr::IsSome(option) => self.parenthesised(at_least > Binding::Compare, |p| {
                    p.write(*option, Binding::Sum, depth + 1);
                    p.out.push_str(" == none");
                }),
                _ => self.unary('!', *inner, at_least, depth),
            },
            Expr::Negate(inner) => self.unary('-', *inner, at_least, depth),
            Expr::Binary(op, left, right) => self.binary(symbol(*op), *op, *left, *right, at_least, depth),
            Expr::If(condition, then, other) => self.parenthesised(at_least > Binding::Lowest, |p| {
                p.out.push_str("if ");
                p.write(*condition, Binding::Lowest, depth + 1);
                p.out.push_str(" then ");
                p.write(*then, Binding::Lowest, depth + 1);
                p.out.push_str(" else ");
                p.write(*other, Binding::Lowest, depth + 1);
            }),
            Expr::List(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.out.push_str(if index > 0 { ", " } else { "" });
                    self.write(*item, Binding::Lowest, depth + 1);
                }
                self.out.push(']');
            }
            Expr::Some(inner) => {
                self.out.push_str("some(");
                self.write(*inner, Binding::Lowest, depth + 1);
                self.out.push(')');
            }
            // The language takes options apart with `match` only; these two are its steps.
            Expr::IsSome(inner) => self.parenthesised(at_least > Binding::Compare, |p| {
                p.write(*inner, Binding::Sum, depth + 1);
                p.out.push_str(" != none");
            }),
            Expr::Unwrap(inner) => {
                self.write(*inner, Binding::Tightest, depth + 1);
                self.out.push_str(".value");
            }
        }
    }

    fn key(&mut self, key: KeyId) {
        match self.keys.get(key.0 as usize) {
            Some(key) => self.out.push_str(&key.path()),
            None => {
                let _ = write!(self.out, "key {}", key.0);
            }
        }
    }

    fn unary(&mut self, symbol: char, inner: ExprId, at_least: Binding, depth: u32) {
        self.parenthesised(at_least > Binding::Unary, |p| {
            p.out.push(symbol);
            p.write(inner, Binding::Tightest, depth + 1);
        });
    }

    /// Operators associate to the left; comparisons do not associate.
    fn binary(&mut self, symbol: &str, op: Op, left: ExprId, right: ExprId, at_least: Binding, depth: u32) {
        let own = Binding::of(op);
        let left_binding = if own == Binding::Compare { own.tighter() } else { own };
        self.parenthesised(at_least > own, |p| {
            p.write(left, left_binding, depth + 1);
            let _ = write!(p.out, " {symbol} ");
            p.write(right, own.tighter(), depth + 1);
        });
    }

    fn parenthesised(&mut self, needed: bool, write: impl FnOnce(&mut Self)) {
        if needed {
            self.out.push('(');
        }
        write(self);
        if needed {
            self.out.push(')');
        }
    }
}
