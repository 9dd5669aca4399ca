import { HilumError } from "@hilum/contract/errors";
import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Statement } from "../engine/statement.ts";
import type { Tables } from "../engine/tables.ts";
import type { AgreementRow, VendorRow, Vendors } from "../ports/egress.ts";
import { dropNulls, type Refusal, type Session } from "../session.ts";

export function createVendors(session: Session): Vendors {
  const { sql } = session;

  const load = async (id?: string): Promise<VendorRow[]> => {
    const vendors = sql.selectFrom("vendors").selectAll().orderBy("name").orderBy("id");
    const hosts = sql.selectFrom("vendorHosts").selectAll().orderBy("host");
    const agreements = sql.selectFrom("agreements").selectAll().orderBy("validFrom", "desc").orderBy("id", "desc");
    const [rows, hostRows, agreementRows] = await Promise.all([
      session.all(id === undefined ? vendors : vendors.where("id", "=", id)),
      session.all(id === undefined ? hosts : hosts.where("vendor", "=", id)),
      session.all(id === undefined ? agreements : agreements.where("vendor", "=", id)),
    ]);
    return rows.map((row) => ({
      ...row,
      hosts: hostRows.filter(({ vendor }) => vendor === row.id).map(({ host }) => host),
      agreements: agreementRows.filter(({ vendor }) => vendor === row.id).map(present),
    }));
  };
  const insertHosts = (vendor: string, hosts: readonly string[]): Statement[] =>
    hosts.length === 0
      ? []
      : [toStatement(sql.insertInto("vendorHosts").values(hosts.map((host) => ({ host, vendor }))))];

  return {
    list: () => load(),
    find: async (id) => (await load(id))[0],
    create: async ({ hosts, ...vendor }) => {
      await session.commit(
        [
          toStatement(sql.insertInto("vendors").values({ ...vendor, rowVersion: 1 })),
          ...insertHosts(vendor.id, hosts),
          raiseEpoch(session),
        ],
        taken,
      );
    },
    change: async (id, { hosts, ...change }, rowVersion) => {
      const update = sql
        .updateTable("vendors")
        .set((eb) => ({ ...change, rowVersion: eb("rowVersion", "+", 1) }))
        .where("id", "=", id)
        .where("rowVersion", "=", rowVersion);
      const replaced =
        hosts === undefined
          ? []
          : [toStatement(sql.deleteFrom("vendorHosts").where("vendor", "=", id)), ...insertHosts(id, hosts)];
      const outcome = await session.write([toStatement(update, 1), ...replaced, raiseEpoch(session)]);
      if (outcome.ok) return;
      if (outcome.why !== "expectation") throw taken(outcome);
      throw new HilumError((await load(id)).length === 0 ? "vendor.not_found" : "request.conflict");
    },
    remove: async (id) => {
      const outcome = await session.write([
        toStatement(sql.deleteFrom("vendors").where("id", "=", id), 1),
        raiseEpoch(session),
      ]);
      return outcome.ok;
    },
    addAgreement: async (agreement) => {
      const row = { validUntil: null, document: null, documentName: null, endedAt: null, endedBy: null, ...agreement };
      await session.commit(
        [toStatement(sql.insertInto("agreements").values(row)), raiseEpoch(session)],
        ({ why }) => new HilumError(why === "reference" ? "vendor.not_found" : "request.conflict"),
      );
    },
    endAgreement: async (vendor, id, { at, by }) => {
      const update = sql
        .updateTable("agreements")
        .set({ endedAt: at, endedBy: by })
        .where("vendor", "=", vendor)
        .where("id", "=", id)
        .where("endedAt", "is", null);
      await session.commit(
        [toStatement(update, 1), raiseEpoch(session)],
        () =>
          new HilumError("vendor.agreement_not_found", {
            detail: "There is no such agreement that has not been ended.",
          }),
      );
    },
    setDocument: async (vendor, id, document) => {
      const update = sql
        .updateTable("agreements")
        .set({ document: document.id, documentName: document.name })
        .where("vendor", "=", vendor)
        .where("id", "=", id);
      await session.commit(
        [toStatement(update, 1), raiseEpoch(session)],
        ({ why }) => new HilumError(why === "reference" ? "blob.not_found" : "vendor.agreement_not_found"),
      );
    },
    epoch: async () => {
      const row = await session.first(sql.selectFrom("counters").select("value").where("name", "=", "vendors_epoch"));
      return Number(row?.value ?? 0);
    },
  };
}

/** The first statement writes the vendor, what follows its hosts. */
function taken({ at }: Refusal): HilumError {
  return new HilumError("request.conflict", {
    detail: at === 0 ? "Another vendor has this name." : "One of the hosts belongs to another vendor.",
  });
}

/** Ends every cached table of vendors. */
function raiseEpoch({ sql }: Session): Statement {
  const raise = sql
    .updateTable("counters")
    .set((eb) => ({ value: eb("value", "+", 1) }))
    .where("name", "=", "vendors_epoch");
  return toStatement(raise, 1);
}

const present = (row: Selectable<Tables["agreements"]>): AgreementRow => dropNulls(row);
