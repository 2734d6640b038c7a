// A client that believes nothing: what it sends and what it gets must have the types of the protocol, and it keeps count of what it asked.

import { spawn } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { mismatches, notifications, requests } from './types.js';

/** What a client can do that can do everything. */
export const everything = {
  general: { positionEncodings: ['utf-16'] },
  window: { workDoneProgress: true, showMessage: {} },
  workspace: {
    applyEdit: true,
    configuration: true,
    workspaceFolders: true,
    workspaceEdit: { documentChanges: true },
    didChangeConfiguration: { dynamicRegistration: true },
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    symbol: { resolveSupport: { properties: ['location.range'] } },
    codeLens: { refreshSupport: true },
    semanticTokens: { refreshSupport: true },
    inlayHint: { refreshSupport: true },
    diagnostics: { refreshSupport: true },
  },
  textDocument: {
    synchronization: { didSave: true },
    publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true, dataSupport: true, tagSupport: { valueSet: [1, 2] } },
    completion: {
      contextSupport: true,
      completionItem: { snippetSupport: true, documentationFormat: ['markdown'], resolveSupport: { properties: ['documentation', 'detail'] } },
    },
    hover: { contentFormat: ['markdown'] },
    signatureHelp: { signatureInformation: { activeParameterSupport: true, parameterInformation: { labelOffsetSupport: true } } },
    definition: { linkSupport: true },
    typeDefinition: { linkSupport: true },
    implementation: { linkSupport: true },
    references: {},
    documentHighlight: {},
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    codeAction: {
      codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'refactor', 'source'] } },
      isPreferredSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
    },
    codeLens: {},
    documentLink: { tooltipSupport: true },
    formatting: {},
    rangeFormatting: {},
    onTypeFormatting: {},
    rename: { prepareSupport: true },
    foldingRange: {},
    selectionRange: {},
    callHierarchy: {},
    semanticTokens: { requests: { full: { delta: true }, range: true }, tokenTypes: [], tokenModifiers: [], formats: ['relative'] },
    inlayHint: { resolveSupport: { properties: ['tooltip'] } },
    diagnostic: { dynamicRegistration: true, relatedDocumentSupport: true },
  },
};

/** A running server and the connection to it. */
export class Client {
  /**
   * @param {string} unikc the path of the program
   * @param {string} folder the workspace
   */
  constructor(unikc, folder) {
    this.folder = pathToFileURL(folder).href;
    this.process = spawn(unikc, ['lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.process.stdout),
      new StreamMessageWriter(this.process.stdin),
    );
    /** What was wrong with anything that the server said. @type {string[]} */
    this.wrong = [];
    /** The methods that were asked, and those of them that had an answer with something in it. */
    this.asked = new Set();
    this.answered = new Set();
    /** The last diagnostics that were pushed, by document. @type {Map<string, any>} */
    this.published = new Map();
    /** What the server asks to be told. @type {string[]} */
    this.registered = [];
    this.connection.onNotification((method, params) => this.#heard(method, params));
    this.connection.onRequest((method, params) => this.#wasAsked(method, params));
    this.connection.listen();
  }

  /** @param {string} method @param {any} params */
  #heard(method, params) {
    const known = notifications.get(method);
    if (known?.params) this.wrong.push(...mismatches(params, known.params, method));
    else if (!known && !method.startsWith('unik/') && !method.startsWith('$/')) this.wrong.push(`${method} is no notification of the protocol`);
    if (method === 'textDocument/publishDiagnostics') this.published.set(params.uri, params);
  }

  /** @param {string} method @param {any} params */
  #wasAsked(method, params) {
    const known = requests.get(method);
    if (!known) this.wrong.push(`${method} is no request of the protocol`);
    else if (known.params) this.wrong.push(...mismatches(params, known.params, method));
    if (method === 'client/registerCapability') this.registered.push(...params.registrations.map((one) => one.method));
    return method === 'workspace/configuration' ? params.items.map(() => null) : null;
  }

  /**
   * Asks, and gives the answer.
   * @param {string} method
   * @param {any} params
   * @returns {Promise<any>}
   */
  async ask(method, params) {
    const known = requests.get(method);
    if (!known) throw new Error(`${method} is no request of the protocol`);
    const own = known.params ? mismatches(params, known.params, `${method} params`) : [];
    if (own.length > 0) throw new Error(own.join('\n'));
    this.asked.add(method);
    const answer = known.params ? await this.connection.sendRequest(method, params) : await this.connection.sendRequest(method);
    this.wrong.push(...mismatches(answer, known.result, method));
    const empty = answer === null || (Array.isArray(answer) && answer.length === 0);
    if (!empty) this.answered.add(method);
    return answer;
  }

  /** @param {string} method @param {any} params */
  async tell(method, params) {
    const known = notifications.get(method);
    if (!known) throw new Error(`${method} is no notification of the protocol`);
    const own = known.params ? mismatches(params, known.params, `${method} params`) : [];
    if (own.length > 0) throw new Error(own.join('\n'));
    await this.connection.sendNotification(method, params);
  }

  /** Begins the session; gives what the server can do for a client that can do these things. */
  async begin(capabilities = everything) {
    const answer = await this.ask('initialize', {
      processId: process.pid,
      rootUri: this.folder,
      capabilities,
      workspaceFolders: [{ uri: this.folder, name: 'workspace' }],
    });
    await this.tell('initialized', {});
    return answer.capabilities;
  }

  /**
   * The diagnostics that are pushed for a state of a document, as soon as they are.
   * @param {string} uri
   * @param {number} version
   */
  async pushed(uri, version) {
    const until = Date.now() + 20_000;
    while (this.published.get(uri)?.version !== version) {
      if (Date.now() > until) throw new Error(`nothing was published for version ${version} of ${uri}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.published.get(uri).diagnostics;
  }

  /** Ends the session; gives the code with which the server ends. */
  async end() {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    await this.ask('shutdown', undefined);
    await this.connection.sendNotification('exit');
    const code = await ended;
    this.connection.dispose();
    return code;
  }
}

/** The path of a document. @param {string} uri */
export const pathOf = (uri) => fileURLToPath(uri);
