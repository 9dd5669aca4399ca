import type { LanePorts, RecordsPort } from "@hilum/host";
import type { Store } from "@hilum/store";
import { createBlobReader } from "../messages/blob-reader.ts";
import { takeReceipt } from "../messages/take-receipt.ts";

/** What plugins may get done through their lanes, on the store. Who asks was decided before. */
export function createLanePorts({ store, records }: { store: Store; records: RecordsPort }): LanePorts {
  return {
    records,
    async ownerOfMessage(message) {
      const row = await store.messages.find(message);
      return row?.plugin === undefined || row.instance === undefined
        ? undefined
        : { plugin: row.plugin, instance: row.instance };
    },
    updateDelivery: (_key, report) => takeReceipt(store, report),
    readBlob: createBlobReader({ blobs: store.blobs }),
    async getState(key, { key: name }) {
      const row = await store.state.get(key, name);
      return row === undefined ? {} : { value: String(row.value), version: row.version };
    },
    async putState(key, { key: name, value = "", version }) {
      const row = await store.state.set(key, name, value, version === undefined ? {} : { ifVersion: version });
      return { version: row.version };
    },
    async deleteState(key, { key: name, version }) {
      await store.state.remove(key, name, version === undefined ? {} : { ifVersion: version });
    },
  };
}
