import { bridgeMethods, type BridgeError, type BridgeMethodName } from "@hilum/contract/bridge";
import { isApiProblem } from "../api/api-problem.ts";
import { consoleActs } from "./acts/console-acts.ts";
import { healthActs } from "./acts/health-acts.ts";
import { messageActs, NotOwn } from "./acts/message-acts.ts";
import { settingsActs } from "./acts/settings-acts.ts";
import { setupActs } from "./acts/setup-acts.ts";
import { createActStand, type Acts, type PageActParts } from "./acts/stand.ts";
import { Busy, Declined } from "./ask.ts";
import { refusal } from "./page-bridge.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

class Idle extends Error {}

/** A page may say three things at once, and then one in five seconds. */
export const createToastBucket = (now: () => number = () => performance.now()): TokenBucket =>
  createTokenBucket({ size: 3, perSecond: 0.2, now });

/** Everything that a page may ask, done with the person's own session and asked for where it is more than reading. */
export function createPageActs(parts: PageActParts): (name: BridgeMethodName, params: unknown) => Promise<unknown> {
  const stand = createActStand(parts);
  const acts: Acts<BridgeMethodName> = {
    ...settingsActs(stand),
    ...healthActs(stand),
    ...messageActs(stand),
    ...setupActs(stand),
    ...consoleActs(stand),
  };
  return async (name, params) => {
    // Reads repeated by a page must not keep a session alive that nobody uses.
    if (bridgeMethods[name].asks === "never" && name !== "ui.toast" && !parts.isInUse()) throw new Idle();
    return await (acts[name] as (params: unknown) => Promise<unknown>)(params);
  };
}

/** What a page is told when it did not work: the API's own words, or why the console did not ask it. */
export function toBridgeError(thrown: unknown): BridgeError {
  if (thrown instanceof Declined) return refusal("page.declined");
  if (thrown instanceof Busy) return refusal("page.busy");
  if (thrown instanceof Idle) return refusal("page.idle");
  if (thrown instanceof NotOwn) return refusal("message.not_found");
  if (!isApiProblem(thrown)) return refusal("page.invalid", "The console met a fault of its own.");
  const { code, title, detail, fix, problems } = thrown;
  return {
    code,
    title: title.slice(0, 400),
    detail: detail.slice(0, 2_000),
    fix: fix.slice(0, 1_000),
    problems: problems.slice(0, 50).map((row) => ({
      pointer: row.pointer.slice(0, 400),
      message: row.message.slice(0, 1_000),
      ...(row.fix !== undefined && { fix: row.fix.slice(0, 1_000) }),
    })),
  };
}
