// A browser, a `unikc preview` over a copy of an example, and pictures of what is seen. What is asked of them, the tests say.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const root = resolve(import.meta.dirname, '../../../..');

/** Starts a browser; it ends with `close`. */
export function browser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
}

/** Those that run, so that none outlives a test that fails. */
const started = new Set();

/** Ends all previews that still run. */
export function endAll() {
  for (const process of started) process.kill();
}

/** A copy of an example with its preview, and the address of the page. */
export class Preview {
  static async start(example, ...words) {
    const preview = new Preview();
    // Crates of the library are found by their own folders, so that a copy anywhere has them.
    preview.folder = mkdtempSync(join(tmpdir(), 'unik-page-'));
    cpSync(join(root, 'examples', example), preview.folder, { recursive: true, filter: (path) => !path.endsWith('/target') });
    preview.file = join(preview.folder, 'app.unik');
    preview.process = spawn(process.env.UNIKC, ['preview', preview.file, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.add(preview.process);
    const [line] = await once(createInterface(preview.process.stdout), 'line');
    preview.address = line;
    return preview;
  }

  /** The answer to `unik/graph`. */
  async ask(params) {
    const answered = await fetch(this.address.replace('/?', '/message?'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'ask', serial: 0, params }),
    });
    return (await answered.json())[0].answer;
  }

  text() {
    return readFileSync(this.file, 'utf8');
  }

  write(text) {
    writeFileSync(this.file, text);
  }

  /** Ends it as Ctrl-C does, and gives the code. */
  async end() {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGINT');
    const [code] = await ended;
    started.delete(this.process);
    rmSync(this.folder, { recursive: true });
    return code;
  }
}

/** A page that fails the test on errors of its scripts and on what its policy refuses. */
export async function open(context, address) {
  const page = await context.newPage();
  page.wrong = [];
  page.on('pageerror', (error) => page.wrong.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('ERR_')) page.wrong.push(message.text());
  });
  await page.goto(address);
  await page.locator('g.node').first().waitFor();
  return page;
}

/** A part of the page as a file, under a policy as strict as an editor's. */
export function pagePart(path) {
  const name = path === '/' ? 'index.html' : path.slice(1);
  const types = { html: 'text/html', css: 'text/css', js: 'text/javascript' };
  return {
    body: readFileSync(join(root, 'lsp/preview/page', name)),
    contentType: types[name.split('.').pop()],
    headers: { 'content-security-policy': "default-src 'none'; script-src http://page.test; style-src http://page.test; img-src data:" },
  };
}

/** Keeps what is seen, when nothing moves any more. */
export async function picture(page, name) {
  await page.waitForFunction(() => document.getAnimations().length === 0);
  return page.screenshot({ path: join(process.env.SCREENSHOTS, `page-${name}.png`) });
}
