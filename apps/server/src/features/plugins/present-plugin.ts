import { capabilities, phiClassOf, type Manifest } from "@hilum/contract";
import type { Instance, OwnPage, Plugin, PluginDetail } from "@hilum/contract/api";
import type { InstanceRow, PluginRow } from "@hilum/store";
import { manifestOf } from "./load-instance.ts";

/** What only the running process knows of an instance. */
export type Liveness = { running: boolean; sandbox?: Instance["sandbox"] };

export function presentInstance(row: InstanceRow, next: Instance["next"], live: Liveness): Instance {
  return {
    plugin: row.plugin,
    instance: row.instance,
    title: row.title,
    state: row.state,
    health: row.health,
    running: live.running,
    testMode: row.testMode,
    next,
    ...(row.enabledAt === undefined ? {} : { enabledAt: row.enabledAt }),
    ...(row.lastSmokeRunAt === undefined ? {} : { lastSmokeRunAt: row.lastSmokeRunAt }),
    ...(row.problem === undefined ? {} : { problem: row.problem }),
    ...(live.sandbox === undefined ? {} : { sandbox: live.sandbox }),
  };
}

export function presentPlugin(row: PluginRow, instances: Instance[], pendingRevision: boolean): Plugin {
  const manifest = manifestOf(row);
  return {
    id: row.id,
    name: row.name,
    ...pick(manifest, ["version", "description", "publisher", "homepage", "license"]),
    capabilities: manifest.capabilities.map((name) => ({
      name,
      title: capabilities[name].title,
      served: capabilities[name].served,
    })),
    phi: phiClassOf(manifest),
    code: row.code,
    ...(row.codePath === undefined || row.code !== "linked" ? {} : { codePath: row.codePath }),
    digest: row.digest,
    registeredAt: row.registeredAt,
    registeredBy: row.registeredBy,
    pendingRevision,
    instances,
  };
}

export function presentPluginDetail(
  row: PluginRow,
  instances: Instance[],
  pendingRevision: boolean,
  pages: OwnPage[],
): PluginDetail {
  const manifest = manifestOf(row);
  return {
    ...presentPlugin(row, instances, pendingRevision),
    manifest: row.manifest,
    smokeTests: (manifest.smokeTests ?? []).map(({ id, title, live = false }) => ({ id, title, live })),
    hasSetup: (manifest.setup?.steps.length ?? 0) > 0,
    hasSettings: manifest.config !== undefined,
    pages,
  };
}

function pick<K extends keyof Manifest>(
  manifest: Manifest,
  names: readonly K[],
): { [N in K]?: Exclude<Manifest[N], undefined> } {
  return Object.fromEntries(
    names.flatMap((name) => (manifest[name] === undefined ? [] : [[name, manifest[name]]])),
  ) as { [N in K]?: Exclude<Manifest[N], undefined> };
}
