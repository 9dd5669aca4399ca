import type { InstanceKey, JsonObject, Time } from "./shapes.ts";

/** A sign-in at a provider that is under way. */
export interface SignInRequest extends InstanceKey {
  step: string;
  /** SHA-256 of what ties it to the browser that began it, hex. */
  browserHash: string;
  /** Verifier, addresses, issuer: what the exchange needs. Sealed at rest. */
  request: JsonObject;
  startedAt: Time;
  startedBy: string;
  expiresAt: Time;
}

/** A sign-in that the provider no longer accepts. */
export interface SignInFault extends InstanceKey {
  step: string;
  /** Code of the error catalogue. */
  code: string;
  /** The provider's words, redacted. Sealed at rest. */
  reply: string;
  since: Time;
}

/** Sign-ins at providers (OAuth 2): those under way, by the hash of their state, and those that no longer hold. */
export interface SignIns {
  /** Takes the place of an earlier one of the same step. Throws `instance.not_found`. */
  begin(stateHash: string, request: SignInRequest): Promise<void>;
  /** The newest one of a step, if it has not run out. */
  pending(key: InstanceKey, step: string): Promise<{ startedAt: Time; startedBy: string; expiresAt: Time } | undefined>;
  /** Takes it away and answers it: a state is good for one answer. Undefined for one that is unknown, used or over. */
  take(stateHash: string): Promise<SignInRequest | undefined>;
  /** Gives up what is under way for an instance. */
  giveUp(key: InstanceKey): Promise<void>;
  /** The first report stays: it says since when. */
  reportFault(fault: SignInFault): Promise<void>;
  clearFault(key: InstanceKey, step: string): Promise<void>;
  faults(): Promise<SignInFault[]>;
  /** Removes what has run out; answers how many. */
  sweep(now: Time): Promise<number>;
}
