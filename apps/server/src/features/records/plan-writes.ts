import { canonicalJson, HilumError, type DataAction } from "@hilum/contract";
import { parseSearch } from "@hilum/contract/search";
import type { RecordWrite } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { requireCarried } from "./carried-types.ts";
import type { Draft, DraftParts } from "./drafts.ts";
import { judgeRecord, requireId, requireNewId } from "./judge-record.ts";
import { openRow } from "./open-record.ts";
import { patchResource } from "./patch-record.ts";
import { noteGuess, type GuessParts } from "./note-guess.ts";
import { findCurrent } from "./read-records.ts";
import type { Asker, OpenedRecord, RecordKey, Resource, SearchPairs } from "./records-service.ts";
import { disclosed, sightIfAny, sightOf } from "./sight.ts";

/** What a write comes to: a draft for the store, or a record that makes writing needless. */
export type Planned =
  | { draft: Draft; outcome: "created" | "updated" }
  | { record: OpenedRecord; outcome: "found" | "same"; mayRead: boolean };

/** Judges one write by itself: its resource, the asker's right to what is there and to what is to be, its conditions. */
export interface WritePlans {
  create(
    asker: Asker,
    given: { resource: unknown; type: string; id?: string; ifNoneExist?: SearchPairs },
  ): Promise<Planned>;
  update(asker: Asker, given: RecordKey & { resource: unknown; ifMatch?: number }): Promise<Planned>;
  patch(asker: Asker, given: RecordKey & { steps: unknown; ifMatch?: number }): Promise<Planned>;
  /** The patch of the one record that a condition finds, as it was found. Throws what a patch of a record that is not there throws. */
  patchWhere(
    asker: Asker,
    given: { type: string; where: SearchPairs; steps: unknown; ifMatch?: number },
  ): Promise<Planned>;
  remove(asker: Asker, given: RecordKey & { ifMatch?: number }): Promise<Planned>;
  /**
   * The update of the one record that a condition finds; where it finds none, the creation of one, under the id that the resource has or
   * else `id`, which holds as long as still none is found.
   */
  updateWhere(
    asker: Asker,
    given: { type: string; where: SearchPairs; resource: unknown; id?: string; ifMatch?: number },
  ): Promise<Planned>;
  /**
   * The one record in sight that a condition finds; undefined where there is none. A miss costs a guess, unless it leads to a creation,
   * which is not done in secret. Throws `search.guessing`.
   */
  findOne(
    asker: Asker,
    type: string,
    query: SearchPairs,
    miss: "guess" | "creation",
  ): Promise<OpenedRecord | undefined>;
}

export function createWritePlans(parts: DraftParts & GuessParts): WritePlans {
  const { records } = parts;

  async function replace(
    asker: Asker,
    { type, id, before, resource }: RecordKey & { before: OpenedRecord | undefined; resource: Resource },
  ): Promise<Planned> {
    const there = before?.resource === undefined ? undefined : before;
    const made: OpenedRecord = { ...draftRecord(asker, type, id), resource };
    await requireSight(asker, made, there === undefined ? "c" : "u", parts);
    if (there !== undefined && isSame(there, resource)) return { record: there, outcome: "same", mayRead: true };
    return { draft: { type, id, before, resource }, outcome: there === undefined ? "created" : "updated" };
  }

  async function update(
    asker: Asker,
    { type, id, resource: given, ifMatch }: Parameters<WritePlans["update"]>[1],
  ): Promise<Planned> {
    const sight = sightOf(asker, requireCarried(type), "u", parts);
    const before = await findCurrent(records, { type, id: requireNewId(id) });
    if (before?.resource !== undefined && !(await sight.sees(before))) throw sight.unseen();
    requireVersion(before, ifMatch);
    const resource = await judge(given, type, id);
    return await replace(asker, { type, id, before, resource });
  }

  async function patchOne(
    asker: Asker,
    { type, before, steps, ifMatch }: { type: string; before?: OpenedRecord; steps: unknown; ifMatch?: number },
  ): Promise<Planned> {
    const readable = sightOf(asker, type, "r", parts);
    const sight = sightOf(asker, type, "u", parts);
    if (before === undefined || !(await readable.sees(before)) || !(await sight.sees(before))) throw readable.unseen();
    const [open] = await disclosed(asker, [before], parts);
    if (open === undefined) throw readable.unseen();
    if (open.resource === undefined) throw new HilumError("record.gone");
    requireVersion(open, ifMatch);
    if (type === "Binary") throw new HilumError("record.patch_failed", { detail: "A Binary is replaced as a whole." });
    const { id } = open;
    return await replace(asker, {
      ...{ type, id, before: open },
      resource: await judge(patchResource(open.resource, steps), type, id),
    });
  }

  async function findOne(asker: Asker, type: string, query: SearchPairs, miss: "guess" | "creation") {
    if (miss === "guess") parts.guesses.admit(asker.context.actor.id);
    const { found } = await lookUp(asker, requireCarried(type), query, parts);
    if (found === undefined && miss === "guess") noteGuess(parts, asker, type, query);
    return found;
  }

  return {
    update,
    findOne,
    async create(asker, { resource: given, type, id = makeId(asker.context.now().getTime()), ifNoneExist }) {
      sightOf(asker, requireCarried(type), "c", parts);
      const resource = { ...(await judge(given, type)), id };
      await requireSight(asker, { ...draftRecord(asker, type, id), resource }, "c", parts);
      if (ifNoneExist === undefined) return { draft: { type, id, resource }, outcome: "created" };
      const { found, unless } = await lookUp(asker, type, ifNoneExist, parts);
      if (found === undefined) return { draft: { type, id, resource, unless }, outcome: "created" };
      const open = await openToRead(asker, found, parts);
      return { record: open ?? found, outcome: "found", mayRead: open !== undefined };
    },

    async updateWhere(asker, { type, where, resource: given, id: spare, ifMatch }) {
      const sight = sightOf(asker, requireCarried(type), "u", parts);
      const { found, unless } = await lookUp(asker, type, where, parts);
      const named = idOf(given);
      if (found !== undefined) {
        if (named !== undefined && named !== found.id) throw anotherId();
        const resource = { ...(given as object), id: found.id };
        return await update(asker, { type, id: found.id, resource, ...(ifMatch === undefined ? {} : { ifMatch }) });
      }
      requireVersion(undefined, ifMatch);
      const id = named ?? spare ?? makeId(asker.context.now().getTime());
      const before = await findCurrent(records, { type, id: requireNewId(id) });
      if (before?.resource !== undefined) throw (await sight.sees(before)) ? takenId() : sight.unseen();
      const resource = { ...(await judge(given, type)), id };
      await requireSight(asker, { ...draftRecord(asker, type, id), resource }, "c", parts);
      return { draft: { type, id, before, resource, unless }, outcome: "created" };
    },

    async patch(asker, { type, id, ...given }) {
      requireReach(asker, requireCarried(type), ["r", "u"]);
      const before = await findCurrent(records, { type, id: requireId(id) });
      return await patchOne(asker, { ...given, type, ...(before === undefined ? {} : { before }) });
    },

    async patchWhere(asker, { type, where, ...given }) {
      requireReach(asker, requireCarried(type), ["r", "u"]);
      const found = await findOne(asker, type, where, "guess");
      return await patchOne(asker, { ...given, type, ...(found === undefined ? {} : { before: found }) });
    },

    async remove(asker, { type, id, ifMatch }) {
      const sight = sightOf(asker, requireCarried(type), "d", parts);
      const before = await findCurrent(records, { type, id: requireId(id) });
      if (before === undefined || !(await sight.sees(before))) throw sight.unseen();
      if (before.resource === undefined) return { record: before, outcome: "same", mayRead: false };
      requireVersion(before, ifMatch);
      return { draft: { type, id, before }, outcome: "updated" };
    },
  };
}

function idOf(given: unknown): string | undefined {
  const { id } = (typeof given === "object" && given !== null ? given : {}) as { id?: unknown };
  return typeof id === "string" ? id : undefined;
}

const anotherId = (): HilumError =>
  new HilumError("record.invalid", {
    problems: [
      {
        pointer: "/id",
        message: "It is another id than that of the record that the condition finds.",
        fix: "Leave the id out, or write that of the record.",
      },
    ],
  });

const takenId = (): HilumError =>
  new HilumError("record.conflict", {
    detail: "The condition finds no record, and a record with the id of the resource is there.",
  });

async function judge(given: unknown, type: string, id?: string): Promise<Resource> {
  const resource = await judgeRecord(given, { type, ...(id === undefined ? {} : { id }) });
  return resource;
}

const draftRecord = ({ context }: Asker, type: string, id: string): OpenedRecord => ({
  ...{ type, id, version: 0, by: context.actor.id, at: context.now().toISOString(), patients: [] },
});

/** Who may not do it is told so, and not whether there is something. Throws `record.denied`. */
function requireReach(asker: Asker, type: string, letters: readonly DataAction[]): void {
  for (const letter of letters) asker.reach(type, letter);
}

/** What is written must lie within what the asker may write: otherwise a filter could be left by writing. */
async function requireSight(asker: Asker, made: OpenedRecord, action: "c" | "u", parts: DraftParts): Promise<void> {
  if (await sightOf(asker, made.type, action, parts).sees(made)) return;
  throw new HilumError("record.denied", {
    detail: "The record, as it would be, lies outside of what the scope's filter opens.",
  });
}

function requireVersion(before: OpenedRecord | undefined, ifMatch: number | undefined): void {
  if (ifMatch !== undefined && before?.version !== ifMatch)
    throw new HilumError("record.conflict", { detail: "If-Match names another version than the one that is current." });
}

/** Without what the platform writes itself. A file is compared by nobody: its bytes are elsewhere. */
function isSame({ type, resource }: OpenedRecord, next: Resource): boolean {
  return type !== "Binary" && resource !== undefined && comparable(resource) === comparable(next);
}

function comparable({ meta, ...rest }: Resource): string {
  const { versionId: _version, lastUpdated: _at, ...kept } = meta ?? {};
  return canonicalJson({ ...rest, ...(Object.keys(kept).length === 0 ? {} : { meta: kept }) });
}

/** The record as the asker may read it; undefined where that is not open. */
async function openToRead(asker: Asker, record: OpenedRecord, parts: DraftParts): Promise<OpenedRecord | undefined> {
  if ((await sightIfAny(asker, record.type, "r", parts)?.sees(record)) !== true) return undefined;
  return (await disclosed(asker, [record], parts))[0];
}

const candidatesMax = 100;

/**
 * Looks a condition up (If-None-Exist, a conditional reference). It tells whether somebody is known, so it takes the right to
 * search; people have it here by their role, for they search the same keys in Records, masked. Throws
 * `record.conflict` where several match.
 */
async function lookUp(
  asker: Asker,
  type: string,
  query: SearchPairs,
  parts: DraftParts,
): Promise<{ found?: OpenedRecord; unless: NonNullable<RecordWrite["unless"]> }> {
  const sight = asker.reach(type, "s").by === "glass" ? undefined : sightOf(asker, type, "s", parts);
  const parsed = parseSearch(type, query);
  if (parsed.groups.length === 0)
    throw broad("the condition has no criterion that finds records", "Write for instance identifier=system|value.");
  const { rows, next } = await parts.records.search({ type, groups: parsed.groups, limit: candidatesMax });
  if (next !== undefined) throw broad("the condition fits too many records", "Use an identifier.");
  const matches: OpenedRecord[] = [];
  const except: string[] = [];
  for (const row of rows) {
    const record = openRow(row);
    const fits = parsed.matches(record.resource) && (sight === undefined || (await sight.sees(record)));
    if (fits) matches.push(record);
    else except.push(record.id);
  }
  const [found, another] = matches;
  if (another !== undefined)
    throw new HilumError("record.conflict", {
      detail: "Several records match the condition, so it names none of them.",
    });
  const unless = { type, groups: parsed.groups, ...(except.length === 0 ? {} : { except }) };
  return found === undefined ? { unless } : { found, unless };
}

const broad = (message: string, fix: string): HilumError =>
  new HilumError("search.invalid", { problems: [{ pointer: "", message, fix }] });
