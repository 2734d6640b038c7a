//! What the program checks before any device starts: guards and `require`s. And how a value over keys is computed
//! anywhere in it: by a function of its own, from the keys that it reads.

use unik_graph::{Expr, ExprId, KeyId, ValueType};
use unik_source::Place;

use super::planner::Planner;
use crate::expr;
use crate::layout::{Code, comment, function, lay, record, string, width};
use crate::source_map::OriginKind;

/// Columns of a computed value that may stand inside a call.
const INSIDE: usize = 36;
/// Characters of an expression in comments and messages.
const LONGEST: usize = 70;

/// A call of a function that computes a value.
pub(super) struct Computation {
    /// The call, with keys as they are named where it stands.
    pub(super) call: Code,
    /// Whether it gives an `Option`, to be taken apart by `exact`.
    pub(super) partial: bool,
}

impl Planner<'_> {
    /// The lines that check guards and requirements.
    pub(super) fn checks(&mut self) -> Vec<String> {
        let graph = self.graph;
        let mut lines = Vec::new();
        for guard in &graph.guards {
            let name = self.named_by(&guard.keys, "choice");
            let constant = self.values.names.upper(&name);
            let place = self.position(guard.place);
            let branches = guard.branches.iter().map(|branch| string(branch)).collect();
            let fields = [
                ("keys", self.key_list(&guard.keys)),
                ("taken", Code::Text(guard.taken.to_string())),
                ("branches", Code::list(branches)),
                ("place", Code::Text(string(&place))),
            ];
            self.constants.push(record(&format!("const {constant}: Guard = Guard"), &fields, ";"));
            self.api.extend(["Guard", "guard"]);
            let check = self.check(guard.selector, &name, "usize", &guard.label.clone(), guard.place);
            lines.extend(self.refuse(check, "guard", &constant, guard.place));
        }
        for require in &graph.requires {
            let name = self.named_by(&require.keys, "requirement");
            let constant = self.values.names.upper(&name);
            let place = self.position(require.place);
            let fields = [
                ("keys", self.key_list(&require.keys)),
                ("message", Code::Text(string(&require.message))),
                ("place", Code::Text(string(&place))),
            ];
            self.constants.push(record(
                &format!("const {constant}: Requirement = Requirement"),
                &fields,
                ";",
            ));
            self.api.extend(["Requirement", "require"]);
            let text = self.text(require.condition);
            let check = self.check(require.condition, &name, "bool", &text, require.place);
            lines.extend(self.refuse(check, "require", &constant, require.place));
        }
        lines
    }

    /// The lines that compute what is checked, and its text.
    fn check(
        &mut self,
        value: ExprId,
        name: &str,
        ty: &str,
        text: &str,
        place: Place,
    ) -> (Vec<String>, String) {
        match self.graph.exprs.get(value) {
            Expr::Const(constant) => {
                let value_ty = self.graph.exprs.ty(value);
                (Vec::new(), self.values.constant(constant, value_ty, name))
            }
            Expr::Key(key) => (Vec::new(), self.key_field(*key)),
            _ => {
                let computation = self.compute(value, name, Some(ty), "keys.", place);
                if !computation.partial && width(&computation.call.line()) <= INSIDE {
                    return (Vec::new(), computation.call.line());
                }
                let variable = self.values.names.lower(&format!("{name}_value"));
                (self.computed_line(&variable, computation, text, place), variable)
            }
        }
    }

    fn refuse(
        &mut self,
        (mut lines, value): (Vec<String>, String),
        check: &str,
        constant: &str,
        place: Place,
    ) -> Vec<String> {
        let items = vec![format!("&{constant}"), value, "&arguments".to_owned()];
        let call = Code::Group { open: format!("{check}("), items, close: ")?".to_owned(), tail: "" };
        lines.extend(lay(4, "", &call, ";"));
        self.marked(lines, OriginKind::Value, "", place)
    }

    /// `let variable = call;`, with `exact` around it if the call may fail.
    pub(super) fn computed_line(
        &mut self,
        variable: &str,
        computation: Computation,
        text: &str,
        place: Place,
    ) -> Vec<String> {
        let head = format!("let {variable} =");
        if !computation.partial {
            return lay(4, &head, &computation.call, ";");
        }
        self.api.insert("exact");
        let position = string(&self.position(place));
        let text = string(text);
        let call = computation.call.line();
        let items = vec![call.clone(), text.clone(), position.clone()];
        if width(&call) <= INSIDE {
            let code = Code::Group { open: "exact(".to_owned(), items, close: ")?".to_owned(), tail: "" };
            return lay(4, &head, &code, ";");
        }
        let mut lines = lay(4, &head, &computation.call, ";");
        let items = vec![variable.to_owned(), text, position];
        let code = Code::Group { open: "exact(".to_owned(), items, close: ")?".to_owned(), tail: "" };
        lines.extend(lay(4, &head, &code, ";"));
        lines
    }

    /// Writes the function that computes `value` and gives the call. `prefix` stands before keys at the call.
    pub(super) fn compute(
        &mut self,
        value: ExprId,
        name: &str,
        ty: Option<&str>,
        prefix: &str,
        place: Place,
    ) -> Computation {
        self.values.place = place;
        let body = expr::body(self.graph, value, name, &mut self.values);
        if body.helped {
            self.api.insert("compute");
        }
        let name = self.values.names.lower(name);
        let result = match ty {
            Some(ty) => ty.to_owned(),
            None => self.values.ty(self.graph.exprs.ty(value), "'static "),
        };
        let result = if body.partial { format!("Option<{result}>") } else { result };
        let mut params = Vec::new();
        let mut items = Vec::new();
        for key in &body.reads {
            let ty = self.values.ty(&self.graph.keys[key.0 as usize].ty, "'static ");
            let field = self.values.field(*key);
            params.push(format!("{field}: {ty}"));
            items.push(format!("{prefix}{field}"));
            if prefix == "keys." {
                self.read_keys.insert(*key);
            }
        }
        let text = self.text(value);
        let position = self.position(place);
        let mut lines = vec![format!("/// {}", comment(&format!("`{text}`, {position}")))];
        lines.extend(function(&name, &params, &result, body.lines));
        let lines = self.marked(lines, OriginKind::Value, "", place);
        self.functions.push(lines);
        Computation { call: Code::call(&name, items), partial: body.partial }
    }

    /// An expression for people, not longer than a line.
    pub(super) fn text(&self, value: ExprId) -> String {
        let text = self.graph.exprs.text(value, &self.graph.keys);
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    /// `keys.port`
    pub(super) fn key_field(&mut self, key: KeyId) -> String {
        let text = self.values.key(key);
        if self.values.take_reads().is_empty() {
            // Known when configuring: a constant.
            return text;
        }
        self.read_keys.insert(key);
        format!("keys.{text}")
    }

    /// The constants of keys, as a list.
    fn key_list(&self, keys: &[KeyId]) -> Code {
        Code::list(keys.iter().filter_map(|key| self.key_names.get(key)).cloned().collect())
    }

    /// A name made of the first key's and a word.
    fn named_by(&self, keys: &[KeyId], word: &str) -> String {
        match keys.first() {
            Some(key) => format!("{}_{word}", self.graph.keys[key.0 as usize].option),
            None => word.to_owned(),
        }
    }

    /// The type of a value, with its lifetime said.
    pub(super) fn rust_type(&mut self, ty: &ValueType) -> String {
        self.values.ty(ty, "'static ")
    }
}
