//! Options: two keys of one image must not have one option. The fix is a scope, or another name.

use unik_graph::KeyId;
use unik_source::{Diagnostic, Place, Span};

use crate::codes;
use crate::keys::KeyInstance;
use crate::machine::Machine;

impl Machine<'_> {
    /// Reports keys of a graph that share an option. What two applications share is one mistake, however many keys.
    pub(crate) fn same_options(&mut self, keys: &[KeyId]) {
        let mut reported: Vec<Vec<Place>> = Vec::new();
        let mut diagnostics = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            let first = self.keys.get(*key);
            let before = keys[..at].iter().any(|key| self.keys.get(*key).option == first.option);
            let same = |key: &&KeyId| self.keys.get(**key).option == first.option;
            let sharing: Vec<&KeyInstance> =
                keys[at..].iter().filter(same).map(|key| self.keys.get(*key)).collect();
            let apart = sharing.get(1).is_some_and(|second| !declared_together(first, second));
            if apart && !before {
                let places: Vec<Place> = sharing.iter().map(|key| key.applied.unwrap_or(key.place)).collect();
                if !reported.contains(&places) {
                    diagnostics.push(self.clash(&sharing, &places));
                    reported.push(places);
                }
            }
        }
        for (at, key) in keys.iter().enumerate() {
            let second = self.keys.get(*key);
            let Some(short) = second.short else { continue };
            let others = keys[..at].iter().map(|key| self.keys.get(*key));
            let first = others.filter(|key| key.option != second.option).find(|key| key.short == Some(short));
            if let Some(first) = first.filter(|first| !declared_together(first, second)) {
                let message = format!("two keys have the short option `-{short}`");
                let label = format!("`{}` has it too", second.name);
                let diagnostic = Diagnostic::error(codes::SAME_OPTION, message, second.place, label)
                    .label(first.place, format!("`{}` has it", first.name))
                    .help("give one of them another letter");
                diagnostics.push(diagnostic);
            }
        }
        for diagnostic in diagnostics {
            self.report(diagnostic);
        }
    }

    fn clash(&self, sharing: &[&KeyInstance], places: &[Place]) -> Diagnostic {
        let (first, second) = (sharing[0], sharing[1]);
        let message = format!("{} keys have the option `--{}`", count(sharing.len()), first.option);
        let mut diagnostic = Diagnostic::error(codes::SAME_OPTION, message, places[1], label(second));
        for (key, place) in sharing.iter().zip(places).filter(|(key, _)| !std::ptr::eq(**key, second)) {
            diagnostic = diagnostic.label(*place, label(key));
        }
        if second.applied.is_none() {
            return diagnostic.help("rename one of the two keys");
        }
        let text = self.defs.source_text(places[1]);
        diagnostic
            .label(second.place, format!("`{}` belongs to each application", second.name))
            .note("keys that a `let` or a device declares are named after the scope in which it is applied")
            .help(format!("give one of them a scope: `{text} as \"second\"` has `--second-{}`", first.option))
            .fix(
                "give it the scope `second`",
                places[1].with_span(Span::at(places[1].span.end as usize)),
                " as \"second\"",
            )
    }
}

/// Keys of one file, block or device: the checker has compared them.
pub(crate) fn declared_together(a: &KeyInstance, b: &KeyInstance) -> bool {
    a.declared_by == b.declared_by && a.applied == b.applied
}

fn label(key: &KeyInstance) -> String {
    match key.applied {
        Some(_) => format!("`{}` is applied here", key.declared_by),
        None => format!("declared by `{}`", key.declared_by),
    }
}

fn count(number: usize) -> String {
    match number {
        2 => "two".to_owned(),
        number => number.to_string(),
    }
}
