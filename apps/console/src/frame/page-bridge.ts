import type { PageFault } from "@hilum/contract/api";
import {
  BridgeFault,
  bridgeLimits,
  bridgeMethods,
  findMethod,
  readPageFrame,
  writeFrame,
  type BridgeError,
  type BridgeMethod,
  type BridgeMethodName,
  type ConsoleFrame,
  type PageFrame,
  type PageInit,
  type PageLook,
} from "@hilum/contract/bridge";
import { errorCatalogue, type ErrorCode } from "@hilum/contract";
import { createTokenBucket } from "./token-bucket.ts";

/** The part of a MessagePort that the bridge uses. */
export type BridgePort = Pick<MessagePort, "postMessage" | "close" | "start" | "addEventListener">;

export interface PageBridgeOptions {
  port: BridgePort;
  /** Of the frame's address: a document that does not know it is another one. */
  nonce: string;
  init(): PageInit;
  /** Does what a page asks for, with parameters that were read; answers or throws what `toBridgeError` knows. */
  serve(name: BridgeMethodName, params: unknown): Promise<unknown>;
  toBridgeError(thrown: unknown): BridgeError;
  onReady(): void;
  onHeight(height: number): void;
  onLeave(): void;
  /** The page broke a rule or fell silent. The bridge has ended by then. */
  onFault(fault: PageFault): void;
  /** True while nobody sees the page: a browser then slows its timers, and silence means nothing. */
  isHidden(): boolean;
  now?: () => number;
}

export interface PageBridge {
  wear(look: PageLook): void;
  changed(what: Extract<ConsoleFrame, { kind: "changed" }>["what"]): void;
  /** Ends it without a word. */
  close(): void;
  /** Ends it for a reason that was seen outside, such as a second load. */
  fail(fault: PageFault): void;
}

/** A refusal by the console itself, in the words of the error catalogue. */
export function refusal(code: ErrorCode, detail?: string): BridgeError {
  const { title, fix } = errorCatalogue[code];
  return { code, title, fix, ...(detail === undefined ? {} : { detail: detail.slice(0, 2_000) }) };
}

/**
 * The console's end of the bridge to one page in one mounted frame. Whatever comes is text of a known form, at a bounded rate,
 * or the bridge ends (threats 142, 144); a page that does not answer a ping is taken away (threat 151).
 */
export function createPageBridge(options: PageBridgeOptions): PageBridge {
  const { port, nonce, now = () => performance.now() } = options;
  const bucket = createTokenBucket({
    size: bridgeLimits.messagesBurst,
    perSecond: bridgeLimits.messagesPerSecond,
    now,
  });
  const inFlight = new Set<number>();
  let greeted = false;
  let ended = false;
  let beat = 0;
  let heardAt = now();

  const helloTimer = setTimeout(() => fail("not_started"), bridgeLimits.helloMs);
  const pingTimer = setInterval(ping, bridgeLimits.pingEveryMs);
  port.addEventListener("message", ({ data }) => receive(data));
  port.start();

  function close(): void {
    ended = true;
    clearTimeout(helloTimer);
    clearInterval(pingTimer);
    port.close();
  }

  function fail(fault: PageFault): void {
    if (ended) return;
    close();
    options.onFault(fault);
  }

  function send(frame: ConsoleFrame): void {
    if (!ended) port.postMessage(writeFrame(frame));
  }

  function ping(): void {
    if (!greeted) return;
    if (options.isHidden()) heardAt = now();
    else if (now() - heardAt > bridgeLimits.silenceMs) return fail("unresponsive");
    send({ kind: "ping", beat: ++beat });
  }

  function receive(data: unknown): void {
    if (ended) return;
    if (!bucket.take()) return fail("flood");
    // Its length is known at once; nothing of it is looked at before.
    if (typeof data === "string" && data.length > bridgeLimits.messageLengthMax) return fail("flood");
    try {
      take(readPageFrame(data));
    } catch (thrown) {
      if (!(thrown instanceof BridgeFault)) throw thrown;
      fail("protocol");
    }
  }

  function take(frame: PageFrame): void {
    if (!greeted) {
      if (frame.kind !== "hello" || frame.nonce !== nonce) return fail("protocol");
      greeted = true;
      heardAt = now();
      clearTimeout(helloTimer);
      send({ kind: "init", init: options.init() });
      return options.onReady();
    }
    switch (frame.kind) {
      case "hello":
        return fail("protocol");
      case "pong":
        if (frame.beat === beat) heardAt = now();
        return;
      case "resize":
        return options.onHeight(Math.min(bridgeLimits.heightMax, Math.max(bridgeLimits.heightMin, frame.height)));
      case "leave":
        return options.onLeave();
      case "call":
        return void answer(frame);
    }
  }

  async function answer({ id, method, params }: Extract<PageFrame, { kind: "call" }>): Promise<void> {
    if (inFlight.has(id)) return fail("protocol");
    if (inFlight.size >= bridgeLimits.callsInFlightMax) return send({ kind: "error", id, error: refusal("page.busy") });
    inFlight.add(id);
    try {
      send(await perform(id, method, params));
    } finally {
      inFlight.delete(id);
    }
  }

  async function perform(id: number, method: string, params: unknown): Promise<ConsoleFrame> {
    const name = findMethod(method);
    if (name === undefined) return { kind: "error", id, error: refusal("page.no_method", `There is no ${method}.`) };
    const spec: BridgeMethod = bridgeMethods[name];
    let read: unknown;
    try {
      read = spec.params(params, "params");
    } catch (thrown) {
      return { kind: "error", id, error: refusal("page.invalid", (thrown as BridgeFault).message) };
    }
    try {
      // Cut to what the method declares: whatever else the API says does not cross (threat 152).
      const result = spec.result(await options.serve(name, read), "result");
      const frame: ConsoleFrame = { kind: "result", id, result };
      return writeFrame(frame).length <= bridgeLimits.answerLengthMax
        ? frame
        : { kind: "error", id, error: refusal("page.invalid", "The answer is larger than a page may get.") };
    } catch (thrown) {
      if (thrown instanceof BridgeFault)
        return { kind: "error", id, error: refusal("page.invalid", "The answer has a form that no page is given.") };
      return { kind: "error", id, error: options.toBridgeError(thrown) };
    }
  }

  return {
    wear: (look) => greeted && send({ kind: "look", look }),
    changed: (what) => greeted && send({ kind: "changed", what }),
    close,
    fail,
  };
}
