// The picture and how it is looked at: panning, zooming, what is lit or put aside. What stays where it is in a new picture stays
// where it is on the screen, unless a new configuration would then leave what was looked at out of sight.

import { listen } from './gestures.js';

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

const stillness = matchMedia('(prefers-reduced-motion: reduce)');
const pictureStyle = new CSSStyleSheet();
/** More nodes than this move at once, without a way. */
const MOST_MOVING = 300;
/** What comes by itself is not smaller: the smallest text of a picture has 11 pixels. */
const READABLE = 1;
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
    /** How small a picture was allowed to be when it was last fitted; null once somebody has moved it. @type {number | null} */
    this.fitted = null;
    /** Told when another part of the picture is looked at. */
    this.moved = () => {};
    this.style = '';
    document.adoptedStyleSheets.push(pictureStyle);
    listen(this);
  }

  /**
   * Shows a picture.
   * @param {string} text
   * @param {{ kept: string | null, was: string | null, anew: boolean }} how the node that stays where it is if it is there, the one
   *   in whose place it comes, and whether the picture is another one because somebody wanted another one
   */
  show(text, { kept, was, anew }) {
    // A policy that allows no styles in documents allows sheets that a script makes.
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
    if (style !== this.style) pictureStyle.replaceSync(style);
    this.style = style;
    const plain = text.replace(/<style>[^<]*<\/style>/, '');
    const parsed = new DOMParser().parseFromString(plain, 'image/svg+xml').documentElement;
    const before = this.boxes;
    const first = this.svg === null;
    const size = this.size();
    const seen = this.inSight();
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
    else {
      const resized = size.width !== this.size().width || size.height !== this.size().height;
      this.keep(before, kept, was ?? kept, resized);
      // A scope that was opened or gathered is looked at where it was.
      if (anew && !(was !== null && this.inSight().includes(kept ?? ''))) this.adapt(seen, resized);
    }
  }

  /** The nodes whose middles are in sight. */
  inSight() {
    this.unscroll();
    const { x, y, scale } = this.at;
    const inside = (/** @type {string} */ id) => {
      const spot = centre(this.boxes, id);
      const [left, top] = [spot.x * scale + x, spot.y * scale + y];
      return left >= 0 && top >= 0 && left <= this.room.clientWidth && top <= this.room.clientHeight;
    };
    return [...this.boxes.keys()].filter(inside);
  }

  /** Brings a new picture into sight if what was seen of the old one is not, or little is. @param {string[]} seen @param {boolean} resized */
  adapt(seen, resized) {
    const now = new Set(this.inSight());
    const left = seen.filter((id) => this.boxes.has(id));
    const gone = left.filter((id) => !now.has(id)).length * 3 > left.length;
    const little = now.size < this.boxes.size && now.size * 2 < seen.length;
    const small = this.fitted !== null && this.scaleOf(this.fitted) > this.at.scale * 1.2;
    if (!(gone || little || small || (resized && this.loose()))) return;
    if (this.fitted !== null) return this.fit(this.fitted);
    this.cover();
    if (this.inSight().length === 0) this.fit(READABLE);
  }

  /** Whether a third of the room is empty that the picture could fill. */
  loose() {
    const { width, height } = this.size();
    const empty = (/** @type {number} */ at, /** @type {number} */ long, /** @type {number} */ room) =>
      Math.min(Math.max(at, room - at - long), Math.max(-at, at + long - room)) > room / 3;
    return empty(this.at.x, width * this.at.scale, this.room.clientWidth) || empty(this.at.y, height * this.at.scale, this.room.clientHeight);
  }

  /** Leaves no room empty that the picture could fill. */
  cover() {
    const { width, height } = this.size();
    const within = (/** @type {number} */ at, /** @type {number} */ spare) => Math.min(Math.max(at, Math.min(0, spare)), Math.max(0, spare));
    this.at.x = within(this.at.x, this.room.clientWidth - width * this.at.scale);
    this.at.y = within(this.at.y, this.room.clientHeight - height * this.at.scale);
    this.place();
  }

  /** How large the picture is, unscaled. */
  size() {
    return { width: this.svg?.width.baseVal.value ?? 0, height: this.svg?.height.baseVal.value ?? 0 };
  }

  /** @param {Map<string, Box>} before @param {string | null} kept @param {string | null} was @param {boolean} resized */
  keep(before, kept, was, resized) {
    const common = [...this.boxes.keys()].filter((id) => before.has(id));
    const one = kept !== null && was !== null && this.boxes.has(kept) && before.has(was);
    const anchor = one ? [[was, kept]] : common.map((id) => [id, id]);
    const shift = (/** @type {'x' | 'y'} */ side) => middle(anchor.map(([old, now]) => centre(before, old)[side] - centre(this.boxes, now)[side]));
    const [dx, dy] = [shift('x'), shift('y')];
    this.at.x += dx * this.at.scale;
    this.at.y += dy * this.at.scale;
    // A picture that has room enough is not left half outside of it.
    const { width, height } = this.size();
    if (resized && width * this.at.scale <= this.room.clientWidth && height * this.at.scale <= this.room.clientHeight) this.cover();
    else this.place();
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

  /** What is looked at, for `look`. */
  sight() {
    return { at: this.at, fitted: this.fitted };
  }

  /**
   * Looks at what was looked at; the room may have another size now.
   * @param {{ at: { x: number, y: number, scale: number }, fitted: number | null }} sight
   */
  look({ at, fitted }) {
    if (fitted !== null) return this.fit(fitted);
    this.fitted = null;
    this.at = { ...at };
    this.place();
    if (this.inSight().length === 0) this.fit(READABLE);
  }

  place() {
    this.moved();
    const { x, y, scale } = this.at;
    this.view.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }

  /** @param {number} x @param {number} y */
  pan(x, y) {
    this.fitted = null;
    this.at.x += x;
    this.at.y += y;
    this.place();
  }

  /** What the browser has scrolled is shifted instead. */
  unscroll() {
    const { scrollLeft, scrollTop } = this.room;
    if (scrollLeft === 0 && scrollTop === 0) return;
    this.room.scrollTo(0, 0);
    this.pan(-scrollLeft, -scrollTop);
  }

  /**
   * @param {number} factor
   * @param {number} [x] what stays under the pointer; else the middle
   * @param {number} [y]
   */
  zoom(factor, x = this.room.clientWidth / 2, y = this.room.clientHeight / 2) {
    this.fitted = null;
    const scale = Math.min(4, Math.max(0.05, this.at.scale * factor));
    const by = scale / this.at.scale;
    this.at = { x: x - (x - this.at.x) * by, y: y - (y - this.at.y) * by, scale };
    this.place();
  }

  /** How large the picture is when all of it is to be seen, if it may be so small. @param {number} least */
  scaleOf(least) {
    const { width, height } = this.size();
    return Math.max(least, Math.min(1, this.room.clientWidth / width, this.room.clientHeight / height));
  }

  /** Shows all of it; or, where it would be smaller than it may be, what is uppermost, around the last node, which uses the others. */
  fit(least = 0) {
    if (!this.svg) return;
    const scale = this.scaleOf(least);
    const { width, height } = this.size();
    const [x, y] = [this.room.clientWidth - width * scale, this.room.clientHeight - height * scale];
    const top = centre(this.boxes, [...this.boxes.keys()].pop() ?? '').x * scale;
    this.at = { scale, x: x >= 0 ? x / 2 : Math.min(0, Math.max(x, this.room.clientWidth / 2 - top)), y: Math.max(0, y / 2) };
    this.fitted = least;
    this.place();
  }

  /** Where a node is seen in the room. @param {string} id @returns {Box} */
  seenBox(id) {
    const { x, y, width, height } = this.boxes.get(id) ?? { x: 0, y: 0, width: 0, height: 0 };
    const { scale } = this.at;
    return { x: x * scale + this.at.x, y: y * scale + this.at.y, width: width * scale, height: height * scale };
  }

  /** Brings a node into sight. @param {string} id */
  seek(id) {
    if (!this.boxes.has(id)) return;
    this.unscroll();
    const box = this.seenBox(id);
    const [width, height] = [this.room.clientWidth, this.room.clientHeight];
    const inside = box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
    if (!inside) this.pan(width / 2 - box.x - box.width / 2, height / 2 - box.y - box.height / 2);
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
