import { beginRun } from "@hilum/testkit";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { doorGate, emptyGate, finalGates, marketPages, messagePages, pluginPages, recordPages } from "./gates/gates.ts";
import { selfTest } from "./gates/self-test.ts";
import { account } from "./journeys/account.ts";
import { audit, brokenAudit } from "./journeys/audit.ts";
import { developed, devtools } from "./journeys/devtools.ts";
import { fhir } from "./journeys/fhir.ts";
import { firstParty } from "./journeys/first-party.ts";
import { firstRun } from "./journeys/first-run.ts";
import { ground } from "./journeys/journey.ts";
import { keys } from "./journeys/keys.ts";
import { lifecycle, setupLeft } from "./journeys/lifecycle.ts";
import { marketplace } from "./journeys/marketplace.ts";
import { pages } from "./journeys/pages.ts";
import { platform } from "./journeys/platform.ts";
import { mailbox, mailboxRoute, practice } from "./journeys/practice.ts";
import { records } from "./journeys/records.ts";
import { publishing } from "./journeys/publishing.ts";
import { recordStores } from "./journeys/record-stores.ts";
import { recordsCustody } from "./journeys/records-custody.ts";
import { registering } from "./journeys/registering.ts";
import { remote } from "./journeys/remote.ts";
import { ownRange, smtp } from "./journeys/smtp.ts";
import { twilio } from "./journeys/twilio.ts";
import { upgrade } from "./journeys/upgrade.ts";
import { programTokens, users } from "./journeys/users.ts";
import { vendors } from "./journeys/vendors.ts";
import { webhooks } from "./journeys/webhooks.ts";
import { wizard } from "./journeys/wizard.ts";
import { close, playGate, playLanes, present, type Lane, type Outcome, type Played } from "./play.ts";
import { repository } from "./world/world.ts";

const { values: options } = parseArgs({
  options: {
    /** Writes the README's pictures and the coverage ledger. */
    keep: { type: "boolean", default: false },
    /** Where pictures go without `--keep`. */
    pictures: { type: "string", default: join(repository, "reports", "e2e") },
    /** Ends after the first of these journeys and gates whose name has this in it. */
    until: { type: "string" },
    /** Plays just those whose name has one of these in it, beside what their lane stands on. */
    only: { type: "string", multiple: true },
  },
});
const report = join(repository, "reports", "e2e.json");
const folders = {
  pictures: options.keep ? join(repository, "docs", "images") : options.pictures,
  failures: join(repository, "reports", "e2e-failures"),
};

/** What a message goes through, and those who look after it. */
const messages: Lane = {
  name: "messages",
  journeys: [
    ...firstRun,
    ...ground(mailbox),
    ...smtp,
    ...setupLeft,
    ...vendors,
    ...webhooks,
    ...pages,
    ...users,
    ...account,
    ...platform,
    ...audit,
    ...messagePages,
    ...brokenAudit,
  ],
};

/** What a record goes through, and the keys that it is under. */
const recordKeeping: Lane = {
  name: "records",
  journeys: [
    ...ground(...firstRun),
    ...emptyGate,
    ...ground(ownRange, mailbox, mailboxRoute, programTokens),
    ...records,
    ...recordsCustody,
    ...fhir,
    ...recordStores,
    ...keys,
    ...recordPages,
    ...selfTest,
  ],
};

/** How plugins come in, are set up and are written. */
const plugins: Lane = {
  name: "plugins",
  usualPort: true,
  journeys: [
    ...ground(...firstRun, ownRange, programTokens),
    ...practice,
    ...registering,
    ...remote,
    ...lifecycle,
    ...wizard,
    ...twilio,
    ...devtools,
    ...upgrade,
    ...pluginPages,
    ...doorGate,
  ],
};

/** How plugins are taken from a marketplace, and given to one. */
const market: Lane = {
  name: "marketplace",
  journeys: [
    ...ground(...firstRun, ownRange, programTokens, ...developed),
    ...marketplace,
    ...publishing,
    ...firstParty,
    ...marketPages,
  ],
};

const lanes: readonly Lane[] = [messages, recordKeeping, plugins, market].flatMap(choose);
const gates = finalGates(options).filter(({ name }) => isChosen(name) && options.until === undefined);

async function main(): Promise<number> {
  for (const folder of [folders.failures, dirname(report)]) mkdirSync(folder, { recursive: true });
  const endRun = beginRun();
  let open: readonly Played[] = [];
  try {
    open = await playLanes(lanes, folders);
    let outcomes = [...outcomesOf(open), ...(await playGates(open))];
    // As for the integration tests: a shared machine may starve a browser once, and what fails twice is red.
    if (process.env["CI"] !== undefined && outcomes.some(isRed)) {
      const again = chooseAgain(open);
      const names = again.map(({ lane }) => lane.name).join(", ");
      process.stdout.write(`\nPlayed once more, as a browser may starve on a shared machine: ${names}\n\n`);
      open = open.filter((one) => !again.includes(one));
      await close(again);
      const anew = await playLanes(
        again.map(({ lane }) => lane),
        folders,
      );
      open = [...open, ...anew];
      outcomes = [...outcomesOf(open), ...(await playGates(open))];
    }
    writeFileSync(report, JSON.stringify({ stage: "e2e", tests: outcomes }, undefined, 2));
    return outcomes.some(isRed) ? 1 : 0;
  } finally {
    await close(open);
    endRun();
  }
}

/** The lanes in which something failed; all of them where a gate alone did. */
function chooseAgain(played: readonly Played[]): readonly Played[] {
  const red = played.filter(({ outcomes }) => outcomes.some(isRed));
  return red.length === 0 ? played : red;
}

async function playGates(played: readonly Played[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const gate of gates) {
    const outcome = await playGate(
      gate,
      played.map(({ world }) => world),
    );
    outcomes.push(outcome);
    process.stdout.write(present(outcome, "all lanes"));
  }
  return outcomes;
}

const outcomesOf = (played: readonly Played[]): Outcome[] => played.flatMap(({ outcomes }) => outcomes);

const isRed = ({ status }: Outcome): boolean => status === "failed";

/** The part of a lane that the options ask for; nothing where they ask for another lane. */
function choose(lane: Lane): Lane[] {
  const last = lane.journeys.findIndex(({ name }) => options.until !== undefined && name.includes(options.until));
  if (options.until !== undefined && last < 0) return [];
  const wanted = options.until === undefined ? lane.journeys : lane.journeys.slice(0, last + 1);
  const journeys = wanted.filter(({ name, ground: isGround }, at) => at === 0 || isGround === true || isChosen(name));
  const isAsked = journeys.some(({ name, ground: isGround }) => isGround !== true && isChosen(name));
  return isAsked ? [{ ...lane, journeys }] : [];
}

function isChosen(name: string): boolean {
  return options.only === undefined || options.only.some((word) => name.includes(word));
}

process.exitCode = await main();
