// How the picture is looked at: by fingers, in little room, in light and dark; scopes opened in it; what comes into sight by itself.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Preview, browser, endAll, open, pagePart, picture } from './browser.js';
import { contrasts } from './contrast.js';

/** @type {import('playwright-core').Browser} */
let running;
/** @type {Record<string, Preview>} */
const previews = {};
before(async () => {
  running = await browser();
  for (const example of ['file-server', 'two-servers']) previews[example] = await Preview.start(example, '--target', 'unix');
});
after(async () => {
  endAll();
  await running.close();
});

const node = (page, id) => page.locator(`g.node[data-id="${id}"]`);

/** A page of an example of so many pixels, for as long as `look` looks. */
async function on(example, width, look, options = {}) {
  const context = await running.newContext({ viewport: { width, height: 800 }, ...options });
  const page = await open(context, previews[example].address);
  try {
    await look(page, context);
    assert.deepEqual(page.wrong, []);
  } finally {
    await context.close();
  }
}

/** Waits until the answer to the last question is shown and nothing moves. */
async function settled(page) {
  await page.waitForLoadState('networkidle').catch(() => {});
  await page.waitForTimeout(150);
  await page.waitForFunction(() => document.getAnimations().length === 0);
}

/** Where the picture is: its corner and its scale, on the screen. */
const view = (page) =>
  page.evaluate(() => {
    const { left, top, width } = document.querySelector('#view svg').getBoundingClientRect();
    return { left, top, scale: width / document.querySelector('#view svg').width.baseVal.value };
  });

/** Whether all of a node is in the room of the picture. */
const within = (page, id) =>
  node(page, id).evaluate((it) => {
    const [box, room] = [it.getBoundingClientRect(), document.getElementById('stage').getBoundingClientRect()];
    return box.left >= room.left - 1 && box.top >= room.top - 1 && box.right <= room.right + 1 && box.bottom <= room.bottom + 1;
  });

describe('the buttons of scopes', () => {
  test('a click makes one box of a scope where its node was, another one opens it there', () =>
    on('two-servers', 1300, async (page) => {
      const place = async (id) => {
        const { x, y, width } = await node(page, id).locator('rect').first().boundingBox();
        return { x: x + width / 2, y };
      };
      const was = await place('admin_site');
      await node(page, 'admin_site').locator('.toggle').click();
      await node(page, 'scope:admin').waitFor();
      await settled(page);
      const now = await place('scope:admin');
      assert.ok(Math.abs(was.x - now.x) < 3, `${was.x} ${now.x}`);
      await node(page, 'scope:admin').locator('.toggle').click();
      await node(page, 'admin_site').waitFor();
      await settled(page);
      assert.ok(Math.abs(was.x - (await place('admin_site')).x) < 3);
      assert.ok(await page.locator('#source').isHidden(), 'it is no click on the node');
    }));

  test('by keyboard: Tab leads from a node to its button, Enter, Space and c press it, the focus stays', () =>
    on('two-servers', 1300, async (page) => {
      const label = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
      await node(page, 'admin_site').focus();
      await page.keyboard.press('Tab');
      assert.equal(await label(), 'Collapse the scope admin');
      assert.equal(await page.getByRole('button', { name: 'Collapse the scope admin' }).first().getAttribute('aria-expanded'), 'true');
      await page.keyboard.press('Enter');
      await node(page, 'scope:admin').waitFor();
      await page.waitForFunction(() => document.activeElement.getAttribute('aria-label') === 'Expand the scope admin');
      assert.equal(await page.getByRole('button', { name: 'Expand the scope admin' }).getAttribute('aria-expanded'), 'false');
      await page.keyboard.press(' ');
      await node(page, 'scope:admin').waitFor({ state: 'detached' });
      await page.waitForFunction(() => document.activeElement.getAttribute('aria-label') === 'Collapse the scope admin');
      await node(page, 'mirror_site').focus();
      await page.keyboard.press('c');
      await node(page, 'scope:mirror').waitFor();
      await page.waitForFunction(() => document.activeElement.dataset.id === 'scope:mirror');
    }));
});

describe('by fingers', () => {
  const touching = (look) =>
    on('file-server', 390, async (page, context) => {
      const session = await context.newCDPSession(page);
      const touch = (type, ...spots) => session.send('Input.dispatchTouchEvent', { type, touchPoints: spots.map(([x, y], id) => ({ x, y, id })) });
      await look(page, touch);
    }, { hasTouch: true, isMobile: true });

  test('one shifts the picture, on a node as well, and chooses nothing by it', () =>
    touching(async (page, touch) => {
      const before = await view(page);
      const { x, y, width, height } = await node(page, 'file_server').boundingBox();
      const [atX, atY] = [x + width / 2, y + height / 2];
      await touch('touchStart', [atX, atY]);
      for (let step = 1; step <= 5; step += 1) await touch('touchMove', [atX - 10 * step, atY + 8 * step]);
      await touch('touchEnd');
      const after = await view(page);
      assert.ok(Math.abs(after.left - before.left + 50) < 2 && Math.abs(after.top - before.top - 40) < 2, JSON.stringify([before, after]));
      assert.equal(after.scale, before.scale);
      assert.ok(await page.locator('#card').isHidden());
      // A browser takes a touch right after a shift for the end of it.
      await page.waitForTimeout(500);
      await page.touchscreen.tap(atX - 50, atY + 40);
      await page.locator('#card').filter({ hasText: 'app.file_server' }).waitFor();
    }));

  test('two zoom it around what lies between them', () =>
    touching(async (page, touch) => {
      const before = await view(page);
      await touch('touchStart', [150, 400], [250, 400]);
      for (let step = 1; step <= 5; step += 1) await touch('touchMove', [150 - 10 * step, 400], [250 + 10 * step, 400]);
      await touch('touchEnd');
      const after = await view(page);
      assert.ok(Math.abs(after.scale / before.scale - 2) < 0.02, `${after.scale / before.scale}`);
      const under = ({ left, top, scale }) => [(200 - left) / scale, (400 - top) / scale];
      const [was, now] = [under(before), under(after)];
      assert.ok(Math.hypot(was[0] - now[0], was[1] - now[1]) < 2, JSON.stringify([was, now]));
      await touch('touchStart', [100, 400], [300, 400]);
      await touch('touchMove', [150, 430], [250, 430]);
      await touch('touchEnd');
      assert.ok((await view(page)).scale < after.scale * 0.8);
    }));
});

describe('what comes into sight', () => {
  test('the smallest text has 11 pixels, however little room there is, and what uses all is there', async () => {
    for (const width of [1280, 640, 390]) {
      await on('file-server', width, async (page) => {
        const smallest = await page.evaluate(() => {
          const scale = document.querySelector('#view svg').getBoundingClientRect().width / document.querySelector('#view svg').width.baseVal.value;
          return Math.min(...[...document.querySelectorAll('#view text')].map((text) => parseFloat(getComputedStyle(text).fontSize) * scale));
        });
        assert.ok(smallest > 10.99, `${smallest} at ${width}`);
        assert.ok(await within(page, 'file_server'));
        await page.keyboard.press('f');
        assert.ok(await within(page, 'file_server') && await within(page, 'sockets'), 'all of it, when asked');
      });
    }
  });

  test('another configuration brings its picture into sight, if what was seen is not', () =>
    on('file-server', 1000, async (page) => {
      // Somebody looks at what the other stack is made of; then only what is taken is shown.
      await page.locator('#search').fill('std/ip.ethernet');
      await page.waitForFunction(() => document.querySelectorAll('g.node:not(.aside)').length === 1);
      assert.equal(await within(page, 'file_server'), false);
      await page.locator('#search').fill('');
      await page.locator('#evaluated').check();
      await node(page, 'ethernet').waitFor({ state: 'detached' });
      await settled(page);
      const seen = await page.evaluate(() => [...document.querySelectorAll('g.node')].filter((it) => {
        const [box, room] = [it.getBoundingClientRect(), document.getElementById('stage').getBoundingClientRect()];
        return box.left < room.right && box.right > room.left && box.top < room.bottom && box.bottom > room.top;
      }).length);
      assert.ok(seen >= 5, `${seen} nodes are seen`);
      // A value that changes nothing of the picture moves nothing.
      const before = await view(page);
      await page.locator('#key-port').fill('80');
      await page.locator('#key-port').press('Enter');
      await page.locator('#key-port-about', { hasText: 'given' }).waitFor();
      await settled(page);
      assert.deepEqual(await view(page), before);
      await page.getByLabel('Reset port to its default').click();
      // All of the whole is small; what is taken alone is read again.
      await page.locator('#evaluated').uncheck();
      await node(page, 'ethernet').waitFor();
      await page.keyboard.press('f');
      const small = (await view(page)).scale;
      await page.locator('#evaluated').check();
      await node(page, 'ethernet').waitFor({ state: 'detached' });
      await settled(page);
      assert.ok((await view(page)).scale > small * 1.2);
    }));
});

test('a picture that grows or shrinks leaves no great part of the room empty', () =>
  on('two-servers', 1280, async (page) => {
    const empty = async () => {
      await settled(page);
      const [{ top, left }, room] = [await view(page), await page.locator('#stage').boundingBox()];
      return Math.max((top - room.y) / room.height, (left - room.x) / room.width);
    };
    await page.locator('#compare').click();
    await page.locator('#target').selectOption('virtio');
    await page.waitForFunction(() => document.querySelector('g.node.added'));
    await page.locator('#evaluated').check();
    await page.waitForFunction(() => !document.querySelector('g.node.faded'));
    assert.ok((await empty()) <= 0.34, `${await empty()}`);
    await page.locator('#compare').click();
    await page.waitForFunction(() => !document.querySelector('g.node.added'));
    assert.ok((await empty()) <= 0.34, `${await empty()}`);
    await page.locator('#target').selectOption('unix');
    await page.waitForFunction(() => document.querySelector('g.node[data-id=sockets]'));
  }));

describe('the card', () => {
  test('it goes with Escape, with a click on nothing, and with its node', () =>
    on('file-server', 1300, async (page) => {
      const card = page.locator('#card');
      const click = async (id) => {
        await node(page, id).click();
        await card.waitFor();
      };
      await click('server');
      await page.keyboard.press('Escape');
      await card.waitFor({ state: 'hidden' });
      await click('server');
      const spot = await page.evaluate(() => {
        const room = document.getElementById('stage').getBoundingClientRect();
        for (let y = room.top + 20; y < room.bottom; y += 20) {
          for (let x = room.left + 20; x < room.right; x += 20) {
            const at = document.elementFromPoint(x, y);
            if (at?.closest('.stage') && !at.closest('.node')) return { x, y };
          }
        }
        return null;
      });
      await page.mouse.click(spot.x, spot.y);
      await card.waitFor({ state: 'hidden' });
      await click('server');
      await page.locator('#evaluated').check();
      await page.locator('#key-port').fill('4000');
      await page.locator('#key-port').press('Enter');
      await node(page, 'server').waitFor({ state: 'detached' });
      await card.waitFor({ state: 'hidden' });
      await page.getByLabel('Reset port to its default').click();
    }));

  test('it does not lie on its node where there is room, and on nothing where there is little', async () => {
    const meet = (page, id) =>
      node(page, id).evaluate((it) => {
        const [a, b] = [it.getBoundingClientRect(), document.getElementById('card').getBoundingClientRect()];
        return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
      });
    for (const width of [1300, 900]) {
      await on('file-server', width, async (page) => {
        for (const id of ['file_server', 'server', 'tcp_2', 'sockets']) {
          await node(page, id).click();
          await page.locator('#card').waitFor();
          assert.equal(await meet(page, id), false, `${id} at ${width}`);
        }
      });
    }
    await on('file-server', 640, async (page) => {
      await node(page, 'file_server').click();
      const [card, room] = [await page.locator('#card').boundingBox(), await page.locator('#stage').boundingBox()];
      assert.ok(card.y >= room.y + room.height, JSON.stringify([card, room]));
      await picture(page, 'card-narrow');
    });
  });
});

test('no target in force is shown as none, and one that is none is told', async () => {
  const answer = await previews['file-server'].ask({});
  const context = await running.newContext({ viewport: { width: 1000, height: 800 } });
  await context.route('http://page.test/**', (route) => route.fulfill(pagePart(new URL(route.request().url()).pathname)));
  await context.addInitScript(() => {
    globalThis.sent = [];
    globalThis.acquireVsCodeApi = () => ({ postMessage: (message) => globalThis.sent.push(message), getState: () => undefined, setState: () => {} });
  });
  const page = await context.newPage();
  await page.goto('http://page.test/');
  const last = (kind) => page.evaluate((kind) => globalThis.sent.filter((message) => message.kind === kind).at(-1), kind);
  const show = async (target) => {
    const { serial } = await last('ask');
    await page.evaluate((message) => postMessage(message), { kind: 'graph', serial, answer: { ...answer, target } });
    await page.waitForFunction((text) => document.getElementById('target').selectedOptions[0]?.textContent === text, target ?? '—');
    return page.locator('#target').getAttribute('aria-invalid');
  };
  assert.equal(await show(null), 'false');
  assert.equal(await page.locator('#target').inputValue(), '');
  await page.locator('#target').selectOption('virtio');
  assert.equal((await last('configure')).configuration.target, 'virtio');
  assert.equal(await show('nowhere'), 'true');
  assert.equal(await show('virtio'), 'false');
  await context.close();
});

test('what is being written in a key stays when an answer comes', () =>
  on('file-server', 1000, async (page) => {
    const port = page.locator('#key-port');
    await port.focus();
    await port.fill('40');
    await port.selectText();
    const text = previews['file-server'].text();
    previews['file-server'].write(`${text}\nlet idle = 1\n`);
    await page.locator('.panel button.problem.warning').waitFor();
    assert.equal(await port.inputValue(), '40');
    assert.deepEqual(await port.evaluate((it) => [it.selectionStart, it.selectionEnd]), [0, 2], 'what is selected stays selected');
    assert.match(await page.locator('#key-port-about').textContent(), /^default/, 'it is not taken before it is done');
    await port.press('Enter');
    await page.locator('#key-port-about', { hasText: 'given' }).waitFor();
    await page.getByLabel('Reset port to its default').click();
    previews['file-server'].write(text);
    await page.locator('.panel button.problem.warning').waitFor({ state: 'detached' });
  }));

test('a key without a value that it needs says so by itself, and is counted', async () => {
  const preview = await Preview.start('hello');
  preview.write(`import std/clock
configure key fast: Bool
device a(s: clock.Sleep): Job { rust a }
device b(s: clock.Sleep): Job { rust b }
unikernel needs = if fast then a(clock.sleep) else b(clock.sleep)
`);
  const page = await open(await running.newContext({ viewport: { width: 1000, height: 800 } }), preview.address);
  await page.locator('#key-fast-about .problem', { hasText: 'it needs a value' }).waitFor();
  assert.match(await page.locator('#live').textContent(), /, 1 problem$/);
  await page.locator('#key-fast').selectOption('true');
  await page.locator('#key-fast-about .problem').waitFor({ state: 'detached' });
  assert.deepEqual(page.wrong, []);
  await page.context().close();
  assert.equal(await preview.end(), 0);
});

test('texts and lines stand out, light and dark, in whatever state', async () => {
  let count = 0;
  const check = async (page, state) => {
    // What comes or goes is seen through for a moment.
    await page.waitForFunction(() => document.getAnimations().length === 0);
    const pairs = await page.evaluate(contrasts);
    count += pairs.length;
    const weak = pairs.filter(({ kind, ratio }) => ratio < (kind === 'text' ? 4.5 : 3));
    assert.deepEqual(weak, [], state);
  };
  for (const colorScheme of ['light', 'dark']) {
    const text = previews['two-servers'].text();
    await on('two-servers', 1280, async (page) => {
      await check(page, `${colorScheme}: at first`);
      await page.locator('#compare').click();
      await page.locator('#key-mirror-port').fill('99');
      await page.locator('#key-mirror-port').press('Enter');
      await page.locator('.changes li').first().waitFor();
      await page.locator('#target').selectOption('virtio');
      await page.waitForFunction(() => document.querySelector('g.node.added') && document.querySelector('g.node.removed') && document.querySelector('g.node.changed'));
      await check(page, `${colorScheme}: compared`);
      await page.locator('#key-port').or(page.locator('#key-mirror-port')).first().fill('90000');
      await page.locator('#key-mirror-port').press('Enter');
      await page.locator('.key .problem').first().waitFor();
      await page.locator('#fit').click();
      await node(page, 'admin_site').locator('.toggle').click();
      await node(page, 'scope:admin').waitFor();
      await check(page, `${colorScheme}: a refused value, a gathered scope with its card`);
      await page.locator('#fit').click();
      await node(page, 'mirror_site').click();
      await page.locator('#source mark').waitFor();
      await check(page, `${colorScheme}: a source`);
      await page.keyboard.press('?');
      await check(page, `${colorScheme}: the help`);
      await page.keyboard.press('Escape');
      previews['two-servers'].write(`${text.replace('net.tcp(port)', 'net.tcp(wrong)')}\nlet idle = 1\n`);
      await page.locator('.panel button.problem:not(.warning)').first().waitFor();
      await check(page, `${colorScheme}: an error and a warning`);
      previews['two-servers'].write('let a = 1\n');
      await page.locator('#banner').filter({ hasText: 'declares no unikernel' }).waitFor();
      await check(page, `${colorScheme}: an older picture`);
      previews['two-servers'].write(text);
      await page.locator('#banner').waitFor({ state: 'hidden' });
      await page.getByLabel('Reset mirror-port to its default').click();
      await page.locator('#key-mirror-port-about', { hasText: 'default' }).waitFor();
      await page.locator('#target').selectOption('unix');
      await page.waitForFunction(() => !document.querySelector('g.node.added'));
    }, { colorScheme });
    const context = await running.newContext({ colorScheme });
    const exported = async (format) => {
      const params = { against: { target: 'virtio', keys: { port: '9000' } } };
      const answered = await fetch(previews['file-server'].address.replace('/?', '/message?'), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ kind: 'export', format, params }),
      });
      const page = await context.newPage();
      const type = format === 'svg' ? 'image/svg+xml' : 'text/html';
      await context.route(`http://page.test/${format}`, async (route) => route.fulfill({ body: (await answered.json())[0].text, contentType: type }));
      await page.goto(`http://page.test/${format}`);
      await page.locator('g.node').first().waitFor();
      await check(page, `${colorScheme}: an exported ${format}`);
    };
    await exported('svg');
    await exported('html');
    await context.close();
  }
  assert.ok(count > 200, `${count} pairs were looked at`);
});
