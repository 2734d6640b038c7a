// Starts VS Code's server with the package installed, and a browser with it; ends both. What is done in the editor is
// `lib/editor.mjs`.

import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { chromium } from "playwright-core";

const { UNIKC, VSIX } = process.env;
const server = join(dirname(createRequire(import.meta.url).resolve("code-server/package.json")), "lib/vscode/out/server-main.js");

/** What no test wants: messages, suggestions and looks that depend on the day. */
const SETTINGS = {
  "unik.path": UNIKC,
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.colorTheme": "Default Light Modern",
  "security.workspace.trust.enabled": false,
  "extensions.ignoreRecommendations": true,
  "telemetry.telemetryLevel": "off",
  "git.enabled": false,
  "update.mode": "none",
  "window.commandCenter": false,
  "editor.minimap.enabled": false,
  "files.autoSave": "off",
  // Settings are typed as a whole, with all their brackets.
  "[jsonc]": { "editor.autoClosingBrackets": "never", "editor.autoClosingQuotes": "never" },
  "terminal.integrated.shellIntegration.enabled": false,
  // What a terminal shows is text of the page then.
  "terminal.integrated.gpuAcceleration": "off",
};

/** Runs a program to its end, which has to be a good one. */
async function ended(child, what) {
  const told = [];
  child.stderr.on("data", (bytes) => told.push(bytes));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${what} ended with ${code}: ${Buffer.concat(told)}`);
}

/**
 * A browser that has VS Code open on a folder with these files; a value is a text, or `{ from }`, a folder to copy.
 * `settings` are added to the user's.
 */
export async function start({ files = {}, settings = {} }) {
  const folder = await mkdtemp(join(tmpdir(), "unik-vscode-"));
  const at = (...path) => join(folder, ...path);
  const workspace = at("workspace");
  await mkdir(at("user/User"), { recursive: true });
  await mkdir(at("extensions"));
  await mkdir(workspace);
  // What belongs to a machine, like the path of a program, is read from the settings of the one with the server.
  await mkdir(at("user/Machine"), { recursive: true });
  for (const whose of ["User", "Machine"]) {
    await writeFile(at("user", whose, "settings.json"), JSON.stringify({ ...SETTINGS, ...settings }));
  }
  for (const [name, content] of Object.entries(files)) {
    const path = join(workspace, name);
    await mkdir(dirname(path), { recursive: true });
    await (typeof content === "string" ? writeFile(path, content) : cp(content.from, path, { recursive: true, filter: (from) => basename(from) !== "target" }));
  }
  const common = ["--user-data-dir", at("user"), "--extensions-dir", at("extensions")];
  await ended(spawn(process.execPath, [server, ...common, "--install-extension", VSIX]), "installing the package");

  const rest = ["--without-connection-token", "--accept-server-license-terms", "--disable-telemetry"];
  const child = spawn(process.execPath, [server, ...common, "--host", "127.0.0.1", "--port", "0", ...rest], {
    // A group of its own, so that all that it starts ends with it.
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let browser;
  const stop = async () => {
    await browser?.close();
    const gone = new Promise((resolve) => (child.exitCode === null ? child.once("close", resolve) : resolve()));
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await gone;
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const port = await listening(child);
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(Number(process.env.PATIENCE ?? 60_000));
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`);
    await page.locator(".monaco-workbench").waitFor();
    return { page, workspace, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The port that the server says it listens on. */
function listening(child) {
  return new Promise((resolve, reject) => {
    let told = "";
    child.on("close", (code) => reject(new Error(`VS Code's server ended with ${code}: ${told}`)));
    child.stdout.on("data", (bytes) => {
      told += bytes;
      const port = told.match(/listening on (\d+)/)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}
