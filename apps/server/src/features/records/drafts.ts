import { HilumError } from "@hilum/contract";
import { patientsOf, termsOf } from "@hilum/contract/search";
import type { RecordWrite, Store } from "@hilum/store";
import { entriesMax } from "./bundle/parse-bundle.ts";
import { refuseLarge } from "./judge-record.ts";
import { nameOf, openRow } from "./open-record.ts";
import type { Asker, OpenedRecord, RecordKey, Resource } from "./records-service.ts";
import { conditionsIn, judgeReferences, parseReference, referencesIn, type Target } from "./references.ts";
import { sightIfAny, type SightParts } from "./sight.ts";
import { storedContentOf } from "./stored-content.ts";

/** A write that is judged by itself and waits for the others of its transaction. */
export interface Draft extends RecordKey {
  /** The version that it goes from. */
  before?: OpenedRecord | undefined;
  /** As it is to be, with its id; absent: deleted. */
  resource?: Resource | undefined;
  unless?: RecordWrite["unless"];
  /** Where it stands in a bundle, for the pointers of problems: `/entry/3/resource`. */
  pointer?: string;
}

export interface DraftParts extends SightParts {
  records: Store["records"];
}

/**
 * Judges the references of drafts among each other and against what is stored, and writes all or none. Answers the records as
 * they are now, in the order of the drafts. Throws `record.invalid`, `record.conflict`, `record.exists`, `record.held`.
 */
export async function commitDrafts(asker: Asker, given: readonly Draft[], parts: DraftParts): Promise<OpenedRecord[]> {
  const stored = await findTargets(given, parts);
  const drafts = [...given, ...adoptFiles(asker, given, stored, await ownFiles(asker, stored, parts))];
  if (drafts.length > entriesMax)
    throw new HilumError("bundle.invalid", {
      detail: `The files that the entries name make it more than ${entriesMax} writes. Send it in two bundles.`,
    });
  const patients = patientsByDraft(drafts, stored);
  const known = new Map<string, Target>(stored);
  for (const draft of drafts) {
    if (draft.resource === undefined) known.delete(nameOf(draft));
    else known.set(nameOf(draft), { patients: patients.get(draft) ?? [] });
  }
  for (const draft of drafts) judgeDraft(draft, known, patients.get(draft) ?? []);
  const at = asker.context.now().toISOString();
  const writes = drafts.map((draft) => writeOf(asker, draft, at, patients.get(draft) ?? []));
  await parts.records.write(writes);
  return writes.slice(0, given.length).map((write, index) => ({
    type: write.type,
    id: write.id,
    version: write.expected + 1,
    ...{ at, by: write.by, patients: write.patients },
    ...(write.resource === undefined ? {} : { resource: JSON.parse(write.resource) as Resource }),
    ...underOf(given[index]),
  }));
}

/** The glass under which was read what is patched: it opens the answer as well. */
const underOf = ({ before }: Partial<Draft> = {}): Pick<OpenedRecord, "under"> =>
  before?.under === undefined ? {} : { under: before.under };

type Stored = Map<string, OpenedRecord>;

/** Records that the drafts refer to and that are there. */
async function findTargets(drafts: readonly Draft[], { records }: DraftParts): Promise<Stored> {
  const own = new Set(drafts.map(nameOf));
  const wanted = new Map(
    drafts
      .flatMap(({ resource }) => referencesIn(resource))
      .filter((ref) => !own.has(nameOf(ref)))
      .map(({ type, id }) => [`${type}/${id}`, { type, id }]),
  );
  const refs = [...wanted.values()];
  const found: Stored = new Map();
  for (let from = 0; from < refs.length; from += 1000)
    for (const row of await records.findMany(refs.slice(from, from + 1000)))
      if (row.resource !== undefined) found.set(nameOf(row), openRow(row));
  return found;
}

/**
 * Files without an owner that the drafts may take: those that the asker stored, or may change. A file of somebody else that
 * belongs to no record yet is to the asker as if it were not there.
 */
async function ownFiles(asker: Asker, stored: Stored, parts: DraftParts): Promise<ReadonlySet<string>> {
  const own = new Set<string>();
  for (const [name, record] of stored) {
    if (!isLoose(record)) continue;
    const mayTake =
      record.by === asker.context.actor.id || (await sightIfAny(asker, "Binary", "u", parts)?.sees(record)) === true;
    if (mayTake) own.add(name);
    else stored.delete(name);
  }
  return own;
}

const isLoose = ({ type, resource }: Pick<OpenedRecord, "type" | "resource">): boolean =>
  type === "Binary" && resource?.["securityContext"] === undefined;

/**
 * A file belongs to the record that first names it: it gets that record as its security context, and with it the patient whose
 * key seals it, whose consent counts, and with whose key it is destroyed.
 */
function adoptFiles(asker: Asker, drafts: readonly Draft[], stored: Stored, own: ReadonlySet<string>): Draft[] {
  const among = new Map(drafts.map((draft) => [nameOf(draft), draft]));
  const adopted = new Map<string, Draft>();
  for (const draft of drafts) {
    if (draft.type === "Binary") continue;
    for (const ref of referencesIn(draft.resource).filter(({ type }) => type === "Binary")) {
      const context = { reference: nameOf(draft) };
      const sibling = among.get(nameOf(ref));
      if (sibling?.resource !== undefined && isLoose({ type: "Binary", resource: sibling.resource }))
        sibling.resource = { ...sibling.resource, securityContext: context };
      const before = own.has(nameOf(ref)) ? stored.get(nameOf(ref)) : undefined;
      if (before?.resource !== undefined && !adopted.has(nameOf(ref)))
        adopted.set(nameOf(ref), {
          ...{ type: "Binary", id: ref.id, before },
          resource: { ...before.resource, securityContext: context },
        });
    }
  }
  return [...adopted.values()];
}

/** A file is about the patients of the record that it belongs to. */
function patientsByDraft(drafts: readonly Draft[], stored: Stored): Map<Draft, readonly string[]> {
  const direct = new Map(
    drafts.map((draft) => [nameOf(draft), draft.resource === undefined ? [] : patientsOf(draft.resource)]),
  );
  return new Map(
    drafts.map((draft) => {
      if (draft.resource === undefined) return [draft, draft.before?.patients ?? []];
      const own = direct.get(nameOf(draft)) ?? [];
      if (draft.type !== "Binary") return [draft, own];
      const context = contextOf(draft.resource);
      const theirs = context === undefined ? [] : (direct.get(context) ?? stored.get(context)?.patients ?? []);
      return [draft, [...new Set([...own, ...theirs])]];
    }),
  );
}

function contextOf(binary: Resource): string | undefined {
  const { reference } = (binary["securityContext"] ?? {}) as { reference?: unknown };
  const ref = typeof reference === "string" ? parseReference(reference) : undefined;
  return ref === undefined ? undefined : nameOf(ref);
}

function judgeDraft(draft: Draft, known: ReadonlyMap<string, Target>, own: readonly string[]): void {
  if (draft.resource === undefined) return;
  const { resource: old } = draft.before ?? {};
  const before = new Set([...referencesIn(old).map(nameOf), ...conditionsIn(old).map(({ text }) => text)]);
  judgeReferences(draft.resource, { known, before, own, at: draft.pointer ?? "" });
}

function writeOf({ context }: Asker, draft: Draft, at: string, patients: readonly string[]): RecordWrite {
  const { type, id, before, resource, unless } = draft;
  const expected = before?.version ?? 0;
  const { actor } = context;
  const shared = {
    ...{ type, id, expected, at, patients, by: actor.id },
    ...(actor.kind === "plugin" ? { via: { plugin: actor.plugin, instance: actor.instance } } : {}),
    ...(unless === undefined ? {} : { unless }),
  };
  if (resource === undefined) return { ...shared, terms: [] };
  const { resourceType, id: _id, meta, ...rest } = resource;
  const whole = { resourceType, id, meta: { ...meta, versionId: String(expected + 1), lastUpdated: at }, ...rest };
  const text = JSON.stringify(whole);
  refuseLarge(text, type);
  const content = storedContentOf(whole);
  return {
    ...{ ...shared, resource: text, terms: termsOf(whole) },
    ...(content === undefined ? {} : { blobs: [content.blob] }),
  };
}
