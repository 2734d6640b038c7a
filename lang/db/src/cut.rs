//! A text cut into items when it is set: what the items say, apart from where they stand.
//!
//! Queries read the pieces, which an edit between items leaves as they are, so that it disturbs nothing, and salsa sees that
//! at one look: places change with another durability than pieces.

use std::sync::Arc;

use smol_str::SmolStr;
use unik_source::Anchor;
use unik_syntax::items::ItemText;

use crate::Text;

/// What a file says, without places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    pub(crate) list: Vec<Piece>,
    /// The text, if it is none.
    unread: Option<Text>,
}

/// An item as it is cut out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) keyword: SmolStr,
    pub(crate) name: Option<SmolStr>,
    pub(crate) anchor: Anchor,
    pub(crate) text: Arc<str>,
}

impl Pieces {
    /// Why there is no text: never [`Text::Read`].
    pub fn unread(&self) -> Option<&Text> {
        self.unread.as_ref()
    }
}

/// A text in pieces, and where they start.
pub(crate) struct Cut {
    pub(crate) pieces: Pieces,
    pub(crate) starts: Vec<u32>,
}

/// Cuts a text. What is as it was before is not made again: most edits change one piece. `anchors` gives the numbers of items.
pub(crate) fn cut(text: &Text, before: &Pieces, anchors: impl FnOnce(&[ItemText]) -> Vec<Anchor>) -> Cut {
    let Text::Read(text) = text else {
        return Cut { pieces: Pieces { list: Vec::new(), unread: Some(text.clone()) }, starts: Vec::new() };
    };
    let items = unik_syntax::items::split(text);
    let said = |item: &ItemText| text.get(item.span.range()).unwrap_or("");
    let before = &before.list;
    let same = |(item, piece): &(&ItemText, &Piece)| item.keyword == piece.keyword && item.name == piece.name;
    let numbers = match items.len() == before.len() && items.iter().zip(before).all(|pair| same(&pair)) {
        true => before.iter().map(|piece| piece.anchor).collect(),
        false => anchors(&items),
    };
    let kept = |(item, piece): &(&ItemText, &Piece)| said(item) == &*piece.text;
    let front = items.iter().zip(before).take_while(kept).count();
    let rest = items[front..].iter().rev().zip(before[front..].iter().rev());
    let behind = items.len() - rest.take_while(kept).count();
    let moved = before.len().wrapping_sub(items.len());
    let made = items.iter().zip(numbers).enumerate().map(|(at, (item, anchor))| {
        let known = match at {
            at if at < front => before.get(at),
            at if at >= behind => before.get(at.wrapping_add(moved)),
            _ => None,
        };
        let text = known.map_or_else(|| said(item).into(), |piece| piece.text.clone());
        Piece { keyword: item.keyword.clone(), name: item.name.clone(), anchor, text }
    });
    let list = made.collect();
    Cut { pieces: Pieces { list, unread: None }, starts: items.iter().map(|item| item.span.start).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_what_the_text_says_whatever_was_there_before() {
        let anchors = |items: &[ItemText]| (0..).map(Anchor).take(items.len()).collect();
        let cut = |text: &str, before: &Pieces| cut(&Text::Read(text.into()), before, anchors);
        let texts = [
            "",
            "let a = 1\n",
            "let a = 1\nlet b = 2\n",
            "let a = 1\nlet b = 3\nlet a = 1\n",
            "let b = 2\nlet a = 1\n",
            "\n\nlet a = 1\n// here\nlet b = 2\n",
            "let a = 1\nlet a = 1\nlet a = 1\n",
        ];
        for before in texts {
            let old = cut(before, &Pieces::default()).pieces;
            for text in texts {
                let (new, fresh) = (cut(text, &old), cut(text, &Pieces::default()));
                assert_eq!((&new.pieces, &new.starts), (&fresh.pieces, &fresh.starts), "{before:?} {text:?}");
                for (piece, start) in new.pieces.list.iter().zip(&new.starts) {
                    assert!(text[*start as usize..].starts_with(&*piece.text), "{before:?} {text:?}");
                }
            }
        }
        let old = cut("let a = 1\nlet b = 2\nlet c = 3\n", &Pieces::default()).pieces;
        let new = cut("let a = 1\nlet b = 20\nlet c = 3\n", &old).pieces;
        let kept = old.list.iter().zip(&new.list).map(|(old, new)| Arc::ptr_eq(&old.text, &new.text));
        assert_eq!(kept.collect::<Vec<_>>(), [true, false, true]);
    }
}
