// The HTML of the preview's page in a webview: the page of `lsp/preview/page`, which the build copies beside the bundle,
// with addresses that a webview can reach and a policy that lets it reach nothing else. What the page does is its own affair.

import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** The folder of the page in the extension. */
export function pageFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, "dist", "page");
}

/** The page for this webview. */
export async function pageFor(webview: vscode.Webview, extension: vscode.Uri): Promise<string> {
  const folder = pageFolder(extension);
  const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, "index.html"));
  const nonce = randomBytes(24).toString("base64url");
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${webview.cspSource}`,
    `style-src 'nonce-${nonce}' ${webview.cspSource}`,
    `img-src ${webview.cspSource} data:`,
    `font-src ${webview.cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
  return new TextDecoder()
    .decode(bytes)
    .replace(/<head>/, (head) => `${head}\n${meta}`)
    .replace(/<(script|style|link)(?=[\s>])/g, (open) => `${open} nonce="${nonce}"`)
    .replace(/(\s(?:src|href)=")(?!data:|#|https?:)([^"]+)"/g, (_, attribute: string, path: string) => {
      return `${attribute}${webview.asWebviewUri(vscode.Uri.joinPath(folder, path)).toString()}"`;
    });
}
