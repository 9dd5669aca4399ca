/** A node of the ESTree that the parser makes. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [member: string]: unknown;
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";

/** The text as a tree with offsets in UTF-16 units; undefined for what is no code of the language that the name says. */
export async function parseCode(path: string, text: string): Promise<SyntaxNode | undefined> {
  // Loaded when somebody upgrades: a server that only runs plugins has no use for it.
  const { parseSync } = await import("rolldown/utils");
  const { program, errors } = parseSync(path, text);
  return errors.length > 0 ? undefined : (program as unknown as SyntaxNode);
}

/** A node with the one that holds it, and the member that it is of it. */
export interface Walked {
  node: SyntaxNode;
  parent: SyntaxNode | undefined;
  member: string;
}

/** Each node, the outer before the inner. */
export function* walk(node: SyntaxNode, parent?: SyntaxNode, member = ""): Generator<Walked> {
  yield { node, parent, member };
  for (const [name, value] of Object.entries(node))
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value])
      if (isNode(child)) yield* walk(child, node, name);
}

/** What stands in the wrappings that TypeScript and parentheses put around an expression. */
export function unwrap(node: unknown): SyntaxNode | undefined {
  if (!isNode(node)) return undefined;
  const wrappings = ["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "ParenthesizedExpression"];
  return wrappings.includes(node.type) || node.type === "AwaitExpression"
    ? unwrap(node["expression"] ?? node["argument"])
    : node;
}

/** The name that an identifier or a text has. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  const name = node.type === "Identifier" ? node["name"] : node.type === "Literal" ? node["value"] : undefined;
  return typeof name === "string" ? name : undefined;
}

/** Names under which a file has what a module exports: `local` is a name of its own, or `space.name` of the whole module. */
export interface Imported {
  module: string;
  name: string;
  local: string;
  specifier: SyntaxNode;
}

/** What a file imports from modules of that package; a namespace has the name `*`. */
export function importsOf(program: SyntaxNode, fits: (module: string) => boolean): Imported[] {
  return [...walk(program)].flatMap(({ node }) => {
    const module = nameOf(node["source"]);
    if (node.type !== "ImportDeclaration" || module === undefined || !fits(module)) return [];
    return (node["specifiers"] as SyntaxNode[]).map((specifier) => ({
      ...{ module, specifier, local: nameOf(specifier["local"]) ?? "" },
      name:
        specifier.type === "ImportSpecifier"
          ? (nameOf(specifier["imported"]) ?? "")
          : specifier.type === "ImportNamespaceSpecifier"
            ? "*"
            : "default",
    }));
  });
}

/** Whether a call is one of what a module exports as `name`. */
export function callsImported(node: SyntaxNode, imports: readonly Imported[], name: string): boolean {
  if (node.type !== "CallExpression") return false;
  const callee = unwrap(node["callee"]);
  if (callee?.type === "Identifier") return imports.some((one) => one.name === name && one.local === callee["name"]);
  if (callee?.type !== "MemberExpression" || callee["computed"] === true) return false;
  const space = nameOf(callee["object"]);
  return nameOf(callee["property"]) === name && imports.some((one) => one.name === "*" && one.local === space);
}

export const isSdk = (module: string): boolean => module === "@hilum/sdk" || module.startsWith("@hilum/sdk/");
export const isCode = (path: string): boolean => /\.(?:[cm]?[jt]s|[jt]sx)$/.test(path);
