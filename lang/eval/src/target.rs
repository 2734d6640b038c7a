//! `target` and its roles: which platform is meant, and what a role means on it.

use smol_str::SmolStr;
use unik_check::core::{self, Expr, Type};
use unik_graph::{Const, ExprId, Stage, ValueType};
use unik_source::{Diagnostic, Place, Span};

use crate::arithmetic::Known;
use crate::codes;
use crate::decision::Join;
use crate::keys::{KeyInstance, KeyOwner};
use crate::machine::{Frame, Machine, Task};
use crate::nearest::nearest;
use crate::scope::{Instance, ScopeId};
use crate::table::number;
use crate::value::{Decider, Once, Value};
use crate::values::{KeyValues, Mode, TARGET, USUAL_TARGET};

impl<'d> Machine<'d> {
    /// Chooses the platform that is asked for, or the only one; for an image, or else the usual one.
    pub(crate) fn choose_target(&mut self, values: &KeyValues) {
        let names: Vec<&str> =
            self.target.platforms.iter().map(|(_, platform)| platform.name.as_str()).collect();
        match values.target() {
            None if names.len() == 1 => self.target.chosen = Some(0),
            None if self.mode == Mode::Concrete => {
                self.target.chosen = names.iter().position(|name| *name == USUAL_TARGET);
            }
            None => {}
            Some(wanted) => {
                self.target.chosen = names.iter().position(|name| *name == wanted.as_str());
                if self.target.chosen.is_none() {
                    let message = format!("there is no target `{wanted}`");
                    let nearest = nearest(wanted, names.iter().copied());
                    let known = list(&names);
                    let mut diagnostic =
                        Diagnostic::error(codes::WHICH_TARGET, message, self.unikernel, "to be built for it")
                            .note(known);
                    if let Some(nearest) = nearest {
                        diagnostic = diagnostic.help(format!("did you mean `--target {nearest}`?"));
                    }
                    self.target.mistaken = true;
                    self.report(diagnostic);
                }
            }
        }
    }

    /// `target` as a value. Files differ in which platforms they can name, so its type differs from file to file.
    pub(crate) fn read_target(&mut self, expr: &'d Expr, frame: &Frame<'d>) {
        let Type::Value(ty @ ValueType::Enum(cases)) = &expr.ty else { return self.give(Value::Unknown) };
        let platforms = self.target.platforms.iter();
        let names: Vec<SmolStr> = platforms.map(|(_, platform)| platform.name.clone()).collect();
        let case_of = |name: &SmolStr| case_in(ty, name);
        let place = frame.place(expr.span);
        if let Some(chosen) = self.target.chosen {
            let value = match case_of(&names[chosen]) {
                Some(case) => Value::Expr(self.exprs.add_const(Const::Case(case), ty.clone())),
                None => {
                    let message = format!("`{}` does not know the target `{}`", cases.file, names[chosen]);
                    let diagnostic = Diagnostic::error(
                        codes::WHICH_TARGET,
                        message,
                        place,
                        "it decides by the target",
                    )
                    .note(
                        "a file knows the platforms of the library, and those of the files that it imports",
                    );
                    self.report_in(frame, diagnostic);
                    Value::Unknown
                }
            };
            return self.give(value);
        }
        // With such a target it would be a mistake to read it here.
        self.unsure |= names.iter().any(|name| case_of(name).is_none());
        let Some(target) = self.open_target(place, frame) else { return self.give(Value::Unknown) };
        if self.exprs.ty(target) == ty {
            return self.give(Value::Expr(target));
        }
        let own = self.exprs.ty(target).clone();
        let mut value = None;
        for name in names.iter().rev() {
            let (Some(case), Some(at)) = (case_of(name), case_in(&own, name)) else { continue };
            let case = self.exprs.add_const(Const::Case(case), ty.clone());
            value = Some(match value {
                None => case,
                Some(others) => {
                    let this = self.exprs.add_const(Const::Case(at), own.clone());
                    let chosen = self.exprs.equal(target, this);
                    self.exprs.if_(chosen, case, others)
                }
            });
        }
        self.give(value.map_or(Value::Unknown, Value::Expr));
    }

    /// The target as a key whose value is not known yet.
    fn open_target(&mut self, place: Place, frame: &Frame<'d>) -> Option<ExprId> {
        if self.mode == Mode::Concrete || self.target.mistaken {
            self.no_target(place, frame);
            return None;
        }
        let ty = ValueType::Enum(self.defs.target_type());
        let id = match self.keys.ids.get(&KeyOwner::Target) {
            Some(id) => *id,
            None => {
                let place = self.target.platforms.first()?.1.place;
                let key = KeyInstance {
                    name: TARGET.into(),
                    doc: "The target to build for.".into(),
                    scope: Vec::new(),
                    option: TARGET.into(),
                    short: None,
                    stage: Stage::Configure,
                    ty: ty.clone(),
                    place,
                    words: None,
                    declared_by: "unikc".into(),
                    applied: None,
                    default: None,
                    given: None,
                    value: None,
                    optional: false,
                    read: Value::Unknown,
                };
                self.keys.add(KeyOwner::Target, key)
            }
        };
        Some(self.exprs.add_key(id, ty, Known::Open, Known::Open, false))
    }

    fn no_target(&mut self, place: Place, frame: &Frame<'d>) {
        if self.target.mistaken {
            return;
        }
        self.target.mistaken = true;
        let platforms = self.target.platforms.iter();
        let names: Vec<&str> = platforms.map(|(_, platform)| platform.name.as_str()).collect();
        let message = "it is not said for which target";
        let diagnostic = Diagnostic::error(codes::WHICH_TARGET, message, place, "this depends on it")
            .note(list(&names))
            .help("give one: `--target …`");
        self.report_in(frame, diagnostic);
    }

    /// `target.stack`: what the role means on the target, or, while that is open, on each that has it.
    pub(crate) fn role(&mut self, role: &'d SmolStr, expr: &'d Expr, frame: Frame<'d>) {
        let place = frame.place(expr.span);
        if let Some(chosen) = self.target.chosen {
            return self.role_of(chosen, role, place, frame);
        }
        let having: Vec<usize> =
            (0..self.target.platforms.len()).filter(|at| self.body(*at, role).is_some()).collect();
        match having.as_slice() {
            _ if self.mode == Mode::Concrete => {
                self.open_target(place, &frame);
                self.give(Value::Unknown);
            }
            [] => {
                self.no_role(None, role, place, &frame);
                self.give(Value::Unknown);
            }
            [only] => self.role_of(*only, role, place, frame),
            several => {
                let Some(target) = self.open_target(place, &frame) else { return self.give(Value::Unknown) };
                let ty = self.exprs.ty(target).clone();
                let mut selector = self.exprs.int(several[several.len() - 1]);
                for at in several.iter().rev().skip(1) {
                    let case = case_in(&ty, &self.target.platforms[*at].1.name).unwrap_or(u32::MAX);
                    let case = self.exprs.add_const(Const::Case(case), ty.clone());
                    let chosen = self.exprs.equal(target, case);
                    let index = self.exprs.int(*at);
                    selector = self.exprs.if_(chosen, index, selector);
                }
                let label = |at: &usize| (number(*at), self.target.platforms[*at].1.name.clone());
                let branches = several.iter().map(label).collect();
                let decider = Decider { selector, label: TARGET.into(), place };
                let join = Join { decider, ty: &expr.ty, scope: ScopeId::ROOT, branches, whole: true };
                self.push(Task::Join(Box::new(join)));
                for at in several.iter().rev() {
                    self.push_role(*at, role, place, frame);
                }
            }
        }
    }

    fn body(&self, platform: usize, role: &str) -> Option<&'d core::Body> {
        let (_, platform) = self.target.platforms.get(platform)?;
        platform.roles.iter().find(|(name, _)| name == role).map(|(_, body)| body)
    }

    /// Whether a platform has all roles that were asked for.
    pub(crate) fn has_roles(&self, platform: Option<usize>) -> bool {
        let mut asked = self.target.roles.keys();
        asked.all(|(_, role)| platform.is_some_and(|platform| self.body(platform, role).is_some()))
    }

    fn role_of(&mut self, platform: usize, role: &'d SmolStr, place: Place, frame: Frame<'d>) {
        if self.body(platform, role).is_none() {
            self.no_role(Some(platform), role, place, &frame);
            return self.give(Value::Unknown);
        }
        self.push_role(platform, role, place, frame);
    }

    /// A role belongs to the platform: it is evaluated once, at the root.
    fn push_role(&mut self, platform: usize, role: &'d SmolStr, place: Place, frame: Frame<'d>) {
        let at = (platform, role.clone());
        match self.target.roles.get(&at) {
            Some(Once::Done(value)) => return self.push(Task::Give(*value)),
            Some(Once::Begun) => return self.push(Task::Give(Value::Unknown)),
            None => {}
        }
        let Some(body) = self.body(platform, role) else { return self.push(Task::Give(Value::Unknown)) };
        let def = self.target.platforms[platform].0;
        self.target.roles.insert(at, Once::Begun);
        let trail = self.trails.call(frame.trail, place, SmolStr::new(format!("target.{role}")));
        let mut inner = Frame::root(def, &body.keys, trail);
        inner.instance = self.instance(&body.keys, |machine| Instance {
            scope: ScopeId::ROOT,
            place,
            owner: machine.qualified(def, role),
            inside: None,
        });
        self.push(Task::StoreRole(platform, role.clone()));
        self.push(Task::Enter(body, inner));
    }

    pub(crate) fn store_role(&mut self, platform: usize, role: SmolStr) {
        let value = self.take();
        self.target.roles.insert((platform, role), Once::Done(value));
        self.give(value);
    }

    fn no_role(&mut self, platform: Option<usize>, role: &str, place: Place, frame: &Frame<'d>) {
        let platforms = &self.target.platforms;
        let having: Vec<&str> = (0..platforms.len())
            .filter(|at| self.body(*at, role).is_some())
            .map(|at| platforms[at].1.name.as_str())
            .collect();
        let message = match platform {
            Some(platform) => format!("target `{}` has no role `{role}`", platforms[platform].1.name),
            None => format!("no target has a role `{role}`"),
        };
        let mut diagnostic = Diagnostic::error(codes::NO_ROLE, message, place, "needed here");
        if let Some(platform) = platform {
            let platform = platforms[platform].1;
            diagnostic = diagnostic.label(platform.place, "this is the target");
            let roles: Vec<&str> = platform.roles.iter().map(|(name, _)| name.as_str()).collect();
            diagnostic = diagnostic.note(match roles.is_empty() {
                true => format!("`{}` has no roles", platform.name),
                false => format!("`{}` has the roles `{}`", platform.name, roles.join("`, `")),
            });
        }
        let diagnostic = match having.is_empty() {
            true => diagnostic.help(format!("write `{role} = …` in the platform, or pass a device instead")),
            false => diagnostic
                .note(format!("the targets that have it: `{}`", having.join("`, `")))
                .help("choose another target, or pass a device instead"),
        };
        self.report_in(frame, diagnostic);
    }

    /// A device that says `targets` is refused elsewhere; those that would do are named.
    pub(crate) fn wrong_target(&self, device: &'d core::Device, used: Place) -> Option<Diagnostic> {
        let platform = self.target.platform()?;
        let targets = device.targets.as_ref()?;
        if targets.contains(&platform.name) {
            return None;
        }
        let works = |other: &&&core::Device| {
            other.targets.as_ref().is_none_or(|targets| targets.contains(&platform.name))
                && self.included(&other.result, &device.result)
        };
        let devices = self.defs.devices();
        let others: Vec<&str> = devices.iter().filter(works).map(|other| other.qualified.as_str()).collect();
        let message = format!("`{}` does not work on `{}`", device.qualified, platform.name);
        let diagnostic = Diagnostic::error(codes::WRONG_TARGET, message, used, "used here")
            .label(device.place, format!("it works on {}", named(targets)));
        let ty = self.type_name(&device.result);
        if others.is_empty() {
            return Some(
                diagnostic
                    .help(format!("no `{ty}` in reach works on `{}`: choose another target", platform.name)),
            );
        }
        let wrong = diagnostic.help(format!("these make a `{ty}` there: `{}`", others.join("`, `")));
        let Some(name) = self.callee(used, &device.name) else { return Some(wrong) };
        // Who takes the same and is declared beside it can stand in its place as it is.
        let same = |param: &core::Param| (param.name.clone(), param.ty.clone(), param.default.is_some());
        let takes = |device: &core::Device| {
            let params = device.params.as_ref();
            params.map(|params| params.iter().map(same).collect::<Vec<_>>())
        };
        let beside = devices
            .iter()
            .filter(works)
            .filter(|other| other.place.file == device.place.file && takes(other) == takes(device));
        Some(beside.fold(wrong, |wrong, other| {
            wrong.fix(format!("replace by `{}`", other.name), name, other.name.clone())
        }))
    }

    /// Where the name of a device stands in the phrase that applies it.
    fn callee(&self, used: Place, name: &str) -> Option<Place> {
        let text = self.defs.source_text(used);
        let path =
            text.split(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '_' | '.'))).next()?;
        let end = (path == name || path.ends_with(&format!(".{name}"))).then_some(path.len())?;
        let span = Span::new(end - name.len(), end).shifted(used.span.start);
        Some(used.with_span(span))
    }

    /// Whether a device of type `ty` may stand where a `wanted` is.
    fn included(&self, ty: &Type, wanted: &Type) -> bool {
        let mut open = vec![ty];
        let mut seen = Vec::new();
        while let Some(ty) = open.pop() {
            if ty == wanted {
                return true;
            }
            if let Type::Module(def) = ty
                && !seen.contains(def)
                && let Some(module) = self.defs.module_type(*def)
            {
                seen.push(*def);
                open.extend(&module.includes);
            }
        }
        false
    }

    /// As people know it: `std/kv.ReadOnly`, `Job`.
    pub(crate) fn type_name(&self, ty: &Type) -> SmolStr {
        match ty {
            Type::Module(def) => {
                self.defs.module_type(*def).map_or("?".into(), |module| module.qualified.clone())
            }
            Type::Job => "Job".into(),
            Type::List(of) | Type::Option(of) => self.type_name(of),
            Type::Value(ty) => SmolStr::new(ty.to_string()),
            Type::Function(of) => self.type_name(&of.result),
            Type::Unknown => "?".into(),
        }
    }
}

fn case_in(ty: &ValueType, name: &str) -> Option<u32> {
    match ty {
        ValueType::Enum(of) => of.cases.iter().position(|case| case == name).map(number),
        _ => None,
    }
}

fn named(names: &[SmolStr]) -> String {
    match names {
        [] => "no target".to_owned(),
        names => format!("`{}` only", names.join("`, `")),
    }
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "no file in reach declares a platform".to_owned(),
        names => format!("the targets in reach: `{}`", names.join("`, `")),
    }
}
