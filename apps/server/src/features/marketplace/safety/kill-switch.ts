import { HilumError, isHilumError, type Context, type Log } from "@hilum/contract";
import type { BlastRadius, KillReport } from "@hilum/contract/api";
import type { InstanceRow, MarketplaceEntry, Store } from "@hilum/store";
import { cutOffState } from "../../plugins/cut-off.ts";
import { loadPlugin } from "../../plugins/load-instance.ts";
import type { InstanceRunner } from "../../plugins/runner.ts";
import type { JobDocument, JobEntry } from "../installs/job.ts";
import type { JobRunner } from "../installs/run-jobs.ts";
import { readBlastRadius, readHeld } from "./blast-radius.ts";

type Step = KillReport["steps"][number];
/** The radius is counted last; a process that died before it has it counted when the report is read. */
type Kept = Omit<KillReport, "radius"> & { radius?: BlastRadius };

export interface KillSwitch {
  radius(plugin: string, now: Date): Promise<BlastRadius>;
  /** Does all that can be done and says of each step whether it was; pressing it again does what is missing. */
  kill(context: Context, plugin: string, reason: string): Promise<KillReport>;
  /** Throws `request.not_found` for a plugin that was never cut off. */
  report(plugin: string, now: Date): Promise<KillReport>;
  /** Throws `request.not_found` while it is not on. */
  lift(context: Context, plugin: string): Promise<void>;
}

interface Parts {
  store: Store;
  runner: Pick<InstanceRunner, "stop" | "status">;
  jobs: Pick<JobRunner, "cancel">;
  refreshGrants(): Promise<void>;
  /** Closes the sockets of a remote plugin. */
  closeLinks(key: { plugin: string; instance: string }): void;
  log: Log;
}

const cutOff = {
  ...{ code: "plugin.cut_off", title: "The kill switch is on" },
  why: "Somebody stopped the plugin for good.",
  fix: "Read under Kill switch what it could have reached. An administrator lifts it there.",
};

/**
 * One act: that it is on is kept first, and from then on nothing of the plugin starts, whatever becomes of this process. Its tokens
 * and rights go before it is drained, so that what is in flight ends without reaching anything more.
 */
export function createKillSwitch({ store, runner, jobs, refreshGrants, closeLinks, log }: Parts): KillSwitch {
  const radius = (plugin: string, now: Date): Promise<BlastRadius> => readBlastRadius(store, plugin, now);
  const find = (plugin: string): Promise<MarketplaceEntry<Kept> | undefined> =>
    store.marketplace.find<Kept>("kill", plugin);

  async function revokeTokens(instances: readonly InstanceRow[]): Promise<string> {
    let ended = 0;
    for (const { plugin, instance } of instances) {
      ended += await store.remote.revokeAll({ plugin, instance });
      closeLinks({ plugin, instance });
    }
    return ended === 0 ? "It had no tokens: it runs here." : `${ended} links were ended, with their tokens.`;
  }

  async function cutEgress(instances: readonly InstanceRow[], { now, actor }: Context): Promise<string> {
    let taken = 0;
    for (const { plugin, instance } of instances) {
      const granted = (await store.grants.list({ plugin, instance })).filter(({ decision }) => decision === "granted");
      if (granted.length === 0) continue;
      taken += granted.length;
      const decisions = granted.map(({ scope }) => ({ scope, decision: "denied" as const }));
      await store.grants.decide({ plugin, instance }, decisions, { at: now().toISOString(), by: actor.id });
    }
    await refreshGrants();
    return `${taken} rights were taken away; connections that were open end within a second.`;
  }

  async function drain(plugin: string, instances: readonly InstanceRow[]): Promise<string> {
    const { items } = await store.marketplace.list<JobDocument>("job", {
      ...{ subject: plugin, states: ["running", "awaiting_approval"], limit: 1 },
    });
    for (const job of items) await jobs.cancel(job as JobEntry);
    const inFlight = instances.reduce((sum, key) => sum + (runner.status(key)?.inFlight ?? 0), 0);
    await Promise.all(instances.map(({ instance }) => runner.stop({ plugin, instance })));
    return `${inFlight} calls were in flight and were let end; its processes are gone.`;
  }

  async function quarantine(instances: readonly InstanceRow[], { now }: Context): Promise<string> {
    const problem = { ...cutOff, since: now().toISOString() };
    for (const { plugin, instance } of instances)
      await store.instances.change({ plugin, instance }, { state: "quarantined", problem, nextSmokeAt: null });
    return `${instances.length} instances cannot be started.`;
  }

  async function keepEvidence(plugin: string): Promise<string> {
    const versions = await store.packages.ofPlugin(plugin);
    return `Its code (${versions.length} packages), settings, log, receipts and audit entries stay; it cannot be removed while this is on.`;
  }

  async function tried(id: Step["id"], title: string, work: () => Promise<string>): Promise<Step> {
    try {
      return { id, title, done: true, detail: await work() };
    } catch (error) {
      const { code, detail } = isHilumError(error) ? error : new HilumError("server.internal", { cause: error });
      log.error("plugin.not_cut_off", { step: id, code });
      return { id, title, done: false, detail: `${detail} Press it again.` };
    }
  }

  const put = async (entry: MarketplaceEntry<Kept>): Promise<MarketplaceEntry<Kept>> =>
    await store.marketplace.put(entry);

  const reportOf = async ({ document, subject }: MarketplaceEntry<Kept>, now: Date): Promise<KillReport> => ({
    ...document,
    radius: document.radius ?? (await radius(subject, now)),
  });

  return {
    async radius(plugin, now) {
      await loadPlugin(store, plugin);
      return await radius(plugin, now);
    },
    async kill(context, plugin, reason) {
      await loadPlugin(store, plugin);
      const { rowVersion = 0 } = (await find(plugin)) ?? {};
      const about = { plugin, at: context.now().toISOString(), by: context.actor.id, reason };
      const kept = await put({
        ...{ kind: "kill", id: plugin, subject: plugin, state: cutOffState, rowVersion },
        document: { ...about, steps: [] },
      });
      const instances = await store.instances.list(plugin);
      // As it was: what follows takes it away.
      const held = await readHeld(store, plugin, context.now());
      const steps = [
        await tried("tokens", "Its tokens are revoked", () => revokeTokens(instances)),
        await tried("egress", "Its way out is cut", () => cutEgress(instances, context)),
        await tried("drain", "It is drained and ended", () => drain(plugin, instances)),
        await tried("quarantine", "It is in quarantine", () => quarantine(instances, context)),
        await tried("evidence", "What shows what it did is kept", () => keepEvidence(plugin)),
      ];
      const document: KillReport = { ...about, steps, radius: { ...(await radius(plugin, context.now())), ...held } };
      await put({ ...kept, document });
      return document;
    },
    async report(plugin, now) {
      const entry = await find(plugin);
      if (entry === undefined) throw new HilumError("request.not_found", { detail: "This plugin was never cut off." });
      return await reportOf(entry, now);
    },
    async lift(context, plugin) {
      const entry = await find(plugin);
      if (entry?.state !== cutOffState)
        throw new HilumError("request.not_found", { detail: "The kill switch of this plugin is not on." });
      const lifted = { liftedAt: context.now().toISOString(), liftedBy: context.actor.id };
      await put({ ...entry, state: "lifted", document: { ...entry.document, ...lifted } });
      for (const { plugin: id, instance, problem } of await store.instances.list(plugin))
        if (problem?.code === cutOff.code)
          await store.instances.change(
            { plugin: id, instance },
            { state: "configured", problem: null, accessReviewedAt: null },
          );
    },
  };
}
