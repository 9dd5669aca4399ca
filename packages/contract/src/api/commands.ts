import type { OperationSpec } from "./operation.ts";

/** Nouns that a group's name says already, besides the words of the name itself. */
const saidByGroup: Readonly<Record<string, readonly string[]>> = {
  dev: ["plugin"],
  glasses: ["glass"],
  health: ["plugin", "health"],
  identity: [],
  lifecycle: ["instance"],
  logs: ["plugin"],
  tokens: ["api"],
};

/**
 * The words after `hilum` that do what the operation does, made of its tag and its id: `listPlugins` of `plugins` is
 * `plugins list`, `previewScaffold` of `dev` is `dev preview-scaffold`. `among` are all operations: where two of a group
 * would be called alike, both keep every word of their ids.
 */
export function commandOf(
  operation: Pick<OperationSpec, "id" | "tag">,
  among: readonly Pick<OperationSpec, "id" | "tag">[],
): string {
  const short = shortName(operation);
  const alike = among.filter(({ id, tag }) => tag === operation.tag && shortName({ id, tag }) === short);
  return `${operation.tag} ${alike.length > 1 ? wordsOf(operation.id).join("-") : short}`;
}

function shortName({ id, tag }: Pick<OperationSpec, "id" | "tag">): string {
  const said = new Set([...(saidByGroup[tag] ?? []), tag, tag.replace(/s$/, "")]);
  const [verb = id, ...rest] = wordsOf(id);
  return [verb, ...rest.filter((word) => !said.has(word) && !said.has(word.replace(/s$/, "")))].join("-");
}

/** `listIncludedPlugins` -> `list`, `included`, `plugins`; `finishOAuth` -> `finish`, `oauth`. */
function wordsOf(id: string): string[] {
  return id.split(/(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase());
}
