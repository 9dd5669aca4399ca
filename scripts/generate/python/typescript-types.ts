import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  parseSync,
  type Comment,
  type TSInterfaceDeclaration,
  type TSType,
  type TSTypeAliasDeclaration,
} from "oxc-parser";

/** An exported type of a file, with the comment that stands before it. */
export type DeclaredType = { name: string; comment: string | undefined } & (
  | { kind: "interface"; members: DeclaredMember[] }
  | { kind: "alias"; type: TSType }
);

export interface DeclaredMember {
  name: string;
  optional: boolean;
  type: TSType;
  comment: string | undefined;
}

/** The exported interfaces and type aliases of a file, in its order. */
export function readTypes(root: string, path: string): DeclaredType[] {
  const text = readFileSync(join(root, path), "utf8");
  const { program, comments } = parseSync(path, text);
  const before = (start: number): string | undefined => commentBefore(comments, text, start);
  return program.body.flatMap((statement): DeclaredType[] => {
    if (statement.type !== "ExportNamedDeclaration") return [];
    const { declaration } = statement;
    if (declaration?.type === "TSInterfaceDeclaration") return [interfaceOf(declaration, before, statement.start)];
    return declaration?.type === "TSTypeAliasDeclaration" ? [aliasOf(declaration, before(statement.start))] : [];
  });
}

type Before = (start: number) => string | undefined;

function interfaceOf({ id, body }: TSInterfaceDeclaration, before: Before, start: number): DeclaredType {
  return { kind: "interface", name: id.name, comment: before(start), members: membersOf(body.body, before) };
}

const aliasOf = ({ id, typeAnnotation }: TSTypeAliasDeclaration, comment: string | undefined): DeclaredType => ({
  ...{ kind: "alias", name: id.name, comment },
  type: typeAnnotation,
});

/** The members of an interface, or of an object type within another. */
export function membersOf(
  signatures: TSInterfaceDeclaration["body"]["body"],
  before: Before = () => undefined,
): DeclaredMember[] {
  return signatures.map((signature) => {
    if (signature.type !== "TSPropertySignature" || signature.key.type !== "Identifier")
      throw new TypeError(`A ${signature.type} has no counterpart in Python`);
    const type = signature.typeAnnotation?.typeAnnotation;
    if (type === undefined) throw new TypeError(`${signature.key.name} has no type`);
    return { name: signature.key.name, optional: signature.optional, type, comment: before(signature.start) };
  });
}

/** The words of a JSDoc comment that ends right before `start`. */
function commentBefore(comments: readonly Comment[], text: string, start: number): string | undefined {
  const found = comments.findLast((comment) => comment.end <= start && text.slice(comment.end, start).trim() === "");
  if (found?.type !== "Block" || !found.value.startsWith("*")) return undefined;
  return found.value
    .slice(1)
    .split("\n")
    .map((line) => line.trim().replace(/^\* ?/, ""))
    .join(" ")
    .trim();
}
