// The life of the language server: started when there is a program and trust, restarted on demand, stopped at the end.
// What its state looks like is up to the status item; what it is asked beyond the protocol, to those who ask.

import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, State } from "vscode-languageclient/node";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import { normal, ofSettings } from "./configuration";
import type { Configurations } from "./configuration";
import { program, version } from "./program";
import { configurationRequest, configureRequest, exportRequest, graphChanged, graphRequest } from "./protocol";
import type { Configured, ExportFormat, Graph, GraphParams } from "./protocol";

/** How it is with the server. */
export type Health =
  | { state: "starting" }
  | { state: "running"; version: string }
  | { state: "stopped"; why: string }
  | { state: "missing"; command: string }
  | { state: "untrusted" };

/** The server and its client. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private now: Health = { state: "starting" };
  /** Starts and stops one after the other. */
  private queue: Promise<void> = Promise.resolve();
  private ended = false;
  private readonly subscriptions: vscode.Disposable[] = [];
  private readonly log = vscode.window.createOutputChannel("unik", { log: true });
  private readonly trace = vscode.window.createOutputChannel("unik (protocol)", { log: true });
  private readonly healths = new vscode.EventEmitter<Health>();
  private readonly graphs = new vscode.EventEmitter<string>();

  /** Its state is another one now. */
  readonly onDidChangeHealth = this.healths.event;
  /** The graph of the file with this URI may be another one now. */
  readonly onDidChangeGraph = this.graphs.event;

  constructor(private readonly configurations: Configurations) {
    this.subscriptions.push(
      this.log,
      this.trace,
      this.healths,
      this.graphs,
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.restart()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        const how = ["unik.path", "unik.library"].some((setting) => event.affectsConfiguration(setting));
        if (how) void this.restart();
      }),
      configurations.onDidChange((uri) => {
        if (uri !== undefined) void this.configure(uri);
      }),
    );
  }

  /** How it is. */
  get health(): Health {
    return this.now;
  }

  /** Stops it if it runs, and starts it. */
  restart(): Promise<void> {
    this.queue = this.queue.then(() => this.stop()).then(() => this.start());
    return this.queue;
  }

  /** Shows what it wrote. */
  showLog(): void {
    this.log.show(true);
  }

  /** The graph of a file; null if it has none, or no server runs. */
  async graph(params: GraphParams, token?: vscode.CancellationToken): Promise<Graph | null> {
    await this.queue;
    if (this.client?.state !== State.Running) return null;
    return await this.client.sendRequest(graphRequest, params, token);
  }

  /** What counts for a file; null if no server runs. */
  async configured(uri: vscode.Uri): Promise<Configured | null> {
    await this.queue;
    if (this.client?.state !== State.Running) return null;
    const params = { textDocument: { uri: this.uriOf(uri) }, configuration: this.configurations.of(uri) };
    return await this.client.sendRequest(configurationRequest, params);
  }

  /** The graph as a file to be saved, and a name for it. */
  async exported(params: GraphParams & { format: ExportFormat }): Promise<{ name: string; text: string } | null> {
    await this.queue;
    if (this.client?.state !== State.Running) return null;
    return await this.client.sendRequest(exportRequest, params);
  }

  /** The client, to convert what comes from the server. */
  get converter(): LanguageClient["protocol2CodeConverter"] | undefined {
    return this.client?.protocol2CodeConverter;
  }

  /** How the server calls a document. */
  uriOf(uri: vscode.Uri): string {
    return this.client?.code2ProtocolConverter.asUri(uri) ?? uri.toString();
  }

  async dispose(): Promise<void> {
    this.ended = true;
    this.queue = this.queue.then(() => this.stop());
    await this.queue;
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async start(): Promise<void> {
    if (this.ended) return;
    if (!vscode.workspace.isTrusted) return this.become({ state: "untrusted" });
    this.become({ state: "starting" });
    const { command, library } = program();
    const found = await version();
    if (found.missing) {
      this.log.error(`${command} cannot be started: ${found.failure}`);
      return this.become({ state: "missing", command });
    }
    if (found.failure !== null) return this.become({ state: "stopped", why: found.failure });
    const executable = { command, args: ["lsp", ...library] };
    const client = new LanguageClient("unik", "unik", executable, this.options());
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) return;
      if (newState === State.Running) void this.started(found.output);
      if (newState === State.Starting) this.become({ state: "starting" });
      if (newState === State.Stopped) this.become({ state: "stopped", why: "the server has ended" });
    });
    client.onNotification(graphChanged, ({ textDocument }) => this.graphs.fire(textDocument.uri));
    try {
      await client.start();
    } catch (error) {
      this.log.error(String(error));
      this.become({ state: "stopped", why: error instanceof Error ? error.message : String(error) });
    }
  }

  /** A server that has just begun knows nothing of what is tried. */
  private async started(version: string): Promise<void> {
    for (const { uri } of this.configurations.allTried()) await this.configure(uri);
    this.become({ state: "running", version });
  }

  private async configure(uri: vscode.Uri): Promise<void> {
    if (this.client?.state !== State.Running) return;
    const textDocument = { uri: this.uriOf(uri) };
    try {
      await this.client.sendRequest(configureRequest, { textDocument, configuration: this.configurations.of(uri) });
    } catch (error) {
      this.log.error(`unik/configure: ${String(error)}`);
    }
  }

  private async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // One that never started, or has crashed, has nothing to stop.
    await client?.dispose(2000).catch((error: unknown) => this.log.warn(String(error)));
  }

  private become(health: Health): void {
    this.now = health;
    this.healths.fire(health);
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [
        { language: "unik", scheme: "file" },
        { language: "unik", scheme: "untitled" },
      ],
      // What counts until the server has asked for the settings of each folder, and of files outside of all.
      initializationOptions: ofSettings(),
      outputChannel: this.log,
      traceOutputChannel: this.trace,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      middleware: {
        workspace: {
          configuration: async (params, token, next) => {
            const answers = await next(params, token);
            if (!Array.isArray(answers)) return answers;
            // Numbers and `true` in the settings are options like any other to the server.
            return answers.map((answer: unknown, nth) =>
              params.items[nth]?.section === "unik" && typeof answer === "object" && answer !== null
                ? { ...answer, ...normal(answer) }
                : answer,
            );
          },
        },
      },
    };
  }
}
