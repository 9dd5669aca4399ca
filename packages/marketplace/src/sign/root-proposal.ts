import { HilumError } from "@hilum/contract/errors";
import type { SigningKey } from "./keys.ts";
import { sign, type Metadata, type RoleName, type Root } from "./metadata.ts";
import { newRoot, seal, type Repository, type Signers, type SignersOf, type When } from "./repository.ts";
import { signersOf } from "./threshold.ts";

/**
 * A root on its way between the persons whose keys sign it: a file that each opens where the key is, adds a signature to, and hands on.
 * `before` is the root that it follows; none where it is the first.
 */
export interface RootProposal {
  format: "hilum-root-proposal/1";
  before: Metadata<Root> | null;
  proposed: Metadata<Root>;
}

/** Nobody has signed it yet. Throws `source.invalid` for a role with fewer keys than must sign. */
export function proposeRoot(
  before: Metadata<Root> | undefined,
  roles: Record<RoleName, Signers>,
  { test = before?.signed["x-hilum-test"] === true, ...when }: When & { test?: boolean },
): RootProposal {
  const signed = newRoot((before?.signed.version ?? 0) + 1, roles, { ...when, test });
  return { format: "hilum-root-proposal/1", before: before ?? null, proposed: { signed, signatures: [] } };
}

/** Adds signatures. Throws `source.signature` for a key that neither root knows: its signature would say nothing. */
export async function signProposal(proposal: RootProposal, keys: readonly SigningKey[]): Promise<RootProposal> {
  const known = new Set(rootsOf(proposal).flatMap(({ roles }) => roles.root.keyids));
  const stranger = keys.find(({ id }) => !known.has(id));
  if (stranger !== undefined)
    throw new HilumError("source.signature", {
      detail: `The key ${stranger.id.slice(0, 12)} is no root key, neither of the root that is proposed nor of the one before.`,
    });
  return { ...proposal, proposed: await sign(proposal.proposed, keys) };
}

/** Reads a proposal from a file. Throws `source.invalid`. */
export function parseProposal(content: string): RootProposal {
  let value: Partial<RootProposal> | null;
  try {
    value = JSON.parse(content) as Partial<RootProposal> | null;
  } catch {
    throw invalid("The file is not JSON.");
  }
  if (value?.format !== "hilum-root-proposal/1") throw invalid("The file is no proposed root.");
  const { before, proposed } = value;
  const whole = [proposed, ...(before === null ? [] : [before])].every(
    (one) =>
      one?.signed?._type === "root" && Array.isArray(one.signatures) && Array.isArray(one.signed.roles?.root?.keyids),
  );
  if (!whole || proposed?.signed.version !== (before?.signed.version ?? 0) + 1)
    throw invalid("The file is not whole, or its root does not follow the one before.");
  return value as RootProposal;
}

/** Puts together what several persons signed apart. Throws `source.mixed` where they did not sign the same. */
export function mergeProposals(proposals: readonly [RootProposal, ...RootProposal[]]): RootProposal {
  const [first] = proposals;
  const same = JSON.stringify(first.proposed.signed);
  if (proposals.some(({ proposed }) => JSON.stringify(proposed.signed) !== same))
    throw new HilumError("source.mixed", { detail: "These files propose different roots." });
  const all = proposals.flatMap(({ proposed }) => proposed.signatures);
  const signatures = [...new Map(all.map((signature) => [`${signature.keyid} ${signature.sig}`, signature])).values()];
  return { ...first, proposed: { ...first.proposed, signatures } };
}

export interface Signed {
  signed: string[];
  needed: number;
  enough: boolean;
}

/** Who has signed, by the proposed root's keys and by those of the one before: both must reach their number (TUF 5.3.4). */
export async function countSignatures({
  before,
  proposed,
}: RootProposal): Promise<{ own: Signed; before: Signed | null }> {
  const count = async ({ roles, keys }: Root): Promise<Signed> => {
    const signed = await signersOf(proposed, roles.root, keys);
    return { signed, needed: roles.root.threshold, enough: signed.length >= roles.root.threshold };
  };
  return { own: await count(proposed.signed), before: before === null ? null : await count(before.signed) };
}

export interface RootChange {
  role: RoleName;
  added: string[];
  removed: string[];
  /** Keys that must sign, before and after; undefined before the first. */
  threshold: { before: number | undefined; after: number };
}

/** What the root changes, role by role, for whoever is asked to sign it. */
export function describeProposal({ before, proposed }: RootProposal): RootChange[] {
  return Object.entries(proposed.signed.roles).flatMap(([name, after]) => {
    const role = name as RoleName;
    const was = before?.signed.roles[role];
    const added = after.keyids.filter((id) => was?.keyids.includes(id) !== true);
    const removed = (was?.keyids ?? []).filter((id) => !after.keyids.includes(id));
    if (added.length + removed.length === 0 && was?.threshold === after.threshold) return [];
    return [{ role, added, removed, threshold: { before: was?.threshold, after: after.threshold } }];
  });
}

/**
 * Makes a proposed root the repository's, once enough have signed. Snapshot and timestamp are signed anew by `keys`. Throws
 * `source.signature`, and `source.mixed` for a proposal that follows another root than the repository's.
 */
export async function takeRoot(
  repository: Repository,
  proposal: RootProposal,
  keys: Pick<SignersOf, "snapshot" | "timestamp">,
  when: When,
): Promise<Repository> {
  if (JSON.stringify(proposal.before?.signed) !== JSON.stringify(repository.root.signed))
    throw new HilumError("source.mixed", { detail: "The proposed root follows another one than the marketplace has." });
  await checkSignatures(proposal);
  return seal({ ...repository, root: proposal.proposed }, repository, keys, when);
}

/** Throws `source.signature` where too few have signed, naming how many are missing. */
export async function checkSignatures(proposal: RootProposal): Promise<void> {
  const { own, before } = await countSignatures(proposal);
  for (const [whose, count] of [["its own", own] as const, ["the former root's", before] as const])
    if (count !== null && !count.enough)
      throw new HilumError("source.signature", {
        detail: `${count.signed.length} of ${count.needed} keys among ${whose} have signed the root.`,
      });
}

const rootsOf = ({ before, proposed }: RootProposal): Root[] => [
  proposed.signed,
  ...(before === null ? [] : [before.signed]),
];

const invalid = (detail: string): HilumError => new HilumError("source.invalid", { detail });
