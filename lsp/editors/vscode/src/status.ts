// The item in the status bar: the target of the file that is looked at, and how it is with the server. What can be done
// about it is one click away. Commands do it.

import * as vscode from "vscode";
import type { Configurations } from "./configuration";
import type { Health, Server } from "./server";

/** Shows it while the document is a .unik file, and keeps it true until disposed. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("unik", vscode.StatusBarAlignment.Right, 90);
  private readonly subscriptions: vscode.Disposable;
  /** Which missing program was told about: once for each. */
  private told = "";

  constructor(
    private readonly server: Server,
    private readonly configurations: Configurations,
    /** The .unik file that is looked at, if one is. */
    private readonly current: () => vscode.Uri | undefined,
  ) {
    this.item.name = "unik";
    this.subscriptions = vscode.Disposable.from(
      this.item,
      server.onDidChangeHealth((health) => {
        this.show();
        void this.tell(health);
      }),
      configurations.onDidChange(() => this.show()),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
    );
    this.show();
  }

  /** Draws it anew. */
  show(): void {
    const uri = this.current();
    if (uri === undefined) return this.item.hide();
    const { text, problem, command } = look(this.server.health);
    const { target, keys } = this.configurations.of(uri);
    const tried = this.configurations.isTried(uri);
    this.item.text = problem ? text : `${text} ${target ?? "unik"}${tried ? "*" : ""}`;
    this.item.command = command;
    this.item.backgroundColor = problem ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.item.tooltip = this.tooltip(target, keys, tried);
    this.item.accessibilityInformation = { label: `unik: ${explained(this.server.health)}, target ${target ?? "the usual one"}` };
    this.item.show();
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private tooltip(target: string | null, keys: Record<string, string>, tried: boolean): vscode.MarkdownString {
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
    text.appendMarkdown(`[Target](command:unik.chooseTarget): `).appendText(target ?? "the usual one").appendMarkdown("\n\n");
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

  /** A program that is not there is said once, with what helps. */
  private async tell(health: Health): Promise<void> {
    if (health.state !== "missing" || this.told === health.command) return;
    this.told = health.command;
    const message =
      `\`${health.command}\` cannot be started, so .unik files are only coloured. ` +
      "Build it with `cargo build --release -p unikc`, put it on the PATH, or say where it is.";
    const settings = "Say Where It Is";
    const again = "Try Again";
    const chosen = await vscode.window.showErrorMessage(message, settings, again);
    this.told = "";
    if (chosen === settings) await vscode.commands.executeCommand("workbench.action.openSettings", "unik.path");
    if (chosen === again) await this.server.restart();
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
