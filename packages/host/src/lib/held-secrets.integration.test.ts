import { accessSync, constants, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Transform } from "node:stream";
import { createTempDir, noteSkip, requires, searchMemory, type TempDir } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EgressReceipt } from "./egress/receipt.ts";
import { createSandbox } from "./sandbox/create-sandbox.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { apiHost, startProvider, testAuthority, type Provider } from "./test-support/fetch-rig.ts";
import {
  eventually,
  fixtureSpec,
  operator,
  sendCall,
  startHostUnderTest,
  type HostUnderTest,
} from "./test-support/host-under-test.ts";

const secret = "sk-held-4f9d1c-canary";
/** Given to the plugin as any secret that no destination names, so that the search has something to find. */
const given = "sk-given-77ab02-canary";
const user = "AC00-canary";
const key = { plugin: "com.example.fetch", instance: "default" };
const pair = Buffer.from(`${user}:${secret}`).toString("base64");
const held = [secret, pair, Buffer.from(secret).toString("base64")];

/** Linux lets a process look into another's memory only under conditions (ptrace(2)); a container may forbid it to everybody. */
function mayReadMemory(): boolean {
  try {
    accessSync("/proc/1/maps", constants.R_OK);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}
const bubblewrap = requires("bubblewrap").available;
const readable = mayReadMemory();
if (!readable)
  noteSkip({
    name: "held secrets in memory",
    reason: "this user may not read the memory of the plugin's own user",
    enable: "run the tests as root",
  });

describe.skipIf(!bubblewrap || !readable)("a secret that the host holds", () => {
  let under: HostUnderTest;
  let sandbox: Sandbox;
  let provider: Provider;
  let folder: TempDir;
  const wire: Buffer[] = [];
  const receipts: EgressReceipt[] = [];

  /** The real sandbox, with a copy of every byte that passes between host and plugin. */
  const tapped: Pick<Sandbox, "start"> = {
    async start(spec) {
      const process = await sandbox.start(spec);
      const input = new PassThrough();
      input.on("data", (chunk: Buffer) => wire.push(chunk));
      input.pipe(process.stdin);
      const copy = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          wire.push(chunk);
          done(null, chunk);
        },
      });
      return new Proxy(process, {
        get(target, name) {
          if (name === "stdin") return input;
          if (name === "stdout") return target.stdout.pipe(copy);
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  };

  beforeAll(async () => {
    folder = createTempDir("held");
    sandbox = await createSandbox({ stateDir: folder.join("sandbox") });
    // A provider that gives back all it was sent, the secret too.
    provider = await startProvider(({ headers, body }, response) =>
      response
        .writeHead(200, { "x-request-id": String(headers.authorization), "content-type": "application/json" })
        .end(JSON.stringify({ authorization: headers.authorization, secret, pair, body })),
    );
    const { certificate } = await testAuthority();
    under = await startHostUnderTest({
      sandbox: tapped,
      egress: {
        privateRanges: () => [{ cidr: "127.0.0.0/8" }],
        ownPorts: () => [],
        authorities: () => [certificate],
        resolveHost: async () => ["127.0.0.1"],
        recordReceipt: (receipt) => void receipts.push(receipt),
      },
    });
    const scope = `net:https://${apiHost}:${provider.port}`;
    under.grants.push({ ...key, scope, resolved: scope, decision: "granted" });
    await under.host.start(
      fixtureSpec("fetch", {
        // A spec that somebody filled wrongly: the host leaves it out of every frame all the same.
        settings: { account: user, token: secret, other: given },
        heldSecrets: [{ name: "token", set: true }],
        destinations: [
          {
            id: "api",
            scope,
            requests: [{ method: "POST", path: "/v1/messages" }],
            phi: true,
            headers: [],
            timeoutMs: 5000,
            responseBytesMax: 262_144,
            credential: () => ({ type: "basic", username: user, password: secret }),
          },
        ],
      }),
    );
  });
  afterAll(async () => {
    await under.close();
    await sandbox.close();
    await provider.close();
    folder.remove();
  });

  it("reaches the provider, and the plugin gets an answer from which it was taken out", async () => {
    const answer = (await under.host.call(operator, sendCall("fetch", "{}"))) as { reply: string };
    expect(provider.requests[0]?.headers.authorization).toBe(`Basic ${pair}`);
    const { body, headers } = JSON.parse(answer.reply) as { body: { text: string }; headers: Record<string, string> };
    expect(JSON.parse(body.text)).toEqual({
      authorization: "Basic [redacted]",
      secret: "[redacted]",
      pair: "[redacted]",
      body: "hello",
    });
    expect(headers["x-request-id"]).toBe("Basic [redacted]");
    const checked = {
      method: "config.validate",
      params: { settings: { account: user, token: secret } },
      deadlineMs: 5000,
    };
    expect(await under.host.call(operator, { ...key, ...checked })).toMatchObject({ rows: [{ title: "account" }] });
  });

  it("threat 98, 99: is in no page of the plugin's memory, where another secret is found", () => {
    const pid = under.host.status(key)?.pid ?? 0;
    const { hits, bytes } = searchMemory(pid, [...held, given]);
    expect(bytes).toBeGreaterThan(10_000_000);
    expect(hits.filter(({ needle }) => needle !== given)).toEqual([]);
    expect(hits.length).toBeGreaterThan(0);
  });

  it("threat 98, 99: is in none of its files, and not in its environment or command line", () => {
    const pid = under.host.status(key)?.pid ?? 0;
    const scratch = textsBelow(join(inside(pid), "tmp"));
    expect(scratch.join("\n")).toContain(given);
    const code = textsBelow(join(inside(pid), "plugin"));
    const own = [readFileSync(`/proc/${pid}/environ`, "utf8"), readFileSync(`/proc/${pid}/cmdline`, "utf8")];
    expect(found([...scratch, ...code, ...own].join("\n"))).toEqual([]);
  });

  it("threat 98, 99: passes in no byte between the host and the plugin", () => {
    const all = Buffer.concat(wire).toString("latin1");
    expect(all).toContain(given);
    expect(all).toContain('"secretsHeld":["token"]');
    expect(found(all)).toEqual([]);
  });

  it("threat 98, 192: stands in no log line, no receipt and no audit entry, which say that it came back", async () => {
    await eventually(() => expect(receipts.length).toBe(1));
    const entries = await under.entries();
    expect(found(JSON.stringify([under.lines, receipts, entries]))).toEqual([]);
    expect(receipts).toMatchObject([{ reason: "reflected", status: 200, decision: "allow" }]);
    expect(entries.findLast(({ action }) => action === "http.fetch")).toMatchObject({ detail: { reflected: true } });
  });

  const found = (text: string): string[] => held.filter((needle) => text.includes(needle));
});

/** The file system as the process sees it (proc(5)). */
const inside = (pid: number): string => join("/proc", String(pid), "root");

function textsBelow(path: string): string[] {
  return readdirSync(path).flatMap((name) => {
    const entry = join(path, name);
    return statSync(entry).isDirectory() ? textsBelow(entry) : [readFileSync(entry, "latin1")];
  });
}
