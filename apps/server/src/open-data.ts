import { isHilumError, type Log } from "@hilum/contract";
import { openStore, readKeyHolders, type KeyHolder, type Store } from "@hilum/store";
import type { Config } from "./config.ts";

export interface OpenedData {
  store: Store;
  /** What the key file leads to. */
  holder: KeyHolder;
}

/** Why data stays sealed for now: a person, or the server that keeps the key, can change it while this process waits. */
const sealing: ReadonlySet<string> = new Set([
  "key.sealed",
  "key.passphrase_wrong",
  "key.provider_refused",
  "key.provider_unreachable",
]);

export function isSealed(error: unknown): boolean {
  return isHilumError(error) && sealing.has(error.code);
}

/**
 * Opens the store with the key file, or with the one that a change which was cut off left beside it: whichever opens the
 * data is the one that counts, and stands alone afterwards. Throws what `openStore` and `readKeyHolders` throw.
 */
export async function openData(
  { databaseUrl, keyFile }: Pick<Config, "databaseUrl" | "keyFile">,
  { blobDir, log, passphrase }: { blobDir: string; log: Log; passphrase?: string | undefined },
): Promise<OpenedData> {
  const failures: unknown[] = [];
  for (const holder of await readKeyHolders(keyFile)) {
    try {
      if (passphrase !== undefined) await holder.unlock(passphrase);
      const store = await openStore({ url: databaseUrl, keyProvider: holder.provider, blobDir, log });
      await holder.settle().catch(async (error: unknown) => {
        await store.close();
        throw error;
      });
      return { store, holder };
    } catch (error) {
      if (!isSealed(error) && !(isHilumError(error) && error.code === "key.wrong")) throw error;
      failures.push(error);
    }
  }
  // A passphrase may still be right for the one, whatever the other says.
  throw failures.find(isSealed) ?? failures[0];
}
