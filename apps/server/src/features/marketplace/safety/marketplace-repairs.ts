import type { Repair } from "@hilum/contract/api";
import type { PackageRow, Store } from "@hilum/store";
import type { JobDocument } from "../installs/job.ts";
import { presentFault, type SourceDocument } from "../sources/present-source.ts";

const dayMs = 86_400_000;
type Stored = Pick<Store, "marketplace" | "packages" | "plugins" | "instances">;

/** What is wrong with marketplaces and with what came from them. An instance that was stopped says so itself. */
export async function listMarketplaceRepairs(store: Stored, now: Date): Promise<Repair[]> {
  const [ofSources, ofVersions, ofJobs] = await Promise.all([
    sourceRepairs(store),
    versionRepairs(store),
    jobRepairs(store, now),
  ]);
  return [...ofSources, ...ofVersions, ...ofJobs];
}

async function sourceRepairs({ marketplace }: Stored): Promise<Repair[]> {
  const { items } = await marketplace.list<SourceDocument>("source", { limit: 200 });
  const link = { label: "Open the sources", to: "/marketplace/sources" };
  return items.flatMap(({ id, document: { title, problem, faults = [], refreshedAt, addedAt } }): Repair[] => [
    ...(problem === undefined
      ? []
      : [
          {
            ...{ id: `source:${id}`, title: `${title}: ${problem.title}` },
            // Another history is no lateness: somebody is being deceived.
            severity: problem.code === "source.forked" ? ("error" as const) : ("warning" as const),
            ...{ why: problem.why, fix: problem.fix, since: problem.since, link },
          },
        ]),
    ...faults.map(presentFault).map(({ publisher, title: fault, fix }) => ({
      ...{ id: `source:${id}:${publisher}`, severity: "warning" as const, title: `${publisher} in ${title}: ${fault}` },
      why: "Its list of files was left out when the source was read; what is installed of it goes on.",
      ...{ fix, since: refreshedAt ?? addedAt, link },
    })),
  ]);
}

/** Versions that were taken back and run all the same, because the source's policy is to say so. */
async function versionRepairs({ packages, plugins, instances }: Stored): Promise<Repair[]> {
  const revoked = (await packages.list()).filter((row) => row.revoked !== undefined);
  if (revoked.length === 0) return [];
  const running = new Map((await plugins.list()).map((plugin) => [plugin.package, plugin]));
  const repairs = await Promise.all(
    revoked.map(async (row): Promise<Repair[]> => {
      const plugin = running.get(row.digest);
      if (plugin === undefined) return [];
      const rows = await instances.list(row.plugin);
      if (!rows.some(({ state, problem }) => state === "enabled" && problem === undefined)) return [];
      return [revokedRepair(row, plugin.name)];
    }),
  );
  return repairs.flat();
}

const revokedRepair = ({ plugin, version, revoked = "", installedAt }: PackageRow, name: string): Repair => ({
  ...{ id: `revoked:${plugin}`, severity: "error", title: `${name} ${version} was taken back by its publisher` },
  why: `It says: ${revoked} It runs all the same, as its source's policy has it.`,
  fix: "Update it, or go back to a version that was not taken back.",
  ...{ since: installedAt, link: { label: "Open its versions", to: `/plugins/${plugin}/versions` }, plugin },
});

async function jobRepairs({ marketplace }: Stored, now: Date): Promise<Repair[]> {
  const { items } = await marketplace.list<JobDocument>("job", {
    ...{ states: ["awaiting_approval", "rolled_back"], limit: 100 },
  });
  const yesterday = new Date(now.getTime() - dayMs).toISOString();
  return items.flatMap(({ id, subject: plugin, state, document }): Repair[] => {
    const { name, to, startedAt, finishedAt = "", problem } = document;
    const link = { label: "Open the job", to: `/marketplace/installs/${id}` };
    if (state === "awaiting_approval")
      return [
        {
          ...{
            id: `approval:${id}`,
            severity: "info",
            title: `${name} ${to} asks for more than the version that runs`,
          },
          why: "Until somebody has decided, the version that runs goes on.",
          fix: "Read what it asks for, then approve or cancel.",
          ...{ since: startedAt, link, plugin },
        },
      ];
    if (finishedAt < yesterday) return [];
    return [
      {
        ...{ id: `rolled-back:${id}`, severity: "warning", title: `${name} ${to} was taken back after the switch` },
        why: problem?.why ?? "It did not hold.",
        fix: "Read its log, and report it to its publisher.",
        ...{ since: finishedAt, link, plugin },
      },
    ];
  });
}
