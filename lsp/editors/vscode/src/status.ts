// The item in the status bar: the target of the file that is looked at, and how it is with the server. What can be done
// about it is one click away. Commands do it.

import * as vscode from "vscode";
import type { Configurations } from "./configuration";
import type { Health, Server } from "./server";

/** Shows it while the document is a .unik file, and keeps it true until disposed. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("unik", vscode.StatusBarAlignment.Right, 90);
  private readonly subscriptions: vscode.Disposable;
  /** The target that is in force without a chosen one, of the file that it was asked for. */
  private usual: { uri: string; name: string | null } | undefined;

  constructor(
    private readonly server: Server,
    private readonly configurations: Configurations,
    /** The .unik file that is looked at, if one is. */
    private readonly current: () => vscode.Uri | undefined,
    onDidChangeCurrent: vscode.Event<void>,
  ) {
    this.item.name = "unik";
    this.subscriptions = vscode.Disposable.from(
      this.item,
      server.onDidChangeHealth(() => this.refresh()),
      configurations.onDidChange(() => this.refresh()),
      vscode.window.onDidChangeActiveTextEditor(() => this.refresh()),
      onDidChangeCurrent(() => this.refresh()),
      vscode.workspace.onDidSaveTextDocument(() => this.refresh()),
    );
    this.refresh();
  }

  /** Draws it anew, and again when it is known which target is the usual one. */
  private refresh(): void {
    this.show();
    void this.ask();
  }

  /** Only the server knows which platforms a file can reach. */
  private async ask(): Promise<void> {
    const uri = this.current();
    if (uri === undefined || this.server.health.state !== "running" || this.configurations.of(uri).target !== null) return;
    // A server that is being stopped does not answer, and the next one is asked anew.
    const configured = await this.server.configured(uri).catch(() => null);
    if (configured === null || this.configurations.of(uri).target !== null) return;
    this.usual = { uri: uri.toString(), name: configured.target };
    this.show();
  }

  private show(): void {
    const uri = this.current();
    if (uri === undefined) return this.item.hide();
    const { text, problem, command } = look(this.server.health);
    const { target, keys } = this.configurations.of(uri);
    const tried = this.configurations.isTried(uri);
    const usual = this.usual?.uri === uri.toString() ? this.usual.name : null;
    const short = target ?? (usual === null ? "unik" : `${usual} (usual)`);
    const long = target ?? (usual === null ? "the usual one" : `${usual}, the usual one`);
    this.item.text = problem ? text : `${text} ${short}${tried ? "*" : ""}`;
    this.item.command = command;
    this.item.backgroundColor = problem ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.item.tooltip = this.tooltip(long, keys, tried);
    this.item.accessibilityInformation = { label: `unik: ${explained(this.server.health)}, target ${long}` };
    this.item.show();
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private tooltip(target: string, keys: Record<string, string>, tried: boolean): vscode.MarkdownString {
    const text = new vscode.MarkdownString("", true);
    text.isTrusted = {
      enabledCommands: [
        "unik.chooseTarget",
        "unik.setKey",
        "unik.saveConfiguration",
        "unik.showGraph",
        "unik.restartServer",
        "unik.showLog",
      ],
    };
    text.appendMarkdown(`**unik** · `).appendText(explained(this.server.health)).appendMarkdown("\n\n");
    text.appendMarkdown(`[Target](command:unik.chooseTarget): `).appendText(target).appendMarkdown("\n\n");
    const given = Object.entries(keys).map(([option, value]) => `--${option}=${value}`);
    text.appendMarkdown(`[Keys](command:unik.setKey): `);
    text.appendText(given.length === 0 ? "all at their defaults" : given.join(" ")).appendMarkdown("\n\n");
    if (tried) {
      text.appendMarkdown("\\* tried, not saved: [save to the settings](command:unik.saveConfiguration)\n\n");
    }
    return text.appendMarkdown(
      "[Graph](command:unik.showGraph) · [Restart](command:unik.restartServer) · [Log](command:unik.showLog)",
    );
  }
}

/** What the item shows of the server. */
function look(health: Health): { text: string; problem: boolean; command: string } {
  switch (health.state) {
    case "running":
      return { text: "$(type-hierarchy)", problem: false, command: "unik.chooseTarget" };
    case "starting":
      return { text: "$(loading~spin)", problem: false, command: "unik.showLog" };
    case "stopped":
      return { text: "$(error) unik", problem: true, command: "unik.restartServer" };
    case "missing":
      return { text: "$(error) unikc is missing", problem: true, command: "unik.restartServer" };
    case "untrusted":
      return { text: "$(shield) unik", problem: true, command: "workbench.trust.manage" };
  }
}

/** The same in words. */
function explained(health: Health): string {
  switch (health.state) {
    case "running":
      return health.version;
    case "starting":
      return "the server starts";
    case "stopped":
      return `stopped: ${health.why}`;
    case "missing":
      return `\`${health.command}\` cannot be started`;
    case "untrusted":
      return "waits until the workspace is trusted";
  }
}
