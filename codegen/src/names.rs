//! Names in the generated program: valid, and each given once.

use std::collections::BTreeSet;

/// Rust's keywords, those of future editions included.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do",
    "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// The names that a scope has given away.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// A scope in which `reserved` are taken.
    pub(crate) fn new<'n>(reserved: impl IntoIterator<Item = &'n str>) -> Self {
        Self { taken: reserved.into_iter().map(str::to_owned).collect() }
    }

    /// Makes `name` taken.
    pub(crate) fn take(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }

    /// `wanted`, or the same with a number behind it if it is taken.
    pub(crate) fn give(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 1;
        while KEYWORDS.contains(&name.as_str()) || !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{wanted}_{number}");
        }
        name
    }

    /// A name for a variable, field or function.
    pub(crate) fn lower(&mut self, wanted: &str) -> String {
        self.give(&words(wanted).join("_").to_lowercase())
    }

    /// A name for a constant or static.
    pub(crate) fn upper(&mut self, wanted: &str) -> String {
        self.give(&words(wanted).join("_").to_uppercase())
    }

    /// A name for a type.
    pub(crate) fn camel(&mut self, wanted: &str) -> String {
        self.give(&upper_camel(wanted))
    }
}

/// `read_only` as `ReadOnly`: how a case of an enum of the language is written in Rust.
pub(crate) fn upper_camel(name: &str) -> String {
    let parts = words(name);
    let word = |part: &String| {
        let mut chars = part.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>())
    };
    parts.iter().filter_map(word).collect()
}

/// `ReadOnly`, `read-only` and `read_only` as `Read` and `Only`, or `read` and `only`; never empty, and starting like a
/// name.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut lower_before = false;
    for char in name.chars() {
        if !(char.is_ascii_alphanumeric()) {
            fresh = true;
        } else if fresh || (char.is_ascii_uppercase() && lower_before) {
            words.push(char.to_string());
            fresh = false;
        } else if let Some(word) = words.last_mut() {
            word.push(char);
        }
        lower_before = char.is_ascii_lowercase() || char.is_ascii_digit();
    }
    match words.first().and_then(|word| word.chars().next()) {
        None => vec!["unnamed".to_owned()],
        Some(first) if first.is_ascii_digit() => {
            words.insert(0, "n".to_owned());
            words
        }
        Some(_) => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_given_once_and_is_no_keyword() {
        let mut names = Names::new(["keys"]);
        let given = ["keys", "tcp", "tcp", "type", "ReadOnly", "read-only", "", "9p", "ä"]
            .map(|name| names.lower(name));
        let expected =
            ["keys_2", "tcp", "tcp_2", "type_2", "read_only", "read_only_2", "unnamed", "n_9p", "unnamed_2"];
        assert_eq!(given, expected);
        assert_eq!(names.upper("management-ipv4"), "MANAGEMENT_IPV4");
        assert_eq!(names.camel("log_level"), "LogLevel");
        assert_eq!(upper_camel("http2_only"), "Http2Only");
    }
}
