import type { Handlers } from "../../http/request.ts";
import type { ReplicationService } from "./replication.ts";

type StoreIds =
  | "listStores"
  | "setStoreRole"
  | "reconcileStore"
  | "listStoreFaults"
  | "retryStoreFault"
  | "dismissStoreFault";

export function createStoreHandlers(service: ReplicationService): Handlers<StoreIds> {
  return {
    listStores: async () => ({ status: 200, body: { items: await service.list() } }),
    setStoreRole: async (context, { params, body }) => ({
      status: 200,
      body: await service.setRole(context, params, body),
      note: { plugin: params.plugin, instance: params.instance },
    }),
    reconcileStore: async (context, { params, body }) => ({
      status: 202,
      body: await service.reconcile(context, params, body),
      note: { plugin: params.plugin, instance: params.instance },
    }),
    listStoreFaults: async (_context, { params, query }) => ({
      status: 200,
      body: await service.faults(params, query),
    }),
    retryStoreFault: async (_context, { params: { fault, ...key } }) => ({
      status: 200,
      body: await service.retry(key, fault),
      note: { plugin: key.plugin, instance: key.instance },
    }),
    dismissStoreFault: async (_context, { params: { fault, ...key } }) => {
      await service.dismiss(key, fault);
      return { status: 200, body: { ok: true }, note: { plugin: key.plugin, instance: key.instance } };
    },
  };
}
