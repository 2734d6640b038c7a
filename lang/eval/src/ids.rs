//! Names of nodes: the scope and the device, as a Rust name, with a number where several would be the same.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};

/// The names that have been given.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    taken: FxHashSet<SmolStr>,
    next: FxHashMap<SmolStr, u32>,
}

/// Words that Rust keeps for itself, in any edition, sorted.
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
        let wanted = match scope {
            [] => rust_name(name),
            scope => {
                let parts: Vec<&str> = scope.iter().map(SmolStr::as_str).chain([name]).collect();
                rust_name(&parts.join("_"))
            }
        };
        // A name that has been given before is taken.
        let next = self.next.entry(wanted.clone()).or_insert(0);
        loop {
            *next += 1;
            let id = if *next == 1 { wanted.clone() } else { format_smolstr!("{wanted}_{next}") };
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// The same name with what Rust does not allow written as `_`.
fn rust_name(name: &str) -> SmolStr {
    let is_rust = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(is_rust)
        && !is_keyword(name)
    {
        return SmolStr::new(name);
    }
    let lower = |char: char| match char {
        'a'..='z' | '0'..='9' => char,
        'A'..='Z' => char.to_ascii_lowercase(),
        _ => '_',
    };
    let mut made: String = name.chars().map(lower).collect();
    if made.starts_with(|first: char| first.is_ascii_digit()) || made.chars().all(|char| char == '_') {
        made.insert_str(0, "n_");
    }
    if is_keyword(&made) {
        made.push('_');
    }
    SmolStr::new(made)
}

fn is_keyword(name: &str) -> bool {
    KEYWORDS.binary_search(&name).is_ok()
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
        assert!(KEYWORDS.is_sorted());
        check(&["9"], "a", "n_9_a");
        check(&[], "字", "n__");
    }
}
