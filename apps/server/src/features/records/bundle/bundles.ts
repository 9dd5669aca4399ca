import { HilumError, isHilumError, type Problem } from "@hilum/contract";
import { fhirStatusOf, presentOutcome } from "../../../http/operation-outcome.ts";
import { toHilumError } from "../../../http/problem.ts";
import { isCarried } from "../carried-types.ts";
import { commitDrafts, type Draft } from "../drafts.ts";
import { governAll, refuseDenied, type GovernAct, type RecordAct } from "../govern-acts.ts";
import { noteOfGlass } from "../note-glass.ts";
import type { Planned, WritePlans } from "../plan-writes.ts";
import { readPairs } from "../query-pairs.ts";
import type { Asker, OpenedRecord, RecordsService, Resource, WrittenRecord } from "../records-service.ts";
import { parseConditional } from "../references.ts";
import { takeContent, type Taken } from "../take-content.ts";
import type { WriteParts } from "../write-records.ts";
import { actOf, carryOutEntry, carryOutGet, nothingDeleted, patchOf, type CarriedOut } from "./carry-out.ts";
import { parseBundle, type BundleEntry } from "./parse-bundle.ts";
import { batchAnswer, presentWritten, type Returning } from "./present-entries.ts";
import { conditionalsOf, resolveReferences } from "./resolve-references.ts";
import { at, namesOf, refuseClashes, stepOf, type Step } from "./transaction-steps.ts";

export interface BundleParts extends WriteParts {
  govern: GovernAct;
  acts: Omit<RecordsService, "bundle" | "content">;
}

const triesMax = 4;

/** Batches and transactions (R4 section 3.1.0.11). Each entry leaves entries of its own in the audit log. */
export function createBundles(parts: BundleParts): Pick<RecordsService, "bundle"> {
  return {
    async bundle(asker, value, returning = "minimal") {
      const { kind, entries } = parseBundle(value);
      if (kind === "batch") return batchAnswer(kind, await batch(parts, asker, entries, returning));
      return batchAnswer(kind, await transaction(parts, asker, entries, returning));
    },
  };
}

/** Each entry for itself: what one of them is refused, the others do not feel. */
async function batch(
  { govern, acts }: BundleParts,
  asker: Asker,
  entries: readonly BundleEntry[],
  returning: Returning,
): Promise<object[]> {
  const answers: object[] = [];
  for (const entry of entries) {
    try {
      const carryOut = () => carryOutEntry(acts, asker, entry, returning);
      const { answer } = await govern(asker, actOf(entry), carryOut, ({ read }) => noteOfGlass(read));
      answers.push(answer);
    } catch (thrown) {
      const error = toHilumError(thrown);
      // Nothing more can be done that anybody could prove.
      if (error.code === "audit.blocked") throw error;
      const outcome = presentOutcome(error, error.code === "record.invalid" ? { type: entry.type } : {});
      answers.push({ response: { status: String(fhirStatusOf(error)), outcome } });
    }
  }
  return answers;
}

async function transaction(
  parts: BundleParts,
  asker: Asker,
  entries: readonly BundleEntry[],
  returning: Returning,
): Promise<object[]> {
  const steps: Step[] = [];
  for (const entry of entries.filter(({ method }) => method !== "GET")) {
    if (entry.where !== undefined) await refuseDenied(parts.govern, asker, actOf(entry));
    const step = await stepOf(parts.plans, asker, entry);
    if (step !== undefined) steps.push(step);
  }
  refuseClashes(steps);
  const acts = new Map([
    ...steps.filter(({ found }) => found === undefined).map(({ entry, id }) => [entry, actOf(entry, id)] as const),
    ...entries.filter(({ method }) => method === "GET").map((entry) => [entry, actOf(entry)] as const),
  ]);
  const readBy = new Map<RecordAct | undefined, readonly OpenedRecord[]>();
  const perform = async (): Promise<object[]> => {
    const written = await writeAll(parts, asker, steps);
    const answers: object[] = [];
    for (const entry of entries) {
      const result = written.get(entry.index);
      if (result !== undefined) {
        // A patch reads what it changes.
        readBy.set(acts.get(entry), [result.record]);
        answers.push(presentWritten(result, returning));
      } else if (entry.method !== "GET") answers.push(nothingDeleted);
      else {
        const { answer, read } = await answerGet(parts, asker, entry);
        readBy.set(acts.get(entry), read);
        answers.push(answer);
      }
    }
    return answers;
  };
  return await governAll(parts.govern, asker, [...acts.values()], perform, (_answers, act) =>
    noteOfGlass(readBy.get(act) ?? []),
  );
}

/** What was written stays written, so a search that fails afterwards says so in its own entry. */
async function answerGet({ acts }: BundleParts, asker: Asker, entry: BundleEntry): Promise<CarriedOut> {
  try {
    return await carryOutGet(acts, asker, entry);
  } catch (thrown) {
    const error = toHilumError(thrown);
    const outcome = presentOutcome(error);
    return { answer: { response: { status: String(fhirStatusOf(error)), outcome } }, read: [] };
  }
}

async function writeAll(
  parts: BundleParts,
  asker: Asker,
  steps: readonly Step[],
): Promise<ReadonlyMap<number, WrittenRecord>> {
  const resolved = await resolveAll(parts.plans, asker, steps);
  const taken: Taken[] = [];
  try {
    const contents = new Map<number, unknown>();
    for (const { entry } of steps) {
      if (entry.resource === undefined || entry.method === "PATCH") continue;
      const one = await at(entry.index, "/resource", () =>
        takeContent(asker, parts.blobs, resolved.get(entry.index), undefined),
      );
      taken.push(one);
      contents.set(entry.index, one.resource);
    }
    return await planAndCommit(parts, asker, steps, contents);
  } catch (error) {
    for (const one of taken) await one.discard();
    throw error;
  }
}

/** Deletions first, then what is created, then what is changed (R4 section 3.1.0.11.2). */
const order: readonly BundleEntry["method"][] = ["DELETE", "POST", "PUT", "PATCH"];

async function planAndCommit(
  parts: BundleParts,
  asker: Asker,
  steps: readonly Step[],
  contents: ReadonlyMap<number, unknown>,
): Promise<ReadonlyMap<number, WrittenRecord>> {
  const inOrder = steps.toSorted((a, b) => order.indexOf(a.entry.method) - order.indexOf(b.entry.method));
  const fixed = steps.some(({ entry }) => entry.ifMatch !== undefined);
  for (let left = fixed ? 1 : triesMax; ; left--) {
    const planned = await planAll(parts.plans, asker, inOrder, contents);
    try {
      return await commitAll(parts, asker, planned);
    } catch (error) {
      if (!isHilumError(error) || (error.code !== "record.conflict" && error.code !== "record.exists") || left <= 1)
        throw error;
    }
  }
}

type PlannedStep = { index: number; planned: Planned };

/** Every entry is judged, so that one answer names all that is wrong. */
async function planAll(
  plans: WritePlans,
  asker: Asker,
  steps: readonly Step[],
  contents: ReadonlyMap<number, unknown>,
): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  const problems: Problem[] = [];
  for (const step of steps) {
    try {
      const plan = await at(step.entry.index, "/resource", () => planOne(plans, asker, step, contents));
      planned.push({ index: step.entry.index, planned: plan });
    } catch (error) {
      if (!isHilumError(error) || error.code !== "record.invalid") throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0)
    throw new HilumError("record.invalid", {
      detail: `${problems.length} places of the bundle need a correction. Nothing was done.`,
      problems,
    });
  return planned;
}

async function planOne(
  plans: WritePlans,
  asker: Asker,
  { entry, id, version, found }: Step,
  contents: ReadonlyMap<number, unknown>,
): Promise<Planned> {
  const { type, index, method, ifMatch = method === "DELETE" ? version : undefined } = entry;
  const { ifNoneExist, resource, where } = entry;
  const match = ifMatch === undefined ? {} : { ifMatch };
  switch (method) {
    case "POST":
      if (found !== undefined) return { record: found, outcome: "found", mayRead: false };
      return await plans.create(asker, {
        ...{ resource: contents.get(index), type, id },
        ...(ifNoneExist === undefined ? {} : { ifNoneExist }),
      });
    case "PUT":
      if (where !== undefined)
        return forRecord(
          id,
          await plans.updateWhere(asker, { type, where, id, resource: contents.get(index), ...match }),
        );
      return await plans.update(asker, { type, id, resource: withId(contents.get(index), id), ...match });
    case "PATCH": {
      const steps = patchOf(resource ?? { resourceType: type });
      if (where !== undefined) return forRecord(id, await plans.patchWhere(asker, { type, where, steps, ...match }));
      return await plans.patch(asker, { type, id, steps, ...match });
    }
    default:
      return await plans.remove(asker, { type, id, ...match });
  }
}

/** What the condition of an entry finds must still be what other entries refer to. */
function forRecord(id: string, planned: Planned): Planned {
  if (("draft" in planned ? planned.draft : planned.record).id === id) return planned;
  throw new HilumError("record.conflict", { detail: "The condition of an entry finds another record by now." });
}

/** Within a bundle the id may stand in the address alone. */
const withId = (resource: unknown, id: string): unknown =>
  typeof resource === "object" && resource !== null && !("id" in resource) ? { ...resource, id } : resource;

async function commitAll(
  parts: BundleParts,
  asker: Asker,
  planned: readonly PlannedStep[],
): Promise<ReadonlyMap<number, WrittenRecord>> {
  const drafts = planned.flatMap(({ index, planned: plan }): { index: number; draft: Draft }[] =>
    "draft" in plan ? [{ index, draft: { ...plan.draft, pointer: `/entry/${index}/resource` } }] : [],
  );
  const records =
    drafts.length === 0
      ? []
      : await commitDrafts(
          asker,
          drafts.map(({ draft }) => draft),
          parts,
        );
  const byIndex = new Map(drafts.map(({ index }, position) => [index, records[position]]));
  return new Map(
    planned.map(({ index, planned: plan }): [number, WrittenRecord] => {
      if ("record" in plan) return [index, plan];
      const record = byIndex.get(index);
      if (record === undefined) throw new HilumError("server.internal");
      return [index, { record, outcome: plan.outcome, mayRead: true }];
    }),
  );
}

/** The resources with `fullUrl`s of other entries and conditional references replaced by where they lead. */
async function resolveAll(
  plans: WritePlans,
  asker: Asker,
  steps: readonly Step[],
): Promise<ReadonlyMap<number, Resource | undefined>> {
  const names = new Map(steps.flatMap(namesOf));
  const problems: Problem[] = [];
  for (const { entry } of steps) {
    for (const address of entry.resource === undefined ? [] : conditionalsOf(entry.resource)) {
      if (names.has(address)) continue;
      const condition = parseConditional(address);
      // A type that is not carried has no record that the condition could find.
      if (condition === undefined || !isCarried(condition.type)) continue;
      const found = await at(entry.index, "/resource", () =>
        plans.findOne(asker, condition.type, readPairs(condition.query), "guess"),
      );
      if (found === undefined) problems.push(unmatched(entry.index, condition.type));
      else names.set(address, `${found.type}/${found.id}`);
    }
  }
  if (problems.length > 0)
    throw new HilumError("record.invalid", {
      detail: "A conditional reference finds no record. Nothing was done.",
      problems,
    });
  return new Map(
    steps.map(({ entry }) => [
      entry.index,
      entry.resource === undefined ? undefined : resolveReferences(entry.resource, (address) => names.get(address)),
    ]),
  );
}

const unmatched = (index: number, type: string): Problem => ({
  pointer: `/entry/${index}/resource`,
  message: `A reference is a condition that no ${type} here matches.`,
  fix: `Store the ${type} first, or write the reference as ${type}/id.`,
});
