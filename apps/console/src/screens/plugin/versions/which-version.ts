import type { PluginVersions } from "@hilum/contract/api";

type Kept = PluginVersions["kept"][number];
type Offered = PluginVersions["offered"][number];

/** The newest that may be taken as an update; offers are in the order newest first. Undefined where nothing newer is. */
export function newestFor({ offered, installed }: Pick<PluginVersions, "offered" | "installed">): Offered | undefined {
  const own = offered.findIndex(({ digest }) => digest === installed?.digest);
  const newer = own < 0 ? offered : offered.slice(0, own);
  return newer.find(
    ({ yanked, revoked, unfit, coolingOffUntil }) =>
      yanked === undefined && revoked === undefined && unfit === undefined && coolingOffUntil === undefined,
  );
}

/** Where one click back leads: what ran before, as the history has it, else what was installed last of what is kept. */
export function previousOf({
  kept,
  installed,
  history,
}: Pick<PluginVersions, "kept" | "installed" | "history">): Kept | undefined {
  const others = kept.filter(({ running }) => !running);
  const last = history.find(
    ({ state, to }) => to === installed?.version && (state === "succeeded" || state === "watching"),
  );
  return (
    others.find(({ version }) => version === last?.from) ??
    others.toSorted((one, other) => other.installedAt.localeCompare(one.installedAt))[0]
  );
}
