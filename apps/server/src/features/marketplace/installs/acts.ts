import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { compareVersions, HilumError, parseManifest, type Context, type Log, type Manifest } from "@hilum/contract";
import type { ConformanceResult } from "@hilum/contract/api";
import { manifestDigest } from "@hilum/contract/digest";
import { readPackageApart, type InstalledPackages, type ReadPackage } from "@hilum/marketplace";
import type { GrantRow, InstanceKey, InstanceRow, PluginRow, Repositories, Store } from "@hilum/store";
import { judgeHostRange } from "../../plugins/host-range.ts";
import { didNotStart } from "../../plugins/lifecycle.ts";
import { loadConfigured, loadPlugin, openSettings } from "../../plugins/load-instance.ts";
import type { LifecycleService } from "../../plugins/lifecycle.ts";
import { migratedSettings } from "../../plugins/migrated-settings.ts";
import type { InstanceRunner } from "../../plugins/runner.ts";
import { effectiveScopes, scopesOf } from "../../plugins/scopes-of.ts";
import { hilumVersion } from "../../../version.ts";
import { rightsOf } from "../catalogue/present-listing.ts";
import type { Highest, JobDocument, JobEntry, Right } from "./job.ts";
import type { JobActs, StepOutcome, Verdict } from "./run-jobs.ts";

/** Calls of the watch that are too few to judge by, and the share of them that may fail. */
const callsMin = 20;
const failedShareMax = 0.2;
const watchMs = 10 * 60_000;

export interface ActParts {
  store: Store;
  packages: InstalledPackages;
  verify(digest: string): Promise<void>;
  fetch(source: string, digest: string): Promise<Buffer>;
  uploads: string;
  runner: Pick<InstanceRunner, "tryVersion" | "check">;
  judge(
    context: Pick<Context, "now" | "actor">,
    plugin: PluginRow,
    cases?: readonly string[],
  ): Promise<ConformanceResult>;
  lifecycle: Pick<LifecycleService, "apply">;
  acceptPages(plugin: PluginRow): Promise<void>;
  refreshGrants(): Promise<void>;
  testMode(): boolean;
  log: Log;
  now?: () => Date;
}

export function createJobActs(parts: ActParts): JobActs {
  const { store, packages, verify, runner, judge, lifecycle, now = () => new Date() } = parts;
  const contextOf = ({ document }: JobEntry) => ({
    ...{ actor: { kind: "system" as const, id: document.startedBy }, purpose: "HSYSADMIN" as const, now },
  });

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
    const more = rightsBeyond(current, await manifestOfPackage(job));
    if (more.length === 0) return { state: "passed", detail: "It asks for nothing more." };
    if (job.document.approved === undefined) return { state: "waiting", approval: more };
    return { state: "passed", detail: `Approved by ${job.document.approvedBy ?? "somebody"}.` };
  }

  async function manifestOfPackage({ document }: JobEntry): Promise<Manifest> {
    const row = await store.packages.find(document.digest);
    if (row === undefined) throw new HilumError("package.not_installed");
    return row.manifest as unknown as Manifest;
  }

  /** The plugin as it would be with this version. */
  async function nextRow(job: JobEntry): Promise<PluginRow> {
    const { manifest, canonical } = reread(await manifestOfPackage(job));
    const current = await store.plugins.find(job.subject);
    return {
      ...{ registeredAt: now().toISOString(), registeredBy: job.document.startedBy, rowVersion: 0, ...current },
      ...{ id: job.subject, name: manifest.name, version: job.document.to, manifest: { ...manifest } },
      ...{ digest: manifestDigest(canonical), code: "installed" as const, package: job.document.digest },
      codePath: packages.folderOf(job.document.digest),
    };
  }

  async function besideEach(
    job: JobEntry,
    work: (key: InstanceKey & { trial: string }, settings: Record<string, unknown>, next: PluginRow) => Promise<void>,
  ): Promise<StepOutcome> {
    const next = await nextRow(job);
    const enabled = (await store.instances.list(job.subject)).filter(({ state }) => state === "enabled");
    if (enabled.length === 0) return { state: "skipped", detail: "No instance is enabled." };
    const manifest = next.manifest as unknown as Manifest;
    for (const row of enabled) {
      const key = { plugin: row.plugin, instance: row.instance };
      const { grants, values } = await loadConfigured(store, key);
      const settings = await openSettings(store, key, manifest);
      const allowed = withApproved(grants, job.document.approved ?? []);
      const scopes = effectiveScopes(scopesOf(manifest, values, allowed));
      await runner.tryVersion(contextOf(job), { plugin: next, settings, scopes }, key, (trial) =>
        work(trial, settings, next),
      );
    }
    return { state: "passed", detail: `${enabled.length} beside what runs.` };
  }

  const start = (job: JobEntry): Promise<StepOutcome> =>
    besideEach(job, async (trial, settings) => {
      const { rows } = await runner.check(contextOf(job), trial, "config.validate", { settings });
      const fault = rows.find(({ status }) => status === "failed");
      if (fault !== undefined)
        throw new HilumError("install.smoke", { detail: `It does not take the settings: ${fault.detail ?? ""}` });
    });

  const smoke = (job: JobEntry): Promise<StepOutcome> =>
    besideEach(job, async (trial, _settings, next) => {
      const tests = ((next.manifest as unknown as Manifest).smokeTests ?? []).filter(({ live = false }) => !live);
      for (const { id, title } of tests) {
        const { rows } = await runner.check(contextOf(job), trial, "smoke.run", { id });
        const fault = rows.find(({ status }) => status === "failed");
        if (fault !== undefined || rows.length === 0)
          throw new HilumError("install.smoke", { detail: `${title}: ${fault?.detail ?? "it answered nothing"}` });
      }
    });

  async function conform(job: JobEntry, only?: readonly string[]): Promise<StepOutcome> {
    const { passed, counts, cases } = await judge(contextOf(job), await nextRow(job), only);
    const failed = cases.find(({ outcome }) => outcome === "failed");
    if (!passed)
      throw new HilumError("install.conformance", {
        detail: failed === undefined ? "Nothing of it could be judged." : `${failed.id}: ${failed.why ?? failed.rule}`,
      });
    return { state: "passed", detail: `${counts.passed} passed, ${counts.skipped} skipped.` };
  }

  return {
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
    async switchTo(repositories, job) {
      const next = await nextRowIn(repositories, job, packages);
      await putPlugin(repositories, job, next, { now, testMode: parts.testMode() });
      await raiseHighest(repositories, job);
    },
    async switchBack(repositories, job) {
      const { previous } = job.document;
      const current = await repositories.plugins.find(job.subject);
      if (previous === undefined || current === undefined || current.package !== job.document.digest) return;
      const { version, codePath, package: taken, ...rest } = previous;
      await repositories.plugins.revise({
        ...{ ...rest, id: job.subject, rowVersion: current.rowVersion },
        ...(version === undefined ? {} : { version }),
        ...(codePath === undefined ? {} : { codePath }),
        ...(taken === undefined ? {} : { package: taken }),
      });
    },
    async apply(job) {
      const plugin = await loadPlugin(store, job.subject);
      await parts.acceptPages(plugin);
      await parts.refreshGrants();
      for (const { instance } of await store.instances.list(job.subject))
        await lifecycle.apply(contextOf(job), { plugin: job.subject, instance });
    },
    watchMs: async (job) =>
      (await store.instances.list(job.subject)).some(({ state }) => state === "enabled") ? watchMs : 0,
    judge: async (job) => await judgeRunning(store, job),
    async clean({ subject, document }) {
      if (document.upload) await rm(join(parts.uploads, `${document.digest}.hilum`), { force: true });
      // What never ran is nothing to go back to.
      const { items } = await store.marketplace.list<JobDocument>("job", { subject, limit: 200 });
      const ran = items.some((one) => one.document.digest === document.digest && one.document.switchedAt !== undefined);
      if (ran) return;
      await store.packages.remove(document.digest);
      await packages.remove(document.digest);
    },
  };
}

/** The highest version that ever ran: going below it takes a reason (threat 127). */
async function raiseHighest({ marketplace }: Repositories, { subject, document }: JobEntry): Promise<void> {
  const known = await marketplace.find<Highest>("highest", subject);
  if (known !== undefined && compareVersions(known.document.version, document.to) >= 0) return;
  const { rowVersion = 0 } = known ?? {};
  const entry = { kind: "highest" as const, id: subject, subject, state: "kept", rowVersion };
  await marketplace.put<Highest>({ ...entry, document: { version: document.to } });
}

function reread(manifest: Manifest): { manifest: Manifest; canonical: string } {
  const parsed = parseManifest(JSON.stringify(manifest), { included: true });
  if (!parsed.ok) throw new HilumError("manifest.invalid", { problems: parsed.problems });
  return parsed;
}

/** What a version asks for that the one that is registered does not. */
export function rightsBeyond(current: Pick<PluginRow, "manifest">, next: Pick<Manifest, "scopes">): Right[] {
  const known = new Set(((current.manifest as unknown as Manifest).scopes ?? []).map(({ scope }) => scope));
  return rightsOf((next.scopes ?? []).filter(({ scope }) => !known.has(scope))).permissions;
}

const withApproved = (grants: readonly GrantRow[], approved: readonly string[]): GrantRow[] => [
  ...grants.filter(({ scope }) => !approved.includes(scope)),
  ...approved.map((scope) => ({ scope, decision: "granted" as const, at: "", by: "" }) as GrantRow),
];

async function nextRowIn(
  repositories: Repositories,
  { subject, document }: JobEntry,
  packages: InstalledPackages,
): Promise<{ manifest: Manifest; digest: string; codePath: string; current: PluginRow | undefined }> {
  const row = await repositories.packages.find(document.digest);
  if (row === undefined) throw new HilumError("package.not_installed");
  const { manifest, canonical } = reread(row.manifest as unknown as Manifest);
  const current = await repositories.plugins.find(subject);
  return { manifest, digest: manifestDigest(canonical), codePath: packages.folderOf(document.digest), current };
}

/** The new manifest, code, settings and decisions: all in the transaction of the switch, or none. */
async function putPlugin(
  repositories: Repositories,
  { subject, document }: JobEntry,
  { manifest, digest, codePath, current }: Awaited<ReturnType<typeof nextRowIn>>,
  { now, testMode }: { now: () => Date; testMode: boolean },
): Promise<void> {
  const at = now().toISOString();
  const by = document.startedBy;
  const version = {
    ...{ id: subject, name: manifest.name, version: document.to, manifest: { ...manifest }, digest },
    ...{ code: "installed" as const, codePath, package: document.digest },
  };
  if (current === undefined) {
    await repositories.plugins.create({
      ...{ ...version, at, by },
      instance: { id: "default", title: manifest.name, testMode },
    });
    return;
  }
  const context = { now, actor: { kind: "user", id: by } } as unknown as Context;
  await repositories.plugins.revise({
    ...{ ...version, rowVersion: current.rowVersion },
    settings: await migratedSettings(context, repositories, current, manifest),
  });
  const more = rightsBeyond(current, manifest);
  const asked = new Set((manifest.scopes ?? []).map(({ scope }) => scope));
  for (const row of await repositories.instances.list(subject))
    await decideRights(repositories, row, { more, asked, approved: document.approved ?? [], at, by, manifest });
}

async function decideRights(
  repositories: Repositories,
  row: InstanceRow,
  of: {
    more: Right[];
    asked: ReadonlySet<string>;
    approved: readonly string[];
    at: string;
    by: string;
    manifest: Manifest;
  },
): Promise<void> {
  const key = { plugin: row.plugin, instance: row.instance };
  const grants = await repositories.grants.list(key);
  const dropped = grants.map(({ scope }) => scope).filter((scope) => !of.asked.has(scope));
  if (dropped.length > 0) await repositories.grants.forget(key, dropped);
  // An instance whose access nobody has reviewed yet is reviewed as a whole, before it is enabled.
  if (of.more.length === 0 || row.accessReviewedAt === undefined) return;
  const values = (await repositories.settings.current(key))?.values ?? {};
  const states = scopesOf(of.manifest, values, withApproved([], of.approved));
  const pins = new Map(states.map((state) => [state.scope, effectiveScopes([state])[0]]));
  await repositories.grants.decide(
    key,
    of.more.map(({ scope }) => {
      const pinned = pins.get(scope);
      return of.approved.includes(scope) && pinned !== undefined
        ? { scope, decision: "granted" as const, pinned }
        : { scope, decision: "denied" as const };
    }),
    { at: of.at, by: of.by, reviewed: true },
  );
}

/** A version does not hold where it was stopped, where its smoke tests fail since, or where too many calls do. */
async function judgeRunning(store: Store, { subject, document }: JobEntry): Promise<Verdict> {
  if ((await store.plugins.find(subject))?.package !== document.digest) return { fine: true, replaced: true };
  const since = document.switchedAt ?? "";
  for (const row of await store.instances.list(subject)) {
    const { instance, state, health, lastSmokeRunAt, problem } = row;
    if (state === "quarantined")
      return {
        fine: false,
        code: problem?.code ?? "plugin.quarantined",
        why: problem?.why ?? "It fails again and again.",
      };
    if (state === "enabled" && problem !== undefined && problem.since > since && problem.title === didNotStart)
      return { fine: false, code: problem.code, why: problem.why };
    if (state === "enabled" && health === "failing" && (lastSmokeRunAt ?? "") > since)
      return { fine: false, code: "install.smoke", why: "Its smoke tests fail since the switch." };
    const [totals] = await store.health.calls(since, { plugin: subject, instance });
    if (totals !== undefined && totals.calls >= callsMin && totals.failed / totals.calls > failedShareMax)
      return {
        fine: false,
        code: "plugin.failed",
        why: `${totals.failed} of ${totals.calls} calls failed since the switch.`,
      };
  }
  return { fine: true };
}
