//! Cutting a file into items. It cannot fail: every byte of the file belongs to exactly one item or to the
//! space between two, and a broken item never swallows the next.
//!
//! An item starts with its keyword. Where brackets do not close, the words that stand nowhere else start one all the same, and
//! so do `let` and `key` at the start of a line: indentation is only asked where brackets give no answer.

use smol_str::SmolStr;
use unik_source::Span;

use crate::{
    brackets,
    tokens::{Token, TokenKind, Words, tokens, words},
};

/// An item as the splitter sees it: enough for an outline, even if nothing else parses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ItemText {
    /// `import`, `module type`, `enum`, `key`, `device`, `let`, `require`, `unikernel`, `platform`; empty for
    /// text that belongs to no item. A misspelt keyword counts as the one that it is nearest to.
    pub keyword: SmolStr,
    /// Its name, if the header has one. An import's is the name that it gives to the file.
    pub name: Option<SmolStr>,
    /// Where the name stands, counted from the start of the file.
    pub name_span: Option<Span>,
    /// From its documentation, or its first keyword, to its last token; counted from the start of the file.
    pub span: Span,
}

/// The items of a file, in their order.
pub fn split(text: &str) -> Vec<ItemText> {
    let Words { words, docs } = words(text);
    let starts = starts(text, &words);
    let mut items = Vec::with_capacity(starts.len());
    for (nth, &start) in starts.iter().enumerate() {
        let end = starts.get(nth + 1).copied().unwrap_or(words.len());
        let before = start.checked_sub(1).map_or(0, |before| words[before].span.end);
        let words = &words[start..end];
        let (Some(first), Some(last)) = (words.first(), words.last()) else { continue };
        let Header { keyword, name } = header(text, words);
        let begin = documentation(&docs, before, *first).unwrap_or(first.span);
        let (name, name_span) = name.unzip();
        items.push(ItemText {
            keyword: SmolStr::new_static(keyword),
            name,
            name_span,
            span: begin.to(last.span),
        });
    }
    items
}

/// The text of the `//!` lines, without the slashes, joined by newlines.
pub fn file_doc(text: &str) -> SmolStr {
    let lines = tokens(text).into_iter().filter(|token| token.kind == TokenKind::FileDoc);
    comment_text(text, lines.map(|token| token.span))
}

/// What stands behind the three characters that open each of these comments.
pub(crate) fn comment_text(text: &str, comments: impl Iterator<Item = Span>) -> SmolStr {
    let mut lines = String::new();
    for (nth, comment) in comments.enumerate() {
        let line = text.get(comment.range()).and_then(|comment| comment.get(3..)).unwrap_or("");
        if nth > 0 {
            lines.push('\n');
        }
        lines.push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
    }
    lines.into()
}

/// Where the documentation of a word begins: the first that stands behind the word before it, which ends at `before`.
fn documentation(docs: &[Span], before: u32, first: Token) -> Option<Span> {
    let doc = docs.get(docs.partition_point(|doc| doc.start < before))?;
    (doc.start < first.span.start).then_some(*doc)
}

/// The words with which an item, or text that belongs to none, begins.
fn starts(text: &str, words: &[Token]) -> Vec<usize> {
    let lines = Lines { text, words };
    let closes = brackets::matching(words, |at| lines.starts_anywhere(at));
    let mut starts: Vec<usize> = Vec::new();
    // Up to where brackets that do close are open, and whether one is that does not.
    let (mut inside, mut open) = (0, false);
    for at in 0..words.len() {
        let depth = match at < inside {
            true => Depth::Inside,
            false if open => Depth::Open,
            false => Depth::Top,
        };
        let begins = match starts.last() {
            None => true,
            Some(&item) => lines.starts_item(item, at, depth),
        };
        if begins {
            starts.push(at);
            (inside, open) = (at, false);
        }
        if at >= inside && words[at].kind.closer().is_some() {
            match closes[at] {
                Some(close) => inside = close,
                None => open = true,
            }
        }
    }
    starts
}

/// Where a word stands with respect to the brackets of its item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// In none.
    Top,
    /// In some that close.
    Inside,
    /// In one that does not close before the next item.
    Open,
}

struct Lines<'t> {
    text: &'t str,
    words: &'t [Token],
}

impl Lines<'_> {
    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.words.get(at).map(|word| word.kind)
    }

    fn text(&self, at: usize) -> &str {
        self.words.get(at).and_then(|word| self.text.get(word.span.range())).unwrap_or("")
    }

    fn first_on_line(&self, at: usize) -> bool {
        let before = match at {
            0 => return true,
            _ => self.words[at - 1].span.end as usize,
        };
        self.text.as_bytes()[before..self.words[at].span.start as usize].contains(&b'\n')
    }

    /// Bytes between the start of the line and the word.
    fn column(&self, at: usize) -> usize {
        let start = self.words[at].span.start as usize;
        let line = &self.text.as_bytes()[..start];
        start - line.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
    }

    fn at_margin(&self, at: usize) -> bool {
        let start = self.words[at].span.start as usize;
        matches!(self.text.as_bytes()[..start], [] | [.., b'\n'] | [0xEF, 0xBB, 0xBF])
    }

    /// Whether it is the second word of a keyword: `configure key`.
    fn continues_keyword(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let second = matches!(
            (self.words[before].kind, self.words[at].kind),
            (TokenKind::Configure | TokenKind::Run, TokenKind::Key)
                | (TokenKind::Generative, TokenKind::Device)
        );
        second && !self.ends_path(before)
    }

    /// Whether it is a piece of a path, where every word is allowed: `rust device::Http`, `std/key`.
    fn in_path(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        match self.kind(before) {
            Some(TokenKind::ColonColon | TokenKind::Slash) => true,
            Some(TokenKind::Name) => matches!(self.text(before), "rust" | "trait" | "crate"),
            _ => false,
        }
    }

    /// Whether it is the last piece of a path as far as its line tells: a file can be called `configure`, and then an item of its
    /// own follows the import.
    fn ends_path(&self, at: usize) -> bool {
        self.in_path(at) && !self.first_on_line(at)
    }

    /// Whether an item starts here whatever is still open: its keyword stands nowhere else.
    fn starts_anywhere(&self, at: usize) -> bool {
        use TokenKind as T;
        let header = match self.kind(at + 1) {
            None => false,
            Some(T::Colon | T::Comma | T::Assign | T::FatArrow | T::Dot) => false,
            Some(next) => !next.is_closer(),
        };
        self.words[at].kind.only_starts_item()
            && header
            && self.first_on_line(at)
            && !self.continues_keyword(at)
            && (self.at_margin(at) || !self.in_path(at))
    }

    /// Whether a new item starts at the word `at`, after the item that starts at the word `item`.
    fn starts_item(&self, item: usize, at: usize, depth: Depth) -> bool {
        let kind = self.words[at].kind;
        if !kind.starts_item() {
            return depth == Depth::Top && self.starts_nothing(item, at);
        }
        if self.continues_keyword(at) {
            return false;
        }
        if self.starts_anywhere(at) {
            return true;
        }
        if self.at_margin(at) {
            return depth == Depth::Top || depth == Depth::Open && !kind.only_starts_item();
        }
        let before = self.words[at - 1].kind;
        let ends_phrase = before.ends_phrase() || before.is_keyword() && self.ends_path(at - 1);
        let after_phrase = ends_phrase && !self.in_path(at);
        let outwards = !self.first_on_line(at) || self.column(at) <= self.column(item) + 1;
        depth == Depth::Top && after_phrase && outwards
    }

    /// Whether text starts here that belongs to no item. Within an item no line begins with a name when
    /// the line above is complete; indented further, it is probably part of an item with a bracket too few.
    fn starts_nothing(&self, item: usize, at: usize) -> bool {
        let kind = self.words[at].kind;
        let word = matches!(kind, TokenKind::Name | TokenKind::BadName | TokenKind::Type);
        let in_item = self.words[item].kind.starts_item();
        word && self.first_on_line(at)
            && self.column(at) <= self.column(item) + 1
            && self.words[at - 1].kind.ends_phrase()
            && !self.in_path(at)
            && (in_item || misspelt(self.text, &self.words[at..]).is_some())
    }
}

/// The keyword and the name with which an item begins.
pub(crate) struct Header {
    pub(crate) keyword: &'static str,
    pub(crate) name: Option<(SmolStr, Span)>,
}

/// Reads the header of an item off its tokens.
pub(crate) fn header(text: &str, words: &[Token]) -> Header {
    let kind = |at: usize| words.get(at).map(|word| word.kind);
    let second = |wanted: TokenKind| if kind(1) == Some(wanted) { 2 } else { 1 };
    let (keyword, name) = match kind(0) {
        Some(TokenKind::Import) => return Header { keyword: "import", name: import_name(text, &words[1..]) },
        Some(TokenKind::Module) => ("module type", second(TokenKind::Type)),
        Some(TokenKind::Enum) => ("enum", 1),
        Some(TokenKind::Key) => ("key", 1),
        Some(TokenKind::Configure | TokenKind::Run) => ("key", second(TokenKind::Key)),
        Some(TokenKind::Device) => ("device", 1),
        Some(TokenKind::Generative) => ("device", second(TokenKind::Device)),
        Some(TokenKind::Let) => ("let", 1),
        Some(TokenKind::Require) => return Header { keyword: "require", name: None },
        Some(TokenKind::Unikernel) => ("unikernel", 1),
        Some(TokenKind::Platform) => ("platform", 1),
        _ => match misspelt(text, words) {
            Some(keyword) => (keyword, 1),
            None => return Header { keyword: "", name: None },
        },
    };
    let name = words.get(name).filter(|word| matches!(word.kind, TokenKind::Name | TokenKind::BadName));
    Header { keyword, name: name.map(|word| (text[word.span.range()].into(), word.span)) }
}

/// The name that an import gives to the file: the alias, or the end of the path.
fn import_name(text: &str, words: &[Token]) -> Option<(SmolStr, Span)> {
    let in_path = |word: &&Token| {
        word.kind == TokenKind::Slash || word.kind == TokenKind::Name || word.kind.is_keyword()
    };
    let (path, rest) = match words {
        [path, rest @ ..] if path.kind == TokenKind::RelativePath => (path, rest),
        [word, name, rest @ ..] if word.kind == TokenKind::Name && name.kind == TokenKind::Name => {
            (name, rest)
        }
        _ => {
            let path = words.iter().take_while(in_path).zip(0..);
            // A segment follows a `/`, and the first one nothing.
            let segment = |at: usize| at.is_multiple_of(2);
            let path = path.take_while(|(word, at)| segment(*at) == (word.kind != TokenKind::Slash));
            let (last, at) = path.filter(|(_, at)| segment(*at)).last()?;
            (last, &words[at + 1..])
        }
    };
    let named = match rest {
        [word, alias, ..] if word.kind == TokenKind::As && alias.kind == TokenKind::Name => alias,
        _ => path,
    };
    let text = &text[named.span.range()];
    let name = text.rsplit('/').next().unwrap_or(text);
    (!name.is_empty()).then(|| (name.into(), named.span))
}

/// The keyword that was probably meant by the first of these words: near to it, and a name behind it.
pub(crate) fn misspelt(text: &str, words: &[Token]) -> Option<&'static str> {
    const SINGLE: [&str; 8] = ["import", "enum", "key", "device", "let", "require", "unikernel", "platform"];
    let [first, second, ..] = words else { return None };
    let word = &text[first.span.range()];
    if first.kind == TokenKind::Type && second.kind == TokenKind::Name {
        return Some("module type");
    }
    if first.kind != TokenKind::Name || !matches!(second.kind, TokenKind::Name | TokenKind::BadName) {
        return None;
    }
    let near = |keyword: &&&str| strsim::osa_distance(word, keyword) <= if keyword.len() > 4 { 2 } else { 1 };
    SINGLE.iter().find(near).copied()
}
