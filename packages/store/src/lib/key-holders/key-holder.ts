import { randomBytes } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";
import type { KeyHolder, KeyHolderChoice, KeyHolderStatus, KeyProvider } from "../ports/keys.ts";
import { createFileKeyProvider, notThisFile } from "./file-key-provider.ts";
import { readKeyFile, writeKeyFile, type KeyFile } from "./key-file.ts";
import { makePassphraseFile, openPassphraseFile, refuseCost, type PassphraseFile } from "./passphrase-file.ts";
import { removeSecretFile, renameSecretFile, replaceSecretFile } from "./secret-file.ts";
import { createTransitClient, type TransitKey } from "./transit-client.ts";
import { keyBytes, unwrapKey, wrapKey } from "./wrap-key.ts";

/**
 * The holders that the key file, and the one that is to take its place, lead to: the file first. The second is there
 * after a change that a crash cut off; whichever opens the data is the one that counts: its `settle` puts it in order.
 */
export async function readKeyHolders(path: string): Promise<KeyHolder[]> {
  const present = await readKeyFile(path);
  const next = await readKeyFile(nextOf(path));
  return [
    holderOf(present ?? "absent", path, async () => removeIfThere(path, next !== undefined)),
    ...(next === undefined ? [] : [holderOf(next, path, () => renameSecretFile(nextOf(path), path))]),
  ];
}

/**
 * A new key that wraps, written beside the key file: `settle` puts it in its place once the data keys are wrapped with
 * it. Throws `request.invalid` for an address that cannot be used; nothing is written then.
 */
export async function prepareKeyHolder(path: string, choice: KeyHolderChoice): Promise<KeyHolder> {
  const { file, kek } = await makeKeyFile(choice);
  await replaceSecretFile(nextOf(path), writeKeyFile(file)).catch((cause: unknown) => {
    throw new HilumError("config.invalid", { detail: `The folder of the key file ${path} cannot be written.`, cause });
  });
  return holderOf(file, path, () => renameSecretFile(nextOf(path), path), kek);
}

/** Takes back what `prepareKeyHolder` wrote. */
export function discardKeyHolder(path: string): Promise<void> {
  return removeSecretFile(nextOf(path));
}

function holderOf(file: KeyFile | "absent", path: string, settle: () => Promise<void>, kek?: Buffer): KeyHolder {
  if (file === "absent")
    return {
      provider: createFileKeyProvider(path),
      status: { kind: "file", file: path },
      unlock: noPassphrase,
      settle,
    };
  const status = statusOf(file, path);
  switch (file.kind) {
    case "file":
      return { provider: keyProvider("file", path, () => file.key), status, unlock: noPassphrase, settle };
    case "passphrase":
      return { ...passphraseHolder(file, path, kek), status, settle };
    case "transit":
      return { provider: transitProvider(file), status, unlock: noPassphrase, settle };
  }
}

function passphraseHolder(
  file: PassphraseFile,
  path: string,
  known: Buffer | undefined,
): Pick<KeyHolder, "provider" | "unlock"> {
  refuseCost(file);
  let kek = known;
  const requireKey = (): Buffer => {
    if (kek === undefined) throw new HilumError("key.sealed");
    return kek;
  };
  return {
    provider: keyProvider("passphrase", path, requireKey),
    unlock: async (passphrase) => {
      kek = await openPassphraseFile(file, passphrase);
    },
  };
}

function keyProvider(id: string, path: string, keyOf: () => Buffer): KeyProvider {
  return {
    id,
    wrap: async (dek, context) => wrapKey(keyOf(), dek, context),
    unwrap: async (wrapped, context) => {
      const key = unwrapKey(keyOf(), wrapped, context);
      if (key === undefined) throw notThisFile(path);
      return key;
    },
  };
}

function transitProvider(key: TransitKey): KeyProvider {
  const client = createTransitClient(key);
  return {
    id: "transit",
    wrap: async (dek, context) => Buffer.from(await client.encrypt(dek, context), "utf8"),
    unwrap: async (wrapped, context) => {
      const dek = await client.decrypt(Buffer.from(wrapped).toString("utf8"), context);
      if (dek.length !== keyBytes)
        throw new HilumError("key.provider_refused", { detail: `The key server ${key.address} gave no key of ours.` });
      return dek;
    },
  };
}

async function makeKeyFile(choice: KeyHolderChoice): Promise<{ file: KeyFile; kek?: Buffer }> {
  switch (choice.kind) {
    case "file":
      return { file: { kind: "file", key: randomBytes(keyBytes) } };
    case "passphrase":
      return await makePassphraseFile(choice.passphrase);
    case "transit":
      return { file: { ...choice, address: addressOf(choice.address) } };
  }
}

/** HTTPS, or plain HTTP on this machine; nothing but the origin. */
function addressOf(text: string): string {
  const url = URL.parse(text);
  const isHere = url !== null && ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  const fits =
    url !== null &&
    (url.protocol === "https:" || (url.protocol === "http:" && isHere)) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === "") &&
    url.pathname === "/";
  if (fits) return url.origin;
  const message = "This is not the address of a key server.";
  throw new HilumError("request.invalid", {
    detail: message,
    problems: [{ pointer: "/address", message, fix: "Write it like https://vault.example.org:8200." }],
  });
}

function statusOf(file: KeyFile, path: string): KeyHolderStatus {
  if (file.kind !== "transit") return { kind: file.kind, file: path };
  const { address, mount, key, namespace, signIn } = file;
  return {
    kind: "transit",
    file: path,
    transit: { address, mount, key, signIn: signIn.kind, ...(namespace === undefined ? {} : { namespace }) },
  };
}

async function removeIfThere(path: string, isThere: boolean): Promise<void> {
  if (isThere) await removeSecretFile(nextOf(path));
}

function noPassphrase(): Promise<void> {
  return Promise.resolve();
}

function nextOf(path: string): string {
  return `${path}.next`;
}
