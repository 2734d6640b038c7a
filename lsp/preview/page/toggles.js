// The buttons in the picture that make one box of a scope, and open it again: at each node of a scope, by its name.

const SVG = 'http://www.w3.org/2000/svg';
/** What is seen of a button, and where a finger hits it: 24 pixels wide. */
const [SEEN, HIT] = [7, 12];

/**
 * The scope that a node is or lies in: its names joined by `/`, empty outside of all; and whether it is one box.
 * @param {any} node
 */
export function scopeOf(node) {
  return node.kind === 'scope' ? { scope: node.id.slice('scope:'.length), collapsed: true } : { scope: node.scope, collapsed: false };
}

/**
 * Adds the buttons.
 * @param {{ nodes: Map<string, SVGGElement>, boxes: Map<string, { x: number, y: number, height: number }> }} stage
 * @param {any[]} nodes
 */
export function addToggles(stage, nodes) {
  for (const node of nodes) {
    const { scope, collapsed } = scopeOf(node);
    const [drawn, box] = [stage.nodes.get(node.id), stage.boxes.get(node.id)];
    if (scope === '' || !drawn || !box) continue;
    const [x, y] = [box.x, drawn.querySelector('ellipse') ? box.y + box.height / 2 : box.y + 14];
    const label = `${collapsed ? 'Expand' : 'Collapse'} the scope ${scope.replaceAll('/', '.')}`;
    const said = made('title', {});
    said.textContent = `${label} (c)`;
    const sign = `M${x - 3.5} ${y}H${x + 3.5}${collapsed ? `M${x} ${y - 3.5}V${y + 3.5}` : ''}`;
    drawn.append(
      made('g', { class: 'toggle', role: 'button', tabindex: -1, 'aria-label': label, 'aria-expanded': !collapsed }, [
        said,
        made('circle', { class: 'hit', cx: x, cy: y, r: HIT }),
        made('circle', { class: 'knob', cx: x, cy: y, r: SEEN }),
        made('path', { class: 'knob-sign', d: sign }),
      ]),
    );
  }
}

/** @param {string} name @param {Record<string, any>} attributes @param {Element[]} [children] */
function made(name, attributes, children = []) {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, String(value));
  element.append(...children);
  return element;
}
