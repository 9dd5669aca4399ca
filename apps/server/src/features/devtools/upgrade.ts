import { HilumError, type Context } from "@hilum/contract";
import type { Upgraded, UpgradePreview } from "@hilum/contract/api";
import { planApart, readSources, writeChanges, type UpgradePlan } from "@hilum/devtools";
import type { Store } from "@hilum/store";
import { loadPlugin, manifestOf } from "../plugins/load-instance.ts";
import { linkedFolder } from "./linked-folder.ts";
import { createOneAtATime } from "./one-at-a-time.ts";

export interface UpgradeService {
  preview(plugin: string): Promise<UpgradePreview>;
  /** All diffs after one another, with the name of a file for them. */
  patch(plugin: string): Promise<{ name: string; text: string }>;
  /** Throws `upgrade.changed` unless `basis` is that of the folder as it is. */
  run(context: Context, plugin: string, basis: string): Promise<Upgraded>;
}

interface Planned {
  folder: string;
  before: ReadonlyMap<string, string>;
  plan: UpgradePlan;
  preview: UpgradePreview;
}

export function createUpgradeService({ store }: { store: Store }): UpgradeService {
  const inTurn = createOneAtATime(4);

  async function plan(id: string): Promise<Planned> {
    const plugin = await loadPlugin(store, id);
    const folder = linkedFolder(plugin);
    const language = manifestOf(plugin).runtime?.kind;
    if (language !== "node" && language !== "python")
      throw new HilumError("upgrade.language", {
        detail: `${plugin.name} is written in ${language ?? "no language of ours"}.`,
      });
    const { files, skipped } = await readSources(folder);
    const found = await planApart(files, { language });
    const { changed: _changed, ...shown } = found;
    return { folder, before: files, plan: found, preview: { plugin: id, ...shown, skipped } };
  }

  return {
    preview: async (id) => (await inTurn(() => plan(id))).preview,
    async patch(id) {
      const { files, to } = (await inTurn(() => plan(id))).preview;
      return { name: `${id}-to-sdk-${to}.patch`, text: files.map(({ diff }) => diff).join("") };
    },
    run: (context, id, basis) =>
      inTurn(async () => {
        const { folder, before, plan: planned, preview } = await plan(id);
        const { to, steps, declares } = preview;
        if (preview.basis !== basis)
          throw new HilumError("upgrade.changed", { detail: "Its files are not those of the preview." });
        const files = [...planned.changed.keys()];
        const backup = `.hilum/before-${to}-${context.now().toISOString().replaceAll(/[-:.]/g, "")}`;
        if (files.length > 0) await writeChanges(folder, { before, changed: planned.changed, backup });
        return {
          ...{ plugin: id, to, files, manifestChanged: planned.changed.has("hilum.json") },
          byHand: [...steps.flatMap(({ byHand }) => byHand), ...declares.byHand],
          ...(files.length === 0 ? {} : { backup }),
        };
      }),
  };
}
