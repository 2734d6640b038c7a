// Whom the page talks to: VS Code, the host of `unikc preview`, or nobody, in a file that has its answer within.
// What is said stands in spec/editors.md.

/**
 * @typedef {{ kind: string, [member: string]: any }} Message
 * @typedef {{ name: 'vscode' | 'web' | 'file', send: (message: Message) => void, kept: any, keep: (state: any) => void }} Host
 *
 * What a page gives `keep`, the same page finds in `kept` when it is loaded again; null at first, and where nothing can be kept.
 */

/**
 * Finds the host. `hear` gets all that it says.
 * @param {(message: Message) => void} hear
 * @returns {Host}
 */
export function connect(hear) {
  const answer = JSON.parse(document.getElementById('answer')?.textContent ?? 'null');
  if (answer !== null) return fileHost(hear, answer);
  if ('acquireVsCodeApi' in globalThis) return editorHost(hear);
  return webHost(hear);
}

/** @param {(message: Message) => void} hear @param {any} answer @returns {Host} */
function fileHost(hear, answer) {
  const send = (/** @type {Message} */ message) => {
    if (message.kind === 'ask') queueMicrotask(() => hear({ kind: 'graph', serial: message.serial, answer }));
  };
  return { name: 'file', send, kept: null, keep: () => {} };
}

/** @param {(message: Message) => void} hear @returns {Host} */
function editorHost(hear) {
  // @ts-ignore: the editor provides it
  const editor = acquireVsCodeApi();
  addEventListener('message', (event) => hear(event.data));
  const keep = (/** @type {any} */ state) => editor.setState(state);
  return { name: 'vscode', send: (message) => editor.postMessage(message), kept: editor.getState() ?? null, keep };
}

/** @param {(message: Message) => void} hear @returns {Host} */
function webHost(hear) {
  const token = encodeURIComponent(new URLSearchParams(location.search).get('token') ?? '');
  // One message after another, so that a question sees the configuration that was sent before it.
  let turn = Promise.resolve();
  const send = (/** @type {Message} */ message) => {
    turn = turn.then(async () => {
      try {
        const answered = await fetch(`message?token=${token}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(message),
        });
        if (!answered.ok) throw new Error(await answered.text());
        for (const each of await answered.json()) hear(each);
      } catch (reason) {
        hear({ kind: 'lost', reason: String(reason) });
      }
    });
  };
  const events = new EventSource(`events?token=${token}`);
  let lost = false;
  events.onmessage = (event) => hear(JSON.parse(event.data));
  events.onerror = () => {
    lost = true;
    hear({ kind: 'lost', reason: 'unikc preview has ended' });
  };
  events.onopen = () => {
    if (lost) hear({ kind: 'changed' });
    lost = false;
  };
  // Under the token, so that another preview at the same address begins anew.
  const key = `page ${token}`;
  const stored = storage(() => sessionStorage.getItem(key)) ?? 'null';
  const keep = (/** @type {any} */ state) => storage(() => sessionStorage.setItem(key, JSON.stringify(state)));
  return { name: 'web', send, kept: JSON.parse(stored), keep };
}

/** Storage throws where somebody has forbidden it, or where it is full. @template T @param {() => T} use @returns {T | null} */
function storage(use) {
  try {
    return use();
  } catch {
    return null;
  }
}
