import { HilumError, type Context, type GlassPurpose } from "@hilum/contract";
import {
  glassMinutesMax,
  type FieldGroup,
  type GlassDetail,
  type Glass,
  type GlassState,
  type GlassTarget,
} from "@hilum/contract/api";
import { decideGlass } from "@hilum/policy";
import type { GlassRow, Store } from "@hilum/store";
import { makeId } from "../../make-id.ts";
import { requireUser } from "../identity/sessions.ts";
import { presentGlass, presentGlassDetail, titleOfTarget } from "./present-glass.ts";

export interface OpenGlassRequest {
  target: GlassTarget;
  purpose: GlassPurpose;
  reason: string;
  caseReference?: string;
  fields: FieldGroup[];
  minutes: number;
}

/** A person's own glasses: opened, kept open, ended; and what covers a record now. */
export interface GlassesService {
  /** Throws `record.not_found` where there is nothing to reveal. */
  open(context: Context, request: OpenGlassRequest): Promise<GlassDetail>;
  /** Throws `glass.not_found`, `glass.ended`, `glass.too_long`. */
  extend(context: Context, id: string, minutes: number): Promise<Glass>;
  close(context: Context, id: string): Promise<Glass>;
  list(
    context: Context,
    filter: { state?: GlassState; mine?: boolean; limit?: number; cursor?: string },
  ): Promise<{ items: Glass[]; next?: string; waiting: number }>;
  get(context: Context, id: string): Promise<GlassDetail>;
  /** Notes that revealed values were copied or printed. */
  note(context: Context, id: string, use: { what: "copied" | "printed"; type: string; id: string }): Promise<void>;
  /** The open glass of this person and session that covers the record, if there is one. */
  covering(context: Context, record: CoveredRecord): Promise<GlassRow | undefined>;
}

/** A record as far as it says whom it is about. */
export interface CoveredRecord {
  type: string;
  id: string;
  patients: readonly string[];
}

type Parts = { store: Pick<Store, "glasses" | "records"> };

const minuteMs = 60_000;

export function createGlasses({ store: { glasses, records } }: Parts): GlassesService {
  async function require(id: string): Promise<GlassRow> {
    const row = await glasses.find(id);
    if (row === undefined) throw new HilumError("glass.not_found");
    return row;
  }

  /** Somebody else's glass is none. */
  async function requireOwn(context: Context, id: string): Promise<GlassRow> {
    const { user } = requireUser(context);
    const row = await glasses.find(id);
    if (row?.user !== user) throw new HilumError("glass.not_found");
    return row;
  }

  async function present(context: Context, row: GlassRow): Promise<Glass> {
    return presentGlass(row, await titleOfTarget(records, row.target), context.actor);
  }

  async function detail(context: Context, row: GlassRow): Promise<GlassDetail> {
    const [title, uses, notes] = await Promise.all([
      titleOfTarget(records, row.target),
      glasses.uses(row.id),
      glasses.notes(row.id),
    ]);
    return presentGlassDetail(row, title, context.actor, { uses, notes });
  }

  return {
    async open(context, { minutes, ...request }) {
      const { user, session } = requireUser(context);
      await requireTarget(records, request.target);
      const now = context.now();
      const id = makeId(now.getTime());
      await glasses.open({
        ...{ ...request, id, user, session, by: context.actor.id, minutes },
        openedAt: now.toISOString(),
        until: new Date(now.getTime() + minutes * minuteMs).toISOString(),
      });
      return await detail(context, await require(id));
    },
    async extend(context, id, minutes) {
      const row = await requireOwn(context, id);
      if (row.state !== "open" || Date.parse(row.until) <= context.now().getTime()) throw new HilumError("glass.ended");
      if (row.minutes + minutes > glassMinutesMax)
        throw new HilumError("glass.too_long", {
          detail: `It was opened for ${row.minutes} minutes; ${glassMinutesMax - row.minutes} more are left of the hour.`,
        });
      await glasses.extend(id, new Date(Date.parse(row.until) + minutes * minuteMs).toISOString(), minutes);
      return await present(context, await require(id));
    },
    async close(context, id) {
      await requireOwn(context, id);
      await glasses.end(id, "closed", context.now().toISOString());
      return await present(context, await require(id));
    },
    async list(context, { mine = false, state, ...page }) {
      const { user, role } = requireUser(context);
      const own = mine || (role !== "administrator" && role !== "auditor");
      const found = await glasses.list({
        ...page,
        ...(state === undefined ? {} : { state }),
        ...(own ? { user } : {}),
      });
      const items = await Promise.all(found.items.map((row) => present(context, row)));
      return { ...found, items, waiting: await glasses.waiting() };
    },
    async get(context, id) {
      const { user, role } = requireUser(context);
      const row = await require(id);
      if (row.user !== user && role !== "administrator" && role !== "auditor") throw new HilumError("glass.not_found");
      return await detail(context, row);
    },
    async note(context, id, { what, ...record }) {
      await requireOwn(context, id);
      const now = context.now();
      await glasses.addUse(id, { id: makeId(now.getTime()), at: now.toISOString(), what, record });
    },
    async covering(context, record) {
      const { actor } = context;
      if (actor.kind !== "user") return undefined;
      const open = await glasses.openOf(actor.session);
      return open.find(
        (row) => decideGlass({ actor, glass: termsOf(row), record, now: context.now().getTime() }).allow,
      );
    },
  };
}

async function requireTarget(records: Store["records"], target: GlassTarget): Promise<void> {
  const found =
    "record" in target
      ? await records.find(target.record.type, target.record.id)
      : ((await records.find("Patient", target.patient)) ??
        (await records.search({ groups: [], patient: target.patient, limit: 1 })).rows[0]);
  if (found === undefined) throw new HilumError("record.not_found");
}

/** A glass as policy sees it. */
export function termsOf({ user, session, until, endedAt, target, fields }: GlassRow) {
  return {
    ...{ user, session, until: Date.parse(until), target, fields },
    ...(endedAt === undefined ? {} : { endedAt: Date.parse(endedAt) }),
  };
}
