// What a person does in VS Code and sees there, in words of the tests: each waits for what it leads to. It knows VS Code, and nothing
// of the language.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { start } from "./start.mjs";

const { SCREENSHOTS } = process.env;
/** How long something may take on a machine that does other things too. */
const PATIENCE = Number(process.env.PATIENCE ?? 60_000);

/** Waits until this gives something that is true, and gives it. */
export async function eventually(what, give) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const given = await give();
    if (given) return given;
    if (Date.now() > end) assert.fail(`it never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Tests with one editor between them, in their order; of one that fails there is a picture. */
export function together(options) {
  const shared = {};
  before(async () => {
    shared.editor = await Editor.open(options);
  });
  after(() => shared.editor?.stop());
  return (name, work) =>
    test(name, async () => {
      try {
        await work(shared.editor);
      } catch (error) {
        await shared.editor?.picture(`failed-${name.replaceAll(/[^a-z]+/gi, "-")}`);
        throw error;
      }
    });
}

/** Whether the browser has kept a text for VS Code. Runs in the page. */
async function isKept(text) {
  const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }));
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith("vscode-web-state-db")) continue;
    const database = await done(indexedDB.open(name));
    const stores = [...database.objectStoreNames];
    const kept = await Promise.all(stores.map((store) => done(database.transaction(store).objectStore(store).getAll())));
    database.close();
    if (kept.flat().some((value) => String(value).includes(text))) return true;
  }
  return false;
}

/** VS Code on a folder. */
export class Editor {
  static async open(options) {
    return new Editor(await start(options));
  }

  constructor({ page, workspace, stop }) {
    this.page = page;
    this.workspace = workspace;
    this.stop = stop;
    this.input = page.locator(".quick-input-widget:visible input");
    this.rows = page.locator(".quick-input-widget:visible .monaco-list-row");
    this.status = page.locator('[id="unikc.unik.unik"]');
  }

  /** A picture for people, called so, when nothing moves in the graph any more. */
  async picture(name) {
    if (await this.page.locator("iframe.webview.ready").count()) {
      const still = () => Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
      await this.webview().locator("body").evaluate(still, undefined, { timeout: 2000 }).catch(() => {});
    }
    await this.page.screenshot({ path: join(SCREENSHOTS, `vscode-${name}.png`) });
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Opens a file of the folder. */
  async file(name) {
    await this.pick("Control+P", name, name.split("/").at(-1));
    const tab = this.page.locator(`.tab.active[data-resource-name="${name.split("/").at(-1)}"]`);
    await tab.waitFor();
    await this.focused();
  }

  /** Until the keyboard is in a text. */
  async focused() {
    await this.page.locator(".editor-instance .monaco-editor.focused").waitFor();
  }

  /** Runs a command by its title. */
  async command(title) {
    await this.pick("F1", `>${title}`, title);
  }

  /** Opens a list, types, and takes the row that says this. */
  async pick(key, typed, row) {
    await eventually(`a list behind ${key}`, async () => {
      await this.press(key);
      return await this.input.waitFor({ timeout: 2000 }).then(() => true, () => false);
    });
    await this.input.fill(typed);
    await this.choose(row);
  }

  /** Takes the row of an open list that says this. */
  async choose(row) {
    const label = this.rows.filter({ hasText: row }).first();
    await label.waitFor();
    await label.click();
  }

  /** Puts the cursor there, counted from 1. */
  async at(line, column) {
    await eventually(`the cursor at ${line}:${column}`, async () => {
      await this.press("Control+G");
      await this.input.waitFor();
      await this.input.fill(`:${line}:${column}`);
      await this.press("Enter");
      return await this.cursor(line, column).waitFor({ timeout: 2000 }).then(() => true, () => false);
    });
    await this.focused();
  }

  /** What the status bar says when the cursor is there. */
  cursor(line, column) {
    return this.page.locator(".statusbar-item", { hasText: `Ln ${line}, Col ${column}` });
  }

  /** Puts the cursor in front of the first (or so many-th) occurrence of a text in a file as it is on the disk. */
  async before(name, text, nth = 0) {
    const lines = (await this.disk(name)).split("\n");
    const places = lines.flatMap((line, row) => {
      return [...line.matchAll(new RegExp(RegExp.escape?.(text) ?? text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "g"))].map(
        ({ index }) => [row + 1, index + 1],
      );
    });
    assert.ok(places[nth], `${name} has \`${text}\``);
    await this.at(...places[nth]);
  }

  /** Selects so many characters from the cursor on. */
  async select(count) {
    for (let nth = 0; nth < count; nth++) await this.press("Shift+ArrowRight");
  }

  async type(text) {
    await this.page.keyboard.insertText(text);
  }

  /** The text of a file on the disk. */
  async disk(name) {
    return await readFile(join(this.workspace, name), "utf8");
  }

  /** Saves all, and waits until a file has this text or a part that matches. */
  async saved(name, expected) {
    await eventually(`${name} on the disk with ${expected}`, async () => {
      await this.press("Control+S");
      const text = await this.disk(name);
      return typeof expected === "string" ? text.includes(expected) : expected.test(text);
    });
  }

  /** Until the list of problems has a row that says this. */
  async problem(text) {
    const row = await this.problems(text);
    await row.waitFor();
    return row;
  }

  /** Until it has none. */
  async noProblem(text) {
    const row = await this.problems(text);
    await row.waitFor({ state: "detached" });
  }

  async problems(text) {
    const panel = this.page.locator(".markers-panel");
    if (!(await panel.isVisible())) {
      await this.command("Problems: Focus on Problems View");
      await panel.waitFor();
      if ((await this.page.locator(".editor-instance").count()) > 0) {
        await this.press("Control+1");
        await this.focused();
      }
    }
    return panel.locator(".monaco-list-row", { hasText: text }).first();
  }

  /** Gives the workspace these settings, as a person does who knows their file. */
  async settings(settings) {
    await this.command("Preferences: Open Workspace Settings (JSON)");
    await this.page.locator('.tab.active[data-resource-name="settings.json"]').waitFor();
    await this.focused();
    await this.press("Control+A");
    await this.type(JSON.stringify(settings));
    await this.saved(".vscode/settings.json", JSON.stringify(settings));
    await this.command("View: Close Editor");
  }

  /** A lens that says this. */
  lens(text) {
    return this.page.locator(".codelens-decoration a", { hasText: text }).first();
  }

  /** Clicks a lens until what it leads to is there: one that is made anew in this moment has no command, says VS Code. */
  async follow(text, end) {
    await eventually(`what the lens leads to: ${text}`, async () => {
      await this.lens(text).click();
      return await end.waitFor({ timeout: 3000 }).then(() => true, () => false);
    });
  }

  /** A notification that says this. */
  notification(text) {
    return this.page.locator(".notification-toast, .notifications-center").locator(".notification-list-item", { hasText: text }).first();
  }

  /** Loads the window again, once VS Code has kept what says this: it does so every few seconds. */
  async reload(text) {
    await eventually(`that it is kept: ${text}`, () => this.page.evaluate(isKept, text));
    await this.page.reload();
  }

  /** Until the server runs. */
  async running() {
    await this.page.locator('[id="unikc.unik.unik"][aria-label*="unikc "]').waitFor();
  }

  /** The page inside the visible webview. */
  webview() {
    return this.page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
  }
}
