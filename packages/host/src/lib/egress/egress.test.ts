import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { AuditInput } from "@hilum/audit";
import { createTempDir, type TempDir } from "@hilum/testkit";
import type { Grant } from "@hilum/policy";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCallIds } from "../call-ids.ts";
import type { Decision } from "../pipeline.ts";
import { createPluginDecisions } from "../plugin-decisions.ts";
import { createTicker, type Ticker } from "../ticker.ts";
import { createEgress, type EgressDoor, type EgressOptions } from "./egress-server.ts";
import type { EgressReceipt } from "./receipt.ts";

const own = { plugin: "com.example.mail", instance: "default" };

describe("the egress tunnel", () => {
  let folder: TempDir;
  let ticker: Ticker;
  let remote: Server;
  let remotePort: number;
  let reached: Buffer[];
  let door: EgressDoor;
  let entries: AuditInput[];
  let receipts: EgressReceipt[];
  let grants: Grant[];
  let answers: Record<string, string[]>;
  let lookups: string[];

  const grant = (destination: string): void => {
    grants = [
      ...grants,
      { ...own, scope: `net:tcp://${destination}`, resolved: `net:tcp://${destination}`, decision: "granted" },
    ];
  };
  const open = async (options: Partial<EgressOptions> = {}): Promise<void> => {
    const append = async (entry: AuditInput) => ({ index: entries.push(entry) - 1 });
    const egress = createEgress({
      governor: { audit: { append }, denials: { deny: async (entry) => void entries.push(entry) } },
      decide: createPluginDecisions({ grantsOf: () => ({ grants, epoch: 1 }) }, () => new Date()),
      rules: () => ({ privateRanges: [{ cidr: "127.0.0.0/8" }], ownAddresses: [], ownPorts: [] }),
      resolveHost: async (host) => {
        lookups.push(host);
        const found = answers[host];
        if (found === undefined) throw new Error("ENOTFOUND");
        return found;
      },
      discloses: () => ({ allow: true }),
      recordReceipt: (receipt) => void receipts.push(receipt),
      ...{ ticker, nextCall: createCallIds(), now: () => new Date(), stateDir: folder.path },
      ...options,
    });
    door = await egress.open(own);
  };
  /** What a client gets for a request, to the end of the connection; `say` is sent once the tunnel stands. */
  const dial = (request: string, say = "ping"): Promise<string> => {
    const socket = connect(door.socketPath);
    return read(socket, request, say);
  };
  const connectTo = (destination: string, say?: string) =>
    dial(`CONNECT ${destination} HTTP/1.1\r\nhost: ${destination}\r\n\r\n`, say);

  beforeEach(async () => {
    folder = createTempDir("eg");
    ticker = createTicker();
    [entries, receipts, grants, lookups, reached] = [[], [], [], [], []];
    remote = createServer((socket) => {
      socket.on("data", (chunk) => {
        reached.push(chunk);
        if (chunk.includes("ping")) socket.end("pong");
      });
      socket.on("error", () => socket.destroy());
    });
    await new Promise<void>((resolve) => void remote.listen(0, "127.0.0.1", resolve));
    remotePort = (remote.address() as AddressInfo).port;
    answers = { "mail.example.org": ["127.0.0.1"] };
  });
  afterEach(async () => {
    await door.close();
    remote.close();
    ticker.close();
    folder.remove();
  });

  it("leads to the granted host and port, and audits intent and outcome with the bytes", async () => {
    grant(`mail.example.org:${remotePort}`);
    await open();
    expect(await connectTo(`mail.example.org:${remotePort}`)).toBe("HTTP/1.1 200 Connection Established\r\n\r\npong");
    await vi.waitFor(() => expect(entries).toHaveLength(2));
    const detail = { host: "mail.example.org", port: remotePort };
    expect(entries).toMatchObject([
      { kind: "intent", action: "egress.connect", actor: "plugin:com.example.mail/default", decision: "allow", detail },
      { kind: "outcome", outcome: "ok", bytes: 8, detail: { ...detail, state: "closed" } },
    ]);
    expect(lookups).toEqual(["mail.example.org"]);
  });

  it("lies in a folder that nobody else may enter", async () => {
    await open();
    expect(statSync(dirname(door.socketPath)).mode & 0o777).toBe(0o700);
    expect(statSync(door.socketPath).mode & 0o777).toBe(0o600);
  });

  it("threat 96: refuses another port or host than the granted one, before anything is looked up", async () => {
    grant(`mail.example.org:${remotePort}`);
    await open();
    for (const destination of [
      "mail.example.org:25",
      `other.example.org:${remotePort}`,
      `mail.example.org.evil.example:${remotePort}`,
    ])
      expect(await connectTo(destination)).toMatch(/^HTTP\/1\.1 403 policy\.denied[^]*"code":"policy\.denied"/);
    expect(lookups).toEqual([]);
    expect(entries.every(({ decision, reason }) => decision === "deny" && reason === "scope.not_granted")).toBe(true);
  });

  it("threat 87: an IP literal never reaches the socket, whatever is granted", async () => {
    grant(`127.0.0.1:${remotePort}`);
    await open({ rules: () => ({ privateRanges: [], ownAddresses: [], ownPorts: [] }) });
    for (const host of ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
      expect(await connectTo(`${host}:${remotePort}`)).toMatch(/^HTTP\/1\.1 403 /);
    expect(reached).toEqual([]);
    expect(lookups).toEqual([]);
  });

  it("threat 88: resolves once and connects to the address that was judged, though the name has moved since", async () => {
    grant(`mail.example.org:${remotePort}`);
    let asked = 0;
    await open({ resolveHost: async () => ((asked += 1) === 1 ? ["127.0.0.1"] : ["10.0.0.1"]) });
    expect(await connectTo(`mail.example.org:${remotePort}`)).toContain("pong");
    expect(asked).toBe(1);
    expect(await connectTo(`mail.example.org:${remotePort}`)).toMatch(/^HTTP\/1\.1 403 destination\.not_public/);
    expect(reached).toHaveLength(1);
  });

  it("threat 89: one private answer among several refuses them all", async () => {
    grant(`mail.example.org:${remotePort}`);
    answers["mail.example.org"] = ["127.0.0.1", "192.168.1.1"];
    await open();
    expect(await connectTo(`mail.example.org:${remotePort}`)).toMatch(/^HTTP\/1\.1 403 destination\.not_public/);
    expect(entries).toMatchObject([{ decision: "deny", reason: "address.not_public" }]);
    expect(reached).toEqual([]);
  });

  it("threat 90: a public name that leads to an inner address is judged by the address", async () => {
    grant(`127.0.0.1.nip.example:${remotePort}`);
    answers["127.0.0.1.nip.example"] = ["127.0.0.1"];
    await open({ rules: () => ({ privateRanges: [], ownAddresses: [], ownPorts: [] }) });
    expect(await connectTo(`127.0.0.1.nip.example:${remotePort}`)).toMatch(/^HTTP\/1\.1 403 destination\.not_public/);
    expect(reached).toEqual([]);
  });

  it("threat 105: the platform's own port is refused on loopback that is opened", async () => {
    grant(`mail.example.org:${remotePort}`);
    await open({
      rules: () => ({ privateRanges: [{ cidr: "127.0.0.0/8" }], ownAddresses: [], ownPorts: [remotePort] }),
    });
    expect(await connectTo(`mail.example.org:${remotePort}`)).toMatch(/^HTTP\/1\.1 403 destination\.not_public/);
    expect(entries).toMatchObject([{ reason: "address.own" }]);
  });

  it("threat 93, 94: an authority that is no host and port is refused and audited", async () => {
    await open();
    for (const authority of [`a@127.0.0.1:${remotePort}`, `[mail.example.org]:${remotePort}`])
      expect(await connectTo(authority)).toMatch(/^HTTP\/1\.1 400 /);
    expect(entries.every(({ decision, reason }) => decision === "deny" && reason === "destination.invalid")).toBe(true);
    expect(reached).toEqual([]);
  });

  it("answers nothing but CONNECT", async () => {
    await open();
    expect(await dial(`GET http://127.0.0.1:${remotePort}/ HTTP/1.1\r\nhost: x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 405 /);
    expect(reached).toEqual([]);
  });

  it("tells an unreachable server from a refused one", async () => {
    grant("gone.example.org:587");
    grant("mail.example.org:1");
    await open();
    expect(await connectTo("gone.example.org:587")).toMatch(/^HTTP\/1\.1 502 provider\.unreachable[^]*"fix":/);
    expect(await connectTo("mail.example.org:1")).toMatch(/^HTTP\/1\.1 502 provider\.unreachable/);
    expect(entries.map(({ kind, outcome }) => outcome ?? kind)).toEqual([
      "intent",
      "provider.unreachable",
      "intent",
      "provider.unreachable",
    ]);
  });

  it("threat 57: a revoked grant closes an open tunnel within a second", async () => {
    grant(`mail.example.org:${remotePort}`);
    await open();
    const began = performance.now();
    const talk = connectTo(`mail.example.org:${remotePort}`, "hello");
    await vi.waitFor(() => expect(reached.length).toBe(1));
    grants = [];
    await talk;
    expect(performance.now() - began).toBeLessThan(1000);
    await vi.waitFor(() => expect(entries.at(-1)).toMatchObject({ kind: "outcome", detail: { state: "revoked" } }));
  });

  it("threat 101: ends a tunnel that is silent, and one that carries too much", async () => {
    grant(`mail.example.org:${remotePort}`);
    await open({ limits: { idleMs: 60, bytesMax: 1000 } });
    await connectTo(`mail.example.org:${remotePort}`, "hello");
    await connectTo(`mail.example.org:${remotePort}`, "x".repeat(2000));
    await vi.waitFor(() =>
      expect(entries.filter(({ kind }) => kind === "outcome").map(({ detail }) => detail?.["state"])).toEqual([
        "idle",
        "bytes",
      ]),
    );
  });

  it("holds the number of open tunnels", async () => {
    grant(`mail.example.org:${remotePort}`);
    await open({ limits: { connectionsMax: 1 } });
    const first = connectTo(`mail.example.org:${remotePort}`, "hello");
    await vi.waitFor(() => expect(reached.length).toBe(1));
    expect(await connectTo(`mail.example.org:${remotePort}`)).toMatch(/^HTTP\/1\.1 429 lane\.full/);
    await door.close();
    await first;
  });

  it("asks whether patient data may go there, for what it carries is not looked at, and closes when it may no longer", async () => {
    grant(`mail.example.org:${remotePort}`);
    const asked: unknown[] = [];
    let decision: Decision = { allow: false, code: "agreement.missing", reason: "agreement.missing" };
    await open({ discloses: (_key, request) => (asked.push(request), decision) });
    expect(await connectTo(`mail.example.org:${remotePort}`)).toMatch(/^HTTP\/1\.1 403 agreement\.missing[^]*"fix":/);
    expect(reached).toEqual([]);
    expect(asked).toEqual([{ host: "mail.example.org", phi: true, testMode: false, inOwnRange: true }]);
    decision = { allow: true };
    const talk = connectTo(`mail.example.org:${remotePort}`, "hello");
    await vi.waitFor(() => expect(reached.length).toBe(1));
    decision = { allow: false, code: "agreement.expired", reason: "agreement.expired" };
    await talk;
    await vi.waitFor(() => expect(entries.at(-1)).toMatchObject({ kind: "outcome", detail: { state: "revoked" } }));
  });

  it("keeps a receipt of every tunnel and of every refusal", async () => {
    grant(`mail.example.org:${remotePort}`);
    await open();
    await connectTo(`mail.example.org:${remotePort}`);
    await connectTo("mail.example.org:25");
    await dial("CONNECT nonsense HTTP/1.1\r\nhost: x\r\n\r\n");
    const place = { plugin: own.plugin, instance: own.instance, kind: "tunnel" };
    await vi.waitFor(() => expect(receipts).toHaveLength(3));
    expect(receipts).toMatchObject([
      { ...place, host: "mail.example.org", port: remotePort, bytesOut: 4, bytesIn: 4, decision: "allow" },
      {
        ...place,
        host: "mail.example.org",
        port: 25,
        bytesOut: 0,
        bytesIn: 0,
        decision: "deny",
        reason: "policy.denied",
      },
      { ...place, decision: "deny", reason: "destination.invalid" },
    ]);
  });

  it("does nothing when the intent cannot be written", async () => {
    grant(`mail.example.org:${remotePort}`);
    const append = () => Promise.reject(new Error("EIO"));
    await open({ governor: { audit: { append }, denials: { deny: append } } });
    expect(await connectTo(`mail.example.org:${remotePort}`)).toMatch(/^HTTP\/1\.1 503 audit\.blocked/);
    expect(reached).toEqual([]);
  });
});

function read(socket: Socket, request: string, say: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text === "HTTP/1.1 200 Connection Established\r\n\r\n") socket.write(say);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text));
    socket.write(request);
  });
}
