import { parseSearch, referencesOf, type ParsedSearch, type SearchInclude } from "@hilum/contract/search";
import { isCarried } from "./carried-types.ts";
import { nameOf, openRow } from "./open-record.ts";
import type { ReadParts } from "./read-records.ts";
import type { Asker, OpenedRecord, SearchPairs } from "./records-service.ts";
import { parseReference } from "./references.ts";
import { scanRecords } from "./scan-records.ts";
import { disclosed, sightIfAny } from "./sight.ts";

/** Records that come with a page besides what was searched for. */
const includedMax = 1000;
/** A search takes so many values in one criterion. */
const valuesMax = 50;

/**
 * What the page's records refer to and what refers to them, one step far, as `_include` and `_revinclude` ask. Each of it is
 * seen by the asker's own right: what is not open is left out, as if it were not there.
 */
export async function includeRecords(
  asker: Asker,
  { includes, revincludes }: ParsedSearch,
  records: readonly OpenedRecord[],
  parts: ReadParts,
): Promise<OpenedRecord[]> {
  if (records.length === 0 || (includes.length === 0 && revincludes.length === 0)) return [];
  const found = new Map<string, OpenedRecord>();
  for (const include of includes) await follow(asker, include, records, parts, found);
  for (const include of revincludes) await followBack(asker, include, records, parts, found);
  for (const record of records) found.delete(nameOf(record));
  return await disclosed(asker, [...found.values()].slice(0, includedMax), parts);
}

async function follow(
  asker: Asker,
  { source, parameter, target }: SearchInclude,
  records: readonly OpenedRecord[],
  parts: ReadParts,
  found: Map<string, OpenedRecord>,
): Promise<void> {
  const refs = records
    .filter(({ type }) => type === source)
    .flatMap(({ resource }) => referencesOf(resource, parameter, target))
    .flatMap((name) => parseReference(name) ?? [])
    .filter((ref) => isCarried(ref.type) && !found.has(nameOf(ref)));
  const unique = [...new Map(refs.map((ref) => [nameOf(ref), ref])).values()].slice(0, includedMax);
  if (unique.length === 0) return;
  for (const row of await parts.records.findMany(unique)) {
    const record = openRow(row);
    const sight = sightIfAny(asker, record.type, "r", parts);
    if (record.resource !== undefined && (await sight?.sees(record)) === true) found.set(nameOf(record), record);
  }
}

async function followBack(
  asker: Asker,
  { source, parameter, target }: SearchInclude,
  records: readonly OpenedRecord[],
  parts: ReadParts,
  found: Map<string, OpenedRecord>,
): Promise<void> {
  const sight = sightIfAny(asker, source, "s", parts);
  const names = records.filter(({ type }) => target === undefined || target === type).map(nameOf);
  if (sight === undefined || names.length === 0) return;
  for (let at = 0; at < names.length && found.size < includedMax; at += valuesMax) {
    const query: SearchPairs = [[parameter, names.slice(at, at + valuesMax).join(",")]];
    const scan = await scanRecords(parts.records, parseSearch(source, query), sight, {
      wanted: includedMax - found.size,
    });
    for (const record of scan.records) found.set(nameOf(record), record);
  }
}
