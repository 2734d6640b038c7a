// The graph beside the text in VS Code: a click leads to the source, the cursor lights up its node, and a value chosen in the panel
// counts in the text too.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { eventually, together } from "./lib/editor.mjs";

const example = fileURLToPath(new URL("../../../../examples/file-server", import.meta.url));

const test = together({ files: { ".": { from: example } } });

const node = (editor, id) => editor.webview().locator(`g.node[data-id="${id}"]`);
const has = async (editor, id, name) => ((await node(editor, id).getAttribute("class")) ?? "").split(" ").includes(name);

test("the graph opens beside the text", async (editor) => {
  await editor.file("app.unik");
  await editor.running();
  await editor.command("unik: Show Graph to the Side");
  await node(editor, "file_server").waitFor();
  assert.equal(await has(editor, "direct", "faded"), true);
  assert.equal(await has(editor, "crunch", "faded"), false);
  // The text keeps the keyboard.
  await editor.focused();
  await editor.picture("preview");
});

test("a click on a node leads to its source", async (editor) => {
  await node(editor, "crunch").click();
  // `kv.crunch(files(dir))` in the first arm. The panel may have the keyboard now, so the status bar need not say it.
  await editor.page.locator(".editor-instance .active-line-number", { hasText: /^19$/ }).waitFor();
  await editor.page.locator(".editor-instance .selected-text").first().waitFor();
  // The file that is looked at has its place in the status bar, wherever the keyboard is.
  await editor.status.getByText("unix (usual)").waitFor();
  await editor.picture("preview-click");
});

test("the cursor lights up the innermost node", async (editor) => {
  await editor.press("Control+1");
  await editor.focused();
  await editor.before("app.unik", "net.tcp(port)) else");
  await eventually("the light", () => has(editor, "tcp_2", "lit"));
  assert.equal(await has(editor, "crunch", "lit"), false);
  await editor.picture("preview-cursor");
});

test("a value chosen in the panel changes the graph, and what the text says of it", async (editor) => {
  const taken = (text) => editor.page.locator(".view-line", { hasText: text }).getByText("taken");
  await taken("kv.crunch").waitFor();
  await editor.webview().locator("#key-store").selectOption("direct");
  await eventually("the other branch", () => has(editor, "crunch", "faded"));
  assert.equal(await has(editor, "direct", "faded"), false);
  await taken("kv.direct").waitFor();
  await taken("kv.crunch").waitFor({ state: "detached" });
  await editor.picture("preview-key");
});

test("the graph follows edits", async (editor) => {
  await editor.press("Control+1");
  await editor.focused();
  await editor.before("app.unik", "http.server(net.tcp(port))");
  await editor.select("http.server(net.tcp(port))".length);
  await editor.type("net.tcp(port)");
  await node(editor, "server").waitFor({ state: "detached" });
  await editor.picture("preview-edit");
});
