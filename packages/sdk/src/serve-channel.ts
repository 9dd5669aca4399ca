import { setTimeout as sleep } from "node:timers/promises";
import {
  isHilumError,
  protocolVersion,
  wireErrorCodes,
  wireLimits,
  type CallMeta,
  type InitializeParams,
  type InitializeResult,
} from "@hilum/contract";
import type { FrameError } from "@hilum/contract/wire";
import type { Plugin, SettingValues } from "./definition.ts";
import type { Connect } from "./lanes/egress.ts";
import { createLanes } from "./lanes/lanes.ts";
import { createMethods, type Method } from "./methods.ts";
import type { Channel } from "./protocol/channel.ts";
import { createPeer, type Handler, type Peer } from "./protocol/peer.ts";
import type { PeerCall } from "./protocol/served-call.ts";
import { isProviderError } from "./provider-error.ts";
import type { ServedContext } from "./records/store-methods.ts";
import { sdkVersion } from "./version.ts";
import { WireRefusal } from "./wire-refusal.ts";

export interface ServeChannelOptions {
  plugin: Plugin;
  channel: Channel;
  /** How this plugin reaches the network, given the socket that the host names. */
  connectBy(egressSocket: string | undefined): Connect;
  /** The host said `shutdown`, the link ended, or the other side broke the protocol. */
  onEnd(why: "shutdown" | "closed" | "violation"): void;
}

/** What is served now, for whoever has to say something outside a call. */
export interface Served {
  readonly peer: Peer;
}

/** The host waits two seconds between `shutdown` and the end of the process. */
const drainMs = 1500;

interface Session {
  params: InitializeParams;
  connect: Connect;
}

/** Answers the host on one channel: handshake first, then the methods of the plugin. */
export function serveChannel({ plugin, channel, connectBy, onEnd }: ServeChannelOptions): Served {
  const methods = createMethods(plugin.definition);
  let session: Session | undefined;
  let end: "shutdown" | "closed" | "violation" = "closed";

  const requests = new Map<string, Handler>();
  for (const [name, method] of methods) requests.set(name, (params, call) => run(name, method, params, call));
  requests.set("initialize", initialize);
  requests.set("shutdown", shutDown);

  const peer = createPeer({
    channel,
    requests,
    presentError,
    onViolation: () => {
      end = "violation";
    },
    onClose: () => onEnd(end),
  });
  return { peer };

  async function initialize(params: Record<string, unknown>): Promise<InitializeResult> {
    if (session !== undefined) throw new WireRefusal(wireErrorCodes.invalidRequest, "The handshake is done already");
    if (params["protocol"] !== protocolVersion)
      throw new WireRefusal(wireErrorCodes.invalidParams, `This plugin speaks protocol ${protocolVersion}`);
    const given = params as unknown as InitializeParams;
    session = { params: given, connect: connectBy(given.egressSocket) };
    return {
      protocol: protocolVersion,
      methods: [...requests.keys()],
      sdk: { name: "@hilum/sdk", version: sdkVersion },
    };
  }

  async function run(name: string, method: Method, params: Record<string, unknown>, call: PeerCall): Promise<unknown> {
    if (session === undefined) throw new WireRefusal(wireErrorCodes.notReady, "The handshake comes first");
    const context = createContext(session, peer, params, call);
    try {
      return await method(params, context);
    } catch (error) {
      if (!isProviderError(error) && !(error instanceof WireRefusal) && !call.signal.aborted)
        context.log.error(`${name} failed: ${traceOf(error)}`);
      throw error;
    }
  }

  async function shutDown(): Promise<null> {
    end = "shutdown";
    try {
      await plugin.definition.onShutdown?.();
    } finally {
      // The answer to this request is written first; calls that are still running get a moment to answer too.
      setImmediate(
        () =>
          void Promise.race([peer.idle(), sleep(drainMs, undefined, { ref: false })])
            .then(() => channel.flushed())
            .then(peer.close),
      );
    }
    return null;
  }
}

function createContext(
  { params: { settings, plugin, instance, testMode, grants, secretsHeld, hooks, limits }, connect }: Session,
  peer: Peer,
  params: Record<string, unknown>,
  call: PeerCall,
): ServedContext {
  const { call: id = "", deadlineMs = wireLimits.deadlineMsMax } = (params["meta"] ?? {}) as Partial<CallMeta>;
  const given = params["settings"] as SettingValues | undefined;
  const deadline = new Date(Date.now() + deadlineMs);
  const lanes = createLanes({
    peer,
    call: id,
    signal: () => call.signal,
    chunkBytesMax: limits?.blobChunkBytesMax ?? wireLimits.blobChunkBytesMax,
  });
  return {
    ...{ settings: given ?? settings, plugin, instance, testMode, grants, secretsHeld, hooks, call: id, deadline },
    ...lanes,
    connect: (options) => connect({ signal: call.signal, ...options }),
    get signal() {
      return call.signal;
    },
  };
}

/** What a thrown value is on the wire: codes and classes, never a message that could hold a patient's data. */
function presentError(error: unknown): FrameError {
  if (error instanceof WireRefusal) return { code: error.code, message: error.message };
  if (isProviderError(error)) return { code: wireErrorCodes.failed, message: error.message, data: { ...error.data } };
  if (isHilumError(error))
    return {
      code: wireErrorCodes.failed,
      message: error.spec.title,
      data: { code: "plugin.failed", cause: "plugin", sent: "maybe", reply: error.code },
    };
  const timedOut = error instanceof DOMException && (error.name === "TimeoutError" || error.name === "AbortError");
  if (timedOut)
    return {
      code: wireErrorCodes.timeout,
      message: "The call was given up",
      data: { code: "plugin.failed", cause: "timeout", sent: "maybe", retry: "later" },
    };
  // Whether anything went out before a bug struck, nobody knows.
  return {
    code: wireErrorCodes.failed,
    message: "The plugin failed",
    data: { code: "plugin.failed", cause: "plugin", sent: "maybe" },
  };
}

/** Name, code and place of an error. Its message stays here: it may quote what the plugin was handed. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return "something that is no Error was thrown";
  const places = (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  const code = isHilumError(error) ? error.code : "code" in error && typeof error.code === "string" ? error.code : "";
  return [`${error.name}${code === "" ? "" : ` ${code}`}`, ...places].join(" ");
}
