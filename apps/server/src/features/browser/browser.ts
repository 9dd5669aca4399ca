import type { Context } from "@hilum/contract";
import type {
  MaskedRecord,
  OpenGlass,
  PatientOverview,
  Permission,
  RecordPage,
  RecordSearch,
  RecordStore,
  RecordVersion,
} from "@hilum/contract/api";
import { createGuessBudget } from "@hilum/policy";
import type { Store } from "@hilum/store";
import type { Consents } from "../consent/consents.ts";
import type { GlassesService } from "../glass/glasses.ts";
import type { Cursors } from "../records/cursor.ts";
import { browseLimits, browseRecords, type BrowsedPage } from "./browse-records.ts";
import { createPermit } from "./permissions.ts";
import { readOverview } from "./patient-overview.ts";
import { embeddedStore } from "./present-record.ts";
import { listVersions, readRecordPage } from "./record-page.ts";
import { createEmbeddedSource, type RecordSource } from "./record-source.ts";
import { restoreVersion } from "./restore-version.ts";
import { createStoreList, type OtherStores } from "./store-list.ts";

/** Records of every store as people see them: masked, whoever looks. */
export interface BrowserService {
  stores(context: Context): Promise<{ stores: RecordStore[]; browse: Permission }>;
  browse(context: Context, search: RecordSearch): Promise<BrowsedPage>;
  page(context: Context, key: RecordKey & { version?: number }): Promise<RecordPage>;
  versions(context: Context, key: RecordKey & { cursor?: string }): Promise<{ items: RecordVersion[]; next?: string }>;
  restore(
    context: Context,
    key: { type: string; id: string; version: number; expected: number },
  ): Promise<MaskedRecord>;
  overview(
    context: Context,
    of: { patient: string; type?: string; limit?: number; cursor?: string },
  ): Promise<PatientOverview>;
  /** Who looked for so many names and numbers that they were stopped, within the last day. */
  guessers(): { actor: string; since: number }[];
}

interface RecordKey {
  store?: string;
  type: string;
  id: string;
}

interface Parts {
  store: Pick<Store, "records" | "retention">;
  others: OtherStores;
  consents: Consents;
  glasses: Pick<GlassesService, "covering">;
  cursors: Cursors;
  ref(resource: string, id: string): string;
  nowMs(): number;
}

export function createBrowser({ store, others, consents, glasses, cursors, ref, nowMs }: Parts): BrowserService {
  const { records, retention } = store;
  const embedded = createEmbeddedSource(records);
  const budget = createGuessBudget(browseLimits, nowMs);
  const list = createStoreList({ records, retention, others, nowMs });
  const sourceOf = async (id: string): Promise<RecordSource> =>
    id === embeddedStore ? embedded : await others.source(id);

  async function glassFor(context: Context, record: Parameters<GlassesService["covering"]>[1]) {
    const glass = await glasses.covering(context, record);
    if (glass === undefined) return undefined;
    const { id, until, fields, purpose } = glass;
    return { id, until, fields, purpose } satisfies OpenGlass;
  }

  return {
    async stores(context) {
      return { stores: await list(), browse: createPermit(context.actor)("reveal", ["administrator", "operator"]) };
    },
    browse: (context, search) => browseRecords({ sourceOf, budget, ref }, context, search),
    async page(context, { store: id = embeddedStore, ...key }) {
      const parts = { source: await sourceOf(id), store: id, retention: ruleOf, glassFor };
      return await readRecordPage(parts, context, key);
    },
    async versions(context, { store: id = embeddedStore, ...key }) {
      return await listVersions({ source: await sourceOf(id), store: id }, context, key);
    },
    restore: (context, key) => restoreVersion(records, context, key),
    overview: (context, of) => readOverview({ records, consents, glassFor, cursors: placesIn(cursors) }, context, of),
    guessers: () => budget.guessers(),
  };

  async function ruleOf(type: string) {
    return (await retention.list()).find((rule) => rule.type === type);
  }
}

/** Places in a timeline, sealed for whom the page was made. */
function placesIn(cursors: Cursors) {
  const place = (patient: string): string => `overview/${patient}`;
  return {
    seal: ({ actor }: Context, patient: string, after: string) => cursors.seal(actor, place(patient), { after }),
    open: (context: Context, patient: string, text: string) =>
      String(cursors.open(context.actor, place(patient), text, context.now())["after"]),
  };
}
