import { lineOf, type ByHand, type Changes, type Edit, type FolderFiles } from "../upgrade.ts";
import { changeCode, type Code } from "./change-code.ts";
import {
  callsImported,
  importsOf,
  isSdk,
  nameOf,
  unwrap,
  walk,
  type Imported,
  type SyntaxNode,
  type Walked,
} from "./syntax.ts";

/** A member of an object that is handed to `takes`, or of the object that `makes` returns; both are exports of the SDK. */
export interface MemberRename {
  takes: string;
  makes?: string;
  from: string;
  to: string;
}

/**
 * Renames a member where it is certain that it is the SDK's: in the object that is written at the call, or in a constant of
 * the same file. Other places of that name in files that use the SDK are left to a person.
 */
export async function renameMember(files: FolderFiles, rename: MemberRename): Promise<Changes> {
  return await changeCode(files, { name: rename.from, mend: mend(rename), change: (code) => renameIn(code, rename) });
}

const mend = ({ takes, from, to }: MemberRename): string =>
  `where ${from} belongs to what ${takes} takes, write ${to}.`;

function renameIn({ path, text, program }: Code, rename: MemberRename): Changes {
  const nodes = [...walk(program)];
  const imports = importsOf(program, isSdk);
  const certain = new Map<SyntaxNode, string>();
  for (const { node } of nodes) {
    if (callsImported(node, imports, rename.takes)) {
      for (const member of membersOf((node["arguments"] as unknown[])[0], nodes)) {
        if (nameOf(member["key"]) !== rename.from || member["computed"] === true) continue;
        certain.set(member["key"] as SyntaxNode, keyText(member, rename));
      }
    }
    const used = memberUsed(node, nodes, imports, rename);
    if (used !== undefined) certain.set(used, rename.to);
  }
  const edits = [...certain].map(([node, put]): Edit => ({ path, start: node.start, end: node.end, text: put }));
  const starts = new Set(edits.map(({ start }) => start));
  const byHand =
    imports.length === 0
      ? []
      : nodes.flatMap((walked): ByHand[] =>
          isPlace(walked, rename.from) && !starts.has(walked.node.start)
            ? [
                {
                  path,
                  line: lineOf(text, walked.node.start),
                  todo: `It is not certain whose ${rename.from} this is: ${mend(rename)}`,
                },
              ]
            : [],
        );
  return { edits, byHand: byHand.filter((note, at) => byHand.findIndex(({ line }) => line === note.line) === at) };
}

/** A shorthand keeps its variable: `{ to: from }`. A key in quotes keeps them. */
function keyText({ key, shorthand }: SyntaxNode, { from, to }: MemberRename): string {
  if (shorthand === true) return `${to}: ${from}`;
  const raw = (key as SyntaxNode)["raw"];
  return typeof raw === "string" ? raw.replace(from, to) : to;
}

/** Members of an object that is written there, or of a constant that stands for one; of what it spreads, too. */
function membersOf(value: unknown, nodes: readonly Walked[], depth = 0): SyntaxNode[] {
  const node = unwrap(value);
  if (node === undefined || depth > 8) return [];
  if (node.type === "Identifier") return membersOf(constantOf(nodes, nameOf(node) ?? "")?.["init"], nodes, depth + 1);
  if (node.type !== "ObjectExpression") return [];
  return (node["properties"] as SyntaxNode[]).flatMap((property) =>
    property.type === "SpreadElement" ? membersOf(property["argument"], nodes, depth + 1) : [property],
  );
}

/** The one constant of that name in the file; undefined where the name is declared again, or can be given another value. */
function constantOf(nodes: readonly Walked[], name: string): SyntaxNode | undefined {
  const [only, ...others] = constantsOf(nodes, name);
  return others.length === 0 ? only : undefined;
}

/** All declarations of that name in the file; none where one of them is no constant. */
function constantsOf(nodes: readonly Walked[], name: string): SyntaxNode[] {
  const declared = nodes.filter(({ node, parent, member }) => {
    if (node.type !== "Identifier" || node["name"] !== name) return false;
    return ["id", "params", "param"].includes(member) || (member === "value" && parent?.type === "Property");
  });
  const constants = declared.flatMap(({ parent }) => {
    if (parent?.type !== "VariableDeclarator") return [];
    return nodes.find(({ node }) => node === parent)?.parent?.["kind"] === "const" ? [parent] : [];
  });
  return constants.length === declared.length ? constants : [];
}

/** `host.from`, where every `host` of the file is a constant that `makes` returned. */
function memberUsed(
  node: SyntaxNode,
  nodes: readonly Walked[],
  imports: readonly Imported[],
  { makes, from }: MemberRename,
): SyntaxNode | undefined {
  if (makes === undefined || node.type !== "MemberExpression" || node["computed"] === true) return undefined;
  if (nameOf(node["property"]) !== from || nameOf(node["object"]) === undefined) return undefined;
  const hosts = constantsOf(nodes, nameOf(node["object"]) ?? "").map(({ init }) => unwrap(init));
  const certain = hosts.length > 0 && hosts.every((host) => host !== undefined && callsImported(host, imports, makes));
  return certain ? (node["property"] as SyntaxNode) : undefined;
}

/** A place where the name may be a member's: a key, what follows a dot, or a text. A variable of that name is its own. */
function isPlace({ node, parent, member }: Walked, name: string): boolean {
  if (nameOf(node) !== name || parent === undefined) return false;
  if (node.type === "Literal") return member !== "source";
  return member === "key" || (member === "property" && parent["computed"] !== true);
}
