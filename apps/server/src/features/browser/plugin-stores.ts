import { HilumError, isHilumError, storageBrowserOf, type WireResource } from "@hilum/contract";
import type { RecordStore } from "@hilum/contract/api";
import { patientsOf } from "@hilum/contract/search";
import type { CallContext, Host } from "@hilum/host";
import type { InstanceKey, PluginRow, RecordRow, Store } from "@hilum/store";
import { carriedTypes, isCarried } from "../records/carried-types.ts";
import { faceOf } from "./record-faces.ts";
import type { RecordSource } from "./record-source.ts";
import type { OtherStores } from "./store-list.ts";

type Parts = { store: Pick<Store, "plugins" | "instances">; host(): Host };

/** A person waits for it. */
const deadlineMs = 15_000;
const browserContext: CallContext = { actor: { id: "system:browser" }, purpose: "HOPERAT" };

/** Instances with `store_records` as stores of the browser: the same questions, asked by the protocol, and masked by the host as any other. */
export function createPluginStores({ store, host }: Parts): OtherStores {
  async function find(id: string): Promise<{ key: InstanceKey; plugin: PluginRow } | undefined> {
    const [name = "", instance = ""] = id.split("/");
    const key = { plugin: name, instance };
    const [plugin, row] = await Promise.all([store.plugins.find(name), store.instances.find(key)]);
    return plugin === undefined || row === undefined || storageBrowserOf(plugin.manifest) === undefined
      ? undefined
      : { key, plugin };
  }

  return {
    async list() {
      const [plugins, instances] = await Promise.all([store.plugins.list(), store.instances.list()]);
      return instances.flatMap((row): RecordStore[] => {
        const plugin = plugins.find(({ id }) => id === row.plugin);
        const shown = plugin && storageBrowserOf(plugin.manifest);
        if (plugin === undefined || shown === undefined || row.state !== "enabled") return [];
        const running = host().status(row)?.state === "running";
        return [
          {
            ...{ id: `${row.plugin}/${row.instance}`, title: shown.title ?? `${plugin.name}, ${row.title}` },
            ...{ role: "replica", plugin: row.plugin, instance: row.instance },
            types: (shown.types ?? carriedTypes).map((type) => ({
              type,
              label: faceOf(type).label,
              icon: faceOf(type).icon,
            })),
            ...(running ? {} : { problem: "The plugin does not run. Open it under Plugins to see why." }),
          },
        ];
      });
    },
    async source(id) {
      const found = await find(id);
      if (found === undefined)
        throw new HilumError("request.not_found", { detail: "There is no such store of records." });
      return createPluginSource(host, found.key);
    },
  };
}

function createPluginSource(host: () => Host, key: InstanceKey): RecordSource {
  const by = `plugin:${key.plugin}/${key.instance}`;
  const toRow = (resource: WireResource): RecordRow => ({
    ...{ type: resource.resourceType, id: resource.id ?? "", version: versionOf(resource), by, via: key },
    at: resource.meta?.lastUpdated ?? new Date(0).toISOString(),
    resource: JSON.stringify(resource),
    ...{ patients: patientsOf(resource), hold: false, seq: 0 },
  });
  return {
    async search({ type, identifier, name, category, patient, from, before }, { limit, after }) {
      requireCarried(type);
      const query = [
        ["identifier", identifier],
        ["name", name],
        ["category", category],
        ["patient", patient && `Patient/${patient}`],
        ["_lastUpdated", from && `ge${from}`],
        ["_lastUpdated", before && `lt${before}`],
      ].flatMap(([parameter, value]) => (value === undefined ? [] : [[parameter, value]]));
      const { resources, next } = await host().call(browserContext, {
        ...{ ...key, method: "records.search", deadlineMs, resource: type },
        params: { type, query, count: limit, ...(after === undefined ? {} : { cursor: after }) },
      });
      return { rows: resources.map(toRow), ...(next === undefined ? {} : { next }) };
    },
    // What a store does not serve it refuses by name.
    keys: () => ["identifier", "name", "category", "patient", "from", "before"],
    async find(type, id, version) {
      requireCarried(type);
      try {
        const { resource } = await host().call(browserContext, {
          ...{ ...key, method: "records.read", deadlineMs, resource: type },
          params: { type, id, ...(version === undefined ? {} : { version: String(version) }) },
        });
        return toRow(resource);
      } catch (error) {
        if (isHilumError(error) && (error.code === "record.not_found" || error.code === "record.gone"))
          return undefined;
        throw error;
      }
    },
    // The protocol has no history: a store shows what it has now.
    async history(type, id) {
      const row = await this.find(type, id);
      return { rows: row === undefined ? [] : [row] };
    },
  };
}

const versionOf = ({ meta }: WireResource): number => {
  const version = Number(meta?.versionId);
  return Number.isSafeInteger(version) && version > 0 ? version : 1;
};

function requireCarried(type: string): void {
  if (!isCarried(type)) throw new HilumError("record.not_carried");
}
