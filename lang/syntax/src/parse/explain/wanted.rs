//! What could have stood somewhere, in words.

use crate::{brackets, parse::context::Context};

/// What could have stood somewhere, in words.
pub(super) struct Wanted(Vec<String>);

impl Wanted {
    pub(super) fn of(expected: &[&str], context: &Context<'_>, at: usize) -> Self {
        let can = |terminal: &str| expected.contains(&terminal);
        if can("NUMBER") && can("[") {
            return Self(vec!["an expression".into()]);
        }
        if can("NAME") && can("import") {
            return Self(vec!["a name".into()]);
        }
        if can("RUST") {
            return Self(vec![
                if can("ARTIFACT") { "an entry of the platform" } else { "an entry of the device" }.into(),
            ]);
        }
        if can("_") && can("NAME") && can("NUMBER") {
            return Self(vec!["a pattern".into()]);
        }
        if can("NAME") && can("(") && !can(")") {
            return Self(vec!["a type".into()]);
        }
        let ends =
            [")", "]", "}", "{", "=>", "->", "then", "=", ":", ",", ";", "::", "key", "device", "type"];
        let words = [
            ("NAME", "a name"),
            ("STR", "a string"),
            ("NUMBER", "a number"),
            ("RELATIVE", "a path"),
            ("_", "`_`"),
        ];
        let words = words.iter().filter(|(terminal, _)| can(terminal)).map(|(_, words)| String::from(*words));
        let ends = ends.iter().filter(|end| can(end)).map(|end| format!("`{end}`"));
        let mut all: Vec<String> = words.chain(ends).collect();
        all.truncate(4);
        if all.is_empty() {
            let open = brackets::unbalanced(context.tokens.get(..at).unwrap_or(&[])).0;
            all.push(if open.is_empty() { "the end of the item" } else { "an operator" }.into());
        }
        Self(all)
    }
}

impl core::fmt::Display for Wanted {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (nth, what) in self.0.iter().enumerate() {
            match nth {
                0 => {}
                _ if nth + 1 == self.0.len() => f.write_str(" or ")?,
                _ => f.write_str(", ")?,
            }
            f.write_str(what)?;
        }
        Ok(())
    }
}
