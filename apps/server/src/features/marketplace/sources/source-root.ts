import { createHash } from "node:crypto";
import { canonicalJson, HilumError } from "@hilum/contract";
import type { SourceRoot } from "@hilum/contract/api";
import type { ReadFile } from "@hilum/marketplace";

/** Roots that are looked for at most: as many as a client follows. */
const rootsMax = 256;
const rootBytesMax = 512_000;

/**
 * The newest root that lies at a place, which nobody has verified: a person compares its fingerprint. Throws
 * `source.unreachable`, `source.invalid`.
 */
export async function readNewestRoot(read: ReadFile): Promise<Buffer> {
  let newest: Uint8Array | undefined;
  for (let version = 1; version <= rootsMax; version += 1) {
    const bytes = await read(`metadata/${version}.root.json`, rootBytesMax);
    // A mirror may begin with a later one; behind one that was found there is no gap.
    if (bytes === undefined && newest !== undefined) break;
    newest = bytes ?? newest;
  }
  if (newest === undefined)
    throw new HilumError("source.invalid", { detail: "There are no root keys at this place: it is no marketplace." });
  return Buffer.from(newest);
}

interface RootFile {
  signed?: {
    version?: unknown;
    expires?: unknown;
    roles?: { root?: { keyids?: unknown; threshold?: unknown } };
    "x-hilum-test"?: unknown;
  };
}

/** What a person compares. Throws `source.invalid`. */
export function describeRoot(bytes: Uint8Array): SourceRoot {
  const { version, expires, roles, "x-hilum-test": test } = parse(bytes).signed ?? {};
  const { keyids, threshold } = roles?.root ?? {};
  const expiresAt = new Date(typeof expires === "string" ? expires : Number.NaN);
  if (!isKeyIds(keyids) || typeof threshold !== "number" || typeof version !== "number" || Number.isNaN(+expiresAt))
    throw new HilumError("source.invalid", { detail: "The root keys are not written as TUF has them." });
  const keys = [...new Set(keyids)].toSorted();
  return {
    ...{ version, keys, threshold, test: test === true },
    fingerprint: fingerprintOf(keys, threshold),
    expiresAt: expiresAt.toISOString(),
  };
}

/** Over whose keys they are and how many must sign, so that it stays when a root is only signed anew. */
function fingerprintOf(keys: readonly string[], threshold: number): string {
  const digest = createHash("sha256").update(canonicalJson({ keys, threshold })).digest("hex");
  return digest.match(/.{4}/g)?.join(" ") ?? digest;
}

export const sameFingerprint = (one: string, other: string): boolean => plain(one) === plain(other);
const plain = (fingerprint: string): string => fingerprint.replaceAll(/\s/g, "").toLowerCase();

const isKeyIds = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((id) => typeof id === "string" && /^[0-9a-f]{64}$/.test(id));

function parse(bytes: Uint8Array): RootFile {
  try {
    return (JSON.parse(Buffer.from(bytes).toString("utf8")) ?? {}) as RootFile;
  } catch (error) {
    throw new HilumError("source.invalid", { detail: "The root keys are not JSON.", cause: error });
  }
}
