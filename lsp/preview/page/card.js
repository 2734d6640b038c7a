// The card of a node: what it is, where it comes from, why it is there, and what can be done with it.

import { element, problemClass, shortName } from './parts.js';

/**
 * Fills the card.
 * @param {HTMLElement} card
 * @param {any} node
 * @param {any} answer
 * @param {boolean} fixed
 * @param {{ reveal: (place: any) => void, filter: (id: string, way: 'needs' | 'users') => void, collapse: (scope: string, on: boolean) => void, close: () => void }} act
 */
export function fillCard(card, node, answer, fixed, act) {
  const kind = [node.kind, node.type, node.scope && `in ${node.scope.replaceAll('/', '.')}`, node.taken ? '' : 'not taken'];
  const keys = answer.keys.filter((/** @type {any} */ key) => node.keys.includes(key.option));
  const list = (/** @type {string} */ title, /** @type {(string | Node)[]} */ items) =>
    items.length === 0 ? null : element('div', {}, [element('strong', { text: title }), element('ul', {}, items.map((item) => element('li', {}, [item])))]);
  const button = (/** @type {string} */ text, /** @type {() => void} */ click) => element('button', { type: 'button', text, click });
  card.replaceChildren(
    element('h3', { text: node.kind === 'choice' ? `by ${node.name}` : node.name }),
    element('p', { class: 'kind', text: kind.filter(Boolean).join(' · ') }),
    ...[
      node.doc ? element('p', { text: node.doc }) : null,
      list('Problems', node.problems.map((/** @type {any} */ problem) => element('span', { class: problemClass(problem), text: `${problem.code} ${problem.message}` }))),
      list('Why', node.why),
      list('Keys', keys.map((/** @type {any} */ key) => `--${key.option} = ${key.value ?? '—'}${key.origin ? ` (${key.origin})` : ''}`)),
      list('Members', node.members),
      node.crate ? element('p', { class: 'kind', text: `crate ${node.crate.name}${node.crate.version ? ` ${node.crate.version}` : ''}` }) : null,
    ].filter((part) => part !== null),
    element('div', { class: 'buttons' }, [
      fixed ? element('span', { class: 'kind', text: `${shortName(node.uri)}:${node.range.start.line + 1}` }) : button('Source', () => act.reveal(node)),
      node.declared && !fixed ? button('Declaration', () => act.reveal(node.declared)) : null,
      button('What it needs', () => act.filter(node.id, 'needs')),
      button('Who uses it', () => act.filter(node.id, 'users')),
      node.kind === 'scope' && !fixed ? button('Expand', () => act.collapse(node.id.slice('scope:'.length), false)) : null,
      node.kind !== 'scope' && node.scope && !fixed ? button(`Collapse ${node.scope}`, () => act.collapse(node.scope, true)) : null,
      button('Close', act.close),
    ]),
  );
}
