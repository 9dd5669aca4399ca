import { createHmac } from "node:crypto";
import type { Actor, Context, GlassPurpose } from "@hilum/contract";
import type { Repair } from "@hilum/contract/api";
import { createCallIds, type Governor, type Host } from "@hilum/host";
import { needsSecondPerson } from "@hilum/policy";
import type { Store } from "@hilum/store";
import type { Handlers } from "../../http/request.ts";
import { createBrowser } from "../browser/browser.ts";
import { createPluginStores } from "../browser/plugin-stores.ts";
import { createBrowserHandlers } from "../browser/routes.ts";
import { createConsents, type Consents } from "../consent/consents.ts";
import { createConsentHandlers } from "../consent/routes.ts";
import { createDisclosureAccount } from "../disclosures/account.ts";
import { createMessageReleases, type MessageReleases } from "../disclosures/release-message.ts";
import { createProgramDisclosures } from "../disclosures/program-disclosures.ts";
import { createDisclosureHandlers } from "../disclosures/routes.ts";
import { createTakenGuard } from "../glass/attach-from-record.ts";
import { createBinaryContent } from "../glass/binary-content.ts";
import { createGlassRequests, type GlassRequestsService } from "../glass/glass-requests.ts";
import { createGlasses } from "../glass/glasses.ts";
import { createGlassWatch } from "../glass/glass-watch.ts";
import { createPurposeUnderGlass, type PurposeUnderGlass } from "../glass/purpose-under-glass.ts";
import { createReveals } from "../glass/read-under-glass.ts";
import { createRecordGuards } from "../glass/record-guards.ts";
import { createGlassHandlers } from "../glass/routes.ts";
import { defaultSettings } from "../platform/settings.ts";
import { createCursors } from "../records/cursor.ts";
import type { RecordGuards } from "../records/record-guards.ts";
import { createExports } from "./exports.ts";
import { createHolds } from "./holds.ts";
import { keepRetention } from "./keep-retention.ts";
import { createRetention, type RetentionService } from "./retention.ts";
import { createCustodyHandlers } from "./routes.ts";
import { createShreddings } from "./shreddings.ts";

export interface GovernanceParts {
  store: Store;
  governor: Governor;
  host(): Host;
  /** Key of this deployment, from which that of links from page to page is made. */
  linkKey: Buffer;
  ref(resource: string, id: string): string;
  /** Whether a session or token is open still. */
  holds(actor: Actor): Promise<boolean>;
}

/** Who sees records, and what becomes of them: browser, glasses, consents, disclosures, holds, exports, retention, shredding. */
export interface GovernanceFeature {
  handlers: Pick<Handlers, keyof ReturnType<typeof createAllHandlers>>;
  /** For whatever carries records elsewhere. */
  consents: Consents;
  /** For whatever reads records. */
  guards: RecordGuards;
  /** For whatever announces reads of records. */
  purposeUnderGlass: PurposeUnderGlass;
  /** For whatever sends messages. */
  releases: MessageReleases;
  /** Throws `record.masked` for an attachment that was taken from a record which no open glass of the person covers. */
  mayOpen(context: Context, attachment: string): Promise<void>;
  repairs(): Promise<Repair[]>;
  sweep(now: Date): Promise<void>;
}

export function composeGovernance({ store, governor, host, linkKey, ref, holds }: GovernanceParts): GovernanceFeature {
  const consents = createConsents({ records: store.records });
  const asked = async (purpose: GlassPurpose): Promise<boolean> =>
    needsSecondPerson((await store.platform.settings(defaultSettings)).settings.glassSecondPerson, purpose);
  const glasses = createGlasses({ store, needsSecondPerson: asked });
  const requests = createGlassRequests({ store, glasses });
  const nextCall = createCallIds();
  const watch = createGlassWatch({ store, governor, holds, nextCall });
  const retention = createRetention({ store });
  const clock = (): Date => new Date();
  const cursors = createCursors(createHmac("sha256", linkKey).update("patient timeline").digest(), clock);
  const others = createPluginStores({ store, host });
  const browser = createBrowser({
    ...{ store, others, consents, glasses, cursors, ref },
    nowMs: () => clock().getTime(),
  });
  return {
    consents,
    handlers: createAllHandlers({ store, consents, glasses, requests, browser, retention }),
    guards: createRecordGuards({ store, glasses, consents, disclosures: createProgramDisclosures(store) }),
    purposeUnderGlass: createPurposeUnderGlass({ store }),
    releases: createMessageReleases({ store, consents }),
    mayOpen: createTakenGuard({ store, glasses }),
    repairs: async () => [...(await watch.repairs(clock())), ...guesserRepairs(browser.guessers())],
    async sweep(now) {
      await watch.sweep(now);
      await keepRetention({ retention, governor, nextCall }, now);
      await store.approvals.expire(now.toISOString());
    },
  };
}

function createAllHandlers({
  store,
  consents,
  glasses,
  requests,
  browser,
  retention,
}: {
  store: Store;
  consents: ReturnType<typeof createConsents>;
  glasses: ReturnType<typeof createGlasses>;
  requests: GlassRequestsService;
  browser: ReturnType<typeof createBrowser>;
  retention: RetentionService;
}) {
  return {
    ...createBrowserHandlers({ browser }),
    ...createGlassHandlers({
      store,
      glasses,
      requests,
      reveals: createReveals({ store, consents, content: createBinaryContent(store) }),
    }),
    ...createConsentHandlers({ consents }),
    ...createDisclosureHandlers({ account: createDisclosureAccount({ store }) }),
    ...createCustodyHandlers({
      holds: createHolds({ records: store.records }),
      retention,
      exports: createExports({ store, consents }),
      shreddings: createShreddings({ store }),
    }),
  };
}

function guesserRepairs(guessers: readonly { actor: string; since: number }[]): Repair[] {
  return guessers.map(({ actor, since }) => ({
    ...{ id: `guessing:${actor}`, severity: "warning", since: new Date(since).toISOString() },
    title: `${actor} looked for very many names and numbers`,
    why: "Whoever asks whether records with a name or a number are there learns who is a patient.",
    fix: "Look in Audit at what was searched for, and ask the person why.",
    link: { label: "Open Audit", to: "/audit" },
  }));
}
