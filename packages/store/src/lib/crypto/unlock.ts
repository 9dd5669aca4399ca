import { randomBytes, randomUUID } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";
import type { Engine } from "../engine/engine.ts";
import { builders, toStatement } from "../engine/query.ts";
import type { UnitOutcome } from "../engine/statement.ts";
import type { KeyProvider } from "../ports/keys.ts";
import { checkValue, readStoredKeys, unwrapKeys, wrapContext, type StoredKeys } from "./data-keys.ts";
import { createKeyring, createLiveKeyring, type LiveKeyring } from "./keyring.ts";

export interface Unlocked {
  keyring: LiveKeyring;
  /** Of the keys that the keyring holds. */
  epoch: number;
}

/**
 * Unwraps the data keys and proves them with their check values; a database without keys gets its first ones. Throws
 * `key.missing`, `key.exposed` or `key.wrong`; never makes new keys where there were some.
 */
export async function unlock(engine: Engine, provider: KeyProvider, now: string): Promise<Unlocked> {
  const stored = await readStoredKeys(engine);
  const { deployment, keys, epoch } =
    stored.keys.length === 0 ? await createKeys(engine, provider, stored, now) : stored;
  if (deployment === undefined)
    throw new HilumError("data.corrupt", { detail: "The database has keys but names no deployment." });
  const material = await unwrapKeys(deployment, keys, provider);
  await engine.useKeys(material);
  return { keyring: createLiveKeyring(material), epoch };
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
      wrapped: await provider.wrap(key, wrapContext(deployment, id)),
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
  return outcome.ok ? { deployment, keys: rows, epoch: stored.epoch } : readStoredKeys(engine);
}
