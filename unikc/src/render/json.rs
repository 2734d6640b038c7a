//! One JSON object a line. The fields are described in `spec/command-line.md`; a field is never taken away.

use serde_json::{Value, json};
use unik_source::{Diagnostic, Edit, Fix, Label, Place, Sources};

use super::position;

/// One line.
pub(super) fn render(diagnostic: &Diagnostic, sources: &dyn Sources) -> String {
    let value = json!({
        "code": diagnostic.code.0,
        "severity": diagnostic.severity.word(),
        "message": diagnostic.message.as_str(),
        "labels": diagnostic.labels.iter().map(|it| label(it, sources)).collect::<Vec<_>>(),
        "notes": diagnostic.notes.iter().map(|note| note.as_str()).collect::<Vec<_>>(),
        "help": diagnostic.help.as_deref(),
        "fixes": diagnostic.fixes.iter().map(|it| fix(it, sources)).collect::<Vec<_>>(),
    });
    format!("{value}\n")
}

fn label(label: &Label, sources: &dyn Sources) -> Value {
    let mut value = place(label.place, sources);
    value["message"] = label.message.as_str().into();
    value["primary"] = label.primary.into();
    value
}

fn fix(fix: &Fix, sources: &dyn Sources) -> Value {
    let edits: Vec<_> = fix.edits.iter().map(|it| edit(it, sources)).collect();
    json!({ "title": fix.title.as_str(), "edits": edits })
}

fn edit(edit: &Edit, sources: &dyn Sources) -> Value {
    let mut value = place(edit.place, sources);
    value["text"] = edit.text.as_str().into();
    value
}

fn place(place: Place, sources: &dyn Sources) -> Value {
    let at = position(sources, place);
    json!({
        "file": at.path,
        "line": at.start.0,
        "column": at.start.1,
        "end_line": at.end.0,
        "end_column": at.end.1,
    })
}
