import { createPublicKey, verify } from "node:crypto";
import { createServer } from "node:https";
import { encodeEnrolmentCode, remoteConnectText, remoteTokenText } from "@hilum/contract";
import { decodeFrame, isViolation } from "@hilum/contract/wire";
import { createPeer, type Channel, type Peer } from "@hilum/sdk/testing";
import type { CertificateAuthority } from "@hilum/testkit";
import { createHash } from "node:crypto";
import { WebSocketServer, type WebSocket } from "ws";

/** The platform's side of remote links, in small: enrols one code, checks proofs, and takes connections. */
export interface RemotePlatform {
  readonly url: string;
  readonly code: string;
  revoked: boolean;
  readonly tokens: readonly string[];
  /** The next connection, as the host's end of it. */
  next(): Promise<Peer>;
  close(): void;
}

export async function startRemotePlatform(authority: CertificateAuthority): Promise<RemotePlatform> {
  const { certificate, key } = await authority.issue({ names: ["localhost"] });
  const waiting: ((peer: Peer) => void)[] = [];
  const peers: Peer[] = [];
  const tokens: string[] = [];
  let publicKey = "";
  let used = false;

  const server = createServer({ cert: certificate, key }, (request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const [status, body] = answer(request.url ?? "", JSON.parse(text) as Record<string, string>);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  function isSigned(text: string, signature: string): boolean {
    const spki = createPublicKey({ key: Buffer.from(publicKey, "base64url"), format: "der", type: "spki" });
    return verify(null, Buffer.from(text), spki, Buffer.from(signature, "base64url"));
  }
  function answer(path: string, body: Record<string, string>): [number, object] {
    if (path === "/api/v1/remote/enrol") {
      if (used || body["code"] !== platform.code)
        return [401, { code: "enrolment.invalid", detail: "The code is used" }];
      used = true;
      publicKey = body["publicKey"] ?? "";
      return [201, { link: "link-1", plugin: "com.example.remote", instance: "default" }];
    }
    const { link = "", at = "", nonce = "", signature = "" } = body;
    if (platform.revoked || !isSigned(remoteTokenText({ link, at, nonce }), signature))
      return [401, { code: "request.unauthenticated", detail: "The link is revoked" }];
    tokens.push(nonce);
    return [200, { token: `token-${nonce}`, expiresAt: at }];
  }
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    const token = (request.headers.authorization ?? "").replace("Bearer ", "");
    const [at = "", nonce = "", signature = ""] = String(request.headers["hilum-proof"]).split(" ");
    const tokenHash = createHash("sha256").update(token).digest("hex");
    const proven = isSigned(remoteConnectText({ link: "link-1", at, nonce, tokenHash }), signature);
    if (!proven || !tokens.includes(token.replace("token-", "")))
      return socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const bytes = Buffer.alloc(700_000, "x");
      const peer = createPeer({
        channel: channelOf(webSocket),
        requests: new Map([
          [
            "blobs.read",
            async ({ offset, length }) => ({
              base64: bytes.subarray(Number(offset), Number(offset) + Number(length)).toString("base64"),
              size: bytes.length,
            }),
          ],
        ]),
        presentError: () => ({ code: -1, message: "" }),
      });
      peers.push(peer);
      waiting.shift()?.(peer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `https://localhost:${(server.address() as { port: number }).port}`;
  const platform: RemotePlatform = {
    url,
    code: encodeEnrolmentCode({ url, ca: authority.certificate, secret: "once" }),
    revoked: false,
    tokens,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close() {
      for (const peer of peers) peer.close();
      server.close();
      server.closeAllConnections();
    },
  };
  return platform;
}

function channelOf(socket: WebSocket): Channel {
  return {
    start({ onFrame, onViolation, onClose }) {
      socket.on("message", (data: Buffer) => {
        const frame = decodeFrame(data);
        if (isViolation(frame)) onViolation(frame);
        else onFrame(frame);
      });
      socket.once("close", onClose);
      socket.on("error", () => socket.terminate());
    },
    // In two fragments, as a proxy on the way may cut them.
    write(line) {
      const middle = Math.floor(line.length / 2);
      socket.send(line.slice(0, middle), { fin: false });
      socket.send(line.slice(middle, -1), { fin: true });
    },
    flushed: () => Promise.resolve(),
    close: () => socket.close(1000),
  };
}
