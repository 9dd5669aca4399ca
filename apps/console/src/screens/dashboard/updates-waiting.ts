import type { AnswerById } from "../../api/call.ts";

type Update = AnswerById<"listUpdates">["items"][number];
type Plugin = Pick<AnswerById<"listPlugins">["items"][number], "id" | "name" | "instances">;
type Repair = Pick<AnswerById<"getDashboard">["repairs"][number], "id" | "plugin">;

/** A plugin that should not stay at the version that it has. */
export interface Pressing {
  plugin: string;
  name: string;
  why: "taken_back" | "weakness";
  /** The version that waits; absent where its source offers none yet. */
  to?: string;
  held: boolean;
}

export interface UpdatesWaiting {
  /** How many wait, and how many of them for something else than a person. */
  count: number;
  held: number;
  /** First what was taken back, then what has a weakness. */
  pressing: readonly Pressing[];
}

/** What waits to be updated, and what of it presses: the version that runs was taken back, or the new one mends a weakness. */
export function readUpdatesWaiting(
  updates: readonly Update[],
  plugins: readonly Plugin[],
  repairs: readonly Repair[],
): UpdatesWaiting {
  const offered = new Map(updates.map((update) => [update.plugin, update]));
  const revoked = plugins.filter((plugin) => isStopped(plugin) || repairs.some((repair) => isSaid(repair, plugin)));
  const weak = updates.filter(({ plugin, security }) => security && !revoked.some(({ id }) => id === plugin));
  return {
    count: updates.length,
    held: updates.filter(({ held }) => held !== undefined).length,
    pressing: [
      ...revoked.map(({ id, name }) => present(id, name, "taken_back", offered.get(id))),
      ...weak.map((update) => present(update.plugin, update.name, "weakness", update)),
    ],
  };
}

const isStopped = ({ instances }: Plugin): boolean =>
  instances.some(({ problem }) => problem?.code === "package.revoked");

/** It runs all the same, as its source's policy has it. */
const isSaid = (repair: Repair, { id }: Plugin): boolean => repair.plugin === id && repair.id.startsWith("revoked:");

const present = (plugin: string, name: string, why: Pressing["why"], update: Update | undefined): Pressing => ({
  ...{ plugin, name, why, held: update?.held !== undefined },
  ...(update !== undefined && { to: update.to }),
});
