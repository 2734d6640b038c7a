//! Files that stand alone: all that they need is within, and nothing of the machine.

use unik_db::System as _;
use unik_eval::KeyValues;
use unik_ide::{GraphQuery, Host};
use unik_preview::{Format, export};

use crate::client::{opened, world};

#[test]
fn a_page_needs_nothing_from_outside() {
    let (_, world) = world();
    let text = unik_preview::page(world, &opened(), false).unwrap();
    let start = text.find("id=\"answer\">").unwrap() + "id=\"answer\">".len();
    let (answer, _) = text[start..].split_once("</script>").unwrap();
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    assert_eq!(answer["unikernel"], "app");
    assert_eq!(answer["nodes"][0]["uri"], "app.unik");
    assert_eq!(answer["nodes"][0]["declared"]["uri"], "parts.unik");
    // The name of the format of pictures is no address.
    let text = text.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http:", "https:", "//cdn", "src=", "url(", "@import", "file:", "/app/", "/library/"] {
        let at = text.find(outside);
        let near = at.map(|at| {
            &text[text.floor_char_boundary(at.saturating_sub(60))
                ..text.ceil_char_boundary((at + 60).min(text.len()))]
        });
        assert_eq!(near, None, "{outside}");
    }
    assert!(text.contains("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'"));
}

#[test]
fn a_picture_is_a_document() {
    let (system, world) = world();
    assert!(system.read_file("/app/app.unik").is_ok());
    let host = Host::new(world.system, world.library);
    let analysis = host.analysis();
    let file = analysis.file("/app/app.unik");
    let query = GraphQuery { values: KeyValues::default().with("many", "true"), ..GraphQuery::default() };
    let picture = export(&analysis, file, &query, Format::Svg).unwrap();
    let document = roxmltree::Document::parse(&picture.text).unwrap();
    let faded = document
        .descendants()
        .filter(|node| node.attribute("class").is_some_and(|class| class.contains("faded")));
    assert_eq!(faded.filter_map(|node| node.attribute("data-id")).collect::<Vec<_>>(), ["few"]);
    assert!(!picture.text.contains("/app/"));
    let nothing = analysis.file("/app/parts.unik");
    assert_eq!(export(&analysis, nothing, &query, Format::Html), None);
}
