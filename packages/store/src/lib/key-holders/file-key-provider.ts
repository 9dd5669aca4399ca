import { randomBytes } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";
import type { KeyProvider } from "../ports/keys.ts";
import { createSecretFile, readSecretFile } from "./secret-file.ts";
import { keyBytes, unwrapKey, wrapKey } from "./wrap-key.ts";

/**
 * Keeps the key that wraps in a file of 32 random bytes with mode 0600. The file is made only for a database that has
 * no keys yet; afterwards a missing file is `key.missing` and a file that others can read is `key.exposed`.
 */
export function createFileKeyProvider(path: string): KeyProvider {
  return {
    id: "file",
    prepare: async () => {
      if ((await readSecretFile(path)) === undefined) await createSecretFile(path, randomBytes(keyBytes));
    },
    wrap: async (dek, context) => wrapKey(await readKey(path), dek, context),
    unwrap: async (wrapped, context) => {
      const key = unwrapKey(await readKey(path), wrapped, context);
      if (key === undefined) throw notThisFile(path);
      return key;
    },
  };
}

export function missingFile(path: string): HilumError {
  return new HilumError("key.missing", {
    detail: `The key file ${path} is missing, and this data was sealed with it.`,
  });
}

export function notThisFile(path: string): HilumError {
  return new HilumError("key.wrong", {
    detail: `The key file ${path} is not the one that this data was sealed with.`,
  });
}

async function readKey(path: string): Promise<Buffer> {
  const key = await readSecretFile(path);
  if (key === undefined) throw missingFile(path);
  if (key.length !== keyBytes)
    throw new HilumError("key.wrong", { detail: `The key file ${path} does not hold ${keyBytes} bytes.` });
  return key;
}
