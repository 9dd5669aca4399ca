import { createPublicKey, verify } from "node:crypto";
import { statSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { protocolVersion, encodeEnrolmentCode, remoteTokenText, wireLimits } from "@hilum/contract";
import { createCertificateAuthority, createTempDir, type CertificateAuthority, type TempDir } from "@hilum/testkit";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { definePlugin } from "../definition.ts";
import { createPeer, type Peer } from "../protocol/peer.ts";
import { EnrolmentError } from "./link-file.ts";
import { LinkRevokedError } from "./remote-token.ts";
import { serveRemote } from "./serve-remote.ts";
import { createWebSocketChannel } from "./websocket-channel.ts";

/** The platform's side of remote links, in small: enrols one code, checks signatures, and takes connections. */
interface Platform {
  code: string;
  revoked: boolean;
  tokens: string[];
  connections: Peer[];
  next(): Promise<Peer>;
  close(): void;
}

let authority: CertificateAuthority;
let folder: TempDir;
let platform: Platform;
let stop: AbortController;
const plugin = definePlugin({ sendMessages: async ({ idempotencyKey }) => ({ providerId: idempotencyKey }) });

beforeAll(async () => {
  authority = await createCertificateAuthority();
});
beforeEach(async () => {
  folder = createTempDir("remote");
  platform = await startPlatform();
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  platform.close();
  folder.remove();
});

async function startPlatform(): Promise<Platform> {
  const { certificate, key } = await authority.issue({ names: ["localhost"] });
  const waiting: ((peer: Peer) => void)[] = [];
  const state = { publicKey: "", used: false };
  const server: Server = createServer({ cert: certificate, key }, (request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const [status, body] = answer(request.url ?? "", JSON.parse(text) as Record<string, string>);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  function answer(path: string, body: Record<string, string>): [number, object] {
    if (path === "/api/v1/remote/enrol") {
      if (state.used || body["code"] !== made.code)
        return [401, { code: "session.code_wrong", detail: "The code is wrong or used" }];
      state.used = true;
      state.publicKey = body["publicKey"] ?? "";
      return [201, { link: "link-1", plugin: "com.example.remote", instance: "default" }];
    }
    const { link = "", at = "", nonce = "", signature = "" } = body;
    const publicKey = createPublicKey({ key: Buffer.from(state.publicKey, "base64url"), format: "der", type: "spki" });
    const signed = verify(
      null,
      Buffer.from(remoteTokenText({ link, at, nonce })),
      publicKey,
      Buffer.from(signature, "base64url"),
    );
    if (made.revoked || !signed) return [401, { code: "request.unauthenticated", detail: "The link is revoked" }];
    made.tokens.push(nonce);
    return [200, { token: `token-${nonce}`, expiresAt: at }];
  }
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    const token = (request.headers.authorization ?? "").replace("Bearer token-", "");
    if (!made.tokens.includes(token)) return socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      const peer = createPeer({
        channel: createWebSocketChannel(webSocket),
        requests: new Map(),
        presentError: () => ({ code: -1, message: "" }),
      });
      made.connections.push(peer);
      waiting.shift()?.(peer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `https://localhost:${(server.address() as { port: number }).port}`;
  const made: Platform = {
    code: encodeEnrolmentCode({ url, ca: authority.certificate, secret: "once" }),
    revoked: false,
    tokens: [],
    connections: [],
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close() {
      for (const peer of made.connections) peer.close();
      server.close();
      server.closeAllConnections();
    },
  };
  return made;
}

const meta = { call: "c", deadlineMs: 5000, hops: 0 };
const initialize = (peer: Peer): Promise<unknown> =>
  peer.request("initialize", {
    meta,
    protocol: protocolVersion,
    plugin: "com.example.remote",
    instance: "default",
    settings: {},
    grants: [],
    limits: wireLimits,
    testMode: false,
  });

describe("a remote plugin", () => {
  it("enrols once, keeps its key to itself, connects and serves", async () => {
    const linkFile = folder.join("link.json");
    const connected = platform.next();
    const serving = serveRemote(plugin, { linkFile, enrolmentCode: platform.code, signal: stop.signal });
    const host = await connected;
    expect(await initialize(host)).toMatchObject({ protocol: "1", methods: expect.arrayContaining(["messages.send"]) });
    expect(
      await host.request("messages.send", { meta, message: {}, attempt: 1, idempotencyKey: "k1", attachments: [] }),
    ).toEqual({ outcome: "accepted", providerId: "k1" });
    expect(statSync(linkFile).mode & 0o777).toBe(0o600);
    stop.abort();
    await serving;
  });

  it("comes back with a fresh token when the link breaks", async () => {
    const options = { linkFile: folder.join("link.json"), signal: stop.signal, pauseMsMax: 20 };
    const first = platform.next();
    const serving = serveRemote(plugin, { ...options, enrolmentCode: platform.code });
    const peer = await first;
    const second = platform.next();
    peer.close();
    await initialize(await second);
    expect(new Set(platform.tokens).size).toBe(2);
    stop.abort();
    await serving;
  });

  it("stops for good when the link is revoked", async () => {
    const options = { linkFile: folder.join("link.json"), signal: stop.signal, pauseMsMax: 20 };
    const first = platform.next();
    const serving = serveRemote(plugin, { ...options, enrolmentCode: platform.code });
    const peer = await first;
    platform.revoked = true;
    peer.close();
    await expect(serving).rejects.toThrow(LinkRevokedError);
  });

  it("says why a code is not taken", async () => {
    const linkFile = folder.join("link.json");
    await expect(serveRemote(plugin, { linkFile, enrolmentCode: "nonsense" })).rejects.toThrow(EnrolmentError);
    await expect(
      serveRemote(plugin, {
        linkFile,
        enrolmentCode: encodeEnrolmentCode({
          url: new URL(JSON.parse(atob(platform.code.split(".")[1] ?? "")).url as string).origin,
          ca: authority.certificate,
          secret: "other",
        }),
      }),
    ).rejects.toThrow("works once");
    await expect(serveRemote(plugin, { linkFile })).rejects.toThrow("pass an enrolmentCode");
  });

  it("threat 20, 47: ends the link on a message that is no frame", async () => {
    const first = platform.next();
    const serving = serveRemote(plugin, {
      linkFile: folder.join("link.json"),
      enrolmentCode: platform.code,
      signal: stop.signal,
      pauseMsMax: 20,
    });
    const peer = await first;
    const second = platform.next();
    peer.notify("x", { deep: Array.from({ length: 100 }).reduce<unknown>((inner) => [inner], 1) as object });
    expect(await initialize(await second)).toMatchObject({ protocol: "1" });
    stop.abort();
    await serving;
  });
});
