import { HilumError, type Context } from "@hilum/contract";
import type { Page as PageOf } from "@hilum/store";
import type { Shredding } from "@hilum/contract/api";
import type { ApprovalRow, PageRequest, Store } from "@hilum/store";
import { createPermit } from "../browser/permissions.ts";
import { titleOfTarget } from "../glass/present-glass.ts";
import { requireUser } from "../identity/sessions.ts";
import { askForApproval, decidedNow, requireApproval, requireSecondPerson, whyNotApprove } from "./second-person.ts";

/** Destroying everything about a patient beyond repair: one person asks, another does it. */
export interface ShreddingsService {
  list(context: Context, page: PageRequest): Promise<PageOf<Shredding>>;
  /** Throws `record.not_found`, `record.held`. */
  request(context: Context, patient: string, reason: string): Promise<Shredding>;
  /** Throws `approval.another_person`, `approval.wrong_state`, `record.held`; `request.invalid` where the typed id is another. */
  approve(context: Context, id: string, confirm: string): Promise<Shredding>;
  refuse(context: Context, id: string, reason: string): Promise<Shredding>;
}

type Parts = { store: Pick<Store, "approvals" | "records"> };

/** How long it waits for the second person. */
const waitsMs = 7 * 86_400_000;

export function createShreddings({ store: { approvals, records } }: Parts): ShreddingsService {
  const present = async (context: Context, row: ApprovalRow): Promise<Shredding> => {
    const title = row.state === "waiting" ? await titleOfTarget(records, { patient: row.patient }) : undefined;
    return presentShredding(row, title, context);
  };
  const find = (id: string): Promise<ApprovalRow> => requireApproval(approvals, "shredding", id);

  return {
    async list(context, page) {
      await approvals.expire(context.now().toISOString());
      const found = await approvals.list("shredding", page);
      return { ...found, items: await Promise.all(found.items.map((row) => present(context, row))) };
    },
    async request(context, patient, reason) {
      requireUser(context);
      const { rows } = await records.search({ groups: [], patient, limit: 1 });
      const [first] = rows;
      if (first === undefined) throw new HilumError("record.not_found");
      if ((await records.holds()).some(({ target }) => "patient" in target && target.patient === patient))
        throw new HilumError("record.held");
      const request = { kind: "shredding", patient, content: { reason }, waitsMs } as const;
      return await present(context, await find(await askForApproval(approvals, context, request)));
    },
    async approve(context, id, confirm) {
      const row = await find(id);
      requireSecondPerson(context, row);
      if (confirm !== row.patient)
        throw new HilumError("request.invalid", {
          problems: [
            {
              pointer: "/confirm",
              message: "This is another id than the patient's.",
              fix: "Type the patient's id as it is shown.",
            },
          ],
        });
      // From here on nobody can refuse it; what a crash cuts off is approved again, and goes on.
      if (row.state === "waiting") await approvals.move(id, "waiting", "approved", decidedNow(context));
      const shredded = await records.shred(row.patient, context.actor.id).catch(async (error: unknown) => {
        await approvals.move(id, "approved", "waiting");
        throw error;
      });
      const { records: count, versions } = shredded;
      await approvals.move(id, "approved", "done", { doneAt: context.now().toISOString(), records: count, versions });
      return await present(context, await find(id));
    },
    async refuse(context, id, reason) {
      await find(id);
      await approvals.move(id, "waiting", "refused", { ...decidedNow(context), refusal: reason });
      return await present(context, await find(id));
    },
  };
}

function presentShredding(row: ApprovalRow, title: string | undefined, { actor, now }: Context): Shredding {
  const { kind: _, requestedUser: _user, doneAt: _done, withheld: _withheld, content, state, ...shown } = row;
  const permit = createPermit(actor);
  const closed = state === "waiting" ? undefined : "It is decided already.";
  return {
    ...shown,
    state: state === "approved" ? "waiting" : state,
    reason: String(content["reason"]),
    ...(title === undefined ? {} : { title }),
    can: [
      permit("approve", ["administrator", "auditor"], whyNotApprove(actor, row, now())),
      permit("refuse", ["administrator", "auditor"], closed),
    ],
  };
}
