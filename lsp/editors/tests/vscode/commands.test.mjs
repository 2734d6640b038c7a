// What the extension's commands and lenses do in VS Code: the graph from a lens, uses, target and keys tried and kept, export, a task's
// mistakes; and that a window that is loaded again has its graph again.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { eventually, together } from "./lib/editor.mjs";

const example = fileURLToPath(new URL("../../../../examples/file-server", import.meta.url));

const test = together({
  files: { ".": { from: example } },
  settings: { "workbench.colorTheme": "Default Dark Modern" },
});

const node = (editor, id) => editor.webview().locator(`g.node[data-id="${id}"]`);
const faded = async (editor, id) => ((await node(editor, id).getAttribute("class")) ?? "").split(" ").includes("faded");

test("a lens shows the graph", async (editor) => {
  await editor.file("app.unik");
  await editor.running();
  await editor.status.getByText("unix (usual)").waitFor();
  await editor.at(32, 1);
  await editor.follow("Show graph: 7 devices", node(editor, "file_server"));
  await editor.picture("dark");
});

test("a lens shows the uses", async (editor) => {
  await editor.press("Control+1");
  await editor.at(14, 1);
  const uses = editor.page.locator(".zone-widget .ref-tree .monaco-list-row .referenceMatch");
  await editor.follow("4 uses", uses.first());
  await eventually("four uses", async () => (await uses.count()) === 4);
  await editor.picture("uses");
  await editor.press("Escape");
});

test("a target is chosen for the text and the graph", async (editor) => {
  await editor.press("Control+1");
  await editor.command("unik: Choose Target");
  await editor.choose("virtio");
  await editor.status.getByText("virtio*").waitFor();
  await eventually("the other clock", async () => (await faded(editor, "wall")) && !(await faded(editor, "wall_2")));
});

test("the value of a key is looked at while it is typed, and counts", async (editor) => {
  await editor.command("unik: Set Key");
  await editor.choose("--port");
  const box = editor.page.locator(".quick-input-widget:visible", { hasText: "--port: Port" });
  await box.waitFor();
  await editor.input.fill("99999");
  await box.getByText("a port is at most 65535").waitFor();
  await editor.picture("key");
  await editor.input.fill("9000");
  await box.getByText("a port is at most 65535").waitFor({ state: "hidden" });
  await editor.press("Enter");
  await eventually("the branch for other ports", () => faded(editor, "server"));
});

test("a window that is loaded again has its graph, with what is tried", async (editor) => {
  const page = editor.webview();
  await page.locator("#evaluated").check();
  await node(editor, "server").waitFor({ state: "detached" });
  await node(editor, "file_server").click({ button: "left" });
  await editor.page.locator(".editor-instance .selected-text").first().waitFor();
  // It is long: its start is in sight, and what stands before it.
  const left = (within) => editor.page.locator(`.editor-instance ${within}`).first().evaluate((it) => it.getBoundingClientRect().left);
  await eventually("the start of the line", async () => (await left(".view-line")) >= (await left(".monaco-scrollable-element")) - 1);
  await page.locator("#in").click();
  const place = await page.locator("#view").getAttribute("style");
  await editor.reload(place.match(/translate\(([-\d.]+)px/)[1]);
  await editor.running();
  await editor.status.getByText("virtio*").waitFor();
  await node(editor, "file_server").and(page.locator(".selected, .lit")).waitFor();
  assert.equal(await page.locator("#view").getAttribute("style"), place);
  assert.equal(await page.locator("#evaluated").isChecked(), true);
  await editor.picture("reload-tried");
});

test("what is tried can be saved to the settings", async (editor) => {
  await editor.press("Control+1");
  await editor.command("unik: Save Target and Keys");
  await eventually("the settings", async () => (await readdir(editor.workspace)).includes(".vscode"));
  await eventually("nothing but the settings", async () => !(await editor.status.textContent()).includes("*"));
  const settings = JSON.parse(await editor.disk(".vscode/settings.json"));
  assert.deepEqual(settings, { "unik.target": "virtio", "unik.keys": { port: "9000" } });
});

test("a window that is loaded again has its graph, under the settings", async (editor) => {
  await editor.reload("mainThreadWebview-unik.graph");
  await editor.running();
  await editor.webview().locator("#evaluated").uncheck();
  await eventually("the branch for other ports", async () => (await node(editor, "server").count()) > 0 && (await faded(editor, "server")));
  assert.equal(await editor.status.textContent().then((text) => text.includes("*")), false);
  await editor.picture("reload");
});

test("the graph is exported as it is", async (editor) => {
  await editor.press("Control+1");
  await editor.focused();
  await editor.command("unik: Export Graph");
  await editor.choose("The picture alone");
  // The dialog has a path below the folder, and says so.
  await eventually("the dialog's path", async () => /\.svg$/.test(await editor.input.inputValue()));
  const name = (await editor.input.inputValue()).split("/").at(-1);
  await editor.press("Enter");
  await eventually("the picture", async () => (await readdir(editor.workspace)).includes(name));
  await eventually("all of it", async () => (await editor.disk(name)).trimEnd().endsWith("</svg>"));
  assert.match(await editor.disk(name), /^<svg[^]*std\/kv/);
});

test("what a task finds wrong is a problem of the file", async (editor) => {
  await editor.before("app.unik", "crunch(files");
  await editor.select("crunch".length);
  await editor.type("crnch");
  await editor.saved("app.unik", "kv.crnch(");
  await editor.at(32, 1);
  const terminal = editor.page.locator(".xterm-rows").first();
  await editor.follow("Build for unix", terminal);
  await eventually("what unikc prints", async () => /E0101/.test((await terminal.textContent()) ?? ""));
  await editor.picture("build");
  await editor.command("View: Close All Editors");
  await editor.problem("`std/kv` declares no `crnch`");
});
