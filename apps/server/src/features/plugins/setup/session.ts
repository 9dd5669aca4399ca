import type { SetupStep } from "@hilum/contract";
import type { Discovered, Evidence, SetupCheck, SetupMode } from "@hilum/contract/api";
import type { JsonObject, SettingsRow } from "@hilum/store";

/** What the wizard keeps between two answers, sealed at rest. */
export interface Session {
  mode: SetupMode;
  current: string;
  done: string[];
  values: Record<string, unknown>;
  /** Typed or brought by a sign-in, and not saved yet; `null` removes one. */
  secrets: Record<string, string | null>;
  /** Options of menus, by step. */
  chosen: Record<string, string>;
  /** Who answered which step: a setup may be handed over. */
  answered: Record<string, { at: string; by: string }>;
  checks: Record<string, SetupCheck>;
  /** By setting. */
  discovered: Record<string, Discovered>;
  /** What came of sign-ins, by step. */
  signIns: Record<string, { at: string; by: string; problem?: Evidence }>;
  /** Settings revision the setup began at. */
  revision: number;
}

/** A new session: what was saved is where it begins. A configured instance may be changed at any of its steps. */
export function beginSession(mode: SetupMode, steps: readonly SetupStep[], saved: SettingsRow | undefined): Session {
  return {
    mode,
    current: steps[0]?.id ?? "summary",
    done: mode === "reconfigure" ? steps.filter((step) => !isCheck(step)).map(({ id }) => id) : [],
    values: { ...saved?.values },
    secrets: {},
    chosen: {},
    answered: {},
    checks: {},
    discovered: {},
    signIns: {},
    revision: saved?.revision ?? 0,
  };
}

/** A session as it was stored, perhaps by an earlier version that kept less. */
export function readSession(stored: JsonObject): Session {
  return { ...beginSession("setup", [], undefined), ...(stored as unknown as Partial<Session>) };
}

/** Steps that are nothing but a check. */
export const isCheck = ({ type }: SetupStep): boolean => type === "check" || type === "test";

/** Steps in which something is tried. */
export const tries = (step: SetupStep): boolean => isCheck(step) || step.check === true;

/** A step can be gone to when every one before it is done. */
export function isReachable(session: Session, steps: readonly SetupStep[], id: string): boolean {
  const at = id === "summary" ? steps.length : steps.findIndex((step) => step.id === id);
  return at !== -1 && steps.slice(0, at).every((step) => session.done.includes(step.id));
}

/** Notes that a step is done, or is not; the next one opens. */
export function settle(session: Session, steps: readonly SetupStep[], step: SetupStep, passed: boolean): void {
  session.done = passed ? [...new Set([...session.done, step.id])] : session.done.filter((id) => id !== step.id);
  session.current = passed ? (steps[steps.indexOf(step) + 1]?.id ?? "summary") : step.id;
}

/** A check speaks of the answers it saw: after other answers, those at and behind them must be made again. */
export function forgetChecks(session: Session, steps: readonly SetupStep[], from: SetupStep): void {
  const at = steps.indexOf(from);
  const stale = steps.filter((step, place) => tries(step) && (isCheck(step) || place >= at)).map(({ id }) => id);
  for (const id of stale) delete session.checks[id];
  session.done = session.done.filter((id) => !stale.includes(id));
}
