import { describeScope, isScope, parseScope } from "@hilum/contract";
import type { BlastRadius } from "@hilum/contract/api";
import { contactPoints } from "@hilum/contract/fhir";
import { patientsOf } from "@hilum/contract/search";
import type { InstanceKey, RemoteLinkRow, Store } from "@hilum/store";
import { receiptDays } from "../../egress/compose-egress.ts";

type Reached = Pick<Store, "reach" | "instances" | "egressReceipts" | "grants" | "settings" | "remote">;
type Data = BlastRadius["data"][number];

/** Messages that are opened at a time, so that whoever counts a million of them keeps nobody waiting. */
const pageRows = 500;

/** What a plugin had in its hands, counted. Whom a message is about is read to be counted, and goes nowhere. */
export async function readBlastRadius(store: Reached, plugin: string, now: Date): Promise<BlastRadius> {
  const instances = await store.instances.list(plugin);
  const [messages, records, patients, totals] = await Promise.all([
    countMessages(store.reach, plugin),
    store.reach.records(plugin),
    store.reach.patients(plugin),
    store.egressReceipts.totals(new Date(0).toISOString(), plugin),
  ]);
  const data: Data[] = [
    ...messages,
    ...records.map(({ resource, ...counted }) => ({
      ...{ kind: "records" as const, title: `${resource}: read, written or handed over` },
      ...counted,
    })),
  ];
  const begun = [...instances.map(({ enabledAt }) => enabledAt), ...data.map(({ first }) => first)];
  const since = begun.filter((at) => at !== undefined).toSorted()[0];
  return {
    plugin,
    ...(since === undefined ? {} : { since }),
    ...{ data, patients, hosts: sumHosts(totals) },
    ...(await readHeld(store, plugin, now)),
    receiptDays,
  };
}

/** What it has in its hands now: what the kill switch takes away, and which secrets must be changed elsewhere. */
export async function readHeld(
  store: Pick<Reached, "instances" | "grants" | "settings" | "remote">,
  plugin: string,
  now: Date,
): Promise<Pick<BlastRadius, "scopes" | "secrets" | "tokens">> {
  const held = await Promise.all((await store.instances.list(plugin)).map((row) => heldBy(store, row, now)));
  return {
    scopes: held.flatMap(({ scopes }) => scopes),
    secrets: held.flatMap(({ secrets }) => secrets),
    tokens: held.reduce((sum, { tokens }) => sum + tokens, 0),
  };
}

async function countMessages(reach: Store["reach"], plugin: string): Promise<Data[]> {
  const people = new Set<string>();
  const ofAttached = new Set<string>();
  let [count, attachments] = [0, 0];
  let [first, last]: (string | undefined)[] = [];
  let [firstAttached, lastAttached]: (string | undefined)[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await reach.messages(plugin, { limit: pageRows, ...(after === undefined ? {} : { after }) });
    for (const { at, body, attachments: carried } of page) {
      const about = whomOf(body);
      for (const person of about) people.add(person);
      [first, last] = [earlier(first, at), later(last, at)];
      if (carried === 0) continue;
      for (const person of about) ofAttached.add(person);
      attachments += carried;
      [firstAttached, lastAttached] = [earlier(firstAttached, at), later(lastAttached, at)];
    }
    count += page.length;
    after = page.at(-1)?.id;
    if (page.length < pageRows) break;
  }
  if (count === 0 || first === undefined || last === undefined) return [];
  return [
    { kind: "messages", title: "Messages that were handed to it", count, people: people.size, first, last },
    ...(firstAttached === undefined || lastAttached === undefined
      ? []
      : [
          {
            ...{ kind: "attachments" as const, title: "Attachments of them", count: attachments },
            ...{ people: ofAttached.size, first: firstAttached, last: lastAttached },
          },
        ]),
  ];
}

const earlier = (one: string | undefined, other: string): string => (one === undefined || other < one ? other : one);
const later = (one: string | undefined, other: string): string => (one === undefined || other > one ? other : one);

/** The patients whom it is about; where there are none, who gets it. */
function whomOf(body: string): string[] {
  const communication = JSON.parse(body) as Record<string, unknown>;
  const patients = patientsOf(communication);
  if (patients.length > 0) return patients.map((id) => `Patient/${id}`);
  return contactPoints(communication as unknown as Parameters<typeof contactPoints>[0]).map(({ value }) => value);
}

function sumHosts(totals: Awaited<ReturnType<Store["egressReceipts"]["totals"]>>): BlastRadius["hosts"] {
  const hosts = new Map<string, BlastRadius["hosts"][number]>();
  for (const { host, requests, denied, bytesOut, lastAt } of totals) {
    if (requests === denied) continue;
    const known = hosts.get(host) ?? { host, requests: 0, bytesOut: 0, lastAt };
    hosts.set(host, {
      ...{ host, requests: known.requests + requests - denied, bytesOut: known.bytesOut + bytesOut },
      lastAt: later(known.lastAt, lastAt),
    });
  }
  return [...hosts.values()].toSorted((one, other) => other.bytesOut - one.bytesOut);
}

async function heldBy(
  store: Pick<Reached, "grants" | "settings" | "remote">,
  { plugin, instance }: InstanceKey,
  now: Date,
) {
  const key = { plugin, instance };
  const [grants, marks, links] = await Promise.all([
    store.grants.list(key),
    store.settings.secretMarks(key),
    store.remote.list(key),
  ]);
  return {
    scopes: grants
      .filter(({ decision }) => decision === "granted")
      .map(({ scope }) => {
        const parsed = parseScope(scope);
        return { instance, scope, plain: isScope(parsed) ? describeScope(parsed) : scope };
      }),
    secrets: Object.keys(marks).map((name) => ({ instance, name })),
    tokens: links.filter((link) => isOpen(link, now)).length,
  };
}

const isOpen = ({ kind, usedAt, revokedAt, expiresAt }: RemoteLinkRow, now: Date): boolean =>
  revokedAt === undefined && !(kind === "enrolment" && usedAt !== undefined) && Date.parse(expiresAt) > now.getTime();
