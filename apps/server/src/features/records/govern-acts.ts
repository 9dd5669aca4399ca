import { HilumError, isHilumError, type DataAction } from "@hilum/contract";
import type { OperationId } from "@hilum/contract/api";
import { createCallIds, govern, type Decision, type Governor, type Measure } from "@hilum/host";
import type { PurposeUnderGlass } from "../glass/purpose-under-glass.ts";
import type { Asker } from "./records-service.ts";

/** One act of a bundle, as the audit log will say it. */
export interface RecordAct {
  action: OperationId;
  type: string;
  /** Known before the act, also of a record that it creates. */
  id?: string;
  letters: readonly DataAction[];
}

/** What the outcome of an act says that only doing it found out: under which glass it read. */
export type MeasureAct<T> = (result: T, act: RecordAct) => Pick<Measure, "purpose" | "detail">;

/** Lets one act through the one door: decided, announced, done, concluded, each entry durable before the next step. */
export type GovernAct = <T>(
  asker: Asker,
  act: RecordAct,
  perform: () => Promise<T>,
  measure?: MeasureAct<T>,
) => Promise<T>;

export interface GovernActParts {
  governor: Governor;
  purposeUnderGlass: PurposeUnderGlass;
  ref(resource: string, id: string): string;
}

export function createGovernAct({ governor, purposeUnderGlass, ref }: GovernActParts): GovernAct {
  const nextCall = createCallIds();
  return async <T>(asker: Asker, act: RecordAct, perform: () => Promise<T>, measure?: MeasureAct<T>): Promise<T> => {
    const { action, type, id } = act;
    const purpose = await purposeUnderGlass(asker.context, act);
    return await govern(
      governor,
      asker.context,
      {
        ...{ call: nextCall(), action, audit: "intent", resource: type },
        ...(id === undefined ? {} : { ref: ref(type, id) }),
        ...(purpose === undefined ? {} : { purpose }),
      },
      {
        ...{ resolve: () => undefined, decide: () => decideAct(asker, act), perform },
        ...(measure === undefined ? {} : { measure: (result: T) => measure(result, act) }),
      },
    );
  };
}

/** Whether the asker may do it to any record of the type. */
function decideAct(asker: Asker, { type, letters }: RecordAct): Decision {
  try {
    for (const letter of letters) asker.reach(type, letter);
    return { allow: true };
  } catch (error) {
    if (!isHilumError(error)) throw error;
    return { allow: false, code: error.code, reason: error.code, detail: error.detail };
  }
}

/** What a condition finds is told to nobody who may not act on it; the refusal leaves its own entry in the audit log. */
export async function refuseDenied(governAct: GovernAct, asker: Asker, act: RecordAct): Promise<void> {
  if (decideAct(asker, act).allow) return;
  await governAct(asker, act, () => Promise.reject(new HilumError("record.denied")));
}

/** Several acts that are done by one effect: each is announced before it, and each is concluded after it. */
export function governAll<T>(
  governAct: GovernAct,
  asker: Asker,
  acts: readonly RecordAct[],
  perform: () => Promise<T>,
  measure?: MeasureAct<T>,
): Promise<T> {
  const [first, ...rest] = acts;
  if (first === undefined) return perform();
  return governAct(asker, first, () => governAll(governAct, asker, rest, perform, measure), measure);
}
