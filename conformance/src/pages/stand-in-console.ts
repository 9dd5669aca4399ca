/**
 * The console's end of the bridge, as far as judging a page needs it. It is bundled and runs in the browser; what it is told
 * stands in `window.standIn`, and what the page did is kept there.
 */
import {
  bridgeMethodNames,
  bridgeMethods,
  bridgeVersion,
  findMethod,
  readPageFrame,
  writeFrame,
  type ConsoleFrame,
  type PageInit,
  type PageLook,
} from "@hilum/contract/bridge";

/** What the judge and the stand-in share. */
export interface StandIn {
  nonce: string;
  init: PageInit;
  answers: Record<string, unknown>;
  greeted: boolean;
  /** Escape led out of the frame. */
  left: number;
  /** What the page did against the protocol. */
  faults: string[];
  wear(look: PageLook): void;
}

const standIn = (window as unknown as { standIn: StandIn }).standIn;
const frame = document.querySelector("iframe") as HTMLIFrameElement;
const heading = document.querySelector("h1") as HTMLHeadingElement;
let port: MessagePort | undefined;
const send = (message: ConsoleFrame): void => port?.postMessage(writeFrame(message));

standIn.wear = (look) => send({ kind: "look", look });
frame.addEventListener("load", () => {
  if (port !== undefined) return void standIn.faults.push("it loaded a second document");
  const { port1, port2 } = new MessageChannel();
  port = port1;
  port1.addEventListener("message", ({ data }) => {
    try {
      take(readPageFrame(data));
    } catch (thrown) {
      standIn.faults.push(`it sent what a page may not send: ${String(thrown)}`);
    }
  });
  port1.start();
  frame.contentWindow?.postMessage({ type: "hilum.page-port", version: bridgeVersion, nonce: standIn.nonce }, "*", [
    port2,
  ]);
});

function take(message: ReturnType<typeof readPageFrame>): void {
  if (message.kind === "hello") {
    if (message.nonce !== standIn.nonce) standIn.faults.push("it greeted with another nonce");
    send({ kind: "init", init: { ...standIn.init, may: [...bridgeMethodNames] } });
    standIn.greeted = true;
  } else if (message.kind === "resize") frame.style.height = `${Math.min(6_000, Math.max(80, message.height))}px`;
  else if (message.kind === "leave") {
    standIn.left += 1;
    heading.focus();
  } else if (message.kind === "call") answer(message.id, message.method, message.params);
}

function answer(id: number, method: string, params: unknown): void {
  const name = findMethod(method);
  if (name === undefined) return void standIn.faults.push(`it asked for ${method}, which is no method`);
  bridgeMethods[name].params(params, method);
  const result = standIn.answers[name];
  if (result === undefined)
    send({ kind: "error", id, error: { code: "page.declined", title: "The person did not agree" } });
  else send({ kind: "result", id, result: bridgeMethods[name].result(result, method) });
}
