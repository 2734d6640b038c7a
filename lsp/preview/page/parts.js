// Small helpers: elements out of names, texts and children; places in texts.

/**
 * Makes an element.
 * @param {string} name
 * @param {Record<string, any>} [members] attributes; functions become listeners, `text` the text
 * @param {(Node | string | null)[]} [children]
 * @returns {HTMLElement}
 */
export function element(name, members = {}, children = []) {
  const made = document.createElement(name);
  for (const [member, value] of Object.entries(members)) {
    if (member === 'text') made.textContent = value;
    else if (typeof value === 'function') made.addEventListener(member, value);
    else if (value === true) made.setAttribute(member, '');
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(member, String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The element with an id, which the frame has. @param {string} id @returns {any} */
export function part(id) {
  return document.getElementById(id);
}

/** The last name of a path or URI. @param {string} uri */
export function shortName(uri) {
  const name = uri.split('/').pop() ?? uri;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Whether a position lies before or at another. @param {any} a @param {any} b */
function upTo(a, b) {
  return a.line < b.line || (a.line === b.line && a.character <= b.character);
}

/**
 * The innermost node whose expression a position lies in; of several, the last: it is what the expression stands for.
 * @param {any[]} nodes @param {string} uri @param {any} position
 */
export function nodeAt(nodes, uri, position) {
  let found = null;
  for (const node of nodes) {
    const { start, end } = node.range;
    if (node.uri !== uri || node.kind === 'scope' || !upTo(start, position) || !upTo(position, end)) continue;
    const inner = found === null || (upTo(found.range.start, start) && upTo(end, found.range.end));
    if (inner) found = node;
  }
  return found;
}

/**
 * A node with all that it needs, or all that use it, however far away.
 * @param {any[]} edges @param {string} id @param {'needs' | 'users'} way
 * @returns {Set<string>}
 */
export function closure(edges, id, way) {
  const [here, there] = way === 'needs' ? ['from', 'to'] : ['to', 'from'];
  const next = Map.groupBy(edges, (edge) => edge[here]);
  const found = new Set([id]);
  for (const at of found) for (const edge of next.get(at) ?? []) found.add(edge[there]);
  return found;
}

/**
 * The classes of a diagnostic where it is listed.
 * @param {{ severity: string }} problem
 */
export function problemClass(problem) {
  return problem.severity === 'warning' ? 'problem warning' : 'problem';
}
