import type { InstanceKey } from "@hilum/store";

/** This many failures within the window, without a success between them, and the provider is left alone for a while. */
export const failuresMax = 5;
export const windowMs = 60_000;
export const restMs = 30_000;
/** A probe whose answer never came is forgotten: longer than any provider has to answer. */
const probeMs = 90_000;
/** When to look again while somebody else's probe is under way. */
const lookAgainMs = 5_000;

/** What an attempt says of its provider; `nothing` where nobody was asked, or the message itself was at fault. */
export type CircuitVerdict = "works" | "fails" | "nothing";

export interface CircuitReading {
  /** `probing`: the rest is over, and one message at a time tries whether it works again. */
  state: "closed" | "open" | "probing";
  failures: number;
  /** Milliseconds since 1970, while open. */
  until?: number;
  rehearsed: boolean;
}

/** Which instances are asked and which are left alone. In memory: a start asks everybody again. */
export interface Circuits {
  read(key: InstanceKey): CircuitReading;
  /** Undefined when it may be asked now; else when to look again, in milliseconds since 1970. */
  closedUntil(key: InstanceKey): number | undefined;
  /** It is asked now; `settle` says how that went. */
  begin(key: InstanceKey): void;
  settle(key: InstanceKey, verdict: CircuitVerdict): void;
  /** Its settings changed or it was started anew: what was before tells nothing. */
  reset(key: InstanceKey): void;
  /** A person wants it tried now. */
  probeNow(key: InstanceKey): void;
  /** As if it had failed, to see what happens then. */
  rehearse(key: InstanceKey, forMs: number): void;
}

interface Circuit {
  /** Times of failures since the last success. */
  failures: number[];
  openUntil?: number;
  probeSince?: number;
  rehearsed?: boolean;
}

/**
 * A circuit breaker per instance:
 *
 * ```
 * closed -- 5 failures in a minute --> open -- 30 s --> probing -- works --> closed
 *                                       ^------ fails ------'
 * ```
 */
export function createCircuits(now: () => number = () => Date.now()): Circuits {
  const circuits = new Map<string, Circuit>();
  const of = (key: InstanceKey): Circuit => circuits.get(nameOf(key)) ?? { failures: [] };
  const keep = (key: InstanceKey, circuit: Circuit): void => void circuits.set(nameOf(key), circuit);
  const recent = ({ failures }: Circuit): number[] => failures.filter((at) => at > now() - windowMs);

  return {
    read(key) {
      const circuit = of(key);
      const { openUntil, rehearsed = false } = circuit;
      const failures = recent(circuit).length;
      if (openUntil === undefined) return { state: "closed", failures, rehearsed: false };
      return openUntil > now()
        ? { state: "open", failures, until: openUntil, rehearsed }
        : { state: "probing", failures, rehearsed: false };
    },
    closedUntil(key) {
      const { openUntil, probeSince } = of(key);
      if (openUntil === undefined) return undefined;
      if (openUntil > now()) return openUntil;
      return probeSince !== undefined && probeSince > now() - probeMs ? now() + lookAgainMs : undefined;
    },
    begin(key) {
      const circuit = of(key);
      if (circuit.openUntil !== undefined) keep(key, { ...circuit, probeSince: now() });
    },
    settle(key, verdict) {
      const circuit = of(key);
      const { openUntil, probeSince, rehearsed } = circuit;
      // Answers to what was asked before a rehearsal began do not end it.
      if (rehearsed === true && (openUntil ?? 0) > now()) return;
      if (verdict === "works") return void circuits.delete(nameOf(key));
      if (verdict === "nothing") {
        const { probeSince: _over, ...rest } = circuit;
        if (probeSince !== undefined) keep(key, rest);
        return;
      }
      const failures = [...recent(circuit), now()].slice(-failuresMax);
      const opens = openUntil === undefined ? failures.length >= failuresMax : probeSince !== undefined;
      if (opens) return keep(key, { failures, openUntil: now() + restMs });
      keep(key, openUntil === undefined ? { failures } : { failures, openUntil });
    },
    reset: (key) => void circuits.delete(nameOf(key)),
    probeNow(key) {
      const circuit = of(key);
      if ((circuit.openUntil ?? 0) > now()) keep(key, { failures: circuit.failures, openUntil: now() });
    },
    rehearse: (key, forMs) => keep(key, { failures: of(key).failures, openUntil: now() + forMs, rehearsed: true }),
  };
}

const nameOf = ({ plugin, instance }: InstanceKey): string => `${plugin}/${instance}`;
