import type { Log } from "@hilum/contract";
import type { PlatformSettings, Repair } from "@hilum/contract/api";
import { resolveBySystem, type HostOptions } from "@hilum/host";
import type { Store } from "@hilum/store";
import type { Handlers } from "../../http/request.ts";
import { createDisclosures, type Disclosures } from "./disclosures.ts";
import { createEgressPage } from "./egress-page.ts";
import { createEgressRepairs } from "./egress-repairs.ts";
import { createVendorPages } from "./present-vendor.ts";
import { createReceiptRecorder } from "./receipt-recorder.ts";
import { createEgressHandlers } from "./routes.ts";
import { createVendorTable } from "./vendor-table.ts";
import { createVendorsService } from "./vendors.ts";

/** What leaves: receipts, vendors, agreements. */
export interface EgressFeature {
  handlers: Pick<Handlers, keyof ReturnType<typeof createEgressHandlers>>;
  disclosures: Disclosures;
  /** For the host of plugins. */
  ports: Pick<HostOptions["egress"], "privateRanges" | "authorities" | "discloses" | "recordReceipt">;
  repairs(now: Date): Promise<Repair[]>;
  /** Takes up what another process has changed. */
  refresh(): Promise<void>;
  sweep(now: Date): Promise<void>;
  close(): Promise<void>;
}

/** How long it is known where plugins sent to. */
export const receiptDays = 30;

export async function composeEgress({
  store,
  settings,
  log,
}: {
  store: Store;
  settings(): PlatformSettings;
  log: Log;
}): Promise<EgressFeature> {
  const table = await createVendorTable(store.vendors);
  const privateRanges = () => settings().privateRanges;
  const disclosures = createDisclosures({ table, privateRanges, resolveHost: resolveBySystem });
  const recorder = createReceiptRecorder({ receipts: store.egressReceipts, log });
  return {
    handlers: createEgressHandlers({
      page: createEgressPage({ store, disclosures, recorder }),
      vendors: createVendorsService({ store, table }),
      pages: createVendorPages({ store, table, disclosures }),
    }),
    disclosures,
    ports: {
      privateRanges,
      authorities: () => settings().authorities ?? [],
      discloses: disclosures.decide,
      recordReceipt: recorder.record,
    },
    repairs: createEgressRepairs({ store, disclosures, environment: () => settings().environment }),
    refresh: table.refresh,
    async sweep(now) {
      await store.egressReceipts.sweep(new Date(now.getTime() - receiptDays * 86_400_000).toISOString());
    },
    close: recorder.close,
  };
}
