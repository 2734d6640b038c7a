//! What a text says about itself, in comments beside the line.
//!
//! - `//~ E0101`: a diagnostic with this code starts on this line;
//! - `//~^ E0101`: it starts on the line above, one line per caret;
//! - `//~ E0101 "words"`: and its message contains these words;
//! - `//: Port`: the `let` of this line has this type.

/// A diagnostic that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The line on which it starts, counted from 0.
    pub line: usize,
    /// Its code.
    pub code: String,
    /// What its message must contain.
    pub words: Option<String>,
}

/// The diagnostics that `text` expects, in order.
pub fn diagnostics(text: &str) -> Vec<Expected> {
    let mut expected = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for marker in line.split("//~").skip(1) {
            let carets = marker.len() - marker.trim_start_matches('^').len();
            let marker = marker[carets..].trim();
            let code: String = marker.chars().take_while(char::is_ascii_alphanumeric).collect();
            let words = marker.split('"').nth(1).map(str::to_owned);
            expected.push(Expected { line: at.saturating_sub(carets), code, words });
        }
    }
    expected
}

/// The types that `text` reveals: line counted from 0, name of the `let`, its type.
pub fn types(text: &str) -> Vec<(usize, String, String)> {
    let mut types = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some((code, ty)) = line.split_once("//:") else { continue };
        let Some(rest) = code.trim_start().strip_prefix("let ") else { continue };
        let name = rest.chars().take_while(|char| char.is_ascii_alphanumeric() || *char == '_').collect();
        types.push((at, name, ty.trim().to_owned()));
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_name_code_line_and_words() {
        let found = diagnostics("a //~ E0101 \"no such\"\nb\n//~^^ E0202\nc //~ W0101 //~ W0102\n");
        let short: Vec<_> = found.iter().map(|e| (e.line, e.code.as_str(), e.words.as_deref())).collect();
        let expected =
            [(0, "E0101", Some("no such")), (0, "E0202", None), (3, "W0101", None), (3, "W0102", None)];
        assert_eq!(short, expected);
    }

    #[test]
    fn revealed_types_belong_to_their_let() {
        assert_eq!(types("let a = 5s //: Duration\n"), [(0, "a".to_owned(), "Duration".to_owned())]);
    }
}
