import { HilumError, isHilumError, type Log } from "@hilum/contract";
import type { CallContext } from "@hilum/host";
import type { InstanceKey, PluginRow, Store } from "@hilum/store";
import type { LifecycleService } from "./lifecycle.ts";
import { runsOf, type InstanceRunner } from "./runner.ts";

/** The lifecycle with a note of what it is at: what is done after another process keeps out of the way of what a person does here. */
export interface WatchedLifecycle extends LifecycleService {
  /** Applies it unless the lifecycle is at it or was since that count; whoever acts on it meanwhile waits for that. */
  applyAlone(context: CallContext, key: InstanceKey, since: number): Promise<void>;
  /** Whether it is at that instance, or was since that count. */
  touched(key: InstanceKey, since: number): boolean;
  /** Rises with each act that ends. */
  count(): number;
}

export function watchLifecycle(lifecycle: LifecycleService): WatchedLifecycle {
  const under = new Map<string, number>();
  const ended = new Map<string, number>();
  const alone = new Map<string, Promise<void>>();
  let [acts, resuming] = [0, 0];
  const during = async <T>(key: InstanceKey, work: () => Promise<T>): Promise<T> => {
    const name = nameOf(key);
    under.set(name, (under.get(name) ?? 0) + 1);
    try {
      await alone.get(name);
      return await work();
    } finally {
      acts += 1;
      ended.set(name, acts);
      under.set(name, (under.get(name) ?? 1) - 1);
    }
  };
  const touched = (key: InstanceKey, since: number): boolean => {
    const name = nameOf(key);
    return resuming > 0 || (under.get(name) ?? 0) > 0 || (ended.get(name) ?? 0) > since;
  };
  return {
    ...lifecycle,
    touched,
    async applyAlone(context, key, since) {
      if (touched(key, since)) return;
      const applied = lifecycle.apply(context, key);
      // Whoever waits for it has no part in how it ends.
      alone.set(
        nameOf(key),
        applied.catch(() => undefined),
      );
      await applied.finally(() => alone.delete(nameOf(key)));
    },
    enable: (context, key, override) => during(key, () => lifecycle.enable(context, key, override)),
    disable: (context, key) => during(key, () => lifecycle.disable(context, key)),
    restart: (context, key) => during(key, () => lifecycle.restart(context, key)),
    apply: (context, key) => during(key, () => lifecycle.apply(context, key)),
    async resume() {
      resuming += 1;
      await lifecycle.resume().finally(() => (resuming -= 1));
    },
    count: () => acts,
  };
}

interface Parts {
  store: Pick<Store, "plugins" | "instances">;
  runner: Pick<InstanceRunner, "startedWith" | "status" | "stop">;
  lifecycle: WatchedLifecycle;
  /** Brings the bytes of a package to this disk, verified. */
  verifyPackage(digest: string): Promise<void>;
  acceptPages(plugin: PluginRow): Promise<void>;
  /** Closes the sockets of a remote plugin. */
  closeLinks(key: InstanceKey): void;
  log: Log;
  now?: () => Date;
}

const followContext: CallContext = { actor: { id: "system:lifecycle" }, purpose: "HSYSADMIN" };
/** What could not be followed is tried again after that. */
const againMs = 15_000;
const off = "";

/**
 * Does here what another process of the deployment did with an instance: enabled it, stopped it, gave its plugin other code. What differs from
 * what runs here is acted on when it is seen a second time, so that an act of this process has ended or is known to be under way.
 */
export function createFollower(parts: Parts): () => Promise<void> {
  const { store, runner, lifecycle, log, now = () => new Date() } = parts;
  /** Instances that were enabled and ran here: one that never was is not another process's to stop. */
  const ran = new Map<string, InstanceKey>();
  const differed = new Map<string, string>();
  const triedAt = new Map<string, number>();
  const gaveUp = new Map<string, string>();

  async function bringUp(plugin: PluginRow, key: InstanceKey, since: number): Promise<void> {
    triedAt.set(nameOf(key), now().getTime());
    try {
      if (plugin.package !== undefined) await parts.verifyPackage(plugin.package);
      await parts.acceptPages(plugin);
    } catch (error) {
      const { code, detail, spec } = isHilumError(error) ? error : new HilumError("server.internal", { cause: error });
      log.warn("plugin.not_followed", { ...key, code });
      if (lifecycle.touched(key, since)) return;
      // What another version of it would answer is not what was decided on.
      await runner.stop(key);
      const problem = { code, title: "It does not run on every server", why: detail, fix: spec.fix };
      await store.instances.change(key, { problem: { ...problem, since: now().toISOString() } });
      return;
    }
    await lifecycle.applyAlone(followContext, key, since);
    if (lifecycle.touched(key, since)) return;
    // Its bytes are here: what keeps it down is written beside it, and the same start would end the same way.
    if (runner.startedWith(key) === undefined) gaveUp.set(nameOf(key), runsOf(plugin));
  }

  async function stop(key: InstanceKey): Promise<void> {
    ran.delete(nameOf(key));
    const state = runner.status(key)?.state;
    if (state !== undefined && state !== "quarantined" && state !== "stopped") await runner.stop(key);
    parts.closeLinks(key);
  }

  async function follow(key: InstanceKey, wanted: string, plugin: PluginRow | undefined, since: number): Promise<void> {
    const name = nameOf(key);
    const before = differed.get(name);
    differed.delete(name);
    if (wanted === (runner.startedWith(key) ?? off)) {
      triedAt.delete(name);
      gaveUp.delete(name);
      if (wanted !== off) ran.set(name, key);
      return;
    }
    if (wanted === off ? !ran.has(name) : gaveUp.get(name) === wanted) return;
    if (now().getTime() - (triedAt.get(name) ?? 0) < againMs) return;
    if (before !== wanted) differed.set(name, wanted);
    else if (wanted === off || plugin === undefined) await stop(key);
    else await bringUp(plugin, key, since);
  }

  return async () => {
    const since = lifecycle.count();
    const [plugins, instances] = await Promise.all([store.plugins.list(), store.instances.list()]);
    const known = new Map(plugins.map((plugin) => [plugin.id, plugin]));
    const rows = new Map(instances.map((row) => [nameOf(row), row]));
    const keys = new Map([...ran, ...instances.map((row): [string, InstanceKey] => [nameOf(row), keyOf(row)])]);
    await Promise.all(
      [...keys].map(async ([name, key]) => {
        if (lifecycle.touched(key, since)) return;
        const plugin = known.get(key.plugin);
        const enabled = rows.get(name)?.state === "enabled" && plugin !== undefined;
        await follow(key, enabled ? runsOf(plugin) : off, plugin, since);
      }),
    );
  };
}

const keyOf = ({ plugin, instance }: InstanceKey): InstanceKey => ({ plugin, instance });
const nameOf = ({ plugin, instance }: InstanceKey): string => `${plugin}/${instance}`;
