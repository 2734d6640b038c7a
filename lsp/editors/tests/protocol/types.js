// The protocol as its own library declares it: which requests there are, which capability announces each, and whether a value has a
// type. It reads the declarations with the TypeScript compiler, so nothing of the protocol is written down here again.

import { createRequire } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const require = createRequire(import.meta.url);
const root = path.dirname(require.resolve('vscode-languageserver-protocol'));

/** JSON of any shape. */
const ANY = new Set(['LSPAny', 'LSPObject', 'LSPArray', 'LSPErrorCodes']);

const program = ts.createProgram([path.join(root, 'api.d.ts')], {
  strict: true,
  skipLibCheck: true,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: [],
});
const checker = program.getTypeChecker();

/**
 * The requests by method: the types of parameters and result, and the member of the server's capabilities that announces it.
 * @type {Map<string, { params: ts.Type | null, result: ts.Type, capability: string | null }>}
 */
export const requests = new Map();

/**
 * The notifications by method, with the type of their parameters.
 * @type {Map<string, { params: ts.Type | null }>}
 */
export const notifications = new Map();

for (const file of program.getSourceFiles()) {
  if (file.fileName.startsWith(root)) file.forEachChild(visit);
}
if (requests.size < 60) throw new Error(`only ${requests.size} requests were found in the declarations`);

/** @param {ts.Node} node */
function visit(node) {
  if (!ts.isModuleDeclaration(node) || !node.body || !ts.isModuleBlock(node.body)) return;
  /** @type {Map<string, ts.Type>} */
  const members = new Map();
  for (const statement of node.body.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const one of statement.declarationList.declarations) {
      members.set(one.name.getText(), checker.getTypeAtLocation(one));
    }
  }
  const [method, type] = [members.get('method'), members.get('type')];
  if (!method?.isStringLiteral() || !type) return;
  const parts = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type));
  const server = members.get('capabilities')?.aliasTypeArguments?.[1];
  const capability = server?.isStringLiteral() ? server.value : null;
  switch (type.symbol.name) {
    case 'ProtocolRequestType':
    case 'RequestType':
      requests.set(method.value, { params: parts[0], result: parts[1], capability });
      break;
    case 'ProtocolRequestType0':
    case 'RequestType0':
      requests.set(method.value, { params: null, result: parts[0], capability });
      break;
    case 'ProtocolNotificationType':
    case 'NotificationType':
      notifications.set(method.value, { params: parts[0] });
      break;
    case 'ProtocolNotificationType0':
    case 'NotificationType0':
      notifications.set(method.value, { params: null });
      break;
    default:
      break;
  }
}

/**
 * What is wrong with a value that should have a type; nothing if it has it. Members that the type does not know are wrong.
 * @param {unknown} value
 * @param {ts.Type} type
 * @param {string} at
 * @returns {string[]}
 */
export function mismatches(value, type, at) {
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return [];
  if (type.aliasSymbol && ANY.has(type.aliasSymbol.name)) return [];
  if (type.isUnion()) {
    let least = null;
    for (const member of type.types) {
      const wrong = mismatches(value, member, at);
      if (wrong.length === 0) return [];
      // Of objects the one that is most like it says what is wrong.
      if (least === null || rank(value, member, wrong) < rank(value, least.member, least.wrong)) least = { member, wrong };
    }
    return least?.wrong ?? [];
  }
  const named = checker.typeToString(type);
  const no = [`${at}: ${JSON.stringify(value)?.slice(0, 80)} is no ${named}`];
  if (type.isStringLiteral() || type.isNumberLiteral()) return value === type.value ? [] : no;
  if (type.flags & ts.TypeFlags.BooleanLiteral) return String(value) === named ? [] : no;
  if (type.flags & ts.TypeFlags.String) return typeof value === 'string' ? [] : no;
  if (type.flags & ts.TypeFlags.Number) return Number.isSafeInteger(value) ? [] : no;
  if (type.flags & ts.TypeFlags.Boolean) return typeof value === 'boolean' ? [] : no;
  if (type.flags & ts.TypeFlags.Null) return value === null ? [] : no;
  // The wire has no other word for nothing.
  if (type.flags & ts.TypeFlags.Void) return value === null || value === undefined ? [] : no;
  if (type.flags & ts.TypeFlags.Undefined) return value === undefined ? [] : no;
  if (checker.isTupleType(type)) {
    const parts = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type));
    if (!Array.isArray(value) || value.length !== parts.length) return no;
    return parts.flatMap((part, i) => mismatches(value[i], part, `${at}[${i}]`));
  }
  if (checker.isArrayType(type)) {
    const [of] = checker.getTypeArguments(/** @type {ts.TypeReference} */ (type));
    if (!Array.isArray(value)) return no;
    return value.flatMap((one, i) => mismatches(one, of, `${at}[${i}]`));
  }
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return no;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return no;
  return members(/** @type {Record<string, unknown>} */ (value), type, at, named);
}

/**
 * @param {Record<string, unknown>} value
 * @param {ts.Type} type
 * @param {string} at
 * @param {string} named
 */
function members(value, type, at, named) {
  const wrong = [];
  const known = new Set();
  for (const property of type.getProperties()) {
    known.add(property.name);
    const one = value[property.name];
    if (one === undefined && property.flags & ts.SymbolFlags.Optional) continue;
    const of = checker.getTypeOfSymbol(property);
    wrong.push(...mismatches(one, of, `${at}.${property.name}`));
  }
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
  for (const [name, one] of Object.entries(value)) {
    if (known.has(name)) continue;
    if (index) wrong.push(...mismatches(one, index.type, `${at}.${name}`));
    else wrong.push(`${at}.${name} is no member of ${named}`);
  }
  return wrong;
}

/**
 * @param {unknown} value
 * @param {ts.Type} type
 * @param {string[]} wrong
 */
function rank(value, type, wrong) {
  const isObject = typeof value === 'object' && value !== null;
  const forObject = Boolean(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection));
  return (isObject === forObject ? 0 : 1000) + wrong.length;
}
