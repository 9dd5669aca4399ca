import { canonicalize } from "@tufjs/canonical-json";
import { HilumError } from "@hilum/contract/errors";
import { hexOf } from "./hex.ts";
import type { PublicKey, SigningKey } from "./keys.ts";

/** Metadata of a TUF repository (The Update Framework 1.0.34, section 4), as JSON has it. */
export type RoleName = "root" | "targets" | "snapshot" | "timestamp";

interface Common {
  spec_version: string;
  version: number;
  /** RFC 3339 without fractions. */
  expires: string;
}

export interface RoleKeys {
  keyids: string[];
  threshold: number;
}

export interface Root extends Common {
  _type: "root";
  consistent_snapshot: true;
  keys: Record<string, PublicKey>;
  roles: Record<RoleName, RoleKeys>;
  /** True where its keys are a test's: such a source is refused outside of tests. */
  "x-hilum-test"?: boolean;
}

export interface TargetFile {
  length: number;
  hashes: { sha256: string };
  custom?: Record<string, unknown>;
}

export interface DelegatedRole extends RoleKeys {
  name: string;
  paths: string[];
  terminating: true;
}

export interface Targets extends Common {
  _type: "targets";
  targets: Record<string, TargetFile>;
  delegations?: { keys: Record<string, PublicKey>; roles: DelegatedRole[] };
}

export interface MetaFile {
  version: number;
  length: number;
  hashes: { sha256: string };
}

/** The tree over the marketplace's log of packages: its number of entries, and its root in hex. */
export interface LogHead {
  origin: string;
  size: number;
  root: string;
}

export interface Snapshot extends Common {
  _type: "snapshot";
  meta: Record<string, MetaFile>;
  /** None where the marketplace keeps no log. */
  "x-hilum-log"?: LogHead;
}

export interface Timestamp extends Common {
  _type: "timestamp";
  meta: { "snapshot.json": MetaFile };
}

export type Signed = Root | Targets | Snapshot | Timestamp;

export interface Metadata<S extends Signed = Signed> {
  signed: S;
  signatures: { keyid: string; sig: string }[];
}

const specVersion = "1.0.34";
const text = new TextEncoder();

/** What every role begins with; `days` from `now` until it expires. */
export function common(version: number, days: number, now: Date): Common {
  const expires = new Date(now.getTime() + days * 86_400_000);
  return { spec_version: specVersion, version, expires: `${expires.toISOString().slice(0, 19)}Z` };
}

/**
 * Adds the signatures of `keys` to those that are there; a key that signed before signs anew. Throws `source.test_keys` where a key that
 * was made for tests would sign a root that does not say so.
 */
export async function sign<S extends Signed>(
  metadata: S | Metadata<S>,
  keys: readonly SigningKey[],
): Promise<Metadata<S>> {
  const before: Metadata<S> = isMetadata(metadata) ? metadata : { signed: metadata, signatures: [] };
  const { signed } = before;
  const role: Signed = signed;
  if (role._type === "root" && role["x-hilum-test"] !== true && keys.some(({ test }) => test === true))
    throw new HilumError("source.test_keys", { detail: "A key that was made for tests signs no root but a test's." });
  const bytes = text.encode(canonicalize(signed));
  const fresh = await Promise.all(keys.map(async (key) => ({ keyid: key.id, sig: await key.sign(bytes) })));
  const kept = before.signatures.filter(({ keyid }) => !fresh.some((one) => one.keyid === keyid));
  return { signed, signatures: [...kept, ...fresh] };
}

const isMetadata = <S extends Signed>(value: S | Metadata<S>): value is Metadata<S> => "signed" in value;

/** The bytes that are written, hashed and served. */
export const encode = (metadata: Metadata): Uint8Array<ArrayBuffer> => text.encode(`${JSON.stringify(metadata)}\n`);

/** How a role's file stands in the role above it. */
export async function describe(metadata: Metadata): Promise<MetaFile> {
  const bytes = encode(metadata);
  return {
    version: metadata.signed.version,
    length: bytes.length,
    hashes: { sha256: hexOf(await globalThis.crypto.subtle.digest("SHA-256", bytes)) },
  };
}
