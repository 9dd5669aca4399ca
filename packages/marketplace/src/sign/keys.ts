import { canonicalize } from "@tufjs/canonical-json";
import { HilumError } from "@hilum/contract/errors";
import { bytesOf, hexOf } from "./hex.ts";

/** A public key as TUF metadata holds it (TUF 1.0, section 4.2). */
export interface PublicKey {
  keytype: "ed25519";
  scheme: "ed25519";
  keyval: { public: string };
}

/** Signs. Made in a browser or on the command line, never on the server. */
export interface SigningKey {
  /** SHA-256 of the canonical public key in hex (TUF 1.0, section 4.2). */
  id: string;
  public: PublicKey;
  /** Made for tests: it signs no root but one that says so. */
  test?: boolean;
  /** Signature of 64 bytes in hex (RFC 8032). */
  sign(bytes: Uint8Array): Promise<string>;
}

/** A key in a file that only its passphrase opens. What it is for and whether it is a test's is bound to it. */
export interface KeyFile {
  format: "hilum-key/1";
  title: string;
  /** Made for tests: what it signs is refused outside of them. */
  test: boolean;
  public: PublicKey;
  kdf: { name: "PBKDF2"; hash: "SHA-256"; iterations: number; salt: string };
  cipher: { name: "AES-GCM"; iv: string };
  sealed: string;
}

/** OWASP's number for PBKDF2-HMAC-SHA-256; a file that names fewer is not opened (threat 212). */
const iterations = 600_000;
const text = new TextEncoder();
const { subtle } = globalThis.crypto;
/** Browsers and Node name this type apart. */
type CryptoKey = Awaited<ReturnType<typeof subtle.deriveKey>>;

/** A new key and its file. The passphrase has twelve letters at least. Throws `key_file.invalid`. */
export async function createKeyFile(
  about: { title: string; test?: boolean },
  passphrase: string,
): Promise<{ key: SigningKey; file: KeyFile }> {
  if (passphrase.length < 12)
    throw new HilumError("key_file.invalid", { detail: "The passphrase has fewer than twelve letters." });
  const pair = (await subtle.generateKey("Ed25519", true, ["sign", "verify"])) as {
    privateKey: CryptoKey;
    publicKey: CryptoKey;
  };
  const secret = await subtle.exportKey("pkcs8", pair.privateKey);
  const head = {
    ...({ format: "hilum-key/1", title: about.title, test: about.test === true } as const),
    public: publicKey(await subtle.exportKey("raw", pair.publicKey)),
  };
  const [salt, iv] = [random(16), random(12)];
  const opener = await deriveKey(passphrase, salt, iterations);
  const sealed = await subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: text.encode(canonicalize(head)) },
    opener,
    secret,
  );
  const file: KeyFile = {
    ...head,
    kdf: { name: "PBKDF2", hash: "SHA-256", iterations, salt: hexOf(salt) },
    cipher: { name: "AES-GCM", iv: hexOf(iv) },
    sealed: hexOf(sealed),
  };
  return { key: await signingKey(head, secret), file };
}

/** Throws `key_file.invalid` for what is no key file, `key_file.passphrase` for a wrong passphrase or a file that was changed. */
export async function openKeyFile(content: string, passphrase: string): Promise<{ key: SigningKey; file: KeyFile }> {
  const file = readKeyFile(content);
  const { format, title, test } = file;
  const head = { format, title, test, public: file.public };
  const opener = await deriveKey(passphrase, bytesOf(file.kdf.salt), file.kdf.iterations);
  const secret = await subtle
    .decrypt(
      { name: "AES-GCM", iv: bytesOf(file.cipher.iv), additionalData: text.encode(canonicalize(head)) },
      opener,
      bytesOf(file.sealed),
    )
    .catch(() => {
      throw new HilumError("key_file.passphrase");
    });
  return { key: await signingKey(file, secret), file };
}

/** True where `signature` is that of `bytes` under `key`. */
export async function verify(key: PublicKey, bytes: Uint8Array<ArrayBuffer>, signature: string): Promise<boolean> {
  const imported = await subtle.importKey("raw", bytesOf(key.keyval.public), "Ed25519", false, ["verify"]);
  return subtle.verify("Ed25519", imported, bytesOf(signature), bytes);
}

export async function keyIdOf(key: PublicKey): Promise<string> {
  return hexOf(await subtle.digest("SHA-256", text.encode(canonicalize(key))));
}

function readKeyFile(content: string): KeyFile {
  const invalid = (detail: string): HilumError => new HilumError("key_file.invalid", { detail });
  let file: Partial<KeyFile>;
  try {
    file = JSON.parse(content) as Partial<KeyFile>;
  } catch {
    throw invalid("The file is not JSON.");
  }
  if (file?.format !== "hilum-key/1") throw invalid("The file is no key of Hilum.");
  if (file.kdf?.name !== "PBKDF2" || file.kdf.hash !== "SHA-256" || file.cipher?.name !== "AES-GCM")
    throw invalid("The file is sealed in a way that is not known.");
  if (!(file.kdf.iterations >= iterations && file.kdf.iterations <= 10 * iterations))
    throw invalid("The file is sealed with too few or too many rounds.");
  const hexes = [file.kdf.salt, file.cipher.iv, file.sealed, file.public?.keyval?.public];
  if (typeof file.title !== "string" || typeof file.test !== "boolean" || !hexes.every(isHex))
    throw invalid("The file is not whole.");
  return file as KeyFile;
}

const isHex = (value: unknown): boolean => typeof value === "string" && /^(?:[0-9a-f]{2}){8,512}$/.test(value);

const publicKey = (raw: ArrayBuffer): PublicKey => ({
  keytype: "ed25519",
  scheme: "ed25519",
  keyval: { public: hexOf(raw) },
});

async function signingKey(
  { public: key, test }: Pick<KeyFile, "public" | "test">,
  secret: ArrayBuffer,
): Promise<SigningKey> {
  const imported = await subtle.importKey("pkcs8", secret, "Ed25519", false, ["sign"]);
  return {
    id: await keyIdOf(key),
    ...{ public: key, test },
    sign: async (bytes) => hexOf(await subtle.sign("Ed25519", imported, new Uint8Array(bytes))),
  };
}

async function deriveKey(passphrase: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<CryptoKey> {
  const material = await subtle.importKey("raw", text.encode(passphrase.normalize("NFKC")), "PBKDF2", false, [
    "deriveKey",
  ]);
  return subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

const random = (length: number): Uint8Array<ArrayBuffer> => globalThis.crypto.getRandomValues(new Uint8Array(length));
