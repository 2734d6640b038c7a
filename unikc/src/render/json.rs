//! One JSON object a line. The fields are described in `spec/command-line.md`; a field is never taken away.

use serde_json::{Value, json};
use unik_source::{Diagnostic, Edit, Fix, Label, Place};

use super::Places;

/// One line.
pub(super) fn render(diagnostic: &Diagnostic, places: &Places<'_>) -> String {
    let value = json!({
        "code": diagnostic.code.0,
        "severity": diagnostic.severity.word(),
        "message": diagnostic.message.as_str(),
        "labels": diagnostic.labels.iter().map(|it| label(it, places)).collect::<Vec<_>>(),
        "notes": diagnostic.notes.iter().map(|note| note.as_str()).collect::<Vec<_>>(),
        "help": diagnostic.help.as_deref(),
        "fixes": diagnostic.fixes.iter().map(|it| fix(it, places)).collect::<Vec<_>>(),
    });
    format!("{value}\n")
}

fn label(label: &Label, places: &Places<'_>) -> Value {
    let mut value = place(label.place, places);
    value["message"] = label.message.as_str().into();
    value["primary"] = label.primary.into();
    value
}

fn fix(fix: &Fix, places: &Places<'_>) -> Value {
    let edits: Vec<_> = fix.edits.iter().map(|it| edit(it, places)).collect();
    json!({ "title": fix.title.as_str(), "edits": edits })
}

fn edit(edit: &Edit, places: &Places<'_>) -> Value {
    let mut value = place(edit.place, places);
    value["text"] = edit.text.as_str().into();
    value
}

fn place(place: Place, places: &Places<'_>) -> Value {
    let at = places.position(place);
    json!({
        "file": at.path,
        "line": at.start.0,
        "column": at.start.1,
        "end_line": at.end.0,
        "end_column": at.end.1,
    })
}
