import type { Agreement, Vendor } from "@hilum/contract/api";
import { vendorOf } from "@hilum/policy";
import type { AgreementRow, BlobRow, Store, VendorRow } from "@hilum/store";
import { agreementState, coverageOf } from "./agreement-coverage.ts";
import type { Disclosures } from "./disclosures.ts";
import { listOutward } from "./outward-hosts.ts";
import type { VendorTable } from "./vendor-table.ts";

type Use = Vendor["uses"][number] & { vendor: string | undefined; name: string; phi: boolean };

/** Vendors as the console shows them: with their state, their documents and who sends to them. */
export interface VendorPages {
  list(
    now: Date,
  ): Promise<{ items: Vendor[]; unclaimed: { host: string; plugins: { plugin: string; name: string }[] }[] }>;
  present(row: VendorRow, now: Date): Promise<Vendor>;
}

export function createVendorPages({
  store,
  table,
  disclosures,
}: {
  store: Store;
  table: VendorTable;
  disclosures: Pick<Disclosures, "foresee">;
}): VendorPages {
  async function uses(): Promise<Use[]> {
    const vendors = table.vendors();
    const found: Promise<Use>[] = [];
    for (const { configured, hosts } of await listOutward(store))
      for (const { host, phi } of hosts) {
        if (host === undefined) continue;
        const { plugin, instance } = configured;
        found.push(
          disclosures.foresee({ host, phi, testMode: instance.testMode }).then((disclosure) => ({
            ...{ plugin: plugin.id, instance: instance.instance, title: instance.title, host, disclosure, phi },
            enabled: instance.state === "enabled",
            vendor: vendorOf(host, vendors)?.id,
            name: plugin.name,
          })),
        );
      }
    return await Promise.all(found);
  }

  async function presentRow(row: VendorRow, all: readonly Use[], now: Date): Promise<Vendor> {
    const { rowVersion, agreements, ...rest } = row;
    const { state, until } = coverageOf(row, now);
    return {
      ...rest,
      revision: rowVersion,
      state,
      ...(until === undefined ? {} : { coveredUntil: until }),
      agreements: await Promise.all(agreements.map((agreement) => presentAgreement(store, agreement, now))),
      uses: all
        .filter(({ vendor }) => vendor === row.id)
        .map(({ plugin, instance, title, host, enabled, disclosure }) => ({
          ...{ plugin, instance, title, host, enabled, disclosure },
        })),
    };
  }

  return {
    async list(now) {
      const [rows, all] = await Promise.all([store.vendors.list(), uses()]);
      return {
        items: await Promise.all(rows.map((row) => presentRow(row, all, now))),
        unclaimed: unclaimedOf(all),
      };
    },
    present: async (row, now) => presentRow(row, await uses(), now),
  };
}

/** Hosts that patient data would go to and that nobody has named as somebody's, with those who ask. */
function unclaimedOf(all: readonly Use[]) {
  const hosts = new Map<string, Map<string, string>>();
  for (const { host, phi, vendor, plugin, name, disclosure } of all) {
    if (!phi || vendor !== undefined || disclosure.because === "own_range") continue;
    const plugins = hosts.get(host) ?? new Map<string, string>();
    hosts.set(host, plugins.set(plugin, name));
  }
  return [...hosts]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([host, plugins]) => ({ host, plugins: [...plugins].map(([plugin, name]) => ({ plugin, name })) }));
}

async function presentAgreement(store: Store, row: AgreementRow, now: Date): Promise<Agreement> {
  const { vendor: _vendor, document, documentName = "agreement", ...rest } = row;
  const blob: BlobRow | undefined = document === undefined ? undefined : await store.blobs.find(document);
  return {
    ...rest,
    state: agreementState(row, now),
    ...(blob === undefined ? {} : { document: { name: documentName, contentType: blob.contentType, size: blob.size } }),
  };
}
