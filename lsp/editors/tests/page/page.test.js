// What a person does with the page: looks, points, chooses values, compares, edits beside it, by mouse and by keyboard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Preview, browser, endAll, open, pagePart, picture } from './browser.js';

/** @type {import('playwright-core').Browser} */
let running;
before(async () => (running = await browser()));
after(async () => {
  endAll();
  await running.close();
});

const node = (page, id) => page.locator(`g.node[data-id="${id}"]`);
const classes = async (page, id) => (await node(page, id).getAttribute('class')).split(' ');
const faded = async (page, id) => (await classes(page, id)).includes('faded');

/** Waits until something holds. */
async function until(what, holds) {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what} does not come`);
    await new Promise((again) => setTimeout(again, 30));
  }
}

/** Where a node is on the screen. */
async function at(page, id) {
  const { x, y } = await node(page, id).locator('rect, ellipse').first().boundingBox();
  return { x, y };
}

describe('the page of unikc preview', () => {
  /** @type {Preview} */
  let preview;
  let page;
  before(async () => {
    preview = await Preview.start('file-server', '--target', 'unix');
    page = await open(await running.newContext({ viewport: { width: 1300, height: 900 } }), preview.address);
  });
  after(async () => {
    assert.deepEqual(page.wrong, []);
    await page.context().close();
    assert.equal(await preview.end(), 0);
  });

  test('what the keys take is solid, the rest faded', async () => {
    assert.equal(await faded(page, 'crunch'), false);
    assert.equal(await faded(page, 'direct'), true);
    await picture(page, 'light');
    await page.locator('#key-store').selectOption('direct');
    await until('the other branch', () => faded(page, 'crunch'));
    assert.equal(await faded(page, 'direct'), false);
    await page.getByLabel('Reset store to its default').click();
    await until('the default', async () => !(await faded(page, 'crunch')));
  });

  test('a value that does not do is told at its key', async () => {
    await page.locator('#key-port').fill('90000');
    await page.locator('#key-port').press('Enter');
    await page.locator('#key-port-about .problem').waitFor();
    assert.match(await page.locator('#key-port-about').textContent(), /at most 65535/);
    assert.equal(await page.locator('#key-port').getAttribute('aria-invalid'), 'true');
    await page.locator('#key-port').fill('');
    await page.locator('#key-port').press('Enter');
    await page.locator('#key-port-about .problem').waitFor({ state: 'detached' });
    assert.equal(await page.locator('#key-port').inputValue(), '8080', 'what is emptied has its default again');
  });

  test('the pointer rests on a node: its card comes, and goes again', async () => {
    await node(page, 'crunch').hover();
    await page.locator('#card').filter({ hasText: 'std/kv.crunch' }).waitFor();
    assert.match(await page.locator('#card').textContent(), /branch `crunch` of the choice by `store`/);
    await page.mouse.move(900, 20);
    await page.locator('#card').waitFor({ state: 'hidden' });
    assert.ok(await page.locator('#source').isHidden(), 'pointing is no click');
  });

  test('a click shows the card and the source, a click in the source lights its node', async () => {
    await node(page, 'tcp_2').click();
    await page.locator('#source mark').waitFor();
    assert.equal(await page.locator('#source mark').textContent(), 'net.tcp(port)');
    const card = await page.locator('#card').textContent();
    for (const part of ['std/net.tcp', 'std/net.Listener', '--port = 8080 (default)', 'crate unik-net', 'argument `connections` of `server`']) {
      assert.ok(card.includes(part), `${part} is not in ${card}`);
    }
    const lit = await page.locator('g.near[data-to="tcp_2"]').count();
    assert.ok(lit >= 2, 'its lines are lit');
    const text = page.locator('#source pre');
    const word = await text.evaluate((pre) => {
      const range = document.createRange();
      const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
      for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const found = text.data.indexOf('kv.crunch(files');
        if (found < 0) continue;
        range.setStart(text, found);
        range.setEnd(text, found + 2);
        range.startContainer.parentElement.scrollIntoView();
        pre.closest('section').scrollTop += range.getBoundingClientRect().top - pre.closest('section').getBoundingClientRect().top - 60;
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      }
    });
    await page.mouse.click(word.x, word.y);
    await until('the light', async () => (await classes(page, 'crunch')).includes('lit'));
    await picture(page, 'source');
    await page.locator('#source button').click();
    await page.keyboard.press('Escape');
    assert.ok(await page.locator('#card').isHidden());
  });

  test('an edit beside it moves nothing that stays, and errors stand at their nodes', async () => {
    await node(page, 'file_server').click();
    await page.locator('#source').waitFor();
    await page.locator('#source button').click();
    await page.mouse.move(500, 700);
    await page.mouse.wheel(0, 90);
    const was = await at(page, 'file_server');
    const text = preview.text();
    preview.write(text.replace('device file_server(', '/// Prints.\ndevice file_server(').replace('http.server(net.tcp(port))', 'net.tcp(port)'));
    await node(page, 'server').waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.getAnimations().length === 0);
    const now = await at(page, 'file_server');
    assert.ok(Math.hypot(was.x - now.x, was.y - now.y) < 2, `${JSON.stringify(was)} ${JSON.stringify(now)}`);
    preview.write(text.replace('net.tcp(port) else', 'net.tcp(wrong) else'));
    await page.locator('.panel button.problem').first().waitFor();
    preview.write(`${text}\nlet idle = 1\n`);
    await page.locator('.panel button.problem.warning').waitFor();
    assert.equal(await page.locator('.panel button.problem:not(.warning)').count(), 0, 'a warning is no error');
    assert.match(await page.locator('#live').textContent(), /, 1 problem$/);
    preview.write('let a = 1\n');
    await page.locator('#banner').filter({ hasText: 'declares no unikernel' }).waitFor();
    assert.ok(await node(page, 'file_server').isVisible(), 'the last picture stays');
    preview.write(text);
    await page.locator('#banner').waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
  });

  test('two configurations are compared', async () => {
    await page.locator('#compare').click();
    await page.locator('#key-store').selectOption('direct');
    await until('what is added', async () => (await classes(page, 'direct')).includes('added'));
    assert.ok((await classes(page, 'crunch')).includes('removed'));
    const rows = async () => (await page.locator('.panel .changes li').allInnerTexts()).flatMap((text) => text.split('\n'));
    for (const row of ['~--store: crunch → direct', '−std/kv.crunch', '+std/kv.direct', '~by store']) {
      assert.ok((await rows()).includes(row), `${row} is not in ${JSON.stringify(await rows())}`);
    }
    assert.match(await page.locator('#key-store-about').textContent(), /before: crunch/);
    await page.locator('.changes button', { hasText: '--store' }).click();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'key-store');
    const details = page.locator('.changes > li', { hasText: 'by store' }).locator('.unseen');
    assert.deepEqual(await details.allTextContents(), ['branch: from crunch to direct']);
    await page.locator('#evaluated').check();
    await node(page, 'nic').waitFor({ state: 'detached' });
    await until('all of a small picture is in sight', () =>
      page.evaluate(() => {
        const room = document.getElementById('stage').getBoundingClientRect();
        return [...document.querySelectorAll('g.node')].every((node) => {
          const box = node.getBoundingClientRect();
          return box.top >= room.top && box.bottom <= room.bottom && box.left >= room.left && box.right <= room.right;
        });
      }),
    );
    const given = page.locator('.changes > li', { hasText: 'app.file_server' }).locator('.unseen');
    assert.deepEqual(await given.allTextContents(), ['store: from crunch to direct'], 'a device is given another one');
    assert.ok((await classes(page, 'file_server')).includes('changed'));
    assert.equal(await page.locator('g.argument.removed[data-from="file_server"][data-to="crunch"]').count(), 1);
    await page.locator('#key-port').fill('80');
    await page.locator('#key-port').press('Enter');
    await node(page, 'tcp_2').filter({ hasText: '8080 → 80' }).waitFor();
    await page.getByLabel('Reset port to its default').click();
    await picture(page, 'compared');
    await page.locator('#compare').click();
    await until('only one', async () => !(await classes(page, 'direct')).includes('added'));
    assert.equal(await node(page, 'crunch').count(), 0);
    await page.locator('#evaluated').uncheck();
    await page.getByLabel('Reset store to its default').click();
    await node(page, 'nic').waitFor();
  });

  test('a filter leaves what a device needs, or who uses it', async () => {
    await node(page, 'tcp_2').click();
    await page.getByRole('button', { name: 'Who uses it' }).click();
    const aside = async (id) => (await classes(page, id)).includes('aside');
    assert.deepEqual([await aside('server'), await aside('file_server'), await aside('sockets')], [false, false, true]);
    await page.getByRole('button', { name: 'What it needs' }).click();
    assert.deepEqual([await aside('server'), await aside('sockets'), await aside('crunch')], [true, false, true]);
    await page.locator('#search').fill('sock');
    assert.deepEqual([await aside('sockets'), await aside('timer')], [false, true]);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.aside').count(), 0);
  });

  test('all of it goes by keyboard', async () => {
    await page.locator('#help-button').focus();
    await page.keyboard.press('Tab');
    const here = () => page.evaluate(() => document.activeElement.dataset.id);
    assert.ok(await here(), 'Tab leads into the graph, to one node');
    await node(page, 'file_server').focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await here(), 'choice:std/kv.ReadOnly:store');
    await page.keyboard.press('ArrowDown');
    assert.equal(await here(), 'crunch');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    assert.equal(await here(), 'file_server');
    await page.keyboard.press('Enter');
    await page.locator('#source mark').waitFor();
    assert.match(await page.locator('#source mark').textContent(), /^file_server\(/);
    await page.locator('#source button').click();
    await node(page, 'file_server').focus();
    const before = await at(page, 'file_server');
    await page.keyboard.press('+');
    await until('larger', async () => (await at(page, 'file_server')).x !== before.x);
    await page.keyboard.press('?');
    assert.ok(await page.locator('#help').isVisible());
    await page.keyboard.press('Escape');
    await page.keyboard.press('f');
    for (const id of ['file_server', 'direct']) {
      assert.match(await node(page, id).getAttribute('aria-label'), id === 'direct' ? /not taken/ : /device app\.file_server/);
    }
    assert.match(await page.locator('#live').textContent(), /filesrv: 7 devices, \d+ nodes shown/);
  });

  test('the page is taken along, and opens from disk', async () => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.locator('[data-export=html]').click()]);
    assert.equal(file.suggestedFilename(), 'filesrv.html');
    const path = join(process.env.SCREENSHOTS, 'page-exported.html');
    await file.saveAs(path);
    assert.ok(!readFileSync(path, 'utf8').includes(preview.folder));
    const context = await running.newContext({ colorScheme: 'dark', viewport: { width: 420, height: 900 }, offline: true });
    const alone = await open(context, `file://${path}`);
    await node(alone, 'crunch').click();
    assert.match(await alone.locator('#card').textContent(), /std\/kv\.crunch/);
    assert.ok(await alone.locator('#key-store').isDisabled());
    await picture(alone, 'exported-dark-narrow');
    assert.deepEqual(alone.wrong, []);
    await context.close();
  });
});

test('in an editor it speaks by messages, and its modules are files', async () => {
  const preview = await Preview.start('file-server', '--target', 'unix');
  const answer = await preview.ask({});
  const context = await running.newContext({ viewport: { width: 1000, height: 800 } });
  await context.route('http://page.test/**', (route) => route.fulfill(pagePart(new URL(route.request().url()).pathname)));
  await context.addInitScript(() => {
    globalThis.sent = [];
    const [getState, setState] = [() => globalThis.state, (state) => (globalThis.state = state)];
    globalThis.acquireVsCodeApi = () => ({ postMessage: (message) => globalThis.sent.push(message), getState, setState });
  });
  const page = await context.newPage();
  const wrong = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  await page.goto('http://page.test/');
  const sent = (kind) => page.evaluate((kind) => globalThis.sent.filter((message) => message.kind === kind).at(-1), kind);
  const hear = (message) => page.evaluate((message) => postMessage(message), message);
  const { serial } = await sent('ask');
  await hear({ kind: 'graph', serial: serial - 1, answer: null });
  await hear({ kind: 'graph', serial, answer });
  await node(page, 'tcp_2').click();
  const { uri, range } = answer.nodes.find(({ id }) => id === 'tcp_2');
  assert.deepEqual(await sent('reveal'), { kind: 'reveal', uri, range, focus: false });
  assert.ok(await page.locator('#source').isHidden(), 'the editor shows the source');
  await page.keyboard.press('Escape');
  await hear({ kind: 'cursor', uri, position: range.start });
  await until('the light', async () => (await classes(page, 'tcp_2')).includes('lit'));
  await page.locator('#key-port').fill('80');
  await page.locator('#key-port').press('Enter');
  assert.deepEqual((await sent('configure')).configuration, { target: 'unix', keys: { port: '80' } });
  await hear({ kind: 'changed', unikernel: 'other' });
  await until('the question', async () => (await sent('ask')).params.unikernel === 'other');
  await page.locator('[data-export=svg]').click();
  assert.equal((await sent('export')).format, 'svg');
  assert.deepEqual(wrong, []);
  await context.close();
  assert.equal(await preview.end(), 0);
});

test('scopes become boxes and open again', async () => {
  const preview = await Preview.start('two-servers', '--target', 'unix');
  const page = await open(await running.newContext({ colorScheme: 'dark', viewport: { width: 1300, height: 900 } }), preview.address);
  await page.getByLabel('admin', { exact: true }).check();
  await node(page, 'scope:admin').waitFor();
  assert.equal(await node(page, 'admin_site').count(), 0);
  await picture(page, 'collapsed-dark');
  assert.match(await page.locator('#card').textContent(), /admin_site/);
  await page.getByRole('button', { name: 'Expand', exact: true }).click();
  await node(page, 'admin_site').waitFor();
  assert.deepEqual(page.wrong, []);
  await page.context().close();
  assert.equal(await preview.end(), 0);
});

/** What a person has chosen to look at. */
const chosen = (page) =>
  page.evaluate(() => {
    const ids = (which) => [...document.querySelectorAll(`g.node${which}`)].map((node) => node.dataset.id);
    return {
      unikernel: document.getElementById('unikernel').value,
      evaluated: document.getElementById('evaluated').checked,
      compare: document.getElementById('compare').textContent,
      nodes: ids(''),
      lit: ids('.lit'),
      aside: ids('.aside'),
      changed: ids('.changed'),
      changes: [...document.querySelectorAll('.changes > li')].map((change) => change.textContent),
      card: document.getElementById('card').textContent,
      place: document.getElementById('view').style.transform,
    };
  });

test('a page that is loaded again shows what was looked at', async () => {
  const preview = await Preview.start('two-servers', '--target', 'unix');
  const text = preview.text().replace('unikernel servers', 'unikernel alone = server(public, 80)\n\nunikernel servers');
  preview.write(text);
  const context = await running.newContext({ viewport: { width: 1300, height: 900 } });
  const page = await open(context, preview.address);
  const again = async () => {
    await page.reload();
    await page.locator('g.node').first().waitFor();
  };
  // A place is kept when the picture rests.
  const kept = () =>
    page.waitForFunction(() => {
      const [state] = Object.values(sessionStorage);
      const { e, f } = new DOMMatrix(document.getElementById('view').style.transform);
      const { x, y } = JSON.parse(state).sight.at;
      return Math.hypot(x - e, y - f) < 0.1;
    });
  await page.locator('#unikernel').selectOption('servers');
  await node(page, 'admin_site').locator('.toggle').click();
  await node(page, 'scope:admin').waitFor();
  await page.locator('#evaluated').check();
  await page.locator('#compare').click();
  await page.getByText('Nothing differs.').waitFor();
  await page.locator('#key-mirror-port').fill('9000');
  await page.locator('#key-mirror-port').press('Enter');
  await page.locator('.changes > li').first().waitFor();
  await node(page, 'mirror_site').click();
  await page.keyboard.press('n');
  await page.locator('#in').click();
  await page.mouse.move(400, 300);
  const { place } = await chosen(page);
  await page.mouse.wheel(15, 25);
  await until('another place', async () => (await chosen(page)).place !== place);
  await page.mouse.move(400, 5);
  const before = await chosen(page);
  assert.equal(before.compare, 'Stop comparing');
  for (const what of ['aside', 'lit', 'changed', 'changes']) assert.notEqual(before[what].length, 0, what);
  await kept();
  await again();
  assert.deepEqual(await chosen(page), before);

  // Nor is it lost while there is no picture.
  preview.write('let a = 1\n');
  await page.locator('#banner').filter({ hasText: 'declares no unikernel' }).waitFor();
  await page.reload();
  await page.locator('#banner').filter({ hasText: 'declares no unikernel' }).waitFor();
  assert.equal(await page.locator('g.node').count(), 0);
  preview.write(text);
  await node(page, 'scope:admin').waitFor();
  assert.deepEqual(await chosen(page), before);

  const all = () => page.evaluate(() => {
    const [picture, room] = [document.querySelector('#view svg'), document.getElementById('stage')].map((it) => it.getBoundingClientRect());
    return picture.top >= room.top && picture.bottom <= room.bottom && picture.left >= room.left && picture.right <= room.right;
  });
  await page.locator('#fit').click();
  await kept();
  await page.setViewportSize({ width: 900, height: 620 });
  assert.equal(await all(), false);
  await again();
  await until('all of it, as it was', all);

  const other = await open(context, preview.address);
  assert.equal(await other.locator('#unikernel').inputValue(), 'alone', 'another page begins anew');
  assert.deepEqual([...page.wrong, ...other.wrong], []);
  await context.close();
  assert.equal(await preview.end(), 0);
});

test('a thousand devices stay smooth', async () => {
  const preview = await Preview.start('hello');
  const lets = Array.from({ length: 1000 }, (_, at) => `let d${at + 2} = join(d${(at + 2) >> 1}, d${Math.floor((at + 2) / 3)}, ${at})\n`);
  preview.write(`module type Part = trait Part
device first(number: Int): Part { rust first }
device join(left: Part, right: Part, number: Int): Part { rust join }
device job(parts: Part, more: Part): Job { rust job }
let d0 = first(0)
let d1 = first(1)
${lets.join('')}unikernel many = [${Array.from({ length: 500 }, (_, at) => `job(d${at + 500}, d${at + 501})`).join(', ')}]
`);
  const page = await open(await running.newContext({ viewport: { width: 1300, height: 900 } }), preview.address);
  await until('all of them', async () => (await page.locator('g.node').count()) > 1400);
  await picture(page, 'thousand');
  // Panning and pointing touch no layout of the picture: what is counted is what the browser had to lay out anew.
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const layouts = async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'LayoutCount').value;
  const before = await layouts();
  for (let step = 0; step < 50; step += 1) await page.mouse.wheel(0, 12);
  assert.ok((await layouts()) - before < 60, `${(await layouts()) - before} layouts`);
  assert.deepEqual(page.wrong, []);
  await page.context().close();
  assert.equal(await preview.end(), 0);
});
