import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { operations } from "@hilum/contract/api";
import type { Journey } from "../journeys/journey.ts";
import type { Gate } from "../play.ts";
import { openContext } from "../world/browser.ts";
import { runProgram } from "../world/programs.ts";
import { repository, type World } from "../world/world.ts";
import { judgeStates } from "./axe-routes.ts";
import { doorStates, emptyStates, marketStates, messageStates, pluginStates, recordStates } from "./axe-states.ts";
import { canaries, findCanaries, searchFolder } from "./canary.ts";
import { judgeCoverage, measureCoverage, type CoverageLedger } from "./coverage.ts";
import { expectNone } from "./expect-none.ts";

const ledgerFile = join(repository, "docs/reference/coverage.json");
const noLedger: CoverageLedger = { covered: [], exempt: {}, missing: [] };

/** Right after the first administrator: nothing is there yet. */
export const emptyGate: Journey[] = [
  {
    name: "axe: empty pages in light and dark, at 1280 and 320 px, without a violation",
    run: async (world) => expectNone(await judgeStates(world.adminContext, emptyStates(world))),
  },
];

/** After the journeys: pages with content. Each lane judges those that it left something in, and together they are all. */
export const messagePages: Journey[] = [
  {
    name: "axe: every route of messages, plugins' pages, people and settings, dialogs, menus, the palette and errors in light and dark, at 1280 and 320 px, without a violation",
    run: async (world) => expectNone(await judgeStates(world.adminContext, messageStates(world))),
  },
];

export const recordPages: Journey[] = [
  {
    name: "axe: every route of records and keys, dialogs and errors in light and dark, at 1280 and 320 px, without a violation",
    run: async (world) => expectNone(await judgeStates(world.adminContext, recordStates(world))),
  },
];

export const pluginPages: Journey[] = [
  {
    name: "axe: every route of adding and writing plugins in light and dark, at 1280 and 320 px, without a violation",
    run: async (world) => expectNone(await judgeStates(world.adminContext, pluginStates(world))),
  },
];

export const marketPages: Journey[] = [
  {
    name: "axe: every route of the marketplace, dialogs and differences in light and dark, at 1280 and 320 px, without a violation",
    run: async (world) => expectNone(await judgeStates(world.adminContext, marketStates(world))),
  },
];

export const doorGate: Journey[] = [
  {
    name: "axe: the pages before sign-in in light and dark, at 1280 and 320 px, without a violation",
    async run(world) {
      const context = await openContext(world.browser);
      const faults = await judgeStates(context, doorStates(world));
      await context.close();
      expectNone(faults);
    },
  },
];

/** Last: what all journeys together must not have done, and must have reached. */
export function finalGates({ keep }: { keep: boolean }): Gate[] {
  return [
    {
      name: "keyboard: no mouse was used, and every stop showed its focus",
      async run(worlds) {
        expectNone([
          ...worlds.flatMap((world) => world.guards()).flatMap((guard) => guard.uses()),
          ...new Set(worlds.flatMap((world) => world.persons()).flatMap((person) => person.focusFaults)),
        ]);
      },
    },
    {
      name: "quiet: the console made no error of its own and asked for nothing that its policy forbids",
      run: async (worlds) => expectNone(worlds.flatMap((world) => world.faults())),
    },
    {
      name: "coverage: every operation of the API is reached from the console, or is exempt with a reason",
      async run(worlds) {
        const kept = existsSync(ledgerFile)
          ? (JSON.parse(readFileSync(ledgerFile, "utf8")) as CoverageLedger)
          : noLedger;
        const now = measureCoverage(operations, new Set(worlds.flatMap(({ ledger }) => [...ledger.covered()])));
        process.stdout.write(
          `    ${now.covered.length} of ${operations.length} operations covered, ${Object.keys(now.exempt).length} exempt, ${now.missing.length} missing${now.missing.length === 0 ? "" : `: ${now.missing.join(", ")}`}\n`,
        );
        if (keep) {
          writeFileSync(ledgerFile, `${JSON.stringify(now, undefined, 2)}\n`);
          return;
        }
        expectNone(judgeCoverage(operations, now, kept));
      },
    },
    {
      name: "canary: a patient's name and number stand nowhere in the clear but in the mail that arrived",
      async run(worlds) {
        const mails = Buffer.from(
          worlds
            .flatMap(({ smtp }) => smtp.received())
            .map(({ content, to }) => `${to.join()} ${content}`)
            .join("\n"),
        );
        assert.deepEqual(
          findCanaries(mails),
          [...canaries],
          "the mail server got what was sent, so the search can find it",
        );
        for (const world of worlds) expectNone(await findLeaks(world));
      },
    },
  ];
}

/** Where a canary stands readable that is not a mailbox. */
async function findLeaks({ server, ledger, notes }: World): Promise<string[]> {
  const { output: metrics } = await runProgram(
    "curl",
    [
      "-sS",
      "--fail",
      "-H",
      `Authorization: Bearer ${notes.get("token:Metrics") ?? ""}`,
      `${server.url.origin}/metrics`,
    ],
    { CURL_CA_BUNDLE: server.authorityFile },
  );
  assert.match(metrics, /^hilum_/m);
  const places: [string, string][] = [
    ["what the server printed", server.output()],
    ["the metrics", metrics],
    ["a refusal of the API", ledger.refusals().join("\n")],
    ["an address", decodeAll([...ledger.addresses()])],
  ];
  return [
    ...places.flatMap(([place, text]) => findCanaries(Buffer.from(text)).map((canary) => `${place} holds "${canary}"`)),
    ...searchFolder(server.dataDir).map((hit) => `the data folder: ${hit}`),
  ];
}

function decodeAll(addresses: readonly string[]): string {
  return addresses
    .map((address) => `${address} ${decodeURIComponent(address.replaceAll(/%(?![0-9a-f]{2})/gi, "%25"))}`)
    .join("\n");
}
