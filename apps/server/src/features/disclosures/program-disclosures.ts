import type { Actor } from "@hilum/contract";
import { isPart2, type ConsentDecision } from "@hilum/policy";
import type { DisclosureRow, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { isAccountable } from "./account.ts";

type TokenActor = Extract<Actor, { kind: "token" }>;

/** A record that a program was let have, with what the consents said. */
export interface ProgramRead {
  record: { type: string; patients: readonly string[]; resource?: unknown };
  decision: ConsentDecision | undefined;
}

/** What programs of somebody outside read, as disclosures. */
export interface ProgramDisclosures {
  /** Durable when it resolves. Nothing for a program of this house: what it reads is used here (45 CFR 160.103). */
  note(actor: Actor, reads: readonly ProgramRead[], at: Date): Promise<void>;
}

/** Rows that are known to be there already: a program that reads the same patient all day is written down once. */
const knownMax = 20_000;

/**
 * Repeated disclosures to one recipient for one purpose are accounted for together (45 CFR 164.528(b)(3)): one row for each day,
 * patient and type of record, however often the program asks.
 */
export function createProgramDisclosures({ disclosures }: Pick<Store, "disclosures">): ProgramDisclosures {
  const known = new Set<string>();

  return {
    async note(actor, reads, at) {
      if (actor.kind !== "token" || actor.recipient === undefined) return;
      const rows = new Map(
        reads
          .flatMap((read) => rowsOf(actor, actor.recipient ?? "", read, at))
          .map((row) => [`${row.source} ${row.patient}`, row]),
      );
      const fresh = [...rows].filter(([name]) => !known.has(name));
      if (fresh.length === 0) return;
      await disclosures.add(fresh.map(([, row]) => row));
      if (known.size + fresh.length > knownMax) known.clear();
      for (const [name] of fresh) known.add(name);
    },
  };
}

function rowsOf(
  { id: by, token, purpose = "HOPERAT" }: TokenActor,
  recipient: string,
  { record: { type, patients, resource }, decision }: ProgramRead,
  at: Date,
): DisclosureRow[] {
  const part2 = isPart2(resource);
  const day = at.toISOString().slice(0, 10);
  const consent = decision?.allow === true ? decision.consent : undefined;
  return patients.map((patient) => ({
    ...{ id: makeId(at.getTime()), patient, at: at.toISOString(), kind: "program", purpose, by, recipient, part2 },
    // Records under part 2 stand by themselves: the row says of all that it is about whether they are.
    source: `program:${token}:${day}:${type}${part2 ? ":part2" : ""}`,
    what: `Records read by a program on this day: ${type}`,
    records: [],
    accountable: isAccountable(purpose, false),
    ...(consent === undefined ? {} : { consent }),
  }));
}
