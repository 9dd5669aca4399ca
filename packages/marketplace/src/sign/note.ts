import { bytesOf, hexOf } from "./hex.ts";
import type { PublicKey, SigningKey } from "./keys.ts";

const text = new TextEncoder();
const ed25519 = 0x01;
const cosignatureV1 = 0x04;

/** A signature line over a note's text, which ends in a newline (C2SP signed-note). */
export async function signatureLine(content: string, name: string, key: SigningKey): Promise<string> {
  return lineOf(name, await keyIdOf(name, ed25519, key.public), bytesOf(await key.sign(text.encode(content))));
}

/** A witness's line over a checkpoint's text: that it saw it then, and that it followed from all it saw before (C2SP tlog-cosignature). */
export async function cosignatureLine(content: string, name: string, key: SigningKey, at: Date): Promise<string> {
  const time = Math.floor(at.getTime() / 1_000);
  const seconds = bytesOf(time.toString(16).padStart(16, "0"));
  const signature = bytesOf(await key.sign(text.encode(`cosignature/v1\ntime ${time}\n${content}`)));
  return lineOf(name, await keyIdOf(name, cosignatureV1, key.public), join(seconds, signature));
}

/** How a witness's key is told to others: `<name>+<id in hex>+<base64>`. */
export async function witnessKeyText(name: string, key: PublicKey): Promise<string> {
  const id = hexOf(await keyIdOf(name, cosignatureV1, key));
  return `${name}+${id}+${base64Of(join(Uint8Array.of(cosignatureV1), bytesOf(key.keyval.public)))}`;
}

export const base64Of = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

const lineOf = (name: string, id: Uint8Array, signature: Uint8Array): string =>
  `\u2014 ${name} ${base64Of(join(id, signature))}\n`;

async function keyIdOf(name: string, algorithm: number, key: PublicKey): Promise<Uint8Array> {
  const content = join(text.encode(`${name}\n`), Uint8Array.of(algorithm), bytesOf(key.keyval.public));
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", content)).subarray(0, 4);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
