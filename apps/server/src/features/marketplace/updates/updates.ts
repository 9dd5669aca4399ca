import { HilumError, isHilumError, type Context, type Log } from "@hilum/contract";
import type { PossibleUpdate, UpdateRun } from "@hilum/contract/api";
import type { MarketplaceEntry, Store } from "@hilum/store";
import { makeId } from "../../../make-id.ts";
import type { HoldLease } from "../hold-lease.ts";
import type { InstallsService } from "../installs/installs.ts";
import type { JobDocument } from "../installs/job.ts";
import type { JobRunner } from "../installs/run-jobs.ts";

type Kept = Omit<UpdateRun, "id" | "state">;
type Entry = MarketplaceEntry<Kept>;
type Item = UpdateRun["items"][number];

export interface UpdatesService {
  list(now: Date): Promise<{ items: PossibleUpdate[]; run?: UpdateRun }>;
  /** Throws `install.updating` while others are under way, `install.blocked` for one that cannot be taken. */
  start(context: Context, plugins: readonly string[]): Promise<UpdateRun>;
  /** Throws `install.not_found`. */
  read(id: string): Promise<UpdateRun>;
  /** Goes on with what is under way and nobody goes on with. */
  goOn(): Promise<void>;
}

type Parts = {
  store: Pick<Store, "marketplace">;
  possible(now: Date): Promise<PossibleUpdate[]>;
  installs: Pick<InstallsService, "start" | "preview">;
  jobs: Pick<JobRunner, "run">;
  hold: HoldLease;
  log: Log;
  now?: () => Date;
};

const ended: ReadonlySet<Item["state"]> = new Set(["failed", "rolled_back", "cancelled"]);
const begun: ReadonlySet<Item["state"]> = new Set(["waiting", "running"]);

/** Updates one after the other: the first that fails ends it, and those behind it are not begun. */
export function createUpdatesService({
  store,
  possible,
  installs,
  jobs,
  hold,
  log,
  now = () => new Date(),
}: Parts): UpdatesService {
  const { marketplace } = store;
  const load = async (id: string): Promise<Entry> => {
    const entry = await marketplace.find<Kept>("updates", id);
    if (entry === undefined) throw new HilumError("install.not_found", { detail: "There is no such run of updates." });
    return entry;
  };
  const open = async (): Promise<Entry[]> =>
    (await marketplace.list<Kept>("updates", { states: ["running"], limit: 20 })).items;

  async function stateOf({ job, state }: Item): Promise<Item["state"]> {
    if (job === undefined) return state;
    return ((await marketplace.find("job", job))?.state ?? state) as Item["state"];
  }

  async function present({ id, state, document }: Entry): Promise<UpdateRun> {
    const items = await Promise.all(document.items.map(async (item) => ({ ...item, state: await stateOf(item) })));
    return { ...document, id, state: state as UpdateRun["state"], items };
  }

  const withItem = (entry: Entry, item: Item): Entry => ({
    ...entry,
    document: {
      ...entry.document,
      items: entry.document.items.map((one) => (one.plugin === item.plugin ? item : one)),
    },
  });

  /** The job of an item: the one that an earlier process began, or a new one. Why it cannot be begun is the item's. */
  async function beginItem({ id, document }: Entry, { plugin, to, state }: Item): Promise<Item> {
    const { items } = await marketplace.list<JobDocument>("job", { subject: plugin, limit: 20 });
    const own = items.find((one) => one.document.updates === id);
    if (own !== undefined) return { plugin, to, state, job: own.id };
    const context = { now, actor: { kind: "system" as const, id: document.startedBy } };
    try {
      const { digest, source } = await installs.preview(context, { plugin, version: to });
      const from = source === undefined ? {} : { source: source.id };
      const job = await installs.start(context, { plugin, version: to, digest, ...from }, id);
      return { plugin, to, state: "running", job: job.id };
    } catch (error) {
      if (!isHilumError(error)) throw error;
      return { plugin, to, state: "failed", why: error.detail };
    }
  }

  async function finish(entry: Entry, state: UpdateRun["state"]): Promise<void> {
    await marketplace.put({ ...entry, state, document: { ...entry.document, finishedAt: now().toISOString() } });
  }

  async function advance(id: string): Promise<void> {
    for (;;) {
      const entry = await load(id);
      if (entry.state !== "running") return;
      const { items } = await present(entry);
      if (items.some(({ state }) => ended.has(state))) return await finish(entry, "stopped");
      const item = items.find(({ state }) => begun.has(state));
      if (item === undefined) return await finish(entry, "succeeded");
      const next = await beginItem(entry, item);
      await marketplace.put(withItem(entry, next));
      if (next.job === undefined) continue;
      await jobs.run(next.job);
      // Another process goes on with it, or this one is about to end.
      if (begun.has(await stateOf(next))) return;
    }
  }

  const run = async (id: string): Promise<void> => {
    await hold(`updates:${id}`, () => advance(id)).catch((error: unknown) =>
      log.warn("updates.not_continued", { code: isHilumError(error) ? error.code : "unknown" }),
    );
  };

  return {
    async list(at) {
      const [items, [running]] = await Promise.all([possible(at), open()]);
      return { items, ...(running === undefined ? {} : { run: await present(running) }) };
    },
    async start(context, plugins) {
      if ((await open()).length > 0) throw new HilumError("install.updating");
      const wanted = new Set(plugins);
      const found = (await possible(context.now())).filter(({ plugin }) => wanted.has(plugin));
      const held = found.find((one) => one.held !== undefined);
      if (held !== undefined) throw new HilumError("install.blocked", { detail: `${held.name}: ${held.held?.why}` });
      const missing = plugins.find((plugin) => !found.some((one) => one.plugin === plugin));
      if (missing !== undefined)
        throw new HilumError("install.blocked", { detail: `There is no update of ${missing}.` });
      const entry = await marketplace.put<Kept>({
        ...{ kind: "updates", id: makeId(context.now().getTime()), subject: "", state: "running", rowVersion: 0 },
        document: {
          ...{ startedAt: context.now().toISOString(), startedBy: context.actor.id },
          items: found.map(({ plugin, to }) => ({ plugin, to, state: "waiting" })),
        },
      });
      void run(entry.id);
      return await present(entry);
    },
    read: async (id) => await present(await load(id)),
    async goOn() {
      for (const { id } of await open()) await run(id);
    },
  };
}
