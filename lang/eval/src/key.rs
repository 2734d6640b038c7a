//! Keys: an instance is a declaration, a scope, and the application that declares it. Its value comes from the
//! command line, or from its default, or only at boot.
//!
//! A `configure key` with a value is a constant. A plain key stays an expression and has a value by which choices are
//! made. A `run key` is an expression without a value.

use smol_str::SmolStr;
use unik_check::core::{self, DefId, Lambda};
use unik_graph::{Const, ExprId, HostPath, KeyId, Stage};
use unik_source::{Diagnostic, Edit, Place};

use crate::arithmetic::Known;
use crate::codes;
use crate::fold::Folded;
use crate::keys::{KeyInstance, KeyOwner, option};
use crate::machine::{Frame, Machine, Task};
use crate::scope::{ScopeId, TrailId};
use crate::table::number;
use crate::value::Value;
use crate::values::Mode;
use crate::walk;

impl<'d> Machine<'d> {
    /// Reads a key of a file.
    pub(crate) fn read_key(&mut self, def: DefId, trail: TrailId) {
        let owner = KeyOwner::File(def);
        if let Some(id) = self.keys.ids.get(&owner) {
            let value = self.keys.get(*id).read;
            return self.give(value);
        }
        let Some(key) = self.defs.key(def) else { return self.give(Value::Unknown) };
        let place = Place { file: def.file, anchor: def.item, span: key.span };
        let id = self.new_key(owner, key, place, ScopeId::ROOT, None, self.defs.path(def.file));
        self.push(Task::StoreKey(id.0 as usize));
        if let Some(default) = &key.default {
            self.push(Task::Enter(default, Frame::root(def, &default.keys, trail)));
        }
    }

    /// Reads a key of the block or device around.
    pub(crate) fn read_local_key(&mut self, index: u32, frame: Frame<'d>) {
        let Some(key) = frame.keys.get(index as usize) else { return self.give(Value::Unknown) };
        let instance = self.declaring(frame.instance, key.span);
        let owner = KeyOwner::Instance(instance, index);
        if let Some(id) = self.keys.ids.get(&owner) {
            let value = self.keys.get(*id).read;
            return self.give(value);
        }
        let Some(made) = self.instances.get(instance.0 as usize) else { return self.give(Value::Unknown) };
        let (scope, applied, by) = (made.scope, made.place, made.owner.clone());
        let id = self.new_key(owner, key, frame.place(key.span), scope, Some(applied), by);
        self.push(Task::StoreKey(id.0 as usize));
        match &key.default {
            // In a block, the default stands among the locals of the body; in a device, it has locals of its own.
            Some(default) if default.locals <= frame.locals => self.push(Task::Eval(&default.expr, frame)),
            Some(default) => self.push(Task::Enter(default, frame)),
            None => {}
        }
    }

    fn new_key(
        &mut self,
        owner: KeyOwner,
        key: &core::Key,
        place: Place,
        scope: ScopeId,
        applied: Option<Place>,
        declared_by: SmolStr,
    ) -> KeyId {
        let path = self.scopes.path(scope);
        let instance = KeyInstance {
            name: key.name.clone(),
            doc: key.doc.clone(),
            option: option(&path, &key.name),
            // A short option stands for one key only: the one at the root.
            short: key.short.filter(|_| path.is_empty()),
            scope: path,
            stage: key.stage,
            ty: key.ty.clone(),
            place,
            words: Some(place.with_span(key.words)),
            declared_by,
            applied,
            default: None,
            given: None,
            value: None,
            optional: key.default.is_some(),
            read: Value::Unknown,
        };
        self.keys.add(owner, instance)
    }

    /// The default has been evaluated: now the key can be read.
    pub(crate) fn store_key(&mut self, index: usize) {
        let id = KeyId(number(index));
        let optional = self.keys.list[index].optional;
        let default = if optional { Some(self.take()) } else { None };
        let default = default.and_then(|value| match value {
            Value::Expr(id) => Some(id),
            _ => None,
        });
        let given = self.given(index);
        let read = match self.keys.list[index].stage {
            Stage::Configure => self.configure_key(id, default, given.as_ref(), optional),
            Stage::Both => Some(self.plain_key(id, default, given.as_ref())),
            Stage::Run => {
                let ty = self.keys.list[index].ty.clone();
                Some(self.exprs.add_key(id, ty, Known::Open, Known::Open, true))
            }
        };
        let read = read.map_or(Value::Unknown, Value::Expr);
        let value = match (self.keys.list[index].stage, &given, default) {
            (Stage::Run, _, _) | (_, None, None) => None,
            (_, Some(given), _) => Some(given.clone()),
            (_, None, Some(default)) => value(&self.exprs, default, self.mode),
        };
        let key = &mut self.keys.list[index];
        (key.default, key.given, key.value, key.read) = (default, given, value, read);
        self.give(read);
    }

    fn configure_key(
        &mut self,
        id: KeyId,
        default: Option<ExprId>,
        given: Option<&Const>,
        optional: bool,
    ) -> Option<ExprId> {
        let ty = self.keys.get(id).ty.clone();
        if let Some(given) = given {
            return Some(self.exprs.add_const(given.clone(), ty));
        }
        let usual = default.map_or(Known::Open, |default| self.exprs.usual(default));
        match self.mode {
            Mode::Symbolic => Some(self.exprs.add_key(id, ty, Known::Open, usual, false)),
            Mode::Concrete => match default.map(|default| (default, self.exprs.known(default))) {
                Some((_, Known::Value(value))) => Some(self.exprs.add_const(value, ty)),
                Some((default, Known::Overflow)) => {
                    let key = self.keys.get(id);
                    let frame = self.outside(key.place);
                    let place = key.place;
                    self.report_overflow(default, place, &frame);
                    None
                }
                // The mistake in its default has been reported.
                None if optional => None,
                Some((_, Known::Open)) | None => {
                    self.no_value(id, None);
                    None
                }
            },
        }
    }

    fn plain_key(&mut self, id: KeyId, default: Option<ExprId>, given: Option<&Const>) -> ExprId {
        let ty = self.keys.get(id).ty.clone();
        let usual = default.map_or(Known::Open, |default| self.exprs.usual(default));
        let (known, usual) = match (given, self.mode) {
            (Some(given), _) => (Known::Value(given.clone()), Known::Value(given.clone())),
            (None, Mode::Symbolic) => (Known::Open, usual),
            (None, Mode::Concrete) => {
                (default.map_or(Known::Open, |default| self.exprs.known(default)), usual)
            }
        };
        self.exprs.add_key(id, ty, known, usual, false)
    }

    /// The value that the command line gives, if it gives one that fits.
    fn given(&mut self, index: usize) -> Option<Const> {
        let key = &self.keys.list[index];
        let given = self.keys.given.get(&key.option)?.clone();
        self.keys.used.insert(key.option.clone());
        let key = &self.keys.list[index];
        if key.stage == Stage::Run {
            let message = format!("`--{}` cannot be given when configuring", key.option);
            let diagnostic = Diagnostic::error(
                codes::GIVEN_TOO_EARLY,
                message,
                key.place,
                "this is a `run key`: it has a value only at boot",
            )
            .help(format!(
                "give it to the program: `unikc run … -- --{}={}`, or write `key` instead of `run key`",
                key.option, given.text
            ));
            let diagnostic = said_as(diagnostic, &[key], "key");
            self.report(diagnostic);
            return None;
        }
        match key.ty.parse(&given.text) {
            Ok(value) => {
                if let Const::Path(path) = &value {
                    let path: HostPath = path.clone();
                    let place = key.place;
                    self.paths.entry(path).or_insert(place);
                }
                Some(value)
            }
            Err(reason) => {
                let message = format!("`{}` is no value for {}", given.text, given.origin);
                let diagnostic = Diagnostic::error(
                    codes::BAD_VALUE,
                    message,
                    key.place,
                    format!("`{}` is a `{}`", key.name, key.ty),
                )
                .note(match given.text.get(reason.span.clone()) {
                    Some(part) if !part.is_empty() => format!("«{part}»: {reason}"),
                    _ => reason.to_string(),
                });
                self.report(diagnostic);
                None
            }
        }
    }

    /// A decision needs values that nobody gave.
    pub(crate) fn missing_values(&mut self, id: ExprId, what: Place, frame: &Frame<'d>) {
        for key in self.exprs.keys(id) {
            let instance = self.keys.get(key);
            let open = match instance.read {
                Value::Expr(read) => self.exprs.known(read) == Known::Open,
                _ => true,
            };
            if open && instance.stage != Stage::Run {
                self.no_value(key, Some((what, frame)));
            }
        }
    }

    fn no_value(&mut self, id: KeyId, needed: Option<(Place, &Frame<'d>)>) {
        if !self.keys.missing.insert(id) {
            return;
        }
        let key = self.keys.get(id);
        let boot = key.default.map(|default| self.run_keys(default)).unwrap_or_default();
        let message = format!("key `{}` needs a value when configuring", key.name);
        let mut diagnostic = Diagnostic::error(codes::NO_VALUE, message, key.place, "it has no default");
        if let Some(run) = boot.first() {
            let run = self.keys.get(*run);
            diagnostic.labels[0].message = "its default is known only at boot".into();
            diagnostic =
                diagnostic.label(run.place, format!("because it reads the `run key` `{}`", run.name));
        }
        let help = format!("give it on the command line: `--{} …`", key.option);
        let diagnostic = diagnostic.help(help);
        match needed {
            Some((what, frame)) => {
                let diagnostic = diagnostic.label(what, "this decides what the image consists of");
                self.report_in(frame, diagnostic);
            }
            None => self.report(diagnostic),
        }
    }

    /// The `run key`s that an expression reads.
    pub(crate) fn run_keys(&self, id: ExprId) -> Vec<KeyId> {
        let mut keys = self.exprs.keys(id);
        keys.retain(|key| self.keys.get(*key).stage == Stage::Run);
        keys
    }

    /// A frame to report from, outside of any call.
    pub(crate) fn outside(&self, place: Place) -> Frame<'d> {
        Frame::root(DefId { file: place.file, item: place.anchor }, &[], TrailId::EMPTY)
    }

    /// The keys of the body around a lambda that the lambda reads.
    pub(crate) fn keys_around(&self, lambda: &'d Lambda, frame: &Frame<'d>) -> Vec<u32> {
        if frame.keys.is_empty() {
            return Vec::new();
        }
        let body = lambda.body.span;
        let mut keys = walk::local_keys(&lambda.body);
        keys.retain(|key| {
            let inside = |span: unik_source::Span| body.start <= span.start && span.end <= body.end;
            frame.keys.get(*key as usize).is_some_and(|key| !inside(key.span))
        });
        keys
    }
}

/// Offers to declare keys by other words, such as `key` where they say `run key`.
pub(crate) fn said_as(diagnostic: Diagnostic, keys: &[&KeyInstance], words: &'static str) -> Diagnostic {
    let them = if keys.len() == 1 { "it" } else { "each" };
    let edits = keys.iter().filter_map(|key| Some(Edit { place: key.words?, text: words.into() }));
    diagnostic.fix_edits(format!("make {them} a `{words}`"), edits.collect())
}

/// The configured value of a key that nobody has given: by the defaults.
fn value(exprs: &Folded, default: ExprId, mode: Mode) -> Option<Const> {
    let known = match mode {
        Mode::Concrete => exprs.known(default),
        Mode::Symbolic => exprs.usual(default),
    };
    match known {
        Known::Value(value) => Some(value),
        Known::Open | Known::Overflow => None,
    }
}
