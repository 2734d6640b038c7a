// The commands, those that lenses name among them: each finds the file that it is about and hands it on.

import * as vscode from "vscode";
import type { Location, Position } from "vscode-languageclient/node";
import { askTarget, askUnikernel, chooseTarget, setKey } from "./choose";
import type { Configurations } from "./configuration";
import { explain } from "./explain";
import { saveGraph } from "./preview";
import type { Preview } from "./preview";
import type { ExportFormat, LensArguments } from "./protocol";
import type { Server } from "./server";
import type { Tasks } from "./tasks";

/** Who carries them out. */
export interface Parts {
  server: Server;
  configurations: Configurations;
  preview: Preview;
  tasks: Tasks;
}

/** The .unik file that is looked at: the one whose graph is, else the one whose text is. */
export function currentFile(preview: Preview): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === "unik" ? document.uri : preview.active;
}

/** Registers all of them. */
export function commands({ server, configurations, preview, tasks }: Parts): vscode.Disposable {
  /** A command about a file: the lens's, the menu's, or the one that is looked at. */
  const onFile = (id: string, act: (uri: vscode.Uri, lens: Partial<LensArguments>) => Promise<unknown>) =>
    vscode.commands.registerCommand(id, async (argument?: unknown) => {
      const lens: Partial<LensArguments> = isLens(argument) ? argument : {};
      const menu = argument instanceof vscode.Uri ? argument : currentFile(preview);
      const uri = lens.uri === undefined ? menu : vscode.Uri.parse(lens.uri);
      if (uri === undefined) return void vscode.window.showInformationMessage("Open a .unik file first.");
      await act(uri, lens);
    });
  return vscode.Disposable.from(
    onFile("unik.showGraph", (uri, lens) => preview.show(uri, lens.unikernel)),
    onFile("unik.exportGraph", async (uri) => {
      const picks = [
        { label: "HTML", detail: "A page with everything in it, which opens from disk", format: "html" as ExportFormat },
        { label: "SVG", detail: "The picture alone", format: "svg" as ExportFormat },
      ];
      const chosen = await vscode.window.showQuickPick(picks, { title: "Export the Graph" });
      if (chosen !== undefined) await saveGraph(server, uri, chosen.format, {});
    }),
    onFile("unik.chooseTarget", (uri) => chooseTarget(server, configurations, uri)),
    onFile("unik.setKey", (uri) => setKey(server, configurations, uri)),
    onFile("unik.saveConfiguration", (uri) => configurations.save(uri)),
    onFile("unik.run", async (uri, lens) => {
      const unikernel = lens.unikernel ?? (await askUnikernel(server, uri));
      if (unikernel !== undefined) await tasks.start("run", uri, unikernel, lens.target ?? undefined);
    }),
    onFile("unik.build", async (uri, lens) => {
      const unikernel = lens.unikernel ?? (await askUnikernel(server, uri));
      const target = lens.target ?? (unikernel && (await askTarget(server, uri)));
      if (target !== undefined) await tasks.start("build", uri, unikernel, target);
    }),
    onFile("unik.check", (uri) => tasks.start("check", uri)),
    vscode.commands.registerCommand("unik.explain", (code?: unknown) =>
      explain(typeof code === "string" ? code : undefined),
    ),
    vscode.commands.registerCommand("unik.restartServer", () => server.restart()),
    vscode.commands.registerCommand("unik.showLog", () => server.showLog()),
    vscode.commands.registerCommand("unik.showReferences", (uri: string, at: Position, places: Location[]) => {
      const { converter } = server;
      if (converter === undefined) return;
      const locations = places.map((place) => converter.asLocation(place));
      return vscode.commands.executeCommand(
        "editor.action.showReferences",
        vscode.Uri.parse(uri),
        converter.asPosition(at),
        locations,
      );
    }),
  );
}

function isLens(argument: unknown): argument is LensArguments {
  return typeof argument === "object" && argument !== null && "uri" in argument && typeof argument.uri === "string";
}
