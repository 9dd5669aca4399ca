import { HilumError } from "@hilum/contract";

export const revocationsFormat = "hilum-revocations/1";
export const revocationsName = "revoked.json";

/** A version that its publisher takes back: it must not run any more (threat 128). */
export interface Revocation {
  plugin: string;
  version: string;
  /** For people; shown where it runs. */
  reason: string;
  /** RFC 3339. */
  since: string;
}

const rowsMax = 10_000;

/** The bytes of a publisher's `revoked.json`, in order of plugin and version. Throws `listing.invalid`. */
export function writeRevocations(publisher: string, revocations: readonly Revocation[]): Uint8Array<ArrayBuffer> {
  const revoked = revocations.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const bytes = new TextEncoder().encode(`${JSON.stringify({ format: revocationsFormat, revoked })}\n`);
  parseRevocations(bytes, publisher);
  return bytes;
}

/** Throws `listing.invalid`, also for a version of a plugin that is not the publisher's. */
export function parseRevocations(bytes: Uint8Array, publisher: string): Revocation[] {
  let value: { format?: unknown; revoked?: unknown } | null;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as typeof value;
  } catch {
    throw invalid("it is not JSON");
  }
  if (value?.format !== revocationsFormat || !Array.isArray(value.revoked) || value.revoked.length > rowsMax)
    throw invalid("it is no list of versions");
  const rows: unknown[] = value.revoked;
  if (!rows.every(isRevocation)) throw invalid("each row names plugin, version, reason and since when");
  const other = rows.find(({ plugin }) => !isOf(publisher, plugin));
  if (other !== undefined) throw invalid(`${other.plugin.slice(0, 120)} is not a plugin of ${publisher}`);
  return rows;
}

/** Whose id begins with the publisher's name: `com.example` may offer `com.example` and `com.example.*`. */
export const isOf = (publisher: string, plugin: string): boolean =>
  plugin === publisher || plugin.startsWith(`${publisher}.`);

const isRevocation = (row: unknown): row is Revocation => {
  const { plugin, version, reason, since } = (row ?? {}) as Partial<Record<keyof Revocation, unknown>>;
  const texts = [plugin, version, reason, since].every(
    (one) => typeof one === "string" && one !== "" && one.length <= 500,
  );
  return texts && !Number.isNaN(Date.parse(since as string));
};

const keyOf = ({ plugin, version }: Revocation): string => `${plugin} ${version}`;

const invalid = (why: string): HilumError =>
  new HilumError("listing.invalid", { detail: `The list of versions that were taken back is not valid: ${why}.` });
