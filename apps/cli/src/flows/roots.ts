import { writeFile } from "node:fs/promises";
import {
  countSignatures,
  describeProposal,
  foundRepository,
  mergeProposals,
  parseProposal,
  proposeRoot,
  signProposal,
  takeRoot,
  type Repository,
  type RootProposal,
  type Signers,
} from "@hilum/marketplace/sign";
import { UsageError } from "../usage-error.ts";
import { confirm, listed, needed, readBytes, type Flow, type FlowContext } from "./flow.ts";
import { findCurrent, keyFlags, openRoles, putRepository, whenOf } from "./keeper.ts";
import { createKeyOpener, parsePublicHalf, passphraseFlag, type PublicHalf } from "./open-keys.ts";

const publicFlags = {
  root: { type: "string", multiple: true },
  targets: { type: "string", multiple: true },
  snapshot: { type: "string", multiple: true },
  timestamp: { type: "string", multiple: true },
  threshold: { type: "string" },
  serving: { type: "string" },
  out: { type: "string" },
} as const;
const proposeHint = "hilum keeper propose-root --help";

const propose: Flow = {
  words: "keeper propose-root",
  summary:
    "Propose a root for several persons to sign apart: the first one, or one that takes lost or stolen keys away",
  usage: [
    "hilum keeper propose-root --root <public half>... --threshold <number> --targets <public half>... --snapshot <public half>... --timestamp <public half>... --out <file>",
    "All roles are named, also those whose keys stay. Public halves come from: hilum signing export <key file>",
  ],
  flags: publicFlags,
  operations: ["getOwnMarketplace"],
  async run(context) {
    const out = needed(context, "out", proposeHint);
    const halves = async (role: string): Promise<PublicHalf[]> => {
      if (listed(context, role).length === 0) needed(context, role, proposeHint);
      const texts = await Promise.all(listed(context, role).map(readBytes));
      return texts.map((bytes) => parsePublicHalf(bytes.toString("utf8")));
    };
    const root = await halves("root");
    const [targets, snapshot, timestamp] = [
      await halves("targets"),
      await halves("snapshot"),
      await halves("timestamp"),
    ];
    const one = (keys: readonly PublicHalf[]): Signers => ({ keys, threshold: 1 });
    const roles = {
      root: { keys: root, threshold: Number(context.flags["threshold"] ?? 1) },
      ...{ targets: one(targets), snapshot: one(snapshot), timestamp: one(timestamp) },
    };
    const before = await findCurrent(context);
    const test = [...root, ...targets, ...snapshot, ...timestamp].some((half) => half.test);
    const proposal = proposeRoot(before?.root, roles, { ...whenOf(context), ...(test ? { test } : {}) });
    await writeProposal(out, proposal);
    context.say(`${out} waits for signatures: hilum signing sign-root ${out} --key <key file> --out <file>`);
  },
};

const signRoot: Flow = {
  words: "signing sign-root",
  summary: "Read what a proposed root changes, and sign it; asks no server",
  usage: ["hilum signing sign-root <proposal> --key <key file>... --out <file> [--yes]"],
  flags: {
    key: { type: "string", multiple: true },
    out: { type: "string" },
    yes: { type: "boolean" },
    ...passphraseFlag,
  },
  operations: [],
  async run(context) {
    const hint = "hilum signing sign-root --help";
    const out = needed(context, "out", hint);
    const [proposal] = await readProposals(context, hint);
    for (const { role, added, removed, threshold } of describeProposal(proposal)) {
      for (const id of added) context.say(`${role}: lets the key ${id} in`);
      for (const id of removed) context.say(`${role}: takes the key ${id} away`);
      context.say(`${role}: ${threshold.after} must sign`);
    }
    await confirm(context, "Is that what was agreed?");
    if (listed(context, "key").length === 0) needed(context, "key", hint);
    const open = createKeyOpener(context);
    const keys = await Promise.all(listed(context, "key").map(async (path) => (await open(path)).key));
    const signed = await signProposal(proposal, keys);
    await writeProposal(out, signed);
    context.say(await describeCount(signed));
  },
};

const take: Flow = {
  words: "keeper take-root",
  summary: "Put together what several persons signed apart, and make it the marketplace's root",
  usage: [
    "hilum keeper take-root <signed proposal>... --snapshot <key file>... --timestamp <key file>... [--targets <key file>...]",
    "--targets only where it is the first root: it begins the marketplace.",
  ],
  flags: keyFlags,
  operations: ["getOwnMarketplace", "publishRepository"],
  async run(context) {
    const proposal = mergeProposals(await readProposals(context, "hilum keeper take-root --help"));
    context.say(await describeCount(proposal));
    const before = await findCurrent(context);
    const roles =
      before === undefined ? (["targets", "snapshot", "timestamp"] as const) : (["snapshot", "timestamp"] as const);
    const { keys } = await openRoles(context, roles);
    const next: Repository =
      before === undefined
        ? await foundRepository(proposal.proposed, keys, whenOf(context))
        : await takeRoot(before, proposal, keys, whenOf(context));
    await confirm(context, `Make it root ${next.root.signed.version} of the marketplace?`);
    await putRepository(context, next, before?.timestamp.signed.version ?? 0);
    context.say(`The marketplace has root ${next.root.signed.version}.`);
  },
};

async function readProposals(context: FlowContext, hint: string): Promise<[RootProposal, ...RootProposal[]]> {
  const read = await Promise.all(
    context.positionals.map(async (path) => parseProposal((await readBytes(path)).toString("utf8"))),
  );
  const [first, ...others] = read;
  if (first === undefined) throw new UsageError("It takes a proposed root.", hint);
  return [first, ...others];
}

async function writeProposal(path: string, proposal: RootProposal): Promise<void> {
  await writeFile(path, `${JSON.stringify(proposal, undefined, 2)}\n`, { flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      throw new UsageError(`${path} is there already.`, "Choose another place: nothing is written over.");
    },
  );
}

async function describeCount(proposal: RootProposal): Promise<string> {
  const { own, before } = await countSignatures(proposal);
  const of = ({ signed, needed: all }: { signed: string[]; needed: number }): string => `${signed.length} of ${all}`;
  return before === null
    ? `Signed by ${of(own)} of its keys.`
    : `Signed by ${of(own)} of its own keys and ${of(before)} of those of the root before.`;
}

export const rootFlows: readonly Flow[] = [propose, signRoot, take];
