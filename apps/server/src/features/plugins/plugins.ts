import { HilumError, type Context } from "@hilum/contract";
import type { Instance, Plugin, PluginDetail } from "@hilum/contract/api";
import type { InstanceKey, InstanceRow, PluginRow, Store } from "@hilum/store";
import type { PagesService } from "../pages/pages.ts";
import { refuseCutOff } from "./cut-off.ts";
import { loadConfigured, loadPlugin } from "./load-instance.ts";
import { nextStep } from "./next-step.ts";
import { presentInstance, presentPlugin, presentPluginDetail, type Liveness } from "./present-plugin.ts";
import type { InstanceRunner } from "./runner.ts";

export interface PluginsService {
  list(): Promise<Plugin[]>;
  read(id: string): Promise<PluginDetail>;
  instance(key: InstanceKey): Promise<Instance>;
  createInstance(context: Context, key: InstanceKey, title: string): Promise<Instance>;
  removeInstance(key: InstanceKey): Promise<void>;
  /**
   * Stops everything of it, ends its tokens, deletes settings, secrets and state. Messages and audit entries stay. Throws
   * `plugin.cut_off` while its kill switch is on.
   */
  remove(id: string): Promise<void>;
}

export function createPluginsService({
  store,
  runner,
  pages,
  testMode,
}: {
  store: Store;
  runner: InstanceRunner;
  pages: Pick<PagesService, "present" | "forget">;
  testMode(): boolean;
}): PluginsService {
  async function present(row: InstanceRow, revisionWaits: boolean): Promise<Instance> {
    const configured = await loadConfigured(store, row);
    return presentInstance(row, nextStep(configured, revisionWaits), liveness(runner, row));
  }

  async function withInstances(
    plugin: PluginRow,
  ): Promise<{ plugin: PluginRow; instances: Instance[]; revisionWaits: boolean }> {
    const revisionWaits = (await store.registrations.revisionOf(plugin.id)) !== undefined;
    const rows = await store.instances.list(plugin.id);
    return { plugin, instances: await Promise.all(rows.map((row) => present(row, revisionWaits))), revisionWaits };
  }

  async function stopAndRevoke(key: InstanceKey): Promise<void> {
    await runner.cut(key);
    await store.remote.revokeAll(key);
  }

  return {
    async list() {
      const plugins = await Promise.all((await store.plugins.list()).map(withInstances));
      return plugins.map(({ plugin, instances, revisionWaits }) => presentPlugin(plugin, instances, revisionWaits));
    },
    async read(id) {
      const { plugin, instances, revisionWaits } = await withInstances(await loadPlugin(store, id));
      return presentPluginDetail(plugin, instances, revisionWaits, pages.present(plugin));
    },
    async instance(key) {
      const row = await store.instances.find(key);
      if (row === undefined) throw new HilumError("instance.not_found");
      return await present(row, (await store.registrations.revisionOf(key.plugin)) !== undefined);
    },
    async createInstance(context, key, title) {
      const plugin = await loadPlugin(store, key.plugin);
      await store.instances.create({
        ...key,
        title,
        testMode: plugin.code === "host" || testMode(),
        at: context.now().toISOString(),
        by: context.actor.id,
      });
      return await this.instance(key);
    },
    async removeInstance(key) {
      const rows = await store.instances.list(key.plugin);
      if (!rows.some(({ instance }) => instance === key.instance)) throw new HilumError("instance.not_found");
      if (rows.length === 1)
        throw new HilumError("instance.wrong_state", {
          detail: "This is the plugin's last instance. Remove the plugin instead.",
        });
      await refuseCutOff(store, key.plugin);
      await stopAndRevoke(key);
      await store.instances.remove(key);
    },
    async remove(id) {
      await loadPlugin(store, id);
      await refuseCutOff(store, id);
      for (const { plugin, instance } of await store.instances.list(id)) await stopAndRevoke({ plugin, instance });
      const revision = await store.registrations.revisionOf(id);
      if (revision !== undefined) await store.registrations.remove(revision.id);
      await store.plugins.remove(id);
      await pages.forget(id);
    },
  };
}

function liveness(runner: InstanceRunner, key: InstanceKey): Liveness {
  const status = runner.status(key);
  if (status === undefined || status.state === "stopped") return { running: false };
  return {
    running: status.state === "running",
    sandbox: { level: status.level, controls: status.controls.map(({ name, state, how }) => ({ name, state, how })) },
  };
}
