//! `key port: Port = 80 { short p }`: of a file, of a device, of a block.

use smol_str::SmolStr;
use unik_graph::Stage;
use unik_source::{Diagnostic, Place, Span};
use unik_syntax::tree::{self, KeyStage};

use crate::codes;
use crate::core::{Body, Key, Type};
use crate::expression::{Checker, Want, Why};
use crate::type_ref::is_built_in;

/// The options of `unikc` itself, which a key that exists when configuring cannot have.
pub const RESERVED_OPTIONS: &[&str] = &[
    "browser",
    "color",
    "default",
    "deny-warnings",
    "eval",
    "format",
    "help",
    "library",
    "message-format",
    "offline",
    "output",
    "page-port",
    "profile",
    "quiet",
    "release",
    "target",
    "unikernel",
    "verbose",
    "version",
];

/// The options of every program, which no key can have.
pub const RESERVED_AT_BOOT: &[&str] = &["help", "version"];

/// The short options of `unikc` itself.
pub const RESERVED_SHORTS: &[char] = &['h', 'o', 'q', 'v', 'V'];

/// The short options of every program.
pub const RESERVED_SHORTS_AT_BOOT: &[char] = &['h', 'V'];

impl<'db> Checker<'db> {
    /// A key; nothing if its type is wrong. The default of a key of a block may read what is bound around it.
    pub(crate) fn key(&mut self, tree: &tree::Key, doc: SmolStr, inside: bool) -> Option<Key> {
        let ty = self.types.value(&tree.ty);
        let wanted = ty.clone().map_or(Type::Unknown, Type::Value);
        let why = Why::Place(self.place(tree.ty.span), "because of the key's type");
        let want = Want::firm(&wanted, why);
        let default = tree.default.as_ref().map(|default| match inside {
            true => {
                let expr = self.expr(default, want);
                Body { expr, locals: self.locals, keys: Vec::new() }
            }
            false => self.closed(default, want),
        });
        let short = self.short(tree);
        self.reserved(tree);
        let stage = match tree.stage {
            KeyStage::Configure => Stage::Configure,
            KeyStage::Both => Stage::Both,
            KeyStage::Run => Stage::Run,
        };
        let (name, span) = (tree.name.text.clone(), tree.name.span);
        let before = self.source(Span { start: tree.span.start, end: span.start }).trim_end().len();
        let words = Span::new(tree.span.start as usize, tree.span.start as usize + before);
        Some(Key { name, doc, stage, ty: ty?, default, short, span, words })
    }

    fn short(&mut self, tree: &tree::Key) -> Option<char> {
        let short = tree.short.as_ref().filter(|short| !short.text.is_empty())?;
        let mut letters = short.text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) if letter.is_ascii_alphanumeric() => {
                let taken = match tree.stage {
                    KeyStage::Run => RESERVED_SHORTS_AT_BOOT,
                    KeyStage::Configure | KeyStage::Both => RESERVED_SHORTS,
                };
                if taken.contains(&letter) {
                    let message = format!("the option `-{letter}` is taken");
                    let wrong = Diagnostic::error(
                        codes::RESERVED_OPTION,
                        message,
                        self.place(short.span),
                        "a letter of its own",
                    );
                    let note = format!("`-{letter}` belongs to {}", owner(tree.stage));
                    let wrong = wrong.note(note).help("choose another letter, or none");
                    self.report(wrong.fix("take the short option out", self.place(short_entry(tree)), ""));
                    return None;
                }
                Some(letter)
            }
            _ => {
                let message = format!("`{}` is not one letter", short.text);
                let place = self.place(short.span);
                let wrong =
                    Diagnostic::error(codes::SHORT_OPTION, message, place, "a short option is one letter");
                let first = short.text.chars().find(char::is_ascii_alphanumeric);
                self.report(match first {
                    Some(first) => wrong.help(format!("for example `short {first}`")).fix(
                        "take its first letter",
                        place,
                        first.to_string(),
                    ),
                    None => wrong,
                });
                None
            }
        }
    }

    fn reserved(&mut self, tree: &tree::Key) {
        if is_built_in(&tree.name.text) {
            return;
        }
        let option = tree.name.text.replace('_', "-");
        let taken = match tree.stage {
            KeyStage::Run => RESERVED_AT_BOOT,
            KeyStage::Configure | KeyStage::Both => RESERVED_OPTIONS,
        };
        if taken.contains(&option.as_str()) {
            let message = format!("the option `--{option}` is taken");
            let wrong = Diagnostic::error(
                codes::RESERVED_OPTION,
                message,
                self.place(tree.name.span),
                "a name of its own",
            );
            let note = format!("`--{option}` belongs to {}", owner(tree.stage));
            self.report(wrong.note(note).help("rename the key"));
        }
    }
}

/// The braces of a key, with the space before them.
fn short_entry(key: &tree::Key) -> Span {
    let before = key.default.as_ref().map_or(key.ty.span.end, |default| default.span.end);
    Span { start: before, end: key.span.end }
}

fn owner(stage: KeyStage) -> &'static str {
    match stage {
        KeyStage::Run => "every program that is built",
        KeyStage::Configure | KeyStage::Both => "`unikc` itself, on whose command line the key is an option",
    }
}

/// Reports keys of one declaration space that would have one option.
pub(crate) fn same_options(keys: &[(&tree::Key, Place, Option<Place>)], diagnostics: &mut Vec<Diagnostic>) {
    let mut options: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
    for (at, (key, place, short)) in keys.iter().enumerate() {
        let long = format!("--{}", key.name.text.replace('_', "-"));
        let short = key.short.as_ref().zip(*short).map(|(short, place)| (format!("-{}", short.text), place));
        for (option, place) in [Some((long, *place)), short].into_iter().flatten() {
            match options.get(&option).and_then(|first| keys.get(*first)) {
                None => drop(options.insert(option, at)),
                // Two keys of one name are two definitions of one name, which is said elsewhere.
                Some((first, ..)) if first.name.text == key.name.text => {}
                Some((first, first_place, first_short)) => {
                    let message = format!(
                        "`{}` and `{}` have the same option `{option}`",
                        first.name.text, key.name.text
                    );
                    let is_short = !option.starts_with("--");
                    let earlier = if is_short { first_short.unwrap_or(*first_place) } else { *first_place };
                    let wrong = Diagnostic::error(codes::SAME_OPTION, message, place, "again here");
                    let wrong = wrong.label(earlier, "first here");
                    diagnostics.push(match is_short {
                        true => wrong.help("give one of them another letter, or none").fix(
                            "take the second short option out",
                            place.with_span(short_entry(key)),
                            "",
                        ),
                        false => wrong.help("rename one of them"),
                    });
                }
            }
        }
    }
}
