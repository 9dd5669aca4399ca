import { createHmac } from "node:crypto";
import { ProviderError, type RecordResource, type SearchQuery } from "@hilum/sdk";

/** What a record is found by: its identifiers and whom it is about. */
export function wordsOf(resource: RecordResource): string[] {
  const { identifier, subject, patient } = resource as unknown as Record<string, unknown>;
  const identifiers = [identifier].flat().flatMap((one) => {
    if (typeof one !== "object" || one === null) return [];
    const { system = "", value } = one as { system?: unknown; value?: unknown };
    if (typeof value !== "string") return [];
    return [`identifier|${String(system)}|${value}`, `identifier||${value}|any`];
  });
  const about = [subject, patient].flatMap((one) => {
    const { reference } = (typeof one === "object" && one !== null ? one : {}) as { reference?: unknown };
    return typeof reference === "string" && /^Patient\/[A-Za-z0-9.-]{1,64}$/.test(reference)
      ? [`patient|${reference}`]
      : [];
  });
  return [...new Set([...identifiers, ...about])];
}

/** What a search asks for: the words of which a record has one of each group, or ids, or everything. */
export interface AskedFor {
  ids?: string[];
  groups: string[][];
}

/** Throws `search.invalid` for what an archive cannot look for. */
export function parseQuery(query: SearchQuery): AskedFor {
  const asked: AskedFor = { groups: [] };
  for (const [name, value] of query) {
    const values = value.split(/(?<!\\),/).map((part) => part.replaceAll(/\\([,|$\\])/g, "$1"));
    switch (name) {
      case "_id":
        asked.ids = asked.ids === undefined ? values : asked.ids.filter((id) => values.includes(id));
        break;
      case "identifier":
        asked.groups.push(values.map(wordOfToken));
        break;
      case "patient":
      case "subject":
        asked.groups.push(values.map((one) => `patient|${one.includes("/") ? one : `Patient/${one}`}`));
        break;
      default:
        throw new ProviderError("search.invalid", {
          fix: "Search an archive by _id, identifier, patient or subject, or list a whole type.",
        });
    }
  }
  return asked;
}

/** `system|value`, `|value` for one without a system, and `value` alone for any. */
function wordOfToken(token: string): string {
  const border = token.indexOf("|");
  if (border === -1) return `identifier||${token}|any`;
  return `identifier|${token.slice(0, border)}|${token.slice(border + 1)}`;
}

/** Names of objects stand in logs: a word is there as a hash that nobody can try words against without the key. */
export const hashWord = (key: Uint8Array, type: string, word: string): string =>
  createHmac("sha256", key).update(`${type} ${word}`).digest("hex").slice(0, 40);
