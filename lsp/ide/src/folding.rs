//! What can be folded: brackets over several lines, runs of comments, runs of imports. Read off the tokens, so that no mistake
//! of syntax takes a fold away.

use unik_source::{FileId, Span};
use unik_syntax::{Token, TokenKind, tokens};

use crate::host::Analysis;

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FoldKind {
    /// What stands between brackets.
    Block,
    /// Lines of comments.
    Comment,
    /// Lines of imports.
    Imports,
}

/// Something that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fold {
    /// What it is.
    pub kind: FoldKind,
    /// From the first byte to behind the last; of a block from behind its opening bracket up to the closing one.
    pub span: Span,
}

impl Analysis {
    /// The folds of a file, by their start.
    pub fn folds(&self, file: FileId) -> Vec<Fold> {
        let text = self.text(file);
        let all = tokens(text);
        let mut folds = blocks(&all);
        folds.extend(comments(text, &all));
        folds.extend(imports(text));
        folds.retain(|fold| text[fold.span.range()].contains('\n'));
        folds.sort_by_key(|fold| (fold.span.start, fold.span.end));
        folds
    }
}

fn blocks(all: &[Token]) -> Vec<Fold> {
    let mut open: Vec<Token> = Vec::new();
    let mut folds = Vec::new();
    for token in all {
        if token.kind.closer().is_some() {
            open.push(*token);
        } else if token.kind.is_closer()
            && let Some(at) = open.iter().rposition(|open| open.kind.closer() == Some(token.kind))
        {
            let span = Span { start: open[at].span.end, end: token.span.start };
            open.truncate(at);
            folds.push(Fold { kind: FoldKind::Block, span });
        }
    }
    folds
}

/// Runs of comments of one kind, one on each line.
fn comments(text: &str, all: &[Token]) -> Vec<Fold> {
    let mut folds: Vec<(TokenKind, Fold)> = Vec::new();
    for token in all.iter().filter(|token| token.kind.is_trivia() && token.kind != TokenKind::Space) {
        if let Some((kind, last)) = folds.last_mut() {
            let between = &text[last.span.end as usize..token.span.start as usize];
            let newlines = between.matches('\n').count();
            if *kind == token.kind && newlines == 1 && between.trim().is_empty() {
                last.span.end = token.span.end;
                continue;
            }
        }
        folds.push((token.kind, Fold { kind: FoldKind::Comment, span: token.span }));
    }
    folds.into_iter().map(|(_, fold)| fold).collect()
}

fn imports(text: &str) -> Vec<Fold> {
    let mut folds: Vec<Fold> = Vec::new();
    let mut running = false;
    for item in unik_syntax::split(text) {
        let import = item.keyword == "import";
        match folds.last_mut() {
            Some(last) if import && running => last.span.end = item.span.end,
            _ if import => folds.push(Fold { kind: FoldKind::Imports, span: item.span }),
            _ => {}
        }
        running = import;
    }
    folds
}
