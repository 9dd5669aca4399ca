import type { PublishedRepository } from "@hilum/contract/api";
import {
  createRepository,
  delegate,
  lifetimesOf,
  renew,
  takePublication,
  type Metadata,
  type Repository,
  type Serving,
  type Signers,
  type SignersOf,
  type SigningKey,
  type Targets,
} from "@hilum/marketplace/sign";
import { UsageError } from "../usage-error.ts";
import { confirm, listed, needed, readBytes, type Flow, type FlowContext } from "./flow.ts";
import { createKeyOpener, parsePublicHalf, passphraseFlag } from "./open-keys.ts";

/** Key files by role; what is asked may be said beforehand. */
export const keyFlags = {
  targets: { type: "string", multiple: true },
  snapshot: { type: "string", multiple: true },
  timestamp: { type: "string", multiple: true },
  serving: { type: "string" },
  yes: { type: "boolean" },
  ...passphraseFlag,
} as const;
const beginHint = "hilum keeper begin --help";
const servingText = `--serving is one of ${Object.keys(lifetimesOf).join(", ")}: how often somebody will sign.`;

const begin: Flow = {
  words: "keeper begin",
  summary: "Begin an organisation's own marketplace with the keys that shall sign it",
  usage: [
    "hilum keeper begin --root <key file>... --threshold <number> --targets <key file>... --snapshot <key file>... --timestamp <key file>...",
    servingText,
  ],
  flags: { ...keyFlags, root: { type: "string", multiple: true }, threshold: { type: "string" } },
  operations: ["getOwnMarketplace", "publishRepository"],
  async run(context) {
    const { keys, test } = await openRoles(context, ["root", "targets", "snapshot", "timestamp"]);
    const threshold = Number(context.flags["threshold"] ?? 1);
    const one = (list: readonly SigningKey[]): Signers => ({ keys: list, threshold: 1 });
    const roles = {
      ...{ root: { keys: keys.root, threshold }, targets: one(keys.targets) },
      ...{ snapshot: one(keys.snapshot), timestamp: one(keys.timestamp) },
    };
    const repository = await createRepository(roles, keys, { ...whenOf(context), test });
    await confirm(context, `Begin a marketplace whose root ${threshold} of ${keys.root.length} keys sign?`);
    await putRepository(context, repository, 0);
    context.say("The marketplace is begun. Let its publishers in: hilum keeper let-in <publisher>");
  },
};

const letIn: Flow = {
  words: "keeper let-in",
  summary: "Let a publisher sign below its own name; given again with other keys, the old ones sign nothing more",
  usage: [
    "hilum keeper let-in <publisher> --public <file>... [--threshold <number>] --targets <key file>... --snapshot <key file>... --timestamp <key file>...",
    servingText,
  ],
  flags: { ...keyFlags, public: { type: "string", multiple: true }, threshold: { type: "string" } },
  operations: ["getOwnMarketplace", "publishRepository"],
  async run(context) {
    const [name] = context.positionals;
    if (name === undefined) throw new UsageError("It takes the publisher's name.", "hilum keeper let-in --help");
    const halves = await Promise.all(
      listed(context, "public").map(async (path) => parsePublicHalf((await readBytes(path)).toString("utf8"))),
    );
    const { keys } = await openRoles(context, ["targets", "snapshot", "timestamp"]);
    const before = await currentOf(context);
    const threshold = Number(context.flags["threshold"] ?? 1);
    const next = await delegate(before, { name, keys: halves, threshold }, keys, whenOf(context));
    await confirm(context, `Let ${halves.map(({ title }) => title).join(" and ")} sign as ${name}?`);
    await putRepository(context, next, before.timestamp.signed.version);
    context.say(`${name} may publish below its own name.`);
  },
};

const sign: Flow = {
  words: "keeper sign",
  summary: "Take in what was approved, and sign the marketplace anew before it expires",
  usage: ["hilum keeper sign --snapshot <key file>... --timestamp <key file>...", servingText],
  flags: keyFlags,
  operations: ["getOwnMarketplace", "listSubmissions", "publishRepository"],
  async run(context) {
    const before = await currentOf(context);
    const { items } = await context.ask("listSubmissions", { query: { state: "approved" } });
    const { keys } = await openRoles(context, ["snapshot", "timestamp"]);
    let next = before;
    for (const { publisher, plugin, version, kind, publication } of items) {
      context.say(`${kind} ${plugin} ${version} of ${publisher}`);
      next = await takePublication(next, publisher, publication as unknown as Metadata<Targets>, keys, whenOf(context));
    }
    if (items.length === 0) next = await renew(next, keys, whenOf(context));
    await confirm(context, items.length === 0 ? "Sign it anew?" : `Take in ${items.length}?`);
    await putRepository(context, next, before.timestamp.signed.version);
    context.say(`Signed until ${next.timestamp.signed.expires}.`);
  },
};

/** The marketplace as the server has it, if it was begun. */
export async function findCurrent({ ask }: Pick<FlowContext, "ask">): Promise<Repository | undefined> {
  const { repository } = await ask("getOwnMarketplace");
  return repository as unknown as Repository | undefined;
}

/** As `findCurrent`, where there has to be one. */
export async function currentOf(context: Pick<FlowContext, "ask">): Promise<Repository> {
  const repository = await findCurrent(context);
  if (repository === undefined)
    throw new UsageError("There is no marketplace on this server yet.", "hilum keeper begin --help");
  return repository;
}

export async function putRepository({ ask }: FlowContext, repository: Repository, basis: number): Promise<void> {
  await ask("publishRepository", { body: { repository: repository as unknown as PublishedRepository, basis } });
}

export function whenOf({ flags }: Pick<FlowContext, "flags">) {
  const serving = flags["serving"] ?? "signed-weekly";
  const lifetimes = lifetimesOf[serving as Serving];
  if (lifetimes === undefined) throw new UsageError(servingText, beginHint);
  return { now: new Date(), lifetimes };
}

/** Opens the key files of roles; `test` where one of them is marked as a test's. */
export async function openRoles(
  context: FlowContext,
  roles: readonly (keyof SignersOf)[],
): Promise<{ keys: SignersOf; test: boolean }> {
  const open = createKeyOpener(context);
  const keys: Record<keyof SignersOf, SigningKey[]> = { root: [], targets: [], snapshot: [], timestamp: [] };
  let test = false;
  for (const role of roles) {
    if (listed(context, role).length === 0) needed(context, role, beginHint);
    for (const path of listed(context, role)) {
      const { key, file } = await open(path);
      keys[role].push(key);
      test ||= file.test;
    }
  }
  return { keys, test };
}

export const keeperFlows: readonly Flow[] = [begin, letIn, sign];
