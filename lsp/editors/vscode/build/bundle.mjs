// Makes `dist/`: the extension in one file, and the page of the graph beside it. Types are `tsc`'s affair.

import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = new URL("../", import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, here));

await rm(path("dist"), { recursive: true, force: true });
await build({
  absWorkingDir: path("."),
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  minify: true,
  sourcemap: false,
  legalComments: "eof",
  logLevel: "warning",
});
await cp(path("../../preview/page"), path("dist/page"), { recursive: true });
