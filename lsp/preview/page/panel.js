// The panel beside the picture: keys with a control for each type, what differs, what is wrong, which scopes are one box.

import { differencesOf, keyBefore } from './differences.js';
import { element, problemClass, shortName } from './parts.js';

const STAGES = {
  configure: 'known when configuring',
  both: 'known when configuring; may change at boot',
  run: 'known only at boot',
};

/** A browser takes what is being written in a control for done when the control goes. */
let rebuilding = false;

/**
 * Fills the panel anew. The control that has the focus keeps it, and what is being written in it.
 * @param {HTMLElement} panel
 * @param {any} answer
 * @param {{ fixed: boolean, collapsed: Set<string>, against: any }} state
 * @param {{ set: (option: string, value: string | null) => void, collapse: (scope: string, on: boolean) => void, select: (id: string) => void, reveal: (place: any) => void }} act
 */
export function fillPanel(panel, answer, state, act) {
  const focused = document.activeElement?.id;
  const old = document.activeElement instanceof HTMLInputElement && document.activeElement.type === 'text' ? document.activeElement : null;
  const [start, end] = [old?.selectionStart ?? null, old?.selectionEnd ?? null];
  // What is being written is nobody's answer to replace.
  const written = old && old.value !== old.defaultValue && old.value !== old.dataset.taken ? old.value : null;
  rebuilding = true;
  panel.replaceChildren(
    ...differencesOf(answer, state, act),
    ...problemsOf(answer, act),
    ...keysOf(answer, state, act),
    ...scopesOf(answer, state, act),
  );
  rebuilding = false;
  if (!focused?.startsWith('key-')) return;
  const again = document.getElementById(focused);
  again?.focus();
  if (!(again instanceof HTMLInputElement) || again.type !== 'text') return;
  if (written !== null) again.value = written;
  again.setSelectionRange(start, end);
}

/** @param {any} answer @param {any} state @param {any} act */
function keysOf(answer, state, act) {
  if (answer.keys.length === 0) return [];
  return [element('h2', { text: 'Keys' }), ...answer.keys.map((/** @type {any} */ key) => keyRow(key, answer, state, act))];
}

/** @param {any} key @param {any} answer @param {any} state @param {any} act */
function keyRow(key, answer, state, act) {
  const id = `key-${key.option}`;
  const given = answer.configuration.keys[key.option];
  const fixed = state.fixed || key.stage === 'run';
  const before = keyBefore(answer, key.option);
  const about = `${id}-about`;
  const common = { id, disabled: fixed, 'aria-describedby': about, 'aria-invalid': key.problem ? 'true' : null };
  let shown = given ?? key.value ?? '';
  // A text that was put back into a new control is not changed for the browser: Enter takes it nevertheless, and nothing is taken twice.
  const take = (/** @type {any} */ { target: { value, dataset } }) => {
    if (rebuilding || value === shown) return;
    act.set(key.option, value === '' ? null : value);
    [shown, dataset.taken] = [value, value];
  };
  const control = key.cases
    ? element('select', { ...common, change: (/** @type {any} */ event) => act.set(key.option, event.target.value) }, [
        key.value === null ? element('option', { text: '—', value: '', selected: true }) : null,
        ...key.cases.map((/** @type {string} */ name) => element('option', { text: name, value: name, selected: name === key.value })),
      ])
    : element('input', {
        ...common,
        type: 'text',
        value: shown,
        placeholder: key.default ?? key.type,
        change: take,
        keydown: (/** @type {any} */ event) => event.key === 'Enter' && take(event),
      });
  const origin = key.origin === 'given' ? 'given' : key.origin === 'default' ? 'default' : 'no value';
  const stage = STAGES[/** @type {keyof typeof STAGES} */ (key.stage)] ?? key.stage;
  return element('div', { class: 'key', title: `${stage}, declared by ${key.declaredBy}` }, [
    element('label', { for: id }, [`--${key.option}`, element('span', { class: 'note', text: key.type })]),
    element('div', { class: 'row' }, [
      control,
      given !== undefined && !fixed
        ? element('button', { type: 'button', text: 'Reset', 'aria-label': `Reset ${key.option} to its default`, click: () => act.set(key.option, null) })
        : null,
    ]),
    element('div', { class: 'note', id: about }, [
      key.problem ? element('span', { class: 'problem', text: `${key.problem}. ` }) : null,
      before ? element('span', { class: 'before', text: `${before}. ` }) : null,
      `${origin}${key.stage === 'run' ? ', at boot' : ''}${key.doc ? ` – ${key.doc}` : ''}`,
    ]),
  ]);
}

/** @param {any} answer @param {any} act */
function problemsOf(answer, act) {
  const ofNodes = answer.nodes.flatMap((/** @type {any} */ node) => node.problems.map((/** @type {any} */ problem) => ({ problem, node })));
  const all = [...answer.problems.map((/** @type {any} */ problem) => ({ problem, node: null })), ...ofNodes];
  if (all.length === 0) return [];
  const row = (/** @type {any} */ { problem, node }) =>
    element('button', { type: 'button', class: problemClass(problem), title: problem.message, click: () => (node ? act.select(node.id) : act.reveal(problem)) }, [
      `${problem.code} ${problem.message.split('\n')[0]} (${shortName(problem.uri)}:${problem.range.start.line + 1})`,
    ]);
  return [element('h2', { text: `Problems (${all.length})` }), element('div', { class: 'list' }, all.map(row))];
}

/** @param {any} answer @param {any} state @param {any} act */
function scopesOf(answer, state, act) {
  const names = new Set(state.collapsed);
  for (const { scope } of answer.nodes) {
    const parts = scope === '' ? [] : scope.split('/');
    parts.forEach((/** @type {string} */ _, /** @type {number} */ at) => names.add(parts.slice(0, at + 1).join('/')));
  }
  if (names.size === 0 || state.fixed) return [];
  const row = (/** @type {string} */ name) =>
    element('label', { class: 'check' }, [
      element('input', {
        type: 'checkbox',
        checked: state.collapsed.has(name),
        change: (/** @type {any} */ event) => act.collapse(name, event.target.checked),
      }),
      name,
    ]);
  return [element('h2', { text: 'Scopes as one box' }), element('div', {}, [...names].sort().map((name) => element('div', {}, [row(name)])))];
}
