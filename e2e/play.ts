import { requires } from "@hilum/testkit";
import { join } from "node:path";
import type { Journey } from "./journeys/journey.ts";
import { withLimit } from "./with-limit.ts";
import { openWorld, type World } from "./world/world.ts";

/** Journeys that follow on one another in a world of their own. Lanes know nothing of each other. */
export interface Lane {
  name: string;
  journeys: readonly Journey[];
  /** Its server is to have the port of the documentation. */
  usualPort?: true;
}

/** What all lanes together must not have done, or must have reached. */
export interface Gate {
  name: string;
  run(worlds: readonly World[]): Promise<void>;
}

export interface Outcome {
  name: string;
  status: "passed" | "failed" | "skipped";
  durationMs: number;
  /** Where it failed or was skipped: why. */
  reason?: string;
  /** Where it was skipped: what would enable it. */
  enable?: string;
}

/** A lane that was played to its end; its world is still open for the gates. */
export interface Played {
  lane: Lane;
  world: World;
  outcomes: readonly Outcome[];
}

export interface Folders {
  pictures: string;
  /** Pictures of what failed. */
  failures: string;
}

/** A page that hangs answers nothing, and asking it does not end by itself. */
const journeyMsMax = 5 * 60_000;
const afterwardsMsMax = 30_000;

/** More lanes at once starve each other's browsers on two cores. */
const lanesAtOnce = 2;

/** Plays the lanes, some at the same time. Whatever is opened is closed by `close`. */
export async function playLanes(lanes: readonly Lane[], folders: Folders): Promise<Played[]> {
  const waiting = [...lanes];
  const played: Played[] = [];
  const playNext = async (): Promise<void> => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift())
      played.push(await playLane(lane, folders));
  };
  const ends = await Promise.allSettled(Array.from({ length: lanesAtOnce }, playNext));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed === undefined) return played;
  await close(played);
  throw failed.reason;
}

export async function close(played: readonly Played[]): Promise<void> {
  for (const { world } of played) await world.close();
}

/** Plays a gate over the worlds of all lanes. */
export async function playGate(gate: Gate, worlds: readonly World[]): Promise<Outcome> {
  return await judge(gate.name, gate.run(worlds), journeyMsMax, async () => {});
}

async function playLane(lane: Lane, { pictures, failures }: Folders): Promise<Played> {
  const world = await openWorld({ pictures, usualPort: lane.usualPort === true });
  const unpictured: World = { ...world, picture: async () => {} };
  const outcomes: Outcome[] = [];
  for (const journey of lane.journeys) {
    const isGround = journey.ground === true;
    const outcome =
      skip(journey) ??
      (await judge(journey.name, journey.run(isGround ? unpictured : world), journeyMsMax, () =>
        recover(world, join(failures, journey.name.replaceAll(/[^a-z0-9]+/gi, "-").slice(0, 60))),
      ));
    if (!isGround || outcome.status === "failed") {
      outcomes.push(outcome);
      process.stdout.write(present(outcome, lane.name));
    }
  }
  return { lane, world, outcomes };
}

/** Why a journey is not played on this machine; undefined where it is. */
function skip({ name, needs = [] }: Journey): Outcome | undefined {
  const missing = needs.map(requires).find(({ available }) => !available);
  if (missing === undefined) return undefined;
  return { name, status: "skipped", durationMs: 0, reason: missing.reason, enable: missing.enable };
}

/** A failure leaves a picture and does not stop the others: whatever is open must not stand in the way of the next one. */
async function recover(world: World, picture: string): Promise<void> {
  for (const [at, { page }] of world.persons().entries())
    await withLimit(page.screenshot({ path: `${picture}${at === 0 ? "" : `-${at}`}.png` }), afterwardsMsMax).catch(
      () => undefined,
    );
  const answers = await withLimit(world.admin.open("/"), afterwardsMsMax).then(
    () => true,
    () => false,
  );
  if (!answers) world.admin.page = await world.adminContext.newPage();
}

async function judge(
  name: string,
  work: Promise<void>,
  limitMs: number,
  afterFailure: () => Promise<void>,
): Promise<Outcome> {
  const startedAt = performance.now();
  const spent = (): number => Math.round(performance.now() - startedAt);
  try {
    await withLimit(work, limitMs);
    return { name, status: "passed", durationMs: spent() };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    await afterFailure();
    return { name, status: "failed", durationMs: spent(), reason };
  }
}

/** One line of the log: `where` is the lane, or that it is a gate. */
export const present = ({ status, name, durationMs, reason }: Outcome, where: string): string =>
  `${status} ${name} (${durationMs} ms, ${where})${reason === undefined ? "" : `\n    ${reason}`}\n`;
