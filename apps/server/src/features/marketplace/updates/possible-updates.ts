import { compareVersions, type Manifest } from "@hilum/contract";
import type { PossibleUpdate } from "@hilum/contract/api";
import type { PluginRow, Store } from "@hilum/store";
import { isOffered, type Catalogue } from "../catalogue/catalogue.ts";
import type { createPlanner, Plan } from "../installs/plan.ts";

type Parts = {
  store: Pick<Store, "plugins">;
  catalogue: Pick<Catalogue, "ofPlugin">;
  plan: ReturnType<typeof createPlanner>;
};

interface Found {
  update: PossibleUpdate;
  needs: readonly string[];
}

/** Newer versions of one plugin that are looked at before the newest of them is said to be held. */
const versionsMax = 5;

/**
 * What can be updated, in the order in which several are: what others need comes before them, and what mends a weakness before the
 * rest. An update that waits for something says for what.
 */
export function createPossibleUpdates({ store, catalogue, plan }: Parts): (now: Date) => Promise<PossibleUpdate[]> {
  async function findUpdate(plugin: PluginRow, now: Date): Promise<Found | undefined> {
    const { version: from } = plugin;
    if (plugin.code !== "installed" || from === undefined) return undefined;
    const offers = (await catalogue.ofPlugin(plugin.id)).filter(({ listing }) => isOffered(listing));
    const newer = offers
      .filter(({ source, version }) => source === offers[0]?.source && compareVersions(version, from) > 0)
      .slice(0, versionsMax);
    let first: Plan | undefined;
    for (const { source, version } of newer) {
      const planned = await plan({ plugin: plugin.id, source, version }, now);
      first ??= planned;
      if (planned.preview.blocked.length === 0) return present(planned, from);
    }
    return first === undefined ? undefined : present(first, from);
  }

  return async (now) => {
    const found: Found[] = [];
    for (const plugin of await store.plugins.list()) {
      const one = await findUpdate(plugin, now);
      if (one !== undefined) found.push(one);
    }
    return inOrder(found).map(({ update }) => update);
  };
}

function present({ preview, candidate }: Plan, from: string): Found {
  const { plugin, name, to, source, differences, blocked } = preview;
  const [first] = blocked;
  const held =
    first !== undefined
      ? { code: first.code, why: `${first.title}: ${first.why}`, ...(first.until ? { until: first.until } : {}) }
      : differences.moreRights
        ? {
            code: "install.more_rights",
            why: "It asks for more than the version that runs: read and approve it by itself.",
          }
        : undefined;
  return {
    update: {
      ...{ plugin, name, from, to, source: source?.id ?? "", moreRights: differences.moreRights },
      security: candidate.offer?.listing.security ?? false,
      ...(held === undefined ? {} : { held }),
    },
    needs: needsOf(candidate.manifest),
  };
}

const needsOf = ({ requires }: Manifest): string[] => (requires?.plugins ?? []).map(({ id }) => id);

function inOrder(found: readonly Found[]): Found[] {
  const byPlugin = new Map(found.map((one) => [one.update.plugin, one]));
  const order = new Set<Found>();
  const visit = (one: Found, above: readonly string[]): void => {
    // Two that need each other: which is first does not matter then.
    if (order.has(one) || above.includes(one.update.plugin)) return;
    for (const id of one.needs) {
      const needed = byPlugin.get(id);
      if (needed !== undefined) visit(needed, [...above, one.update.plugin]);
    }
    order.add(one);
  };
  const sorted = found.toSorted(
    (one, other) =>
      Number(other.update.security) - Number(one.update.security) || one.update.name.localeCompare(other.update.name),
  );
  for (const one of sorted) visit(one, []);
  return [...order];
}
