import { setTimeout as sleep } from "node:timers/promises";
import { wireLimits } from "@hilum/contract";
import { WebSocket } from "ws";
import type { Plugin } from "../definition.ts";
import { createDirectConnect } from "../lanes/egress.ts";
import { serveChannel } from "../serve-channel.ts";
import { enrol, readLinkFile, type RemoteLink } from "./link-file.ts";
import { LinkRevokedError, proveConnect, requestToken } from "./remote-token.ts";
import { createWebSocketChannel } from "./websocket-channel.ts";

export interface ServeRemoteOptions {
  /** Where the link is kept: a file that only this user can read. Made by the first start with `enrolmentCode`. */
  linkFile: string;
  /** Single-use code from Access on the plugin's page; needed once. It carries address and authority of the platform. */
  enrolmentCode?: string;
  /** Ends the service. */
  signal?: AbortSignal;
  /** Told of each change; nothing is logged otherwise. */
  onState?(state: RemoteState): void;
  /** Longest pause between two attempts, in milliseconds. */
  pauseMsMax?: number;
}

export type RemoteState =
  | { state: "connecting" }
  | { state: "connected" }
  | { state: "waiting"; pauseMs: number; error: string };

/**
 * Serves a plugin that runs elsewhere: connects out to the platform over a WebSocket and keeps connecting, with pauses
 * that double up to a minute, also after the host said `shutdown`: it may only be restarting. Resolves when `signal`
 * aborts; rejects with LinkRevokedError when the platform does not know the link any more. The plugin's network is this
 * machine's own.
 */
export async function serveRemote(
  plugin: Plugin,
  { linkFile, enrolmentCode, signal, onState, pauseMsMax = 60_000 }: ServeRemoteOptions,
): Promise<void> {
  const link = (await readLinkFile(linkFile)) ?? (await firstLink(enrolmentCode, linkFile));
  const stopped = (): boolean => signal?.aborted === true;
  for (let failures = 0; !stopped();) {
    onState?.({ state: "connecting" });
    let error = "The link was closed";
    try {
      const socket = await openSocket(link, signal);
      onState?.({ state: "connected" });
      failures = 0;
      await serveSocket(plugin, socket, signal);
    } catch (caught) {
      if (caught instanceof LinkRevokedError) throw caught;
      error = caught instanceof Error ? caught.message : "unknown";
    }
    if (stopped()) return;
    const pauseMs = pauseBefore(++failures, pauseMsMax);
    onState?.({ state: "waiting", pauseMs, error });
    await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

async function firstLink(code: string | undefined, path: string): Promise<RemoteLink> {
  if (code === undefined) throw new TypeError(`There is no link in ${path}: pass an enrolmentCode the first time`);
  return await enrol(code, path);
}

/** Full jitter: many plugins that lost one platform do not come back in one wave. */
function pauseBefore(attempt: number, pauseMsMax: number): number {
  const ceiling = Math.min(pauseMsMax, 500 * 2 ** Math.min(attempt, 12));
  return Math.round(ceiling * (0.5 + Math.random() / 2));
}

/** A token lasts five minutes and is asked for at each connection: the link outlives it. */
async function openSocket(link: RemoteLink, signal: AbortSignal | undefined): Promise<WebSocket> {
  const token = await requestToken(link);
  const url = new URL("/api/v1/remote/connect", link.url);
  url.protocol = "wss:";
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${token}`, "hilum-proof": proveConnect(link, token) },
    maxPayload: wireLimits.frameBytesMax,
    // A compressed frame could be small outside and vast inside (threat 43).
    perMessageDeflate: false,
    handshakeTimeout: 15_000,
    ...(link.ca === undefined ? {} : { ca: link.ca }),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => reject(signal?.reason);
  socket.once("open", resolve);
  socket.on("error", reject);
  socket.once("unexpected-response", (_request, response) =>
    reject(
      response.statusCode === 401 || response.statusCode === 403
        ? new LinkRevokedError(`status ${response.statusCode}`)
        : new Error(`The platform answered with status ${response.statusCode}`),
    ),
  );
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
    return socket;
  } catch (error) {
    socket.on("error", () => undefined);
    socket.terminate();
    throw error;
  } finally {
    socket.off("error", reject);
    signal?.removeEventListener("abort", abort);
  }
}

async function serveSocket(plugin: Plugin, socket: WebSocket, signal: AbortSignal | undefined): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const { peer } = serveChannel({
    plugin,
    channel: createWebSocketChannel(socket),
    connectBy: createDirectConnect,
    onEnd: () => ended.resolve(),
  });
  signal?.addEventListener("abort", peer.close, { once: true });
  try {
    await ended.promise;
  } finally {
    signal?.removeEventListener("abort", peer.close);
  }
}
