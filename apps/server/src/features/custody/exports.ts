import { HilumError, purposesOfUse, type Context, type PurposeOfUse } from "@hilum/contract";
import type { RecordExport } from "@hilum/contract/api";
import { isPart2, type ConsentDecision } from "@hilum/policy";
import type { ApprovalRow, Page, PageRequest, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { createPermit } from "../browser/permissions.ts";
import type { Consents } from "../consent/consents.ts";
import { isAccountable } from "../disclosures/account.ts";
import { titleOfTarget } from "../glass/present-glass.ts";
import { requireUser } from "../identity/sessions.ts";
import { openExport, readCompartment, type ExportArchive, type ExportedRecord } from "./export-archive.ts";
import { askForApproval, decidedNow, requireApproval, requireSecondPerson, whyNotApprove } from "./second-person.ts";

export interface ExportRequest {
  patient: string;
  /** Empty: every type. */
  types: string[];
  recipient: string;
  purpose: PurposeOfUse;
  reason: string;
}

/** A patient's records given out whole: one person asks, another approves, and the first downloads them, once. */
export interface ExportsService {
  list(context: Context, page: PageRequest): Promise<Page<RecordExport>>;
  /** Throws `record.not_found`. */
  request(context: Context, request: ExportRequest): Promise<RecordExport>;
  /** Throws `approval.another_person`, `approval.wrong_state`. */
  approve(context: Context, id: string): Promise<RecordExport>;
  refuse(context: Context, id: string, reason: string): Promise<RecordExport>;
  /** Throws `approval.wrong_state`, and the refusal of the consents where they let nothing go. */
  download(context: Context, id: string): Promise<{ archive: ExportArchive; row: RecordExport }>;
}

type Parts = {
  store: Pick<Store, "approvals" | "records" | "blobs" | "disclosures">;
  consents: Pick<Consents, "decide">;
};

/** How long it waits for the second person, and then for the first. */
const waitsMs = 7 * 86_400_000;
const downloadMs = 86_400_000;

export function createExports({ store: { approvals, records, blobs, disclosures }, consents }: Parts): ExportsService {
  const find = (id: string): Promise<ApprovalRow> => requireApproval(approvals, "export", id);
  const present = async (context: Context, row: ApprovalRow): Promise<RecordExport> =>
    presentExport(row, await titleOfTarget(records, { patient: row.patient }), context);
  const again = async (context: Context, id: string): Promise<RecordExport> => await present(context, await find(id));

  return {
    async list(context, page) {
      await approvals.expire(context.now().toISOString());
      const found = await approvals.list("export", page);
      return { ...found, items: await Promise.all(found.items.map((row) => present(context, row))) };
    },
    async request(context, { patient, ...content }) {
      requireUser(context);
      if ((await records.search({ groups: [], patient, limit: 1 })).rows.length === 0)
        throw new HilumError("record.not_found");
      const request = { kind: "export", patient, content: { ...content }, waitsMs } as const;
      return await again(context, await askForApproval(approvals, context, request));
    },
    async approve(context, id) {
      requireSecondPerson(context, await find(id));
      const until = new Date(context.now().getTime() + downloadMs).toISOString();
      await approvals.move(id, "waiting", "approved", { ...decidedNow(context), until });
      return await again(context, id);
    },
    async refuse(context, id, reason) {
      const row = await find(id);
      const user = requireUser(context);
      // Who asked may take it back; else this is for those who decide.
      if (row.requestedUser !== user.user && user.role === "operator") throw new HilumError("request.forbidden");
      await approvals.move(id, "waiting", "refused", { ...decidedNow(context), refusal: reason });
      return await again(context, id);
    },
    async download(context, id) {
      const row = await find(id);
      const now = context.now();
      if (row.requestedUser !== requireUser(context).user)
        throw new HilumError("request.forbidden", {
          detail: `${row.requestedBy} asked for this export and downloads it.`,
        });
      if (row.state !== "approved" || Date.parse(row.until) <= now.getTime())
        throw new HilumError("approval.wrong_state");
      const wanted = contentOf(row);
      const all = await readCompartment(records, row.patient, wanted.types);
      const { going, decisions, refusal } = await admit(all, row.patient, wanted, now);
      if (going.length === 0) throw new HilumError(refusal ?? "record.not_found");
      const part2 = going.some(({ resource }) => isPart2(resource));
      const archive = await openExport(going, part2, blobs);
      // The account before the door opens; then the door, which opens once.
      await disclosures.add([disclosureOf(context, row, wanted, { going, files: archive.files, decisions })]);
      const counts = { records: going.length, withheld: all.length - going.length };
      await approvals.move(id, "approved", "done", { ...counts, doneAt: now.toISOString() });
      return { archive, row: await again(context, id) };
    },
  };

  /** Each record by itself; what the consents hold back stays here. */
  async function admit(all: readonly ExportedRecord[], patient: string, { purpose }: ExportRequest, now: Date) {
    const toPatient = purpose === "PATRQT" ? { toPatient: patient } : {};
    const ask = { crossing: "send", purpose, ...toPatient } as const;
    const decisions = await consents.decide(ask, all, now);
    const going = all.filter((_, index) => decisions[index]?.allow === true);
    const refused = decisions.find((decision) => !decision.allow);
    const refusal =
      refused === undefined || refused.allow
        ? undefined
        : refused.reason === "decision.failed"
          ? "policy.failed"
          : refused.reason;
    return { going, decisions, refusal } as const;
  }
}

function disclosureOf(
  context: Context,
  { id, patient }: ApprovalRow,
  { recipient, purpose }: ExportRequest,
  {
    going,
    files,
    decisions,
  }: { going: readonly ExportedRecord[]; files: number; decisions: readonly ConsentDecision[] },
) {
  const consent = decisions.find((decision) => decision.allow && decision.consent !== undefined)?.consent;
  const now = context.now();
  return {
    ...{ id: makeId(now.getTime()), patient, source: `export:${id}`, at: now.toISOString(), kind: "export" as const },
    ...{ purpose, by: context.actor.id, recipient },
    what: `Copy of ${many(going.length, "record")}${files === 0 ? "" : ` and ${many(files, "file")}`}: ${typesOf(going)}`,
    records: [],
    part2: going.some(({ resource }) => isPart2(resource)),
    accountable: isAccountable(purpose, purpose === "PATRQT"),
    ...(consent === undefined ? {} : { consent }),
  };
}

const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

const typesOf = (going: readonly ExportedRecord[]): string =>
  [...new Set(going.map(({ type }) => type))].toSorted().join(", ");

/** The shape was given by `request`. */
const contentOf = ({ patient, content }: ApprovalRow): ExportRequest => ({ patient, ...content }) as ExportRequest;

function presentExport(row: ApprovalRow, title: string, { actor, now }: Context): RecordExport {
  const { kind: _, requestedUser, doneAt, versions: _versions, content: _content, state, ...shown } = row;
  const permit = createPermit(actor);
  const { types, recipient, purpose, reason } = contentOf(row);
  const own = actor.kind === "user" && actor.user === requestedUser;
  return {
    ...{ ...shown, title, types, recipient, purpose, purposeLabel: purposesOfUse[purpose], reason },
    state: state === "done" ? "downloaded" : state,
    ...(doneAt === undefined ? {} : { downloadedAt: doneAt }),
    can: [
      permit("approve", ["administrator", "auditor"], whyNotApprove(actor, row, now())),
      permit(
        "refuse",
        own ? ["administrator", "operator"] : ["administrator", "auditor"],
        state === "waiting" ? undefined : "It is decided already.",
      ),
      permit(
        "download",
        ["administrator", "operator"],
        own
          ? state === "approved"
            ? undefined
            : downloadSays[state]
          : `${row.requestedBy} asked for it and downloads it.`,
      ),
    ],
  };
}

const downloadSays: Record<ApprovalRow["state"], string> = {
  waiting: "Another person has not approved it yet.",
  approved: "It can be downloaded.",
  refused: "It was refused.",
  done: "It was downloaded, and can be only once.",
  expired: "Its time is over; ask for it again.",
};
