//! What the client says and asks: each method queues a job before its first await, and waits for the answer.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::oneshot;
use tower_lsp::LanguageServer;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::ls_types::*;

use crate::owner::{Job, Queue};
use crate::snapshot::Snapshot;
use crate::{actions, capabilities, convert};

/// The most declarations that a search of the workspace gives.
const MOST_SYMBOLS: usize = 200;

/// The server as the protocol sees it.
#[derive(Debug)]
pub(crate) struct Backend {
    queue: Queue,
    shut: Arc<AtomicBool>,
    actions: OnceLock<actions::Client>,
}

impl Backend {
    /// A server that talks to an owner; `shut` becomes true when the client asks for the end.
    pub(crate) fn new(queue: Queue, shut: Arc<AtomicBool>) -> Self {
        Self { queue, shut, actions: OnceLock::new() }
    }

    /// Asks the state as it is after everything that the client has said so far.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.queue.push(Job::Ask(Box::new(move |snapshot: Snapshot| {
            let answer = snapshot.analysis.ask(|_| question(&snapshot));
            drop(snapshot);
            // Nobody waits if the client has taken the question back.
            drop(reply.send(answer));
        })));
        match answer.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(unik_ide::Cancelled)) => Err(Error::new(ErrorCode::ContentModified)),
            Err(_) => Err(Error::internal_error()),
        }
    }
}

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let encoding = self.queue.count_in(capabilities::encoding(&params.capabilities));
        self.actions.get_or_init(|| actions::Client::new(&params.capabilities));
        let info =
            ServerInfo { name: "unikc".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        Ok(InitializeResult {
            capabilities: capabilities::server(encoding),
            server_info: Some(info),
            ..InitializeResult::default()
        })
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
        self.queue.push(Job::Close(params.text_document.uri));
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {
        self.queue.push(Job::Disk);
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.queue.push(Job::Disk);
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
        self.ask(move |snapshot| {
            let (file, offset) = snapshot.at(&at.text_document, at.position);
            let found = snapshot.analysis.definition(file, offset).into_iter();
            let found: Vec<Location> = found.filter_map(|range| snapshot.location(range)).collect();
            (!found.is_empty()).then_some(GotoDefinitionResponse::Array(found))
        })
        .await
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
        self.ask(move |snapshot| {
            let file = snapshot.file(&params.text_document);
            let data = convert::words(&snapshot.lines(file), &snapshot.analysis.words(file));
            Some(SemanticTokensResult::Tokens(SemanticTokens { result_id: None, data }))
        })
        .await
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
        let at = params.text_document_position;
        self.ask(move |snapshot| {
            let (file, offset) = snapshot.at(&at.text_document, at.position);
            let found = snapshot.analysis.completions(file, offset);
            Some(CompletionResponse::List(convert::completions(&snapshot.lines(file), found)))
        })
        .await
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
