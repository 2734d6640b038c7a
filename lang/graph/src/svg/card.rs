//! What a node shows: its lines of text with their places, and the size that they need.

use smol_str::SmolStr;

use super::measure::{LABEL, NAME, SMALL, cut, width};
use super::style::TINTS;
use super::{classes, spoken};
use crate::layout::Size;
use crate::picture::{Change, Figure, Marks, Shape};

/// Left and right of the text.
pub(super) const PADDING: i64 = 130;
/// Longer texts are cut; the title has them whole.
const MOST_CELLS: i64 = 44;

/// How a line of a card looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Scope,
    Name,
    Type,
    Value,
    /// The line between what a device is and what it is given.
    Rule,
    /// The lines of a choice.
    ChoiceScope,
    Choice,
    ChoiceType,
}

impl Face {
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Name => "name",
            Self::Type => "type",
            Self::Value | Self::Rule => "value",
            Self::ChoiceScope => "scope centred",
            Self::Choice => "name centred",
            Self::ChoiceType => "type centred",
        }
    }

    pub(super) fn centred(self) -> bool {
        matches!(self, Self::ChoiceScope | Self::Choice | Self::ChoiceType)
    }

    fn size(self) -> i64 {
        match self {
            Self::Name | Self::Choice => NAME,
            Self::Scope | Self::ChoiceScope => LABEL,
            Self::Type | Self::Value | Self::Rule | Self::ChoiceType => SMALL,
        }
    }

    /// From the base line above to this one's.
    fn height(self) -> i64 {
        match self {
            Self::Scope | Self::ChoiceScope => 130,
            Self::Name | Self::Choice => 165,
            Self::Type | Self::ChoiceType | Self::Value => 155,
            Self::Rule => 80,
        }
    }
}

/// A line of a card.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) face: Face,
    /// What comes first, in a soft colour.
    pub(super) soft: String,
    pub(super) text: String,
    /// The base line, from the upper edge.
    pub(super) y: i64,
}

/// A node as it is drawn.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) id: SmolStr,
    pub(super) class: String,
    pub(super) span: String,
    /// For a pointer that rests on it, and for ears.
    pub(super) title: String,
    pub(super) spoken: String,
    pub(super) round: bool,
    /// The sign of its most important mark.
    pub(super) badge: Option<&'static str>,
    pub(super) lines: Vec<Line>,
    pub(super) size: Size,
}

impl Card {
    pub(super) fn new(figure: &Figure, tint: Option<usize>) -> Self {
        let mut texts = Vec::new();
        let inside = matches!(figure.shape, Shape::Scope { .. });
        let around = &figure.scope[..figure.scope.len() - usize::from(inside && !figure.scope.is_empty())];
        if !around.is_empty() {
            texts.push((Face::Scope, String::new(), around.join(" › ")));
        }
        let mut class = String::from("node");
        let Figure { id, span, ty, .. } = figure;
        let (round, title, said) = match &figure.shape {
            Shape::Device { name, short, job, values, keys } => {
                let at = name.len() - short.len().min(name.len());
                let (soft, own) = match name.split_at_checked(at) {
                    Some((soft, own)) if own == short => (soft, own),
                    _ => ("", name.as_str()),
                };
                texts.push((Face::Name, soft.to_owned(), own.to_owned()));
                texts.push((Face::Type, String::new(), ty.to_string()));
                if !values.is_empty() || !keys.is_empty() {
                    texts.push((Face::Rule, String::new(), String::new()));
                }
                for (name, value) in values {
                    texts.push((Face::Value, format!("{name}: "), value.clone()));
                }
                for key in keys {
                    texts.push((Face::Value, "key ".to_owned(), format!("--{key}")));
                }
                class.push_str(if *job { " job" } else { "" });
                let given: String = values.iter().map(|(name, value)| format!("\n{name}: {value}")).collect();
                (false, format!("{id} = {name}: {ty}{given}\n{span}"), format!("{id}, device {name}, {ty}"))
            }
            Shape::Choice { label } => {
                if let Some((face, ..)) = texts.first_mut() {
                    *face = Face::ChoiceScope;
                }
                texts.push((Face::Choice, String::new(), label.clone()));
                texts.push((Face::ChoiceType, String::new(), ty.to_string()));
                (true, format!("choice: {label}\n{span}"), format!("choice by {label}, {ty}"))
            }
            Shape::Scope { members } => {
                let name = figure.scope.last().map(SmolStr::as_str).unwrap_or_default();
                let nodes = format!("{} nodes", members.len());
                texts.push((Face::Name, String::new(), format!("{name} …")));
                texts.push((Face::Type, String::new(), nodes.clone()));
                class.push_str(" gathered");
                let members: String = members.iter().map(|id| format!("\n{id}")).collect();
                let said = format!("scope {}, {nodes}", figure.scope.join("."));
                (false, format!("{said}{members}"), said)
            }
        };
        if let Some(tint) = tint {
            class.push_str(&format!(" tint{tint}"));
        }
        class.push_str(&classes(figure.marks));
        let badge = match figure.marks {
            Marks { wrong: true, .. } => Some("!"),
            Marks { change: Some(Change::Added), .. } => Some("+"),
            Marks { change: Some(Change::Removed), .. } => Some("−"),
            Marks { change: Some(Change::Changed), .. } => Some("~"),
            _ => None,
        };
        let (lines, size) = set(texts, round);
        Self {
            id: id.clone(),
            class,
            span: span.clone(),
            title: if inside { title } else { scoped(figure, title) },
            spoken: format!("{said}{}", spoken(figure.marks)),
            round,
            badge,
            lines,
            size,
        }
    }
}

fn scoped(figure: &Figure, title: String) -> String {
    if figure.scope.is_empty() { title } else { format!("{title}\nin {}", figure.scope.join(".")) }
}

/// Gives every line its place; the size is even so that middles are exact.
fn set(texts: Vec<(Face, String, String)>, round: bool) -> (Vec<Line>, Size) {
    let mut y = if round { 60 } else { 50 };
    let mut widest = 0;
    let mut lines = Vec::with_capacity(texts.len());
    for (face, soft, text) in texts {
        let text = cut(&text, MOST_CELLS);
        let soft = cut(&soft, MOST_CELLS);
        y += face.height();
        widest = widest.max(width(&soft, face.size()) + width(&text, face.size()));
        // A rule lies between the base line above and the text below.
        lines.push(Line { face, soft, text, y: if face == Face::Rule { y } else { y - 10 } });
    }
    let size = if round {
        // The corners of the text lie inside the ellipse.
        Size { width: (widest * 5 / 4 + 300) / 2 * 2, height: y + 130 }
    } else {
        Size { width: widest + 2 * PADDING, height: y + 90 }
    };
    (lines, Size { width: size.width.max(800), height: (size.height + 1) / 2 * 2 })
}

/// Tints of scopes, in the order in which they come.
#[derive(Debug, Default)]
pub(super) struct Tints {
    scopes: Vec<Vec<SmolStr>>,
}

impl Tints {
    /// The tint of a scope; none for the root.
    pub(super) fn of(&mut self, scope: &[SmolStr]) -> Option<usize> {
        if scope.is_empty() {
            return None;
        }
        let known = self.scopes.iter().position(|known| known == scope);
        let index = known.unwrap_or_else(|| {
            self.scopes.push(scope.to_vec());
            self.scopes.len() - 1
        });
        Some(index % TINTS)
    }
}
