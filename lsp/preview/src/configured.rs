//! The answer to `unik/configuration` as JSON: what counts for a file, whether it has a graph or not. `spec/editors.md` says what each
//! member means.

use serde_json::{Value, json};
use unik_eval::KeyValues;
use unik_ide::Analysis;
use unik_source::FileId;

use crate::configuration_value;

/// A configuration, and which target it amounts to in a file.
pub fn configured(analysis: &Analysis, file: FileId, values: &KeyValues) -> Value {
    let targets = analysis.targets(file);
    json!({
        "configuration": configuration_value(values),
        "targets": targets.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
        "target": analysis.target(file, values).as_deref(),
    })
}
