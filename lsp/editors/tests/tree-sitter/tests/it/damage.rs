//! Damaged texts: a text with a piece left out, put in, doubled, exchanged, or cut off.

use unik_syntax::{Token, tokens};

/// Numbers that look random and are the same on every run.
#[derive(Debug)]
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }
}

/// Pieces to put in: every kind of token, right and wrong, and space that means something.
const PIECES: &[&str] = &[
    "name",
    "_",
    "_name",
    "some",
    "none",
    "rust",
    "after",
    "exclusive",
    "attach",
    "features",
    "targets",
    "artifact",
    "link",
    "short",
    "trait",
    "crate",
    "std",
    "80",
    "64KiB",
    "1.5",
    "0x1f",
    "\"text\"",
    "\"\\n\\u{1F600}\"",
    "\"\\q\"",
    "\"\\u{D800}\"",
    "\"open",
    "./mine",
    "größe",
    "$",
    "import",
    "module",
    "type",
    "enum",
    "key",
    "configure",
    "run",
    "device",
    "generative",
    "let",
    "require",
    "unikernel",
    "platform",
    "if",
    "then",
    "else",
    "match",
    "true",
    "false",
    "as",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    "::",
    ".",
    "=",
    "=>",
    "->",
    "|",
    "||",
    "&&",
    "!",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "++",
    "+",
    "-",
    "*",
    "/",
    "// comment\n",
    "/// documentation\n",
    "\n",
    "\n  ",
    " ",
];

/// Calls `see` with damaged versions of a text: all that only take something away, and `some` for each token that put something in.
pub fn damage(text: &str, some: usize, numbers: &mut Numbers, mut see: impl FnMut(String)) {
    let tokens: Vec<Token> =
        tokens(text).into_iter().filter(|token| !token.span.range().is_empty()).collect();
    for (at, token) in tokens.iter().enumerate() {
        let range = token.span.range();
        let (before, this, behind) = (&text[..range.start], &text[range.clone()], &text[range.end..]);
        see(before.to_owned());
        see(behind.to_owned());
        see(format!("{before}{behind}"));
        see(format!("{before}{this} {this}{behind}"));
        if let Some(next) = tokens.get(at + 1) {
            let next = next.span.range();
            see(format!("{before}{}{this}{}", &text[next.clone()], &text[next.end..]));
        }
        for _ in 0..some {
            let piece = PIECES[numbers.below(PIECES.len())];
            see(format!("{before}{piece}{behind}"));
            see(format!("{before}{piece} {this}{behind}"));
            see(format!("{before} {piece}{this}{behind}"));
        }
    }
}
