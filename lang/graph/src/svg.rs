//! The graph as a picture: one self-contained SVG for the command line, editors and documents.
//!
//! Devices are rounded boxes (jobs stand out), choices are ellipses; branches are dotted, the one that the defaults choose is
//! bold, `after` is dashed. What belongs to one scope has one tint. Nodes carry `data-id` and `data-span`
//! (`file:line:column`) for editors, and a title and an aria label for readers who do not see it. Where things
//! stand is decided in [`crate::layout`], what a node shows in `card`, how it looks in `style`.

mod card;
mod measure;
mod style;
mod xml;

use core::fmt::Write as _;

use unik_source::Sources;

use crate::layout::{Input, Link, Point, Rect, Route, Size, Spacing, layout};
use crate::lines::Lines;
use crate::model::{DeviceGraph, Edge};
use crate::text::{one_line, role_of};
use card::{Card, Face, Tints};
use measure::{LABEL, px, width};
use xml::escaped;

/// In tenths of a pixel, as everything here.
const SPACING: Spacing = Spacing { box_gap: 260, link_gap: 180, row_gap: 380, margin: 240 };
/// The length of an arrow head.
const HEAD: i64 = 70;
const LABEL_HEIGHT: i64 = 180;

/// A whole SVG document.
pub fn render(graph: &DeviceGraph, sources: &dyn Sources) -> String {
    let mut lines = Lines::new(sources);
    // Node indices have holes where nodes were removed, boxes have none.
    let mut slots = vec![0; graph.graph.node_indices().map(|index| index.index() + 1).max().unwrap_or(0)];
    let mut tints = Tints::default();
    let mut cards = Vec::new();
    for (slot, (index, node)) in graph.nodes().enumerate() {
        slots[index.index()] = slot;
        cards.push(Card::new(graph, index, tints.of(&node.scope), lines.start(node.place)));
    }
    let mut links = Vec::new();
    let mut edges = Vec::new();
    for (user, _) in graph.nodes() {
        for (edge, used) in graph.uses(user) {
            let label = match edge {
                Edge::Branch { label, .. } => {
                    Some(Size { width: width(&one_line(label), LABEL) + 120, height: LABEL_HEIGHT })
                }
                Edge::Argument { .. } | Edge::After { .. } => None,
            };
            links.push(Link { from: slots[user.index()], to: slots[used.index()], label });
            edges.push((user, edge, used));
        }
    }
    let roots = graph.roots.iter().filter_map(|root| slots.get(root.index()).copied()).collect();
    let boxes = cards.iter().map(|card| card.size).collect();
    let layout = layout(&Input { boxes, links, roots, spacing: SPACING });

    let mut out = head(graph, layout.size);
    for ((user, edge, used), mut route) in edges.iter().zip(layout.routes.iter().cloned()) {
        let (from, to) = (&graph.graph[*user].id, &graph.graph[*used].id);
        let title = format!("{from} – {} → {to}", role_of(graph, *user, edge));
        let _ = write!(
            out,
            "<g class=\"{}\" data-from=\"{}\" data-to=\"{}\"><title>{}</title>",
            class(edge),
            escaped(from),
            escaped(to),
            escaped(&title),
        );
        if let [first, .., last] = route.points.as_mut_slice() {
            for (node, end) in [(user, first), (used, last)] {
                let slot = slots[node.index()];
                if cards[slot].round {
                    onto_ellipse(end, layout.boxes[slot]);
                }
            }
        }
        draw_route(&mut out, &route);
        out.push_str("</g>\n");
    }
    for ((_, edge, _), route) in edges.iter().zip(&layout.routes) {
        if let (Edge::Branch { label, default, .. }, Some(rect)) = (edge, route.label) {
            draw_label(&mut out, &one_line(label), *default, rect);
        }
    }
    for (card, rect) in cards.iter().zip(&layout.boxes) {
        card.draw(&mut out, *rect);
    }
    out.push_str("</svg>\n");
    out
}

fn head(graph: &DeviceGraph, size: Size) -> String {
    let (width, height) = (px(size.width), px(size.height));
    let name = escaped(&graph.unikernel);
    let target =
        graph.target.as_ref().map_or_else(String::new, |target| format!(" for {}", escaped(&target.name)));
    let nodes = graph.graph.node_count();
    let choices =
        graph.nodes().filter(|(_, node)| matches!(node.kind, crate::model::NodeKind::Choice(_))).count();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" class=\"unik\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"graphics-document\" aria-roledescription=\"device graph\" \
         aria-label=\"{name}\">\n\
         <title>{name}{target}</title>\n\
         <desc>Devices: {}, open choices: {choices}.</desc>\n\
         <style>\n{}</style>\n\
         <rect class=\"paper\" width=\"{width}\" height=\"{height}\" rx=\"12\"/>\n",
        nodes - choices,
        style::CSS,
    )
}

fn class(edge: &Edge) -> &'static str {
    match edge {
        Edge::Argument { .. } => "argument",
        Edge::After { .. } => "after",
        Edge::Branch { default: true, .. } => "branch default",
        Edge::Branch { default: false, .. } => "branch",
    }
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

fn draw_label(out: &mut String, label: &str, default: bool, rect: Rect) {
    let class = if default { "label default" } else { "label" };
    let middle = rect.center();
    let _ = writeln!(
        out,
        "<g class=\"{class}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"9\"/>\
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
        out.push_str("</g>\n");
    }
}
