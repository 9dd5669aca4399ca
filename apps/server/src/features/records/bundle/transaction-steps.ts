import { HilumError, isHilumError, type Problem } from "@hilum/contract";
import { makeId } from "../../../make-id.ts";
import type { WritePlans } from "../plan-writes.ts";
import type { Asker, OpenedRecord } from "../records-service.ts";
import { refuse, sameRecord, type BundleEntry } from "./parse-bundle.ts";

/** A write of a transaction, with the id that its record will have. */
export interface Step {
  entry: BundleEntry;
  id: string;
  /** The version that the condition of the entry found. */
  version?: number;
  /** What If-None-Exist found: the entry writes nothing. */
  found?: OpenedRecord;
}

/** Two entries that change one record, of which a condition found it. */
export function refuseClashes(steps: readonly Step[]): void {
  const writing = steps.filter(({ found }) => found === undefined);
  const names = writing.map(({ entry: { type }, id }) => `${type}/${id}`);
  const problems = writing.flatMap(({ entry: { index } }, place): Problem[] =>
    names.indexOf(names[place] ?? "") === place
      ? []
      : [{ pointer: `/entry/${index}/request/url`, message: `${sameRecord}.`, fix: "Send it once." }],
  );
  if (problems.length > 0) throw refuse(problems);
}

/** The step of an entry. Undefined for a deletion whose condition finds no record: there is nothing to do. */
export async function stepOf(plans: WritePlans, asker: Asker, entry: BundleEntry): Promise<Step | undefined> {
  const { id, type, ifNoneExist, where, index } = entry;
  if (id !== undefined) return { entry, id };
  if (where !== undefined) {
    const miss = entry.method === "PUT" ? "creation" : "guess";
    const one = await at(index, "/request/url", () => plans.findOne(asker, type, where, miss));
    if (one !== undefined) return { entry, id: one.id, version: one.version };
    if (entry.method === "DELETE") return undefined;
    if (entry.method === "PATCH") throw notFound(entry);
    return { entry, id: entry.resource?.id ?? makeId(asker.context.now().getTime()) };
  }
  const found =
    ifNoneExist === undefined
      ? undefined
      : await at(index, "/request/ifNoneExist", () => plans.findOne(asker, type, ifNoneExist, "creation"));
  return found === undefined ? { entry, id: makeId(asker.context.now().getTime()) } : { entry, id: found.id, found };
}

const notFound = ({ index }: BundleEntry): HilumError =>
  new HilumError("record.not_found", {
    detail: `Entry ${index}: The condition finds no record that could be patched. Nothing was done.`,
    problems: [
      {
        pointer: `/entry/${index}/request/url`,
        message: "The condition finds no record that could be patched.",
        fix: "Store the record first, or correct the condition.",
      },
    ],
  });

/** Under which addresses other entries may know the record of a step: its fullUrl, and the relative form of one that is RESTful. */
export function namesOf({ entry: { fullUrl, type, method }, id }: Step): [string, string][] {
  if (fullUrl === undefined) return [];
  const name = `${type}/${id}`;
  const relative =
    method === "POST" ? /^https?:\/\/.*\/([A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64})$/.exec(fullUrl)?.[1] : undefined;
  return [[fullUrl, name], ...(relative === undefined ? [] : [[relative, name] satisfies [string, string]])];
}

/** Says in which entry a failure is, and where in it. */
export async function at<T>(index: number, place: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isHilumError(error)) throw error;
    throw new HilumError(error.code, {
      detail: `Entry ${index}: ${error.detail}`,
      problems: error.problems.map((problem) => ({ ...problem, pointer: `/entry/${index}${place}${problem.pointer}` })),
      cause: error,
    });
  }
}
