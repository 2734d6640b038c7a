//! From the editor's words to the protocol's.

use std::collections::{BTreeMap, HashMap};

use tower_lsp::ls_types::*;
use unik_ide::{FoldKind, HintKind, Problem, Reference, Renaming, SymbolKind as Kind};
use unik_source::{FileId, Severity};

use crate::position::Lines;
use crate::snapshot::Snapshot;

/// Where the page of a diagnostic is, without its code.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/spec/errors/");

/// What is wrong with files, each with the number of the client's state if it is open.
pub(crate) fn problems(
    snapshot: &Snapshot,
    found: BTreeMap<FileId, Vec<Problem>>,
) -> Vec<(Uri, Option<i32>, Vec<Diagnostic>)> {
    let found = found.into_iter().filter_map(|(file, problems)| {
        let version = snapshot.known.get(snapshot.analysis.path(file)).map(|(_, version)| *version);
        Some((snapshot.uri(file)?, version, diagnostics(snapshot, file, problems)))
    });
    found.collect()
}

/// What is wrong with a file.
pub(crate) fn diagnostics(snapshot: &Snapshot, file: FileId, problems: Vec<Problem>) -> Vec<Diagnostic> {
    let lines = snapshot.lines(file);
    problems.into_iter().map(|it| problem(snapshot, &lines, it)).collect()
}

/// What is wrong somewhere.
pub(crate) fn problem(snapshot: &Snapshot, lines: &Lines<'_>, problem: Problem) -> Diagnostic {
    let related = problem.related.into_iter().filter_map(|(range, message)| {
        Some(DiagnosticRelatedInformation { location: snapshot.location(range)?, message })
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: lines.range(problem.span),
        severity: Some(match problem.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(problem.code.to_string())),
        code_description: format!("{PAGES}{}.md", problem.code)
            .parse()
            .ok()
            .map(|href| CodeDescription { href }),
        source: Some("unikc".to_owned()),
        message: problem.message,
        related_information: (!related.is_empty()).then_some(related),
        tags: problem.unused.then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..Diagnostic::default()
    }
}

/// The outline of a file.
pub(crate) fn outline(lines: &Lines<'_>, symbols: Vec<unik_ide::Symbol>) -> Vec<DocumentSymbol> {
    let symbol = |symbol: unik_ide::Symbol| {
        #[expect(deprecated, reason = "the protocol's struct has a field that it has given up")]
        DocumentSymbol {
            name: symbol.name.to_string(),
            detail: None,
            kind: symbol_kind(symbol.kind),
            tags: None,
            deprecated: None,
            range: lines.range(symbol.span),
            selection_range: lines.range(symbol.name_span),
            children: Some(outline(lines, symbol.children)),
        }
    };
    symbols.into_iter().map(symbol).collect()
}

/// A declaration of the workspace.
pub(crate) fn symbol(
    snapshot: &Snapshot,
    range: unik_ide::Range,
    symbol: &unik_ide::Symbol,
) -> Option<WorkspaceSymbol> {
    Some(WorkspaceSymbol {
        name: symbol.name.to_string(),
        kind: symbol_kind(symbol.kind),
        tags: None,
        container_name: None,
        location: OneOf::Left(snapshot.location(range)?),
        data: None,
    })
}

/// What an entry of an outline is.
pub(crate) fn symbol_kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Import => SymbolKind::NAMESPACE,
        Kind::ModuleType => SymbolKind::INTERFACE,
        Kind::Enum => SymbolKind::ENUM,
        Kind::Case => SymbolKind::ENUM_MEMBER,
        Kind::Key => SymbolKind::PROPERTY,
        Kind::Device => SymbolKind::CLASS,
        Kind::Function => SymbolKind::FUNCTION,
        Kind::Value => SymbolKind::VARIABLE,
        Kind::Require => SymbolKind::BOOLEAN,
        Kind::Unikernel => SymbolKind::PACKAGE,
        Kind::Platform => SymbolKind::MODULE,
        Kind::Role => SymbolKind::FIELD,
    }
}

/// Text that may be formatted.
pub(crate) fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

/// Documentation, if there is any.
pub(crate) fn documentation(doc: &str) -> Option<Documentation> {
    (!doc.is_empty()).then(|| Documentation::MarkupContent(markdown(doc.to_owned())))
}

/// What is said about a name.
pub(crate) fn hover(lines: &Lines<'_>, hover: &unik_ide::Hover) -> Hover {
    let mut text = format!("```unik\n{}\n```", hover.code);
    if !hover.doc.is_empty() {
        text = format!("{text}\n\n{}", hover.doc);
    }
    if !hover.facts.is_empty() {
        text = format!("{text}\n\n- {}", hover.facts.join("\n- "));
    }
    Hover { contents: HoverContents::Markup(markdown(text)), range: Some(lines.range(hover.range.span)) }
}

/// The places of names in a file.
pub(crate) fn highlights(lines: &Lines<'_>, found: &[Reference]) -> Vec<DocumentHighlight> {
    let highlight = |found: &Reference| DocumentHighlight {
        range: lines.range(found.range.span),
        kind: Some(if found.declares { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    };
    found.iter().map(highlight).collect()
}

/// What can be folded.
pub(crate) fn fold(lines: &Lines<'_>, fold: &unik_ide::Fold) -> FoldingRange {
    let range = lines.range(fold.span);
    FoldingRange {
        start_line: range.start.line,
        start_character: Some(range.start.character),
        // The line of the closing bracket stays.
        end_line: range.end.line - u32::from(fold.kind == FoldKind::Block),
        end_character: None,
        kind: match fold.kind {
            FoldKind::Block => None,
            FoldKind::Comment => Some(FoldingRangeKind::Comment),
            FoldKind::Imports => Some(FoldingRangeKind::Imports),
        },
        collapsed_text: None,
    }
}

/// The ranges that a selection grows through.
pub(crate) fn selection(lines: &Lines<'_>, spans: &[unik_source::Span]) -> SelectionRange {
    let whole = |parent: Option<SelectionRange>, span: &unik_source::Span| {
        Some(SelectionRange { range: lines.range(*span), parent: parent.map(Box::new) })
    };
    spans.iter().rev().fold(None, whole).unwrap_or_default()
}

/// What is being applied.
pub(crate) fn signature(help: unik_ide::SignatureHelp) -> SignatureHelp {
    let parameter = |span: &unik_source::Span| ParameterInformation {
        label: ParameterLabel::Simple(help.label[span.range()].to_owned()),
        documentation: None,
    };
    let active = help.active.and_then(|at| u32::try_from(at).ok());
    let signature = SignatureInformation {
        parameters: Some(help.parameters.iter().map(parameter).collect()),
        documentation: documentation(&help.doc),
        label: help.label,
        active_parameter: active,
    };
    SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter: active }
}

/// What is not written.
pub(crate) fn hint(lines: &Lines<'_>, hint: unik_ide::Hint) -> InlayHint {
    let position = lines.position(hint.offset);
    InlayHint {
        position,
        kind: match hint.kind {
            HintKind::Type => Some(InlayHintKind::TYPE),
            HintKind::Parameter => Some(InlayHintKind::PARAMETER),
            HintKind::Taken => None,
        },
        text_edits: None,
        label: InlayHintLabel::String(hint.text),
        tooltip: (!hint.why.is_empty()).then_some(InlayHintTooltip::String(hint.why)),
        padding_left: Some(hint.kind == HintKind::Taken),
        padding_right: Some(hint.kind == HintKind::Parameter),
        data: None,
    }
}

/// The edits of a renaming.
pub(crate) fn renaming(snapshot: &Snapshot, renaming: Renaming) -> WorkspaceEdit {
    let edits = |(file, edits): (FileId, Vec<(unik_source::Span, String)>)| {
        let lines = snapshot.lines(file);
        let edit = |(span, new_text)| TextEdit { range: lines.range(span), new_text };
        Some((snapshot.uri(file)?, edits.into_iter().map(edit).collect()))
    };
    let changes: HashMap<Uri, Vec<TextEdit>> = renaming.edits.into_iter().filter_map(edits).collect();
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}
