//! The layout, alone and beside graphviz.

use unik_graph::layout::{Input, Layout, Link, Size, layout};

use crate::shapes::{SHAPES, SPACING, Shape, graph, graphviz, ours};

/// Nothing overlaps, links lead from box to box, the count of crossings is that of the picture.
fn check(input: &Input) -> Layout {
    let layout = layout(input);
    assert_eq!(layout, unik_graph::layout::layout(input), "two runs differ");
    let labels = layout.routes.iter().filter_map(|route| route.label);
    let mut rects: Vec<_> = layout.boxes.iter().copied().chain(labels).collect();
    rects.sort_by_key(|rect| (rect.y, rect.x));
    for (index, one) in rects.iter().enumerate() {
        assert!(one.x >= 0 && one.y >= 0, "{one:?}");
        assert!(
            one.x + one.width <= layout.size.width && one.y + one.height <= layout.size.height,
            "{one:?}"
        );
        let other = rects[index + 1..].iter().take_while(|other| other.y < one.y + one.height);
        for other in other {
            assert!(!one.overlaps(other), "{one:?} {other:?}");
        }
    }
    for (link, route) in input.links.iter().zip(&layout.routes) {
        let (Some(first), Some(last)) = (route.points.first(), route.points.last()) else { continue };
        let (from, to) = (layout.boxes[link.from], layout.boxes[link.to]);
        assert!(
            (from.x..=from.x + from.width).contains(&first.x) && (to.x..=to.x + to.width).contains(&last.x)
        );
        let down = layout.rows[link.from] < layout.rows[link.to];
        assert_eq!(first.y, if down { from.y + from.height } else { from.y });
        assert_eq!(last.y, if down { to.y } else { to.y + to.height });
        // A link passes rows vertically, and no box on its way.
        for pass in route.points.chunks(2) {
            assert_eq!(pass[0].x, pass[1].x);
        }
        for pass in route.points[1..route.points.len() - 1].windows(2).skip(1).step_by(2) {
            let middle =
                |rect: &unik_graph::layout::Rect| rect.x < pass[0].x && pass[0].x < rect.x + rect.width;
            let (top, bottom) = (pass[0].y.min(pass[1].y), pass[0].y.max(pass[1].y));
            assert!(
                !layout
                    .boxes
                    .iter()
                    .any(|rect| middle(rect) && rect.y < bottom && top < rect.y + rect.height)
            );
        }
    }
    layout
}

fn input(count: usize, links: &[(usize, usize)]) -> Input {
    Input {
        boxes: vec![Size { width: 1000, height: 400 }; count],
        links: links.iter().map(|&(from, to)| Link { from, to, label: None }).collect(),
        roots: Vec::new(),
        spacing: SPACING,
    }
}

#[test]
fn small_graphs() {
    assert_eq!(check(&input(0, &[])).size, Size { width: 320, height: 320 });
    assert_eq!(check(&input(1, &[])).size, Size { width: 1320, height: 720 });
    assert_eq!(check(&input(3, &[(0, 1), (1, 2), (0, 2)])).rows, [0, 1, 2]);
    assert_eq!(check(&input(4, &[(0, 1), (0, 2), (1, 3), (2, 3)])).crossings, 0);
    check(&input(2, &[(0, 1), (0, 1), (0, 1)]));
}

#[test]
fn circles_and_links_to_nowhere_are_drawn_as_far_as_they_go() {
    let layout = check(&input(3, &[(0, 1), (1, 2), (2, 0), (1, 1), (1, 9)]));
    assert_eq!(layout.rows, [0, 1, 2]);
    assert!(layout.routes[2].points.first().unwrap().y > layout.routes[2].points.last().unwrap().y);
    assert!(layout.routes[3].points.is_empty() && layout.routes[4].points.is_empty());
}

#[test]
fn arguments_stand_in_their_order() {
    for count in 2..20 {
        let links: Vec<_> = (1..count).map(|to| (0, to)).collect();
        let layout = check(&input(count, &links));
        assert!(layout.boxes[1..].is_sorted_by_key(|rect| rect.x), "{count}");
    }
    let reversed = check(&input(4, &[(0, 3), (0, 2), (0, 1)]));
    assert!(reversed.boxes[1..].iter().rev().is_sorted_by_key(|rect| rect.x));
}

#[test]
fn a_chain_is_straight_and_wide_graphs_are_one_row() {
    let links: Vec<_> = (1..1000).map(|to| (to - 1, to)).collect();
    let chain = check(&input(1000, &links));
    assert!(chain.boxes.iter().all(|rect| rect.x == chain.boxes[0].x));
    let wide = check(&input(100, &[]));
    assert!(wide.rows.iter().all(|row| *row == 0));
}

#[test]
fn labels_have_their_own_room() {
    for shape in SHAPES {
        let mut input = graph(shape, 60, 7);
        for link in input.links.iter_mut().step_by(3) {
            link.label = Some(Size { width: 500, height: 140 });
        }
        let layout = check(&input);
        assert_eq!(
            layout.routes.iter().filter(|route| route.label.is_some()).count(),
            input.links.len().div_ceil(3)
        );
    }
}

#[test]
fn crossings_are_counted_as_drawn() {
    for shape in SHAPES {
        let input = graph(shape, 80, 3);
        let layout = check(&input);
        assert_eq!(layout.crossings, ours(&input, &layout), "{shape:?}");
    }
}

#[test]
fn crossings_stay_within_those_of_graphviz() {
    for (seed, count) in [(1, 10), (2, 30), (3, 60), (4, 100), (5, 150)] {
        for shape in SHAPES {
            let input = graph(shape, count, seed);
            let layout = check(&input);
            let theirs = graphviz(&input).unwrap_or_else(|error| panic!("{error}"));
            let limit = theirs * 13 / 10 + 1;
            assert!(layout.crossings <= limit, "{shape:?} {count}: {} against {theirs}", layout.crossings);
        }
    }
}

#[test]
fn long_links_of_a_deep_graph_end() {
    let links: Vec<_> = (1..200).flat_map(|at| [(at, at - 1), (at, 0)]).collect();
    check(&input(200, &links));
    // So many bends that the longest links are drawn straight across.
    let links: Vec<_> = (1..700).flat_map(|at| [(at, at - 1), (at, 0)]).collect();
    let layout = layout(&input(700, &links));
    assert!(layout.routes.iter().all(|route| route.points.len() >= 4));
    assert!(layout.routes.iter().any(|route| route.points[0].y + 400 * 600 < route.points[3].y));
    check(&graph(Shape::Halves, 700, 1));
}
