// The page of a diagnostic's code, shown as a page beside the text: `unikc explain` writes it.

import * as vscode from "vscode";
import { runOnce } from "./program";

const SCHEME = "unik-explain";

/** Gives the pages their text. */
export function explanations(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent(uri) {
      const code = uri.path.replace(/^\//, "").replace(/\.md$/, "");
      const { output, failure } = await runOnce(["explain", code]);
      // What is `unik` to us is highlighted by our own grammar.
      return failure ?? output;
    },
  });
}

/** Asks for a code, unless one is given, and shows its page. */
export async function explain(given?: string): Promise<void> {
  const code = given ?? (await ask());
  if (code === undefined) return;
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${code.trim().toUpperCase()}.md` });
  await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
}

async function ask(): Promise<string | undefined> {
  return await vscode.window.showInputBox({
    title: "Explain a Diagnostic",
    prompt: "Its code, as it is shown",
    value: atCursor() ?? "",
    placeHolder: "E0101",
    validateInput: (text) => (/^\s*[EWew]\d{4}\s*$/.test(text) ? undefined : "a code is like E0101 or W0102"),
  });
}

/** The code of the diagnostic at the cursor, else of the first in the file. */
function atCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  const all = vscode.languages.getDiagnostics(editor.document.uri).filter((one) => codeOf(one) !== undefined);
  const here = all.find(({ range }) => range.contains(editor.selection.active)) ?? all[0];
  return here && codeOf(here);
}

function codeOf({ code }: vscode.Diagnostic): string | undefined {
  const value = typeof code === "object" ? code.value : code;
  return typeof value === "string" && /^[EW]\d{4}$/.test(value) ? value : undefined;
}
