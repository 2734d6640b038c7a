//! What to say where a type is not the wanted one: who wants it, why it does not agree, and what would.

use smol_str::SmolStr;
use unik_db::{Item, parsed};
use unik_graph::value::ValueType;
use unik_source::{Diagnostic, Edit, Place, Span};
use unik_syntax::tree::ItemKind;

use crate::codes;
use crate::core::{Expr, Type};
use crate::expression::{Checker, Why};
use crate::signature::{Callable, Parameter, Signature, signature};
use crate::types::{subtype, why_not};

impl<'db> Checker<'db> {
    /// Reports that `found` is not of type `wanted`.
    pub(crate) fn mismatch(&mut self, found: &Expr, wanted: &Type, why: Why<'db>) {
        let (is, should) = (self.text(&found.ty), self.text(wanted));
        let devices = wanted.is_device() || matches!(wanted, Type::Function(_));
        let argument = matches!(why, Why::Parameter(..)) && devices;
        let message = format!("expected `{should}`, found `{is}`");
        let mut wrong =
            Diagnostic::error(codes::MISMATCH, message, self.place(found.span), format!("this is `{is}`"));
        wrong = self.because(wrong, why);
        // Parameters with defaults can be left, so they are not what is wrong.
        let shorter = match wanted {
            Type::Function(of) => self.with_defaults_left(found, of.params.len()),
            _ => None,
        };
        let shown = shorter.as_ref().map_or(&found.ty, |shorter| &shorter.ty);
        if let Some(reason) = why_not(self.db, self.file, shown, wanted) {
            wrong = wrong.note(reason);
        }
        let applied = match &found.ty {
            Type::Function(of) if subtype(self.db, &of.result, wanted) => Some(of.params.len()),
            _ => None,
        };
        if let Some(count) = applied {
            let callable = self.callable(found);
            if callable.as_ref().is_some_and(|callable| callable.params.iter().all(|param| param.optional)) {
                let end = self.place(Span::at(found.span.end as usize));
                wrong = wrong
                    .help("apply it to nothing: all its parameters have defaults")
                    .fix("apply it", end, "()");
            } else {
                let parameters = crate::types::parameters(count);
                wrong =
                    wrong.help(format!("apply it: it takes {parameters} and gives `{}`", self.text(wanted)));
            }
        } else if found.ty.optional().is_some_and(|of| subtype(self.db, &of, wanted)) {
            wrong = wrong.help("take its value out with `match`: `some(x) => …, none => …`");
        } else if wanted.optional().is_some_and(|of| subtype(self.db, &found.ty, &of)) {
            wrong = wrong.help("an option that has a value is written `some(…)`");
            wrong = wrong.fix_edits("wrap it in `some`", self.around(found.span, "some(", ")"));
        } else if wanted.element().is_some_and(|of| subtype(self.db, &found.ty, &of)) {
            wrong = wrong.help("a list of one is written `[…]`");
            wrong = wrong.fix_edits("make it a list", self.around(found.span, "[", "]"));
        } else if *wanted == Type::Value(ValueType::Files) && found.ty == Type::Value(ValueType::Path) {
            wrong = wrong.help("`files(…)` is the content of the folder at a path");
            wrong = wrong.fix_edits("take the folder's content", self.around(found.span, "files(", ")"));
        }
        if self.way.len() > 1 && argument {
            let steps: Vec<String> =
                self.way.iter().map(|(callee, param)| format!("`{callee}` › `{param}`")).collect();
            wrong = wrong.note(format!("the way here: {}", steps.join(" › ")));
        }
        self.report(wrong);
    }

    /// Puts something before and behind an expression.
    fn around(&self, span: Span, before: &'static str, behind: &'static str) -> Vec<Edit> {
        let edit = |at: u32, text| Edit {
            place: self.place(Span::at(at as usize)),
            text: SmolStr::new_static(text),
        };
        vec![edit(span.start, before), edit(span.end, behind)]
    }

    /// Shows who wants a type.
    pub(crate) fn because(&self, wrong: Diagnostic, why: Why<'db>) -> Diagnostic {
        match why {
            Why::Nobody => wrong,
            Why::Place(place, says) => wrong.label(place, says),
            Why::Parameter(item, index) => {
                let wrong = match self.parameter_place(item, index) {
                    Some(place) => wrong.label(place, "because of this parameter"),
                    None => wrong,
                };
                wrong.note(self.signature_text(item))
            }
        }
    }

    /// Where a parameter of an item is declared.
    pub(crate) fn parameter_place(&self, item: Item<'db>, index: usize) -> Option<Place> {
        let params = match &parsed(self.db, item).tree.kind {
            ItemKind::Let(it) => it.params.as_ref()?,
            ItemKind::Device(it) => it.params.as_ref()?,
            _ => return None,
        };
        let param = params.get(index)?;
        Some(item.place(self.db, param.name.span.to(param.ty.span)))
    }

    /// An item with its parameters: `file_server(store: kv.ReadOnly, network: net.Network): Job`.
    pub(crate) fn signature_text(&self, item: Item<'db>) -> String {
        let name = crate::type_text::name_in(self.db, Some(self.file), item);
        let keyword = item.keyword(self.db);
        match signature(self.db, item) {
            Signature::Function(callable) => format!("{keyword} `{name}{}`", self.callable_text(callable)),
            Signature::Value(ty) => format!("{keyword} `{name}: {}`", self.text(ty)),
            Signature::Type | Signature::Unknown => format!("{keyword} `{name}`"),
        }
    }

    /// `(store: kv.ReadOnly, network: net.Network): Job`
    pub(crate) fn callable_text(&self, callable: &Callable) -> String {
        if callable.params.iter().any(|param| param.name.is_empty()) {
            return format!(": {}", self.text(callable.ty()));
        }
        let param = |param: &Parameter| {
            let default = if param.optional { " = …" } else { "" };
            format!("{}: {}{default}", param.name, self.text(&param.ty))
        };
        let params: Vec<String> = callable.params.iter().map(param).collect();
        format!("({}): {}", params.join(", "), self.text(&callable.result))
    }
}
