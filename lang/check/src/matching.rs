//! Choices: `if c then a else b`, and `match e { … }`, which must be exhaustive and have no arm in vain.

use smol_str::SmolStr;
use unik_graph::value::ValueType;
use unik_source::{Diagnostic, Span};
use unik_syntax::tree::{self, ExprKind as Tree, PatternKind};

use crate::codes;
use crate::core::{Arm, Expr, ExprKind, Local, Pattern, Type};
use crate::coverage::{Seen, all_patterns};
use crate::expression::{Binding, Bound, Checker, Want, Why};
use crate::name::{case_of, cases_text};
use crate::nearest::listed;
use crate::remedy::with_separator;
use crate::types::join;

impl<'db> Checker<'db> {
    /// `if c then a else b`
    pub(crate) fn if_else(
        &mut self,
        span: Span,
        condition: &tree::Expr,
        yes: &tree::Expr,
        no: &tree::Expr,
        want: Want<'_, 'db>,
    ) -> Expr {
        let condition = self.expr(condition, Want::firm(&Type::Value(ValueType::Bool), Why::Nobody));
        let (mut branches, ty) = self.branches(&[yes, no], want, "branches");
        let no = branches.pop().unwrap_or_else(|| self.unknown(span));
        let yes = branches.pop().unwrap_or_else(|| self.unknown(span));
        Expr { kind: ExprKind::If(Box::new(condition), Box::new(yes), Box::new(no)), ty, span }
    }

    /// Expressions that are alternatives of one another, and the type that they have in common.
    pub(crate) fn branches(
        &mut self,
        exprs: &[&tree::Expr],
        want: Want<'_, 'db>,
        what: &str,
    ) -> (Vec<Expr>, Type) {
        self.alternatives(exprs, want, what, |checker, at, want| checker.expr(exprs[at], want))
    }

    /// The same, where each alternative is checked by `check`: an arm binds names around its body.
    fn alternatives(
        &mut self,
        exprs: &[&tree::Expr],
        want: Want<'_, 'db>,
        what: &str,
        mut check: impl FnMut(&mut Self, usize, Want<'_, 'db>) -> Expr,
    ) -> (Vec<Expr>, Type) {
        if let Some(ty) = want.must() {
            return ((0..exprs.len()).map(|at| check(self, at, want)).collect(), ty.clone());
        }
        // A literal takes the type of the others, so it comes last.
        let mut order: Vec<usize> = (0..exprs.len()).collect();
        order.sort_by_key(|at| self.is_open(exprs[*at]));
        let mut done: Vec<Option<Expr>> = vec![None; exprs.len()];
        let mut common: Option<(usize, Type)> = None;
        let mut agree = true;
        for at in order {
            let hint = common.as_ref().map(|(_, ty)| ty).or(want.ty);
            let found = check(self, at, Want::hint(hint));
            if let (Some((first, ty)), true) = (&common, agree) {
                match join(self.db, ty, &found.ty) {
                    Some(joined) => common = Some((*first, joined)),
                    None => {
                        agree = false;
                        let first = done.get(*first).cloned().flatten();
                        self.disagree(what, first.as_ref(), &found);
                    }
                }
            } else if agree {
                common = Some((at, found.ty.clone()));
            }
            done[at] = Some(found);
        }
        let ty = common.filter(|_| agree).map_or(Type::Unknown, |(_, ty)| ty);
        (done.into_iter().flatten().collect(), ty)
    }

    fn disagree(&mut self, what: &str, first: Option<&Expr>, second: &Expr) {
        let Some(first) = first else { return };
        let (a, b) = (self.text(&first.ty), self.text(&second.ty));
        let (earlier, later) =
            if first.span.start <= second.span.start { (first, second) } else { (second, first) };
        let message = format!("these {what} have no type in common");
        let label = format!("this is `{}`", self.text(&later.ty));
        let wrong = Diagnostic::error(codes::BRANCHES, message, self.place(later.span), label);
        let wrong = wrong.label(self.place(earlier.span), format!("this is `{}`", self.text(&earlier.ty)));
        let wrong = match first.ty.is_device() && second.ty.is_device() {
            true => wrong.note(format!("no single module type is included by both `{a}` and `{b}`")),
            false if what.starts_with("elements") => wrong.note("all elements of a list have one type"),
            false => wrong.note("whichever is chosen, the result has one type"),
        };
        self.report(match first.ty.is_device() && second.ty.is_device() {
            true => wrong.help("choose devices that share a module type, or write the type that is meant"),
            false => wrong,
        });
    }

    /// Whether an expression needs to be told its type: a literal, or a case.
    pub(crate) fn is_open(&self, expr: &tree::Expr) -> bool {
        match &expr.kind {
            Tree::Literal(_) => true,
            Tree::Name(name) => {
                self.bound(&name.text).is_none()
                    && name.text != "target"
                    && crate::scope::named(
                        self.db,
                        crate::declared::Word::new(self.db, self.file, name.text.clone()),
                    )
                    .is_none()
            }
            Tree::Paren(of) | Tree::Unary(_, of) => self.is_open(of),
            Tree::List(elements) => elements.iter().all(|element| self.is_open(element)),
            Tree::Apply(callee, args) => {
                matches!(&callee.kind, Tree::Name(name) if name.text == "some")
                    && args.iter().all(|arg| self.is_open(&arg.value))
            }
            Tree::Binary(op, _, left, right) => {
                use tree::BinaryOp as Op;
                matches!(op, Op::Add | Op::Subtract | Op::Multiply | Op::Concat)
                    && self.is_open(left)
                    && self.is_open(right)
            }
            _ => false,
        }
    }

    /// `match e { … }`
    pub(crate) fn match_on(
        &mut self,
        span: Span,
        on: &tree::Expr,
        arms: &[tree::Arm],
        want: Want<'_, 'db>,
    ) -> Expr {
        let on = self.expr(on, Want::NOTHING);
        if !matches!(on.ty, Type::Value(_) | Type::Option(_) | Type::Unknown) {
            let is = self.text(&on.ty);
            let message = format!("`{is}` cannot be matched");
            let wrong = Diagnostic::error(
                codes::NO_PATTERNS,
                message,
                self.place(on.span),
                format!("this is `{is}`"),
            );
            self.report(
                wrong.note("a choice is made by a value: an enum, Bool, Int, Port, Str, an option, …"),
            );
        }
        let matchable = matches!(on.ty, Type::Value(_) | Type::Option(_));
        let ty = if matchable { on.ty.clone() } else { Type::Unknown };
        let patterns: Vec<Vec<Pattern>> = arms.iter().map(|arm| self.patterns(arm, &ty)).collect();
        let bodies: Vec<&tree::Expr> = arms.iter().map(|arm| &arm.body).collect();
        let names: Vec<Option<(&tree::Name, Local)>> =
            arms.iter().zip(&patterns).map(|(arm, of)| bound_name(arm, of)).collect();
        let inner = ty.optional().unwrap_or(Type::Unknown);
        let (bodies, result) = self.alternatives(&bodies, want, "arms", |checker, at, want| {
            let before = checker.bindings.len();
            if let Some(Some((name, local))) = names.get(at) {
                let (what, ty) = (Bound::Local(*local), inner.clone());
                checker.bindings.push(Binding {
                    name: name.text.clone(),
                    span: name.span,
                    what,
                    ty,
                    callable: None,
                });
            }
            let body = checker.expr(&arms[at].body, want);
            checker.bindings.truncate(before);
            body
        });
        if ty != Type::Unknown {
            self.covered(span, &ty, arms, &patterns);
        }
        let label = |arm: &tree::Arm| {
            let labels: Vec<&str> = arm.patterns.iter().map(|pattern| self.source(pattern.span)).collect();
            SmolStr::new(labels.join(" | "))
        };
        let made = arms.iter().zip(patterns).zip(bodies);
        let made = made.map(|((arm, patterns), body)| Arm { label: label(arm), patterns, body }).collect();
        Expr { kind: ExprKind::Match(Box::new(on), made), ty: result, span }
    }

    /// The patterns of an arm; one that is wrong is `Any`, so that nothing is said to be missing because of it.
    fn patterns(&mut self, arm: &tree::Arm, ty: &Type) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for pattern in &arm.patterns {
            if let PatternKind::Some(Some(name)) = &pattern.kind
                && arm.patterns.len() > 1
            {
                let message = format!("`{}` would have a value in one alternative only", name.text);
                let wrong = Diagnostic::error(
                    codes::PATTERN,
                    message,
                    self.place(name.span),
                    "a name beside alternatives",
                );
                let name = self.place(name.span);
                self.report(wrong.help("write `some(_)`, or an arm of its own").fix(
                    "write `some(_)`",
                    name,
                    "_",
                ));
            }
            patterns.push(self.pattern(pattern, ty));
        }
        patterns
    }

    fn pattern(&mut self, pattern: &tree::Pattern, ty: &Type) -> Pattern {
        let optional = ty.optional().is_some();
        match (&pattern.kind, ty) {
            (PatternKind::Wildcard | PatternKind::Error, _) => Pattern::Any,
            (PatternKind::Some(name), Type::Unknown) => Pattern::Some(name.as_ref().map(|_| self.fresh())),
            (_, Type::Unknown) => Pattern::Any,
            (PatternKind::None, _) if optional => Pattern::None,
            (PatternKind::Some(name), _) if optional => Pattern::Some(name.as_ref().map(|_| self.fresh())),
            (PatternKind::Case(path), Type::Value(ValueType::Enum(of))) => {
                let Some(name) = path.segments.last() else { return Pattern::Any };
                let written = path.segments.len().checked_sub(2).and_then(|at| path.segments.get(at));
                if let Some(written) = written.filter(|written| written.text != of.name) {
                    let message = format!("`{}` is not the enum that is matched", written.text);
                    let label = format!("this is matched as `{}`", of.name);
                    let wrong = Diagnostic::error(codes::PATTERN, message, self.place(written.span), label);
                    let wrong = wrong.help(format!("the case alone is enough: `{}`", name.text));
                    self.report(match case_of(of, &name.text) {
                        Some(_) => wrong.fix(
                            format!("replace by `{}`", name.text),
                            self.place(path.span),
                            name.text.clone(),
                        ),
                        None => wrong,
                    });
                    return Pattern::Any;
                }
                for module in path.segments.iter().rev().skip(1) {
                    self.types.uses.push(module.text.clone());
                }
                self.case(of, name).map_or(Pattern::Any, Pattern::Const)
            }
            (PatternKind::Literal(literal), Type::Value(of))
                if !optional && !matches!(of, ValueType::Enum(_)) =>
            {
                let negative =
                    matches!(literal, tree::Literal::Number { digits, .. } if digits.starts_with('-'));
                let positive = match literal {
                    tree::Literal::Number { digits, unit } if negative => tree::Literal::Number {
                        digits: digits.trim_start_matches('-').into(),
                        unit: unit.clone(),
                    },
                    literal => literal.clone(),
                };
                match self.literal(&positive, negative, pattern.span, Want::firm(ty, Why::Nobody)).kind {
                    ExprKind::Const(value) => Pattern::Const(value),
                    _ => Pattern::Any,
                }
            }
            _ => {
                let is = self.text(ty);
                let message = format!("`{}` is no pattern for `{is}`", self.source(pattern.span));
                let wrong = Diagnostic::error(
                    codes::PATTERN,
                    message,
                    self.place(pattern.span),
                    "it can never match",
                );
                let note = match ty {
                    Type::Value(ValueType::Enum(of)) => cases_text(of),
                    _ if optional => "an option is matched by `some(x)` and `none`".to_owned(),
                    _ => format!("`{is}` is matched by literals and `_`"),
                };
                self.report(wrong.note(note));
                Pattern::Any
            }
        }
    }

    /// Reports arms that are never chosen and values that no arm takes.
    fn covered(&mut self, span: Span, ty: &Type, arms: &[tree::Arm], patterns: &[Vec<Pattern>]) {
        let all = all_patterns(ty);
        let mut seen = Seen::default();
        let mut unreachable = false;
        for (arm, patterns) in arms.iter().zip(patterns) {
            for (tree, pattern) in arm.patterns.iter().zip(patterns) {
                let mistake = matches!(tree.kind, PatternKind::Error)
                    || (*pattern == Pattern::Any) != matches!(tree.kind, PatternKind::Wildcard);
                if mistake {
                    // It has been reported; it stands for anything, but takes nothing from the arms below.
                    return;
                }
                let taken = seen.taken(pattern);
                if taken.is_some()
                    || all.as_ref().is_some_and(|all| !all.is_empty() && seen.kinds() == all.len())
                {
                    unreachable = true;
                    self.unreachable(arm, tree, taken, arms);
                } else {
                    seen.add(pattern, tree.span);
                }
            }
        }
        let missing: Vec<String> = match &all {
            Some(all) => {
                let open = all.iter().filter(|one| seen.taken(one).is_none());
                open.map(|pattern| self.pattern_text(pattern, ty)).collect()
            }
            None if seen.any.is_some() => Vec::new(),
            None => vec!["_".to_owned()],
        };
        if missing.is_empty() || unreachable {
            return;
        }
        let message = match missing.as_slice() {
            [one] if one == "_" => format!("not every `{}` has an arm", self.text(ty)),
            missing => {
                format!("{} {} no arm", listed(missing), if missing.len() == 1 { "has" } else { "have" })
            }
        };
        let head =
            Span::new(span.start as usize, arms.first().map_or(span.end, |arm| arm.span.start) as usize);
        let head = Span::new(head.start as usize, head.start as usize + "match".len().min(head.len()));
        let wrong =
            Diagnostic::error(codes::NOT_EXHAUSTIVE, message, self.place(head), "values are left out");
        let wrong = wrong.help(match missing.as_slice() {
            [one] if one == "_" => "add an arm for all others: `_ => …`".to_owned(),
            missing => format!("add {}", listed(missing.iter().map(|pattern| format!("{pattern} => …")))),
        });
        // A new arm gives what the nearest one gives that binds nothing: that has the right type, and reads as what it is.
        let free =
            |patterns: &Vec<Pattern>| !patterns.iter().any(|one| matches!(one, Pattern::Some(Some(_))));
        let model = arms.iter().zip(patterns).rev().find(|(_, patterns)| free(patterns)).map(|(arm, _)| arm);
        self.report(match (arms.last(), model) {
            (Some(last), Some(model)) => {
                let body = self.source(model.body.span);
                let between = arms.len().checked_sub(2).and_then(|at| arms.get(at)).map_or_else(
                    || self.source(Span { start: span.start, end: last.span.start }),
                    |before| self.source(Span { start: before.span.end, end: last.span.start }),
                );
                // It stands on a line of its own where the last one does.
                let line = between.rfind('\n').map_or(" ", |newline| &between[newline..]);
                let line = if line.trim().is_empty() { line } else { " " };
                let arm = |pattern: &String| format!(",{line}{pattern} => {body}");
                let new: String = missing.iter().map(arm).collect();
                let end = self.place(Span::at(last.span.end as usize));
                wrong.fix("add what is missing, as the last arm", end, new)
            }
            _ => wrong,
        });
    }

    fn unreachable(
        &mut self,
        arm: &tree::Arm,
        pattern: &tree::Pattern,
        taken: Option<Span>,
        arms: &[tree::Arm],
    ) {
        let message = format!("the arm `{}` is never chosen", self.source(pattern.span));
        let wrong =
            Diagnostic::error(codes::UNREACHABLE_ARM, message, self.place(pattern.span), "never reached");
        let wrong = match taken {
            Some(span) => wrong.label(self.place(span), "what it matches is taken here"),
            None => wrong.note("the arms above it take every value"),
        };
        let wrong = wrong.help("take it out");
        // The arm goes with the comma that parts it from its neighbour.
        let at = arms.iter().position(|other| other.span == arm.span).unwrap_or(0);
        let next = arms.get(at + 1).map(|next| Span::new(arm.span.start as usize, next.span.start as usize));
        let before = at.checked_sub(1).and_then(|at| arms.get(at));
        let last = before.map(|before| Span::new(before.span.end as usize, arm.span.end as usize));
        let alternatives: Vec<Span> = arm.patterns.iter().map(|pattern| pattern.span).collect();
        let nth = alternatives.iter().position(|span| *span == pattern.span).unwrap_or(0);
        self.report(match (with_separator(&alternatives, nth), next.or(last)) {
            (Some(cut), _) => wrong.fix("take the pattern out", self.place(cut), ""),
            (None, Some(cut)) => wrong.fix("take the arm out", self.place(cut), ""),
            (None, None) => wrong,
        });
    }

    fn pattern_text(&self, pattern: &Pattern, ty: &Type) -> String {
        match (pattern, ty) {
            (Pattern::Const(value), Type::Value(ty)) => value.literal(ty),
            (Pattern::Some(_), _) => "some(_)".to_owned(),
            (Pattern::None, _) => "none".to_owned(),
            (Pattern::Any | Pattern::Const(_), _) => "_".to_owned(),
        }
    }
}

/// The name that an arm binds.
fn bound_name<'t>(arm: &'t tree::Arm, patterns: &[Pattern]) -> Option<(&'t tree::Name, Local)> {
    match (arm.patterns.as_slice(), patterns) {
        ([tree::Pattern { kind: PatternKind::Some(Some(name)), .. }], [Pattern::Some(Some(local))]) => {
            Some((name, *local))
        }
        _ => None,
    }
}
