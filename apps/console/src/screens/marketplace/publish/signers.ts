import type { PublishedRepository, Submission } from "@hilum/contract/api";
import {
  filesOf,
  lifetimesOf,
  type Metadata,
  type Repository,
  type Serving,
  type SignersOf,
  type SigningKey,
  type Targets,
} from "@hilum/marketplace/sign";
import type { HeldKey } from "../keys/key-ring.ts";

export type RoleName = keyof SignersOf;
export const roleTitles: Readonly<Record<RoleName, string>> = {
  root: "Root",
  targets: "Targets",
  snapshot: "Snapshot",
  timestamp: "Timestamp",
};

/** Same shape, two names: the contract's for what the server answers, the signer's for what is signed. */
export const toSign = (repository: PublishedRepository): Repository => repository as unknown as Repository;
export const signed = (repository: Repository): PublishedRepository => repository as unknown as PublishedRepository;
export const handedIn = (publication: Metadata<Targets>): Submission["publication"] =>
  publication as unknown as Submission["publication"];

export const servingTitles: Readonly<Record<Serving, string>> = {
  "signed-weekly": "Somebody signs every week",
  "static-host": "A static host, signed every month",
  stick: "Sticks and folders, signed twice a year",
};
export const whenOf = (serving: Serving) => ({ now: new Date(), lifetimes: lifetimesOf[serving] });

export interface Signers {
  keys: SignersOf;
  /** Roles for which too few keys are unlocked. */
  missing: readonly RoleName[];
}

/** Which of the keys that are unlocked sign for these roles. */
export function signersFor(
  { root }: Pick<Repository, "root">,
  held: readonly HeldKey[],
  roles: readonly RoleName[],
): Signers {
  const keysOf = (role: RoleName): SigningKey[] =>
    held.map(({ key }) => key).filter(({ id }) => root.signed.roles[role].keyids.includes(id));
  return {
    keys: {
      root: keysOf("root"),
      targets: keysOf("targets"),
      snapshot: keysOf("snapshot"),
      timestamp: keysOf("timestamp"),
    },
    missing: roles.filter((role) => keysOf(role).length < root.signed.roles[role].threshold),
  };
}

/** Keys that are unlocked and sign for a publisher; `missing` how many more it takes. */
export function publisherSigners(
  repository: Repository,
  publisher: string,
  held: readonly HeldKey[],
): { keys: SigningKey[]; missing: number } {
  const role = repository.targets.signed.delegations?.roles.find(({ name }) => name === publisher);
  const keys = held.map(({ key }) => key).filter(({ id }) => role?.keyids.includes(id) === true);
  return { keys, missing: Math.max(0, (role?.threshold ?? 1) - keys.length) };
}

export interface PublishedVersion {
  publisher: string;
  plugin: string;
  version: string;
  digest: string;
  bytes: number;
}

/** Every package of every publisher, in the order of plugin and version. */
export function publishedVersions(repository: Repository): PublishedVersion[] {
  const rows = Object.entries(repository.publishers).flatMap(([publisher, publication]) =>
    Object.values(filesOf(publication)).flatMap(({ length, hashes, custom }) => {
      const { kind, plugin, version } = (custom ?? {}) as Partial<Record<"kind" | "plugin" | "version", string>>;
      return kind === "package" && plugin !== undefined && version !== undefined
        ? [{ publisher, plugin, version, digest: hashes.sha256, bytes: length }]
        : [];
    }),
  );
  return rows.toSorted(
    (one, other) =>
      one.plugin.localeCompare(other.plugin) || other.version.localeCompare(one.version, undefined, { numeric: true }),
  );
}

/** As the server computes it: over whose root keys they are and how many must sign. */
export async function fingerprintOf({ root }: Pick<Repository, "root">): Promise<string> {
  const { keyids, threshold } = root.signed.roles.root;
  const text = JSON.stringify({ keys: [...new Set(keyids)].toSorted(), threshold });
  return (await sha256(new TextEncoder().encode(text))).match(/.{4}/g)?.join(" ") ?? "";
}

/** SHA-256 in hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
