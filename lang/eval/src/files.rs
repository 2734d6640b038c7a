//! `files(path)`: a folder that is compiled into the image, so its path must be known when configuring.

use smol_str::SmolStr;
use unik_check::core::Expr;
use unik_graph::{Const, ExprId, HostPath, ValueType};
use unik_source::Diagnostic;

use crate::arithmetic::Known;
use crate::codes;
use crate::decision::Guarded;
use crate::definitions::HostEntry;
use crate::key::said_as;
use crate::machine::{Frame, Machine};
use crate::value::{Decider, Value};
use crate::values::Mode;

impl<'d> Machine<'d> {
    pub(crate) fn files(&mut self, path: Value, expr: &'d Expr, frame: Frame<'d>) -> Value {
        let Value::Expr(id) = path else { return Value::Unknown };
        if let Some(Const::Path(path)) = self.exprs.constant(id) {
            let path = path.clone();
            return self.folder(path, expr, &frame);
        }
        let place = frame.place(expr.span);
        if self.exprs.at_boot(id) {
            let Some(key) = self.run_keys(id).first().copied() else { return Value::Unknown };
            let key = self.keys.get(key);
            let message = format!("the folder depends on `{}`, which is known only at boot", key.name);
            let diagnostic =
                Diagnostic::error(codes::FOLDER_AT_BOOT, message, place, "this is compiled into the image")
                    .label(key.place, format!("`{}` is a `run key`", key.name))
                    .help(format!("write `configure key {}` instead of `run key {}`", key.name, key.name));
            let diagnostic = said_as(diagnostic, &[key], "configure key");
            self.report_in(&frame, diagnostic);
            return Value::Unknown;
        }
        match self.exprs.known(id) {
            Known::Value(Const::Path(path)) => {
                self.guard_path(id, &path, expr, &frame);
                self.folder(path, expr, &frame)
            }
            // Until a path is given, the folder is the path.
            Known::Open if self.mode == Mode::Symbolic => {
                self.folders.push(id);
                path
            }
            Known::Open => {
                self.missing_values(id, place, &frame);
                Value::Unknown
            }
            Known::Value(_) | Known::Overflow => Value::Unknown,
        }
    }

    /// A plain key names the folder: at boot it must name the same one.
    fn guard_path(&mut self, id: ExprId, path: &HostPath, expr: &'d Expr, frame: &Frame<'d>) {
        let same = self.exprs.add_const(Const::Path(path.clone()), ValueType::Path);
        let same = self.exprs.equal(id, same);
        let (taken, other) = (self.exprs.int(0), self.exprs.int(1));
        let selector = self.exprs.if_(same, taken, other);
        let place = frame.place(expr.span);
        let decider = Decider { selector, label: self.defs.source_text(place), place };
        let taken = SmolStr::new(format!("files({:?})", path.written.as_str()));
        self.guard(Guarded {
            decider,
            taken: 0,
            branches: vec![taken, SmolStr::new_static("another folder")],
        });
    }

    fn folder(&mut self, path: HostPath, expr: &'d Expr, frame: &Frame<'d>) -> Value {
        let found = self.defs.entry(&path);
        let value = Value::Expr(self.exprs.add_const(Const::Files(path.clone()), ValueType::Files));
        let (code, message) = match found {
            HostEntry::Folder => return value,
            HostEntry::Missing => (codes::NO_FOLDER, format!("there is no folder `{}`", path.written)),
            HostEntry::File => (codes::NOT_A_FOLDER, format!("`{}` is a file, not a folder", path.written)),
        };
        let call = frame.place(expr.span);
        let written = self.paths.get(&path).copied().unwrap_or(call);
        let by_key = self.keys.list.iter().any(|key| key.place == written);
        let label = if by_key { "the value of this key" } else { "this path" };
        let mut diagnostic = Diagnostic::error(code, message, written, label);
        if !contains(call, written) {
            diagnostic = diagnostic.label(call, "is to be compiled into the image here");
        }
        let diagnostic = match path.written.starts_with('/') {
            true => diagnostic,
            false => diagnostic.note(match path.folder.as_str() {
                "" if by_key => "the path is relative to the working directory".to_owned(),
                "" => "the path is relative to the folder of its file".to_owned(),
                folder => format!("the path is relative to the folder of its file, `{folder}`"),
            }),
        };
        let diagnostic = match found {
            HostEntry::File => diagnostic.help("give the folder that the file lies in"),
            HostEntry::Missing | HostEntry::Folder => {
                diagnostic.help("make the folder, or give the path of one that is there")
            }
        };
        self.report_in(frame, diagnostic);
        // What is wrong with the folder does not change the graph.
        value
    }
}

fn contains(outer: unik_source::Place, inner: unik_source::Place) -> bool {
    outer.file == inner.file
        && outer.anchor == inner.anchor
        && outer.span.start <= inner.span.start
        && inner.span.end <= outer.span.end
}
