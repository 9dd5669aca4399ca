import type { CauseClass, Evidence, Repair } from "@hilum/contract/api";
import type { InstanceRow, SignInFault, Store } from "@hilum/store";

/** Open problems of plugins: those that the wizard mends say so. */
export async function pluginRepairs(store: Store): Promise<Repair[]> {
  const [plugins, instances, faults] = await Promise.all([
    store.plugins.list(),
    store.instances.list(),
    store.signIns.faults(),
  ]);
  const names = new Map(plugins.map(({ id, name }) => [id, name]));
  const configurable = new Set(plugins.filter(({ manifest }) => manifest["config"] !== undefined).map(({ id }) => id));
  const nameOf = ({ plugin }: { plugin: string }): string => names.get(plugin) ?? plugin;
  const own = await Promise.all(instances.map((row) => instanceRepairs(store, row, nameOf(row), faults)));
  return [...faults.map((fault) => signInRepair(fault, nameOf(fault))), ...own.flat()].map(({ mend, ...repair }) =>
    mend !== undefined && configurable.has(repair.plugin ?? "") ? { ...repair, mend } : repair,
  );
}

async function instanceRepairs(
  store: Store,
  row: InstanceRow,
  name: string,
  faults: readonly SignInFault[],
): Promise<Repair[]> {
  const place = { plugin: row.plugin, instance: row.instance };
  const link = { label: "See health", to: `/plugins/${row.plugin}/health?instance=${row.instance}` };
  if (row.problem !== undefined)
    return [
      {
        id: `instance:${row.plugin}/${row.instance}`,
        severity: row.state === "quarantined" ? "error" : "warning",
        title: `${name}: ${row.problem.title}`,
        why: row.problem.why,
        fix: row.problem.fix,
        since: row.problem.since,
        link,
        ...place,
        ...(row.problem.code === "instance.wrong_state" ? { cause: "configuration", mend: "reconfigure" } : {}),
      },
    ];
  if (row.state !== "enabled" || row.health !== "failing") return [];
  // A sign-in that ended makes every test fail; it is told once, where it is mended.
  if (faults.some((fault) => fault.plugin === row.plugin && fault.instance === row.instance)) return [];
  const failed = await failedRow(store, row);
  const mend = failed?.cause === undefined ? undefined : mends[failed.cause];
  return [
    {
      id: `health:${row.plugin}/${row.instance}`,
      severity: "error",
      title: failed === undefined ? `${name} fails its tests` : `${name}: “${failed.title}” failed`,
      why: failed === undefined ? "Its newest smoke test or live check failed." : describeRow(failed),
      fix: failed?.fix ?? "Open Health and follow the fix beside the test.",
      since: row.lastSmokeRunAt ?? row.enabledAt ?? row.createdAt,
      link,
      ...place,
      ...(failed?.cause === undefined ? {} : { cause: failed.cause }),
      ...(mend === undefined ? {} : { mend }),
    },
  ];
}

/** What was seen, and the provider's own words, which are without secrets. */
function describeRow({ detail = "The check failed.", reply }: Evidence): string {
  return reply === undefined ? detail : `${detail} It said: ${reply}${/[.!?]$/.test(reply) ? "" : "."}`;
}

/** What a person changes in the wizard: what the provider accepts, or where and as whom it is asked. */
const mends: Partial<Record<CauseClass, NonNullable<Repair["mend"]>>> = {
  wrong_credential: "reauthenticate",
  configuration: "reconfigure",
  sender_not_verified: "reconfigure",
  certificate: "reconfigure",
};

/** The first failed row of the newest evidence: a smoke test, or a live check. */
async function failedRow(store: Store, row: InstanceRow): Promise<Evidence | undefined> {
  const key = { plugin: row.plugin, instance: row.instance };
  const [run, snapshot] = await Promise.all([store.smoke.last(key), store.health.snapshot(key)]);
  const found = [
    { at: run?.finishedAt ?? "", rows: run?.results ?? [] },
    { at: snapshot?.checkedAt ?? "", rows: snapshot?.checks ?? [] },
  ].toSorted((a, b) => b.at.localeCompare(a.at));
  return found.flatMap(({ rows }) => rows).find(({ status }) => status === "failed");
}

function signInRepair({ plugin, instance, step, since, reply }: SignInFault, name: string): Repair {
  return {
    id: `sign-in:${plugin}/${instance}/${step}`,
    severity: "error",
    title: `${name}: the provider no longer accepts the sign-in`,
    why: reply === "" ? "The provider refused to renew it." : `The provider refused to renew it: ${reply}.`,
    fix: "Sign in at the provider once more.",
    since,
    link: { label: "See health", to: `/plugins/${plugin}/health?instance=${instance}` },
    cause: "wrong_credential",
    mend: "reauthenticate",
    plugin,
    instance,
  };
}
