//! `device http(flow: Network): Network { rust Http::new }`: parameters, result, and the entries of its block.

use smol_str::SmolStr;
use unik_graph::Rust;
use unik_source::{Diagnostic, Span};
use unik_syntax::tree::{self, DeviceEntry};

use crate::codes;
use crate::core::{Body, Device, LocalKey, Param, Type};
use crate::expression::{Binding, Bound, Checker, Want};
use crate::nearest::{listed, nearest};
use crate::platforms::platform_items;
use crate::remedy::whole_entry;
use crate::type_text::qualified;

/// Checks a device.
pub(crate) fn check_device<'db>(checker: &mut Checker<'db>, tree: &tree::Device, doc: &SmolStr) -> Device {
    let params = tree.params.as_ref().map(|params| checker.params(params));
    checker.constructible(params.as_deref().unwrap_or_default(), tree);
    let result = checker.result(tree);
    let mut device = Device {
        qualified: qualified(checker.db, checker.item),
        name: tree.name.text.clone(),
        doc: doc.clone(),
        generative: tree.generative,
        params,
        result,
        rust: None,
        after: Vec::new(),
        exclusive: Vec::new(),
        attach: Vec::new(),
        features: Vec::new(),
        targets: None,
        keys: Vec::new(),
        place: checker.place(tree.name.span),
    };
    // The keys see one another, and no parameters: they have values before there are arguments.
    checker.bindings.clear();
    let mut first: [Option<Span>; 3] = [None; 3];
    for entry in &tree.entries {
        checker.entry(entry, tree, &mut device, &mut first);
    }
    device.keys = std::mem::take(&mut checker.keys);
    if device.rust.is_none() && first[0].is_none() && checker.parses() {
        let message = format!("`{}` has no `rust` entry", tree.name.text);
        let wrong =
            Diagnostic::error(codes::MISSING_RUST, message, device.place, "what makes it is not said");
        let wrong = wrong.note("a device is made by an async function of the crate beside the file");
        checker.report(wrong.help("name it: `rust start`, or `rust Http::new`"));
    }
    device
}

impl<'db> Checker<'db> {
    /// The module type that a device makes.
    fn result(&mut self, tree: &tree::Device) -> Type {
        let result = self.types.resolve(&tree.result);
        if result.is_device() || result.has_unknown() {
            return result;
        }
        let message = format!("`{}` is not a module type", self.text(&result));
        let place = self.place(tree.result.span);
        let wrong = Diagnostic::error(
            codes::NOT_A_MODULE_TYPE,
            message,
            place,
            "what a device makes is a module type",
        );
        self.report(wrong.help("name a module type, or `Job` for what runs"));
        Type::Unknown
    }

    /// A device takes devices and values: functions have no form in Rust.
    fn constructible(&mut self, params: &[Param], tree: &tree::Device) {
        for (param, tree) in params.iter().zip(tree.params.iter().flatten()) {
            if matches!(param.ty, Type::Function(_) | Type::List(_) | Type::Option(_))
                && !param.ty.has_unknown()
            {
                let message = format!("a device cannot take a `{}`", self.text(&param.ty));
                let place = self.place(tree.ty.span);
                let wrong = Diagnostic::error(
                    codes::NOT_A_VALUE_TYPE,
                    message,
                    place,
                    "neither a device nor a value",
                );
                self.report(
                    wrong
                        .note("what a device takes is passed to its Rust constructor")
                        .help("a `let` can take it"),
                );
            }
        }
    }

    fn entry(
        &mut self,
        entry: &DeviceEntry,
        tree: &tree::Device,
        device: &mut Device,
        first: &mut [Option<Span>; 3],
    ) {
        match entry {
            DeviceEntry::Rust(path) => {
                if self.once("rust", path.span, &mut first[0]) {
                    device.rust = self.rust(path);
                }
            }
            DeviceEntry::After(devices) => {
                for after in devices {
                    device.after.extend(self.after(after));
                }
            }
            DeviceEntry::Exclusive(exclusive) => self.exclusive(exclusive, device),
            DeviceEntry::Attach(attach) => self.attach(attach, tree, device),
            DeviceEntry::Features(features) => {
                let span = match features.as_slice() {
                    [first, .., last] | [first @ last] => first.span.to(last.span),
                    [] => return,
                };
                if self.once("features", span, &mut first[1]) {
                    device.features = features.iter().map(|feature| feature.value.clone()).collect();
                }
            }
            DeviceEntry::Targets(names) => {
                let span = match names.as_slice() {
                    [first, .., last] | [first @ last] => first.span.to(last.span),
                    [] => return,
                };
                if self.once("targets", span, &mut first[2]) {
                    let wrong = names.iter().filter(|name| !self.target(name)).count();
                    // Whoever misspells a target means one, and shall not hear that the device works nowhere.
                    let targets = names.iter().map(|name| name.text.clone());
                    device.targets = (wrong == 0).then(|| targets.collect());
                }
            }
            DeviceEntry::Key(tree_key) => {
                let params = tree.params.iter().flatten();
                let twin = params.map(|param| &param.name).find(|name| name.text == tree_key.name.text);
                let twin = twin.map(|name| name.span).or_else(|| Some(self.bound(&tree_key.name.text)?.span));
                if let Some(first) = twin.filter(|_| !tree_key.name.text.is_empty()) {
                    let message = format!("`{}` is defined twice", tree_key.name.text);
                    let place = self.place(tree_key.name.span);
                    let wrong = Diagnostic::error(codes::DUPLICATE, message, place, "again here");
                    self.report(wrong.label(self.place(first), "first here").help("rename one of them"));
                }
                let key = self.key(tree_key, tree_key.doc.clone(), true);
                let at = LocalKey(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
                let ty = key.as_ref().map_or(Type::Unknown, |key| Type::Value(key.ty.clone()));
                self.keys.extend(key);
                let (name, span) = (tree_key.name.text.clone(), tree_key.name.span);
                self.bindings.push(Binding { name, span, what: Bound::Key(at), ty, callable: None });
            }
        }
    }

    /// Whether an entry that may stand once is the first of its kind.
    pub(crate) fn once(&mut self, what: &str, span: Span, first: &mut Option<Span>) -> bool {
        match *first {
            None => {
                *first = Some(span);
                true
            }
            Some(first) => {
                let message = format!("there are two `{what}` entries");
                let wrong = Diagnostic::error(codes::REPEATED_ENTRY, message, self.place(span), "again here");
                let wrong = wrong.label(self.place(first), "first here").help("keep one of them");
                self.report(match whole_entry(self.item.text(self.db), what, span) {
                    Some(cut) => wrong.fix("take this one out", self.place(cut), ""),
                    None => wrong,
                });
                false
            }
        }
    }

    /// A path of Rust in the crate beside the file.
    pub(crate) fn rust(&self, path: &tree::RustPath) -> Option<Rust> {
        if path.text.is_empty() {
            return None;
        }
        let folder = self.file.folder(self.db).clone();
        Some(Rust { folder, path: path.text.clone(), place: self.place(path.span) })
    }

    /// A device that is started before. A functor whose parameters all have defaults is applied to them.
    fn after(&mut self, tree: &tree::Expr) -> Option<Body> {
        let bindings = std::mem::take(&mut self.bindings);
        let mut body = self.closed(tree, Want::NOTHING);
        if let Some(applied) = self.with_defaults_left(&body.expr, 0) {
            body.expr = applied;
        }
        self.bindings = bindings;
        if body.expr.ty.has_unknown() {
            return None;
        }
        if !body.expr.ty.is_device() {
            let is = self.text(&body.expr.ty);
            let message = format!("`{}` is not a device", self.source(tree.span));
            let wrong =
                Diagnostic::error(codes::AFTER, message, self.place(tree.span), format!("this is `{is}`"));
            let wrong = wrong.note("`after` names devices that are started before this one");
            self.report(match body.expr.ty {
                Type::Function(_) => wrong.help("apply it to its arguments"),
                _ => wrong,
            });
            return None;
        }
        Some(body)
    }

    fn exclusive(&mut self, tree: &tree::Exclusive, device: &mut Device) {
        let params: Vec<SmolStr> = device.params.iter().flatten().map(|param| param.name.clone()).collect();
        let mut indices = Vec::new();
        for name in tree.params.iter().filter(|name| !name.text.is_empty()) {
            match params.iter().zip(0..).find(|(param, _)| **param == name.text) {
                Some((_, index)) => indices.push(index),
                None => {
                    let place = self.place(name.span);
                    let message = format!("`{}` has no parameter `{}`", device.name, name.text);
                    let wrong = Diagnostic::error(codes::EXCLUSIVE, message, place, "no such parameter");
                    let wrong = wrong.note(match params.is_empty() {
                        true => "`exclusive` names parameters, and the device has none".to_owned(),
                        false => format!("its parameters: {}", listed(&params)),
                    });
                    self.report(match nearest(&name.text, &params) {
                        Some(near) => wrong.help(format!("did you mean `{near}`?")).fix(
                            format!("replace by `{near}`"),
                            place,
                            near,
                        ),
                        None => wrong,
                    });
                }
            }
        }
        let last = tree.params.last().map(|name| name.text.clone());
        let resource =
            tree.resource.as_ref().map(|resource| resource.value.clone()).or(last).unwrap_or_default();
        device.exclusive.push((resource, indices, self.place(tree.span)));
    }

    /// Whether a platform of this name is in reach.
    fn target(&mut self, name: &tree::Name) -> bool {
        let known: Vec<SmolStr> =
            platform_items(self.db, self.file).iter().map(|(name, _)| name.text().clone()).collect();
        if known.contains(&name.text) {
            return true;
        }
        if name.text.is_empty() {
            return false;
        }
        let place = self.place(name.span);
        let message = format!("there is no target `{}`", name.text);
        let wrong = Diagnostic::error(codes::UNKNOWN_PLATFORM, message, place, "not a platform in reach");
        let wrong = match known.is_empty() {
            true => wrong.note("no platform is in reach"),
            false => wrong.note(format!("the platforms in reach: {}", listed(&known))),
        };
        self.report(match nearest(&name.text, &known) {
            Some(near) => {
                wrong.help(format!("did you mean `{near}`?")).fix(format!("replace by `{near}`"), place, near)
            }
            None => wrong,
        });
        false
    }
}
