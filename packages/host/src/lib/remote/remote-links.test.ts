import { generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { decodeEnrolmentCode, encodeEnrolmentCode, remoteConnectText, remoteTokenText } from "@hilum/contract";
import { createFakeClock, type FakeClock } from "@hilum/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createRemoteStoreInMemory } from "../test-support/remote-store-in-memory.ts";
import {
  eventually,
  noSandbox,
  operator,
  startHostUnderTest,
  type HostUnderTest,
} from "../test-support/host-under-test.ts";
import { sha256Hex } from "./proof.ts";
import { createRemoteLinks, type RemoteLinks } from "./remote-links.ts";

const key = { plugin: "com.example.far", instance: "default" };
const methods = [
  "initialize",
  "config.validate",
  "setup.check",
  "health.check",
  "smoke.run",
  "shutdown",
  "messages.send",
];

describe("remote plugins", () => {
  let under: HostUnderTest;
  let clock: FakeClock;
  let store: ReturnType<typeof createRemoteStoreInMemory>;
  let remote: RemoteLinks;
  let server: Server;
  let url: string;
  let keys: { publicKey: KeyObject; privateKey: KeyObject };
  let denied: (string | undefined)[];

  const publicKeyText = (from = keys.publicKey) => from.export({ format: "der", type: "spki" }).toString("base64url");
  const freshProof = () => ({ at: clock.date().toISOString(), nonce: randomBytes(16).toString("base64url") });
  const signed = (statement: string, by = keys.privateKey) =>
    sign(null, Buffer.from(statement), by).toString("base64url");
  const tokenRequest = (link: string, by?: KeyObject, proof = freshProof()) => ({
    link,
    ...proof,
    signature: signed(remoteTokenText({ link, ...proof }), by),
  });
  const enrolOnce = async () => {
    const { code } = await remote.createEnrolment(key, "user:ana");
    return (await remote.enrol(code, publicKeyText())).link;
  };
  const proofHeader = (link: string, token: string, by?: KeyObject) => {
    const proof = freshProof();
    return `${proof.at} ${proof.nonce} ${signed(remoteConnectText({ link, ...proof, tokenHash: sha256Hex(token) }), by)}`;
  };
  const open = (link: string, token: string, { path = "/", headers = {} } = {}): WebSocket =>
    new WebSocket(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}`, "hilum-proof": proofHeader(link, token), ...headers },
    });
  const statusOf = (websocket: WebSocket): Promise<number | "open"> =>
    new Promise((resolve) => {
      websocket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
      websocket.on("open", () => resolve("open"));
      websocket.on("error", () => undefined);
    });
  /** A plugin on another machine that answers every method. */
  const serve = (
    websocket: WebSocket,
    answer: (method: string) => unknown = () => ({ outcome: "accepted", reply: "from afar" }),
  ): void =>
    void websocket.on("message", (data: Buffer) => {
      const { id, method } = JSON.parse(data.toString()) as { id: number; method: string };
      const result = method === "initialize" ? { protocol: "1", methods } : answer(method);
      if (result !== undefined) websocket.send(JSON.stringify({ jsonrpc: "2.0", id, result }));
    });
  const connected = async (answer?: (method: string) => unknown) => {
    const link = await enrolOnce();
    const { token } = await remote.issueToken(tokenRequest(link));
    const websocket = open(link, token);
    websocket.on("error", () => undefined);
    serve(websocket, answer);
    await eventually(() => expect(under.host.status(key)?.state).toBe("running"));
    return { link, token, websocket };
  };
  const send = () =>
    under.host.call(operator, { ...key, method: "messages.send", params: { attachments: [] }, deadlineMs: 20_000 });

  beforeEach(async () => {
    under = await startHostUnderTest({ sandbox: noSandbox });
    clock = createFakeClock();
    store = createRemoteStoreInMemory(clock.date);
    keys = generateKeyPairSync("ed25519");
    denied = [];
    let ids = 0;
    remote = createRemoteLinks({
      ...{
        store,
        attach: under.host.attach,
        now: clock.date,
        audit: under.audit,
        denials: { deny: async ({ reason }) => void denied.push(reason) },
      },
      ...{
        nextCall: () => `c${(ids += 1)}`,
        nextId: () => `id${(ids += 1)}`,
        publicUrl: () => "https://hilum.example:8443",
        authorityPem: () => undefined,
      },
    });
    server = createServer((_request, response) => response.writeHead(404).end());
    server.on("upgrade", (request, socket, head) => void remote.connect(request, socket, head));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await under.host.start({
      ...key,
      runner: { kind: "remote" },
      capabilities: ["send_messages"],
      settings: {},
      grants: [],
      testMode: false,
    });
  });
  afterEach(async () => {
    remote.close();
    server.closeAllConnections();
    server.close();
    await under.close();
  });

  it("enrols, gets a token, connects, and is called like any other plugin, badged as remote", async () => {
    expect(under.host.status(key)).toMatchObject({ state: "awaiting_link", level: "remote" });
    await expect(send()).rejects.toMatchObject({ code: "plugin.not_running" });
    const { link } = await connected();
    await expect(send()).resolves.toEqual({ outcome: "accepted", reply: "from afar" });
    expect([...remote.connected()]).toEqual([link]);
    const entries = await under.entries();
    expect(entries.filter(({ action }) => action === "plugin.link").map(({ kind }) => kind)).toEqual([
      "intent",
      "outcome",
    ]);
  });

  it("threat 78: a code works once, for ten minutes, and is kept as a hash only", async () => {
    const first = await remote.createEnrolment(key, "user:ana");
    const secret = decodeEnrolmentCode(first.code)?.secret ?? "";
    expect(Buffer.from(secret, "base64url")).toHaveLength(16);
    await remote.enrol(first.code, publicKeyText());
    await expect(remote.enrol(first.code, publicKeyText())).rejects.toMatchObject({ code: "enrolment.invalid" });
    const late = await remote.createEnrolment(key, "user:ana");
    await clock.advance(10 * 60_000 + 1);
    await expect(remote.enrol(late.code, publicKeyText())).rejects.toMatchObject({ code: "enrolment.invalid" });
    await expect(
      remote.enrol(
        encodeEnrolmentCode({ url: "https://localhost:8443", secret: "AAAAAAAAAAAAAAAAAAAAAA" }),
        publicKeyText(),
      ),
    ).rejects.toMatchObject({ code: "enrolment.invalid" });
    expect(JSON.stringify([...store.links.values()])).not.toContain(secret);
  });

  it("threat 73: takes no key but Ed25519", async () => {
    const { code } = await remote.createEnrolment(key, "user:ana");
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    for (const text of [publicKeyText(rsa), "nonsense", ""])
      await expect(remote.enrol(code, text)).rejects.toMatchObject({ code: "request.invalid" });
    await expect(remote.enrol(code, publicKeyText())).resolves.toMatchObject(key);
  });

  it("threat 71: a proof that was used before is refused", async () => {
    const request = tokenRequest(await enrolOnce());
    await remote.issueToken(request);
    await expect(remote.issueToken(request)).rejects.toMatchObject({ code: "proof.invalid" });
  });

  it("threat 72: clocks may differ by thirty seconds and no more, and a token ends after five minutes", async () => {
    const link = await enrolOnce();
    const shifted = (ms: number) =>
      tokenRequest(link, undefined, { ...freshProof(), at: new Date(clock.now() + ms).toISOString() });
    for (const ms of [-30_001, 30_001, -300_000])
      await expect(remote.issueToken(shifted(ms))).rejects.toMatchObject({ code: "proof.invalid" });
    const { token } = await remote.issueToken(shifted(-29_000));
    await clock.advance(5 * 60_000 + 1);
    expect(await statusOf(open(link, token))).toBe(401);
  });

  it("threat 70: a token without its key is of no use, and the attempt leaves an entry", async () => {
    const link = await enrolOnce();
    const { token } = await remote.issueToken(tokenRequest(link));
    const thief = generateKeyPairSync("ed25519").privateKey;
    expect(await statusOf(open(link, token, { headers: { "hilum-proof": proofHeader(link, token, thief) } }))).toBe(
      401,
    );
    expect(await statusOf(open(link, token, { headers: { "hilum-proof": "" } }))).toBe(401);
    expect(denied).toEqual(["proof.invalid", "proof.invalid"]);
    await expect(remote.issueToken(tokenRequest(link, thief))).rejects.toMatchObject({ code: "proof.invalid" });
  });

  it("threat 77: a token in the address, or from a page in a browser, is refused", async () => {
    const link = await enrolOnce();
    const { token } = await remote.issueToken(tokenRequest(link));
    expect(await statusOf(new WebSocket(`${url}/?token=${token}`))).toBe(401);
    expect(await statusOf(open(link, token, { path: "/?x=1" }))).toBe(401);
    expect(await statusOf(open(link, token, { headers: { origin: "https://hilum.example:8443" } }))).toBe(401);
  });

  it("threat 79, 80: a token is kept as its SHA-256 only, and found by it", async () => {
    const { token } = await remote.issueToken(tokenRequest(await enrolOnce()));
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    expect([...store.tokens.keys()]).toEqual([sha256Hex(token)]);
  });

  it("threat 76, 81: a revocation ends token and socket before it returns", async () => {
    const { link, token, websocket } = await connected();
    const closed = new Promise((resolve) => websocket.once("close", resolve));
    await remote.revoke(key, link);
    expect(under.host.status(key)?.state).toBe("awaiting_link");
    await closed;
    expect(await statusOf(open(link, token))).toBe(401);
    await expect(remote.issueToken(tokenRequest(link))).rejects.toMatchObject({ code: "proof.invalid" });
    await expect(send()).rejects.toMatchObject({ code: "plugin.not_running" });
  });

  it("ends a call in flight when the link breaks as not known, and never sends it again", async () => {
    let sends = 0;
    const answer = (method: string): unknown => (method === "messages.send" ? void (sends += 1) : null);
    const { link, websocket } = await connected(answer);
    const call = expect(send()).rejects.toMatchObject({ code: "plugin.link_lost" });
    await eventually(() => expect(sends).toBe(1));
    websocket.terminate();
    await call;
    const { token } = await remote.issueToken(tokenRequest(link));
    serve(open(link, token), answer);
    await eventually(() => expect(under.host.status(key)?.state).toBe("running"));
    expect(sends).toBe(1);
    expect(
      (await under.entries()).find(({ action, kind }) => action === "messages.send" && kind === "outcome"),
    ).toMatchObject({ outcome: "unknown" });
  });

  it("a second connection of a link takes the place of the first", async () => {
    const { link, websocket } = await connected();
    const closed = new Promise((resolve) => websocket.once("close", resolve));
    const { token } = await remote.issueToken(tokenRequest(link));
    serve(open(link, token), () => ({ outcome: "accepted", reply: "second" }));
    await closed;
    await eventually(async () => expect(await send()).toMatchObject({ reply: "second" }));
  });

  it.each<[string, (websocket: WebSocket, raw: Socket) => void]>([
    ["a message that is not text", (websocket) => websocket.send(Buffer.from("{}"), { binary: true })],
    ["a message above the limit", (websocket) => websocket.send("x".repeat(1_100_000))],
    ["frames that are not masked", (_websocket, raw) => raw.write(Buffer.from([0x81, 0x02, 0x7b, 0x7d]))],
    ["a document that is not JSON-RPC", (websocket) => websocket.send("{}")],
  ])("threat 47: %s closes the link", async (_name, breach) => {
    const { websocket } = await connected();
    const closed = new Promise((resolve) => websocket.once("close", resolve));
    breach(websocket, (websocket as unknown as { _socket: Socket })._socket);
    await closed;
    await eventually(async () =>
      expect(
        (await under.entries()).some(({ action, decision }) => action === "plugin.protocol" && decision === "deny"),
      ).toBe(true),
    );
  });

  it("threat 43: takes no compression, which could be small outside and vast inside", async () => {
    const { websocket } = await connected();
    expect(websocket.extensions).toBe("");
  });

  it("threat 47: an upgrade that is none is refused", async () => {
    const { port } = server.address() as AddressInfo;
    const text = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      let all = "";
      socket.on("data", (chunk) => (all += chunk.toString()));
      socket.on("close", () => resolve(all));
      socket.write("GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
    });
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
  });
});
