// Makes `unik.vsix`, the file that editors install: a zip with the extension, a manifest, and the types of its files. The same files
// give the same bytes. What is in it is said here; nothing else gets in.

import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";

const here = new URL("../", import.meta.url);
const INCLUDED = [
  "package.json",
  "README.md",
  "language-configuration.json",
  "dist",
  "images",
  "snippets",
  "syntaxes",
];
const TYPES = {
  css: "text/css",
  html: "text/html",
  js: "application/javascript",
  json: "application/json",
  md: "text/markdown",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain",
  vsixmanifest: "text/xml",
};

/** The files below a path, in the order of their names. */
async function files(path) {
  if (!(await stat(new URL(path, here))).isDirectory()) return [path];
  const names = (await readdir(new URL(path, here))).sort();
  return (await Promise.all(names.map((name) => files(`${path}/${name}`)))).flat();
}

const escaped = (text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const extension = JSON.parse(await readFile(new URL("package.json", here), "utf8"));

/** What the editor and its galleries read before anything is unpacked. */
function manifest() {
  const { publisher, name, version, displayName, description, keywords, categories, engines, repository } = extension;
  const property = (id, value) => `      <Property Id="Microsoft.VisualStudio.${id}" Value="${escaped(value)}"/>`;
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}"/>
    <DisplayName>${escaped(displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(description)}</Description>
    <Tags>${escaped([...keywords, "__ext_unik"].join(","))}</Tags>
    <Categories>${escaped(categories.join(","))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
${property("Code.Engine", engines.vscode)}
${property("Code.ExtensionKind", extension.extensionKind.join(","))}
${property("Services.Links.Source", repository.url)}
    </Properties>
    <License>extension/LICENSE.txt</License>
    <Icon>extension/${extension.icon}</Icon>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Icons.Default" Path="extension/${extension.icon}" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
}

function contentTypes(paths) {
  const extensions = [...new Set(paths.map((path) => path.split(".").pop()))].sort();
  const types = extensions.map((name) => {
    if (TYPES[name] === undefined) throw new Error(`no type is known for files that end in .${name}`);
    return `  <Default Extension=".${name}" ContentType="${TYPES[name]}"/>`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
${types.join("\n")}
</Types>
`;
}

const parts = new Map();
for (const path of (await Promise.all(INCLUDED.map(files))).flat()) {
  parts.set(`extension/${path}`, await readFile(new URL(path, here)));
}
parts.set("extension/LICENSE.txt", await readFile(new URL("../../../LICENSE", here)));
parts.set("extension.vsixmanifest", new TextEncoder().encode(manifest()));
parts.set("[Content_Types].xml", new TextEncoder().encode(contentTypes([...parts.keys()])));

const names = [...parts.keys()].sort();
// A time of its own would make each file another one; zip cannot go further back.
const options = { mtime: "1980-01-01T12:00:00", level: 9 };
const zip = zipSync(Object.fromEntries(names.map((name) => [name, [parts.get(name), options]])));
const out = new URL("unik.vsix", here);
await writeFile(out, zip);
console.log(`${fileURLToPath(out)}: ${names.length} files, ${Math.ceil(zip.length / 1024)} KiB`);
