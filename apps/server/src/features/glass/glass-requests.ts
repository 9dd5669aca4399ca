import { HilumError, purposesOfUse, type Context } from "@hilum/contract";
import type { GlassDetail, GlassRequest } from "@hilum/contract/api";
import type { ApprovalRow, Page, PageRequest, Store } from "@hilum/store";
import { createPermit } from "../browser/permissions.ts";
import {
  askForApproval,
  decidedNow,
  requireApproval,
  requireSecondPerson,
  whyNotApprove,
} from "../custody/second-person.ts";
import { requireUser } from "../identity/sessions.ts";
import { requireTarget, type GlassesService, type WantedGlass } from "./glasses.ts";
import { titleOfTarget } from "./present-glass.ts";

/** Glasses that another person lets be broken: asked for, approved for a short while, and opened once by who asked. */
export interface GlassRequestsService {
  /** Newest first; who may not decide sees their own. */
  list(context: Context, page: PageRequest): Promise<Page<GlassRequest>>;
  /** Throws `record.not_found`. */
  request(context: Context, wanted: WantedGlass): Promise<GlassRequest>;
  /** Throws `approval.another_person`, `approval.wrong_state`. */
  approve(context: Context, id: string): Promise<GlassRequest>;
  refuse(context: Context, id: string, reason: string): Promise<GlassRequest>;
  /** Throws `approval.wrong_state` where it is not approved, or its time is over. */
  open(context: Context, id: string): Promise<GlassDetail>;
}

type Parts = {
  store: Pick<Store, "approvals" | "records">;
  glasses: Pick<GlassesService, "open">;
};

/** How long it waits for the second person, and then for the first: who asks needs it now. */
const waitsMs = 3_600_000;
const opensMs = 15 * 60_000;

export function createGlassRequests({ store: { approvals, records }, glasses }: Parts): GlassRequestsService {
  const find = (id: string): Promise<ApprovalRow> => requireApproval(approvals, "glass", id);
  const present = async (context: Context, row: ApprovalRow): Promise<GlassRequest> =>
    presentGlassRequest(row, await titleOfTarget(records, wantedOf(row).target), context);
  const again = async (context: Context, id: string): Promise<GlassRequest> => await present(context, await find(id));

  /** Somebody else's request is none. */
  async function requireOwn(context: Context, id: string): Promise<ApprovalRow> {
    const row = await find(id);
    if (row.requestedUser !== requireUser(context).user) throw new HilumError("approval.not_found");
    return row;
  }

  return {
    async list(context, page) {
      const { user, role } = requireUser(context);
      await approvals.expire(context.now().toISOString());
      const found = await approvals.list("glass", { ...page, ...(role === "operator" ? { requestedUser: user } : {}) });
      const items = await Promise.all(found.items.map((row) => present(context, row)));
      return { ...found, items };
    },
    async request(context, wanted) {
      requireUser(context);
      await requireTarget(records, wanted.target);
      const request = { kind: "glass", patient: nameOfTarget(wanted), content: { ...wanted }, waitsMs } as const;
      return await again(context, await askForApproval(approvals, context, request));
    },
    async approve(context, id) {
      requireSecondPerson(context, await find(id));
      const until = new Date(context.now().getTime() + opensMs).toISOString();
      await approvals.move(id, "waiting", "approved", { ...decidedNow(context), until });
      return await again(context, id);
    },
    async refuse(context, id, reason) {
      const { role } = requireUser(context);
      const row = role === "operator" ? await requireOwn(context, id) : await find(id);
      const from = mayTakeBack(row, context.actor) ? "approved" : "waiting";
      await approvals.move(id, from, "refused", { ...decidedNow(context), refusal: reason });
      return await again(context, id);
    },
    async open(context, id) {
      const { state, until, decidedBy, ...row } = await requireOwn(context, id);
      const now = context.now();
      if (state !== "approved" || decidedBy === undefined || Date.parse(until) <= now.getTime())
        throw new HilumError("approval.wrong_state");
      // First, so that of two who open it at once one does.
      await approvals.move(id, "approved", "done", { doneAt: now.toISOString() });
      try {
        return await glasses.open(context, { ...wantedOf(row), approvedBy: decidedBy });
      } catch (error) {
        await approvals.move(id, "done", "approved");
        throw error;
      }
    },
  };
}

/** Who asked may take back what was approved, and who approved may think again, until it is opened. */
const mayTakeBack = ({ state, requestedUser, decidedBy }: ApprovalRow, actor: Context["actor"]): boolean =>
  state === "approved" && actor.kind === "user" && (actor.user === requestedUser || actor.id === decidedBy);

/** The shape was given by `request`. */
const wantedOf = ({ content }: Pick<ApprovalRow, "content">): WantedGlass => content as unknown as WantedGlass;

const nameOfTarget = ({ target }: WantedGlass): string =>
  "patient" in target ? target.patient : `${target.record.type}/${target.record.id}`;

function presentGlassRequest(row: ApprovalRow, title: string, { actor, now }: Context): GlassRequest {
  const { id, state, requestedUser, requestedBy, requestedAt, until, decidedBy, decidedAt, refusal, doneAt } = row;
  const wanted = wantedOf(row);
  const own = actor.kind === "user" && actor.user === requestedUser;
  return {
    ...{ id, state: state === "done" ? "opened" : state, title, requestedBy, requestedAt, until },
    ...wanted,
    purposeLabel: purposesOfUse[wanted.purpose],
    ...(decidedBy === undefined ? {} : { decidedBy }),
    ...(decidedAt === undefined ? {} : { decidedAt }),
    ...(refusal === undefined ? {} : { refusal }),
    ...(doneAt === undefined || state !== "done" ? {} : { openedAt: doneAt }),
    can: permissionsOf(row, own, actor, now()),
  };
}

function permissionsOf(row: ApprovalRow, own: boolean, actor: Context["actor"], now: Date): GlassRequest["can"] {
  const permit = createPermit(actor);
  return [
    permit("approve", ["administrator", "auditor"], whyNotApprove(actor, row, now)),
    permit(
      "refuse",
      own ? ["administrator", "operator"] : ["administrator", "auditor"],
      row.state === "waiting" || mayTakeBack(row, actor) ? undefined : "It is decided already.",
    ),
    permit(
      "open",
      ["administrator", "operator"],
      own ? openSays[row.state] : `${row.requestedBy} asked for it and opens it.`,
    ),
  ];
}

/** Why it cannot be opened now. */
const openSays: Record<ApprovalRow["state"], string | undefined> = {
  waiting: "Another person has not approved it yet.",
  approved: undefined,
  refused: "It was refused.",
  done: "It was opened, and can be only once.",
  expired: "Its time is over; ask for it again.",
};
