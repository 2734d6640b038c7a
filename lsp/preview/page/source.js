// The source below the picture, where the host has no editor: the text of a file with a range marked. A click in it is a cursor.

import { element, shortName } from './parts.js';

export class Source {
  /** @param {HTMLElement} pane @param {(uri: string, position: any) => void} cursor */
  constructor(pane, cursor) {
    this.pane = pane;
    this.cursor = cursor;
    this.uri = '';
    this.text = '';
    /** @type {any} */
    this.range = null;
  }

  /** Says which range is to be shown; its text comes from the host. @param {string} uri @param {any} range */
  want(uri, range) {
    this.range = range;
    if (uri === this.uri) this.draw(true);
    this.uri = uri;
  }

  /** @param {string} uri @param {string} text */
  hear(uri, text) {
    if (uri !== this.uri) return;
    const first = this.pane.hidden || text !== this.text;
    this.text = text;
    this.pane.hidden = false;
    this.draw(first);
  }

  /** @param {boolean} seek */
  draw(seek) {
    const [start, end] = [this.offset(this.range.start), this.offset(this.range.end)];
    const mark = element('mark', { text: this.text.slice(start, end) });
    const pre = element('pre', { tabindex: 0, 'aria-label': `Text of ${shortName(this.uri)}`, click: () => this.click(pre) }, [
      this.text.slice(0, start),
      mark,
      this.text.slice(end),
    ]);
    const close = element('button', { type: 'button', text: 'Close', click: () => (this.pane.hidden = true) });
    const name = `${shortName(this.uri)}:${this.range.start.line + 1}`;
    this.pane.replaceChildren(element('header', {}, [element('span', { text: name }), close]), pre);
    if (seek) this.pane.scrollTop = mark.offsetTop - this.pane.clientHeight / 3;
  }

  /** @param {HTMLElement} pre */
  click(pre) {
    const selection = getSelection();
    if (!selection?.anchorNode || !pre.contains(selection.anchorNode)) return;
    const before = document.createRange();
    before.setStart(pre, 0);
    before.setEnd(selection.anchorNode, selection.anchorOffset);
    const lines = before.toString().split('\n');
    this.cursor(this.uri, { line: lines.length - 1, character: lines[lines.length - 1].length });
  }

  /** @param {{ line: number, character: number }} position */
  offset({ line, character }) {
    let at = 0;
    for (let left = line; left > 0; left -= 1) {
      const end = this.text.indexOf('\n', at);
      if (end < 0) return this.text.length;
      at = end + 1;
    }
    return Math.min(at + character, this.text.length);
  }
}
