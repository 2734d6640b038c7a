//! Literals: `80`, `5s`, `"10.0.0.2/24"`. A literal takes the type that its context wants; what is wrong with it is
//! shown inside it.

use smol_str::SmolStr;
use unik_graph::parse::{DURATION_UNITS, ParseError, SIZE_UNITS};
use unik_graph::value::{Const, ValueType};
use unik_source::{Diagnostic, Place, Span};
use unik_syntax::tree::Literal;

use crate::codes;
use crate::core::{Expr, ExprKind, Type};
use crate::expression::{Checker, Want};
use crate::nearest::nearest;

/// What a literal looks like, whatever it is to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Bool,
    Number,
    Time,
    Size,
    /// A number with a unit that nothing has.
    Unit,
    Str,
}

impl Shape {
    fn of(literal: &Literal) -> Self {
        match literal {
            Literal::Bool(_) => Self::Bool,
            Literal::Str(_) => Self::Str,
            Literal::Number { unit, .. } if unit.is_empty() => Self::Number,
            Literal::Number { unit, .. } => {
                let among = |units: &[(&str, u64)]| units.iter().any(|(known, _)| *known == unit);
                match (among(DURATION_UNITS), among(SIZE_UNITS)) {
                    (true, _) => Self::Time,
                    (false, true) => Self::Size,
                    (false, false) => Self::Unit,
                }
            }
        }
    }

    /// The type that it has where nothing wants another.
    fn alone(self) -> ValueType {
        match self {
            Self::Bool => ValueType::Bool,
            Self::Number => ValueType::Int,
            Self::Time | Self::Unit => ValueType::Duration,
            Self::Size => ValueType::Size,
            Self::Str => ValueType::Str,
        }
    }

    /// Whether it can be read as a type, perhaps with a mistake in it.
    fn reads_as(self, ty: &ValueType) -> bool {
        use ValueType as T;
        match self {
            Self::Bool => *ty == T::Bool,
            Self::Number => matches!(ty, T::Int | T::Port | T::Size | T::Duration),
            Self::Time => *ty == T::Duration,
            Self::Size => *ty == T::Size,
            Self::Unit => matches!(ty, T::Duration | T::Size),
            Self::Str => matches!(ty, T::Str | T::Path | T::Ip | T::Ipv4 | T::Ipv6 | T::Cidr | T::Mac),
        }
    }
}

impl<'db> Checker<'db> {
    /// A literal, as the wanted type if it can be read as that.
    pub(crate) fn literal(
        &mut self,
        literal: &Literal,
        negative: bool,
        span: Span,
        want: Want<'_, 'db>,
    ) -> Expr {
        let shape = Shape::of(literal);
        let wanted = want.value().filter(|ty| shape.reads_as(ty));
        let ty = wanted.cloned().unwrap_or_else(|| shape.alone());
        let must = want.must().filter(|_| wanted.is_none());
        if let Some(must) = must {
            return self.wrong_literal(literal, shape, span, must, want);
        }
        match read(literal, negative, &ty) {
            Ok(value) => {
                let value = value.in_folder(self.file.folder(self.db));
                Expr { kind: ExprKind::Const(value), ty: Type::Value(ty), span }
            }
            Err(error) => {
                self.refused(literal, span, &ty, error, want);
                Expr { kind: ExprKind::Unknown, ty: Type::Value(ty), span }
            }
        }
    }

    /// A literal that cannot be of the wanted type.
    fn wrong_literal(
        &mut self,
        literal: &Literal,
        shape: Shape,
        span: Span,
        must: &Type,
        want: Want<'_, 'db>,
    ) -> Expr {
        let (should, is) = (self.text(must), shape.alone());
        let said = match shape {
            Shape::Unit => "a number with a unit".to_owned(),
            Shape::Bool | Shape::Number | Shape::Time | Shape::Size | Shape::Str => format!("`{is}`"),
        };
        let message = format!("expected `{should}`, found {said}");
        let wrong = Diagnostic::error(codes::MISMATCH, message, self.place(span), format!("this is {said}"));
        let wrong = self.because(wrong, want.why);
        let text = self.source(span);
        let place = self.place(span);
        use ValueType as T;
        let wrong = match (must, literal) {
            (Type::Value(T::Files), Literal::Str(_)) => {
                let mended = format!("files({text})");
                wrong.help(format!("the content of a folder is `{mended}`")).fix(
                    "take the folder's content",
                    place,
                    mended,
                )
            }
            (Type::Value(T::Enum(of)), Literal::Str(said)) if of.cases.contains(said) => {
                let message = format!("the cases of `{}` are written without quotes", of.name);
                wrong.help(message).fix("take the quotes away", place, said.clone())
            }
            (Type::Value(ty @ (T::Int | T::Port | T::Duration | T::Size | T::Bool)), Literal::Str(said))
                if ty.parse(said).is_ok() =>
            {
                wrong.help(format!("write it without quotes: `{said}`")).fix(
                    "take the quotes away",
                    place,
                    said.clone(),
                )
            }
            (Type::Value(ty), Literal::Number { .. }) if Shape::Str.reads_as(ty) => {
                let mended = format!("\"{text}\"");
                wrong.help(format!("write it with quotes: `{mended}`")).fix("put it in quotes", place, mended)
            }
            (must, _)
                if must.optional().is_some_and(|of| matches!(&of, Type::Value(of) if shape.reads_as(of))) =>
            {
                let mended = format!("some({text})");
                wrong.help(format!("an option that has a value is `{mended}`")).fix(
                    "wrap it in `some`",
                    place,
                    mended,
                )
            }
            (must, _)
                if must.element().is_some_and(|of| matches!(&of, Type::Value(of) if shape.reads_as(of))) =>
            {
                let mended = format!("[{text}]");
                wrong.help(format!("a list of one is `{mended}`")).fix("make it a list", place, mended)
            }
            _ => wrong,
        };
        self.report(wrong);
        Expr { kind: ExprKind::Unknown, ty: must.clone(), span }
    }

    /// A literal that its type refuses.
    fn refused(
        &mut self,
        literal: &Literal,
        span: Span,
        ty: &ValueType,
        error: ParseError,
        want: Want<'_, 'db>,
    ) {
        let text = self.source(span);
        let place = match literal {
            Literal::Str(value) => self.inside(span, text, value, error.span.clone()),
            Literal::Bool(_) | Literal::Number { .. } => self.place(span),
        };
        let article = if matches!(ty, ValueType::Int | ValueType::Ip | ValueType::Ipv4 | ValueType::Ipv6) {
            "an"
        } else {
            "a"
        };
        let message = format!("`{}` is not {article} `{ty}`", text.trim_matches('"'));
        let wrong = Diagnostic::error(codes::LITERAL, message, place, error.reason);
        let wrong = self.because(wrong, want.why);
        let missing_unit =
            *ty == ValueType::Duration && matches!(literal, Literal::Number { unit, .. } if unit.is_empty());
        self.report(match missing_unit {
            true => {
                let mended = format!("{text}s");
                wrong.help(format!("say what it counts: `{mended}` for seconds")).fix(
                    "count seconds",
                    place,
                    mended,
                )
            }
            false => match nearest_unit(literal, ty) {
                Some(unit) => {
                    let digits = text.trim_end_matches(|char: char| char.is_ascii_alphabetic());
                    let mended = format!("{digits}{unit}");
                    wrong.help(format!("did you mean `{mended}`?")).fix(
                        format!("replace by `{mended}`"),
                        place,
                        mended,
                    )
                }
                None => wrong,
            },
        });
    }

    /// The place of some bytes of a string's value in its source, where escapes are longer than what they stand for.
    fn inside(&self, span: Span, text: &str, value: &str, wrong: std::ops::Range<usize>) -> Place {
        let mut start = None;
        let mut end = None;
        let mut source = text.char_indices().skip(1).peekable();
        let mut at = 0;
        for char in value.chars() {
            let Some((from, first)) = source.next() else { break };
            if first == '\\' && source.next().is_some_and(|(_, escape)| escape == 'u') {
                while source.next().is_some_and(|(_, char)| char != '}') {}
            }
            let to = source.peek().map_or(text.len(), |(to, _)| *to);
            if at >= wrong.start && at < wrong.end {
                start = start.or(Some(from));
                end = Some(to);
            }
            at += char.len_utf8();
        }
        let close = text.len().saturating_sub(1);
        let at_end = (close, close.max(1).min(text.len()));
        let (from, to) = start.zip(end).unwrap_or(at_end);
        let start = span.start as usize;
        self.place(Span::new(start + from, start + to.max(from)))
    }
}

/// The unit that was probably meant by one that the type does not have.
fn nearest_unit(literal: &Literal, ty: &ValueType) -> Option<SmolStr> {
    let units = match ty {
        ValueType::Duration => DURATION_UNITS,
        ValueType::Size => SIZE_UNITS,
        _ => return None,
    };
    let Literal::Number { unit, .. } = literal else { return None };
    let known: Vec<SmolStr> = units.iter().map(|(known, _)| SmolStr::new_static(known)).collect();
    // Whoever writes a unit in full, or its plural, begins with the short one.
    let begins =
        || known.iter().filter(|known| unit.starts_with(known.as_str())).max_by_key(|known| known.len());
    (!unit.is_empty() && !known.contains(unit))
        .then(|| nearest(unit, &known).or_else(|| begins().cloned()))
        .flatten()
}

/// The value of a literal as a type.
fn read(literal: &Literal, negative: bool, ty: &ValueType) -> Result<Const, ParseError> {
    match literal {
        Literal::Bool(value) => Ok(Const::Bool(*value)),
        Literal::Str(value) => ty.parse(value),
        Literal::Number { digits, unit } if negative => ty.parse(&format!("-{digits}{unit}")),
        Literal::Number { digits, unit } if unit.is_empty() => ty.parse(digits),
        Literal::Number { digits, unit } => ty.parse(&format!("{digits}{unit}")),
    }
}
