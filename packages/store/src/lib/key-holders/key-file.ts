import { HilumError } from "@hilum/contract/errors";
import type { PassphraseFile } from "./passphrase-file.ts";
import { readSecretFile } from "./secret-file.ts";
import type { TransitKey } from "./transit-client.ts";
import { keyBytes } from "./wrap-key.ts";

/** What a key file holds: the key itself, the key under a passphrase, or the way to one that another server keeps. */
export type KeyFile = { kind: "file"; key: Buffer } | PassphraseFile | TransitKey;

const format = "hilum-key/1";

/** Undefined when there is none. Throws `key.exposed` and `key.wrong`. */
export async function readKeyFile(path: string): Promise<KeyFile | undefined> {
  const content = await readSecretFile(path);
  return content === undefined ? undefined : parseKeyFile(content, path);
}

/** 32 bytes are the key itself; anything else is JSON. */
export function writeKeyFile(file: KeyFile): Buffer {
  return file.kind === "file"
    ? file.key
    : Buffer.from(`${JSON.stringify({ format, ...file }, undefined, 2)}\n`, "utf8");
}

function parseKeyFile(content: Buffer, path: string): KeyFile {
  if (content.length === keyBytes) return { kind: "file", key: content };
  const parsed = parse(content);
  if (parsed?.["format"] === format) {
    const { format: _format, ...file } = parsed;
    if (isPassphraseFile(file) || isTransitKey(file)) return file;
  }
  throw new HilumError("key.wrong", {
    detail: `The key file ${path} holds neither ${keyBytes} bytes nor what Hilum writes into one.`,
  });
}

function parse(content: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(content.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isPassphraseFile(file: Record<string, unknown>): file is Record<string, unknown> & PassphraseFile {
  return (
    file["kind"] === "passphrase" &&
    ["memoryKiB", "passes", "lanes"].every((name) => Number.isSafeInteger(file[name])) &&
    hasTexts(file, ["salt", "wrapped"])
  );
}

function isTransitKey(file: Record<string, unknown>): file is Record<string, unknown> & TransitKey {
  const { signIn } = file;
  if (file["kind"] !== "transit" || !hasTexts(file, ["address", "mount", "key"])) return false;
  if (typeof signIn !== "object" || signIn === null) return false;
  const proof = signIn as Record<string, unknown>;
  return proof["kind"] === "token"
    ? hasTexts(proof, ["token"])
    : proof["kind"] === "approle" && hasTexts(proof, ["roleId", "secretId"]);
}

function hasTexts(value: Record<string, unknown>, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === "string");
}
