// The page: what is asked, what is shown of the answer, and what follows from clicks and keys.

import { fillCard, isBeside, placeCard } from './card.js';
import { connect } from './host.js';
import { fillPanel } from './panel.js';
import { closure, element, nodeAt, part } from './parts.js';
import { Source } from './source.js';
import { Stage } from './stage.js';
import { addToggles, scopeOf } from './toggles.js';

const state = {
  /** @type {any} */
  answer: null,
  /** @type {string | undefined} */
  unikernel: undefined,
  evaluated: false,
  /** @type {any} */
  against: null,
  /** @type {Set<string>} */
  collapsed: new Set(),
  /** @type {string | null} */
  selected: null,
  /** @type {{ id: string, way: 'needs' | 'users' } | null} */
  filter: null,
  /** The node in whose place the selected one comes. @type {string | null} */
  was: null,
  /** Under which questions and configuration the picture was made. */
  shown: '',
  serial: 0,
  fixed: false,
};

const stage = new Stage(part('stage'), part('view'));
const host = connect(hear);
const source = new Source(part('source'), (uri, position) => light(nodeAt(state.answer?.nodes ?? [], uri, position)?.id ?? null));
state.fixed = host.name === 'file';
const { collapsed, sight, ...kept } = host.kept ?? {};
Object.assign(state, kept, { collapsed: new Set(collapsed) });

/** Keeps what is looked at for a page that is loaded again, which may come before the first picture. */
function keep() {
  const { unikernel, evaluated, against, selected, filter } = state;
  host.keep({ unikernel, evaluated, against, selected, filter, collapsed: [...state.collapsed], sight: stage.svg ? stage.sight() : sight });
}

/** The picture moves with each step of a finger or a wheel. */
let moving = 0;
stage.moved = () => {
  clearTimeout(moving);
  moving = setTimeout(keep, 200);
};

/** What is asked. */
function params() {
  return {
    unikernel: state.unikernel,
    evaluated: state.evaluated,
    collapsed: [...state.collapsed],
    ...(state.against ? { against: state.against } : {}),
  };
}

function ask() {
  state.serial += 1;
  host.send({ kind: 'ask', serial: state.serial, params: params() });
  keep();
}

/** @param {any} message */
function hear(message) {
  if (message.kind === 'graph' && message.serial === state.serial) show(message.answer);
  if (message.kind === 'changed') {
    state.unikernel = message.unikernel ?? state.unikernel;
    ask();
  }
  if (message.kind === 'cursor') light(nodeAt(state.answer?.nodes ?? [], message.uri, message.position)?.id ?? null);
  if (message.kind === 'text') source.hear(message.uri, message.text);
  if (message.kind === 'exported') download(message);
  if (message.kind === 'lost') banner(message.reason);
}

/** @param {any} answer */
function show(answer) {
  const old = state.answer;
  if (answer === null || answer.svg === null) {
    part('stage').classList.add('old');
    const problems = answer?.problems.map((/** @type {any} */ problem) => problem.message.split('\n')[0]) ?? [];
    const what = answer === null ? 'The file declares no unikernel.' : `Too much is wrong for a picture: ${problems.join('; ')}`;
    banner(old ? `${what} What is shown is older.` : what);
    tell(null);
    if (answer === null) return;
  } else {
    part('stage').classList.remove('old');
    banner('');
    const first = stage.svg === null;
    draw(answer);
    if (first && sight) stage.look(sight);
    announce(old, answer);
  }
  state.answer = answer;
  fillBar(answer);
  fillPanel(part('panel'), answer, state, act);
  if (answer.svg === null) return;
  refine();
  rove(state.selected ?? answer.nodes[answer.nodes.length - 1]?.id);
  select(state.selected, false);
  focusAgain();
}

/** @param {any} answer */
function draw(answer) {
  const shown = JSON.stringify([params(), answer.unikernel, answer.target, answer.configuration]);
  const active = document.activeElement?.closest('.view g.node');
  // The place of the focus is kept: a picture that comes by itself takes it from nobody.
  if (active instanceof SVGGElement) {
    const toggle = document.activeElement?.matches('.toggle') ?? false;
    focusAgain = () => {
      const id = state.was === null ? active.dataset.id ?? null : state.selected;
      const node = stage.nodes.get(id ?? '') ?? stage.nodes.get(state.selected ?? '') ?? [...stage.nodes.values()].pop();
      if (node) rove(node.dataset.id);
      const button = toggle ? node?.querySelector('.toggle') : null;
      /** @type {SVGGElement | null | undefined} */ (button ?? node)?.focus({ preventScroll: true });
      [focusAgain, state.was] = [() => {}, null];
    };
  } else {
    focusAgain = () => (state.was = null);
  }
  stage.show(answer.svg, { kept: state.selected, was: state.was, anew: shown !== state.shown });
  state.shown = shown;
  if (!state.fixed) addToggles(stage, answer.nodes);
}

/** Gives the focus to the node that had it, when a new picture is there. @type {() => void} */
let focusAgain = () => {};

/** @param {string} text */
function banner(text) {
  part('banner').textContent = text;
  part('banner').hidden = text === '';
}

/** @param {any} old @param {any} answer */
function announce(old, answer) {
  const count = (/** @type {number} */ number, /** @type {string} */ what) => `${number} ${what}${number === 1 ? '' : 's'}`;
  const refused = answer.keys.filter((/** @type {any} */ key) => key.problem).length;
  const problems = answer.nodes.reduce((/** @type {number} */ sum, /** @type {any} */ node) => sum + node.problems.length, answer.problems.length + refused);
  const image = answer.devices === null ? '' : `${count(answer.devices, 'device')}, `;
  const text = `${answer.unikernel}: ${image}${count(answer.nodes.length, 'node')} shown${problems ? `, ${count(problems, 'problem')}` : ''}`;
  if (!old || part('live').textContent !== text) part('live').textContent = text;
}

/** @param {any} answer */
function fillBar(answer) {
  const options = (/** @type {string[]} */ names, /** @type {string | null} */ chosen) =>
    names.map((name) => element('option', { text: name, value: name, selected: name === chosen }));
  part('unikernel').replaceChildren(...options(answer.unikernels, answer.unikernel));
  part('unikernel-field').hidden = answer.unikernels.length < 2;
  // No target in force, or one that is none here, is none that could be chosen.
  const unknown = !answer.targets.includes(answer.target);
  const none = unknown ? [element('option', { text: answer.target ?? '—', value: '', selected: true, disabled: true })] : [];
  part('target').replaceChildren(...none, ...options(answer.targets, answer.target));
  part('target').setAttribute('aria-invalid', String(unknown && answer.target !== null));
  for (const id of ['unikernel', 'target', 'evaluated']) part(id).disabled = state.fixed;
  for (const button of document.querySelectorAll('[data-export], #compare')) /** @type {HTMLElement} */ (button).hidden = state.fixed;
  document.title = `${answer.unikernel} – device graph`;
}

/** Changes the configuration. @param {(configuration: any) => void} change */
function configure(change) {
  const { target, keys } = state.answer.configuration;
  const configuration = { target, keys: { ...keys } };
  change(configuration);
  state.answer.configuration = configuration;
  host.send({ kind: 'configure', configuration });
  ask();
}

const act = {
  set: (/** @type {string} */ option, /** @type {string | null} */ value) =>
    configure(({ keys }) => {
      if (value === null) delete keys[option];
      else keys[option] = value;
    }),
  collapse: (/** @type {string} */ scope, /** @type {boolean} */ on) => {
    const id = `scope:${scope}`;
    const inside = (/** @type {any} */ node) => node?.scope === scope || node?.scope.startsWith(`${scope}/`);
    const chosen = nodeOf(state.selected);
    const before = on ? (inside(chosen) ? chosen : state.answer.nodes.findLast(inside)) : nodeOf(id);
    if (on) state.collapsed.add(scope);
    else state.collapsed.delete(scope);
    state.was = before?.id ?? null;
    // A box comes where a node of it was, and its last node, which uses the others, where the box was.
    state.selected = on ? id : (before?.members.at(-1) ?? null);
    ask();
  },
  select: (/** @type {string} */ id) => select(id, true),
  reveal,
  filter: (/** @type {string} */ id, /** @type {'needs' | 'users'} */ way) => {
    state.filter = { id, way };
    keep();
    refine();
  },
  close: () => select(null, false),
};

/** @param {any} place @param {boolean} [focus] */
function reveal(place, focus = false) {
  if (state.fixed || !place?.uri) return;
  if (host.name === 'web') source.want(place.uri, place.range);
  host.send({ kind: 'reveal', uri: place.uri, range: place.range, focus });
}

/** @param {string | null} id */
function nodeOf(id) {
  return state.answer?.nodes.find((/** @type {any} */ node) => node.id === id) ?? null;
}

/** @param {string | null} id @param {boolean} seek */
function select(id, seek) {
  const node = nodeOf(id);
  state.selected = node ? node.id : null;
  keep();
  light(state.selected);
  tell(state.selected);
  if (node && seek) stage.seek(node.id);
}

/** Shows the card of a node, or none. @param {string | null} id */
function tell(id) {
  clearTimeout(resting);
  const node = nodeOf(id);
  part('card').hidden = node === null;
  if (!node) return;
  fillCard(part('card'), node, state.answer, state.fixed, act);
  placeCard(part('card'), stage, node.id);
}

/** What waits until the pointer rests. */
let resting = 0;

/**
 * A node under the pointer is lit at once; its card comes when the pointer rests, and stays while it is in the card. A card that
 * would move what stands below it comes by a click only.
 * @param {string | null} id
 */
function point(id) {
  light(id);
  clearTimeout(resting);
  if (isBeside(part('card'))) return;
  resting = setTimeout(() => tell(id ?? state.selected), id === null ? 300 : 120);
}

/** @param {string | null} id */
function light(id) {
  stage.light(id ?? state.selected);
}

/** Puts aside what neither filter nor search wants. */
function refine() {
  const wanted = part('search').value.trim().toLowerCase();
  const { nodes, edges } = state.answer ?? { nodes: [], edges: [] };
  const kept = state.filter && nodeOf(state.filter.id) ? closure(edges, state.filter.id, state.filter.way) : null;
  const has = (/** @type {any} */ node) => `${node.id} ${node.name} ${node.type}`.toLowerCase().includes(wanted);
  const found = wanted === '' ? null : new Set(nodes.filter(has).map((/** @type {any} */ node) => node.id));
  const both = kept && found ? new Set([...kept].filter((id) => found.has(id))) : (kept ?? found);
  stage.only(both);
  if (found && found.size === 1) stage.seek([...found][0]);
}

/** One node can be reached by Tab: this one. @param {string | undefined} id */
function rove(id) {
  for (const [name, node] of stage.nodes) {
    for (const each of [node, node.querySelector('.toggle')]) each?.setAttribute('tabindex', name === id ? '0' : '-1');
  }
}

/** Moves the focus from a node along edges, or to its neighbour in the picture. @param {string} id @param {string} key */
function step(id, key) {
  const { edges } = state.answer;
  const order = [...stage.boxes].sort(([, a], [, b]) => a.y - b.y || a.x - b.x).map(([name]) => name);
  const at = order.indexOf(id);
  const to = {
    ArrowDown: edges.find((/** @type {any} */ edge) => edge.from === id)?.to,
    ArrowUp: edges.find((/** @type {any} */ edge) => edge.to === id)?.from,
    ArrowLeft: order[at - 1],
    ArrowRight: order[at + 1],
  }[key];
  if (!to) return;
  rove(to);
  stage.nodes.get(to)?.focus({ preventScroll: true });
  select(to, true);
}

/** @param {{ name: string, text: string, format: string }} file */
function download({ name, text, format }) {
  const type = format === 'svg' ? 'image/svg+xml' : 'text/html';
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = element('a', { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}

/** The node that an event is about. @param {Event} event */
function nodeUnder(event) {
  const node = /** @type {Element} */ (event.target).closest?.('g.node');
  return node instanceof SVGGElement ? nodeOf(node.dataset.id ?? null) : null;
}

/** Whether an event is about the button at a node. @param {Event} event */
function onToggle(event) {
  return /** @type {Element} */ (event.target).closest('.toggle') !== null;
}

/** Makes one box of the scope of a node, or opens it. @param {any} node */
function toggle(node) {
  const { scope, collapsed } = scopeOf(node);
  if (scope !== '' && !state.fixed) act.collapse(scope, !collapsed);
}

part('stage').addEventListener('click', (/** @type {Event} */ event) => {
  const node = nodeUnder(event);
  if (!node) return select(null, false);
  if (onToggle(event)) return toggle(node);
  select(node.id, false);
  rove(node.id);
  stage.nodes.get(node.id)?.focus({ preventScroll: true });
  reveal(node);
});
part('view').addEventListener('dblclick', (/** @type {Event} */ event) => {
  const node = nodeUnder(event);
  if (node?.kind === 'scope' && !onToggle(event)) toggle(node);
});
// A finger does not rest on anything before it touches it.
part('view').addEventListener('pointerover', (/** @type {PointerEvent} */ event) => {
  const node = event.pointerType === 'touch' ? null : nodeUnder(event);
  if (node) point(node.id);
});
part('view').addEventListener('pointerout', (/** @type {PointerEvent} */ event) => event.pointerType !== 'touch' && point(null));
part('card').addEventListener('pointerenter', () => clearTimeout(resting));
part('card').addEventListener('pointerleave', () => point(null));
// A pointer that goes down gives the focus too: what it selects, its click says.
part('view').addEventListener('focusin', (/** @type {Event} */ event) => {
  const node = nodeUnder(event);
  if (node && node.id !== state.selected && /** @type {Element} */ (event.target).matches(':focus-visible')) select(node.id, true);
});
part('unikernel').addEventListener('change', (/** @type {any} */ event) => {
  state.unikernel = event.target.value;
  ask();
});
part('target').addEventListener('change', (/** @type {any} */ event) => configure((it) => (it.target = event.target.value)));
part('evaluated').addEventListener('change', (/** @type {any} */ event) => {
  state.evaluated = event.target.checked;
  ask();
});
part('compare').addEventListener('click', () => {
  if (!state.answer) return;
  state.against = state.against ? null : structuredClone(state.answer.configuration);
  sayComparing();
  ask();
});

/** The button says what it does next. */
function sayComparing() {
  part('compare').setAttribute('aria-pressed', String(state.against !== null));
  part('compare').textContent = state.against ? 'Stop comparing' : 'Compare';
}

part('evaluated').checked = state.evaluated;
sayComparing();
part('search').addEventListener('input', refine);
part('in').addEventListener('click', () => stage.zoom(1.25));
part('out').addEventListener('click', () => stage.zoom(0.8));
part('fit').addEventListener('click', () => stage.fit());
part('help-button').addEventListener('click', () => part('help').showModal());
for (const button of document.querySelectorAll('[data-export]')) {
  button.addEventListener('click', () => host.send({ kind: 'export', format: /** @type {HTMLElement} */ (button).dataset.export, params: params() }));
}

/** What keys do, wherever nothing is being written. @type {Record<string, () => void>} */
const KEYS = {
  '+': () => stage.zoom(1.25),
  '=': () => stage.zoom(1.25),
  '-': () => stage.zoom(0.8),
  0: () => stage.zoom(1 / stage.at.scale),
  f: () => stage.fit(),
  n: () => state.selected && act.filter(state.selected, 'needs'),
  u: () => state.selected && act.filter(state.selected, 'users'),
  c: () => state.selected && toggle(nodeOf(state.selected)),
  '?': () => part('help').showModal(),
};

document.addEventListener('keydown', (event) => {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || part('help').open) return;
  if (event.key === 'Escape') {
    [state.filter, part('search').value] = [null, ''];
    select(null, false);
    return refine();
  }
  if (target.closest('input:not([type=checkbox]), select, pre')) return;
  const node = nodeUnder(event);
  const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
  if (moves && (event.shiftKey || (!node && target.closest('.stage')))) stage.pan(moves[0], moves[1]);
  else if (moves && node) step(node.id, event.key);
  else if ((event.key === 'Enter' || event.key === ' ') && node && onToggle(event)) toggle(node);
  else if (event.key === 'Enter' && node) reveal(node, true);
  else if (KEYS[event.key] && !target.closest('.panel')) KEYS[event.key]();
  else return;
  event.preventDefault();
});

ask();
