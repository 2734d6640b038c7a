// Where the program `unikc` is, whether it can be started, and its output when it is run once. What it is run for is
// decided elsewhere.

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

/** The settings that say how `unikc` is started. */
export interface Program {
  /** A name on the PATH, or a path. */
  command: string;
  /** `--library`, if there is one. */
  library: string[];
}

/** The program as the settings name it. */
export function program(): Program {
  const settings = vscode.workspace.getConfiguration("unik");
  const library = expanded(settings.get<string>("library", "").trim());
  return {
    command: expanded(settings.get<string>("path", "").trim()) || "unikc",
    library: library === "" ? [] : ["--library", library],
  };
}

/** `~` and `${workspaceFolder}` are given their meaning, and a relative path starts at the workspace. */
function expanded(text: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  const full = text.replace(/^~(?=$|[\\/])/, homedir()).replaceAll("${workspaceFolder}", folder);
  const relative = /[\\/]/.test(full) && !path.isAbsolute(full);
  return relative && folder !== "" ? path.join(folder, full) : full;
}

/** How one run of the program ended. */
export interface Outcome {
  /** What it wrote to its standard output. */
  output: string;
  /** Why it failed, or null if it ended with 0. */
  failure: string | null;
  /** Whether it could not even be started. */
  missing: boolean;
}

/** Runs the program with these arguments. */
export function runOnce(args: string[], cwd?: string): Promise<Outcome> {
  const { command } = program();
  return new Promise((resolve) => {
    const options = { ...(cwd === undefined ? {} : { cwd }), maxBuffer: 256 * 1024 * 1024, env: plain() };
    execFile(command, args, options, (error, output, told) => {
      const missing = error !== null && (error.code === "ENOENT" || error.code === "EACCES");
      const failure = error === null ? null : told.trim() || error.message;
      resolve({ output, failure, missing });
    });
  });
}

/** The version of the program, or why there is none. */
export async function version(): Promise<Outcome> {
  const outcome = await runOnce(["--version"]);
  return { ...outcome, output: outcome.output.trim() };
}

/** The environment, but without colours. */
function plain(): NodeJS.ProcessEnv {
  return { ...process.env, NO_COLOR: "1" };
}
