//! Names of nodes: the scope and the device, as a Rust name, with a number where several would be the same.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// The names that have been given.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    taken: FxHashSet<SmolStr>,
    next: FxHashMap<SmolStr, u32>,
}

/// Words that Rust keeps for itself, in any edition.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

impl Ids {
    /// `tcp`, `tcp_2`, `management_tcp`.
    pub(crate) fn give(&mut self, scope: &[SmolStr], name: &str) -> SmolStr {
        let parts: Vec<&str> = scope.iter().map(SmolStr::as_str).chain([name]).collect();
        let wanted = rust_name(&parts.join("_"));
        let mut id = wanted.clone();
        let next = self.next.entry(wanted.clone()).or_insert(1);
        while !self.taken.insert(id.clone()) {
            *next += 1;
            id = SmolStr::new(format!("{wanted}_{next}"));
        }
        id
    }
}

/// The same name with what Rust does not allow written as `_`.
fn rust_name(name: &str) -> SmolStr {
    let lower = |char: char| match char {
        'a'..='z' | '0'..='9' => char,
        'A'..='Z' => char.to_ascii_lowercase(),
        _ => '_',
    };
    let mut made: String = name.chars().map(lower).collect();
    if made.starts_with(|first: char| first.is_ascii_digit()) || made.chars().all(|char| char == '_') {
        made.insert_str(0, "n_");
    }
    if KEYWORDS.contains(&made.as_str()) {
        made.push('_');
    }
    SmolStr::new(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_rust_names_and_differ() {
        let mut ids = Ids::default();
        let mut check = |scope: &[&str], name: &str, expected: &str| {
            let scope: Vec<SmolStr> = scope.iter().map(SmolStr::new).collect();
            assert_eq!(ids.give(&scope, name), expected);
        };
        check(&[], "tcp", "tcp");
        check(&[], "tcp", "tcp_2");
        check(&[], "tcp_2", "tcp_2_2");
        check(&[], "tcp", "tcp_3");
        check(&["management"], "tcp", "management_tcp");
        check(&["a-b", "Ü"], "x", "a_b___x");
        check(&[], "type", "type_");
        check(&["9"], "a", "n_9_a");
        check(&[], "字", "n__");
    }
}
