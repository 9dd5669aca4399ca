import { isHilumError } from "@hilum/contract";
import type { RunProblem } from "./instance-spec.ts";
import type { LiveEnd } from "./live.ts";

/** Why a life ended, as a token for the audit log and a sentence for the operator. Nothing in it comes from the plugin. */
export function explainEnd({ close, exit }: LiveEnd): Omit<RunProblem, "at"> {
  if (close.kind === "protocol")
    return { code: "plugin.protocol", reason: close.fault, why: `The plugin broke the protocol: ${close.detail}.` };
  if (close.kind === "host" && close.why === "hung")
    return {
      code: "plugin.failed",
      reason: "hung",
      why: "The plugin did not answer several calls in a row and was ended.",
    };
  if (exit?.reason === "out_of_memory")
    return {
      code: "plugin.failed",
      reason: "out_of_memory",
      why: "The plugin used more memory than it may and was ended.",
    };
  if (exit === undefined) return { code: "plugin.failed", reason: "link_lost", why: "The link to the plugin broke." };
  const how = exit.signal === null ? `with exit code ${exit.code ?? "unknown"}` : `by signal ${exit.signal}`;
  return {
    code: "plugin.failed",
    reason: exit.signal === null ? "exit" : "signal",
    why: `The plugin's process ended ${how}.`,
  };
}

const lasting: ReadonlySet<string> = new Set([
  "sandbox.unavailable",
  "plugin.protocol",
  "plugin.sdk_unsupported",
  "plugin.bad_reply",
  "manifest.invalid",
  "policy.denied",
  "policy.failed",
  "package.modified",
  "package.not_installed",
  "package.revoked",
  "plugin.cut_off",
]);

/** Whether trying again cannot help before a person has changed something. */
export const isLasting = (error: unknown): boolean => isHilumError(error) && lasting.has(error.code);

/** Why a start failed. A HilumError's detail is safe to show; of anything else only the fact is told. */
export function problemOf(error: unknown, at: Date): RunProblem {
  if (!isHilumError(error))
    return { code: "plugin.failed", reason: "start", why: "The plugin's process could not be started.", at };
  if (error.code === "sandbox.unavailable")
    return { code: "sandbox.unavailable", reason: "sandbox", why: error.detail, at };
  if (error.code === "plugin.link_lost")
    return { code: "plugin.failed", reason: "exit", why: "The plugin's process ended before it was ready.", at };
  if (error.code === "plugin.timeout")
    return { code: "plugin.failed", reason: "timeout", why: "The plugin did not answer the handshake in time.", at };
  const places = error.problems.map(({ pointer, message }) => `${pointer}: ${message}`).join("; ");
  const code =
    error.code === "plugin.protocol" || error.code === "plugin.bad_reply" ? "plugin.protocol" : "plugin.failed";
  return { code, reason: error.code, why: places === "" ? error.detail : `${error.detail} (${places})`, at };
}
