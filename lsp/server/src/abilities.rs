//! What the client can do besides the protocol's core.

use tower_lsp::ls_types::ClientCapabilities;

/// What can be asked of the client, and what it does by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Abilities {
    /// It can be asked for settings.
    pub(crate) settings: bool,
    /// It can be told to report changes of settings.
    pub(crate) settings_changes: bool,
    /// It can be told to watch files.
    pub(crate) watching: bool,
    /// It shows what takes a while.
    pub(crate) progress: bool,
    /// It asks for diagnostics itself, and is not sent any.
    pub(crate) pulls: bool,
    /// It can be asked to ask again for these.
    pub(crate) refresh: Refresh,
}

/// What a client can be asked to ask for again.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Refresh {
    pub(crate) diagnostics: bool,
    pub(crate) hints: bool,
    pub(crate) lenses: bool,
    pub(crate) words: bool,
}

impl Abilities {
    /// What a client says that it can.
    pub(crate) fn of(client: &ClientCapabilities) -> Self {
        let workspace = client.workspace.clone().unwrap_or_default();
        let texts = client.text_document.as_ref();
        let refresh = Refresh {
            diagnostics: workspace.diagnostics.and_then(|it| it.refresh_support).unwrap_or_default(),
            hints: workspace.inlay_hint.and_then(|it| it.refresh_support).unwrap_or_default(),
            lenses: workspace.code_lens.and_then(|it| it.refresh_support).unwrap_or_default(),
            words: workspace.semantic_tokens.and_then(|it| it.refresh_support).unwrap_or_default(),
        };
        let settings = workspace.did_change_configuration;
        let watching = workspace.did_change_watched_files;
        Self {
            settings: workspace.configuration.unwrap_or_default(),
            settings_changes: settings.and_then(|it| it.dynamic_registration).unwrap_or_default(),
            watching: watching.and_then(|it| it.dynamic_registration).unwrap_or_default(),
            progress: client.window.as_ref().and_then(|it| it.work_done_progress).unwrap_or_default(),
            pulls: texts.is_some_and(|it| it.diagnostic.is_some()),
            refresh,
        }
    }
}
