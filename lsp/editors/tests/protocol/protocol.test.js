// One conversation about the file server that uses everything the server announces. What is announced and not asked for fails, and so
// does an answer with nothing in it, or of another shape than the protocol says.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Client, pathOf } from './client.js';
import { requests } from './types.js';

const unikc = process.env.UNIKC ?? 'unikc';
const example = path.resolve(import.meta.dirname, '../../../../examples/file-server');

/** @type {Client} */
let client;
/** @type {any} */
let capabilities;
/** @type {string} */
let work;
let [uri, text, version] = ['', '', 1];

before(async () => {
  work = fs.mkdtempSync(path.join(os.tmpdir(), 'unik-protocol-'));
  fs.cpSync(path.join(example, 'app.unik'), path.join(work, 'app.unik'));
  fs.cpSync(path.join(example, 'data'), path.join(work, 'data'), { recursive: true });
  fs.cpSync(path.join(example, 'src'), path.join(work, 'src'), { recursive: true });
  client = new Client(unikc, work);
  capabilities = await client.begin();
  uri = pathToFileURL(path.join(work, 'app.unik')).href;
  text = fs.readFileSync(path.join(work, 'app.unik'), 'utf8');
  await client.tell('textDocument/didOpen', { textDocument: { uri, languageId: 'unik', version, text } });
});

after(() => {
  client.process.kill();
  fs.rmSync(work, { recursive: true });
});

/** The position of the first `needle`, `behind` characters further on. */
function find(needle, behind = 0) {
  const at = text.indexOf(needle);
  assert.notEqual(at, -1, needle);
  const lines = text.slice(0, at + behind).split('\n');
  return { line: lines.length - 1, character: lines[lines.length - 1].length };
}

const document = () => ({ textDocument: { uri } });
const at = (needle, behind = 0) => ({ ...document(), position: find(needle, behind) });
const point = (position) => ({ start: position, end: position });
const options = { tabSize: 2, insertSpaces: true };
const whole = () => ({ start: { line: 0, character: 0 }, end: { line: text.split('\n').length, character: 0 } });

/** What stands at a location. */
function standsAt({ uri, range }) {
  const line = fs.readFileSync(pathOf(uri), 'utf8').split('\n')[range.start.line];
  return `${path.basename(pathOf(uri))} ${line.slice(range.start.character, range.end.character)}`;
}

/** Replaces the text of the document. */
async function edit(changed) {
  text = changed;
  version += 1;
  await client.tell('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });
}

/** A text with edits made. */
function edited(before, edits) {
  const lines = before.split('\n');
  const offset = ({ line, character }) => lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) + character;
  const sorted = [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start));
  return sorted.reduce((now, { range, newText }) => now.slice(0, offset(range.start)) + newText + now.slice(offset(range.end)), before);
}

test('names lead to what they stand for', async () => {
  const of = async (method, needle, behind) => {
    const found = await client.ask(`textDocument/${method}`, at(needle, behind));
    return [found].flat().map(standsAt);
  };
  assert.deepEqual(await of('definition', 'store {', 1), ['app.unik store']);
  assert.deepEqual(await of('definition', 'rust start', 6), ['lib.rs start']);
  assert.deepEqual(await of('typeDefinition', 'store {', 1), ['app.unik Store']);
  assert.deepEqual(await of('implementation', 'file_server(store', 1), ['lib.rs start']);
  const references = await client.ask('textDocument/references', { ...at('default_network'), context: { includeDeclaration: true } });
  assert.equal(references.length, 2);
  assert.equal((await client.ask('textDocument/documentHighlight', at('port: Port', 1))).length, 5);
});

test('what is under the cursor is told', async () => {
  const hover = await client.ask('textDocument/hover', at('port: Port', 1));
  assert.match(hover.contents.value, /TCP port to listen on/);
  const help = await client.ask('textDocument/signatureHelp', at('tcp(port)', 4));
  assert.match(help.signatures[0].label, /^net\.tcp\(port: Port/);
  assert.equal(help.activeParameter, 0);
});

test('completion offers what fits, with its documentation', async () => {
  const { items } = await client.ask('textDocument/completion', at('default_store("data/")', 0));
  assert.equal(items[0].label, 'kv.crunch');
  assert.equal(items[0].insertTextFormat, 2);
  let documented = items.find((item) => item.label === 'kv.crunch');
  if (capabilities.completionProvider.resolveProvider) documented = await client.ask('completionItem/resolve', documented);
  assert.ok(documented.documentation, JSON.stringify(documented));
});

test('the file has an outline, folds, links, growing selections', async () => {
  const symbols = await client.ask('textDocument/documentSymbol', document());
  assert.ok(symbols.some((symbol) => symbol.name === 'Store' && symbol.children.length === 2));
  const found = await client.ask('workspace/symbol', { query: 'flesrv' });
  assert.deepEqual(found.map((symbol) => symbol.name).sort(), ['file_server', 'filesrv']);
  assert.ok((await client.ask('textDocument/foldingRange', document())).length >= 3);
  const links = await client.ask('textDocument/documentLink', document());
  for (const { target } of links) assert.ok(fs.existsSync(pathOf(target)), target);
  assert.equal(links.length, 4);
  const [selection] = await client.ask('textDocument/selectionRange', { ...document(), positions: [find('net.tcp', 1)] });
  assert.ok(selection.parent?.parent);
});

test('callers and what they call', async () => {
  const [item] = await client.ask('textDocument/prepareCallHierarchy', at('default_network'));
  assert.equal(item.name, 'default_network');
  const incoming = await client.ask('callHierarchy/incomingCalls', { item });
  assert.deepEqual(incoming.map((call) => call.from.name), ['filesrv']);
  const outgoing = await client.ask('callHierarchy/outgoingCalls', { item });
  assert.deepEqual(outgoing.map((call) => call.to.name), ['server', 'tcp']);
});

test('lenses have commands, at once or when asked', async () => {
  const lenses = await client.ask('textDocument/codeLens', document());
  const resolved = await Promise.all(lenses.map((lens) => (lens.command ? lens : client.ask('codeLens/resolve', lens))));
  const commands = new Set(resolved.map((lens) => lens.command.command));
  assert.deepEqual([...commands].sort(), ['unik.build', 'unik.run', 'unik.showGraph', 'unik.showReferences']);
});

test('hints', async () => {
  const hints = await client.ask('textDocument/inlayHint', { ...document(), range: whole() });
  assert.ok(hints.length > 0);
  if (capabilities.inlayHintProvider.resolveProvider) await client.ask('inlayHint/resolve', hints[0]);
});

test('tokens: what changed makes the whole', async () => {
  const { resultId, data } = await client.ask('textDocument/semanticTokens/full', document());
  const before = text;
  await edit(text.replace('key port', 'key\n  port'));
  const delta = await client.ask('textDocument/semanticTokens/full/delta', { ...document(), previousResultId: resultId });
  const patched = [...data];
  for (const change of [...delta.edits].reverse()) patched.splice(change.start, change.deleteCount, ...(change.data ?? []));
  const now = await client.ask('textDocument/semanticTokens/full', document());
  assert.deepEqual(patched, now.data);
  const part = await client.ask('textDocument/semanticTokens/range', { ...document(), range: { start: find('enum'), end: find('key') } });
  assert.ok(part.data.length > 0 && part.data.length < now.data.length);
  await edit(before);
});

test('layout: whole, in part, while it is written', async () => {
  const tidy = text;
  await edit(text.replace('enum Store { crunch, direct }', 'enum   Store {crunch,direct}').replace('key port: Port', 'key port:Port'));
  const edits = await client.ask('textDocument/formatting', { ...document(), options });
  assert.equal(edited(text, edits), tidy);
  const part = await client.ask('textDocument/rangeFormatting', { ...document(), options, range: point(find('key port')) });
  assert.equal(edited(text, part), tidy.replace('enum Store { crunch, direct }', 'enum   Store {crunch,direct}'));
  const typed = await client.ask('textDocument/onTypeFormatting', { ...at('direct}', 7), ch: '}', options });
  assert.equal(edited(text, typed), tidy.replace('key port: Port', 'key port:Port'));
  await edit(tidy);
});

test('renaming', async () => {
  assert.ok(await client.ask('textDocument/prepareRename', at('port: Port', 1)));
  const changed = await client.ask('textDocument/rename', { ...at('port: Port', 1), newName: 'door' });
  const edits = changed.documentChanges?.[0].edits ?? changed.changes[uri];
  assert.equal(edits.length, 5);
  await assert.rejects(client.ask('textDocument/rename', { ...at('net.tcp', 5), newName: 'door' }), /library/);
});

test('mistakes are told, and mended by an action', async () => {
  const right = text;
  await edit(text.replace('= file_server(', '= file_servr('));
  let items;
  if (capabilities.diagnosticProvider) {
    ({ items } = await client.ask('textDocument/diagnostic', document()));
    if (capabilities.diagnosticProvider.workspaceDiagnostics) await client.ask('workspace/diagnostic', { previousResultIds: [] });
  } else {
    items = await client.pushed(uri, version);
  }
  const mistake = items.find((item) => item.code === 'E0101');
  assert.ok(mistake, JSON.stringify(items));
  const context = { diagnostics: [mistake], only: ['quickfix'] };
  const actions = await client.ask('textDocument/codeAction', { ...document(), range: mistake.range, context });
  let [action] = actions;
  if (!action.edit) action = await client.ask('codeAction/resolve', action);
  const edits = action.edit.documentChanges?.[0].edits ?? action.edit.changes[uri];
  assert.equal(edited(text, edits), right);
  if (capabilities.codeActionProvider.resolveProvider) {
    // Whoever can complete an action later is offered some that need it.
    const mended = `${right}\nlet two = [1, 2]\n`;
    await edit(mended.replace('1, 2', '1 2'));
    const all = { diagnostics: [], only: ['source.fixAll'] };
    const later = await client.ask('textDocument/codeAction', { ...document(), range: point(find('two')), context: all });
    const open = later.find((one) => !one.edit);
    assert.ok(open, JSON.stringify(later));
    const { edit: done } = await client.ask('codeAction/resolve', open);
    assert.equal(edited(text, done.documentChanges?.[0].edits ?? done.changes[uri]), mended);
  }
  await edit(right);
});

test('everything that the server announces was asked for, and had an answer of the right shape', async () => {
  const member = (capability) => capability.split('.').reduce((of, name) => of?.[name], capabilities);
  // What the client is told about, but does not ask for.
  const states = new Set(['workspace.workspaceFolders']);
  const announced = [...requests].filter(([, { capability }]) => capability && !states.has(capability) && member(capability));
  assert.ok(announced.length > 25, `only ${announced.length} requests are announced`);
  const silent = announced.map(([method]) => method).filter((method) => !client.answered.has(method));
  assert.deepEqual(silent, [], 'announced, and not asked for or without an answer');
  assert.equal(await client.end(), 0);
  assert.deepEqual(client.wrong, []);
});

test('a client that can do little is served as well', async () => {
  const little = new Client(unikc, work);
  try {
    assert.ok((await little.begin({})).textDocumentSync);
    const broken = text.replace('= file_server(', '= file_servr(');
    await little.tell('textDocument/didOpen', { textDocument: { uri, languageId: 'unik', version: 7, text: broken } });
    const pushed = await little.pushed(uri, 7);
    assert.deepEqual(pushed.map((one) => one.code).filter((code) => code === 'E0101'), ['E0101']);
    const { items } = await little.ask('textDocument/completion', at('default_store("data/")'));
    assert.ok(items.every((item) => item.insertTextFormat !== 2), 'no snippets');
    const renamed = await little.ask('textDocument/rename', { ...at('port: Port', 1), newName: 'door' });
    assert.equal(renamed.changes[uri].length, 5);
    assert.deepEqual(await little.ask('textDocument/codeAction', { ...document(), range: whole(), context: { diagnostics: pushed } }), []);
    assert.deepEqual(little.registered, []);
    assert.equal(await little.end(), 0);
    assert.deepEqual(little.wrong, []);
  } finally {
    little.process.kill();
  }
});
