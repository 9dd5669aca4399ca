import {
  bridgeLimits,
  bridgeMethods,
  bridgeVersion,
  isPortMessage,
  readConsoleFrame,
  writeFrame,
  type BridgeMethodName,
  type ConsoleFrame,
  type PageFrame,
  type PageInit,
  type PageLook,
  type ParamsOfMethod,
  type ResultOfMethod,
} from "@hilum/contract/bridge";
import { PageError } from "./page-error.ts";

/** What the console says changed while the page is open. */
export type Change = Extract<ConsoleFrame, { kind: "changed" }>["what"];

/** The page's end of the bridge: everything that it may ask of the console. */
export interface Connection {
  /** Undefined until the console has greeted. */
  init(): PageInit | undefined;
  look(): PageLook | undefined;
  /** Asks the console; rejects with a PageError. */
  call<Name extends BridgeMethodName>(name: Name, params: ParamsOfMethod<Name>): Promise<ResultOfMethod<Name>>;
  /** Tells the height that the page would like to have, in CSS pixels. */
  resize(height: number): void;
  /** Gives the focus back to the heading above the frame. */
  leave(): void;
  /** Hears of the greeting and of each new look. */
  subscribe(listener: () => void): () => void;
  onChange(listener: (what: Change) => void): () => void;
}

/** The part of a window that the hand-over needs. */
export interface PageWindow {
  parent: unknown;
  location: { hash: string };
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

type Waiting = {
  name: BridgeMethodName;
  resolve(result: unknown): void;
  reject(error: PageError): void;
  timer?: ReturnType<typeof setTimeout>;
};

/**
 * Listens for the one port that the console hands over, with the nonce of this document's address; a port from anybody else
 * is not taken (threat 142).
 */
export function connect(page: PageWindow): Connection {
  const nonce = new URLSearchParams(page.location.hash.slice(1)).get("nonce") ?? "";
  const waiting = new Map<number, Waiting>();
  const listeners = new Set<() => void>();
  const changes = new Set<(what: Change) => void>();
  let port: MessagePort | undefined;
  let init: PageInit | undefined;
  let look: PageLook | undefined;
  let next = 1;

  const send = (frame: PageFrame): void => port?.postMessage(writeFrame(frame));
  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  function take(event: MessageEvent): void {
    if (event.source !== page.parent || !isPortMessage(event.data, nonce)) return;
    const [handed] = event.ports;
    if (handed === undefined) return;
    page.removeEventListener("message", take);
    port = handed;
    port.addEventListener("message", ({ data }) => receive(readConsoleFrame(data)));
    port.start();
    send({ kind: "hello", nonce, version: bridgeVersion });
  }
  page.addEventListener("message", take);

  function receive(frame: ConsoleFrame): void {
    if (frame.kind === "ping") return send({ kind: "pong", beat: frame.beat });
    if (frame.kind === "changed") {
      for (const listener of changes) listener(frame.what);
      return;
    }
    if (frame.kind === "init" || frame.kind === "look") {
      if (frame.kind === "init") init = frame.init;
      look = frame.kind === "init" ? frame.init.look : frame.look;
      return tell();
    }
    settle(frame);
  }

  function settle(frame: Extract<ConsoleFrame, { kind: "result" | "error" }>): void {
    const call = waiting.get(frame.id);
    if (call === undefined) return;
    waiting.delete(frame.id);
    clearTimeout(call.timer);
    if (frame.kind === "error") return call.reject(new PageError(frame.error));
    try {
      call.resolve(bridgeMethods[call.name].result(frame.result, "result"));
    } catch {
      call.reject(new PageError({ code: "page.invalid", title: "The console's answer is not of this version" }));
    }
  }

  return {
    init: () => init,
    look: () => look,
    call: (name, params) =>
      new Promise((resolve, reject) => {
        const text = writeFrame({ kind: "call", id: next, method: name, params });
        if (port === undefined) return reject(gone());
        if (text.length > bridgeLimits.messageLengthMax) return reject(tooLong());
        const id = next++;
        const call: Waiting = { name, resolve, reject };
        waiting.set(id, call);
        // Where a person may be asked, only the person says how long it takes.
        if (bridgeMethods[name].asks === "never")
          call.timer = setTimeout(() => {
            waiting.delete(id);
            reject(gone());
          }, bridgeLimits.deadlineMs);
        port.postMessage(text);
      }),
    resize: (height) => send({ kind: "resize", height }),
    leave: () => send({ kind: "leave" }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onChange: (listener) => {
      changes.add(listener);
      return () => changes.delete(listener);
    },
  };
}

const gone = (): PageError =>
  new PageError({
    code: "page.gone",
    title: "The link between the page and the console has ended",
    fix: "Load the page again.",
  });
const tooLong = (): PageError =>
  new PageError({ code: "page.invalid", title: "This is more than a page may send at once", fix: "Shorten it." });

/** Listens from the first moment on: the console hands the port over when the document has loaded. */
export const connection: Connection | undefined = typeof window === "undefined" ? undefined : connect(window);
