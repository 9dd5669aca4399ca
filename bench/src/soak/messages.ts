import { statSync } from "node:fs";
import { createTempDir } from "@hilum/testkit";
import { makeMessage } from "../acceptance.ts";
import { runLoad } from "../load.ts";
import { hasProc, residentMb } from "../process-memory.ts";
import { createClient, type Client } from "../server-client.ts";
import { prepareServer } from "../server-process.ts";
import { stepsOf, type SoakPart, type SoakRun } from "./part.ts";

const mailbox = "org.hilum.practice-mailbox";

/** Accepts and sends, and shows whether either costs more when much is stored. */
export const messages: SoakPart = {
  about: "accepts and sends through the practice mailbox; the cost of one stays flat while the store grows",
  unit: "messages",
  count: 1_000_000,
  run,
};

async function run({ count, signal, progress, report }: SoakRun): Promise<void> {
  using dir = createTempDir("soak-messages");
  const { server, client, token } = await prepareServer({ dir: dir.path });
  const program = createClient(server.url, server.ca, token);
  try {
    await client.expect(201, "POST", `/api/v1/plugins/included/${mailbox}`);
    await client.expect(200, "POST", `/api/v1/plugins/${mailbox}/enable`, {});
    await client.expect(200, "PUT", "/api/v1/routes/email", { to: [{ plugin: mailbox, instance: "default" }] });
    const load = {
      ...{ url: server.url.href, ca: server.ca, path: "/api/v1/messages", body: makeMessage() },
      ...{ connections: 64, status: 201 },
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    };
    for (const { until, size } of stepsOf(count)) {
      progress(`accepting up to ${until} of ${count}`);
      const accepted = await runLoad({ ...load, requests: size });
      const beganMs = performance.now();
      await untilSent(program, signal, (open) => progress(`sending, ${open} are left`));
      report({
        stored: until,
        "accepted/s": accepted.perSecond,
        "p50 ms": accepted.p50Ms,
        "p99 ms": accepted.p99Ms,
        "mean ms": accepted.meanMs,
        "left to send, s": (performance.now() - beganMs) / 1000,
        "database MB": statSync(dir.join("hilum-data/hilum.db")).size / 1e6,
        ...(hasProc() ? { "server MB": residentMb(server.pid) } : {}),
      });
      if (signal.aborted) return;
    }
  } finally {
    client.close();
    program.close();
    await server.stop();
  }
}

/** Resolves when nothing waits to be sent. Throws when a message can not be: the practice mailbox takes everything. */
export async function untilSent(client: Client, signal: AbortSignal, tell: (open: number) => void): Promise<void> {
  while (!signal.aborted) {
    const { counts } = await client.expect<{ counts: Record<string, number> }>(200, "GET", "/api/v1/messages?limit=1");
    const lost = (counts["dead"] ?? 0) + (counts["uncertain"] ?? 0);
    if (lost > 0) throw new Error(`${lost} messages are dead or uncertain`);
    const open = ["queued", "sending", "retrying"].reduce((sum, state) => sum + (counts[state] ?? 0), 0);
    if (open === 0) return;
    tell(open);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
