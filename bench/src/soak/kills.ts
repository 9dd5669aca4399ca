import { setTimeout as sleep } from "node:timers/promises";
import { createTempDir } from "@hilum/testkit";
import { makeMessage } from "../acceptance.ts";
import { createClient, type Client } from "../server-client.ts";
import { prepareServer, startServer, type ServerProcess } from "../server-process.ts";
import { untilSent } from "./messages.ts";
import type { SoakPart, SoakRun } from "./part.ts";

const mailbox = "org.hilum.practice-mailbox";
const senders = 32;
const lifeMsMin = 50;
const lifeMsMax = 2_500;

/** `kill -9` at a random moment under load, again and again over one data folder. */
export const kills: SoakPart = {
  about: "kills the server under load; nothing acknowledged is lost, everything is delivered, the log verifies",
  unit: "kills",
  count: 20,
  run,
};

async function run({ count, signal, progress, report }: SoakRun): Promise<void> {
  using dir = createTempDir("soak-kills");
  const options = { dir: dir.path, compileCache: dir.join("compiled") };
  const { server, client, token } = await prepareServer({ ...options, role: "administrator" });
  await client.expect(201, "POST", `/api/v1/plugins/included/${mailbox}`);
  await client.expect(200, "POST", `/api/v1/plugins/${mailbox}/enable`, {});
  await client.expect(200, "PUT", "/api/v1/routes/email", { to: [{ plugin: mailbox, instance: "default" }] });
  const acknowledged = new Set<string>();
  let living: ServerProcess = server;
  try {
    for (let kill = 1; kill <= count && !signal.aborted; kill += 1) {
      progress(`kill ${kill} of ${count}, ${acknowledged.size} acknowledged`);
      const before = acknowledged.size;
      const lifeMs = lifeMsMin + Math.random() * (lifeMsMax - lifeMsMin);
      await sendUntilKilled(living, token, lifeMs, acknowledged);
      living = await startServer(options);
      report({
        kill,
        "killed, ms after the first": lifeMs,
        acknowledged: acknowledged.size - before,
        "back after, ms": living.readyMs,
      });
    }
    progress("looking for every acknowledged message");
    const program = createClient(living.url, living.ca, token);
    const lost = await countLost(program, acknowledged);
    await untilSent(program, signal, (open) => progress(`sending, ${open} are left`));
    progress("verifying the audit log");
    report({ kill: "all", acknowledged: acknowledged.size, lost, log: await verify(program) });
    program.close();
    if (lost > 0) throw new Error(`${lost} acknowledged messages are lost`);
  } finally {
    client.close();
    await living.stop();
  }
}

/** Sends from many connections; the server dies while most of them wait for an answer. */
async function sendUntilKilled(
  server: ServerProcess,
  token: string,
  lifeMs: number,
  acknowledged: Set<string>,
): Promise<void> {
  const program = createClient(server.url, server.ca, token);
  const body: unknown = JSON.parse(makeMessage());
  const before = acknowledged.size;
  let alive = true;
  const sender = async (): Promise<void> => {
    while (alive) {
      const { id } = await program.expect<{ id: string }>(201, "POST", "/api/v1/messages", body);
      acknowledged.add(id);
    }
  };
  const sending = Promise.allSettled(Array.from({ length: senders }, sender));
  // A slow machine still acknowledges something before each kill.
  while (acknowledged.size === before) await sleep(5);
  await sleep(lifeMs);
  await server.kill();
  alive = false;
  await sending;
  program.close();
}

async function countLost(client: Client, ids: ReadonlySet<string>): Promise<number> {
  let lost = 0;
  for (const id of ids) if ((await client.call("GET", `/api/v1/messages/${id}`)).status !== 200) lost += 1;
  return lost;
}

async function verify(client: Client): Promise<string> {
  let found = await client.expect<Verification>(202, "POST", "/api/v1/audit/verifications");
  while (found.state === "running") {
    await sleep(200);
    found = await client.expect<Verification>(200, "GET", `/api/v1/audit/verifications/${found.id}`);
  }
  if (found.ok !== true) throw new Error("the audit log does not verify");
  return "verifies";
}

interface Verification {
  id: string;
  state: string;
  ok?: boolean;
}
