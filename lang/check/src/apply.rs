//! Application: `f(a, b, name: c)`, and what is built in: `some(e)`, `files(path)`.
//!
//! An argument with a name takes the parameter of that name; the others take the first parameter that is still free.

use std::sync::Arc;

use smol_str::SmolStr;
use unik_db::{Item, parsed};
use unik_graph::value::ValueType;
use unik_source::{Diagnostic, Edit, Fix, Span};
use unik_syntax::tree::{self, Arg, ExprKind as Tree, ItemKind};

use crate::codes;
use crate::core::{Argument, Expr, ExprKind, Global, Type};
use crate::declared::{Named, Word};
use crate::expression::{Checker, Want, Why};
use crate::nearest::{listed, nearest};
use crate::remedy::with_separator;
use crate::scope::named;
use crate::signature::{Callable, Parameter, Signature, signature};
use crate::types::subtype;

/// Something to apply, as far as its arguments are concerned.
struct Callee<'db> {
    /// As written.
    name: String,
    callable: Arc<Callable>,
    /// Its declaration, if it is one of a file: only then it has defaults.
    item: Option<Item<'db>>,
}

impl<'db> Checker<'db> {
    /// `f(a, b)`
    pub(crate) fn apply(
        &mut self,
        expr: &tree::Expr,
        callee: &tree::Expr,
        args: &[Arg],
        want: Want<'_, 'db>,
    ) -> Expr {
        let span = expr.span;
        if let Tree::Name(name) = &callee.kind
            && matches!(name.text.as_str(), "some" | "files")
            && self.bound(&name.text).is_none()
        {
            return self.built_in_apply(span, &name.text, name.span, args, want);
        }
        let function = self.expr(callee, Want::NOTHING);
        let name = self.source(callee.span).to_owned();
        let callable = self.callable(&function).or_else(|| self.local_callable(callee));
        let item = match function.kind {
            ExprKind::Global(Global::Let(id) | Global::Device(id)) => self.item_of(id),
            _ => None,
        };
        match (callable, &function.ty) {
            (Some(callable), _) => {
                let result = callable.result.clone();
                let arguments = self.arguments(span, callee.span, &Callee { name, callable, item }, args);
                self.applied(span, function, arguments, result)
            }
            (None, Type::Function(of)) => {
                let param =
                    |ty: &Type| Parameter { name: SmolStr::default(), ty: ty.clone(), optional: false };
                let params = of.params.iter().map(param).collect();
                let result = of.result.clone();
                let callable = Arc::new(Callable::new(params, result.clone()));
                if let Some(named) = args.iter().find_map(|arg| arg.name.as_ref()) {
                    let message = format!("`{name}` has no names for its parameters");
                    let place = self.place(named.span);
                    let wrong =
                        Diagnostic::error(codes::UNKNOWN_ARGUMENT, message, place, "an argument with a name");
                    let note = format!(
                        "it is a value of type `{}`: its arguments go by their order",
                        self.text(&function.ty)
                    );
                    let mut wrong = wrong.note(note);
                    wrong.fixes.extend(self.without_names(args));
                    self.report(wrong);
                    self.only_look(args);
                    return self.applied(span, function, None, result);
                }
                let arguments =
                    self.arguments(span, callee.span, &Callee { name, callable, item: None }, args);
                self.applied(span, function, arguments, result)
            }
            (None, Type::Unknown) => {
                self.only_look(args);
                self.unknown(span)
            }
            (None, ty) => {
                let message = format!("`{name}` takes no arguments");
                let label = format!("this is `{}`", self.text(ty));
                let mut wrong =
                    Diagnostic::error(codes::NOT_A_FUNCTION, message, self.place(callee.span), label);
                if let Some(item) = item {
                    wrong = wrong.note(self.signature_text(item));
                }
                if args.is_empty() {
                    let parens = Span::new(callee.span.end as usize, span.end as usize);
                    wrong =
                        wrong.help("leave the parentheses out").fix("take them out", self.place(parens), "");
                }
                self.report(wrong);
                self.only_look(args);
                // What was meant is clear where the parentheses alone are wrong.
                if args.is_empty() { Expr { span, ..function } } else { self.unknown(span) }
            }
        }
    }

    fn applied(&self, span: Span, function: Expr, arguments: Option<Vec<Argument>>, result: Type) -> Expr {
        match arguments {
            Some(arguments) => {
                Expr { kind: ExprKind::Apply(Box::new(function), arguments), ty: result, span }
            }
            None => Expr { kind: ExprKind::Unknown, ty: result, span },
        }
    }

    /// The parameters of a function of a block, which have names as well.
    fn local_callable(&self, callee: &tree::Expr) -> Option<Arc<Callable>> {
        match &callee.kind {
            Tree::Name(name) => self.bound(&name.text)?.callable.clone(),
            Tree::Paren(of) => self.local_callable(of),
            _ => None,
        }
    }

    /// Checks arguments that belong to nothing, for the mistakes in them.
    fn only_look(&mut self, args: &[Arg]) {
        for arg in args {
            self.expr(&arg.value, Want::hint(Some(&Type::Unknown)));
        }
    }

    /// The arguments in the order of the parameters; nothing if some are wrong in number or name.
    fn arguments(
        &mut self,
        span: Span,
        name: Span,
        callee: &Callee<'db>,
        args: &[Arg],
    ) -> Option<Vec<Argument>> {
        let params = &callee.callable.params;
        let mut slots: Vec<Option<usize>> = vec![None; params.len()];
        let mut good = true;
        // Where each argument goes.
        let mut goes: Vec<Option<usize>> = vec![None; args.len()];
        let mut next = 0;
        let mut left: Vec<&Arg> = Vec::new();
        let mut repeated: Vec<(usize, usize)> = Vec::new();
        for (at, arg) in args.iter().enumerate() {
            let index = match &arg.name {
                Some(named) if named.text.is_empty() => {
                    good = false;
                    continue;
                }
                Some(named) => match params.iter().position(|param| param.name == named.text) {
                    Some(index) => index,
                    None => {
                        good = false;
                        let cut = without_argument(args, at).unwrap_or_else(|| {
                            let behind = self.source(Span { start: name.end, end: span.end });
                            let open = name.end as usize + behind.find('(').map_or(0, |open| open + 1);
                            Span::new(open, (span.end as usize).saturating_sub(1))
                        });
                        self.unknown_argument(callee, named, &slots, cut);
                        continue;
                    }
                },
                None => {
                    while slots.get(next).is_some_and(Option::is_some) {
                        next += 1;
                    }
                    next
                }
            };
            match (slots.get(index).copied(), &arg.name) {
                (Some(None), _) => (slots[index], goes[at]) = (Some(at), Some(index)),
                (Some(Some(first)), Some(_)) => {
                    good = false;
                    repeated.push((at, first));
                }
                (Some(Some(_)) | None, _) => left.push(arg),
            }
        }
        for (at, first) in repeated {
            self.repeated_argument(callee, args, at, first, &slots);
        }
        if let [first, .., last] | [first @ last] = left.as_slice() {
            good = false;
            self.too_many(callee, first.value.span.to(last.value.span), args, &slots);
        }
        let mut values: Vec<Option<Expr>> = vec![None; params.len()];
        for (arg, goes) in args.iter().zip(&goes) {
            let Some((index, param)) = goes.and_then(|index| Some((index, params.get(index)?))) else {
                self.expr(&arg.value, Want::hint(Some(&Type::Unknown)));
                continue;
            };
            let why = callee.item.map_or(Why::Nobody, |item| Why::Parameter(item, index));
            self.way.push((callee.name.clone(), param.name.clone()));
            values[index] = Some(self.expr(&arg.value, Want::firm(&param.ty, why)));
            self.way.pop();
        }
        let mut arguments = Vec::with_capacity(params.len());
        let mut missing = Vec::new();
        for ((at, param), value) in params.iter().enumerate().zip(values) {
            match value {
                Some(value) => arguments.push(Argument::Given(value)),
                None if param.optional => {
                    arguments.push(Argument::Default(u32::try_from(at).unwrap_or(u32::MAX)))
                }
                None => missing.push(at),
            }
        }
        if good && !missing.is_empty() {
            self.missing(span, name, callee, &missing, args);
        }
        (good && missing.is_empty()).then_some(arguments)
    }

    /// A second argument for one parameter. If one parameter alone has none, that was probably meant.
    fn repeated_argument(
        &mut self,
        callee: &Callee<'db>,
        args: &[Arg],
        at: usize,
        first: usize,
        taken: &[Option<usize>],
    ) {
        let Some(named) = args.get(at).and_then(|arg| arg.name.as_ref()) else { return };
        let place = self.place(named.span);
        let message = format!("`{}` is given twice", named.text);
        let wrong = Diagnostic::error(codes::REPEATED_ARGUMENT, message, place, "again here");
        let first = args.get(first).map_or(named.span, arg_span);
        let mut wrong = wrong.label(self.place(first), "first here").help("take one of them out");
        let free = callee.callable.params.iter().zip(taken).filter(|(_, taken)| taken.is_none());
        if let [(only, _)] = free.collect::<Vec<_>>().as_slice() {
            wrong = wrong.fix(format!("give it for `{}`", only.name), place, only.name.clone());
        }
        self.report(match without_argument(args, at) {
            Some(cut) => wrong.fix("take this one out", self.place(cut), ""),
            None => wrong,
        });
    }

    /// An argument for no parameter; `cut` is what to take out to be rid of it.
    fn unknown_argument(
        &mut self,
        callee: &Callee<'db>,
        named: &tree::Name,
        taken: &[Option<usize>],
        cut: Span,
    ) {
        let place = self.place(named.span);
        let message = format!("`{}` has no parameter `{}`", callee.name, named.text);
        let wrong = Diagnostic::error(codes::UNKNOWN_ARGUMENT, message, place, "no such parameter");
        let wrong = self.declared(wrong, callee);
        let free = callee.callable.params.iter().zip(taken).filter(|(_, taken)| taken.is_none());
        let wrong = match nearest(&named.text, free.map(|(param, _)| &param.name)) {
            Some(near) => {
                wrong.help(format!("did you mean `{near}`?")).fix(format!("replace by `{near}`"), place, near)
            }
            None => wrong,
        };
        self.report(wrong.fix("take the argument out", self.place(cut), ""));
    }

    /// Takes the names of arguments away.
    fn without_names(&self, args: &[Arg]) -> Option<Fix> {
        let named = args.iter().filter_map(|arg| Some((arg.name.as_ref()?, &arg.value)));
        let edits = named.map(|(name, value)| Edit {
            place: self.place(Span { start: name.span.start, end: value.span.start }),
            text: SmolStr::default(),
        });
        let edits: Vec<Edit> = edits.collect();
        (!edits.is_empty()).then(|| Fix { title: "take the names away".into(), edits })
    }

    fn too_many(&mut self, callee: &Callee<'db>, left: Span, args: &[Arg], slots: &[Option<usize>]) {
        let takes = callee.callable.params.len();
        let most = if callee.callable.params.iter().any(|param| param.optional) { "at most " } else { "" };
        let message =
            format!("`{}` takes {most}{}, but {} are given", callee.name, arguments(takes), args.len());
        let wrong = Diagnostic::error(codes::TOO_MANY_ARGUMENTS, message, self.place(left), "too much");
        let mut wrong = self.declared(wrong, callee);
        // Only where what is too much stands last, it can be cut off with the comma before it.
        let before =
            slots.iter().flatten().filter_map(|at| args.get(*at)).map(|arg| arg.value.span.end).max();
        let from = before.unwrap_or(left.start);
        if from <= left.start {
            wrong = wrong.help("take it out");
            wrong = wrong.fix("take it out", self.place(Span { start: from, end: left.end }), "");
        }
        self.report(wrong);
    }

    fn missing(&mut self, span: Span, name: Span, callee: &Callee<'db>, missing: &[usize], args: &[Arg]) {
        let params = &callee.callable.params;
        let absent: Vec<&Parameter> = missing.iter().filter_map(|at| params.get(*at)).collect();
        let names: Vec<&str> = absent.iter().map(|param| param.name.as_str()).collect();
        let message = match names.as_slice() {
            [""] | ["", ..] => {
                let (takes, are) = (
                    arguments(params.len()),
                    if args.len() == 1 { "1 is" } else { &format!("{} are", args.len()) },
                );
                format!("`{}` takes {takes}, but {are} given", callee.name)
            }
            [one] => format!("`{}` needs `{one}`", callee.name),
            many => format!("`{}` needs {}", callee.name, listed(many)),
        };
        let label = if names.len() == 1 { "an argument is missing" } else { "arguments are missing" };
        let close =
            Span::new((span.end as usize).saturating_sub(1).max(name.end as usize), span.end as usize);
        let mut wrong = Diagnostic::error(codes::MISSING_ARGUMENT, message, self.place(close), label);
        if let Some(item) = callee.item {
            for at in missing {
                if let Some(place) = self.parameter_place(item, *at) {
                    wrong = wrong.label(place, "this parameter has no default");
                }
            }
        }
        wrong = self.declared(wrong, callee);
        if names.contains(&"") {
            self.report(wrong);
            return;
        }
        // A value in reach that has the name and the type of the parameter is probably the one.
        let given = |param: &&Parameter| match self.fits(&param.name, &param.ty) {
            true => format!("{0}: {0}", param.name),
            false => format!("{}: …", param.name),
        };
        let given: Vec<String> = absent.iter().map(given).collect();
        let comma = if args.is_empty() { "" } else { ", " };
        let text = format!("{comma}{}", given.join(", "));
        wrong = wrong.help(format!("give it: `{}`", text.trim_start_matches(", ")));
        if !text.contains('…') {
            // Behind the last one: a comma may follow it.
            let at = args.last().map_or(close.start, |last| last.value.span.end);
            wrong = wrong.fix("give it", self.place(Span::at(at as usize)), text);
        }
        self.report(wrong);
    }

    /// Whether a name that can be read here stands for something of a type.
    fn fits(&self, name: &SmolStr, ty: &Type) -> bool {
        if let Some(binding) = self.bound(name) {
            return subtype(self.db, &binding.ty, ty);
        }
        match named(self.db, Word::new(self.db, self.file, name.clone())) {
            // Asking for an inferred type could lead back to this item, which nobody expects of a help.
            Some(Named::Item(item)) if self.says_type(item) => match signature(self.db, item) {
                Signature::Value(of) => subtype(self.db, of, ty),
                Signature::Function(_) | Signature::Type | Signature::Unknown => false,
            },
            _ => false,
        }
    }

    /// Whether an item says the type that it has as a value.
    fn says_type(&self, item: Item<'db>) -> bool {
        match &parsed(self.db, item).tree.kind {
            ItemKind::Let(it) => it.result.is_some(),
            ItemKind::Key(_) | ItemKind::Device(_) => true,
            _ => false,
        }
    }

    /// Says what is applied.
    fn declared(&self, wrong: Diagnostic, callee: &Callee<'db>) -> Diagnostic {
        match callee.item {
            Some(item) => wrong.note(self.signature_text(item)),
            None => wrong.note(format!("`{}{}`", callee.name, self.callable_text(&callee.callable))),
        }
    }

    /// `some(e)` and `files(path)`.
    fn built_in_apply(
        &mut self,
        span: Span,
        name: &str,
        at: Span,
        args: &[Arg],
        want: Want<'_, 'db>,
    ) -> Expr {
        let [arg] = args else {
            let message = format!("`{name}` takes 1 argument, but {} are given", args.len());
            let code = if args.is_empty() { codes::MISSING_ARGUMENT } else { codes::TOO_MANY_ARGUMENTS };
            let example = if name == "some" { "some(80)" } else { "files(\"data/\")" };
            self.report(
                Diagnostic::error(code, message, self.place(at), "").help(format!("for example `{example}`")),
            );
            self.only_look(args);
            return self.unknown(span);
        };
        if let Some(named) = &arg.name {
            let message = format!("`{name}` has no parameter `{}`", named.text);
            let wrong = Diagnostic::error(
                codes::UNKNOWN_ARGUMENT,
                message,
                self.place(named.span),
                "no such parameter",
            );
            let mut wrong = wrong.note(format!("the argument of `{name}` has no name"));
            wrong.fixes.extend(self.without_names(args));
            self.report(wrong);
            self.only_look(args);
            return self.unknown(span);
        }
        if name == "files" {
            let path = Type::Value(ValueType::Path);
            let of = self.expr(&arg.value, Want::firm(&path, Why::Nobody));
            return Expr { kind: ExprKind::Files(Box::new(of)), ty: Type::Value(ValueType::Files), span };
        }
        let inner = want.ty.and_then(Type::optional);
        let of = match (&inner, want.ty) {
            (Some(inner), _) => self.expr(&arg.value, want.with(Some(inner))),
            (None, Some(Type::Unknown)) => self.expr(&arg.value, want),
            (None, _) => self.expr(&arg.value, Want::NOTHING),
        };
        let ty = Type::option(of.ty.clone());
        Expr { kind: ExprKind::Some(Box::new(of)), ty, span }
    }
}

/// `no arguments`, `1 argument`, `2 arguments`.
fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        count => format!("{count} arguments"),
    }
}

/// What to take out to be rid of an argument, if it is not the only one.
fn without_argument(args: &[Arg], at: usize) -> Option<Span> {
    let spans: Vec<Span> = args.iter().map(arg_span).collect();
    with_separator(&spans, at)
}

fn arg_span(arg: &Arg) -> Span {
    arg.name.as_ref().map_or(arg.value.span, |name| name.span.to(arg.value.span))
}
