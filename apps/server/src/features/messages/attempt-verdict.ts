import type { CauseClass } from "@hilum/contract/api";
import { isHilumError, type WireErrorData } from "@hilum/contract";

/** The route is gone through fifteen times, spread over a day and a half; then a person decides. */
export const roundsMax = 15;
const firstDelayMs = 15_000;
const delayMsMax = 4 * 3_600_000;
/** How long to wait for a provider that is not there to be asked; such a wait is no attempt. */
const unavailableDelayMs = 10_000;

/** What a failed attempt means for its message. */
export interface Verdict {
  /** `not_tried`: nobody was asked, the attempt does not count. */
  next: "retry" | "not_tried" | "dead" | "uncertain";
  /** For `retry` and `not_tried`. */
  delayMs: number;
  cause: CauseClass;
  code: string;
  /** What a person should do, where the failure itself knows. */
  fix?: string;
  /** The provider's own words. */
  reply?: string;
  /** Nothing went out and the recipient is not the cause, so another provider may take it. */
  elsewhere: boolean;
}

const notTried = new Set([
  "plugin.not_running",
  "plugin.quarantined",
  "lane.full",
  "sandbox.unavailable",
  "audit.blocked",
  "server.stopping",
  "policy.denied",
  "route.none",
  "agreement.test_mode",
]);
/** The plugin was asked and nobody can tell how far it got. */
const unknown = new Set(["plugin.link_lost", "plugin.timeout", "plugin.killed", "plugin.bad_reply", "plugin.protocol"]);

const causes: Readonly<Record<string, CauseClass>> = {
  "provider.bad_credentials": "wrong_credential",
  "provider.sender": "sender_not_verified",
  "provider.recipient": "recipient",
  "provider.unreachable": "network",
  "provider.certificate": "certificate",
  "provider.quota": "quota",
  "provider.too_large": "too_large",
  "provider.refused": "other",
  "provider.redirected": "configuration",
  "provider.timeout": "timeout",
  "plugin.timeout": "timeout",
  "agreement.missing": "configuration",
  "agreement.expired": "configuration",
  "agreement.test_mode": "configuration",
};

/** Judges a failed attempt of the given round. `random` is in [0, 1): the jitter that keeps a crowd from retrying at once. */
export function judgeFailure(error: unknown, round: number, data: WireErrorData | undefined, random: number): Verdict {
  const code = data?.code ?? (isHilumError(error) ? error.code : "server.internal");
  const cause = data?.cause ?? causes[code] ?? (code.startsWith("plugin.") ? "plugin" : "other");
  const said = {
    cause,
    code,
    ...(data?.fix === undefined ? {} : { fix: data.fix }),
    ...(data?.reply === undefined ? {} : { reply: data.reply }),
  };
  if (data === undefined ? notTried.has(code) : waitsForAgreement(code, data))
    return { ...said, next: "not_tried", delayMs: jitter(unavailableDelayMs, random), elsewhere: true };
  // Sending again what may have gone out is for a person to decide.
  if (mayHaveGoneOut(code, data)) return { ...said, next: "uncertain", delayMs: 0, elsewhere: false };
  // What the patient refuses, no other provider may do either.
  const elsewhere = cause !== "recipient" && !code.startsWith("consent.");
  const hopeless =
    data?.retry === "never" || (data?.retry === undefined && isHilumError(error) && !error.spec.retryable);
  if (hopeless || round >= roundsMax) return { ...said, next: "dead", delayMs: 0, elsewhere };
  return { ...said, next: "retry", delayMs: Math.max(data?.retryAfterMs ?? 0, pauseAfter(round, random)), elsewhere };
}

/** Milliseconds to wait after a round in vain: they double, up to four hours. */
export function pauseAfter(round: number, random: number): number {
  return jitter(Math.min(delayMsMax, firstDelayMs * 2 ** (round - 1)), random);
}

/** The plugin met a refusal of the host before anything went out: the message waits until a person records the agreement. */
const waitsForAgreement = (code: string, { sent }: WireErrorData): boolean =>
  code.startsWith("agreement.") && sent !== "maybe";

/** What the plugin says; where it says nothing, a provider's refusal is a no, and everything else may have gone out. */
function mayHaveGoneOut(code: string, data: WireErrorData | undefined): boolean {
  if (data === undefined) return unknown.has(code);
  if (data.sent !== undefined) return data.sent === "maybe";
  return !(code.startsWith("provider.") || code === "message.invalid" || code === "blob.not_found");
}

/** Between half and once and a half of `ms`. */
const jitter = (ms: number, random: number): number => Math.round(ms * (0.5 + random));
