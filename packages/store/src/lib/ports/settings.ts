import type { InstanceKey, JsonObject, Time } from "./shapes.ts";

/** What changed, with secrets as names alone. */
export interface SettingChange {
  name: string;
  secret: boolean;
  before?: string;
  after?: string;
}

export interface SettingsRow {
  revision: number;
  values: JsonObject;
  at: Time;
  by: string;
}

export interface SettingsRevisionRow {
  revision: number;
  at: Time;
  by: string;
  changes: SettingChange[];
}

export interface SecretMark {
  setAt: Time;
  setBy: string;
}

export interface SettingsSave extends InstanceKey {
  /** The revision that was read, 0 for none; another one throws `request.conflict`. */
  revision: number;
  values: JsonObject;
  changes: readonly SettingChange[];
  /** `null` removes one; those that are absent stay. */
  secrets?: Readonly<Record<string, string | null>>;
  testMode?: boolean;
  at: Time;
  by: string;
}

/** Settings by revision and secrets by name; both are sealed at rest. */
export interface Settings {
  current(key: InstanceKey): Promise<SettingsRow | undefined>;
  revision(key: InstanceKey, revision: number): Promise<SettingsRow | undefined>;
  /** Newest first. */
  history(key: InstanceKey, limit?: number): Promise<SettingsRevisionRow[]>;
  /** Values, secrets and test mode in one transaction; answers the new revision. Throws `instance.not_found`. */
  save(save: SettingsSave): Promise<SettingsRow>;
  secretMarks(key: InstanceKey): Promise<Record<string, SecretMark>>;
  /** Opens secrets for a call to the plugin; never for an answer of the HTTP API. */
  secrets(key: InstanceKey): Promise<Record<string, string>>;
  /** One secret with the version that `renewSecret` asks for. */
  secret(key: InstanceKey, name: string): Promise<{ value: string; version: number } | undefined>;
  /**
   * Puts a newer value in the place of a secret that renews itself, such as a token set: no revision, the same person.
   * False when it was changed meanwhile.
   */
  renewSecret(key: InstanceKey, name: string, renewal: { value: string; version: number }): Promise<boolean>;
}

export interface SetupRow extends InstanceKey {
  /** The wizard's own state: answers, secrets typed so far, checks. Sealed at rest. */
  session: JsonObject;
  startedAt: Time;
  startedBy: string;
  rowVersion: number;
}

export interface Setup {
  find(key: InstanceKey): Promise<SetupRow | undefined>;
  /** Throws `request.conflict` when one is in progress. */
  start(setup: InstanceKey & { session: JsonObject; at: Time; by: string }): Promise<SetupRow>;
  /** Throws `request.conflict` when `rowVersion` is not the present one. */
  save(key: InstanceKey, session: JsonObject, rowVersion: number): Promise<SetupRow>;
  remove(key: InstanceKey): Promise<boolean>;
}

export interface StateRow {
  key: string;
  value: unknown;
  version: number;
  updatedAt: Time;
}

/** A plugin's private state: small, sealed, per instance. */
export interface PrivateState {
  get(key: InstanceKey, name: string): Promise<StateRow | undefined>;
  list(key: InstanceKey): Promise<{ key: string; version: number; bytes: number; updatedAt: Time }[]>;
  /**
   * `ifVersion`: 0 for "only when absent", a number for compare-and-set; without it the last writer wins. Throws
   * `request.conflict` on another version, `request.body_too_large` above 64 KiB per value or 1 MiB per instance.
   */
  set(key: InstanceKey, name: string, value: unknown, options?: { ifVersion?: number }): Promise<StateRow>;
  remove(key: InstanceKey, name: string, options?: { ifVersion?: number }): Promise<boolean>;
}
