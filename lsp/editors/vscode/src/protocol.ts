// What `unikc lsp` says beyond the Language Server Protocol, as far as this extension reads it: `spec/editors.md` is the
// source. The whole answer of `unik/graph` passes through to the page, which reads the rest.

import { NotificationType, RequestType } from "vscode-languageclient/node";
import type { Range, TextDocumentIdentifier } from "vscode-languageclient/node";

/** What a workspace folder is looked at with. */
export interface Configuration {
  /** The name of a platform. */
  target: string | null;
  /** Options without dashes, to values as behind an option of the command line. */
  keys: Record<string, string>;
}

/** The parameters of `unik/graph`. The page may add more; they pass through. */
export interface GraphParams {
  textDocument: TextDocumentIdentifier;
  unikernel?: string;
  configuration?: Configuration;
  /** The server does not tell when the answer would be another one: it is not for the panel. */
  once?: true;
}

/** A key, as an answer tells it. */
export interface Key {
  option: string;
  name: string;
  stage: "configure" | "both" | "run";
  type: string;
  cases: string[] | null;
  doc: string;
  default: string | null;
  value: string | null;
  origin: "default" | "given" | null;
  problem: string | null;
}

/** The answer of `unik/graph`. */
export interface Graph {
  unikernels: string[];
  unikernel: string;
  targets: string[];
  target: string | null;
  configuration: Configuration;
  svg: string | null;
  keys: Key[];
}

/** What `unik.run`, `unik.build` and `unik.showGraph` are called with from a lens. */
export interface LensArguments {
  uri: string;
  unikernel?: string;
  /** Null: that of the configuration. */
  target?: string | null;
}

export const graphRequest = new RequestType<GraphParams, Graph | null, void>("unik/graph");

/** What counts for a file. */
export interface Configured {
  /** The platforms that it can be built for. */
  targets: string[];
  /** The one in force: the configured one, else the usual one. */
  target: string | null;
}

export const configurationRequest = new RequestType<
  { textDocument: TextDocumentIdentifier; configuration: Configuration },
  Configured,
  void
>("unik/configuration");

export const configureRequest = new RequestType<
  { textDocument: TextDocumentIdentifier; configuration: Configuration },
  null,
  void
>("unik/configure");

export const graphChanged = new NotificationType<{ textDocument: TextDocumentIdentifier }>("unik/graphChanged");

/** The same request, for a file to be saved. */
export const exportRequest = new RequestType<
  GraphParams & { format: ExportFormat },
  { name: string; text: string } | null,
  void
>("unik/exportGraph");

export type ExportFormat = "html" | "svg";

/** What the page tells its host. */
export type FromPage =
  | { kind: "ask"; params: Omit<GraphParams, "textDocument">; serial: number }
  | { kind: "configure"; configuration: Configuration }
  | { kind: "reveal"; uri: string; range: Range; focus?: boolean }
  | { kind: "export"; format: ExportFormat; params: Omit<GraphParams, "textDocument"> };

/** What the host tells the page. */
export type ToPage =
  | { kind: "graph"; serial: number; answer: Graph | null }
  | { kind: "changed"; unikernel?: string }
  | { kind: "cursor"; uri: string; position: { line: number; character: number } };
