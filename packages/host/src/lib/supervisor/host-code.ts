import { HilumError, protocolVersion } from "@hilum/contract";
import type { Connection } from "../connection/connection.ts";
import { parseInitializeResult } from "../connection/answers.ts";
import type { CloseReason } from "../connection/close-reason.ts";
import type { Served } from "../connection/request-desk.ts";
import { createOutgoingCalls, timedOut } from "../connection/outgoing-calls.ts";
import type { Ticker } from "../ticker.ts";

/** What host code may ask of the platform: the same methods, lanes and pipeline as any plugin's. */
export interface HostServices {
  ask(method: string, params: Record<string, unknown>): Promise<unknown>;
  notify(method: string, params: Record<string, unknown>): void;
}

/** A plugin that is part of the host: the methods of its capabilities, as functions. What they throw is the answer of the call. */
export interface HostCode {
  methods: ReadonlyMap<string, (params: Record<string, unknown>) => Promise<unknown>>;
  close?(): void;
}

export interface HostCodeOptions {
  create(services: HostServices): HostCode;
  served: Served;
  ticker: Ticker;
  onClose(reason: CloseReason): void;
}

/** A connection to code in this process: no wire, everything else as for any plugin. */
export function createHostCodeConnection({ create, served, ticker, onClose }: HostCodeOptions): Connection {
  const outgoing = createOutgoingCalls();
  const code = create(servicesOf(served));
  let closed: CloseReason | undefined;
  const unsubscribe = ticker.subscribe((nowMs) => {
    if (outgoing.size > 0) for (const id of outgoing.late(nowMs)) outgoing.drop(id, timedOut());
  });

  return {
    async initialize(params) {
      await code.methods.get("initialize")?.(params as Record<string, unknown>);
      return parseInitializeResult({ protocol: protocolVersion, methods: ["initialize", ...code.methods.keys()] });
    },
    request(method, params, deadlineAtMs) {
      const serve = code.methods.get(method);
      if (closed !== undefined || serve === undefined) return Promise.reject(new HilumError("plugin.not_running"));
      const { id, answer } = outgoing.add(deadlineAtMs);
      void serve(params as Record<string, unknown>).then(
        (result) => outgoing.succeed(id, result),
        (error: unknown) => outgoing.drop(id, error instanceof Error ? error : new HilumError("plugin.failed")),
      );
      return answer;
    },
    writable: true,
    get inFlight() {
      return outgoing.size;
    },
    close(reason) {
      if (closed !== undefined) return;
      closed = reason;
      unsubscribe();
      code.close?.();
      outgoing.dropAll(() => new HilumError("plugin.killed"));
      onClose(reason);
    },
    get closed() {
      return closed;
    },
  };
}

function servicesOf(served: Served): HostServices {
  const never = {
    cancelled: false,
    get signal() {
      return new AbortController().signal;
    },
  };
  return {
    async ask(method, params) {
      const serve = served.requests.get(method);
      if (serve === undefined) throw new HilumError("request.not_found");
      return await serve(params, never);
    },
    notify: (method, params) => served.notifications.get(method)?.(params),
  };
}
