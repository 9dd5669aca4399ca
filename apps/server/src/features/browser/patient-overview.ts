import type { Context } from "@hilum/contract";
import type { OpenGlass, PatientOverview } from "@hilum/contract/api";
import type { HoldTarget, RecordRow, Records } from "@hilum/store";
import type { Consents } from "../consent/consents.ts";
import type { CoveredRecord } from "../glass/glasses.ts";
import { noRecord } from "./browse-records.ts";
import { permissionsFor } from "./permissions.ts";
import { browseRow, presentTimelineRecord } from "./present-record.ts";
import { faceOf } from "./record-faces.ts";

export interface OverviewParts {
  records: Pick<Records, "find" | "search" | "holds">;
  consents: Pick<Consents, "list">;
  glassFor(context: Context, record: CoveredRecord): Promise<OpenGlass | undefined>;
  /** The place in the timeline after which a page begins: a day of treatment must not stand in an address. */
  cursors: {
    seal(context: Context, patient: string, after: string): string;
    open(context: Context, patient: string, text: string): string;
  };
}

/** Records of one patient that a timeline is made of: those that were written last. */
const recordsMax = 2000;
const batchRows = 1000;
const pageDefault = 50;
/** The patient is the banner, and a file is shown with the document that it belongs to. */
const untold: ReadonlySet<string> = new Set(["Patient", "Binary"]);

/** A patient's banner, consents and timeline, masked. Throws `record.not_found` where nothing is known of the patient. */
export async function readOverview(
  { records, consents, glassFor, cursors }: OverviewParts,
  context: Context,
  { patient, type, limit = pageDefault, cursor }: { patient: string; type?: string; limit?: number; cursor?: string },
): Promise<PatientOverview> {
  const own = await records.find("Patient", patient);
  const { rows, complete } = await loadCompartment(records, patient);
  if (own === undefined && rows.length === 0) throw noRecord();
  const banner = own === undefined ? undefined : browseRow(own).record;
  const told = rows.filter((row) => !untold.has(row.type));
  const types = [...new Set(told.map((row) => row.type))].toSorted();
  const timeline = told
    .filter((row) => type === undefined || row.type === type)
    .map((row) => presentTimelineRecord(browseRow(row)))
    .toSorted((a, b) => (a.sortedBy < b.sortedBy ? 1 : -1));
  const after = cursor === undefined ? undefined : cursors.open(context, patient, cursor);
  const rest = after === undefined ? timeline : timeline.filter(({ sortedBy }) => sortedBy < after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const glass = await glassFor(context, { type: "Patient", id: patient, patients: [patient] });
  const hold = (await records.holds()).find(({ target }) => isPatient(target, patient));
  return {
    ...(banner === undefined ? {} : { patient: banner }),
    entries: page.map(({ entry }) => entry),
    complete,
    ...(rest.length > page.length && last !== undefined ? { next: cursors.seal(context, patient, last.sortedBy) } : {}),
    types: types.map((name) => ({ type: name, label: faceOf(name).label, icon: faceOf(name).icon })),
    consents: await consents.list(patient, context.now()),
    ...(hold === undefined ? {} : { hold: { reason: hold.reason, by: hold.by, at: hold.at } }),
    ...(glass === undefined ? {} : { glass }),
    can: permissionsFor(context.actor, {
      ...{ embedded: true, deleted: false, older: false, hold: rows.some((row) => row.hold) },
    }).filter(({ act }) => act !== "restore"),
  };
}

async function loadCompartment(
  records: Pick<Records, "search">,
  patient: string,
): Promise<{ rows: RecordRow[]; complete: boolean }> {
  const rows: RecordRow[] = [];
  let after: string | undefined;
  do {
    const page = await records.search({
      ...{ groups: [], patient, order: "-updated", limit: batchRows },
      ...(after === undefined ? {} : { after }),
    });
    rows.push(...page.rows);
    after = page.next;
  } while (after !== undefined && rows.length < recordsMax);
  return { rows, complete: after === undefined };
}

const isPatient = (target: HoldTarget, patient: string): boolean => "patient" in target && target.patient === patient;
