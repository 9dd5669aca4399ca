import type { AnswerOf, EgressHost, EgressReceipt, OperationOf } from "@hilum/contract/api";
import type { EgressReceiptRow, EgressTotals, Store } from "@hilum/store";
import { loadConfigured, loadPlugin } from "../plugins/load-instance.ts";
import type { Disclosures } from "./disclosures.ts";
import { outwardHosts, type OutwardHost } from "./outward-hosts.ts";
import type { ReceiptRecorder } from "./receipt-recorder.ts";

type Page = AnswerOf<OperationOf<"listEgressReceipts">>;

export interface EgressPageRequest {
  plugin: string;
  instance?: string | undefined;
  decision?: "allow" | "deny" | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

const dayMs = 86_400_000;
const noTraffic = { requests: 0, denied: 0, bytesOut: 0, bytesIn: 0 };

/** Where a plugin may send, under which agreement, and what went out. */
export function createEgressPage({
  store,
  disclosures,
  recorder,
}: {
  store: Store;
  disclosures: Pick<Disclosures, "foresee">;
  recorder: Pick<ReceiptRecorder, "flush">;
}) {
  async function hostsOf(plugin: string, instance: string | undefined, now: Date): Promise<EgressHost[]> {
    const instances = (await store.instances.list(plugin)).filter(
      (row) => instance === undefined || row.instance === instance,
    );
    const totals = await store.egressReceipts.totals(new Date(now.getTime() - dayMs).toISOString(), plugin);
    const lists = await Promise.all(
      instances.map(async (key) => {
        const configured = await loadConfigured(store, key);
        return await Promise.all(
          outwardHosts(configured).map(async (host) => {
            const { testMode } = configured.instance;
            const disclosure = await disclosures.foresee({ host: host.host, phi: host.phi, testMode });
            return { ...presentHost(key.instance, host, totals), disclosure };
          }),
        );
      }),
    );
    return lists.flat();
  }

  return async ({ plugin, instance, decision, limit, cursor }: EgressPageRequest, now: Date): Promise<Page> => {
    await loadPlugin(store, plugin);
    await recorder.flush();
    const filter = {
      plugin,
      ...(instance === undefined ? {} : { instance }),
      ...(decision === undefined ? {} : { decision }),
      ...(limit === undefined ? {} : { limit }),
      ...(cursor === undefined ? {} : { cursor }),
    };
    const [{ items, next }, hosts] = await Promise.all([
      store.egressReceipts.list(filter),
      hostsOf(plugin, instance, now),
    ]);
    return { hosts, items: items.map(presentReceipt), ...(next === undefined ? {} : { next }) };
  };
}

function presentHost(
  instance: string,
  { kind, destination, title, host, port, access }: OutwardHost,
  totals: readonly EgressTotals[],
): Omit<EgressHost, "disclosure"> {
  const total = totals.find((row) => row.instance === instance && row.host === host);
  const day = total === undefined ? noTraffic : pickTraffic(total);
  return {
    ...{ instance, kind, title, access, day },
    requests: (destination?.requests ?? []).map(({ method, path }) => ({ method, path })),
    ...(destination === undefined ? {} : { destination: destination.id }),
    ...(destination?.auth === undefined ? {} : { auth: destination.auth.type }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
  };
}

const pickTraffic = ({ requests, denied, bytesOut, bytesIn }: EgressTotals) => ({
  requests,
  denied,
  bytesOut,
  bytesIn,
});

/** Whose plugin it is stands in the address. */
function presentReceipt(row: EgressReceiptRow): EgressReceipt {
  const { plugin: _plugin, ...receipt } = row;
  return receipt;
}
