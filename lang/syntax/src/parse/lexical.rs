//! Wrong tokens: what to say about them, and what the parser takes them for so that it says nothing more.

use smol_str::SmolStr;
use unik_source::{Diagnostic, Edit, Fix, Place, Span};

use super::limits::MISTAKES;
use crate::{
    codes,
    tokens::{Token, TokenKind},
};

/// The tokens with the wrong ones read as what they were probably meant for.
pub(crate) fn mended(words: &[Token]) -> Vec<Token> {
    let meant = |token: &Token| match token.kind {
        TokenKind::OpenStr => Some(Token { kind: TokenKind::Str, ..*token }),
        TokenKind::BadNumber => Some(Token { kind: TokenKind::Number, ..*token }),
        TokenKind::BadName => Some(Token { kind: TokenKind::Name, ..*token }),
        TokenKind::Unknown => None,
        _ => Some(*token),
    };
    if first_mistake(words).is_none() {
        return words.to_vec();
    }
    let mut mended = Vec::with_capacity(words.len());
    mended.extend(words.iter().filter_map(meant));
    mended
}

/// Where the first wrong token stands.
pub(crate) fn first_mistake(words: &[Token]) -> Option<u32> {
    words.iter().find(|word| word.kind.is_error()).map(|word| word.span.start)
}

/// What is wrong with the tokens themselves.
pub(crate) fn mistakes(text: &str, base: Place, words: &[Token]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let wrong = |word: &&Token| word.kind.is_error() || word.kind == TokenKind::Str;
    for word in words.iter().filter(wrong) {
        if diagnostics.len() > MISTAKES {
            break;
        }
        let (place, slice) = (base.with_span(word.span), &text[word.span.range()]);
        match word.kind {
            TokenKind::OpenStr => diagnostics.push(open_string(place, slice)),
            TokenKind::BadNumber => diagnostics.push(bad_number(place, slice)),
            TokenKind::BadName => diagnostics.push(bad_name(text, place, slice)),
            TokenKind::Unknown => diagnostics.push(unknown(text, place, slice)),
            TokenKind::Str if slice.contains('\\') => bad_escapes(place, slice, &mut diagnostics),
            _ => {}
        }
    }
    diagnostics
}

fn open_string(place: Place, text: &str) -> Diagnostic {
    let end = place.with_span(Span::at(place.span.end as usize));
    let diagnostic =
        Diagnostic::error(codes::OPEN_STRING, "this string has no closing `\"`", place, "opened here");
    let diagnostic = diagnostic.note("a string ends on the line on which it begins");
    match text.ends_with('"') && text.len() > 1 {
        true => diagnostic
            .help("the last `\"` is escaped by the `\\` before it: write `\\\\` for a backslash")
            .fix("double the backslash", place.with_span(Span::at(place.span.end as usize - 1)), "\\"),
        false => diagnostic.help("close it with `\"`; write `\\n` for an end of line in it").fix(
            "close the string",
            end,
            "\"",
        ),
    }
}

fn bad_number(place: Place, text: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(codes::BAD_NUMBER, format!("`{text}` is not a number"), place, "not a number");
    let diagnostic = diagnostic.note("a number is written in decimal digits, with a unit behind it where it has one: `80`, `1_000`, `64KiB`, `5s`");
    match text.matches('.').count() {
        0 => diagnostic,
        1 => diagnostic.help("there are no fractions: choose a smaller unit, `1500ms` for `1.5s`"),
        _ => diagnostic.help(format!("write addresses as strings: `\"{text}\"`")).fix(
            "put it in quotes",
            place,
            format!("\"{text}\""),
        ),
    }
}

fn bad_name(item: &str, place: Place, text: &str) -> Diagnostic {
    // Quotes and spaces that are not ours stick to the word beside them.
    let stuck = text.char_indices().find(|(_, char)| is_quote(*char) || char.is_whitespace());
    if let Some((at, char)) = stuck {
        let (start, width) = (place.span.start as usize + at, char.len_utf8());
        return unknown(item, place.with_span(Span::new(start, start + width)), &text[at..at + width]);
    }
    if text.chars().any(char::is_alphanumeric) {
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_CHARACTER,
            format!("`{text}` is not a name"),
            place,
            "has characters that names do not have",
        );
        return diagnostic
            .note("names are made of the letters a to z and A to Z, digits and `_`")
            .help("other characters can stand in strings and comments");
    }
    unknown(item, place, text)
}

fn unknown(item: &str, place: Place, text: &str) -> Diagnostic {
    let mut shown = String::new();
    for char in text.chars() {
        match char.is_control() || char.is_whitespace() {
            true => shown.extend(char.escape_unicode()),
            false => shown.push(char),
        }
    }
    let one = text.chars().nth(1).is_none();
    let message = format!(
        "{} `{shown}` mean{} nothing here",
        if one { "the character" } else { "the characters" },
        if one { "s" } else { "" }
    );
    let diagnostic = Diagnostic::error(codes::UNKNOWN_CHARACTER, message, place, "not part of the language");
    match text.chars().next() {
        Some(char) if is_quote(char) => {
            let mut diagnostic = diagnostic.help("strings stand in straight double quotes: `\"data/\"`");
            diagnostic.fixes.extend(straight_quotes(item, place));
            diagnostic
        }
        Some('&') => diagnostic.help("«and» is written `&&`").fix("replace by `&&`", place, "&&"),
        Some('#') => diagnostic.help("comments begin with `//`").fix("replace by `//`", place, "//"),
        Some('%' | '^' | '~' | '?' | '@' | '$') => diagnostic.note("there is no such operator"),
        Some('\u{A0}') => diagnostic.help("this is a no-break space: replace it by an ordinary one").fix(
            "replace by a space",
            place,
            " ",
        ),
        _ => diagnostic.help("take it out").fix("take it out", place, ""),
    }
}

/// Straight quotes for this quote and the next one on its line, if it is the first of a pair with nothing between that strings
/// write otherwise.
fn straight_quotes(item: &str, place: Place) -> Option<Fix> {
    let at = place.span.range();
    let line = item.get(..at.start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let before = item.get(line..at.start)?.chars().filter(|char| is_quote(*char)).count();
    let rest = item.get(at.end..)?.lines().next()?;
    let (inside, next) = rest.char_indices().find(|(_, char)| is_quote(*char))?;
    if !before.is_multiple_of(2) || rest[..inside].contains(['"', '\\']) {
        return None;
    }
    let close = Span::new(at.end + inside, at.end + inside + next.len_utf8());
    let edits = [place, place.with_span(close)].map(|place| Edit { place, text: SmolStr::new_static("\"") });
    Some(Fix { title: "write straight quotes".into(), edits: edits.into() })
}

fn is_quote(char: char) -> bool {
    matches!(char, '\'' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '`')
}

fn bad_escapes(place: Place, text: &str, diagnostics: &mut Vec<Diagnostic>) {
    for piece in Pieces::new(text) {
        if let Piece::Bad(from, to) = piece {
            let start = place.span.start as usize;
            let at = place.with_span(Span::new(start + from, start + to));
            let message = format!("strings have no escape `{}`", &text[from..to]);
            let diagnostic = Diagnostic::error(codes::BAD_ESCAPE, message, at, "no such escape");
            diagnostics.push(
                diagnostic
                    .note("the escapes are `\\\"`, `\\\\`, `\\n`, `\\t`, `\\r`, `\\0` and `\\u{1F600}`")
                    .help("write `\\\\` for a backslash")
                    .fix("double the backslash", place.with_span(Span::at(start + from)), "\\"),
            );
        }
    }
}

/// The value of a string as written, quotes included. A wrong escape stands for nothing.
pub(crate) fn unescaped(text: &str) -> SmolStr {
    if !text.contains('\\') {
        let inner = text.strip_prefix('"').unwrap_or(text);
        return inner.strip_suffix('"').unwrap_or(inner).into();
    }
    let good = |piece| match piece {
        Piece::Char(char) => Some(char),
        Piece::Bad(..) => None,
    };
    Pieces::new(text).filter_map(good).collect()
}

enum Piece {
    Char(char),
    /// A wrong escape, from its backslash to its end.
    Bad(usize, usize),
}

/// The characters of a string, its escapes read.
struct Pieces<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Pieces<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, at: 1 }
    }

    fn next_char(&mut self) -> Option<char> {
        let char = self.text.get(self.at..)?.chars().next()?;
        self.at += char.len_utf8();
        Some(char)
    }

    /// What stands in the braces of `\u{…}`.
    fn code_point(&mut self) -> Option<char> {
        let rest = self.text.get(self.at..)?.strip_prefix('{')?;
        let close = rest.find('}')?;
        let digits = &rest[..close];
        let hex =
            !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        self.at += close + 2;
        if hex { u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) } else { None }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let from = self.at;
        match self.next_char()? {
            '"' => None,
            '\\' => {
                let char = match self.next_char() {
                    Some('n') => Some('\n'),
                    Some('t') => Some('\t'),
                    Some('r') => Some('\r'),
                    Some('0') => Some('\0'),
                    Some(char @ ('"' | '\\')) => Some(char),
                    Some('u') => self.code_point(),
                    _ => None,
                };
                Some(char.map_or(Piece::Bad(from, self.at), Piece::Char))
            }
            char => Some(Piece::Char(char)),
        }
    }
}
