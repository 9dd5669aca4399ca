import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Journey } from "./journeys/journey.ts";
import { account } from "./journeys/account.ts";
import { audit, brokenAudit } from "./journeys/audit.ts";
import { firstRun } from "./journeys/first-run.ts";
import { lifecycle } from "./journeys/lifecycle.ts";
import { platform } from "./journeys/platform.ts";
import { practice } from "./journeys/practice.ts";
import { registering } from "./journeys/registering.ts";
import { remote } from "./journeys/remote.ts";
import { smtp } from "./journeys/smtp.ts";
import { users } from "./journeys/users.ts";
import { openWorld, repository, type World } from "./world/world.ts";

interface Outcome {
  name: string;
  status: "passed" | "failed";
  durationMs: number;
  reason?: string;
}

const journeys: readonly Journey[] = [...firstRun, ...practice, ...smtp, ...registering, ...remote, ...lifecycle, ...users, ...account, ...platform, ...audit, ...brokenAudit];
const reports = join(repository, "reports");
const { values: options } = parseArgs({
  options: {
    /** Where pictures go. */
    pictures: { type: "string", default: join(reports, "e2e") },
    /** Plays only journeys whose name has this in it, after those of the first run. */
    only: { type: "string" },
  },
});
const { pictures } = options;

/** Plays one journey; a failure leaves a picture and does not stop the others. */
async function play(journey: Journey, world: World): Promise<Outcome> {
  const startedAt = performance.now();
  const spent = (): number => Math.round(performance.now() - startedAt);
  try {
    await journey.run(world);
    return { name: journey.name, status: "passed", durationMs: spent() };
  } catch (error) {
    const picture = join(pictures, `failed-${journey.name.replaceAll(/[^a-z0-9]+/gi, "-").slice(0, 60)}.png`);
    await world.admin.page.screenshot({ path: picture }).catch(() => undefined);
    // Whatever is open must not stand in the way of the next one.
    await world.admin.open("/").catch(() => undefined);
    return { name: journey.name, status: "failed", durationMs: spent(), reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function main(): Promise<number> {
  const world = await openWorld(pictures);
  const outcomes: Outcome[] = [];
  try {
    for (const journey of journeys) {
      const outcome = await play(journey, world);
      outcomes.push(outcome);
      process.stdout.write(`${outcome.status} ${outcome.name} (${outcome.durationMs} ms)${outcome.reason === undefined ? "" : `\n    ${outcome.reason}`}\n`);
    }
    process.stdout.write(`covered: ${[...world.ledger.covered()].join(" ")}\nfaults: ${world.faults().join("\n")}\n${world.persons().flatMap((person) => person.focusFaults).join("\n")}\n`);
  } finally {
    await world.close();
  }
  writeFileSync(join(reports, "e2e.json"), JSON.stringify({ stage: "e2e", tests: outcomes }, undefined, 2));
  return outcomes.every(({ status }) => status === "passed") ? 0 : 1;
}

process.exitCode = await main();
