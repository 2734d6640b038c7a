// The picture and how it is looked at: panning, zooming, what is lit or put aside. What stays where it is in a new picture stays
// where it is on the screen.

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

const stillness = matchMedia('(prefers-reduced-motion: reduce)');
const pictureStyle = new CSSStyleSheet();
/** More nodes than this move at once, without a way. */
const MOST_MOVING = 300;
/** A picture that begins smaller says nothing. */
const READABLE = 0.4;
const MOVE = { duration: 260, easing: 'ease-out' };

export class Stage {
  /**
   * @param {HTMLElement} room
   * @param {HTMLElement} view
   */
  constructor(room, view) {
    this.room = room;
    this.view = view;
    /** @type {SVGSVGElement | null} */
    this.svg = null;
    /** @type {Map<string, SVGGElement>} */
    this.nodes = new Map();
    /** @type {Map<string, Box>} */
    this.boxes = new Map();
    /** @type {SVGGElement[]} */
    this.lines = [];
    this.at = { x: 0, y: 0, scale: 1 };
    this.style = '';
    document.adoptedStyleSheets.push(pictureStyle);
    this.listen();
  }

  /**
   * Shows a picture.
   * @param {string} text
   * @param {string | null} kept the node that stays where it is, if it is there
   */
  show(text, kept) {
    // A policy that allows no styles in documents allows sheets that a script makes.
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
    if (style !== this.style) pictureStyle.replaceSync(style);
    this.style = style;
    const plain = text.replace(/<style>[^<]*<\/style>/, '');
    const parsed = new DOMParser().parseFromString(plain, 'image/svg+xml').documentElement;
    const before = this.boxes;
    const first = this.svg === null;
    const size = this.size();
    const svg = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.importNode(parsed, true)));
    this.view.replaceChildren(svg);
    this.svg = svg;
    this.nodes = new Map();
    this.boxes = new Map();
    for (const node of /** @type {NodeListOf<SVGGElement>} */ (svg.querySelectorAll('g.node'))) {
      const id = node.dataset.id ?? '';
      node.setAttribute('tabindex', '-1');
      this.nodes.set(id, node);
      this.boxes.set(id, boxOf(node));
    }
    this.lines = [.../** @type {NodeListOf<SVGGElement>} */ (svg.querySelectorAll('g[data-from]'))];
    const another = ![...this.boxes.keys()].some((id) => before.has(id));
    if (first || another) this.fit(READABLE);
    else this.keep(before, kept, size.width !== this.size().width || size.height !== this.size().height);
  }

  /** How large the picture is, unscaled. */
  size() {
    return { width: this.svg?.width.baseVal.value ?? 0, height: this.svg?.height.baseVal.value ?? 0 };
  }

  /** A picture that has room enough is not left half outside of it. */
  settle() {
    const { width, height } = this.size();
    const [x, y] = [this.room.clientWidth - width * this.at.scale, this.room.clientHeight - height * this.at.scale];
    if (x < 0 || y < 0) return;
    this.at.x = Math.min(x, Math.max(0, this.at.x));
    this.at.y = Math.min(y, Math.max(0, this.at.y));
  }

  /** @param {Map<string, Box>} before @param {string | null} kept @param {boolean} resized */
  keep(before, kept, resized) {
    const common = [...this.boxes.keys()].filter((id) => before.has(id));
    const anchor = kept !== null && common.includes(kept) ? [kept] : common;
    const shift = (/** @type {'x' | 'y'} */ side) => middle(anchor.map((id) => centre(before, id)[side] - centre(this.boxes, id)[side]));
    const [dx, dy] = [shift('x'), shift('y')];
    this.at.x += dx * this.at.scale;
    this.at.y += dy * this.at.scale;
    if (resized) this.settle();
    this.place();
    if (stillness.matches || common.length > MOST_MOVING) return;
    let moved = false;
    for (const id of common) {
      const [old, now] = [centre(before, id), centre(this.boxes, id)];
      const [x, y] = [old.x - now.x - dx, old.y - now.y - dy];
      if (Math.abs(x) + Math.abs(y) > 1) {
        this.nodes.get(id)?.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: 'none' }], MOVE);
        moved = true;
      }
    }
    // Lines do not move with their ends: they come when those have arrived.
    if (moved) for (const line of this.lines) line.animate([{ opacity: 0 }, { opacity: 0, offset: 0.6 }, {}], MOVE);
  }

  place() {
    const { x, y, scale } = this.at;
    this.view.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }

  /** @param {number} x @param {number} y */
  pan(x, y) {
    this.at.x += x;
    this.at.y += y;
    this.place();
  }

  /**
   * @param {number} factor
   * @param {number} [x] what stays under the pointer; else the middle
   * @param {number} [y]
   */
  zoom(factor, x = this.room.clientWidth / 2, y = this.room.clientHeight / 2) {
    const scale = Math.min(4, Math.max(0.05, this.at.scale * factor));
    const by = scale / this.at.scale;
    this.at = { x: x - (x - this.at.x) * by, y: y - (y - this.at.y) * by, scale };
    this.place();
  }

  /** Shows all of it, or what of it can be shown at least so large. */
  fit(least = 0) {
    if (!this.svg) return;
    const { width, height } = this.size();
    const scale = Math.max(least, Math.min(1, this.room.clientWidth / width, this.room.clientHeight / height));
    this.at = { scale, x: (this.room.clientWidth - width * scale) / 2, y: Math.max(0, (this.room.clientHeight - height * scale) / 2) };
    this.place();
  }

  /** How far from the left the middle of a node is seen. @param {string} id */
  middleOf(id) {
    return centre(this.boxes, id).x * this.at.scale + this.at.x;
  }

  /** Brings a node into sight. @param {string} id */
  seek(id) {
    const box = this.boxes.get(id);
    if (!box) return;
    const { x, y, scale } = this.at;
    const [left, top] = [box.x * scale + x, box.y * scale + y];
    const [width, height] = [this.room.clientWidth, this.room.clientHeight];
    const inside = left >= 0 && top >= 0 && left + box.width * scale <= width && top + box.height * scale <= height;
    if (!inside) this.pan(width / 2 - left - (box.width * scale) / 2, height / 2 - top - (box.height * scale) / 2);
  }

  /** Lights a node and the lines at it. @param {string | null} id */
  light(id) {
    for (const lit of this.view.querySelectorAll('.lit, .near')) lit.classList.remove('lit', 'near');
    if (id === null) return;
    this.nodes.get(id)?.classList.add('lit');
    for (const line of this.lines) {
      if (line.dataset.from === id || line.dataset.to === id) line.classList.add('near');
    }
  }

  /** Puts aside what is not in a set; nothing with none. @param {Set<string> | null} ids */
  only(ids) {
    for (const [id, node] of this.nodes) node.classList.toggle('aside', ids !== null && !ids.has(id));
    for (const line of this.lines) {
      const inside = ids === null || (ids.has(line.dataset.from ?? '') && ids.has(line.dataset.to ?? ''));
      line.classList.toggle('aside', !inside);
    }
  }

  listen() {
    const { room } = this;
    room.addEventListener('wheel', (event) => {
      if (/** @type {Element} */ (event.target).closest('.card')) return;
      event.preventDefault();
      const { left, top } = room.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) this.zoom(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
      else this.pan(-event.deltaX, -event.deltaY);
    }, { passive: false });
    room.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || /** @type {Element} */ (event.target).closest('.node, .card')) return;
      room.setPointerCapture(event.pointerId);
      room.classList.add('moving');
    });
    room.addEventListener('pointermove', (event) => {
      if (room.classList.contains('moving')) this.pan(event.movementX, event.movementY);
    });
    for (const end of ['pointerup', 'pointercancel']) room.addEventListener(end, () => room.classList.remove('moving'));
  }
}

/** @param {SVGGElement} node @returns {Box} */
function boxOf(node) {
  const number = (/** @type {Element} */ of, /** @type {string} */ name) => Number(of.getAttribute(name));
  const rect = node.querySelector('rect');
  if (rect) return { x: number(rect, 'x'), y: number(rect, 'y'), width: number(rect, 'width'), height: number(rect, 'height') };
  const round = node.querySelector('ellipse');
  if (!round) return { x: 0, y: 0, width: 0, height: 0 };
  const [rx, ry] = [number(round, 'rx'), number(round, 'ry')];
  return { x: number(round, 'cx') - rx, y: number(round, 'cy') - ry, width: 2 * rx, height: 2 * ry };
}

/** @param {Map<string, Box>} boxes @param {string} id */
function centre(boxes, id) {
  const box = boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** @param {number[]} numbers */
function middle(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
