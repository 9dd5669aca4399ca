import type { InstanceState, codeStates, healthStates } from "@hilum/contract/api";
import type { SettingsSave } from "./settings.ts";
import type { InstanceKey, JsonObject, Time } from "./shapes.ts";

export type CodeState = (typeof codeStates)[number];
export type HealthStateName = (typeof healthStates)[number];

export interface PluginRow {
  id: string;
  name: string;
  version?: string;
  manifest: JsonObject;
  /** SHA-256 of the canonical manifest, hex. */
  digest: string;
  code: CodeState;
  /** Folder of the code, for `linked`, `included` and `installed`. */
  codePath?: string;
  /** Of `installed`: SHA-256 of the package, hex. */
  package?: string;
  registeredAt: Time;
  registeredBy: string;
  rowVersion: number;
}

export interface NewPlugin {
  id: string;
  name: string;
  version?: string;
  manifest: JsonObject;
  digest: string;
  code: CodeState;
  codePath?: string;
  package?: string;
  at: Time;
  by: string;
  /** The instance that registration makes. */
  instance: { id: string; title: string; testMode: boolean };
  /** The registration that this approves; it is taken away in the same transaction. */
  registration?: string;
}

export interface PluginRevision {
  id: string;
  name: string;
  version?: string;
  manifest: JsonObject;
  digest: string;
  code?: CodeState;
  codePath?: string;
  package?: string;
  /** `rowVersion` that was read; another one throws `request.conflict`. */
  rowVersion: number;
  registration?: string;
  /** Settings of its instances as the revision wants them: kept in the same transaction, or none of it is. */
  settings?: readonly SettingsSave[];
}

/** Plugins by id. Removing one removes instances, settings, secrets, grants, state, logs, health and remote links; messages stay. */
export interface Plugins {
  list(): Promise<PluginRow[]>;
  find(id: string): Promise<PluginRow | undefined>;
  /** Plugin and its first instance. Throws `request.conflict` when the id is taken. */
  create(plugin: NewPlugin): Promise<PluginRow>;
  /** The new manifest in place of the old one. */
  revise(revision: PluginRevision): Promise<PluginRow>;
  setCode(
    id: string,
    code: { code: CodeState; codePath?: string; package?: string; rowVersion: number },
  ): Promise<PluginRow>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
}

/** Why an instance does not serve, in words safe to show. */
export interface InstanceProblem {
  code: string;
  title: string;
  why: string;
  fix: string;
  since: Time;
}

export interface InstanceRow extends InstanceKey {
  title: string;
  state: InstanceState;
  health: HealthStateName;
  testMode: boolean;
  problem?: InstanceProblem;
  enabledAt?: Time;
  accessReviewedAt?: Time;
  /** 0: no schedule. */
  smokeEveryMinutes: number;
  nextSmokeAt?: Time;
  lastSmokeRunAt?: Time;
  /** 0 before the first save. */
  settingsRevision: number;
  createdAt: Time;
  createdBy: string;
  rowVersion: number;
}

/** Absent keeps; `null` clears. */
export interface InstanceChange {
  title?: string;
  state?: InstanceState;
  health?: HealthStateName;
  testMode?: boolean;
  problem?: InstanceProblem | null;
  enabledAt?: Time | null;
  accessReviewedAt?: Time | null;
  smokeEveryMinutes?: number;
  nextSmokeAt?: Time | null;
  lastSmokeRunAt?: Time | null;
}

export interface Instances {
  list(plugin?: string): Promise<InstanceRow[]>;
  find(key: InstanceKey): Promise<InstanceRow | undefined>;
  /** Throws `request.conflict` when the plugin has one of that id, `plugin.not_found` without the plugin. */
  create(instance: InstanceKey & { title: string; testMode: boolean; at: Time; by: string }): Promise<InstanceRow>;
  /**
   * Throws `instance.not_found`; `instance.wrong_state` when `from` is given and does not hold the present state;
   * `request.conflict` when `rowVersion` is given and is not the present one.
   */
  change(
    key: InstanceKey,
    change: InstanceChange,
    when?: { from?: readonly InstanceState[]; rowVersion?: number },
  ): Promise<InstanceRow>;
  /** Enabled instances whose schedule is due. */
  smokeDue(at: Time): Promise<InstanceRow[]>;
  /** False when there was none. */
  remove(key: InstanceKey): Promise<boolean>;
}

export interface RegistrationRow {
  id: string;
  /** `plugin`: a new one waits for approval. `revision`: another manifest of a registered one. */
  kind: "plugin" | "revision";
  plugin: string;
  name: string;
  /** Who or where it came from: an actor id, or a peer address. */
  from: string;
  at: Time;
  expiresAt?: Time;
  manifest: JsonObject;
  digest: string;
  code: CodeState;
  codePath?: string;
}

export interface Registrations {
  /** Those that have not expired, oldest first. */
  list(): Promise<RegistrationRow[]>;
  find(id: string): Promise<RegistrationRow | undefined>;
  /** The revision that waits for a plugin. */
  revisionOf(plugin: string): Promise<RegistrationRow | undefined>;
  /**
   * One per plugin id and kind. The same digest again answers the one that waits (with its expiry renewed); another
   * digest takes the place of a waiting `revision`, and of a waiting `plugin` too. Throws `registration.queue_full`
   * when `max` wait.
   */
  add(registration: RegistrationRow, limits: { max: number }): Promise<RegistrationRow>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
  /** How many expired ones were taken away. */
  sweep(now: Time): Promise<number>;
}
