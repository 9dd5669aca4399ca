import { createHash, createPublicKey, sign, verify, type KeyObject } from "node:crypto";

/** A signature line of a note: the key's name and 32-bit id, and the signature itself. */
export interface NoteSignature {
  name: string;
  keyId: number;
  signature: Buffer;
}

export interface SignedNote {
  /** Ends in a newline; the signatures cover it. */
  text: string;
  signatures: readonly NoteSignature[];
}

/** A key that notes are checked with: C2SP signed-note, "Ed25519 signatures". */
export interface NoteVerifier {
  name: string;
  keyId: number;
  publicKey: KeyObject;
}

/** What a note's signature is made with (C2SP signed-note, "Signature types"). */
export const ED25519 = 0x01;
export const COSIGNATURE_V1 = 0x04;
const SIGNATURES_MAX = 100;
const NOTE_CHARS_MAX = 1_000_000;
/** DER prefix of an Ed25519 SubjectPublicKeyInfo (RFC 8410). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** Verifier of the Ed25519 `publicKey` under `name`. */
export function createNoteVerifier(name: string, publicKey: KeyObject): NoteVerifier {
  if (!isKeyName(name)) throw new TypeError("a note key's name holds no space and no plus");
  return { name, publicKey, keyId: keyIdOf(name, rawPublicKey(publicKey)) };
}

/** Text form of a verifier, `<name>+<id in hex>+<base64>`, as Go's sumdb/note and the C2SP tools read it. */
export function formatVerifierKey(verifier: NoteVerifier): string {
  const key = Buffer.concat([Buffer.of(ED25519), rawPublicKey(verifier.publicKey)]);
  return `${verifier.name}+${verifier.keyId.toString(16).padStart(8, "0")}+${key.toString("base64")}`;
}

/** Verifier of a raw Ed25519 public key of 32 bytes under `name`. */
export const rawVerifierOf = (name: string, key: Uint8Array): NoteVerifier =>
  createNoteVerifier(name, publicKeyOf(key));

/**
 * Parses a verifier's text form, of the signature type `algorithm`. Throws a SyntaxError where it is of another type, or its id does not
 * belong to the key.
 */
export function parseVerifierKey(text: string, algorithm: number = ED25519): NoteVerifier {
  const [, name, id, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const key = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || id === undefined || key?.length !== 33 || key[0] !== algorithm || !isKeyName(name))
    throw new SyntaxError("not a verifier key");
  const keyId = keyIdOf(name, key.subarray(1), algorithm);
  if (keyId !== Number.parseInt(id, 16)) throw new SyntaxError("the verifier key's id does not belong to its key");
  return { name, keyId, publicKey: publicKeyOf(key.subarray(1)) };
}

const publicKeyOf = (key: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, key]), format: "der", type: "spki" });

/** Signs `text`, which ends in a newline, with an Ed25519 private key, and returns the whole note. */
export function signNote(text: string, name: string, privateKey: KeyObject): string {
  const verifier = createNoteVerifier(name, createPublicKey(privateKey));
  const id = Buffer.alloc(4);
  id.writeUInt32BE(verifier.keyId);
  const signature = Buffer.concat([id, sign(null, Buffer.from(text, "utf8"), privateKey)]);
  return `${text}\n\u2014 ${name} ${signature.toString("base64")}\n`;
}

/** Splits a note into text and signatures (C2SP signed-note, "Format"). Throws a SyntaxError on anything else. */
export function parseNote(note: string): SignedNote {
  if (note.length > NOTE_CHARS_MAX || /[\u0000-\u0009\u000b-\u001f\ufffd]/.test(note))
    throw new SyntaxError("the note holds a control character");
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n") || split + 2 >= note.length) throw new SyntaxError("the note has no signature");
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw new SyntaxError("the note has too many signatures");
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/** True where the verifier's key signed the note, and no line that claims to be its signature is false. */
export function verifyNote(note: SignedNote, verifier: NoteVerifier): boolean {
  const own = note.signatures.filter((line) => line.name === verifier.name && line.keyId === verifier.keyId);
  const text = Buffer.from(note.text, "utf8");
  return own.length > 0 && own.every((line) => verify(null, text, verifier.publicKey, line.signature));
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name, encoded] = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line) ?? [];
  const bytes = encoded === undefined ? undefined : decodeBase64(encoded);
  if (name === undefined || !isKeyName(name) || bytes === undefined || bytes.length < 5)
    throw new SyntaxError("a signature line is malformed");
  return { name, keyId: bytes.readUInt32BE(0), signature: bytes.subarray(4) };
}

function keyIdOf(name: string, key: Buffer, algorithm: number = ED25519): number {
  return createHash("sha256").update(`${name}\n`).update(Buffer.of(algorithm)).update(key).digest().readUInt32BE(0);
}

function rawPublicKey(key: KeyObject): Buffer {
  if (key.asymmetricKeyType !== "ed25519") throw new TypeError("a note is signed with an Ed25519 key");
  return key.export({ format: "der", type: "spki" }).subarray(SPKI_PREFIX.length);
}

const isKeyName = (name: string): boolean => name !== "" && !/[\s+]/u.test(name);

/** Strict base64: what does not encode back to itself is refused, so a note has one form. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}
