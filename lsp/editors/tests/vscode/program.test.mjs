// The program `unikc` behind the editor: missing, told where it is, started again; and as tasks in a terminal.

import assert from "node:assert/strict";
import { readFile, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually, together } from "./lib/editor.mjs";

const { UNIKC } = process.env;
const clash = fileURLToPath(new URL("../../../../examples/two-servers", import.meta.url));

const test = together({
  files: { clash: { from: clash } },
  settings: { "unik.path": "/nowhere/unikc" },
});

/** The servers that the editor has started, by the numbers of their processes. */
async function servers(editor) {
  const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(numbers.map((number) => readFile(`/proc/${number}/cmdline`, "utf8").catch(() => "")));
  return numbers.filter((_, nth) => lines[nth].startsWith(`${join(editor.workspace, "unikc")}\0lsp\0`));
}

test("without the program, what helps is said", async (editor) => {
  await editor.file("clash/app.unik");
  await editor.lens("/nowhere/unikc cannot be started").waitFor();
  await editor.status.getByText("unikc is missing").waitFor();
  await editor.picture("missing");
  await editor.lens("Say where it is").click();
  await editor.page.locator(".settings-editor .setting-item-contents", { hasText: "The program unikc" }).first().waitFor();
  await editor.picture("missing-settings");
  await editor.command("View: Close Editor");
});

test("told where it is, it starts, and nothing says any more that it cannot", async (editor) => {
  // A name that nobody else starts it by.
  await symlink(UNIKC, join(editor.workspace, "unikc"));
  await editor.settings({ "unik.path": "./unikc" });
  await editor.running();
  await editor.file("clash/app.unik");
  await editor.lens("Run").waitFor();
  await editor.lens("cannot be started").waitFor({ state: "detached" });
  assert.equal(await editor.notification("unik").count(), 0);
  await editor.picture("mended");
});

test("it can be started again", async (editor) => {
  const [before, ...more] = await servers(editor);
  assert.ok(before !== undefined && more.length === 0, "one server runs");
  await editor.command("unik: Restart Server");
  await eventually("another server, and only that", async () => {
    const now = await servers(editor);
    return now.length === 1 && now[0] !== before;
  });
  await editor.running();
});

test("checking a file fills the list of problems, for files that are not open", async (editor) => {
  await editor.file("clash/clash.unik");
  await editor.problem("claim the same TCP port");
  await editor.command("unik: Check File");
  const terminal = editor.page.locator(".xterm-rows").first();
  await eventually("what unikc prints", async () => {
    return /clash\.unik:11:\d+: error\[E0403\]/.test((await terminal.textContent()) ?? "");
  });
  await editor.picture("task");
  await editor.command("View: Close All Editors");
  await editor.problem("claim the same TCP port");
});

test("a diagnostic's code has a page", async (editor) => {
  await editor.file("clash/clash.unik");
  await editor.command("unik: Explain Error Code");
  await editor.input.fill("e0403");
  await editor.press("Enter");
  await editor.webview().getByText("E0403").first().waitFor();
  await editor.picture("explain");
});
