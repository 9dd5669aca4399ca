import type { PurposeOfUse } from "@hilum/contract";
import type { Selectable } from "kysely";
import { toStatement } from "../../engine/query.ts";
import type { Tables } from "../../engine/tables.ts";
import type { DisclosureRow, Disclosures } from "../../ports/governance.ts";
import { openJson, pageLimit, refuseWith, sealJson, toPage, type Session } from "../../session.ts";

type Content = Pick<DisclosureRow, "patient" | "recipient" | "what" | "records" | "consent">;

export function createDisclosures(session: Session): Disclosures {
  const { sql, keyring } = session;
  return {
    add: async (rows) => {
      if (rows.length === 0) return;
      const insert = sql
        .insertInto("disclosures")
        .values(rows.map(toColumns))
        .onConflict((conflict) => conflict.columns(["source", "patient"]).doNothing());
      await session.commit([toStatement(insert)]);
    },
    withdraw: async (source) => {
      await session.commit([toStatement(sql.deleteFrom("disclosures").where("source", "=", source))]);
    },
    noteSource: async (blob, { type, id }) => {
      const insert = sql
        .insertInto("attachmentSources")
        .values({ blob, sealedRecord: sealJson(sourcePlace(blob), { type, id }) });
      await session.commit([toStatement(insert)], refuseWith("blob.not_found"));
    },
    sourcesOf: async (blobs) => {
      if (blobs.length === 0) return [];
      const rows = await session.all(
        sql
          .selectFrom("attachmentSources")
          .selectAll()
          .where("blob", "in", [...blobs]),
      );
      return rows.map(({ blob, sealedRecord }) =>
        openJson<{ type: string; id: string }>(session, sourcePlace(blob), sealedRecord),
      );
    },
    list: async (filter) => {
      const { patient, from, before, cursor } = filter;
      let query = sql
        .selectFrom("disclosures")
        .selectAll()
        .where("patient", "=", keyring.blind(patientDomain, patient))
        .orderBy("at", "desc")
        .orderBy("id", "desc")
        .limit(pageLimit(filter));
      if (from !== undefined) query = query.where("at", ">=", from);
      if (before !== undefined) query = query.where("at", "<", before);
      if (cursor !== undefined) {
        const [at = "", id = ""] = cursor.split("_");
        query = query.where((eb) => eb.or([eb("at", "<", at), eb.and([eb("at", "=", at), eb("id", "<", id)])]));
      }
      const found = (await session.scan(query)).map((row) => toRow(session, row));
      return toPage(found, filter, ({ at, id }) => `${at}_${id}`);
    },
  };
}

const sourcePlace = (blob: string) => ({ table: "attachment_sources", id: blob, field: "record", version: 1 });
const patientDomain = "disclosures.patient";
const contentPlace = (id: string) => ({ table: "disclosures", id, field: "content", version: 1 });

function toColumns(row: DisclosureRow) {
  const { patient, via, part2, accountable, recipient, what, records, consent, ...rest } = row;
  const content: Content = { patient, recipient, what, records, ...(consent === undefined ? {} : { consent }) };
  return {
    ...rest,
    patient: { blind: patient, domain: patientDomain },
    plugin: via?.plugin ?? null,
    instance: via?.instance ?? null,
    part2: part2 ? 1 : 0,
    accountable: accountable ? 1 : 0,
    sealedContent: sealJson(contentPlace(row.id), content),
  };
}

function toRow(session: Session, row: Selectable<Tables["disclosures"]>): DisclosureRow {
  const { plugin, instance, part2, accountable, sealedContent, purpose, ...rest } = row;
  return {
    ...rest,
    ...(plugin === null || instance === null ? {} : { via: { plugin, instance } }),
    purpose: purpose as PurposeOfUse,
    part2: part2 !== 0,
    accountable: accountable !== 0,
    ...openJson<Content>(session, contentPlace(row.id), sealedContent),
  };
}
