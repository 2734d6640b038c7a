// The card of a node: what it is, where it comes from, why it is there, what can be done with it, and where it hides least.

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

/** What it costs to hide the node that a card is about, and one that is joined to it; another one costs 1. */
const [OWN, JOINED] = [100, 5];

/** Whether a card lies beside the picture, where it hides nothing of it. @param {HTMLElement} card */
export function isBeside(card) {
  return getComputedStyle(card).position === 'static';
}

/**
 * Puts a card into the corner where it hides least, the one at the upper right if several are as good.
 * @param {HTMLElement} card
 * @param {import('./stage.js').Stage} stage
 * @param {string} id
 */
export function placeCard(card, stage, id) {
  if (isBeside(card)) return;
  stage.unscroll();
  const joined = new Set(stage.lines.flatMap(({ dataset: { from, to } }) => (from === id ? [to] : to === id ? [from] : [])));
  const boxes = [...stage.boxes.keys()].map((other) => ({ ...stage.seenBox(other), cost: other === id ? OWN : joined.has(other) ? JOINED : 1 }));
  let best = { cost: Infinity, left: false, below: false };
  for (const [left, below] of [[false, false], [true, false], [false, true], [true, true]]) {
    card.classList.toggle('left', left);
    card.classList.toggle('below', below);
    const { offsetLeft: x, offsetTop: y, offsetWidth: width, offsetHeight: height } = card;
    const common = (/** @type {number} */ a, /** @type {number} */ long, /** @type {number} */ b, /** @type {number} */ other) =>
      Math.max(0, Math.min(a + long, b + other) - Math.max(a, b));
    const cost = boxes.reduce((sum, box) => sum + box.cost * common(x, width, box.x, box.width) * common(y, height, box.y, box.height), 0);
    if (cost < best.cost) best = { cost, left, below };
  }
  card.classList.toggle('left', best.left);
  card.classList.toggle('below', best.below);
}
