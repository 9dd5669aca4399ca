import type { IncomingMessage, RequestListener } from "node:http";
import { createServer, type Server as HttpsServer, type ServerOptions } from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { AuditInput } from "@hilum/audit";
import { isHilumError, type HilumError, type FetchParams, type FetchResult } from "@hilum/contract";
import { createCertificateAuthority, type CertificateAuthority } from "@hilum/testkit";
import type { Grant } from "@hilum/policy";
import { createCallIds } from "../call-ids.ts";
import type { AddressRules } from "../egress/address.ts";
import { createBudgets } from "@hilum/policy";
import { createTlsConnector } from "../egress/fetch/connect-tls.ts";
import type { DestinationSpec } from "../egress/fetch/destination-spec.ts";
import { createFetches, fetchLimits, type FetchLimits, type FetchPorts } from "../egress/fetch/fetches.ts";
import type { EgressReceipt } from "../egress/receipt.ts";
import { createPluginDecisions } from "../plugin-decisions.ts";
import { createTicker } from "../ticker.ts";

export const apiHost = "api.example.org";

/** A provider on loopback that speaks TLS, and what reached it. */
export interface Provider {
  port: number;
  requests: { method: string; url: string; headers: IncomingMessage["headers"]; raw: string[]; body: string }[];
  /** TCP connections that were made, whatever came of them. */
  connections: number;
  server: Server;
  close(): Promise<void>;
}

let shared: Promise<CertificateAuthority> | undefined;
export const testAuthority = (): Promise<CertificateAuthority> => (shared ??= createCertificateAuthority());

/** Answers by `respond`, which finds the whole body in `request.body`. */
export async function startProvider(
  respond: (request: Provider["requests"][number], response: Parameters<RequestListener>[1]) => void,
  tls: Partial<ServerOptions> & { names?: readonly string[] } = {},
): Promise<Provider> {
  const { names = [apiHost], ...options } = tls;
  const { certificate, key } = await (await testAuthority()).issue({ names });
  const server = createServer({ cert: certificate, key, ...options });
  const provider = await listenAsProvider(server);
  server.on("request", (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      const { method = "", url = "", headers, rawHeaders: raw } = request;
      const seen = { method, url, headers, raw, body: Buffer.concat(chunks).toString("utf8") };
      provider.requests.push(seen);
      respond(seen, response);
    });
  });
  return provider;
}

export async function listenAsProvider(server: Server | HttpsServer): Promise<Provider> {
  const sockets = new Set<Socket>();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const provider: Provider = {
    port: (server.address() as AddressInfo).port,
    requests: [],
    connections: 0,
    server,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on("connection", (socket: Socket) => {
    provider.connections += 1;
    sockets.add(socket.on("error", () => undefined).once("close", () => sockets.delete(socket)));
  });
  server.on("tlsClientError", () => undefined);
  return provider;
}

export interface FetchRigOptions {
  destination?: Partial<DestinationSpec>;
  destinations?: readonly DestinationSpec[];
  /** Scopes that are granted, resolved. Default: that of the destination. */
  granted?: readonly string[];
  rules?: Partial<AddressRules>;
  limits?: Partial<FetchLimits>;
  ports?: Partial<FetchPorts>;
  /** Default: that of `testAuthority`. */
  authorities?: readonly string[];
  /** Addresses by name, asked anew each time. */
  names?: Record<string, readonly string[] | (() => readonly string[])>;
}

export const fetchingKey = { plugin: "com.example.sms", instance: "default" };

/** The fetch lane of one instance over real sockets, with the server's side kept in memory. */
export async function createFetchRig(port: number, options: FetchRigOptions = {}) {
  const scope = `net:https://${apiHost}:${port}`;
  const destination: DestinationSpec = {
    id: "api",
    scope,
    requests: [
      { method: "GET", path: "/v1/messages/{id}" },
      { method: "POST", path: "/v1/messages" },
    ],
    phi: true,
    headers: [],
    timeoutMs: 5_000,
    responseBytesMax: 262_144,
    ...options.destination,
  };
  const state = {
    entries: [] as AuditInput[],
    receipts: [] as EgressReceipt[],
    lookups: [] as string[],
    grants: (options.granted ?? [destination.scope ?? scope]).map((granted): Grant => ({
      ...fetchingKey,
      scope: granted,
      resolved: granted,
      decision: "granted",
    })),
  };
  const names: NonNullable<FetchRigOptions["names"]> = options.names ?? { [apiHost]: ["127.0.0.1"] };
  const limits = { ...fetchLimits, ...options.limits };
  const ticker = createTicker();
  const certificate = (await testAuthority()).certificate;
  const fetches = createFetches(
    fetchingKey,
    options.destinations ?? [destination],
    {
      governor: {
        audit: { append: async (entry) => ({ index: state.entries.push(entry) - 1 }) },
        denials: { deny: async (entry) => void state.entries.push(entry) },
      },
      decide: createPluginDecisions({ grantsOf: () => ({ grants: state.grants, epoch: 1 }) }, () => new Date()),
      discloses: () => ({ allow: true }),
      recordReceipt: (receipt) => void state.receipts.push(receipt),
      budgets: createBudgets(limits, ticker.now),
      rules: () => ({ privateRanges: [{ cidr: "127.0.0.0/8" }], ownAddresses: [], ownPorts: [], ...options.rules }),
      resolveHost: async (host) => {
        state.lookups.push(host);
        const found = names[host];
        if (found === undefined) throw new Error("ENOTFOUND");
        return typeof found === "function" ? found() : found;
      },
      connectTls: createTlsConnector(() => options.authorities ?? [certificate]),
      ...{ ticker, nextCall: createCallIds(), now: () => new Date(), version: "0.1.0" },
      ...options.ports,
    },
    limits,
  );
  const controller = new AbortController();
  return {
    ...state,
    state,
    controller,
    ask: async (params: Record<string, unknown> = {}): Promise<FetchResult> =>
      (await fetches.serve(
        { destination: "api", method: "GET", path: "/v1/messages/M1", ...params },
        { cancelled: false, signal: controller.signal },
      )) as FetchResult,
    post: async (params: Partial<FetchParams> = {}): Promise<FetchResult> =>
      (await fetches.serve(
        { destination: "api", method: "POST", path: "/v1/messages", body: { text: "hello" }, ...params },
        { cancelled: false, signal: controller.signal },
      )) as FetchResult,
    close(): void {
      fetches.close();
      ticker.close();
    },
  };
}

/** How a request that must fail failed: code, whether anything went out, and the host's words. */
export async function failureOf(work: Promise<unknown>): Promise<Pick<HilumError, "code" | "sent" | "detail">> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!isHilumError(error)) throw new Error(`it did not fail as it should: ${String(error)}`);
  const { code, sent, detail } = error;
  return { code, sent, detail };
}

/** A server that speaks TLS and then whatever `talk` says, byte by byte; `heard` is all that clients sent. */
export async function startRawProvider(
  talk: (socket: TLSSocket, heard: () => string) => void,
): Promise<Provider & { heard: () => string }> {
  const { certificate, key } = await (await testAuthority()).issue({ names: [apiHost] });
  const chunks: Buffer[] = [];
  const heard = (): string => Buffer.concat(chunks).toString("latin1");
  const server = createTlsServer({ cert: certificate, key }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => chunks.push(chunk));
    talk(socket, heard);
  });
  return Object.assign(await listenAsProvider(server), { heard });
}
