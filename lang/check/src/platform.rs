//! `platform unix { … }`: a target, and what its roles mean.
//!
//! Each role is checked by itself, since one may be made of another.

use smol_str::{SmolStr, ToSmolStr};
use unik_db::{Db, Item, parsed};
use unik_source::{Diagnostic, Span};
use unik_syntax::tree::{self, ItemKind, PlatformEntry};

use crate::circle::report_circle;
use crate::codes;
use crate::core::{Body, Platform};
use crate::expression::{Checker, Want, unknown_body};
use crate::order::Node;
use crate::platforms::{platform_items, role_trees};
use crate::remedy::whole_entry;

/// A role, checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) body: Body,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) uses: Vec<SmolStr>,
}

impl Role {
    /// What stands for a role that was not checked.
    pub(crate) fn unknown() -> Self {
        Self { body: unknown_body(), diagnostics: Vec::new(), uses: Vec::new() }
    }
}

/// Checks the role of a platform with this number.
pub(crate) fn check_role<'db>(db: &'db dyn Db, item: Item<'db>, number: u32) -> Role {
    let mut checker = Checker::new(db, item, Some(number));
    report_circle(&mut checker, Node { item, role: Some(number) });
    let body = match &parsed(db, item).tree.kind {
        ItemKind::Platform(tree) => role_trees(tree).nth(number as usize).map(|(_, body)| body),
        _ => None,
    };
    let mut body = body.map_or_else(unknown_body, |body| checker.body(body, Want::NOTHING));
    // What a role takes is what its device must be given: targets may differ in what else it needs.
    let needed = checker
        .callable(&body.expr)
        .map_or(0, |callable| callable.params.iter().take_while(|param| !param.optional).count());
    if let Some(applied) = checker.with_defaults_left(&body.expr, needed) {
        body.expr = applied;
        body.locals = checker.locals;
    }
    Role { body, diagnostics: checker.types.diagnostics, uses: checker.types.uses }
}

/// Checks a platform, its roles apart.
pub(crate) fn check_platform(checker: &mut Checker<'_>, tree: &tree::Platform) -> Platform {
    let db = checker.db;
    let place = checker.place(tree.name.span);
    let twin = platform_items(db, checker.file)
        .iter()
        .find(|(name, item)| **name == tree.name.text && *item != checker.item);
    if let Some((name, other)) = twin {
        let message = format!("there are two platforms called `{}`", name.text());
        let wrong = Diagnostic::error(codes::SAME_PLATFORM, message, place, "again here");
        let wrong = match &parsed(db, *other).tree.kind {
            ItemKind::Platform(first) => wrong.label(other.place(db, first.name.span), "first here"),
            _ => wrong,
        };
        checker.report(wrong.help("rename one of them: the name is a value of `target`"));
    }
    let (mut rust, mut artifact, mut link) = (None, None, None);
    let (mut first_rust, mut first_artifact, mut first_link) = (None, None, None);
    let mut names: Vec<&tree::Name> = Vec::new();
    for entry in &tree.entries {
        match entry {
            PlatformEntry::Rust(path) => {
                if checker.once("rust", path.span, &mut first_rust) {
                    rust = checker.rust(path);
                }
            }
            PlatformEntry::Artifact(text) => {
                if checker.once("artifact", text.span, &mut first_artifact) {
                    artifact = Some(text.value.clone());
                }
            }
            PlatformEntry::Link(script) => {
                if checker.once("link", script.span, &mut first_link) {
                    link = checker.link(script);
                }
            }
            PlatformEntry::Attach(_, _) => {}
            PlatformEntry::Role(name, body) => match names.iter().find(|first| first.text == name.text) {
                Some(first) if !name.text.is_empty() => {
                    let message = format!("there are two roles `{}`", name.text);
                    let wrong = Diagnostic::error(
                        codes::REPEATED_ENTRY,
                        message,
                        checker.place(name.span),
                        "again here",
                    );
                    let wrong = wrong.label(checker.place(first.span), "first here").help("keep one of them");
                    let span = name.span.to(body.span);
                    checker.report(match whole_entry(checker.item.text(db), &name.text, span) {
                        Some(cut) => wrong.fix("take this one out", checker.place(cut), ""),
                        None => wrong,
                    });
                }
                _ => names.push(name),
            },
        }
    }
    if first_rust.is_none() && checker.parses() {
        let message = format!("`{}` has no `rust` entry", tree.name.text);
        let wrong = Diagnostic::error(codes::MISSING_RUST, message, place, "its runtime is not said");
        let wrong = wrong.help(format!("name its runtime crate: `rust unik_{}`", tree.name.text));
        let behind = checker.item.text(db).get(tree.name.span.end as usize..).unwrap_or_default();
        checker.report(match behind.find('{') {
            Some(open) => {
                let at = Span::at(tree.name.span.end as usize + open + 1);
                wrong.fix("name it", checker.place(at), format!(" rust unik_{}", tree.name.text))
            }
            None => wrong,
        });
    }
    let mut bodies: Vec<(SmolStr, Body)> = Vec::new();
    for ((name, _), number) in role_trees(tree).zip(0..) {
        let checked = crate::role(db, checker.item, number);
        checker.types.diagnostics.extend(checked.diagnostics.iter().cloned());
        checker.types.uses.extend(checked.uses.iter().cloned());
        if !bodies.iter().any(|(known, _)| *known == name.text) {
            bodies.push((name.text.to_smolstr(), checked.body.clone()));
        }
    }
    Platform {
        name: tree.name.text.clone(),
        rust,
        artifact,
        link,
        attach: checker.attach_limits(tree),
        folder: checker.file.folder(db).clone(),
        roles: bodies,
        place,
    }
}

impl Checker<'_> {
    /// The linker script of a bare platform. The linker looks for it in the folders of the runtime crate, so it is a name.
    fn link(&mut self, script: &tree::StrLit) -> Option<SmolStr> {
        let text = script.value.as_str();
        if is_script(text) {
            return Some(script.value.clone());
        }
        let message = format!("`{}` is not the name of a linker script", text.escape_debug());
        let place = self.place(script.span);
        let wrong = Diagnostic::error(codes::LINK, message, place, "not the name of a file");
        let wrong = wrong
            .note("the linker looks for it in the folders that the build script of the runtime crate names")
            .help("name the file alone, in letters, digits, `.`, `-` and `_`: `link \"platform.x\"`");
        let name = text.rsplit('/').next().unwrap_or_default();
        self.report(match name.len() < text.len() && is_script(name) {
            true => wrong.fix("name the file alone", place, format!("\"{name}\"")),
            false => wrong,
        });
        None
    }
}

/// Whether a text is the name of a linker script.
fn is_script(text: &str) -> bool {
    let good = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_');
    text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.chars().all(good)
}
