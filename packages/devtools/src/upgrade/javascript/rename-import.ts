import type { ByHand, Changes, Edit, FolderFiles } from "../upgrade.ts";
import { lineOf } from "../upgrade.ts";
import { changeCode, type Code } from "./change-code.ts";
import { importsOf, isNode, nameOf, walk, type SyntaxNode, type Walked } from "./syntax.ts";

export interface ImportRename {
  module: string;
  from: string;
  to: string;
}

/**
 * Renames what files import from a module. Uses are renamed with it where the name stands for nothing else in the file;
 * otherwise the old name stays as the file's own: `import { to as from }`.
 */
export async function renameImport(files: FolderFiles, rename: ImportRename): Promise<Changes> {
  return await changeCode(files, {
    name: rename.from,
    mend: `rename ${rename.from} to ${rename.to}.`,
    change: (code) => renameIn(code, rename),
  });
}

function renameIn({ path, text, program }: Code, { module, from, to }: ImportRename): Changes {
  const edits: Edit[] = [];
  const byHand: ByHand[] = [];
  const nodes = [...walk(program)];
  const put = (node: SyntaxNode, written: string): void =>
    void edits.push({ path, start: node.start, end: node.end, text: written });
  for (const { name, local, specifier } of importsOf(program, (one) => one === module)) {
    const { imported } = specifier;
    if (name === "*") {
      for (const { node } of nodes) if (isMemberOf(node, local, from)) put(node["property"] as SyntaxNode, to);
    } else if (name === from && isNode(imported)) {
      const places = local === from ? usesOf(nodes, from, to) : [];
      if (local !== from) put(imported, to);
      else if (places === undefined) put(specifier, written(specifier, `${to} as ${from}`));
      else {
        put(specifier, written(specifier, to));
        for (const place of places) put(place, to);
      }
    }
  }
  for (const { node } of nodes) {
    if (node.type === "ExportNamedDeclaration" && nameOf(node["source"]) === module)
      for (const specifier of node["specifiers"] as SyntaxNode[])
        if (nameOf(specifier["local"]) === from)
          put(specifier, written(specifier, `${to} as ${nameOf(specifier["exported"]) ?? from}`));
    if (asksAtRunTime(node, module))
      byHand.push({
        ...{ path, line: lineOf(text, node.start) },
        todo: `${module} is loaded while the code runs: where ${from} is taken from it, write ${to}.`,
      });
  }
  return { edits, byHand };
}

const written = (specifier: SyntaxNode, name: string): string =>
  specifier["importKind"] === "type" || specifier["exportKind"] === "type" ? `type ${name}` : name;

const isMemberOf = (node: SyntaxNode, object: string, name: string): boolean =>
  node.type === "MemberExpression" &&
  node["computed"] === false &&
  nameOf(node["object"]) === object &&
  nameOf(node["property"]) === name;

/** `import("module")` and `require("module")`. */
const asksAtRunTime = (node: SyntaxNode, module: string): boolean =>
  (node.type === "ImportExpression" && nameOf(node["source"]) === module) ||
  (node.type === "CallExpression" &&
    nameOf(node["callee"]) === "require" &&
    nameOf((node["arguments"] as unknown[])[0]) === module);

/** Identifiers that mean the import; undefined where the file uses either name for something else as well. */
function usesOf(nodes: readonly Walked[], from: string, to: string): SyntaxNode[] | undefined {
  const uses: SyntaxNode[] = [];
  for (const { node, parent, member } of nodes) {
    const name = node["name"];
    if (node.type === "JSXIdentifier" && name === from) return undefined;
    if (node.type !== "Identifier" || parent === undefined) continue;
    if (name === to && !isNameOfMember(parent, member)) return undefined;
    if (name !== from || parent.type === "ImportSpecifier" || isNameOfMember(parent, member)) continue;
    if (declares(parent, member) || parent.type === "ExportSpecifier" || isShorthand(parent)) return undefined;
    uses.push(node);
  }
  return uses;
}

/** `object.name` and `{ name: … }`: the name is the object's. */
const isNameOfMember = (parent: SyntaxNode, member: string): boolean =>
  (parent["computed"] !== true && member === "property" && parent.type === "MemberExpression") ||
  (parent["computed"] !== true && member === "key" && parent["shorthand"] !== true);

const isShorthand = (parent: SyntaxNode): boolean => parent.type === "Property" && parent["shorthand"] === true;

/** The identifier is, or may be, a new name: of a variable, a parameter, a function, a class, a pattern, a type. */
const declares = (parent: SyntaxNode, member: string): boolean =>
  member === "id" ||
  member === "name" ||
  (member === "value" && parent.type === "Property") ||
  member === "params" ||
  member === "param" ||
  member === "label" ||
  (member === "left" && parent.type === "AssignmentPattern") ||
  (member === "elements" && parent.type === "ArrayPattern") ||
  (member === "argument" && parent.type === "RestElement");
