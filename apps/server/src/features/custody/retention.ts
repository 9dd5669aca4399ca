import { HilumError, type Context } from "@hilum/contract";
import type { RetentionRule } from "@hilum/contract/api";
import { canonicalTypes } from "@hilum/contract/fhir";
import type { RecordCount, RetentionRow, Store } from "@hilum/store";
import { faceOf } from "../browser/record-faces.ts";

export interface PurgeCount {
  versions: number;
  more: boolean;
  endedBefore: string;
}

/** How long versions that were superseded or deleted are kept. The current version of a record never goes by its age. */
export interface RetentionService {
  list(): Promise<RetentionRule[]>;
  /** `keepDays` undefined: they are kept. */
  set(context: Context, type: string, keepDays: number | undefined): Promise<RetentionRule>;
  /** Counts and removes nothing. */
  preview(context: Context, type: string, keepDays: number): Promise<PurgeCount>;
  /** Throws `request.conflict` for a type without a rule. */
  purge(context: Pick<Context, "actor" | "now">, type: string): Promise<PurgeCount>;
  /** Types whose rule is a day old and was not carried out within the last day. */
  due(now: Date): Promise<string[]>;
}

type Parts = { store: Pick<Store, "records" | "retention"> };

const dayMs = 86_400_000;
/** Versions that go in one transaction, and in one request. */
const batch = 500;
const batchesMax = 40;

export function createRetention({ store: { records, retention } }: Parts): RetentionService {
  async function list(): Promise<RetentionRule[]> {
    const [rules, counts] = await Promise.all([retention.list(), records.counts()]);
    const types = new Set([...counts.map(({ type }) => type), ...rules.map(({ type }) => type)]);
    return [...types].toSorted().map((type) => present(type, rules, counts));
  }

  const endedBefore = (context: Pick<Context, "now">, keepDays: number): string =>
    new Date(context.now().getTime() - keepDays * dayMs).toISOString();

  return {
    list,
    async set(context, type, keepDays) {
      requireType(type);
      await retention.set(type, keepDays, context.actor.id, context.now().toISOString());
      return present(type, await retention.list(), await records.counts());
    },
    async preview(context, type, keepDays) {
      requireType(type);
      const before = endedBefore(context, keepDays);
      const versions = await records.purge(before, { type, dryRun: true, limit: batch });
      return { versions, more: false, endedBefore: before };
    },
    async purge(context, type) {
      const rule = (await retention.list()).find((one) => one.type === type);
      if (rule?.keepDays === undefined)
        throw new HilumError("request.conflict", {
          detail: "There is no rule for this type. Set how long it is kept first.",
        });
      const before = endedBefore(context, rule.keepDays);
      const { versions, more } = await purgeBatches(records, type, before);
      const by = context.actor.id;
      await retention.notePurge(type, { by, at: context.now().toISOString(), versions });
      return { versions, more, endedBefore: before };
    },
    async due(now) {
      const dayAgo = new Date(now.getTime() - dayMs).toISOString();
      const rules = await retention.list();
      // A rule that was set by mistake can be taken back for a day.
      return rules
        .filter(
          ({ keepDays, setAt = "", purgedAt = "" }) => keepDays !== undefined && setAt < dayAgo && purgedAt < dayAgo,
        )
        .map(({ type }) => type);
    },
  };
}

async function purgeBatches(
  records: Pick<Store["records"], "purge">,
  type: string,
  before: string,
): Promise<{ versions: number; more: boolean }> {
  let versions = 0;
  for (let count = 0; count < batchesMax; count++) {
    const removed = await records.purge(before, { type, dryRun: false, limit: batch });
    versions += removed;
    if (removed < batch) return { versions, more: false };
  }
  return { versions, more: true };
}

function requireType(type: string): void {
  if (!(canonicalTypes as readonly string[]).includes(type)) throw new HilumError("record.not_carried");
}

function present(type: string, rules: readonly RetentionRow[], counts: readonly RecordCount[]): RetentionRule {
  const { purgedAt, purgedBy, purgedVersions, ...rule } = rules.find((one) => one.type === type) ?? { type };
  const { records, versions, bytes } = counts.find((one) => one.type === type) ?? { records: 0, versions: 0, bytes: 0 };
  const { label, icon } = faceOf(type);
  const purged =
    purgedAt === undefined || purgedBy === undefined
      ? undefined
      : { at: purgedAt, by: purgedBy, versions: purgedVersions ?? 0 };
  return { ...rule, label, icon, records, versions, bytes, ...(purged === undefined ? {} : { purged }) };
}
