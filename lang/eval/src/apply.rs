//! Names and applications: a `let` is evaluated once, a function once for each of its arguments and scopes.
//!
//! An application is remembered by function, arguments and scope. Together with nodes that are made once, this makes
//! evaluation linear in the graph, however often the text uses one thing twice.

use unik_check::core::{Argument, DefId, Expr, ExprKind, Global, Lambda, Param, Type};
use unik_source::{Diagnostic, Place};

use crate::codes;
use crate::decision::Join;
use crate::machine::{Frame, Machine, Task};
use crate::scope::{Instance, InstanceId, ScopeId};
use crate::table::number;
use crate::value::{Application, Closure, ClosureId, LambdaSite, Once, Value};

/// Functions may be doubled by functions: a text of a few lines can ask for more applications than there is time
/// for. No configuration that people write comes near this.
const LIMIT: u32 = 200_000;

impl<'d> Machine<'d> {
    pub(crate) fn global(&mut self, global: Global, expr: &'d Expr, frame: Frame<'d>) {
        match global {
            Global::Let(def) => self.let_(def, expr, frame),
            Global::Device(def) => match self.defs.device(def) {
                Some(device) if device.params.is_none() => {
                    self.device(def, Vec::new(), frame.place(expr.span), &frame);
                }
                Some(_) => self.give(Value::Device(def)),
                None => self.give(Value::Unknown),
            },
            Global::Key(def) => self.read_key(def, frame.trail),
            Global::Target => self.read_target(expr, &frame),
        }
    }

    fn let_(&mut self, def: DefId, expr: &'d Expr, frame: Frame<'d>) {
        match self.lets.get(&def) {
            Some(Once::Done(value)) => return self.give(*value),
            Some(Once::Begun) => return self.give(Value::Unknown),
            None => {}
        }
        let Some(item) = self.defs.let_(def) else { return self.give(Value::Unknown) };
        if item.params.is_some() {
            self.lets.insert(def, Once::Done(Value::Let(def)));
            return self.give(Value::Let(def));
        }
        self.lets.insert(def, Once::Begun);
        let place = frame.place(expr.span);
        let trail = self.trails.call(frame.trail, place, item.name.clone());
        let mut inner = Frame::root(def, &item.body.keys, trail);
        inner.instance = self.instance(&item.body.keys, |machine| Instance {
            scope: ScopeId::ROOT,
            place,
            owner: machine.qualified(def, &item.name),
            inside: None,
        });
        self.push(Task::StoreLet(def));
        self.push(Task::Enter(&item.body, inner));
    }

    pub(crate) fn call(
        &mut self,
        expr: &'d Expr,
        callee: &'d Expr,
        arguments: &'d [Argument],
        frame: Frame<'d>,
    ) {
        self.push(Task::Apply(number(arguments.len()), &expr.ty, frame.place(expr.span), frame));
        for argument in arguments.iter().rev() {
            match argument {
                Argument::Given(argument) => self.push(Task::Eval(argument, frame)),
                Argument::Default(index) => match &callee.kind {
                    ExprKind::Global(Global::Let(def) | Global::Device(def)) => {
                        self.default(*def, *index as usize, frame, frame.place(expr.span));
                    }
                    _ => self.push(Task::Give(Value::Unknown)),
                },
            }
        }
        self.push(Task::Eval(callee, frame));
    }

    fn params(&self, def: DefId) -> Option<&'d [Param]> {
        match self.defs.device(def) {
            Some(device) => device.params.as_deref(),
            None => self.defs.let_(def)?.params.as_deref(),
        }
    }

    /// Pushes the default of a parameter. What it makes, it makes in the scope of the application.
    fn default(&mut self, def: DefId, index: usize, frame: Frame<'d>, place: Place) {
        let param = self.params(def).and_then(|params| params.get(index));
        let Some(body) = param.and_then(|param| param.default.as_ref()) else {
            return self.push(Task::Give(Value::Unknown));
        };
        if let ExprKind::Const(_) = body.expr.kind {
            return self.push(Task::Enter(body, Frame::root(def, &body.keys, frame.trail)));
        }
        // The application asks for what its defaults make.
        let trail = self.trails.call(frame.trail, place, self.name_of(def));
        let mut inner = Frame { scope: frame.scope, ..Frame::root(def, &body.keys, trail) };
        inner.instance = self.instance(&body.keys, |machine| Instance {
            scope: frame.scope,
            place,
            owner: machine.name_of(def),
            inside: None,
        });
        self.push(Task::Enter(body, inner));
    }

    fn name_of(&self, def: DefId) -> smol_str::SmolStr {
        match (self.defs.device(def), self.defs.let_(def)) {
            (Some(device), _) => device.qualified.clone(),
            (None, Some(item)) => self.qualified(def, &item.name),
            (None, None) => self.defs.module(def.file),
        }
    }

    pub(crate) fn apply(&mut self, count: u32, ty: &'d Type, place: Place, frame: Frame<'d>) {
        let arguments = self.take_all(count as usize);
        let function = self.take();
        match function {
            Value::Device(def) => self.device(def, arguments, place, &frame),
            Value::Let(def) => self.apply_let(def, arguments, place, frame),
            Value::Closure(id) => self.apply_closure(id, arguments, place, frame),
            Value::Open(id) => {
                let open = self.open.get(id.0).clone();
                self.push(Task::Join(Box::new(Join::over(&open, ty, frame.scope))));
                for branch in open.branches.iter().rev() {
                    self.push(Task::Apply(count, ty, place, frame));
                    for argument in arguments.iter().rev() {
                        self.push(Task::Give(*argument));
                    }
                    self.push(Task::Give(branch.value));
                }
            }
            Value::Unknown
            | Value::Expr(_)
            | Value::Node(_)
            | Value::List(_)
            | Value::Some(_)
            | Value::None => {
                self.give(Value::Unknown);
            }
        }
    }

    /// Gives the result of an application that was made before; otherwise makes sure that it will be remembered.
    fn remembered(&mut self, application: Application, place: Place, frame: &Frame<'d>) -> bool {
        if let Some(value) = self.calls.get(&application) {
            let value = *value;
            self.give(value);
            return true;
        }
        if self.applications >= LIMIT {
            if self.applications == LIMIT {
                self.applications += 1;
                let message = format!("this takes more than {LIMIT} applications");
                let diagnostic = Diagnostic::error(codes::TOO_LARGE, message, place, "given up here")
                    .note("functions that apply functions twice double the work each time");
                self.report_in(frame, diagnostic);
            }
            self.give(Value::Unknown);
            return true;
        }
        self.applications += 1;
        self.push(Task::Remember(Box::new(application)));
        false
    }

    fn apply_let(&mut self, def: DefId, arguments: Vec<Value>, place: Place, frame: Frame<'d>) {
        let Some(item) = self.defs.let_(def) else { return self.give(Value::Unknown) };
        let params = item.params.as_deref().unwrap_or_default();
        if params.len() != arguments.len() {
            return self.give(Value::Unknown);
        }
        let function = Value::Let(def);
        let application = Application { function, arguments: arguments.clone().into(), scope: frame.scope };
        if self.remembered(application, place, &frame) {
            return;
        }
        let trail = self.trails.call(frame.trail, place, item.name.clone());
        let mut inner = Frame { scope: frame.scope, ..Frame::root(def, &item.body.keys, trail) };
        let asked = self.trails.within(self.unikernel.file, place, frame.trail);
        inner.instance = self.instance(&item.body.keys, |machine| Instance {
            scope: frame.scope,
            place: asked,
            owner: machine.qualified(def, &item.name),
            inside: None,
        });
        let inner = self.room(inner, item.body.locals);
        for (param, argument) in params.iter().zip(arguments) {
            self.set_local((inner.base + param.local.0) as usize, argument);
        }
        self.push(Task::Eval(&item.body.expr, inner));
    }

    pub(crate) fn lambda(&mut self, lambda: &'d Lambda, frame: Frame<'d>) {
        // Two lambdas of the text are two functions, and one lambda is one: its address says which it is.
        let address = std::ptr::from_ref(lambda).addr();
        let id = match self.lambda_ids.get(&address) {
            Some(id) => *id,
            None => {
                let id = number(self.lambdas.len());
                self.lambdas.push(LambdaSite {
                    lambda,
                    def: frame.def,
                    keys: frame.keys,
                    locals: frame.locals,
                });
                self.lambda_ids.insert(address, id);
                id
            }
        };
        let captures = lambda.captures.iter().map(|local| self.local(&frame, *local)).collect();
        let instance = if frame.keys.is_empty() { InstanceId::NONE } else { frame.instance };
        let closure = self.closures.add(Closure { lambda: id, captures, instance });
        self.give(Value::Closure(ClosureId(closure)));
        // A key around the lambda has a default that may read locals which the lambda does not capture.
        for key in self.keys_around(lambda, &frame) {
            self.push(Task::Drop);
            self.push(Task::ReadKey(key, frame));
        }
    }

    fn apply_closure(&mut self, id: ClosureId, arguments: Vec<Value>, place: Place, frame: Frame<'d>) {
        let closure = self.closures.get(id.0).clone();
        let site = self.lambdas[closure.lambda as usize];
        if site.lambda.params.len() != arguments.len() {
            return self.give(Value::Unknown);
        }
        let function = Value::Closure(id);
        let application = Application { function, arguments: arguments.clone().into(), scope: frame.scope };
        if self.remembered(application, place, &frame) {
            return;
        }
        let mut inner = Frame { scope: frame.scope, ..Frame::root(site.def, site.keys, frame.trail) };
        inner.instance = self.instance(site.keys, |machine| Instance {
            scope: frame.scope,
            place,
            owner: machine.name_of(site.def),
            inside: Some((closure.instance, site.lambda.body.span)),
        });
        let inner = self.room(inner, site.locals);
        let captures = site.lambda.captures.iter().zip(closure.captures.iter().copied());
        for (local, value) in captures.chain(site.lambda.params.iter().zip(arguments)) {
            self.set_local((inner.base + local.0) as usize, value);
        }
        self.push(Task::Eval(&site.lambda.body, inner));
    }
}
