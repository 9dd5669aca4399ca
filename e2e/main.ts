import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import type { Journey } from "./journeys/journey.ts";
import { axeGates, emptyGate, finalGates } from "./gates/gates.ts";
import { selfTest } from "./gates/self-test.ts";
import { account } from "./journeys/account.ts";
import { audit, brokenAudit } from "./journeys/audit.ts";
import { devtools } from "./journeys/devtools.ts";
import { fhir } from "./journeys/fhir.ts";
import { firstRun } from "./journeys/first-run.ts";
import { keys } from "./journeys/keys.ts";
import { lifecycle } from "./journeys/lifecycle.ts";
import { closeMarket, marketplace } from "./journeys/marketplace.ts";
import { pages } from "./journeys/pages.ts";
import { platform } from "./journeys/platform.ts";
import { practice } from "./journeys/practice.ts";
import { records } from "./journeys/records.ts";
import { publishing } from "./journeys/publishing.ts";
import { recordStores } from "./journeys/record-stores.ts";
import { recordsCustody } from "./journeys/records-custody.ts";
import { registering } from "./journeys/registering.ts";
import { remote } from "./journeys/remote.ts";
import { smtp } from "./journeys/smtp.ts";
import { twilio } from "./journeys/twilio.ts";
import { upgrade } from "./journeys/upgrade.ts";
import { users } from "./journeys/users.ts";
import { vendors } from "./journeys/vendors.ts";
import { webhooks } from "./journeys/webhooks.ts";
import { wizard } from "./journeys/wizard.ts";
import { openWorld, repository, type World } from "./world/world.ts";

interface Outcome {
  name: string;
  status: "passed" | "failed";
  durationMs: number;
  reason?: string;
}

const { values: options } = parseArgs({
  options: {
    /** Writes the README's pictures and the coverage ledger. */
    keep: { type: "boolean", default: false },
    /** Where pictures go without `--keep`. */
    pictures: { type: "string", default: join(repository, "reports", "e2e") },
    /** Ends after the first of these journeys and gates whose name has this in it. */
    until: { type: "string" },
    /** Plays just those whose name has one of these in it, beside the first that makes the administrator. */
    only: { type: "string", multiple: true },
  },
});
const report = join(repository, "reports", "e2e.json");
const pictures = options.keep ? join(repository, "docs", "images") : options.pictures;
const failures = join(repository, "reports", "e2e-failures");

const plan: readonly Journey[] = [
  ...firstRun,
  ...emptyGate,
  ...practice,
  ...smtp,
  ...vendors,
  ...registering,
  ...webhooks,
  ...remote,
  ...lifecycle,
  ...wizard,
  ...twilio,
  ...pages,
  ...devtools,
  ...upgrade,
  ...marketplace,
  ...publishing,
  ...records,
  ...recordsCustody,
  ...fhir,
  ...recordStores,
  ...users,
  ...account,
  ...platform,
  ...keys,
  ...audit,
  ...axeGates,
  ...brokenAudit,
  ...selfTest,
  ...finalGates(options),
];

/** Plays one journey; a failure leaves a picture and does not stop the others. */
async function play(journey: Journey, world: World): Promise<Outcome> {
  const startedAt = performance.now();
  const spent = (): number => Math.round(performance.now() - startedAt);
  try {
    await withLimit(journey.run(world), journeyMsMax);
    return { name: journey.name, status: "passed", durationMs: spent() };
  } catch (error) {
    const picture = join(failures, journey.name.replaceAll(/[^a-z0-9]+/gi, "-").slice(0, 60));
    for (const [at, { page }] of world.persons().entries())
      await page.screenshot({ path: `${picture}${at === 0 ? "" : `-${at}`}.png` }).catch(() => undefined);
    // Whatever is open must not stand in the way of the next one.
    await withLimit(world.admin.open("/"), afterwardsMsMax).catch(() => undefined);
    return {
      name: journey.name,
      status: "failed",
      durationMs: spent(),
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** A page that hangs answers nothing, and asking it does not end by itself. */
const journeyMsMax = 5 * 60_000;
const afterwardsMsMax = 30_000;

async function withLimit(work: Promise<unknown>, ms: number): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it did not end within ${ms / 1000} s`)), ms);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function main(): Promise<number> {
  for (const folder of [failures, dirname(report)]) mkdirSync(folder, { recursive: true });
  const world = await openWorld(pictures);
  const outcomes: Outcome[] = [];
  try {
    for (const journey of plan.filter(isChosen)) {
      const outcome = await play(journey, world);
      outcomes.push(outcome);
      process.stdout.write(present(outcome));
      if (options.until !== undefined && journey.name.includes(options.until)) break;
    }
  } finally {
    await closeMarket();
    await world.close();
  }
  writeFileSync(report, JSON.stringify({ stage: "e2e", tests: outcomes }, undefined, 2));
  return outcomes.every(({ status }) => status === "passed") ? 0 : 1;
}

function isChosen({ name }: Journey, at: number): boolean {
  return at === 0 || options.only === undefined || options.only.some((word) => name.includes(word));
}

const present = ({ status, name, durationMs, reason }: Outcome): string =>
  `${status} ${name} (${durationMs} ms)${reason === undefined ? "" : `\n    ${reason}`}\n`;

process.exitCode = await main();
