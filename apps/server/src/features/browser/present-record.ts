import type { Authorship, MaskedRecord, TimelineRecord } from "@hilum/contract/api";
import { maskResource, type MaskedResource } from "@hilum/contract/mask";
import { isPart2, labelsOf, part2Code } from "@hilum/policy";
import type { RecordRow } from "@hilum/store";
import { attachmentsOf } from "./attachments-of.ts";
import { linesOf, momentOf, titleOf } from "./masked-lines.ts";
import { faceOf } from "./record-faces.ts";

/** The store that is part of Hilum. */
export const embeddedStore = "embedded";

/** A row opened for the browser: what may be shown, and beside it the resource, which is shown to nobody without a glass. */
export interface BrowsedRecord {
  record: MaskedRecord;
  masked: MaskedResource | undefined;
  resource: Record<string, unknown> | undefined;
}

/** That it is masked is no label of the record; that it is under part 2 is said in one word. */
const spoken: ReadonlySet<string> = new Set(["MASKED", "part2", part2Code]);

export function browseRow(row: RecordRow, store: string = embeddedStore): BrowsedRecord {
  const resource = row.resource === undefined ? undefined : (JSON.parse(row.resource) as Record<string, unknown>);
  const masked = resource === undefined ? undefined : maskResource(resource);
  const face = faceOf(row.type);
  const part2 = isPart2(resource);
  return {
    resource,
    masked,
    record: {
      ...{ store, type: row.type, id: row.id, version: row.version, icon: face.icon },
      title: masked === undefined ? face.kind : titleOf(masked),
      // That somebody is in a programme of 42 CFR part 2 is protected itself.
      lines: masked === undefined || part2 ? [] : linesOf(masked),
      written: authorshipOf(row),
      patients: row.patients,
      hold: row.hold,
      deleted: resource === undefined,
      labels: labelsIn(masked, part2),
    },
  };
}

/** An entry of a timeline, with the moment by which it is sorted: that is exact, and not for showing. */
export function presentTimelineRecord({ record, masked, resource }: BrowsedRecord): {
  entry: TimelineRecord;
  sortedBy: string;
} {
  const { icon, type, id, version, title, lines, written, labels } = record;
  const { kind } = faceOf(type);
  const detail = lines.filter(({ label }) => label !== "On").map(({ value }) => value);
  const when = (masked && momentOf(masked)) ?? written.at.slice(0, 10);
  const moment = (resource && momentOf(resource)) ?? written.at;
  return {
    sortedBy: `${new Date(moment).toISOString()} ${type}/${id}`,
    entry: {
      ...{ when, at: new Date(when).toISOString(), icon, type, id, version, kind, title },
      ...(detail.length === 0 ? {} : { detail: detail.join(" · ") }),
      ...{ written, labels, attachments: attachmentsOf(resource).length },
    },
  };
}

export function authorshipOf({ at, by, via }: Pick<RecordRow, "at" | "by" | "via">): Authorship {
  return { at, by, ...(via === undefined ? {} : { via: { plugin: via.plugin, instance: via.instance } }) };
}

function labelsIn(masked: MaskedResource | undefined, part2: boolean): string[] {
  const shown = labelsOf(masked).filter((code) => !spoken.has(code));
  return part2 ? [...new Set([...shown, "part2"])] : [...new Set(shown)];
}
