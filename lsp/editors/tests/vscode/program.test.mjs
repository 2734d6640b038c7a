// The program `unikc` behind the editor: missing, told where it is, started again; and as tasks in a terminal.

import { fileURLToPath } from "node:url";
import { eventually, together } from "./lib/editor.mjs";

const { UNIKC } = process.env;
const clash = fileURLToPath(new URL("../../../../examples/two-servers", import.meta.url));

const test = together({
  files: { clash: { from: clash } },
  settings: { "unik.path": "/nowhere/unikc" },
});

test("without the program, what helps is said", async (editor) => {
  await editor.file("clash/app.unik");
  const toast = editor.notification("`/nowhere/unikc` cannot be started");
  await toast.waitFor();
  await toast.getByRole("button", { name: "Say Where It Is" }).waitFor();
  await editor.status.getByText("unikc is missing").waitFor();
  await editor.picture("missing");
});

test("told where it is, it starts", async (editor) => {
  await editor.settings({ "unik.path": UNIKC });
  await editor.running();
});

test("it can be started again", async (editor) => {
  await editor.command("unik: Restart Server");
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
