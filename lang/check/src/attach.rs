//! `attach interface as "nic"` of a device, and `attach "nic" 8` of a platform: what the host attaches to an image when it
//! runs, and how much of it.
//!
//! Which names the things have is known only when an image is evaluated; here it is made sure that they can be given.

use smol_str::SmolStr;
use unik_graph::value::ValueType;
use unik_source::{Diagnostic, Span};
use unik_syntax::tree::{self, Literal, PlatformEntry};

use crate::codes;
use crate::core::{Attach, AttachLimit, Device, Type};
use crate::expression::Checker;
use crate::key::RESERVED_OPTIONS;
use crate::nearest::nearest;
use crate::remedy::whole_entry;

impl Checker<'_> {
    /// `attach interface as "nic"`
    pub(crate) fn attach(&mut self, attach: &tree::Attach, tree: &tree::Device, device: &mut Device) {
        let kind = self.kind(&attach.kind);
        let Some(param) = self.name_param(attach, tree, device) else { return };
        let Some(kind) = kind else { return };
        let place = self.place(attach.span);
        let same = |known: &&Attach| known.kind == kind && known.param == param;
        if let Some(first) = device.attach.iter().find(same) {
            let message = format!("there are two `attach` entries for `{}`", attach.param.text);
            let wrong = Diagnostic::error(codes::REPEATED_ENTRY, message, place, "again here");
            let wrong = wrong.label(first.place, "first here").help("keep one of them");
            self.report(match whole_entry(self.item.text(self.db), "attach", attach.span) {
                Some(cut) => wrong.fix("take this one out", self.place(cut), ""),
                None => wrong,
            });
            return;
        }
        device.attach.push(Attach { kind, param, place });
    }

    /// The parameter that gives the name, by index.
    fn name_param(&mut self, attach: &tree::Attach, tree: &tree::Device, device: &Device) -> Option<u32> {
        let name = &attach.param;
        if name.text.is_empty() {
            return None;
        }
        let params = device.params.as_deref().unwrap_or_default();
        let place = self.place(name.span);
        let Some((param, index)) = params.iter().zip(0..).find(|(param, _)| param.name == name.text) else {
            let message = format!("`{}` has no parameter `{}`", device.name, name.text);
            let wrong = Diagnostic::error(codes::ATTACH, message, place, "no such parameter");
            let wrong = wrong
                .note("`attach` names the parameter that says under which name the host attaches something");
            let names: Vec<SmolStr> = params.iter().map(|param| param.name.clone()).collect();
            self.report(match nearest(&name.text, &names) {
                Some(near) => wrong.help(format!("did you mean `{near}`?")).fix(
                    format!("replace by `{near}`"),
                    place,
                    near,
                ),
                None => {
                    let wrong = wrong.help(format!("add it to the parameters: `{}: Str`", name.text));
                    let (at, text) = self.new_param(tree, &name.text);
                    wrong.fix("add the parameter", self.place(at), text)
                }
            });
            return None;
        };
        if param.ty == Type::Value(ValueType::Str) || param.ty.has_unknown() {
            return Some(index);
        }
        let message = format!("`{}` is of type `{}`, but a name is a `Str`", name.text, self.text(&param.ty));
        let wrong = Diagnostic::error(codes::ATTACH, message, place, "gives the name of what is attached");
        let written = tree.params.iter().flatten().nth(index as usize).map(|param| param.ty.span);
        let wrong = match written {
            Some(span) => {
                wrong.label(self.place(span), "its type").fix("make it a `Str`", self.place(span), "Str")
            }
            None => wrong,
        };
        self.report(wrong.help(format!("write `{}: Str`", name.text)));
        None
    }

    /// Where a parameter of type `Str` is put, and the text.
    fn new_param(&self, tree: &tree::Device, name: &str) -> (Span, String) {
        match tree.params.as_deref() {
            Some([.., last]) => {
                let end = last.default.as_ref().map_or(last.ty.span.end, |default| default.span.end);
                (Span::at(end as usize), format!(", {name}: Str"))
            }
            Some([]) => {
                let behind = Span { start: tree.name.span.end, end: tree.result.span.start };
                let open = self.source(behind).find('(').map_or(0, |open| open + 1);
                (Span::at(tree.name.span.end as usize + open), format!("{name}: Str"))
            }
            None => (Span::at(tree.name.span.end as usize), format!("({name}: Str)")),
        }
    }

    /// `attach "nic" 8`, all of a platform.
    pub(crate) fn attach_limits(&mut self, tree: &tree::Platform) -> Vec<AttachLimit> {
        let mut limits: Vec<AttachLimit> = Vec::new();
        for entry in &tree.entries {
            let PlatformEntry::Attach(kind, most) = entry else { continue };
            let (name, count) = (self.kind(kind), self.count(most));
            let (Some(name), Some(count)) = (name, count) else { continue };
            let place = self.place(kind.span.to(most.span));
            if let Some(first) = limits.iter().find(|known| known.kind == name) {
                let message = format!("there are two `attach` entries for `{name}`");
                let wrong = Diagnostic::error(codes::REPEATED_ENTRY, message, place, "again here");
                let wrong = wrong.label(first.place, "first here").help("keep one of them");
                self.report(match whole_entry(self.item.text(self.db), "attach", place.span) {
                    Some(cut) => wrong.fix("take this one out", self.place(cut), ""),
                    None => wrong,
                });
                continue;
            }
            limits.push(AttachLimit { kind: name, most: count, place });
        }
        limits
    }

    /// A kind becomes an option of `unikc run`.
    fn kind(&mut self, kind: &tree::StrLit) -> Option<SmolStr> {
        let text = kind.value.as_str();
        let fits = !text.is_empty() && text.chars().all(|char| char.is_ascii_lowercase());
        if fits && !RESERVED_OPTIONS.contains(&text) {
            return Some(kind.value.clone());
        }
        let message = format!("`{}` cannot be a kind of thing to attach", text.escape_debug());
        let label =
            if fits { "`unikc` has an option of this name" } else { "not a word of lower-case letters" };
        let wrong = Diagnostic::error(codes::ATTACH, message, self.place(kind.span), label);
        let wrong = wrong.note("the kind becomes an option of `unikc run`, such as `--nic service=tap0`");
        self.report(wrong.help("take another word, such as `\"nic\"` or `\"disk\"`"));
        None
    }

    fn count(&mut self, count: &tree::Count) -> Option<u32> {
        let number = match &count.number {
            Literal::Number { digits, unit } if unit.is_empty() => {
                digits.parse().ok().filter(|most| *most > 0)
            }
            _ => None,
        };
        if number.is_none() {
            let span: Span = count.span;
            let message = format!("`{}` is not a number of things", self.source(span));
            let wrong = Diagnostic::error(codes::ATTACH, message, self.place(span), "at most so many");
            self.report(wrong.help(
                "write a whole number from 1, or take the entry out: what is not listed cannot be attached",
            ));
        }
        number
    }
}
