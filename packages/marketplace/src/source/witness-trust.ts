import {
  parseWitnessKey,
  verifyCosignature,
  type Checkpoint,
  type SignedNote,
  type WitnessKey,
} from "@hilum/audit/tlog";
import { HilumError } from "@hilum/contract";

/** What a source has to show besides signatures. */
export interface LogTrust {
  /** A marketplace without a log is not taken. */
  required: boolean;
  /** Keys of witnesses, as `hilum witness key` prints them. */
  witnesses: readonly string[];
  /** How many of them must have cosigned; 0: their words are shown and not asked for. */
  threshold: number;
}

/** A witness whose cosignature over the tree holds. */
export interface Witnessed {
  name: string;
  /** RFC 3339: when it saw the tree. */
  at: string;
}

/** Throws `request.invalid` for a text that is no witness's key, and for more witnesses asked for than there are. */
export function readWitnessKeys({ witnesses, threshold }: Omit<LogTrust, "required">): WitnessKey[] {
  const keys = witnesses.map(parseOne);
  const people = new Set(keys.map(({ publicKey }) => publicKey.export({ format: "jwk" }).x));
  if (people.size < keys.length) throw invalid("A witness's key is given twice: each counts once.");
  if (threshold > keys.length) throw invalid(`${threshold} witnesses are asked for, and ${keys.length} are named.`);
  return keys;
}

/** Who cosigned, among `keys`. Throws `source.not_witnessed` where they are fewer than must have. */
export function findWitnesses(
  notes: readonly SignedNote[],
  head: Checkpoint,
  { keys, threshold }: { keys: readonly WitnessKey[]; threshold: number },
): Witnessed[] {
  const found = keys.flatMap((key): Witnessed[] => {
    const times = notes.map((note) => verifyCosignature(note, key)).filter((time) => time !== undefined);
    return times.length === 0 ? [] : [{ name: key.name, at: latest(times).toISOString() }];
  });
  if (found.length < threshold)
    throw new HilumError("source.not_witnessed", {
      detail: `${found.length} of ${threshold} witnesses have cosigned the tree of ${head.size} packages.`,
    });
  return found;
}

const latest = (times: readonly Date[]): Date => new Date(Math.max(...times.map(Number)));

function parseOne(text: string): WitnessKey {
  try {
    return parseWitnessKey(text.trim());
  } catch (error) {
    throw new HilumError("request.invalid", {
      detail: "The key of a witness is one line, as its keeper prints it with `hilum witness key`.",
      cause: error,
    });
  }
}

const invalid = (detail: string): HilumError => new HilumError("request.invalid", { detail });
