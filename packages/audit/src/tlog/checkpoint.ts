import type { KeyObject } from "node:crypto";
import { HASH_BYTES } from "./hash.ts";
import { decodeBase64, parseNote, signNote, verifyNote, type NoteVerifier } from "./note.ts";

/** A tree head: the log's origin, its number of entries, and the root over them (C2SP tlog-checkpoint). */
export interface Checkpoint {
  origin: string;
  size: number;
  root: Buffer;
}

/** A checkpoint with the signed note that carries it, byte for byte as stored. */
export interface SignedCheckpoint extends Checkpoint {
  note: string;
}

/** Signs a tree head. The key's name is the origin, as C2SP recommends. */
export function signCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject): SignedCheckpoint {
  const { origin, size, root } = checkpoint;
  if (!isOrigin(origin)) throw new TypeError("an origin is one line without spaces or plus");
  const note = signNote(`${origin}\n${size}\n${root.toString("base64")}\n`, origin, privateKey);
  return { origin, size, root, note };
}

/**
 * Parses the text of a checkpoint. Exactly three lines: extension lines are not auditable by monitors, so this log
 * neither writes nor takes them. Throws a SyntaxError that names what is wrong.
 */
export function parseCheckpointText(text: string): Checkpoint {
  const lines = text.split("\n");
  const [origin, size, root] = lines;
  if (lines.length !== 4 || lines[3] !== "" || origin === undefined || size === undefined || root === undefined)
    throw new SyntaxError("a checkpoint has exactly three lines");
  if (origin === "") throw new SyntaxError("the checkpoint has no origin");
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw new SyntaxError("the checkpoint's size is not a canonical number");
  const hash = decodeBase64(root);
  if (hash?.length !== HASH_BYTES) throw new SyntaxError("the checkpoint's root is not a SHA-256 hash");
  return { origin, size: Number(size), root: hash };
}

/** Parses a signed checkpoint and checks origin and signature. Throws a SyntaxError that names what is wrong. */
export function openCheckpoint(note: string, verifier: NoteVerifier): SignedCheckpoint {
  const parsed = parseNote(note);
  if (!verifyNote(parsed, verifier))
    throw new SyntaxError("the checkpoint's signature is not valid for this log's key");
  const checkpoint = parseCheckpointText(parsed.text);
  if (checkpoint.origin !== verifier.name) throw new SyntaxError("the checkpoint has the origin of another log");
  return { ...checkpoint, note };
}

const isOrigin = (origin: string): boolean => origin !== "" && !/[\s+]/u.test(origin);
