// Tasks: `unikc check`, `build` and `run` for the files of the workspace, with the target and the keys of the file's
// configuration, in a terminal. What they print is `unikc`'s; the problem matchers of package.json read it.

import * as path from "node:path";
import * as vscode from "vscode";
import type { Configurations } from "./configuration";
import { program } from "./program";
import type { Server } from "./server";

export type TaskCommand = "check" | "build" | "run";

/** A task as tasks.json says it; package.json has its schema. */
export interface Definition extends vscode.TaskDefinition {
  type: "unik";
  command: TaskCommand;
  file: string;
  unikernel?: string;
  target?: string;
  arguments?: string[];
}

/** So many files are looked at for tasks. */
const FILES = 200;

/** Offers and completes tasks. */
export class Tasks implements vscode.TaskProvider {
  constructor(
    private readonly server: Server,
    private readonly configurations: Configurations,
  ) {}

  async provideTasks(token: vscode.CancellationToken): Promise<vscode.Task[]> {
    const hidden = "**/{target,node_modules,.*}/**";
    const files = await vscode.workspace.findFiles("**/*.unik", hidden, FILES, token);
    const tasks: vscode.Task[] = [];
    for (const uri of files.sort((one, other) => (one.path < other.path ? -1 : 1))) {
      const bytes = await vscode.workspace.fs.readFile(uri);
      if (token.isCancellationRequested) break;
      if (!/^\s*unikernel\b/m.test(new TextDecoder().decode(bytes))) continue;
      for (const command of ["check", "build", "run"] as const) tasks.push(this.task(uri, { command }));
    }
    return tasks;
  }

  /** A task of tasks.json, which says what to do but not how. */
  resolveTask(task: vscode.Task): vscode.Task | undefined {
    const definition = task.definition as Definition;
    const folder = typeof task.scope === "object" ? task.scope : vscode.workspace.workspaceFolders?.[0];
    if (typeof definition.file !== "string" || folder === undefined) return undefined;
    const uri = vscode.Uri.joinPath(folder.uri, definition.file);
    return this.task(uri, definition, definition);
  }

  /** Runs `unikc` on a file, with what the configuration of the file says. */
  async start(command: TaskCommand, uri: vscode.Uri, unikernel?: string, target?: string): Promise<void> {
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
    if (document?.isDirty === true) await document.save();
    const which = { ...(unikernel === undefined ? {} : { unikernel }), ...(target === undefined ? {} : { target }) };
    const options = command === "check" ? [] : await this.options(uri, which);
    await vscode.tasks.executeTask(this.task(uri, { command, ...which, arguments: options }));
  }

  /** The values of keys as options: those that are read when configuring, then those of the program. */
  private async options(uri: vscode.Uri, which: { unikernel?: string; target?: string }): Promise<string[]> {
    const configuration = { ...this.configurations.of(uri), ...(which.target ? { target: which.target } : {}) };
    const unikernel = which.unikernel === undefined ? {} : { unikernel: which.unikernel };
    const textDocument = { uri: this.server.uriOf(uri) };
    // Options that the file has no key for are mistakes of the command line, so the server says which it has.
    const graph = await this.server.graph({ textDocument, configuration, ...unikernel, once: true });
    const given = (graph?.keys ?? []).flatMap(({ option, stage }) => {
      const value = configuration.keys[option];
      return value === undefined ? [] : [{ boot: stage === "run", option: `--${option}=${value}` }];
    });
    const boot = given.filter((key) => key.boot).map((key) => key.option);
    const configured = given.filter((key) => !key.boot).map((key) => key.option);
    return boot.length === 0 ? configured : [...configured, "--", ...boot];
  }

  private task(
    uri: vscode.Uri,
    { command, unikernel, target, arguments: more }: Pick<Definition, "command"> & Partial<Definition>,
    written?: Definition,
  ): vscode.Task {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    // What is shown of places is relative to where `unikc` runs, and so is what the matchers read.
    const cwd = folder?.uri.fsPath ?? path.dirname(uri.fsPath);
    const file = folder === undefined ? uri.fsPath : path.relative(cwd, uri.fsPath);
    const chosen = target ?? this.configurations.of(uri).target ?? undefined;
    const options = [
      ...(unikernel === undefined ? [] : ["--unikernel", unikernel]),
      ...(chosen === undefined || command === "check" ? [] : ["--target", chosen]),
      ...(command === "check" ? ["--message-format", "short"] : []),
    ];
    const { command: unikc, library } = program();
    // Behind `--` stands what is the program's, but nothing that `unikc check` or `build` knows.
    const arguments_ = command === "run" ? (more ?? []) : (more ?? []).slice(0, ends(more ?? []));
    const execution = new vscode.ProcessExecution(unikc, [command, file, ...library, ...options, ...arguments_], { cwd });
    const definition: Definition = written ?? {
      type: "unik",
      command,
      file,
      ...(unikernel === undefined ? {} : { unikernel }),
      ...(target === undefined ? {} : { target }),
      ...(more === undefined || more.length === 0 ? {} : { arguments: more }),
    };
    const name = [command, unikernel ?? file, ...(target === undefined ? [] : ["for", target])].join(" ");
    const matcher = command === "check" ? "$unikc" : "$unikc-human";
    const task = new vscode.Task(definition, folder ?? vscode.TaskScope.Workspace, name, "unik", execution, matcher);
    if (command !== "run") task.group = vscode.TaskGroup.Build;
    task.presentationOptions = { clear: true, showReuseMessage: false, panel: vscode.TaskPanelKind.Dedicated };
    return task;
  }
}

/** Where `--` stands. */
function ends(options: string[]): number {
  const at = options.indexOf("--");
  return at < 0 ? options.length : at;
}
