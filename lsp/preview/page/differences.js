// How what is shown differs from another configuration, in words: the target, keys, devices, what they are given and what they use.

import { element } from './parts.js';

/** What a change is called, and its sign in the picture. @type {Record<string, string>} */
const SIGNS = { added: '+', removed: '−', changed: '~' };

/** @param {{ before: string | null, now: string | null }} difference */
function kindOf({ before, now }) {
  return before === null ? 'added' : now === null ? 'removed' : 'changed';
}

/**
 * A difference with its sign: `~ port: 9000 → 8080`. With a title it stands for the whole row.
 * @param {{ name: string, before: string | null, now: string | null }} difference
 */
function words(difference) {
  const kind = kindOf(difference);
  const { name, before, now } = difference;
  const value = kind === 'changed' ? `${before} → ${now}` : (now ?? before);
  const said = kind === 'changed' ? `${name}: from ${before} to ${now}` : `${kind}: ${name}, ${now ?? before}`;
  return { kind, said, parts: [element('span', { class: `sign ${kind}`, text: SIGNS[kind] }), `${name}: `, element('span', { class: 'value', text: value })] };
}

/**
 * The part of the panel about a comparison; nothing if nothing is compared.
 * @param {any} answer @param {{ against: any }} state @param {{ select: (id: string) => void }} act
 */
export function differencesOf(answer, state, act) {
  if (!state.against) return [];
  const given = Object.entries(state.against.keys).map(([option, value]) => `--${option} ${value}`);
  const before = [state.against.target ? `--target ${state.against.target}` : '', ...given].filter(Boolean).join(' ') || 'the defaults';
  const nodes = answer.nodes.filter((/** @type {any} */ node) => node.change);
  const rows = [...answer.changes.map(ofKey), ...nodes.map((/** @type {any} */ node) => ofNode(node, act))];
  return [
    element('h2', { text: `Compared with ${before}` }),
    rows.length > 0 ? element('ul', { class: 'list changes', 'aria-label': 'Differences' }, rows) : element('p', { class: 'note', text: 'Nothing differs.' }),
    element('p', { class: 'note', text: '+ only now   − only before   ~ before → now' }),
  ];
}

/** A click leads to the control of the key. @param {any} difference */
function ofKey(difference) {
  const { said, parts } = words(difference);
  const id = difference.name === 'target' ? 'target' : `key-${difference.name.slice('--'.length)}`;
  return element('li', {}, [element('button', { type: 'button', 'aria-label': said, click: () => document.getElementById(id)?.focus() }, parts)]);
}

/** @param {any} node @param {{ select: (id: string) => void }} act */
function ofNode(node, act) {
  // Lines speak of ids: where a device is called otherwise, its id stands too.
  const own = node.name.split('.').pop();
  const id = node.kind === 'choice' || node.kind === 'scope' || own === node.id ? '' : ` ${node.id}`;
  const button = element('button', { type: 'button', click: () => act.select(node.id), 'aria-label': `${node.change}: ${node.name}${id}` }, [
    element('span', { class: `sign ${node.change}`, text: SIGNS[node.change] }),
    node.kind === 'choice' ? `by ${node.name}` : node.name,
    id === '' ? null : element('span', { class: 'note', text: id }),
  ]);
  const rows = node.changes.map((/** @type {any} */ difference) => {
    const { said, parts } = words(difference);
    return element('li', {}, [element('span', { class: 'unseen', text: said }), element('span', { 'aria-hidden': 'true' }, parts)]);
  });
  return element('li', {}, [button, rows.length > 0 ? element('ul', {}, rows) : null]);
}

/** Which value of a key differs: a note at the key; nothing if it is the same. @param {any} answer @param {string} option */
export function keyBefore(answer, option) {
  const found = answer.changes.find((/** @type {any} */ difference) => difference.name === `--${option}`);
  return found ? `before: ${found.before ?? 'no value'}` : null;
}
