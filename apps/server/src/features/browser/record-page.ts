import type { Context } from "@hilum/contract";
import type { OpenGlass, Permission, RecordPage, RecordVersion } from "@hilum/contract/api";
import type { RecordRow, RetentionRow } from "@hilum/store";
import { groupsIn } from "../glass/field-groups.ts";
import { attachmentsOf, presentAttachment } from "./attachments-of.ts";
import { changedElements } from "./changed-elements.ts";
import { permissionsFor } from "./permissions.ts";
import { authorshipOf, browseRow, embeddedStore } from "./present-record.ts";
import type { CoveredRecord } from "../glass/glasses.ts";
import { noRecord } from "./browse-records.ts";
import type { RecordSource } from "./record-source.ts";

export interface PageParts {
  source: RecordSource;
  store: string;
  retention(type: string): Promise<RetentionRow | undefined>;
  /** The person's open glass that covers the record. */
  glassFor(context: Context, record: CoveredRecord): Promise<OpenGlass | undefined>;
}

/** One version of a record, masked, with what the person may do. Throws `record.not_found`. */
export async function readRecordPage(
  { source, store, retention, glassFor }: PageParts,
  context: Context,
  { type, id, version }: { type: string; id: string; version?: number },
): Promise<RecordPage> {
  const newest = await source.find(type, id);
  const row = version === undefined || version === newest?.version ? newest : await source.find(type, id, version);
  if (newest === undefined || row === undefined) throw noRecord();
  const { record, masked, resource } = browseRow(row, store);
  const glass = await glassFor(context, row);
  return {
    record,
    newest: newest.version,
    ...(masked === undefined ? {} : { resource: masked }),
    attachments: attachmentsOf(resource).map(presentAttachment),
    fields: resource === undefined ? [] : groupsIn(resource),
    retention: describeRetention(await retention(type), row, newest),
    ...(glass === undefined ? {} : { glass }),
    can: permissionsFor(context.actor, {
      ...{ embedded: store === embeddedStore, deleted: record.deleted, hold: row.hold },
      older: row.version < newest.version,
    }),
  };
}

function describeRetention(rule: RetentionRow | undefined, row: RecordRow, newest: RecordRow): RecordPage["retention"] {
  const keepDays = rule?.keepDays;
  if (row.hold) return { says: "It is under a legal hold: no version of it goes." };
  if (keepDays === undefined) return { says: "Every version of it is kept." };
  const days = `${keepDays} ${keepDays === 1 ? "day" : "days"}`;
  if (row.version === newest.version)
    return { keepDays, says: `The current version is kept. Versions before it go ${days} after they were replaced.` };
  const goesAt = new Date(Date.parse(newest.at) + keepDays * 86_400_000).toISOString();
  return { keepDays, goesAt, says: `It was replaced, and goes ${days} after that.` };
}

const versionsPage = 50;

/** Versions, newest first, with what each changed. Throws `record.not_found`. */
export async function listVersions(
  { source, store }: Pick<PageParts, "source" | "store">,
  context: Context,
  { type, id, cursor }: { type: string; id: string; cursor?: string },
): Promise<{ items: RecordVersion[]; next?: string }> {
  const newest = await source.find(type, id);
  if (newest === undefined) throw noRecord();
  const { rows, next } = await source.history(type, id, {
    limit: versionsPage,
    ...(cursor === undefined ? {} : { after: cursor }),
  });
  const resources = rows.map(({ resource }) =>
    resource === undefined ? undefined : (JSON.parse(resource) as unknown),
  );
  const contents = resources.map(contentOf);
  const items = await Promise.all(
    rows.map(async (row, index): Promise<RecordVersion> => {
      const older = index + 1 < rows.length ? resources[index + 1] : await resourceBefore(source, row);
      return {
        version: row.version,
        written: authorshipOf(row),
        change: changeOf(row, older, contents[index], contents.slice(index + 2)),
        elements: row.resource === undefined ? [] : changedElements(older, resources[index]),
        current: row.version === newest.version,
        can: versionPermissions(context, row, newest, store),
      };
    }),
  );
  return { items, ...(next === undefined ? {} : { next }) };
}

async function resourceBefore(source: RecordSource, { type, id, version }: RecordRow): Promise<unknown> {
  const before = version > 1 ? await source.find(type, id, version - 1) : undefined;
  return before?.resource === undefined ? undefined : (JSON.parse(before.resource) as unknown);
}

/** A resource without what differs in each version. */
const contentOf = (resource: unknown): string | undefined =>
  resource === undefined ? undefined : JSON.stringify({ ...(resource as object), meta: undefined });

/** What is as an earlier version was, though not as the one before, was restored. */
function changeOf(
  { resource, version }: RecordRow,
  older: unknown,
  content: string | undefined,
  earlier: readonly (string | undefined)[],
): RecordVersion["change"] {
  if (resource === undefined) return "deleted";
  if (version === 1) return "created";
  return older === undefined || earlier.includes(content) ? "restored" : "changed";
}

function versionPermissions(context: Context, row: RecordRow, newest: RecordRow, store: string): Permission[] {
  return permissionsFor(context.actor, {
    ...{ embedded: store === embeddedStore, hold: row.hold, deleted: row.resource === undefined },
    older: row.version < newest.version,
  }).filter(({ act }) => act === "restore" || act === "reveal");
}
