//! Types as written: names of types become types.

use smol_str::SmolStr;
use unik_db::{Db, Item, SourceFile};
use unik_graph::value::ValueType;
use unik_source::{Diagnostic, Span};
use unik_syntax::tree::{Path, Type as Tree, TypeKind};

use crate::bring::{Kind, bring_file, bring_name};
use crate::choice::enum_type;
use crate::codes;
use crate::core::Type;
use crate::declared::{Named, Word, exported};
use crate::definition::id_of;
use crate::import::no_such_name;
use crate::nearest::nearest;
use crate::scope::{named, scope};
use crate::type_text::text_in;

/// The types that the language brings.
const BUILT_IN: &[(&str, Type)] = &[
    ("Bool", Type::Value(ValueType::Bool)),
    ("Int", Type::Value(ValueType::Int)),
    ("Str", Type::Value(ValueType::Str)),
    ("Path", Type::Value(ValueType::Path)),
    ("Port", Type::Value(ValueType::Port)),
    ("Ip", Type::Value(ValueType::Ip)),
    ("Ipv4", Type::Value(ValueType::Ipv4)),
    ("Ipv6", Type::Value(ValueType::Ipv6)),
    ("Cidr", Type::Value(ValueType::Cidr)),
    ("Mac", Type::Value(ValueType::Mac)),
    ("Duration", Type::Value(ValueType::Duration)),
    ("Size", Type::Value(ValueType::Size)),
    ("Files", Type::Value(ValueType::Files)),
    ("Job", Type::Job),
];

/// The names of the language that are no types.
const BUILT_IN_VALUES: &[&str] = &["target", "files", "some", "none", "List", "Option"];

/// Whether a name belongs to the language.
pub(crate) fn is_built_in(name: &str) -> bool {
    BUILT_IN_VALUES.contains(&name) || built_in(name).is_some()
}

/// The type of the language with this name.
pub(crate) fn built_in(name: &str) -> Option<&'static Type> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, ty)| ty)
}

/// The names of the types that the language brings and that take no arguments.
pub(crate) fn built_in_types() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// Resolves the types of one item, and collects what is wrong with them.
pub(crate) struct TypeRefs<'db> {
    db: &'db dyn Db,
    item: Item<'db>,
    file: SourceFile,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The names of the file's scope that were used.
    pub(crate) uses: Vec<SmolStr>,
}

impl<'db> TypeRefs<'db> {
    pub(crate) fn new(db: &'db dyn Db, item: Item<'db>) -> Self {
        Self { db, item, file: item.file(db), diagnostics: Vec::new(), uses: Vec::new() }
    }

    /// The type that is written.
    pub(crate) fn resolve(&mut self, tree: &Tree) -> Type {
        match &tree.kind {
            TypeKind::Path(path) => self.path(path),
            TypeKind::Apply(path, args) => self.applied(tree, path, args),
            TypeKind::Function(params, result) => {
                let params = params.iter().map(|param| self.resolve(param)).collect();
                Type::function(params, self.resolve(result))
            }
            TypeKind::Error => Type::Unknown,
        }
    }

    /// The value type that is written, where nothing else will do: the type of a key.
    pub(crate) fn value(&mut self, tree: &Tree) -> Option<ValueType> {
        match self.resolve(tree) {
            Type::Value(ty) => Some(ty),
            ty if ty.has_unknown() => None,
            ty => {
                let message = format!("`{}` is not a value type", text_in(self.db, Some(self.file), &ty));
                let place = self.item.place(self.db, tree.span);
                let wrong =
                    Diagnostic::error(codes::NOT_A_VALUE_TYPE, message, place, "not the type of a value");
                let note = "a key is given on the command line: its type is Bool, Int, Str, Path, Port, Ip, Ipv4, Ipv6, \
                            Cidr, Mac, Duration, Size, an enum, or a List or Option of these";
                self.diagnostics.push(wrong.note(note));
                None
            }
        }
    }

    fn applied(&mut self, tree: &Tree, path: &Path, args: &[Tree]) -> Type {
        let constructor = match path.segments.as_slice() {
            [name] => name.text.as_str(),
            _ => "",
        };
        let make = match constructor {
            "List" => Type::list,
            "Option" => Type::option,
            _ => {
                let args: Vec<Type> = args.iter().map(|arg| self.resolve(arg)).collect();
                let ty = self.path(path);
                if !ty.has_unknown() && !args.iter().any(Type::has_unknown) {
                    let message =
                        format!("`{}` takes no types as arguments", text_in(self.db, Some(self.file), &ty));
                    let wrong = self.wrong_arguments(tree, message, "only `List` and `Option` do");
                    let parens = Span { start: path.span.end, end: tree.span.end };
                    let parens = self.item.place(self.db, parens);
                    self.diagnostics.push(wrong.fix("take them out", parens, ""));
                }
                return Type::Unknown;
            }
        };
        match args {
            [of] => make(self.resolve(of)),
            args => {
                args.iter().for_each(|arg| drop(self.resolve(arg)));
                let message = format!("`{constructor}` takes one type, not {}", args.len());
                let help = "write it with the type of its elements: `List(Port)`";
                let wrong = self.wrong_arguments(tree, message, help);
                self.diagnostics.push(wrong);
                Type::Unknown
            }
        }
    }

    fn wrong_arguments(&self, tree: &Tree, message: String, help: &str) -> Diagnostic {
        let place = self.item.place(self.db, tree.span);
        Diagnostic::error(codes::TYPE_ARGUMENTS, message, place, "not a type").help(help)
    }

    /// The type that a name stands for.
    pub(crate) fn path(&mut self, path: &Path) -> Type {
        match path.segments.as_slice() {
            [name] if name.text.is_empty() => Type::Unknown,
            [name] => {
                if let Some(named) = named(self.db, Word::new(self.db, self.file, name.text.clone())) {
                    self.uses.push(name.text.clone());
                    return self.named(named, path);
                }
                match (built_in(&name.text), name.text.as_str()) {
                    (Some(ty), _) => return ty.clone(),
                    (None, constructor @ ("List" | "Option")) => {
                        let message = format!("`{constructor}` needs the type of its elements");
                        let place = self.item.place(self.db, path.span);
                        let wrong =
                            Diagnostic::error(codes::TYPE_ARGUMENTS, message, place, "not a type yet");
                        self.diagnostics.push(wrong.help(format!("for example `{constructor}(Port)`")));
                    }
                    (None, _) => self.unknown(path),
                }
                Type::Unknown
            }
            [module, name] => match named(self.db, Word::new(self.db, self.file, module.text.clone())) {
                Some(Named::Module(file)) => {
                    self.uses.push(module.text.clone());
                    if name.text.is_empty() {
                        return Type::Unknown;
                    }
                    match exported(self.db, Word::new(self.db, file, name.text.clone())) {
                        Some(item) => self.named(Named::Item(item), path),
                        None => {
                            self.diagnostics.push(no_such_name(self.db, self.item, file, name));
                            Type::Unknown
                        }
                    }
                }
                Some(Named::Unknown) => {
                    self.uses.push(module.text.clone());
                    Type::Unknown
                }
                Some(Named::Item(_)) => {
                    self.uses.push(module.text.clone());
                    let message = format!("`{}` is not a file", module.text);
                    self.wrong_kind(
                        path,
                        message,
                        "a type is written `Name`, or `file.Name` for one of an imported file",
                    );
                    Type::Unknown
                }
                None => {
                    self.unknown(path);
                    Type::Unknown
                }
            },
            _ => {
                self.wrong_kind(path, "a type has at most two names".to_owned(), "write `file.Name`");
                Type::Unknown
            }
        }
    }

    fn named(&mut self, named: Named<'db>, path: &Path) -> Type {
        let item = match named {
            Named::Item(item) => item,
            Named::Unknown => return Type::Unknown,
            Named::Module(file) => {
                let message = format!("`{}` is a file, not a type", file.module(self.db));
                self.wrong_kind(path, message, "name one of its types: `file.Name`");
                return Type::Unknown;
            }
        };
        match item.keyword(self.db).as_str() {
            "enum" => Type::Value(ValueType::Enum(enum_type(self.db, item).clone())),
            "module type" => Type::Module(id_of(self.db, item)),
            keyword => {
                let name = item.name(self.db).as_deref().unwrap_or_default();
                let message = format!("`{name}` is a {keyword}, not a type");
                self.wrong_kind(path, message, "types are value types, enums, module types and functions");
                Type::Unknown
            }
        }
    }

    fn wrong_kind(&mut self, path: &Path, message: String, note: &str) {
        let place = self.item.place(self.db, path.span);
        self.diagnostics
            .push(Diagnostic::error(codes::WRONG_KIND, message, place, "a type is wanted here").note(note));
    }

    fn unknown(&mut self, path: &Path) {
        let Some(name) = path.segments.first() else { return };
        let is_module = path.segments.len() > 1;
        let place = self.item.place(self.db, name.span);
        let message = match is_module {
            true => format!("there is no file `{}` here", name.text),
            false => format!("there is no type `{}`", name.text),
        };
        let wrong = Diagnostic::error(codes::UNKNOWN_NAME, message, place, "not found");
        let mut known: Vec<SmolStr> = scope(self.db, self.file)
            .iter()
            .filter(|(_, named)| match named {
                Named::Item(item) => {
                    !is_module && matches!(item.keyword(self.db).as_str(), "enum" | "module type")
                }
                Named::Module(_) => is_module,
                Named::Unknown => false,
            })
            .map(|(name, _)| name.text().clone())
            .collect();
        if !is_module {
            known.extend(BUILT_IN.iter().map(|(name, _)| SmolStr::new_static(name)));
            known.extend([SmolStr::new_static("List"), SmolStr::new_static("Option")]);
        }
        known.sort_unstable();
        let library = self.db.project().library(self.db);
        let mut wrong = match nearest(&name.text, &known) {
            Some(near) => {
                wrong.help(format!("did you mean `{near}`?")).fix(format!("replace by `{near}`"), place, near)
            }
            None if is_module && library.std(&name.text).is_some() => {
                wrong.help(format!("import it: `import std/{}`", name.text))
            }
            None => wrong,
        };
        wrong = match is_module {
            true => {
                wrong.fixes.extend(bring_file(self.db, self.file, &name.text));
                wrong
            }
            false => bring_name(self.db, self.file, wrong, place, &name.text, Kind::Type),
        };
        self.diagnostics.push(wrong);
    }
}
