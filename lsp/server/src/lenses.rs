//! Code lenses for the protocol: what they run is the client's to carry out, see `spec/editors.md`.

use serde_json::{Value, json};
use tower_lsp::ls_types::*;
use unik_ide::LensKind;

use crate::documents::path_of;
use crate::snapshot::Snapshot;

/// The lenses of a document. Those that take time have no command yet: each of them stands on a line of its own, where nothing shows
/// that it is still to come.
pub(crate) fn lenses(snapshot: &Snapshot, document: &TextDocumentIdentifier) -> Vec<CodeLens> {
    let file = snapshot.file(document);
    let (lines, text) = (snapshot.lines(file), snapshot.analysis.text(file));
    let lens = |lens: unik_ide::Lens| {
        let range = lines.range(lens.span);
        let about = |unikernel: &str, target: Option<&str>| json!({ "uri": document.uri, "unikernel": unikernel, "target": target });
        let at_once = |title: String, command: &str, about: Value| CodeLens {
            range,
            command: Some(Command::new(title, command.to_owned(), Some(vec![about]))),
            data: None,
        };
        match &lens.kind {
            LensKind::Run(name) => at_once("▶ Run".to_owned(), "unik.run", about(name, None)),
            LensKind::Build(name, target) => {
                at_once(format!("Build for {target}"), "unik.build", about(name, Some(target)))
            }
            LensKind::Graph(name) => {
                let title = match snapshot.analysis.graph_size(file, name) {
                    Some(1) => "Show graph: 1 device".to_owned(),
                    Some(count) => format!("Show graph: {count} devices"),
                    None => "Show graph".to_owned(),
                };
                at_once(title, "unik.showGraph", about(name, None))
            }
            LensKind::Uses => {
                let name = text.get(lens.span.range()).unwrap_or_default();
                CodeLens { range, command: None, data: Some(json!({ "uri": document.uri, "name": name })) }
            }
        }
    };
    snapshot.analysis.lenses(file).into_iter().map(lens).collect()
}

/// A lens with its command; nothing if the text is not the one any more that it was made for.
pub(crate) fn resolved(snapshot: &Snapshot, mut lens: CodeLens) -> Option<CodeLens> {
    if lens.command.is_some() {
        return Some(lens);
    }
    let data = lens.data.as_ref()?;
    let uri: Uri = data["uri"].as_str()?.parse().ok()?;
    let name = data["name"].as_str()?;
    let file = snapshot.analysis.file(&path_of(&uri));
    let span = snapshot.lines(file).span(lens.range);
    if snapshot.analysis.text(file).get(span.range()) != Some(name) {
        return None;
    }
    let found = snapshot.analysis.users(file, span.start).into_iter();
    let found: Vec<Location> = found.filter_map(|used| snapshot.location(used)).collect();
    let title = match found.len() {
        0 => "no uses".to_owned(),
        1 => "1 use".to_owned(),
        count => format!("{count} uses"),
    };
    let about = vec![json!(uri), json!(lens.range.start), json!(found)];
    lens.command = Some(Command::new(title, "unik.showReferences".to_owned(), Some(about)));
    Some(lens)
}
