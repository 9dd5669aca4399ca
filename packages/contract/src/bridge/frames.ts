import { bridgeError } from "./bridge-error.ts";
import { bridgeLimits, bridgeVersion } from "./limits.ts";
import { init, look } from "./look.ts";
import { BridgeFault, exactly, json, members, number, oneOf, text, whole, type Got, type Read } from "./read.ts";

/** The one message that goes through the window: the console hands a port over, with the nonce of the page's address. */
export interface PortMessage {
  type: "hilum.page-port";
  version: number;
  nonce: string;
}

const nonce = text({ min: 16, max: 64, form: /^[A-Za-z0-9_-]+$/ });
const id = whole({ min: 1, max: 2_147_483_647 });
const beat = whole({ min: 0, max: Number.MAX_SAFE_INTEGER });

/** True for the hand-over that belongs to this page. */
export function isPortMessage(data: unknown, ownNonce: string): data is PortMessage {
  return (
    typeof data === "object" &&
    data !== null &&
    "type" in data &&
    data.type === "hilum.page-port" &&
    "nonce" in data &&
    data.nonce === ownNonce
  );
}

/** A page to the console. */
const pageFrames = {
  hello: exactly({ kind: oneOf(["hello"]), nonce, version: whole({ min: 1, max: bridgeVersion }) }),
  call: exactly({ kind: oneOf(["call"]), id, method: text({ max: 40 }), params: json }),
  pong: exactly({ kind: oneOf(["pong"]), beat }),
  resize: exactly({ kind: oneOf(["resize"]), height: number({ min: 0, max: 1_000_000 }) }),
  /** Escape was pressed: the focus goes back to the heading above the frame. */
  leave: exactly({ kind: oneOf(["leave"]) }),
};
export type PageFrame = Got<(typeof pageFrames)[keyof typeof pageFrames]>;

/** The console to a page. */
const consoleFrames = {
  init: members({ kind: oneOf(["init"]), init }),
  result: members({ kind: oneOf(["result"]), id, result: json }),
  error: members({ kind: oneOf(["error"]), id, error: bridgeError }),
  ping: members({ kind: oneOf(["ping"]), beat }),
  look: members({ kind: oneOf(["look"]), look }),
  /** Somebody changed it: what was read is old. */
  changed: members({ kind: oneOf(["changed"]), what: oneOf(["config", "health", "messages", "setup"]) }),
};
export type ConsoleFrame = Got<(typeof consoleFrames)[keyof typeof consoleFrames]>;

/** Reads one message of a page; throws a BridgeFault. It must be text: nothing else has a size that can be told before it is unpacked. */
export const readPageFrame = (data: unknown): PageFrame => readFrame(data, bridgeLimits.messageLengthMax, pageFrames);

/** Reads one message of the console; throws a BridgeFault. */
export const readConsoleFrame = (data: unknown): ConsoleFrame =>
  readFrame(data, bridgeLimits.answerLengthMax, consoleFrames);

export const writeFrame = (frame: PageFrame | ConsoleFrame): string => JSON.stringify(frame);

function readFrame<Frames extends Record<string, Read<unknown>>>(
  data: unknown,
  lengthMax: number,
  frames: Frames,
): Got<Frames[keyof Frames]> {
  if (typeof data !== "string") throw new BridgeFault("the message is no text");
  if (data.length > lengthMax) throw new BridgeFault(`the message is longer than ${lengthMax}`);
  if (isDeeperThan(data, bridgeLimits.depthMax))
    throw new BridgeFault(`the message is deeper than ${bridgeLimits.depthMax}`);
  const value = parse(data);
  const kind = typeof value === "object" && value !== null && "kind" in value ? String(value.kind) : "";
  const read = Object.hasOwn(frames, kind) ? frames[kind] : undefined;
  if (read === undefined) throw new BridgeFault("the message is of no known kind");
  return read(value, "") as Got<Frames[keyof Frames]>;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new BridgeFault("the message is no JSON");
  }
}

/** Counts brackets outside of strings: parsing a text that is nested too deep is never begun. */
function isDeeperThan(data: string, depthMax: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < data.length; at++) {
    const letter = data[at];
    if (quoted) {
      if (letter === "\\") at++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "{" || letter === "[") {
      if (++depth > depthMax) return true;
    } else if (letter === "}" || letter === "]") depth--;
  }
  return false;
}
