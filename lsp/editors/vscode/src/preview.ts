// The panel with the graph beside the text: which file it shows, and the messages between its page, the editors and the
// server. There is one, and it follows the active editor to every file that declares a unikernel. What the graph is, the
// server says; how it looks, the page.

import * as vscode from "vscode";
import type { Range } from "vscode-languageclient/node";
import type { Configurations } from "./configuration";
import { pageFolder, pageFor } from "./page";
import { normal } from "./configuration";
import type { ExportFormat, FromPage, Graph, GraphParams, ToPage } from "./protocol";
import type { Server } from "./server";

const VIEW = "unik.graph";

/** The panel, while there is one. */
export class Preview implements vscode.Disposable, vscode.WebviewPanelSerializer {
  private panel: vscode.WebviewPanel | undefined;
  private shown: vscode.Uri | undefined;
  /** The unikernel that a lens asked for, until the page is there to be told. */
  private wanted: string | undefined;
  /** Whether the page has been told where the cursor is. */
  private lit = false;
  private readonly subscriptions: vscode.Disposable;
  private readonly actives = new vscode.EventEmitter<void>();

  /** What `active` gives may be another file now. */
  readonly onDidChangeActive = this.actives.event;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly server: Server,
    private readonly configurations: Configurations,
    /** Remembers, over sessions, which file was shown. */
    private readonly memory: vscode.Memento,
  ) {
    this.subscriptions = vscode.Disposable.from(
      this.actives,
      vscode.window.registerWebviewPanelSerializer(VIEW, this),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.follow(editor?.document)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.light(textEditor)),
      vscode.workspace.onDidOpenTextDocument((document) => this.follow(document)),
      server.onDidChangeGraph((uri) => {
        if (this.shown !== undefined && uri === server.uriOf(this.shown)) this.post({ kind: "changed" });
      }),
      server.onDidChangeHealth(({ state }) => {
        if (state === "running") this.post({ kind: "changed" });
      }),
    );
  }

  /** The file that is shown, if its panel is the active one. */
  get active(): vscode.Uri | undefined {
    return this.panel?.active === true ? this.shown : undefined;
  }

  /** Shows a file's graph, to the side of its text. */
  async show(uri: vscode.Uri, unikernel?: string): Promise<void> {
    if (this.panel === undefined) {
      this.wanted = unikernel;
      const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
      const panel = vscode.window.createWebviewPanel(VIEW, "Graph", column, { retainContextWhenHidden: true });
      await this.adopt(panel, uri);
    } else {
      this.panel.reveal(undefined, true);
      this.turnTo(uri);
      if (unikernel !== undefined) this.post({ kind: "changed", unikernel });
    }
  }

  /** The panel of an earlier session. Where its page was looking, the page knows. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    const kept = this.memory.get<string>(VIEW);
    const editor = vscode.window.visibleTextEditors.find(({ document }) => hasGraph(document));
    await this.adopt(panel, kept === undefined ? editor?.document.uri : vscode.Uri.parse(kept));
  }

  dispose(): void {
    this.panel?.dispose();
    this.subscriptions.dispose();
  }

  private async adopt(panel: vscode.WebviewPanel, uri: vscode.Uri | undefined): Promise<void> {
    this.panel?.dispose();
    this.panel = panel;
    this.lit = false;
    const image = (name: string) => vscode.Uri.joinPath(this.extension, "images", name);
    panel.iconPath = { light: image("graph-light.svg"), dark: image("graph-dark.svg") };
    panel.webview.options = { enableScripts: true, localResourceRoots: [pageFolder(this.extension)] };
    panel.webview.onDidReceiveMessage((message: FromPage) => void this.receive(message));
    panel.onDidChangeViewState(() => this.actives.fire());
    panel.onDidDispose(() => {
      if (this.panel === panel) this.panel = this.shown = undefined;
      this.actives.fire();
    });
    if (uri !== undefined) this.turnTo(uri);
    panel.webview.html = await pageFor(panel.webview, this.extension);
  }

  /** The active editor has another file, or its language has been told. */
  private follow(document: vscode.TextDocument | undefined): void {
    if (this.panel === undefined || document === undefined || !hasGraph(document)) return;
    if (document !== vscode.window.activeTextEditor?.document) return;
    this.turnTo(document.uri);
  }

  private turnTo(uri: vscode.Uri): void {
    if (this.panel === undefined || this.shown?.toString() === uri.toString()) return;
    this.shown = uri;
    this.lit = false;
    this.actives.fire();
    void this.memory.update(VIEW, uri.toString());
    this.panel.title = `Graph of ${vscode.workspace.asRelativePath(uri)}`;
    this.post({ kind: "changed" });
  }

  /** Lights up the node at the cursor. */
  private light(editor: vscode.TextEditor | undefined): void {
    if (this.panel === undefined || editor?.document.languageId !== "unik") return;
    const { line, character } = editor.selection.active;
    this.post({ kind: "cursor", uri: this.server.uriOf(editor.document.uri), position: { line, character } });
  }

  private post(message: ToPage): void {
    void this.panel?.webview.postMessage(message);
  }

  private async receive(message: FromPage): Promise<void> {
    const uri = this.shown;
    if (uri === undefined) return;
    switch (message.kind) {
      case "ask": {
        const answer = await this.ask({ ...message.params, textDocument: { uri: this.server.uriOf(uri) } });
        if (answer === undefined) return;
        this.post({ kind: "graph", serial: message.serial, answer });
        return this.answered(uri);
      }
      case "configure":
        return this.configurations.try(uri, normal(message.configuration));
      case "reveal":
        return await reveal(message.uri, message.range, message.focus === true, this.panel?.viewColumn);
      case "export":
        return await saveGraph(this.server, uri, message.format, message.params);
    }
  }

  /** A page that has just got its first graph is told the rest. */
  private answered(uri: vscode.Uri): void {
    if (this.wanted !== undefined) this.post({ kind: "changed", unikernel: this.wanted });
    this.wanted = undefined;
    if (this.lit) return;
    this.lit = true;
    const { visibleTextEditors } = vscode.window;
    this.light(visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString()));
  }

  /** Undefined while no server runs: when one does, the page is told to ask again. */
  private async ask(params: GraphParams): Promise<Graph | null | undefined> {
    try {
      const answer = await this.server.graph(params);
      return this.server.health.state === "running" ? answer : undefined;
    } catch {
      // The server has logged it, or has just been stopped.
      return undefined;
    }
  }
}

/** Whether a file has a graph, as far as its words say. */
export function hasGraph(document: vscode.TextDocument): boolean {
  return document.languageId === "unik" && /^\s*unikernel\b/m.test(document.getText());
}

/** Asks where to save the graph, and saves it. */
export async function saveGraph(
  server: Server,
  uri: vscode.Uri,
  format: ExportFormat,
  params: Omit<GraphParams, "textDocument">,
): Promise<void> {
  const file = await server.exported({ ...params, textDocument: { uri: server.uriOf(uri) }, format });
  if (file === null) {
    const running = server.health.state === "running";
    const why = running ? "the file declares no unikernel, or has too many mistakes" : "the server of unik does not run";
    void vscode.window.showErrorMessage(`There is no graph to export: ${why}.`);
    return;
  }
  const folder = uri.scheme === "file" ? vscode.Uri.joinPath(uri, "..") : vscode.workspace.workspaceFolders?.[0]?.uri;
  const filters = format === "html" ? { "Page with everything in it": ["html"] } : { Picture: ["svg"] };
  const place = folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, file.name) };
  const chosen = await vscode.window.showSaveDialog({ ...place, filters, title: "Export the Graph" });
  if (chosen !== undefined) await vscode.workspace.fs.writeFile(chosen, new TextEncoder().encode(file.text));
}

/** Shows a range of a file in an editor: the one that has it, else one beside the graph. */
async function reveal(
  uri: string,
  { start, end }: Range,
  focus: boolean,
  graph: vscode.ViewColumn | undefined,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const has = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const other = vscode.window.visibleTextEditors.find((editor) => editor.viewColumn !== graph);
  const viewColumn = has?.viewColumn ?? other?.viewColumn ?? vscode.ViewColumn.One;
  const editor = await vscode.window.showTextDocument(document, { viewColumn, preserveFocus: !focus });
  // The cursor stands where it starts: to show the end of a long range, the editor would scroll what is before it out of sight.
  editor.selection = new vscode.Selection(end.line, end.character, start.line, start.character);
  const from = new vscode.Range(editor.selection.active, editor.selection.active);
  editor.revealRange(from, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
