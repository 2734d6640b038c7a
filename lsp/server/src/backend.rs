//! What the client says and asks: each method queues a job before its first await, and waits for the answer.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::oneshot;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;

use crate::asked::Asked;
use crate::queue::{Job, Queue};
use crate::snapshot::Snapshot;
use crate::workspace::Workspace;
use crate::{
    actions, capabilities, completion, convert, formatting, graph, hierarchy, lenses, links, pull, tokens,
};

/// The most declarations that a search of the workspace gives.
const MOST_SYMBOLS: usize = 200;

/// The server as the protocol sees it.
#[derive(Debug)]
pub(crate) struct Backend {
    queue: Queue,
    workspace: Workspace,
    tokens: tokens::Answered,
    /// Whether the client knows snippets.
    snippets: OnceLock<bool>,
    shut: Arc<AtomicBool>,
    actions: OnceLock<actions::Client>,
}

impl Backend {
    /// A server that talks to an owner; `shut` becomes true when the client asks for the end.
    pub(crate) fn new(queue: Queue, workspace: Workspace, shut: Arc<AtomicBool>) -> Self {
        Self {
            queue,
            workspace,
            tokens: tokens::Answered::default(),
            snippets: OnceLock::new(),
            shut,
            actions: OnceLock::new(),
        }
    }

    /// Asks the state as it is after everything that the client has said so far.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        // Dropped with this future when the client takes the question back.
        let asked = Asked::default();
        let wanted = asked.wanted.clone();
        self.queue.push(Job::Ask(Box::new(move |snapshot: Snapshot| {
            if !wanted.begin(snapshot.analysis.canceller()) {
                return;
            }
            let answer = snapshot.analysis.ask(|_| question(&snapshot));
            drop(snapshot);
            drop(reply.send(answer));
        })));
        match answer.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(unik_ide::Cancelled)) => Err(Error::new(ErrorCode::ContentModified)),
            Err(_) => Err(Error::internal_error()),
        }
    }

    /// `unik/configuration`
    pub(crate) async fn configuration(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        let uri = graph::document(&params)?;
        self.ask(move |snapshot| graph::configuration(snapshot, uri, &params)).await
    }

    /// `unik/configure`
    pub(crate) async fn configure(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        self.workspace.choose(graph::document(&params)?, params.get("configuration"))?;
        Ok(serde_json::Value::Null)
    }

    /// `unik/graph`
    pub(crate) async fn graph(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        let uri = graph::document(&params)?;
        self.ask(move |snapshot| graph::graph(snapshot, uri, params)).await
    }

    /// `unik/exportGraph`
    pub(crate) async fn export_graph(&self, params: serde_json::Value) -> Result<serde_json::Value> {
        let uri = graph::document(&params)?;
        self.ask(move |snapshot| graph::export(snapshot, uri, &params)).await
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        self.workspace.start(&params);
        let encoding = self.queue.count_in(capabilities::encoding(&params.capabilities));
        self.snippets.get_or_init(|| completion::knows_snippets(&params.capabilities));
        self.actions.get_or_init(|| actions::Client::new(&params.capabilities));
        let info =
            ServerInfo { name: "unikc".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        Ok(InitializeResult {
            capabilities: capabilities::server(encoding),
            server_info: Some(info),
            ..InitializeResult::default()
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.workspace.greet();
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.workspace.folders_changed(params.event);
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.workspace.settings_changed(&params);
    }

    async fn shutdown(&self) -> Result<()> {
        self.shut.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.queue.push(Job::Open(params.text_document));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        self.queue.push(Job::Edit(document.uri, document.version, params.content_changes));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.tokens.forget(&params.text_document.uri);
        self.queue.push(Job::Close(params.text_document.uri));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.workspace.saved(&params.text_document.uri);
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.workspace.disk_changed(params.changes);
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        self.ask(move |snapshot| pull::file(snapshot, &params)).await.map_err(pull::overtaken)
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask(move |snapshot| pull::workspace(snapshot, params)).await.map_err(pull::overtaken)
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| {
            let (file, offset) = snapshot.at(&at.text_document, at.position);
            let hover = snapshot.analysis.hover(file, offset)?;
            Some(convert::hover(&snapshot.lines(file), &hover))
        })
        .await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| links::places(snapshot, &at, unik_ide::Analysis::definition)).await
    }

    async fn goto_type_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| links::places(snapshot, &at, unik_ide::Analysis::type_definition)).await
    }

    async fn goto_implementation(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| links::places(snapshot, &at, unik_ide::Analysis::implementations)).await
    }

    async fn prepare_call_hierarchy(
        &self,
        params: CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<CallHierarchyItem>>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| hierarchy::prepared(snapshot, &at)).await
    }

    async fn incoming_calls(
        &self,
        params: CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyIncomingCall>>> {
        self.ask(move |snapshot| Some(hierarchy::incoming(snapshot, &params.item))).await
    }

    async fn outgoing_calls(
        &self,
        params: CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<CallHierarchyOutgoingCall>>> {
        self.ask(move |snapshot| Some(hierarchy::outgoing(snapshot, &params.item))).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.ask(move |snapshot| Some(links::links(snapshot, &params.text_document))).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(move |snapshot| Some(lenses::lenses(snapshot, &params.text_document))).await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        let resolved = self.ask(move |snapshot| lenses::resolved(snapshot, lens)).await?;
        resolved.ok_or_else(|| Error::new(ErrorCode::ContentModified))
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.ask(move |snapshot| Some(formatting::whole(snapshot, &params.text_document))).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.ask(move |snapshot| Some(formatting::range(snapshot, &params.text_document, params.range))).await
    }

    async fn on_type_formatting(
        &self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        let at = params.text_document_position;
        self.ask(move |snapshot| Some(formatting::typed(snapshot, &at, &params.ch))).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let (at, declaration) = (params.text_document_position, params.context.include_declaration);
        self.ask(move |snapshot| {
            let (file, offset) = snapshot.at(&at.text_document, at.position);
            let found = snapshot.analysis.references(file, offset).into_iter();
            let found = found.filter(|found| declaration || !found.declares);
            Some(found.filter_map(|found| snapshot.location(found.range)).collect())
        })
        .await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| {
            let (file, offset) = snapshot.at(&at.text_document, at.position);
            Some(convert::highlights(&snapshot.lines(file), &snapshot.analysis.highlights(file, offset)))
        })
        .await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.ask(move |snapshot| {
            let file = snapshot.file(&params.text_document);
            let outline = convert::outline(&snapshot.lines(file), snapshot.analysis.outline(file));
            Some(DocumentSymbolResponse::Nested(outline))
        })
        .await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.ask(move |snapshot| {
            let found = snapshot.analysis.find_symbols(&params.query, MOST_SYMBOLS).into_iter();
            let found = found.filter_map(|(range, symbol)| convert::symbol(snapshot, range, &symbol));
            Some(WorkspaceSymbolResponse::Nested(found.collect()))
        })
        .await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask(move |snapshot| {
            let file = snapshot.file(&params.text_document);
            let lines = snapshot.lines(file);
            Some(snapshot.analysis.folds(file).iter().map(|fold| convert::fold(&lines, fold)).collect())
        })
        .await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.ask(move |snapshot| {
            let file = snapshot.file(&params.text_document);
            let lines = snapshot.lines(file);
            let grown = params
                .positions
                .iter()
                .map(|at| convert::selection(&lines, &snapshot.analysis.selections(file, lines.offset(*at))));
            Some(grown.collect())
        })
        .await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        let answered = self.tokens.clone();
        self.ask(move |snapshot| Some(tokens::full(snapshot, &params.text_document, &answered))).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let (answered, had) = (self.tokens.clone(), params.previous_result_id);
        self.ask(move |snapshot| Some(tokens::delta(snapshot, &params.text_document, &had, &answered))).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        self.ask(move |snapshot| Some(tokens::range(snapshot, &params.text_document, params.range))).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.ask(move |snapshot| {
            let file = snapshot.file(&params.text_document);
            let lines = snapshot.lines(file);
            let hints = snapshot.analysis.hints(file, lines.span(params.range)).into_iter();
            Some(hints.map(|hint| convert::hint(&lines, hint)).collect())
        })
        .await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let (at, snippets) =
            (params.text_document_position, self.snippets.get().copied().unwrap_or_default());
        let found = self.ask(move |snapshot| completion::completions(snapshot, &at, snippets)).await?;
        Ok(Some(CompletionResponse::List(found)))
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let at = params.text_document_position_params;
        self.ask(move |snapshot| {
            let (file, offset) = snapshot.at(&at.text_document, at.position);
            snapshot.analysis.signature_help(file, offset).map(convert::signature)
        })
        .await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let client = self.actions.get().copied().unwrap_or_default();
        self.ask(move |snapshot| Some(actions::actions(snapshot, client, &params))).await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let client = self.actions.get().copied().unwrap_or_default();
        self.ask(move |snapshot| actions::resolved(snapshot, client, action)).await?
    }

    async fn prepare_rename(&self, at: TextDocumentPositionParams) -> Result<Option<PrepareRenameResponse>> {
        let found = self.ask(move |snapshot| {
            let (file, offset) = snapshot.at(&at.text_document, at.position);
            let found = snapshot.analysis.can_rename(file, offset)?;
            Ok(PrepareRenameResponse::Range(snapshot.range(file, found.span)))
        });
        found.await?.map(Some).map_err(refused)
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let (at, to) = (params.text_document_position, params.new_name);
        let renamed = self.ask(move |snapshot| {
            let (file, offset) = snapshot.at(&at.text_document, at.position);
            Ok(convert::renaming(snapshot, snapshot.analysis.rename(file, offset, &to)?))
        });
        renamed.await?.map(Some).map_err(refused)
    }
}

/// A refusal, which the client shows.
fn refused(unik_ide::Refused(reason): unik_ide::Refused) -> Error {
    Error { code: ErrorCode::InvalidRequest, message: Cow::Owned(reason), data: None }
}
