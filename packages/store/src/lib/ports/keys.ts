import type { Time } from "./shapes.ts";

/**
 * Wraps the data keys of the database. `context` binds a wrapped key to its deployment and id, so that it cannot be
 * put in another's place.
 */
export interface KeyProvider {
  /** Stored beside each wrapped key, e.g. `file`. */
  readonly id: string;
  /** Called once for a database that has no keys yet: may make the key that wraps. */
  prepare?(): Promise<void>;
  /** `dek` is 32 bytes. */
  wrap(dek: Uint8Array, context: string): Promise<Uint8Array>;
  /** Throws `key.missing` or `key.wrong`. */
  unwrap(wrapped: Uint8Array, context: string): Promise<Uint8Array>;
}

export type KeyHolderKind = "file" | "passphrase" | "transit";

export interface KeyHolderStatus {
  kind: KeyHolderKind;
  /** The key file. */
  file: string;
  /** Where the key is that never leaves its server. */
  transit?: { address: string; mount: string; key: string; namespace?: string; signIn: "token" | "approle" };
}

export type KeyHolderChoice =
  | { kind: "file" }
  | { kind: "passphrase"; passphrase: string }
  | {
      kind: "transit";
      address: string;
      mount: string;
      key: string;
      namespace?: string;
      /** PEM. */
      authority?: string;
      signIn: { kind: "token"; token: string } | { kind: "approle"; roleId: string; secretId: string };
    };

/** What a key file leads to: the provider that wraps, and how to put the file in order once it has proved right. */
export interface KeyHolder {
  /** Its calls throw `key.sealed` until `unlock`, where a passphrase is needed. */
  readonly provider: KeyProvider;
  readonly status: KeyHolderStatus;
  /** Nothing where no passphrase is needed. Throws `key.passphrase_wrong` and `key.weak`. */
  unlock(passphrase: string): Promise<void>;
  /** This one opens the data: its file stands under its name from here on, and no other beside it. */
  settle(): Promise<void>;
}

export interface DataKeyRow {
  id: number;
  /** `pending` opens already and does not seal yet; `active` seals; `retired` opens what it sealed. */
  state: "pending" | "active" | "retired";
  createdAt: Time;
  retiredAt?: Time;
  /** Values that it seals, as the last rotation counted them. */
  values?: number;
}

export type RotationState = "running" | "stopped" | "failed" | "finished";

export interface RotationRow {
  id: string;
  /** The key that everything is sealed with anew. */
  key: number;
  state: RotationState;
  startedAt: Time;
  startedBy: string;
  finishedAt?: Time;
  /** Values sealed anew, of those that there were when it began; 0 until they are counted. */
  done: number;
  total: number;
  /** What it is at, in words. */
  at?: string;
  /** Error code of why it failed. */
  fault?: string;
}

/** The data keys and their rotation. A rotation is one row and the values themselves: it goes on from any point. */
export interface Keys {
  /** Id of the provider that wraps them now. */
  readonly provider: string;
  list(): Promise<DataKeyRow[]>;
  /** The newest. */
  rotation(): Promise<RotationRow | undefined>;
  /** Makes the next key and a rotation to it; the newest rotation again while that is not finished. */
  begin(id: string, by: string): Promise<RotationRow>;
  /**
   * Seals every value anew that another key sealed, in small transactions, until none is left; answers the rotation as
   * it stands when it is done, has failed, was stopped, or `signal` aborts. Throws what the database throws; then it can
   * be called again.
   */
  run(signal: AbortSignal): Promise<RotationRow | undefined>;
  /** The running rotation stops after the transaction that it is in. */
  stop(): Promise<RotationRow | undefined>;
  /**
   * Wraps every data key with another provider, proves each, and puts them in place together. Throws what the provider
   * throws, and `request.conflict` when the keys changed meanwhile; then everything is as it was.
   */
  wrapWith(provider: KeyProvider): Promise<void>;
  /** Throws `key.not_found`, `key.rotating`, or `key.in_use` naming what the key still seals. */
  destroy(id: number): Promise<void>;
  /** Takes up what another process did to the keys; called every few seconds. */
  refresh(): Promise<void>;
}
