// Writing a .unik file in VS Code: what is wrong with it, what could stand there, what is there, and changes of several files.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { eventually, together } from "./lib/editor.mjs";

const example = fileURLToPath(new URL("../../../../examples/file-server", import.meta.url));
const SHARED = "/// How long to wait.\nlet patience: Duration = 5s\n";
const USER = "import ./shared\n\nlet twice = shared.patience + shared.patience\n";

const test = together({
  files: { ".": { from: example }, "two/shared.unik": SHARED, "two/user.unik": USER },
});

test("a file is coloured, and the server runs", async (editor) => {
  await editor.file("app.unik");
  await editor.running();
  // A key and a `let` are the same to the grammar's words in an expression; only the server knows that this one is a device.
  const hint = editor.page.locator(".view-line", { hasText: "let default_network" }).getByText("net.Network");
  await hint.waitFor();
  await editor.picture("editor");
});

test("a mistake is shown where it is made, and its fix mends it", async (editor) => {
  await editor.before("app.unik", "crunch(files");
  await editor.select("crunch".length);
  await editor.type("crnch");
  await editor.problem("`std/kv` declares no `crnch`");
  await editor.page.locator(".squiggly-error").first().waitFor();
  await editor.picture("diagnostic");
  await editor.press("ArrowLeft");
  const fix = editor.page.locator(".action-widget .action-item, .action-widget .monaco-list-row", { hasText: "crunch" }).first();
  await eventually("the fix", async () => {
    await editor.press("Control+.");
    return await fix.waitFor({ timeout: 3000 }).then(() => true, () => false);
  });
  await editor.picture("fix");
  // A shield lies over the list, so that a click beside it closes it.
  await editor.press("Enter");
  await editor.noProblem("declares no `crnch`");
  await editor.saved("app.unik", "kv.crunch(files(dir))");
});

test("completion offers what fits, with its documentation", async (editor) => {
  await editor.before("app.unik", "kv.direct(dir)");
  await editor.select("kv.direct(dir)".length);
  await editor.page.keyboard.type("kv.");
  const list = editor.page.locator(".suggest-widget.visible .monaco-list-row");
  await eventually("a list of devices", async () => {
    const shown = (await list.allTextContents()).join("\n");
    if (["crunch", "direct", "mem"].every((name) => shown.includes(name))) return true;
    await editor.press("Control+Space");
    return false;
  });
  await editor.page.keyboard.type("dir");
  await list.filter({ hasText: "direct" }).first().waitFor();
  await editor.picture("completion");
  await editor.press("Enter");
  await editor.saved("app.unik", /direct => kv\.direct\b/);
  await editor.press("Escape");
  await eventually("the line as it was", async () => {
    // Saved before it is looked at: one step too many would take the fix back.
    await editor.press("Control+Z", "Control+S");
    await editor.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
    return (await editor.disk("app.unik")).includes("direct => kv.direct(dir),");
  });
});

test("hovering tells the type and the documentation", async (editor) => {
  await editor.before("app.unik", "server(net.tcp");
  const hover = editor.page.locator(".monaco-hover:visible", { hasText: "HTTP/1.1" }).first();
  await eventually("the hover", async () => {
    await editor.command("Show or Focus Hover");
    return await hover.waitFor({ timeout: 3000 }).then(() => true, () => false);
  });
  await editor.picture("hover");
  await editor.press("Escape");
});

test("definition leads into the library, and back", async (editor) => {
  await editor.before("app.unik", "crunch(files");
  await editor.focused();
  await editor.press("F12");
  await editor.page.locator('.tab.active[data-resource-name="kv.unik"]').waitFor();
  await editor.command("View: Close Editor");
  await editor.file("app.unik");
});

test("renaming changes every file that uses the name", async (editor) => {
  await editor.file("two/shared.unik");
  await editor.before("two/shared.unik", "patience");
  await editor.press("F2");
  const box = editor.page.locator(".rename-box input");
  await box.waitFor();
  await box.fill("endurance");
  await editor.picture("rename");
  await editor.press("Enter");
  await editor.saved("two/shared.unik", "let endurance: Duration");
  await eventually("the other file", async () => {
    if ((await editor.disk("two/user.unik")).includes("shared.endurance + shared.endurance")) return true;
    await editor.command("File: Save All");
    return false;
  });
  const outline = (await editor.disk("two/shared.unik")).split("\n");
  assert.deepEqual(outline, ["/// How long to wait.", "let endurance: Duration = 5s", ""]);
});

test("the layout of a file is put right", async (editor) => {
  await editor.file("two/user.unik");
  await editor.at(3, 1);
  await editor.press("Control+End");
  await editor.type("let   thrice=twice+shared.endurance\n");
  await eventually("the layout", async () => {
    await editor.command("Format Document");
    await editor.press("Control+S");
    return (await editor.disk("two/user.unik")).includes("\nlet thrice = twice + shared.endurance\n");
  });
});

test("lenses say what a unikernel and a declaration are good for", async (editor) => {
  await editor.file("app.unik");
  await editor.at(32, 1);
  await editor.lens("Run").waitFor();
  // They come together: nothing stands there that waits for another.
  const all = await editor.page.locator(".codelens-decoration", { hasText: "Run" }).textContent();
  assert.match(all, /^▶ Run\s+\|\s+Build for .*\|\s+Show graph: 7 devices$/);
  await editor.picture("lenses");
});
