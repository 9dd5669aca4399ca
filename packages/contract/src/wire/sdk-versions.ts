import { compareVersions } from "../manifest/migrations-shape.ts";

/** Versions of the SDKs that this Hilum works with, from the oldest to its own. The SDKs of both languages have the same. */
export const sdkVersions = { oldest: "0.1.0", current: "0.2.0" } as const;

/** The SDKs of this project, as they name themselves in the handshake. Another one is judged by the protocol alone. */
const ours: ReadonlySet<string> = new Set(["@hilum/sdk", "hilum"]);

/**
 * Whether this Hilum is too new or too old for an SDK: `too_old` below the oldest that is served, `too_new` from the release on that comes after its
 * own. A later patch of its own release fits. Undefined where it fits, or nobody knows.
 */
export function judgeSdkVersion(sdk: { name: string; version: string } | undefined): "too_old" | "too_new" | undefined {
  if (sdk === undefined || !ours.has(sdk.name) || !/^\d+\.\d+\.\d+/.test(sdk.version)) return undefined;
  if (compareVersions(sdk.version, sdkVersions.oldest) < 0) return "too_old";
  const [major = 0, minor = 0] = sdkVersions.current.split(".").map(Number);
  return compareVersions(sdk.version, `${major}.${minor + 1}.0-0`) >= 0 ? "too_new" : undefined;
}
