import { nameOf, parseCode, type SyntaxNode } from "./javascript/syntax.ts";

/** A member of a JSON document, with the places of its value in the text. */
export interface JsonMember {
  name: string;
  value: SyntaxNode;
  start: number;
  end: number;
}

export interface JsonObject {
  start: number;
  end: number;
  members: JsonMember[];
}

/** The object that a JSON text is, with the places of its members; undefined for what is no object. A text of JSON is an expression. */
export async function readJson(text: string): Promise<JsonObject | undefined> {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const program = await parseCode("document.js", `(${text})`);
  const [statement] = (program?.["body"] ?? []) as SyntaxNode[];
  const expression = statement?.["expression"] as SyntaxNode | undefined;
  const inner = expression?.type === "ParenthesizedExpression" ? (expression["expression"] as SyntaxNode) : expression;
  return inner === undefined ? undefined : objectOf(inner);
}

/** The members of a value that is an object. Places are counted in the text, which stands in one parenthesis. */
export function objectOf({ type, start, end, properties }: SyntaxNode): JsonObject | undefined {
  if (type !== "ObjectExpression") return undefined;
  const members = (properties as SyntaxNode[]).map((property) => ({
    name: nameOf(property["key"]) ?? "",
    value: property["value"] as SyntaxNode,
    start: property.start - 1,
    end: property.end - 1,
  }));
  return { start: start - 1, end: end - 1, members };
}
