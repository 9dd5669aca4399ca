import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  decodeEnrolmentCode,
  encodeEnrolmentCode,
  errorCatalogue,
  HilumError,
  isHilumError,
  remoteConnectText,
  remoteTokenText,
  wireLimits,
} from "@hilum/contract";
import { WebSocketServer, type WebSocket } from "ws";
import type { Link } from "../connection/link.ts";
import type { InstanceKey } from "../instance-key.ts";
import type { CallContext, Governor } from "../pipeline.ts";
import { createTicker } from "../ticker.ts";
import { checkProof, readPublicKey, sha256Hex, type Proof } from "./proof.ts";
import type { RemoteLinkRecord, RemoteStore } from "./remote-store.ts";
import { createWebSocketLink } from "./websocket-link.ts";

type Key = Pick<InstanceKey, "plugin" | "instance">;

export interface RemoteLinksOptions extends Governor {
  store: RemoteStore;
  /** Hands a link to its instance: `host.attach`. */
  attach(key: InstanceKey, link: Link, context: CallContext): Promise<void>;
  now(): Date;
  nextCall(): string;
  nextId(): string;
  /** Where plugins reach the platform, and the authority that signed its certificate. */
  publicUrl(): string;
  authorityPem(): string | undefined;
}

/** The server's side of remote plugins: enrolment code -> key -> token of five minutes -> WebSocket. */
export interface RemoteLinks {
  /** A code for one use within ten minutes. Shown once; only its hash is kept. */
  createEnrolment(key: Key, by: string): Promise<{ id: string; code: string; expiresAt: Date }>;
  /** Throws `enrolment.invalid`; `request.invalid` for a key that is not Ed25519. */
  enrol(code: string, publicKey: string): Promise<{ link: string } & Key>;
  /** Throws `proof.invalid` for a wrong, late or repeated proof, or a link that is revoked. */
  issueToken(request: Proof & { link: string }): Promise<{ token: string; expiresAt: Date }>;
  /** Answers the upgrade request of a plugin; refuses with a problem document. Never rejects. */
  connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Ends an enrolment or a link, its tokens, and its socket if it is open, before it returns. */
  revoke(key: Key, id: string): Promise<boolean>;
  /** Closes the sockets of an instance that is disabled or removed. */
  closeInstance(key: Key): void;
  /** Links that are connected now. */
  connected(): ReadonlySet<string>;
  close(): void;
}

const ENROLMENT_MS = 10 * 60_000;
const TOKEN_MS = 5 * 60_000;
/** A nonce is remembered for longer than a proof with it could pass the clock. */
const NONCE_MS = 2 * 60_000;
const LINK_MS = 365 * 24 * 3_600_000;

export function createRemoteLinks(options: RemoteLinksOptions): RemoteLinks {
  const { store, now } = options;
  const ticker = createTicker({ everyMs: 250 });
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: wireLimits.frameBytesMax,
    perMessageDeflate: false,
    clientTracking: false,
  });
  const open = new Map<string, { key: Key; link: Link }>();
  const later = (durationMs: number): Date => new Date(now().getTime() + durationMs);

  return {
    async createEnrolment({ plugin, instance }, by) {
      const id = options.nextId();
      // 128 random bits: not to be guessed within ten minutes (threat 78).
      const secret = randomBytes(16).toString("base64url");
      const ca = options.authorityPem();
      const expiresAt = later(ENROLMENT_MS);
      await store.createEnrolment({
        id,
        hash: sha256Hex(secret),
        plugin,
        instance,
        at: now().toISOString(),
        by,
        expiresAt: expiresAt.toISOString(),
      });
      return {
        id,
        code: encodeEnrolmentCode({ url: options.publicUrl(), secret, ...(ca === undefined ? {} : { ca }) }),
        expiresAt,
      };
    },
    async enrol(code, publicKey) {
      const parsed = decodeEnrolmentCode(code);
      const fingerprint = readPublicKey(publicKey).export({ format: "der", type: "spki" }).toString("base64url");
      if (parsed === undefined) throw new HilumError("enrolment.invalid");
      const link = {
        id: options.nextId(),
        publicKey: fingerprint,
        fingerprint: sha256Hex(fingerprint),
        expiresAt: later(LINK_MS).toISOString(),
      };
      const made = await store.enrol(sha256Hex(parsed.secret), link);
      if (made === undefined) throw new HilumError("enrolment.invalid");
      return { link: made.id, plugin: made.plugin, instance: made.instance };
    },
    async issueToken({ link, ...proof }) {
      const known = await store.find(link);
      await takeProof(known, proof, remoteTokenText({ link, ...proof }));
      const token = randomBytes(32).toString("base64url");
      const expiresAt = later(TOKEN_MS);
      await store.createToken(sha256Hex(token), { link, expiresAt: expiresAt.toISOString() });
      return { token, expiresAt };
    },
    async connect(request, socket, head) {
      socket.on("error", () => socket.destroy());
      try {
        const known = await authenticate(request);
        await carry(known, await upgrade(request, socket, head), socket);
      } catch (error) {
        await refuse(socket, error, options);
      }
    },
    async revoke(key, id) {
      const revoked = await store.revoke(key, id);
      open.get(id)?.link.close();
      return revoked;
    },
    closeInstance({ plugin, instance }) {
      for (const { key, link } of open.values()) if (key.plugin === plugin && key.instance === instance) link.close();
    },
    connected: () => new Set(open.keys()),
    close() {
      for (const { link } of open.values()) link.close();
      ticker.close();
      server.close();
    },
  };

  async function authenticate({ headers, url = "" }: IncomingMessage): Promise<RemoteLinkRecord> {
    // A browser always says its origin; a token has no place in an address (threats 77, 174).
    if (headers.origin !== undefined || url.includes("?")) throw new HilumError("request.unauthenticated");
    const token = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(headers.authorization ?? "")?.[1];
    if (token === undefined) throw new HilumError("request.unauthenticated");
    const hash = sha256Hex(token);
    const known = await store.findByToken(hash);
    if (known === undefined) throw new HilumError("request.unauthenticated");
    const [at = "", nonce = "", signature = ""] = String(headers["hilum-proof"] ?? "").split(" ");
    await takeProof(known, { at, nonce, signature }, remoteConnectText({ link: known.id, at, nonce, tokenHash: hash }));
    return known;
  }

  async function takeProof(known: RemoteLinkRecord | undefined, proof: Proof, statement: string): Promise<void> {
    if (known?.publicKey === undefined || !isValid(known)) throw new HilumError("proof.invalid");
    checkProof(proof, { statement, publicKey: known.publicKey, now: now() });
    if (!(await store.takeNonce(known.id, proof.nonce, later(NONCE_MS).toISOString())))
      throw new HilumError("proof.invalid", { detail: "The proof was used before" });
  }

  function isValid({ revokedAt, expiresAt }: RemoteLinkRecord): boolean {
    return revokedAt === undefined && Date.parse(expiresAt) > now().getTime();
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      socket.once("close", () => reject(new HilumError("plugin.link_lost")));
      server.handleUpgrade(request, socket, head, resolve);
    });
  }

  async function carry(
    { id, plugin, instance }: RemoteLinkRecord,
    websocket: WebSocket,
    socket: Duplex,
  ): Promise<void> {
    const link = createWebSocketLink(websocket, socket, ticker);
    const entry = { key: { plugin, instance }, link };
    open.get(id)?.link.close();
    open.set(id, entry);
    websocket.once("close", () => {
      if (open.get(id) === entry) open.delete(id);
    });
    // Revoked while the socket was being opened: the revocation did not see it, so it is looked for here.
    const current = await store.find(id);
    if (current === undefined || !isValid(current)) return link.close();
    await store.touch(id, now().toISOString());
    await options
      .attach({ plugin, instance }, link, { actor: { id: `plugin:${plugin}/${instance}` }, purpose: "HSYSADMIN" })
      .catch(() => link.close());
  }
}

/** Before the upgrade the answer is HTTP; after it the socket is simply closed. A refusal leaves its entry (threats 70, 71, 78). */
async function refuse(
  socket: Duplex,
  error: unknown,
  { denials, nextCall }: Pick<RemoteLinksOptions, "denials" | "nextCall">,
): Promise<void> {
  const problem = isHilumError(error) ? error : new HilumError("server.internal");
  await denials
    .deny({
      kind: "note",
      call: nextCall(),
      actor: "anonymous",
      action: "connectRemotePlugin",
      decision: "deny",
      reason: problem.code,
      purpose: "HSYSADMIN",
    })
    .catch(() => undefined);
  if (socket.destroyed || !socket.writable) return;
  const { status, title, fix } = errorCatalogue[problem.code];
  const body = JSON.stringify({ type: "about:blank", title, status, detail: problem.detail, code: problem.code, fix });
  socket.end(
    `HTTP/1.1 ${status} ${problem.code}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
