import { HilumError, isHilumError, type Problem } from "@hilum/contract";
import { canonicalTypes } from "@hilum/contract/fhir";
import { readPairs } from "../query-pairs.ts";
import type { Resource, SearchPairs } from "../records-service.ts";

export type BundleMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One act of a bundle, read. `index` is its place in the bundle. */
export interface BundleEntry {
  index: number;
  method: BundleMethod;
  type: string;
  id?: string;
  version?: string;
  history?: true;
  query?: SearchPairs;
  resource?: Resource;
  /** How other entries refer to this one. */
  fullUrl?: string;
  ifMatch?: number;
  ifNoneExist?: SearchPairs;
  /** Of PUT, PATCH and DELETE, in place of an id: what finds the record. */
  where?: SearchPairs;
}

export interface ParsedBundle {
  kind: "batch" | "transaction";
  entries: readonly BundleEntry[];
}

/** The store takes so many writes at once. */
export const entriesMax = 500;

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const problemsMax = 20;

/** Reads a bundle of type batch or transaction (R4 section 3.1.0.11). Throws `bundle.invalid`; looks at no record. */
export function parseBundle(value: unknown): ParsedBundle {
  const bundle = objectOf(value);
  if (bundle?.["resourceType"] !== "Bundle")
    throw refuse([{ pointer: "/resourceType", message: "It is no Bundle.", fix: 'Send "resourceType": "Bundle".' }]);
  const kind = bundle["type"];
  if (kind !== "batch" && kind !== "transaction")
    throw refuse([
      {
        pointer: "/type",
        message: "A bundle is carried out as a batch or a transaction.",
        fix: 'Write "type": "batch" or "transaction". To keep a document bundle as a record, send it to /fhir/R4/Bundle.',
      },
    ]);
  const list = bundle["entry"] ?? [];
  if (!Array.isArray(list) || list.length > entriesMax)
    throw refuse([
      {
        pointer: "/entry",
        message: `A bundle holds a list of at most ${entriesMax} entries.`,
        fix: "Send it in several bundles, what is referred to first.",
      },
    ]);
  const read = list.map((entry, index) => parseEntry(entry, index));
  const problems = read.flatMap((one) => ("problem" in one ? [one.problem] : []));
  const entries = read.flatMap((one) => ("problem" in one ? [] : [one.entry]));
  const all = kind === "transaction" ? [...problems, ...findClashes(entries)] : problems;
  if (all.length > 0) throw refuse(all);
  return { kind, entries };
}

type Read = { entry: BundleEntry } | { problem: Problem };

function parseEntry(value: unknown, index: number): Read {
  const at = `/entry/${index}`;
  const fault = (pointer: string, message: string, fix: string): Read => ({
    problem: { pointer: `${at}${pointer}`, message, fix },
  });
  const entry = objectOf(value);
  const request = objectOf(entry?.["request"]);
  if (entry === undefined || request === undefined)
    return fault("/request", "The entry says not what to do.", "Add request.method and request.url.");
  const method = methods.find((name) => name === request["method"]);
  if (method === undefined)
    return fault("/request/method", "This method is not served.", `Use one of ${methods.join(", ")}.`);
  const target =
    typeof request["url"] === "string" ? orProblem(() => parseTarget(request["url"] as string, method)) : undefined;
  if (target !== undefined && "problem" in target)
    return fault("/request/url", target.problem.message, target.problem.fix ?? "");
  if (target === undefined)
    return fault(
      "/request/url",
      "The address is none that is served in a bundle.",
      "Write Type, Type?search, Type/id or Type/id/_history/version, without a host. PUT, PATCH and DELETE need an id or a search.",
    );
  const resource = objectOf(entry["resource"]) as Resource | undefined;
  if (method !== "GET" && method !== "DELETE" && resource === undefined)
    return fault("/resource", "The entry has no resource.", "Add the resource that is to be stored.");
  const ifMatch = request["ifMatch"] === undefined ? undefined : parseETag(request["ifMatch"]);
  if (ifMatch === null) return fault("/request/ifMatch", "The version cannot be read.", 'Write it as W/"3".');
  const { ifNoneExist } = request;
  if (ifNoneExist !== undefined && typeof ifNoneExist !== "string")
    return fault(
      "/request/ifNoneExist",
      "The condition is no text.",
      "Write search parameters: identifier=system|value.",
    );
  const condition =
    ifNoneExist === undefined ? undefined : orProblem(() => ({ pairs: readPairs(ifNoneExist.replace(/^\?/, "")) }));
  if (condition !== undefined && "problem" in condition)
    return fault("/request/ifNoneExist", condition.problem.message, condition.problem.fix ?? "");
  const { fullUrl } = entry;
  return {
    entry: {
      index,
      method,
      ...target,
      ...(resource === undefined ? {} : { resource }),
      ...(typeof fullUrl === "string" ? { fullUrl } : {}),
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(condition === undefined ? {} : { ifNoneExist: condition.pairs }),
    },
  };
}

/** What is wrong with the parameters of an address belongs to its entry. */
function orProblem<T>(read: () => T): T | { problem: Problem } {
  try {
    return read();
  } catch (error) {
    const [problem] = isHilumError(error) ? error.problems : [];
    if (problem === undefined) throw error;
    return { problem };
  }
}

type Address = Pick<BundleEntry, "type" | "id" | "version" | "history" | "query" | "where">;

function parseTarget(url: string, method: BundleMethod): Address | undefined {
  const [path = "", ...rest] = url.replace(/^\//, "").split("?");
  const query = rest.length === 0 ? undefined : readPairs(rest.join("?"));
  const [type = "", id, history, version, ...more] = path.split("/");
  if (!canonicalTypes.some((name) => name === type) || more.length > 0) return undefined;
  if (method === "POST") return id === undefined && query === undefined ? { type } : undefined;
  if (id === undefined && method === "GET") return { type, query: query ?? [] };
  if (id === undefined) return query === undefined ? undefined : { type, where: query };
  if (!/^[A-Za-z0-9.-]{1,64}$/.test(id)) return undefined;
  if (method !== "GET") return history === undefined && query === undefined ? { type, id } : undefined;
  if (history === undefined) return { type, id };
  if (history !== "_history") return undefined;
  return version === undefined ? { type, id, history: true } : { type, id, version };
}

/** Within a transaction each record is written once, and each entry is known by a name of its own. */
function findClashes(entries: readonly BundleEntry[]): Problem[] {
  const names = new Map<string, number>();
  const clash = (name: string, index: number, pointer: string, message: string): Problem[] => {
    const first = names.get(name);
    if (first === undefined) names.set(name, index);
    return first === undefined
      ? []
      : [{ pointer: `/entry/${index}${pointer}`, message: `${message} (entry ${first}).`, fix: "Send it once." }];
  };
  return entries.flatMap(({ index, method, type, id, fullUrl }) => [
    ...(method === "GET" || id === undefined ? [] : clash(`record ${type}/${id}`, index, "/request/url", sameRecord)),
    ...(fullUrl === undefined || method === "GET"
      ? []
      : clash(`url ${fullUrl}`, index, "/fullUrl", "Another entry has the same fullUrl")),
  ]);
}

export const sameRecord = "Another entry changes the same record";

/** `W/"3"` or `"3"`; null for anything else. */
export function parseETag(value: unknown): number | null {
  const digits = typeof value === "string" ? /^\s*(?:W\/)?"(\d{1,9})"\s*$/.exec(value)?.[1] : undefined;
  return digits === undefined ? null : Number(digits);
}

/** Throws `bundle.invalid`. */
export function refuse(problems: readonly Problem[]): HilumError {
  const shown = problems.slice(0, problemsMax);
  return new HilumError("bundle.invalid", {
    detail:
      problems.length === 1
        ? `${shown[0]?.pointer ?? ""}: ${shown[0]?.message ?? ""}`
        : `${problems.length} entries need a correction. Nothing was done.`,
    problems: shown,
  });
}

const objectOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
