// What is said where the program `unikc` cannot be started, in the first line of every .unik file, with what helps. It stands there as
// long as it is true: a message would have to be put away by hand. That the server starts when the path changes is its own affair.

import * as vscode from "vscode";
import type { Server } from "./server";

/** Says it while it is true. */
export function missing(server: Server): vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changes.event,
    provideCodeLenses() {
      const { health } = server;
      return health.state === "missing" ? lenses(health.command) : [];
    },
  };
  return vscode.Disposable.from(
    changes,
    server.onDidChangeHealth(() => changes.fire()),
    vscode.languages.registerCodeLensProvider({ language: "unik" }, provider),
  );
}

function lenses(program: string): vscode.CodeLens[] {
  const top = new vscode.Range(0, 0, 0, 0);
  const how = "Build it with `cargo build --release -p unikc`, put it on the PATH, or say where it is.";
  const lens = (title: string, command: string, argument?: unknown) =>
    new vscode.CodeLens(top, { title, tooltip: how, command, ...(argument === undefined ? {} : { arguments: [argument] }) });
  return [
    lens(`$(error) ${program} cannot be started, so this file is only coloured`, "unik.showLog"),
    // The path belongs to the machine that runs it.
    lens("Say where it is", `workbench.action.open${vscode.env.remoteName === undefined ? "" : "Remote"}Settings`, { query: "unik.path" }),
    lens("Try again", "unik.restartServer"),
  ];
}
