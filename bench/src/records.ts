/** Records over the FHIR API: create and read, beside the same on Medplum's router and on HAPI's server, each in memory. */
import { buildHapi, createTempDir, hapiServerCommand } from "@hilum/testkit";
import { runLoad, type Load, type LoadResult } from "./load.ts";
import { startPeer } from "./peer.ts";
import { beside, median, type Row, type Skipped } from "./row.ts";
import { prepareServer } from "./server-process.ts";

interface RecordsOptions {
  rounds: number;
  seconds: number;
  compileCache: string;
}

type Target = Pick<Load, "url" | "ca"> & { headers: Record<string, string> };

const connections = 16;
const text = "Synthetic note of a visit that never was. ".repeat(24);
const patient = {
  resourceType: "Patient",
  identifier: [{ system: "https://example.org/mrn", value: "BENCH-1" }],
  name: [{ family: "Example", given: ["Ana", "Maria"] }],
  telecom: [{ system: "phone", value: "+15555550100" }],
  gender: "female",
  birthDate: "1970-03-02",
  address: [{ line: ["1 Example Street"], city: "Example", country: "US" }],
};
const documentReference = {
  resourceType: "DocumentReference",
  status: "current",
  type: { coding: [{ system: "http://loinc.org", code: "34133-9" }] },
  date: "2026-03-02T08:00:00Z",
  content: [{ attachment: { contentType: "text/plain", data: Buffer.from(text).toString("base64") } }],
};
const resources = { Patient: patient, DocumentReference: documentReference } as const;
type ResourceType = keyof typeof resources;

const medplum = "Medplum's router in memory, validating";
const hapi = "HAPI's server in memory, validating";
/** A Java machine compiles what it runs often: it is asked for so long before the clock starts. */
const hapiWarmSeconds = 15;

export async function measureRecords(options: RecordsOptions): Promise<{ rows: Row[]; skipped: Skipped[] }> {
  const peers = new Map([[medplum, await measurePeer(new URL("./medplum-peer.ts", import.meta.url), options)]]);
  const built = await buildHapi();
  if (built.path !== undefined)
    peers.set(hapi, await measurePeer(hapiServerCommand(built.path), options, hapiWarmSeconds));
  const own = await measureOwn(options);
  return {
    rows: [...peers].flatMap(([name, measured]) => compare(own, name, measured)),
    skipped: built.path === undefined ? [{ figure: hapi, reason: built.reason }] : [],
  };
}

function compare(own: Measured, name: string, peer: Measured): Row[] {
  return (Object.keys(resources) as ResourceType[]).flatMap((type) =>
    (["create", "read"] as const).flatMap((act): Row[] => {
      const [ours, theirs] = [own[type][act], peer[type][act]];
      const figure = `${act} of a ${type}, ${connections} connections`;
      return [
        { figure, value: ours.perSecond, unit: "requests/s", beside: beside(name, ours.perSecond, theirs.perSecond) },
        { figure: `${figure}, p50`, value: ours.p50Ms, unit: "ms", beside: beside(name, ours.p50Ms, theirs.p50Ms) },
      ];
    }),
  );
}

type Measured = Record<ResourceType, Record<"create" | "read", LoadResult>>;

async function measureOwn({ compileCache, ...options }: RecordsOptions): Promise<Measured> {
  using dir = createTempDir("bench-records");
  const { server, client } = await prepareServer({ dir: dir.path, compileCache });
  try {
    const { value } = await client.expect<{ value: string }>(201, "POST", "/api/v1/tokens", {
      ...{ name: "records", role: "operator", days: 1 },
      scopes: ["system/Patient.cruds", "system/DocumentReference.cruds"],
    });
    const headers = { authorization: `Bearer ${value}` };
    return await measure({ url: server.url.href, ca: server.ca, headers }, options);
  } finally {
    client.close();
    await server.stop();
  }
}

async function measurePeer(
  program: Parameters<typeof startPeer>[0],
  options: RecordsOptions,
  warmSeconds?: number,
): Promise<Measured> {
  const peer = await startPeer(program);
  try {
    return await measure({ url: peer.url, ca: peer.ca, headers: {} }, options, warmSeconds);
  } finally {
    peer.stop();
  }
}

async function measure(
  target: Target,
  { rounds, seconds }: Omit<RecordsOptions, "compileCache">,
  warmSeconds?: number,
): Promise<Measured> {
  const warm = warmSeconds === undefined ? { requests: 1_000 } : { seconds: warmSeconds };
  const load = (part: Pick<Load, "path" | "status"> & Partial<Load>) =>
    runLoad({
      body: "",
      connections,
      ...target,
      headers: { ...target.headers, "content-type": "application/fhir+json" },
      ...part,
    });
  const middle = async (run: () => Promise<LoadResult>): Promise<LoadResult> => {
    const runs: LoadResult[] = [];
    for (let round = 0; round < rounds; round += 1) runs.push(await run());
    const perSecond = median(runs.map((one) => one.perSecond));
    return runs.find((one) => one.perSecond === perSecond) as LoadResult;
  };
  const measured: Partial<Measured> = {};
  for (const type of Object.keys(resources) as ResourceType[]) {
    const creating = { path: `/fhir/R4/${type}`, status: 201, body: JSON.stringify(resources[type]) };
    const id = await createOne(target, type);
    const reading = { method: "GET", path: `/fhir/R4/${type}/${id}`, status: 200 } as const;
    await load({ ...creating, ...warm });
    await load({ ...reading, ...warm });
    measured[type] = {
      create: await middle(() => load({ ...creating, seconds })),
      read: await middle(() => load({ ...reading, seconds })),
    };
  }
  return measured as Measured;
}

async function createOne({ url, ca, headers }: Target, type: ResourceType): Promise<string> {
  const { request } = await import("node:https");
  const { json } = await import("node:stream/consumers");
  const answer = await new Promise<{ id?: string }>((resolve, reject) => {
    const body = JSON.stringify(resources[type]);
    const outgoing = request(new URL(`/fhir/R4/${type}`, url), {
      ...{ ca, method: "POST" },
      headers: { ...headers, "content-type": "application/fhir+json", "content-length": Buffer.byteLength(body) },
    });
    outgoing.once("error", reject).once("response", (response) => void json(response).then(resolve as never, reject));
    outgoing.end(body);
  });
  if (answer.id === undefined) throw new Error(`no ${type} was made: ${JSON.stringify(answer)}`);
  return answer.id;
}
