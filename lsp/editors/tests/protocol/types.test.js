// The judge is judged: values of the right shape pass, others are told apart.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mismatches, notifications, requests } from './types.js';

const range = { start: { line: 0, character: 1 }, end: { line: 0, character: 2 } };

/** What is wrong with an answer to a request. */
const answer = (method, value) => mismatches(value, requests.get(method).result, method);

test('what the protocol knows passes', () => {
  assert.deepEqual(answer('textDocument/hover', null), []);
  assert.deepEqual(answer('textDocument/hover', { contents: { kind: 'markdown', value: 'x' }, range }), []);
  assert.deepEqual(answer('textDocument/definition', [{ uri: 'file:///a', range }]), []);
  assert.deepEqual(answer('textDocument/rename', { changes: { 'file:///a': [{ range, newText: '' }] } }), []);
  const help = { signatures: [{ label: 'f(a)', parameters: [{ label: [2, 3] }] }], activeSignature: 0 };
  assert.deepEqual(answer('textDocument/signatureHelp', help), []);
  assert.deepEqual(answer('codeLens/resolve', { range, data: { any: ['thing', 1.5] } }), []);
  assert.deepEqual(answer('shutdown', null), []);
});

test('what it does not know is told', () => {
  const check = (method, value, expected) => {
    const wrong = answer(method, value);
    assert.ok(wrong.length > 0 && wrong.some((one) => one.includes(expected)), `${expected}: ${wrong}`);
  };
  check('textDocument/hover', undefined, 'textDocument/hover');
  check('textDocument/hover', { contents: { kind: 'html', value: 'x' } }, 'contents');
  check('textDocument/hover', { contents: 'x', range: { start: range.start } }, 'range.end');
  check('textDocument/hover', { contents: 'x', colour: 'red' }, 'colour is no member');
  check('textDocument/definition', [{ uri: 'file:///a', range: { ...range, end: { line: 0.5, character: 1 } } }], 'line');
  check('textDocument/documentSymbol', [{ name: 'a', kind: 99, range, selectionRange: range }], 'kind');
  check('textDocument/rename', { changes: { 'file:///a': [{ range }] } }, 'newText');
  check('textDocument/semanticTokens/full', { data: ['1'] }, 'data[0]');
  check('initialize', { capabilities: { hoverProvider: 'yes' } }, 'hoverProvider');
  check('initialize', { capabilities: { hoveringProvider: true } }, 'hoveringProvider');
  const published = notifications.get('textDocument/publishDiagnostics').params;
  assert.ok(mismatches({ uri: 'file:///a', diagnostics: [{ range }] }, published, 'published').length > 0);
});
