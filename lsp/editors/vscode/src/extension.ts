// The extension: makes its parts and joins them. What each decides stands at its head.

import * as vscode from "vscode";
import { commands, currentFile } from "./commands";
import { Configurations } from "./configuration";
import { explanations } from "./explain";
import { missing } from "./missing";
import { Preview } from "./preview";
import { Server } from "./server";
import { Status } from "./status";
import { Tasks } from "./tasks";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const configurations = new Configurations(context.workspaceState);
  server = new Server(configurations);
  const preview = new Preview(context.extensionUri, server, configurations, context.workspaceState);
  const tasks = new Tasks(server, configurations);
  context.subscriptions.push(
    configurations,
    preview,
    new Status(server, configurations, () => currentFile(preview), preview.onDidChangeActive),
    vscode.tasks.registerTaskProvider("unik", tasks),
    explanations(),
    missing(server),
    commands({ server, configurations, preview, tasks }),
  );
  await server.restart();
}

/** The server ends before the editor does. */
export async function deactivate(): Promise<void> {
  await server?.dispose();
  server = undefined;
}
