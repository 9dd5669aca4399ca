import { HilumError, isHilumError, type Context } from "@hilum/contract";
import { patientsOf, termsOf } from "@hilum/contract/search";
import type { MaskedRecord } from "@hilum/contract/api";
import type { Records } from "@hilum/store";
import { storedContentOf } from "../records/stored-content.ts";
import { noRecord } from "./browse-records.ts";
import { browseRow } from "./present-record.ts";

/**
 * Makes an older version the current one, as a new version: what was in between stays in the history. It was judged when it was
 * stored, so it is written as it is. Throws `record.not_found`, `record.gone`, and `record.conflict` where `expected` is not current.
 */
export async function restoreVersion(
  records: Pick<Records, "find" | "write">,
  context: Context,
  { type, id, version, expected }: { type: string; id: string; version: number; expected: number },
): Promise<MaskedRecord> {
  const row = await records.find(type, id, version);
  if (row === undefined) throw noRecord();
  if (row.resource === undefined)
    throw new HilumError("record.gone", { detail: "That version says no more than that the record was deleted." });
  const at = context.now().toISOString();
  const stored = JSON.parse(row.resource) as { resourceType: string; meta?: object };
  const resource = { ...stored, meta: { ...stored.meta, versionId: String(expected + 1), lastUpdated: at } };
  const content = storedContentOf(resource);
  const written = records.write([
    {
      ...{ type, id, expected, at, by: context.actor.id, resource: JSON.stringify(resource) },
      ...{ terms: termsOf(resource), patients: patientsOf(resource) },
      ...(content === undefined ? {} : { blobs: [content.blob] }),
    },
  ]);
  await written.catch((cause: unknown) => {
    if (!isHilumError(cause) || cause.code !== "record.conflict") throw cause;
    throw new HilumError("record.conflict", { detail: "Somebody wrote a newer version meanwhile.", cause });
  });
  const restored = await records.find(type, id);
  if (restored === undefined) throw noRecord();
  return browseRow(restored).record;
}
