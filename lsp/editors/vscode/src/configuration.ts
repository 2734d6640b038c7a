// Which target and which values of keys a file is looked at with. The settings say it until somebody tries something
// else in the graph or by a command; what is tried lasts until the settings change or it is saved to them. What the
// values amount to is the server's affair.

import * as vscode from "vscode";
import type { Configuration } from "./protocol";

/** Something that the settings do not say. */
export interface Tried {
  /** A file of the folder in which it is tried. */
  uri: vscode.Uri;
  configuration: Configuration;
  /** What the settings say. */
  settings: Configuration;
}

/** The same, kept for a window that is loaded again. */
type Kept = Omit<Tried, "uri"> & { uri: string };

const KEPT = "unik.tried";

/** The configurations of all workspace folders. */
export class Configurations implements vscode.Disposable {
  /** What is tried, by the folder; files outside of all share one. */
  private readonly tried = new Map<string, Tried>();
  /** Whether only one of the two settings may be written yet. */
  private saving = false;
  private readonly changes = new vscode.EventEmitter<vscode.Uri | undefined>();
  private readonly subscription: vscode.Disposable;

  /** What counts in the folder of this file is something else now; without a file the settings are, for which the server asks by itself. */
  readonly onDidChange = this.changes.event;

  constructor(
    /** Remembers what is tried. */
    private readonly memory: vscode.Memento,
  ) {
    for (const { uri: kept, configuration, settings } of memory.get<Kept[]>(KEPT, [])) {
      const uri = vscode.Uri.parse(kept);
      this.tried.set(owner(uri), { uri, configuration, settings });
    }
    this.forget();
    this.subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("unik.target") || event.affectsConfiguration("unik.keys")) this.changed();
    });
  }

  /** What this file is looked at with. */
  of(uri: vscode.Uri): Configuration {
    return this.tried.get(owner(uri))?.configuration ?? ofSettings(uri);
  }

  /** Whether it is something that the settings do not say. */
  isTried(uri: vscode.Uri): boolean {
    return this.tried.has(owner(uri));
  }

  /** All that is tried. */
  allTried(): Tried[] {
    return [...this.tried.values()];
  }

  /** From now on, files of the same folder are looked at with this. */
  try(uri: vscode.Uri, configuration: Configuration): void {
    const settings = ofSettings(uri);
    if (same(configuration, settings)) this.tried.delete(owner(uri));
    else this.tried.set(owner(uri), { uri, configuration, settings });
    this.keep();
    this.changes.fire(uri);
  }

  /** Writes what is tried into the settings of the folder. */
  async save(uri: vscode.Uri): Promise<void> {
    const { target, keys } = this.of(uri);
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (folder === undefined) throw new Error("the file lies in no folder of the workspace, which alone has settings");
    const settings = vscode.workspace.getConfiguration("unik", folder);
    const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
    const where = several ? vscode.ConfigurationTarget.WorkspaceFolder : vscode.ConfigurationTarget.Workspace;
    this.saving = true;
    try {
      await settings.update("target", target ?? undefined, where);
      await settings.update("keys", Object.keys(keys).length === 0 ? undefined : keys, where);
    } finally {
      this.saving = false;
      this.changed();
    }
  }

  /** Where the settings are others now, nothing else counts. */
  private changed(): void {
    if (this.saving) return;
    this.forget();
    this.keep();
    this.changes.fire(undefined);
  }

  private forget(): void {
    for (const [folder, { uri, settings }] of this.tried) {
      if (!same(settings, ofSettings(uri))) this.tried.delete(folder);
    }
  }

  private keep(): void {
    const kept = this.allTried().map((tried): Kept => ({ ...tried, uri: tried.uri.toString() }));
    void this.memory.update(KEPT, kept);
  }

  dispose(): void {
    this.subscription.dispose();
    this.changes.dispose();
  }
}

/** Whose configuration a file has. */
function owner(uri: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() ?? "";
}

/** What the settings say for a file, or for files outside of all folders. */
export function ofSettings(uri?: vscode.Uri): Configuration {
  const settings = vscode.workspace.getConfiguration("unik", uri);
  return normal({ target: settings.get("target"), keys: settings.get("keys") });
}

/** A configuration from what stands in settings, where numbers and `true` may be written as such. */
export function normal(settings: { target?: unknown; keys?: unknown }): Configuration {
  const target = typeof settings.target === "string" && settings.target !== "" ? settings.target : null;
  const keys: Record<string, string> = {};
  if (typeof settings.keys === "object" && settings.keys !== null) {
    for (const [option, value] of Object.entries(settings.keys)) {
      if (["string", "number", "boolean"].includes(typeof value)) keys[option] = String(value);
    }
  }
  return { target, keys };
}

function same(one: Configuration, other: Configuration): boolean {
  const options = Object.keys(one.keys);
  return (
    one.target === other.target &&
    options.length === Object.keys(other.keys).length &&
    options.every((option) => one.keys[option] === other.keys[option])
  );
}
