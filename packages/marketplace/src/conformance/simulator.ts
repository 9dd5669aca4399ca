import { createHash } from "node:crypto";
import { canonicalize } from "@tufjs/canonical-json";
import type { ReadFile } from "../source/fetcher.ts";
import { newSigner, type AnyKey, type Signer } from "./signer.ts";

/** Metadata as a test bends it: with or without hashes, with fields that nobody knows. */
interface Common {
  _type: string;
  spec_version: string;
  version: number;
  expires: string;
  [more: string]: unknown;
}

interface RoleKeys {
  keyids: string[];
  threshold: number;
  [more: string]: unknown;
}

export interface Described {
  version: number;
  length?: number;
  hashes?: Record<string, string>;
}

export interface SimulatedRoot extends Common {
  keys: Record<string, AnyKey>;
  roles: Record<string, RoleKeys>;
}

export interface SimulatedMeta extends Common {
  meta: Record<string, Described>;
}

export interface Delegated extends RoleKeys {
  name: string;
  paths: string[];
  terminating: boolean;
}

export interface SimulatedTargets extends Common {
  targets: Record<string, { length: number; hashes: Record<string, string> }>;
  delegations?: { keys: Record<string, AnyKey>; roles: Delegated[] };
}

type Simulated = SimulatedRoot | SimulatedMeta | SimulatedTargets;
export const topRoles = ["root", "timestamp", "snapshot", "targets"] as const;

/** Seconds, as metadata writes moments. */
export const moment = (days: number): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
const digest = (algorithm: string, bytes: Uint8Array): string => createHash(algorithm).update(bytes).digest("hex");

export type Simulator = ReturnType<typeof createSimulator>;

/** A repository in memory that publishes, role by role, whatever a test made of it: also what no keeper would sign. */
export function createSimulator() {
  const common = (type: string): Common => ({
    _type: type,
    spec_version: "1.0.34",
    version: 1,
    expires: moment(30),
  });
  const newTargets = (): SimulatedTargets => ({ ...common("targets"), targets: {} });
  const root: SimulatedRoot = { ...common("root"), consistent_snapshot: true, keys: {}, roles: {} };
  const timestamp: SimulatedMeta = { ...common("timestamp"), meta: { "snapshot.json": { version: 1 } } };
  const snapshot: SimulatedMeta = { ...common("snapshot"), meta: { "targets.json": { version: 1 } } };
  const targets = newTargets();
  const roles = new Map<string, Simulated>(Object.entries({ root, timestamp, snapshot, targets }));
  const signers = new Map<string, Map<string, Signer>>();
  const published = new Map<string, Buffer[]>();
  const artifacts = new Map<string, Buffer>();
  /** What a client asked for, in order: roles with their versions, and artifacts with their hashes. */
  const asked: { roles: [string, number | null][]; artifacts: [string, string][] } = { roles: [], artifacts: [] };
  const options = { hashes: false };

  const targetsOf = (name: string): SimulatedTargets => roles.get(name) as SimulatedTargets;
  const addSigner = (role: string, signer: Signer): void =>
    void signers.set(role, (signers.get(role) ?? new Map<string, Signer>()).set(signer.id, signer));
  const addKey = (role: string, signer: Signer = newSigner(), delegator?: string): Signer => {
    const above = delegator === undefined ? root : targetsOf(delegator).delegations;
    const keys =
      delegator === undefined
        ? root.roles[role]
        : targetsOf(delegator).delegations?.roles.find((one) => one.name === role);
    if (above === undefined || keys === undefined) throw new Error(`${role} is delegated by nobody`);
    above.keys[signer.id] = signer.public;
    if (!keys.keyids.includes(signer.id)) keys.keyids.push(signer.id);
    addSigner(role, signer);
    return signer;
  };
  const dropKeys = (role: string): void => {
    (root.roles[role] as RoleKeys).keyids = [];
    signers.set(role, new Map());
  };

  const publish = (names: readonly string[]): void => {
    for (const name of names) {
      const signed = roles.get(name);
      if (signed === undefined) throw new Error(`there is no role ${name}`);
      if (published.has(name)) signed.version += 1;
      const bytes = Buffer.from(canonicalize(signed));
      const signatures = [...(signers.get(name)?.values() ?? [])].map((one) => ({
        keyid: one.id,
        sig: one.sign(bytes),
      }));
      const file = Buffer.from(JSON.stringify({ signatures, signed }, undefined, 1));
      published.set(name, [...(published.get(name) ?? []), file]);
      const described: Described = {
        version: signed.version,
        ...(options.hashes ? { length: file.length, hashes: { sha256: digest("sha256", file) } } : {}),
      };
      if (name === "snapshot") timestamp.meta["snapshot.json"] = described;
      else if (name !== "root" && name !== "timestamp") snapshot.meta[`${name}.json`] = described;
    }
  };

  const readRole = (file: string): Buffer | undefined => {
    const [version, name] = file === "timestamp" ? [null, file] : split(file);
    asked.roles.push([name, version]);
    const files = published.get(decodeURIComponent(name)) ?? [];
    return version === null ? files.at(-1) : files[version - 1];
  };
  const readArtifact = (file: string): Buffer | undefined => {
    const [, folder = "", hash = "", name = ""] = /^(.*\/)?([^./]+)\.([^/]+)$/.exec(file) ?? [];
    asked.artifacts.push([`${folder}${name}`, hash]);
    return artifacts.get(`${folder}${name}`);
  };
  const read: ReadFile = async (path) =>
    path.startsWith("metadata/")
      ? readRole(path.slice("metadata/".length, -".json".length))
      : readArtifact(path.slice("targets/".length));

  for (const name of topRoles) {
    root.roles[name] = { keyids: [], threshold: 1 };
    addKey(name);
  }
  publish(["targets", "snapshot", "timestamp", "root"]);

  return {
    ...{ root, timestamp, snapshot, targets, roles, signers, published, artifacts, asked, options },
    ...{ read, publish, addKey, addSigner, dropKeys },
    /** Other keys in place of all that the role has. */
    rotateKeys: (role: string): void => {
      dropKeys(role);
      addKey(role);
    },
    /** The delegated role comes last, with a key of its own beside those it is given. */
    delegate: (delegator: string, name: string, { paths = ["*"], terminating = false } = {}): Signer => {
      const above = targetsOf(delegator);
      above.delegations ??= { keys: {}, roles: [] };
      above.delegations.roles.push({ name, keyids: [], threshold: 1, paths, terminating });
      if (!roles.has(name)) roles.set(name, newTargets());
      return addKey(name, newSigner(), delegator);
    },
    addArtifact: (role: string, path: string, content: string, algorithms: readonly string[] = ["sha256"]): void => {
      const bytes = Buffer.from(content);
      artifacts.set(path, bytes);
      targetsOf(role).targets[path] = {
        length: bytes.length,
        hashes: Object.fromEntries(algorithms.map((algorithm) => [algorithm, digest(algorithm, bytes)])),
      };
    },
    /** Changes the file that was published last, after it was signed. */
    alter: (role: string, change: (file: AlteredFile) => void): void => {
      const files = published.get(role) ?? [];
      const file = JSON.parse(String(files.pop())) as AlteredFile;
      change(file);
      published.set(role, [...files, Buffer.from(JSON.stringify(file))]);
    },
  };
}

export interface AlteredFile {
  signatures: { keyid: string; sig: string }[];
  signed: Record<string, unknown>;
}

const split = (file: string): [number, string] => {
  const dot = file.indexOf(".");
  return [Number(file.slice(0, dot)), file.slice(dot + 1)];
};
