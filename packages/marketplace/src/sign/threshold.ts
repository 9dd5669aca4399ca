import { canonicalize } from "@tufjs/canonical-json";
import { verify, type PublicKey } from "./keys.ts";
import type { Metadata, RoleKeys } from "./metadata.ts";

const text = new TextEncoder();

/** Ids of the role's keys that signed this content; each counts once, and a signature that is wrong counts as none. */
export async function signersOf(
  metadata: Metadata,
  role: RoleKeys,
  keys: Readonly<Record<string, PublicKey>>,
): Promise<string[]> {
  const bytes = text.encode(canonicalize(metadata.signed));
  const checked = await Promise.all(
    [...new Set(role.keyids)].map(async (id) => {
      const [key, signature] = [keys[id], metadata.signatures.find(({ keyid }) => keyid === id)];
      if (key === undefined || signature === undefined) return [];
      return (await verify(key, bytes, signature.sig).catch(() => false)) ? [id] : [];
    }),
  );
  return checked.flat();
}

export async function isSignedBy(
  metadata: Metadata,
  role: RoleKeys,
  keys: Readonly<Record<string, PublicKey>>,
): Promise<boolean> {
  return (await signersOf(metadata, role, keys)).length >= role.threshold;
}
