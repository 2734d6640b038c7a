//! `unikc graph FILE`: what an image consists of, as text, DOT, JSON, a picture, or a page that stands alone.

use std::fs;

use unik_eval::Mode;

use super::{Asked, failure, preview};
use crate::{exit, output};

/// Shows it.
pub(crate) fn run(asked: &Asked<'_>) -> u8 {
    let mode = if asked.flag("eval") { Mode::Concrete } else { Mode::Symbolic };
    let Some(graph) = asked.graph(mode) else { return exit::FAILURE };
    let sources = asked.session.sources();
    let view = match asked.text("format") {
        Some("dot") => unik_graph::dot::render(&graph, sources),
        Some("json") => unik_graph::json::render(&graph, sources),
        Some("svg") => unik_graph::svg::render(&graph, sources),
        Some("html") => match page(asked, mode) {
            Some(page) => page,
            None => return failure("the graph is not there"),
        },
        _ => unik_graph::text::render(&graph, sources),
    };
    match asked.path("output") {
        None => output::out(&view),
        Some(path) => {
            if let Err(reason) = fs::write(path, view) {
                return failure(format_args!("cannot write `{}`: {reason}", path.display()));
            }
        }
    }
    exit::SUCCESS
}

/// The page of `unikc preview` as one file.
fn page(asked: &Asked<'_>, mode: Mode) -> Option<String> {
    let (world, opened) = (preview::world(asked), preview::opened(asked));
    unik_preview::page(world, &opened, mode == Mode::Concrete)
}
