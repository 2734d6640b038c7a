//! Diagnostics for a client that asks for them: of a file, and of the whole workspace. The id of an answer is a digest of what it says:
//! who has the same is told only that.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::json;
use tower_lsp::jsonrpc::{Error, ErrorCode};
use tower_lsp::ls_types::*;

use crate::convert;
use crate::snapshot::Snapshot;

/// `ServerCancelled` of the protocol.
const SERVER_CANCELLED: i64 = -32802;

/// What a client is told whose question was overtaken by a change: that it may ask again. Others than these questions have another code
/// for that, which a client takes for an answer that nothing is wrong.
pub(crate) fn overtaken(error: Error) -> Error {
    match error.code {
        ErrorCode::ContentModified => {
            let data = json!({ "retriggerRequest": true });
            Error { code: ErrorCode::ServerError(SERVER_CANCELLED), data: Some(data), ..error }
        }
        _ => error,
    }
}

/// What is wrong with a file.
pub(crate) fn file(snapshot: &Snapshot, params: &DocumentDiagnosticParams) -> DocumentDiagnosticReportResult {
    let file = snapshot.file(&params.text_document);
    let problems = snapshot.analysis.problems_shown_in(file);
    let report =
        match report(convert::diagnostics(snapshot, file, problems), params.previous_result_id.as_deref()) {
            Ok(full_document_diagnostic_report) => {
                DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
                    related_documents: None,
                    full_document_diagnostic_report,
                })
            }
            Err(unchanged_document_diagnostic_report) => {
                DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                    related_documents: None,
                    unchanged_document_diagnostic_report,
                })
            }
        };
    DocumentDiagnosticReportResult::Report(report)
}

/// What is wrong with all files of the workspace; of those that were told of before and are gone, nothing.
pub(crate) fn workspace(
    snapshot: &Snapshot,
    params: WorkspaceDiagnosticParams,
) -> WorkspaceDiagnosticReportResult {
    let had = params.previous_result_ids.into_iter().map(|had| (had.uri.as_str().to_owned(), had));
    let mut had: BTreeMap<String, PreviousResultId> = had.collect();
    let mut items = Vec::new();
    for (uri, version, diagnostics) in convert::problems(snapshot, snapshot.analysis.problems_of_workspace())
    {
        let before = had.remove(uri.as_str());
        items.push(item(uri, version, diagnostics, before.as_ref().map(|had| had.value.as_str())));
    }
    for (_, gone) in had {
        items.push(item(gone.uri, None, Vec::new(), Some(&gone.value)));
    }
    WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items })
}

fn item(
    uri: Uri,
    version: Option<i32>,
    diagnostics: Vec<Diagnostic>,
    had: Option<&str>,
) -> WorkspaceDocumentDiagnosticReport {
    let version = version.map(i64::from);
    match report(diagnostics, had) {
        Ok(full_document_diagnostic_report) => {
            WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                uri,
                version,
                full_document_diagnostic_report,
            })
        }
        Err(unchanged_document_diagnostic_report) => {
            WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                uri,
                version,
                unchanged_document_diagnostic_report,
            })
        }
    }
}

/// The whole report, or that it is the one that the client has.
fn report(
    items: Vec<Diagnostic>,
    had: Option<&str>,
) -> Result<FullDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport> {
    let result_id = digest(&items);
    match had == Some(result_id.as_str()) {
        true => Err(UnchangedDocumentDiagnosticReport { result_id }),
        false => Ok(FullDocumentDiagnosticReport { result_id: Some(result_id), items }),
    }
}

fn digest(items: &[Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    // They have no hash of their own; their text says all that the client sees.
    serde_json::to_string(items).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
