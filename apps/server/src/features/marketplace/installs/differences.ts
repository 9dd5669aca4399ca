import { capabilities, describeMigration, migrationsBetween, type Manifest } from "@hilum/contract";
import type { VersionDifferences } from "@hilum/contract/api";
import type { ListedFile } from "@hilum/marketplace";
import type { PluginRow } from "@hilum/store";
import { differencesOf } from "../../plugins/review-manifest.ts";
import { rightsOf } from "../catalogue/present-listing.ts";

/** What the next version changes; `current` is undefined where the plugin is new. */
export function compareVersionsOf(
  current: Pick<PluginRow, "manifest" | "version"> | undefined,
  next: Manifest,
  files: { before: readonly ListedFile[]; after: readonly ListedFile[] } | undefined,
): VersionDifferences {
  const before = current?.manifest as unknown as Manifest | undefined;
  const [old, now] = [rightsOf(before?.scopes ?? []), rightsOf(next.scopes ?? [])];
  const [had, has] = [new Set(old.permissions.map(scopeOf)), new Set(now.permissions.map(scopeOf))];
  const added = now.permissions.filter(({ scope }) => !had.has(scope));
  return {
    moreRights: added.length > 0,
    scopes: { added, removed: old.permissions.filter(({ scope }) => !has.has(scope)) },
    hosts: changes(old.hosts, now.hosts),
    capabilities: changes(titlesOf(before), titlesOf(next)),
    needs: changes(needsOf(before), needsOf(next)),
    settings: current === undefined ? [] : migrationsBetween(current, next).flatMap(describeMigration),
    manifest: before === undefined ? [] : differencesOf(before, next),
    files: files === undefined ? [] : compareFiles(files.before, files.after),
    filesKnown: files !== undefined,
  };
}

const scopeOf = ({ scope }: { scope: string }): string => scope;
const titlesOf = (manifest: Manifest | undefined): string[] =>
  (manifest?.capabilities ?? []).map((name) => capabilities[name].title);
const needsOf = (manifest: Manifest | undefined): string[] =>
  (manifest?.requires?.plugins ?? []).map(({ id, version }) => `${id} ${version}`);

const changes = (before: readonly string[], after: readonly string[]): { added: string[]; removed: string[] } => ({
  added: after.filter((one) => !before.includes(one)),
  removed: before.filter((one) => !after.includes(one)),
});

function compareFiles(before: readonly ListedFile[], after: readonly ListedFile[]): VersionDifferences["files"] {
  const [old, now] = [new Map(before.map((row) => [row.path, row])), new Map(after.map((row) => [row.path, row]))];
  return [...new Set([...old.keys(), ...now.keys()])].toSorted().flatMap((path) => {
    const [was, is] = [old.get(path), now.get(path)];
    if (was?.digest === is?.digest) return [];
    const change = was === undefined ? "added" : is === undefined ? "removed" : "changed";
    return [{ path, change, bytes: is?.bytes ?? was?.bytes ?? 0 }] as const;
  });
}
