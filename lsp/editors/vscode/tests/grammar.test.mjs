// The grammar against what it is the grammar of: the reserved words of the specification, and every .unik file of the tree. The
// scope of each word of the samples is in their snapshots.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const grammarFile = fileURLToPath(new URL("../syntaxes/unik.tmLanguage.json", import.meta.url));

const wasm = readFileSync(createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(grammarFile, "utf8"), grammarFile),
});
const grammar = await registry.loadGrammar("source.unik");

/** The words of a text, each with its line and its innermost scope. */
function words(text) {
  const found = [];
  let state = textmate.INITIAL;
  for (const [nth, line] of text.split(/\r?\n/).entries()) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const { startIndex, endIndex, scopes } of tokens) {
      found.push({ line: nth + 1, text: line.slice(startIndex, endIndex), scope: scopes.at(-1) });
    }
  }
  return found;
}

/** The .unik files below a folder. */
function unikFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (["target", "node_modules"].includes(entry.name) || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? unikFiles(path) : entry.name.endsWith(".unik") ? [path] : [];
  });
}

test("every reserved word of the specification is coloured as one", () => {
  const spec = readFileSync(join(root, "spec/01-lexical.md"), "utf8");
  const reserved = spec.match(/These words are reserved[^]*?\n {4}(.+)\n/)[1].split(" ");
  assert.ok(reserved.length >= 20, "the line of reserved words is found");
  for (const word of reserved) {
    const [{ scope }] = words(word);
    assert.match(scope, /^(keyword|storage|constant\.language)\./, word);
  }
});

test("every unit of the specification is one", () => {
  const spec = readFileSync(join(root, "spec/01-lexical.md"), "utf8");
  const [, durations, sizes] = spec.match(/units of durations are `([^`]+)`, those of sizes `([^`]+)`/);
  for (const unit of `${durations} ${sizes}`.split(" ")) {
    assert.deepEqual(words(`1_0${unit}`).map(({ scope }) => scope), ["constant.numeric.unik", "keyword.other.unit.unik"], unit);
  }
});

test("nothing in the files of the tree is shown as illegal, and every word has a scope", () => {
  const files = ["examples", "stdlib-devices", "platform-runtimes"].flatMap((folder) => unikFiles(join(root, folder)));
  assert.ok(files.length > 15, `${files.length} files are found`);
  for (const file of files) {
    for (const { line, text, scope } of words(readFileSync(file, "utf8"))) {
      assert.doesNotMatch(scope, /^invalid/, `${file}:${line}: ${text}`);
      assert.ok(text.trim() === "" || scope !== "source.unik", `${file}:${line}: \`${text}\` has no scope`);
    }
  }
});

test("a line colours no other, wherever it breaks off", () => {
  const lines = readFileSync(new URL("grammar/words.sample", import.meta.url), "utf8").split("\n");
  const shown = (found) => found.map(({ text, scope }) => [text, scope]);
  const alone = lines.map((line) => shown(words(line)));
  for (const line of lines) {
    for (const cut of new Set([1, Math.floor(line.length / 2), line.length - 1])) {
      const broken = line.slice(0, Math.max(cut, 0));
      for (const [nth, next] of lines.entries()) {
        const behind = words(`${broken}\n${next}`).filter((word) => word.line === 2);
        assert.deepEqual(shown(behind), alone[nth], `behind \`${broken}\``);
      }
    }
  }
});
