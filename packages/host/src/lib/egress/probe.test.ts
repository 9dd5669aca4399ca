import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { AuditInput } from "@hilum/audit";
import type { Grant } from "@hilum/policy";
import { createCertificateAuthority, type CertificateAuthority, type CertificateRequest } from "@hilum/testkit";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCallIds } from "../call-ids.ts";
import { createPluginDecisions } from "../plugin-decisions.ts";
import type { AddressRules } from "./address.ts";
import { createProbe, type ProbeReport } from "./probe.ts";

const own = { plugin: "com.example.mail", instance: "default" };
const context = { actor: { id: "user:ana" }, purpose: "HOPERAT" } as const;
const hospital: AddressRules = { privateRanges: [{ cidr: "127.0.0.0/8" }], ownAddresses: [], ownPorts: [] };

describe("a look at a destination", () => {
  let authority: CertificateAuthority;
  let entries: AuditInput[];
  let reached: Buffer[];
  const servers: Server[] = [];
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    authority = await createCertificateAuthority();
  });
  beforeEach(() => {
    [entries, reached] = [[], []];
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.on("connection", (socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }
  async function secure(request: CertificateRequest): Promise<number> {
    const { certificate, key } = await authority.issue(request);
    const server = createTlsServer({ cert: certificate, key }, (socket) =>
      socket.on("data", (chunk: Buffer) => reached.push(chunk)).on("error", () => undefined),
    );
    server.on("tlsClientError", () => undefined);
    return listen(server);
  }
  const look = (
    port: number,
    options: {
      protocol?: "tcp" | "https";
      granted?: boolean;
      rules?: AddressRules;
      answers?: readonly string[];
      trusted?: boolean;
    } = {},
  ): Promise<ProbeReport> => {
    const { protocol = "https", granted = true, rules = hospital, answers = ["127.0.0.1"], trusted = true } = options;
    const scope = `net:${protocol}://api.example.org:${port}`;
    const grants: Grant[] = granted ? [{ ...own, scope, resolved: scope, decision: "granted" }] : [];
    const take = async (entry: AuditInput) => ({ index: entries.push(entry) });
    const probe = createProbe({
      governor: { audit: { append: take }, denials: { deny: async (entry) => void (await take(entry)) } },
      decide: createPluginDecisions({ grantsOf: () => ({ grants, epoch: 1 }) }, () => new Date()),
      rules: () => rules,
      resolveHost: async () => {
        if (answers.length === 0) throw new Error("ENOTFOUND");
        return answers;
      },
      authorities: () => (trusted ? [authority.certificate] : []),
      nextCall: createCallIds(),
    });
    return probe(context, own, { protocol, host: "api.example.org", port });
  };

  it("tells how long name, connection and handshake take, and until when the certificate holds", async () => {
    const until = new Date(Date.now() + 30 * 86_400_000);
    const report = await look(await secure({ names: ["api.example.org"], notAfter: until }));
    expect(report).toMatchObject({ name: { addresses: 1 }, tls: { version: "TLSv1.3" } });
    expect(report.name.refused ?? report.connect?.refused ?? report.tls?.fault).toBeUndefined();
    expect(Math.abs(Number(report.tls?.validTo) - Number(until))).toBeLessThan(2000);
    expect(entries.map(({ kind, action, outcome }) => [kind, action, outcome])).toEqual([
      ["intent", "egress.check", undefined],
      ["outcome", "egress.check", "ok"],
    ]);
    expect(reached).toEqual([]);
  });

  it("tells what is wrong with a certificate", async () => {
    const faultOf = async (request: Partial<CertificateRequest>, trusted = true) =>
      (await look(await secure({ names: ["api.example.org"], ...request }), { trusted })).tls?.fault;
    expect(await faultOf({ notAfter: new Date(Date.now() - 60_000) })).toBe("expired");
    expect(await faultOf({ notBefore: new Date(Date.now() + 3_600_000) })).toBe("not_yet_valid");
    expect(await faultOf({ names: ["other.example.org"] })).toBe("wrong_name");
    expect(await faultOf({}, false)).toBe("untrusted");
  });

  it("tells a server that speaks no TLS, one that hangs up and one that is not there", async () => {
    const plain = await listen(createServer((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")));
    expect((await look(plain)).tls?.fault).toBe("not_tls");
    const closing = await listen(createServer((socket) => socket.destroy()));
    expect((await look(closing)).tls?.fault).toBe("closed");
    expect((await look(1)).connect?.refused).toEqual({ code: "ECONNREFUSED" });
    expect((await look(1, { answers: [] })).name.refused).toMatchObject({ reason: "name.not_found" });
  });

  it("only connects where the plugin begins the encryption itself", async () => {
    const port = await listen(createServer());
    const report = await look(port, { protocol: "tcp" });
    expect(report.connect).toEqual({ ms: expect.any(Number) });
    expect(report.tls).toBeUndefined();
  });

  it("threat 87, 89, 105: looks nowhere that a plugin could not go, and says so in the log", async () => {
    const port = await secure({ names: ["api.example.org"] });
    const closed = { privateRanges: [], ownAddresses: [], ownPorts: [] };
    for (const options of [
      { rules: closed },
      { answers: ["127.0.0.1", "10.0.0.1"] },
      { rules: { ...hospital, ownPorts: [port] } },
    ])
      expect((await look(port, options)).name.refused).toMatchObject({ code: "destination.not_public" });
    expect((await look(port, { granted: false })).name.refused).toMatchObject({ code: "policy.denied" });
    expect(sockets.size).toBe(0);
    expect(entries.map(({ decision }) => decision)).toEqual(["deny", "deny", "deny", "deny"]);
  });
});
