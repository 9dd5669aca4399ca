import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";
import { builders, toStatement } from "../engine/query.ts";
import type { Engine } from "../engine/engine.ts";
import type { UnitOutcome } from "../engine/statement.ts";
import type { KeyProvider } from "../ports/keys.ts";
import { createKeyring, type Keyring, type KeyMaterial } from "./keyring.ts";

interface StoredKey {
  id: number;
  purpose: "data" | "index";
  state: "active" | "retired";
  provider: string;
  wrapped: Uint8Array;
  checkValue: Uint8Array;
}

interface StoredKeys {
  deployment: string | undefined;
  keys: StoredKey[];
}

/**
 * Unwraps the data keys and proves them with their check values; a database without keys gets its first ones. Throws
 * `key.missing`, `key.exposed` or `key.wrong`; never makes new keys where there were some.
 */
export async function unlock(engine: Engine, provider: KeyProvider, now: string): Promise<Keyring> {
  const stored = await readKeys(engine);
  const { deployment, keys } = stored.keys.length === 0 ? await createKeys(engine, provider, stored, now) : stored;
  if (deployment === undefined)
    throw new HilumError("data.corrupt", { detail: "The database has keys but names no deployment." });
  const material = await unwrapKeys(deployment, keys, provider);
  await engine.useKeys(material);
  return createKeyring(material);
}

async function readKeys(engine: Engine): Promise<StoredKeys> {
  const sql = builders[engine.dialect];
  const [deployment] = await engine.read(toStatement(sql.selectFrom("deployment").select("id")));
  const keys = await engine.read(toStatement(sql.selectFrom("dataKeys").selectAll().orderBy("id")));
  return {
    deployment: deployment === undefined ? undefined : String(deployment["id"]),
    keys: keys as unknown as StoredKey[],
  };
}

/** A data key and an index key. Two programs that start together on one database agree on whose are kept. */
async function createKeys(engine: Engine, provider: KeyProvider, stored: StoredKeys, now: string): Promise<StoredKeys> {
  await provider.prepare?.();
  const deployment = stored.deployment ?? randomUUID();
  const data = randomBytes(32);
  const index = randomBytes(32);
  const keyring = createKeyring({
    deployment,
    currentId: 1,
    data: [
      { id: 1, key: data },
      { id: 2, key: index },
    ],
    index,
  });
  const sql = builders[engine.dialect];
  const rows = await Promise.all(
    (
      [
        ["data", 1, data],
        ["index", 2, index],
      ] as const
    ).map(async ([purpose, id, key]) => ({
      id,
      purpose,
      state: "active" as const,
      provider: provider.id,
      wrapped: await provider.wrap(key, contextOf(deployment, id)),
      checkValue: checkValue(keyring, id, deployment),
      createdAt: now,
    })),
  );
  const outcome: UnitOutcome = await engine.write([
    ...(stored.deployment === undefined
      ? [toStatement(sql.insertInto("deployment").values({ id: deployment, createdAt: now }))]
      : []),
    ...rows.map((row) => toStatement(sql.insertInto("dataKeys").values(row))),
  ]);
  return outcome.ok ? { deployment, keys: rows } : readKeys(engine);
}

async function unwrapKeys(deployment: string, keys: readonly StoredKey[], provider: KeyProvider): Promise<KeyMaterial> {
  const unwrapped = new Map<number, Uint8Array>();
  for (const { id, provider: wrappedBy, wrapped } of keys) {
    if (wrappedBy !== provider.id)
      throw new HilumError("key.wrong", {
        detail: `The data is sealed with a key of the provider "${wrappedBy}", and "${provider.id}" is configured.`,
      });
    unwrapped.set(id, await provider.unwrap(wrapped, contextOf(deployment, id)));
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
function checkValue(keyring: Keyring, id: number, deployment: string): Buffer {
  const { key } = keyring.collectionKey("data_keys", id);
  return createHmac("sha256", key).update(`hilum/check/${deployment}/${id}`, "utf8").digest();
}

function contextOf(deployment: string, id: number): string {
  return `${deployment}/${id}`;
}
