import type { Context } from "@hilum/contract";
import { patientOf } from "@hilum/contract/fhir";
import type { Messages } from "@hilum/store";

/** Whom messages are about, by their ids: the id of the patient whom `subject` names. Nothing for who may not open records. */
export type MessagePatients = (context: Context, ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** Bodies are sealed and never change: what was found in one is kept for lists that are read again and again. */
const keptMax = 2000;

export function createMessagePatients({ messages }: { messages: Pick<Messages, "bodies"> }): MessagePatients {
  const kept = new Map<string, string | undefined>();

  async function learn(ids: readonly string[]): Promise<void> {
    const bodies = await messages.bodies(ids);
    if (kept.size + bodies.size > keptMax) kept.clear();
    for (const [id, body] of bodies) kept.set(id, patientOf(JSON.parse(body) as Parameters<typeof patientOf>[0]));
  }

  return async ({ actor }, ids) => {
    if (!("role" in actor) || (actor.role !== "administrator" && actor.role !== "operator")) return new Map();
    const asked = new Map<string, string>();
    await learn(ids.filter((id) => !kept.has(id)));
    for (const id of ids) {
      const patient = kept.get(id);
      if (patient !== undefined) asked.set(id, patient);
    }
    return asked;
  };
}
