import { compareVersions, HilumError, parseManifest, type Manifest } from "@hilum/contract";
import { manifestDigest } from "@hilum/contract/digest";
import type { InstalledPackages } from "@hilum/marketplace";
import type { GrantRow, InstanceKey, InstanceRow, PluginRow, Repositories } from "@hilum/store";
import { effectiveScopes, scopesOf } from "../../plugins/scopes-of.ts";
import { rightsOf } from "../catalogue/present-listing.ts";
import type { Highest, JobEntry, Right } from "./job.ts";
import { findLeftBehind, leaveFor, type VersionOf } from "./left-behind.ts";

interface Parts {
  packages: InstalledPackages;
  now: () => Date;
  testMode(): boolean;
}

/** The new manifest, code, settings and decisions: all in the transaction of the switch, or none. */
export async function switchTo(repositories: Repositories, job: JobEntry, parts: Parts): Promise<void> {
  const next = await versionOf(repositories, job);
  await putPlugin(repositories, job, next, parts);
  await raiseHighest(repositories, job);
}

/** What ran before, with the settings and the decisions that it had. Nothing is done where something else runs since. */
export async function switchBack(repositories: Repositories, job: JobEntry, { now }: Pick<Parts, "now">) {
  const { previous } = job.document;
  const current = await repositories.plugins.find(job.subject);
  if (previous === undefined || current === undefined || current.package !== job.document.digest) return;
  const { version, codePath, package: taken, ...rest } = previous;
  const before = { id: job.subject, digest: previous.digest, manifest: previous.manifest as unknown as Manifest };
  const left = await findLeftBehind(repositories, before);
  const settings = await leaveFor(systemContext(job, now), repositories, current, before);
  await repositories.plugins.revise({
    ...{ ...rest, id: job.subject, rowVersion: current.rowVersion, settings },
    ...(version === undefined ? {} : { version }),
    ...(codePath === undefined ? {} : { codePath }),
    ...(taken === undefined ? {} : { package: taken }),
  });
  for (const { instance, grants } of left?.instances ?? [])
    await restoreGrants(repositories, { plugin: job.subject, instance }, grants);
}

/** As the job's package is: the manifest as it is read now, whose fields may have been given meaning since. */
export async function versionOf(
  { packages }: Pick<Repositories, "packages">,
  { subject, document }: JobEntry,
): Promise<VersionOf> {
  const row = await packages.find(document.digest);
  if (row === undefined) throw new HilumError("package.not_installed");
  return { id: subject, ...readAgain(row.manifest) };
}

/** Throws `manifest.invalid`. */
export function readAgain(manifest: PluginRow["manifest"]): { manifest: Manifest; digest: string } {
  const parsed = parseManifest(JSON.stringify(manifest), { included: true });
  if (!parsed.ok) throw new HilumError("manifest.invalid", { problems: parsed.problems });
  return { manifest: parsed.manifest, digest: manifestDigest(parsed.canonical) };
}

export const systemContext = ({ document }: JobEntry, now: () => Date) => ({
  ...{ actor: { kind: "system" as const, id: document.startedBy }, purpose: "HSYSADMIN" as const, now },
});

/** What a version asks for that the one that is registered does not. */
export function rightsBeyond(current: Pick<PluginRow, "manifest">, next: Pick<Manifest, "scopes">): Right[] {
  const known = new Set(((current.manifest as unknown as Manifest).scopes ?? []).map(({ scope }) => scope));
  return rightsOf((next.scopes ?? []).filter(({ scope }) => !known.has(scope))).permissions;
}

/** The highest version that ever ran: going below it takes a reason (threat 127). */
async function raiseHighest({ marketplace }: Repositories, { subject, document }: JobEntry): Promise<void> {
  const known = await marketplace.find<Highest>("highest", subject);
  if (known !== undefined && compareVersions(known.document.version, document.to) >= 0) return;
  const { rowVersion = 0 } = known ?? {};
  const entry = { kind: "highest" as const, id: subject, subject, state: "kept", rowVersion };
  await marketplace.put<Highest>({ ...entry, document: { version: document.to } });
}

async function putPlugin(
  repositories: Repositories,
  job: JobEntry,
  next: VersionOf,
  { packages, now, testMode }: Parts,
): Promise<void> {
  const { manifest, digest } = next;
  const { subject, document } = job;
  const at = now().toISOString();
  const by = document.startedBy;
  const current = await repositories.plugins.find(subject);
  const version = {
    ...{ id: subject, name: manifest.name, version: document.to, manifest: { ...manifest }, digest },
    ...{ code: "installed" as const, codePath: packages.folderOf(document.digest), package: document.digest },
  };
  if (current === undefined) {
    const instance = { id: "default", title: manifest.name, testMode: testMode() };
    return void (await repositories.plugins.create({ ...version, at, by, instance }));
  }
  const settings = await leaveFor(systemContext(job, now), repositories, current, next);
  await repositories.plugins.revise({ ...version, rowVersion: current.rowVersion, settings });
  const more = rightsBeyond(current, manifest);
  const asked = new Set((manifest.scopes ?? []).map(({ scope }) => scope));
  for (const row of await repositories.instances.list(subject))
    await decideRights(repositories, row, { more, asked, approved: document.approved ?? [], at, by, manifest });
}

interface Rights {
  more: Right[];
  asked: ReadonlySet<string>;
  approved: readonly string[];
  at: string;
  by: string;
  manifest: Manifest;
}

async function decideRights(repositories: Repositories, row: InstanceRow, of: Rights): Promise<void> {
  const key = { plugin: row.plugin, instance: row.instance };
  const grants = await repositories.grants.list(key);
  const dropped = grants.map(({ scope }) => scope).filter((scope) => !of.asked.has(scope));
  if (dropped.length > 0) await repositories.grants.forget(key, dropped);
  // An instance that nobody has reviewed nor enabled yet is reviewed as a whole, before it is enabled.
  if (of.more.length === 0 || (row.accessReviewedAt === undefined && row.enabledAt === undefined)) return;
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

/** Decisions as they stood, each by whom and when it was made; those that were made for the other version go with it. */
async function restoreGrants(
  { grants }: Pick<Repositories, "grants">,
  key: InstanceKey,
  kept: readonly GrantRow[],
): Promise<void> {
  const now = await grants.list(key);
  const names = new Set(kept.map(({ scope }) => scope));
  const gone = now.map(({ scope }) => scope).filter((scope) => !names.has(scope));
  if (gone.length > 0) await grants.forget(key, gone);
  for (const { at, by, scope, decision, narrowedTo, pinned } of kept) {
    if (now.some((row) => row.scope === scope)) continue;
    const one = { scope, decision };
    await grants.decide(
      key,
      [
        {
          ...one,
          ...(narrowedTo === undefined ? {} : { narrowedTo }),
          ...(pinned === undefined ? {} : { pinned }),
        },
      ],
      { at, by },
    );
  }
}

export const withApproved = (grants: readonly GrantRow[], approved: readonly string[]): GrantRow[] => [
  ...grants.filter(({ scope }) => !approved.includes(scope)),
  ...approved.map((scope) => ({ scope, decision: "granted" as const, at: "", by: "" }) as GrantRow),
];
