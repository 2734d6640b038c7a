// How far texts and lines of a page stand out from what is behind them, by WCAG 2.2 (1.4.3, 1.4.11), from the styles that the browser computes.
// It sees plain colours, through which others may shine; pictures behind text it does not see.

/** What is seen of text and lines now: `{ what, kind, ratio }`, each pair of colours once. Runs in the page. */
export function contrasts() {
  const parts = (text) => {
    const numbers = text.match(/[\d.e-]+/g)?.map(Number) ?? [0, 0, 0, 0];
    const [r, g, b, alpha = 1] = text.startsWith('color(') ? numbers.map((number, at) => (at < 3 ? number * 255 : number)) : numbers;
    return { r, g, b, alpha: text === 'none' ? 0 : alpha };
  };
  const over = (top, under) => {
    const mix = (side) => top[side] * top.alpha + under[side] * (1 - top.alpha);
    return { r: mix('r'), g: mix('g'), b: mix('b'), alpha: 1 };
  };
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const white = matchMedia('(prefers-color-scheme: dark)').matches ? parts('rgb(18, 18, 18)') : parts('rgb(255, 255, 255)');
  const behind = (element) => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(at);
    return chain.reduce((under, at) => over(parts(getComputedStyle(at).backgroundColor), under), white);
  };
  const through = (element) => {
    let all = 1;
    for (let at = element; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const found = new Map();
  const add = (what, kind, top, under, element) => {
    const seen = over({ ...top, alpha: top.alpha * through(element) }, under);
    const value = { what, kind, ratio: ratio(seen, under) };
    const key = `${kind} ${JSON.stringify([seen, under])}`;
    if (!found.has(key)) found.set(key, value);
  };
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest('.aside, .unseen');
  const name = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} in ${element.parentElement?.getAttribute('class') ?? ''} «${element.textContent.trim().slice(0, 20)}»`;

  const walker = document.createTreeWalker(document.body ?? document.documentElement, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const of = text.parentElement;
    if (text.data.trim() === '' || of.closest('svg, script, style, option') || !shown(of)) continue;
    add(name(of), 'text', parts(getComputedStyle(of).color), behind(of), of);
  }
  for (const control of document.querySelectorAll('input, select, button')) {
    if (!shown(control)) continue;
    const style = getComputedStyle(control);
    add(`${control.id} value`, 'text', parts(style.color), behind(control), control);
    if (control.placeholder) add(`${control.id} placeholder`, 'text', parts(getComputedStyle(control, '::placeholder').color), behind(control), control);
    if (parseFloat(style.borderTopWidth) > 0 && control.type !== 'checkbox') add(`${control.id} border`, 'line', parts(style.borderTopColor), behind(control.parentElement), control);
  }
  const paint = (element, side) => parts(getComputedStyle(element)[side]);
  for (const svg of document.querySelectorAll('svg.unik')) {
    const base = document.body ? behind(svg.parentElement) : white;
    const paper = over(paint(svg.querySelector('.paper'), 'fill'), base);
    for (const text of svg.querySelectorAll('text')) {
      if (!shown(text)) continue;
      const group = text.closest('g');
      const badge = text.classList.contains('sign') ? group.querySelector('.badge') : null;
      const under = over(paint(badge ?? group.querySelector('rect, ellipse'), 'fill'), paper);
      for (const part of [text, ...text.querySelectorAll('tspan')]) add(name(part), 'text', paint(part, 'fill'), under, part);
    }
    for (const line of svg.querySelectorAll('.line, .node > rect, .node > ellipse, .label rect, .knob')) {
      if (shown(line)) add(name(line), 'line', paint(line, 'stroke'), paper, line);
    }
    for (const sign of svg.querySelectorAll('.knob-sign')) if (shown(sign)) add(name(sign), 'line', paint(sign, 'stroke'), over(paint(sign.parentElement.querySelector('.knob'), 'fill'), paper), sign);
    for (const head of svg.querySelectorAll('.head, .badge')) if (shown(head)) add(name(head), 'line', paint(head, 'fill'), paper, head);
  }
  return [...found.values()];
}
