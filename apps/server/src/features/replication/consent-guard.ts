import type { DisclosureRow, InstanceKey, RecordRow, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import type { Consents } from "../consent/consents.ts";
import { isAccountable } from "../disclosures/account.ts";
import { isPart2 } from "@hilum/policy";
import type { CarryGuard } from "./carry-guard.ts";

/** Keeping copies is part of running the organisation. */
const purpose = "HOPERAT";

/**
 * Asks the consents of the patients, as they are at this moment, and writes what went into the accounting of disclosures. It is
 * written before the cursor passes: a crash in between hands the same version over once more, and it is there once.
 */
export function createConsentGuard({
  store,
  consents,
  now,
}: {
  store: Pick<Store, "disclosures">;
  consents: Pick<Consents, "decide">;
  now(): Date;
}): CarryGuard {
  return {
    async mayCarry(_to, rows) {
      const subjects = rows.map(({ type, patients, resource }) => ({ type, patients, resource: parsed(resource) }));
      const decisions = await consents.decide({ crossing: "send", purpose }, subjects, now());
      // A deletion gives nothing out.
      return rows.map((row, index) => {
        const decision = decisions[index];
        if (row.resource === undefined || decision?.allow === true) return { allow: true };
        return { allow: false, reason: decision?.reason ?? "decision.failed" };
      });
    },
    async carried(to, rows) {
      const disclosed = rows.flatMap((row) =>
        row.resource === undefined ? [] : row.patients.map(rowOf(to, row, now())),
      );
      if (disclosed.length > 0) await store.disclosures.add(disclosed);
    },
  };
}

const rowOf =
  ({ plugin, instance }: InstanceKey, { type, id, version, resource }: RecordRow, at: Date) =>
  (patient: string): DisclosureRow => ({
    ...{ id: makeId(at.getTime()), patient, source: `store:${plugin}/${instance}:${type}/${id}/${version}` },
    ...{
      at: at.toISOString(),
      kind: "replication",
      purpose,
      by: "system:replication",
      via: { plugin, instance },
    },
    ...({ part2: isPart2(parsed(resource)), accountable: isAccountable(purpose, false) } as const),
    ...{ recipient: `${plugin}/${instance}`, what: "Copy in a store of records", records: [{ type, id }] },
  });

const parsed = (resource: string | undefined): unknown => (resource === undefined ? undefined : JSON.parse(resource));
