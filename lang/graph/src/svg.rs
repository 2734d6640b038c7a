//! The graph as a picture: one self-contained SVG for the command line, editors and documents.
//!
//! Devices are rounded boxes (jobs stand out), choices are ellipses; branches are dotted, the one that the defaults choose is
//! bold, `after` is dashed. What belongs to one scope has one tint. Nodes carry `data-id` and `data-span`
//! (`file:line:column`) for editors, lines and the labels of branches `data-from` and `data-to`; all have a title or an aria
//! label for readers who do not see it. What is drawn is decided in [`crate::picture`], where things
//! stand in [`crate::layout`], what a node shows in `card`, how it looks in `style`.

mod card;
mod measure;
mod style;
mod xml;

use core::fmt::Write as _;

use unik_source::Sources;

use crate::layout::{Input, Link, Point, Rect, Route, Size, Spacing, layout};
use crate::model::DeviceGraph;
use crate::picture::{Line, LineKind, Marks, Picture, Shape};
use card::{Card, Face, Tints};
use measure::{LABEL, px, width};
use xml::escaped;

/// In tenths of a pixel, as everything here.
const SPACING: Spacing = Spacing { box_gap: 260, link_gap: 180, row_gap: 380, margin: 240 };
/// The length of an arrow head.
const HEAD: i64 = 70;
const LABEL_HEIGHT: i64 = 180;

/// A graph as a whole SVG document.
pub fn render(graph: &DeviceGraph, sources: &dyn Sources) -> String {
    draw(&Picture::of(graph, sources))
}

/// A picture as a whole SVG document.
pub fn draw(picture: &Picture) -> String {
    let mut tints = Tints::default();
    let cards: Vec<Card> =
        picture.figures.iter().map(|figure| Card::new(figure, tints.of(&figure.scope))).collect();
    let link = |line: &Line| {
        let label = match &line.kind {
            LineKind::Branch { label, .. } => {
                Some(Size { width: width(label, LABEL) + 120, height: LABEL_HEIGHT })
            }
            LineKind::Argument(_) | LineKind::After => None,
        };
        Link { from: line.from, to: line.to, label }
    };
    let links = picture.lines.iter().map(link).collect();
    let boxes = cards.iter().map(|card| card.size).collect();
    let layout = layout(&Input { boxes, links, roots: picture.roots.clone(), spacing: SPACING });

    let mut out = head(picture, layout.size);
    for (line, mut route) in picture.lines.iter().zip(layout.routes.iter().cloned()) {
        if let [first, .., last] = route.points.as_mut_slice() {
            for (slot, end) in [(line.from, first), (line.to, last)] {
                if cards[slot].round {
                    onto_ellipse(end, layout.boxes[slot]);
                }
            }
        }
        let (from, to) = (&picture.figures[line.from].id, &picture.figures[line.to].id);
        let title = format!("{from} – {} → {to}{}", line.kind.role(), spoken(line.marks));
        let _ = write!(out, "<g class=\"{}\"{}>", class(line), ends(picture, line));
        let _ = write!(out, "<title>{}</title>", escaped(&title));
        draw_route(&mut out, &route);
        out.push_str("</g>\n");
    }
    for (line, route) in picture.lines.iter().zip(&layout.routes) {
        if let (LineKind::Branch { label, default, .. }, Some(rect)) = (&line.kind, route.label) {
            let class = if *default { "label default" } else { "label" };
            let class = format!("{class}{}", classes(line.marks));
            let _ = write!(out, "<g class=\"{class}\"{}>", ends(picture, line));
            draw_label(&mut out, label, rect);
        }
    }
    for (card, rect) in cards.iter().zip(&layout.boxes) {
        card.draw(&mut out, *rect);
    }
    out.push_str("</svg>\n");
    out
}

fn head(picture: &Picture, size: Size) -> String {
    let (width, height) = (px(size.width), px(size.height));
    let name = escaped(&picture.name);
    let target =
        picture.target.as_ref().map_or_else(String::new, |target| format!(" for {}", escaped(target)));
    let count = |is: fn(&Shape) -> bool| picture.figures.iter().filter(|figure| is(&figure.shape)).count();
    let devices = count(|shape| matches!(shape, Shape::Device { .. }));
    let choices = count(|shape| matches!(shape, Shape::Choice { .. }));
    let scopes = match count(|shape| matches!(shape, Shape::Scope { .. })) {
        0 => String::new(),
        scopes => format!(", scopes: {scopes}"),
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" class=\"unik\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"graphics-document\" aria-roledescription=\"device graph\" \
         aria-label=\"{name}\">\n\
         <title>{name}{target}</title>\n\
         <desc>Devices: {devices}, open choices: {choices}{scopes}.</desc>\n\
         <style>\n{}</style>\n\
         <rect class=\"paper\" width=\"{width}\" height=\"{height}\" rx=\"12\"/>\n",
        style::CSS,
    )
}

fn class(line: &Line) -> String {
    let kind = match line.kind {
        LineKind::Argument(_) => "argument",
        LineKind::After => "after",
        LineKind::Branch { default: true, .. } => "branch default",
        LineKind::Branch { default: false, .. } => "branch",
    };
    format!("{kind}{}", classes(line.marks))
}

fn ends(picture: &Picture, line: &Line) -> String {
    let id = |at: usize| escaped(&picture.figures[at].id);
    format!(" data-from=\"{}\" data-to=\"{}\"", id(line.from), id(line.to))
}

/// The classes of marks, each with a space before it.
fn classes(marks: Marks) -> String {
    let mut classes = String::new();
    for (class, there) in [("taken", marks.taken), ("faded", marks.faded), ("wrong", marks.wrong)] {
        if there {
            classes.push(' ');
            classes.push_str(class);
        }
    }
    if let Some(change) = marks.change {
        classes.push(' ');
        classes.push_str(change.word());
    }
    classes
}

/// Marks in words, with a comma before each.
fn spoken(marks: Marks) -> String {
    let mut words = String::new();
    for (word, there) in [("taken", marks.taken), ("not taken", marks.faded), ("has an error", marks.wrong)] {
        if there {
            words.push_str(", ");
            words.push_str(word);
        }
    }
    if let Some(change) = marks.change {
        words.push_str(", ");
        words.push_str(change.word());
    }
    words
}

/// Moves a point of the upper or lower edge of a box vertically onto the ellipse in it.
fn onto_ellipse(point: &mut Point, rect: Rect) {
    let middle = rect.center();
    let (rx, ry) = ((rect.width / 2).max(1), rect.height / 2);
    let sideways = (point.x - middle.x).abs().min(rx);
    let height = ry * (rx * rx - sideways * sideways).isqrt() / rx;
    point.y = if point.y < middle.y { middle.y - height } else { middle.y + height };
}

/// Vertical through rows, S-shaped between them; the arrow head lies outside the line so that dots do not show in it.
fn draw_route(out: &mut String, route: &Route) {
    let mut points = route.points.clone();
    let Some((&tip, before)) = points.split_last() else { return };
    let downwards = before.iter().rev().find(|point| point.y != tip.y).is_none_or(|point| point.y < tip.y);
    let neck = if downwards { tip.y - HEAD } else { tip.y + HEAD };
    for point in points.iter_mut().rev().take(2) {
        point.y = if downwards { point.y.min(neck) } else { point.y.max(neck) };
    }
    let Some(&first) = points.first() else { return };
    let _ = write!(out, "<path class=\"line\" d=\"M{} {}", px(first.x), px(first.y));
    for (index, pair) in points.windows(2).enumerate() {
        let [Point { x: x1, y: y1 }, Point { x, y }] = *pair else { continue };
        if (x1, y1) == (x, y) {
            continue;
        }
        if x1 == x {
            let _ = write!(out, "V{}", px(y));
        } else if index % 2 == 1 {
            let middle = (y1 + y) / 2;
            let _ = write!(out, "C{} {} {} {} {} {}", px(x1), px(middle), px(x), px(middle), px(x), px(y));
        } else {
            let _ = write!(out, "L{} {}", px(x), px(y));
        }
    }
    let (left, right) = (px(tip.x - HEAD / 2), px(tip.x + HEAD / 2));
    let (x, y, neck) = (px(tip.x), px(tip.y), px(neck));
    let _ = write!(out, "\"/><path class=\"head\" d=\"M{left} {neck}L{x} {y}L{right} {neck}Z\"/>");
}

fn draw_label(out: &mut String, label: &str, rect: Rect) {
    let middle = rect.center();
    let _ = writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"9\"/>\
         <text x=\"{}\" y=\"{}\">{}</text></g>",
        px(rect.x),
        px(rect.y),
        px(rect.width),
        px(rect.height),
        px(middle.x),
        px(middle.y + 38),
        escaped(label),
    );
}

impl Card {
    fn draw(&self, out: &mut String, rect: Rect) {
        let _ = write!(
            out,
            "<g class=\"{}\" role=\"graphics-symbol\" aria-label=\"{}\" data-id=\"{}\" data-span=\"{}\"><title>{}</title>",
            self.class,
            escaped(&self.spoken),
            escaped(&self.id),
            escaped(&self.span),
            escaped(&self.title),
        );
        let middle = rect.center();
        if self.round {
            let (rx, ry) = (px(rect.width / 2), px(rect.height / 2));
            let _ = write!(
                out,
                "<ellipse cx=\"{}\" cy=\"{}\" rx=\"{rx}\" ry=\"{ry}\"/>",
                px(middle.x),
                px(middle.y)
            );
        } else {
            let (x, y, width, height) = (px(rect.x), px(rect.y), px(rect.width), px(rect.height));
            let _ = write!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>");
        }
        for line in &self.lines {
            if line.face == Face::Rule {
                let (y, left, right) = (px(rect.y + line.y), px(rect.x), px(rect.x + rect.width));
                let _ = write!(out, "<path class=\"rule\" d=\"M{left} {y}H{right}\"/>");
                continue;
            }
            let x = if line.face.centred() { middle.x } else { rect.x + card::PADDING };
            let _ = write!(
                out,
                "<text class=\"{}\" x=\"{}\" y=\"{}\">",
                line.face.class(),
                px(x),
                px(rect.y + line.y)
            );
            if !line.soft.is_empty() {
                let _ = write!(out, "<tspan class=\"soft\">{}</tspan>", escaped(&line.soft));
            }
            let _ = write!(out, "{}</text>", escaped(&line.text));
        }
        if let Some(badge) = self.badge {
            let (x, y) =
                (px(rect.x + rect.width - 20), px(rect.y + if self.round { rect.height / 8 } else { 20 }));
            let _ = write!(out, "<circle class=\"badge\" cx=\"{x}\" cy=\"{y}\" r=\"8\"/>");
            let y = px(rect.y + if self.round { rect.height / 8 } else { 20 } + 40);
            let _ = write!(out, "<text class=\"sign\" x=\"{x}\" y=\"{y}\">{badge}</text>");
        }
        out.push_str("</g>\n");
    }
}
