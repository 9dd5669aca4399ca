import { randomBytes } from "node:crypto";
import { isProviderError, ProviderError, type FoundRecords, type RecordResource, type RecordSearch } from "@hilum/sdk";
import { askServer, type JsonObject, type ServerContext } from "./ask-server.ts";
import { isRecord } from "./explain-refusal.ts";
import { baseOf } from "./settings.ts";
import { withoutVersionTag } from "./version-tag.ts";

/** The addresses of next pages: they may repeat what was looked for, so a cursor is only their name. */
export interface NextPages {
  keep(path: string, query: Record<string, string[]>): string;
  take(cursor: string): { path: string; query: Record<string, string[]> } | undefined;
}

const pagesMax = 500;

/** In memory: after a restart of the plugin a search begins anew. */
export function createNextPages(): NextPages {
  const kept = new Map<string, { path: string; query: Record<string, string[]> }>();
  return {
    keep(path, query) {
      const cursor = randomBytes(12).toString("base64url");
      kept.set(cursor, { path, query });
      for (const oldest of kept.keys()) {
        if (kept.size <= pagesMax) break;
        kept.delete(oldest);
      }
      return cursor;
    },
    take: (cursor) => kept.get(cursor),
  };
}

/** Searches by a form, since an address is logged on its way and what is looked for is a patient's (FHIR R4 section 3.1.1.4.1). */
export async function findOnServer(
  ctx: ServerContext,
  { type, query, count, cursor }: RecordSearch,
  pages: NextPages = createNextPages(),
): Promise<FoundRecords> {
  const bundle = cursor === undefined ? await searchFitting(ctx, type, query, count) : await turn(ctx, cursor, pages);
  const resources = matchesOf(bundle, type);
  const next = nextOf(bundle, ctx);
  const total = bundle["total"];
  return {
    resources,
    ...(next === undefined ? {} : { next: pages.keep(next.path, next.query) }),
    ...(typeof total === "number" && Number.isSafeInteger(total) ? { total } : {}),
  };
}

/** Large records make a page larger than Hilum takes: then it is asked for with fewer of them. */
async function searchFitting(
  ctx: ServerContext,
  type: string,
  query: RecordSearch["query"],
  count: number,
): Promise<JsonObject> {
  try {
    return await search(ctx, type, query, count);
  } catch (error) {
    if (count === 1 || !isProviderError(error) || error.code !== "provider.response_too_large") throw error;
    return await searchFitting(ctx, type, query, Math.ceil(count / 4));
  }
}

async function search(
  ctx: ServerContext,
  type: string,
  query: RecordSearch["query"],
  count: number,
): Promise<JsonObject> {
  const form: Record<string, string[]> = {};
  for (const [name, value] of query) (form[name] ??= []).push(value);
  form["_count"] = [String(count)];
  return bundleOf(
    await askServer(ctx, { method: "POST", path: `/${type}/_search`, body: { form }, strict: true }).catch(
      (error: unknown) => {
        // What is wrong with a search is a parameter, not a record.
        if (isProviderError(error) && error.code === "record.invalid")
          throw new ProviderError("search.invalid", { error, ...replyOf(error.data) });
        throw error;
      },
    ),
  );
}

const replyOf = ({ reply }: { reply?: string }): { reply?: string } => (reply === undefined ? {} : { reply });

async function turn(ctx: ServerContext, cursor: string, pages: NextPages): Promise<JsonObject> {
  const next = pages.take(cursor);
  if (next === undefined)
    throw new ProviderError("search.invalid", { fix: "The search is too old to go on with. Begin it anew." });
  return bundleOf(await askServer(ctx, next));
}

function bundleOf(body: JsonObject | undefined): JsonObject {
  if (body?.["resourceType"] === "Bundle") return body;
  throw new ProviderError("provider.bad_answer", {
    detail: "The server answered a search with something that is no Bundle.",
    field: "/basePath",
  });
}

/** What matched; what the server included or has to say beside it is left out. */
function matchesOf({ entry }: JsonObject, type: string): RecordResource[] {
  const entries = Array.isArray(entry) ? (entry as unknown[]) : [];
  return entries.flatMap((one) => {
    if (!isRecord(one)) return [];
    const { resource, search: why } = one;
    const mode = isRecord(why) ? why["mode"] : undefined;
    if (!isRecord(resource) || resource["resourceType"] !== type || (mode !== undefined && mode !== "match")) return [];
    return [withoutVersionTag(resource as unknown as RecordResource)];
  });
}

/** The link to the next page, if it leads to this server's API: Hilum goes nowhere else. */
function nextOf({ link }: JsonObject, { settings }: ServerContext) {
  const links = Array.isArray(link) ? (link as unknown[]) : [];
  const next = links.find((one) => isRecord(one) && one["relation"] === "next");
  const address = isRecord(next) && typeof next["url"] === "string" ? next["url"] : undefined;
  if (address === undefined) return undefined;
  const base = baseOf(settings);
  const api = new URL(`https://${settings.host}:${settings.port}${base}/`);
  const url = URL.canParse(address, api.href) ? new URL(address, api.href) : undefined;
  const inside = url !== undefined && (url.pathname === base || url.pathname.startsWith(`${base}/`));
  // Behind a proxy servers often name another host of their own; the path is what counts, and the host stays ours.
  if (!inside) return undefined;
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
  return { path: url.pathname.slice(base.length).replace(/\/$/, ""), query };
}
