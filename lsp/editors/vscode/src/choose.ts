// Asking for a target, a key, a unikernel: what there is to choose from, the server says with the graph of the file. What is
// chosen is tried in the file's folder.

import * as vscode from "vscode";
import type { Configurations } from "./configuration";
import type { Configuration, Graph, Key } from "./protocol";
import type { Server } from "./server";

/** A choice, and what is shown of it. */
type Pick<T> = vscode.QuickPickItem & { value: T };

/** Asks with what target the file is to be looked at. */
export async function chooseTarget(server: Server, configurations: Configurations, uri: vscode.Uri): Promise<void> {
  const { target, keys } = configurations.of(uri);
  const targets = await targetsOf(server, uri);
  if (targets === null) return;
  const picks: Pick<string | null>[] = [
    ...targets.map((name) => ({ label: name, value: name, ...(name === target ? { description: "chosen" } : {}) })),
    { label: "The usual one", detail: "As without --target", value: null, ...(target === null ? { description: "counts now" } : {}) },
  ];
  const chosen = await vscode.window.showQuickPick(picks, { title: "Target", placeHolder: "What to look at it for, build and run" });
  if (chosen !== undefined) configurations.try(uri, { target: chosen.value, keys });
}

/** Asks for one of the targets in reach. */
export async function askTarget(server: Server, uri: vscode.Uri): Promise<string | undefined> {
  const targets = await targetsOf(server, uri);
  return targets === null ? undefined : await vscode.window.showQuickPick(targets, { title: "Build for Target" });
}

/** Asks for one of the file's unikernels, if it has several. Undefined: none was chosen. */
export async function askUnikernel(server: Server, uri: vscode.Uri): Promise<string | undefined> {
  const graph = await graphOf(server, uri);
  if (graph === null || graph.unikernels.length < 2) return graph?.unikernel;
  return await vscode.window.showQuickPick(graph.unikernels, { title: "Unikernel" });
}

/** Asks for a key and its value. */
export async function setKey(server: Server, configurations: Configurations, uri: vscode.Uri): Promise<void> {
  const graph = await graphOf(server, uri);
  if (graph === null) return;
  if (graph.keys.length === 0) return void vscode.window.showInformationMessage("This unikernel has no keys.");
  const key = await askKey(graph.keys);
  if (key === undefined) return;
  const configuration = configurations.of(uri);
  const value = await askValue(key, (value) => problem(server, uri, key, withValue(configuration, key, value)));
  if (value === undefined) return;
  configurations.try(uri, withValue(configuration, key, value));
}

/** The targets in reach of a file, or a word about why there are none. */
async function targetsOf(server: Server, uri: vscode.Uri): Promise<string[] | null> {
  const configured = await server.configured(uri);
  if (configured === null) void vscode.window.showWarningMessage("The server of unik does not run.");
  return configured?.targets ?? null;
}

/** The graph of a file, or a word about why there is none. */
async function graphOf(server: Server, uri: vscode.Uri): Promise<Graph | null> {
  const graph = await server.graph({ textDocument: { uri: server.uriOf(uri) }, once: true });
  if (graph === null) {
    const running = server.health.state === "running";
    const why = running ? "This file declares no unikernel." : "The server of unik does not run.";
    void vscode.window.showWarningMessage(why);
  }
  return graph;
}

async function askKey(keys: Key[]): Promise<Key | undefined> {
  const picks: Pick<Key>[] = keys.map((key) => ({
    label: `--${key.option}`,
    description: `${key.type}${key.value === null ? "" : ` = ${key.value}`}${key.origin === "given" ? " (given)" : ""}`,
    detail: key.doc.split("\n")[0] ?? "",
    value: key,
  }));
  const options = { title: "Set Key", placeHolder: "Which one", matchOnDetail: true };
  return (await vscode.window.showQuickPick(picks, options))?.value;
}

/** Undefined: nothing was chosen. Null: the default. */
async function askValue(
  key: Key,
  wrong: (value: string) => Promise<string | undefined>,
): Promise<string | null | undefined> {
  const title = `--${key.option}: ${key.type}`;
  const fallback = key.default === null ? "no value" : `the default, ${key.default}`;
  if (key.cases !== null) {
    const picks: Pick<string | null>[] = key.cases.map((name) => ({
      label: name,
      value: name,
      ...(name === key.value ? { description: "now" } : {}),
    }));
    const other = { label: "Default", detail: fallback, value: null };
    return (await vscode.window.showQuickPick([...picks, other], { title }))?.value;
  }
  const options = { title, prompt: `Nothing stands for ${fallback}`, value: key.origin === "given" ? (key.value ?? "") : "" };
  const text = await vscode.window.showInputBox({
    ...options,
    validateInput: (text) => (text === "" ? undefined : wrong(text)),
  });
  return text === "" ? null : text;
}

/** Why the key cannot have the value that this configuration gives it. */
async function problem(
  server: Server,
  uri: vscode.Uri,
  key: Key,
  configuration: Configuration,
): Promise<string | undefined> {
  const graph = await server.graph({ textDocument: { uri: server.uriOf(uri) }, configuration, once: true });
  return graph?.keys.find(({ option }) => option === key.option)?.problem ?? undefined;
}

function withValue({ target, keys }: Configuration, { option }: Key, value: string | null): Configuration {
  const others = Object.fromEntries(Object.entries(keys).filter(([name]) => name !== option));
  return { target, keys: value === null ? others : { ...others, [option]: value } };
}
