import { randomBytes } from "node:crypto";
import { HilumError } from "@hilum/contract/errors";
import { hashRaw } from "@node-rs/argon2";
import { keyBytes, unwrapKey, wrapKey } from "./wrap-key.ts";

/** Argon2id, RFC 9106: 64 MiB, three passes, one lane; about 60 ms on the machine of SECURITY.md. */
const cost = { memoryKiB: 65_536, passes: 3, lanes: 1 } as const;
/** Above, a file would keep the start busy for longer than anybody waits. */
const costMax = { memoryKiB: 1024 * 1024, passes: 16, lanes: 16 } as const;
const saltBytes = 16;

/** What a key file with a passphrase holds: a random key, wrapped with what the passphrase gives. */
export interface PassphraseFile {
  kind: "passphrase";
  memoryKiB: number;
  passes: number;
  lanes: number;
  /** base64 */
  salt: string;
  /** base64 */
  wrapped: string;
}

/** A new random key, and the file that gives it to whoever has the passphrase. */
export async function makePassphraseFile(passphrase: string): Promise<{ file: PassphraseFile; kek: Buffer }> {
  const kek = randomBytes(keyBytes);
  const salt = randomBytes(saltBytes).toString("base64");
  const open = { kind: "passphrase" as const, ...cost, salt };
  const wrapped = wrapKey(await derive(passphrase, open), kek, contextOf(open)).toString("base64");
  return { file: { ...open, wrapped }, kek };
}

/** Throws `key.passphrase_wrong`. Only for a file that `refuseCost` let pass. */
export async function openPassphraseFile(file: PassphraseFile, passphrase: string): Promise<Buffer> {
  const kek = unwrapKey(await derive(passphrase, file), Buffer.from(file.wrapped, "base64"), contextOf(file));
  if (kek === undefined) throw new HilumError("key.passphrase_wrong");
  return kek;
}

/**
 * Throws `key.weak` for a file whose cost was changed, before a passphrase is asked for: a cheap derivation of the right
 * one would be worth having to whoever lowered it (threat 212).
 */
export function refuseCost({ memoryKiB, passes, lanes, salt }: PassphraseFile): void {
  const tooLow = memoryKiB < cost.memoryKiB || passes < cost.passes || Buffer.from(salt, "base64").length < saltBytes;
  const tooHigh = memoryKiB > costMax.memoryKiB || passes > costMax.passes || lanes > costMax.lanes || lanes < 1;
  if (tooLow || tooHigh)
    throw new HilumError("key.weak", {
      detail: `The key file asks for another cost of Argon2id than ${cost.memoryKiB} KiB and ${cost.passes} passes.`,
    });
}

/** Compatibility forms are one: a passphrase typed on another keyboard is the same. */
function derive(passphrase: string, { memoryKiB, passes, lanes, salt }: Omit<PassphraseFile, "wrapped">) {
  return hashRaw(passphrase.normalize("NFKC"), {
    memoryCost: memoryKiB,
    timeCost: passes,
    parallelism: lanes,
    outputLen: keyBytes,
    salt: Buffer.from(salt, "base64"),
  });
}

function contextOf({ memoryKiB, passes, lanes, salt }: Omit<PassphraseFile, "wrapped">): string {
  return `passphrase/${memoryKiB}/${passes}/${lanes}/${salt}`;
}
