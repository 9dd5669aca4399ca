import type { Repair } from "@hilum/contract/api";
import type { Store } from "@hilum/store";
import { coverageOf } from "./agreement-coverage.ts";
import type { Disclosures } from "./disclosures.ts";
import { listOutward } from "./outward-hosts.ts";

type Parts = { store: Store; disclosures: Pick<Disclosures, "foresee">; environment(): "production" | "test" };

const reflectedDays = 7;
const dayMs = 86_400_000;

/** Open problems of what leaves: agreements that end or have ended, secrets that came back, test mode that was left on. */
export function createEgressRepairs({ store, disclosures, environment }: Parts): (now: Date) => Promise<Repair[]> {
  return async (now) => [
    ...(await endingAgreements(store, now)),
    ...(await blockedHosts(store, disclosures, now)),
    ...(await reflectedSecrets(store, now)),
    ...(environment() === "production" ? await forgottenTestMode(store) : []),
  ];
}

async function endingAgreements(store: Store, now: Date): Promise<Repair[]> {
  return (await store.vendors.list()).flatMap((vendor): Repair[] => {
    const { state, until } = coverageOf(vendor, now);
    if (state !== "ends_soon" || until === undefined) return [];
    const days = Math.max(0, Math.round((Date.parse(`${until}T00:00:00.000Z`) - now.getTime()) / dayMs) + 1);
    return [
      {
        id: `agreement:ends:${vendor.id}`,
        severity: "warning",
        title: `The agreement with ${vendor.name} ends ${days === 1 ? "today or tomorrow" : `in ${days} days`}`,
        why: `Its last day is ${until}. From the day after, patient data no longer goes to ${vendor.hosts.join(", ")}.`,
        fix: "Sign the next agreement and record it.",
        since: new Date(Date.parse(`${until}T00:00:00.000Z`) - 30 * dayMs).toISOString(),
        link: { label: "Open the vendor", to: `/vendors/${vendor.id}` },
      },
    ];
  });
}

/** An enabled instance that cannot send, because patient data may not go to its host. */
async function blockedHosts(store: Store, disclosures: Parts["disclosures"], now: Date): Promise<Repair[]> {
  const enabled = (await listOutward(store)).filter(({ configured }) => configured.instance.state === "enabled");
  const repairs = await Promise.all(
    enabled.flatMap(({ configured: { plugin, instance }, hosts }) =>
      hosts
        .filter(({ access }) => access === "granted")
        .map(async ({ host, phi }): Promise<Repair[]> => {
          const { allowed, because, vendor } = await disclosures.foresee({ host, phi, testMode: instance.testMode });
          if (allowed || host === undefined) return [];
          const expired = because === "expired";
          return [
            {
              id: `agreement:${expired ? "expired" : "missing"}:${plugin.id}/${instance.instance}:${host}`,
              severity: expired ? "critical" : "error",
              title: expired
                ? `${instance.title} cannot send: the agreement for ${host} has ended`
                : `${instance.title} cannot send: there is no agreement for ${host}`,
              why: "Patient data goes to a company outside only under a business associate agreement that is in force.",
              fix: expired
                ? "Record the agreement that follows, or turn the instance to test mode."
                : "Add the vendor with this host and its agreement, or turn the instance to test mode.",
              since: sinceOf(await store.vendors.list(), vendor?.id, instance.enabledAt ?? instance.createdAt, now),
              link:
                vendor === undefined
                  ? { label: "Open vendors", to: "/vendors" }
                  : { label: "Open the vendor", to: `/vendors/${vendor.id}` },
              ...{ plugin: plugin.id, instance: instance.instance },
            },
          ];
        }),
    ),
  );
  return repairs.flat();
}

/** Since its newest agreement ended; without one, since the instance was enabled. */
function sinceOf(
  vendors: Awaited<ReturnType<Store["vendors"]["list"]>>,
  vendor: string | undefined,
  otherwise: string,
  now: Date,
): string {
  const ends = (vendors.find(({ id }) => id === vendor)?.agreements ?? [])
    .map(({ endedAt, validUntil }) => endedAt ?? (validUntil === undefined ? undefined : `${validUntil}T23:59:59.999Z`))
    .filter((at) => at !== undefined)
    .filter((at) => at <= now.toISOString())
    .toSorted((a, b) => a.localeCompare(b));
  return ends.at(-1) ?? otherwise;
}

async function reflectedSecrets(store: Store, now: Date): Promise<Repair[]> {
  const rows = await store.egressReceipts.reflected(new Date(now.getTime() - reflectedDays * dayMs).toISOString());
  const byHost = new Map(rows.map((row) => [`${row.plugin}/${row.instance}:${row.host ?? ""}`, row]));
  return [...byHost].map(([name, { plugin, instance, host = "a host", at }]) => ({
    id: `reflected:${name}`,
    severity: "warning",
    title: `${host} sent the secret back in its answer`,
    why: "Hilum took it out before the plugin saw it. A server that repeats secrets may also write them down.",
    fix: "Replace the secret at the provider and in Settings, and ask the provider why it repeats it.",
    since: at,
    link: { label: "Open egress", to: `/plugins/${plugin}/egress?instance=${instance}` },
    ...{ plugin, instance },
  }));
}

/** In production an instance in test mode is handed nothing: the messages of its channel wait. */
async function forgottenTestMode(store: Store): Promise<Repair[]> {
  const [routes, plugins, instances] = await Promise.all([
    store.routes.list(),
    store.plugins.list(),
    store.instances.list(),
  ]);
  return instances
    .filter(
      ({ plugin, instance, testMode, state }) =>
        testMode &&
        state === "enabled" &&
        plugins.find(({ id }) => id === plugin)?.code !== "host" &&
        routes.some(({ targets }) => targets.some((to) => to.plugin === plugin && to.instance === instance)),
    )
    .map(({ plugin, instance, title, enabledAt, createdAt }) => ({
      id: `test_mode:${plugin}/${instance}`,
      severity: "warning",
      title: `${title} is in test mode and takes no real message`,
      why: "A route leads to it. In test mode an instance is handed test messages alone.",
      fix: "Turn test mode off in its settings once its vendor's agreement is recorded.",
      since: enabledAt ?? createdAt,
      link: { label: "Open settings", to: `/plugins/${plugin}/settings?instance=${instance}` },
      ...{ plugin, instance },
    }));
}
