//! What kind of thing is wanted where the cursor is, read off the tokens before it: what is being written rarely parses.

use unik_check::core::Type;
use unik_check::{imported_file, written_type};
use unik_source::{FileId, Place, Span};
use unik_syntax::tree::ItemKind;
use unik_syntax::{Token, TokenKind, parse_item, tokens};

use crate::context::{Path, item_before, words_before};
use crate::declaration::params_of;
use crate::host::Analysis;
use crate::occurrence::Binding;
use crate::resolve::bindings_at;

/// What is wanted at a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// The keyword of an item.
    Item,
    /// The word of an entry: of a device, or else of a platform.
    Entry(bool),
    /// A platform, behind `targets`.
    Targets,
    /// What follows `import`.
    ImportPath,
    /// What follows `import std/`.
    Library,
    /// A name that a file declares, in the braces of an import.
    ImportNames(FileId),
    /// What follows a path and a dot; the type that is wanted there.
    Member(Path, Option<Type>),
    /// A type that follows a path and a dot.
    MemberType(Path),
    /// A type.
    Type,
    /// A pattern for something of this type.
    Pattern(Option<Type>),
    /// An expression of this type.
    Expression(Option<Type>),
}

/// What is wanted at an offset, and the word that is being written there; nothing in comments, strings and numbers.
pub(crate) fn site(analysis: &Analysis, file: FileId, offset: u32) -> Option<(Span, Site)> {
    let text = analysis.text(file);
    let before = text.get(..offset as usize)?;
    let all = tokens(before);
    let mut word = Span::at(offset as usize);
    if let Some(last) = all.last() {
        match last.kind {
            TokenKind::Comment | TokenKind::Doc | TokenKind::FileDoc | TokenKind::OpenStr => return None,
            TokenKind::Str | TokenKind::Number | TokenKind::BadNumber | TokenKind::RelativePath => {
                return None;
            }
            TokenKind::Name | TokenKind::BadName => word = last.span,
            kind if kind.is_keyword() => word = last.span,
            _ => {}
        }
    }
    let Some((item_text, mut words)) = words_before(&analysis.db, file, offset) else {
        return Some((word, Site::Item));
    };
    if !word.is_empty() {
        words.pop();
    }
    let fresh_line = before[..word.start as usize].rfind('\n').is_none_or(|newline| {
        let start = analysis_start(text, item_text);
        let last = words.last().map_or(start, |last| start + last.span.end as usize);
        newline >= last
    });
    let words = Words { text: item_text, words, fresh_line };
    Some((word, words.site(analysis, file, offset)))
}

/// Where the text of an item, which reaches to the end of the file, starts in it.
fn analysis_start(text: &str, item_text: &str) -> usize {
    text.len() - item_text.len()
}

/// What is bound around an offset. A word is put there first, so that there is an expression to stand in.
pub(crate) fn locals(analysis: &Analysis, file: FileId, offset: u32) -> Vec<Binding> {
    let db = &analysis.db;
    let Some(item) = item_before(db, file, offset) else { return Vec::new() };
    let start = item.start(db);
    let at = (offset - start) as usize;
    let end = item.text(db).len().max(at);
    let text = analysis.text(file).get(start as usize..).and_then(|text| text.get(..end));
    let Some((head, tail)) = text.and_then(|text| text.split_at_checked(at)) else { return Vec::new() };
    let inside = head.ends_with(|char: char| char.is_ascii_alphanumeric() || char == '_');
    let word = if inside { "" } else { "cursor" };
    let (tree, _) = parse_item(&format!("{head}{word}{tail}"), item.place(db, Span::at(0)));
    let mut bound = bindings_at(db, item, &tree, offset - start);
    // Of two of one name the inner one counts.
    bound.reverse();
    let mut seen = Vec::new();
    bound.retain(|binding| {
        let fresh = !binding.name.is_empty() && !seen.contains(&binding.name);
        seen.push(binding.name.clone());
        fresh
    });
    bound
}

/// The words of an item before the one that is being written.
struct Words<'t> {
    text: &'t str,
    words: Vec<Token>,
    /// Whether the word that is being written is the first of its line.
    fresh_line: bool,
}

impl Words<'_> {
    fn kind_back(&self, back: usize) -> Option<TokenKind> {
        Some(self.words.get(self.words.len().checked_sub(back)?)?.kind)
    }

    fn text_back(&self, back: usize) -> &str {
        let word = self.words.len().checked_sub(back).and_then(|at| self.words.get(at));
        word.and_then(|word| self.text.get(word.span.range())).unwrap_or_default()
    }

    /// The innermost bracket that is open, by its index.
    fn open(&self) -> Option<usize> {
        let mut depth = 0_usize;
        for (at, token) in self.words.iter().enumerate().rev() {
            if token.kind.is_closer() {
                depth += 1;
            } else if token.kind.closer().is_some() {
                match depth {
                    0 => return Some(at),
                    _ => depth -= 1,
                }
            }
        }
        None
    }

    fn site(&self, analysis: &Analysis, file: FileId, offset: u32) -> Site {
        use TokenKind as T;
        let open = self.open();
        let first = self.words.first().map(|word| word.kind);
        let Some(last) = self.words.last().map(|word| word.kind) else { return Site::Item };
        if open.is_none() && self.fresh_line && last.ends_phrase() {
            return Site::Item;
        }
        if first == Some(T::Import) {
            return self.import(analysis, file, offset);
        }
        if last == T::Dot
            && let Some(path) = Path::ending(self.text, &self.words[..self.words.len() - 1])
        {
            // What is wanted where the path begins is wanted of the member.
            let length = path.names().len() * 2;
            let before = &self.words[..self.words.len() - length];
            let path_start = Words { text: self.text, words: before.to_vec(), fresh_line: false };
            return match path_start.site(analysis, file, offset) {
                Site::Expression(wanted) => Site::Member(path, wanted),
                Site::Type => Site::MemberType(path),
                _ => Site::Member(path, None),
            };
        }
        if let Some(entry) = self.entry(open, first) {
            return entry;
        }
        if self.wants_type(open) {
            return Site::Type;
        }
        if let Some(pattern) = self.pattern(analysis, file, offset, open) {
            return pattern;
        }
        Site::Expression(self.wanted(analysis, file, offset, open))
    }

    fn import(&self, analysis: &Analysis, file: FileId, offset: u32) -> Site {
        if self.open().is_some() {
            let item = item_before(&analysis.db, file, offset);
            let of = item.and_then(|item| imported_file(&analysis.db, unik_check::id_of(&analysis.db, item)));
            return of.map_or(Site::ImportPath, Site::ImportNames);
        }
        match self.kind_back(1) {
            Some(TokenKind::Slash) => Site::Library,
            _ => Site::ImportPath,
        }
    }

    /// The word of an entry, or what follows `targets`, in the block of a device or a platform.
    fn entry(&self, open: Option<usize>, first: Option<TokenKind>) -> Option<Site> {
        use TokenKind as T;
        let device = matches!(first, Some(T::Device | T::Generative));
        let open = open.filter(|_| device || first == Some(T::Platform))?;
        let blocks = self.words[..open].iter().filter(|word| word.kind == T::LeftBrace).count();
        if self.words[open].kind != T::LeftBrace || blocks > 0 {
            return None;
        }
        let last = self.words.last().map(|word| word.kind)?;
        let line = self.words[open..].iter().rev().take_while(|word| matches!(word.kind, T::Name | T::Comma));
        let names: Vec<&Token> = line.collect();
        if names.iter().any(|word| &self.text[word.span.range()] == "targets")
            && (last == T::Comma || self.text_back(1) == "targets")
        {
            return Some(Site::Targets);
        }
        let begins = matches!(last, T::LeftBrace | T::Semicolon) || self.fresh_line && last.ends_phrase();
        begins.then_some(Site::Entry(device))
    }

    /// Whether a type is wanted: behind the colon of a declaration, behind an arrow, in the parentheses of a type.
    fn wants_type(&self, open: Option<usize>) -> bool {
        use TokenKind as T;
        match self.kind_back(1) {
            Some(T::Arrow) => true,
            Some(T::Colon) => match open.map(|open| (self.words[open].kind, &self.words[..open])) {
                // `f(name: …)` is an argument, `let f(name: …)` and `(name: …) =>` are parameters.
                Some((T::LeftParen, before)) => Path::ending(self.text, before).is_none(),
                _ => true,
            },
            Some(T::LeftParen | T::Comma) => open.is_some_and(|open| {
                let inner = Words { text: self.text, words: self.words[..open].to_vec(), fresh_line: false };
                let constructor = matches!(inner.text_back(1), "List" | "Option");
                constructor && self.words[open].kind == T::LeftParen || {
                    // `x: (A, B) -> C`
                    self.words[open].kind == T::LeftParen
                        && inner.kind_back(1) == Some(T::Colon)
                        && inner.wants_type(inner.open())
                }
            }),
            _ => false,
        }
    }

    /// A pattern: behind the brace of a `match`, a comma or a bar in it.
    fn pattern(&self, analysis: &Analysis, file: FileId, offset: u32, open: Option<usize>) -> Option<Site> {
        use TokenKind as T;
        let open = open.filter(|open| self.words[*open].kind == T::LeftBrace)?;
        if !matches!(self.kind_back(1), Some(T::LeftBrace | T::Comma | T::Bar)) {
            return None;
        }
        let path = Path::ending(self.text, &self.words[..open]);
        let length = path.as_ref().map_or(0, |path| path.names().len() * 2 - 1);
        let matches = self.words[..open].len().checked_sub(length + 1).map(|at| self.words[at].kind);
        let any = self.words[..open].iter().rev().take_while(|word| word.kind != T::LeftBrace);
        let mut any = any.skip_while(|word| word.kind != T::Match);
        if matches != Some(T::Match) {
            return any.next().map(|_| Site::Pattern(None));
        }
        Some(Site::Pattern(path.and_then(|path| analysis.type_of_path(file, offset, &path))))
    }

    /// The type that is wanted of an expression, where that is plain to see.
    fn wanted(&self, analysis: &Analysis, file: FileId, offset: u32, open: Option<usize>) -> Option<Type> {
        use TokenKind as T;
        let last = self.kind_back(1)?;
        if matches!(last, T::Equal | T::NotEqual) {
            let path = Path::ending(self.text, &self.words[..self.words.len() - 1])?;
            return analysis.type_of_path(file, offset, &path);
        }
        if last == T::Assign && open.is_none() {
            return self.said(analysis, file, offset);
        }
        if matches!(last, T::LeftParen | T::Comma | T::Colon) {
            let call = analysis.call_at(file, offset)?;
            let params = params_of(&analysis.db, call.callee.item(&analysis.db, file)?)?;
            return call.parameter(&params).map(|at| params[at].ty.clone());
        }
        None
    }

    /// The type that the item at hand says for its value.
    fn said(&self, analysis: &Analysis, file: FileId, offset: u32) -> Option<Type> {
        let db = &analysis.db;
        let item = item_before(db, file, offset)?;
        let id = unik_check::id_of(db, item);
        let end = self.words.last()?.span.end as usize;
        let (tree, _) =
            parse_item(&format!("{} cursor", &self.text[..end]), Place::in_file(file, Span::at(0)));
        match &tree.kind {
            ItemKind::Let(it) => Some(written_type(db, id, it.result.as_ref()?)),
            ItemKind::Key(it) => Some(written_type(db, id, &it.ty)),
            ItemKind::Unikernel(_) => Some(Type::Job),
            _ => None,
        }
    }
}
