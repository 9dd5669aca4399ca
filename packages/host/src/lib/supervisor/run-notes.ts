import { isHilumError } from "@hilum/contract";
import type { AuditInput } from "@hilum/audit";
import { keyText } from "../instance-key.ts";
import type { PluginLog } from "../logs/plugin-log.ts";
import type { CallContext, Governor } from "../pipeline.ts";
import type { InstanceSpec, RunProblem } from "./instance-spec.ts";
import type { LiveEnd } from "./live.ts";

/** What the supervisor does by itself is done in its own name. */
export const supervisorContext: CallContext = { actor: { id: "system:supervisor" }, purpose: "HSYSADMIN" };

/** Entries about an instance that belong to no call. */
export interface RunNotes {
  ended(end: LiveEnd, why: Pick<RunProblem, "reason">): void;
  /** Messages over the rate, since the last note. */
  dropped(count: number): void;
  quarantined(reason: string, restarts: number): void;
}

export function createRunNotes(
  { plugin, instance, trial }: InstanceSpec,
  { governor, nextCall, log }: { governor: Governor; nextCall(): string; log: PluginLog },
): RunNotes {
  const entry = (actor: string, action: string, reason: string): AuditInput => ({
    kind: "note",
    call: nextCall(),
    actor,
    action,
    plugin,
    instance,
    reason,
  });
  /** A blocked log stops every call by itself; here nothing more can be done than to say so. */
  const noteUnwritten = (error: unknown): void => {
    const why = isHilumError(error) ? error.code : "unknown";
    log.write({
      level: "error",
      source: "host",
      text: `An audit note about ${keyText({ plugin, instance, ...(trial === undefined ? {} : { trial }) })} was not written: ${why}`,
    });
  };
  /** Denials are folded, so that a plugin cannot write the log full by what it does wrong (threat 30). */
  const deny = (action: string, reason: string, count: number): void =>
    void governor.denials
      .deny({ ...entry(`plugin:${plugin}/${instance}`, action, reason), decision: "deny", count })
      .catch(noteUnwritten);
  const note = (action: string, reason: string, detail: AuditInput["detail"] = {}): void =>
    void governor.audit.append({ ...entry(supervisorContext.actor.id, action, reason), detail }).catch(noteUnwritten);

  return {
    ended({ close }, { reason }) {
      if (close.kind === "protocol") deny("plugin.protocol", reason, 1);
      else note("plugin.end", reason);
    },
    dropped: (count) => deny("plugin.message", "rate", count),
    quarantined: (reason, restarts) => note("plugin.quarantine", reason, { restarts }),
  };
}
