import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { HilumError, secretNames, withDefaults, type Context, type Log } from "@hilum/contract";
import type { ConformanceResult } from "@hilum/contract/api";
import { readPackageApart, type InstalledPackages, type ReadPackage } from "@hilum/marketplace";
import type { InstanceKey, PluginRow, Store } from "@hilum/store";
import { judgeHostRange } from "../../plugins/host-range.ts";
import { loadConfigured, loadPlugin } from "../../plugins/load-instance.ts";
import type { LifecycleService } from "../../plugins/lifecycle.ts";
import type { InstanceRunner } from "../../plugins/runner.ts";
import { effectiveScopes, scopesOf } from "../../plugins/scopes-of.ts";
import { hilumVersion } from "../../../version.ts";
import type { JobDocument, JobEntry } from "./job.ts";
import { settingsFor, type VersionOf } from "./left-behind.ts";
import type { JobActs, StepOutcome } from "./run-jobs.ts";
import { rightsBeyond, switchBack, switchTo, systemContext, versionOf, withApproved } from "./switch-version.ts";
import { createWatch } from "./watch-version.ts";

/** How long a version is watched after the switch. */
const watchMs = 10 * 60_000;

export interface ActParts {
  store: Store;
  packages: InstalledPackages;
  verify(digest: string): Promise<void>;
  fetch(source: string, digest: string): Promise<Buffer>;
  uploads: string;
  runner: Pick<InstanceRunner, "tryVersion" | "check" | "status">;
  judge(
    context: Pick<Context, "now" | "actor">,
    plugin: PluginRow,
    cases?: readonly string[],
  ): Promise<ConformanceResult>;
  lifecycle: Pick<LifecycleService, "apply">;
  acceptPages(plugin: PluginRow): Promise<void>;
  refreshGrants(): Promise<void>;
  testMode(): boolean;
  isShared(): Promise<boolean>;
  log: Log;
  now?: () => Date;
}

export function createJobActs(parts: ActParts): JobActs {
  const { store, packages, verify, runner, judge, lifecycle, now = () => new Date() } = parts;
  const contextOf = (job: JobEntry) => systemContext(job, now);

  async function archiveOf({ document }: JobEntry): Promise<Buffer> {
    const { digest, upload, source } = document;
    if (!upload && source !== undefined) return await parts.fetch(source, digest);
    return await readFile(join(parts.uploads, `${digest}.hilum`)).catch((cause: unknown) => {
      throw new HilumError("package.not_installed", {
        detail: "The uploaded package is gone. Upload it again.",
        cause,
      });
    });
  }

  /** In a process apart, and held to the job: another package than the one that was looked at is refused. */
  async function take(job: JobEntry): Promise<ReadPackage> {
    const { digest, to } = job.document;
    const taken = await readPackageApart(await archiveOf(job));
    if (taken.digest !== digest) throw new HilumError("install.changed");
    if (taken.manifest.id !== job.subject || taken.manifest.version !== to)
      throw new HilumError("package.invalid", {
        detail: `The package is ${taken.manifest.id} ${taken.manifest.version ?? ""}, not what is said of it.`,
      });
    const unfit = judgeHostRange(taken.manifest, hilumVersion);
    if (unfit !== undefined) throw new HilumError("install.blocked", { detail: `It ${unfit.message}.` });
    return taken;
  }

  async function unpack(job: JobEntry): Promise<StepOutcome> {
    const taken = await take(job);
    await packages.install(taken);
    const { source, publisher, startedBy } = job.document;
    if ((await store.packages.find(taken.digest)) === undefined)
      await store.packages.put({
        ...{ digest: taken.digest, listDigest: taken.listDigest, plugin: job.subject, version: job.document.to },
        ...{ installedAt: now().toISOString(), installedBy: startedBy, manifest: { ...taken.manifest } },
        ...(source === undefined ? {} : { source }),
        ...(publisher === undefined ? {} : { publisher }),
      });
    await verify(taken.digest);
    return { state: "passed", detail: `${taken.files.length} files.` };
  }

  async function approve(job: JobEntry): Promise<StepOutcome> {
    const current = await store.plugins.find(job.subject);
    if (current === undefined) return { state: "skipped", detail: "What it may do is decided before it is enabled." };
    const more = rightsBeyond(current, (await versionOf(store, job)).manifest);
    if (more.length === 0) return { state: "passed", detail: "It asks for nothing more." };
    if (job.document.approved === undefined) return { state: "waiting", approval: more };
    return { state: "passed", detail: `Approved by ${job.document.approvedBy ?? "somebody"}.` };
  }

  /** The plugin as it would be with this version. */
  async function nextRow(job: JobEntry, { manifest, digest }: VersionOf): Promise<PluginRow> {
    const current = await store.plugins.find(job.subject);
    return {
      ...{ registeredAt: now().toISOString(), registeredBy: job.document.startedBy, rowVersion: 0, ...current },
      ...{ id: job.subject, name: manifest.name, version: job.document.to, manifest: { ...manifest }, digest },
      ...{ code: "installed" as const, package: job.document.digest },
      codePath: packages.folderOf(job.document.digest),
    };
  }

  /** Settings as the switch would save them; nothing is saved. */
  async function settingsOfTrial(next: VersionOf, key: InstanceKey): Promise<Record<string, unknown>> {
    const { config } = next.manifest;
    if (config === undefined) return {};
    const after = (await settingsFor(store, await loadPlugin(store, key.plugin), next, key))?.after;
    const secrets = secretNames(config).flatMap((name) => {
      const value = after?.secrets[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return { ...withDefaults(config, after?.values ?? {}), ...Object.fromEntries(secrets) };
  }

  async function besideEach(
    job: JobEntry,
    work: (
      key: InstanceKey & { trial: string },
      settings: Record<string, unknown>,
      version: VersionOf,
    ) => Promise<void>,
  ): Promise<StepOutcome> {
    const version = await versionOf(store, job);
    const plugin = await nextRow(job, version);
    const enabled = (await store.instances.list(job.subject)).filter(({ state }) => state === "enabled");
    if (enabled.length === 0) return { state: "skipped", detail: "No instance is enabled." };
    for (const row of enabled) {
      const key = { plugin: row.plugin, instance: row.instance };
      const { grants } = await loadConfigured(store, key);
      const settings = await settingsOfTrial(version, key);
      const allowed = withApproved(grants, job.document.approved ?? []);
      const scopes = effectiveScopes(scopesOf(version.manifest, settings, allowed));
      await runner.tryVersion(contextOf(job), { plugin, settings, scopes }, key, (trial) =>
        work(trial, settings, version),
      );
    }
    return { state: "passed", detail: `${enabled.length} beside what runs.` };
  }

  const start = (job: JobEntry): Promise<StepOutcome> =>
    besideEach(job, async (trial, settings) => {
      // Whoever goes back does so because of what runs: a provider that is away keeps nobody from it.
      if (job.document.kind === "roll_back") return;
      const { rows } = await runner.check(contextOf(job), trial, "config.validate", { settings });
      const fault = rows.find(({ status }) => status === "failed");
      if (fault !== undefined)
        throw new HilumError("install.smoke", { detail: `It does not take the settings: ${fault.detail ?? ""}` });
    });

  const smoke = (job: JobEntry): Promise<StepOutcome> =>
    besideEach(job, async (trial, _settings, { manifest }) => {
      const tests = (manifest.smokeTests ?? []).filter(({ live = false }) => !live);
      for (const { id, title } of tests) {
        const { rows } = await runner.check(contextOf(job), trial, "smoke.run", { id });
        const fault = rows.find(({ status }) => status === "failed");
        if (fault !== undefined || rows.length === 0)
          throw new HilumError("install.smoke", { detail: `${title}: ${fault?.detail ?? "it answered nothing"}` });
      }
    });

  async function conform(job: JobEntry, only?: readonly string[]): Promise<StepOutcome> {
    // Another process may have unpacked it, on another disk.
    await verify(job.document.digest);
    const { passed, counts, cases } = await judge(
      contextOf(job),
      await nextRow(job, await versionOf(store, job)),
      only,
    );
    const failed = cases.find(({ outcome }) => outcome === "failed");
    if (!passed)
      throw new HilumError("install.conformance", {
        detail: failed === undefined ? "Nothing of it could be judged." : `${failed.id}: ${failed.why ?? failed.rule}`,
      });
    return { state: "passed", detail: `${counts.passed} passed, ${counts.skipped} skipped.` };
  }

  return {
    async isElsewhere({ document: { digest, upload } }) {
      if (!upload || !(await parts.isShared()) || (await packages.list()).includes(digest)) return false;
      return (await stat(join(parts.uploads, `${digest}.hilum`)).catch(() => undefined)) === undefined;
    },
    async perform(step, job) {
      if (step === "verify") {
        if (job.document.kind === "roll_back") await verify(job.document.digest);
        else await take(job);
        return { state: "passed" };
      }
      if (step === "unpack") return await unpack(job);
      if (step === "approve") return await approve(job);
      if (step === "start") return await start(job);
      if (step === "handshake") return await conform(job, ["handshake"]);
      if (step === "conformance") return await conform(job);
      return await smoke(job);
    },
    switchTo: (repositories, job) => switchTo(repositories, job, { packages, now, testMode: parts.testMode }),
    switchBack: (repositories, job) => switchBack(repositories, job, { now }),
    async apply(job) {
      const plugin = await loadPlugin(store, job.subject);
      await parts.acceptPages(plugin);
      await parts.refreshGrants();
      for (const { instance } of await store.instances.list(job.subject))
        await lifecycle.apply(contextOf(job), { plugin: job.subject, instance });
    },
    watchMs: async (job) =>
      (await store.instances.list(job.subject)).some(({ state }) => state === "enabled") ? watchMs : 0,
    judge: createWatch({ store, status: (key) => runner.status(key) }),
    async clean({ subject, document }) {
      if (document.upload) await rm(join(parts.uploads, `${document.digest}.hilum`), { force: true });
      // What runs stays, and what never ran is nothing to go back to.
      if ((await store.plugins.find(subject))?.package === document.digest) return;
      const { items } = await store.marketplace.list<JobDocument>("job", { subject, limit: 200 });
      const ran = items.some((one) => one.document.digest === document.digest && one.document.switchedAt !== undefined);
      if (ran) return;
      await store.packages.remove(document.digest);
      await packages.remove(document.digest);
    },
  };
}
