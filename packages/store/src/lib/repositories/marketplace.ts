import { HilumError } from "@hilum/contract/errors";
import type { Selectable } from "kysely";
import { toStatement } from "../engine/query.ts";
import type { Statement } from "../engine/statement.ts";
import type { Tables } from "../engine/tables.ts";
import type { Listings, MarketplaceEntries, MarketplaceEntry, PackageRow, Packages } from "../ports/marketplace.ts";
import { dropNulls, openJson, pageLimit, sealJson, toPage, type Session } from "../session.ts";

/** Rows of one statement: SQLite takes 32,766 values at most. */
const batch = 500;

export function createListings(session: Session): Listings {
  const { sql } = session;
  const select = () => sql.selectFrom("listings").selectAll();
  return {
    list: async () => (await session.scan(select())).map(presentListing),
    ofPlugin: async (plugin) =>
      (await session.all(select().where("plugin", "=", plugin).orderBy("source"))).map(presentListing),
    replace: async (source, rows) => {
      const before = new Map(
        (await session.scan(select().where("source", "=", source))).map((row) => [nameOf(row), row.document]),
      );
      const after = rows.map((row) => ({ ...row, document: JSON.stringify(row.document) }));
      const names = new Set(after.map(nameOf));
      const added = after.filter((row) => !before.has(nameOf(row)));
      const changed = after.filter((row) => before.has(nameOf(row)) && before.get(nameOf(row)) !== row.document);
      const removed = [...before.keys()].filter((name) => !names.has(name)).length;
      const same = added.length + changed.length + removed === 0;
      if (!same)
        await session.commit([
          toStatement(sql.deleteFrom("listings").where("source", "=", source)),
          ...inBatches(after).map((some) => toStatement(sql.insertInto("listings").values(some))),
          raiseListings(session),
        ]);
      return { added: added.length, changed: changed.length, removed };
    },
    epoch: async () => {
      const row = await session.first(sql.selectFrom("counters").select("value").where("name", "=", "listings_epoch"));
      return Number(row?.value ?? 0);
    },
  };
}

const nameOf = ({ plugin, version }: { plugin: string; version: string }): string => `${plugin} ${version}`;
const presentListing = (row: Selectable<Tables["listings"]>) => ({ ...row, document: JSON.parse(row.document) });

function inBatches<T>(rows: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(rows.length / batch) }, (_, at) => rows.slice(at * batch, (at + 1) * batch));
}

function raiseListings({ sql }: Session): Statement {
  const raise = sql
    .updateTable("counters")
    .set((eb) => ({ value: eb("value", "+", 1) }))
    .where("name", "=", "listings_epoch");
  return toStatement(raise, 1);
}

export function createPackages(session: Session): Packages {
  const { sql } = session;
  const select = () => sql.selectFrom("packages").selectAll().orderBy("installedAt", "desc").orderBy("digest");
  return {
    find: async (digest) => (await session.all(select().where("digest", "=", digest))).map(presentPackage)[0],
    ofPlugin: async (plugin) => (await session.all(select().where("plugin", "=", plugin))).map(presentPackage),
    list: async () => (await session.all(select())).map(presentPackage),
    put: async ({ manifest, ...row }) => {
      const values = { source: null, publisher: null, revoked: null, ...row, manifest: JSON.stringify(manifest) };
      await session.commit([
        toStatement(sql.deleteFrom("packages").where("digest", "=", row.digest)),
        toStatement(sql.insertInto("packages").values(values)),
      ]);
    },
    revoke: async (digest, reason) => {
      await session.commit([
        toStatement(sql.updateTable("packages").set({ revoked: reason }).where("digest", "=", digest)),
      ]);
    },
    remove: async (digest) => {
      await session.commit([toStatement(sql.deleteFrom("packages").where("digest", "=", digest))]);
    },
  };
}

const presentPackage = (row: Selectable<Tables["packages"]>): PackageRow => ({
  ...dropNulls(row),
  manifest: JSON.parse(row.manifest),
});

export function createMarketplaceEntries(session: Session): MarketplaceEntries {
  const { sql } = session;
  const present = <Document>(row: Selectable<Tables["marketplaceEntries"]>): MarketplaceEntry<Document> => {
    const { sealedDocument, ...rest } = row;
    const entry = rest as Omit<MarketplaceEntry<Document>, "document">;
    return { ...entry, document: openJson<Document>(session, place(entry), sealedDocument) };
  };
  return {
    find: async <Document>(kind: string, id: string) => {
      const query = sql.selectFrom("marketplaceEntries").selectAll().where("kind", "=", kind).where("id", "=", id);
      const row = await session.first(query);
      return row === undefined ? undefined : present<Document>(row);
    },
    list: async <Document>(
      kind: string,
      { subject, states, ...page }: Parameters<MarketplaceEntries["list"]>[1] & object = {},
    ) => {
      let query = sql
        .selectFrom("marketplaceEntries")
        .selectAll()
        .where("kind", "=", kind)
        .orderBy("id", "desc")
        .limit(pageLimit(page));
      if (subject !== undefined) query = query.where("subject", "=", subject);
      if (states !== undefined) query = query.where("state", "in", [...states]);
      if (page.cursor !== undefined) query = query.where("id", "<", page.cursor);
      const rows = (await session.all(query)).map((row) => present<Document>(row));
      return toPage(rows, page, ({ id }) => id);
    },
    put: async <Document>(entry: MarketplaceEntry<Document>) => {
      const { kind, id, subject, state, document, rowVersion } = entry;
      const next = { ...entry, rowVersion: rowVersion + 1 };
      const set = { subject, state, rowVersion: next.rowVersion, sealedDocument: sealJson(place(next), document) };
      const statement =
        rowVersion === 0
          ? toStatement(sql.insertInto("marketplaceEntries").values({ kind, id, ...set }))
          : toStatement(
              sql
                .updateTable("marketplaceEntries")
                .set(set)
                .where("kind", "=", kind)
                .where("id", "=", id)
                .where("rowVersion", "=", rowVersion),
              1,
            );
      await session.commit(
        [statement],
        ({ why }) =>
          new HilumError(kind === "job" && why !== "expectation" ? "install.in_progress" : "request.conflict"),
      );
      return next;
    },
    remove: async (kind, id) => {
      const [removed] = await session.commit([
        toStatement(sql.deleteFrom("marketplaceEntries").where("kind", "=", kind).where("id", "=", id)),
      ]);
      return (removed?.changes ?? 0) > 0;
    },
  };
}

const place = ({ kind, id, rowVersion }: Pick<MarketplaceEntry, "kind" | "id" | "rowVersion">) => ({
  table: "marketplace_entries",
  id: `${kind}/${id}`,
  field: "document",
  version: rowVersion,
});
