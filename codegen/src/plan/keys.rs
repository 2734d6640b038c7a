//! The keys that exist at boot: the constants that describe them, and how they are read.

use std::collections::BTreeSet;

use unik_graph::{Const, Expr, ExprId, Key, KeyId, ValueType};

use super::planner::Planner;
use crate::layout::{Code, comment, function, lay, record, string, text_field, width};
use crate::parts::{Field, KeysPlan};
use crate::resolution::{enum_of, reachable};
use crate::source_map::OriginKind;

/// Columns of documentation up to which it stands among the other words of a key.
const SHORT_DOC: usize = 80;

/// Columns of a default that stands where the key is read.
const LONGEST_DEFAULT: usize = 60;

/// What a key is when it is not given at boot.
enum Default<'k> {
    Known(&'k Const),
    Computed(ExprId),
    Required,
}

impl Planner<'_> {
    /// How the keys are read; nothing if there is none.
    pub(super) fn keys(&mut self) -> Option<KeysPlan> {
        let order = self.reading_order();
        if order.is_empty() {
            return None;
        }
        let mut constants: Vec<Vec<String>> = Vec::new();
        let ids: Vec<KeyId> = self.key_names.keys().copied().collect();
        for id in ids {
            let constant = self.key_constant(id);
            constants.push(constant);
        }
        self.constants.splice(0..0, constants);
        self.api.insert("Key");
        // Defaults may read keys that the devices do not.
        let mut needed = self.read_keys.clone();
        for id in order.iter().rev() {
            if needed.contains(id)
                && let Default::Computed(default) = default(&self.graph.keys[id.0 as usize], self)
            {
                needed.extend(self.keys_of(default));
            }
        }
        let mut plan = KeysPlan::default();
        for id in &order {
            plan.read.extend(self.read(*id, needed.contains(id)));
        }
        let fields: Vec<KeyId> = self.read_keys.iter().copied().collect();
        for id in fields {
            let key = &self.graph.keys[id.0 as usize];
            let ty = self.rust_type(&key.ty);
            let doc = match key.doc.is_empty() {
                true => format!("`--{}`", key.option),
                false => format!("`--{}`: {}", key.option, comment(&key.doc)),
            };
            let name = self.values.field(id);
            let lines = vec![format!("    /// {doc}"), format!("    {name}: {ty},")];
            plan.fields.push(Field { name, lines: self.marked(lines, OriginKind::Key, "", key.place) });
        }
        let names: Vec<String> = plan.fields.iter().map(|field| field.name.clone()).collect();
        plan.result = if names.is_empty() { vec!["        Ok(Self)".to_owned()] } else { result(&names) };
        Some(plan)
    }

    /// The keys of boot time, those that a default reads before the key that has it.
    fn reading_order(&self) -> Vec<KeyId> {
        let mut order = Vec::new();
        let mut entered = BTreeSet::new();
        let mut open: Vec<(KeyId, bool)> = self.key_names.keys().rev().map(|id| (*id, false)).collect();
        while let Some((id, left)) = open.pop() {
            if left {
                order.push(id);
            } else if entered.insert(id) {
                open.push((id, true));
                if let Default::Computed(value) = default(&self.graph.keys[id.0 as usize], self) {
                    open.extend(self.keys_of(value).into_iter().rev().map(|id| (id, false)));
                }
            }
        }
        order
    }

    /// The keys of boot time that an expression reads, sorted.
    fn keys_of(&self, value: ExprId) -> BTreeSet<KeyId> {
        let keys = reachable(self.graph, value).into_iter().filter_map(|id| match self.graph.exprs.get(id) {
            Expr::Key(key) => Some(*key),
            _ => None,
        });
        keys.filter(|key| self.key_names.contains_key(key)).collect()
    }

    /// The constant that describes a key.
    fn key_constant(&mut self, id: KeyId) -> Vec<String> {
        let graph = self.graph;
        let key = &graph.keys[id.0 as usize];
        let mut fields = Vec::new();
        if let Some(short) = key.short {
            fields.push(("short", Code::Text(format!("Some({short:?})"))));
        }
        match default(key, self) {
            Default::Known(value) => {
                fields.push(("default", Code::call("Some", vec![string(&value.option(&key.ty))])));
            }
            Default::Computed(value) => {
                let text = self.text(value);
                fields.push(("default", Code::call("Some", vec![string(&text)])));
            }
            Default::Required => fields.push(("required", Code::Text("true".to_owned()))),
        }
        if let Some(declared) = enum_of(&key.ty) {
            fields.push(("choices", Code::list(declared.cases.iter().map(|case| string(case)).collect())));
        }
        if key.ty == ValueType::Bool {
            fields.push(("flag", Code::Text("true".to_owned())));
        }
        if matches!(key.ty, ValueType::List(_)) {
            fields.push(("many", Code::Text("true".to_owned())));
        }
        let head = format!("const {}: Key = Key", self.key_names[&id]);
        let mut lines = record(&head, &fields, ";");
        let doc = string(&key.doc);
        let mut words = vec![string(&key.option), string(&key.ty.to_string())];
        let last = lines.len() - 1;
        if width(&doc) <= SHORT_DOC {
            words.push(doc);
        } else {
            words.push("\"\"".to_owned());
            lines.splice(last..last, text_field("doc", &key.doc));
        }
        let last = lines.len() - 1;
        lines.splice(last..last, lay(4, "", &Code::call("..Key::new", words), ""));
        lines
    }

    /// The lines that read a key; for one that nobody needs, those that check it.
    fn read(&mut self, id: KeyId, needed: bool) -> Vec<String> {
        let graph = self.graph;
        let key = &graph.keys[id.0 as usize];
        let constant = self.key_names[&id].clone();
        self.values.place = key.place;
        let parser = enum_of(&key.ty).is_some().then(|| self.parser(&key.ty));
        let (get, with) = match &parser {
            Some(parser) => (format!("get_with(&{constant}, {parser})?"), true),
            None => (format!("get(&{constant})?"), false),
        };
        let head = format!("let {} =", self.values.field(id));
        let chain = |last: String| Code::Chain("arguments".to_owned(), vec![get.clone(), last]);
        let alone = |call: String| Code::Chain("arguments".to_owned(), vec![call]);
        let lines = match default(key, self) {
            Default::Required if with => {
                let missing = chain(format!("ok_or_else(|| arguments.missing(&{constant}))?"));
                lay(8, if needed { &head } else { "" }, &missing, ";")
            }
            Default::Required if needed => lay(8, &head, &alone(format!("required(&{constant})?")), ";"),
            Default::Required => {
                let ty = self.rust_type(&key.ty);
                lay(8, "", &alone(format!("required::<{ty}>(&{constant})?")), ";")
            }
            _ if !needed && with => lay(8, "", &alone(get), ";"),
            _ if !needed => {
                let ty = self.rust_type(&key.ty);
                lay(8, "", &alone(format!("get::<{ty}>(&{constant})?")), ";")
            }
            Default::Known(value) => {
                let name = format!("{}_default", key.option);
                let mut value = self.values.constant(value, &key.ty, &name);
                if width(&value) > LONGEST_DEFAULT {
                    let ty = self.values.ty(&key.ty, "");
                    value = self.values.named(&name, &ty, &Code::Text(value));
                }
                lay(8, &head, &chain(format!("unwrap_or({value})")), ";")
            }
            Default::Computed(value) => {
                let mut lines = vec![
                    format!("        {head} match arguments.{get} {{"),
                    "            Some(value) => value,".to_owned(),
                ];
                lines.extend(self.computed_default(key, value));
                lines.push("        };".to_owned());
                lines
            }
        };
        self.marked(lines, OriginKind::Key, "", key.place)
    }

    /// The arm for a key that was not given and whose default is computed.
    fn computed_default(&mut self, key: &Key, value: ExprId) -> Vec<String> {
        if let Expr::Key(other) = self.graph.exprs.get(value) {
            let other = self.values.key(*other);
            self.values.take_reads();
            return vec![format!("            None => {other},")];
        }
        let computation = self.compute(value, &format!("{}_default", key.option), None, "", key.place);
        let line = format!("            None => {},", computation.call.line());
        let fits = width(&line) <= crate::layout::WIDTH && computation.call.stays();
        if !computation.partial && fits {
            return vec![line];
        }
        let mut lines = vec!["            None => {".to_owned()];
        lines.extend(lay(16, "let default =", &computation.call, ";"));
        if computation.partial {
            self.api.insert("exact");
            let text = string(&self.text(value));
            let place = string(&self.position(key.place));
            let items = vec!["default".to_owned(), text, place];
            let exact = Code::Group { open: "exact(".to_owned(), items, close: ")?".to_owned(), tail: "" };
            lines.extend(lay(16, "", &exact, ""));
        } else {
            lines.push("                default".to_owned());
        }
        lines.push("            }".to_owned());
        lines
    }

    /// The function that reads an enum, or a list or option of one.
    fn parser(&mut self, ty: &ValueType) -> String {
        let rust = self.rust_type(ty);
        if let Some(known) = self.parsers.get(&rust) {
            return known.clone();
        }
        let (name, body) = match ty {
            ValueType::List(of) => {
                self.api.insert("list");
                let item = self.parser(of);
                let body =
                    vec![format!("    let items = list(text, {item})?;"), "    Ok(items.leak())".to_owned()];
                (format!("{item}_list"), body)
            }
            ValueType::Option(of) => {
                self.api.insert("option");
                let item = self.parser(of);
                (format!("{item}_option"), vec![format!("    option(text, {item})")])
            }
            ValueType::Enum(declared) => {
                self.api.insert("choice");
                let case = |case: usize| Const::Case(u32::try_from(case).unwrap_or(u32::MAX));
                let cases: Vec<String> = declared
                    .cases
                    .iter()
                    .enumerate()
                    .map(|(at, name)| {
                        format!("({}, {})", string(name), self.values.constant(&case(at), ty, "case"))
                    })
                    .collect();
                let table = self.values.names.upper(&format!("{}_cases", declared.name));
                let lines = lay(0, &format!("const {table}: &[(&str, {rust})] ="), &Code::list(cases), ";");
                let lines = self.marked(lines, OriginKind::Enum, "", self.values.place);
                self.constants.push(lines);
                (format!("parse_{}", declared.name), vec![format!("    choice(text, {table})")])
            }
            _ => (String::from("parse"), vec![format!("    <{rust} as unik_platform::Value>::parse(text)")]),
        };
        let name = self.values.names.lower(&name);
        let result = format!("Result<{rust}, String>");
        let lines = function(&name, &["text: &str".to_owned()], &result, body);
        let lines = self.marked(lines, OriginKind::Enum, "", self.values.place);
        self.functions.push(lines);
        self.parsers.insert(rust, name.clone());
        name
    }
}

/// The value given when configuring becomes the default at boot.
fn default<'k>(key: &'k Key, planner: &Planner<'k>) -> Default<'k> {
    match (&key.given, key.default) {
        (Some(given), _) => Default::Known(given),
        (None, Some(default)) => match planner.graph.exprs.constant(default) {
            Some(value) => Default::Known(value),
            None => Default::Computed(default),
        },
        (None, None) => Default::Required,
    }
}

/// `Ok(Self { a, b })` as rustfmt breaks it.
fn result(names: &[String]) -> Vec<String> {
    let line = format!("        Ok(Self {{ {} }})", names.join(", "));
    // `struct_lit_width` counts the fields.
    if names.join(", ").len() <= 18 {
        return vec![line];
    }
    let mut lines = vec!["        Ok(Self {".to_owned()];
    lines.extend(names.iter().map(|name| format!("            {name},")));
    lines.push("        })".to_owned());
    lines
}
