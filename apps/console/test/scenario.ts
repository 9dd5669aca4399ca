import type { OperationId, Role } from "@hilum/contract/api";

/** What the fake pretends; everything else is a working practice with a few problems. */
export interface Scenario {
  signedOut?: boolean;
  firstRun?: boolean;
  brokenAudit?: boolean;
  verifying?: boolean;
  noSandbox?: boolean;
  noHooks?: boolean;
  empty?: boolean;
  /** A version that runs was taken back by its publisher. */
  takenBack?: boolean;
  noAgreement?: boolean;
  role?: Role;
  setupStep?: string;
  /** Nothing runs, nothing is watched, nothing was ever judged. */
  idleDev?: boolean;
  /** What a developer tries goes wrong. */
  failingDev?: boolean;
  /** This person broke a glass a moment ago. */
  glass?: boolean;
  /** A glass is broken by two. */
  byTwo?: boolean;
  /** Operations that are refused, with the code. */
  refuse?: Partial<Record<OperationId, string>>;
}

export interface FakeCall {
  params: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
}

export class Refusal extends Error {
  readonly code: string;
  readonly detail: string | undefined;
  readonly problems: { pointer: string; message: string }[] | undefined;
  constructor(code: string, detail?: string, problems?: { pointer: string; message: string }[]) {
    super(code);
    this.code = code;
    this.detail = detail;
    this.problems = problems;
  }
}

export type Answerer = (call: FakeCall, scenario: Scenario) => unknown;
export const fixed =
  (value: unknown): Answerer =>
  () =>
    value;
export const none: Answerer = () => undefined;
