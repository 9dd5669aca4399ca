import { createHmac } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";
import type { Engine } from "../engine/engine.ts";
import { builders, toStatement } from "../engine/query.ts";
import type { KeyProvider } from "../ports/keys.ts";
import { createKeyring, type Keyring, type KeyMaterial } from "./keyring.ts";

export interface StoredKey {
  id: number;
  purpose: "data" | "index";
  state: "pending" | "active" | "retired";
  provider: string;
  wrapped: Uint8Array;
  checkValue: Uint8Array;
}

export interface StoredKeys {
  deployment: string | undefined;
  keys: StoredKey[];
  /** Rises with each change of the keys; other processes look at it. */
  epoch: number;
}

export const keysEpoch = "keys_epoch";

export async function readStoredKeys(engine: Engine): Promise<StoredKeys> {
  const sql = builders[engine.dialect];
  // Before the keys: what changes in between is seen at the next look.
  const [counter] = await engine.read(
    toStatement(sql.selectFrom("counters").select("value").where("name", "=", keysEpoch)),
  );
  const [deployment] = await engine.read(toStatement(sql.selectFrom("deployment").select("id")));
  const keys = await engine.read(toStatement(sql.selectFrom("dataKeys").selectAll().orderBy("id")));
  return {
    deployment: deployment === undefined ? undefined : String(deployment["id"]),
    keys: keys as unknown as StoredKey[],
    epoch: Number(counter?.["value"] ?? 0),
  };
}

/**
 * Unwraps the keys and proves each with its check value. Throws what the provider throws, `key.wrong` for a key that is
 * not the one that was stored or that another provider wrapped, `data.corrupt` when one is lacking.
 */
export async function unwrapKeys(
  deployment: string,
  keys: readonly StoredKey[],
  provider: KeyProvider,
): Promise<KeyMaterial> {
  const unwrapped = new Map<number, Uint8Array>();
  for (const { id, provider: wrappedBy, wrapped } of keys) {
    if (wrappedBy !== provider.id)
      throw new HilumError("key.wrong", {
        detail: `The data is sealed with a key of the provider "${wrappedBy}", and "${provider.id}" is configured.`,
      });
    unwrapped.set(id, await provider.unwrap(wrapped, wrapContext(deployment, id)));
  }
  const index = keys.find(({ purpose }) => purpose === "index");
  const current = keys.findLast(({ purpose, state }) => purpose === "data" && state === "active");
  const indexKey = index === undefined ? undefined : unwrapped.get(index.id);
  if (indexKey === undefined || current === undefined)
    throw new HilumError("data.corrupt", { detail: "The database lacks one of its keys." });
  const data = [...unwrapped].map(([id, key]) => ({ id, key }));
  const material = {
    deployment,
    currentId: current.id,
    data: data.filter(({ id }) => id !== index?.id),
    index: indexKey,
  };
  verifyCheckValues(createKeyring({ ...material, data }), keys, deployment);
  return material;
}

function verifyCheckValues(keyring: Keyring, keys: readonly StoredKey[], deployment: string): void {
  for (const { id, checkValue: expected } of keys) {
    if (!Buffer.from(expected).equals(checkValue(keyring, id, deployment))) {
      throw new HilumError("key.wrong", { detail: "A data key does not match its check value." });
    }
  }
}

/** Tells a right key from a wrong one without telling the key: an HMAC under a key derived from it. */
export function checkValue(keyring: Keyring, id: number, deployment: string): Buffer {
  const { key } = keyring.collectionKey("data_keys", id);
  return createHmac("sha256", key).update(`hilum/check/${deployment}/${id}`, "utf8").digest();
}

/** Binds a wrapped key to its deployment and id. */
export function wrapContext(deployment: string, id: number): string {
  return `${deployment}/${id}`;
}
