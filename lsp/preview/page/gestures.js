// How the picture is moved by hand: one finger or the mouse shifts it, two fingers shift and zoom it, so does the wheel; so
// does whatever makes the browser scroll.

/** From so many pixels on it is no click any more: a finger is less steady than a mouse. @type {Record<string, number>} */
const SLACK = { mouse: 4, pen: 6, touch: 9 };

/** @typedef {{ x: number, y: number }} Spot */

/**
 * Listens to pointers and the wheel in the room of a stage.
 * @param {{ room: HTMLElement, pan: (x: number, y: number) => void, zoom: (factor: number, x: number, y: number) => void, unscroll: () => void }} stage
 */
export function listen(stage) {
  const { room } = stage;
  /** Where each pointer that is down was last. @type {Map<number, Spot>} */
  const down = new Map();
  let moved = false;
  const inside = (/** @type {Spot} */ { x, y }) => {
    const { left, top } = room.getBoundingClientRect();
    return { x: x - left, y: y - top };
  };

  room.addEventListener('wheel', (event) => {
    event.preventDefault();
    const { x, y } = inside(event);
    if (event.ctrlKey || event.metaKey) stage.zoom(Math.exp(-event.deltaY / 300), x, y);
    else stage.pan(-event.deltaX, -event.deltaY);
  }, { passive: false });

  // A browser that looks for a word, or for what has the focus, scrolls: that is a shift as well.
  room.addEventListener('scroll', () => stage.unscroll());

  room.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (down.size === 0) moved = false;
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  room.addEventListener('pointermove', (event) => {
    const was = down.get(event.pointerId);
    if (!was) return;
    // It went up where nobody saw it.
    if (event.buttons === 0) return release(event);
    const now = { x: event.clientX, y: event.clientY };
    if (!moved && down.size === 1 && distance(was, now) < (SLACK[event.pointerType] ?? 4)) return;
    moved = true;
    room.classList.add('moving');
    if (!room.hasPointerCapture(event.pointerId)) room.setPointerCapture(event.pointerId);
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    const [from, to] = other ? [between(was, other), between(now, other)] : [was, now];
    stage.pan(to.x - from.x, to.y - from.y);
    if (other) {
      const { x, y } = inside(to);
      stage.zoom(distance(now, other) / Math.max(1, distance(was, other)), x, y);
    }
    down.set(event.pointerId, now);
  });
  const release = (/** @type {PointerEvent} */ event) => {
    down.delete(event.pointerId);
    if (down.size === 0) room.classList.remove('moving');
  };
  for (const end of ['pointerup', 'pointercancel']) room.addEventListener(end, (event) => release(/** @type {PointerEvent} */ (event)));
  // What ends a shift is no click.
  room.addEventListener('click', (event) => {
    if (moved) event.stopPropagation();
    moved = false;
  }, { capture: true });
}

/** @param {Spot} a @param {Spot} b */
function distance(a, b) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** @param {Spot} a @param {Spot} b */
function between(a, b) {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
