import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { email } from "@hilum/contract/fhir";
import { listName, packageFormat, sbomName, writeArchive } from "@hilum/marketplace";
import {
  countedDomain,
  countingSenderCode,
  countingSenderManifest,
  createTempDir,
  startCountingProvider,
  type CountingProvider,
} from "@hilum/testkit";
import { createClient, type Client } from "../server-client.ts";
import { prepareServer } from "../server-process.ts";
import { untilSent } from "./messages.ts";
import type { SoakPart, SoakRun } from "./part.ts";

const id = "com.example.counting";
const senders = 16;
const sdk = join(import.meta.dirname, "../../../packages/sdk/dist/linked", "index.mjs");

/** Updates a plugin while it is handed messages, and counts at its provider. */
export const update: SoakPart = {
  about: "updates a plugin while messages are in flight; none is lost, and none reaches the provider twice",
  unit: "messages",
  count: 1_000,
  run,
};

interface Job {
  id: string;
  state: string;
}

async function run({ count, signal, progress, report }: SoakRun): Promise<void> {
  using dir = createTempDir("soak-update");
  const provider = await startCountingProvider({ answerMs: 20 });
  const { server, client, token } = await prepareServer({ dir: dir.path });
  const program = createClient(server.url, server.ca, token);
  const install = async (version: string): Promise<string> =>
    await untilDecided(client, await beginInstall(client, provider.port, version), signal);
  try {
    await allowLoopback(client);
    await install("1.0.0");
    await enable(client);
    const ids: string[] = [];
    const sending = sendAll(program, count, ids, signal);
    while (provider.taken.size < count / 20 && !signal.aborted) await sleep(20);
    progress("updating");
    const beganMs = performance.now();
    const state = await install("1.1.0");
    const updateSeconds = (performance.now() - beganMs) / 1_000;
    await sending;
    await untilSent(program, signal, (open) => progress(`sending, ${open} are left`));
    report({ messages: ids.length, update: state, "update, s": updateSeconds, ...judge(ids, provider) });
    if (state !== "watching") throw new Error(`the update ended as ${state}`);
    const { lost, repeated } = judge(ids, provider);
    if (lost + repeated > 0) throw new Error(`${lost} messages are lost and ${repeated} were sent more than once`);
  } finally {
    program.close();
    client.close();
    await server.stop();
    await provider.close();
  }
}

const judge = (ids: readonly string[], { taken }: CountingProvider): { lost: number; repeated: number } => ({
  lost: ids.filter((one) => !taken.has(one)).length,
  repeated: [...taken.values()].filter((times) => times > 1).length,
});

async function sendAll(program: Client, count: number, ids: string[], signal: AbortSignal): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < count && !signal.aborted) {
      const body = email({
        to: `jo-${next++}@${countedDomain}`,
        subject: "Your appointment",
        text: "On Monday at nine.",
      });
      ids.push((await program.expect<{ id: string }>(201, "POST", "/api/v1/messages", body)).id);
    }
  };
  await Promise.all(Array.from({ length: senders }, sender));
}

async function allowLoopback(client: Client): Promise<void> {
  const path = "/api/v1/settings";
  const { settings, revision } = await client.expect<{ settings: object; revision: number }>(200, "GET", path);
  const privateRanges = [{ cidr: "127.0.0.0/8", reason: "The provider of this run" }];
  await client.expect(200, "PUT", path, { settings: { ...settings, environment: "test", privateRanges }, revision });
}

/** From a file, as nobody has to sign it then: the steps are the same. */
async function beginInstall(client: Client, port: number, version: string): Promise<string> {
  const archive = pack(port, version);
  const { digest } = await client.expect<{ digest: string }>(201, "POST", "/api/v1/marketplace/packages", archive);
  const wanted = { plugin: id, upload: digest, digest, reason: "A long run" };
  return (await client.expect<Job>(202, "POST", "/api/v1/marketplace/installs", wanted)).id;
}

async function untilDecided(client: Client, job: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const { state } = await client.expect<Job>(200, "GET", `/api/v1/marketplace/installs/${job}`);
    if (state !== "running" || signal.aborted) return state;
    await sleep(50);
  }
}

async function enable(client: Client): Promise<void> {
  const { rows } = await client.expect<{ rows: { scope: string }[] }>(200, "GET", `/api/v1/plugins/${id}/access`);
  const decisions = rows.map(({ scope }) => ({ scope, decision: "granted" }));
  await client.expect(200, "PUT", `/api/v1/plugins/${id}/access`, { decisions });
  await client.expect(200, "POST", `/api/v1/plugins/${id}/enable`, {});
  await client.expect(200, "PUT", "/api/v1/routes/email", { to: [{ plugin: id, instance: "default" }] });
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function pack(port: number, version: string): Buffer {
  const files = [
    { path: "hilum.json", bytes: Buffer.from(JSON.stringify(countingSenderManifest({ id, version, port }))) },
    { path: "main.mjs", bytes: Buffer.from(countingSenderCode(port)) },
    { path: "sdk.mjs", bytes: readFileSync(sdk) },
    { path: "conformance.json", bytes: Buffer.from('{"accepted":"ada@example.org","refused":"nobody@example.org"}') },
    { path: sbomName, bytes: Buffer.from('{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[]}') },
  ];
  const list = files.map(({ path, bytes }) => ({ path, bytes: bytes.length, digest: sha256(bytes) }));
  return writeArchive([
    ...files,
    { path: listName, bytes: Buffer.from(JSON.stringify({ format: packageFormat, files: list })) },
  ]);
}
