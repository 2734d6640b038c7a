//! The answer to `unik/configuration` as JSON: what counts for a file, whether it has a graph or not. `spec/editors.md` says what each
//! member means.

use serde_json::{Value, json};
use unik_ide::Analysis;
use unik_source::FileId;

use crate::configuration_value;

/// The configuration of a file's folder, and which target it amounts to there.
pub fn configured(analysis: &Analysis, file: FileId) -> Value {
    let values = analysis.configuration(file).values();
    let targets = analysis.targets(file);
    json!({
        "configuration": configuration_value(&values),
        "targets": targets.iter().map(|name| name.as_str()).collect::<Vec<_>>(),
        "target": analysis.target(file, &values).as_deref(),
    })
}
